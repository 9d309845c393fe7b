import { addressClass } from '../dns/address-class.ts';
import { isWithin } from '../dns/ancestry.ts';
import { registrableOf } from '../dns/registrable.ts';
import { isStagingName } from '../hosts.ts';
import type { CspPolicy, EnforcedPolicy } from './csp.ts';
import { bypassHosts } from './csp-bypass.ts';
import {
	allowsAllInline,
	allowsUrl,
	type CspSubject,
	FALLBACKS,
	type Governing,
	governing,
	hasKeyword,
	hasNonceOrHash,
	isBroad,
	isStrictDynamic,
	type Standing,
	urlSources,
	weakest,
} from './csp-meaning.ts';
import { hostNamed, parseCspSource } from './csp-source.ts';
import { DEPRECATED_DIRECTIVES, isSourceList, syntaxFaults, weakNonces } from './csp-syntax.ts';
import { isLocalName } from './stranger.ts';

/** Something that a page's policies leave open, or say in vain. */
export interface CspWeakness {
	readonly id:
		| 'no-script-source'
		| 'unsafe-inline'
		| 'broad-script-source'
		| 'unsafe-eval'
		| 'broad-object-source'
		| 'no-object-src'
		| 'insecure-scheme'
		| 'insecure-scheme-passive'
		| 'unsafe-style'
		| 'no-base-uri'
		| 'no-frame-ancestors'
		| 'no-form-action'
		| 'bypass-host'
		| 'strict-dynamic-alone'
		| 'syntax'
		| 'duplicate-directive'
		| 'nonce-weak'
		| 'ip-source'
		| 'local-source'
		| 'deprecated-directive';
	readonly policy: EnforcedPolicy;
	/** The first directive that it concerns; empty where the absence of one is the weakness. */
	readonly directive: string;
	/** Sources, directives or faults, as written, each once. */
	readonly values: readonly string[];
}

type Found = CspWeakness | null;

/**
 * What a page's policies, taken together, leave open: a weakness counts only if every policy has it.
 * Faults of writing count in each. Where each stands in the order of the policies.
 */
export function cspWeaknesses(
	policies: readonly EnforcedPolicy[],
	host: string,
): readonly CspWeakness[] {
	const scripts = [
		noScriptSource(policies),
		unsafeInline(policies),
		broad(policies, 'broad-script-source', 'script-src-elem'),
	];
	const isScriptOpen = scripts.some((one) => one !== null);
	return [
		...scripts,
		unsafeEval(policies),
		bypass(policies),
		...perPolicy(policies, 'strict-dynamic-alone', loneStrictDynamic),
		broad(policies, 'broad-object-source', 'object-src'),
		absent(policies, 'no-object-src', (policy) => governing(policy, 'object-src') === null),
		insecure(policies, 'insecure-scheme'),
		insecure(policies, 'insecure-scheme-passive'),
		isScriptOpen ? null : unsafeStyle(policies),
		absent(policies, 'no-base-uri', hasNoBaseUri),
		absent(policies, 'no-frame-ancestors', ({ directives }) => !directives.has('frame-ancestors')),
		absent(policies, 'no-form-action', ({ directives }) => !directives.has('form-action')),
		...perPolicy(policies, 'syntax', faultsOf),
		...perPolicy(policies, 'duplicate-directive', ({ repeated }) => named(repeated)),
		...perPolicy(policies, 'nonce-weak', (policy) =>
			named(weakNonces(policy).map(({ nonce, fault }) => `${nonce.slice(0, 40)} (${fault})`)),
		),
		...perPolicy(policies, 'ip-source', (policy) => sourcesWhere(policy, isAddress)),
		...perPolicy(policies, 'local-source', (policy) =>
			sourcesWhere(policy, isForDevelopment(host)),
		),
		...perPolicy(policies, 'deprecated-directive', ({ directives }) =>
			named([...directives.keys()].filter((name) => Object.hasOwn(DEPRECATED_DIRECTIVES, name))),
		),
	].filter((one) => one !== null);
}

// ── Of all policies together ─────────────────────────────────────────────────────────────────────

function noScriptSource(policies: readonly EnforcedPolicy[]): Found {
	return absent(policies, 'no-script-source', (policy) => governing(policy, 'script-src') === null);
}

function absent(
	policies: readonly EnforcedPolicy[],
	id: CspWeakness['id'],
	isAbsent: (policy: EnforcedPolicy) => boolean,
): Found {
	const policy = weakest(policies, (one) => (isAbsent(one) ? 'weak' : 'firm'));
	return policy === null ? null : { id, policy, directive: '', values: [] };
}

/** One that lets any host in protects nothing. */
function hasNoBaseUri({ directives }: CspPolicy): boolean {
	const sources = directives.get('base-uri');
	return sources === undefined || sources.some((text) => isBroad(parseCspSource(text)));
}

function unsafeInline(policies: readonly EnforcedPolicy[]): Found {
	return listed(policies, 'unsafe-inline', ['script-src-elem', 'script-src-attr'], (list) =>
		allowsAllInline(list, 'script') ? ["'unsafe-inline'"] : [],
	);
}

function unsafeEval(policies: readonly EnforcedPolicy[]): Found {
	return listed(policies, 'unsafe-eval', ['script-src'], (list) =>
		hasKeyword(list, "'unsafe-eval'") ? ["'unsafe-eval'"] : [],
	);
}

function broad(
	policies: readonly EnforcedPolicy[],
	id: CspWeakness['id'],
	subject: CspSubject,
): Found {
	const type = id === 'broad-script-source' ? 'script' : 'other';
	return listed(policies, id, [subject], (list) =>
		urlSources(list, type).filter((text) => isBroad(parseCspSource(text))),
	);
}

function unsafeStyle(policies: readonly EnforcedPolicy[]): Found {
	return listed(policies, 'unsafe-style', ['style-src-elem'], (list) => [
		...(allowsAllInline(list, 'style') ? ["'unsafe-inline'"] : []),
		...urlSources(list, 'other').filter((text) => isBroad(parseCspSource(text))),
	]);
}

/** The first subject in which every policy's list has something of the kind, or is not there. */
function listed(
	policies: readonly EnforcedPolicy[],
	id: CspWeakness['id'],
	subjects: readonly CspSubject[],
	pick: (list: Governing) => readonly string[],
): Found {
	for (const subject of subjects) {
		const standing = (policy: EnforcedPolicy): Standing => {
			const list = governing(policy, subject);
			if (list === null) return 'open';
			return pick(list).length > 0 ? 'weak' : 'firm';
		};
		const policy = weakest(policies, standing);
		const list = policy === null ? null : governing(policy, subject);
		if (policy !== null && list !== null) {
			return { id, policy, directive: list.directive, values: [...new Set(pick(list))] };
		}
	}
	return null;
}

function bypass(policies: readonly EnforcedPolicy[]): Found {
	const restricting = policies.filter((one) => governing(one, 'script-src-elem') !== null);
	for (const policy of restricting) {
		const shared = bypassHosts(policy).filter(({ url }) =>
			restricting.every((other) => other === policy || letsScriptIn(other, new URL(url))),
		);
		const directive = governing(policy, 'script-src-elem')?.directive ?? '';
		const values = [...new Set(shared.map(({ source, by }) => `${source} (${by})`))];
		if (values.length > 0) return { id: 'bypass-host', policy, directive, values };
	}
	return null;
}

/** The gadgets are on no page of ours. */
const ANY_PAGE = new URL('https://page.invalid/');

function letsScriptIn(policy: EnforcedPolicy, url: URL): boolean {
	const list = governing(policy, 'script-src-elem');
	return list === null || (!isStrictDynamic(list) && allowsUrl(list, url, ANY_PAGE));
}

/** Images, sound and films: what they show can be swapped, and nothing runs. */
const PASSIVE: ReadonlySet<string> = new Set(['img-src', 'media-src']);

function insecure(
	policies: readonly EnforcedPolicy[],
	id: 'insecure-scheme' | 'insecure-scheme-passive',
): Found {
	const isPassive = id === 'insecure-scheme-passive';
	const all = new Set(policies.flatMap((one) => [...one.directives.keys()]));
	const lists = [...all].filter((name) => isSourceList(name) || name === 'report-uri');
	const found = lists.flatMap((directive) => {
		if (PASSIVE.has(directive) !== isPassive) return [];
		const policy = weakest(policies, (one) => {
			const texts = inForce(one, directive);
			if (texts === null) return 'open';
			return texts.some(isInsecure) ? 'weak' : 'firm';
		});
		if (policy === null) return [];
		return [{ policy, directive, values: inForce(policy, directive)?.filter(isInsecure) ?? [] }];
	});
	const [first] = found;
	if (first === undefined) return null;
	const values = new Set(found.flatMap((one) => one.values));
	return { ...first, id, values: [...values] };
}

/** What a directive, or the one in its place, says; `null` where none does. */
function inForce(policy: EnforcedPolicy, directive: string): readonly string[] | null {
	if (!isSourceList(directive)) {
		return directive === 'report-uri' ? (policy.directives.get(directive) ?? null) : null;
	}
	const known = Object.hasOwn(FALLBACKS, directive) ? (directive as CspSubject) : null;
	if (known === null) return policy.directives.get(directive) ?? null;
	const list = governing(policy, known);
	return list === null ? null : urlSources(list, known.startsWith('script') ? 'script' : 'other');
}

function isInsecure(text: string): boolean {
	return /^(?:http|ftp):/i.test(text);
}

// ── Of each policy ───────────────────────────────────────────────────────────────────────────────

type Named = Pick<CspWeakness, 'directive' | 'values'> | null;

function perPolicy(
	policies: readonly EnforcedPolicy[],
	id: CspWeakness['id'],
	find: (policy: EnforcedPolicy) => Named,
): readonly CspWeakness[] {
	for (const policy of policies) {
		const found = find(policy);
		if (found !== null) return [{ id, policy, ...found }];
	}
	return [];
}

function named(values: readonly string[]): Named {
	const [directive] = values;
	return directive === undefined ? null : { directive, values: [...new Set(values)] };
}

function loneStrictDynamic(policy: EnforcedPolicy): Named {
	for (const subject of ['script-src-elem', 'script-src'] as const) {
		const list = governing(policy, subject);
		if (list !== null && isStrictDynamic(list) && !hasNonceOrHash(list)) {
			return { directive: list.directive, values: ["'strict-dynamic'"] };
		}
	}
	return null;
}

function faultsOf(policy: EnforcedPolicy): Named {
	const faults = syntaxFaults(policy);
	const [first] = faults;
	if (first === undefined) return null;
	const values = faults.map(({ kind, directive, value }) =>
		value === ''
			? `${kind} ${directive.slice(0, 60)}`
			: `${kind} ${value.slice(0, 60)} in ${directive.slice(0, 60)}`,
	);
	return { directive: first.directive, values: [...new Set(values)] };
}

function sourcesWhere({ directives }: EnforcedPolicy, isMeant: (host: string) => boolean): Named {
	let first: string | null = null;
	const values = new Set<string>();
	for (const [directive, texts] of directives) {
		if (!isSourceList(directive)) continue;
		for (const text of new Set(texts)) {
			const host = hostNamed(text);
			if (host === null || !isMeant(host)) continue;
			first ??= directive;
			values.add(text);
		}
	}
	return first === null ? null : { directive: first, values: [...values] };
}

function isAddress(host: string): boolean {
	return LIKE_ADDRESS.test(host) && addressClass(host) !== null;
}

/** Nothing else can be one; spares long lists a closer look. */
const LIKE_ADDRESS = /^[\d.]+$|:/;

const INNER_CLASSES: readonly string[] = ['loopback', 'private', 'link-local', 'carrier-nat'];

/** Tunnels to a developer's machine, by the names of the services (2026). */
const TUNNELS = [
	'loca.lt',
	'localhost.run',
	'lhr.life',
	'localtunnel.me',
	'ngrok.app',
	'ngrok.dev',
	'ngrok.io',
	'ngrok-free.app',
	'ngrok-free.dev',
	'serveo.net',
	'trycloudflare.com',
];

/** Where the page itself is one of them, it may name its own kind. */
function isForDevelopment(home: string): (name: string) => boolean {
	if (isInner(home)) return () => false;
	const domain = registrableOf(home);
	const isStaging = isStaged(home);
	return (name) => {
		const host = name.replace(/^\*\./, '');
		// Other companies have production hosts that are called dev.
		return isInner(host) || (!isStaging && isWithin(host, domain) && isStaged(host));
	};
}

function isInner(host: string): boolean {
	const kind = LIKE_ADDRESS.test(host) ? addressClass(host) : null;
	if (kind !== null) return INNER_CLASSES.includes(kind) || host === '0.0.0.0';
	return isLocalName(host) || TUNNELS.some((one) => isWithin(host, one));
}

/** It, or a name above it. */
function isStaged(host: string): boolean {
	const labels = host.split('.');
	return labels.some((_, at) => isStagingName(labels.slice(at).join('.')));
}
