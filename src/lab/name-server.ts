import { type Absent, proofOf } from './denial.ts';
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
	const authority: ResourceRecord[] = [];
	let zone = first;
	let name = question.name;
	for (let hops = 0; hops <= MAX_ALIASES; hops++) {
		const found = find(zone, name, question.type);
		const soFar = { zone, zones, name, answer, authority, question };
		if (found.kind !== 'alias') return concluded(found, soFar);
		const isLoop = answer.some(({ owner, type }) => type === TYPES.CNAME && same(owner, name));
		if (isLoop) return { ...EMPTY, answer, authority };
		answer.push(...signed(found, soFar));
		authority.push(...expansionProof(found, soFar));
		name = found.target;
		const next = zoneFor(zones, name, question.type);
		if (next === null) return { ...EMPTY, answer, authority };
		zone = next;
	}
	return { ...EMPTY, answer, authority };
}

interface SoFar {
	readonly zone: Zone;
	readonly zones: readonly Zone[];
	/** At the end of the aliases. */
	readonly name: Labels;
	readonly answer: readonly ResourceRecord[];
	readonly authority: readonly ResourceRecord[];
	readonly question: Question;
}

function concluded(found: Exclude<Found, { kind: 'alias' }>, soFar: SoFar): DnsReply {
	const { zone, zones, name, answer } = soFar;
	const authority = (more: readonly ResourceRecord[]) => [...soFar.authority, ...more];
	switch (found.kind) {
		case 'records':
			return {
				...EMPTY,
				answer: [...answer, ...signed(found, soFar)],
				authority: authority(expansionProof(found, soFar)),
				additional: addressesFor(found.records, zones),
			};
		case 'referral':
			return {
				...EMPTY,
				aa: answer.length > 0,
				answer,
				authority: authority([...found.ns, ...delegationProof(found.cut, soFar)]),
				additional: addressesFor(found.ns, [zone]),
			};
		case 'nodata': {
			const absent = { kind: 'type', name, wildcard: found.wildcard } as const;
			return { ...EMPTY, answer, authority: authority(absence(absent, soFar)) };
		}
		case 'nxdomain':
			return {
				...EMPTY,
				rcode: 'NXDOMAIN',
				answer,
				authority: authority(absence({ kind: 'name', name }, soFar)),
			};
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

/** The SOA, with the time for which the absence may be cached as its TTL (RFC 2308 §3), and the proof. */
function absence(absent: Absent, { zone, question }: SoFar): ResourceRecord[] {
	const soa = ofType(zone.node(zone.apex) ?? [], TYPES.SOA);
	const minimum = plainRdata(soa[0]?.rdata ?? []);
	const most = minimum.length < 4 ? 0 : minimum.readUInt32BE(minimum.length - 4);
	return [
		...[...soa, ...signatures(zone, soa, question)].map((record) => ({
			...record,
			ttl: Math.min(record.ttl, most),
		})),
		...proved(absent, zone, question),
	];
}

function proved(absent: Absent, zone: Zone, question: Question): ResourceRecord[] {
	if (!question.edns?.dnssecOk) return [];
	return proofOf(zone, absent).flatMap((record) => [
		record,
		...signatures(zone, [record], question),
	]);
}

/** That the name itself does not exist, where a wildcard stood in for it (RFC 4035 §3.1.3.3). */
function expansionProof({ wildcard }: Found, { zone, name, question }: SoFar): ResourceRecord[] {
	return wildcard === undefined ? [] : proved({ kind: 'exact', name }, zone, question);
}

/** The DS, or the proof that there is none (RFC 4035 §3.1.4). */
function delegationProof(cut: Labels, { zone, question }: SoFar): ResourceRecord[] {
	const ds = ofType(zone.node(cut) ?? [], TYPES.DS);
	if (ds.length > 0) return [...ds, ...signatures(zone, ds, question)];
	return proved({ kind: 'type', name: cut, wildcard: undefined }, zone, question);
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

/** Each set that was found, with the signatures that cover it. */
function signed(
	{ records, wildcard }: Extract<Found, { records: unknown }>,
	{ zone, question }: SoFar,
): ResourceRecord[] {
	if (question.type === TYPES.ANY || question.type === TYPES.RRSIG) return [...records];
	const types = [...new Set(records.map(({ type }) => type))];
	return types.flatMap((type) => {
		const set = ofType(records, type);
		return [...set, ...signatures(zone, set, question, wildcard)];
	});
}

/** RRSIG records of the zone that cover this set, where DNSSEC was asked for. */
function signatures(
	zone: Zone,
	[first]: readonly ResourceRecord[],
	{ edns }: Question,
	wildcard?: Labels,
): ResourceRecord[] {
	if (!edns?.dnssecOk || first === undefined) return [];
	const { owner, type } = first;
	return zone.signatures(wildcard ?? owner, type).map((record) => ({ ...record, owner }));
}

function same(a: Labels, b: Labels): boolean {
	return keyOf(a) === keyOf(b);
}
