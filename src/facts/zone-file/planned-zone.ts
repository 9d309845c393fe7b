import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { GIVEN_BY_ZONE } from '../../core/io.ts';
import { lookup } from '../dns/dns.ts';
import { zoneOf } from '../dns/zone-of.ts';

/** Apex of the zone that the user's zone file holds for a name; `null` where the name is asked of DNS. */
export const plannedZone = defineDerivation({
	name: 'dns.planned-zone',
	params: z.object({ name: z.string() }),
	async derive({ name }, get): Promise<Fact<string | null>> {
		const zone = await get(zoneOf({ name }));
		if (zone.status !== 'known') return known(null);
		const answer = await get(lookup({ name: zone.value.name, type: 'SOA' }));
		const isGiven = answer.status === 'known' && answer.value.server === GIVEN_BY_ZONE;
		return known(isGiven ? zone.value.name : null);
	},
});
