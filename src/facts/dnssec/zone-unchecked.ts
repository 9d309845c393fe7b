import type { GetFact } from '../../core/fact.ts';
import { isWithin, parentOf } from '../dns/ancestry.ts';
import { dnsAnswer } from '../dns/dns.ts';

/**
 * The zone that a name lives in, as the resolver sees it with checking disabled: one that fails
 * validation has to be found too. `null` where the resolver names none.
 */
export async function zoneUnchecked(name: string, get: GetFact): Promise<string | null> {
	for (let at = name; at !== '.'; at = parentOf(at)) {
		const answer = await get(dnsAnswer({ name: at, type: 'SOA', dnssec: true }));
		if (answer.status !== 'known') return null;
		const { status, records, authority, chain } = answer.value;
		if (!['ok', 'nodata', 'nxdomain'].includes(status)) return null;
		const apex = [...records, ...authority].find(
			({ type, owner }) => type === 'SOA' && isWithin(at, owner),
		);
		if (apex !== undefined && chain.length === 0) return apex.owner;
	}
	return null;
}
