import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import forge from 'node-forge';
import { afterEach } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import type { DnsStatus } from '../../src/core/io.ts';
import { createDialer, type Dialer, type DialerSettings } from '../../src/net/dialer.ts';

const closing: (() => unknown)[] = [];

/** Runs after the test, last registered first. */
export function afterwards(close: () => unknown): void {
	closing.push(close);
}

afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

/** A free port on 127.0.0.1; every connection is cut when the test is over. */
export async function listen(server: Server): Promise<number> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	afterwards(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

/** A TCP server that does as told with each connection. */
export function rawServer(play: (socket: Socket, count: number) => void): Promise<number> {
	let count = 0;
	return listen(
		createServer((socket) => {
			count += 1;
			play(socket, count);
		}),
	);
}

/** Sends the text for the first bytes received, and ends the connection. */
export function answering(text: string | Buffer, end = true): Promise<number> {
	return rawServer((socket) => {
		socket.once('data', () => {
			if (end) socket.end(text);
			else socket.write(text);
		});
	});
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** The real dialer, over names that it is told. `site.test` is the target and lives on loopback. */
export function loopbackDialer(
	settings: Partial<DialerSettings> & {
		names?: Record<string, readonly string[] | DnsStatus>;
	} = {},
): Dialer & { stop(reason?: Unobserved): void } {
	const stopper = new AbortController();
	const names = { 'site.test': ['127.0.0.1'], ...settings.names };
	afterwards(() => stopper.abort(new Unobserved('cancelled', 'the test is over')));
	const dialer = createDialer({
		registrable: 'site.test',
		signal: stopper.signal,
		async ask({ name, type }) {
			const known = (names as Record<string, readonly string[] | DnsStatus>)[name] ?? 'nxdomain';
			const addresses = typeof known === 'string' ? [] : known;
			const records = addresses
				.filter((address) => address.includes(':') === (type === 'AAAA'))
				.map((address) => ({
					name,
					type,
					ttl: 60,
					text: address,
					data: { type: type as 'A' | 'AAAA', address },
				}));
			const status = typeof known === 'string' ? known : records.length > 0 ? 'ok' : 'nodata';
			return { status, records, detail: '' } as never;
		},
		...settings,
	});
	return { ...dialer, stop: (reason) => stopper.abort(reason) };
}

export interface Issued {
	readonly cert: string;
	readonly key: string;
	/** As the TLS port gives it. */
	readonly der: string;
}

/** A certificate signed by `issuer`, or by itself. Names are example names. */
export function issue(
	name: string,
	issuer: (Issued & { name: string }) | null = null,
	isCa = false,
): Issued & { name: string } {
	const { privateKey } = generateKeyPairSync('rsa', {
		modulusLength: 2048,
		privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
		publicKeyEncoding: { type: 'spki', format: 'pem' },
	});
	const own = forge.pki.privateKeyFromPem(privateKey);
	const certificate = forge.pki.createCertificate();
	certificate.publicKey = forge.pki.setRsaPublicKey(own.n, own.e);
	certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
	certificate.validity.notBefore = new Date(Date.now() - 86_400_000);
	certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
	certificate.setSubject([{ name: 'commonName', value: name }]);
	certificate.setIssuer([{ name: 'commonName', value: issuer?.name ?? name }]);
	certificate.setExtensions([
		{ name: 'basicConstraints', cA: isCa, critical: true },
		...(isCa ? [] : [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }]),
	]);
	const signer = issuer === null ? own : forge.pki.privateKeyFromPem(issuer.key);
	certificate.sign(signer, forge.md.sha256.create());
	const der = forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes();
	return {
		name,
		cert: forge.pki.certificateToPem(certificate),
		key: privateKey,
		der: Buffer.from(der, 'latin1').toString('base64'),
	};
}
