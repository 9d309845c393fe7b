import { createHash } from 'node:crypto';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import * as zlib from 'node:zlib';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import type { HttpAnswered, HttpOutcome, HttpRequest } from '../../src/core/io.ts';
import type { Timeouts } from '../../src/net/connection.ts';
import type { Dialer } from '../../src/net/dialer.ts';
import { createHttp, type HttpSettings } from '../../src/net/http.ts';
import {
	afterwards,
	answering,
	closedPort,
	issue,
	listen,
	loopbackDialer,
	rawServer,
} from './loopback.ts';

const QUICK: Timeouts = { connect: 400, tls: 400, header: 400, exchange: 800 };

function port(dialer: Dialer = loopbackDialer(), settings: Partial<HttpSettings> = {}) {
	const http = createHttp(dialer, { userAgent: 'launch-ready/test', timeouts: QUICK, ...settings });
	afterwards(() => http.close());
	return http;
}

function get(at: number, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
	return port().exchange({ url: `http://site.test:${at}/`, method: 'GET', ...more });
}

function answered(outcome: HttpOutcome): HttpAnswered {
	if (outcome.kind === 'failed') throw new Error(`${outcome.how} ${outcome.detail}`);
	return outcome;
}

const serve = (listener: RequestListener) => listen(createHttpServer(listener));

const head = (fields: string, body = 'hello', status = '200 OK') =>
	`HTTP/1.1 ${status}\r\n${fields}${fields === '' ? '' : '\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('what is sent', () => {
	it('says who asks, like a browser would, and replaces a default by what the request names', async () => {
		const seen: string[][] = [];
		const at = await serve((request, response) => {
			seen.push(request.rawHeaders);
			response.end(request.url);
		});
		const request = { url: `http://site.test:${at}/a%20b?c=d#e`, method: 'GET' } as const;
		const first = answered(await port().exchange(request));
		expect(first.body.bytes).toBe('/a%20b?c=d');
		await port().exchange({
			...request,
			headers: [
				['accept', 'application/json'],
				['Origin', 'https://other.test'],
			],
		});
		const asMap = (raw: string[] = []) =>
			Object.fromEntries(
				raw.flatMap((name, i) => (i % 2 ? [] : [[name.toLowerCase(), raw[i + 1]]])),
			);
		expect(asMap(seen[0])).toMatchObject({
			host: `site.test:${at}`,
			'user-agent': 'launch-ready/test',
			accept: expect.stringContaining('text/html'),
			'accept-encoding': expect.stringContaining('gzip, deflate, br'),
		});
		expect(asMap(seen[1])).toMatchObject({
			accept: 'application/json',
			origin: 'https://other.test',
		});
		const names = (seen[1] ?? []).filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
		expect(new Set(names).size).toBe(names.length);
	});

	it('sends OPTIONS when asked to', async () => {
		const at = await serve((request, response) => response.end(request.method));
		expect(answered(await get(at, { method: 'OPTIONS' })).body.bytes).toBe('OPTIONS');
	});

	it('asks only the hosts that are permitted', async () => {
		const http = port();
		const request = { url: 'http://elsewhere.test/', method: 'GET' } as const;
		await expect(http.exchange(request)).rejects.toThrow(Unobserved);
		await expect(http.exchange(request)).rejects.toMatchObject({ because: 'unsupported' });
	});

	it('follows no third party into a private network', async () => {
		const at = await serve((_, response) => response.end('secret'));
		const http = port(loopbackDialer({ names: { 'elsewhere.test': ['127.0.0.1'] } }));
		const request = {
			url: `http://elsewhere.test:${at}/`,
			method: 'GET',
			thirdParty: true,
		} as const;
		await expect(http.exchange(request)).rejects.toMatchObject({ because: 'unsupported' });
		await expect(http.exchange({ ...request, address: '10.0.0.1' })).rejects.toMatchObject({
			because: 'unsupported',
		});
		const neighbour = await http.exchange({ ...request, evenPrivate: true });
		expect(answered(neighbour).body.bytes).toBe('secret');
	});
});

describe('the head of the answer', () => {
	it('keeps wire order, duplicates and the letters of names', async () => {
		const at = await answering(
			head('X-B: 1\r\nx-a: 2\r\nX-b: 3\r\nset-COOKIE: a=b\r\nSet-Cookie: c=; Path=/'),
		);
		expect(answered(await get(at)).headers).toEqual([
			['X-B', '1'],
			['x-a', '2'],
			['X-b', '3'],
			['set-COOKIE', 'a=b'],
			['Set-Cookie', 'c=; Path=/'],
			['Content-Length', '5'],
		]);
	});

	it('keeps bytes over 127 as latin1, and empty values', async () => {
		const at = await answering(Buffer.from(head('X-A: caf\u00e9 \u00ff\r\nX-Empty:'), 'latin1'));
		const { headers } = answered(await get(at));
		expect(headers.slice(0, 2)).toEqual([
			['X-A', 'caf\u00e9 \u00ff'],
			['X-Empty', ''],
		]);
	});

	it('passes over interim responses', async () => {
		const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';
		const at = await answering(`${early}${early}${head('X-Final: yes')}`);
		const outcome = answered(await get(at));
		expect(outcome.status).toBe(200);
		expect(outcome.headers[0]).toEqual(['X-Final', 'yes']);
	});

	it('does not blame the server for a 100 (Continue) that our library cannot read past', async () => {
		const at = await answering(`HTTP/1.1 100 Continue\r\n\r\n${head('')}`);
		await expect(get(at)).rejects.toMatchObject({ because: 'unsupported' });
	});

	it('follows no redirect', async () => {
		let requests = 0;
		const at = await serve((_, response) => {
			requests += 1;
			response.writeHead(301, { Location: '/next' }).end();
		});
		const outcome = answered(await get(at));
		expect([outcome.status, requests]).toEqual([301, 1]);
		expect(outcome.headers).toContainEqual(['Location', '/next']);
	});

	it.each([
		['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n'],
		['a control character in a value', head('X-A: a\u0000b')],
		['a name with a space', head('X A: 1')],
		['two lengths', head('Content-Length: 3')],
		['a header that does not end', `HTTP/1.1 200 OK\r\nX-Big: ${'a'.repeat(300_000)}\r\n\r\n`],
		[
			'a switch of protocols',
			'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
		],
	])('calls it a bad response: %s', async (_, text) => {
		const outcome = await get(await answering(text));
		expect(outcome).toMatchObject({ kind: 'failed', how: 'bad-response', phase: 'request' });
	});

	it('takes a header of 200 KiB, as browsers do', async () => {
		const outcome = answered(await get(await answering(head(`X-Big: ${'a'.repeat(200_000)}`))));
		expect(outcome.headers[0]?.[1]).toHaveLength(200_000);
	});
});

describe('the body', () => {
	const encoded = (coding: string, body: Buffer) =>
		serve((_, response) => {
			response.setHeader('Content-Encoding', coding);
			response.end(body);
		});
	const text = 'All work and no play. '.repeat(500);

	it.each([
		['gzip', gzipSync(text)],
		['x-gzip', gzipSync(text)],
		['GZIP', gzipSync(text)],
		['br', brotliCompressSync(text)],
		['deflate', deflateSync(text)],
		['deflate', deflateRawSync(text)],
		['identity', Buffer.from(text)],
		['gzip, br', brotliCompressSync(gzipSync(text))],
	])('is decoded: %s', async (coding, bytes) => {
		const { body } = answered(await get(await encoded(coding, bytes)));
		expect(body.bytes).toBe(text);
		expect(body.truncated).toBe(false);
		expect(body.sha256).toBe(createHash('sha256').update(text).digest('hex'));
	});

	it('is hashed as Subresource Integrity does only where that is asked for', async () => {
		const at = await encoded('gzip', gzipSync(text));
		const { body } = answered(await get(at, { digests: true }));
		expect(body.sha384).toBe(createHash('sha384').update(text).digest('hex'));
		expect(body.sha512).toBe(createHash('sha512').update(text).digest('hex'));
		expect(answered(await get(at)).body).not.toHaveProperty('sha384');
	});

	const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Buffer };
	it.runIf(zstdCompressSync)('is decoded where Node can: zstd', async () => {
		const at = await encoded('zstd', zstdCompressSync?.(text) ?? Buffer.alloc(0));
		expect(answered(await get(at)).body.bytes).toBe(text);
	});

	it('stops at the limit of decoded bytes, however much a bomb holds', async () => {
		const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
		const { body } = answered(await get(await encoded('gzip', bomb), { maxBytes: 10_000 }));
		expect([body.bytes.length, body.truncated]).toEqual([10_000, true]);
	});

	it('gives what a cut gzip holds, and says that it is cut', async () => {
		const whole = gzipSync(Array.from({ length: 4_000 }, (_, i) => `line ${i * 7919}\n`).join(''));
		const half = whole.subarray(0, whole.length / 2);
		const { body } = answered(await get(await encoded('gzip', half)));
		expect(body.bytes).toMatch(/^line 0\nline 7919\n/);
		expect(body.truncated).toBe(true);
	});

	it.each([
		['gzip', 'this is not gzip'],
		['br', 'neither'],
		['deflate', 'nor this'],
		['unheard-of', 'plain'],
	])('that is not %s is kept as sent', async (coding, sent) => {
		const { body, status } = answered(await get(await encoded(coding, Buffer.from(sent))));
		expect([status, body.bytes, body.truncated]).toEqual([200, sent, false]);
	});

	it('is cut one byte over the limit, and whole at it', async () => {
		const at = await serve((_, response) => response.end('x'.repeat(1_000)));
		const whole = answered(await get(at, { maxBytes: 1_000 })).body;
		expect([whole.bytes.length, whole.truncated]).toEqual([1_000, false]);
		const cut = answered(await get(at, { maxBytes: 999 })).body;
		expect([cut.bytes.length, cut.truncated]).toEqual([999, true]);
	});

	it('ends at 1 MiB unless told otherwise, though the server never ends', async () => {
		const at = await serve((_, response) => {
			const more = () => {
				while (response.write(Buffer.alloc(65_536, 'a')));
			};
			response.on('drain', more);
			more();
		});
		const { body } = answered(await get(at));
		expect([body.bytes.length, body.truncated]).toEqual([1024 * 1024, true]);
	});

	it('in chunks, and over HTTP/1.0 up to the end of the connection', async () => {
		const chunked =
			'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
		expect(answered(await get(await answering(chunked))).body.bytes).toBe('abcde');
		const old = await answering('HTTP/1.0 200 OK\r\nX-Old: yes\r\n\r\nuntil the end');
		expect(answered(await get(old)).body).toMatchObject({
			bytes: 'until the end',
			truncated: false,
		});
	});

	it('keeps every byte', async () => {
		const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
		const at = await serve((_, response) => response.end(bytes));
		expect(Buffer.from(answered(await get(at)).body.bytes, 'latin1')).toEqual(bytes);
	});

	it('that stalls is an answer that was cut', async () => {
		const at = await answering('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome', false);
		const outcome = answered(await get(at));
		expect(outcome.body).toMatchObject({ bytes: 'some', truncated: true });
	});

	it('comes with the digest of what was read', async () => {
		const at = await serve((_, response) => response.end('some body'));
		const { body } = answered(await get(at));
		expect(body.sha256).toBe(createHash('sha256').update('some body').digest('hex'));
	});
});

describe('failures are values', () => {
	it('refused', async () => {
		expect(await get(await closedPort())).toMatchObject({
			kind: 'failed',
			how: 'refused',
			phase: 'connect',
			address: '127.0.0.1',
		});
	});

	it('no such host, and no address', async () => {
		const http = port(loopbackDialer({ names: { 'bare.site.test': 'nodata' } }));
		for (const host of ['missing.site.test', 'bare.site.test']) {
			expect(await http.exchange({ url: `http://${host}/`, method: 'GET' })).toMatchObject({
				how: 'no-such-host',
				phase: 'dns',
				address: null,
			});
		}
	});

	it('but a resolver that does not answer is no value', async () => {
		const http = port(loopbackDialer({ names: { 'site.test': 'no-response' } }));
		const exchange = http.exchange({ url: 'http://site.test/', method: 'GET' });
		await expect(exchange).rejects.toMatchObject({ because: 'timeout' });
	});

	it('silent at connect, unreachable', async () => {
		for (const how of ['silent', 'unreachable'] as const) {
			const http = port(loopbackDialer({ addressMap: () => how }));
			expect(await http.exchange({ url: 'http://site.test/', method: 'GET' })).toMatchObject({
				how,
				phase: 'connect',
			});
		}
	});

	it('silent after the request, within the header deadline', async () => {
		const at = await rawServer(() => {});
		const began = performance.now();
		expect(await get(at)).toMatchObject({ how: 'silent', phase: 'request' });
		expect(performance.now() - began).toBeLessThan(1_500);
	});

	it('silent when the header drips', async () => {
		const at = await rawServer((socket) => {
			socket.write('HTTP/1.1 200 OK\r\n');
			const timer = setInterval(() => socket.write('X-A: b\r\n'), 50);
			socket.on('close', () => clearInterval(timer));
		});
		expect(await get(at)).toMatchObject({ how: 'silent', phase: 'request' });
	});

	it('silent after accepting on the TLS port', async () => {
		const at = await rawServer(() => {});
		const outcome = await port().exchange({ url: `https://site.test:${at}/`, method: 'GET' });
		expect(outcome).toMatchObject({ how: 'silent', phase: 'tls' });
	});

	it('reset: at once, and in the middle of the body', async () => {
		const atOnce = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
		expect(await get(atOnce)).toMatchObject({ how: 'reset', phase: 'request' });
		const closed = await rawServer((socket) => socket.once('data', () => socket.end()));
		expect(await get(closed)).toMatchObject({ how: 'reset', phase: 'request' });
		const midBody = await rawServer((socket) =>
			socket.once('data', () => {
				socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome');
				setTimeout(() => socket.resetAndDestroy(), 30);
			}),
		);
		const outcome = await get(midBody);
		expect(outcome).toMatchObject({ how: 'reset', detail: expect.stringContaining('4 bytes') });
	});

	it('reset twice in a row, and not once', async () => {
		const tried: number[] = [];
		const always = await rawServer((socket, count) => {
			tried.push(count);
			socket.once('data', () => socket.resetAndDestroy());
		});
		expect(await get(always)).toMatchObject({ how: 'reset' });
		expect(tried).toEqual([1, 2]);
		const passing = await rawServer((socket, count) => {
			socket.once('data', () =>
				count === 1 ? socket.resetAndDestroy() : socket.write(head('X-Try: 2')),
			);
		});
		expect(await get(passing)).toMatchObject({ kind: 'answered', status: 200 });
	});

	it('reset when a body ends before its length', async () => {
		const short = await answering('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome');
		expect(await get(short)).toMatchObject({ how: 'reset' });
		const chunk = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc';
		expect(await get(await answering(chunk))).toMatchObject({ how: 'reset' });
	});

	it('not TLS: plain HTTP on the TLS port', async () => {
		const at = await serve((_, response) => response.end());
		const outcome = await port().exchange({ url: `https://site.test:${at}/`, method: 'GET' });
		expect(outcome).toMatchObject({ how: 'not-tls', phase: 'tls' });
	});

	it('TLS failed: the alert is named', async () => {
		const at = await answering(Buffer.from('15030300020228', 'hex'));
		const outcome = await port().exchange({ url: `https://site.test:${at}/`, method: 'GET' });
		expect(outcome).toMatchObject({
			how: 'tls-failed',
			detail: expect.stringContaining('alert 40 (handshake failure)'),
		});
	});

	it('but a server that speaks HTTP/2 alone is beyond us, and not broken', async () => {
		const at = await answering(Buffer.from('15030300020278', 'hex'));
		const exchange = port().exchange({ url: `https://site.test:${at}/`, method: 'GET' });
		await expect(exchange).rejects.toMatchObject({ because: 'unsupported' });
	});

	it('throws for every exchange that waits when the audit is stopped', async () => {
		const at = await rawServer(() => {});
		const dialer = loopbackDialer();
		const http = port(dialer, { timeouts: { ...QUICK, header: 20_000, exchange: 20_000 } });
		const running = Array.from({ length: 20 }, () =>
			http.exchange({ url: `http://site.test:${at}/`, method: 'GET' }),
		);
		setTimeout(() => dialer.stop(new Unobserved('cancelled', 'stopped')), 50);
		const settled = await Promise.allSettled(running);
		const reasons = settled.map((one) => (one.status === 'rejected' ? one.reason.because : ''));
		expect(reasons).toEqual(new Array(20).fill('cancelled'));
	});

	it('throws why the audit was stopped, at once', async () => {
		const at = await rawServer(() => {});
		const dialer = loopbackDialer();
		const http = port(dialer, { timeouts: { ...QUICK, header: 20_000, exchange: 20_000 } });
		const exchange = http.exchange({ url: `http://site.test:${at}/`, method: 'GET' });
		const expected = expect(exchange).rejects.toMatchObject({ because: 'timeout' });
		setTimeout(() => dialer.stop(new Unobserved('timeout', 'out of time')), 50);
		await expected;
	});
});

describe('TLS', () => {
	const site = issue('site.test');

	it('tells protocol, leaf and the time of each phase', async () => {
		const server = createHttpsServer({ key: site.key, cert: site.cert }, (request, response) => {
			setTimeout(() => response.end(String('servername' in request.socket)), 60);
		});
		const outcome = answered(
			await port().exchange({ url: `https://site.test:${await listen(server)}/`, method: 'GET' }),
		);
		const digest = createHash('sha256').update(Buffer.from(site.der, 'base64')).digest('hex');
		expect(outcome.tls).toEqual({ protocol: 'TLSv1.3', certificateSha256: digest });
		expect(outcome.address).toBe('127.0.0.1');
		expect(outcome.timing.connect).toBeGreaterThan(0);
		expect(outcome.timing.tls).toBeGreaterThan(0);
		expect(outcome.timing.firstByte).toBeGreaterThanOrEqual(55);
		expect(outcome.timing.firstByte).toBeLessThan(300);
		expect(outcome.timing.download).toBeLessThan(55);
	});
});

describe('connections', () => {
	it('are kept alive for the same origin, and then cost nothing to open', async () => {
		let connections = 0;
		const server = createHttpServer((_, response) => response.end('ok'));
		server.on('connection', () => {
			connections += 1;
		});
		const at = await listen(server);
		const http = port();
		const request = { url: `http://site.test:${at}/`, method: 'GET' } as const;
		const first = answered(await http.exchange(request));
		const second = answered(await http.exchange(request));
		expect(connections).toBe(1);
		expect(first.timing.connect).toBeGreaterThan(0);
		expect(second.timing).toMatchObject({ dns: 0, connect: 0, tls: 0 });
	});

	it('are five at most at one address, and none is left idle while another exchange waits', async () => {
		let open = 0;
		let most = 0;
		const server = createHttpServer((_, response) => {
			setTimeout(() => response.end('ok'), 20);
		});
		server.on('connection', (socket) => {
			open += 1;
			most = Math.max(most, open);
			socket.on('close', () => {
				open -= 1;
			});
		});
		const at = await listen(server);
		const http = port(loopbackDialer({ names: { 'www.site.test': ['127.0.0.1'] } }));
		const began = performance.now();
		const outcomes = await Promise.all(
			Array.from({ length: 40 }, (_, i) =>
				http.exchange({
					url: `http://${i % 2 ? 'www.' : ''}site.test:${at}/${i}`,
					method: 'GET',
				}),
			),
		);
		expect(outcomes.filter(({ kind }) => kind === 'answered')).toHaveLength(40);
		expect(most).toBeLessThanOrEqual(6);
		expect(performance.now() - began).toBeLessThan(900);
	});

	it('are replaced where the server closed a kept one under the request', async () => {
		const at = await rawServer((socket, count) => {
			let requests = 0;
			socket.on('data', () => {
				requests += 1;
				if (count === 1 && requests === 2) socket.resetAndDestroy();
				else socket.write(head(`X-Connection: ${count}`));
			});
		});
		const http = port();
		const request = { url: `http://site.test:${at}/`, method: 'GET' } as const;
		await http.exchange(request);
		const second = answered(await http.exchange(request));
		expect(second.headers[0]).toEqual(['X-Connection', '2']);
	});

	it('free their slot when the server closes after each answer', async () => {
		const at = await serve((_, response) => {
			response.setHeader('Connection', 'close');
			response.end('ok');
		});
		const http = port();
		const outcomes = await Promise.all(
			Array.from({ length: 20 }, () =>
				http.exchange({ url: `http://site.test:${at}/`, method: 'GET' }),
			),
		);
		expect(outcomes.every(({ kind }) => kind === 'answered')).toBe(true);
	});

	it('go to the address that works where another is dead, without waiting for it', async () => {
		const at = await serve((_, response) => response.end('ok'));
		const names = { 'site.test': ['198.51.100.1', '127.0.0.1'] };
		for (const how of ['silent', 'refused'] as const) {
			const http = port(
				loopbackDialer({
					names,
					addressMap: ({ address, port: to }) =>
						address === '127.0.0.1' ? { address, port: to } : how,
				}),
				{ timeouts: { ...QUICK, connect: 3_000 } },
			);
			const began = performance.now();
			const request = { url: `http://site.test:${at}/`, method: 'GET' } as const;
			const outcomes = await Promise.all([http.exchange(request), http.exchange(request)]);
			expect(outcomes.map((one) => answered(one).address)).toEqual(['127.0.0.1', '127.0.0.1']);
			expect(performance.now() - began).toBeLessThan(1_000);
		}
	});

	it('report the first address where none works, and take the one that is given', async () => {
		const at = await serve((_, response) => response.end('ok'));
		const dialer = loopbackDialer({
			names: { 'site.test': ['198.51.100.1', '198.51.100.2'] },
			addressMap: ({ address, port: to }) =>
				address === '127.0.0.1' ? { address, port: to } : 'refused',
		});
		const http = port(dialer);
		const request = { url: `http://site.test:${at}/`, method: 'GET' } as const;
		expect(await http.exchange(request)).toMatchObject({ how: 'refused', address: '198.51.100.1' });
		const given = answered(await http.exchange({ ...request, address: '127.0.0.1' }));
		expect(given.address).toBe('127.0.0.1');
	});

	it('spend the budget, one request each', async () => {
		const at = await serve((_, response) => response.end('ok'));
		const spent: string[] = [];
		const dialer = loopbackDialer();
		const http = port({
			...dialer,
			async spend(host, address) {
				spent.push(`${host} ${address}`);
			},
		});
		const request = { url: `http://site.test:${at}/`, method: 'GET' } as const;
		await http.exchange(request);
		await http.exchange(request);
		expect(spent).toEqual(['site.test 127.0.0.1', 'site.test 127.0.0.1']);
	});
});

describe('through a proxy', () => {
	/** Tunnels and forwards to where the test's servers are, and remembers what it was asked. */
	async function startProxy(reply = 'HTTP/1.1 200 Connection established\r\n\r\n') {
		const asked: string[] = [];
		const at = await listen(
			createTcpServer((socket) => {
				let start = '';
				const read = async (chunk: Buffer) => {
					start += chunk.toString('latin1');
					if (!start.includes('\r\n\r\n')) return;
					socket.off('data', read);
					asked.push(start);
					const target = /^CONNECT [^:]*:(\d+)/.exec(start)?.[1];
					if (target === undefined) {
						socket.end(head('X-By: proxy'));
						return;
					}
					const { connect } = await import('node:net');
					const upstream = connect(Number(target), '127.0.0.1', () => {
						socket.write(reply);
						socket.pipe(upstream).pipe(socket);
					});
					upstream.on('error', () => socket.destroy());
				};
				socket.on('data', read);
			}),
		);
		return { asked, url: new URL(`http://user:pa%20ss@127.0.0.1:${at}`) };
	}

	it('asks CONNECT for https, with the proxy credentials, and speaks TLS with the site', async () => {
		const site = issue('site.test');
		const server = createHttpsServer({ key: site.key, cert: site.cert }, (_, response) =>
			response.end('through'),
		);
		const at = await listen(server);
		const proxy = await startProxy();
		const http = port(loopbackDialer({ names: { 'site.test': 'nxdomain' } }), {
			proxy: () => proxy.url,
		});
		const outcome = answered(
			await http.exchange({ url: `https://site.test:${at}/`, method: 'GET' }),
		);
		expect(outcome.body.bytes).toBe('through');
		expect(outcome.tls?.protocol).toBe('TLSv1.3');
		expect(proxy.asked[0]).toContain(`CONNECT site.test:${at} HTTP/1.1\r\n`);
		expect(proxy.asked[0]).toContain(
			`Proxy-Authorization: Basic ${Buffer.from('user:pa ss').toString('base64')}\r\n`,
		);
	});

	it('asks for the whole URL on http', async () => {
		const proxy = await startProxy();
		const http = port(loopbackDialer(), { proxy: () => proxy.url });
		const outcome = answered(
			await http.exchange({ url: 'http://site.test/path?x=1', method: 'GET' }),
		);
		expect(outcome.headers[0]).toEqual(['X-By', 'proxy']);
		expect(proxy.asked[0]).toMatch(/^GET http:\/\/site\.test\/path\?x=1 HTTP\/1\.1\r\n/);
		expect(proxy.asked[0]?.toLowerCase()).toContain('\r\nhost: site.test\r\n');
	});

	it('counts what the proxy refuses as our failure', async () => {
		const at = await listen(createHttpServer());
		const cases = [
			['HTTP/1.1 403 Forbidden\r\n\r\n', 'denied'],
			['HTTP/1.1 502 Bad Gateway\r\n\r\n', 'inconclusive'],
			['nonsense', 'inconclusive'],
		] as const;
		for (const [reply, because] of cases) {
			const proxy = await startProxy(reply);
			const http = port(loopbackDialer(), { proxy: () => proxy.url });
			const exchange = http.exchange({ url: `https://site.test:${at}/`, method: 'GET' });
			await expect(exchange).rejects.toMatchObject({ because });
		}
		const dead = new URL(`http://127.0.0.1:${await closedPort()}`);
		const http = port(loopbackDialer(), { proxy: () => dead });
		const exchange = http.exchange({ url: 'https://site.test/', method: 'GET' });
		await expect(exchange).rejects.toMatchObject({ because: 'offline' });
	});
});
