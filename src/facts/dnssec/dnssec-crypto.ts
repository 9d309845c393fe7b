import {
	constants,
	createHash,
	createPublicKey,
	generateKeyPairSync,
	type KeyObject,
	sign,
	verify,
} from 'node:crypto';
import { labelsOf, wireOf } from '../dns/labels.ts';
import type { Dnskey, Ds, Rrsig } from './dnssec-records.ts';

/**
 * `unsupported`: this machine's OpenSSL, or nobody, can check it. Never `invalid` for a shortcoming of
 * ours: before that is said, the same algorithm must verify a signature made here.
 */
export type Verification = 'valid' | 'invalid' | 'unsupported';

/** Records of one owner and type, as they are signed. */
export interface SignedRecords {
	readonly owner: string;
	/** Type number. */
	readonly type: number;
	/** RDATA of each record in canonical form, hex; order and duplicates do not matter. */
	readonly wires: readonly string[];
}

const DIGESTS: Readonly<Record<number, string>> = { 1: 'sha1', 2: 'sha256', 4: 'sha384' };

/** The digest of a key as its DS would hold it, hex; `null` for a digest type that has no use any more. */
export function dsDigest(zone: string, key: Dnskey, digestType: number): string | null {
	const digest = DIGESTS[digestType];
	const labels = labelsOf(zone);
	if (digest === undefined || labels === null) return null;
	const hash = createHash(digest).update(wireOf(labels)).update(Buffer.from(key.wire, 'hex'));
	return hash.digest('hex');
}

/** Whether the DS names this key; `null` where its digest cannot be worked out. */
export function matchesKey(zone: string, ds: Ds, key: Dnskey): boolean | null {
	if (ds.keyTag !== key.keyTag || ds.algorithm !== key.algorithm) return false;
	const digest = dsDigest(zone, key, ds.digestType);
	return digest === null ? null : digest === ds.digest;
}

interface Scheme {
	readonly hash: string | null;
	readonly name: 'rsa' | 'P-256' | 'P-384' | 'Ed25519' | 'Ed448';
	/** Octets of the key and of the signature, where they are fixed. */
	readonly sizes?: { readonly key: number; readonly signature: number };
}

const RSA_SHA1: Scheme = { hash: 'sha1', name: 'rsa' };
/** By algorithm number (IANA); the others are dead, private or not implemented by OpenSSL. */
const SCHEMES: Readonly<Record<number, Scheme>> = {
	5: RSA_SHA1,
	7: RSA_SHA1,
	8: { hash: 'sha256', name: 'rsa' },
	10: { hash: 'sha512', name: 'rsa' },
	13: { hash: 'sha256', name: 'P-256', sizes: { key: 64, signature: 64 } },
	14: { hash: 'sha384', name: 'P-384', sizes: { key: 96, signature: 96 } },
	15: { hash: null, name: 'Ed25519', sizes: { key: 32, signature: 64 } },
	16: { hash: null, name: 'Ed448', sizes: { key: 57, signature: 114 } },
};

/** Whether validators of today check signatures of this algorithm at all. */
export function isValidated(algorithm: number): boolean {
	return Object.hasOwn(SCHEMES, algorithm);
}

/** Whether validators of today compute digests of this type (RFC 8624 §3.3). */
export function isDigestValidated(digestType: number): boolean {
	return Object.hasOwn(DIGESTS, digestType);
}

/**
 * One signature by one key over one set (RFC 4035 §5.3.1 and §5.3.3), time and signer apart: whether
 * it is in time depends on the moment, who may sign on the zone.
 */
export function verifySignature(set: SignedRecords, rrsig: Rrsig, key: Dnskey): Verification {
	const scheme = SCHEMES[rrsig.algorithm];
	if (scheme === undefined) return 'unsupported';
	if (rrsig.algorithm !== key.algorithm || rrsig.covers !== set.type) return 'invalid';
	const signed = signedData(set, rrsig);
	if (signed === null) return 'invalid';
	const signature = Buffer.from(rrsig.signature, 'hex');
	const bytes = Buffer.from(key.key, 'hex');
	const { sizes } = scheme;
	const isSized = bytes.length === sizes?.key && signature.length === sizes.signature;
	if (sizes !== undefined && !isSized) return 'invalid';
	const result = verified(scheme, bytes, signed, signature);
	if (result !== 'invalid') return result;
	return worksHere(scheme) ? 'invalid' : 'unsupported';
}

function verified(scheme: Scheme, key: Buffer, data: Buffer, signature: Buffer): Verification {
	try {
		const imported = publicKey(scheme, key);
		if (imported === null) return 'unsupported';
		return verify(scheme.hash, data, options(scheme, imported), signature) ? 'valid' : 'invalid';
	} catch {
		return 'unsupported';
	}
}

function options({ name }: Scheme, key: KeyObject) {
	if (name === 'rsa') return { key, padding: constants.RSA_PKCS1_PADDING };
	return { key, dsaEncoding: 'ieee-p1363' as const };
}

function publicKey({ name }: Scheme, bytes: Buffer): KeyObject | null {
	switch (name) {
		case 'rsa': {
			const parts = rsaParts(bytes);
			if (parts === null) return null;
			const e = parts.exponent.toString('base64url');
			const n = parts.modulus.toString('base64url');
			return createPublicKey({ key: { kty: 'RSA', e, n }, format: 'jwk' });
		}
		case 'P-256':
		case 'P-384': {
			const half = bytes.length / 2;
			const x = bytes.subarray(0, half).toString('base64url');
			const y = bytes.subarray(half).toString('base64url');
			return createPublicKey({ key: { kty: 'EC', crv: name, x, y }, format: 'jwk' });
		}
		case 'Ed25519':
		case 'Ed448': {
			const x = bytes.toString('base64url');
			return createPublicKey({ key: { kty: 'OKP', crv: name, x }, format: 'jwk' });
		}
	}
}

/** Sizes beyond which OpenSSL refuses to work, in bits. */
const LARGEST_MODULUS = 16_384;
const LARGEST_EXPONENT = 64;

/** Exponent and modulus of an RSA key (RFC 3110 §2), or `null` for one that is none or too large. */
function rsaParts(key: Buffer): { exponent: Buffer; modulus: Buffer } | null {
	const isLong = key[0] === 0;
	const start = isLong ? 3 : 1;
	if (key.length < start) return null;
	const length = isLong ? key.readUInt16BE(1) : (key[0] ?? 0);
	const exponent = withoutZeros(key.subarray(start, start + length));
	const modulus = withoutZeros(key.subarray(start + length));
	if (exponent.length === 0 || modulus.length === 0) return null;
	if (modulus.length * 8 > LARGEST_MODULUS || exponent.length * 8 > LARGEST_EXPONENT) return null;
	return { exponent, modulus };
}

function withoutZeros(bytes: Buffer): Buffer {
	const first = bytes.findIndex((byte) => byte !== 0);
	return first < 0 ? bytes.subarray(bytes.length) : bytes.subarray(first);
}

/** Bits of an RSA modulus; `null` for other algorithms. */
export function rsaBits({ algorithm, key }: Pick<Dnskey, 'algorithm' | 'key'>): number | null {
	if (![1, 5, 7, 8, 10].includes(algorithm)) return null;
	const parts = rsaParts(Buffer.from(key, 'hex'));
	if (parts === null) return null;
	return parts.modulus.length * 8 - Math.clz32(parts.modulus[0] ?? 0) + 24;
}

/** RFC 4034 §3.1.8.1, with the wildcard's name where the answer comes from one (RFC 4035 §5.3.2). */
function signedData({ owner, type, wires }: SignedRecords, rrsig: Rrsig): Buffer | null {
	const labels = labelsOf(owner);
	if (labels === null) return null;
	const counted = labels[0]?.toString('latin1') === '*' ? labels.length - 1 : labels.length;
	if (rrsig.labels > counted) return null;
	const isExpanded = rrsig.labels < counted;
	const signedOwner = isExpanded
		? [Buffer.from('*'), ...labels.slice(labels.length - rrsig.labels)]
		: labels;
	const head = Buffer.concat([wireOf(signedOwner), fields(type, rrsig.originalTtl)]);
	const sorted = [...new Set(wires)].map((wire) => Buffer.from(wire, 'hex')).sort(Buffer.compare);
	const rows = sorted.flatMap((rdata) => {
		const length = Buffer.alloc(2);
		length.writeUInt16BE(rdata.length & 0xffff);
		return [head, length, rdata];
	});
	return Buffer.concat([Buffer.from(rrsig.prefix, 'hex'), ...rows]);
}

/** Type, class IN and TTL. */
function fields(type: number, ttl: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeUInt16BE(type & 0xffff, 0);
	bytes.writeUInt16BE(1, 2);
	bytes.writeUInt32BE(ttl >>> 0, 4);
	return bytes;
}

const trials = new Map<string, boolean>();

/** A signature made and verified here, once for each scheme: some builds refuse SHA-1 or Ed448. */
function worksHere(scheme: Scheme): boolean {
	const name = `${scheme.name} ${scheme.hash}`;
	const known = trials.get(name) ?? trial(scheme);
	trials.set(name, known);
	return known;
}

function trial(scheme: Scheme): boolean {
	try {
		const { privateKey, publicKey } = freshKeys(scheme);
		const data = Buffer.from('trial');
		const signature = sign(scheme.hash, data, options(scheme, privateKey));
		return verify(scheme.hash, data, options(scheme, publicKey), signature);
	} catch {
		return false;
	}
}

function freshKeys({ name }: Scheme): { privateKey: KeyObject; publicKey: KeyObject } {
	switch (name) {
		case 'rsa':
			return generateKeyPairSync('rsa', { modulusLength: 1024 });
		case 'P-256':
		case 'P-384':
			return generateKeyPairSync('ec', { namedCurve: name });
		case 'Ed25519':
			return generateKeyPairSync('ed25519');
		case 'Ed448':
			return generateKeyPairSync('ed448');
	}
}
