/**
 * The arithmetic behind latency verdicts: exact binomial tails, order statistics, runs. Pure, and
 * exact to about 1e-10 for the sample sizes that an audit takes (up to some thousands).
 */

/** Largest chance of a false pass, and of a false fail, that a verdict may carry. */
const ALPHA = 0.05;

/** The share of samples that may be over a p95 budget. */
export const P95_SHARE = 0.05;
/** The share that may be over a p99 budget, and the share of errors allowed. */
export const P99_SHARE = 0.01;

/** P(Bin(n, share) ≤ k). */
export function atMost(k: number, n: number, share: number): number {
	if (k < 0) return 0;
	if (k >= n) return 1;
	let sum = 0;
	for (let i = 0; i <= k; i += 1) sum += Math.exp(logProbability(i, n, share));
	return Math.min(1, sum);
}

/** P(Bin(n, share) ≥ k). */
export function atLeast(k: number, n: number, share: number): number {
	if (k <= 0) return 1;
	if (k > n) return 0;
	let sum = 0;
	for (let i = k; i <= n; i += 1) sum += Math.exp(logProbability(i, n, share));
	return Math.min(1, sum);
}

/** Most samples over that still prove the share is kept; `null` where n is too small for any. */
export function passBound(n: number, share: number): number | null {
	let bound: number | null = null;
	for (let k = 0; k <= n && atMost(k, n, share) <= ALPHA; k += 1) bound = k;
	return bound;
}

/** Fewest samples over that prove the share is broken; `null` where n is too small for any. */
export function failBound(n: number, share: number): number | null {
	for (let k = 0; k <= n; k += 1) {
		if (atLeast(k, n, share) <= ALPHA) return k;
	}
	return null;
}

/** Samples that a pass needs if no more than `over` of them are over. */
export function samplesForPass(over: number, share: number): number {
	let n = over + 1;
	while (atMost(over, n, share) > ALPHA) n += 1;
	return n;
}

/** Nearest rank: the smallest sample with at least `share` of all at or below it. `null` for none. */
export function nearestRank(sorted: readonly number[], share: number): number | null {
	const rank = Math.max(1, Math.ceil(share * sorted.length - 1e-9));
	return sorted[rank - 1] ?? null;
}

/** Bounds of a quantile in the samples' unit; `null` where the samples give no upper bound. */
export interface QuantileInterval {
	readonly low: number;
	readonly high: number | null;
}

/**
 * Distribution-free 95 % interval for a quantile from order statistics: 2.5 % at most on either side.
 * `null` for no samples; 0 where they give no lower bound.
 */
export function quantileInterval(
	sorted: readonly number[],
	share: number,
): QuantileInterval | null {
	const n = sorted.length;
	if (n === 0) return null;
	// The low-th smallest exceeds the quantile with the chance that fewer than `low` lie below it.
	let low = 0;
	for (let tail = 0; low < n; low += 1) {
		tail += Math.exp(logProbability(low, n, share));
		if (tail > ALPHA / 2) break;
	}
	let high = n;
	for (let tail = 0; high > 0; high -= 1) {
		tail += Math.exp(logProbability(high, n, share));
		if (tail > ALPHA / 2) break;
	}
	return { low: sorted[low - 1] ?? 0, high: sorted[high] ?? null };
}

/**
 * Whether the samples that are over follow each other more often than chance allows, were they spread
 * at random: lag-1 clustering by the exact distribution of runs (Wald and Wolfowitz 1940). A pass on
 * clustered samples says little, since 59 samples can lie between two slow blocks.
 */
export function isClustered(over: readonly boolean[]): boolean {
	const n = over.length;
	const k = over.filter(Boolean).length;
	if (k < 2 || k === n) return false;
	const runs = over.filter((one, i) => one && over[i - 1] !== true).length;
	let chance = 0;
	for (let r = 1; r <= runs; r += 1) {
		const log = logChoose(k - 1, r - 1) + logChoose(n - k + 1, r) - logChoose(n, k);
		chance += Math.exp(log);
	}
	return chance <= ALPHA;
}

function logProbability(k: number, n: number, share: number): number {
	return logChoose(n, k) + k * Math.log(share) + (n - k) * Math.log1p(-share);
}

/** ln of "n over k"; minus infinity where k is out of range. */
function logChoose(n: number, k: number): number {
	if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
	return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const LOG_FACTORIALS: number[] = [0];

function logFactorial(n: number): number {
	for (let i = LOG_FACTORIALS.length; i <= n; i += 1) {
		LOG_FACTORIALS.push((LOG_FACTORIALS[i - 1] ?? 0) + Math.log(i));
	}
	return LOG_FACTORIALS[n] ?? 0;
}
