import { createHash } from 'node:crypto';
import { coversHost, referenceOf } from '../tls/host-match.ts';
import { type Certificate, parseCertificate } from '../tls/x509.ts';
import { signatureState } from '../tls/x509-signature.ts';

/** One TLSA record (RFC 6698 §2.1). */
export interface TlsaRecord {
	readonly usage: number;
	readonly selector: number;
	readonly matching: number;
	/** Lower-case hex. */
	readonly data: string;
	/** Why mail servers pass it over; `null` where they use it. */
	readonly fault: string | null;
}

/** Octets of a digest; the rest is compared whole. */
const DIGESTS: Readonly<Record<number, { readonly name: string; readonly octets: number }>> = {
	1: { name: 'sha256', octets: 32 },
	2: { name: 'sha512', octets: 64 },
};
const DANE_TA = 2;
const DANE_EE = 3;

/** RDATA in presentation form; `null` for what is none. */
export function parseTlsa(text: string): TlsaRecord | null {
	const fields = /^(\d{1,3}) +(\d{1,3}) +(\d{1,3})(?: +([0-9a-f ]*))?$/i.exec(text.trim());
	if (fields === null) return null;
	const [usage = 0, selector = 0, matching = 0] = fields.slice(1, 4).map(Number);
	const data = (fields[4] ?? '').replaceAll(' ', '').toLowerCase();
	if (Math.max(usage, selector, matching) > 255 || data.length % 2 !== 0) return null;
	const bare = { usage, selector, matching, data };
	return { ...bare, fault: faultOf(bare) };
}

/** RFC 7672 §3.1.3 for usages 0 and 1, RFC 7671 §4 for what nobody knows or can read. */
function faultOf({ usage, selector, matching, data }: Omit<TlsaRecord, 'fault'>): string | null {
	if (usage < DANE_TA) return `usage ${usage} is not for mail servers (RFC 7672 §3.1.3)`;
	if (usage > DANE_EE) return `usage ${usage} means nothing`;
	if (selector > 1) return `selector ${selector} means nothing`;
	if (matching > 2) return `matching type ${matching} means nothing`;
	const digest = DIGESTS[matching];
	if (digest === undefined) return data === '' ? 'it holds nothing' : null;
	const octets = data.length / 2;
	return octets === digest.octets
		? null
		: `a ${digest.name.toUpperCase().replace('SHA', 'SHA-')} digest has ${digest.octets} octets, and this one ${octets}`;
}

/** As a zone file writes it. */
export function tlsaText({ usage, selector, matching, data }: Omit<TlsaRecord, 'fault'>): string {
	return `${usage} ${selector} ${matching} ${data.toUpperCase()}`;
}

/**
 * What senders use of a set: usable records, and of digests of the same thing only the strongest
 * (RFC 7671 §9), so that a right SHA-256 digest beside a wrong SHA-512 one helps nobody.
 */
export function effectiveTlsa(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
	const usable = records.filter(({ fault }) => fault === null);
	return usable.filter(
		(one) =>
			one.matching === 0 ||
			!usable.some(
				(other) =>
					other.usage === one.usage &&
					other.selector === one.selector &&
					other.matching > one.matching,
			),
	);
}

export interface TlsaMatch {
	/** The record that the chain satisfies; `null` where none does. */
	readonly record: TlsaRecord | null;
	/** What comes close: a record that names the issuer, and what is wrong with the rest. */
	readonly near: string | null;
}

interface Expected {
	/** Names of which the certificate must have one, where a record names an issuer (RFC 7672 §3.2.2). */
	readonly names: readonly string[];
	readonly now: Date;
}

/** OpenSSL sends and takes no more in practice; a hostile server must not cost us time. */
const MOST_CERTIFICATES = 20;
const MOST_RECORDS = 50;

/**
 * Whether a chain, leaf first, DER in base64, satisfies a set. Usage 3 looks at the leaf's key or
 * bytes alone: neither names nor dates count (RFC 7672 §3.1.1). Usage 2 wants a chain of signatures up
 * to what it names, in time, for one of the names (§3.1.2); the leaf itself is no issuer (RFC 7671 §5.2).
 */
export function matchTlsa(
	records: readonly TlsaRecord[],
	served: readonly string[],
	expected: Expected,
): TlsaMatch {
	const chain = readable(served);
	const [leaf] = chain;
	if (leaf === undefined) return { record: null, near: 'the certificate cannot be read' };
	let near: string | null = null;
	for (const record of effectiveTlsa(records).slice(0, MOST_RECORDS)) {
		if (record.usage === DANE_EE) {
			if (isNamedBy(record, leaf)) return { record, near: null };
			continue;
		}
		const path = pathTo(record, chain);
		const fault = path === null ? null : faultIn(path, leaf, expected);
		if (path !== null && fault === null) return { record, near: null };
		near ??= fault;
	}
	return { record: null, near };
}

function readable(served: readonly string[]): readonly Certificate[] {
	const certificates: Certificate[] = [];
	for (const each of served.slice(0, MOST_CERTIFICATES)) {
		const parsed = parseCertificate(Uint8Array.from(Buffer.from(each, 'base64')));
		if (parsed.kind === 'certificate') certificates.push(parsed.certificate);
		else if (certificates.length === 0) return [];
	}
	return certificates;
}

function isNamedBy({ selector, matching, data }: TlsaRecord, certificate: Certificate): boolean {
	return associationOf(certificate, selector, matching) === data;
}

/** What a record with this selector and matching type would hold for a certificate; hex. */
function associationOf({ der, spki }: Certificate, selector: number, matching: number): string {
	const selected = selector === 0 ? der : spki;
	const digest = DIGESTS[matching];
	return digest === undefined
		? Buffer.from(selected).toString('hex')
		: createHash(digest.name).update(selected).digest('hex');
}

/** `3 1 1` for the leaf of a chain; `null` where it cannot be read. */
export function tlsaOf(leaf: string): string | null {
	const [certificate] = readable([leaf]);
	if (certificate === undefined) return null;
	return tlsaText({
		usage: DANE_EE,
		selector: 1,
		matching: 1,
		data: associationOf(certificate, 1, 1),
	});
}

/** Signatures from the leaf to the issuer that a record names, both included; `null` without. */
function pathTo(record: TlsaRecord, chain: readonly Certificate[]): readonly Certificate[] | null {
	const [leaf, ...sent] = chain;
	if (leaf === undefined) return null;
	const issuers = [...sent, ...broughtBy(record)];
	const open: (readonly Certificate[])[] = [[leaf]];
	const seen = new Set([leaf.sha256]);
	for (let path = open.shift(); path !== undefined; path = open.shift()) {
		const top = path.at(-1) ?? leaf;
		if (path.length > 1 && isNamedBy(record, top)) return path;
		if (isSignedByKey(record, top)) return path;
		for (const issuer of issuers.filter((each) => !seen.has(each.sha256) && signed(top, each))) {
			seen.add(issuer.sha256);
			open.push([...path, issuer]);
		}
	}
	return null;
}

function signed(child: Certificate, issuer: Certificate): boolean {
	return issuer.subject.key === child.issuer.key && signatureState(child, issuer) === 'valid';
}

/** `2 0 0` holds the whole certificate, which then need not be sent (RFC 7671 §5.2.2). */
function broughtBy({ selector, matching, data }: TlsaRecord): readonly Certificate[] {
	if (selector !== 0 || matching !== 0) return [];
	const parsed = parseCertificate(Uint8Array.from(Buffer.from(data, 'hex')));
	return parsed.kind === 'certificate' ? [parsed.certificate] : [];
}

/** `2 1 0` holds the whole key, which no certificate has to bring. */
function isSignedByKey({ selector, matching, data }: TlsaRecord, child: Certificate): boolean {
	if (selector !== 1 || matching !== 0) return false;
	const spki = Uint8Array.from(Buffer.from(data, 'hex'));
	return signatureState(child, { ...child, spki }) === 'valid';
}

function faultIn(
	path: readonly Certificate[],
	leaf: Certificate,
	{ names, now }: Expected,
): string | null {
	const at = now.getTime();
	const late = path.find(({ notAfter }) => at > notAfter);
	if (late !== undefined) {
		const whose = late === leaf ? 'the certificate' : 'a certificate of its chain';
		return `${whose} expired on ${new Date(late.notAfter).toISOString().slice(0, 10)}`;
	}
	const early = path.find(({ notBefore }) => at < notBefore);
	if (early !== undefined) {
		return `a certificate is not valid before ${new Date(early.notBefore).toISOString().slice(0, 10)}`;
	}
	const stranger = path.slice(1).find(({ basicConstraints }) => basicConstraints?.ca === false);
	if (stranger !== undefined) return 'a certificate of its chain may not issue others';
	const isFor = names.some((name) => {
		const reference = referenceOf(name);
		return reference !== null && coversHost(leaf.altNames ?? [], reference);
	});
	return isFor ? null : `the certificate is for none of ${names.join(', ')}`;
}
