/** Characters read of one file; people write no longer ones. */
const MOST_CHARACTERS = 512 * 1024;
const MOST_INSTRUCTIONS = 5_000;

/** A file written inside the Dockerfile, behind `<<NAME`. */
export interface Heredoc {
	readonly name: string;
	readonly body: string;
	/** 1-based, of its first line. */
	readonly line: number;
}

export interface Instruction {
	/** Upper case. */
	readonly keyword: string;
	/** `--name=value` before the arguments, in order; the value is empty where none is given. */
	readonly flags: readonly (readonly [name: string, value: string])[];
	/** Arguments, with continued lines joined and comments between them taken out. */
	readonly text: string;
	/** The arguments as a JSON array of strings; `null` for the shell form. */
	readonly exec: readonly string[] | null;
	readonly heredocs: readonly Heredoc[];
	/** 1-based, of its first line. */
	readonly line: number;
	/** Of its last, here-documents included. */
	readonly endLine: number;
}

export interface Dockerfile {
	/** Lower-case names: `syntax`, `escape`, `check`. */
	readonly directives: Readonly<Record<string, string>>;
	readonly instructions: readonly Instruction[];
}

const DIRECTIVE = /^#[ \t]*([a-zA-Z][a-zA-Z0-9]{0,40})[ \t]*=[ \t]*(\S.{0,500}?)[ \t]*$/;
const HEREDOC = /(?<!<)<<(-?)(["']?)([A-Za-z_][A-Za-z0-9_]{0,100})\2/g;
const WITH_FLAGS = new Set(['FROM', 'RUN', 'COPY', 'ADD', 'HEALTHCHECK']);
const WITH_HEREDOCS = new Set(['RUN', 'COPY', 'ADD']);

interface Reader {
	readonly lines: readonly string[];
	readonly escape: string;
	at: number;
}

/**
 * Docker's Dockerfile reference: parser directives, continued lines (comments and blank lines between
 * them are dropped), here-documents, flags, exec form. Unknown keywords are kept; an exec form that is
 * no JSON array of strings is a shell form, as the builder takes it. Never throws.
 */
export function parseDockerfile(text: string): Dockerfile {
	const lines = text
		.slice(0, MOST_CHARACTERS)
		.replace(/^(?:\ufeff|\xef\xbb\xbf)/, '')
		.split('\n')
		.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
	const directives = directivesIn(lines);
	const reader: Reader = { lines, escape: directives['escape'] === '`' ? '`' : '\\', at: 0 };
	const instructions: Instruction[] = [];
	while (reader.at < lines.length && instructions.length < MOST_INSTRUCTIONS) {
		const one = nextInstruction(reader);
		if (one !== null) instructions.push(one);
	}
	return { directives, instructions };
}

/** They stand before everything else; the first line that is none ends them. */
function directivesIn(lines: readonly string[]): Readonly<Record<string, string>> {
	const found: Record<string, string> = {};
	for (const line of lines) {
		const [, name = '', value = ''] = DIRECTIVE.exec(line) ?? [];
		const key = name.toLowerCase();
		if (key === '' || Object.hasOwn(found, key)) break;
		found[key] = value;
	}
	return found;
}

const isComment = (line: string): boolean => /^\s*#/.test(line);
const isBlank = (line: string): boolean => line.trim() === '';

function nextInstruction(reader: Reader): Instruction | null {
	const first = reader.lines[reader.at] ?? '';
	if (isBlank(first) || isComment(first)) {
		reader.at++;
		return null;
	}
	const line = reader.at + 1;
	const logical = logicalLine(reader).trim();
	const space = logical.search(/\s/);
	const keyword = (space === -1 ? logical : logical.slice(0, space)).toUpperCase();
	const heredocs = WITH_HEREDOCS.has(keyword) ? heredocsOf(reader, logical) : [];
	const { flags, rest } = WITH_FLAGS.has(keyword)
		? flagsBefore(space === -1 ? '' : logical.slice(space).trim())
		: { flags: [], rest: space === -1 ? '' : logical.slice(space).trim() };
	return {
		keyword,
		flags,
		text: rest,
		exec: execForm(rest),
		heredocs,
		line,
		endLine: Math.max(line, reader.at),
	};
}

function logicalLine(reader: Reader): string {
	const parts: string[] = [];
	for (let open = true; open && reader.at < reader.lines.length; ) {
		const line = reader.lines[reader.at++] ?? '';
		if (parts.length > 0 && (isComment(line) || isBlank(line))) continue;
		const trimmed = line.trimEnd();
		open = trimmed.endsWith(reader.escape);
		parts.push(open ? trimmed.slice(0, -1) : line);
	}
	return parts.join('');
}

function heredocsOf(reader: Reader, logical: string): readonly Heredoc[] {
	return [...logical.matchAll(HEREDOC)].slice(0, 20).flatMap(([, dash, , name = '']) => {
		const line = reader.at + 1;
		const body: string[] = [];
		while (reader.at < reader.lines.length) {
			const one = reader.lines[reader.at++] ?? '';
			const text = dash === '-' ? one.replace(/^\t+/, '') : one;
			if (text === name) return [{ name, body: body.join('\n'), line }];
			body.push(text);
		}
		return [{ name, body: body.join('\n'), line }];
	});
}

function flagsBefore(text: string): Pick<Instruction, 'flags'> & { readonly rest: string } {
	const flags: (readonly [string, string])[] = [];
	let rest = text;
	for (;;) {
		const [whole, name, value = ''] = /^--([a-z][a-z-]{0,40})(?:=(\S*))?(?:\s+|$)/.exec(rest) ?? [];
		if (whole === undefined || name === undefined) return { flags, rest };
		flags.push([name, value]);
		rest = rest.slice(whole.length);
	}
}

function execForm(text: string): readonly string[] | null {
	if (!text.startsWith('[')) return null;
	try {
		const parsed: unknown = JSON.parse(text);
		return Array.isArray(parsed) && parsed.every((one) => typeof one === 'string') ? parsed : null;
	} catch {
		return null;
	}
}

/** The value of a flag; `null` where it is not given. */
export function flagOf({ flags }: Instruction, name: string): string | null {
	return flags.find(([one]) => one === name)?.[1] ?? null;
}

/** `NAME=value` pairs of ENV, ARG and LABEL; the value is `null` for an ARG without one. */
export function assignmentsIn({
	keyword,
	text,
}: Instruction): readonly (readonly [name: string, value: string | null])[] {
	const words = quotedWords(text);
	// `ENV NAME the rest`, the old form, takes everything behind the name.
	const first = words[0];
	if (keyword === 'ENV' && first !== undefined && !first.includes('=')) {
		return [[first, text.slice(text.indexOf(first) + first.length).trim()]];
	}
	return words.map((word) => {
		const equals = word.indexOf('=');
		return equals === -1 ? [word, null] : [word.slice(0, equals), word.slice(equals + 1)];
	});
}

/** Words at blanks outside quotes, without the quotes. */
export function quotedWords(text: string): readonly string[] {
	const words: string[] = [];
	let word: string | null = null;
	for (const [piece] of text.matchAll(PIECE)) {
		if (/^\s/.test(piece)) {
			if (word !== null) words.push(word);
			word = null;
		} else word = (word ?? '') + unquoted(piece);
	}
	return word === null ? words : [...words, word];
}

/** A blank, a quoted part (to the end where it is not closed), a character behind a backslash, plain text. */
const PIECE = /\s+|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|'[^']*(?:'|$)|\\[\s\S]|[^\s"'\\]+|[\s\S]/g;

/** A piece of a word without its quotes and backslashes. */
export function unquoted(piece: string): string {
	if (piece.startsWith("'")) return piece.replace(/^'|'$/g, '');
	const plain = piece.startsWith('"')
		? piece.slice(1).replace(/(?<!\\)((?:\\\\)*)"$/, '$1')
		: piece;
	return plain.replace(/\\([\s\S])/g, '$1');
}

/** The files and folders that a COPY or ADD takes, and where it puts them. */
export function copyOf({ text, exec, heredocs }: Instruction): {
	readonly sources: readonly string[];
	readonly target: string;
} {
	const words = exec ?? quotedWords(text);
	const inline = new Set(heredocs.map(({ name }) => name));
	const sources = words
		.slice(0, -1)
		.filter((word) => !(word.startsWith('<<') && inline.has(word.replace(/^<<-?/, ''))));
	return { sources, target: words.at(-1) ?? '' };
}
