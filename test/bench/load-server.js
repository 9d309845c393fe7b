/**
 * A server of known delays in a process of its own, for the benchmarks of loads: prints its port, and to
 * SIGTERM what each answer took it by its own clock, as one line of JSON. What it does is its argument.
 */
import { createServer } from 'node:http';

const [kind = 'known'] = process.argv.slice(2);
const truth = [];
let requests = 0;
let free = 0;
let firstAt = null;
const workers = Array.from({ length: 8 }, () => 0);

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
/** Requests of one user before a load: 16 to warm up, 100 measured, and one look. */
const isLoad = () => requests > 120;
const since = () => performance.now() - (firstAt ?? performance.now());

/** Milliseconds to the answer; `null` for none. May set the status. */
const KINDS = {
	known: () => (Math.random() < 0.1 ? 120 + Math.random() * 80 : 20 + Math.random() * 20),
	frozen: () => 15,
	serial: () => {
		free = Math.max(free, performance.now()) + 46;
		return free - performance.now();
	},
	/** Eight workers, each of which takes 450 ms: 18 answers a second. */
	pool: () => {
		const at = performance.now();
		const nth = workers.indexOf(Math.min(...workers));
		workers[nth] = Math.max(workers[nth], at) + 450;
		return workers[nth] - at;
	},
	growing: () => 40 + (isLoad() ? Math.min(240, since() / 60) : 0),
	stall: () => (requests % 8 === 0 ? 200 : 20),
	cold: () => (isLoad() && since() < 4_000 ? 380 : 40),
	failing: (response) => {
		if (isLoad() && requests % 30 < 4) response.statusCode = 503;
		return 20;
	},
	losing: () => (isLoad() && requests % 60 === 0 ? null : 20),
	limited: (response) => {
		if (isLoad() && since() > 8_000) response.writeHead(429, { 'Retry-After': '60' });
		return 20;
	},
};

const server = createServer((_, response) => {
	const began = performance.now();
	requests += 1;
	if (isLoad()) firstAt ??= began;
	if (kind === 'stall' && isLoad() && since() > 12_000 && free === 0) {
		free = 1;
		sleep(1_700);
	}
	if (kind === 'gone' && isLoad() && since() > 8_000) {
		server.close();
		server.closeAllConnections();
		return;
	}
	const delay = (KINDS[kind] ?? KINDS.frozen)(response);
	if (delay === null) return;
	setTimeout(() => {
		response.end('{"ok":true}');
		truth.push(performance.now() - began);
	}, delay);
});
if (kind === 'frozen') setInterval(() => sleep(1_000), 5_000);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.on('SIGUSR2', () => truth.splice(0));
process.on('SIGTERM', () =>
	process.stdout.write(`${JSON.stringify(truth)}\n`, () => process.exit()),
);
