import { type Document, isMap, isPair, isSeq, LineCounter, parseAllDocuments } from 'yaml';

/** Characters; manifests that people write are far smaller. */
const MOST_CHARACTERS = 256 * 1024;
const MOST_DOCUMENTS = 200;

/** One document of a YAML stream. */
export interface YamlDocument {
	/** The value at a path of keys; `undefined` for none. */
	at(...path: readonly (string | number)[]): unknown;
	text(...path: readonly (string | number)[]): string;
	list(...path: readonly (string | number)[]): readonly unknown[];
	/** Keys of the mapping at a path. */
	keys(...path: readonly (string | number)[]): readonly string[];
	/** 1-based line of the value at a path, else of the nearest thing around it. */
	line(...path: readonly (string | number)[]): number;
}

/** What can be read of a stream; a document with a syntax error (a template, say) is left out. */
export function yamlDocuments(text: string): readonly YamlDocument[] {
	if (text.length > MOST_CHARACTERS) return [];
	const counter = new LineCounter();
	try {
		const parsed = parseAllDocuments(text, { lineCounter: counter, logLevel: 'silent' });
		const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
		return documents
			.slice(0, MOST_DOCUMENTS)
			.filter(({ errors }) => errors.length === 0)
			.flatMap((document) => {
				const value = valueIn(document);
				return value === undefined ? [] : [reading(document, value, counter)];
			});
	} catch {
		return [];
	}
}

/** Aliases that multiply are refused by the library, which then throws. */
function valueIn(document: Document): unknown {
	try {
		return document.toJS({ maxAliasCount: 100 });
	} catch {
		return undefined;
	}
}

function reading(document: Document, whole: unknown, counter: LineCounter): YamlDocument {
	const at = (...path: readonly (string | number)[]) => valueAt(whole, path);
	return {
		at,
		text: (...path) => {
			const value = at(...path);
			return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
		},
		list: (...path) => {
			const value = at(...path);
			return Array.isArray(value) ? value : [];
		},
		keys: (...path) => {
			const value = at(...path);
			return isObject(value) ? Object.keys(value) : [];
		},
		line: (...path) => lineOf(document, path, counter),
	};
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAt(whole: unknown, path: readonly (string | number)[]): unknown {
	let value = whole;
	for (const key of path) {
		if (Array.isArray(value)) value = value[Number(key)];
		else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
		else return undefined;
	}
	return value;
}

/** Of the key, where the value belongs to one. */
function lineOf(
	document: Document,
	path: readonly (string | number)[],
	counter: LineCounter,
): number {
	let node: unknown = document.contents;
	let offset = rangeOf(node)?.[0] ?? 0;
	for (const key of path) {
		if (isSeq(node)) node = node.items[Number(key)];
		else if (isMap(node)) {
			const pair = node.items.find((one) => isPair(one) && scalarOf(one.key) === String(key));
			if (pair === undefined) break;
			offset = rangeOf(pair.key)?.[0] ?? offset;
			node = pair.value;
			continue;
		} else break;
		offset = rangeOf(node)?.[0] ?? offset;
	}
	return counter.linePos(offset).line;
}

const rangeOf = (node: unknown): readonly number[] | undefined =>
	isObject(node) && Array.isArray(node['range']) ? (node['range'] as number[]) : undefined;

const scalarOf = (node: unknown): string => (isObject(node) ? String(node['value']) : String(node));
