import { parentPort, workerData } from 'node:worker_threads';
import { createFleetPart, type PartSettings } from './fleet-part.ts';

/* One thread's part of a fleet. Domains come in, reports go out; it ends when it is terminated. */

export type ToWorker =
	| { readonly kind: 'run'; readonly domain: string }
	| { readonly kind: 'stop' };

const stopped = new AbortController();
const part = createFleetPart(workerData as PartSettings, stopped.signal);

parentPort?.on('message', async (message: ToWorker) => {
	if (message.kind === 'stop') {
		stopped.abort();
		return;
	}
	const { domain } = message;
	try {
		parentPort?.postMessage({ domain, ended: await part.run(domain) });
	} catch (error) {
		parentPort?.postMessage({ domain, error });
	}
});
