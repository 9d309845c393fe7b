/** What an observation took, as a recording has it; older recordings have none of it. */
export interface Waited {
	readonly key: string;
	/** Milliseconds since the first observation was begun. */
	readonly askedMs?: number | undefined;
	readonly tookMs?: number | undefined;
	/** Key of the observation that it waited for. */
	readonly after?: string | null | undefined;
	readonly roundTrips?: number | undefined;
	readonly address?: string | null | undefined;
	/** Gathered alone, after everything else: reported apart. */
	readonly quiet?: true | undefined;
}

export interface WireTimes {
	/** Keys of the longest chain of observations of which each had to wait for the one before. */
	readonly criticalPath: readonly string[];
	/** Of that chain: with endless capacity, no audit is over sooner. */
	readonly roundTrips: number;
	/** The address with most to do, one connection at a time; `null` where none had any. */
	readonly busiest: { readonly address: string; readonly roundTrips: number } | null;
	/** Milliseconds in which at least one answer was waited for. */
	readonly networkMs: number;
	/** The same for what is gathered alone, at the end. */
	readonly quietMs: number;
}

/**
 * Where the time of an audit goes, from its own observations. A chain is counted in round trips, so that
 * it is the same on a near and on a far network; what an observation waited for a connection to be free
 * is no part of it.
 */
export function wireTimes(observations: readonly Waited[]): WireTimes {
	const loud = observations.filter(({ quiet }) => quiet !== true);
	const chains = new Chains(loud);
	const last = loud.reduce<string | null>(
		(best, { key }) => (chains.of(key) > chains.of(best) ? key : best),
		null,
	);
	return {
		criticalPath: chains.path(last),
		roundTrips: chains.of(last),
		busiest: busiestOf(loud),
		networkMs: covered(loud),
		quietMs: covered(observations.filter(({ quiet }) => quiet === true)),
	};
}

class Chains {
	readonly #byKey: ReadonlyMap<string, Waited>;
	readonly #lengths = new Map<string, number>();

	constructor(observations: readonly Waited[]) {
		this.#byKey = new Map(observations.map((one) => [one.key, one]));
	}

	/** Round trips until the observation has settled. */
	of(key: string | null): number {
		if (key === null) return 0;
		const known = this.#lengths.get(key);
		if (known !== undefined) return known;
		// No recording of ours goes in a circle; one that was edited must still end.
		this.#lengths.set(key, 0);
		let length = 0;
		for (const at of this.path(key)) length += this.#byKey.get(at)?.roundTrips ?? 0;
		this.#lengths.set(key, length);
		return length;
	}

	/** First to last, without what never left the machine. */
	path(key: string | null): readonly string[] {
		const path: string[] = [];
		const seen = new Set<string>();
		for (let at = key; at !== null && !seen.has(at); at = this.#byKey.get(at)?.after ?? null) {
			seen.add(at);
			if ((this.#byKey.get(at)?.roundTrips ?? 0) > 0) path.unshift(at);
		}
		return path;
	}
}

function busiestOf(observations: readonly Waited[]): WireTimes['busiest'] {
	const work = new Map<string, number>();
	for (const { address, roundTrips = 0 } of observations) {
		if (address != null) work.set(address, (work.get(address) ?? 0) + roundTrips);
	}
	const [most] = [...work].sort(([, a], [, b]) => b - a);
	return most === undefined ? null : { address: most[0], roundTrips: most[1] };
}

/** The length of the union of the times in which something was under way on the network. */
function covered(observations: readonly Waited[]): number {
	const spans = observations
		// What measures is on the network all the time, and its round trips are not counted.
		.filter(({ roundTrips = 0, quiet }) => quiet === true || roundTrips > 0)
		.map(({ askedMs = 0, tookMs = 0 }) => [askedMs, askedMs + tookMs] as const)
		.sort(([a], [b]) => a - b);
	let total = 0;
	let until = Number.NEGATIVE_INFINITY;
	for (const [from, to] of spans) {
		total += Math.max(0, to - Math.max(from, until));
		until = Math.max(until, to);
	}
	return total;
}
