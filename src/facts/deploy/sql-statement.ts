/** One statement of a script, without its comments. */
export interface SqlStatement {
	/** White space is one space; quoted texts are `''`. */
	readonly text: string;
	/** 1-based, where it begins. */
	readonly line: number;
}

export interface SqlScript {
	readonly statements: readonly SqlStatement[];
	/** Texts of comments, one a line. */
	readonly comments: readonly string[];
}

/** Characters; a longer statement holds data. */
const MOST_CHARACTERS = 20_000;

interface Piece {
	readonly kind: 'code' | 'comment' | 'text' | 'name' | 'end';
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

/**
 * Statements of a SQL script as PostgreSQL's lexer ends them: semicolons in quotes, dollar quotes, comments
 * (which nest) and `BEGIN ATOMIC` bodies of functions in dollar quotes end none. Linear, never throws.
 */
export function sqlScript(source: string): SqlScript {
	const statements: SqlStatement[] = [];
	const comments: string[] = [];
	let text = '';
	let from = -1;
	let counted = 0;
	let line = 1;
	const finish = () => {
		const plain = text.replace(/\s+/g, ' ').trim();
		if (plain !== '' && from >= 0) {
			for (; counted < from; counted++) if (source.charCodeAt(counted) === 10) line++;
			statements.push({ text: plain.slice(0, MOST_CHARACTERS), line });
		}
		text = '';
		from = -1;
	};
	for (const piece of piecesOf(source)) {
		if (piece.kind === 'end') finish();
		else if (piece.kind === 'comment') {
			comments.push(piece.text);
			text += ' ';
		} else {
			if (from === -1 && piece.text.trim() !== '') from = piece.start + leading(piece.text);
			text += piece.kind === 'text' ? "''" : piece.text;
		}
	}
	finish();
	return { statements, comments };
}

const leading = (text: string): number => text.length - text.trimStart().length;

const SPECIAL = /--|\/\*|'|"|`|\$(?:[A-Za-z_]\w*)?\$|;/g;

function* piecesOf(source: string): Generator<Piece> {
	let at = 0;
	while (at < source.length) {
		SPECIAL.lastIndex = at;
		const found = SPECIAL.exec(source);
		const start = found?.index ?? source.length;
		if (start > at) yield piece('code', source, at, start);
		if (found === null) return;
		const special = specialAt(source, start, found[0]);
		yield special;
		at = special.end;
	}
}

function specialAt(source: string, start: number, sign: string): Piece {
	if (sign === ';') return piece('end', source, start, start + 1);
	if (sign === '--') return piece('comment', source, start, before(source, '\n', start));
	if (sign === '/*') return piece('comment', source, start, commentEnd(source, start));
	if (sign === "'") return piece('text', source, start, quoteEnd(source, start, "'"));
	if (sign === '"' || sign === '`')
		return piece('name', source, start, quoteEnd(source, start, sign));
	return piece('text', source, start, behind(source, sign, start + sign.length));
}

const piece = (kind: Piece['kind'], source: string, start: number, end: number): Piece => ({
	kind,
	text: source.slice(start, end),
	start,
	end,
});

const before = (source: string, sign: string, from: number): number => {
	const at = source.indexOf(sign, from);
	return at === -1 ? source.length : at;
};

const behind = (source: string, sign: string, from: number): number => {
	const at = source.indexOf(sign, from);
	return at === -1 ? source.length : at + sign.length;
};

function commentEnd(source: string, start: number): number {
	let depth = 0;
	const sign = /\/\*|\*\//g;
	sign.lastIndex = start;
	for (let found = sign.exec(source); found !== null; found = sign.exec(source)) {
		depth += found[0] === '/*' ? 1 : -1;
		if (depth === 0) return found.index + 2;
	}
	return source.length;
}

/** A doubled quote is one inside. */
function quoteEnd(source: string, start: number, quote: string): number {
	let at = start + 1;
	for (;;) {
		const end = source.indexOf(quote, at);
		if (end === -1) return source.length;
		if (source.charAt(end + 1) !== quote) return end + 1;
		at = end + 2;
	}
}
