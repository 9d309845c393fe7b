/** A string in JavaScript or JSON source. */
export interface Literal {
	/** What it stands for: escapes resolved. Of a template with values in it, one piece. */
	readonly text: string;
	/** Nothing is put in before or after it. */
	readonly whole: boolean;
	/** Source before and after it without comments, cut. */
	readonly before: string;
	readonly after: string;
}

/** Enough to tell a call, a name or a condition. */
const BEFORE = 240;
const AFTER = 240;
/** Longer ones hold data and no address. */
const LONGEST = 262_144;
const MOST = 2_000;

/**
 * The string literals of a script that `wanted` finds something in, comments and regular expressions left
 * out. A lexer without a grammar: after `)` a slash divides. Linear, never throws; what does not close ends
 * with its line, or with the source.
 */
export function literalsWith(source: string, wanted: RegExp): readonly Literal[] {
	if (!wanted.test(source) && !/\\[ux/]/.test(source)) return [];
	return new Lexer(source, wanted).literals();
}

interface Found {
	readonly text: string;
	readonly whole: boolean;
	/** In the code without comments. */
	readonly start: number;
	readonly end: number;
}

class Lexer {
	readonly #source: string;
	readonly #wanted: RegExp;
	readonly #found: Found[] = [];
	/** The code without comments, in pieces. */
	readonly #code: string[] = [];
	#length = 0;
	#at = 0;
	/** End of the last token, for what a slash means. */
	#last = '';
	/** For each template that waits for its `}`: braces open inside it. */
	readonly #templates: number[] = [];

	constructor(source: string, wanted: RegExp) {
		this.#source = source;
		this.#wanted = wanted;
	}

	literals(): readonly Literal[] {
		while (this.#at < this.#source.length) this.#next();
		const code = this.#code.join('');
		return this.#found.map(({ text, whole, start, end }) => ({
			text,
			whole,
			before: code.slice(Math.max(0, start - BEFORE), start),
			after: code.slice(end, end + AFTER),
		}));
	}

	#next(): void {
		const source = this.#source;
		const plain = /[^"'`/{}<]+/y;
		plain.lastIndex = this.#at;
		const run = plain.exec(source)?.[0];
		if (run !== undefined) {
			this.#keep(run);
			return;
		}
		const character = source[this.#at] ?? '';
		if (character === '"' || character === "'") this.#string(character);
		else if (character === '`') this.#template(1, true);
		else if (character === '/') this.#slash();
		else if (source.startsWith('<!--', this.#at)) this.#skipLine();
		else this.#brace(character);
	}

	#brace(character: string): void {
		const depth = this.#templates.at(-1);
		if (character === '}' && depth === 0) {
			this.#templates.pop();
			this.#template(1, false);
			return;
		}
		const change = character === '{' ? 1 : character === '}' ? -1 : 0;
		if (depth !== undefined) this.#templates[this.#templates.length - 1] = depth + change;
		this.#keep(character);
	}

	/** Copies code. */
	#keep(text: string): void {
		this.#code.push(text);
		this.#length += text.length;
		this.#at += text.length;
		const end = text.trimEnd().slice(-16);
		if (end !== '') this.#last = end;
	}

	#string(quote: string): void {
		const body = quote === '"' ? /(?:[^"\\\r\n]|\\[\s\S])*/y : /(?:[^'\\\r\n]|\\[\s\S])*/y;
		const raw = this.#match(body, this.#at + 1);
		const isClosed = this.#source[this.#at + 1 + raw.length] === quote;
		this.#literal(raw, true);
		this.#keep(this.#source.slice(this.#at, this.#at + raw.length + (isClosed ? 2 : 1)));
	}

	/** From a backtick, or from the brace after a value, up to the end or to the next value. */
	#template(skip: number, isFirst: boolean): void {
		const raw = this.#match(/(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y, this.#at + skip);
		const end = this.#at + skip + raw.length;
		const goesOn = this.#source.startsWith('${', end);
		this.#literal(raw, isFirst && !goesOn);
		this.#keep(this.#source.slice(this.#at, end + (goesOn ? 2 : 1)));
		if (goesOn) this.#templates.push(0);
	}

	#literal(raw: string, whole: boolean): void {
		if (this.#found.length >= MOST || raw.length > LONGEST) return;
		if (!this.#wanted.test(raw.includes('\\') ? resolved(raw) : raw)) return;
		const start = this.#length;
		this.#found.push({ text: resolved(raw), whole, start, end: start + raw.length + 2 });
	}

	#match(pattern: RegExp, from: number): string {
		pattern.lastIndex = from;
		return pattern.exec(this.#source)?.[0] ?? '';
	}

	#slash(): void {
		const next = this.#source[this.#at + 1];
		if (next === '/') {
			this.#skipLine();
			return;
		}
		if (next === '*') {
			const end = this.#source.indexOf('*/', this.#at + 2);
			this.#at = end === -1 ? this.#source.length : end + 2;
			return;
		}
		const expression = BEFORE_EXPRESSION.test(this.#last)
			? this.#match(
					/\/(?:[^/\\[\r\n]|\\.|\[(?:[^\]\\\r\n]|\\.){0,500}\]){1,500}\/[a-z]*/y,
					this.#at,
				)
			: '';
		this.#keep(expression === '' ? '/' : expression);
	}

	#skipLine(): void {
		const line = this.#match(/[^\r\n]*/y, this.#at);
		this.#at += line.length;
	}
}

/** After these a slash begins a regular expression. */
const BEFORE_EXPRESSION =
	/(?:^|[(,=:[!&|?{};~+\-*%<>^]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|instanceof|yield|await))$/;

const ESCAPES: Readonly<Record<string, string>> = {
	n: '\n',
	r: '\r',
	t: '\t',
	b: '\b',
	f: '\f',
	v: '\v',
	'0': '\0',
};

function resolved(raw: string): string {
	return raw.replaceAll(
		/\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|(\r\n|[\s\S]))/gi,
		(whole, point?: string, unit?: string, byte?: string, one?: string) => {
			const hex = point ?? unit ?? byte;
			if (hex === undefined)
				return one === '\n' || one === '\r\n' ? '' : (ESCAPES[one ?? ''] ?? one ?? '');
			const code = Number.parseInt(hex, 16);
			return code > 0x10_ffff ? whole : String.fromCodePoint(code);
		},
	);
}
