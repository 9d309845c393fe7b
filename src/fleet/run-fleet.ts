import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Ended, PartSettings } from './fleet-part.ts';
import type { ToWorker } from './fleet-worker.ts';

export interface Fleet extends Pick<PartSettings, 'options' | 'addresses'> {
	readonly domains: readonly string[];
	/** Shards of which this process runs one. 1 unless given. */
	readonly shards?: number;
	/** Audits at once, in all threads together. 100 unless given. */
	readonly atOnce?: number;
	/** Threads that audit, this one not counted; one a core unless given. */
	readonly threads?: number;
	readonly signal: AbortSignal;
	/** A report is there; the next domain waits until it is taken. A rejection ends the run. */
	onReport(ended: Ended): Promise<void>;
	/** An audit ended in an error of ours. */
	onFailure(domain: string, error: Error): void;
}

/** A thread that audits. */
interface Lane {
	run(domain: string): Promise<Ended | null>;
	/** Its thread is gone: nothing more can be run. */
	isBroken(): boolean;
	stop(): void;
	close(): Promise<void>;
}

const AT_ONCE = 100;
/** A thread costs memory, and the resolver is the limit before this many are busy. */
const MOST_THREADS = 8;
/** Domains that a thread has in hand, by audits that it runs at once: some wait for a crowded address. */
const IN_HAND = 2;

/**
 * Audits every domain once, in any order. Domains go to whichever thread has room. A stop through
 * `signal` ends what is under way without a report. Rejects for what is wrong with every audit, such as a
 * resolver that is none.
 */
export async function runFleet(fleet: Fleet): Promise<void> {
	const { domains, signal, shards = 1, atOnce = AT_ONCE } = fleet;
	const wanted = fleet.threads ?? Math.min(availableParallelism(), MOST_THREADS);
	const threads = Math.max(1, Math.min(wanted, Math.ceil(domains.length / IN_HAND)));
	const each = Math.max(1, Math.ceil(atOnce / threads));
	const settings: PartSettings = {
		options: fleet.options,
		atOnce: each,
		parts: threads * shards,
		addresses: fleet.addresses,
	};
	const lanes = Array.from({ length: threads }, () => openLane(settings));
	const stop = () => {
		for (const lane of lanes) lane.stop();
	};
	signal.addEventListener('abort', stop, { once: true });
	if (signal.aborted) stop();
	const left = domains[Symbol.iterator]();
	const work = async (lane: Lane) => {
		for (const domain of left) {
			if (signal.aborted) return;
			if (lane.isBroken()) throw new Error('a thread of the fleet ended by itself');
			await one(lane, domain, fleet);
		}
	};
	try {
		await Promise.all(
			lanes.flatMap((lane) => Array.from({ length: each * IN_HAND }, () => work(lane))),
		);
	} finally {
		signal.removeEventListener('abort', stop);
		stop();
		await Promise.all(lanes.map((lane) => lane.close()));
	}
}

async function one(lane: Lane, domain: string, { signal, onReport, onFailure }: Fleet) {
	let ended: Ended | null;
	try {
		ended = await lane.run(domain);
	} catch (error) {
		if (signal.aborted) return;
		// What is wrong with the settings is so for every domain.
		if (error instanceof RangeError || !(error instanceof Error)) throw error;
		onFailure(domain, error);
		return;
	}
	if (ended !== null) await onReport(ended);
}

interface FromWorker {
	readonly domain: string;
	readonly ended?: Ended | null;
	readonly error?: unknown;
}

function openLane(settings: PartSettings): Lane {
	const worker = new Worker(WORKER, {
		workerData: settings,
		stdout: false,
		resourceLimits: MEMORY,
	});
	const waiting = new Map<string, PromiseWithResolversOf<Ended | null>>();
	let broken: Error | null = null;
	const fail = (error: Error) => {
		broken ??= error;
		for (const { reject } of waiting.values()) reject(broken);
		waiting.clear();
	};
	worker.on('error', fail);
	worker.on('exit', () => fail(new Error('a thread of the fleet ended by itself')));
	worker.on('message', ({ domain, ended, error }: FromWorker) => {
		const promise = waiting.get(domain);
		waiting.delete(domain);
		if (ended === undefined) promise?.reject(error);
		else promise?.resolve(ended);
	});
	const post = (message: ToWorker) => worker.postMessage(message);
	return {
		run: (domain) =>
			new Promise((resolve, reject) => {
				if (broken !== null) {
					reject(broken);
					return;
				}
				waiting.set(domain, { resolve, reject });
				post({ kind: 'run', domain });
			}),
		isBroken: () => broken !== null,
		stop: () => post({ kind: 'stop' }),
		async close() {
			await worker.terminate();
		},
	};
}

interface PromiseWithResolversOf<T> {
	resolve(value: T): void;
	reject(error: unknown): void;
}

/**
 * Several times what a thread needs. Known to be small, its heap is kept so: without a limit it grows to
 * twice the size before it is swept.
 */
const MEMORY = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 16 };

/** Beside this file, built or not. */
const WORKER = new URL(
	`./fleet-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
	import.meta.url,
);
