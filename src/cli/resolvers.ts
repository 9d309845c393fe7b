import type { DnsPort } from '../core/io.ts';
import { createNet, type Net } from '../net/io.ts';
import { USER_AGENT } from '../version.ts';

/** Resolvers by address, each made once: answers and pace are shared. */
export interface Resolvers {
	/** The system's where no address is given. Throws a `RangeError` with one line for the user. */
	at(address: string | undefined): DnsPort;
	/** Also ends what is still under way. */
	close(): Promise<void>;
}

export function createResolvers(signal: AbortSignal): Resolvers {
	const nets = new Map<string, Net>();
	const ended = new AbortController();
	return {
		at(address) {
			const key = address ?? '';
			const net =
				nets.get(key) ??
				createNet({
					resolver: address,
					registrable: null,
					env: process.env,
					userAgent: USER_AGENT,
					signal: AbortSignal.any([signal, ended.signal]),
				});
			nets.set(key, net);
			return net.io.dns;
		},
		async close() {
			ended.abort();
			await Promise.all([...nets.values()].map((net) => net.close()));
		},
	};
}
