import {
	asksForSecrets,
	at,
	type BlockedPart,
	blockedParts,
	type CspWeakness,
	cannotSay,
	cspText,
	cspWeaknesses,
	type EnforcedPolicy,
	enforcedPolicies,
	type Fact,
	fieldValues,
	groupBy,
	type HttpAnswered,
	hashSource,
	type Judgement,
	metaPolicies,
	type PageSources,
	pageIn,
	parseCsp,
	reusedNonce,
	type Say,
	type SeenPage,
	type Site,
	type SitePages,
	type SiteSample,
	starterPolicy,
	syntaxFaults,
} from '../../src/sdk.ts';
import { ENFORCED, REPORT_ONLY } from './_csp-fixes.ts';
import { lettingThrough, mergedPolicy, repairedPolicy } from './_csp-repairs.ts';
import type { CSP_VERDICTS, Told } from './_csp-verdicts.ts';

type Key = keyof typeof CSP_VERDICTS;
type Said = Judgement<Key>;

/** What is known of a host's page. */
export interface About {
	readonly host: string;
	readonly url: string;
	readonly answer: HttpAnswered;
	/** The same page, asked for a second time. */
	readonly again: HttpAnswered | null;
	readonly subject: Site;
	readonly login: SeenPage | null;
	readonly sources: PageSources;
}

export type SayCsp = Say<typeof CSP_VERDICTS>;

export function againOf(samples: Fact<readonly SiteSample[]>, url: string): HttpAnswered | null {
	if (samples.status !== 'known') return null;
	const again = samples.value.find((one) => one.what === 'again' && one.url === url);
	return again?.answer ?? null;
}

// ── No policy ────────────────────────────────────────────────────────────────────────────────────

export function withoutPolicy(about: About, say: SayCsp): readonly Said[] {
	const { host, url, answer, subject, login } = about;
	const reported = parseCsp(fieldValues(answer, REPORT_ONLY))[0];
	if (reported !== undefined) {
		return [say('report-only', { host, url, by: 'header', policy: cspText(reported.directives) })];
	}
	if (fieldValues(answer, ENFORCED).length > 0) return [say('empty', without(about, url, false))];
	const asksHere = subject.context.forms === 'yes';
	const there = asksHere ? null : bareLogin(login);
	return [say('missing', without(about, there?.url ?? url, asksHere || there !== null))];
}

/** A sign-in page that takes a secret without a policy. */
function bareLogin(login: SeenPage | null): SeenPage | null {
	if (login === null || !asksForSecrets(login.page)) return null;
	return enforcedPolicies(login.answer).length === 0 ? login : null;
}

function without({ host, subject, sources }: About, url: string, asks: boolean) {
	const isStaging = subject.context.stage === 'staging';
	const { inlineScripts } = sources;
	return { host, url, asks, isStaging, starter: starterPolicy(sources), inlineScripts };
}

// ── What the policies leave open ─────────────────────────────────────────────────────────────────

export function ofPolicies(
	policies: readonly EnforcedPolicy[],
	about: About,
	say: SayCsp,
): readonly Said[] {
	const { host, url, login } = about;
	const weaknesses = cspWeaknesses(policies, host);
	const repairing = { sources: about.sources, stableHashes: stableHashes(about) };
	const bare = bareLogin(login);
	return [
		...weaknesses.map((weakness) =>
			say(weakness.id, {
				host,
				url,
				directive: weakness.directive,
				values: cut(weakness.values),
				cause: `headers/csp/${causeOf(weakness, weaknesses)}`,
				...repairedPolicy(weakness, repairing),
			}),
		),
		...nonceReuse(policies, about, say),
		...(policies.length > 1
			? [
					say('several-policies', {
						host,
						url,
						policies: policies.length,
						...mergedPolicy(policies),
					}),
				]
			: []),
		...(bare === null
			? []
			: [at({ kind: 'page', name: bare.url }, say('missing', without(about, bare.url, true)))]),
	];
}

/** As many as a sentence bears. */
function cut(values: readonly string[]): readonly string[] {
	const shown = values.slice(0, 6).map((one) => one.slice(0, 160));
	return values.length > shown.length ? [...shown, '…'] : shown;
}

/** What is mended together is one risk. */
function causeOf({ id, directive, values }: CspWeakness, all: readonly CspWeakness[]): Key {
	const other = (wanted: CspWeakness['id']) => all.find((one) => one.id === wanted);
	const broad = other('broad-script-source');
	if (id === 'no-object-src' || id === 'no-base-uri') {
		return other('no-script-source') === undefined ? id : 'no-script-source';
	}
	if (id === 'bypass-host') {
		return other('unsafe-inline') === undefined ? (broad?.id ?? id) : 'unsafe-inline';
	}
	if (id === 'broad-object-source') return broad?.directive === directive ? broad.id : id;
	if (id !== 'insecure-scheme') return id;
	const local = other('local-source');
	const isIn = (one: CspWeakness | undefined) =>
		one !== undefined && values.every((value) => one.values.includes(value));
	if (isIn(local)) return 'local-source';
	return isIn(broad) ? 'broad-script-source' : id;
}

/** More hashes make a policy that nobody keeps in step. */
const MOST_HASHES = 12;

/** Of a page that came with the same inline scripts twice, and without handlers. */
function stableHashes({ url, answer, again }: About): readonly string[] | null {
	if (again === null) return null;
	const [first, second] = [answer, again].map((one) => inlineHashes(one, url));
	if (first === undefined || first === null || first.length > MOST_HASHES) return null;
	return JSON.stringify(first) === JSON.stringify(second) ? first : null;
}

function inlineHashes(answer: HttpAnswered, url: string): readonly string[] | null {
	const page = pageIn(answer, url);
	if (page === null || page.attributes.some(({ name }) => name !== 'style')) return null;
	const scripts = page.inline.filter((one) => one.element === 'script' && one.inert !== true);
	if (scripts.some(({ cut: isCut }) => isCut)) return null;
	const hashes = scripts.map(({ text }) => hashSource(text));
	return hashes.includes(null) ? null : hashes.filter((one) => one !== null);
}

function nonceReuse(
	policies: readonly EnforcedPolicy[],
	{ host, url, again }: About,
	say: SayCsp,
): readonly Said[] {
	const used = reusedNonce(policies, policies);
	if (used === null) return [];
	if (again === null) {
		const why = `${url} did not answer as itself a second time, so its nonce could not be compared`;
		return [cannotSay('inconclusive', why, 'high')];
	}
	const reused = reusedNonce(policies, enforcedPolicies(again));
	if (reused === null) return [];
	const { nonce, policy, directive } = reused;
	return [
		say('nonce-reused', {
			host,
			url,
			directive,
			values: [`${nonce.slice(0, 12)}${nonce.length > 12 ? '…' : ''}`],
			cause: 'headers/csp/nonce-reused',
			by: policy.by,
			policy: cspText(policy.directives),
		}),
	];
}

export function ignoredInMeta({ host, url, answer }: About, say: SayCsp): readonly Said[] {
	const ignored = metaPolicies(answer).flatMap((one) => [...one.ignored]);
	if (ignored.length === 0) return [];
	return [
		say('ignored-in-meta', {
			host,
			url,
			directive: ignored[0]?.[0] ?? '',
			values: [...new Set(ignored.map(([name]) => name))],
			cause: 'headers/csp/ignored-in-meta',
			by: 'meta',
			policy: cspText(new Map(ignored)),
		}),
	];
}

// ── What they block ──────────────────────────────────────────────────────────────────────────────

/** As many as a finding names. */
const MOST_PARTS = 5;

export function blockedOf({ pages }: SitePages, about: About, say: SayCsp): readonly Said[] {
	return pages.flatMap((page) => {
		const byDirective = groupBy(blockedParts(page), ({ directive }) => directive);
		return [...byDirective].map(([directive, parts]) =>
			at(
				{ kind: 'page', name: `${directive} at ${page.url}` },
				say('blocks-own-page', blockedTold({ directive, parts, page }, about)),
			),
		);
	});
}

function blockedTold(
	{ directive, parts, page }: { directive: string; parts: readonly BlockedPart[]; page: SeenPage },
	{ host }: About,
) {
	const names = [
		...new Set(parts.map(({ what, name }) => (name === '' ? what : `${what} ${name}`))),
	];
	const policy = parts[0]?.policy;
	const isMarkup = parts.every(({ add }) => add === null);
	const told: Omit<Told, 'by' | 'policy'> = {
		host,
		url: page.url,
		directive,
		values: [],
		cause: `headers/csp/${policy === undefined ? 'blocks-own-page' : causeOfBlock(policy, directive)}`,
	};
	return {
		...told,
		...(policy === undefined
			? { by: 'header' as const, policy: '' }
			: lettingThrough(parts, policy)),
		parts: names.slice(0, MOST_PARTS),
		count: parts.length,
		isMarkup,
		hasAttributes: parts.some(({ what }) => HAS_CODE.has(what)),
	};
}

const HAS_CODE: ReadonlySet<BlockedPart['what']> = new Set(['event handler', 'javascript: link']);

/** A slip that blocks the page is mended once. */
function causeOfBlock(policy: EnforcedPolicy, directive: string): Key {
	const lone = cspWeaknesses([policy], '').find(({ id }) => id === 'strict-dynamic-alone');
	if (lone?.directive === directive) return 'strict-dynamic-alone';
	const isMisspelt = syntaxFaults(policy).some((one) => one.directive === directive);
	return isMisspelt ? 'syntax' : 'blocks-own-page';
}
