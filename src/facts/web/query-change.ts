/** What became of a query on its way. */
export interface QueryChange {
	readonly how: /** A parameter is gone. */
		| 'lost'
		/** One is there more often than it was asked. */
		| 'doubled'
		/** Of several values of one name, some are gone. */
		| 'merged'
		/** A value came out otherwise. */
		| 'changed'
		| 'reordered'
		/** The same, with bytes that a query must percent-encode (RFC 3986 §3.4). */
		| 'decoded';
	/** The parameters it happened to, as asked, each once. */
	readonly names: readonly string[];
}

/** A query inside a parameter inside a parameter is as deep as real sites nest. */
const MOST_NESTING = 2;

/**
 * How a query was changed, gravest first, or `null` where all of it arrived: every name with all its
 * values, in order. What was added is no change, nor another encoding of the same text (`+` for
 * `%20`), nor a query kept whole in a parameter, as sign-in pages do. Both without `?`, as sent.
 */
export function queryChange(asked: string, got: string): QueryChange | null {
	const change = compared(asked, got);
	return change !== null && isKeptInside(asked, got, 0) ? null : change;
}

/** Whether advertising, analytics or referral programmes read this parameter. */
export function isCampaignParameter(name: string): boolean {
	return /^(?:utm_.+|gclid|fbclid|msclkid|ref)$/i.test(name);
}

/** The query of a URL or Location value as it was written; empty without one. */
export function rawQuery(url: string): string {
	const [beforeFragment = ''] = url.split('#', 1);
	const at = beforeFragment.indexOf('?');
	return at === -1 ? '' : beforeFragment.slice(at + 1);
}

function compared(asked: string, got: string): QueryChange | null {
	const before = [...new URLSearchParams(asked)];
	const after = [...new URLSearchParams(got)];
	const names = [...new Set(before.map(([name]) => name))];
	const fates = names.map((name) => fateOf(valuesOf(before, name), valuesOf(after, name)));
	for (const how of GRAVEST_FIRST) {
		const hit = names.filter((_, index) => fates[index] === how);
		if (hit.length > 0) return { how, names: hit };
	}
	const kept = after.filter(([name]) => names.includes(name));
	if (kept.some(([name], index) => name !== before[index]?.[0])) {
		return { how: 'reordered', names: [] };
	}
	const bare = names.filter((name) => isWrittenBare(name, got) && !isWrittenBare(name, asked));
	return bare.length > 0 ? { how: 'decoded', names: bare } : null;
}

const GRAVEST_FIRST = ['lost', 'doubled', 'merged', 'changed', 'reordered'] as const;

type Fate = (typeof GRAVEST_FIRST)[number] | 'kept';

function fateOf(before: readonly string[], after: readonly string[]): Fate {
	if (after.length === 0) return 'lost';
	if (before.length === after.length && before.every((value, index) => value === after[index]))
		return 'kept';
	const [sortedBefore, sortedAfter] = [before, after].map((list) => [...list].sort());
	if (JSON.stringify(sortedBefore) === JSON.stringify(sortedAfter)) return 'reordered';
	if (after.length > before.length && before.every((value) => after.includes(value)))
		return 'doubled';
	if (after.length < before.length && after.every((value) => before.includes(value)))
		return 'merged';
	return 'changed';
}

function valuesOf(pairs: readonly [string, string][], name: string): readonly string[] {
	return pairs.filter(([one]) => one === name).map(([, value]) => value);
}

/** Whether one of its pairs holds a space, a control, a quote, an angle bracket or a byte above 127. */
function isWrittenBare(name: string, query: string): boolean {
	return query
		.split('&')
		.some((pair) => new URLSearchParams(pair).has(name) && /[^!#-;=?-~]/.test(pair));
}

function isKeptInside(asked: string, got: string, depth: number): boolean {
	if (asked === '' || depth >= MOST_NESTING) return false;
	return [...new URLSearchParams(got)].some(([, value]) => {
		const inner = rawQuery(value);
		if (inner === '') return false;
		return compared(asked, inner) === null || isKeptInside(asked, inner, depth + 1);
	});
}
