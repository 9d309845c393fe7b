import { parseJsonTree } from './json-tree.ts';
import { entriesOf, itemsOf, nodeAt, type TreeNode, wordsAt } from './tree-node.ts';

/** Addresses that are counted one by one; more say nothing new. */
const MOST = 10_000;

const ADDRESS = /[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,4}[a-z]{2,24})(?![\w.-]*[\w])/gi;
/** Nobody's: documentation, tests, machines, and the ids of packages. */
const NOBODY =
	/^(?:no-?reply|noreply|donotreply|mailer-daemon|postmaster|test\w*|foo|user\d*|example)@|@(?:[\w.-]*\.)?(?:example|test|invalid|localhost|local|fake|dummy)(?:\.[a-z]{2,4})?$|@(?:[\w.-]+\.)?(?:example\.\w+|test\.com|email\.com|domain\.com|users\.noreply\.github\.com|sentry\.io|mailinator\.com)$/i;

/** Different e-mail addresses of people in a text. */
export function addressesIn(text: string): number {
	const found = new Set<string>();
	for (const [address] of text.matchAll(ADDRESS)) {
		if (!NOBODY.test(address)) found.add(address.toLowerCase());
		if (found.size >= MOST) break;
	}
	return found.size;
}

/** The rows of a database dump: SQL's INSERT and COPY, or a SQLite file whole. */
export function rowsOf(bytes: string): string {
	if (bytes.startsWith('SQLite format 3\0')) return bytes;
	const rows: string[] = [];
	for (let at = nextRows(bytes, 0); at !== -1; ) {
		const isCopy = /copy/i.test(bytes.slice(at, at + 4));
		const stop = bytes.indexOf(isCopy ? '\n\\.' : ';\n', at);
		const end = stop === -1 ? bytes.length : stop;
		rows.push(bytes.slice(at, end));
		at = nextRows(bytes, end);
	}
	return rows.join('\n');
}

const ROWS =
	/^[ \t]{0,8}(?:insert (?:ignore )?into |replace into |copy [\w."]{1,120} ?\([^)\n]{0,2000}\) from stdin)/gim;

function nextRows(text: string, from: number): number {
	ROWS.lastIndex = from;
	const found = ROWS.exec(text);
	return found === null ? -1 : found.index + (/^\s*/.exec(found[0])?.[0].length ?? 0);
}

/** A compressed dump of pg_dump: what is in it cannot be read here. */
export const isPackedDump = (bytes: string): boolean => bytes.startsWith('PGDMP');

/** What a notebook printed, and where in its text that stands. */
export interface NotebookOutputs {
	readonly text: string;
	/** Offsets, in order. */
	readonly spans: readonly (readonly [start: number, end: number])[];
}

export function outputsOf(notebook: string): NotebookOutputs {
	const tree = parseJsonTree(notebook);
	const outputs = itemsOf(nodeAt(tree ?? undefined, 'cells'))
		.flatMap((cell) => itemsOf(nodeAt(cell, 'outputs')))
		.filter((output) => wordsAt(output, 'output_type') !== '');
	const texts = outputs.flatMap((output) => textsIn(output));
	return {
		text: texts.map(({ value }) => value).join('\n'),
		spans: texts.map(({ start, end }) => [start, end] as const),
	};
}

function textsIn(node: TreeNode): readonly Extract<TreeNode, { kind: 'text' }>[] {
	if (node.kind === 'text') return [node];
	if (node.kind === 'list') return node.items.flatMap(textsIn);
	// Images are base64, and hold no text.
	return entriesOf(node).flatMap(([key, inner]) => (/^image\//.test(key) ? [] : textsIn(inner)));
}
