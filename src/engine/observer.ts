import { type Fact, type FactRef, Unobserved, unknown } from '../core/fact.ts';
import type { Io } from '../core/io.ts';
import type { Json } from '../core/json.ts';

/** Answers probes: from the network, or from an evidence file. Nothing else differs. */
export interface Observer {
	observe<V>(ref: FactRef<V>): Promise<Fact<V>>;
}

/** One recorded observation; one line of an evidence file. */
export interface Observation {
	readonly key: string;
	/** ISO time at which the probe was started. */
	readonly at: string;
	readonly fact: Fact<Json>;
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
	return {
		async observe<V>(ref: FactRef<V>): Promise<Fact<V>> {
			const { source } = ref;
			if (source.kind !== 'probe') throw new TypeError(`${ref.key} is not a probe`);
			const at = io.clock.now().toISOString();
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
			record({ key: ref.key, at, fact: fact as Fact<Json> });
			return fact;
		},
	};
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
