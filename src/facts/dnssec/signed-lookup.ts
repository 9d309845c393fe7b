import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { dnsAnswer } from '../dns/dns.ts';
import { readSigned, type SeenSet, type SeenSignature } from './dnssec-answer.ts';
import { matchesKey } from './dnssec-crypto.ts';
import { type Dnskey, readDnskey, readDs, readRrsig } from './dnssec-records.ts';
import { zoneUnchecked } from './zone-unchecked.ts';

/** RFC 4035 §4.3, with `unclear` where from here nobody can tell. */
export type Security = 'secure' | 'insecure' | 'bogus' | 'unclear';

/** An answer of the recursive resolver, and whether a client that validates may believe it. */
export interface SignedLookup {
	/** As everybody is answered. */
	readonly answer: DnsAnswer;
	readonly security: Security;
	/** In words, for evidence. */
	readonly detail: string;
	/**
	 * When the signatures hold that our own reading rests on; empty where the resolver vouches. Whoever
	 * knows the moment has to look.
	 */
	readonly periods: readonly { readonly inception: number; readonly expiration: number }[];
}

/** Zones between a name and the root, and behind aliases. Real chains have five. */
const MOST_ZONES = 12;
/** RFC 4034 §2.1, §2.1.1; RFC 5011 §7. */
const ZONE_KEY = 0x100;
const REVOKED = 0x80;

/**
 * One question as everybody asks it, and once more for its signatures. The resolver's word (AD) counts
 * where its own signatures do not contradict it. Where it gives none, the signatures are followed up
 * to the root, unless it does vouch for the root: then it has already judged. Two questions, and two
 * more for each zone that is followed.
 */
export const signedLookup = defineDerivation({
	name: 'dns.signed-lookup',
	params: z.object({ name: z.string(), type: z.string() }),
	async derive({ name, type }, get): Promise<Fact<SignedLookup>> {
		const [plain, signed] = await Promise.all([
			get(dnsAnswer({ name, type })),
			get(dnsAnswer({ name, type, dnssec: true })),
		]);
		if (plain.status !== 'known') return plain;
		const { status } = plain.value;
		if (status === 'servfail' || status === 'no-response' || status === 'connection-refused') {
			const unchecked = signed.status === 'known' ? signed.value.status : 'unknown';
			const isBogus = status === 'servfail' && SAID.has(unchecked);
			return known({
				answer: plain.value,
				security: isBogus ? 'bogus' : 'unclear',
				detail: isBogus
					? 'the resolver answers only with checking disabled'
					: `${name} ${type}: ${status.replaceAll('-', ' ')}`,
				periods: [],
			});
		}
		if (signed.status !== 'known') return signed;
		const own = await readOurselves({ name, type }, signed.value, get);
		return known({ answer: plain.value, ...(await judged(plain.value, own, get)) });
	},
});

const SAID: ReadonlySet<string> = new Set(['ok', 'nodata', 'nxdomain', 'cname-only']);

type Judged = Omit<SignedLookup, 'answer'>;

async function judged(answer: DnsAnswer, own: Own, get: GetFact): Promise<Judged> {
	if (answer.ad) {
		return own.kind === 'invalid'
			? {
					security: 'unclear',
					detail: `the resolver vouches for it, but ${own.detail}`,
					periods: [],
				}
			: { security: 'secure', detail: 'the resolver validated it (AD)', periods: [] };
	}
	if (own.kind === 'unsigned') return { security: 'insecure', detail: own.detail, periods: [] };
	const root = await get(dnsAnswer({ name: '.', type: 'SOA' }));
	if (root.status === 'known' && root.value.ad) {
		const detail =
			'the resolver validates, and does not vouch for it: the chain from the root is broken';
		return { security: 'insecure', detail, periods: [] };
	}
	if (own.kind === 'unsupported') {
		return { security: 'unclear', detail: own.detail, periods: [] };
	}
	const above = await climb(own.zones, get);
	if (above.kind !== 'complete') {
		const security = above.kind === 'unsigned' ? 'insecure' : 'unclear';
		return { security, detail: above.detail, periods: [] };
	}
	const periods = [...own.periods, ...above.periods];
	return own.kind === 'valid'
		? { security: 'secure', detail: 'its signatures lead up to the root', periods }
		: { security: 'bogus', detail: own.detail, periods };
}

// ── The answer itself ────────────────────────────────────────────────────────────────────────────

interface Period {
	readonly inception: number;
	readonly expiration: number;
}

interface Own {
	readonly kind: 'valid' | 'invalid' | 'unsigned' | 'unsupported';
	readonly detail: string;
	/** Whose keys sign it. */
	readonly zones: readonly string[];
	readonly periods: readonly Period[];
}

async function readOurselves(
	asked: { readonly name: string; readonly type: string },
	answer: DnsAnswer,
	get: GetFact,
): Promise<Own> {
	const zones = signersIn(answer);
	const nothing = { zones, periods: [] };
	if (zones.length === 0) return withoutSignatures(asked, answer, get);
	const hasDname = [...answer.additional, ...answer.authority].some(({ type }) => type === 'DNAME');
	if (hasDname) return { ...nothing, kind: 'unsupported', detail: 'a DNAME is on the way' };
	const readings = await Promise.all(
		zones.map(async (zone) => {
			const { keys } = await keysOf(zone, get);
			return readSigned(asked, answer, { zone, keys });
		}),
	);
	const sets = readings.flatMap(({ sets: seen }) => seen);
	const denials = readings.flatMap((reading) => reading.denials);
	const wanted = setsWanted(answer);
	const states = wanted.map((one) => ({ one, state: stateOf(one, sets) }));
	const failed = states.find(({ state }) => state !== 'valid');
	if (failed !== undefined) {
		const kind = failed.state === 'unsupported' ? 'unsupported' : 'invalid';
		return { ...nothing, kind, detail: `no signature over ${failed.one} verifies` };
	}
	const isAbsent = answer.status !== 'ok';
	const proofs = denials.map(({ proof }) => proof);
	const unproved = proofs.find(({ outcome }) => outcome !== 'proved');
	if (unproved !== undefined || (isAbsent && proofs.length === 0)) {
		const kind = unproved?.outcome === 'unsupported' ? 'unsupported' : 'invalid';
		const why = unproved?.detail ?? 'no record of the zone denies it';
		return { ...nothing, kind, detail: `the proof that nothing is there is faulty: ${why}` };
	}
	const periods = sets.flatMap(({ signatures }) => signatures.filter(isValid));
	return { kind: 'valid', detail: '', zones, periods };
}

const isValid = ({ result }: SeenSignature) => result === 'valid';

/** The aliases on the way and the records at their end, as `owner TYPE`. */
function setsWanted({ chain, records }: DnsAnswer): readonly string[] {
	return [
		...new Set([
			...chain.map(({ owner }) => `${owner} CNAME`),
			...records.map(({ owner, type }) => `${owner} ${type}`),
		]),
	];
}

function stateOf(wanted: string, sets: readonly SeenSet[]): 'valid' | 'invalid' | 'unsupported' {
	const over = sets
		.filter(({ owner, type }) => `${owner} ${type}` === wanted)
		.flatMap(({ signatures }) => signatures);
	if (over.some(isValid)) return 'valid';
	return over.some(({ result }) => result === 'unsupported') ? 'unsupported' : 'invalid';
}

function signersIn({ additional, authority }: DnsAnswer): readonly string[] {
	const signers = [...additional, ...authority].flatMap(({ type, wire }) => {
		const rrsig = type === 'RRSIG' && wire !== undefined ? readRrsig(wire) : null;
		return rrsig === null ? [] : [rrsig.signer];
	});
	return [...new Set(signers)].slice(0, MOST_ZONES);
}

/** The zone above has no DS, or the signatures were taken out on the way. */
async function withoutSignatures(
	{ name }: { readonly name: string },
	{ chain, authority }: DnsAnswer,
	get: GetFact,
): Promise<Own> {
	const end = chain.at(-1)?.target ?? name;
	const zone =
		authority.find(({ type, owner }) => type === 'SOA' && isWithin(end, owner))?.owner ??
		(await zoneUnchecked(end, get));
	const nothing = { zones: [], periods: [] };
	if (zone === null)
		return { ...nothing, kind: 'unsupported', detail: `the zone of ${end} is not known` };
	const ds = await get(dnsAnswer({ name: zone, type: 'DS', dnssec: true }));
	if (ds.status !== 'known' || !SAID.has(ds.value.status)) {
		return { ...nothing, kind: 'unsupported', detail: `the DS of ${zone} could not be looked up` };
	}
	return ds.value.records.length === 0
		? { ...nothing, kind: 'unsigned', detail: `${zone} has no DS, so it is not signed` }
		: { ...nothing, kind: 'unsupported', detail: `signatures of ${zone} do not reach us` };
}

// ── The zones above ──────────────────────────────────────────────────────────────────────────────

interface Keys {
	readonly keys: readonly Dnskey[];
	/** The answer that they came in. */
	readonly answer: DnsAnswer | null;
}

/** The keys that may sign the zone (RFC 4034 §2.1.1), as the resolver has them. */
async function keysOf(zone: string, get: GetFact): Promise<Keys> {
	const fact = await get(dnsAnswer({ name: zone, type: 'DNSKEY', dnssec: true }));
	if (fact.status !== 'known') return { keys: [], answer: null };
	const keys = fact.value.records.flatMap(({ wire }) => {
		const key = wire === undefined ? null : readDnskey(wire);
		const isSigning =
			key !== null && key.protocol === 3 && (key.flags & (ZONE_KEY | REVOKED)) === ZONE_KEY;
		return isSigning ? [key] : [];
	});
	return { keys, answer: fact.value };
}

type Above =
	| { readonly kind: 'complete'; readonly periods: readonly Period[] }
	| { readonly kind: 'unsigned' | 'unclear'; readonly detail: string };

/** From zones up to the root: keys that a DS names, and a DS that the parent signs. */
async function climb(zones: readonly string[], get: GetFact): Promise<Above> {
	const done = new Set<string>();
	const periods: Period[] = [];
	for (let open = [...zones]; open.length > 0; ) {
		const zone = open.shift();
		if (zone === undefined || done.has(zone)) continue;
		if (done.size >= MOST_ZONES) return { kind: 'unclear', detail: 'too many zones on the way' };
		done.add(zone);
		const step = await stepUp(zone, get);
		if (step.kind !== 'signed') return step;
		periods.push(...step.periods);
		open = [...open, ...step.parents];
	}
	return { kind: 'complete', periods };
}

type Step =
	| {
			readonly kind: 'signed';
			readonly parents: readonly string[];
			readonly periods: readonly Period[];
	  }
	| Exclude<Above, { kind: 'complete' }>;

async function stepUp(zone: string, get: GetFact): Promise<Step> {
	const { keys, answer } = await keysOf(zone, get);
	if (answer === null || keys.length === 0) {
		return { kind: 'unclear', detail: `the keys of ${zone} could not be read` };
	}
	const [keySet] = readSigned({ name: zone, type: 'DNSKEY' }, answer, { zone, keys }).sets;
	const signers = (keySet?.signatures ?? []).filter(isValid);
	if (zone === '.') {
		return signers.length > 0
			? { kind: 'signed', parents: [], periods: signers }
			: { kind: 'unclear', detail: "the root's own keys do not verify" };
	}
	const ds = await get(dnsAnswer({ name: zone, type: 'DS', dnssec: true }));
	if (ds.status !== 'known' || !SAID.has(ds.value.status)) {
		return { kind: 'unclear', detail: `the DS of ${zone} could not be looked up` };
	}
	if (ds.value.records.length === 0) {
		return { kind: 'unsigned', detail: `${zone} has no DS at its parent` };
	}
	const entries = signers.filter(({ key }) => isNamed(zone, key, ds.value));
	const [parent] = signersIn(ds.value);
	if (entries.length === 0) {
		return { kind: 'unclear', detail: `no DS of ${zone} names a key that signs its keys` };
	}
	if (parent === undefined)
		return { kind: 'unsigned', detail: `the parent of ${zone} is not signed` };
	const above = await keysOf(parent, get);
	const seen = readSigned({ name: zone, type: 'DS' }, ds.value, { zone: parent, keys: above.keys });
	const overDs = seen.sets
		.filter(({ owner, type }) => owner === zone && type === 'DS')
		.flatMap(({ signatures }) => signatures.filter(isValid));
	return overDs.length > 0
		? { kind: 'signed', parents: [parent], periods: [...entries, ...overDs] }
		: { kind: 'unclear', detail: `the signature over the DS of ${zone} does not verify` };
}

function isNamed(zone: string, wire: string | null, { records }: DnsAnswer): boolean {
	const key = wire === null ? null : readDnskey(wire);
	if (key === null) return false;
	return records.some((record) => {
		const ds = record.wire === undefined ? null : readDs(record.wire);
		return ds !== null && matchesKey(zone, ds, key) === true;
	});
}
