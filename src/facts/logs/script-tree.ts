/** A node of the syntax tree; what it has beside these depends on its type. */
export interface ScriptNode {
	readonly type: string;
	readonly start: number;
	readonly end: number;
	readonly loc: { readonly start: { readonly line: number } };
	readonly [member: string]: unknown;
}

/** Bytes; more are machine-made. */
export const MOST_SCRIPT = 1024 * 1024;

/** Gives the tree of JavaScript or TypeScript; `null` where it cannot be parsed at all. */
export type ScriptParser = (text: string, path: string) => ScriptNode | null;

/** Loaded on first use: most audits parse no code. */
export async function scriptParser(): Promise<ScriptParser> {
	const { parse } = await import('@babel/parser');
	return (text, path) => {
		const isTyped = /\.[cm]?tsx?$/.test(path);
		const hasJsx = !/\.[cm]?ts$/.test(path);
		try {
			const { program } = parse(text, {
				sourceType: 'unambiguous',
				errorRecovery: true,
				allowReturnOutsideFunction: true,
				allowAwaitOutsideFunction: true,
				plugins: [
					'decorators-legacy',
					...(isTyped ? (['typescript'] as const) : []),
					...(hasJsx ? (['jsx'] as const) : []),
				],
			});
			return program as unknown as ScriptNode;
		} catch {
			return null;
		}
	};
}

/** `parents` has the nearest last. Returns `false` to stay out of a node. */
type Visit = (node: ScriptNode, parents: readonly ScriptNode[]) => unknown;

/** Without recursion: a tree can be as deep as its file is long. */
export function walkScript(root: ScriptNode, visit: Visit): void {
	const parents: ScriptNode[] = [];
	const open: (ScriptNode | null)[] = [root];
	while (open.length > 0) {
		const node = open.pop();
		if (node === undefined) return;
		if (node === null) {
			parents.pop();
			continue;
		}
		if (visit(node, parents) === false) continue;
		parents.push(node);
		open.push(null, ...childrenOf(node).reverse());
	}
}

const NO_CHILDREN: ReadonlySet<string> = new Set([
	'loc',
	'leadingComments',
	'trailingComments',
	'innerComments',
	'extra',
	'tokens',
	'errors',
]);

function childrenOf(node: ScriptNode): ScriptNode[] {
	return Object.entries(node).flatMap(([member, value]) => {
		if (NO_CHILDREN.has(member)) return [];
		return Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
	});
}

export const isNode = (value: unknown): value is ScriptNode =>
	typeof value === 'object' && value !== null && typeof (value as ScriptNode).type === 'string';

export const nodeAt = (node: ScriptNode, member: string): ScriptNode | null => {
	const value = node[member];
	return isNode(value) ? value : null;
};

export const nodesAt = (node: ScriptNode, member: string): readonly ScriptNode[] => {
	const value = node[member];
	return Array.isArray(value) ? value.filter(isNode) : [];
};

export const textAt = (node: ScriptNode, member: string): string => {
	const value = node[member];
	return typeof value === 'string' ? value : '';
};

export const lineOf = (node: ScriptNode): number => node.loc.start.line;

/** `process.env.KEY` for a chain of names; empty for anything else. Optional and typed forms count. */
export function chainOf(node: ScriptNode | null): string {
	if (node === null) return '';
	switch (node.type) {
		case 'Identifier':
			return textAt(node, 'name');
		case 'ThisExpression':
			return 'this';
		case 'MetaProperty':
			return `${chainOf(nodeAt(node, 'meta'))}.${chainOf(nodeAt(node, 'property'))}`;
		case 'TSNonNullExpression':
		case 'TSAsExpression':
		case 'TSSatisfiesExpression':
		case 'ParenthesizedExpression':
			return chainOf(nodeAt(node, 'expression'));
		case 'MemberExpression':
		case 'OptionalMemberExpression': {
			const object = chainOf(nodeAt(node, 'object'));
			const property = nodeAt(node, 'property');
			const isNamed =
				property !== null && (node['computed'] !== true || property.type === 'StringLiteral');
			if (object === '' || !isNamed) return '';
			const name =
				property.type === 'StringLiteral' ? textAt(property, 'value') : chainOf(property);
			return name === '' ? '' : `${object}.${name}`;
		}
		default:
			return '';
	}
}

/** Name of a property of an object, a class or a pattern; empty where it is computed. */
export function keyOf(property: ScriptNode): string {
	const key = nodeAt(property, 'key');
	if (key === null || property['computed'] === true) return '';
	return key.type === 'StringLiteral' ? textAt(key, 'value') : chainOf(key);
}

/** The value under a name in an object literal. */
export function propertyOf(object: ScriptNode | null, name: string): ScriptNode | null {
	if (object === null || object.type !== 'ObjectExpression') return null;
	const property = nodesAt(object, 'properties').find((one) => keyOf(one) === name);
	if (property === undefined) return null;
	return property.type === 'ObjectMethod' ? property : nodeAt(property, 'value');
}
