import { createHash } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import { Unobserved } from '../core/fact.ts';
import type { HttpAnswered, HttpOutcome, HttpPort, HttpRequest } from '../core/io.ts';
import { ACCEPT_ENCODING, BodyReader, type DecodedBody } from './body.ts';
import { isLocal } from './budget.ts';
import {
	type Connected,
	type Destination,
	type HttpConnection,
	type HttpFailed,
	openConnection,
	TIMEOUTS,
	type Timeouts,
} from './connection.ts';
import { CookieJar } from './cookie-jar.ts';
import type { Dialer } from './dialer.ts';
import { exchangeOver, type Sent } from './exchange.ts';
import { HttpPool } from './http-pool.ts';
import { portOf, proxyAuthorization } from './proxy.ts';
import { Reach, refusedPrivate } from './reach.ts';
import { twiceIfReset, whyStopped } from './wait.ts';

export interface HttpSettings {
	readonly userAgent: string;
	/** The proxy for a URL; see `proxyFor`. Direct where absent. */
	readonly proxy?: (url: URL) => URL | null;
	/** Replaced in tests. */
	readonly timeouts?: Partial<Timeouts>;
}

/** As Chrome asks for a page; servers that negotiate give programs something else. */
const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const MAX_BYTES = 1024 * 1024;

/**
 * HTTP/1.1 over undici. Connections are kept alive a second and shared by origin and address; at most
 * five an address. A host's first exchange races its addresses (RFC 8305) and the others follow it. A
 * kept-alive connection that the server had just closed is replaced; an exchange that is broken off is
 * tried once more.
 */
export function createHttp(
	dialer: Dialer,
	settings: HttpSettings,
): HttpPort & { close(): Promise<void> } {
	return new Http(dialer, settings);
}

/** Tries of one exchange: on a kept connection, on a new one, at another address. */
const MOST_TRIES = 3;

/** Counts as public, so that an exchange whose address only the proxy knows is paced. */
const UNKNOWN_ADDRESS = '192.0.2.1';

class Http implements HttpPort {
	readonly #dialer: Dialer;
	readonly #settings: HttpSettings;
	readonly #timeouts: Timeouts;
	readonly #reach: Reach;
	readonly #pool: HttpPool;
	readonly #unlisten: () => void;
	/** By walk. */
	readonly #jars = new Map<string, CookieJar>();

	constructor(dialer: Dialer, settings: HttpSettings) {
		this.#dialer = dialer;
		this.#settings = settings;
		this.#timeouts = { ...TIMEOUTS, ...settings.timeouts };
		this.#reach = new Reach(dialer, this.#timeouts.connect);
		this.#pool = new HttpPool((address) => dialer.isShort(address));
		this.#unlisten = dialer.whenShort((address) => this.#pool.giveUp(address));
	}

	async exchange(request: HttpRequest): Promise<HttpOutcome> {
		const url = new URL(request.url);
		if (url.protocol !== 'http:' && url.protocol !== 'https:') {
			throw new Unobserved('unsupported', `${url.protocol} is neither http: nor https:`);
		}
		this.#dialer.permit(hostOf(url), request.thirdParty ?? false);
		return twiceIfReset(() => this.#exchangeOnce(request, url), this.#dialer.signal);
	}

	async #exchangeOnce(request: HttpRequest, url: URL): Promise<HttpOutcome> {
		for (let tries = 1; ; tries += 1) {
			const way = await this.#wayTo(request, url);
			if ('kind' in way) return way;
			const outcome = await this.#attempt(request, way, tries);
			if (outcome !== 'again') return outcome;
		}
	}

	close(): Promise<void> {
		this.#unlisten();
		this.#pool.close();
		return Promise.resolve();
	}

	/** Where to, and a connection if finding out has opened one. */
	async #wayTo(request: HttpRequest, url: URL): Promise<Way | HttpFailed> {
		const host = hostOf(url);
		const publicOnly = request.thirdParty === true && request.evenPrivate !== true;
		if (publicOnly && isLocal(request.address ?? UNKNOWN_ADDRESS)) throw refusedPrivate(host);
		const proxy = this.#settings.proxy?.(url) ?? null;
		if (proxy !== null) return this.#wayThrough(proxy, url, request.address ?? host);
		const port = portOf(url);
		const candidates =
			request.address === undefined
				? await this.#reach.candidates(host, port, publicOnly)
				: { addresses: [request.address], dnsMs: 0 };
		if ('kind' in candidates) return candidates;
		const { addresses, dnsMs } = candidates;
		await this.#dialer.spend(host, addresses[0] ?? UNKNOWN_ADDRESS);
		const reached = await this.#reach.fastest(host, port, addresses);
		if ('kind' in reached) return reached;
		const { address, connected } = reached;
		const to = { url, host, address, proxy: null, through: host };
		return { to, dnsMs, connected, canMove: addresses.length > 1 };
	}

	async #wayThrough(proxy: URL, url: URL, through: string): Promise<Way> {
		const host = hostOf(url);
		const found = await this.#reach.candidates(hostOf(proxy), portOf(proxy), false);
		const address = 'kind' in found ? undefined : found.addresses[0];
		if (address === undefined) {
			throw new Unobserved('offline', `the proxy ${proxy.host} has no address`);
		}
		await this.#dialer.spend(host, isIP(through) > 0 ? through : UNKNOWN_ADDRESS);
		return {
			to: { url, host, address, proxy, through },
			dnsMs: 0,
			connected: null,
			canMove: false,
		};
	}

	async #attempt(request: HttpRequest, way: Way, tries: number): Promise<HttpOutcome | 'again'> {
		const { to } = way;
		const connection = await this.#connectionFor(way, tries > 1);
		if (!('client' in connection)) {
			const canMove = way.canMove && connection.phase === 'connect' && tries < MOST_TRIES;
			if (!canMove) return connection;
			// It connected before; another address may do so now.
			this.#reach.forget(to.host, portOf(to.url));
			return 'again';
		}
		const isNew = connection.uses === 0;
		const opening = isNew ? connection : { connectMs: 0, tlsMs: 0 };
		const body = new BodyReader(request.maxBytes ?? MAX_BYTES);
		const longestMs = request.totalMs ?? this.#timeouts.exchange;
		const totalMs = Math.max(1, longestMs - opening.connectMs - opening.tlsMs);
		const sent = await exchangeOver(connection, {
			path: pathOf(to),
			method: request.method,
			headers: headersOf(
				to,
				[...(request.headers ?? []), ...this.#cookiesFor(request)],
				this.#settings.userAgent,
			),
			headerMs: Math.min(this.#timeouts.header, totalMs),
			totalMs,
			signal: this.#dialer.signal,
			onHead: ({ headers }) => body.encodedBy(codingsIn(headers)),
			onData: (chunk) => body.take(chunk),
		});
		this.#pool.done(to.address, keyOf(to), connection);
		const address = request.address ?? to.address;
		if (sent.kind === 'failed') {
			if (sent.isStale && tries < MOST_TRIES) return 'again';
			return { kind: 'failed', how: sent.how, phase: 'request', detail: sent.detail, address };
		}
		this.#keepCookies(request, sent.head.headers);
		const decoded = await body.decoded(sent.isCut);
		return answered(sent, bodyOf(decoded, request.digests === true), {
			address,
			tls: connection.tls,
			timing: {
				dns: way.dnsMs,
				connect: opening.connectMs,
				tls: opening.tlsMs,
				firstByte: sent.firstByteMs,
				download: sent.tookMs - sent.firstByteMs,
			},
		});
	}

	#cookiesFor({ jar, url }: HttpRequest): HttpAnswered['headers'] {
		const cookies = jar === undefined ? '' : (this.#jars.get(jar.walk)?.headerFor(url) ?? '');
		return cookies === '' ? [] : [['cookie', cookies]];
	}

	#keepCookies({ jar, url }: HttpRequest, headers: HttpAnswered['headers']): void {
		if (jar === undefined) return;
		const cookies = this.#jars.get(jar.walk) ?? new CookieJar();
		this.#jars.set(jar.walk, cookies);
		for (const [name, value] of headers) {
			if (name.toLowerCase() === 'set-cookie') cookies.store(value, url);
		}
	}

	/** A connection that is ours until `done`. */
	async #connectionFor(
		{ to, connected }: Way,
		fresh: boolean,
	): Promise<HttpConnection | HttpFailed> {
		const turn = await this.#pool.turn(to.address, keyOf(to), fresh);
		if (turn !== 'open') {
			connected?.socket.destroy();
			return turn;
		}
		let opened: HttpConnection | HttpFailed | null = null;
		try {
			const { signal } = this.#dialer;
			if (signal.aborted) throw whyStopped(signal);
			opened = await openConnection(this.#dialer, to, this.#timeouts, connected);
			return opened;
		} finally {
			this.#pool.opened(to.address, opened !== null && 'client' in opened ? opened : null);
		}
	}
}

interface Way {
	readonly to: Destination;
	readonly dnsMs: number;
	readonly connected: Connected | null;
	/** The name has further addresses. */
	readonly canMove: boolean;
}

function answered(
	sent: Extract<Sent, { kind: 'answered' }>,
	body: HttpAnswered['body'],
	facts: Pick<HttpAnswered, 'address' | 'tls' | 'timing'>,
): HttpAnswered {
	return {
		kind: 'answered',
		status: sent.head.status,
		headers: sent.head.headers,
		body,
		...facts,
	};
}

function bodyOf({ bytes, isTruncated }: DecodedBody, digests: boolean): HttpAnswered['body'] {
	const digest = (name: string) => createHash(name).update(bytes).digest('hex');
	return {
		bytes: bytes.toString('latin1'),
		truncated: isTruncated,
		sha256: digest('sha256'),
		...(digests && { sha384: digest('sha384'), sha512: digest('sha512') }),
	};
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
	return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function keyOf({ url, through, proxy }: Destination): string {
	return `${url.origin} ${proxy === null ? '' : `${through} by ${proxy.host}`}`;
}

function codingsIn(headers: HttpAnswered['headers']): readonly string[] {
	return headers
		.filter(([name]) => name.toLowerCase() === 'content-encoding')
		.map(([, value]) => value);
}

/** A proxy is asked for the whole URL (RFC 9112 §3.2.2), with the address where one was given. */
export function pathOf({ url, host, proxy, through }: Destination): string {
	const path = `${url.pathname}${url.search}`;
	if (proxy === null || url.protocol === 'https:') return path;
	if (through === host) return `${url.origin}${path}`;
	return `http://${isIPv6(through) ? `[${through}]` : through}:${portOf(url)}${path}`;
}

/** `own` replaces what is always sent under the same name. */
export function headersOf(
	{ url, proxy }: Destination,
	own: NonNullable<HttpRequest['headers']>,
	userAgent: string,
): NonNullable<HttpRequest['headers']> {
	const named = new Set(own.map(([name]) => name.toLowerCase()));
	const isPlainProxied = proxy !== null && url.protocol === 'http:';
	const authorization = isPlainProxied ? proxyAuthorization(proxy) : null;
	const always = [
		['Host', url.host],
		['User-Agent', userAgent],
		['Accept', ACCEPT],
		['Accept-Encoding', ACCEPT_ENCODING],
	] as const;
	return [
		...always.filter(([name]) => !named.has(name.toLowerCase())),
		...own,
		...(authorization === null ? [] : [['Proxy-Authorization', authorization] as const]),
	];
}
