import type { DnsQuery, DnsReply } from './dns-message.ts';
import { plainRdata } from './dns-message.ts';
import { isWithin, keyOf, type Labels } from './domain-name.ts';
import { type ResourceRecord, TYPES } from './record.ts';
import { type Found, find, ofType, targetOf, type Zone } from './zone.ts';

/** Longest chain of aliases that a server follows in one answer. */
const MAX_ALIASES = 16;

const EMPTY: DnsReply = {
	rcode: 'NOERROR',
	aa: true,
	ra: false,
	answer: [],
	authority: [],
	additional: [],
};

export const REFUSED: DnsReply = { ...EMPTY, rcode: 'REFUSED', aa: false };

type Question = Pick<DnsQuery, 'name' | 'type' | 'edns'>;

/** What a server that holds these zones, and no others, answers (RFC 1034 §4.3.2, RFC 2308). */
export function authoritativeAnswer(zones: readonly Zone[], question: Question): DnsReply {
	const first = zoneFor(zones, question.name, question.type);
	if (first === null) return REFUSED;
	const answer: ResourceRecord[] = [];
	let zone = first;
	let name = question.name;
	for (let hops = 0; hops <= MAX_ALIASES; hops++) {
		const found = find(zone, name, question.type);
		if (found.kind !== 'alias') return concluded(found, { zone, zones, answer, question });
		const isLoop = answer.some(({ owner, type }) => type === TYPES.CNAME && same(owner, name));
		if (isLoop) return { ...EMPTY, answer };
		answer.push(...found.records);
		name = found.target;
		const next = zoneFor(zones, name, question.type);
		if (next === null) return { ...EMPTY, answer };
		zone = next;
	}
	return { ...EMPTY, answer };
}

interface SoFar {
	readonly zone: Zone;
	readonly zones: readonly Zone[];
	readonly answer: readonly ResourceRecord[];
	readonly question: Question;
}

function concluded(found: Exclude<Found, { kind: 'alias' }>, soFar: SoFar): DnsReply {
	const { zone, zones, answer, question } = soFar;
	switch (found.kind) {
		case 'records': {
			const records = [...found.records, ...signatures(zone, found.records, question)];
			return {
				...EMPTY,
				answer: [...answer, ...records],
				additional: addressesFor(found.records, zones),
			};
		}
		case 'referral':
			return {
				...EMPTY,
				aa: answer.length > 0,
				answer,
				authority: [...found.ns, ...ofType(zone.node(found.cut) ?? [], TYPES.DS)],
				additional: addressesFor(found.ns, [zone]),
			};
		case 'nodata':
			return { ...EMPTY, answer, authority: absence(zone) };
		case 'nxdomain':
			return { ...EMPTY, rcode: 'NXDOMAIN', answer, authority: absence(zone) };
	}
}

/** The longest zone; a DS belongs to the parent's side of the cut (RFC 4035 §3.1.4.1). */
function zoneFor(zones: readonly Zone[], name: Labels, type: number): Zone | null {
	const holding = zones
		.filter(({ apex }) => isWithin(name, apex))
		.sort((a, b) => b.apex.length - a.apex.length);
	const [deepest, above] = holding;
	const isCut = type === TYPES.DS && deepest !== undefined && same(deepest.apex, name);
	return (isCut ? above : undefined) ?? deepest ?? null;
}

/** The SOA, with the time for which the absence may be cached as its TTL (RFC 2308 §3). */
function absence(zone: Zone): ResourceRecord[] {
	return ofType(zone.node(zone.apex) ?? [], TYPES.SOA).map((soa) => {
		const minimum = plainRdata(soa.rdata).readUInt32BE(plainRdata(soa.rdata).length - 4);
		return { ...soa, ttl: Math.min(soa.ttl, minimum) };
	});
}

/** Addresses of the hosts that the records name, as far as these zones know them. */
function addressesFor(
	records: readonly ResourceRecord[],
	zones: readonly Zone[],
): ResourceRecord[] {
	const hosts = records
		.filter(({ type }) => type === TYPES.NS || type === TYPES.MX)
		.flatMap((record) => [targetOf(record) ?? []]);
	const unique = [...new Map(hosts.map((host) => [keyOf(host), host])).values()];
	return unique.flatMap((host) => {
		const holding = zones.find(
			(zone) => isWithin(host, zone.apex) && zone.node(host) !== undefined,
		);
		const here = holding?.node(host) ?? [];
		return [...ofType(here, TYPES.A), ...ofType(here, TYPES.AAAA)];
	});
}

/** RRSIG records of the zone that cover these, where DNSSEC was asked for. */
function signatures(
	zone: Zone,
	records: readonly ResourceRecord[],
	{ edns, type }: Question,
): ResourceRecord[] {
	const [first] = records;
	if (!edns?.dnssecOk || first === undefined || type === TYPES.RRSIG) return [];
	return ofType(zone.node(first.owner) ?? [], TYPES.RRSIG).filter(
		({ rdata }) => plainRdata(rdata).readUInt16BE(0) === first.type,
	);
}

function same(a: Labels, b: Labels): boolean {
	return keyOf(a) === keyOf(b);
}
