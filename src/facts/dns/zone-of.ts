import { z } from 'zod';
import { defineDerivation, type Fact, known, unknown } from '../../core/fact.ts';
import type { DnsRecord } from '../../core/io.ts';
import { isWithin, parentOf } from './ancestry.ts';
import { lookup } from './dns.ts';

/** The zone that a name lives in, as the resolver sees it. */
export interface Zone {
	/** Its apex; the name itself or a parent of it. */
	readonly name: string;
	/** Host names of its NS records, sorted; empty where the resolver gives none. */
	readonly servers: readonly string[];
	/** Seconds left on the NS records in the resolver's cache. */
	readonly ttl: number | null;
}

/** Deeper than any name that DNS allows in practice. */
const MOST_LABELS = 32;

/**
 * Climbs to the SOA: an audited name need not be a zone of its own. A server that answers about a name
 * names the zone in the authority section, so one question is usually enough.
 */
export const zoneOf = defineDerivation({
	name: 'dns.zone-of',
	params: z.object({ name: z.string() }),
	async derive({ name }, get): Promise<Fact<Zone>> {
		let at = name;
		for (let climbed = 0; climbed < MOST_LABELS && at !== '.'; climbed++) {
			const soa = await get(lookup({ name: at, type: 'SOA' }));
			if (soa.status !== 'known') return soa;
			const { records, authority, chain } = soa.value;
			const apex = [...records, ...authority].find(
				({ type, owner }) => type === 'SOA' && isWithin(at, owner),
			);
			if (apex !== undefined && chain.length === 0) {
				const ns = await get(lookup({ name: apex.owner, type: 'NS' }));
				if (ns.status !== 'known') return ns;
				return known(zoneFrom(apex.owner, ns.value.records));
			}
			at = parentOf(at);
		}
		return unknown('inconclusive', `the resolver names no zone for ${name}`);
	},
});

function zoneFrom(name: string, records: readonly DnsRecord[]): Zone {
	const servers = records.flatMap(({ data }) =>
		data.type === 'NS' ? [data.target.toLowerCase()] : [],
	);
	const ttls = records.map(({ ttl }) => ttl);
	return { name, servers: servers.sort(), ttl: ttls.length > 0 ? Math.min(...ttls) : null };
}
