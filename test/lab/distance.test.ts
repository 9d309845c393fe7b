import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { audit } from '../../src/audit.ts';
import { wireTimesText } from '../../src/cli/wire-times-text.ts';
import type { WireTimes } from '../../src/evidence/critical-path.ts';
import { startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';

const WORLD: World = {
	zones: {
		'shop.test': {
			ns: { ns1: ['198.51.100.21'], ns2: ['203.0.113.21'] },
			records: '@ A 203.0.113.10\n@ MX 10 mx\nmx A 203.0.113.25\n@ TXT "v=spf1 mx -all"',
		},
	},
	sites: [{ hosts: ['shop.test'], at: ['203.0.113.10'] }],
	mail: [{ name: 'mx.shop.test', at: ['203.0.113.25'] }],
};

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-distance-'));
});
afterAll(async () => {
	await rm(folder, { recursive: true });
});

/** What an audit from so far away sent, and where its time went. */
async function from(latencyMs: number) {
	await using lab = await startLab(WORLD, { latencyMs });
	const roots = path.join(folder, `${latencyMs}.pem`);
	await writeFile(roots, lab.caPem);
	let measured: { times: WireTimes; durationMs: number } | undefined;
	await audit({
		domain: 'shop.test',
		only: ['email/starttls', 'headers/hsts', 'dns/resolution'],
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		caFiles: [roots],
		onMeasured: (times, durationMs) => {
			measured = { times, durationMs };
		},
	});
	const { http, dns, smtp } = lab.requests;
	const sent = [
		...dns.map(
			({ name, type, transport }) => `${transport} ${name.replace(/lr-\w+/, 'lr')} ${type}`,
		),
		...http.map(({ method, url }) => `${method} ${url}`),
		...smtp.map(({ host }) => `SMTP ${host}`),
	].sort();
	if (measured === undefined) throw new Error('nothing was measured');
	return { sent, ...measured };
}

it('asks the same from near and from far, along the same chain', async () => {
	const near = await from(0);
	const far = await from(40);
	expect(far.sent).toEqual(near.sent);
	expect(near.sent).toContain('GET https://shop.test/');
	expect(near.sent).toContain('SMTP mx.shop.test');
	expect(far.times.criticalPath).toEqual(near.times.criticalPath);
	expect(far.times.roundTrips).toBe(near.times.roundTrips);
	// Nothing is under the critical path.
	expect(far.times.networkMs).toBeGreaterThan(0.9 * 40 * far.times.roundTrips);
	const [line] = wireTimesText(far.times, far.durationMs);
	expect(line).toMatch(
		/^critical path: \d+ round trips: DNS .* → SMTP mx\.shop\.test; network \d+\.\d\d s of \d+\.\d\d s$/,
	);
});
