import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { loadWorld } from '../../src/lab/world.ts';
import { handshake, texts, udp } from './clients.ts';

const FOLDER = 'fixtures/worlds';
const RESOLVER = '198.51.100.53';

test('every world in the folder starts', async () => {
	const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml'));
	expect(files).toEqual(expect.arrayContaining(['demo.yaml', 'dns.yaml', 'ssl.yaml']));
	for (const file of files) {
		const lab = await startLab(await loadWorld(path.join(FOLDER, file)));
		await lab.close();
	}
});

describe('fixtures/worlds/dns.yaml', () => {
	let lab: Lab;
	beforeAll(async () => {
		lab = await startLab(await loadWorld(`${FOLDER}/dns.yaml`));
	});
	afterAll(() => lab.close());

	test.each([
		['sound.test', 'NOERROR'],
		['lame.test', 'NOERROR'],
		['all-lame.test', 'SERVFAIL'],
		['one-dead.test', 'NOERROR'],
		['all-dead.test', 'SERVFAIL'],
		['not-delegated.test', 'NXDOMAIN'],
		// Without glue there is no way to a server inside the zone.
		['no-glue.test', 'SERVFAIL'],
		['broken.parent.test', 'SERVFAIL'],
		['apex-alias.test', 'NOERROR'],
		['www.dangling.test', 'NXDOMAIN'],
		['www.loop.test', 'SERVFAIL'],
		['www.long-chain.test', 'NOERROR'],
		['anything.wildcard.test', 'NOERROR'],
		['bogus.test', 'SERVFAIL'],
		['truncated.test', 'NOERROR'],
		['no-address.test', 'NOERROR'],
	])('%s resolves with %s', async (name, rcode) => {
		expect((await udp(lab, RESOLVER, [name, 'A'], { rd: true })).rcode).toBe(rcode);
	});

	test('a rewriting resolver says something else than the zone', async () => {
		const told = await udp(lab, RESOLVER, ['rewritten.test', 'A'], { rd: true });
		const real = await udp(lab, '198.51.100.21', ['rewritten.test', 'A']);
		expect([texts(told.answers), texts(real.answers)]).toEqual([
			['rewritten.test A 203.0.113.99'],
			['rewritten.test A 203.0.113.10'],
		]);
	});

	test('a server that does not hold the zone refuses', async () => {
		expect((await udp(lab, '198.51.100.31', ['lame.test', 'A'])).rcode).toBe('REFUSED');
	});
});

test('fixtures/worlds/ssl.yaml has the twin of every fault beside it', async () => {
	await using lab = await startLab(await loadWorld(`${FOLDER}/ssl.yaml`));
	const judged = async (host: string, address = '203.0.113.10') => {
		const { socket, authorized } = await handshake(lab, { host, address });
		socket.destroy();
		return authorized;
	};
	expect(await judged('ssl.test')).toBe(true);
	expect(await judged('expired.ssl.test')).toBe('CERT_HAS_EXPIRED');
	expect(await judged('www.apex-only.ssl.test')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
	expect(await judged('a.b.wildcard.ssl.test')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
	expect(await judged('ipv6-other.ssl.test')).toBe(true);
	expect(await judged('ipv6-other.ssl.test', '2001:db8:10::11')).toBe('CERT_HAS_EXPIRED');
});

test('a wrong file is refused with its name and the place of the fault', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-world-'));
	const file = path.join(folder, 'wrong.yaml');
	await writeFile(file, 'sites:\n  - { hosts: [a.test], at: [203.0.113.1], http: open }\n');
	await expect(loadWorld(file)).rejects.toThrow(/wrong\.yaml: sites\.0\.http/);
	await rm(folder, { recursive: true });
});
