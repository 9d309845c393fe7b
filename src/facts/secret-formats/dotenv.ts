/** One assignment of an env file. It holds the raw value. */
export interface EnvEntry {
	readonly name: string;
	/** Without quotes and comments; `\n` in double quotes is a line end. */
	readonly value: string;
	/** 1-based. */
	readonly line: number;
	/** Of the value, between its quotes. */
	readonly start: number;
	readonly end: number;
}

const ASSIGNED = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]{0,200})[ \t]*[=:][ \t]*/;

/**
 * The assignments of an env file, in order, as dotenv reads them: `export`, quotes of three kinds, which
 * may span lines, and comments behind a value.
 */
export function readDotenv(text: string): readonly EnvEntry[] {
	const entries: EnvEntry[] = [];
	let line = 1;
	let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
	while (at < text.length) {
		const found = entryAt(text, at, line);
		if (found.entry !== null) entries.push(found.entry);
		line += linesIn(text, at, found.end);
		at = found.end;
	}
	return entries;
}

function entryAt(
	text: string,
	at: number,
	line: number,
): { readonly entry: EnvEntry | null; readonly end: number } {
	const newline = text.indexOf('\n', at);
	const lineEnd = newline === -1 ? text.length : newline;
	const head = ASSIGNED.exec(text.slice(at, Math.min(lineEnd, at + 400)));
	if (head === null) return { entry: null, end: lineEnd + 1 };
	const [whole, name = ''] = head;
	const from = at + whole.length;
	const closing = closingQuote(text, from);
	if (closing !== null) {
		const written = text.slice(from + 1, closing);
		const value = text[from] === '"' ? written.replaceAll('\\n', '\n') : written;
		const after = text.indexOf('\n', closing);
		const end = after === -1 ? text.length : after + 1;
		return { entry: { name, value, line, start: from + 1, end: closing }, end };
	}
	const rest = text.slice(from, lineEnd);
	const comment = rest.search(/(?:^|\s)#/);
	const given = comment === -1 ? rest : rest.slice(0, comment);
	const value = given.trim();
	const start = from + given.length - given.trimStart().length;
	return {
		entry: { name, value, line, start, end: start + value.length },
		end: lineEnd + 1,
	};
}

/** Longest quoted value: a private key. */
const LONGEST = 20_000;

/** Of the quote that opens at `from`; `null` where none opens, or none closes. */
function closingQuote(text: string, from: number): number | null {
	const quote = text[from];
	if (quote !== '"' && quote !== "'" && quote !== '`') return null;
	const most = Math.min(text.length, from + LONGEST);
	for (let at = from + 1; at < most; at++) {
		if (text[at] === '\\' && quote === '"') at++;
		else if (text[at] === quote) return at;
	}
	return null;
}

function linesIn(text: string, from: number, to: number): number {
	let lines = 0;
	for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
		lines++;
	}
	return lines;
}
