/** One assignment. It holds the raw value: it never becomes part of a fact. */
export interface DotenvAssignment {
	readonly name: string;
	/** Without its quotes, `\n` of double quotes made a line break, references to the file's own names put in. */
	readonly value: string;
	/** 1-based. */
	readonly line: number;
	readonly quote: Quote | '';
}

type Quote = '"' | "'" | '`';

/**
 * What readers of env files disagree about, or lose. `crlf` and `bom`: shells and `docker --env-file` put
 * the extra bytes into a value or a name. `space`: around the equals sign, an error in a shell.
 * `cut-by-hash`: an unquoted `#`, which begins a comment. `no-assignment`: a line that is passed over.
 */
export const DOTENV_FAULTS = [
	'unclosed-quote',
	'stray-quote',
	'curly-quote',
	'cut-by-hash',
	'no-assignment',
	'space',
	'bom',
	'crlf',
] as const;
type DotenvFaultKind = (typeof DOTENV_FAULTS)[number];

interface DotenvFault {
	readonly kind: DotenvFaultKind;
	/** 1-based. */
	readonly line: number;
	/** The variable on that line; empty where there is none. */
	readonly name: string;
}

export interface DotenvFile {
	readonly assignments: readonly DotenvAssignment[];
	/** By line; one of a kind a line, and `bom` and `crlf` once. */
	readonly faults: readonly DotenvFault[];
	/** Lines that are a name and nothing else: lists without values, as `docker --env-file` takes them. */
	readonly bare: readonly { readonly name: string; readonly line: number }[];
	/** Names that values refer to as `${NAME}` or `$NAME`. */
	readonly references: readonly string[];
}

const MOST_LINES = 20_000;
const LONGEST_EXPANSION = 16_384;
const BOM = '\xef\xbb\xbf';

/**
 * An env file as the dotenv library reads it: `export`, `NAME: value`, quotes of three kinds over several
 * lines, comments, the last assignment of a name counts. One stricter point: a quoted value that goes on
 * over a line which is itself an assignment is an unclosed quote, and both are read. `text` is latin1.
 */
export function parseDotenvFile(text: string): DotenvFile {
	const hasBom = text.startsWith(BOM) || text.startsWith('\ufeff');
	const body = text.startsWith(BOM) ? text.slice(3) : hasBom ? text.slice(1) : text;
	const lines = body.split(/\r\n|\n|\r/, MOST_LINES);
	const into: Reading = { lines, assignments: [], faults: [], bare: [] };
	if (hasBom) into.faults.push({ kind: 'bom', line: 1, name: '' });
	const crlf = body.indexOf('\r\n');
	if (crlf !== -1) {
		const line = body.slice(0, crlf).split('\n').length;
		into.faults.push({ kind: 'crlf', line, name: '' });
	}
	for (let at = 0; at < lines.length; ) at = readLine(into, at);
	return {
		assignments: expanded(into.assignments),
		faults: into.faults.sort((a, b) => a.line - b.line),
		bare: into.bare,
		references: referencesIn(into.assignments),
	};
}

interface Reading {
	readonly lines: readonly string[];
	readonly assignments: DotenvAssignment[];
	readonly faults: DotenvFault[];
	readonly bare: { name: string; line: number }[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)(\s*)(?:=|:(?=\s))([ \t]*)(.*)$/;
const BARE = /^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*(?:#.*)?$/;

/** Gives the index of the line to go on with. */
function readLine(into: Reading, at: number): number {
	const line = into.lines[at] ?? '';
	const found = ASSIGNMENT.exec(line);
	if (found === null) {
		noteOther(into, line, at);
		return at + 1;
	}
	const [, name = '', before = '', after = '', rest = ''] = found;
	const fault = (kind: DotenvFaultKind) => into.faults.push({ kind, line: at + 1, name });
	const value = rest.trim();
	const isColon = !line.slice(0, line.length - rest.length).includes('=');
	if (!isColon && (before !== '' || (after !== '' && value !== '' && !value.startsWith('#')))) {
		fault('space');
	}
	const quote = quoteOf(value);
	const quoted = quote === '' ? null : quotedFrom(into.lines, at, rest.trimStart(), quote);
	if (quoted !== null) {
		into.assignments.push({ name, value: quoted.value, line: at + 1, quote });
		return quoted.next;
	}
	const plain = unquoted(rest, quote, fault);
	into.assignments.push({ name, value: plain, line: at + 1, quote: '' });
	return at + 1;
}

function noteOther(into: Reading, line: string, at: number): void {
	if (/^\s*(?:#|$)/.test(line)) return;
	const name = BARE.exec(line)?.[1];
	if (name === undefined) into.faults.push({ kind: 'no-assignment', line: at + 1, name: '' });
	else into.bare.push({ name, line: at + 1 });
}

function quoteOf(value: string): Quote | '' {
	const first = value.charAt(0);
	return first === '"' || first === "'" || first === '`' ? first : '';
}

const OWN_LINE = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=/;

/** `null` where the quote is not closed, or where more than a comment follows it. */
function quotedFrom(
	lines: readonly string[],
	at: number,
	first: string,
	quote: Quote,
): { value: string; next: number } | null {
	let inner = '';
	for (let index = at; index < lines.length; index++) {
		const line = index === at ? first.slice(1) : (lines[index] ?? '');
		if (index > at && OWN_LINE.test(line)) return null;
		const end = closingIn(line, quote);
		if (end === -1) {
			inner += `${line}\n`;
			continue;
		}
		if (!/^\s*(?:#.*)?$/.test(line.slice(end + 1))) return null;
		const whole = inner + line.slice(0, end);
		const value = quote === '"' ? whole.replace(/\\n/g, '\n').replace(/\\r/g, '\r') : whole;
		return { value, next: index + 1 };
	}
	return null;
}

/** A quote behind a backslash does not close. */
function closingIn(line: string, quote: Quote): number {
	for (let end = line.indexOf(quote); end !== -1; end = line.indexOf(quote, end + 1)) {
		if (line.charAt(end - 1) !== '\\') return end;
	}
	return -1;
}

/** Up to a `#`, without spaces around it. */
function unquoted(rest: string, quote: Quote | '', fault: (kind: DotenvFaultKind) => void): string {
	const hash = rest.indexOf('#');
	const value = (hash === -1 ? rest : rest.slice(0, hash)).trim();
	if (hash !== -1 && isCut(rest, hash)) fault('cut-by-hash');
	// UTF-8 of the typographic quotes, and the characters themselves.
	if (/^(?:\xe2\x80[\x98-\x9f]|[\u2018-\u201f])/.test(value)) fault('curly-quote');
	else if (quote !== '')
		fault(rest.trim().indexOf(quote, 1) === -1 ? 'unclosed-quote' : 'stray-quote');
	else if (hasStrayEnd(value)) fault('stray-quote');
	return value;
}

/** `ab#cd` and `=#fff`; in `value # comment` and `= # comment` the writer meant the comment. */
const isCut = (rest: string, hash: number): boolean =>
	hash === 0 ? /^#[\w#-]/.test(rest) : !/\s/.test(rest.charAt(hash - 1));

/** A quote at the end that nothing opened. */
function hasStrayEnd(value: string): boolean {
	const last = value.at(-1);
	if (last !== '"' && last !== "'" && last !== '`') return false;
	return value.split(last).length % 2 === 0;
}

const REFERENCE = /\\?\$(?:\{([A-Za-z_]\w{0,80})(?::?-([^{}]{0,200}))?\}|([A-Za-z_]\w{0,80}))/g;

function referencesIn(assignments: readonly DotenvAssignment[]): readonly string[] {
	const names = assignments
		.filter(({ value, quote }) => quote !== "'" && value.includes('$'))
		.flatMap(({ value }) => [...value.matchAll(REFERENCE)])
		.flatMap(([whole, braced, , plain]) => (whole.startsWith('\\') ? [] : (braced ?? plain ?? [])));
	return [...new Set(names)];
}

/**
 * `${NAME}` and `$NAME` of the file itself are put in, as dotenv-expand and the frameworks do; what the file
 * does not know, and everything in single quotes, stays as it is.
 */
function expanded(assignments: readonly DotenvAssignment[]): readonly DotenvAssignment[] {
	const values = new Map<string, string>();
	return assignments.map((one) => {
		const value =
			one.quote === "'" || !one.value.includes('$')
				? one.value
				: one.value.replace(REFERENCE, (whole, braced, fallback, plain) => {
						if (whole.startsWith('\\')) return whole.slice(1);
						return values.get(braced ?? plain) ?? fallback ?? whole;
					});
		const kept = value.length > LONGEST_EXPANSION ? one.value : value;
		values.set(one.name, kept);
		return { ...one, value: kept };
	});
}
