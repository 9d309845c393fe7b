import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { done, type Work, type Worked } from './secret-work.ts';

/** Git itself keeps a core busy; beyond two, it is what everybody waits for. */
const MOST_WORKERS = 2;
/** Pieces that a thread has at hand, so that it never waits for the next. */
const AT_HAND = 2;

/** Looks through pieces of memory, in threads of its own where it can. */
export interface Crew {
	/** Settles when it is done; takes no more before there is room. */
	do<W extends Work>(work: W): Promise<Worked<W>>;
	/** Waits until another piece would be begun at once. */
	room(): Promise<void>;
	/** Everything that was given is dropped. */
	dismiss(): Promise<void>;
}

/** TypeScript as it is written runs in no thread of its own in every version of Node: then in this one. */
export function secretCrew(): Crew {
	return import.meta.url.endsWith('.ts') ? oneself() : threads();
}

function oneself(): Crew {
	return {
		async do(work) {
			await new Promise<void>((resolve) => setImmediate(resolve));
			return done(work);
		},
		room: async () => undefined,
		dismiss: async () => undefined,
	};
}

interface Hand {
	readonly worker: Worker;
	/** In the order in which they were given, which is the order of the answers. */
	readonly waiting: { settle(worked: Worked): void; fail(error: unknown): void }[];
}

function threads(): Crew {
	const count = Math.max(1, Math.min(MOST_WORKERS, availableParallelism() - 1));
	let wake: () => void = () => undefined;
	const hands = Array.from({ length: count }, () => hand(() => wake()));
	const idlest = () => hands.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
	return {
		do<W extends Work>(work: W): Promise<Worked<W>> {
			const { worker, waiting } = idlest();
			return new Promise<Worked<W>>((resolve, fail) => {
				waiting.push({ settle: (worked) => resolve(worked as Worked<W>), fail });
				worker.postMessage(work, [work.bytes.buffer]);
			});
		},
		async room() {
			while (idlest().waiting.length >= AT_HAND) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		},
		async dismiss() {
			await Promise.all(hands.map(({ worker }) => worker.terminate()));
		},
	};
}

function hand(onDone: () => void): Hand {
	const worker = new Worker(new URL('./secret-worker.js', import.meta.url), {
		// Nothing of the command line or the environment is its business.
		argv: [],
		env: {},
		execArgv: [],
		// What is read is thrown away at once: a larger nursery only fills more memory.
		resourceLimits: { maxYoungGenerationSizeMb: 16 },
	});
	const waiting: Hand['waiting'] = [];
	worker.on('message', (worked: Worked) => {
		waiting.shift()?.settle(worked);
		onDone();
	});
	const failAll = (error: unknown) => {
		for (const one of waiting.splice(0)) one.fail(error);
		onDone();
	};
	worker.on('error', failAll);
	worker.on('exit', () => failAll(new Error('the scan was ended')));
	return { worker, waiting };
}
