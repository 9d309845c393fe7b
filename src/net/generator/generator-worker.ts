import { parentPort, workerData } from 'node:worker_threads';
import { createDialer } from '../dialer.ts';
import { MeasuringRun } from './measuring-run.ts';
import type { FromWorker, RunPlan, ToWorker } from './protocol.ts';

/*
 * The measuring thread. Names were resolved and addresses located before; nothing here asks DNS. It
 * ends when it is terminated.
 */

const plan = workerData as RunPlan;
const places = new Map(
	plan.routes.map(({ address, origin, proxy, at }) => {
		const { port, protocol } = new URL(proxy ?? origin);
		return [`${address} ${port || (protocol === 'https:' ? 443 : 80)}`, at] as const;
	}),
);

const dialer = createDialer({
	ask: () => Promise.reject(new Error('the measuring thread asks no DNS')),
	signal: new AbortController().signal,
	registrable: null,
	perAddress: Number.POSITIVE_INFINITY,
	addressMap: ({ address, port }) => places.get(`${address} ${port}`) ?? { address, port },
});

const post = (message: FromWorker) => parentPort?.postMessage(message);
const run = new MeasuringRun(plan, dialer, post);

parentPort?.on('message', (message: ToWorker) => {
	switch (message.kind) {
		case 'jobs':
			return run.add(message.jobs);
		case 'cancel':
			return run.cancel(message.line);
		case 'finish':
			return run.finish();
	}
});

await run.begin();
