/**
 * How far the figures of `launch-ready load` are from a server's own: 25 users, known delays, once with
 * this machine idle; and a server that is frozen 1 s in 5, whose true p95 follows from arithmetic. Beside
 * them wrk, where it is installed, whose latencies are those of a closed loop as fast as it goes.
 * Prints, and asserts nothing: machines differ and are shared. Needs `npm run build`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const HERE = (file) => fileURLToPath(new URL(file, import.meta.url));
const SHARES = [0.5, 0.95, 0.99];
const rank = (values, share) =>
	values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
const say = (line) => process.stdout.write(`${line}\n`);

export async function served(kind, work) {
	const server = spawn(process.execPath, [HERE('load-server.js'), kind], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const [first] = await once(server.stdout, 'data');
	const rest = [];
	server.stdout.on('data', (chunk) => rest.push(chunk));
	// Some servers end by themselves.
	const ended = once(server.stdout, 'end');
	const result = await work(Number(String(first)), server);
	server.kill('SIGTERM');
	await ended;
	return { result, truth: JSON.parse(Buffer.concat(rest).toString() || '[]') };
}

/** The JSON report of the command line. */
export async function load(port, args = []) {
	const url = `http://127.0.0.1:${port}/items`;
	const bin = HERE('../../bin/launch-ready.js');
	const child = spawn(
		process.execPath,
		[bin, 'load', url, '--format', 'json', '--fail-on', 'never', ...args],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const chunks = [];
	child.stdout.on('data', (chunk) => chunks.push(chunk));
	await once(child, 'close');
	return JSON.parse(Buffer.concat(chunks).toString());
}

function wrk(port) {
	const ran = spawnSync(
		'wrk',
		['-t1', '-c25', '-d10s', '--latency', `http://127.0.0.1:${port}/items`],
		{ encoding: 'utf8' },
	);
	return ran.status === 0 ? ran.stdout : null;
}

function quantilesOf(text) {
	return (text?.match(/^\s+(?:50|75|90|99)%.*$/gm) ?? []).map((line) => line.trim()).join(', ');
}

async function known() {
	const { result, truth } = await served('known', (port) => load(port));
	const [{ samples, service, intended, noise }] = result.loads;
	say(
		`Known delays, 25 users: ${samples.load.status.length} requests under load; the server also counts the warm-ups`,
	);
	const all = [samples.before, samples.load, samples.after].flatMap((phase) =>
		phase === null ? [] : phase.endedMs.map((ended, nth) => ended - phase.sentMs[nth]),
	);
	for (const share of SHARES) {
		const [own, seen] = [rank(truth, share), rank(all, share)];
		say(
			`  p${100 * share} server ${own.toFixed(2)} ms, launch-ready ${seen.toFixed(2)} ms, bias ${(seen - own).toFixed(2)} ms`,
		);
	}
	say(
		`  as reported for the hold: sending p95 ${service.p95} ms, intended start p95 ${intended.p95} ms; ping p95 ${noise.pingP95Ms.toFixed(2)} ms, event loop p99 ${noise.loopDelayP99Ms.toFixed(2)} ms`,
	);
	const beside = await served('known', async (port) => wrk(port));
	say(
		beside.result === null
			? '  wrk is not installed'
			: `  wrk, as fast as it goes: ${quantilesOf(beside.result)} (no p95; server's own p50 ${rank(beside.truth, 0.5).toFixed(2)}, p99 ${rank(beside.truth, 0.99).toFixed(2)} ms)`,
	);
}

/** A fifth of evenly spread starts waits evenly up to a second: 5 % of all wait over three quarters of it. */
const FROZEN = { p95: 750 + 15, p99: 950 + 15 };

async function frozen() {
	const { result } = await served('frozen', (port) => load(port));
	const [{ intended, service, stop }] = result.loads;
	say(`Frozen 1 s in 5, 25 users (${stop.why})`);
	for (const name of ['p95', 'p99']) {
		const off = (100 * (intended[name] - FROZEN[name])) / FROZEN[name];
		say(
			`  ${name} in truth ${FROZEN[name]} ms, from the intended start ${intended[name].toFixed(0)} ms (${off.toFixed(1)} % off), from the sending ${service[name].toFixed(0)} ms`,
		);
	}
	const closed = await served('frozen', (port) => load(port, ['--model', 'closed']));
	say(`  closed model: from the sending p95 ${closed.result.loads[0].service.p95.toFixed(0)} ms`);
	const beside = await served('frozen', async (port) => wrk(port));
	if (beside.result !== null) {
		say(`  wrk, a closed loop, which asks less while it waits: ${quantilesOf(beside.result)}`);
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await known();
	await frozen();
}
