import type { DnsAnswer } from '../../core/io.ts';
import { addressesIn } from './dns.ts';

/** A set that is kept for longer than this is no load balancer's choice of the moment, in seconds. */
const STEADY_TTL = 300;

/**
 * Whether two servers of a zone hold different data for a set. Order, letter case and TTL are no
 * difference. Addresses that change with the asker or the moment are none either: only steady sets
 * without a single address in common count.
 */
export function contradicts(one: DnsAnswer | null, other: DnsAnswer | null): boolean {
	if (one === null || other === null || !isLastWord(one) || !isLastWord(other)) return false;
	if (contentOf(one) === contentOf(other)) return false;
	const addresses = addressesIn(one);
	if (one.status !== 'ok' || other.status !== 'ok' || addresses.length === 0) return true;
	const ttls = [...one.records, ...other.records].map(({ ttl }) => ttl);
	if (Math.min(...ttls) <= STEADY_TTL) return false;
	return !addressesIn(other).some((address) => addresses.includes(address));
}

/** Only an answer or a denial with authority tells what a server holds. */
function isLastWord({ aa, status }: DnsAnswer): boolean {
	return aa && ['ok', 'nodata', 'nxdomain', 'cname-only'].includes(status);
}

function contentOf({ status, chain, records }: DnsAnswer): string {
	const aliases = chain.map(({ owner, target }) => `${owner} ${target}`.toLowerCase());
	// Free text alone has letters that mean something.
	const data = records.map(({ type, text }) =>
		type === 'TXT' || type === 'CAA' ? text : text.toLowerCase(),
	);
	const what = status === 'cname-only' || status === 'ok' ? 'ok' : status;
	return JSON.stringify([what, aliases, data.sort()]);
}
