/** The internet of the fleet's benchmark, in a process of its own: its work is not the product's. */
import { subscribe } from 'node:diagnostics_channel';
import { startLab } from '../../dist/src/lab/start-lab.js';

const [domains, latencyMs] = process.argv.slice(2).map(Number);
/** As many as share an address at a hosting provider of middle size. */
const A_SITE = 50;
const PAGE =
	'<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><p>We sell things to people who like things, every day of the week.</p></html>';
const ROBOTS = { type: 'text/plain', body: 'User-agent: *\nAllow: /\n' };

const zones = {};
const sites = [];
const addresses = new Set();
for (let i = 0; i < domains; i++) {
	// Next to each other in the list, but not at the same provider.
	const provider = i % Math.ceil(domains / A_SITE);
	const at = `203.0.113.${provider + 1}`;
	const domain = `shop${i}.test`;
	addresses.add(at);
	zones[domain] = {
		records: `@ A ${at}\n@ TXT "v=spf1 -all"\n@ MX 0 .\n_dmarc TXT "v=DMARC1; p=reject"\n`,
	};
	sites.push({ hosts: [domain], at: [at], routes: { '/': { body: PAGE }, '/robots.txt': ROBOTS } });
}
const lab = await startLab({ zones, sites }, { latencyMs });
const [resolver] = lab.resolver.split(':');
const table = {};
for (const address of [...addresses, resolver]) {
	for (const port of [53, 80, 443]) {
		for (const transport of ['tcp', 'udp']) {
			table[`${transport} ${address} ${port}`] = lab.addressMap({ address, port, transport });
		}
	}
}
const tlsPorts = new Set(
	Object.entries(table).flatMap(([key, at]) => (key.endsWith(' 443') && at.port ? [at.port] : [])),
);
let handshakes = 0;
subscribe('net.server.socket', ({ socket }) => {
	if (tlsPorts.has(socket.localPort)) handshakes += 1;
});
const began = process.cpuUsage();
process.on('message', () => {
	const { user, system } = process.cpuUsage(began);
	const { dns, http } = lab.requests;
	const cpuMs = (user + system) / 1_000;
	process.send({ dns: dns.length, http: http.length, tls: handshakes, cpuMs });
});
process.on('disconnect', () => process.exit());
process.send({ resolver: lab.resolver, caPem: lab.caPem, table });
