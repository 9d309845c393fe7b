import type { TimingSample } from './io.ts';

/** When enough samples have been taken to say that 95 % of requests are under the budget, or not. */
export interface Look {
	readonly n: number;
	/** At most so many over: pass. `null` where no count can pass yet. */
	readonly passAtMost: number | null;
	/** At least so many over: fail. */
	readonly failAtLeast: number;
}

/**
 * Looks at a growing series, for p95 against a budget. Stopping at the first decision gives a false
 * pass in 4.6 % and a false fail in 1.9 % of series that are exactly on the line; looking more often
 * would give more, so nothing is decided between looks.
 */
export const LOOKS: readonly Look[] = [
	{ n: 20, passAtMost: null, failAtLeast: 5 },
	{ n: 80, passAtMost: 0, failAtLeast: 10 },
	{ n: 150, passAtMost: 2, failAtLeast: 15 },
	{ n: 210, passAtMost: 4, failAtLeast: 20 },
	{ n: 300, passAtMost: 7, failAtLeast: 26 },
];

/** `go-on` between looks and where more samples would decide; `undecided` when the plan is used up. */
export type PlanDecision = 'pass' | 'fail' | 'go-on' | 'undecided';

/** `over` counts samples at or above the budget among the first `n`, failures included. */
export function decide(n: number, over: number): PlanDecision {
	const look = LOOKS.find((each) => each.n === n);
	if (look !== undefined) {
		if (look.passAtMost !== null && over <= look.passAtMost) return 'pass';
		if (over >= look.failAtLeast) return 'fail';
	}
	return nextLook(n) === null ? 'undecided' : 'go-on';
}

/** The sample count of the next look after `n`; `null` after the last. */
export function nextLook(n: number): number | null {
	return LOOKS.find((look) => look.n > n)?.n ?? null;
}

/** At or above the budget, or no use to the user: a fast 500 must not better a p95. */
export function isOver(
	sample: Pick<TimingSample, 'tookMs' | 'status' | 'failure'>,
	budgetMs: number,
): boolean {
	return sample.failure !== '' || sample.status >= 500 || sample.tookMs >= budgetMs;
}

/**
 * What a sample is held against (ms): the budget, plus the way there and back where one round trip
 * takes over half of it, so that the server's own time is judged. A visit goes that way several times.
 */
export function limitOf(budgetMs: number, roundTripMs: number | null, roundTrips = 1): number {
	const roundTrip = roundTripMs ?? 0;
	return roundTrip > budgetMs / 2 ? budgetMs + roundTrips * roundTrip : budgetMs;
}

/** One for each TCP connect and each TLS handshake (RFC 8446 §2), and one for each request. */
export function roundTripsOf(visit: readonly string[]): number {
	const origins = new Set(visit.map((url) => new URL(url).origin));
	const opening = [...origins].reduce((sum, one) => sum + (one.startsWith('https:') ? 2 : 1), 0);
	return visit.length + opening;
}

/** Routes of one OpenAPI file that are timed. */
export const MOST_ROUTES = 8;

/**
 * Seconds that the plan may take for so many named endpoints: 300 samples, four a second, and more
 * slowly where several endpoints share a host or answer late.
 */
export function planSeconds(endpoints: number): number {
	return endpoints === 0 ? 0 : Math.min(600, 30 + 90 * endpoints);
}
