import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import { type AddressMap, connectFailure, type Dialed } from '../../src/net/dialer.ts';
import { afterwards, closedPort, listen, loopbackDialer, rawServer } from './loopback.ts';

const to = (port: number, timeoutMs = 2_000, address = '127.0.0.1') => ({
	host: 'site.test',
	address,
	port,
	timeoutMs,
});

function connected(dialed: Dialed): Extract<Dialed, { kind: 'connected' }> {
	if (dialed.kind !== 'connected') throw new Error(`expected a connection: ${dialed.detail}`);
	return dialed;
}

test('a connection gives its socket and how long it took', async () => {
	const port = await rawServer((socket) => socket.end('hello'));
	const { socket, connectMs, address } = connected(await loopbackDialer().connect(to(port)));
	expect(address).toBe('127.0.0.1');
	expect(connectMs).toBeGreaterThan(0);
	expect(connectMs).toBeLessThan(1_000);
	const [data] = await once(socket, 'data');
	expect(String(data)).toBe('hello');
});

test('a port where nobody listens is refused', async () => {
	const port = await closedPort();
	expect(await loopbackDialer().connect(to(port))).toEqual({
		kind: 'failed',
		how: 'refused',
		detail: `127.0.0.1:${port}: connection refused`,
		address: '127.0.0.1',
	});
});

test.each([
	['refused', 0, 100],
	['unreachable', 0, 100],
	['silent', 290, 700],
] as const)('the map makes an address %s, as the internet would', async (how, least, most) => {
	const dialer = loopbackDialer({ addressMap: () => how });
	const began = performance.now();
	const dialed = await dialer.connect(to(443, 300, '2001:db8::1'));
	expect(dialed).toMatchObject({ kind: 'failed', how, address: '2001:db8::1' });
	expect(dialed.kind === 'failed' && dialed.detail).toContain('[2001:db8::1]:443: ');
	expect(performance.now() - began).toBeGreaterThanOrEqual(least);
	expect(performance.now() - began).toBeLessThan(most);
});

test('the map leads to another address and port, and adds its round trip', async () => {
	const port = await rawServer((socket) => socket.end());
	const addressMap: AddressMap = ({ address, transport }) =>
		address === '198.51.100.1' && transport === 'tcp'
			? { address: '127.0.0.1', port, latencyMs: 80 }
			: 'unreachable';
	const dialed = connected(
		await loopbackDialer({ addressMap }).connect(to(443, 500, '198.51.100.1')),
	);
	expect(dialed.address).toBe('198.51.100.1');
	expect(dialed.connectMs).toBeGreaterThanOrEqual(79);
	dialed.socket.destroy();
});

test.each([
	['ECONNREFUSED', 'refused'],
	['ECONNRESET', 'reset'],
	['EHOSTUNREACH', 'unreachable'],
	['ENETUNREACH', 'unreachable'],
	['EADDRNOTAVAIL', 'unreachable'],
	['ETIMEDOUT', 'silent'],
])('%s counts as %s', (code, how) => {
	expect(connectFailure(code)).toBe(how);
});

test('an address has six slots; the end of a socket or release() gives one back, once', async () => {
	const port = await listen(createServer());
	const dialer = loopbackDialer();
	const open = await Promise.all(Array.from({ length: 6 }, () => dialer.connect(to(port))));
	const [first, second] = open.map(connected);
	let more = 0;
	const waiting = Array.from({ length: 3 }, async () => {
		const dialed = connected(await dialer.connect(to(port)));
		more += 1;
		return dialed;
	});
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(more).toBe(0);
	first?.release();
	first?.release();
	first?.socket.destroy();
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(more).toBe(1);
	second?.socket.destroy();
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(more).toBe(2);
	for (const one of open) connected(one).socket.destroy();
	for (const one of await Promise.all(waiting)) one.socket.destroy();
	expect(more).toBe(3);
});

test('an address that refuses keeps no slot', async () => {
	const port = await closedPort();
	const dialer = loopbackDialer();
	const all = await Promise.all(Array.from({ length: 20 }, () => dialer.connect(to(port))));
	expect(all.map((one) => one.kind === 'failed' && one.how)).toEqual(Array(20).fill('refused'));
});

test('at most 128 connections are open in all', async () => {
	const port = await listen(createServer());
	const dialer = loopbackDialer({ addressMap: () => ({ address: '127.0.0.1', port }) });
	const open: Dialed[] = [];
	const all = Array.from({ length: 132 }, async (_, i) => {
		const dialed = await dialer.connect(to(443, 5_000, `198.51.100.${i}`));
		open.push(dialed);
		return dialed;
	});
	await expect.poll(() => open.length).toBe(128);
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(open).toHaveLength(128);
	for (const one of open.slice(0, 4)) connected(one).release();
	for (const one of await Promise.all(all)) connected(one).socket.destroy();
	expect(open).toHaveLength(132);
});

test('the end of the audit ends a wait for a slot, a wait for an answer and an open connection', async () => {
	const port = await listen(createServer());
	const dialer = loopbackDialer({
		addressMap: ({ address }) => (address === '127.0.0.1' ? { address, port } : 'silent'),
	});
	const open = await Promise.all(Array.from({ length: 6 }, () => dialer.connect(to(port))));
	const waiting = dialer.connect(to(port));
	const silent = dialer.connect(to(443, 10_000, '198.51.100.1'));
	const closed = Promise.all(
		open.map((one) => new Promise((resolve) => connected(one).socket.once('close', resolve))),
	);
	const settled = Promise.allSettled([waiting, silent]);
	setTimeout(() => dialer.stop(new Unobserved('timeout', 'the time is over')), 30);
	const results = await settled;
	expect(results.map((one) => one.status === 'rejected' && one.reason)).toEqual(
		Array(2).fill(new Unobserved('timeout', 'the time is over')),
	);
	expect(await closed).toHaveLength(6);
	await expect(dialer.connect(to(port))).rejects.toThrow('the time is over');
});

test('A and AAAA are asked together, and IPv4 comes first', async () => {
	const dialer = loopbackDialer({
		names: {
			'both.site.test': ['2001:db8::1', '192.0.2.1', '192.0.2.2'],
			'six.site.test': ['::1'],
		},
	});
	expect(await dialer.addresses('Both.Site.test.', 443)).toMatchObject({
		addresses: ['192.0.2.1', '192.0.2.2', '2001:db8::1'],
		status: 'ok',
	});
	expect(await dialer.addresses('six.site.test', 443)).toMatchObject({
		addresses: ['::1'],
		status: 'ok',
	});
});

test.each(['nxdomain', 'servfail', 'no-response', 'nodata'] as const)(
	'a name without addresses says why: %s',
	async (status) => {
		const dialer = loopbackDialer({ names: { 'x.site.test': status } });
		expect(await dialer.addresses('x.site.test', 443)).toMatchObject({ addresses: [], status });
	},
);

test('an address is itself, and is not looked up', async () => {
	const dialer = loopbackDialer({
		ask: () => Promise.reject(new Error('nothing is to be asked')),
	});
	expect((await dialer.addresses('192.0.2.1', 80)).addresses).toEqual(['192.0.2.1']);
	expect((await dialer.addresses('[2001:db8::1]', 80)).addresses).toEqual(['2001:db8::1']);
});

test('localhost is loopback by definition (RFC 6761 §6.3)', async () => {
	const dialer = loopbackDialer({
		ask: () => Promise.reject(new Error('nothing is to be asked')),
	});
	expect((await dialer.addresses('localhost', 80)).addresses).toEqual(['127.0.0.1', '::1']);
	expect((await dialer.addresses('app.localhost', 80)).addresses).toEqual(['127.0.0.1', '::1']);
});

test('--resolve holds for its host and port alone, any number of times', async () => {
	const dialer = loopbackDialer({
		names: { 'site.test': ['192.0.2.1'] },
		resolve: [
			{ host: 'Site.test', port: 443, address: '198.51.100.1' },
			{ host: 'site.test', port: 443, address: '[2001:db8::1]' },
		],
	});
	const at = async (host: string, port: number) => (await dialer.addresses(host, port)).addresses;
	expect(await at('SITE.test', 443)).toEqual(['198.51.100.1', '2001:db8::1']);
	expect(await at('site.test', 80)).toEqual(['192.0.2.1']);
	expect(await at('www.site.test', 443)).toEqual([]);
});

test('hosts of the target and hosts that the user named are permitted; others only as third parties', () => {
	const dialer = loopbackDialer({ named: ['api.other.example'] });
	for (const host of ['site.test', 'WWW.Site.test.', 'a.b.site.test', 'api.other.example']) {
		expect(() => dialer.permit(host, false)).not.toThrow();
	}
	for (const host of ['othersite.test', 'test', 'other.example', 'site.test.example']) {
		expect(() => dialer.permit(host, false)).toThrow(Unobserved);
		expect(() => dialer.permit(host, true)).not.toThrow();
	}
	const nobody = loopbackDialer({ registrable: null });
	expect(() => nobody.permit('site.test', false)).toThrow(
		expect.objectContaining({ because: 'unsupported' }),
	);
});

test('a public host has thirty requests at once; loopback, private networks and the lab have no limit', async () => {
	const dialer = loopbackDialer();
	const began = performance.now();
	await Promise.all(Array.from({ length: 30 }, () => dialer.spend('site.test', '192.0.2.1')));
	expect(performance.now() - began).toBeLessThan(80);
	await dialer.spend('Site.test.', '192.0.2.1');
	expect(performance.now() - began).toBeGreaterThan(85);

	const lab = loopbackDialer({ addressMap: () => ({ address: '127.0.0.1', port: 1 }) });
	const started = performance.now();
	for (const [one, address] of [
		[dialer, '127.0.0.1'],
		[dialer, '::1'],
		[dialer, '10.1.2.3'],
		[lab, '203.0.113.1'],
	] as const) {
		await Promise.all(Array.from({ length: 300 }, () => one.spend('site.test', address)));
	}
	expect(performance.now() - started).toBeLessThan(500);
});

test('a dialer of many connections gives no warning about listeners', async () => {
	const warnings: Error[] = [];
	const heard = (warning: Error) => warnings.push(warning);
	process.on('warning', heard);
	afterwards(() => process.off('warning', heard));
	const dialer = loopbackDialer({ addressMap: () => 'silent' });
	await Promise.all(
		Array.from({ length: 40 }, (_, i) => dialer.connect(to(443, 20, `198.51.100.${i}`))),
	);
	await new Promise((resolve) => setImmediate(resolve));
	expect(warnings).toEqual([]);
});
