import { parentPort } from 'node:worker_threads';
import { done, type Work } from './secret-work.ts';

/* The other end of secret-crew.ts: a thread that does what it is sent, in order. */
parentPort?.on('message', (work: Work) => {
	parentPort?.postMessage(done(work));
});
