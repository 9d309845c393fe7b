import { createHash } from 'node:crypto';
import {
	bitsOf,
	contentOf,
	DerError,
	integerOf,
	oidOf,
	onlyElement,
	sequenceOf,
	TAG,
	type Tlv,
} from './der.ts';
import { type CertificateExtensions, extensionsOf } from './x509-extensions.ts';
import { type KeyKind, keyKindOf } from './x509-key.ts';
import { type DistinguishedName, nameOf } from './x509-name.ts';

/** AlgorithmIdentifier. */
export interface Algorithm {
	readonly oid: string;
	/** The parameters' encoding; `null` where there are none. */
	readonly parameters: Uint8Array | null;
	readonly raw: Uint8Array;
}

export interface Certificate extends CertificateExtensions {
	readonly der: Uint8Array;
	/** Of the whole certificate, hex. */
	readonly sha256: string;
	/** What is signed. */
	readonly tbs: Uint8Array;
	/** 1, 2 or 3; another number where it says one. */
	readonly version: number;
	/** Two's complement, as encoded. */
	readonly serial: Uint8Array;
	/** Inside what is signed, and beside the signature; RFC 5280 §4.1.1.2 wants them equal. */
	readonly innerAlgorithm: Algorithm;
	readonly outerAlgorithm: Algorithm;
	readonly signature: Uint8Array;
	readonly issuer: DistinguishedName;
	readonly subject: DistinguishedName;
	/** Milliseconds since 1970; both ends belong to the validity. */
	readonly notBefore: number;
	readonly notAfter: number;
	/** SubjectPublicKeyInfo. */
	readonly spki: Uint8Array;
	readonly key: KeyKind;
	/** What RFC 5280 §4 forbids in the encoding itself, whatever the certificate is used for. */
	readonly breaches: readonly string[];
}

export type ParsedCertificate =
	| { readonly kind: 'certificate'; readonly certificate: Certificate }
	| { readonly kind: 'malformed'; readonly reason: string; readonly sha256: string };

/** Larger than a certificate with 10,000 names. */
const MOST_BYTES = 1 << 20;

/**
 * Reads one certificate (RFC 5280 §4.1). `malformed` where nothing can be made of it; a fault that
 * leaves the rest readable (a bad extension, a wrong kind of time) is listed in `breaches`, because
 * clients differ in what they forgive. Never throws.
 */
export function parseCertificate(der: Uint8Array): ParsedCertificate {
	const done = PARSED.get(der);
	if (done !== undefined) return done;
	const parsed = parse(der);
	PARSED.set(der, parsed);
	return parsed;
}

/** The roots are the same arrays at every judgement. */
const PARSED = new WeakMap<Uint8Array, ParsedCertificate>();

function parse(der: Uint8Array): ParsedCertificate {
	const sha256 = createHash('sha256').update(der).digest('hex');
	try {
		if (der.length > MOST_BYTES) throw new DerError(`${der.length} bytes`);
		return { kind: 'certificate', certificate: read(der, sha256) };
	} catch (error) {
		if (!(error instanceof DerError)) throw error;
		return { kind: 'malformed', reason: error.message, sha256 };
	}
}

function read(der: Uint8Array, sha256: string): Certificate {
	const [tbs, outer, signature, ...more] = sequenceOf(onlyElement(der), 'the certificate');
	if (tbs === undefined || more.length > 0) throw new DerError('a certificate has three parts');
	const breaches: string[] = [];
	const fields = [...sequenceOf(tbs, 'the signed part')];
	const version = versionOf(fields[0]?.tag === 0xa0 ? fields.shift() : undefined, breaches);
	const serial = contentOf(fields.shift(), TAG.integer, 'the serial number');
	breaches.push(...serialBreaches(serial));
	const innerAlgorithm = algorithmOf(fields.shift(), 'the inner signature algorithm');
	const issuer = nameOf(fields.shift(), 'the issuer');
	const validity = validityOf(fields.shift(), breaches);
	const subject = nameOf(fields.shift(), 'the subject');
	const spki = fields.shift();
	const key = keyKindOf(spki);
	breaches.push(...key.breaches);
	for (const tag of [0x81, 0x82]) {
		if (fields[0]?.tag !== tag) continue;
		breaches.push('a unique identifier is present (§4.1.2.8)');
		fields.shift();
	}
	const extensions = extensionsOf(fields[0]?.tag === 0xa3 ? fields.shift() : undefined);
	if (fields.length > 0) throw new DerError('the signed part holds more than its fields');
	const bits = bitsOf(contentOf(signature, TAG.bitString, 'the signature'));
	if (bits.unused > 0) throw new DerError('the signature is not whole octets');
	return {
		...extensions,
		der,
		sha256,
		tbs: tbs.raw,
		version,
		serial,
		innerAlgorithm,
		outerAlgorithm: algorithmOf(outer, 'the outer signature algorithm'),
		signature: bits.bytes,
		issuer,
		subject,
		...validity,
		spki: spki?.raw ?? new Uint8Array(),
		key: key.kind,
		breaches: [
			...breaches,
			...(issuer.relative.length === 0 ? ['the issuer is empty (§4.1.2.4)'] : []),
			...extensions.faults,
		],
	};
}

function versionOf(field: Tlv | undefined, breaches: string[]): number {
	if (field === undefined) return 1;
	const value = integerOf(contentOf(onlyElement(field.content), TAG.integer, 'the version'));
	if (value === 0n) breaches.push('the default version is encoded (DER)');
	if (value < 0n || value > 0xffn) throw new DerError('an impossible version');
	return Number(value) + 1;
}

/** §4.1.2.2: positive, at most 20 octets. */
function serialBreaches(content: Uint8Array): readonly string[] {
	const value = integerOf(content);
	return [
		...(value === 0n ? [ZERO_SERIAL] : []),
		...(value < 0n ? ['the serial number is negative (§4.1.2.2)'] : []),
		...(content.length > 20 ? ['the serial number is longer than 20 octets (§4.1.2.2)'] : []),
	];
}

/** Several public roots have it, so that a root is let off. */
export const ZERO_SERIAL = 'the serial number is zero (§4.1.2.2)';

export function algorithmOf(field: Tlv | undefined, what: string): Algorithm {
	const [oid, parameters, ...more] = sequenceOf(field, what);
	if (more.length > 0) throw new DerError(`${what} has more than two parts`);
	return {
		oid: oidOf(contentOf(oid, TAG.oid, what)),
		parameters: parameters?.raw ?? null,
		raw: field?.raw ?? new Uint8Array(),
	};
}

function validityOf(field: Tlv | undefined, breaches: string[]) {
	const [from, to, ...more] = sequenceOf(field, 'the validity');
	if (more.length > 0) throw new DerError('the validity has more than two times');
	return {
		notBefore: timeOf(from, 'notBefore', breaches),
		notAfter: timeOf(to, 'notAfter', breaches),
	};
}

const UTC = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/;
const GENERALIZED = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/;

/** §4.1.2.5: UTCTime to the end of 2049, GeneralizedTime after; seconds, Z, no fraction. */
export function timeOf(field: Tlv | undefined, what: string, breaches: string[]): number {
	if (field === undefined) throw new DerError(`${what} is missing`);
	const text = Buffer.from(field.content).toString('latin1');
	if (field.tag === TAG.utcTime) {
		const parts = UTC.exec(text);
		if (parts === null) throw new DerError(`${what} is no UTCTime`);
		if (parts[6] === undefined) breaches.push(`${what} has no seconds (§4.1.2.5.1)`);
		const year = Number(parts[1]);
		return instant(what, [year < 50 ? 2000 + year : 1900 + year, ...numbers(parts.slice(2))]);
	}
	const parts = field.tag === TAG.generalizedTime ? GENERALIZED.exec(text) : null;
	if (parts === null) throw new DerError(`${what} is no time that RFC 5280 knows`);
	if (parts[7] !== undefined) breaches.push(`${what} has a fraction (§4.1.2.5.2)`);
	const at = instant(what, numbers(parts.slice(1, 7)));
	if (Number(parts[1]) < 2050) breaches.push(`${what} before 2050 is no UTCTime (§4.1.2.5)`);
	return at;
}

function numbers(parts: readonly (string | undefined)[]): readonly number[] {
	return parts.map((part) => Number(part ?? 0));
}

function instant(what: string, parts: readonly number[]): number {
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
	const date = new Date(0);
	date.setUTCFullYear(year, month - 1, day);
	date.setUTCHours(hour, minute, second);
	const same =
		date.getUTCMonth() === month - 1 &&
		date.getUTCDate() === day &&
		hour < 24 &&
		minute < 60 &&
		second < 60;
	if (!same) throw new DerError(`${what} is no possible time`);
	return date.getTime();
}

/** Subject and issuer are the same name (RFC 5280 §3.2). */
export function isSelfIssued(certificate: Certificate): boolean {
	return certificate.subject.key === certificate.issuer.key;
}

/** Every certificate of a PEM bundle, in order; what is no certificate is left out. */
export function certificatesInPem(pem: string): readonly Uint8Array[] {
	const done = BUNDLES.get(pem);
	if (done !== undefined) return done;
	const block = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;
	const found = [...pem.matchAll(block)].map(([, body = '']) => Buffer.from(body, 'base64'));
	if (BUNDLES.size >= MOST_BUNDLES) BUNDLES.clear();
	BUNDLES.set(pem, found);
	return found;
}

/** A machine has one public bundle and at most one private. */
const MOST_BUNDLES = 8;
const BUNDLES = new Map<string, readonly Uint8Array[]>();

/** DER in base64 of the first certificate of a PEM file, whether or not it can be read. */
export function firstCertificateIn(pem: string): string | null {
	const found =
		/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,100000})-----END CERTIFICATE-----/.exec(pem);
	return found?.[1]?.replace(/\s+/g, '') ?? null;
}
