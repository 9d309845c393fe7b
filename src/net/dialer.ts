import { setMaxListeners } from 'node:events';
import { connect as connectSocket, isIP, isIPv6, type Socket } from 'node:net';
import { Unobserved } from '../core/fact.ts';
import type { ConnectFailure, DnsAnswer, DnsPort, DnsStatus } from '../core/io.ts';
import { createRequestBudget, isLocal, REQUESTS } from './budget.ts';
import { createLimits, type Limits } from './limits.ts';
import { wait, whyStopped } from './wait.ts';

interface Endpoint {
	readonly address: string;
	readonly port: number;
	readonly transport: 'tcp' | 'udp';
}

/** `latencyMs` is the round trip to simulate. */
export interface Located {
	readonly address: string;
	readonly port: number;
	readonly latencyMs?: number;
}

/**
 * Where an address really is: the lab's internet on loopback; identity on the real one. `refused`
 * answers with a reset, `silent` never, `unreachable` has no route.
 */
export type AddressMap = (endpoint: Endpoint) => Located | 'refused' | 'silent' | 'unreachable';

export type Dialed =
	| {
			readonly kind: 'connected';
			readonly socket: Socket;
			readonly address: string;
			readonly connectMs: number;
			/** Gives the connection slot back. The end of the socket does so too. */
			release(): void;
	  }
	| {
			readonly kind: 'failed';
			readonly how: ConnectFailure;
			readonly detail: string;
			readonly address: string;
	  };

export interface ResolvedHost {
	/** IPv4 first, in the order of the answers. */
	readonly addresses: readonly string[];
	readonly dnsMs: number;
	/** `ok` where there are addresses; else what DNS said. */
	readonly status: DnsStatus;
	readonly detail: string;
}

export interface Dialer {
	/**
	 * `--resolve` first, then A and AAAA by our resolver; the hosts file is not read. An address is
	 * itself, and `localhost` is loopback (RFC 6761 §6.3). Never throws for what DNS says.
	 */
	addresses(host: string, port: number): Promise<ResolvedHost>;
	/**
	 * One TCP connection. Waits for one of the address's 6 slots and of the 128 in all; that wait does
	 * not count towards `timeoutMs`.
	 */
	connect(to: { host: string; address: string; port: number; timeoutMs: number }): Promise<Dialed>;
	/** Where a datagram or connection for this address goes. */
	locate(endpoint: Endpoint): ReturnType<AddressMap>;
	/** Throws `Unobserved('unsupported')` for a host outside the target's domain, unless `thirdParty`. */
	permit(host: string, thirdParty: boolean): void;
	/** Waits for the host's request budget; throws `Unobserved('budget')` when it is spent. */
	spend(host: string, address: string): Promise<void>;
	/** Somebody waits for a connection to this address. */
	isShort(address: string): boolean;
	/** Runs `close` when somebody waits for a connection to an address; the function returned ends that. */
	whenShort(close: (address: string) => void): () => void;
	/** The audit's; its reason is an `Unobserved('timeout' | 'cancelled')`. */
	readonly signal: AbortSignal;
}

/** `--resolve HOST:PORT:IP`, as curl's. */
export interface Override {
	readonly host: string;
	readonly port: number;
	readonly address: string;
}

export interface DialerSettings {
	readonly ask: DnsPort['ask'];
	readonly signal: AbortSignal;
	/** The target's registrable domain; `null` permits third parties alone. */
	readonly registrable: string | null;
	/** Hosts that the user named: permitted wherever they are. */
	readonly named?: readonly string[] | undefined;
	readonly resolve?: readonly Override[] | undefined;
	readonly addressMap?: AddressMap | undefined;
	/** Requests that a public host may be sent beside `REQUESTS`. */
	readonly moreRequests?: number | undefined;
	/** Its own unless given: those of a fleet. */
	readonly limits?: Limits | undefined;
	/** Connections to one address at once. 6 unless given. */
	readonly perAddress?: number | undefined;
	/** Longest wait for a connection, in milliseconds; as long as who asks will wait unless given. */
	readonly connectMs?: number | undefined;
}

/** The real internet. */
export const WHERE_IT_IS: AddressMap = ({ address, port }) => ({ address, port });

export function createDialer(settings: DialerSettings): Dialer {
	const { signal, ask } = settings;
	const locate: AddressMap = settings.addressMap ?? (({ address, port }) => ({ address, port }));
	const overrides = (settings.resolve ?? []).map((one) => ({ ...one, host: plain(one.host) }));
	const permitted = [settings.registrable ?? [], settings.named ?? []].flat().map(plain);
	const inAllOfOne = REQUESTS.inAll + (settings.moreRequests ?? 0);
	const budget = createRequestBudget({ ...REQUESTS, inAll: inAllOfOne });
	const limits = settings.limits ?? createLimits({ perAddress: settings.perAddress });
	// Every open connection and every question listens to the audit's signal.
	setMaxListeners(0, signal);

	return {
		signal,
		locate,
		isShort: (address) => limits.connectionsTo(address).isShort(),
		whenShort: limits.whenShort,
		async addresses(host, port) {
			const name = plain(host);
			const fixed = overrides.filter((one) => one.host === name && one.port === port);
			if (fixed.length > 0) return settled(fixed.map(({ address }) => unbracketed(address)));
			if (isIP(unbracketed(name)) > 0) return settled([unbracketed(name)]);
			if (/(?:^|\.)localhost$/.test(name)) return settled(['127.0.0.1', '::1']);
			const began = performance.now();
			const [a, aaaa] = await Promise.all([ask({ name, type: 'A' }), ask({ name, type: 'AAAA' })]);
			const addresses = [...addressesIn(a), ...addressesIn(aaaa)];
			const telling = addresses.length > 0 || a.status !== 'nodata' ? a : aaaa;
			return {
				addresses,
				dnsMs: performance.now() - began,
				status: addresses.length > 0 ? 'ok' : telling.status,
				detail: telling.detail,
			};
		},
		async connect({ address, port, timeoutMs }) {
			const giveBack = await limits.connectionsTo(address).take(signal);
			let giveBackAll: () => void;
			try {
				giveBackAll = await limits.connections.take(signal);
			} catch (error) {
				giveBack();
				throw error;
			}
			const release = () => {
				giveBack();
				giveBackAll();
			};
			try {
				const longestMs = Math.min(timeoutMs, settings.connectMs ?? timeoutMs);
				const dialed = await dial({ address, port }, longestMs, locate, signal);
				if (dialed.kind === 'failed') {
					release();
					return dialed;
				}
				const { socket } = dialed;
				const stop = () => {
					socket.destroy(whyStopped(signal));
				};
				signal.addEventListener('abort', stop, { once: true });
				socket.once('close', () => {
					signal.removeEventListener('abort', stop);
					release();
				});
				return { ...dialed, release };
			} catch (error) {
				release();
				throw error;
			}
		},
		permit(host, thirdParty) {
			const name = plain(host);
			if (thirdParty || permitted.some((one) => name === one || name.endsWith(`.${one}`))) return;
			throw new Unobserved('unsupported', `${host} is not part of the target and is not contacted`);
		},
		async spend(host, address) {
			const at = locate({ address, port: 443, transport: 'tcp' });
			if (isLocal(address) || typeof at === 'string' || isLocal(at.address)) return;
			await budget.spend(plain(host), signal);
		},
	};
}

type Dialled = Omit<Extract<Dialed, { kind: 'connected' }>, 'release'> | Failed;
type Failed = Extract<Dialed, { kind: 'failed' }>;

/** One TCP connection without a slot: for DNS, which has limits of its own. */
export async function dial(
	{ address, port }: { address: string; port: number },
	timeoutMs: number,
	locate: AddressMap,
	signal: AbortSignal,
): Promise<Dialled> {
	if (signal.aborted) throw whyStopped(signal);
	const failed = (how: ConnectFailure, detail: string): Failed => ({
		kind: 'failed',
		how,
		detail: `${place(address, port)}: ${detail}`,
		address,
	});
	const at = locate({ address, port, transport: 'tcp' });
	if (at === 'silent') {
		await wait(timeoutMs, signal);
		return failed('silent', `no answer within ${timeoutMs} ms`);
	}
	if (at === 'refused') return failed('refused', 'connection refused');
	if (at === 'unreachable') return failed('unreachable', 'no route');
	const began = performance.now();
	const latencyMs = at.latencyMs ?? 0;
	const outcome = await open(at, Math.max(1, timeoutMs - latencyMs), signal);
	try {
		if (latencyMs > 0) await wait(latencyMs, signal);
	} catch (error) {
		if (typeof outcome !== 'string') outcome.destroy();
		throw error;
	}
	if (typeof outcome === 'string') {
		return failed(
			outcome,
			outcome === 'silent' ? `no answer within ${timeoutMs} ms` : WORDS[outcome],
		);
	}
	return {
		kind: 'connected',
		socket: outcome,
		address,
		connectMs: performance.now() - began,
	};
}

const WORDS = {
	refused: 'connection refused',
	reset: 'connection reset',
	unreachable: 'no route',
} satisfies Record<Exclude<ConnectFailure, 'silent'>, string>;

function open(
	at: { address: string; port: number },
	timeoutMs: number,
	signal: AbortSignal,
): Promise<Socket | ConnectFailure> {
	return new Promise((resolve, reject) => {
		const socket = connectSocket({ host: at.address, port: at.port, noDelay: true });
		// An error while nobody else listens must not end the process.
		socket.on('error', () => {});
		const settle = (then: () => void) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			socket.off('error', failed);
			then();
		};
		const failed = (error: NodeJS.ErrnoException) => {
			settle(() => {
				socket.destroy();
				resolve(connectFailure(error.code));
			});
		};
		const stop = () => {
			settle(() => {
				socket.destroy();
				reject(whyStopped(signal));
			});
		};
		const timer = setTimeout(() => {
			settle(() => {
				socket.destroy();
				resolve('silent');
			});
		}, timeoutMs);
		signal.addEventListener('abort', stop, { once: true });
		socket.once('error', failed);
		socket.once('connect', () => {
			settle(() => resolve(socket));
		});
	});
}

/** How a socket's error code counts; the system's own connect time-out is silence. */
export function connectFailure(code: string | undefined): ConnectFailure {
	switch (code) {
		case 'ECONNREFUSED':
			return 'refused';
		case 'ECONNRESET':
		case 'EPIPE':
		case 'ECONNABORTED':
			return 'reset';
		case 'ETIMEDOUT':
			return 'silent';
		default:
			// EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL (no IPv6 here), EACCES (a local firewall), EINVAL.
			return 'unreachable';
	}
}

function settled(addresses: readonly string[]): ResolvedHost {
	return { addresses, dnsMs: 0, status: 'ok', detail: '' };
}

function addressesIn(answer: DnsAnswer): readonly string[] {
	return answer.records.flatMap(({ data }) => ('address' in data ? [data.address] : []));
}

function plain(host: string): string {
	return host.toLowerCase().replace(/(?<=.)\.$/, '');
}

function unbracketed(host: string): string {
	return host.replace(/^\[(.*)\]$/, '$1');
}

function place(address: string, port: number): string {
	return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
