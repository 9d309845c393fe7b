import { isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { DEEPEST, type TextNode, type TreeNode } from './tree-node.ts';

/** Longer files are data, and take seconds. */
const LONGEST = 400_000;

/**
 * The documents of a YAML text (1.2), with the places of their scalars; what is broken is left out.
 * Aliases are not followed, so that a text cannot grow by them.
 */
export function parseYamlTrees(text: string): readonly TreeNode[] {
	if (text.length > LONGEST || isNestedTooDeep(text)) return [];
	try {
		const documents = parseAllDocuments(text, {
			logLevel: 'silent',
			strict: false,
			uniqueKeys: false,
			prettyErrors: false,
		});
		if (!Array.isArray(documents)) return [];
		return documents.map(({ contents }) => treeOf(contents, text, 0));
	} catch {
		// Its parser throws where a text is beyond all repair.
		return [];
	}
}

/** Its parser recurses, and looks ahead from every opening bracket and every level. */
export function isNestedTooDeep(text: string): boolean {
	let open = 0;
	for (const [sign] of text.matchAll(/[[\]{}]/g)) {
		open += sign === '[' || sign === '{' ? 1 : -1;
		if (open > DEEPEST) return true;
		if (open < 0) open = 0;
	}
	return /(?:[-?] ?){64}/.test(text);
}

function treeOf(node: unknown, text: string, depth: number): TreeNode {
	if (depth > DEEPEST) return { kind: 'other' };
	if (isMap(node)) {
		return {
			kind: 'map',
			entries: node.items.map(({ key, value }) => [
				isScalar(key) ? String(key.value) : '',
				treeOf(value, text, depth + 1),
			]),
		};
	}
	if (isSeq(node)) {
		return { kind: 'list', items: node.items.map((item) => treeOf(item, text, depth + 1)) };
	}
	if (!isScalar(node) || node.value === null || node.range == null) return { kind: 'other' };
	return textOf(node.source ?? String(node.value), node.range, text);
}

function textOf(
	value: string,
	[from, to]: readonly [number, number, number],
	text: string,
): TextNode {
	const isQuoted = /["']/.test(text.charAt(from)) && to > from + 1;
	return isQuoted
		? { kind: 'text', value, start: from + 1, end: to - 1 }
		: { kind: 'text', value, start: from, end: to };
}
