import type { DnsAnswer } from '../../core/io.ts';

/**
 * Answers about names that belong to none of the domains that are audited: the root's servers, a
 * provider's SPF records, a policy of the top-level domain. Many audits of a fleet ask the same.
 */
export interface Remembered {
	/** What is known by now; else `ask`s. Only answers are kept, by their TTL; failures are everybody's own. */
	answer(key: string, ask: () => Promise<DnsAnswer>): Promise<DnsAnswer>;
}

/** No answer is kept for longer, in seconds. */
const LONGEST_S = 300;
const MOST = 2_000;

const ANSWERS: ReadonlySet<string> = new Set(['ok', 'nodata', 'nxdomain']);

interface Kept {
	readonly answer: Promise<DnsAnswer>;
	/** On the clock of `now`; for ever while the answer is on its way. */
	until: number;
}

export function createRemembered(now: () => number = () => performance.now()): Remembered {
	const known = new Map<string, Kept>();
	const begin = (key: string, ask: () => Promise<DnsAnswer>): Promise<DnsAnswer> => {
		const kept: Kept = { answer: ask(), until: Number.POSITIVE_INFINITY };
		const forget = () => {
			if (known.get(key) === kept) known.delete(key);
		};
		known.set(key, kept);
		kept.answer.then((answer) => {
			kept.until = now() + secondsOf(answer) * 1_000;
			if (kept.until <= now()) forget();
		}, forget);
		// The oldest first: a map keeps the order in which its keys came.
		if (known.size > MOST) known.delete(known.keys().next().value ?? key);
		return kept.answer;
	};
	return {
		async answer(key, ask) {
			const kept = known.get(key);
			if (kept === undefined || kept.until <= now()) return begin(key, ask);
			try {
				const answer = await kept.answer;
				if (ANSWERS.has(answer.status)) return answer;
			} catch {
				// The audit that had asked was stopped.
			}
			return ask();
		},
	};
}

function secondsOf({ status, records, negativeTtl }: DnsAnswer): number {
	if (!ANSWERS.has(status)) return 0;
	const ttls = records.map(({ ttl }) => ttl);
	return Math.min(LONGEST_S, ttls.length > 0 ? Math.min(...ttls) : (negativeTtl ?? 0));
}
