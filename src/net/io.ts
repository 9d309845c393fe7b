import type {
	DnsPort,
	HttpPort,
	Io,
	LoadPort,
	SmtpPort,
	TimingPort,
	TlsPort,
	TrustStore,
} from '../core/io.ts';
import { systemClock } from './clock.ts';
import {
	type AddressMap,
	createDialer,
	type Dialer,
	type Override,
	WHERE_IT_IS,
} from './dialer.ts';
import { withOverrides } from './dns/overrides.ts';
import { createRemembered, type Remembered } from './dns/remembered.ts';
import { createResolver } from './dns/resolver.ts';
import { parseResolver, resolverText, systemServers } from './dns/server-list.ts';
import { createLimits, type Limits } from './limits.ts';
import type { LoadSettings } from './load/load.ts';
import { proxyFor, proxyName } from './proxy.ts';
import type { TimingSettings } from './timing.ts';

export interface NetSettings {
	/** `IP`, `IP:PORT`, `[IPv6]:PORT` or `https://…`; the system's where absent. */
	readonly resolver?: string | undefined;
	/** Port of name servers that are asked directly. 53 unless given. */
	readonly dnsPort?: number | undefined;
	/** `--resolve HOST:PORT:IP`. */
	readonly resolve?: readonly Override[] | undefined;
	/** The lab's internet. */
	readonly addressMap?: AddressMap | undefined;
	/** The target's registrable domain: other hosts are third parties. */
	readonly registrable: string | null;
	/** Hosts that the user named, which are no third parties wherever they are. */
	readonly named?: readonly string[] | undefined;
	/** Requests that a public host may be sent beside the usual ones: for a list of the user's. */
	readonly moreRequests?: number | undefined;
	/** What the user's files say of DNS, before the network is asked. */
	readonly overlay?: ((ask: DnsPort['ask']) => DnsPort['ask']) | undefined;
	/** `--ca`: PEM files. */
	readonly caFiles?: readonly string[] | undefined;
	/** HTTP_PROXY, HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are read from here. */
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly userAgent: string;
	/** Ends everything; its reason is an `Unobserved('timeout' | 'cancelled')`. */
	readonly signal: AbortSignal;
	/** What the audits of a fleet have in common; its own unless given. */
	readonly shared?: Shared | undefined;
	/** Replaced in tests. */
	readonly now?: (() => Date) | undefined;
	/** Shortened in tests: how long a silent address is waited for, in milliseconds. */
	readonly connectMs?: number | undefined;
	/** Only where the user asked for a load. */
	readonly load?: Omit<LoadSettings, 'userAgent' | 'proxy'> | undefined;
	/** Shortened in tests: how long a handshake may take, in milliseconds. */
	readonly handshakeMs?: number | undefined;
	/** Shortened in tests: how timing samples are paced, and how long one may take. */
	readonly timing?: Pick<TimingSettings, 'pace' | 'timeoutMs'> | undefined;
}

/** What audits that run beside each other have in common. */
export interface Shared {
	readonly limits: Limits;
	readonly remembered: Remembered;
	/** Read once, by whoever needs it first. */
	readonly roots: { read?: Promise<TrustStore> };
}

export function createShared(limits: Limits): Shared {
	return { limits, remembered: createRemembered(), roots: {} };
}

/** From where the audit looked, for the report. */
interface Vantage {
	readonly resolver: string;
	readonly node: string;
	/** Host and port, without credentials. */
	readonly proxy: string | null;
}

export interface Net {
	readonly io: Omit<Io, 'files'>;
	readonly vantage: Vantage;
	/** Drops pools and sessions; open sockets end with the audit's signal. */
	close(): Promise<void>;
}

/**
 * The ports that touch the network. Nothing is loaded or opened before the first use, so that DNS
 * questions are on their way before the HTTP library is read. Throws `RangeError`, with one line for
 * the user, for a resolver or proxy that is none.
 */
export function createNet(settings: NetSettings): Net {
	const { signal, env, userAgent, shared } = settings;
	const limits = shared?.limits ?? createLimits();
	const resolver = parseResolver(settings.resolver);
	const vantage = {
		resolver: resolverText(resolver),
		node: process.versions.node,
		proxy: proxyName(env),
	};
	const proxy = (url: URL) => proxyFor(url, env);
	const { handshakeMs } = settings;
	const handshake = handshakeMs === undefined ? {} : { tls: handshakeMs, hello: handshakeMs };
	const tls = once(async () => {
		const { createTls } = await import('./tls.ts');
		const caFiles = settings.caFiles ?? [];
		return createTls(dialer, { caFiles, env, timeoutsMs: handshake, kept: shared?.roots });
	});
	const dns = createResolver({
		resolver,
		signal,
		dnsPort: settings.dnsPort,
		limits,
		remembered: shared?.remembered,
		own: settings.registrable,
		locate: settings.addressMap ?? WHERE_IT_IS,
		bootstrap: resolver.kind === 'https' ? systemServers() : resolver.servers,
		authorities: async () => {
			const { publicPem, privatePem } = await (await tls.load()).roots();
			return [publicPem, privatePem].filter((pem) => pem !== '');
		},
	});
	const { overlay = (answers) => answers } = settings;
	const ask = withOverrides(
		overlay((question) => dns.ask(question)),
		settings.resolve ?? [],
	);
	const dialer = createDialer({ ...settings, limits, ask });
	const http = once(async () => {
		const { createHttp } = await import('./http.ts');
		return createHttp(dialer, { userAgent, proxy, timeouts: handshake });
	});
	const smtp = once(async () => {
		const { createSmtp } = await import('./smtp.ts');
		return createSmtp(dialer);
	});
	const timing = once(async () => {
		const { createTiming } = await import('./timing.ts');
		return createTiming(dialer, { userAgent, proxy, ask, ...settings.timing });
	});
	return {
		vantage,
		io: {
			dns: { ask },
			http: lazyHttp(http.load),
			tls: lazyTls(tls.load),
			smtp: lazySmtp(smtp.load),
			timing: lazyTiming(timing.load),
			...(settings.load !== undefined && {
				load: lazyLoad(dialer, settings.load, { userAgent, proxy }),
			}),
			clock: settings.now ? { now: settings.now } : systemClock,
		},
		async close() {
			await Promise.all([(await http.loaded())?.close(), dns.close()]);
		},
	};
}

interface Once<T> {
	load(): Promise<T>;
	/** `null` where it was never needed. */
	loaded(): Promise<T | null>;
}

function once<T>(make: () => Promise<T>): Once<T> {
	let made: Promise<T> | null = null;
	return {
		load() {
			made ??= make();
			return made;
		},
		loaded: async () => made,
	};
}

const lazyHttp = (load: () => Promise<HttpPort>): HttpPort => ({
	exchange: async (request) => (await load()).exchange(request),
});

const lazyTls = (load: () => Promise<TlsPort>): TlsPort => ({
	handshake: async (request) => (await load()).handshake(request),
	hello: async (request) => (await load()).hello(request),
	roots: async () => (await load()).roots(),
});

const lazySmtp = (load: () => Promise<SmtpPort>): SmtpPort => ({
	session: async (request) => (await load()).session(request),
});

const lazyTiming = (load: () => Promise<TimingPort>): TimingPort => ({
	series: async (request) => (await load()).series(request),
	addresses: async (request) => (await load()).addresses(request),
	lookups: async (request) => (await load()).lookups(request),
});

function lazyLoad(
	dialer: Dialer,
	settings: Omit<LoadSettings, 'userAgent' | 'proxy'>,
	ours: Pick<LoadSettings, 'userAgent' | 'proxy'>,
): LoadPort {
	const port = once(async () => {
		const { createLoad } = await import('./load/load.ts');
		return createLoad(dialer, { ...settings, ...ours });
	});
	return { run: async (plan) => (await port.load()).run(plan) };
}
