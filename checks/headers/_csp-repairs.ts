import {
	type BlockedPart,
	CSP_DIRECTIVES,
	type CspWeakness,
	closest,
	cspText,
	type DirectiveChanges,
	type EnforcedPolicy,
	governing,
	isSourceList,
	NONCE_PLACEHOLDER,
	type PageSources,
	rewrittenPolicy,
	securedSource,
	sourcesInForce,
	withoutSources,
	withSources,
} from '../../src/sdk.ts';
import type { Sent } from './_csp-fixes.ts';

/** What is known of the page that a corrected policy must still let work. */
export interface Repairing {
	readonly sources: PageSources;
	/** Hash sources of its inline scripts, where they were the same twice; `null` where not. */
	readonly stableHashes: readonly string[] | null;
}

const NONCE = `'nonce-${NONCE_PLACEHOLDER}'`;

/** The policy with the one change that ends a weakness. */
export function repairedPolicy(weakness: CspWeakness, about: Repairing): Sent {
	const { id, policy } = weakness;
	if (id === 'no-frame-ancestors' && policy.by === 'meta') {
		// A meta element says it in vain.
		return { by: 'header', policy: "frame-ancestors 'self'" };
	}
	const repaired =
		id === 'syntax' ? respelt(policy) : rewrittenPolicy(policy, changesFor(weakness, about));
	return { by: policy.by, policy: repaired, from: cspText(policy.directives) };
}

function changesFor(weakness: CspWeakness, about: Repairing): DirectiveChanges {
	const { policy, values } = weakness;
	const { lists } = about.sources;
	const scripts = withSources(["'self'"], lists['script-src'] ?? []);
	switch (weakness.id) {
		case 'no-script-source':
			return { 'script-src': scripts };
		case 'unsafe-inline':
			return withoutInline(weakness, about);
		case 'broad-script-source':
			return inScripts(weakness, (texts) => withSources(without(texts, values), scripts));
		case 'unsafe-eval':
			return inScripts(weakness, (texts) => without(texts, values));
		case 'bypass-host':
		case 'strict-dynamic-alone':
			return inScripts(weakness, (texts) => withSources(texts, [NONCE, "'strict-dynamic'"]));
		case 'broad-object-source':
		case 'no-object-src':
			return { 'object-src': ["'none'"] };
		case 'insecure-scheme':
		case 'insecure-scheme-passive':
			return everywhere(policy, (texts) => [...new Set(texts.map(securedSource))]);
		case 'unsafe-style':
			return {
				'style-src': withSources(
					without(governing(policy, 'style-src-elem')?.texts ?? [], values),
					withSources(["'self'"], lists['style-src'] ?? []),
				),
			};
		case 'no-base-uri':
			return { 'base-uri': ["'self'"] };
		case 'no-frame-ancestors':
			return { 'frame-ancestors': ["'self'"] };
		case 'no-form-action':
			return { 'form-action': withSources(["'self'"], lists['form-action'] ?? []) };
		case 'ip-source':
		case 'local-source':
			return everywhere(policy, (texts) => without(texts, values));
		case 'deprecated-directive':
			return Object.fromEntries([
				...values.map((name) => [name, null]),
				...(values.includes('block-all-mixed-content') ? [['upgrade-insecure-requests', []]] : []),
			]);
		case 'syntax':
		case 'nonce-weak':
		case 'duplicate-directive':
			return {};
	}
}

/** Without values that are listed; the same where none of them is in it. */
function without(texts: readonly string[], values: readonly string[]): readonly string[] {
	const unwanted = new Set(values.map((one) => one.toLowerCase()));
	const isUnwanted = (text: string) => unwanted.has(text.toLowerCase());
	return texts.some(isUnwanted) ? withoutSources(texts, isUnwanted) : texts;
}

/** In the directive at fault; where that is default-src, in one for scripts alone. */
function inScripts(
	{ policy, directive }: CspWeakness,
	change: (texts: readonly string[]) => readonly string[],
): DirectiveChanges {
	const texts = policy.directives.get(directive) ?? [];
	return { [directive === 'default-src' ? 'script-src' : directive]: change(texts) };
}

/** By what the page needs: nothing, hashes of what never changes, or a nonce. */
function withoutInline(weakness: CspWeakness, about: Repairing): DirectiveChanges {
	const { sources, stableHashes } = about;
	// No nonce reaches an attribute.
	const needsNone = sources.inlineScripts === 0 || weakness.directive === 'script-src-attr';
	const instead = needsNone ? [] : (stableHashes ?? [NONCE, "'strict-dynamic'"]);
	return inScripts(weakness, (texts) => withSources(without(texts, weakness.values), instead));
}

function everywhere(
	{ directives }: EnforcedPolicy,
	change: (texts: readonly string[]) => readonly string[],
): DirectiveChanges {
	const lists = [...directives].filter(([name]) => isSourceList(name) || name === 'report-uri');
	return Object.fromEntries(lists.map(([name, texts]) => [name, change(texts)]));
}

/** So long a word is no slip. */
const LONGEST_SLIP = 30;

/** Keywords quoted, lost semicolons put back, unknown directives respelt where one is meant, else left out. */
function respelt(policy: EnforcedPolicy): string {
	const written = new Map<string, readonly string[]>();
	for (const [name, values] of [...policy.directives].flatMap(([name, texts]) =>
		parted(name, texts),
	)) {
		const directive = CSP_DIRECTIVES.includes(name) ? name : meant(name, policy);
		if (directive === null || written.has(directive)) continue;
		written.set(
			directive,
			values.flatMap((text) => requoted(text, directive)),
		);
	}
	return cspText(written);
}

/** A directive, and those that a lost semicolon has swallowed. */
function parted(name: string, texts: readonly string[]): readonly [string, readonly string[]][] {
	const parts: [string, string[]][] = [[name, []]];
	for (const text of texts) {
		if (isSourceList(text.toLowerCase())) parts.push([text.toLowerCase(), []]);
		else parts.at(-1)?.[1].push(text);
	}
	return parts;
}

function meant(name: string, { directives }: EnforcedPolicy): string | null {
	if (name.length > LONGEST_SLIP) return null;
	const plain = name.replace(/[:=]+$/, '');
	const found = CSP_DIRECTIVES.includes(plain) ? plain : closest(plain, CSP_DIRECTIVES);
	return found === null || directives.has(found) ? null : found;
}

const KEYWORD =
	/^(?:none|self|unsafe-(?:inline|eval|hashes)|strict-dynamic|report-sample|wasm-unsafe-eval|nonce-.+|sha(?:256|384|512)-.+)$/i;

function requoted(text: string, directive: string): readonly string[] {
	if (!isSourceList(directive) || KEYWORD.test(/^'(.*)'$/.exec(text)?.[1] ?? '')) return [text];
	const bare = text.replace(/^[^a-z0-9*/[]+|[^a-z0-9*/\]=:.]+$/gi, '');
	if (KEYWORD.test(bare)) return [`'${bare}'`];
	if (text.startsWith('//')) return [`https:${text}`];
	return text.startsWith("'") ? [] : [text];
}

/**
 * One policy instead of several: for each directive the sources, as written, that all policies have in
 * common which restrict the same thing.
 */
export function mergedPolicy(policies: readonly EnforcedPolicy[]): Sent {
	const names = new Set(policies.flatMap(({ directives }) => [...directives.keys()]));
	const merged = [...names].map((name): [string, readonly string[]] => {
		const lists = policies.flatMap((policy) => {
			const list = sourcesInForce(policy, name);
			return list === null ? [] : [list];
		});
		const [first = [], ...others] = lists;
		const shared = first.filter((one) => others.every((list) => list.includes(one)));
		const isNone = shared.length === 0 && isSourceList(name);
		return [name, isNone ? ["'none'"] : shared];
	});
	const by = policies.every((one) => one.by === 'meta') ? 'meta' : 'header';
	return { by, policy: cspText(new Map(merged)) };
}

/** The policy with what it blocks of the page let through, as far as a policy can do that. */
export function lettingThrough(parts: readonly BlockedPart[], policy: EnforcedPolicy): Sent {
	const changes: Record<string, readonly string[]> = {};
	const add = (directive: string, from: string, source: string) => {
		const before = changes[directive] ?? policy.directives.get(from) ?? [];
		changes[directive] = withSources(before, [source]);
	};
	for (const { what, subject, directive, add: source } of parts) {
		if (source === null || what === 'javascript: link') continue;
		if (what === 'style attribute') changes['style-src-attr'] = [source];
		else if (what === 'event handler') {
			changes['script-src-attr'] = withSources(changes['script-src-attr'] ?? ["'unsafe-hashes'"], [
				source,
			]);
		} else {
			const isOwn = directive !== 'default-src';
			add(isOwn ? directive : subject.replace(/-elem$/, ''), directive, source);
		}
	}
	const from = cspText(policy.directives);
	return { by: policy.by, policy: rewrittenPolicy(policy, changes), from };
}
