import type { CspPolicy } from './csp.ts';
import { type CspSource, matchesSource, parseCspSource } from './csp-source.ts';

/** What a policy can govern. */
export type CspSubject =
	| 'script-src'
	| 'script-src-elem'
	| 'script-src-attr'
	| 'style-src'
	| 'style-src-elem'
	| 'style-src-attr'
	| 'object-src'
	| 'img-src'
	| 'media-src'
	| 'worker-src'
	| 'frame-src'
	| 'connect-src'
	| 'font-src';

/** CSP3 §6.8.3: where a directive is not there, the next one governs. */
export const FALLBACKS: Readonly<Record<CspSubject, readonly string[]>> = {
	'script-src': ['default-src'],
	'script-src-elem': ['script-src', 'default-src'],
	'script-src-attr': ['script-src', 'default-src'],
	'style-src': ['default-src'],
	'style-src-elem': ['style-src', 'default-src'],
	'style-src-attr': ['style-src', 'default-src'],
	'object-src': ['default-src'],
	'img-src': ['default-src'],
	'media-src': ['default-src'],
	'worker-src': ['child-src', 'script-src', 'default-src'],
	'frame-src': ['child-src', 'default-src'],
	'connect-src': ['default-src'],
	'font-src': ['default-src'],
};

/** The sources that govern one kind of thing, and the directive that says so. */
export interface Governing {
	readonly directive: string;
	/** As written, each once. */
	readonly texts: readonly string[];
	readonly sources: readonly CspSource[];
}

/** Lists of a policy that were read before: a page's policies are asked about many things. */
const read = new WeakMap<CspPolicy, Map<CspSubject, Governing | null>>();

/** `null` where the policy does not restrict this. */
export function governing(policy: CspPolicy, subject: CspSubject): Governing | null {
	const lists = read.get(policy) ?? new Map<CspSubject, Governing | null>();
	read.set(policy, lists);
	const before = lists.get(subject);
	if (before !== undefined) return before;
	const list = readList(policy, subject);
	lists.set(subject, list);
	return list;
}

function readList({ directives }: CspPolicy, subject: CspSubject): Governing | null {
	for (const directive of [subject, ...FALLBACKS[subject]]) {
		const written = directives.get(directive);
		if (written === undefined) continue;
		const texts = [...new Set(written)];
		return { directive, texts, sources: texts.map(parseCspSource) };
	}
	return null;
}

/** What a directive says, or the one in its place, whatever it is for; `null` where none does. */
export function sourcesInForce(policy: CspPolicy, directive: string): readonly string[] | null {
	if (Object.hasOwn(FALLBACKS, directive)) {
		return governing(policy, directive as CspSubject)?.texts ?? null;
	}
	return policy.directives.get(directive) ?? null;
}

export function hasKeyword({ sources }: Governing, keyword: string): boolean {
	return sources.some((one) => one.kind === 'keyword' && one.keyword === keyword);
}

export function hasNonceOrHash({ sources }: Governing): boolean {
	return sources.some(({ kind }) => kind === 'nonce' || kind === 'hash');
}

export function isStrictDynamic(list: Governing): boolean {
	return hasKeyword(list, "'strict-dynamic'");
}

/**
 * §6.7.3.2: 'unsafe-inline' counts unless a nonce or a hash, or for scripts 'strict-dynamic', stands
 * beside it.
 */
export function allowsAllInline(list: Governing, type: 'script' | 'style'): boolean {
	if (!hasKeyword(list, "'unsafe-inline'") || hasNonceOrHash(list)) return false;
	return type === 'style' || !isStrictDynamic(list);
}

/** The sources by which URLs are allowed: 'strict-dynamic' cancels them for scripts. */
export function urlSources(list: Governing, type: 'script' | 'other'): readonly string[] {
	if (type === 'script' && isStrictDynamic(list)) return [];
	return list.texts.filter((_, at) => {
		const source = list.sources[at];
		return source?.kind === 'host' || source?.kind === 'scheme' || isSelf(source);
	});
}

function isSelf(source: CspSource | undefined): boolean {
	return source?.kind === 'keyword' && source.keyword === "'self'";
}

/** §6.7.2.7; an empty list, and 'none', let nothing through. */
export function allowsUrl({ sources }: Governing, url: URL, page: URL): boolean {
	return sources.some((source) => matchesSource(source, url, page));
}

/**
 * A source that lets everybody in: every host, or every host of a scheme. `data:` is one for what runs:
 * whoever can inject markup can write the content into the URL.
 */
export function isBroad(source: CspSource): boolean {
	if (source.kind === 'scheme') return ['https', 'http', 'data', 'ftp'].includes(source.scheme);
	return source.kind === 'host' && source.host === '*';
}

/** How one policy stands to a weakness. */
export type Standing =
	/** It has it. */
	| 'weak'
	/** It does not restrict this at all. */
	| 'open'
	| 'firm';

/**
 * Of several policies each must allow a thing, so a weakness is one only if none of them is firm. The
 * first weak one; `null` where the page is not weak in this, or where no policy says a word about it.
 */
export function weakest<P extends CspPolicy>(
	policies: readonly P[],
	standing: (policy: P) => Standing,
): P | null {
	const standings = policies.map(standing);
	if (standings.includes('firm')) return null;
	return policies[standings.indexOf('weak')] ?? null;
}
