import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import type { TlsOutcome } from '../../src/core/io.ts';
import { createTls } from '../../src/net/tls.ts';
import {
	afterwards,
	answering,
	closedPort,
	type Issued,
	issue,
	listen,
	loopbackDialer,
	rawServer,
} from './loopback.ts';

const timeoutsMs = { connect: 400, tls: 400 };

type Named = Issued & { name: string };
let root: Named;
let middle: Named;
let leaf: Named;
let lonely: Named;

beforeAll(() => {
	root = issue('Example Root', null, true);
	middle = issue('Example Intermediate', root, true);
	leaf = issue('site.test', middle);
	lonely = issue('site.test');
});

async function serve(sent: readonly Named[], options: TlsOptions = {}): Promise<number> {
	const server = createTlsServer({
		key: sent[0]?.key,
		cert: sent.map(({ cert }) => cert).join('\n'),
		...options,
	});
	server.on('tlsClientError', () => {});
	return listen(server);
}

function shake(port: number, host = 'site.test'): Promise<TlsOutcome> {
	const tls = createTls(loopbackDialer(), { env: {}, timeoutsMs });
	return tls.handshake({ host, address: '127.0.0.1', port });
}

describe('a completed handshake', () => {
	it('tells protocol, cipher and ALPN', async () => {
		const port = await serve([leaf, middle], { ALPNProtocols: ['h2', 'http/1.1'] });
		expect(await shake(port)).toEqual({
			kind: 'completed',
			protocol: 'TLSv1.3',
			cipher: expect.stringMatching(/^TLS_/),
			alpn: 'h2',
			chain: [leaf.der, middle.der],
			asksForCertificate: false,
		});
		expect(await shake(await serve([leaf]))).toMatchObject({ alpn: null });
	});

	const chains: [string, () => Named[]][] = [
		['the leaf alone, its intermediate missing', () => [leaf]],
		['an extra root', () => [leaf, middle, root]],
		['an intermediate left out before the root', () => [leaf, root]],
		['the wrong order', () => [leaf, root, middle]],
		['duplicates', () => [leaf, middle, middle, leaf]],
		['a stranger', () => [leaf, middle, lonely]],
		['a self-signed leaf', () => [lonely]],
		['a self-signed leaf twice', () => [lonely, lonely]],
	];
	it.each(chains)('gives the chain as it was sent: %s', async (_, make) => {
		const sent = make();
		for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
			const outcome = await shake(await serve(sent, { maxVersion }));
			expect(outcome).toMatchObject({ protocol: maxVersion, chain: sent.map(({ der }) => der) });
		}
	});

	it.each(['TLSv1', 'TLSv1.1'] as const)(
		'is had with a server that knows only %s',
		async (only) => {
			const port = await serve([leaf], {
				minVersion: only,
				maxVersion: only,
				ciphers: 'DEFAULT:@SECLEVEL=0',
			});
			expect(await shake(port)).toMatchObject({ kind: 'completed', protocol: only });
		},
	);

	it('sends the name, but no address, as SNI', async () => {
		const names: (string | false)[] = [];
		const server = createTlsServer({ key: leaf.key, cert: leaf.cert }, (socket) => {
			names.push(socket.servername as string | false);
		});
		const port = await listen(server);
		for (const host of ['site.test', 'site.test.', '127.0.0.1']) {
			expect(await shake(port, host)).toMatchObject({ kind: 'completed' });
		}
		await expect.poll(() => names).toEqual(['site.test', 'site.test', false]);
	});

	it('sends no SNI where it is to go without a name', async () => {
		const names: (string | false)[] = [];
		const server = createTlsServer({ key: leaf.key, cert: leaf.cert }, (socket) => {
			names.push(socket.servername as string | false);
		});
		const request = { host: 'site.test', address: '127.0.0.1', port: await listen(server) };
		const tls = createTls(loopbackDialer(), { env: {}, timeoutsMs });
		expect(await tls.handshake({ ...request, withoutName: true })).toMatchObject({
			chain: [leaf.der],
		});
		await expect.poll(() => names).toEqual([false]);
	});

	it.each(['TLSv1.2', 'TLSv1.3'] as const)(
		'gives the OCSP response that is stapled to it (%s)',
		async (version) => {
			const response = Buffer.from('30030a0106', 'hex');
			const options = { key: leaf.key, cert: leaf.cert, maxVersion: version };
			const server = createTlsServer(options);
			server.on('OCSPRequest', (_, __, done) => done(null, response));
			const port = await listen(server);
			expect(await shake(port)).toMatchObject({
				protocol: version,
				staple: response.toString('base64'),
			});
			expect(await shake(await serve([leaf], { maxVersion: version }))).not.toHaveProperty(
				'staple',
			);
		},
	);

	it('does not depend on a client certificate being asked for', async () => {
		const port = await serve([leaf], { requestCert: true, rejectUnauthorized: true });
		expect(await shake(port)).toMatchObject({ kind: 'completed' });
	});
});

describe('failures are values', () => {
	it.each([
		[112, '15030100020270', 'unrecognized name'],
		[40, '15030300020228', 'handshake failure'],
		[70, '15030100020246', 'protocol version'],
		[80, '15030300020250', 'internal error'],
		[120, '15030300020278', 'no application protocol'],
	])('alert %i', async (alert, record, words) => {
		const outcome = await shake(await answering(Buffer.from(record, 'hex')));
		expect(outcome).toMatchObject({ kind: 'failed', how: 'alert', phase: 'tls', alert });
		expect(outcome).toMatchObject({ detail: expect.stringContaining(words) });
	});

	it('alert 112 from a real server that refuses the name', async () => {
		const port = await serve([leaf], {
			SNICallback: (_, done) => done(new Error('no such name')),
		});
		expect(await shake(port)).toMatchObject({ kind: 'failed', phase: 'tls' });
	});

	it('no common version', async () => {
		const old = await answering(Buffer.from('15030000020228', 'hex'));
		expect(await shake(old)).toMatchObject({ how: 'alert', alert: 40 });
	});

	it('not TLS: plain HTTP, and a server that speaks first', async () => {
		const http = await listen(createHttpServer());
		const ssh = await rawServer((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
		for (const port of [http, ssh]) {
			expect(await shake(port)).toMatchObject({ how: 'not-tls', phase: 'tls', alert: null });
		}
	});

	it('refused, and silent at connect', async () => {
		expect(await shake(await closedPort())).toMatchObject({ how: 'refused', phase: 'connect' });
		const tls = createTls(loopbackDialer({ addressMap: () => 'silent' }), { env: {}, timeoutsMs });
		const outcome = await tls.handshake({ host: 'site.test', address: '198.51.100.1', port: 443 });
		expect(outcome).toMatchObject({ how: 'silent', phase: 'connect' });
	});

	it('silent after accepting, within the deadline', async () => {
		const began = performance.now();
		expect(await shake(await rawServer(() => {}))).toMatchObject({ how: 'silent', phase: 'tls' });
		expect(performance.now() - began).toBeLessThan(1_500);
	});

	it('reset, and closed without a word', async () => {
		const reset = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
		const closed = await rawServer((socket) => socket.once('data', () => socket.end()));
		for (const port of [reset, closed]) {
			expect(await shake(port)).toMatchObject({ how: 'reset', phase: 'tls' });
		}
	});

	it('a reset twice in a row, and not one that passes', async () => {
		const tried: number[] = [];
		const always = await rawServer((socket, count) => {
			tried.push(count);
			socket.once('data', () => socket.resetAndDestroy());
		});
		expect(await shake(always)).toMatchObject({ how: 'reset' });
		expect(tried).toEqual([1, 2]);
		const passing = await rawServer((socket, count) => {
			socket.once('data', () => (count === 1 ? socket.resetAndDestroy() : socket.end('HTTP/1.0')));
		});
		expect(await shake(passing)).toMatchObject({ how: 'not-tls' });
	});

	it('a handshake that goes wrong otherwise says why', async () => {
		// A ServerHello that chooses SSL 3.0.
		const hello = `0300${'00'.repeat(32)}00000a00`;
		const body = `020000${(hello.length / 2).toString(16).padStart(2, '0')}${hello}`;
		const record = `160300${(body.length / 2).toString(16).padStart(4, '0')}${body}`;
		const outcome = await shake(await answering(Buffer.from(record, 'hex')));
		expect(outcome).toMatchObject({ how: 'handshake-failed', phase: 'tls', alert: null });
		expect(outcome).toMatchObject({ detail: expect.stringContaining('unsupported protocol') });
	});

	it('throws why the audit was stopped', async () => {
		const dialer = loopbackDialer();
		const tls = createTls(dialer, { env: {}, timeoutsMs: { connect: 9_000, tls: 9_000 } });
		const port = await rawServer(() => {});
		const shaking = tls.handshake({ host: 'site.test', address: '127.0.0.1', port });
		const expected = expect(shaking).rejects.toMatchObject({ because: 'cancelled' });
		setTimeout(() => dialer.stop(new Unobserved('cancelled', 'stopped')), 50);
		await expected;
	});

	it('give the connection slot back', async () => {
		const port = await answering(Buffer.from('15030300020228', 'hex'));
		const tls = createTls(loopbackDialer(), { env: {}, timeoutsMs });
		const outcomes = await Promise.all(
			Array.from({ length: 20 }, () =>
				tls.handshake({ host: 'site.test', address: '127.0.0.1', port }),
			),
		);
		expect(outcomes.map((one) => (one.kind === 'failed' ? one.alert : 0))).toEqual(
			new Array(20).fill(40),
		);
	});
});

describe('the roots of trust', () => {
	const folder = () => {
		const path = mkdtempSync(join(tmpdir(), 'roots-'));
		afterwards(() => rmSync(path, { recursive: true }));
		return path;
	};

	it('are those of Node, and apart from them the named and the extra files', async () => {
		const path = folder();
		writeFileSync(join(path, 'a.pem'), root.cert);
		writeFileSync(join(path, 'b.pem'), middle.cert);
		const roots = await createTls(loopbackDialer(), {
			caFiles: [join(path, 'a.pem')],
			env: { NODE_EXTRA_CA_CERTS: join(path, 'b.pem') },
		}).roots();
		expect(roots.node).toBe(process.versions.node);
		expect(roots.publicPem.match(/-----BEGIN CERTIFICATE-----/g)?.length).toBeGreaterThan(100);
		expect(roots.publicPem).not.toContain(root.cert.trim());
		expect(roots.privatePem).toBe(`${root.cert}\n${middle.cert}`);
	});

	it('refuse a named file that cannot be read, and pass over an extra one', async () => {
		const missing = join(folder(), 'missing.pem');
		const named = createTls(loopbackDialer(), { caFiles: [missing], env: {} });
		await expect(named.roots()).rejects.toThrow(RangeError);
		await expect(named.roots()).rejects.toThrow(missing);
		const extra = createTls(loopbackDialer(), { env: { NODE_EXTRA_CA_CERTS: missing } });
		expect((await extra.roots()).privatePem).toBe('');
	});
});
