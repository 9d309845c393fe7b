/** A value of a TOML document (1.0); dates and what is not understood stay text. */
export type TomlValue =
	| string
	| number
	| boolean
	| readonly TomlValue[]
	| { readonly [key: string]: TomlValue };

/** One `key = value`, with the tables around it. */
export interface TomlEntry {
	/** Keys from the root; behind an array of tables stands its index: `['services', '0', 'ports']`. */
	readonly path: readonly string[];
	readonly value: TomlValue;
	/** 1-based. */
	readonly line: number;
}

const MOST_LINES = 5_000;
/** Characters of one value that goes on over lines. */
const MOST_VALUE = 10_000;
const KEY = /^\s*((?:"[^"\n]*"|'[^'\n]*'|[\w-]+)(?:\s*\.\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+))*)\s*/;

/**
 * What deploy manifests use of TOML: tables, arrays of tables, strings of all four kinds, numbers,
 * booleans, arrays, inline tables. A line that is none of it is passed over. Never throws.
 */
export function readToml(text: string): readonly TomlEntry[] {
	const lines = text.split('\n').slice(0, MOST_LINES);
	const entries: TomlEntry[] = [];
	const counts = new Map<string, number>();
	let table: readonly string[] = [];
	for (let at = 0; at < lines.length; at++) {
		const line = (lines[at] ?? '').trim();
		if (line === '' || line.startsWith('#')) continue;
		if (line.startsWith('[')) {
			table = tableOf(line, counts) ?? table;
			continue;
		}
		const key = KEY.exec(line);
		if (key === null || line.charAt(key[0].length) !== '=') continue;
		const { text: whole, ends } = valueFrom(lines, at, line.slice(key[0].length + 1));
		const path = [...table, ...keysIn(key[1] ?? '')];
		entries.push(...flattened(path, parseValue(whole), at + 1));
		at = ends;
	}
	return entries;
}

function tableOf(line: string, counts: Map<string, number>): readonly string[] | null {
	const [, open = '', inner = ''] = /^(\[\[?)\s*([^[\]\n]{1,500}?)\s*\]/.exec(line) ?? [];
	if (inner === '') return null;
	const keys = keysIn(inner);
	const name = JSON.stringify(keys);
	if (open === '[[') counts.set(name, (counts.get(name) ?? -1) + 1);
	return keys.flatMap((key, index) => {
		const count = counts.get(JSON.stringify(keys.slice(0, index + 1)));
		return count === undefined ? [key] : [key, String(count)];
	});
}

const keysIn = (text: string): readonly string[] =>
	[...text.matchAll(/"([^"\n]*)"|'([^'\n]*)'|([\w-]+)/g)].map(
		([, double, single, bare]) => double ?? single ?? bare ?? '',
	);

/** A value goes on over lines while a bracket or a triple quote is open. */
function valueFrom(
	lines: readonly string[],
	from: number,
	first: string,
): { readonly text: string; readonly ends: number } {
	let text = first;
	let ends = from;
	while (text.length < MOST_VALUE && ends + 1 < lines.length && isOpen(text)) {
		text += `\n${lines[++ends] ?? ''}`;
	}
	return { text: text.trim(), ends };
}

function isOpen(text: string): boolean {
	const trimmed = text.trim();
	for (const quote of ['"""', "'''"]) {
		if (trimmed.startsWith(quote)) return trimmed.indexOf(quote, 3) === -1;
	}
	if (!/^[[{]/.test(trimmed)) return false;
	const bare = withoutComments(trimmed).replace(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/g, '""');
	const count = (pattern: RegExp) => bare.match(pattern)?.length ?? 0;
	return count(/[[{]/g) > count(/[\]}]/g);
}

/** Comments outside strings. */
const withoutComments = (text: string): string =>
	text.replace(/("(?:[^"\\\n]|\\.)*"|'[^'\n]*')|#[^\n]*/g, (_, quoted?: string) => quoted ?? '');

function parseValue(text: string): TomlValue {
	for (const quote of ['"""', "'''"]) {
		if (!text.startsWith(quote)) continue;
		const end = text.indexOf(quote, 3);
		return text.slice(3, end === -1 ? undefined : end).replace(/^\n/, '');
	}
	const source = withoutComments(text).trim();
	return new Values(source).next(0) ?? source;
}

const NUMBER = /^[+-]?\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d+)?$/i;
const DEEPEST = 20;

/** Reads one value after the other out of a text. */
class Values {
	private readonly text: string;
	private at = 0;

	constructor(text: string) {
		this.text = text;
	}

	next(depth: number): TomlValue | undefined {
		if (depth > DEEPEST) return undefined;
		this.skip(/[\s,]/);
		const first = this.text.charAt(this.at);
		if (first === '"') return this.basic();
		if (first === "'") return this.literal();
		if (first === '[') return this.list(depth);
		if (first === '{') return this.inline(depth);
		const bare = this.take(/[^\s,\]}=]/);
		if (bare === '') return undefined;
		if (bare === 'true' || bare === 'false') return bare === 'true';
		return NUMBER.test(bare) ? Number(bare.replaceAll('_', '')) : bare;
	}

	private basic(): string {
		let value = '';
		for (this.at++; this.at < this.text.length; this.at++) {
			const character = this.text.charAt(this.at);
			if (character === '"') break;
			if (character !== '\\') value += character;
			else {
				const escaped = this.text.charAt(++this.at);
				value += { n: '\n', t: '\t', r: '\r' }[escaped] ?? escaped;
			}
		}
		this.at++;
		return value;
	}

	private literal(): string {
		const end = this.text.indexOf("'", this.at + 1);
		const value = this.text.slice(this.at + 1, end === -1 ? undefined : end);
		this.at = end === -1 ? this.text.length : end + 1;
		return value;
	}

	private list(depth: number): readonly TomlValue[] {
		const values: TomlValue[] = [];
		for (this.at++; this.at < this.text.length; ) {
			this.skip(/[\s,]/);
			if (this.text.charAt(this.at) === ']') break;
			const from = this.at;
			const value = this.next(depth + 1);
			if (value !== undefined) values.push(value);
			if (this.at === from) break;
		}
		this.at++;
		return values;
	}

	private inline(depth: number): { readonly [key: string]: TomlValue } {
		const values: Record<string, TomlValue> = {};
		for (this.at++; this.at < this.text.length; ) {
			this.skip(/[\s,]/);
			if (this.text.charAt(this.at) === '}') break;
			const from = this.at;
			const key = this.take(/[^\s=}]/).replace(/^["']|["']$/g, '');
			this.skip(/[\s=]/);
			const value = this.next(depth + 1);
			if (key !== '' && value !== undefined) {
				Object.defineProperty(values, key, { value, enumerable: true, configurable: true });
			}
			if (this.at === from) break;
		}
		this.at++;
		return values;
	}

	private skip(what: RegExp): void {
		while (this.at < this.text.length && what.test(this.text.charAt(this.at))) this.at++;
	}

	private take(what: RegExp): string {
		const from = this.at;
		this.skip(what);
		return this.text.slice(from, this.at);
	}
}

/** Inline tables become entries of their own, so that a reader asks in one way. */
function flattened(path: readonly string[], value: TomlValue, line: number): readonly TomlEntry[] {
	const entry = { path, value, line };
	if (typeof value !== 'object' || path.length > DEEPEST) return [entry];
	const inner = Object.entries(value).filter(
		([, one]) => !Array.isArray(value) || typeof one === 'object',
	);
	return [entry, ...inner.flatMap(([key, one]) => flattened([...path, key], one, line))];
}

/** The entry at a path of keys where `*` is any one key. */
export function tomlAt(
	entries: readonly TomlEntry[],
	...path: readonly string[]
): TomlEntry | undefined {
	return entries.find((entry) => isAt(entry, path));
}

export function tomlAll(
	entries: readonly TomlEntry[],
	...path: readonly string[]
): readonly TomlEntry[] {
	return entries.filter((entry) => isAt(entry, path));
}

const isAt = (entry: TomlEntry, path: readonly string[]): boolean =>
	entry.path.length === path.length &&
	path.every((key, index) => key === '*' || key === entry.path[index]);
