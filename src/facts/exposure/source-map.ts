/** What a source map gives away: names and numbers, never a line of the source. */
export interface SourceMapReading {
	/** Files that it names, libraries and the bundler's own left out. */
	readonly sources: number;
	/** Those whose whole text stands in it. */
	readonly withText: number;
	/** The first of them, of those with text where there are any; cut. */
	readonly names: readonly string[];
	/** It ended, or could not be read on, before the map did: there may be more. */
	readonly isCut: boolean;
}

const MOST_NAMES = 3;
const LONGEST_NAME = 120;

/** Index maps hold maps (ECMA-426 §5, "sections"), and those no further ones. */
const MOST_DEPTH = 2;

/**
 * Reads a source map (ECMA-426) of version 3, index maps too, from one character a byte; `null` for
 * anything else. What was cut is read as far as it goes, so that a map of which only the beginning came
 * is still one. A member that is missing counts as not there yet only in a map that was cut. One pass,
 * never throws.
 */
export function readSourceMap(bytes: string): SourceMapReading | null {
	const start = /^(?:\xef\xbb\xbf)?(?:\)\]\}'[^\n]{0,64}\n)?\s{0,64}/.exec(bytes)?.[0].length ?? 0;
	const reader = new MapReader(bytes, start);
	reader.readMap(0);
	return reader.reading();
}

/** Others' code: package folders, and what bundlers add of their own. */
const LIBRARY =
	/(?:^|[/\\])(?:node_modules|bower_components|jspm_packages|\.pnpm|\.yarn)[/\\]|\(webpack\)|\[turbopack\]|\bwebpack\/(?:bootstrap|runtime|before-startup|startup|universalModuleDefinition)|^(?:webpack:\/\/\/?[^/]*\/?)?(?:external |ignored )|\0|_?commonjs[-A-Z]?[Hh]elpers|\bvite\/(?:modulepreload|preload|dynamic-import)/;

export function isLibrarySource(name: string): boolean {
	return LIBRARY.test(name);
}

/** How deep each mark of JSON leads. */
const STEPS: Readonly<Record<string, number>> = {
	'{': 1,
	'[': 1,
	'}': -1,
	']': -1,
	',': 0,
	':': 0,
};

/** Thrown inside the reader where the text ends, or is no JSON. */
class Ended extends Error {}

class MapReader {
	readonly #text: string;
	#at: number;
	#isMap = false;
	#isCut = false;
	#sources = 0;
	#withText = 0;
	readonly #names: string[] = [];
	readonly #namesWithText: string[] = [];

	constructor(text: string, at: number) {
		this.#text = text;
		this.#at = at;
	}

	reading(): SourceMapReading | null {
		if (!this.#isMap) return null;
		const names = this.#withText > 0 ? this.#namesWithText : this.#names;
		return {
			sources: this.#sources,
			withText: this.#withText,
			names: names.slice(0, MOST_NAMES),
			isCut: this.#isCut,
		};
	}

	/** One map; what it had is counted even where it breaks off. */
	readMap(depth: number): void {
		const seen = { version: 0, mapped: false, sources: [] as string[], texts: [] as boolean[] };
		try {
			this.#object((key) => {
				if (key === 'version') seen.version = Number(this.#scalar());
				else if (key === 'mappings') seen.mapped = this.#isFilled();
				else if (key === 'sources') this.#array(() => seen.sources.push(this.#name()));
				else if (key === 'sourcesContent') this.#array(() => seen.texts.push(this.#isFilled()));
				else if (key === 'sections' && depth < MOST_DEPTH) {
					seen.mapped = true;
					this.#array(() => this.#section(depth + 1));
				} else this.#skip();
			});
		} catch (error) {
			if (!(error instanceof Ended)) throw error;
			this.#isCut = true;
		}
		const isMap = seen.version === 3 && (seen.mapped || (this.#isCut && seen.sources.length > 0));
		if (isMap) this.#count(seen);
		if (this.#isCut && depth > 0) throw new Ended();
	}

	#count({ sources, texts }: { sources: readonly string[]; texts: readonly boolean[] }): void {
		this.#isMap = true;
		for (const [at, raw] of sources.entries()) {
			const name = unescaped(raw);
			if (isLibrarySource(name)) continue;
			this.#sources += 1;
			if (this.#names.length < MOST_NAMES) this.#names.push(readable(name));
			if (texts[at] !== true) continue;
			this.#withText += 1;
			if (this.#namesWithText.length < MOST_NAMES) this.#namesWithText.push(readable(name));
		}
	}

	#section(depth: number): void {
		this.#object((key) => (key === 'map' ? this.readMap(depth) : this.#skip()));
	}

	#object(member: (key: string) => void): void {
		this.#list('{', '}', () => {
			const key = this.#string();
			this.#expect(':');
			member(key);
		});
	}

	#array(item: () => void): void {
		if (this.#peek() === '[') this.#list('[', ']', item);
		else this.#skip();
	}

	#list(open: string, close: string, item: () => void): void {
		this.#expect(open);
		if (this.#peek() === close) {
			this.#at += 1;
			return;
		}
		for (;;) {
			item();
			const next = this.#peek();
			this.#at += 1;
			if (next === close) return;
			if (next !== ',') throw new Ended();
		}
	}

	/** A name of a source; `null`, which the standard allows, is empty. */
	#name(): string {
		return this.#peek() === '"' ? this.#string() : this.#nothing();
	}

	#nothing(): string {
		this.#skip();
		return '';
	}

	/** Whether a text with something in it comes. */
	#isFilled(): boolean {
		if (this.#peek() !== '"') {
			this.#skip();
			return false;
		}
		return this.#string() !== '';
	}

	/** As written, escapes and all. */
	#string(): string {
		this.#expect('"');
		const start = this.#at;
		for (;;) {
			const end = this.#text.indexOf('"', this.#at);
			if (end === -1) throw new Ended();
			this.#at = end + 1;
			if (!this.#isEscaped(end, start)) return this.#text.slice(start, end);
		}
	}

	#isEscaped(at: number, start: number): boolean {
		let slashes = 0;
		while (at - slashes > start && this.#text[at - slashes - 1] === '\\') slashes += 1;
		return slashes % 2 === 1;
	}

	#scalar(): string {
		this.#peek();
		const [word = ''] = this.#matchHere(/[\w+.-]{1,32}/y) ?? [];
		if (word === '') this.#skip();
		return word;
	}

	/** Any value, however deep, without a stack. */
	#skip(): void {
		let depth = 0;
		do depth += this.#token(depth > 0);
		while (depth > 0);
	}

	/** Moves over one token, and says by how much it changes the depth. */
	#token(isInside: boolean): number {
		const next = this.#peek();
		if (next === '"') {
			this.#string();
			return 0;
		}
		const step = STEPS[next];
		if (step === undefined) {
			if (this.#matchHere(/[\w+.-]+/y) === null) throw new Ended();
			return 0;
		}
		if (step <= 0 && !isInside) throw new Ended();
		this.#at += 1;
		return step;
	}

	#matchHere(pattern: RegExp): RegExpExecArray | null {
		pattern.lastIndex = this.#at;
		const match = pattern.exec(this.#text);
		if (match !== null) this.#at = pattern.lastIndex;
		return match;
	}

	#peek(): string {
		this.#matchHere(/[ \t\r\n]+/y);
		const next = this.#text[this.#at];
		if (next === undefined) throw new Ended();
		return next;
	}

	#expect(wanted: string): void {
		if (this.#peek() !== wanted) throw new Ended();
		this.#at += 1;
	}
}

function readable(name: string): string {
	const text = Buffer.from(name, 'latin1').toString('utf8');
	return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
}

function unescaped(raw: string): string {
	try {
		return String(JSON.parse(`"${raw}"`));
	} catch {
		return raw;
	}
}

/** Where the map of a script or style sheet is, as its last line says (ECMA-426 §11.1.2); `null` for nowhere. */
export function sourceMapComment(text: string): string | null {
	const name = 'sourceMappingURL=';
	const at = text.lastIndexOf(name);
	if (at === -1) return null;
	const isComment = /(?:^|[\s;})])(\/[/*])[#@][ \t]{0,16}$/.exec(
		text.slice(Math.max(0, at - 24), at),
	);
	if (isComment === null) return null;
	const rest = text.slice(at + name.length);
	const end = rest.search(/\s|\*\//);
	const url = end === -1 ? rest : rest.slice(0, end);
	const after = end === -1 ? '' : rest.slice(end);
	const isLast = /^\s*(?:\*\/)?\s*(?:\/\/[^\n]*\s*)?$/.test(after.slice(0, 1_024));
	const isUrl = url !== '' && !/["'`\\+]/.test(url.startsWith('data:') ? url.slice(0, 64) : url);
	return isLast && isUrl ? url : null;
}

/** What a `data:` URL with JSON in it holds, one character a byte; `null` for another. */
export function dataUrlBytes(url: string): string | null {
	const [, base64, data = ''] =
		/^data:application\/json(?:;charset=[\w-]{1,20})?(;base64)?,(.*)$/is.exec(url) ?? [];
	if (data === '') return null;
	if (base64 !== undefined) return Buffer.from(data, 'base64').toString('latin1');
	try {
		return Buffer.from(decodeURIComponent(data), 'utf8').toString('latin1');
	} catch {
		return null;
	}
}
