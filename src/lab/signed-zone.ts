import { createHash } from 'node:crypto';
import { byCanonicalOrder, canonicalName, canonicalSet } from './canonical-form.ts';
import { hashLabel, hashOf } from './denial.ts';
import { plainRdata } from './dns-message.ts';
import { isWithin, keyOf, type Labels } from './domain-name.ts';
import { absolute, type ResourceRecord, TYPES, typeNumber } from './record.ts';
import { type SigningKey, signingKey } from './signing-key.ts';
import { typeBitMap } from './type-bit-map.ts';
import type { DnssecSpec, DsKind } from './world.ts';

const KEY_TTL = 3600;
const SHA1_HASH = 1;

// ── Keys ─────────────────────────────────────────────────────────────────────────────────────────

interface ZoneKeys {
	/** They sign the keys, and the parent's DS names them. */
	readonly forKeys: readonly SigningKey[];
	readonly forRecords: readonly SigningKey[];
	readonly published: readonly SigningKey[];
}

/** The keys of one signer; `owner` parts the keys of different signers. */
function pairs(spec: DnssecSpec, owner: string): Omit<ZoneKeys, 'published'> {
	const key = (slot: string, flags: 256 | 257) =>
		spec.algorithms.map((algorithm) =>
			signingKey({ slot: `${owner} ${slot}`, algorithm, rsaBits: spec.rsaBits, flags }),
		);
	const forKeys = key('key-signing', 257);
	return { forKeys, forRecords: spec.keys === 'single' ? forKeys : key('zone-signing', 256) };
}

function all({ forKeys, forRecords }: Omit<ZoneKeys, 'published'>): readonly SigningKey[] {
	return [...new Set([...forKeys, ...forRecords])];
}

function keysAt(spec: DnssecSpec, address: string): ZoneKeys {
	const { otherSigner } = spec;
	const isOther = otherSigner?.at.includes(address) ?? false;
	const own = pairs(spec, isOther ? 'other' : 'own');
	const foreign = pairs(spec, isOther ? 'own' : 'other');
	return {
		...own,
		published: [
			...all(own),
			...(otherSigner?.crossPublished ? foreign.forRecords : []),
			...(spec.standby ? all(pairs(spec, 'standby')) : []),
		],
	};
}

export const DIGESTS = { 1: 'sha1', 2: 'sha256', 4: 'sha384' } as const;

function dsOf(apex: Labels, key: SigningKey, digestType: keyof typeof DIGESTS): Buffer {
	const hash = createHash(DIGESTS[digestType]).update(canonicalName(apex)).update(key.rdata);
	const head = Buffer.from([key.tag >> 8, key.tag & 0xff, key.algorithm, digestType]);
	return Buffer.concat([head, hash.digest()]);
}

/** What the parent says of a signed zone. */
export function dsRecords(
	apex: Labels,
	spec: DnssecSpec,
	kind: DsKind,
	ttl: number,
): ResourceRecord[] {
	const right = [
		...pairs(spec, 'own').forKeys,
		...(spec.otherSigner?.ds ? pairs(spec, 'other').forKeys : []),
	];
	const gone = () => pairs(spec, 'gone').forKeys;
	const digests = (keys: readonly SigningKey[], ...types: (keyof typeof DIGESTS)[]) =>
		keys.flatMap((key) => types.map((type) => dsOf(apex, key, type)));
	const data = {
		none: () => [],
		right: () => digests(right, 2),
		mismatch: () => digests(gone(), 2),
		'and-stale': () => [...digests(right, 2), ...digests(gone(), 2)],
		sha1: () => digests(right, 1),
		'sha1-too': () => digests(right, 1, 2),
		sha384: () => digests(right, 4),
	}[kind]();
	return data.map((rdata) => ({ owner: apex, type: TYPES.DS, ttl, rdata: [rdata] }));
}

/** RFC 7344 §3; RFC 8078 §4 for `delete`. */
function childDs(apex: Labels, spec: DnssecSpec, keys: ZoneKeys): ResourceRecord[] {
	if (spec.cds === 'none') return [];
	const wanted = spec.cds === 'mismatch' ? pairs(spec, 'gone').forKeys : keys.forKeys;
	const isDelete = spec.cds === 'delete';
	const cds = isDelete ? [Buffer.alloc(5)] : wanted.map((key) => dsOf(apex, key, 2));
	const keyData = isDelete ? [Buffer.from([0, 0, 3, 0, 0])] : wanted.map(({ rdata }) => rdata);
	const record = (type: number) => (rdata: Buffer) => ({
		owner: apex,
		type,
		ttl: KEY_TTL,
		rdata: [rdata],
	});
	return [...cds.map(record(TYPES.CDS)), ...keyData.map(record(TYPES.CDNSKEY))];
}

// ── Signing ──────────────────────────────────────────────────────────────────────────────────────

export interface ZoneSigner {
	/** The zone as the server at this address holds it: keys, denial and signatures added. */
	signed(
		apex: Labels,
		records: readonly ResourceRecord[],
		spec: DnssecSpec,
		address: string,
	): ResourceRecord[];
}

/** Signatures are made once for all servers that hold the same set. Times are counted from `now`. */
export function createSigner(now: Date): ZoneSigner {
	const signatures = new Map<string, Buffer>();
	const signatureOf = (key: SigningKey, data: Buffer): Buffer => {
		const known = createHash('sha256').update(key.rdata).update(data).digest('hex');
		const signature = signatures.get(known) ?? key.sign(data);
		signatures.set(known, signature);
		return signature;
	};
	return {
		signed(apex, records, spec, address) {
			if (spec.withoutKeys || spec.unsignedAt.includes(address)) return [...records];
			const keys = keysAt(spec, address);
			const own = [...records, ...keyRecords(apex, keys), ...childDs(apex, spec, keys)];
			const zone = [...own, ...denialRecords(apex, own, spec)];
			const sign = (set: readonly ResourceRecord[]) =>
				signaturesOf(set, { apex, spec, address, keys, now, signatureOf });
			return [...zone, ...setsOf(zone, apex).flatMap(sign)];
		},
	};
}

function keyRecords(apex: Labels, { published }: ZoneKeys): ResourceRecord[] {
	return published.map(({ rdata }) => ({
		owner: apex,
		type: TYPES.DNSKEY,
		ttl: KEY_TTL,
		rdata: [rdata],
	}));
}

interface Signing {
	readonly apex: Labels;
	readonly spec: DnssecSpec;
	readonly address: string;
	readonly keys: ZoneKeys;
	readonly now: Date;
	signatureOf(key: SigningKey, data: Buffer): Buffer;
}

const BY_KEY_SIGNER: ReadonlySet<number> = new Set([TYPES.DNSKEY, TYPES.CDS, TYPES.CDNSKEY]);

function signaturesOf(set: readonly ResourceRecord[], signing: Signing): ResourceRecord[] {
	const { apex, spec, keys, now } = signing;
	const [first] = set;
	const fault = faultOf(set, signing);
	if (first === undefined || fault === 'missing') return [];
	const { fromHours, untilHours } = typeof fault === 'object' ? fault : spec.validity;
	const at = (hours: number) => Math.floor(now.getTime() / 1000 + hours * 3600);
	const signers = BY_KEY_SIGNER.has(first.type) ? keys.forKeys : keys.forRecords;
	return signers.map((key) => {
		const head = Buffer.alloc(18);
		head.writeUInt16BE(first.type, 0);
		head.writeUInt8(key.algorithm, 2);
		head.writeUInt8(first.owner.length - (first.owner[0] === '*' ? 1 : 0), 3);
		head.writeUInt32BE(first.ttl, 4);
		head.writeUInt32BE(at(untilHours), 8);
		head.writeUInt32BE(at(fromHours), 12);
		head.writeUInt16BE(key.tag, 16);
		const data = Buffer.concat([head, canonicalName(apex), canonicalSet(set, first.ttl)]);
		const signature = signing.signatureOf(key, data);
		return {
			owner: first.owner,
			type: TYPES.RRSIG,
			ttl: first.ttl,
			rdata: [
				head,
				{ name: apex, compress: false },
				fault === 'invalid' ? spoilt(signature) : signature,
			],
		};
	});
}

function spoilt(signature: Buffer): Buffer {
	const other = Buffer.from(signature);
	const at = other.length >> 1;
	other.writeUInt8(other.readUInt8(at) ^ 1, at);
	return other;
}

function faultOf([first]: readonly ResourceRecord[], { spec, apex, address }: Signing) {
	const isMeant = (text: string) => {
		const [a = '', b] = text.split(' ');
		const isType = typeNumber(b ?? a) === first?.type;
		return isType && (b === undefined || keyOf(absolute(a, apex)) === keyOf(first?.owner ?? []));
	};
	return spec.signatureFaults.find(
		({ at, sets }) =>
			(at === undefined || at === address) && (sets === undefined || sets.some(isMeant)),
	)?.does;
}

/** What is signed: neither the NS of a delegation nor anything below it (RFC 4035 §2.2). */
function setsOf(records: readonly ResourceRecord[], apex: Labels): ResourceRecord[][] {
	const sets = new Map<string, ResourceRecord[]>();
	for (const record of records.filter(isAuthoritative(records, apex))) {
		const key = `${keyOf(record.owner)} ${record.type}`;
		sets.set(key, [...(sets.get(key) ?? []), record]);
	}
	return [...sets.values()];
}

const AT_CUTS: ReadonlySet<number> = new Set([TYPES.DS, TYPES.NSEC, TYPES.NSEC3]);

function isAuthoritative(records: readonly ResourceRecord[], apex: Labels) {
	const cuts = cutsIn(records, apex);
	return ({ owner, type }: ResourceRecord): boolean =>
		!cuts.some((cut) => (keyOf(cut) === keyOf(owner) ? !AT_CUTS.has(type) : isWithin(owner, cut)));
}

function cutsIn(records: readonly ResourceRecord[], apex: Labels): readonly Labels[] {
	return records
		.filter(({ owner, type }) => type === TYPES.NS && keyOf(owner) !== keyOf(apex))
		.map(({ owner }) => owner);
}

// ── Denial ───────────────────────────────────────────────────────────────────────────────────────

interface Node {
	readonly name: Labels;
	readonly types: ReadonlySet<number>;
}

/** NSEC (RFC 4034 §4) or NSEC3 (RFC 5155 §7.1) for every name of the zone. */
function denialRecords(
	apex: Labels,
	records: readonly ResourceRecord[],
	{ denial }: DnssecSpec,
): ResourceRecord[] {
	const soa = records.find(({ type }) => type === TYPES.SOA);
	const minimum =
		soa === undefined
			? KEY_TTL
			: plainRdata(soa.rdata).readUInt32BE(plainRdata(soa.rdata).length - 4);
	// RFC 9077 §3.
	const ttl = Math.min(soa?.ttl ?? KEY_TTL, minimum);
	const nodes = nodesOf(apex, records);
	if (denial === 'nsec') return nsecChain(nodes, ttl);
	return nsec3Chain(apex, nodes, { ...denial, ttl });
}

function nodesOf(apex: Labels, records: readonly ResourceRecord[]): readonly Node[] {
	const cuts = cutsIn(records, apex);
	const nodes = new Map<string, { name: Labels; types: Set<number> }>();
	for (const { owner, type } of records) {
		const cut = cuts.find((one) => isWithin(owner, one));
		if (cut !== undefined && keyOf(cut) !== keyOf(owner)) continue;
		const node = nodes.get(keyOf(owner)) ?? { name: owner, types: new Set<number>() };
		if (cut === undefined || type === TYPES.NS || type === TYPES.DS) node.types.add(type);
		nodes.set(keyOf(owner), node);
	}
	return [...nodes.values()].sort((a, b) => byCanonicalOrder(a.name, b.name));
}

function nsecChain(nodes: readonly Node[], ttl: number): ResourceRecord[] {
	return nodes.map(({ name, types }, i) => ({
		owner: name,
		type: TYPES.NSEC,
		ttl,
		rdata: [
			{ name: (nodes[i + 1] ?? nodes[0])?.name ?? name, compress: false },
			typeBitMap([...types, TYPES.RRSIG, TYPES.NSEC]),
		],
	}));
}

function nsec3Chain(
	apex: Labels,
	nodes: readonly Node[],
	{ iterations, salt, ttl }: { iterations: number; salt: string; ttl: number },
): ResourceRecord[] {
	const salted = { iterations, salt: Buffer.from(salt, 'hex') };
	const parameters = Buffer.concat([
		Buffer.from([SHA1_HASH, 0, iterations >> 8, iterations & 0xff, salted.salt.length]),
		salted.salt,
	]);
	const named = new Map(nodes.map((node) => [keyOf(node.name), node]));
	for (const { name } of nodes) {
		for (let depth = 1; depth < name.length - apex.length; depth++) {
			const ancestor = name.slice(depth);
			if (!named.has(keyOf(ancestor)))
				named.set(keyOf(ancestor), { name: ancestor, types: new Set() });
		}
	}
	const chain = [...named.values()]
		.map(({ name, types }) => ({
			hash: hashOf(name, salted),
			types: withOwn(types, name.length === apex.length),
		}))
		.sort((a, b) => Buffer.compare(a.hash, b.hash));
	const records = chain.map(({ hash, types }, i): ResourceRecord => {
		const next = (chain[i + 1] ?? chain[0])?.hash ?? hash;
		return {
			owner: [hashLabel(hash), ...apex],
			type: TYPES.NSEC3,
			ttl,
			rdata: [parameters, Buffer.of(next.length), next, typeBitMap(types)],
		};
	});
	return [...records, { owner: apex, type: TYPES.NSEC3PARAM, ttl, rdata: [parameters] }];
}

/** With the types that signing adds to a name; nothing is signed at an insecure delegation. */
function withOwn(types: ReadonlySet<number>, isApex: boolean): number[] {
	const isInsecure = !isApex && types.has(TYPES.NS) && !types.has(TYPES.DS);
	return [
		...types,
		...(types.size > 0 && !isInsecure ? [TYPES.RRSIG] : []),
		...(isApex ? [TYPES.NSEC3PARAM] : []),
	];
}
