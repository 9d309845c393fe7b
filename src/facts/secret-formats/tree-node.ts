/** JSON and YAML alike: what a value is, and where its text stands. */
export type TreeNode =
	| { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, node: TreeNode])[] }
	| { readonly kind: 'list'; readonly items: readonly TreeNode[] }
	| TextNode
	| { readonly kind: 'other' };

export interface TextNode {
	readonly kind: 'text';
	readonly value: string;
	/** Of the characters between the quotes. */
	readonly start: number;
	readonly end: number;
}

export type MapNode = Extract<TreeNode, { kind: 'map' }>;

/** Nesting beyond this is read no further. */
export const DEEPEST = 64;

/** The node at a path of keys; `undefined` where there is none. Of equal keys the last counts. */
export function nodeAt(node: TreeNode | undefined, ...path: string[]): TreeNode | undefined {
	let found = node;
	for (const key of path) {
		if (found?.kind !== 'map') return undefined;
		found = found.entries.findLast(([name]) => name === key)?.[1];
	}
	return found;
}

/** The text at a path of keys. */
export function textAt(node: TreeNode | undefined, ...path: string[]): TextNode | undefined {
	const found = nodeAt(node, ...path);
	return found?.kind === 'text' ? found : undefined;
}

/** The words at a path of keys; empty where there are none. */
export const wordsAt = (node: TreeNode | undefined, ...path: string[]): string =>
	textAt(node, ...path)?.value ?? '';

/** Keys and values of a map; none of anything else. */
export const entriesOf = (node: TreeNode | undefined): MapNode['entries'] =>
	node?.kind === 'map' ? node.entries : [];

export const itemsOf = (node: TreeNode | undefined): readonly TreeNode[] =>
	node?.kind === 'list' ? node.items : [];

/** Every map in a tree, each with the keys that lead to it. */
export function* mapsIn(
	node: TreeNode,
	path: readonly string[] = [],
): Generator<{ readonly map: MapNode; readonly path: readonly string[] }> {
	if (node.kind === 'map') {
		yield { map: node, path };
		for (const [key, inner] of node.entries) yield* mapsIn(inner, [...path, key]);
	}
	if (node.kind === 'list') for (const item of node.items) yield* mapsIn(item, path);
}
