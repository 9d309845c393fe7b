import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { array, assert, constantFrom, integer, nat, property, uint8Array } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import { HELLO_VERSIONS, type HelloOutcome, type HelloRequest } from '../../src/core/io.ts';
import { clientHelloIn, serverNameIn } from '../../src/lab/client-hello.ts';
import { clientHello, ENTROPY_BYTES } from '../../src/net/client-hello.ts';
import { readServerFlight } from '../../src/net/server-flight.ts';
import { createTls } from '../../src/net/tls.ts';
import {
	answering,
	closedPort,
	type Issued,
	issue,
	listen,
	loopbackDialer,
	rawServer,
} from './loopback.ts';

const ECDHE_RSA_GCM = 0xc02f;
const ECDHE_RSA_CBC = 0xc013;
const X25519 = 0x1d;
const P256 = 0x17;

let leaf: Issued;
let middle: Issued & { name: string };

beforeAll(() => {
	middle = issue('Example Intermediate', null, true);
	leaf = issue('site.test', middle);
});

async function serve(options: TlsOptions = {}): Promise<number> {
	const cert = `${leaf.cert}\n${middle.cert}`;
	const server = createTlsServer({ key: leaf.key, cert, ...options });
	server.on('tlsClientError', () => {});
	server.on('OCSPRequest', (_, __, done) => done(null, Buffer.from('30030a0106', 'hex')));
	return listen(server);
}

type Change = Partial<HelloRequest>;

function say(port: number, change: Change = {}): Promise<HelloOutcome> {
	const tls = createTls(loopbackDialer(), { env: {}, timeoutsMs: { hello: 400 } });
	return tls.hello({
		host: 'site.test',
		address: '127.0.0.1',
		port,
		version: 'TLSv1.2',
		suites: [ECDHE_RSA_GCM, ECDHE_RSA_CBC],
		groups: [X25519, P256],
		...change,
	});
}

const BEFORE_12: TlsOptions = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' };

describe('a hello written by hand, to OpenSSL', () => {
	it('is answered up to TLS 1.2 with everything that is sent in the clear', async () => {
		const port = await serve({ ALPNProtocols: ['h2'] });
		expect(await say(port, { alpn: ['h2', 'http/1.1'], staple: true })).toEqual({
			kind: 'answered',
			version: 'TLSv1.2',
			suite: ECDHE_RSA_GCM,
			compression: 0,
			sessionId: false,
			ticket: true,
			secureRenegotiation: true,
			alpn: 'h2',
			group: null,
			timestamps: [],
			chain: [leaf.der, middle.der],
			staple: Buffer.from('30030a0106', 'hex').toString('base64'),
			keyExchange: expect.stringMatching(/^AwAd/),
			asksForCertificate: false,
			complete: true,
			tookMs: expect.any(Number),
		});
	});

	it.each(['TLSv1', 'TLSv1.1', 'TLSv1.2'] as const)(
		'gets %s where that is offered',
		async (version) => {
			const answer = await say(await serve(BEFORE_12), { version });
			expect(answer).toMatchObject({ kind: 'answered', version, complete: true });
		},
	);

	it('gets an older version than it offers', async () => {
		const port = await serve({ ...BEFORE_12, maxVersion: 'TLSv1' });
		expect(await say(port)).toMatchObject({ version: 'TLSv1', suite: ECDHE_RSA_CBC });
	});

	it('is told the group that the server wants in TLS 1.3', async () => {
		const tls13 = { version: 'TLSv1.3', suites: [0x1301] } as const;
		const port = await serve();
		expect(await say(port, { ...tls13, groups: [P256] })).toMatchObject({
			kind: 'answered',
			version: 'TLSv1.3',
			suite: 0x1301,
			group: P256,
			chain: [],
			complete: true,
		});
		expect(await say(port, { ...tls13, groups: [0x001a] })).toMatchObject({ how: 'alert' });
	});

	it.each<[string, Change, number]>([
		['a suite that is not there', { suites: [0x0005] }, 40],
		['a version that is not there', { version: 'TLSv1', suites: [ECDHE_RSA_CBC] }, 70],
		['SSL 3.0', { version: 'SSLv3', suites: [ECDHE_RSA_CBC] }, 70],
		['SSL 2.0', { version: 'SSLv2', suites: [] }, 70],
		['a fallback from a newer version', { suites: [ECDHE_RSA_GCM, 0x5600] }, 86],
	])('is refused with an alert: %s', async (_, change, alert) => {
		expect(await say(await serve(), change)).toMatchObject({
			kind: 'failed',
			how: 'alert',
			phase: 'tls',
			alert: expect.toSatisfy((one: number) => one === alert || one === 40),
		});
	});

	it('sees that a client certificate is asked for', async () => {
		const port = await serve({ requestCert: true, rejectUnauthorized: false });
		expect(await say(port)).toMatchObject({ asksForCertificate: true });
	});

	it('names the host, and no host where it is to go without', async () => {
		const seen: (string | null)[] = [];
		const port = await rawServer((socket) => {
			socket.once('data', (bytes) => {
				seen.push(serverNameIn(bytes));
				socket.end();
			});
		});
		await say(port);
		await say(port, { withoutName: true });
		await say(port, { host: '127.0.0.1' });
		expect(seen).toEqual(['site.test', null, null]);
	});

	it('waits for the ticket of TLS 1.3 where it is told to', async () => {
		const tls = createTls(loopbackDialer(), { env: {} });
		const ask = async (options: TlsOptions) => {
			const port = await serve(options);
			return tls.handshake({ host: 'site.test', address: '127.0.0.1', port, forTicket: true });
		};
		expect(await ask({})).toMatchObject({ protocol: 'TLSv1.3', ticket: true });
		expect(await ask({ maxVersion: 'TLSv1.2' })).not.toHaveProperty('ticket');
	});
});

describe('what is no answer', () => {
	it('is refused, silent, closed, reset or not TLS', async () => {
		expect(await say(await closedPort())).toMatchObject({ how: 'refused', phase: 'connect' });
		expect(await say(await rawServer(() => {}))).toMatchObject({ how: 'silent', phase: 'tls' });
		const closed = await rawServer((socket) => socket.once('data', () => socket.end()));
		const reset = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
		for (const port of [closed, reset]) {
			expect(await say(port)).toMatchObject({ how: 'reset', phase: 'tls' });
		}
		const http = await answering('HTTP/1.1 400 Bad Request\r\n\r\n');
		expect(await say(http)).toMatchObject({ how: 'not-tls', phase: 'tls' });
	});

	it('is read as far as it came where the server stops in the middle', async () => {
		const whole = helloBytes(ECDHE_RSA_GCM);
		const port = await rawServer((socket) => socket.once('data', () => socket.write(whole)));
		expect(await say(port)).toMatchObject({
			kind: 'answered',
			suite: ECDHE_RSA_GCM,
			complete: false,
		});
		const half = await answering(whole.subarray(0, 30));
		expect(await say(half)).toMatchObject({ kind: 'failed', how: 'reset' });
	});

	it('is an alert, where a ServerHello is taken back at once', async () => {
		const port = await answering(
			Buffer.concat([helloBytes(ECDHE_RSA_GCM), Buffer.from('15030300020228', 'hex')]),
		);
		expect(await say(port)).toMatchObject({ how: 'alert', alert: 40 });
	});

	it('passes over the warning that a name is not known (RFC 6066 §3)', async () => {
		const warning = Buffer.from('15030300020170', 'hex');
		const port = await answering(Buffer.concat([warning, helloBytes(ECDHE_RSA_GCM)]));
		expect(await say(port)).toMatchObject({ kind: 'answered', suite: ECDHE_RSA_GCM });
		expect(await say(await answering(warning))).toMatchObject({ how: 'alert', alert: 112 });
	});

	it('throws why the audit was stopped', async () => {
		const dialer = loopbackDialer();
		const tls = createTls(dialer, { env: {} });
		const port = await rawServer(() => {});
		const saying = tls.hello({
			host: 'site.test',
			address: '127.0.0.1',
			port,
			version: 'SSLv2',
			suites: [],
		});
		const expected = expect(saying).rejects.toMatchObject({ because: 'cancelled' });
		setTimeout(() => dialer.stop(new Unobserved('cancelled', 'stopped')), 50);
		await expected;
	});

	it('gives the connection slot back', async () => {
		const port = await answering(Buffer.from('15030300020228', 'hex'));
		const tls = createTls(loopbackDialer(), { env: {} });
		const request = { host: 'site.test', address: '127.0.0.1', port, version: 'TLSv1.2' } as const;
		const all = await Promise.all(
			Array.from({ length: 20 }, () => tls.hello({ ...request, suites: [ECDHE_RSA_GCM] })),
		);
		expect(all.map((one) => one.kind === 'failed' && one.alert)).toEqual(new Array(20).fill(40));
	});
});

/** A record with a ServerHello of TLS 1.2 without extensions. */
function helloBytes(suite: number): Buffer {
	const body = Buffer.concat([Buffer.from('0303', 'hex'), Buffer.alloc(33), Buffer.alloc(3)]);
	body.writeUInt16BE(suite, 35);
	const message = Buffer.concat([Buffer.of(2, 0, 0, body.length), body]);
	return Buffer.concat([Buffer.of(22, 3, 3, 0, message.length), message]);
}

describe('the bytes of a hello', () => {
	const offer = { host: 'site.test', version: 'TLSv1.2', suites: [ECDHE_RSA_GCM] } as const;
	const entropy = Buffer.alloc(ENTROPY_BYTES, 7);

	it('never have a length at which load balancers are known to hang (RFC 7685)', () => {
		void assert(
			property(array(integer({ min: 0, max: 0xffff }), { maxLength: 127 }), (suites) => {
				const hello = clientHello({ ...offer, suites, groups: [X25519] }, entropy);
				const length = hello.length - 5;
				expect(length < 256 || length >= 512).toBe(true);
				expect(clientHelloIn(hello)?.suites).toEqual(suites);
			}),
		);
	});

	it('are one whole record with what was offered, whatever that is', () => {
		const versions = constantFrom(...HELLO_VERSIONS.filter((one) => one !== 'SSLv2'));
		void assert(
			property(versions, array(nat(0xffff), { maxLength: 60 }), (version, groups) => {
				const hello = clientHello({ ...offer, version, groups, compression: true }, entropy);
				expect(hello.readUInt16BE(3)).toBe(hello.length - 5);
				const read = clientHelloIn(hello);
				expect(read?.offersTls13).toBe(version === 'TLSv1.3');
				expect(read?.groups).toEqual(version === 'SSLv3' ? [] : groups);
				expect(read?.compressions).toEqual(version === 'TLSv1.3' ? [0] : [1, 0]);
				expect(read?.extensions.size === 0).toBe(version === 'SSLv3');
			}),
		);
	});

	it('of SSL 2.0 are a record of two octets and all seven kinds of suites', () => {
		const hello = clientHello({ ...offer, version: 'SSLv2', suites: [] }, entropy);
		expect(hello.readUInt16BE(0)).toBe(0x8000 | (hello.length - 2));
		expect(hello.subarray(2, 11).toString('hex')).toBe('010002001500000010');
	});
});

describe('the reader of a server’s first turn', () => {
	it('never throws, and tells every prefix of an answer from the whole', () => {
		void assert(
			property(uint8Array({ maxLength: 300 }), (bytes) => {
				const read = readServerFlight(Buffer.from(bytes));
				expect(typeof read.done).toBe('boolean');
			}),
		);
		const whole = Buffer.concat([
			helloBytes(ECDHE_RSA_GCM),
			Buffer.from('16030300040e000000', 'hex'),
		]);
		for (let length = 0; length < whole.length; length++) {
			expect(readServerFlight(whole.subarray(0, length))).toMatchObject({
				done: false,
				fault: null,
			});
		}
		expect(readServerFlight(whole)).toMatchObject({ done: true, answer: { complete: true } });
	});

	it('never throws on an answer with any octets changed', () => {
		const whole = Buffer.concat([
			helloBytes(ECDHE_RSA_GCM),
			Buffer.from('16030300090b000005000002000030', 'hex'),
			Buffer.from('16030300040e000000', 'hex'),
		]);
		void assert(
			property(array(nat(whole.length - 1), { maxLength: 4 }), nat(255), (places, octet) => {
				const changed = Buffer.from(whole);
				for (const place of places) changed[place] = octet;
				expect(typeof readServerFlight(changed).done).toBe('boolean');
			}),
		);
	});

	it('stops at 256 KiB', () => {
		const record = Buffer.concat([Buffer.of(22, 3, 3, 0x40, 0), Buffer.alloc(0x4000)]);
		record.set([0x16, 0xff, 0xff, 0xff], 5);
		const flight = Buffer.concat([
			helloBytes(ECDHE_RSA_GCM),
			...new Array<Buffer>(20).fill(record),
		]);
		expect(readServerFlight(flight)).toMatchObject({ done: true, fault: { how: 'malformed' } });
	});

	it('knows SSL 2.0, its errors, and what is neither', () => {
		const hello = Buffer.from('800e04000100020000000300000100802a', 'hex');
		expect(readServerFlight(hello.subarray(0, 16))).toMatchObject({
			done: true,
			answer: { version: 'SSLv2', chain: [] },
		});
		expect(readServerFlight(Buffer.from('8003000001', 'hex'))).toMatchObject({
			done: true,
			alert: 40,
		});
		expect(readServerFlight(Buffer.from('ffffffff', 'hex'))).toMatchObject({
			fault: { how: 'not-tls' },
		});
	});
});
