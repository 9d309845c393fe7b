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
	readonly rule: 'tag-list' | 'tag-duplicate' | 'version' | 'key-missing' | 'quoting';
	/** `null` where something is missing. */
	readonly position: number | null;
	readonly says: string;
}

export interface DkimKeyRecord {
	readonly text: string;
	/** Names lower case, white space around values removed. */
	readonly tags: readonly DkimTag[];
	/** Where it leaves the grammar; each makes verifiers ignore the key. */
	readonly faults: readonly string[];
	/** The same with their places. */
	readonly broken: readonly DkimFault[];
	readonly key: DkimPublicKey;
	/** Hash algorithms accepted; empty for all. */
	readonly hashes: readonly string[];
	/** Service types; `*` unless given. */
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
	broken.push(...versionFaults(tags));
	if (!names.includes('p')) {
		broken.push({ rule: 'key-missing', position: null, says: 'there is no p= tag' });
	}
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

function tagsIn(text: string): { tags: readonly DkimTag[]; broken: DkimFault[] } {
	const tags: DkimTag[] = [];
	const broken = [...quoting(text)];
	let start = 0;
	for (const piece of text.split(';')) {
		const equals = piece.indexOf('=');
		const name = piece.slice(0, Math.max(0, equals)).trim();
		const position = start + piece.length - piece.trimStart().length;
		if (/^[a-z][a-z0-9_]*$/i.test(name)) {
			tags.push({ name: name.toLowerCase(), value: piece.slice(equals + 1).trim(), position });
		} else if (piece.trim() !== '') {
			broken.push({ rule: 'tag-list', position, says: `"${cut(piece.trim())}" is no tag` });
		}
		start += piece.length + 1;
	}
	return { tags, broken };
}

function quoting(text: string): readonly DkimFault[] {
	const says = {
		backslash: 'it holds a literal backslash, a left-over of zone-file quoting',
		marks: 'it holds literal quotation marks',
	};
	const backslash = text.indexOf('\\');
	const mark = text.search(/["\u201c\u201d]/);
	return [
		...(backslash === -1
			? []
			: [{ rule: 'quoting' as const, position: backslash, says: says.backslash }]),
		...(mark === -1 ? [] : [{ rule: 'quoting' as const, position: mark, says: says.marks }]),
	];
}

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
		.map((each) => each.trim().toLowerCase())
		.filter((each) => each !== '');
}

/** RFC 8463 §3. */
const ED25519_BYTES = 32;
/** Longest string in a TXT record (RFC 1035 §3.3): where panels cut a key. */
const STRING_BYTES = 255;

function publicKey(p: string | null, type: string, text: string): DkimPublicKey {
	if (p === null) return { kind: 'missing' };
	const base64 = p.replace(/[\s"\\]+/g, '');
	if (base64 === '') return { kind: 'revoked' };
	if (type !== 'rsa' && type !== 'ed25519') return { kind: 'unknown-type', type: cut(type) };
	const isCut = text.length === STRING_BYTES ? ': it was cut at 255 characters' : '';
	if (!/^[a-z0-9+/]+={0,2}$/i.test(base64) || base64.length % 4 !== 0) {
		return { kind: 'undecodable', says: `p= is not base64${isCut}` };
	}
	const der = Buffer.from(base64, 'base64');
	if (type === 'ed25519') {
		return der.length === ED25519_BYTES
			? { kind: 'ed25519' }
			: { kind: 'undecodable', says: `an Ed25519 key has 32 bytes, this one ${der.length}` };
	}
	return rsaKey(der) ?? { kind: 'undecodable', says: `p= holds no whole RSA key${isCut}` };
}

function rsaKey(der: Buffer): DkimPublicKey | null {
	for (const form of ['spki', 'pkcs1'] as const) {
		const bits = modulusBits(der, form);
		if (bits !== null) return { kind: 'rsa', bits, form };
	}
	return null;
}

function modulusBits(der: Buffer, type: 'spki' | 'pkcs1'): number | null {
	try {
		const key = createPublicKey({ key: der, format: 'der', type });
		const bits = key.asymmetricKeyDetails?.modulusLength;
		return key.asymmetricKeyType === 'rsa' && Number.isInteger(bits) ? (bits ?? null) : null;
	} catch {
		return null;
	}
}
