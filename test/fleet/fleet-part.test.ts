import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/audit.ts';
import { CHECKS_FOLDER } from '../../src/checks-folder.ts';
import type { Report } from '../../src/core/report.ts';
import { listCheckIds } from '../../src/engine/load-checks.ts';
import { createFleetPart } from '../../src/fleet/fleet-part.ts';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { PROFILES } from '../../src/profiles.ts';

/** Five domains of one provider, each with another fault but the first; the last does not exist. */
const ADDRESS = '203.0.113.10';
const records = (more = '@ TXT "v=spf1 -all"\n@ MX 0 .') =>
	`@ A ${ADDRESS}\n_dmarc TXT "v=DMARC1; p=reject"\n${more}\n`;
const PAGE = '<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><p>Things.</p></html>';
const site = (domain: string, more: object = {}) => ({
	hosts: [domain],
	at: [ADDRESS],
	routes: { '/': { body: PAGE }, '/robots.txt': { type: 'text/plain', body: 'User-agent: *\n' } },
	...more,
});
const DOMAINS = ['sound.test', 'expired.test', 'hidden.test', 'spf.test', 'nowhere.test'];

let lab: Lab;
let folder = '';
let options: { profile: 'quick'; resolver: string; caFiles: string[]; env: Record<string, string> };
const single = new Map<string, Report>();

beforeAll(async () => {
	lab = await startLab({
		zones: {
			'sound.test': { records: records() },
			'expired.test': { records: records() },
			'hidden.test': { records: records() },
			'spf.test': { records: records('@ TXT "v=spf1 +all"\n@ MX 10 mail') },
		},
		sites: [
			site('sound.test'),
			site('expired.test', { certificate: { kind: 'expired' } }),
			site('hidden.test', { headers: [['X-Robots-Tag', 'noindex']] }),
			site('spf.test'),
		],
	});
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-fleet-'));
	const roots = path.join(folder, 'roots.pem');
	await writeFile(roots, lab.caPem);
	options = { profile: 'quick', resolver: lab.resolver, caFiles: [roots], env: {} };
	const { addressMap } = lab;
	await Promise.all(
		DOMAINS.map(async (domain) => {
			single.set(domain, await audit({ ...options, domain, addressMap }));
		}),
	);
}, 60_000);

afterAll(async () => {
	await lab.close();
	await rm(folder, { recursive: true });
});

/** What an audit of a moment later may say otherwise: times, and the seed of its control names. */
function timeless(report: Report | undefined): unknown {
	const text = JSON.stringify({ ...report, startedAt: '', durationMs: 0 });
	const told = text
		.replace(/lr-[0-9a-f]{16}/g, 'lr-SEED')
		.replace(/\b\d+ ms\b/g, 'N ms')
		.replace(/Date: [\w, :]+ GMT/g, '');
	return JSON.parse(told);
}

/** Everything that the lab has, as the table of a fleet. */
function tableOf({ addressMap }: Lab) {
	const at = (key: string) => {
		const [transport, address = '', port] = key.split(' ');
		return addressMap({ address, port: Number(port), transport: transport as 'tcp' | 'udp' });
	};
	return new Proxy({}, { get: (_, key) => at(String(key)) });
}

describe('a part of a fleet', () => {
	it('comes to the same report for every domain as an audit of it alone', async () => {
		const settings = { options, atOnce: 5, parts: 2, addresses: tableOf(lab) };
		const part = createFleetPart(settings, new AbortController().signal);
		const all = await Promise.all(DOMAINS.map((domain) => part.run(domain)));
		for (const [index, domain] of DOMAINS.entries()) {
			const line = all[index]?.line ?? '';
			expect(line.endsWith('}\n')).toBe(true);
			expect(timeless(JSON.parse(line))).toEqual(timeless(single.get(domain)));
		}
		expect(all.map((one) => one?.launch)).toEqual(['GO', 'NO_GO', 'NO_GO', 'NO_GO', 'NO_GO']);
	});

	it('gives no report for what was under way when it was stopped', async () => {
		const stopped = new AbortController();
		const settings = { options, atOnce: 1, parts: 1, addresses: tableOf(lab) };
		const part = createFleetPart(settings, stopped.signal);
		const running = DOMAINS.map((domain) => part.run(domain));
		const first = await running[0];
		stopped.abort();
		const rest = await Promise.allSettled(running.slice(1));
		expect(first?.domain).toBe('sound.test');
		const told = rest.filter((one) => one.status === 'fulfilled' && one.value !== null);
		expect(told.length).toBeLessThan(rest.length);
	});
});

describe('the quick profile', () => {
	it('asks little of a sound domain', async () => {
		const before = { dns: lab.requests.dns.length, http: lab.requests.http.length };
		const { addressMap } = lab;
		await audit({ ...options, domain: 'sound.test', addressMap });
		expect(lab.requests.http.length - before.http).toBe(3);
		const asked = lab.requests.dns.slice(before.dns).map(({ name }) => name);
		expect(asked.filter((name) => /(?:^|\.)sound\.test$/.test(name)).length).toBeLessThanOrEqual(8);
		expect(asked.length).toBeLessThanOrEqual(16);
	});

	it('has its checks among those that there are, and says of every other that it was left out', async () => {
		const ids = await listCheckIds(CHECKS_FOLDER);
		const { checks, notSaid } = PROFILES.quick;
		expect(ids).toEqual(expect.arrayContaining([...checks]));
		const rows = single.get('sound.test')?.checks ?? [];
		for (const id of ids.filter((one) => !checks.includes(one) && !one.startsWith('load/'))) {
			const [row, ...more] = rows.filter(({ check }) => check === id);
			expect(row).toMatchObject({ outcome: 'skipped', reason: 'left out by --quick' });
			expect(more).toEqual([]);
		}
		for (const { id, at = '' } of notSaid) {
			const row = rows.find(({ check, subject }) => check === id && subject === `sound.test${at}`);
			expect(row?.outcome).toBe('skipped');
		}
		const judged = rows.filter(({ outcome }) => outcome !== 'skipped').map(({ check }) => check);
		expect(judged.sort()).toEqual([...checks].sort());
	});
});
