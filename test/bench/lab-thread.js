/**
 * The lab in a thread of its own, as servers of others would be: what it costs to answer must not hold
 * up who asks. `startModelLab` is called in the thread that audits.
 */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
	isMainThread,
	MessageChannel,
	receiveMessageOnPort,
	Worker,
	workerData,
} from 'node:worker_threads';
import { loadWorld, startLab } from '../../dist/bundle/sdk-testing.js';

const WORLD = fileURLToPath(new URL('../../fixtures/worlds/demo.yaml', import.meta.url));
export const DOMAIN = 'ready.example';

/** The demo's ready product with one host more: apex, www, app, api, admin, and two mail hosts. */
async function modelWorld() {
	const world = await loadWorld(WORLD);
	world.zones[DOMAIN].records += '\nadmin 300 A 203.0.113.103\nadmin 300 AAAA 2001:db8:20::103\n';
	const app = world.sites.find(({ hosts }) => hosts.includes(`app.${DOMAIN}`));
	const at = ['203.0.113.103', '2001:db8:20::103'];
	world.sites.push({ ...app, hosts: [`admin.${DOMAIN}`], at });
	return world;
}

export async function startModelLab(latencyMs) {
	const { port1: calls, port2: answers } = new MessageChannel();
	const turn = new Int32Array(new SharedArrayBuffer(4));
	const worker = new Worker(new URL(import.meta.url), {
		workerData: { latencyMs, answers, turn },
		transferList: [answers],
	});
	const [{ caPem, resolver }] = await once(worker, 'message');
	/** Waits for the thread's answer: where an address is, is asked in the middle of opening a socket. */
	const call = (request) => {
		const before = Atomics.load(turn, 0);
		calls.postMessage(request);
		Atomics.wait(turn, 0, before);
		return receiveMessageOnPort(calls).message;
	};
	const places = new Map();
	const connections = new Map();
	return {
		caPem,
		resolver,
		addressMap(at) {
			const key = `${at.address} ${at.port} ${at.transport}`;
			if (at.transport === 'tcp') connections.set(key, (connections.get(key) ?? 0) + 1);
			if (!places.has(key)) places.set(key, call(at));
			return places.get(key);
		},
		/** What came in, and the TCP connections that were opened for it by address and port. */
		seen: () => ({ ...call('requests'), connections }),
		close: () => worker.terminate(),
	};
}

if (!isMainThread && workerData?.turn !== undefined) {
	const { latencyMs, answers, turn } = workerData;
	const { parentPort } = await import('node:worker_threads');
	const lab = await startLab(await modelWorld(), { latencyMs });
	answers.on('message', (request) => {
		const { http, dns, smtp } = lab.requests;
		const seen = () => ({
			http: http.map(({ url }) => url),
			dns: dns.map(({ name, type }) => `${name} ${type}`),
			smtp: smtp.map(({ host }) => host),
		});
		answers.postMessage(request === 'requests' ? seen() : lab.addressMap(request));
		Atomics.add(turn, 0, 1);
		Atomics.notify(turn, 0);
	});
	parentPort.postMessage({ caPem: lab.caPem, resolver: lab.resolver });
}
