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

/** What an OCSP response says of one certificate, whatever the time is. */
export type OcspAnswer =
	| {
			readonly kind: 'answer';
			readonly status: 'good' | 'revoked' | 'unknown';
			/** ISO 8601, as all dates here. */
			readonly thisUpdate: string;
			readonly nextUpdate: string | null;
			/** A delegate signed it, whose certificate is valid so long. */
			readonly delegate: { readonly from: string; readonly until: string } | null;
			readonly revokedAt: string | null;
			readonly reason: string | null;
			/** The revocation can be lifted again. */
			readonly onHold: boolean;
	  }
	| UselessOcsp;

/** It proves nothing; `detail` says why, in words that follow "the response". */
interface UselessOcsp {
	readonly kind: 'useless';
	readonly why:
		| 'malformed'
		/** An error instead of an answer (RFC 6960 §4.2.1): tryLater, unauthorized… */
		| 'error'
		/** For another certificate. */
		| 'wrong-certificate'
		/** Signed by nobody who may. */
		| 'not-signed'
		/** The responder does not know the certificate. */
		| 'unknown'
		| 'expired'
		| 'not-yet-valid';
	readonly detail: string;
}

/** What it is worth at one moment. */
export type OcspState =
	| { readonly kind: 'good'; readonly until: string | null }
	| { readonly kind: 'revoked'; readonly at: string; readonly reason: string | null }
	| UselessOcsp;

interface OcspQuestion {
	readonly certificate: Certificate;
	readonly issuer: Certificate;
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
 * Reads an OCSP response (RFC 6960 §3.2) as a client does that has it stapled: for this certificate,
 * signed by its issuer or by a delegate with id-kp-OCSPSigning. Never throws.
 */
export function ocspAnswer(der: Uint8Array, question: OcspQuestion): OcspAnswer {
	try {
		return answerIn(read(der), question);
	} catch (error) {
		if (!(error instanceof DerError)) throw error;
		return useless('malformed', `cannot be read (${error.message})`);
	}
}

/**
 * A revocation that is not a hold stands even where the response is old, because it is never taken
 * back; anything else is worth something only in date.
 */
export function ocspState(answer: OcspAnswer, now: Date): OcspState {
	if (answer.kind === 'useless') return answer;
	const { status, nextUpdate, revokedAt, reason, onHold } = answer;
	const outOfDate = staleness(answer, now.getTime());
	if (status === 'revoked' && !(onHold && outOfDate !== null)) {
		return { kind: 'revoked', at: revokedAt ?? answer.thisUpdate, reason };
	}
	if (outOfDate !== null) return outOfDate;
	if (status === 'good') return { kind: 'good', until: nextUpdate };
	return useless('unknown', 'says that its responder does not know the certificate');
}

function useless(why: UselessOcsp['why'], detail: string): UselessOcsp {
	return { kind: 'useless', why, detail };
}

function staleness(
	{ thisUpdate, nextUpdate, delegate }: Extract<OcspAnswer, { kind: 'answer' }>,
	at: number,
): UselessOcsp | null {
	if (Date.parse(thisUpdate) > at + CLOCK_SLACK) {
		return useless('not-yet-valid', `is not valid before ${minute(thisUpdate)}`);
	}
	// A second that a date names belongs to the period, as with certificates.
	const isOver = (until: string) => at >= Date.parse(until) + 1000;
	if (nextUpdate !== null && isOver(nextUpdate)) {
		return useless('expired', `expired on ${minute(nextUpdate)}`);
	}
	if (delegate === null) return null;
	if (Date.parse(delegate.from) > at + CLOCK_SLACK || isOver(delegate.until)) {
		return useless('not-signed', 'is signed with a certificate that is out of date');
	}
	return null;
}

const minute = (iso: string) => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
const isoOf = (ms: number) => new Date(ms).toISOString();

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

function answerIn(response: Basic | number, { certificate, issuer }: OcspQuestion): OcspAnswer {
	if (typeof response === 'number') {
		return useless('error', `is an error (${ERRORS[response] ?? `status ${response}`})`);
	}
	const single = response.singles.find((one) => isAbout(one, certificate, issuer));
	if (single === undefined) return useless('wrong-certificate', 'is about another certificate');
	const signer = signerOf(response, issuer);
	if (signer === null) {
		return useless('not-signed', 'is not signed by the issuer of the certificate');
	}
	const { thisUpdate, nextUpdate } = single;
	return {
		kind: 'answer',
		thisUpdate: isoOf(thisUpdate),
		nextUpdate: nextUpdate === null ? null : isoOf(nextUpdate),
		delegate:
			signer === issuer ? null : { from: isoOf(signer.notBefore), until: isoOf(signer.notAfter) },
		...statusOf(single),
	};
}

function statusOf({ status }: Single) {
	const plain = { revokedAt: null, reason: null, onHold: false };
	if (status.tag === 0x80) return { status: 'good' as const, ...plain };
	if (status.tag !== 0xa1) return { status: 'unknown' as const, ...plain };
	const [time, reason] = elements(status.content);
	const code = reason?.tag === 0xa0 ? enumerated(onlyElement(reason.content)) : null;
	return {
		status: 'revoked' as const,
		revokedAt: isoOf(timeOf(time, 'the time of revocation', [])),
		reason: reasonText(code),
		onHold: code === ON_HOLD,
	};
}

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
function signerOf(response: Basic, issuer: Certificate): Certificate | null {
	const delegates = response.certificates.filter(
		(one) =>
			one.extendedKeyUsage?.includes(OCSP_SIGNING) === true &&
			one.issuer.key === issuer.subject.key &&
			signatureState(one, issuer) === 'valid',
	);
	const signer = [issuer, ...delegates].find(
		(one) => isNamed(response, one) && signatureState(response, one) === 'valid',
	);
	return signer ?? null;
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
