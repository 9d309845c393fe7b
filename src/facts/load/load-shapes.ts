/**
 * What a load's samples look like over time: stalls, rising latency, bursts of errors. Pure; times in
 * milliseconds.
 */

export interface Span {
	/** Handed to the socket. */
	readonly sentMs: number;
	readonly endedMs: number;
}

export interface Stall {
	readonly atMs: number;
	readonly lastedMs: number;
	/** Of those in flight at its end, how many had waited for long. */
	readonly waited: number;
	readonly inFlight: number;
}

/** Times the median: waiting longer is no usual answer. */
const LONG = 5;
const WAITING_SHARE = 0.8;
const FEWEST = 5;
/**
 * So many answers are usual in a stall's time, and none came: among a few hundred gaps, chance makes
 * none that long.
 */
const MISSED_ANSWERS = 15;

/**
 * The longest time without any answer at whose end at least 80 % of what was in flight, and five at
 * least, had waited for more than five times the median. A shorter one than fifteen usual answers take
 * to come is not told from chance; `ratePerMs` says how many come. After `untilMs` nobody asks any more, so
 * silence is no stall.
 */
export function longestStall(
	spans: readonly Span[],
	ratePerMs: number,
	untilMs: number,
): Stall | null {
	if (spans.length === 0 || ratePerMs <= 0) return null;
	const took = spans.map(({ sentMs, endedMs }) => endedMs - sentMs).sort(ascending);
	const long = LONG * (took[Math.floor(took.length / 2)] ?? 0);
	const shortest = Math.max(long, MISSED_ANSWERS / ratePerMs);
	const ends = spans.map(({ endedMs }) => endedMs).sort(ascending);
	let longest: Stall | null = null;
	for (const [nth, at] of ends.entries()) {
		const from = nth === 0 ? 0 : (ends[nth - 1] ?? 0);
		const end = Math.min(at, untilMs);
		const lastedMs = end - from;
		if (lastedMs < shortest || lastedMs <= (longest?.lastedMs ?? 0)) continue;
		const inFlight = spans.filter(({ sentMs, endedMs }) => sentMs < end && endedMs >= end);
		const waited = inFlight.filter(({ sentMs }) => end - sentMs > long).length;
		if (inFlight.length < FEWEST || waited < WAITING_SHARE * inFlight.length) continue;
		longest = { atMs: from, lastedMs, waited, inFlight: inFlight.length };
	}
	return longest;
}

export interface Trend {
	/** Medians of the first, the middle and the last third. */
	readonly medians: readonly [number, number, number];
	readonly isRising: boolean;
}

/** Of the normal distribution: one in a thousand is above. */
const Z_SIGNIFICANT = 3.09;
/** A smaller rise is nobody's trouble. */
const RISE = 1.2;

/**
 * Whether latencies rise over a run: the last third against the first by Mann and Whitney's U (1947,
 * normal approximation, one-sided), a rise of a fifth at least, and the middle third in between.
 */
export function trendOf(tookMs: readonly number[], leastMs: number): Trend | null {
	const third = Math.floor(tookMs.length / 3);
	if (third < 10) return null;
	const parts = [tookMs.slice(0, third), tookMs.slice(third, -third), tookMs.slice(-third)];
	const [first = 0, middle = 0, last = 0] = parts.map(median);
	const isSignificant = mannWhitney(parts[0] ?? [], parts[2] ?? []) > Z_SIGNIFICANT;
	return {
		medians: [first, middle, last],
		isRising:
			isSignificant &&
			last > RISE * first &&
			last - first > leastMs &&
			middle >= first &&
			middle <= last,
	};
}

/** z of "the later ones are larger"; ties share their ranks. */
function mannWhitney(earlier: readonly number[], later: readonly number[]): number {
	const all = [
		...earlier.map((value) => ({ value, isLater: false })),
		...later.map((value) => ({ value, isLater: true })),
	].sort((a, b) => a.value - b.value);
	let rankSum = 0;
	for (let from = 0; from < all.length; ) {
		let to = from;
		while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
		const rank = (from + 1 + to) / 2;
		rankSum += rank * all.slice(from, to).filter(({ isLater }) => isLater).length;
		from = to;
	}
	const [n, m] = [earlier.length, later.length];
	const u = rankSum - (m * (m + 1)) / 2;
	const deviation = Math.sqrt((n * m * (n + m + 1)) / 12);
	return deviation === 0 ? 0 : (u - (n * m) / 2) / deviation;
}

/** The most events within any `withinMs`, and when that begins; `null` for none. */
export function densest(
	atMs: readonly number[],
	withinMs: number,
): { readonly count: number; readonly atMs: number } | null {
	const sorted = [...atMs].sort(ascending);
	let best: { count: number; atMs: number } | null = null;
	let from = 0;
	for (const [to, at] of sorted.entries()) {
		while (at - (sorted[from] ?? at) > withinMs) from += 1;
		const count = to - from + 1;
		if (count > (best?.count ?? 0)) best = { count, atMs: sorted[from] ?? at };
	}
	return best;
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort(ascending);
	return sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
}

function ascending(a: number, b: number): number {
	return a - b;
}
