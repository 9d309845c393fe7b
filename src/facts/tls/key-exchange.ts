import { createHash } from 'node:crypto';
import { type CipherSuite, cipherSuite } from './cipher-suites.ts';

/** What a ServerKeyExchange chooses. */
export type KeyExchangeChoice =
	| {
			readonly kind: 'prime';
			readonly bits: number;
			/** SHA-256 of the prime, big-endian without leading zeros; hex. */
			readonly sha256: string;
	  }
	/** NamedGroup (RFC 8422 §5.4). */
	| { readonly kind: 'curve'; readonly group: number }
	/** Curve parameters spelt out, which RFC 8422 §5.4 took away. */
	| { readonly kind: 'spelt-out' };

/**
 * The parameters of a ServerKeyExchange (RFC 5246 §7.4.3, RFC 8422 §5.4), base64. `null` where the suite
 * has none, or where the bytes make no sense.
 */
export function keyExchangeIn(suite: number, message: string | null): KeyExchangeChoice | null {
	const known = cipherSuite(suite);
	if (known === null || message === null) return null;
	const bytes = Buffer.from(message, 'base64');
	if (isOverCurve(known)) return curveIn(bytes);
	return isOverPrime(known) ? primeIn(bytes) : null;
}

function isOverCurve({ keyExchange }: CipherSuite): boolean {
	return keyExchange.startsWith('ECDHE_') || keyExchange === 'ECDH_anon';
}

function isOverPrime({ keyExchange }: CipherSuite): boolean {
	return keyExchange.startsWith('DHE_') || keyExchange.startsWith('DH_anon');
}

/** ECCurveType. */
const NAMED_CURVE = 3;

function curveIn(bytes: Buffer): KeyExchangeChoice | null {
	const [type] = bytes;
	if (type === NAMED_CURVE && bytes.length >= 3) {
		return { kind: 'curve', group: bytes.readUInt16BE(1) };
	}
	return type === 1 || type === 2 ? { kind: 'spelt-out' } : null;
}

function primeIn(bytes: Buffer): KeyExchangeChoice | null {
	if (bytes.length < 2) return null;
	const length = bytes.readUInt16BE(0);
	const sent = bytes.subarray(2, 2 + length);
	const start = sent.findIndex((byte) => byte !== 0);
	if (sent.length < length || start < 0) return null;
	const prime = sent.subarray(start);
	const bits = prime.length * 8 - Math.clz32(prime.readUInt8(0)) + 24;
	return { kind: 'prime', bits, sha256: createHash('sha256').update(prime).digest('hex') };
}

/**
 * Primes that many servers share and that are within reach of whoever can pay for one precomputation
 * (Adrian et al., "Imperfect Forward Secrecy", 2015), or whose origin nobody has explained. Not here: the
 * groups of 2048 bits and more that standards give for everybody's use (RFC 3526, RFC 7919).
 */
const KNOWN_PRIMES: Readonly<Record<string, string>> = {
	b52ba6a3026520a6c49d37e4587601801bee500123b3259b6bf03e7cecc3e63d: 'Oakley group 1 (RFC 2409)',
	'3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0': 'Oakley group 2 (RFC 2409)',
	'64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b': 'MODP group 5 (RFC 3526)',
	'44c55cfee5c075927cf682da5b681bdecbd5c3eb0784c14f5dce7610f0ef133d':
		'the 1024-bit group of RFC 5114',
	bfe545862ca102ad1eeddb5fbfa5bf855ac4995c56a8b408ce3fe099dce93a9d:
		'the first 2048-bit group of RFC 5114',
	'0b7835722cb619827610c2549fdda5587421686c4409a13865e76225522ddcc9':
		'the second 2048-bit group of RFC 5114',
	'3cdb020b9ef298b2f3f6cf5a872af527337bf7b9f654b2e70c49da16a4d24137':
		'the 512-bit default of mod_ssl 2.0',
	db01e702899166da28c9bc7896af62bcdf0c96d0fb341950ba80e68bd51a57ef:
		'the 512-bit default of Apache 2.2',
	f79d1db3c955a28fdeca462670a0712efee4b588c7858e4943883f903bd1354b:
		'the 1024-bit default of Apache 2.2',
	bf910d9df4e0b2e76cda7443f592aa118e33ba2c224ebc27fb8978d873c8c2e3:
		'the 1024-bit default of Apache 2.2',
	'8ae47dca3d24e9b64640062686da234dcabada26b0da6f090c5449c1338d9a11':
		'the 1024-bit default of nginx',
	f26e2403f3f07946654404909f0ff81d9354de17250411b4c04b89af73178425: 'the 512-bit sample of OpenSSL',
	'66d0bf38b0bdfacf2fdae33f35102ab6079fd5ff0feff8e436a4063745c72739':
		'the 1024-bit sample of OpenSSL',
	'73b391ec8da33ee197aed17d7cfce1321b94e04c5b55b3c02c1c7198eb88715b': 'the 512-bit default of Java',
	ee5483fe4b96caa10cb5b863ec409aab2762e6bf43af4a8a0a42817fef4dd7f3: 'the 768-bit default of Java',
	cc21a33dd1a3edf40bf636b5496e4aede198a437a8548e0cc1a621424e42419b: 'the 1024-bit default of Java',
};

/** Whose prime it is; `null` for one of the server's own, and for a standard one that is large enough. */
export function knownPrime(sha256: string): string | null {
	return Object.hasOwn(KNOWN_PRIMES, sha256) ? (KNOWN_PRIMES[sha256] ?? null) : null;
}
