import { Worker } from 'node:worker_threads';
import { TIMING_FAULTS, type TimingFault } from '../../core/io.ts';
import { whyStopped } from '../wait.ts';
import {
	COLUMNS,
	type FromWorker,
	type Job,
	type Noise,
	type RunPlan,
	type SampleText,
	type ToWorker,
} from './protocol.ts';

/** One row of the Worker's, named. Times as in `COLUMNS`. */
export type Sample = Readonly<Record<Exclude<(typeof COLUMNS)[number], 'fault'>, number>> &
	SampleText & { readonly fault: TimingFault };

export interface Generator {
	/** Lanes are open and warm, and the clock stands at 0. Rejects as `finish` does. */
	readonly ready: Promise<void>;
	/** Never resolves; rejects as `finish` does, for who waits for something else. */
	readonly failed: Promise<never>;
	/** Milliseconds on the run's clock, as near as another thread can tell; 0 before `ready`. */
	nowMs(): number;
	/** Before or after `ready`; intended times are on the run's clock either way. */
	submit(jobs: readonly Job[]): void;
	/** Drops what is queued for a line, or for all; samples in flight still come. */
	cancel(line?: number): void;
	/**
	 * After the last sample. Rejects with the signal's `Unobserved` when the audit is stopped, and with
	 * what went wrong in the Worker.
	 */
	finish(): Promise<Noise>;
	/** Breaks off at once: connections are closed, no further sample comes. */
	stop(): Promise<void>;
}

/**
 * Starts a run of the measuring Worker, a thread that does nothing but sending requests and looking at
 * the clock: what this thread does meanwhile delays no sample. `onSample` sees every sample as it ends,
 * warm-ups included (`warmUp` > 0); stop or cancel from there to break a circuit. Nothing is retried,
 * but a kept connection that the server had closed before it carried the request is replaced, and the
 * sample has the time of both.
 */
export function startGenerator(
	plan: RunPlan,
	{ signal, onSample }: { signal: AbortSignal; onSample(sample: Sample): void },
): Generator {
	const worker = new Worker(WORKER, { workerData: plan, stdout: false });
	const ready = promised<void>();
	const done = promised<Noise>();
	const failed = promised<never>();
	let zero: number | null = null;
	const post = (message: ToWorker) => worker.postMessage(message);
	const stop = async () => {
		signal.removeEventListener('abort', onAbort);
		await worker.terminate();
	};
	const fail = (error: unknown) => {
		ready.reject(error);
		done.reject(error);
		failed.reject(error);
		void stop();
	};
	const onAbort = () => fail(whyStopped(signal));
	signal.addEventListener('abort', onAbort, { once: true });
	if (signal.aborted) onAbort();
	worker.on('error', fail);
	worker.on('exit', () => fail(new Error('the measuring thread ended by itself')));
	worker.on('message', (message: FromWorker) => {
		if (signal.aborted) return;
		switch (message.kind) {
			case 'ready':
				zero = message.zeroAt;
				return ready.resolve();
			case 'sample':
				return onSample(sampleOf(message));
			case 'done':
				done.resolve(message.noise);
				return void stop();
		}
	});
	return {
		ready: ready.promise,
		failed: failed.promise,
		nowMs: () => (zero === null ? 0 : performance.timeOrigin + performance.now() - zero),
		submit: (jobs) => post({ kind: 'jobs', jobs }),
		cancel: (line) => post({ kind: 'cancel', line: line ?? null }),
		finish() {
			post({ kind: 'finish' });
			return done.promise;
		},
		stop,
	};
}

/** Beside this file, built or not. */
const WORKER = new URL(
	`./generator-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
	import.meta.url,
);

function sampleOf({ row, told }: Extract<FromWorker, { kind: 'sample' }>): Sample {
	const numbers = Object.fromEntries(COLUMNS.map((name, at) => [name, row[at] ?? 0]));
	return { ...numbers, ...told, fault: TIMING_FAULTS[numbers['fault'] ?? 0] ?? 'ours' } as Sample;
}

/** A promise that may be refused without anybody waiting for it. */
function promised<T>() {
	let resolve: (value: T) => void = () => {};
	let reject: (reason: unknown) => void = () => {};
	const promise = new Promise<T>((done, failed) => {
		resolve = done;
		reject = failed;
	});
	promise.catch(() => {});
	return { promise, resolve, reject };
}
