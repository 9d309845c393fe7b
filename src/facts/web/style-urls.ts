/** What a style sheet makes a browser load. */
export interface StyleUrl {
	readonly what: 'style' | 'font' | 'image';
	/** As written. */
	readonly href: string;
}

/** Sheets that real sites serve name fewer. */
const MOST_URLS = 2_000;

/**
 * The URLs in `@import` and `url()` of a style sheet, or of a style attribute, in order. Comments, other
 * strings and namespaces, which load nothing, are passed over. CSS Syntax Level 3 without its escapes: a
 * URL written with them is not found. One pass, never throws.
 */
export function styleUrls(css: string): readonly StyleUrl[] {
	const reader = new StyleReader(css);
	while (reader.step());
	return reader.found;
}

/** At-rules whose addresses are names and nothing to load. */
const NAMES_ONLY = new Set(['namespace', 'document', '-moz-document', 'charset']);

class StyleReader {
	readonly found: StyleUrl[] = [];
	readonly #css: string;
	#at = 0;
	/** The at-rule whose prelude is being read. */
	#rule = '';
	#isFontFace = false;

	constructor(css: string) {
		this.#css = css;
	}

	step(): boolean {
		if (this.#at >= this.#css.length || this.found.length >= MOST_URLS) return false;
		switch (this.#css[this.#at]) {
			case '/':
				this.#comment();
				break;
			case '"':
			case "'": {
				const text = this.#string();
				if (this.#rule === 'import') this.#add(text);
				break;
			}
			case '@':
				this.#rule = this.#match(/@([a-z-]{0,32})/iy)?.[1]?.toLowerCase() ?? '';
				break;
			case '{':
				this.#isFontFace = this.#rule === 'font-face';
				this.#rule = '';
				this.#at += 1;
				break;
			case '}':
				this.#isFontFace = false;
				this.#at += 1;
				break;
			case ';':
				this.#rule = '';
				this.#at += 1;
				break;
			case 'u':
			case 'U':
				this.#url();
				break;
			default:
				this.#at += 1;
		}
		return true;
	}

	#comment(): void {
		if (this.#css[this.#at + 1] !== '*') {
			this.#at += 1;
			return;
		}
		const end = this.#css.indexOf('*/', this.#at + 2);
		this.#at = end === -1 ? this.#css.length : end + 2;
	}

	/** Its text; a line break ends one that is not closed, as the standard says. */
	#string(): string {
		const quote = this.#css[this.#at];
		const start = this.#at + 1;
		let end = start;
		while (end < this.#css.length && this.#css[end] !== quote && this.#css[end] !== '\n') {
			end += this.#css[end] === '\\' ? 2 : 1;
		}
		this.#at = end + 1;
		return this.#css.slice(start, end);
	}

	#url(): void {
		const isName = /[\w-]/.test(this.#css[this.#at - 1] ?? '');
		if (isName || this.#match(/url\(\s{0,16}/iy) === null) {
			this.#at += 1;
			return;
		}
		const quote = this.#css[this.#at];
		if (quote === '"' || quote === "'") {
			this.#add(this.#string());
			return;
		}
		const end = this.#css.indexOf(')', this.#at);
		const last = end === -1 ? this.#css.length : end;
		this.#add(this.#css.slice(this.#at, last));
		this.#at = last;
	}

	#add(href: string): void {
		if (NAMES_ONLY.has(this.#rule)) return;
		const what = this.#rule === 'import' ? 'style' : this.#isFontFace ? 'font' : 'image';
		this.found.push({ what, href: href.trim() });
	}

	/** Moves on over what matches here. */
	#match(pattern: RegExp): RegExpExecArray | null {
		pattern.lastIndex = this.#at;
		const match = pattern.exec(this.#css);
		if (match !== null) this.#at = pattern.lastIndex;
		return match;
	}
}
