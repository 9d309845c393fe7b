import {
	createHash,
	generateKeyPairSync,
	type JsonWebKey,
	type KeyObject,
	sign as signWith,
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

type Signer = Pick<SigningKey, 'sign'> & { readonly publicKey: Buffer };

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
	};
}

/** RFC 6605 §4. */
function curveSigner(namedCurve: string, digest: string): Signer {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
	const { x, y } = publicKey.export({ format: 'jwk' });
	return {
		publicKey: Buffer.concat([octets(x), octets(y)]),
		sign: (data) => signWith(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
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
	};
}

function opaqueSigner(slot: string): Signer {
	return {
		publicKey: createHash('sha512').update(slot).digest(),
		sign: (data) => createHash('sha512').update(slot).update(data).digest(),
	};
}

function octets(base64: JsonWebKey['x']): Buffer {
	return Buffer.from(base64 ?? '', 'base64url');
}

function tagOf(rdata: Buffer, algorithm: number): number {
	if (algorithm === RSA_MD5) return rdata.readUInt16BE(rdata.length - 3);
	let sum = 0;
	for (const [i, octet] of rdata.entries()) sum += i % 2 === 0 ? octet << 8 : octet;
	return (sum + ((sum >> 16) & 0xffff)) & 0xffff;
}
