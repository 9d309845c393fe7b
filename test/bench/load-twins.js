/**
 * Servers that break under load, each in one way, and a healthy one: the whole load of the command line on
 * each, over real sockets, and the ids that fired. Takes a minute for each; prints what was missed, and
 * ends with 1 if anything was. Too slow, and on a shared machine too uneven, for the tests.
 */
import { load, served } from './load-truth.js';

const TWINS = {
	known: [],
	serial: ['load/collapse/latency-trend', 'load/p95/degrades', 'load/p95/over-budget'],
	pool: ['load/collapse/throughput-plateau'],
	growing: ['load/collapse/latency-trend', 'load/collapse/not-recovered', 'load/p95/degrades'],
	stall: ['load/collapse/stall', 'load/p95/schedule-slip'],
	cold: ['load/cold-start/first-seconds-slow'],
	failing: ['load/errors/rate-over-budget', 'load/errors/server-error-burst'],
	losing: ['load/errors/timeouts'],
	gone: ['load/errors/connection-refused', 'load/run/aborted'],
	limited: ['load/rate-limit/hit'],
};

const wanted = process.argv.slice(2);
let missed = 0;
for (const [kind, expected] of Object.entries(TWINS)) {
	if (wanted.length > 0 && !wanted.includes(kind)) continue;
	const { result } = await served(kind, (port) => load(port));
	const said = [
		...result.findings.map(({ id }) => id),
		...result.checks.flatMap(({ check, outcome, verdicts }) =>
			outcome === 'unknown' ? verdicts.map((verdict) => `${check}/${verdict}`) : [],
		),
	];
	const missing = expected.filter((id) => !said.includes(id));
	const beyond = expected.length === 0 ? said : [];
	missed += missing.length + beyond.length;
	const [{ stop, intended, oneUserBefore, noise }] = result.loads;
	process.stdout.write(
		`${kind}: ${[...new Set(said)].join(', ') || 'nothing'} (${stop.why} ${stop.detail}; p95 ${intended.p95.toFixed(0)} ms, one user ${oneUserBefore?.p95.toFixed(0)} ms; event loop p99 ${noise.loopDelayP99Ms.toFixed(1)} ms)\n` +
			`${missing.map((id) => `  MISSED ${id}\n`).join('')}${beyond.map((id) => `  FALSE ALARM ${id}\n`).join('')}`,
	);
}
process.exitCode = missed === 0 ? 0 : 1;
