import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Client } from 'undici';
import { Unobserved } from '../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../core/io.ts';
import type { Dialed, Dialer } from './dialer.ts';
import { portOf, proxyAuthorization } from './proxy.ts';
import { type NotSecured, secure } from './secure.ts';
import { readConnectReply } from './tunnel.ts';

export type HttpFailed = Extract<HttpOutcome, { kind: 'failed' }>;
export type Connected = Extract<Dialed, { kind: 'connected' }>;

/** Milliseconds. */
export interface Timeouts {
	readonly connect: number;
	readonly tls: number;
	/** Request sent to the end of the final response's header. */
	readonly header: number;
	/** The whole exchange, waiting for connection slots and pace apart. */
	readonly exchange: number;
}

export const TIMEOUTS: Timeouts = { connect: 4_000, tls: 5_000, header: 10_000, exchange: 15_000 };

/** Where a request goes, and by what way. */
export interface Destination {
	/** Scheme, host and port are read. */
	readonly url: URL;
	readonly host: string;
	readonly address: string;
	/** `address` is then this proxy's, and `through` what is asked of it. */
	readonly proxy: URL | null;
	/** Host or address that the proxy is asked to connect to. */
	readonly through: string;
}

/** One open connection that speaks HTTP/1.1, for one exchange at a time. */
export interface HttpConnection {
	readonly client: Client;
	readonly address: string;
	readonly tls: HttpAnswered['tls'];
	readonly connectMs: number;
	readonly tlsMs: number;
	/** Exchanges begun on it. */
	uses: number;
	isClosed(): boolean;
	/** Runs `then` once the connection is gone, at once where it is. */
	whenClosed(then: () => void): void;
	destroy(): void;
}

/**
 * Opens one: TCP unless `dialed` brings it, CONNECT through a proxy for https, TLS with ALPN http/1.1.
 * A proxy's failures are ours: they throw `Unobserved`.
 */
export async function openConnection(
	dialer: Dialer,
	to: Destination,
	timeouts: Timeouts,
	dialed: Connected | null = null,
	keepAliveMs = 4_000,
): Promise<HttpConnection | HttpFailed> {
	const connected = dialed ?? (await dialTo(dialer, to, timeouts));
	if (connected.kind === 'failed') return connected;
	const isTls = to.url.protocol === 'https:';
	if (!isTls) return connectionOver(connected, connected.socket, to, 0, keepAliveMs);
	if (to.proxy !== null) await tunnel(dialer, connected.socket, to, timeouts);
	const secured = await secure(connected.socket, {
		host: to.host,
		alpn: ['http/1.1'],
		timeoutMs: timeouts.tls,
		signal: dialer.signal,
	});
	if (secured.kind === 'failed') return notSecured(secured, to.address);
	return connectionOver(connected, secured.socket, to, secured.tookMs, keepAliveMs);
}

async function dialTo(
	dialer: Dialer,
	{ url, host, address, proxy }: Destination,
	timeouts: Timeouts,
): Promise<Connected | HttpFailed> {
	const target = proxy ?? url;
	const dialed = await dialer.connect({
		host: proxy?.hostname ?? host,
		address,
		port: portOf(target),
		timeoutMs: timeouts.connect,
	});
	if (dialed.kind === 'connected') return dialed;
	if (proxy !== null) {
		throw new Unobserved('offline', `the proxy ${proxy.host} cannot be reached: ${dialed.detail}`);
	}
	const { how, detail } = dialed;
	return { kind: 'failed', how, phase: 'connect', detail, address };
}

/** RFC 7301 §3.2: the server speaks no HTTP/1.1, as a gRPC back end may; we speak nothing else. */
const NO_APPLICATION_PROTOCOL = 120;

function notSecured({ how, alert, detail }: NotSecured, address: string): HttpFailed {
	if (alert === NO_APPLICATION_PROTOCOL) {
		throw new Unobserved('unsupported', `${address} speaks no HTTP/1.1: ${detail}`);
	}
	const known = how === 'alert' || how === 'handshake-failed' ? 'tls-failed' : how;
	return { kind: 'failed', how: known, phase: 'tls', detail, address };
}

async function connectionOver(
	connected: Connected,
	socket: Socket | TLSSocket,
	{ url, address }: Destination,
	tlsMs: number,
	keepAliveMs: number,
): Promise<HttpConnection> {
	const { Client } = await import('undici');
	let handedOver = false;
	let closed = socket.destroyed;
	const onClose: (() => void)[] = [];
	socket.once('close', () => {
		closed = true;
		connected.release();
		for (const then of onClose.splice(0)) then();
	});
	const client = new Client(url.origin, {
		connect(_, callback) {
			// undici would open another connection when this one ends; each of ours has one life.
			const isSpent = handedOver || closed;
			handedOver = true;
			// Not at once: undici overlooks an answer that comes while it asks.
			queueMicrotask(() => {
				if (isSpent) callback(new Error('the connection is closed'), null);
				else callback(null, socket);
			});
		},
		pipelining: 1,
		// Its own timers are half a second coarse; see `exchangeOver`.
		headersTimeout: 0,
		bodyTimeout: 0,
		keepAliveTimeout: keepAliveMs,
		// As much as Chrome takes.
		maxHeaderSize: 256 * 1024,
	});
	return {
		client,
		address,
		tls: 'getPeerX509Certificate' in socket ? tlsFacts(socket) : null,
		connectMs: connected.connectMs,
		tlsMs,
		uses: 0,
		isClosed: () => closed || socket.destroyed,
		whenClosed(then) {
			if (closed) then();
			else onClose.push(then);
		},
		destroy() {
			closed = true;
			socket.destroy();
			client.destroy().catch(() => {});
		},
	};
}

function tlsFacts(socket: TLSSocket): HttpAnswered['tls'] {
	const leaf = socket.getPeerX509Certificate();
	return {
		protocol: socket.getProtocol() ?? 'unknown',
		certificateSha256: leaf ? createHash('sha256').update(leaf.raw).digest('hex') : '',
	};
}

async function tunnel(
	dialer: Dialer,
	socket: Socket,
	{ url, through, proxy }: Destination,
	timeouts: Timeouts,
): Promise<void> {
	const target = `${through.includes(':') ? `[${through}]` : through}:${portOf(url)}`;
	const authorization = proxy === null ? null : proxyAuthorization(proxy);
	const lines = [
		`CONNECT ${target} HTTP/1.1`,
		`Host: ${target}`,
		...(authorization === null ? [] : [`Proxy-Authorization: ${authorization}`]),
	];
	socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
	const status = await readConnectReply(socket, timeouts.header, dialer.signal);
	if (status !== null && status >= 200 && status < 300) return;
	socket.destroy();
	const said = status === null ? 'does not answer' : `answers ${status}`;
	throw new Unobserved(
		status === 403 || status === 407 ? 'denied' : 'inconclusive',
		`the proxy ${proxy?.host} ${said} when asked for ${target}`,
	);
}
