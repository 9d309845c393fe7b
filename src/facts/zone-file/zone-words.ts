/** A word of a master file as written: escapes are kept, the quotes around a whole string are not. */
export interface Word {
	readonly text: string;
	readonly quoted: boolean;
	/** 1-based. */
	readonly line: number;
	/** 1-based, in octets. */
	readonly column: number;
}

/** A place where a file leaves the grammar. */
export interface ZoneFault {
	readonly line: number;
	readonly column: number;
	/** What is wrong, as a clause: `"Q" is no record type`. */
	readonly says: string;
}

/** One record or directive: a line, or several joined by parentheses. */
export interface ZoneEntry {
	/** Empty where the line has a fault of its own. */
	readonly words: readonly Word[];
	/** It begins with white space: the owner is that of the record before. */
	readonly indented: boolean;
	readonly line: number;
	/** The last line that belongs to it. */
	readonly lastLine: number;
	/** Text of its comments, where exporters put what a zone file has no word for. */
	readonly comment: string;
	readonly fault: ZoneFault | null;
	/** A parenthesis is never closed. */
	readonly isOpen: boolean;
}

/** Longest entry: 64 KiB of RDATA in the generic form, with room for comments. */
const LONGEST_ENTRY = 262_144;

const WORD = '(?:\\\\.|[^ \\t\\v\\f;()"\\\\])+';
const STRING = '"(?:\\\\.|[^"\\\\])*"';
/** White space, a comment, a parenthesis, a string, a word (`key="…"` is one), or what fits nowhere. */
const TOKEN = new RegExp(
	`[ \\t\\v\\f]+|(?<comment>;.*)|(?<parenthesis>[()])|(?<string>${STRING})|(?<word>${WORD}(?:(?<==)${STRING})?)|(?<stray>.)`,
	'sy',
);

/** The text in lines; a file from Windows ends them in CR LF. */
export function linesOf(text: string): readonly string[] {
	return text.replace(/\r\n?/g, '\n').split('\n');
}

/**
 * The entry that begins on a line (1-based). A string ends on its line; a parenthesis that nobody closes
 * is a fault of the line that opens it, and the entry is then that line alone.
 */
export function entryAt(lines: readonly string[], first: number): ZoneEntry {
	const words: Word[] = [];
	const opened: Word[] = [];
	const comments: string[] = [];
	const about = { indented: isIndented(lines[first - 1] ?? ''), line: first };
	const nothing = { ...about, words: [], comment: '', isOpen: false };
	let octets = 0;
	for (let line = first; line <= lines.length && octets <= LONGEST_ENTRY; line++) {
		const text = lines[line - 1] ?? '';
		octets += text.length + 1;
		if (text.length > LONGEST_ENTRY) {
			const says = 'the line is longer than any record can be';
			return { ...nothing, lastLine: line, fault: { line, column: 1, says } };
		}
		for (const token of tokensOf(text, line)) {
			const says = sort(token, { words, opened, comments });
			if (says !== null) {
				return { ...nothing, lastLine: line, fault: { line, column: token.column, says } };
			}
		}
		if (opened.length === 0) {
			const comment = comments.join('\n');
			return { ...about, words, lastLine: line, comment, fault: null, isOpen: false };
		}
	}
	const { line, column } = opened[0] ?? { line: first, column: 1 };
	const fault = { line, column, says: 'a parenthesis opened here is never closed' };
	return { ...nothing, lastLine: first, fault, isOpen: true };
}

/** Puts a token where it belongs; what belongs nowhere is a sentence about why. */
function sort(
	{ kind, ...word }: Token,
	entry: { words: Word[]; opened: Word[]; comments: string[] },
): string | null {
	switch (kind) {
		case 'comment':
			entry.comments.push(word.text);
			return null;
		case 'parenthesis':
			if (word.text === '(') entry.opened.push(word);
			else if (entry.opened.pop() === undefined) {
				return '")" closes a parenthesis that nothing opened';
			}
			return null;
		case 'stray':
			return word.text === '"' ? 'a string is not closed on its line' : 'a "\\" ends the line';
		default:
			entry.words.push(word);
			return null;
	}
}

function isIndented(line: string): boolean {
	return /^[ \t\v\f]/.test(line);
}

const KINDS = ['comment', 'parenthesis', 'string', 'word', 'stray'] as const;

interface Token extends Word {
	readonly kind: (typeof KINDS)[number];
}

function* tokensOf(text: string, line: number): Iterable<Token> {
	for (let at = 0; at < text.length; ) {
		TOKEN.lastIndex = at;
		const match = TOKEN.exec(text);
		if (match === null) return;
		const [found] = match;
		const kind = KINDS.find((one) => match.groups?.[one] !== undefined);
		if (kind !== undefined) {
			const inner =
				kind === 'string' ? found.slice(1, -1) : found.slice(Number(kind === 'comment'));
			yield { kind, text: inner, quoted: kind === 'string', line, column: at + 1 };
		}
		at += found.length;
	}
}
