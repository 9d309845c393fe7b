/**
 * What distance costs an audit: E = (T(R) − T(0)) / R, the wall time in round trips, whatever the machine.
 * Cold audits of the model product (apex, www, app, api, admin and two mail hosts), each in a process of
 * its own, interleaved over R. Beside E stands what it cannot be under: the critical path, or the
 * busiest address's round trips over the six connections that it is given.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const RUNS = Number(process.env.BENCH_RUNS ?? 7);
const ROUND_TRIPS_MS = [0, 20, 50, 100];
const CONNECTIONS = 6;
const MODEL = fileURLToPath(new URL('./model-audit.js', import.meta.url));

/** Timing samples run last and alone, for a time that does not depend on distance alone: told apart. */
const PROFILES = [
	['the whole audit', ['timing']],
	['without the 45 paths a host and the survey of TLS', ['timing', 'exposure', 'ssl']],
];

async function auditOnce(args) {
	const child = spawn(process.execPath, [MODEL, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
	let text = '';
	child.stdout.setEncoding('utf8').on('data', (chunk) => {
		text += chunk;
	});
	const [code] = await once(child, 'close');
	if (code !== 0) throw new Error(`the audit ended with ${code}`);
	return JSON.parse(text);
}

function median(numbers) {
	return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

const say = (line) => process.stdout.write(`${line}\n`);
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

for (const [name, skip] of PROFILES) {
	const runs = new Map(ROUND_TRIPS_MS.map((roundTripMs) => [roundTripMs, []]));
	for (let run = 0; run < RUNS; run += 1) {
		for (const [roundTripMs, list] of runs)
			list.push(await auditOnce([String(roundTripMs), ...skip]));
	}
	report(name, runs);
}

const apart = await auditOnce(['50']);
say(
	`timing samples at 50 ms: ${seconds(apart.quietMs)} of ${seconds(apart.wallMs)}, last and alone`,
);

function report(name, runs) {
	const wallAt = (ms) => median(runs.get(ms).map(({ wallMs }) => wallMs));
	const every = [...runs.values()].flat();
	const path = median(every.map(({ roundTrips }) => roundTrips));
	const queue = median(every.map(({ busiest }) => busiest.roundTrips)) / CONNECTIONS;
	const floor = Math.max(path, queue);
	say(`${name}: ${RUNS} cold audits at each round trip, interleaved; medians`);
	say(
		`  critical path ${path} round trips; busiest address ${queue.toFixed(1)} at ${CONNECTIONS} connections`,
	);
	for (const [roundTripMs, list] of runs) {
		const least = Math.min(...list.map(({ wallMs }) => wallMs));
		const most = Math.max(...list.map(({ wallMs }) => wallMs));
		const cells = [
			`R ${String(roundTripMs).padStart(3)} ms`,
			`wall ${seconds(wallAt(roundTripMs))} (${seconds(least)} to ${seconds(most)})`,
			`network ${seconds(median(list.map(({ networkMs }) => networkMs)))}`,
			`CPU ${seconds(median(list.map(({ cpuMs }) => cpuMs)))} with the lab's`,
		];
		if (roundTripMs > 0) {
			const e = (wallAt(roundTripMs) - wallAt(0)) / roundTripMs;
			cells.push(`E ${e.toFixed(1)}, ${(e / floor).toFixed(2)} x what it cannot be under`);
		}
		say(`  ${cells.join('  ')}`);
	}
	const [first] = every;
	const counts = ({ dns, http, smtp }) => `${dns} DNS, ${http} HTTP, ${smtp} SMTP`;
	const differing = every.filter((one) => counts(one.counts) !== counts(first.counts));
	const spread = (kind) => {
		const list = every.map((one) => one.counts[kind]);
		const [least, most] = [Math.min(...list), Math.max(...list)];
		return least === most ? `${least}` : `${least} to ${most}`;
	};
	say(
		`  sent: ${spread('dns')} DNS, ${spread('tcp')} TCP, ${spread('tls')} TLS, ${spread('http')} HTTP, ${spread('smtp')} SMTP` +
			(differing.length === 0
				? ''
				: `; ${differing.length} of ${every.length} runs differ from the first`),
	);
	const hosts = Object.entries(first.httpByHost).sort(([, a], [, b]) => b - a);
	say(`  HTTP by host: ${hosts.map(([host, count]) => `${host} ${count}`).join(', ')}`);
	say(`  ${first.criticalPath.join('\n  ')}`);
}
