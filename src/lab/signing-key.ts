import {
	createHash,
	generateKeyPairSync,
	type JsonWebKey,
	type KeyObject,
	sign as signWith,
	verify as verifyWith,
} from 'node:crypto';

/** A DNSSEC key of the lab. */
export interface SigningKey {
	/** 257 with the secure entry point bit, 256 without. */
	readonly flags: number;
	readonly algorithm: number;
	/** RFC 4034 appendix B. */
	readonly tag: number;
	/** RDATA of its DNSKEY. */
	readonly rdata: Buffer;
	sign(data: Buffer): Buffer;
}

export interface KeyWanted {
	/** Keys of one slot are the same key in every zone of this process. */
	readonly slot: string;
	/** IANA's number; what has no signer here gets octets that nobody can verify. */
	readonly algorithm: number;
	/** Of an RSA modulus. */
	readonly rsaBits: number;
	readonly flags: 256 | 257;
}

interface Signer {
	readonly publicKey: Buffer;
	sign(data: Buffer): Buffer;
	verify(data: Buffer, signature: Buffer): boolean;
}

/** RSA keys are slow to make: once a process. */
const made = new Map<string, Signer>();

const RSA_DIGESTS: Readonly<Record<number, string>> = {
	1: 'md5',
	5: 'sha1',
	7: 'sha1',
	8: 'sha256',
	10: 'sha512',
};

const RSA_MD5 = 1;

/** What validators can do; RSA/MD5 no longer (RFC 8624 §3.1). */
export const VALIDATED: ReadonlySet<number> = new Set([5, 7, 8, 10, 13, 14, 15, 16]);

/** Whether the key with this DNSKEY data has signed this; never for a key that was not made here. */
export function isSignedBy(dnskey: Buffer, data: Buffer, signature: Buffer): boolean {
	const publicKey = dnskey.subarray(4);
	const signer = [...made.values()].find((one) => one.publicKey.equals(publicKey));
	return signer?.verify(data, signature) ?? false;
}

export function signingKey({ slot, algorithm, rsaBits, flags }: KeyWanted): SigningKey {
	const pooled = `${slot} ${algorithm} ${algorithm in RSA_DIGESTS ? rsaBits : ''}`;
	const signer = made.get(pooled) ?? signerOf(slot, algorithm, rsaBits);
	made.set(pooled, signer);
	const head = Buffer.from([flags >> 8, flags & 0xff, 3, algorithm]);
	const rdata = Buffer.concat([head, signer.publicKey]);
	return { flags, algorithm, tag: tagOf(rdata, algorithm), rdata, sign: signer.sign };
}

function signerOf(slot: string, algorithm: number, rsaBits: number): Signer {
	const digest = RSA_DIGESTS[algorithm];
	if (digest !== undefined) return rsaSigner(digest, rsaBits);
	switch (algorithm) {
		case 13:
			return curveSigner('P-256', 'sha256');
		case 14:
			return curveSigner('P-384', 'sha384');
		case 15:
			return edwardsSigner(generateKeyPairSync('ed25519'));
		case 16:
			return edwardsSigner(generateKeyPairSync('ed448'));
		default:
			return opaqueSigner(slot);
	}
}

/** RFC 3110 §2, RFC 5702 §2. */
function rsaSigner(digest: string, modulusLength: number): Signer {
	const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
	const { e, n } = publicKey.export({ format: 'jwk' });
	const exponent = octets(e);
	return {
		publicKey: Buffer.concat([Buffer.of(exponent.length), exponent, octets(n)]),
		sign: (data) => signWith(digest, data, privateKey),
		verify: (data, signature) => verifyWith(digest, data, publicKey, signature),
	};
}

/** RFC 6605 §4. */
function curveSigner(namedCurve: string, digest: string): Signer {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
	const { x, y } = publicKey.export({ format: 'jwk' });
	return {
		publicKey: Buffer.concat([octets(x), octets(y)]),
		sign: (data) => signWith(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
		verify: (data, signature) =>
			verifyWith(digest, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature),
	};
}

/** RFC 8080 §3, §4. */
function edwardsSigner({
	privateKey,
	publicKey,
}: {
	readonly privateKey: KeyObject;
	readonly publicKey: KeyObject;
}): Signer {
	return {
		publicKey: octets(publicKey.export({ format: 'jwk' }).x),
		sign: (data) => signWith(null, data, privateKey),
		verify: (data, signature) => verifyWith(null, data, publicKey, signature),
	};
}

function opaqueSigner(slot: string): Signer {
	return {
		publicKey: createHash('sha512').update(slot).digest(),
		sign: (data) => createHash('sha512').update(slot).update(data).digest(),
		verify: () => false,
	};
}

function octets(base64: JsonWebKey['x']): Buffer {
	return Buffer.from(base64 ?? '', 'base64url');
}

export function tagOf(rdata: Buffer, algorithm: number): number {
	if (algorithm === RSA_MD5) return rdata.readUInt16BE(rdata.length - 3);
	let sum = 0;
	for (const [i, octet] of rdata.entries()) sum += i % 2 === 0 ? octet << 8 : octet;
	return (sum + ((sum >> 16) & 0xffff)) & 0xffff;
}
