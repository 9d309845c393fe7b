import ipaddr from 'ipaddr.js';
import type { DnsAnswer, DnsRecord } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { EDGES } from '../web/platform-marks.ts';
import { recordContent } from '../zone/record-content.ts';
import { withDot } from './master-name.ts';
import { masterText } from './rdata.ts';
import { rdataFromText, type ZoneRecord } from './zone-file.ts';

/** What one server holds of a set. */
export type LiveView =
	/** It did not answer with authority. */
	| { readonly kind: 'unseen' }
	| { readonly kind: 'none' }
	/** Of the type asked, or the alias or zone cut that stands in their place. */
	| { readonly kind: 'records'; readonly records: readonly DnsRecord[] };

/** A server's answer about one name and type, as far as it tells what the zone holds there. */
export function liveView(answer: DnsAnswer | null, name: string, type: string): LiveView {
	if (answer === null) return { kind: 'unseen' };
	const { status, aa, chain, records, authority } = answer;
	if (status === 'referral') {
		const cut = authority.filter((one) => one.type === 'NS' && isWithin(name, one.owner));
		return cut.length > 0 ? { kind: 'records', records: cut } : { kind: 'unseen' };
	}
	if (!aa) return { kind: 'unseen' };
	const [alias] = chain;
	if (alias !== undefined) {
		const { owner, target, ttl } = alias;
		const data = { type: 'CNAME' as const, target };
		return { kind: 'records', records: [{ owner, type: 'CNAME', ttl, text: target, data }] };
	}
	if (status === 'ok')
		return { kind: 'records', records: records.filter((one) => one.type === type) };
	return status === 'nodata' || status === 'nxdomain' ? { kind: 'none' } : { kind: 'unseen' };
}

/** The content of a set as one text, whatever the order of its records. */
export function contentOf(records: readonly DnsRecord[]): string {
	return [...new Set(records.map(recordContent))].sort().join('\n');
}

/** A record of an answer as a zone file can hold it anywhere: all names whole. */
export function liveLine({ owner, ttl, type, text }: DnsRecord): string {
	const octets = rdataFromText(type, text);
	return `${withDot(owner)} ${ttl} IN ${type} ${octets === null ? text : masterText(type, octets)}`;
}

const CLOUDFLARE = (EDGES.find(({ name }) => name === 'Cloudflare')?.ranges ?? []).map((range) =>
	ipaddr.parseCIDR(range),
);

/** Every address is one that Cloudflare answers with for names that it proxies. */
export function areProxied(records: readonly DnsRecord[]): boolean {
	return (
		records.length > 0 &&
		records.every(({ data }) => 'address' in data && isCloudflare(data.address))
	);
}

function isCloudflare(text: string): boolean {
	const address = ipaddr.parse(text);
	return CLOUDFLARE.some(
		([net, bits]) => net.kind() === address.kind() && address.match(net, bits),
	);
}

/** Every intended record is there, and the provider has put others beside. */
export function includes(live: readonly DnsRecord[], intended: readonly ZoneRecord[]): boolean {
	const there = new Set(live.map(recordContent));
	return intended.every((record) => there.has(recordContent(record)));
}
