import ipaddr from 'ipaddr.js';
import { byCanonicalOrder } from './canonical-form.ts';
import { plainRdata } from './dns-message.ts';
import { isWithin, keyOf, type Labels, nameOf } from './domain-name.ts';
import { type ResourceRecord, TYPES } from './record.ts';

export interface Zone {
	readonly apex: Labels;
	readonly records: readonly ResourceRecord[];
	/** Records at exactly this name; `undefined` where there is no node, empty for a mere ancestor. */
	node(labels: Labels): readonly ResourceRecord[] | undefined;
	/** RRSIG records that stand at this name and cover this type. */
	signatures(labels: Labels, type: number): readonly ResourceRecord[];
	readonly denial: {
		/** NSEC or NSEC3 records in canonical order. */
		readonly chain: readonly ResourceRecord[];
		/** `wrong` proves something else. */
		readonly fault: 'absent' | 'wrong' | undefined;
	};
}

/** What a zone holds for one name and type, before aliases are followed. */
export type Found = (
	| { readonly kind: 'records'; readonly records: readonly ResourceRecord[] }
	| {
			readonly kind: 'alias';
			readonly records: readonly ResourceRecord[];
			readonly target: Labels;
	  }
	| { readonly kind: 'referral'; readonly cut: Labels; readonly ns: readonly ResourceRecord[] }
	| { readonly kind: 'nodata' }
	| { readonly kind: 'nxdomain' }
) & {
	/** Stood in for the name. */
	readonly wildcard?: Labels;
};

export function createZone(
	apex: Labels,
	records: readonly ResourceRecord[],
	denialFault?: Zone['denial']['fault'],
): Zone {
	const nodes = new Map<string, ResourceRecord[]>();
	const signatures = new Map<string, ResourceRecord[]>();
	for (const record of records) {
		if (!isWithin(record.owner, apex)) {
			throw new RangeError(`${nameOf(record.owner)} is outside the zone ${nameOf(apex)}`);
		}
		const covered = coveredBy(record);
		if (covered !== null) {
			const set = `${keyOf(record.owner)} ${covered}`;
			signatures.set(set, [...(signatures.get(set) ?? []), record]);
		}
		// They stand at no name that can be asked for (RFC 5155 §7.2.8).
		if ((covered ?? record.type) === TYPES.NSEC3) continue;
		const key = keyOf(record.owner);
		nodes.set(key, [...(nodes.get(key) ?? []), record]);
		for (let depth = 1; depth < record.owner.length - apex.length + 1; depth++) {
			const ancestor = keyOf(record.owner.slice(depth));
			if (!nodes.has(ancestor)) nodes.set(ancestor, []);
		}
	}
	return {
		apex,
		records,
		node: (labels) => nodes.get(keyOf(labels)),
		signatures: (labels, type) => signatures.get(`${keyOf(labels)} ${type}`) ?? [],
		denial: { chain: chainOf(records), fault: denialFault },
	};
}

/** The type that an RRSIG covers; `null` for other records. */
function coveredBy({ type, rdata }: ResourceRecord): number | null {
	return type === TYPES.RRSIG ? plainRdata(rdata).readUInt16BE(0) : null;
}

function chainOf(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
	const hashed = ofType(records, TYPES.NSEC3);
	const chain = hashed.length > 0 ? hashed : ofType(records, TYPES.NSEC);
	return chain.sort((a, b) => byCanonicalOrder(a.owner, b.owner));
}

export function ofType(records: readonly ResourceRecord[], type: number): ResourceRecord[] {
	return records.filter((record) => record.type === type);
}

/**
 * RFC 1034 §4.3.2, RFC 4592 (wildcards), RFC 6672 (DNAME). Where a name has a CNAME and the type
 * asked, which no zone may have, the type asked is given, as several hosted services do.
 */
export function find(zone: Zone, name: Labels, type: number): Found {
	const top = name.length - zone.apex.length;
	for (let depth = top; depth >= 0; depth--) {
		const passed = passing(zone, name.slice(depth), { name, type, isApex: depth === top });
		if (passed !== null) return passed;
	}
	const exact = zone.node(name);
	if (exact !== undefined) return at(exact, type);
	const wildcard = wildcardFor(zone, name);
	const there = wildcard === null ? undefined : zone.node(wildcard);
	if (wildcard === null || there === undefined) return { kind: 'nxdomain' };
	const here = there.map((record) => ({ ...record, owner: name }));
	return { ...at(here, type), wildcard };
}

/** A zone cut or DNAME on the way down to the name. */
function passing(
	zone: Zone,
	at: Labels,
	asked: { readonly name: Labels; readonly type: number; readonly isApex: boolean },
): Found | null {
	const here = zone.node(at) ?? [];
	const isLast = at.length === asked.name.length;
	const ns = ofType(here, TYPES.NS);
	if (!asked.isApex && ns.length > 0 && !(isLast && asked.type === TYPES.DS)) {
		return { kind: 'referral', cut: at, ns };
	}
	const [dname] = isLast ? [] : ofType(here, TYPES.DNAME);
	return dname === undefined ? null : redirected(dname, asked.name);
}

function redirected(dname: ResourceRecord, name: Labels): Found {
	const target = [...name.slice(0, name.length - dname.owner.length), ...(targetOf(dname) ?? [])];
	const cname: ResourceRecord = {
		owner: name,
		type: TYPES.CNAME,
		ttl: dname.ttl,
		rdata: [{ name: target, compress: true }],
	};
	return { kind: 'alias', records: [dname, cname], target };
}

function at(here: readonly ResourceRecord[], type: number): Found {
	const wanted = type === TYPES.ANY ? here : ofType(here, type);
	if (wanted.length > 0) return { kind: 'records', records: wanted };
	const aliases = ofType(here, TYPES.CNAME);
	const [first] = aliases;
	const target = first === undefined ? null : targetOf(first);
	if (target === null) return { kind: 'nodata' };
	return { kind: 'alias', records: aliases, target };
}

/** At the closest encloser only (RFC 4592 §3.3.1). */
function wildcardFor(zone: Zone, name: Labels): Labels | null {
	for (let depth = 1; depth <= name.length - zone.apex.length; depth++) {
		const encloser = name.slice(depth);
		if (zone.node(encloser) !== undefined) return ['*', ...encloser];
	}
	return null;
}

/** The name that the RDATA of an NS, CNAME, DNAME or MX ends with. */
export function targetOf({ rdata }: ResourceRecord): Labels | null {
	const last = rdata.at(-1);
	return last === undefined || Buffer.isBuffer(last) ? null : last.name;
}

/** What an A or AAAA record holds; `null` for other types. */
export function addressOfRecord({ type, rdata }: ResourceRecord): string | null {
	const [data] = rdata;
	if ((type !== TYPES.A && type !== TYPES.AAAA) || !Buffer.isBuffer(data)) return null;
	return ipaddr.fromByteArray([...data]).toString();
}
