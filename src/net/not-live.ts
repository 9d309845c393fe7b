import { setMaxListeners } from 'node:events';
import { Unobserved } from '../core/fact.ts';
import { NOT_LIVE } from '../core/io.ts';
import { systemClock } from './clock.ts';
import type { Net, NetSettings } from './io.ts';

/**
 * No network at all: every port refuses, so that what a check says rests on the user's files alone.
 * `overlay` answers what those say of DNS.
 */
export function createNotLive({
	overlay = (ask) => ask,
	signal,
}: Pick<NetSettings, 'overlay' | 'signal'>): Net {
	// Every question that is on its way listens.
	setMaxListeners(0, signal);
	const refuse = () =>
		Promise.reject(new Unobserved('not-asked', 'it needs the network, which --no-live forbids'));
	return {
		vantage: { resolver: NOT_LIVE, node: process.versions.node, proxy: null },
		io: {
			dns: { ask: overlay(refuse) },
			http: { exchange: refuse },
			tls: { handshake: refuse, hello: refuse, roots: refuse },
			smtp: { session: refuse },
			timing: { series: refuse, addresses: refuse, lookups: refuse },
			clock: systemClock,
		},
		close: () => Promise.resolve(),
	};
}
