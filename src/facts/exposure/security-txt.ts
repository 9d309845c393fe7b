/** One field of a security.txt file, as written. */
interface SecurityTxtField {
	/** Lower case. */
	readonly name: string;
	readonly value: string;
}

export interface SecurityTxt {
	readonly fields: readonly SecurityTxtField[];
	/** An OpenPGP cleartext signature surrounds the fields; it is not verified. */
	readonly isSigned: boolean;
}

/** RFC 9116 §2.5: the registered fields. */
const KNOWN_FIELDS = [
	'acknowledgments',
	'canonical',
	'contact',
	'encryption',
	'expires',
	'hiring',
	'policy',
	'preferred-languages',
];

/** Files that people publish have a few hundred characters; the standard asks for a limit (§5.4). */
const MOST_CHARACTERS = 32_768;

/**
 * RFC 9116 §4, over LF or CRLF, signed (RFC 9580 §7) or not. Looser: a byte order mark, spaces around
 * the colon, none after it, and lines that are neither field nor comment are passed over, as people's
 * readers do. Linear in the input, never throws.
 */
export function parseSecurityTxt(text: string): SecurityTxt {
	const lines = text
		.slice(0, MOST_CHARACTERS)
		.replace(/^\ufeff/, '')
		.split(/\r?\n/);
	const signed = signedLines(lines);
	const fields = (signed ?? lines).flatMap((line) => {
		const [, name = '', value = ''] = /^([A-Za-z][A-Za-z0-9-]{0,62})[ \t]*:(.*)$/.exec(line) ?? [];
		return name === '' ? [] : [{ name: name.toLowerCase(), value: value.trim() }];
	});
	return { fields, isSigned: signed !== null };
}

/** What a cleartext signature covers, its dashes unescaped; `null` without one. */
function signedLines(lines: readonly string[]): readonly string[] | null {
	const begin = lines.findIndex((line) => line.trimEnd() === '-----BEGIN PGP SIGNED MESSAGE-----');
	if (begin === -1) return null;
	const empty = lines.findIndex((line, at) => at > begin && line.trim() === '');
	if (empty === -1) return [];
	const end = lines.findIndex(
		(line, at) => at > empty && line.trimEnd() === '-----BEGIN PGP SIGNATURE-----',
	);
	return lines
		.slice(empty + 1, end === -1 ? undefined : end)
		.map((line) => line.replace(/^- /, ''));
}

/** Whether a text is a security.txt file at all, whatever is wrong with it. */
export function isSecurityTxt(text: string): boolean {
	if (/^\s*</.test(text)) return false;
	return parseSecurityTxt(text).fields.some(({ name }) => KNOWN_FIELDS.includes(name));
}

/** Values of a field, in order. */
export function valuesOf({ fields }: SecurityTxt, name: string): readonly string[] {
	return fields.filter((field) => field.name === name).map(({ value }) => value);
}

const WEB_FIELDS = KNOWN_FIELDS.filter(
	(name) => name !== 'expires' && name !== 'preferred-languages',
);

/** `Name: value` of each field that has a web address without TLS, which §2.5 forbids. */
export function insecureFields({ fields }: SecurityTxt): readonly string[] {
	return fields
		.filter(({ name, value }) => WEB_FIELDS.includes(name) && /^http:/i.test(value))
		.map(({ name, value }) => `${titled(name)}: ${value}`);
}

function titled(name: string): string {
	return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Whether a Contact value can be followed: a URI with something behind its scheme (§2.5.3). */
export function isContact(value: string): boolean {
	return /^(?:mailto:[^\s@]+@[^\s@]+|tel:\+?[\d(][\d().-]*|(?!mailto:|tel:)[a-z][a-z0-9+.-]*:\S+)$/i.test(
		value,
	);
}

const DATE_TIME =
	/^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-](\d{2}):(\d{2}))$/i;

/**
 * Milliseconds since 1970 of an Internet date and time (RFC 3339 §5.6); `null` for anything else, days
 * that no calendar has included. A leap second counts as the second before it.
 */
export function readDateTime(text: string): number | null {
	const match = DATE_TIME.exec(text);
	if (match === null) return null;
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offHours, offMinutes] =
		match.slice(1).map((part) => (part === undefined ? 0 : Number(part)));
	if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate())
		return null;
	if (hour > 23 || minute > 59 || second > 60) return null;
	if ((offHours ?? 0) > 23 || (offMinutes ?? 0) > 59) return null;
	const plain = text.toUpperCase().replace(/:60(?=[.Z+-])/, ':59');
	const at = Date.parse(plain);
	return Number.isNaN(at) ? null : at;
}
