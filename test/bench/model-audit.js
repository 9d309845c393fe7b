/**
 * One cold audit of the model product, in a process of its own: `node model-audit.js R [SKIP…]`, with R
 * the round trip in milliseconds and SKIP what `--skip` leaves out. Prints one line of JSON.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DOMAIN, startModelLab } from './lab-thread.js';

const [roundTripMs = '0', ...skip] = process.argv.slice(2);
const lab = await startModelLab(Number(roundTripMs));
const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-bench-'));
const roots = path.join(folder, 'roots.pem');
await writeFile(roots, lab.caPem);

const before = process.cpuUsage();
const began = performance.now();
const { audit } = await import('../../dist/bundle/index.js');
let times;
const report = await audit({
	domain: DOMAIN,
	rdap: 'https://rdap.registry.test/',
	resolver: lab.resolver,
	addressMap: lab.addressMap,
	caFiles: [roots],
	configFolder: folder,
	skip,
	onMeasured: (measured) => {
		times = measured;
	},
});
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage(before);

const { http, dns, smtp, connections } = lab.seen();
const byHost = {};
for (const url of http) {
	const { hostname } = new URL(url);
	byHost[hostname] = (byHost[hostname] ?? 0) + 1;
}
const opened = (ports) =>
	[...connections].reduce((sum, [at, n]) => sum + (ports.includes(at.split(' ')[1]) ? n : 0), 0);
const line = {
	wallMs,
	// With the lab's, which shares the process.
	cpuMs: (user + system) / 1000,
	...times,
	findings: report.findings.length,
	unknown: report.coverage.unknown,
	counts: {
		dns: dns.length,
		tcp: opened(['80', '443', '25']),
		tls: opened(['443']),
		http: http.length,
		smtp: smtp.length,
	},
	httpByHost: byHost,
};
process.stdout.write(`${JSON.stringify(line)}\n`);
await lab.close();
await rm(folder, { recursive: true });
