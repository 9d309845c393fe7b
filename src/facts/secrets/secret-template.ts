/** Characters that a token may have at a place. */
const CLASSES: Readonly<Record<string, string>> = {
	/** Lower-case hex. */
	hex: '0-9a-f',
	/** Hex of either case. */
	Hex: '0-9a-fA-F',
	HEX: '0-9A-F',
	digit: '0-9',
	low: '0-9a-z',
	up: '0-9A-Z',
	b32: 'A-Z2-7',
	b58: '1-9A-HJ-NP-Za-km-z',
	b62: '0-9A-Za-z',
	/** base64url. */
	u: '0-9A-Za-z_-',
	/** base64url with dots. */
	dot: '0-9A-Za-z_.-',
	b64: '0-9A-Za-z+/',
	b64p: '0-9A-Za-z+/=',
	/** base64 of either alphabet. */
	any: '0-9A-Za-z+/_-',
	uuid: '',
};
const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';

/**
 * The shape of a token: literal text and `{class:count}` or `{class:least-most}`, such as
 * `ghp_{b62:36}`. The pattern and the samples both come from it, so they cannot disagree.
 */
export interface Template {
	/** Without unbounded or nested quantifiers: linear in any text. */
	readonly pattern: string;
	/** Characters that cannot follow: the token would go on. For a character class. */
	readonly goesOn: string;
	/** The first literal run of at least three characters; `null` where there is none. */
	readonly literal: string | null;
	/** Most characters before `literal`. */
	readonly before: number;
	/** Whether what stands before `literal` can be `+` or `/`. */
	readonly signs: boolean;
	/** Characters that every token of this shape has in a row, letters, digits and `+/=_-` only. */
	readonly run: number;
	/** Whether it starts with a letter, a digit or `_`, so that none of these may stand before it. */
	readonly word: boolean;
	/** Long, and of upper and lower case: a token without both is none. */
	readonly mixed: boolean;
	/** A token of this shape, by a source of numbers from 0 up to 1. */
	sample(random: () => number): string;
}

interface Piece {
	readonly literal: string;
	readonly characters: string;
	readonly least: number;
	readonly most: number;
}

/** Signs beside letters and digits that a token of a class could go on with. */
const SIGNS_OF: Readonly<Record<string, string>> = {
	any: '+/=-',
	b64: '+/=',
	b64p: '+/=',
	dot: '-',
	u: '-',
};

const lastClass = (text: string): string => /\{(\w+)[^{}]*\}$/.exec(text)?.[1] ?? '';

export function templateOf(text: string): Template {
	const pieces = [...text.matchAll(/\{(\w+)(?::(\d+)(?:-(\d+))?)?\}|([^{}]+)/g)].map(pieceOf);
	let before = 0;
	let literal: string | null = null;
	for (const piece of pieces) {
		if (piece.literal.length >= 3) {
			literal = piece.literal;
			break;
		}
		before += piece.literal.length + piece.most;
	}
	return {
		pattern: pieces.map(patternOf).join(''),
		goesOn: `0-9A-Za-z_${SIGNS_OF[lastClass(text)] ?? ''}`,
		literal,
		before: literal === null ? 0 : before,
		signs: /^\{(?:b64p?|any)\b/.test(text),
		run: longestRun(pieces),
		word: !/^[^\w{]/.test(text),
		mixed: pieces.some(({ characters, least }) => least >= 20 && /A-Z.*a-z/.test(characters)),
		sample: (random) => pieces.map((piece) => sampleOf(piece, random)).join(''),
	};
}

const IN_RUN = /^[\w+/=-]$/;

function longestRun(pieces: readonly Piece[]): number {
	let longest = 0;
	let run = 0;
	for (const { literal, characters, least } of pieces) {
		// A class with a dot guarantees nothing.
		if (characters !== '') run = characters.includes('.') ? 0 : run + least;
		for (const character of literal) run = IN_RUN.test(character) ? run + 1 : 0;
		longest = Math.max(longest, run);
	}
	return longest;
}

function pieceOf([, name, least, most, literal]: RegExpMatchArray): Piece {
	if (name === undefined) return { literal: literal ?? '', characters: '', least: 0, most: 0 };
	const characters = CLASSES[name];
	if (characters === undefined) throw new RangeError(`no character class "${name}"`);
	if (name === 'uuid') return { literal: '', characters: UUID, least: 36, most: 36 };
	return { literal: '', characters, least: Number(least), most: Number(most ?? least) };
}

function patternOf({ literal, characters, least, most }: Piece): string {
	if (characters === '') return literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
	if (characters === UUID) return UUID;
	return `[${characters}]{${least === most ? least : `${least},${most}`}}`;
}

function sampleOf({ literal, characters, least, most }: Piece, random: () => number): string {
	if (characters === '') return literal;
	const hex = expand('0-9a-f');
	if (characters === UUID) {
		return [8, 4, 4, 4, 12].map((count) => pick(hex, count, random)).join('-');
	}
	const count = least + Math.floor(random() * (Math.min(most, least + 20) - least + 1));
	return pick(expand(characters), count, random);
}

function pick(from: string, count: number, random: () => number): string {
	return Array.from({ length: count }, () => from[Math.floor(random() * from.length)]).join('');
}

function expand(characters: string): string {
	return characters.replace(/(.)-(.)/g, (_, first: string, last: string) => {
		const from = first.charCodeAt(0);
		const length = last.charCodeAt(0) - from + 1;
		return Array.from({ length }, (__, index) => String.fromCharCode(from + index)).join('');
	});
}
