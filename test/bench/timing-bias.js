/**
 * How far percentiles are from a server's own, beside wrk and autocannon in the same run. The server
 * has known delays and logs what each answer took it; every tool is held against the log of its own
 * run. Then a server that is frozen one second in five, whose p95 from the intended start is known by
 * arithmetic. Prints, and asserts nothing: machines differ and are shared. Needs `npm run build`.
 *
 * BENCH_SECONDS: length of a run, 20 unless given. AUTOCANNON: its autocannon.js, where it is not
 * installed beside this package; it is no dependency. wrk is looked for in PATH.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createAuthority, pem } from '../../dist/src/lab/certificates.js';
import { settleWorld } from '../../dist/src/lab/world.js';
import { startGenerator } from '../../dist/src/net/generator/generator.js';

const run = promisify(execFile);

const USERS = 25;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const FREEZE = { every: 5_000, lasts: 1_000 };
/** A fifth of all requests wait, each for what is left: one in twenty for over three quarters of it. */
const FROZEN_P95 = 0.75 * FREEZE.lasts;

/** In a thread of its own. It sends what each answer took it by its own clock. */
const SERVER = `
const { parentPort, workerData: { secure, freeze } } = require('node:worker_threads');
const zero = performance.now();
const delayOf = () => {
	if (freeze === null) return Math.random() < 0.1 ? 120 + Math.random() * 80 : 20 + Math.random() * 20;
	const left = freeze.every - ((performance.now() - zero) % freeze.every);
	return left <= freeze.lasts ? left : 0;
};
const log = [];
setInterval(() => parentPort.postMessage({ took: log.splice(0) }), 200);
const answer = (request, response) => {
	const began = performance.now();
	const end = () => {
		response.end('ok');
		log.push(performance.now() - began);
	};
	const delay = delayOf();
	if (delay > 0) setTimeout(end, delay);
	else end();
};
const server = secure === null
	? require('node:http').createServer(answer)
	: require('node:https').createServer(secure, answer);
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
`;

const authority = createAuthority({ now: new Date(), host: 'ca.test' });
const [site] = settleWorld({ sites: [{ hosts: ['bench.test'], at: ['203.0.113.1'] }] }).sites;
const issued = authority.issue(site.certificate, site.hosts);
const SECURE = {
	key: issued.key,
	cert: issued.chain.map((der) => pem('CERTIFICATE', der)).join(''),
};

async function withServer(settings, work) {
	const server = new Worker(SERVER, { eval: true, workerData: settings });
	const [{ port }] = await once(server, 'message');
	const truth = [];
	server.on('message', ({ took }) => truth.push(...took));
	try {
		return await work(port, truth);
	} finally {
		await server.terminate();
	}
}

const rank = (values, share) =>
	values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// ── Ours ─────────────────────────────────────────────────────────────────────────────────────────

async function ours(port, truth, { isSecure, isBusy = false }) {
	const samples = [];
	const generator = startGenerator(planFor(port, isSecure), {
		signal: new AbortController().signal,
		onSample: (sample) => samples.push(sample),
	});
	await generator.ready;
	// What the server logged of the warm-ups comes before what counts.
	await pause(300);
	truth.length = 0;
	const from = generator.nowMs() + 50;
	generator.submit(
		Array.from({ length: USERS * SECONDS }, (_, nth) => ({
			line: 0,
			lane: nth % USERS,
			intendedMs: from + (Math.floor(nth / USERS) + Math.random()) * 1_000,
		})),
	);
	const finished = generator.finish();
	const busy = isBusy ? setInterval(spin, 100) : undefined;
	const noise = await finished;
	clearInterval(busy);
	await pause(300);
	const taken = samples.filter(({ warmUp, fault }) => warmUp === 0 && fault === 'none');
	return {
		samples: taken.length,
		service: taken.map(({ started, ended }) => ended - started),
		intended: taken.map(({ intended, ended }) => ended - intended),
		noise,
	};
}

/** 60 of each 100 ms. */
function spin() {
	for (const until = performance.now() + 60; performance.now() < until; );
}

function planFor(port, isSecure) {
	const steps = [{ route: 0, path: '/', method: 'GET', headers: [['Host', 'bench.test']] }];
	return {
		routes: [
			{
				origin: `${isSecure ? 'https' : 'http'}://bench.test:${port}`,
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

// ── Theirs ───────────────────────────────────────────────────────────────────────────────────────

const WRK_SCRIPT = `
done = function(summary, latency, requests)
	io.write(string.format("p50=%f p95=%f p99=%f n=%d\\n",
		latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000, summary.requests))
end
`;

const WRK = {
	name: 'wrk',
	faults:
		'a closed loop: while the server is silent it asks nothing; and it writes requests into its histogram that it never sent, one for each usual interval that an answer is late',
	async percentiles(url, folder) {
		const script = path.join(folder, 'report.lua');
		await writeFile(script, WRK_SCRIPT);
		const asked = ['-t1', `-c${USERS}`, `-d${SECONDS}s`, '-s', script, url];
		const { stdout } = await run('wrk', asked);
		const [, p50, p95, p99, n] = /p50=(\S+) p95=(\S+) p99=(\S+) n=(\d+)/.exec(stdout) ?? [];
		return { 0.5: Number(p50), 0.95: Number(p95), 0.99: Number(p99), n: Number(n) };
	},
};

const AUTOCANNON = {
	name: 'autocannon',
	faults:
		'a closed loop; whole milliseconds; no p95 (p97.5 stands in its place here); with a rate it invents records as wrk does',
	async percentiles(url) {
		const program = process.env.AUTOCANNON ?? createRequire(import.meta.url).resolve('autocannon');
		const asked = [program, '-c', USERS, '-d', SECONDS, '-j', '-n', url].map(String);
		const { stdout } = await run(process.execPath, asked, { maxBuffer: 1e8 });
		const { latency, requests } = JSON.parse(stdout);
		return { 0.5: latency.p50, 0.975: latency.p97_5, 0.99: latency.p99, n: requests.total };
	},
};

/** The tool's own percentiles; a sentence where it is not there. */
async function theirs(tool, url, folder) {
	try {
		return await tool.percentiles(url, folder);
	} catch (error) {
		const isAbsent = error.code === 'ENOENT' || error.code === 'MODULE_NOT_FOUND';
		return isAbsent ? `${tool.name} is not installed here` : `${tool.name}: ${error.message}`;
	}
}

// ── What comes out ───────────────────────────────────────────────────────────────────────────────

function print(text) {
	process.stdout.write(`${text}\n`);
}

function beside(share, own, seen) {
	const bias = seen - own;
	const sign = bias < 0 ? '−' : '+';
	return `p${100 * share} server ${own.toFixed(2)} ms, seen ${seen.toFixed(2)} ms, bias ${sign}${Math.abs(bias).toFixed(2)} ms`;
}

async function ownBias(isSecure, isBusy) {
	const secure = isSecure ? SECURE : null;
	await withServer({ secure, freeze: null }, async (port, truth) => {
		const { samples, service, intended, noise } = await ours(port, truth, { isSecure, isBusy });
		const loop = isBusy ? '60 % busy' : 'idle';
		print(
			`launch-ready, ${isSecure ? 'TLS' : 'HTTP'}, starting thread ${loop}: ${samples} samples`,
		);
		for (const share of [0.5, 0.95, 0.99]) {
			print(`  ${beside(share, rank(truth, share), rank(service, share))}`);
		}
		const { pingP95Ms, loopDelayP99Ms } = noise;
		print(
			`  from the intended start p95 ${rank(intended, 0.95).toFixed(2)} ms; ping p95 ${pingP95Ms.toFixed(2)} ms, event loop p99 ${loopDelayP99Ms.toFixed(2)} ms`,
		);
	});
}

async function otherBias(tool, folder) {
	await withServer({ secure: null, freeze: null }, async (port, truth) => {
		const seen = await theirs(tool, `http://127.0.0.1:${port}/`, folder);
		await pause(300);
		if (typeof seen === 'string') return print(seen);
		const { n, ...shares } = seen;
		print(`${tool.name}, HTTP: ${n} requests. Known of it: ${tool.faults}.`);
		for (const [share, ms] of Object.entries(shares)) {
			print(`  ${beside(Number(share), rank(truth, Number(share)), ms)}`);
		}
	});
}

/** How far from what arithmetic says. */
function against(name, p95) {
	const off = (100 * (p95 - FROZEN_P95)) / FROZEN_P95;
	print(
		`  ${name} ${p95.toFixed(0)} ms, ${off < 0 ? '−' : '+'}${Math.abs(off).toFixed(0)} % of the truth`,
	);
}

async function frozen(folder) {
	const { every, lasts } = FREEZE;
	print(
		`A server that is frozen for ${lasts / 1_000} s in ${every / 1_000} s: p95 is ${FROZEN_P95} ms by arithmetic`,
	);
	await withServer({ secure: null, freeze: FREEZE }, async (port, truth) => {
		const { intended } = await ours(port, truth, { isSecure: false });
		against('launch-ready, from the intended start:', rank(intended, 0.95));
	});
	for (const tool of [WRK, AUTOCANNON]) {
		await withServer({ secure: null, freeze: FREEZE }, async (port) => {
			const seen = await theirs(tool, `http://127.0.0.1:${port}/`, folder);
			if (typeof seen === 'string') return print(`  ${seen}`);
			const share = 0.95 in seen ? 0.95 : 0.975;
			against(`${tool.name}, p${100 * share}, ${seen.n} requests:`, seen[share]);
		});
	}
}

const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-bench-'));
try {
	print(`${USERS} users, ${SECONDS} s each`);
	for (const isSecure of [false, true]) {
		for (const isBusy of [false, true]) await ownBias(isSecure, isBusy);
	}
	await otherBias(WRK, folder);
	await otherBias(AUTOCANNON, folder);
	await frozen(folder);
} finally {
	await rm(folder, { recursive: true, force: true });
}
