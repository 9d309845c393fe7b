/**
 * What the product costs, as ratios within one run: machines differ and are shared, so absolute times
 * say little. Each figure is the median over interleaved runs, with the spread beside it.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/launch-ready.js', import.meta.url));
const RUNS = Number(process.env.BENCH_RUNS ?? 20);

/** Milliseconds until the process ends. */
async function wall(args) {
	const started = performance.now();
	const child = spawn(process.execPath, args, { stdio: 'ignore' });
	const [code] = await once(child, 'close');
	if (code === null) throw new Error(`${args.join(' ')} was killed`);
	return performance.now() - started;
}

/** Milliseconds until `audit` sends its first DNS packet to a resolver that never answers. */
async function firstPacket() {
	const resolver = createSocket('udp4');
	resolver.bind(0, '127.0.0.1');
	await once(resolver, 'listening');
	const { port } = resolver.address();
	const started = performance.now();
	const args = [bin, 'audit', 'example.com', '--resolver', `127.0.0.1:${port}`, '--quiet'];
	const child = spawn(process.execPath, args, { stdio: 'ignore' });
	await once(resolver, 'message');
	const took = performance.now() - started;
	child.kill('SIGKILL');
	await once(child, 'close');
	resolver.close();
	return took;
}

const ADDRESS = '203.0.113.10';

/** Two servers of a sound zone, or three of which one is dead and one does not know the zone. */
function zoneWith(broken) {
	const ns = { ns1: ['198.51.100.21'], ns2: ['203.0.113.21'] };
	const others = { ns3: ['198.51.100.99'], ns4: ['198.51.100.98'] };
	return {
		zones: {
			'shop.test': {
				ns,
				records: `@ A ${ADDRESS}\n@ TXT "v=spf1 -all"\n@ MX 0 .${broken ? '\n@ NS ns1\n@ NS ns2\n@ NS ns3\n@ NS ns4' : ''}`,
				...(broken && { delegation: { ns: { ...ns, ...others } } }),
			},
		},
		nameServers: broken
			? { '198.51.100.99': { udp: 'silent', tcp: 'silent' }, '198.51.100.98': {} }
			: {},
		sites: [{ hosts: ['shop.test', 'www.shop.test'], at: [ADDRESS] }],
	};
}

/** Milliseconds that every check of an area together takes in a world of the lab, its start not counted. */
async function area(name, world, domain = 'shop.test') {
	const [{ startLab }, { createNet }, { audit }, { liveObserver }, { parseTarget }] =
		await Promise.all(
			['lab/start-lab', 'net/io', 'engine/audit', 'engine/observer', 'engine/parse-target'].map(
				(name) => import(`../../dist/src/${name}.js`),
			),
		);
	const { listCheckIds, loadChecks } = await import('../../dist/src/engine/load-checks.js');
	const { CHECKS_FOLDER } = await import('../../dist/src/checks-folder.js');
	const ids = (await listCheckIds(CHECKS_FOLDER)).filter((id) => id.startsWith(`${name}/`));
	const checks = await loadChecks(CHECKS_FOLDER, ids);
	const lab = await startLab(world);
	const target = parseTarget({ domain, seed: '0123456789abcdef' });
	const controller = new AbortController();
	const { signal } = controller;
	const { resolver, addressMap } = lab;
	const { registrable } = target;
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-bench-'));
	const roots = path.join(folder, 'roots.pem');
	await writeFile(roots, lab.caPem);
	const caFiles = [roots];
	const net = createNet({
		...{ resolver, addressMap, registrable, caFiles, signal },
		env: {},
		userAgent: 'bench',
	});
	const started = performance.now();
	const observer = liveObserver(net.io, signal, () => undefined);
	await audit({ target, checks, observer, now: new Date() });
	const took = performance.now() - started;
	await net.close();
	await lab.close();
	await rm(folder, { recursive: true });
	controller.abort();
	return took;
}

/** The demo's ready domain: SPF with an include, two DKIM keys, two mail hosts, MTA-STS. */
async function emailArea() {
	const { loadWorld } = await import('../../dist/src/lab/world.js');
	const file = fileURLToPath(new URL('../../fixtures/worlds/demo.yaml', import.meta.url));
	return area('email', await loadWorld(file), 'ready.example');
}

const FIGURES = [
	['node -e 0', () => wall(['-e', '0'])],
	['launch-ready --version', () => wall([bin, '--version'])],
	['launch-ready --help', () => wall([bin, '--help'])],
	['launch-ready audit, to the first packet', firstPacket],
	['the dns area, a sound zone', () => area('dns', zoneWith(false))],
	['the dns area, a dead and a lame server', () => area('dns', zoneWith(true))],
	['the email area, every usual DKIM selector', emailArea],
	['the ssl area, one host', () => area('ssl', zoneWith(false))],
	['the headers area, one host', () => area('headers', zoneWith(false))],
	['the exposure area, one host, 45 paths', () => area('exposure', zoneWith(false))],
	['the launch area, one host', () => area('launch', zoneWith(false))],
	['launch-ready demo, two audits', () => wall([bin, 'demo', '--fail-on', 'never'])],
];

const samples = new Map(FIGURES.map(([name]) => [name, []]));
for (const [, measure] of FIGURES) await measure();
for (let run = 0; run < RUNS; run += 1) {
	for (const [name, measure] of FIGURES) samples.get(name).push(await measure());
}

const base = median(samples.get('node -e 0'));
const rows = [...samples].map(([name, times]) => {
	const sorted = times.toSorted((a, b) => a - b);
	const middle = median(times);
	return [
		name.padEnd(42),
		`${(middle / base).toFixed(2)} x node`.padStart(14),
		`${over(times).toFixed(0)} ms over it`.padStart(16),
		`${middle.toFixed(0)} ms`.padStart(9),
		`(${sorted[0].toFixed(0)} to ${sorted.at(-1).toFixed(0)})`,
	].join('  ');
});
process.stdout.write(
	`${RUNS} runs, interleaved; median, and the least and the most\n${rows.join('\n')}\n`,
);

/** The median of the differences from the run of node beside it: what a slow moment adds, it adds to both. */
function over(times) {
	const bare = samples.get('node -e 0');
	return median(times.map((ms, run) => ms - bare[run]));
}

function median(times) {
	const sorted = times.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}
