import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import { dial, fetched, handshake, received, tcp, udp } from './clients.ts';

const WORLD: World = {
	zones: { 'shop.test': { records: '@ A 203.0.113.10' } },
	sites: [
		{
			hosts: ['shop.test'],
			at: ['203.0.113.10'],
			http: 'same',
			routes: { '/': 'home', '/silent': { fault: 'silent' } },
		},
	],
	mail: [{ name: 'mx.test', at: ['203.0.113.25'] }],
	ports: [{ at: '203.0.113.26', port: 80, does: { says: 'banner' } }],
};

test('closing frees every port, and ends open connections', async () => {
	const lab = await startLab(WORLD);
	const places = [
		['203.0.113.10', 80],
		['203.0.113.10', 443],
		['203.0.113.25', 25],
		['198.51.100.53', 53],
		['198.51.100.1', 53],
	] as const;
	const silent = dial(lab, '203.0.113.10', 80);
	silent.write('GET /silent HTTP/1.1\r\nHost: shop.test\r\n\r\n');
	const { socket } = await handshake(lab, { host: 'shop.test', address: '203.0.113.10' });
	const mail = dial(lab, '203.0.113.25', 25);
	const ended = Promise.all([received(silent, 5000), received(socket, 5000), received(mail, 5000)]);
	await new Promise((resolve) => setTimeout(resolve, 50));
	await lab.close();
	expect((await ended).every((text) => /\((closed|ECONNRESET)\)$/.test(text))).toBe(true);
	for (const [address, port] of places) {
		const at = lab.addressMap({ address, port, transport: 'tcp' });
		if (typeof at === 'string') throw new Error(`${address}:${port} was ${at}`);
		const server = createServer();
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(at.port, at.address, resolve);
		});
		await new Promise((resolve) => server.close(resolve));
	}
});

test('two labs run beside each other', async () => {
	await using one = await startLab(WORLD);
	await using two = await startLab({ ...WORLD, sites: [] });
	expect((await fetched(one, 'http://shop.test/', { address: '203.0.113.10' })).body).toBe('home');
	expect(two.addressMap({ address: '203.0.113.10', port: 80, transport: 'tcp' })).toBe('refused');
});

test('Date and certificates follow the time that the lab is told', async () => {
	await using lab = await startLab(WORLD, { now: new Date('2031-01-01T00:00:00Z') });
	const { rawHeaders } = await fetched(lab, 'http://shop.test/', { address: '203.0.113.10' });
	expect(rawHeaders[rawHeaders.indexOf('Date') + 1]).toMatch(/^Wed, 01 Jan 2031 00:00:/);
	const { authorized } = await handshake(lab, { host: 'shop.test', address: '203.0.113.10' });
	expect(authorized).toBe('CERT_NOT_YET_VALID');
});

test('a simulated round trip is seen once by a datagram, twice by a request', async () => {
	const latencyMs = 60;
	await using lab = await startLab(WORLD, { latencyMs });
	const timed = async (act: () => Promise<unknown>) => {
		const began = performance.now();
		await act();
		return (performance.now() - began) / latencyMs;
	};
	const datagram = await timed(() => udp(lab, '198.51.100.21', ['shop.test', 'A']));
	expect(datagram).toBeGreaterThan(0.97);
	expect(datagram).toBeLessThan(1.6);
	// Connecting costs a round trip; here it hides in the first answer.
	const overTcp = await timed(() => tcp(lab, '198.51.100.21', ['shop.test', 'A']));
	expect(overTcp).toBeGreaterThan(1.97);
	expect(overTcp).toBeLessThan(2.7);
	const address = '203.0.113.10';
	const encrypted = await timed(() => fetched(lab, 'https://shop.test/', { address }));
	expect(encrypted).toBeGreaterThan(2.97);
	expect(encrypted).toBeLessThan(4);
	const banner = await timed(() => received(dial(lab, '203.0.113.26', 80), 1000));
	expect(banner).toBeGreaterThan(1.97);
	expect(lab.addressMap({ address, port: 443, transport: 'tcp' })).toMatchObject({ latencyMs });
});

test.each<[string, unknown, RegExp]>([
	['an unknown member', { zonez: {} }, /zonez/],
	[
		'a wrong address',
		{ sites: [{ hosts: ['a.test'], at: ['here'] }] },
		/sites\.0\.at\.0: not an IP/,
	],
	[
		'a wrong record',
		{ zones: { 'a.test': { records: 'www A nowhere' } } },
		/record "www A nowhere"/,
	],
	['a record outside', { zones: { 'a.test': { records: 'b.test. A 203.0.113.1' } } }, /outside/],
	[
		'a string too long',
		{ zones: { 'a.test': { records: `@ TXT "${'x'.repeat(256)}"` } } },
		/256 bytes/,
	],
	[
		'a wrong pattern',
		{
			sites: [
				{
					hosts: ['a.test'],
					at: ['203.0.113.1'],
					routes: { '/': { variants: [{ when: { query: '(' } }] } },
				},
			],
		},
		/regular expression/,
	],
	[
		'a header that Node refuses',
		{ sites: [{ hosts: ['a.test'], at: ['203.0.113.1'], headers: [['X-A', 'a\r\nX-B: b']] }] },
		/sites\.0\.headers\.0: not a header/,
	],
	['forged nonsense', { dnsFaults: [{ does: { answer: 'what' } }] }, /dnsFaults\.0\.does/],
])('a world with %s is refused', async (_, world, expected) => {
	await expect(startLab(world as World)).rejects.toThrow(expected);
});
