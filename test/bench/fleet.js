/**
 * A fleet in the quick profile: domains a second, what the product and the lab each cost in CPU, and
 * whether memory stays flat. `node test/bench/fleet.js [domains] [round trip in ms] [at once]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runFleet } from '../../dist/src/fleet/run-fleet.js';

const given = process.argv.slice(2).map(Number);
const [domains = 2_000, latencyMs = 50, atOnce = 100] = given;
const threads = Number(process.env.BENCH_THREADS ?? Math.min(availableParallelism(), 2));
const program = fileURLToPath(new URL('./fleet-lab.js', import.meta.url));
// The flags of this process, such as a profiler's, are not the lab's.
const lab = fork(program, [domains, latencyMs], { execArgv: [] });
const [{ resolver, caPem, table }] = await once(lab, 'message');
const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-fleet-'));
const roots = path.join(folder, 'roots.pem');
await writeFile(roots, caPem);

const rss = [];
const launches = {};
const unknown = new Map();
let errors = 0;
const load = loadavg()[0];
const before = process.cpuUsage();
const started = performance.now();
await runFleet({
	domains: Array.from({ length: domains }, (_, i) => `shop${i}.test`),
	options: { profile: 'quick', resolver, caFiles: [roots], env: {} },
	addresses: table,
	atOnce,
	threads,
	signal: new AbortController().signal,
	async onReport({ launch, line }) {
		rss.push(process.memoryUsage.rss());
		launches[launch] = (launches[launch] ?? 0) + 1;
		for (const { check, outcome, reason } of JSON.parse(line).checks) {
			if (outcome === 'unknown')
				unknown.set(`${check}: ${reason}`, 1 + (unknown.get(`${check}: ${reason}`) ?? 0));
		}
	},
	onFailure(domain, error) {
		errors += 1;
		process.stderr.write(`${domain}: ${error.stack}\n`);
	},
});
const seconds = (performance.now() - started) / 1_000;
const { user, system } = process.cpuUsage(before);
lab.send('counts');
const [seen] = await once(lab, 'message');
lab.disconnect();
await rm(folder, { recursive: true });

const each = (total) => (total / domains).toFixed(1);
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const quarter = Math.ceil(rss.length / 4);
const peak = (list) => Math.max(...list);
const [first, last] = [peak(rss.slice(0, quarter)), peak(rss.slice(-quarter))];
const counts = Object.entries(launches).map(([launch, count]) => `${count} ${launch}`);
const unsure = [...unknown].map(([what, count]) => `\n  ${count} × ${what}`).join('');
process.stdout.write(`${domains} domains, ${latencyMs} ms round trip, ${atOnce} at once, ${threads} threads (load ${load.toFixed(1)} before)
domains a second   ${(domains / seconds).toFixed(1)}
CPU a domain       ${each((user + system) / 1_000)} ms product, ${each(seen.cpuMs)} ms lab
peak RSS           ${megabytes(peak(rss))}, after 200 domains ${megabytes(peak(rss.slice(0, 200)))}; last quarter ${(last / first).toFixed(2)} × first
asked a domain     ${each(seen.dns)} DNS, ${each(seen.tls)} TLS connections, ${each(seen.http)} HTTP
reports            ${counts.join(', ')}; ${errors} errors${unsure}
`);
