import {
	bareNode,
	dottedName,
	isCall,
	type JsNode,
	literalIn,
	nameOf,
	nodeIn,
	nodesIn,
	walkJs,
} from './js-tree.ts';

/** One name that a module takes from another. */
interface Taken {
	readonly source: string;
	/** As the other module exports it; `*` for all of it, empty for its effects alone. */
	readonly name: string;
	/** What it is called here; empty where it is passed on. */
	readonly local: string;
	readonly line: number;
}

/** What a module declares, takes and gives, so far as it exists at run time. */
export interface JsModule {
	readonly imports: readonly Taken[];
	/** `export { name as given } from`; `*` gives everything. */
	readonly passedOn: readonly (Taken & { readonly given: string })[];
	/** By exported name, the local one. */
	readonly exports: ReadonlyMap<string, string>;
	/** By the name of a declaration at the top, the names that stand in it. `''`: every other statement. */
	readonly tops: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Modules as bundlers see them: what only types use is left out. */
export function moduleIn(tree: JsNode): JsModule {
	const into = {
		imports: [] as Taken[],
		passedOn: [] as (Taken & { given: string })[],
		exports: new Map<string, string>(),
		tops: new Map<string, Set<string>>(),
	};
	for (const statement of nodesIn(tree['body'])) noteStatement(into, statement);
	return into;
}

type Into = {
	readonly imports: Taken[];
	readonly passedOn: (Taken & { given: string })[];
	readonly exports: Map<string, string>;
	readonly tops: Map<string, Set<string>>;
};

function noteStatement(into: Into, statement: JsNode): void {
	if (statement['importKind'] === 'type' || statement['exportKind'] === 'type') return;
	const source = literalIn(statement['source']);
	switch (statement.type) {
		case 'ImportDeclaration':
			into.imports.push(...importedBy(statement, source ?? ''));
			return;
		case 'ExportAllDeclaration':
			into.passedOn.push({
				source: source ?? '',
				name: '*',
				given: '*',
				local: '',
				line: statement.line,
			});
			return;
		case 'ExportNamedDeclaration':
			noteExports(into, statement, source);
			return;
		case 'ExportDefaultDeclaration':
			noteDefault(into, statement);
			return;
		default:
			noteDeclaration(into, statement);
	}
}

function importedBy(statement: JsNode, source: string): readonly Taken[] {
	const { line } = statement;
	const specifiers = nodesIn(statement['specifiers']);
	if (specifiers.length === 0) return [{ source, name: '', local: '', line }];
	return specifiers.flatMap((one) => {
		if (one['importKind'] === 'type') return [];
		const local = nameOf(one['local']);
		if (one.type === 'ImportNamespaceSpecifier') return [{ source, name: '*', local, line }];
		if (one.type === 'ImportDefaultSpecifier') return [{ source, name: 'default', local, line }];
		return [{ source, name: exportedName(one['imported']), local, line }];
	});
}

const exportedName = (value: unknown): string => nameOf(value) || (literalIn(value) ?? '');

function noteExports(into: Into, statement: JsNode, source: string | null): void {
	const declaration = nodeIn(statement['declaration']);
	if (declaration !== null) {
		for (const name of noteDeclaration(into, declaration)) into.exports.set(name, name);
	}
	for (const one of nodesIn(statement['specifiers'])) {
		if (one['exportKind'] === 'type') continue;
		const isAll = one.type === 'ExportNamespaceSpecifier';
		const [name, given] = [nameOf(one['local']), exportedName(one['exported'])];
		if (source === null) into.exports.set(given, name);
		else {
			const taken = isAll ? '*' : name || exportedName(one['local']);
			into.passedOn.push({ source, name: taken, given, local: '', line: statement.line });
		}
	}
}

function noteDefault(into: Into, statement: JsNode): void {
	const declaration = nodeIn(statement['declaration']);
	if (declaration === null || /^TSInterface/.test(declaration.type)) return;
	const own = nameOf(declaration['id']) || nameOf(declaration) || 'default';
	into.exports.set('default', own);
	if (nameOf(declaration) === '') add(into, own, declaration);
}

/** Gives the names that it declares. */
function noteDeclaration(into: Into, statement: JsNode): readonly string[] {
	if (/^(?:TSInterface|TSTypeAlias|TSDeclare)/.test(statement.type)) return [];
	if (statement['declare'] === true) return [];
	if (statement.type === 'VariableDeclaration') {
		return nodesIn(statement['declarations']).flatMap((one) => {
			const names = namesInPattern(nodeIn(one['id']));
			for (const name of names) add(into, name, one);
			return names;
		});
	}
	const name = nameOf(statement['id']);
	add(into, name, statement);
	return name === '' ? [] : [name];
}

export function namesInPattern(pattern: JsNode | null): readonly string[] {
	if (pattern === null) return [];
	const own = nameOf(pattern);
	if (own !== '') return [own];
	const inner = [
		...nodesIn(pattern['properties']).map((one) => one['value'] ?? one['argument']),
		...nodesIn(pattern['elements']),
		pattern['left'],
	];
	return inner.flatMap((one) => namesInPattern(nodeIn(one)));
}

function add({ tops, imports }: Into, name: string, node: JsNode): void {
	const names = tops.get(name) ?? new Set<string>();
	tops.set(name, names);
	walkJs(node, (one, above) => {
		if (above.some(isOfTypes)) return;
		const used = nameOf(one);
		if (used !== '' && !isOnlyLabel(one, above.at(-1))) names.add(used);
		const taken = takenByCall(one);
		if (taken === null) return;
		imports.push(taken);
		names.add(taken.local);
	});
}

/** `x` in `a.x` and in `{ x: 1 }`. */
function isOnlyLabel(node: JsNode, parent: JsNode | undefined): boolean {
	if (parent === undefined || parent['computed'] === true) return false;
	if (parent['property'] === node) return true;
	return parent['key'] === node && parent['shorthand'] !== true;
}

const isOfTypes = ({ type }: JsNode): boolean =>
	/^TS(?:Interface|TypeAlias|ClassImplements|ExpressionWithTypeArguments)/.test(type);

/** `import('x')` and `require('x')` take everything, under a name that no variable has. */
function takenByCall(node: JsNode): Taken | null {
	const isImport = node.type === 'ImportExpression';
	if (!isImport && !isCall(node)) return null;
	const callee = bareNode(node['callee']);
	const isOne = isImport || callee?.type === 'Import' || dottedName(callee) === 'require';
	const given = isImport ? node['source'] : nodesIn(node['arguments'])[0];
	const source = isOne ? literalIn(given) : null;
	return source === null ? null : { source, name: '*', local: `import ${source}`, line: node.line };
}
