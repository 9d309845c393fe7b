/** The first bytes of archives, databases and memory dumps, and how many tell what one is. */
const STORED: readonly (readonly [magic: string, at: number, kept: number])[] = [
	['PK\x03\x04', 0, 4],
	['\x1f\x8b', 0, 4],
	['7z\xbc\xaf\x27\x1c', 0, 6],
	['Rar!\x1a\x07', 0, 7],
	['\xfd7zXZ\0', 0, 6],
	['BZh', 0, 4],
	['SQLite format 3\0', 0, 16],
	['PGDMP', 0, 5],
	['JAVA PROFILE', 0, 18],
	['ustar', 257, 262],
];

/**
 * What is left of an archive or a database, one character a byte: enough to recognise it by. `null` for
 * anything else. What was taken out is counted as `<redacted:LEN>`.
 */
export function redactStored(body: string): string | null {
	const found = STORED.find(([magic, at]) => body.startsWith(magic, at));
	if (found === undefined) return null;
	const [, , kept] = found;
	const rest = body.slice(kept);
	if (rest === '' || /^<redacted:\d+>$/.test(rest)) return body;
	return `${body.slice(0, kept)}<redacted:${rest.length}>`;
}

const DUMP = /^(?:-- (?:MySQL|MariaDB|PostgreSQL|phpMyAdmin)|INSERT INTO |COPY \S)/im;
const INSERT =
	/^(\s*(?:INSERT|REPLACE)(?: IGNORE)? INTO\s+\S{1,200}(?:\s*\([^)\n]*\))?\s*(?:VALUES)?\s*)/i;
const COPY = /^COPY\s.{1,2000}\bFROM stdin;\s*$/i;
const PASSWORD = /((?:IDENTIFIED (?:BY|AS)|PASSWORD)(?: PASSWORD)?\s{1,5}')([^'\n]{1,500})(')/gi;

/** Takes the rows out of a dump in SQL, and the passwords of its users. Names of tables and columns stay. */
export function redactRows(body: string): string {
	if (!DUMP.test(body)) return body;
	let inside: Inside = null;
	const lines = body.split('\n').map((line) => {
		const [text, next] = row(line, inside);
		inside = next;
		return text;
	});
	return lines
		.join('\n')
		.replace(
			PASSWORD,
			(_, before: string, secret: string, after: string) => `${before}${marked(secret)}${after}`,
		);
}

/** What the line before left open. */
type Inside = 'insert' | 'copy' | null;

function row(line: string, inside: Inside): readonly [text: string, next: Inside] {
	if (inside === 'copy') return /^\\\.\s*$/.test(line) ? [line, null] : [marked(line), 'copy'];
	if (inside === null && COPY.test(line)) return [line, 'copy'];
	const start = inside === null ? INSERT.exec(line)?.[1] : '';
	if (start === undefined) return [line, null];
	const next = /;\s*$/.test(line) ? null : 'insert';
	return [`${start}${marked(line.slice(start.length))}`, next];
}

/** The end of a statement stays, so that a second look finds the same lines. */
function marked(text: string): string {
	const bare = text.trimEnd().replace(/;$/, '');
	if (bare === '' || /^<redacted:\d+>$/.test(bare)) return text;
	return `<redacted:${bare.length}>${text.slice(bare.length)}`;
}
