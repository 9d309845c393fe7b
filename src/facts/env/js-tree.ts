import type { parse as babelParse } from '@babel/parser';

/** A node of Babel's tree, read without trusting its shape: errors are recovered from. */
export interface JsNode {
	readonly type: string;
	readonly start: number;
	readonly end: number;
	readonly line: number;
	readonly [key: string]: unknown;
}

export type JsParser = typeof babelParse;

/** Larger files are bundles, which are nobody's source. */
export const LARGEST_SOURCE = 512 * 1024;
/** Deeper trees are made to be deep. */
const DEEPEST = 400;

let parser: JsParser | undefined;

/** Loaded on first use: most commands parse no code. */
export async function loadJsParser(): Promise<JsParser> {
	parser ??= (await import('@babel/parser')).parse;
	return parser;
}

/** The tree of a JavaScript or TypeScript text, JSX allowed; `null` where it is none. */
export function jsTree(parse: JsParser, path: string, text: string): JsNode | null {
	try {
		const file = parse(text, {
			sourceType: 'unambiguous',
			errorRecovery: true,
			allowReturnOutsideFunction: true,
			allowAwaitOutsideFunction: true,
			allowImportExportEverywhere: true,
			allowSuperOutsideMethod: true,
			allowUndeclaredExports: true,
			plugins: [
				['typescript', {}],
				// In .ts files `<T>x` is a cast.
				...(/\.[cm]?ts$/.test(path) ? [] : (['jsx'] as const)),
				'decorators-legacy',
			],
		});
		return nodeIn((file as unknown as Record<string, unknown>)['program']);
	} catch {
		return null;
	}
}

/** Given with its ancestors, the nearest last. */
export type Visit = (node: JsNode, above: readonly JsNode[]) => void;

/** Every node below, in order of the text. */
export function walkJs(root: JsNode, visit: Visit): void {
	const above: JsNode[] = [];
	const enter = (node: JsNode): void => {
		visit(node, above);
		if (above.length >= DEEPEST) return;
		above.push(node);
		for (const key of Object.keys(node)) {
			if (!PASSED_OVER.has(key)) enterAll(node[key]);
		}
		above.pop();
	};
	const enterAll = (value: unknown): void => {
		const inner = nodeIn(value);
		if (inner !== null) enter(inner);
		else if (Array.isArray(value)) for (const one of value) enterAll(one);
	};
	enter(root);
}

const PASSED_OVER = new Set([
	'loc',
	'extra',
	'errors',
	'comments',
	'leadingComments',
	'trailingComments',
	'innerComments',
	'typeAnnotation',
	'typeParameters',
	'typeArguments',
	'returnType',
	'interpreter',
]);

export function nodeIn(value: unknown): JsNode | null {
	if (typeof value !== 'object' || value === null) return null;
	const node = value as Record<string, unknown>;
	if (typeof node['type'] !== 'string') return null;
	if (typeof node['line'] !== 'number') {
		const loc = node['loc'] as { start?: { line?: number } } | undefined;
		node['line'] = loc?.start?.line ?? 1;
	}
	return node as unknown as JsNode;
}

export function nodesIn(value: unknown): readonly JsNode[] {
	return Array.isArray(value)
		? value.map(nodeIn).filter((node): node is JsNode => node !== null)
		: [];
}

/** Without what TypeScript and parentheses put around an expression. */
export function bareNode(value: unknown): JsNode | null {
	let node = nodeIn(value);
	while (node !== null && WRAPPERS.has(node.type)) node = nodeIn(node['expression']);
	return node;
}

export const WRAPPERS: ReadonlySet<string> = new Set([
	'TSNonNullExpression',
	'TSAsExpression',
	'TSSatisfiesExpression',
	'TSTypeAssertion',
	'ParenthesizedExpression',
	'ChainExpression',
]);

export const isMember = (node: JsNode | null): node is JsNode =>
	node?.type === 'MemberExpression' || node?.type === 'OptionalMemberExpression';

export const isCall = (node: JsNode | null): node is JsNode =>
	node?.type === 'CallExpression' || node?.type === 'OptionalCallExpression';

export const isFunction = ({ type }: JsNode): boolean =>
	/Function|ObjectMethod|ClassMethod|ClassPrivateMethod/.test(type);

export function nameOf(value: unknown): string {
	const node = nodeIn(value);
	if (node?.type !== 'Identifier' && node?.type !== 'JSXIdentifier') return '';
	return typeof node['name'] === 'string' ? node['name'] : '';
}

/** A string literal, or a template without holes; `null` for anything else. */
export function literalIn(value: unknown): string | null {
	const node = bareNode(value);
	if (node?.type === 'StringLiteral') return String(node['value']);
	if (node?.type !== 'TemplateLiteral' || nodesIn(node['expressions']).length > 0) return null;
	const [quasi] = nodesIn(node['quasis']);
	const cooked = (quasi?.['value'] as { cooked?: unknown } | undefined)?.cooked;
	return typeof cooked === 'string' ? cooked : null;
}

/** `x.name` and `x['name']`; empty where the name is worked out. */
export function propertyOf(member: JsNode): string {
	return member['computed'] === true
		? (literalIn(member['property']) ?? '')
		: nameOf(member['property']);
}

/** The name of an object's property, or of a binding in a pattern. */
export function keyOf(property: JsNode): string {
	return property['computed'] === true
		? (literalIn(property['key']) ?? '')
		: nameOf(property['key']) || (literalIn(property['key']) ?? '');
}

/** `a.b.c`, as far as it is names; empty for anything else. */
export function dottedName(value: unknown): string {
	const node = bareNode(value);
	if (node === null) return '';
	if (node.type === 'ThisExpression') return 'this';
	if (node.type === 'MetaProperty') return 'import.meta';
	if (!isMember(node)) return nameOf(node);
	const [object, name] = [dottedName(node['object']), propertyOf(node)];
	return object === '' || name === '' ? '' : `${object}.${name}`;
}

/**
 * What of a file is JavaScript: all of it, or the script blocks of a component, with everything else
 * blanked so that lines stay.
 */
export function scriptOf(path: string, text: string): string {
	if (path.endsWith('.astro')) return astroScript(text);
	if (!/\.(?:vue|svelte)$/.test(path)) return text;
	let script = '';
	let at = 0;
	for (const found of text.matchAll(/<script\b[^>]{0,300}>/g)) {
		const from = found.index + found[0].length;
		if (found.index < at) continue;
		const end = text.indexOf('</script', from);
		const to = end === -1 ? text.length : end;
		script += `${blanked(text.slice(at, from))}${text.slice(from, to)};`;
		at = to;
	}
	return script;
}

function astroScript(text: string): string {
	const found = /^\s*---\r?\n/.exec(text);
	if (found === null) return '';
	const end = text.indexOf('\n---', found[0].length - 1);
	return blanked(found[0]) + text.slice(found[0].length, end === -1 ? text.length : end);
}

const blanked = (text: string): string => text.replace(/[^\n]+/g, '');
