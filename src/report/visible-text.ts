/**
 * Characters that could move a cursor, hide or reorder text: controls (C0, DEL, C1), format characters
 * (bidirectional marks and overrides, zero-width, tags), line and paragraph separators, private use
 * (which some terminals give a meaning), and whatever else Unicode says may be shown as nothing.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Noncharacter_Code_Point}\p{DI}]/gu;

/** The same without C0: those between the members of a JSON text are its own line feeds. */
const UNSEEN_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Noncharacter_Code_Point}\p{DI}]/gu;

/**
 * Hostile text as one line that is safe to print: well-formed, every unseen character as `\u{…}`, at
 * most `longest` characters. Everything that came from a target passes through here before any output.
 */
export function visible(text: string, longest = 2_000): string {
	const formed = text.toWellFormed();
	const cut = formed.length > longest ? `${sliceWhole(formed, longest)}…` : formed;
	return cut.replace(UNSEEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same, line by line: line feeds stay. */
export function visibleLines(text: string, longest = 10_000): string {
	const formed = text.toWellFormed().replaceAll('\r\n', '\n');
	const cut = formed.length > longest ? `${sliceWhole(formed, longest)}…` : formed;
	return cut
		.split('\n')
		.map((line) => visible(line.replaceAll('\t', '  '), longest))
		.join('\n');
}

/** Never ends within a surrogate pair. */
function sliceWhole(text: string, length: number): string {
	return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/** JSON whose text carries no unseen character either: they are escaped, so the data is unchanged. */
export function safeJson(value: unknown, indent: number): string {
	return JSON.stringify(value, null, indent).replace(UNSEEN_IN_JSON, escapeUnits);
}

function escapeUnits(char: string): string {
	let escaped = '';
	for (let i = 0; i < char.length; i += 1) {
		escaped += `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`;
	}
	return escaped;
}

const ASCII: Readonly<Record<string, string>> = {
	'→': '->',
	'…': '...',
	'–': '-',
	'—': '-',
	'’': "'",
	'‘': "'",
	'“': '"',
	'”': '"',
	'≥': '>=',
	'≤': '<=',
	'×': 'x',
	'•': '*',
	'§': 'section ',
	'\u00a0': ' ',
};

/** For terminals without Unicode: the usual signs spelt in ASCII, everything else as `\u{…}`. */
export function toAscii(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII ends with DEL.
	return text.replace(/[^\u0000-\u007f]/gu, (char) => {
		return ASCII[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
	});
}
