import type { DnsAnswer, DnsRecord } from '../../core/io.ts';
import { RECORD_TYPES } from '../../core/record-types.ts';
import { isWithin } from '../dns/ancestry.ts';
import { labelsOf, wireOf } from '../dns/labels.ts';
import { type Verification, verifySignature } from './dnssec-crypto.ts';
import { type Denied, type Proof, proveAbsence, type Witnesses } from './dnssec-denial.ts';
import { type Dnskey, type Rrsig, readNsec, readNsec3, readRrsig } from './dnssec-records.ts';

/** A signature as it was served; whether it is in time is for whoever knows the moment. */
export interface SeenSignature {
	readonly keyTag: number;
	readonly algorithm: number;
	/** Seconds since 1970 modulo 2^32. */
	readonly inception: number;
	readonly expiration: number;
	/** `no-key`: no published key has its tag and algorithm. */
	readonly result: Verification | 'no-key';
	/** RDATA of the key that verified it, hex; `null` where none did. */
	readonly key: string | null;
}

/** One record set of an answer, with what covers it. */
export interface SeenSet {
	readonly owner: string;
	readonly type: string;
	readonly signatures: readonly SeenSignature[];
}

/** An absence that an answer claims. */
export interface SeenDenial {
	readonly name: string;
	readonly type: string;
	readonly kind: Denied['kind'];
	/** By the records whose signatures verify, whatever the time. */
	readonly proof: Proof;
	/** The NSEC and NSEC3 records that came with it. */
	readonly sets: readonly SeenSet[];
}

export interface SignedAnswer {
	readonly sets: readonly SeenSet[];
	readonly denials: readonly SeenDenial[];
}

const NOTHING: SignedAnswer = { sets: [], denials: [] };

/**
 * Of one set, and of keys that share a tag: so many signatures are checked. Real zones have one or two;
 * a zone made to cost its validators dear has hundreds (CVE-2023-50387).
 */
const MOST_SIGNATURES = 16;
const MOST_KEYS_OF_A_TAG = 4;

/** What is asked of a server for the zone, and the keys that may sign it. */
export interface Zonewise {
	readonly zone: string;
	readonly keys: readonly Dnskey[];
}

/**
 * Every set of the zone in an answer with its signatures verified, and every absence with its proof.
 * Sets of other zones on the same server are passed over; so are aliases made from a DNAME, which
 * nobody signs (RFC 6672 §5.3.1).
 */
export function readSigned(
	asked: { readonly name: string; readonly type: string },
	answer: DnsAnswer,
	{ zone, keys }: Zonewise,
): SignedAnswer {
	const signatures = signaturesIn(answer);
	if (signatures.some(({ data }) => data.covers === RECORD_TYPES['DNAME'])) return NOTHING;
	const groups = groupsIn(answer).filter(
		({ owner, type }) =>
			isWithin(owner, zone) && !isSignedElsewhere({ owner, type }, signatures, zone),
	);
	const sets = groups.map((group) => seen(group, signatures, { zone, keys }));
	const denials = [
		...groups.flatMap((group) => wildcardIn(group, answer, { zone, keys })),
		...absenceIn(asked, answer, { zone, keys }),
	];
	return { sets, denials };
}

interface Group {
	readonly owner: string;
	readonly type: string;
	readonly wires: readonly string[];
}

interface OwnedRrsig {
	readonly owner: string;
	readonly data: Rrsig;
}

function signaturesIn({ additional, authority }: DnsAnswer): readonly OwnedRrsig[] {
	return [...additional, ...authority].flatMap(({ owner, type, wire }) => {
		const data = type === 'RRSIG' && wire !== undefined ? readRrsig(wire) : null;
		return data === null ? [] : [{ owner, data }];
	});
}

/** The aliases on the way, each a set of one, and the records at their end. */
function groupsIn({ chain, records }: DnsAnswer): readonly Group[] {
	const aliases = chain.flatMap(({ owner, target }): readonly Group[] => {
		const labels = labelsOf(target);
		return labels === null
			? []
			: [{ owner, type: 'CNAME', wires: [wireOf(labels).toString('hex')] }];
	});
	return [...aliases, ...grouped(records)];
}

function grouped(records: readonly DnsRecord[]): readonly Group[] {
	const groups = new Map<string, { owner: string; type: string; wires: string[] }>();
	for (const { owner, type, wire } of records) {
		if (wire === undefined) continue;
		const group = groups.get(`${owner} ${type}`) ?? { owner, type, wires: [] };
		group.wires.push(wire);
		groups.set(`${owner} ${type}`, group);
	}
	return [...groups.values()];
}

/** Only zones below sign it: the same server holds them too. */
function isSignedElsewhere(
	{ owner, type }: Pick<Group, 'owner' | 'type'>,
	signatures: readonly OwnedRrsig[],
	zone: string,
): boolean {
	const over = coveringIn({ owner, type }, signatures);
	return over.length > 0 && over.every(({ signer }) => signer !== zone && isWithin(signer, zone));
}

function coveringIn(
	{ owner, type }: Pick<Group, 'owner' | 'type'>,
	signatures: readonly OwnedRrsig[],
): readonly Rrsig[] {
	const number = RECORD_TYPES[type];
	return signatures
		.filter((one) => one.owner === owner && one.data.covers === number)
		.map(({ data }) => data);
}

function seen(group: Group, signatures: readonly OwnedRrsig[], { zone, keys }: Zonewise): SeenSet {
	const { owner, type } = group;
	const over = coveringIn(group, signatures).slice(0, MOST_SIGNATURES);
	return { owner, type, signatures: over.map((one) => checked(group, one, { zone, keys })) };
}

/** A tag is no name: each key that has it is tried (RFC 4034 Appendix B). */
function checked(
	{ owner, type, wires }: Group,
	rrsig: Rrsig,
	{ zone, keys }: Zonewise,
): SeenSignature {
	const { keyTag, algorithm, inception, expiration } = rrsig;
	const basics = { keyTag, algorithm, inception, expiration };
	const named = keys.filter((key) => key.keyTag === keyTag && key.algorithm === algorithm);
	if (named.length === 0) return { ...basics, result: 'no-key', key: null };
	if (rrsig.signer !== zone) return { ...basics, result: 'invalid', key: null };
	const set = { owner, type: RECORD_TYPES[type] ?? 0, wires };
	const tried = named.slice(0, MOST_KEYS_OF_A_TAG);
	const results = tried.map((key) => ({ key, result: verifySignature(set, rrsig, key) }));
	const valid = results.find(({ result }) => result === 'valid');
	if (valid !== undefined) return { ...basics, result: 'valid', key: valid.key.wire };
	const isCut = tried.length < named.length;
	const isUnsure = isCut || results.some(({ result }) => result === 'unsupported');
	return { ...basics, result: isUnsure ? 'unsupported' : 'invalid', key: null };
}

// ── Absence ──────────────────────────────────────────────────────────────────────────────────────

/** An answer made from a wildcard must show that nothing closer exists (RFC 4035 §5.3.4). */
function wildcardIn(group: Group, answer: DnsAnswer, zonewise: Zonewise): readonly SeenDenial[] {
	const labels = labelsOf(group.owner);
	const [first] = coveringIn(group, signaturesIn(answer));
	if (labels === null || first === undefined || labels[0]?.toString('latin1') === '*') return [];
	if (first.labels >= labels.length) return [];
	const { owner: name, type } = group;
	return [denialOf({ name, type, kind: 'wildcard', encloser: first.labels }, answer, zonewise)];
}

function absenceIn(
	asked: { readonly name: string; readonly type: string },
	answer: DnsAnswer,
	zonewise: Zonewise,
): readonly SeenDenial[] {
	const { status, chain, authority } = answer;
	if (status !== 'nxdomain' && status !== 'nodata') return [];
	const name = chain.at(-1)?.target ?? asked.name;
	const isOurs = authority.some(({ type, owner }) => type === 'SOA' && owner === zonewise.zone);
	if (!isOurs || !isWithin(name, zonewise.zone)) return [];
	return [denialOf({ name, type: asked.type, kind: status }, answer, zonewise)];
}

function denialOf(
	claim: Pick<SeenDenial, 'name' | 'type' | 'kind'> & { readonly encloser?: number },
	answer: DnsAnswer,
	zonewise: Zonewise,
): SeenDenial {
	const { name, type, kind, encloser } = claim;
	const signatures = signaturesIn(answer);
	const records = answer.authority.filter((one) => one.type === 'NSEC' || one.type === 'NSEC3');
	const sets = grouped(records).map((group) => seen(group, signatures, zonewise));
	const usable = new Set(
		sets
			.filter((set) =>
				set.signatures.some((one) => one.result === 'valid' || one.result === 'unsupported'),
			)
			.map((set) => `${set.owner} ${set.type}`),
	);
	const trusted = records.filter((one) => usable.has(`${one.owner} ${one.type}`));
	const denied = { zone: zonewise.zone, name, type: RECORD_TYPES[type] ?? 0, kind, encloser };
	const proof = proveAbsence(denied, witnessesIn(trusted));
	const isUnsigned = records.length > 0 && trusted.length === 0;
	const detail = 'the signatures of its NSEC or NSEC3 records are missing or do not verify';
	return { name, type, kind, sets, proof: isUnsigned ? { outcome: 'faulty', detail } : proof };
}

function witnessesIn(records: readonly DnsRecord[]): Witnesses {
	return {
		nsec: records.flatMap(({ owner, type, wire = '' }) => {
			const data = type === 'NSEC' ? readNsec(wire) : null;
			return data === null ? [] : [{ owner, data }];
		}),
		nsec3: records.flatMap(({ owner, type, wire = '' }) => {
			const data = type === 'NSEC3' ? readNsec3(wire) : null;
			return data === null ? [] : [{ owner, data }];
		}),
	};
}
