import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { dnsAnswer } from '../dns/dns.ts';
import { readDs } from '../dnssec/dnssec-records.ts';
import { delegation } from '../zone/delegation.ts';
import type { RegisteredDs } from './rdap-domain.ts';

/** The delegation signers in the parent zone. */
export interface ParentDs {
	/** Address of the parent's server that gave them. */
	readonly server: string;
	readonly ds: readonly RegisteredDs[];
	/** Seconds; `null` without any. */
	readonly ttl: number | null;
}

/** The parent's servers are asked in order until one answers with authority. */
export const parentDs = defineDerivation({
	name: 'domain.parent-ds',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<ParentDs>> {
		const led = await get(delegation({ name: domain }));
		if (led.status !== 'known') return led;
		for (const { server } of led.value.views) {
			const answer = await answerFrom(server, domain, get);
			if (answer !== null) return known(heldIn(server, answer));
		}
		return unknown('inconclusive', `no server of ${led.value.parent} answers about the DS records`);
	},
});

async function answerFrom(server: string, domain: string, get: GetFact): Promise<DnsAnswer | null> {
	const fact = await get(dnsAnswer({ name: domain, type: 'DS', server, dnssec: true }));
	if (fact.status !== 'known') return null;
	const { aa, status } = fact.value;
	return aa && (status === 'ok' || status === 'nodata') ? fact.value : null;
}

function heldIn(server: string, { records }: DnsAnswer): ParentDs {
	const all = records.filter(({ type }) => type === 'DS');
	const ds = all.flatMap(({ wire }) => {
		const read = wire === undefined ? null : readDs(wire);
		return read === null ? [] : [{ ...read, digest: read.digest.toUpperCase() }];
	});
	const ttls = all.map(({ ttl }) => ttl);
	return { server, ds, ttl: ttls.length > 0 ? Math.min(...ttls) : null };
}
