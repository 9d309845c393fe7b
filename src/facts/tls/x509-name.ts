import { contentOf, DerError, elements, hexOf, oidOf, sequenceOf, TAG, type Tlv } from './der.ts';

/** A distinguished name (RFC 5280 §4.1.2.4). */
export interface DistinguishedName {
	readonly raw: Uint8Array;
	/** One string a relative name, in the form in which two names are compared. */
	readonly relative: readonly string[];
	/** Equal for equal names. */
	readonly key: string;
	/** As people read it, most specific last. */
	readonly text: string;
	readonly attributes: readonly NameAttribute[];
}

interface NameAttribute {
	readonly oid: string;
	readonly text: string;
}

const SHORT: Readonly<Record<string, string>> = {
	'2.5.4.3': 'CN',
	'2.5.4.6': 'C',
	'2.5.4.7': 'L',
	'2.5.4.8': 'ST',
	'2.5.4.10': 'O',
	'2.5.4.11': 'OU',
	'1.2.840.113549.1.9.1': 'emailAddress',
};

export const COMMON_NAME = '2.5.4.3';
export const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

/** Longer than any real value; what follows is cut from texts that people read. */
const MOST_TEXT = 200;

export function nameOf(value: Tlv | undefined, what: string): DistinguishedName {
	if (value === undefined) throw new DerError(`${what} is missing`);
	const relative: string[] = [];
	const attributes: NameAttribute[] = [];
	const texts: string[] = [];
	for (const set of sequenceOf(value, what)) {
		const parts = elements(contentOf(set, TAG.set, 'a relative name')).map(attributeOf);
		if (parts.length === 0) throw new DerError(`${what} has an empty relative name`);
		relative.push(
			parts
				.map((part) => part.key)
				.sort()
				.join('+'),
		);
		attributes.push(...parts);
		texts.push(...parts.map(({ oid, text }) => `${SHORT[oid] ?? oid}=${text}`));
	}
	return {
		raw: value.raw,
		relative,
		key: relative.join(','),
		text: texts.join(', ').slice(0, MOST_TEXT),
		attributes,
	};
}

/** The first value of an attribute; empty where the name has none. */
export function attributeText(name: DistinguishedName, oid: string): string {
	return name.attributes.find((one) => one.oid === oid)?.text ?? '';
}

/** For findings, shortened: the common name where there is one, the whole name otherwise. */
export function displayName(name: DistinguishedName): string {
	return attributeText(name, COMMON_NAME).slice(0, MOST_TEXT) || name.text || '(no name)';
}

/**
 * RFC 5280 §7.1: character strings are compared without regard to case and runs of white space,
 * whichever string type holds them; anything else octet by octet.
 */
function attributeOf(pair: Tlv): NameAttribute & { readonly key: string } {
	const [type, value, ...more] = sequenceOf(pair, 'an attribute');
	if (value === undefined || more.length > 0) throw new DerError('an attribute is not a pair');
	const oid = oidOf(contentOf(type, TAG.oid, 'an attribute type'));
	const text = textOf(value);
	if (text === null) return { oid, text: hexOf(value.content), key: `${oid}#${hexOf(value.raw)}` };
	const folded = text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
	return { oid, text, key: `${oid}=${JSON.stringify(folded)}` };
}

function textOf({ tag, content }: Tlv): string | null {
	const bytes = Buffer.from(content);
	switch (tag) {
		case TAG.utf8:
			return decode('utf-8', bytes);
		case TAG.printable:
		case TAG.ia5:
		case TAG.teletex:
			return bytes.toString('latin1');
		case TAG.bmp:
			return decode('utf-16be', bytes);
		case TAG.universal:
			return utf32(bytes);
		default:
			return null;
	}
}

function decode(encoding: string, bytes: Uint8Array): string {
	try {
		return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw new DerError(`a string that is not ${encoding.toUpperCase()}`);
	}
}

function utf32(bytes: Buffer): string {
	if (bytes.length % 4 !== 0) throw new DerError('a UniversalString that breaks off');
	let text = '';
	for (let at = 0; at < bytes.length; at += 4) {
		const point = bytes.readUInt32BE(at);
		if (point > 0x10_ff_ff) throw new DerError('a UniversalString with an impossible character');
		text += String.fromCodePoint(point);
	}
	return text;
}
