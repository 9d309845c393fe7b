import { createDiffieHellmanGroup } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import {
	createSecureContext,
	createServer as createTlsServer,
	type SecureContext,
	TLSSocket,
	type Server as TlsServer,
} from 'node:tls';
import type { Issued } from './certificates.ts';
import { pem } from './certificates.ts';
import { isHandshake, isWhole, offersTls13, serverNameIn } from './client-hello.ts';
import { createPageServer } from './pages.ts';
import { isScripted, respond } from './scripted-tls.ts';
import type { Switchboard } from './switchboard.ts';
import type { Pages, Site, TlsSpec } from './world.ts';

/** A request that reached a web server. */
export interface SeenRequest {
	readonly method: string;
	/** With scheme and the Host header's name. */
	readonly url: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
	/** Lab address. */
	readonly address: string;
	readonly port: number;
	/** Host name of the TLS handshake. */
	readonly serverName: string | null;
}

interface Settings {
	readonly sites: readonly Site[];
	readonly issue: (site: Site) => Issued;
	readonly board: Switchboard;
	readonly now: () => Date;
	seen(request: SeenRequest): void;
}

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** How a connection came in: what its requests are to be answered from. */
interface Arrival {
	readonly address: string;
	readonly port: number;
	readonly serverName: string | null;
	/** Below TLS, where there is any. */
	readonly transport: Socket;
}

const UPGRADE: Pages = {
	headers: [],
	routes: {},
	fallback: { status: 308, redirect: 'https://{{host}}{{uri}}' },
};

/** Starts ports 80 and 443 of every address that a site stands at. */
export async function startWeb({ sites, issue, board, now, seen }: Settings): Promise<void> {
	const arrivals = new WeakMap<Socket, Arrival>();
	const arrivalOf = (request: IncomingMessage) => {
		const arrival = arrivals.get(request.socket);
		if (arrival === undefined) throw new Error('a request on an unknown connection');
		return arrival;
	};
	const serve = createPageServer({
		now,
		reset: (request) => void arrivalOf(request).transport.resetAndDestroy(),
	});
	const server = createServer((request, response) => {
		const { address, port, serverName } = arrivalOf(request);
		const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
		seen({
			method: request.method ?? '',
			url: `${port === HTTP_PORT ? 'http' : 'https'}://${host}${request.url ?? ''}`,
			headers: pairs(request.rawHeaders),
			address,
			port,
			serverName,
		});
		const site = siteFor(openAt(sites, address, port), host);
		void serve(site === null ? UPGRADE : pagesOf(site, port), request, response);
	});
	const hand = (socket: Socket, arrival: Arrival) => {
		arrivals.set(socket, arrival);
		server.emit('connection', socket);
	};

	const issued = new Map<Site, Issued>();
	const issuedFor = (site: Site) => {
		const one = issued.get(site) ?? issue(site);
		issued.set(site, one);
		return one;
	};
	const contexts = new Map<Site, SecureContext>();
	const contextOf = (site: Site) => {
		const context = contexts.get(site) ?? contextFor(issuedFor(site), site.tls);
		contexts.set(site, context);
		return context;
	};
	const connections = new Map<Site, number>();
	/** One more, and whether the site's filter has had enough. */
	const isTooMany = (site: Site) => {
		const count = (connections.get(site) ?? 0) + 1;
		connections.set(site, count);
		return count > (site.tls.scripted?.connections ?? Number.POSITIVE_INFINITY);
	};

	const secure = (socket: Socket, address: string) => {
		onFirstRecord(socket, (bytes) => {
			const serverName = serverNameIn(bytes);
			const site = siteFor(openAt(sites, address, HTTPS_PORT), serverName ?? '');
			if (site === null) return socket.destroy();
			if (isTooMany(site)) return socket.resetAndDestroy();
			if (breaks(site.tls.fault, bytes)) return breakHandshake(socket, site.tls.fault);
			if (isScripted(bytes, site.tls.scripted)) {
				return respond(socket, bytes, site.tls.scripted, issuedFor(site).chain);
			}
			socket.unshift(bytes);
			const encrypted = new TLSSocket(socket, {
				isServer: true,
				secureContext: contextOf(site),
				...stapling(issuedFor(site)),
				ALPNProtocols: site.tls.alpn,
				requestCert: site.tls.asksForCertificate,
				rejectUnauthorized: false,
			});
			encrypted.on('error', () => encrypted.destroy());
			encrypted.once('secure', () =>
				hand(encrypted, { address, port: HTTPS_PORT, serverName, transport: socket }),
			);
			return encrypted;
		});
	};

	const addresses = [...new Set(sites.flatMap(({ at }) => at))];
	await Promise.all(
		addresses.flatMap((address) => [
			...(openAt(sites, address, HTTP_PORT).length > 0
				? [
						board.tcp(address, HTTP_PORT, (socket) =>
							hand(socket, { address, port: HTTP_PORT, serverName: null, transport: socket }),
						),
					]
				: []),
			...(openAt(sites, address, HTTPS_PORT).length > 0
				? [board.tcp(address, HTTPS_PORT, (socket) => secure(socket, address))]
				: []),
		]),
	);
}

// ── Which site ───────────────────────────────────────────────────────────────────────────────────

function openAt(sites: readonly Site[], address: string, port: number): readonly Site[] {
	return sites.filter(
		({ at, http, https }) =>
			at.includes(address) && (port === HTTP_PORT ? http !== 'closed' : https === 'open'),
	);
}

/** By exact name, else wildcard, else the first: what a web server does with unknown names. */
function siteFor(sites: readonly Site[], host: string): Site | null {
	const above = host.replace(/^[^.]*/, '*');
	return (
		sites.find(({ hosts }) => hosts.some((name) => name.toLowerCase() === host)) ??
		sites.find(({ hosts }) => hosts.some((name) => name.toLowerCase() === above)) ??
		sites[0] ??
		null
	);
}

function pagesOf(site: Site, port: number): Pages {
	if (port !== HTTP_PORT || site.http === 'same') return site;
	return typeof site.http === 'object' ? site.http : UPGRADE;
}

function pairs(flat: readonly string[]): (readonly [string, string])[] {
	return flat.flatMap((name, index) =>
		index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : [],
	);
}

// ── TLS ──────────────────────────────────────────────────────────────────────────────────────────

function contextFor(
	{ key, chain }: Issued,
	{ min, max, ciphers, groups, prime }: TlsSpec,
): SecureContext {
	return createSecureContext({
		...(groups !== undefined && { ecdhCurve: groups }),
		...(prime !== undefined && { dhparam: parametersOf(prime) }),
		key,
		cert: chain.map((der) => pem('CERTIFICATE', der)).join(''),
		minVersion: min,
		maxVersion: max,
		// Weak keys, SHA-1 and old versions are what some sites are there to show.
		ciphers: ciphers ?? 'DEFAULT:@SECLEVEL=0',
	});
}

/** Node asks a server, which need not listen, for what to staple. */
function stapling({ key, chain, staple }: Issued): { server?: TlsServer } {
	if (staple === undefined) return {};
	const cert = chain.map((der) => pem('CERTIFICATE', der)).join('');
	const server = createTlsServer({ key, cert, ciphers: 'DEFAULT:@SECLEVEL=0' });
	server.on('OCSPRequest', (_leaf, _issuer, answer) => answer(null, staple));
	return { server };
}

/** PKCS #3 DHParameter. */
function parametersOf(group: NonNullable<TlsSpec['prime']>): string {
	const prime = createDiffieHellmanGroup(group).getPrime();
	const integer = (value: Buffer) => der(0x02, Buffer.concat([Buffer.of(0), value]));
	return pem('DH PARAMETERS', der(0x30, Buffer.concat([integer(prime), integer(Buffer.of(2))])));
}

/** With a length of two octets, which Node reads as well as the shortest. */
function der(tag: number, value: Buffer): Buffer {
	return Buffer.concat([Buffer.of(tag, 0x82, value.length >> 8, value.length & 0xff), value]);
}

/** Waits for one whole TLS record, or for any other bytes. */
function onFirstRecord(socket: Socket, then: (bytes: Buffer) => unknown): void {
	let bytes = Buffer.alloc(0);
	const onData = (chunk: Buffer) => {
		bytes = Buffer.concat([bytes, chunk]);
		if (isHandshake(bytes) && !isWhole(bytes)) return;
		socket.off('data', onData);
		socket.pause();
		then(bytes);
	};
	socket.on('data', onData);
}

type TlsFault = NonNullable<TlsSpec['fault']>;

function breaks(fault: TlsFault | undefined, hello: Buffer): fault is TlsFault {
	return fault === 'tls-1.3-intolerant' ? offersTls13(hello) : fault !== undefined;
}

function breakHandshake(socket: Socket, fault: TlsFault): void {
	if (typeof fault === 'object') {
		socket.end(alertRecord(fault.alert));
		return;
	}
	switch (fault) {
		case 'silent':
			return;
		case 'reset':
		case 'tls-1.3-intolerant':
			socket.resetAndDestroy();
			return;
		case 'close':
			socket.end();
			return;
		case 'plain-text':
			socket.end(PLAIN_ANSWER);
	}
}

export const PLAIN_ANSWER =
	'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhttp';

/** Fatal (RFC 8446 §6.2). */
export function alertRecord(alert: number): Buffer {
	return Buffer.of(0x15, 3, 3, 0, 2, 2, alert);
}
