import { Unobserved } from '../core/fact.ts';
import { isLocal } from './budget.ts';
import type { Connected, HttpFailed } from './connection.ts';
import type { Dialer, ResolvedHost } from './dialer.ts';

/** RFC 8305 §5: the delay before the next address is tried beside the one that has not answered. */
const STAGGER_MS = 250;

/** A name with more addresses is reached by these or not at all. */
const MOST_ADDRESSES = 8;

export interface Candidates {
	/** At least one. */
	readonly addresses: readonly string[];
	/** 0 where the name had been looked up before. */
	readonly dnsMs: number;
}

export interface Reached {
	readonly address: string;
	/** The connection that showed it, for whoever asked first. */
	readonly connected: Connected | null;
}

/**
 * Which address of a name to speak to: looked up once, raced once, and then kept, so that all
 * exchanges with a host see the same server.
 */
export class Reach {
	readonly #dialer: Dialer;
	readonly #connectMs: number;
	readonly #lookups = new Map<string, Promise<ResolvedHost>>();
	readonly #races = new Map<string, Promise<Connected | HttpFailed>>();
	readonly #kept = new Map<string, string>();

	constructor(dialer: Dialer, connectMs: number) {
		this.#dialer = dialer;
		this.#connectMs = connectMs;
	}

	/**
	 * A name that does not resolve is a value; a resolver that does not answer throws `Unobserved`. With
	 * `publicOnly`, a stranger's name that leads into a private network is not followed there.
	 */
	async candidates(
		host: string,
		port: number,
		publicOnly: boolean,
	): Promise<Candidates | HttpFailed> {
		const key = `${host}:${port}`;
		const known = this.#lookups.get(key);
		const lookup = known ?? this.#dialer.addresses(host, port);
		this.#lookups.set(key, lookup);
		const found = await lookup.catch((error: unknown) => {
			this.#lookups.delete(key);
			throw error;
		});
		if (found.addresses.length === 0) {
			if (isOurs(found.status)) this.#lookups.delete(key);
			return unresolved(host, found);
		}
		const allowed = publicOnly
			? found.addresses.filter((address) => !isLocal(address))
			: found.addresses;
		if (allowed.length === 0) throw refusedPrivate(host);
		return {
			addresses: allowed.slice(0, MOST_ADDRESSES),
			dnsMs: known === undefined ? found.dnsMs : 0,
		};
	}

	/** The address kept for this name, or the first that connects. */
	async fastest(
		host: string,
		port: number,
		addresses: readonly string[],
	): Promise<Reached | HttpFailed> {
		const key = `${host}:${port}`;
		const [only] = addresses;
		const kept = this.#kept.get(key);
		if (kept !== undefined && addresses.includes(kept)) return { address: kept, connected: null };
		if (only !== undefined && addresses.length === 1) return { address: only, connected: null };
		const running = this.#races.get(key);
		const race = running ?? this.#race(host, port, addresses);
		this.#races.set(key, race);
		try {
			const winner = await race;
			if (winner.kind === 'failed') return winner;
			this.#kept.set(key, winner.address);
			return { address: winner.address, connected: running === undefined ? winner : null };
		} finally {
			this.#races.delete(key);
		}
	}

	/** It has stopped connecting: the next exchange races again. */
	forget(host: string, port: number): void {
		this.#kept.delete(`${host}:${port}`);
	}

	#race(host: string, port: number, addresses: readonly string[]): Promise<Connected | HttpFailed> {
		const timeoutMs = this.#connectMs;
		return new Promise((resolve, reject) => {
			const failures = new Map<string, HttpFailed>();
			let started = 0;
			let isWon = false;
			let timer: NodeJS.Timeout | undefined;
			const startNext = () => {
				clearTimeout(timer);
				const address = addresses[started];
				if (isWon || address === undefined) return;
				started += 1;
				timer = setTimeout(startNext, STAGGER_MS);
				this.#dialer.connect({ host, address, port, timeoutMs }).then(
					(dialed) => {
						if (dialed.kind === 'connected') return won(dialed);
						const { how, detail } = dialed;
						failures.set(address, { kind: 'failed', how, phase: 'connect', detail, address });
						startNext();
						const first = failures.get(addresses[0] ?? '');
						if (failures.size === addresses.length && first) resolve(first);
					},
					(error: unknown) => {
						clearTimeout(timer);
						reject(error);
					},
				);
			};
			const won = (connected: Connected) => {
				clearTimeout(timer);
				if (isWon) {
					connected.socket.destroy();
					connected.release();
					return;
				}
				isWon = true;
				resolve(connected);
			};
			startNext();
		});
	}
}

/** What is thrown where a stranger's name leads into a private network. */
export function refusedPrivate(host: string): Unobserved {
	return new Unobserved(
		'unsupported',
		`${host} is a third party with a private address, which is not contacted`,
	);
}

/** The resolver failed, and not the name. */
function isOurs(status: ResolvedHost['status']): boolean {
	return status === 'no-response' || status === 'connection-refused' || status === 'refused';
}

function unresolved(host: string, { status, detail }: ResolvedHost): HttpFailed {
	if (isOurs(status)) {
		throw new Unobserved(
			status === 'refused' ? 'denied' : 'timeout',
			`the resolver does not answer for ${host}: ${detail || status}`,
		);
	}
	return {
		kind: 'failed',
		how: 'no-such-host',
		phase: 'dns',
		detail: `${host} has no address (${status})${detail === '' ? '' : `: ${detail}`}`,
		address: null,
	};
}
