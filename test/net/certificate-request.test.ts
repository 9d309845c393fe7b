import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { assert, asyncProperty, constantFrom, nat, property, uint8Array } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TlsOutcome } from '../../src/core/io.ts';
import { certificateRequestIn } from '../../src/net/certificate-request.ts';
import { createTls } from '../../src/net/tls.ts';
import { type Issued, issue, listen, loopbackDialer, rawServer } from './loopback.ts';

const SUITES = [
	'TLS_AES_128_GCM_SHA256',
	'TLS_AES_256_GCM_SHA384',
	'TLS_CHACHA20_POLY1305_SHA256',
] as const;

let leaf: Issued;
let authority: Issued;

beforeAll(() => {
	leaf = issue('site.test');
	authority = issue('Example Root', null, true);
});

function serve(options: TlsOptions): Promise<number> {
	const server = createTlsServer({ key: leaf.key, cert: leaf.cert, ...options });
	server.on('tlsClientError', () => {});
	return listen(server);
}

function shake(port: number, maxVersion?: 'TLSv1.2'): Promise<TlsOutcome> {
	const timeoutsMs = { connect: 1_000, tls: 1_000 };
	const tls = createTls(loopbackDialer(), { env: {}, timeoutsMs });
	return tls.handshake({ host: 'site.test', address: '127.0.0.1', port, maxVersion });
}

describe('a server that asks for a client certificate', () => {
	const OPTIONAL = { requestCert: true, rejectUnauthorized: false };

	it.each(SUITES)('is told from one that does not: %s', async (ciphers) => {
		const only = { minVersion: 'TLSv1.3', ciphers } as const;
		expect(await shake(await serve(only))).toMatchObject({
			cipher: ciphers,
			asksForCertificate: false,
		});
		expect(await shake(await serve({ ...only, ...OPTIONAL }))).toMatchObject({
			cipher: ciphers,
			asksForCertificate: true,
		});
	});

	it.each(['TLSv1', 'TLSv1.1', 'TLSv1.2'] as const)('is told at %s', async (only) => {
		const options = { minVersion: only, maxVersion: only, ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
		const asked = { kind: 'completed', protocol: only };
		expect(await shake(await serve(options))).toMatchObject({
			...asked,
			asksForCertificate: false,
		});
		expect(await shake(await serve({ ...options, ...OPTIONAL }))).toMatchObject({
			...asked,
			asksForCertificate: true,
		});
	});

	it('is told where the first hello has no group that the server takes', async () => {
		const again = { minVersion: 'TLSv1.3', ecdhCurve: 'P-384' } as const;
		expect(await shake(await serve(again))).toMatchObject({ asksForCertificate: false });
		expect(await shake(await serve({ ...again, ...OPTIONAL }))).toMatchObject({
			asksForCertificate: true,
		});
	});

	it('is told where the chain fills many records, and where it names authorities', async () => {
		const cert = [leaf.cert, ...new Array(60).fill(authority.cert)].join('\n');
		for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
			const long = { cert, maxVersion, ca: new Array(40).fill(authority.cert) };
			expect(await shake(await serve(long))).toMatchObject({ asksForCertificate: false });
			expect(await shake(await serve({ ...long, ...OPTIONAL }))).toMatchObject({
				asksForCertificate: true,
			});
		}
	});

	it('is told where it then fails the handshake', async () => {
		const upstream = await serve({ ...OPTIONAL, maxVersion: 'TLSv1.2' });
		const port = await rawServer((socket) => {
			const server = connect({ host: '127.0.0.1', port: upstream });
			server.pipe(socket);
			socket.once('data', (hello: Buffer) => {
				server.write(hello);
				socket.once('data', () => socket.destroy());
			});
			socket.on('close', () => server.destroy());
		});
		expect(await shake(port)).toMatchObject({
			kind: 'failed',
			how: 'reset',
			phase: 'tls',
			asksForCertificate: true,
		});
	});

	it('is not told where the handshake breaks off before that', async () => {
		const alert = await rawServer((socket) =>
			socket.once('data', () => socket.end(Buffer.from('15030300020228', 'hex'))),
		);
		expect(await shake(alert)).not.toHaveProperty('asksForCertificate');
	});
});

it('a limit to TLS 1.2 is kept', async () => {
	const port = await serve({});
	expect(await shake(port)).toMatchObject({ protocol: 'TLSv1.3' });
	expect(await shake(port, 'TLSv1.2')).toMatchObject({ protocol: 'TLSv1.2' });
	const newer = await serve({ minVersion: 'TLSv1.3' });
	expect(await shake(newer, 'TLSv1.2')).toMatchObject({ kind: 'failed', how: 'alert', alert: 70 });
});

describe('hostile bytes', () => {
	const message = (type: number, length: number) => Buffer.of(22, 3, 3, 0, 4, type, 0, 0, length);

	it('a request in the clear is seen across records, and not after the encryption begins', () => {
		const told = (...parts: Buffer[]) =>
			certificateRequestIn({ bytes: Buffer.concat(parts), secret: null, cipher: '' });
		expect(told(message(2, 0), message(13, 0))).toBe(true);
		expect(told(message(2, 0), message(14, 0))).toBe(false);
		expect(told(message(2, 0))).toBeNull();
		expect(told(message(2, 4), message(13, 0), message(14, 0))).toBe(false);
		expect(told(message(2, 0), Buffer.of(20, 3, 3, 0, 1, 1), message(13, 0))).toBeNull();
		expect(told(message(2, 0), message(13, 0).subarray(0, 8))).toBeNull();
	});

	it('never make the reader throw, whatever is said to be the secret', async () => {
		await assert(
			property(
				uint8Array({ maxLength: 600 }),
				uint8Array({ maxLength: 64 }),
				constantFrom(...SUITES, 'TLS_AES_128_CCM_SHA256', '__proto__', ''),
				constantFrom(true, false),
				(noise, secret, cipher, isEncrypted) => {
					const record = Buffer.of(isEncrypted ? 23 : 22, 3, 3, noise.length >> 8, noise.length);
					const told = certificateRequestIn({
						bytes: Buffer.concat([record, noise, record, noise]),
						secret: isEncrypted ? Buffer.from(secret) : null,
						cipher,
					});
					expect([true, false, null]).toContain(told);
				},
			),
			{ numRuns: 2_000 },
		);
	});

	it('spoil a handshake on the wire without an error that nobody handles', async () => {
		const upstream = { 12: await serve({ maxVersion: 'TLSv1.2' }), 13: await serve({}) };
		await assert(
			asyncProperty(
				constantFrom<12 | 13>(12, 13),
				nat(3_000),
				nat(255),
				constantFrom<Spoil['how']>('flip', 'cut', 'close'),
				async (version, at, byte, how) => {
					const port = await spoilt(upstream[version], { at, byte, how });
					const outcome = await shake(port).catch((error: Error) => error);
					// Our own library may refuse what was spoilt, which is no answer of theirs.
					if (outcome instanceof Error) expect(outcome).toHaveProperty('because', 'unsupported');
					else expect(['completed', 'failed']).toContain(outcome.kind);
				},
			),
			{ numRuns: 60 },
		);
	}, 60_000);
});

interface Spoil {
	readonly at: number;
	readonly byte: number;
	readonly how: 'flip' | 'cut' | 'close';
}

/** A relay that changes what the server sends at one place. */
async function spoilt(upstream: number, { at, byte, how }: Spoil): Promise<number> {
	return listen(
		createServer(async (socket) => {
			const server = connect({ host: '127.0.0.1', port: upstream });
			server.on('error', () => socket.destroy());
			socket.on('close', () => server.destroy());
			await once(server, 'connect');
			socket.pipe(server);
			let seen = 0;
			server.on('data', (chunk: Buffer) => {
				const here = at - seen;
				seen += chunk.length;
				if (here < 0 || here >= chunk.length) return socket.write(chunk);
				if (how === 'flip') {
					chunk[here] = byte;
					return socket.write(chunk);
				}
				socket.write(chunk.subarray(0, here));
				return how === 'cut' ? socket.resetAndDestroy() : socket.end();
			});
		}),
	);
}
