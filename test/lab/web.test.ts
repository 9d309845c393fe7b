import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import { dial, fetched, handshake, received, valuesOf } from './clients.ts';

const A = '203.0.113.10';
const B = '203.0.113.11';
const V6 = '2001:db8::10';

const WORLD: World = {
	sites: [
		{
			hosts: ['shop.test', 'www.shop.test'],
			at: [A, V6],
			headers: [
				['Strict-Transport-Security', 'max-age=31536000'],
				['X-Frame-Options', 'DENY'],
				['X-Frame-Options', 'SAMEORIGIN'],
			],
			routes: {
				'/': '<h1>Shop at {{host}}</h1>',
				'/plain': {
					type: 'text/plain',
					body: ['two ', 'parts'],
					headers: { 'X-Frame-Options': 'DENY' },
				},
				'/bare': { bare: true, type: '', body: 'x' },
				'/cookies': { headers: { 'Set-Cookie': ['a=1', 'b=2'] } },
				'/moved': { redirect: 'https://www.shop.test{{uri}}', status: 301 },
				'/files/*': 'a file',
				'/find?q=1': 'first page',
				'/find': 'found',
				'/echo': { echo: true },
				'/turns': { sequence: [{ body: 'one' }, { status: 500, body: 'two' }] },
				'/nonce': { headers: { 'X-Nonce': '{{nonce}}' }, body: '{{nonce}}' },
				'/cors': {
					variants: [
						{ when: { method: 'OPTIONS' }, status: 204 },
						{ when: { header: ['Origin', '.'] }, headers: { 'X-Allowed': '{{origin}}' } },
						{ when: { query: 'a=1' }, body: 'with a' },
					],
				},
				'/late': { delayMs: 100, body: 'late' },
				'/reset': { fault: 'reset' },
				'/silent': { fault: 'silent' },
				'/close': { fault: 'close' },
				'/truncated': { fault: 'truncated', body: '0123456789' },
				'/slow': { fault: 'slow', body: 'abc' },
				'/raw': { raw: 'HTTP/1.1 200 OK\r\nX-A: \x01\r\n\r\nraw' },
				'/utf8': { headers: { Location: 'https://shop.test/ü' }, status: 302 },
			},
		},
		{ hosts: ['*.app.test'], at: [A], http: 'same', fallback: { body: '<title>App</title>' } },
		{
			hosts: ['old.test'],
			at: [A],
			http: { routes: { '/': 'unencrypted' } },
			tls: { min: 'TLSv1.2', max: 'TLSv1.2' },
		},
		{ hosts: ['ancient.test'], at: [A], tls: { min: 'TLSv1', max: 'TLSv1.1' } },
		{ hosts: ['h2.test'], at: [A], tls: { alpn: ['h2', 'http/1.1'] } },
		{ hosts: ['alert.test'], at: [A], tls: { fault: { alert: 112 } } },
		{ hosts: ['mute.test'], at: [A], tls: { fault: 'silent' } },
		{ hosts: ['plain.test'], at: [A], tls: { fault: 'plain-text' } },
		{ hosts: ['rst.test'], at: [A], tls: { fault: 'reset' } },
		{ hosts: ['closed.test'], at: [B], https: 'closed', http: 'same' },
	],
	ports: [
		{ at: '203.0.113.20', port: 443, does: 'accept-silent' },
		{ at: '203.0.113.20', port: 80, does: 'refused' },
		{ at: '203.0.113.21', port: 443, does: 'plain-text' },
		{ at: '203.0.113.21', port: 80, does: 'silent' },
		{ at: '203.0.113.22', port: 443, does: { alert: 40 } },
		{ at: '203.0.113.22', port: 80, does: 'reset' },
		{ at: '203.0.113.22', port: 21, does: { says: '220 ftp\r\n' } },
		{ at: '203.0.113.23', port: 443, does: 'unreachable' },
	],
};

let lab: Lab;
beforeAll(async () => {
	lab = await startLab(WORLD);
});
afterAll(() => lab.close());

const get = (path: string, more: Partial<Parameters<typeof fetched>[2]> = {}) =>
	fetched(lab, `https://shop.test${path}`, { address: A, ...more });

describe('pages', () => {
	test('headers keep their order and duplicates, and routes replace them by name', async () => {
		const home = await get('/');
		expect(home.status).toBe(200);
		expect(home.body).toBe('<h1>Shop at shop.test</h1>');
		expect(valuesOf(home, 'x-frame-options')).toEqual(['DENY', 'SAMEORIGIN']);
		expect(valuesOf(home, 'content-type')).toEqual(['text/html; charset=utf-8']);
		const plain = await get('/plain');
		expect([plain.body, valuesOf(plain, 'x-frame-options')]).toEqual(['two parts', ['DENY']]);
		const bare = await get('/bare');
		expect([valuesOf(bare, 'x-frame-options'), valuesOf(bare, 'content-type')]).toEqual([[], []]);
		expect(valuesOf(await get('/cookies'), 'set-cookie')).toEqual(['a=1', 'b=2']);
	});

	test('an unknown path gets a 404 with the headers of the site, or its fallback', async () => {
		const missing = await get('/nothing');
		expect([missing.status, valuesOf(missing, 'x-frame-options').length]).toEqual([404, 2]);
		const app = await fetched(lab, 'https://x.app.test/anything', { address: A });
		expect([app.status, app.body]).toEqual([200, '<title>App</title>']);
	});

	test('paths match by query, exactly, then by folder', async () => {
		expect((await get('/find?q=1')).body).toBe('first page');
		expect((await get('/find?q=2')).body).toBe('found');
		expect((await get('/files/a/b')).body).toBe('a file');
	});

	test('redirects keep what they are told to keep', async () => {
		const moved = await get('/moved?x=1&y=b%20c');
		expect([moved.status, valuesOf(moved, 'location')]).toEqual([
			301,
			['https://www.shop.test/moved?x=1&y=b%20c'],
		]);
		const upgrade = await fetched(lab, 'http://www.shop.test/a?b=c', { address: A });
		expect([upgrade.status, valuesOf(upgrade, 'location')]).toEqual([
			308,
			['https://www.shop.test/a?b=c'],
		]);
		const utf8 = await get('/utf8');
		expect(Buffer.from(valuesOf(utf8, 'location')[0] ?? '', 'latin1').toString()).toBe(
			'https://shop.test/ü',
		);
	});

	test('sequences take turns; variants depend on the request', async () => {
		const turns = [await get('/turns'), await get('/turns'), await get('/turns')];
		expect(turns.map(({ status, body }) => `${status} ${body}`)).toEqual([
			'200 one',
			'500 two',
			'200 one',
		]);
		expect((await get('/cors', { method: 'OPTIONS' })).status).toBe(204);
		const cors = await get('/cors', { headers: { Origin: 'https://evil.test' } });
		expect(valuesOf(cors, 'x-allowed')).toEqual(['https://evil.test']);
		expect((await get('/cors?a=1')).body).toBe('with a');
	});

	test('a nonce is one in a response and another in the next', async () => {
		const [first, second] = [await get('/nonce'), await get('/nonce')];
		expect(valuesOf(first, 'x-nonce')).toEqual([first.body]);
		expect(first.body).not.toBe(second.body);
	});

	test('echo shows the request, HEAD gets no body, and both are logged', async () => {
		const echo = JSON.parse((await get('/echo?a=1', { headers: { 'X-B': 'c' } })).body);
		expect(echo).toMatchObject({ method: 'GET', url: '/echo?a=1' });
		expect(echo.headers).toContain('X-B');
		expect((await get('/', { method: 'HEAD' })).body).toBe('');
		expect(lab.requests.http.at(-1)).toMatchObject({
			method: 'HEAD',
			url: 'https://shop.test/',
			address: A,
			port: 443,
			serverName: 'shop.test',
		});
	});

	test('port 80 can serve the same, something else, or be the only one', async () => {
		expect((await fetched(lab, 'http://x.app.test/', { address: A })).body).toContain('App');
		expect((await fetched(lab, 'http://old.test/', { address: A })).body).toBe('unencrypted');
		expect((await fetched(lab, 'http://closed.test/', { address: B })).status).toBe(404);
		expect(lab.addressMap({ address: B, port: 443, transport: 'tcp' })).toBe('refused');
	});
});

describe('faults of pages', () => {
	test('late, silent, closed, reset, truncated and raw answers are so on the wire', async () => {
		const began = performance.now();
		expect((await get('/late')).body).toBe('late');
		expect(performance.now() - began).toBeGreaterThanOrEqual(98);
		await expect(get('/close')).rejects.toThrow(/socket hang up/);
		await expect(get('/reset')).rejects.toThrow(/ECONNRESET/);
		await expect(get('/truncated')).rejects.toThrow(/aborted/);
		expect((await get('/slow')).body).toBe('abc');
	});

	test.each([
		['/silent', /^\(silence\)$/],
		['/reset', /^\(ECONNRESET\)$/],
		['/truncated', /Content-Length: 10\r\n.*\r\n\r\n01234\(closed\)$/s],
		['/raw', /^HTTP\/1\.1 200 OK\r\nX-A: .\r\n\r\nraw\(closed\)$/],
	])('%s over plain HTTP', async (path, expected) => {
		const lone = await startLab({
			sites: [{ ...WORLD.sites?.[0], hosts: ['shop.test'], at: [A], http: 'same' }],
		});
		const socket = dial(lone, A, 80);
		socket.write(`GET ${path} HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
		expect(await received(socket)).toMatch(expected);
		await lone.close();
	});
});

describe('TLS', () => {
	test('the certificate goes by SNI, and an unknown name gets the first site', async () => {
		const names = async (host: string) =>
			new X509Certificate(
				(await handshake(lab, { host, address: A })).socket.getPeerCertificate().raw,
			).subjectAltName;
		expect(await names('www.shop.test')).toBe('DNS:shop.test, DNS:www.shop.test');
		expect(await names('x.app.test')).toBe('DNS:*.app.test');
		expect(await names('nobody.test')).toBe('DNS:shop.test, DNS:www.shop.test');
	});

	test('IPv6 addresses lead to the same site', async () => {
		const { authorized } = await handshake(lab, { host: 'shop.test', address: V6 });
		expect(authorized).toBe(true);
	});

	test('versions and ALPN are limited as told', async () => {
		const old = await handshake(lab, { host: 'old.test', address: A });
		expect(old.socket.getProtocol()).toBe('TLSv1.2');
		const h2 = await handshake(lab, {
			host: 'h2.test',
			address: A,
			options: { ALPNProtocols: ['h2'] },
		});
		expect(h2.socket.alpnProtocol).toBe('h2');
		const ancient = { host: 'ancient.test', address: A };
		await expect(handshake(lab, ancient)).rejects.toThrow(/protocol version|alert number 70/);
		const allowed = { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;
		const weak = await handshake(lab, { ...ancient, options: allowed });
		expect(weak.socket.getProtocol()).toBe('TLSv1.1');
	});

	test.each([
		['alert.test', /alert number 112|unrecognized name/],
		['plain.test', /wrong version number|packet length too long/i],
		['rst.test', /ECONNRESET/],
	])('%s breaks the handshake', async (host, expected) => {
		await expect(handshake(lab, { host, address: A })).rejects.toThrow(expected);
	});

	test('a handshake can stay unanswered', async () => {
		const pending = handshake(lab, { host: 'mute.test', address: A });
		const late = new Promise((resolve) => setTimeout(() => resolve('silence'), 150));
		expect(await Promise.race([pending.catch((error) => error), late])).toBe('silence');
	});
});

describe('ports and addresses', () => {
	test('listening ports misbehave as told', async () => {
		const hello = (address: string, port: number) => {
			const socket = dial(lab, address, port);
			socket.write('hello\r\n');
			return received(socket);
		};
		expect(await hello('203.0.113.20', 443)).toBe('(silence)');
		expect(await hello('203.0.113.21', 443)).toMatch(/^HTTP\/1\.1 400/);
		expect(await hello('203.0.113.22', 443)).toBe('\x15\x03\x03\x00\x02\x02\x28(closed)');
		expect(await hello('203.0.113.22', 80)).toBe('(ECONNRESET)');
		expect(await hello('203.0.113.22', 21)).toBe('220 ftp\r\n(closed)');
	});

	test.each([
		['203.0.113.20', 80, 'refused'],
		['203.0.113.21', 80, 'silent'],
		['203.0.113.23', 443, 'unreachable'],
		['203.0.113.10', 8080, 'refused'],
		['203.0.113.200', 443, 'refused'],
		['192.0.2.1', 53, 'silent'],
	])('%s port %i is %s', (address, port, how) => {
		expect(lab.addressMap({ address, port, transport: 'tcp' })).toBe(how);
	});

	test('what is not mapped can be silent', async () => {
		await using silent = await startLab({ unmapped: 'silent' });
		expect(silent.addressMap({ address: '8.8.8.8', port: 53, transport: 'udp' })).toBe('silent');
	});

	test('one address has one place, however it is spelt', () => {
		const at = { port: 443, transport: 'tcp' } as const;
		expect(lab.addressMap({ address: '2001:DB8:0:0::10', ...at })).toEqual(
			lab.addressMap({ address: V6, ...at }),
		);
	});
});
