import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { contentOf, DerError, integerOf, oidOf, onlyElement, sequenceOf, TAG } from './der.ts';
import type { Algorithm, Certificate } from './x509.ts';

/** `unsupported`: this machine knows no such algorithm, so nothing is proved either way. */
export type SignatureState = 'valid' | 'invalid' | 'unsupported';

interface Scheme {
	readonly family: 'rsa' | 'rsa-pss' | 'ec' | 'dsa' | 'ed25519' | 'ed448';
	/** `null` where the scheme has its own. */
	readonly hash: string | null;
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
	'1.2.840.113549.1.1.4': { family: 'rsa', hash: 'md5' },
	'1.2.840.113549.1.1.5': { family: 'rsa', hash: 'sha1' },
	'1.3.14.3.2.29': { family: 'rsa', hash: 'sha1' },
	'1.2.840.113549.1.1.14': { family: 'rsa', hash: 'sha224' },
	'1.2.840.113549.1.1.11': { family: 'rsa', hash: 'sha256' },
	'1.2.840.113549.1.1.12': { family: 'rsa', hash: 'sha384' },
	'1.2.840.113549.1.1.13': { family: 'rsa', hash: 'sha512' },
	'1.2.840.113549.1.1.10': { family: 'rsa-pss', hash: null },
	'1.2.840.10045.4.1': { family: 'ec', hash: 'sha1' },
	'1.2.840.10045.4.3.1': { family: 'ec', hash: 'sha224' },
	'1.2.840.10045.4.3.2': { family: 'ec', hash: 'sha256' },
	'1.2.840.10045.4.3.3': { family: 'ec', hash: 'sha384' },
	'1.2.840.10045.4.3.4': { family: 'ec', hash: 'sha512' },
	'1.2.840.10040.4.3': { family: 'dsa', hash: 'sha1' },
	'2.16.840.1.101.3.4.3.1': { family: 'dsa', hash: 'sha224' },
	'2.16.840.1.101.3.4.3.2': { family: 'dsa', hash: 'sha256' },
	'1.3.101.112': { family: 'ed25519', hash: null },
	'1.3.101.113': { family: 'ed448', hash: null },
};

const HASHES: Readonly<Record<string, string>> = {
	'1.3.14.3.2.26': 'sha1',
	'2.16.840.1.101.3.4.2.4': 'sha224',
	'2.16.840.1.101.3.4.2.1': 'sha256',
	'2.16.840.1.101.3.4.2.2': 'sha384',
	'2.16.840.1.101.3.4.2.3': 'sha512',
};

/** The hash that a signature rests on, `md2` included; `null` where the scheme has its own or is unknown. */
export function signatureHash(algorithm: Algorithm): string | null {
	if (algorithm.oid === '1.2.840.113549.1.1.2') return 'md2';
	const scheme = SCHEMES[algorithm.oid];
	if (scheme?.family !== 'rsa-pss') return scheme?.hash ?? null;
	return pssOf(algorithm)?.hash ?? null;
}

/** RFC 3279 §2.2.1, RFC 4055 §5: NULL with RSA PKCS #1; RFC 5758 §3.2, RFC 8410 §3: absent elsewhere. */
export function parametersBreach({ oid, parameters }: Algorithm): string | null {
	const family = SCHEMES[oid]?.family;
	if (family === undefined || family === 'rsa-pss') return null;
	if (family !== 'rsa') {
		return parameters === null ? null : 'the signature algorithm has parameters (RFC 5758 §3.2)';
	}
	const isNull = parameters?.length === 2 && parameters[0] === TAG.null && parameters[1] === 0;
	return isNull ? null : 'the RSA signature algorithm has no NULL parameters (RFC 3279 §2.2.1)';
}

/** What a signature is over: a certificate, a revocation list, an OCSP response. */
export type Signed = Pick<Certificate, 'outerAlgorithm' | 'tbs' | 'signature'>;

/** Whether the issuer's key made the signature. Names and dates are not looked at. */
export function signatureState(signed: Signed, issuer: Certificate): SignatureState {
	const { outerAlgorithm, tbs, signature } = signed;
	const scheme = SCHEMES[outerAlgorithm.oid];
	if (scheme === undefined) return 'unsupported';
	const key = keyOf(issuer);
	if (key === null) return 'unsupported';
	if (!suits(key, scheme)) return 'invalid';
	try {
		if (scheme.family !== 'rsa-pss') {
			return verify(scheme.hash, tbs, key, signature) ? 'valid' : 'invalid';
		}
		const pss = pssOf(outerAlgorithm);
		if (pss === null) return 'unsupported';
		const padded = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pss.salt };
		return verify(pss.hash, tbs, padded, signature) ? 'valid' : 'invalid';
	} catch {
		return 'unsupported';
	}
}

function suits(key: KeyObject, { family }: Scheme): boolean {
	const type = key.asymmetricKeyType;
	return type === family || (family === 'rsa-pss' && type === 'rsa');
}

const KEYS = new WeakMap<Certificate, KeyObject | null>();

/** `null` where OpenSSL can't read the key. */
function keyOf(certificate: Certificate): KeyObject | null {
	const done = KEYS.get(certificate);
	if (done !== undefined) return done;
	let key: KeyObject | null = null;
	try {
		key = createPublicKey({ key: Buffer.from(certificate.spki), format: 'der', type: 'spki' });
	} catch {}
	KEYS.set(certificate, key);
	return key;
}

/** RSASSA-PSS-params (RFC 4055 §3.1), defaults filled in. */
function pssOf({ parameters }: Algorithm): { hash: string; salt: number } | null {
	try {
		if (parameters === null) return null;
		const parts = sequenceOf(onlyElement(parameters), 'the PSS parameters');
		const part = (tag: number) => {
			const found = parts.find((one) => one.tag === tag);
			return found === undefined ? undefined : onlyElement(found.content);
		};
		const hashing = part(0xa0);
		const salting = part(0xa2);
		const oid =
			hashing === undefined
				? '1.3.14.3.2.26'
				: oidOf(contentOf(sequenceOf(hashing, 'the hash')[0], TAG.oid, 'the hash'));
		const salt =
			salting === undefined ? 20n : integerOf(contentOf(salting, TAG.integer, 'the salt length'));
		const hash = HASHES[oid];
		if (hash === undefined || salt < 0n || salt > 0xffffn) return null;
		return { hash, salt: Number(salt) };
	} catch (error) {
		if (!(error instanceof DerError)) throw error;
		return null;
	}
}
