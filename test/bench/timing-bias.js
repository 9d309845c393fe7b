/**
 * How far the generator's percentiles are from a server's own: known delays, 25 users, once with this
 * thread idle and once with it busy. Prints, and asserts nothing: machines differ and are shared.
 * Needs `npm run build`.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { startGenerator } from '../../dist/src/net/generator/generator.js';

const USERS = 25;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);

/** A server in a thread of its own, which sends what each answer took it by its own clock. */
const SERVER = `
const { createServer } = require('node:http');
const { parentPort } = require('node:worker_threads');
createServer((request, response) => {
	const began = performance.now();
	const delay = Math.random() < 0.1 ? 120 + Math.random() * 80 : 20 + Math.random() * 20;
	setTimeout(() => {
		response.end('ok');
		parentPort.postMessage(performance.now() - began);
	}, delay);
}).listen(0, '127.0.0.1', function () { parentPort.postMessage({ port: this.address().port }); });
`;

const rank = (values, share) =>
	values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];

async function run(isBusy) {
	const server = new Worker(SERVER, { eval: true });
	const [{ port }] = await once(server, 'message');
	const truth = [];
	server.on('message', (took) => truth.push(took));
	const samples = [];
	const generator = startGenerator(planFor(port), {
		signal: new AbortController().signal,
		onSample: (sample) => samples.push(sample),
	});
	await generator.ready;
	truth.length = 0;
	generator.submit(
		Array.from({ length: USERS * SECONDS }, (_, nth) => ({
			line: 0,
			lane: nth % USERS,
			intendedMs: (Math.floor(nth / USERS) + Math.random()) * 1_000,
		})),
	);
	const finished = generator.finish();
	const busy = isBusy ? setInterval(spin, 100) : undefined;
	const noise = await finished;
	clearInterval(busy);
	await server.terminate();
	const taken = samples.filter(({ warmUp }) => warmUp === 0);
	report(isBusy, truth, taken, noise);
}

/** 60 of each 100 ms. */
function spin() {
	for (const until = performance.now() + 60; performance.now() < until; );
}

function planFor(port) {
	const steps = [{ route: 0, path: '/', method: 'GET', headers: [['Host', 'bench.test']] }];
	return {
		routes: [
			{
				origin: `http://bench.test:${port}`,
				host: 'bench.test',
				address: '203.0.113.1',
				at: { address: '127.0.0.1', port },
				proxy: null,
				through: 'bench.test',
			},
		],
		lanes: Array.from({ length: USERS }, () => ({ route: 0, warmUp: [0, 0, 0, 0], isOwn: true })),
		lines: [{ steps, connection: 'kept', timeoutMs: 5_000 }],
		apartMs: 0,
		inFlightPerHost: 100,
		connectMs: 2_000,
		tlsMs: 2_000,
	};
}

function report(isBusy, truth, taken, noise) {
	const service = taken.map(({ started, ended }) => ended - started);
	const late = taken.map((sample) => sample.taken - sample.intended);
	const lines = [0.5, 0.95, 0.99].map((share) => {
		const [own, seen] = [rank(truth, share), rank(service, share)];
		return `p${100 * share} server ${own.toFixed(2)} ms, seen ${seen.toFixed(2)} ms, bias ${(seen - own).toFixed(2)} ms`;
	});
	process.stdout.write(
		`${taken.length} samples, ${USERS} users, starting thread ${isBusy ? '60 % busy' : 'idle'}\n` +
			`${lines.map((line) => `  ${line}\n`).join('')}` +
			`  late starts p99 ${rank(late, 0.99).toFixed(2)} ms; ping p95 ${noise.pingP95Ms.toFixed(2)} ms, event loop p99 ${noise.loopDelayP99Ms.toFixed(2)} ms\n`,
	);
}

await run(false);
await run(true);
