import type { HttpConnection } from './connection.ts';

/**
 * Of the dialer's six connections to one address, those that HTTP takes: a TLS or timing probe that
 * comes in between finds a free one.
 */
const PER_ADDRESS = 5;

const IDLE_MS = 1_000;

interface Waiter {
	readonly key: string;
	wake(turn: HttpConnection | 'open'): void;
}

interface Gate {
	/** Connections open or being opened. */
	places: number;
	readonly idle: { readonly key: string; readonly connection: HttpConnection }[];
	readonly waiting: Waiter[];
}

/**
 * Kept-alive connections, by a key (origin and way) within an address. An idle connection never holds
 * up an exchange that needs its place, and is closed after a second.
 */
export class HttpPool {
	readonly #gates = new Map<string, Gate>();
	readonly #connections = new Set<HttpConnection>();
	readonly #isShort: (address: string) => boolean;

	/** `isShort`: others than this pool wait for a connection to that address. */
	constructor(isShort: (address: string) => boolean) {
		this.#isShort = isShort;
	}

	/** An idle connection, or the turn to open one; waits for a place. `fresh` takes no idle one. */
	turn(address: string, key: string, fresh: boolean): Promise<HttpConnection | 'open'> {
		const gate = this.#gate(address);
		if (!fresh) {
			const at = gate.idle.findIndex((one) => one.key === key && !one.connection.isClosed());
			const [found] = at === -1 ? [] : gate.idle.splice(at, 1);
			if (found) return Promise.resolve(found.connection);
		}
		return new Promise((wake) => {
			gate.waiting.push({ key, wake });
			this.#admit(gate);
		});
	}

	/** What came of a turn to open: the connection, which is then in use, or nothing. */
	opened(address: string, connection: HttpConnection | null): void {
		const gate = this.#gate(address);
		if (connection === null) {
			this.#free(gate);
			return;
		}
		this.#connections.add(connection);
		connection.whenClosed(() => {
			this.#connections.delete(connection);
			const at = gate.idle.findIndex((one) => one.connection === connection);
			if (at !== -1) gate.idle.splice(at, 1);
			this.#free(gate);
		});
	}

	/** An exchange is over; one more may run on its connection, if that still stands. */
	done(address: string, key: string, connection: HttpConnection): void {
		if (connection.isClosed()) return;
		const gate = this.#gate(address);
		const at = gate.waiting.findIndex((waiter) => waiter.key === key);
		const [next] = at === -1 ? [] : gate.waiting.splice(at, 1);
		if (next) {
			next.wake(connection);
			return;
		}
		if (this.#isShort(address)) {
			connection.destroy();
			return;
		}
		gate.idle.push({ key, connection });
		setTimeout(() => {
			if (gate.idle.some((one) => one.connection === connection)) connection.destroy();
		}, IDLE_MS).unref();
		this.#admit(gate);
	}

	/** Idle connections to an address, which somebody else waits for. */
	giveUp(address: string): void {
		for (const { connection } of [...(this.#gates.get(address)?.idle ?? [])]) connection.destroy();
	}

	close(): void {
		for (const connection of this.#connections) connection.destroy();
	}

	#gate(address: string): Gate {
		const gate = this.#gates.get(address) ?? { places: 0, idle: [], waiting: [] };
		this.#gates.set(address, gate);
		return gate;
	}

	#free(gate: Gate): void {
		gate.places -= 1;
		this.#admit(gate);
	}

	#admit(gate: Gate): void {
		while (gate.waiting.length > 0 && gate.places < PER_ADDRESS) {
			gate.places += 1;
			gate.waiting.shift()?.wake('open');
		}
		// Its end gives the place to whoever waits.
		if (gate.waiting.length > 0) gate.idle.shift()?.connection.destroy();
	}
}
