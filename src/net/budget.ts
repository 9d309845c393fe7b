import { BlockList, isIPv6 } from 'node:net';
import { Unobserved } from '../core/fact.ts';
import { wait, whyStopped } from './wait.ts';

/** Milliseconds that only grow, and a sleep that counts them; replaced in tests. */
export interface Ticker {
	now(): number;
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const TICKER: Ticker = { now: () => performance.now(), sleep: wait };

/** `burst` at once, then `perSecond`; whoever asks first goes first. */
export interface Pace {
	take(signal: AbortSignal): Promise<void>;
	/** It is as if nobody had ever asked. */
	isIdle(): boolean;
}

export function createPace(burst: number, perSecond: number, ticker: Ticker = TICKER): Pace {
	const interval = 1000 / perSecond;
	/** When the bucket would be full again, were nobody to ask any more. */
	let fullAt = 0;
	return {
		async take(signal) {
			const now = ticker.now();
			fullAt = Math.max(fullAt, now) + interval;
			const early = fullAt - now - burst * interval;
			if (early > 0) await ticker.sleep(early, signal);
		},
		isIdle: () => fullAt <= ticker.now(),
	};
}

/** At most `limit` holders at once, the others in order of arrival. */
export interface Slots {
	/** The function returned gives the slot back; calling it again does nothing. */
	take(signal: AbortSignal): Promise<() => void>;
	/** Nobody holds one. */
	isIdle(): boolean;
	/** Somebody waits for one. */
	isShort(): boolean;
}

/** `waits` is told each time that somebody has to. */
export function createSlots(limit: number, waits: () => void = () => undefined): Slots {
	let free = limit;
	const waiting: (() => void)[] = [];
	const giveBack = () => {
		const next = waiting.shift();
		if (next) next();
		else free += 1;
	};
	const hold = () => {
		let held = true;
		return () => {
			if (held) giveBack();
			held = false;
		};
	};
	return {
		isIdle: () => free === limit,
		isShort: () => waiting.length > 0,
		take(signal) {
			if (signal.aborted) return Promise.reject(whyStopped(signal));
			if (free > 0) {
				free -= 1;
				return Promise.resolve(hold());
			}
			return new Promise((resolve, reject) => {
				const stop = () => {
					waiting.splice(waiting.indexOf(start), 1);
					reject(whyStopped(signal));
				};
				const start = () => {
					signal.removeEventListener('abort', stop);
					resolve(hold());
				};
				waiting.push(start);
				signal.addEventListener('abort', stop, { once: true });
				waits();
			});
		},
	};
}

/** What one audit may ask of one public host (timing samples are counted apart). */
export const REQUESTS = { burst: 30, perSecond: 10, inAll: 250 } as const;

export interface RequestBudget {
	/** Waits for the host's turn; throws `Unobserved('budget')` when the host has had its share. */
	spend(host: string, signal: AbortSignal): Promise<void>;
}

export function createRequestBudget(
	limits: { burst: number; perSecond: number; inAll: number } = REQUESTS,
	ticker: Ticker = TICKER,
): RequestBudget {
	const hosts = new Map<string, { pace: Pace; left: number }>();
	return {
		async spend(host, signal) {
			let share = hosts.get(host);
			if (!share) {
				share = {
					pace: createPace(limits.burst, limits.perSecond, ticker),
					left: limits.inAll,
				};
				hosts.set(host, share);
			}
			if (share.left === 0) {
				throw new Unobserved('budget', `${host} was sent ${limits.inAll} requests already`);
			}
			share.left -= 1;
			await share.pace.take(signal);
		},
	};
}

const LOCAL = new BlockList();
LOCAL.addSubnet('127.0.0.0', 8);
LOCAL.addSubnet('10.0.0.0', 8);
LOCAL.addSubnet('172.16.0.0', 12);
LOCAL.addSubnet('192.168.0.0', 16);
LOCAL.addSubnet('169.254.0.0', 16);
LOCAL.addAddress('::1', 'ipv6');
LOCAL.addSubnet('fc00::', 7, 'ipv6');
LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** Loopback, private (RFC 1918, RFC 4193) and link-local: the pace for strangers' servers is not for these. */
export function isLocal(address: string): boolean {
	const plain = address.replace(/%.*$/, '');
	return LOCAL.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
