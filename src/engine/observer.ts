import { type Fact, type FactRef, Unobserved, unknown, type WireCost } from '../core/fact.ts';
import type { Io } from '../core/io.ts';
import type { Json } from '../core/json.ts';

/** Answers probes: from the network, or from an evidence file. Nothing else differs. */
export interface Observer {
	/** `after` is the key of the observation that this one had to wait for, where there was one. */
	observe<V>(ref: FactRef<V>, after?: string | null): Promise<Fact<V>>;
}

/** One recorded observation; one line of an evidence file. */
export interface Observation {
	readonly key: string;
	/** ISO time at which the probe was started. */
	readonly at: string;
	readonly fact: Fact<Json>;
	/** Milliseconds since the first observation was begun; absent in older recordings, as all below. */
	readonly askedMs?: number | undefined;
	readonly tookMs?: number | undefined;
	/** Key of the observation that it waited for. */
	readonly after?: string | null | undefined;
	readonly roundTrips?: number | undefined;
	readonly address?: string | null | undefined;
	/** Gathered alone, when everything else was settled. */
	readonly quiet?: true | undefined;
}

/**
 * Asks the world and hands every answer to `record`. When `signal` aborts, whatever is still on its
 * way becomes an unknown at once, for the reason that the signal carries, so that an audit ends
 * even if a probe forgot its deadline.
 */
export function liveObserver(
	io: Io,
	signal: AbortSignal,
	record: (observation: Observation) => void,
): Observer {
	let firstAt: number | undefined;
	return {
		async observe<V>(ref: FactRef<V>, after: string | null = null): Promise<Fact<V>> {
			const { source } = ref;
			if (source.kind !== 'probe') throw new TypeError(`${ref.key} is not a probe`);
			const began = io.clock.now();
			firstAt ??= began.getTime();
			let fact: Fact<V>;
			try {
				const value = await unlessAborted(signal, () => source.observe(ref.params as never, io));
				fact = { status: 'known', value: source.value.parse(value) as V };
			} catch (error) {
				fact =
					error instanceof Unobserved
						? unknown(error.because, error.message)
						: unknown('our-bug', `${source.name}: ${describeError(error)}`);
			}
			record({
				key: ref.key,
				at: began.toISOString(),
				askedMs: began.getTime() - firstAt,
				tookMs: io.clock.now().getTime() - began.getTime(),
				after,
				...wireCost(ref, fact),
				...(source.lane === 'quiet' && { quiet: true }),
				fact: fact as Fact<Json>,
			});
			return fact;
		},
	};
}

/** What came to nothing is taken for one question without an answer. */
export function wireCost({ source, params }: FactRef<unknown>, fact: Fact<unknown>): WireCost {
	if (source.kind !== 'probe' || fact.status !== 'known') return { roundTrips: 1, address: null };
	return source.wire(params as never, fact.value as never);
}

function describeError(error: unknown): string {
	return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function unlessAborted<V>(signal: AbortSignal, work: () => Promise<V>): Promise<V> {
	if (signal.aborted) return Promise.reject(signal.reason);
	return new Promise<V>((resolve, reject) => {
		const stop = () => reject(signal.reason);
		signal.addEventListener('abort', stop, { once: true });
		work()
			.then(resolve, reject)
			.finally(() => signal.removeEventListener('abort', stop));
	});
}

/** Answers from recorded observations and never opens a socket. */
export function replayObserver(observations: Iterable<Observation>): Observer {
	const byKey = new Map([...observations].map((one) => [one.key, one.fact]));
	return {
		async observe<V>(ref: FactRef<V>): Promise<Fact<V>> {
			const fact = byKey.get(ref.key);
			if (fact === undefined) return unknown('not-recorded', `no observation of ${ref.key}`);
			if (fact.status !== 'known' || ref.source.kind !== 'probe') return fact as Fact<V>;
			const read = ref.source.value.safeParse(fact.value);
			if (read.success) return { ...fact, value: read.data as V };
			return unknown('not-recorded', `the observation of ${ref.key} is not of this version`);
		},
	};
}

/**
 * Sends nothing: notes each request that would be sent and goes on with the probe's assumed answer,
 * because later requests depend on it.
 */
export function planningObserver(note: (line: string) => void): Observer {
	return {
		async observe<V>(ref: FactRef<V>): Promise<Fact<V>> {
			const { source } = ref;
			if (source.kind !== 'probe') throw new TypeError(`${ref.key} is not a probe`);
			const line = source.plan(ref.params as never);
			if (line !== null) note(line);
			const value = source.assume(ref.params as never);
			return value === undefined
				? unknown('not-asked', 'nothing was sent')
				: { status: 'known', value: value as V };
		},
	};
}
