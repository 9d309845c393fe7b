import { createHash } from 'node:crypto';
import {
	bitsOf,
	contentOf,
	DerError,
	elements,
	hexOf,
	integerOf,
	oidOf,
	onlyElement,
	sequenceOf,
	TAG,
	type Tlv,
} from './der.ts';
import { ON_HOLD, reasonText } from './revocation-reason.ts';
import { type Algorithm, algorithmOf, type Certificate, parseCertificate, timeOf } from './x509.ts';
import { nameOf } from './x509-name.ts';
import { type Signed, signatureState } from './x509-signature.ts';

/** What an OCSP response says of one certificate. */
export type OcspState =
	| { readonly kind: 'good'; readonly until: string | null }
	| { readonly kind: 'revoked'; readonly at: string; readonly reason: string | null }
	/** It proves nothing; `detail` says why, in words that follow "the response". */
	| { readonly kind: 'useless'; readonly why: UselessOcsp; readonly detail: string };

export type UselessOcsp =
	| 'malformed'
	/** An error instead of an answer (RFC 6960 §4.2.1): tryLater, unauthorized… */
	| 'error'
	/** For another certificate. */
	| 'wrong-certificate'
	/** The responder does not know the certificate. */
	| 'unknown'
	| 'expired'
	| 'not-yet-valid'
	/** Signed by nobody who may. */
	| 'not-signed';

interface OcspQuestion {
	readonly certificate: Certificate;
	readonly issuer: Certificate;
	/** Milliseconds since 1970. */
	readonly at: number;
}

const CLOCK_SLACK = 5 * 60_000;
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const BASIC = '1.3.6.1.5.5.7.48.1.1';
const ENUMERATED = 0x0a;

/** RFC 6960 §4.2.1. */
const ERRORS: Readonly<Record<number, string>> = {
	1: 'malformedRequest',
	2: 'internalError',
	3: 'tryLater',
	5: 'sigRequired',
	6: 'unauthorized',
};

/**
 * Judges an OCSP response (RFC 6960 §3.2) as a client does that has it stapled: for this certificate,
 * signed by its issuer or by a delegate with id-kp-OCSPSigning, in date. A revocation that is not a
 * hold stands even where the response is old, because it is never taken back. Never throws.
 */
export function ocspState(der: Uint8Array, question: OcspQuestion): OcspState {
	try {
		return judged(read(der), question);
	} catch (error) {
		if (!(error instanceof DerError)) throw error;
		return useless('malformed', `cannot be read (${error.message})`);
	}
}

const useless = (why: UselessOcsp, detail: string): OcspState => ({ kind: 'useless', why, detail });

interface Single {
	readonly hash: string;
	/** Hex. */
	readonly nameHash: string;
	readonly keyHash: string;
	readonly serial: string;
	readonly status: Tlv;
	readonly thisUpdate: number;
	readonly nextUpdate: number | null;
}

interface Basic extends Signed {
	/** Raw name, or hex of the key's SHA-1 (RFC 6960 §4.2.1). */
	readonly responder: { readonly name: string } | { readonly keyHash: string };
	readonly singles: readonly Single[];
	readonly certificates: readonly Certificate[];
}

function judged(response: Basic | number, { certificate, issuer, at }: OcspQuestion): OcspState {
	if (typeof response === 'number') {
		return useless('error', `is an error (${ERRORS[response] ?? `status ${response}`})`);
	}
	const single = response.singles.find((one) => isAbout(one, certificate, issuer));
	if (single === undefined) return useless('wrong-certificate', 'is about another certificate');
	if (!isAuthorised(response, issuer, at)) {
		return useless('not-signed', 'is not signed by the issuer of the certificate');
	}
	return statusOf(single, at);
}

function statusOf({ status, thisUpdate, nextUpdate }: Single, at: number): OcspState {
	const outOfDate = staleness(thisUpdate, nextUpdate, at);
	if (status.tag === 0xa1) {
		const [time, reason] = elements(status.content);
		const code = reason?.tag === 0xa0 ? enumerated(onlyElement(reason.content)) : null;
		if (outOfDate !== null && code === ON_HOLD) return outOfDate;
		const when = timeOf(time, 'the time of revocation', []);
		return { kind: 'revoked', at: new Date(when).toISOString(), reason: reasonText(code) };
	}
	if (outOfDate !== null) return outOfDate;
	if (status.tag === 0x80) {
		return { kind: 'good', until: nextUpdate === null ? null : new Date(nextUpdate).toISOString() };
	}
	return useless('unknown', 'says that its responder does not know the certificate');
}

function staleness(thisUpdate: number, nextUpdate: number | null, at: number): OcspState | null {
	if (thisUpdate > at + CLOCK_SLACK) {
		return useless('not-yet-valid', `is not valid before ${minute(thisUpdate)}`);
	}
	// A second that a certificate's date names belongs to it; a response's does too.
	if (nextUpdate !== null && at >= nextUpdate + 1000) {
		return useless('expired', `expired on ${minute(nextUpdate)}`);
	}
	return null;
}

const minute = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

// ── Whose, and by whom ───────────────────────────────────────────────────────────────────────────

/** CertID (RFC 6960 §4.1.1). */
function isAbout(single: Single, certificate: Certificate, issuer: Certificate): boolean {
	return (
		single.serial === hexOf(certificate.serial) &&
		single.nameHash === hashed(single.hash, certificate.issuer.raw) &&
		single.keyHash === hashed(single.hash, keyBits(issuer))
	);
}

function hashed(hash: string, bytes: Uint8Array): string {
	return createHash(hash).update(bytes).digest('hex');
}

/** The public key without tag, length and count of unused bits. */
function keyBits({ spki }: Certificate): Uint8Array {
	const [, key] = sequenceOf(onlyElement(spki), 'the public key');
	return bitsOf(contentOf(key, TAG.bitString, 'the public key')).bytes;
}

/** RFC 6960 §4.2.2.2: the issuer itself, or a certificate that the issuer made for the purpose. */
function isAuthorised(response: Basic, issuer: Certificate, at: number): boolean {
	const delegates = response.certificates.filter(
		(one) =>
			one.extendedKeyUsage?.includes(OCSP_SIGNING) === true &&
			one.issuer.key === issuer.subject.key &&
			one.notBefore <= at &&
			at < one.notAfter + 1000 &&
			signatureState(one, issuer) === 'valid',
	);
	return [issuer, ...delegates].some(
		(signer) => isNamed(response, signer) && signatureState(response, signer) === 'valid',
	);
}

function isNamed({ responder }: Basic, signer: Certificate): boolean {
	if ('name' in responder) return responder.name === signer.subject.key;
	return responder.keyHash === hashed('sha1', keyBits(signer));
}

// ── Reading ──────────────────────────────────────────────────────────────────────────────────────

/** A number is the status of a response that is an error. */
function read(der: Uint8Array): Basic | number {
	const [status, bytes] = sequenceOf(onlyElement(der), 'the response');
	const code = enumerated(status);
	if (code !== 0) return code;
	if (bytes?.tag !== 0xa0) throw new DerError('it holds no answer');
	const [type, answer] = sequenceOf(onlyElement(bytes.content), 'the answer');
	if (oidOf(contentOf(type, TAG.oid, "the answer's type")) !== BASIC) {
		throw new DerError('an answer of a kind that nobody uses');
	}
	return basic(onlyElement(contentOf(answer, TAG.octetString, 'the answer')));
}

function basic(value: Tlv): Basic {
	const [data, algorithm, signature, extra] = sequenceOf(value, 'the basic response');
	const fields = [...sequenceOf(data, 'the response data')];
	if (fields[0]?.tag === 0xa0) fields.shift();
	const responder = responderOf(fields.shift());
	timeOf(fields.shift(), 'producedAt', []);
	const singles = sequenceOf(fields.shift(), 'the responses').map(singleOf);
	return {
		tbs: data?.raw ?? new Uint8Array(),
		outerAlgorithm: algorithmOf(algorithm, 'the signature algorithm'),
		signature: bitsOf(contentOf(signature, TAG.bitString, 'the signature')).bytes,
		responder,
		singles,
		certificates: extra?.tag === 0xa0 ? certificatesOf(extra) : [],
	};
}

function responderOf(field: Tlv | undefined): Basic['responder'] {
	if (field?.tag === 0xa1) {
		return { name: nameOf(onlyElement(field.content), 'the responder').key };
	}
	if (field?.tag !== 0xa2) throw new DerError('a responder without name or key');
	const hash = contentOf(onlyElement(field.content), TAG.octetString, "the responder's key");
	return { keyHash: hexOf(hash) };
}

/** More are never needed, and each costs a signature check. */
const MOST_CERTIFICATES = 5;

function certificatesOf(field: Tlv): readonly Certificate[] {
	return sequenceOf(onlyElement(field.content), 'the certificates')
		.slice(0, MOST_CERTIFICATES)
		.flatMap(({ raw }) => {
			const parsed = parseCertificate(raw);
			return parsed.kind === 'certificate' ? [parsed.certificate] : [];
		});
}

function singleOf(value: Tlv): Single {
	const [id, status, thisUpdate, next] = sequenceOf(value, 'a response');
	const [hash, nameHash, keyHash, serial] = sequenceOf(id, 'a certID');
	if (status === undefined) throw new DerError('a response without a status');
	return {
		hash: hashName(algorithmOf(hash, 'the hash')),
		nameHash: hexOf(contentOf(nameHash, TAG.octetString, 'the hash of the name')),
		keyHash: hexOf(contentOf(keyHash, TAG.octetString, 'the hash of the key')),
		serial: hexOf(contentOf(serial, TAG.integer, 'the serial number')),
		status,
		thisUpdate: timeOf(thisUpdate, 'thisUpdate', []),
		nextUpdate: next?.tag === 0xa0 ? timeOf(onlyElement(next.content), 'nextUpdate', []) : null,
	};
}

const HASHES: Readonly<Record<string, string>> = {
	'1.3.14.3.2.26': 'sha1',
	'2.16.840.1.101.3.4.2.1': 'sha256',
	'2.16.840.1.101.3.4.2.2': 'sha384',
	'2.16.840.1.101.3.4.2.3': 'sha512',
};

function hashName({ oid }: Algorithm): string {
	const name = HASHES[oid];
	if (name === undefined) throw new DerError(`a hash that is not known (${oid})`);
	return name;
}

function enumerated(value: Tlv | undefined): number {
	return Number(integerOf(contentOf(value, ENUMERATED, 'a number')));
}
