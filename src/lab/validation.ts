import { createHash } from 'node:crypto';
import { byCanonicalOrder, canonicalName, canonicalSet } from './canonical-form.ts';
import { hashLabel, hashOf } from './denial.ts';
import { type DnsReply, plainRdata } from './dns-message.ts';
import { isWithin, keyOf, type Labels, nameOf } from './domain-name.ts';
import { type ResourceRecord, TYPES, typeName } from './record.ts';
import { DIGESTS } from './signed-zone.ts';
import { isSignedBy, tagOf, VALIDATED } from './signing-key.ts';
import { ofType, targetOf } from './zone.ts';

/** RFC 4035 §4.3. */
export type Verdict =
	| { readonly kind: 'secure' | 'insecure' }
	| { readonly kind: 'bogus'; readonly why: string };

interface Question {
	readonly name: Labels;
	readonly type: number;
}

/** Asks the name servers, with DNSSEC OK. */
type Ask = (question: Question) => Promise<DnsReply>;

class Bogus extends Error {}

/**
 * What a validating resolver makes of an answer. A DS is believed wherever it stands, so that a world
 * needs no signed root; only keys that the lab has made can verify.
 */
export function createValidator(ask: Ask, now: Date) {
	return async (reply: DnsReply, question: Question): Promise<Verdict> => {
		const zones = zoneKeys(ask, now);
		try {
			const secure = await Promise.all([
				...setsIn(reply.answer).map((set) => checkSet(set, reply, { zones, now })),
				checkAbsence(reply, question, { zones, now }),
			]);
			return { kind: secure.every((one) => one) ? 'secure' : 'insecure' };
		} catch (error) {
			if (!(error instanceof Bogus)) throw error;
			return { kind: 'bogus', why: error.message };
		}
	};
}

interface Zones {
	/** The zone that holds a set, and the keys that its parent vouches for; `null` where nobody does. */
	holding(question: Question): Promise<{ readonly apex: Labels; readonly keys: Keys }>;
}

type Keys = readonly ResourceRecord[] | null;

interface Context {
	readonly zones: Zones;
	readonly now: Date;
}

// ── Keys ─────────────────────────────────────────────────────────────────────────────────────────

function zoneKeys(ask: Ask, now: Date): Zones {
	const known = new Map<string, Promise<Keys>>();
	const keysOf = (apex: Labels): Promise<Keys> => {
		const keys = known.get(keyOf(apex)) ?? trustedKeys(apex, ask, now);
		known.set(keyOf(apex), keys);
		return keys;
	};
	return {
		async holding({ name, type }) {
			const apex = await apexAbove(type === TYPES.DS ? name.slice(1) : name, ask);
			return { apex, keys: await keysOf(apex) };
		},
	};
}

async function apexAbove(name: Labels, ask: Ask): Promise<Labels> {
	for (let depth = 0; depth <= name.length; depth++) {
		const { answer, authority } = await ask({ name: name.slice(depth), type: TYPES.SOA });
		const soa = ofType([...answer, ...authority], TYPES.SOA).find(({ owner }) =>
			isWithin(name, owner),
		);
		if (soa !== undefined) return soa.owner;
	}
	return [];
}

async function trustedKeys(apex: Labels, ask: Ask, now: Date): Promise<Keys> {
	if (apex.length === 0) return null;
	const ds = ofType((await ask({ name: apex, type: TYPES.DS })).answer, TYPES.DS)
		.map(({ rdata }) => plainRdata(rdata))
		.filter((data) => VALIDATED.has(data.readUInt8(2)) && data.readUInt8(3) in DIGESTS);
	if (ds.length === 0) return null;
	const reply = await ask({ name: apex, type: TYPES.DNSKEY });
	const keys = ofType(reply.answer, TYPES.DNSKEY);
	const entries = keys.filter((key) => ds.some((data) => isNamedBy(key, data, apex)));
	if (entries.length === 0) throw new Bogus(`no key of ${nameOf(apex)} matches its DS`);
	verifySet(keys, reply.answer, { apex, keys: entries, now });
	return keys;
}

function isNamedBy(key: ResourceRecord, ds: Buffer, apex: Labels): boolean {
	const digest = DIGESTS[ds.readUInt8(3) as keyof typeof DIGESTS];
	const hash = createHash(digest).update(canonicalName(apex)).update(plainRdata(key.rdata));
	return hash.digest().equals(ds.subarray(4));
}

// ── Signatures ───────────────────────────────────────────────────────────────────────────────────

async function checkSet(
	set: readonly ResourceRecord[],
	reply: DnsReply,
	{ zones, now }: Context,
): Promise<boolean> {
	const [first] = set;
	if (first === undefined || isSynthesised(first, reply)) return true;
	const { apex, keys } = await zones.holding({ name: first.owner, type: first.type });
	if (keys === null) return false;
	const labels = verifySet(set, reply.answer, { apex, keys, now });
	const isExpanded = labels < first.owner.length - (first.owner[0] === '*' ? 1 : 0);
	if (isExpanded && deniersIn(reply).length === 0) {
		throw new Bogus(`${setName(first)} comes from a wildcard, without proof`);
	}
	return true;
}

/** Throws where no signature is good; the number of labels that were signed. */
function verifySet(
	set: readonly ResourceRecord[],
	section: readonly ResourceRecord[],
	{ apex, keys, now }: { apex: Labels; keys: readonly ResourceRecord[]; now: Date },
): number {
	const [first] = set;
	if (first === undefined) return 0;
	const signatures = ofType(section, TYPES.RRSIG).filter(
		({ owner, rdata }) =>
			keyOf(owner) === keyOf(first.owner) && plainRdata(rdata).readUInt16BE(0) === first.type,
	);
	if (signatures.length === 0) throw new Bogus(`${setName(first)} has no signature`);
	const good = signatures.find((one) => isGood(one, set, { apex, keys, now }));
	if (good === undefined) throw new Bogus(`no signature of ${setName(first)} is good`);
	return plainRdata(good.rdata).readUInt8(3);
}

function isGood(
	{ rdata }: ResourceRecord,
	set: readonly ResourceRecord[],
	{ apex, keys, now }: { apex: Labels; keys: readonly ResourceRecord[]; now: Date },
): boolean {
	const head = plainRdata(rdata).subarray(0, 18);
	const signature = rdata.at(-1);
	if (!Buffer.isBuffer(signature) || rdata.length !== 3) return false;
	const seconds = now.getTime() / 1000;
	if (seconds > head.readUInt32BE(8) || seconds < head.readUInt32BE(12)) return false;
	const labels = head.readUInt8(3);
	const signed = set.map((record) => ({ ...record, owner: signedOwner(record.owner, labels) }));
	const data = Buffer.concat([
		head,
		canonicalName(apex),
		canonicalSet(signed, head.readUInt32BE(4)),
	]);
	return keys.some((key) => {
		const dnskey = plainRdata(key.rdata);
		const algorithm = dnskey.readUInt8(3);
		const isNamed =
			algorithm === head.readUInt8(2) && tagOf(dnskey, algorithm) === head.readUInt16BE(16);
		return isNamed && isSignedBy(dnskey, data, signature);
	});
}

function signedOwner(owner: Labels, labels: number): Labels {
	return owner.length > labels ? ['*', ...owner.slice(owner.length - labels)] : owner;
}

/** The CNAME that a DNAME makes is not signed (RFC 6672 §5.3.1). */
function isSynthesised({ owner, type }: ResourceRecord, { answer }: DnsReply): boolean {
	return (
		type === TYPES.CNAME &&
		ofType(answer, TYPES.DNAME).some(
			(one) => one.owner.length < owner.length && isWithin(owner, one.owner),
		)
	);
}

function setName({ owner, type }: ResourceRecord): string {
	return `${nameOf(owner)} ${typeName(type)}`;
}

function setsIn(records: readonly ResourceRecord[]): ResourceRecord[][] {
	const sets = new Map<string, ResourceRecord[]>();
	for (const record of records.filter(({ type }) => type !== TYPES.RRSIG)) {
		const key = `${keyOf(record.owner)} ${record.type}`;
		sets.set(key, [...(sets.get(key) ?? []), record]);
	}
	return [...sets.values()];
}

// ── Absence ──────────────────────────────────────────────────────────────────────────────────────

function deniersIn({ authority }: DnsReply): ResourceRecord[] {
	return [...ofType(authority, TYPES.NSEC), ...ofType(authority, TYPES.NSEC3)];
}

/** An answer that says that there is nothing needs its SOA and its proof signed. */
async function checkAbsence(
	reply: DnsReply,
	{ name, type }: Question,
	{ zones, now }: Context,
): Promise<boolean> {
	const soa = ofType(reply.authority, TYPES.SOA);
	if (soa.length === 0) return true;
	const end = endOf(reply, name);
	const { apex, keys } = await zones.holding({ name: end, type });
	if (keys === null) return false;
	for (const set of [soa, ...setsIn(deniersIn(reply))]) {
		verifySet(set, reply.authority, { apex, keys, now });
	}
	if (!deniersIn(reply).some((record) => speaksOf(record, end, apex))) {
		throw new Bogus(`nothing proves that ${nameOf(end)} ${typeName(type)} is not there`);
	}
	return true;
}

function endOf({ answer }: DnsReply, name: Labels): Labels {
	let end = name;
	for (let hops = 0; hops <= answer.length; hops++) {
		const alias = ofType(answer, TYPES.CNAME).find(({ owner }) => keyOf(owner) === keyOf(end));
		if (alias === undefined) break;
		end = targetOf(alias) ?? end;
	}
	return end;
}

/** It stands at the name or covers it; or, hashed, at the name or one above it inside the zone. */
function speaksOf(record: ResourceRecord, name: Labels, apex: Labels): boolean {
	if (record.type === TYPES.NSEC3) {
		const data = plainRdata(record.rdata);
		const salt = data.subarray(5, 5 + data.readUInt8(4));
		const salted = { iterations: data.readUInt16BE(2), salt };
		const above = name.slice(0, name.length - apex.length + 1).map((_, i) => name.slice(i));
		return above.some((one) => hashLabel(hashOf(one, salted)) === record.owner[0]?.toLowerCase());
	}
	const [next] = record.rdata;
	const after = next === undefined || Buffer.isBuffer(next) ? apex : next.name;
	const isLast = keyOf(after) === keyOf(apex);
	const isBefore = byCanonicalOrder(record.owner, name) <= 0;
	return isBefore && (isLast || byCanonicalOrder(name, after) < 0);
}
