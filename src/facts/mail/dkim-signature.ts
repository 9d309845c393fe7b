import { createHash } from 'node:crypto';
import { isWithin } from '../dns/ancestry.ts';
import {
	CANONICAL_FORMS,
	type CanonicalForm,
	canonicalBody,
	signedHeader,
} from './dkim-canonical.ts';
import type { HeaderField, MessageSource } from './message-source.ts';
import { parseTagList, type TagList } from './tag-list.ts';

/** RFC 6376 §3.3 with RFC 8301 and RFC 8463. */
export const DKIM_ALGORITHMS = ['rsa-sha256', 'rsa-sha1', 'ed25519-sha256'] as const;
type DkimAlgorithm = (typeof DKIM_ALGORITHMS)[number];

/**
 * A DKIM-Signature with the hashes of what it covers, so that it can be verified without the message.
 * Times are in seconds since 1970.
 */
export interface DkimSignature {
	/** Domain and selector, lower case; empty where the tag is missing. */
	readonly domain: string;
	readonly selector: string;
	/** Domain of `i=`; that of `d=` where there is none. */
	readonly identity: string;
	/** `null` for one that is not known. */
	readonly algorithm: DkimAlgorithm | null;
	/** Names in `h=`, lower case, repeats kept. */
	readonly names: readonly string[];
	/** `l=`: bytes of the body that are covered; `null` for all. */
	readonly length: number | null;
	readonly signedAt: number | null;
	readonly expiresAt: number | null;
	/** Why it counts for nothing, whatever its key is; in words that follow "it". */
	readonly faults: readonly string[];
	/** `bh=` as signed and as the body of the file gives it, base64. */
	readonly bodyHash: { readonly signed: string; readonly seen: string };
	/** Of the canonical body; `null` for an unknown form. */
	readonly bodyBytes: number | null;
	/** SHA of the covered header fields by the algorithm's hash, hex. */
	readonly headerHash: string;
	/** `b=`, base64 without white space. */
	readonly signature: string;
}

const REQUIRED = ['v', 'a', 'b', 'bh', 'd', 'h', 's'] as const;
/** More than any message has; each costs a hash of the whole body. */
const MOST_SIGNATURES = 10;
/** Names in `h=`; oversigning doubles a few dozen. */
const MOST_NAMES = 200;

/** The signatures of a message, in their order; `more` are those beyond the first ten. */
export function dkimSignatures({ fields, body, unquoted }: MessageSource): {
	readonly signatures: readonly DkimSignature[];
	readonly more: number;
} {
	const at = fields.flatMap(({ name }, index) => (name === 'dkim-signature' ? [index] : []));
	const bodies = canonicalBodies(unquoted === body ? [body] : [body, unquoted]);
	return {
		signatures: at.slice(0, MOST_SIGNATURES).map((index) => readSignature(fields, index, bodies)),
		more: Math.max(0, at.length - MOST_SIGNATURES),
	};
}

type Bodies = (form: CanonicalForm) => readonly string[];

/** Each form is made once, however many signatures use it: a body may have megabytes. */
function canonicalBodies(bodies: readonly string[]): Bodies {
	const made = new Map<CanonicalForm, readonly string[]>();
	return (form) => {
		const known = made.get(form) ?? bodies.map((body) => canonicalBody(body, form));
		made.set(form, known);
		return known;
	};
}

function readSignature(fields: readonly HeaderField[], at: number, bodies: Bodies): DkimSignature {
	const raw = fields[at]?.raw ?? '';
	const list = parseTagList(raw.slice(raw.indexOf(':') + 1));
	const tag = (name: string) => list.tags.find((each) => each.name === name)?.value ?? null;
	const packed = (name: string) => (tag(name) ?? '').replace(/[ \t\r\n]+/g, '');
	const algorithm = DKIM_ALGORITHMS.find((each) => each === packed('a').toLowerCase()) ?? null;
	const forms = formsOf(packed('c'));
	const names = packed('h')
		.toLowerCase()
		.split(':')
		.filter((name) => name !== '')
		.slice(0, MOST_NAMES);
	const domain = packed('d').toLowerCase();
	const identity = packed('i').toLowerCase();
	const hash = algorithm === 'rsa-sha1' ? 'sha1' : 'sha256';
	const length = numberOf(tag('l'));
	const signed = packed('bh');
	const body = bodyHash(bodies, { form: forms?.body, length, hash, signed });
	const covered = signedHeader(fields, { at, names, form: forms?.header ?? 'simple' });
	const read = {
		domain,
		selector: packed('s').toLowerCase(),
		identity: identity === '' ? domain : identity.slice(identity.lastIndexOf('@') + 1),
		algorithm,
		names,
		length,
		signedAt: numberOf(tag('t')),
		expiresAt: numberOf(tag('x')),
		bodyHash: { signed, seen: body.hash },
		bodyBytes: body.bytes,
		headerHash: createHash(hash).update(covered, 'latin1').digest('hex'),
		signature: packed('b'),
	};
	return { ...read, faults: faultsOf(list, read, forms) };
}

interface Forms {
	readonly header: CanonicalForm;
	readonly body: CanonicalForm;
}

/** RFC 6376 §3.5: `simple/simple` unless given; a lone word is the header's. */
function formsOf(text: string): Forms | null {
	const [header, body, ...rest] = (text === '' ? 'simple' : text.toLowerCase()).split('/');
	const known = (word: string) => CANONICAL_FORMS.find((form) => form === word);
	const forms = { header: known(header ?? ''), body: known(body ?? 'simple') };
	if (forms.header === undefined || forms.body === undefined || rest.length > 0) return null;
	return { header: forms.header, body: forms.body };
}

function bodyHash(
	bodies: Bodies,
	{
		form,
		length,
		hash,
		signed,
	}: { form: CanonicalForm | undefined; length: number | null; hash: string; signed: string },
): { readonly hash: string; readonly bytes: number | null } {
	if (form === undefined) return { hash: '', bytes: null };
	const hashes = bodies(form).map((canonical) => {
		const covered = canonical.slice(0, length ?? canonical.length);
		const digest = createHash(hash).update(covered, 'latin1').digest('base64');
		return { hash: digest, bytes: canonical.length };
	});
	return hashes.find((each) => each.hash === signed) ?? hashes[0] ?? { hash: '', bytes: null };
}

/** Digits alone, as many as a time of any century or a body can have. */
function numberOf(text: string | null): number | null {
	return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

type Read = Omit<DkimSignature, 'faults'>;

function faultsOf({ tags, faults }: TagList, read: Read, forms: Forms | null): readonly string[] {
	const value = (name: string) => tags.find((each) => each.name === name)?.value ?? null;
	const missing = REQUIRED.filter((name) => value(name) === null || value(name) === '');
	const found = faults.map((fault) => fault);
	if (missing.length > 0) found.push(`lacks ${missing.map((name) => `${name}=`).join(', ')}`);
	const version = value('v');
	if (version !== null && version !== '1') found.push('is of a version other than 1');
	if (read.algorithm === null && !missing.includes('a')) {
		found.push('uses an algorithm that receivers do not know');
	}
	if (forms === null) found.push('names a canonicalisation that does not exist in c=');
	const query = value('q');
	if (query !== null && !query.split(':').some((each) => each.trim() === 'dns/txt')) {
		found.push('names no way to find its key that receivers know in q=');
	}
	if (read.domain !== '' && !isWithin(read.identity, read.domain)) {
		found.push(`speaks for ${read.identity} in i=, which is not within its d=${read.domain}`);
	}
	return [...found, ...numberFaults(value, read), ...base64Faults(read)];
}

function numberFaults(
	value: (name: string) => string | null,
	{ length, signedAt, expiresAt, bodyBytes }: Read,
): readonly string[] {
	const found = (['l', 't', 'x'] as const)
		.filter((name) => value(name) !== null && numberOf(value(name)) === null)
		.map((name) => `has no number in ${name}=`);
	if (length !== null && bodyBytes !== null && length > bodyBytes) {
		found.push(`covers ${length} bytes by l=, and the body has ${bodyBytes}`);
	}
	if (signedAt !== null && expiresAt !== null && expiresAt <= signedAt) {
		found.push('expires before it was made (x= is not above t=)');
	}
	return found;
}

function base64Faults({ signature, bodyHash: { signed } }: Read): readonly string[] {
	const isBase64 = (text: string) =>
		text === '' || (/^[a-z0-9+/]+={0,2}$/i.test(text) && text.length % 4 === 0);
	return [
		...(isBase64(signature) ? [] : ['has no base64 in b=']),
		...(isBase64(signed) ? [] : ['has no base64 in bh=']),
	];
}
