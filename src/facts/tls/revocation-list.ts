import {
	bitsOf,
	booleanOf,
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
import { algorithmOf, type Certificate, timeOf } from './x509.ts';
import { generalNameOf } from './x509-general-name.ts';
import { type DistinguishedName, nameOf } from './x509-name.ts';
import { type Signed, signatureState } from './x509-signature.ts';

/** A certificate revocation list (RFC 5280 §5). */
interface RevocationList extends Signed {
	readonly issuer: DistinguishedName;
	readonly thisUpdate: number;
	readonly nextUpdate: number | null;
	/** The whole SEQUENCE, because it can hold hundreds of thousands; `null` where nobody is listed. */
	readonly entries: Tlv | null;
	readonly extensions: readonly ListExtension[];
}

interface ListExtension {
	readonly oid: string;
	readonly critical: boolean;
	readonly value: Uint8Array;
}

/** What a list says of one certificate. Dates are left to whoever knows the time. */
export type ListedState =
	| {
			readonly kind: 'listed';
			/** ISO 8601. */
			readonly at: string;
			readonly reason: string | null;
			/** It may have been lifted since: the list must be in date. */
			readonly onHold: boolean;
			readonly nextUpdate: string | null;
	  }
	| {
			readonly kind: 'not-listed';
			readonly thisUpdate: string;
			readonly nextUpdate: string | null;
	  }
	/** The list does not answer the question; `detail` says why. */
	| { readonly kind: 'unusable'; readonly detail: string };

const ISSUING_POINT = '2.5.29.28';
const DELTA = '2.5.29.27';
const REASON = '2.5.29.21';
const ENTRY_ISSUER = '2.5.29.29';
/** Critical extensions that are read here (§5.2). */
const READ: ReadonlySet<string> = new Set([ISSUING_POINT, '2.5.29.35', '2.5.29.20', '2.5.29.46']);

/**
 * Looks a certificate up in the list of its issuer (RFC 5280 §6.3.3). Unusable where the list is another's,
 * badly signed, for another part of the certificates (issuing distribution point), indirect, a delta, or
 * has critical extensions that nobody here knows: none of that proves anything. Never throws.
 */
export function listedState(
	der: Uint8Array,
	certificate: Certificate,
	issuer: Certificate,
): ListedState {
	try {
		const list = read(der);
		const reason = whyUnusable(list, certificate, issuer);
		if (reason !== null) return { kind: 'unusable', detail: reason };
		return lookedUp(list, certificate.serial);
	} catch (error) {
		if (!(error instanceof DerError)) throw error;
		return { kind: 'unusable', detail: `it cannot be read (${error.message})` };
	}
}

function whyUnusable(
	list: RevocationList,
	certificate: Certificate,
	issuer: Certificate,
): string | null {
	if (list.issuer.key !== certificate.issuer.key) return 'it is the list of another authority';
	if (issuer.keyUsage !== null && !issuer.keyUsage.includes('cRLSign')) {
		return 'the authority may not sign lists (keyUsage lacks cRLSign)';
	}
	if (signatureState(list, issuer) !== 'valid') return 'the authority did not sign it';
	if (list.extensions.some(({ oid }) => oid === DELTA)) return 'it lists changes only';
	const alien = list.extensions.find(({ oid, critical }) => critical && !READ.has(oid));
	if (alien !== undefined) return `it has the critical extension ${alien.oid}`;
	const point = list.extensions.find(({ oid }) => oid === ISSUING_POINT);
	return point === undefined ? null : outsideOf(onlyElement(point.value), certificate);
}

/** IssuingDistributionPoint (§5.2.5), against the certificate (§6.3.3 (b)). */
function outsideOf(value: Tlv, { basicConstraints, crlUrls }: Certificate): string | null {
	const parts = new Map(sequenceOf(value, 'the scope').map((part) => [part.tag, part.content]));
	const flag = (tag: number) => {
		const content = parts.get(tag);
		return content !== undefined && booleanOf(content);
	};
	const isCa = basicConstraints?.ca === true;
	if (flag(0x84)) return 'it lists certificates of other authorities too';
	if (flag(0x85)) return 'it is for attribute certificates';
	if (parts.has(0x83)) return 'it lists some reasons only';
	if (flag(0x81) && isCa) return 'it is for certificates that are no CA';
	if (flag(0x82) && !isCa) return 'it is for CA certificates';
	const named = parts.get(0xa0);
	if (named === undefined) return null;
	const full = onlyElement(named);
	const urls = full.tag === 0xa0 ? elements(full.content).map(generalNameOf) : [];
	const isOurs = urls.some((name) => name.kind === 'uri' && crlUrls.includes(name.text));
	return isOurs ? null : 'it is for another part of the certificates';
}

function lookedUp(list: RevocationList, number: Uint8Array): ListedState {
	const nextUpdate = list.nextUpdate === null ? null : iso(list.nextUpdate);
	const serial = hexOf(number);
	for (const entry of entriesWith(list, number)) {
		const [own, date, extra] = elements(entry.content);
		if (own === undefined || hexOf(own.content) !== serial) continue;
		const extensions = extra === undefined ? [] : sequenceOf(extra, 'an entry').map(extensionOf);
		const alien = extensions.find(({ oid, critical }) => critical && oid !== REASON);
		if (alien !== undefined || extensions.some(({ oid }) => oid === ENTRY_ISSUER)) {
			return { kind: 'unusable', detail: 'its entry has a critical extension' };
		}
		const code = extensions.find(({ oid }) => oid === REASON);
		const reason = code === undefined ? null : Number(integerOf(onlyElement(code.value).content));
		const at = iso(timeOf(date, 'the date of revocation', []));
		const onHold = reason === ON_HOLD;
		return { kind: 'listed', at, reason: reasonText(reason), onHold, nextUpdate };
	}
	return { kind: 'not-listed', thisUpdate: iso(list.thisUpdate), nextUpdate };
}

/** Empty where the octets of the number stand nowhere, which costs a hundredth of reading every entry. */
function entriesWith({ entries }: RevocationList, number: Uint8Array): readonly Tlv[] {
	if (entries === null || !Buffer.from(entries.content).includes(Buffer.from(number))) return [];
	return elements(entries.content);
}

const iso = (ms: number) => new Date(ms).toISOString();

/** CertificateList (§5.1). Entries are not looked into. */
function read(der: Uint8Array): RevocationList {
	const [tbs, outer, signature] = sequenceOf(onlyElement(der), 'the list');
	const fields = [...sequenceOf(tbs, 'the signed part')];
	if (fields[0]?.tag === TAG.integer) fields.shift();
	algorithmOf(fields.shift(), 'the inner signature algorithm');
	const issuer = nameOf(fields.shift(), 'the issuer');
	const thisUpdate = timeOf(fields.shift(), 'thisUpdate', []);
	const isTime = fields[0]?.tag === TAG.utcTime || fields[0]?.tag === TAG.generalizedTime;
	const nextUpdate = isTime ? timeOf(fields.shift(), 'nextUpdate', []) : null;
	const entries = fields[0]?.tag === TAG.sequence ? (fields.shift() ?? null) : null;
	const extra = fields[0]?.tag === 0xa0 ? fields.shift() : undefined;
	return {
		tbs: tbs?.raw ?? new Uint8Array(),
		outerAlgorithm: algorithmOf(outer, 'the signature algorithm'),
		signature: bitsOf(contentOf(signature, TAG.bitString, 'the signature')).bytes,
		issuer,
		thisUpdate,
		nextUpdate,
		entries,
		extensions:
			extra === undefined
				? []
				: sequenceOf(onlyElement(extra.content), 'the extensions').map(extensionOf),
	};
}

function extensionOf(value: Tlv): ListExtension {
	const parts = [...sequenceOf(value, 'an extension')];
	const oid = oidOf(contentOf(parts.shift(), TAG.oid, "an extension's type"));
	const flag = parts[0]?.tag === TAG.boolean ? parts.shift() : undefined;
	return {
		oid,
		critical: flag !== undefined && booleanOf(flag.content),
		value: contentOf(parts.shift(), TAG.octetString, "an extension's value"),
	};
}
