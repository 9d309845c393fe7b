import { createPublicKey } from 'node:crypto';
import { repeatsIn } from './repeats.ts';

/** The public key that a record publishes, or why it is none. */
type DkimPublicKey =
	| { readonly kind: 'rsa'; readonly bits: number; readonly form: 'spki' | 'pkcs1' }
	| { readonly kind: 'ed25519' }
	/** `p=` is empty (RFC 6376 §3.6.1). */
	| { readonly kind: 'revoked' }
	| { readonly kind: 'undecodable'; readonly says: string }
	| { readonly kind: 'unknown-type'; readonly type: string }
	/** No `p=` at all. */
	| { readonly kind: 'missing' };

interface DkimTag {
	readonly name: string;
	readonly value: string;
	/** 0-based offset of the name. */
	readonly position: number;
}

interface DkimFault {
	readonly rule: 'tag-list' | 'tag-duplicate' | 'version' | 'key-missing' | 'value' | 'quoting';
	/** `null` where something is missing. */
	readonly position: number | null;
	readonly says: string;
}

export interface DkimKeyRecord {
	readonly text: string;
	/** Names as written, which is as they count (RFC 6376 §3.2); white space around values removed. */
	readonly tags: readonly DkimTag[];
	/** Where it leaves the grammar; each makes verifiers ignore the key. */
	readonly faults: readonly string[];
	/** The same with their places. */
	readonly broken: readonly DkimFault[];
	readonly key: DkimPublicKey;
	/** Hash algorithms accepted, lower case; empty for all. */
	readonly hashes: readonly string[];
	/** Service types, lower case; `*` unless given. */
	readonly services: readonly string[];
	readonly testing: boolean;
	/** Names of tags that RFC 6376 dropped. */
	readonly obsolete: readonly string[];
}

/** RFC 6376 §3.6.1 with RFC 8301 and RFC 8463. Never throws. */
export function parseDkimKey(text: string): DkimKeyRecord {
	const { tags, broken } = tagsIn(text);
	const names = tags.map(({ name }) => name);
	const value = (name: string) => tags.find((tag) => tag.name === name)?.value ?? null;
	for (const name of repeatsIn(names)) {
		const says = `the tag ${cut(name)}= is given twice`;
		const position = tags.filter((tag) => tag.name === name)[1]?.position ?? null;
		broken.push({ rule: 'tag-duplicate', position, says });
	}
	broken.push(...versionFaults(tags), ...listFaults(tags));
	if (!names.includes('p')) broken.push(keyMissing(tags));
	return {
		text,
		tags,
		faults: broken.map(({ says }) => says),
		broken,
		key: publicKey(value('p'), value('k')?.toLowerCase() ?? 'rsa', text),
		hashes: listOf(value('h')),
		services: value('s') === null ? ['*'] : listOf(value('s')),
		testing: listOf(value('t')).includes('y'),
		obsolete: names.filter((name) => name === 'g'),
	};
}

/** Whether a text was meant as a key at all. */
export function looksLikeKey(text: string): boolean {
	return /(?:^|;)\s*(?:v\s*=\s*DKIM1|p\s*=)/i.test(text);
}

/** `tag-list` of RFC 6376 §3.2: an empty tag is none, but for what follows the last semicolon. */
function tagsIn(text: string): { tags: readonly DkimTag[]; broken: DkimFault[] } {
	const tags: DkimTag[] = [];
	const broken = [...quoting(text)];
	let start = 0;
	const pieces = text.split(';');
	for (const [index, piece] of pieces.entries()) {
		const equals = piece.indexOf('=');
		const name = trimmed(piece.slice(0, Math.max(0, equals)));
		const shown = trimmed(piece);
		const position = start + Math.max(0, piece.indexOf(shown));
		start += piece.length + 1;
		if (/^[a-z][a-z0-9_]*$/i.test(name)) {
			const value = trimmed(piece.slice(equals + 1));
			tags.push({ name, value, position });
			if (!isValue(value)) {
				const says = `${cut(name)}= holds a character that is not allowed`;
				broken.push({ rule: 'tag-list', position, says });
			}
		} else if (shown !== '') {
			broken.push({ rule: 'tag-list', position, says: `"${cut(shown)}" is no tag` });
		} else if (index < pieces.length - 1) {
			broken.push({ rule: 'tag-list', position, says: 'there is an empty tag' });
		}
	}
	return { tags, broken };
}

/** VALCHAR and folding white space; bytes above ASCII where they are UTF-8 (RFC 8616). */
function isValue(value: string): boolean {
	return /^[\t\r\n\x20-\x7e\x80-\xff\u0100-\uffff]*$/.test(value);
}

/** Without folding white space at both ends (RFC 6376 §2.8). Linear. */
function trimmed(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && FWS.includes(text.charAt(start))) start += 1;
	while (end > start && FWS.includes(text.charAt(end - 1))) end -= 1;
	return text.slice(start, end);
}

const FWS = ' \t\r\n';

function keyMissing(tags: readonly DkimTag[]): DkimFault {
	const capital = tags.find(({ name }) => name === 'P');
	return {
		rule: 'key-missing',
		position: capital?.position ?? null,
		says: capital === undefined ? 'there is no p= tag' : 'P= is no p=: names of tags are small',
	};
}

/** `h=` and `s=` list one member at least (RFC 6376 §3.6.1); verifiers find none, and refuse the key. */
function listFaults(tags: readonly DkimTag[]): readonly DkimFault[] {
	return tags.flatMap(({ name, value, position }) =>
		(name === 'h' || name === 's') && listOf(value).length === 0
			? [{ rule: 'value' as const, position, says: `${name}= is empty` }]
			: [],
	);
}

function quoting(text: string): readonly DkimFault[] {
	const says = {
		backslash: 'it holds a literal backslash, a left-over of zone-file quoting',
		marks: 'it holds literal quotation marks',
	};
	const backslash = text.indexOf('\\');
	const mark = text.search(QUOTATION_MARKS);
	return [
		...(backslash === -1
			? []
			: [{ rule: 'quoting' as const, position: backslash, says: says.backslash }]),
		...(mark === -1 ? [] : [{ rule: 'quoting' as const, position: mark, says: says.marks }]),
	];
}

/** Straight, and the typographic ones in UTF-8, one character a byte or not. */
const QUOTATION_MARKS = /"|[\u201c-\u201f]|\xe2\x80[\x9c-\x9f]/;

function versionFaults(tags: readonly DkimTag[]): readonly DkimFault[] {
	const version = tags.find(({ name }) => name === 'v');
	if (version === undefined) return [];
	const { value, position } = version;
	return [
		...(tags[0] === version
			? []
			: [{ rule: 'version' as const, position, says: 'v= is not the first tag' }]),
		...(value === 'DKIM1'
			? []
			: [{ rule: 'version' as const, position, says: `v=${cut(value)} is not v=DKIM1` }]),
	];
}

function cut(text: string): string {
	return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function listOf(value: string | null): readonly string[] {
	if (value === null) return [];
	return value
		.split(':')
		.map((each) => trimmed(each).toLowerCase())
		.filter((each) => each !== '');
}

/** RFC 8463 §3. */
const ED25519_BYTES = 32;
/** Longest string in a TXT record (RFC 1035 §3.3): where panels cut a key. */
const STRING_BYTES = 255;

function publicKey(p: string | null, type: string, text: string): DkimPublicKey {
	if (p === null) return { kind: 'missing' };
	const base64 = p.replace(/[ \t\r\n"\\]+/g, '');
	if (base64 === '') return { kind: 'revoked' };
	if (type !== 'rsa' && type !== 'ed25519') return { kind: 'unknown-type', type: cut(type) };
	const isCut = text.length === STRING_BYTES ? ': it was cut at 255 characters' : '';
	if (!/^[a-z0-9+/]+={0,2}$/i.test(base64) || base64.length % 4 !== 0) {
		return { kind: 'undecodable', says: `p= is not base64${isCut}` };
	}
	const der = Buffer.from(base64, 'base64');
	if (type === 'ed25519') {
		if (der.length === ED25519_BYTES) return { kind: 'ed25519' };
		const isWrapped = der.length === WRAPPED_BYTES && der.subarray(0, 3).equals(SEQUENCE_42);
		const hint = isWrapped ? ': the last 32, without the wrapping, are the key' : '';
		return {
			kind: 'undecodable',
			says: `an Ed25519 key has 32 bytes, this one ${der.length}${hint}`,
		};
	}
	return rsaKey(der) ?? { kind: 'undecodable', says: `p= holds no whole RSA key${isCut}` };
}

/** SubjectPublicKeyInfo around an Ed25519 key (RFC 8410 §4): a sequence of 42 bytes, with another in it. */
const WRAPPED_BYTES = 44;
const SEQUENCE_42 = Buffer.from('302a30', 'hex');

function rsaKey(der: Buffer): DkimPublicKey | null {
	for (const form of ['spki', 'pkcs1'] as const) {
		const found = rsaNumbers(der, form);
		if (found === null) continue;
		const { bits, exponent } = found;
		// RFC 8017 §3.1: an odd number of 3 or more.
		if (exponent < 3n || exponent % 2n === 0n) {
			return { kind: 'undecodable', says: `its exponent ${exponent} is none for RSA` };
		}
		return { kind: 'rsa', bits, form };
	}
	return null;
}

function rsaNumbers(
	der: Buffer,
	type: 'spki' | 'pkcs1',
): { bits: number; exponent: bigint } | null {
	try {
		const key = createPublicKey({ key: der, format: 'der', type });
		const { modulusLength: bits, publicExponent: exponent } = key.asymmetricKeyDetails ?? {};
		if (key.asymmetricKeyType !== 'rsa' || bits === undefined || exponent === undefined)
			return null;
		return { bits, exponent };
	} catch {
		return null;
	}
}
