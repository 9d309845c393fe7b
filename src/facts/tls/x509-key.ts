import type { Tlv } from './der.ts';
import {
	bitsOf,
	contentOf,
	DerError,
	integerOf,
	oidOf,
	onlyElement,
	sequenceOf,
	TAG,
} from './der.ts';

/** What kind of public key, as far as its strength is judged. */
export type KeyKind =
	| { readonly type: 'rsa'; readonly bits: number; readonly exponent: bigint }
	/** `null` where the curve is spelt out instead of named. */
	| { readonly type: 'ec'; readonly curve: string | null }
	| { readonly type: 'dsa' }
	| { readonly type: 'other'; readonly name: string };

const RSA = '1.2.840.113549.1.1.1';
const RSA_PSS = '1.2.840.113549.1.1.10';
const EC = '1.2.840.10045.2.1';
const DSA = '1.2.840.10040.4.1';

const OTHERS: Readonly<Record<string, string>> = {
	'1.3.101.110': 'X25519',
	'1.3.101.111': 'X448',
	'1.3.101.112': 'Ed25519',
	'1.3.101.113': 'Ed448',
	'2.16.840.1.101.3.4.3.17': 'ML-DSA-44',
	'2.16.840.1.101.3.4.3.18': 'ML-DSA-65',
	'2.16.840.1.101.3.4.3.19': 'ML-DSA-87',
};

const CURVES: Readonly<Record<string, string>> = {
	'1.2.840.10045.3.1.1': 'P-192',
	'1.3.132.0.33': 'P-224',
	'1.2.840.10045.3.1.7': 'P-256',
	'1.3.132.0.34': 'P-384',
	'1.3.132.0.35': 'P-521',
	'1.3.132.0.10': 'secp256k1',
};

/** Reads SubjectPublicKeyInfo (RFC 3279 §2.3, RFC 5480 §2, RFC 8410 §4). */
export function keyKindOf(spki: Tlv | undefined): {
	readonly kind: KeyKind;
	readonly breaches: readonly string[];
} {
	const [algorithm, key, ...more] = sequenceOf(spki, 'the public key');
	if (more.length > 0) throw new DerError('the public key has more than two parts');
	const [type, parameters, ...rest] = sequenceOf(algorithm, "the key's algorithm");
	if (rest.length > 0) throw new DerError("the key's algorithm has more than two parts");
	const oid = oidOf(contentOf(type, TAG.oid, "the key's algorithm"));
	const bits = bitsOf(contentOf(key, TAG.bitString, 'the public key'));
	switch (oid) {
		case RSA:
			return {
				kind: rsaOf(bits.bytes),
				breaches: isNull(parameters)
					? []
					: ['an RSA key without NULL parameters (RFC 3279 §2.3.1)'],
			};
		case RSA_PSS:
			return { kind: rsaOf(bits.bytes), breaches: [] };
		case EC:
			return curveOf(parameters);
		case DSA:
			return { kind: { type: 'dsa' }, breaches: [] };
		default:
			return { kind: { type: 'other', name: OTHERS[oid] ?? oid }, breaches: [] };
	}
}

function isNull(value: Tlv | undefined): boolean {
	return value?.tag === TAG.null && value.content.length === 0;
}

function rsaOf(bytes: Uint8Array): KeyKind {
	const [modulus, exponent, ...more] = sequenceOf(onlyElement(bytes), 'the RSA key');
	if (more.length > 0) throw new DerError('an RSA key has two parts');
	const n = integerOf(contentOf(modulus, TAG.integer, 'the modulus'));
	const e = integerOf(contentOf(exponent, TAG.integer, 'the exponent'));
	if (n <= 0n) throw new DerError('an RSA modulus that is not positive');
	return { type: 'rsa', bits: bitLength(n), exponent: e };
}

function bitLength(value: bigint): number {
	const hex = value.toString(16);
	return (hex.length - 1) * 4 + Number.parseInt(hex[0] ?? '0', 16).toString(2).length;
}

function curveOf(parameters: Tlv | undefined) {
	if (parameters?.tag !== TAG.oid) {
		const breaches = ['an EC key whose curve is not named (RFC 5480 §2.1.1)'];
		return { kind: { type: 'ec', curve: null } as const, breaches };
	}
	const oid = oidOf(parameters.content);
	return { kind: { type: 'ec', curve: CURVES[oid] ?? oid } as const, breaches: [] };
}
