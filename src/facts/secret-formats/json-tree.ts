import { DEEPEST, type TextNode, type TreeNode } from './tree-node.ts';

/** Values of one text; more belong to data, not to settings. */
const MOST_NODES = 400_000;

interface Cursor {
	readonly text: string;
	at: number;
	nodes: number;
}

/** Thrown and caught in this file. */
class NotJson extends Error {}

/**
 * JSON (RFC 8259) with the places of its strings; comments and final commas are allowed, as editors
 * allow them. `null` for anything else. Time is linear in the text.
 */
export function parseJsonTree(text: string): TreeNode | null {
	const cursor: Cursor = { text, at: 0, nodes: 0 };
	try {
		const node = valueAt(cursor, 0);
		skipSpace(cursor);
		return cursor.at === text.length ? node : null;
	} catch (error) {
		if (error instanceof NotJson) return null;
		throw error;
	}
}

function valueAt(cursor: Cursor, depth: number): TreeNode {
	skipSpace(cursor);
	cursor.nodes++;
	if (depth > DEEPEST || cursor.nodes > MOST_NODES) throw new NotJson();
	switch (cursor.text[cursor.at]) {
		case '{':
			return mapAt(cursor, depth);
		case '[':
			return listAt(cursor, depth);
		case '"':
			return stringAt(cursor);
		default:
			return wordAt(cursor);
	}
}

function mapAt(cursor: Cursor, depth: number): TreeNode {
	const entries: [string, TreeNode][] = [];
	cursor.at++;
	while (!closes(cursor, '}')) {
		if (cursor.text[cursor.at] !== '"') throw new NotJson();
		const key = stringAt(cursor).value;
		skipSpace(cursor);
		expect(cursor, ':');
		entries.push([key, valueAt(cursor, depth + 1)]);
		separate(cursor, '}');
	}
	return { kind: 'map', entries };
}

function listAt(cursor: Cursor, depth: number): TreeNode {
	const items: TreeNode[] = [];
	cursor.at++;
	while (!closes(cursor, ']')) {
		items.push(valueAt(cursor, depth + 1));
		separate(cursor, ']');
	}
	return { kind: 'list', items };
}

/** Steps over the bracket, if it is next. */
function closes(cursor: Cursor, bracket: string): boolean {
	skipSpace(cursor);
	if (cursor.text[cursor.at] !== bracket) return false;
	cursor.at++;
	return true;
}

/** A comma, or the bracket that ends the list, which stays. */
function separate(cursor: Cursor, bracket: string): void {
	skipSpace(cursor);
	if (cursor.text[cursor.at] !== bracket) expect(cursor, ',');
}

function expect(cursor: Cursor, sign: string): void {
	if (cursor.text[cursor.at] !== sign) throw new NotJson();
	cursor.at++;
}

function stringAt(cursor: Cursor): TextNode {
	const { text } = cursor;
	const start = cursor.at + 1;
	let end = start;
	while (text[end] !== '"') {
		if (end >= text.length || text[end] === '\n') throw new NotJson();
		end += text[end] === '\\' ? 2 : 1;
	}
	cursor.at = end + 1;
	return { kind: 'text', value: unescaped(text.slice(start, end)), start, end };
}

function unescaped(written: string): string {
	if (!written.includes('\\')) return written;
	return written.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex?: string, sign = '') =>
		hex === undefined ? (ESCAPES[sign] ?? sign) : String.fromCharCode(Number.parseInt(hex, 16)),
	);
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

const WORD = /(?:true|false|null|-?\d[\d.eE+-]{0,40})/y;

function wordAt(cursor: Cursor): TreeNode {
	WORD.lastIndex = cursor.at;
	if (!WORD.test(cursor.text)) throw new NotJson();
	cursor.at = WORD.lastIndex;
	return { kind: 'other' };
}

function skipSpace(cursor: Cursor): void {
	const { text } = cursor;
	for (;;) {
		while (/\s/.test(text[cursor.at] ?? 'x')) cursor.at++;
		if (text.startsWith('//', cursor.at)) cursor.at = behind(text, '\n', cursor.at);
		else if (text.startsWith('/*', cursor.at)) cursor.at = behind(text, '*/', cursor.at + 2);
		else return;
	}
}

function behind(text: string, end: string, from: number): number {
	const at = text.indexOf(end, from);
	return at === -1 ? text.length : at + end.length;
}
