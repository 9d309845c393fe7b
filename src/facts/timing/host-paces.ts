import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import type { AddressTiming } from '../../core/io.ts';
import { addressSurvey } from '../dns/address-survey.ts';
import { addressTiming } from './timing.ts';
import { nearestRank } from './timing-statistics.ts';

/** How one address of a host answers. Times are medians, in milliseconds. */
export interface Pace {
	readonly address: string;
	readonly family: 4 | 6;
	readonly tries: number;
	/** Tries in which a TCP connection came about. */
	readonly connected: number;
	/** `null` where none did. */
	readonly connect: number | null;
	/** From the begin of the connection to the last byte; `null` where nothing answered. */
	readonly took: number | null;
	/** Of the first try that failed. */
	readonly why: string;
}

export interface HostPaces {
	/** Empty where there are less than two addresses that can be compared. */
	readonly paces: readonly Pace[];
	/** Of the address records, in seconds. */
	readonly ttl: number | null;
	/** Whether anything at all answers over IPv6 from here; `null` where nobody had to know. */
	readonly v6Works: boolean | null;
}

const ROUNDS = 10;
const MOST_OF_A_FAMILY = 3;

/** The same request to each address of a host in turn. */
export const hostPaces = defineDerivation({
	name: 'timing.host-paces',
	lane: 'quiet',
	params: z.object({ host: z.string(), url: z.string() }),
	async derive({ host, url }, get): Promise<Fact<HostPaces>> {
		const survey = await get(addressSurvey({ host }));
		if (survey.status !== 'known') return survey;
		const { addresses, ttl, works } = survey.value;
		const usable = addresses.filter((one) => one.usable);
		const chosen = ([4, 6] as const).flatMap((family) =>
			usable.filter((one) => one.family === family).slice(0, MOST_OF_A_FAMILY),
		);
		if (chosen.length < 2) return known({ paces: [], ttl, v6Works: works.v6 });
		const timed = await get(
			addressTiming({ url, addresses: chosen.map(({ address }) => address), rounds: ROUNDS }),
		);
		if (timed.status !== 'known') return timed;
		return known({ paces: timed.value.addresses.map(paceOf), ttl, v6Works: works.v6 });
	},
});

const AT_CONNECT: ReadonlySet<string> = new Set(['refused', 'unreachable', 'reset', 'silent']);

function paceOf({ address, samples }: AddressTiming['addresses'][number]): Pace {
	const answered = samples.filter(({ status }) => status > 0);
	const connected = samples.filter(
		({ status, tlsMs, fault, firstByteMs }) =>
			status > 0 || tlsMs > 0 || firstByteMs > 0 || !AT_CONNECT.has(fault),
	);
	return {
		address,
		family: address.includes(':') ? 6 : 4,
		tries: samples.length,
		connected: connected.length,
		connect: middle(answered.map(({ connectMs }) => connectMs)),
		took: middle(answered.map(({ tookMs }) => tookMs)),
		why: samples.find(({ failure }) => failure !== '')?.failure ?? '',
	};
}

function middle(values: readonly number[]): number | null {
	return nearestRank(
		values.toSorted((a, b) => a - b),
		0.5,
	);
}
