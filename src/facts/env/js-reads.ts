import { isVariableName } from './env-name.ts';
import { namesInPattern } from './js-module.ts';
import { exits, type Handling, type Position, positionOf } from './js-position.ts';
import {
	bareNode,
	dottedName,
	isCall,
	isFunction,
	isMember,
	type JsNode,
	keyOf,
	literalIn,
	nameOf,
	nodeIn,
	nodesIn,
	propertyOf,
	WRAPPERS,
	walkJs,
} from './js-tree.ts';

/** One read of a variable. */
export interface CodeRead {
	readonly name: string;
	readonly line: number;
	readonly handling: Handling;
	/** When the module is loaded, and not when a function is called. */
	readonly atLoad: boolean;
	/** The literal that stands in for it: a raw value, which goes no further than its judgement. */
	readonly literal: string | null;
	/** What the value is called from then on, for guards elsewhere: `name`, `.property`, `name()`. */
	readonly alias: string;
	/** `meta` is Vite's object; `static` a SvelteKit import, which the build refuses where it is missing. */
	readonly from: 'process' | 'meta' | 'static' | 'call';
	/** The declaration at the top of the module that it stands in; empty for another statement. */
	readonly top: string;
	/** Beside it the code asks whether it runs in a browser. */
	readonly asksWhere: boolean;
}

/** A read of a name that is not in the text, or of all of them. */
interface DynamicRead {
	readonly line: number;
	readonly top: string;
	readonly asksWhere: boolean;
}

/** A function that looks a variable up by the name it is given. */
interface Wrapper {
	readonly name: string;
	readonly throws: boolean;
	readonly line: number;
}

export interface CodeReads {
	readonly reads: readonly CodeRead[];
	/** Beginnings of names that are put together: `${prefix}_URL` reads everything that ends so. */
	readonly patterns: readonly { readonly start: string; readonly end: string }[];
	/** `process.env[name]`, and destructuring, which build tools do not replace. */
	readonly dynamic: readonly DynamicRead[];
	/** Names that are looked up in a list, with an error for one that is missing. */
	readonly listed: readonly {
		readonly name: string;
		readonly line: number;
		readonly atLoad: boolean;
	}[];
	readonly wrappers: readonly Wrapper[];
}

const OBJECTS =
	/^(?:(?:globalThis|global|window|self)\.)?process\.env$|^import\.meta\.env$|^Bun\.env$/;

/** Every read of an environment variable in a tree. */
export function readsIn(tree: JsNode, text: string): CodeReads {
	const finder = new Finder(tree, text);
	return finder.find();
}

class Finder {
	readonly #tree: JsNode;
	readonly #text: string;
	/** Local names of the environment (`const env = process.env`), by the function that declares them. */
	readonly #objects = new Map<string, Map<JsNode | null, CodeRead['from']>>();
	readonly #reads: ScopedRead[] = [];
	readonly #patterns: { start: string; end: string }[] = [];
	readonly #dynamic: DynamicRead[] = [];
	readonly #wrappers: Wrapper[] = [];
	readonly #lists: VariableList[] = [];
	/** What is gone through with an error for a missing one: arrays, and names of such. */
	readonly #checked = new Set<JsNode | string>();

	constructor(tree: JsNode, text: string) {
		this.#tree = tree;
		this.#text = text;
	}

	find(): CodeReads {
		walkJs(this.#tree, (node, above) => this.#learnObject(node, above));
		walkJs(this.#tree, (node, above) => this.#look(node, above));
		return {
			reads: withAliases(this.#tree, this.#reads),
			patterns: this.#patterns,
			dynamic: this.#dynamic,
			listed: this.#lists.flatMap(({ array, called, entries }) =>
				this.#checked.has(array) || this.#checked.has(called) ? entries : [],
			),
			wrappers: this.#wrappers,
		};
	}

	#learn(name: string, from: CodeRead['from'], scope: JsNode | null): void {
		const seen = this.#objects.get(name) ?? new Map<JsNode | null, CodeRead['from']>();
		this.#objects.set(name, seen.set(scope, from));
	}

	#learnObject(node: JsNode, above: readonly JsNode[]): void {
		if (node.type === 'ImportDeclaration') this.#learnImport(node);
		if (node.type !== 'VariableDeclarator') return;
		const init = bareNode(node['init']);
		const name = nameOf(node['id']);
		if (init === null) return;
		const scope = scopeIn(above);
		const from = this.#sourceOf(init, above);
		if (name === '') this.#learnPattern(node, init, scope);
		else if (from !== null) this.#learn(name, from, scope);
		else if (dottedName(init['callee']) === 'loadEnv') this.#learn(name, 'process', scope);
	}

	/** `const { env } = process` */
	#learnPattern(node: JsNode, init: JsNode, scope: JsNode | null): void {
		const from = dottedName(init);
		if (from !== 'process' && from !== 'import.meta') return;
		for (const property of nodesIn(nodeIn(node['id'])?.['properties'])) {
			const local = nameOf(property['value']);
			if (keyOf(property) === 'env' && local !== '') {
				this.#learn(local, from === 'process' ? 'process' : 'meta', scope);
			}
		}
	}

	#learnImport(node: JsNode): void {
		const source = literalIn(node['source']) ?? '';
		const isDynamic = /^(?:(?:node:)?process|\$env\/dynamic\/(?:private|public))$/.test(source);
		const isStatic = /^\$env\/static\/(?:private|public)$/.test(source);
		if (!isDynamic && !isStatic) return;
		for (const one of nodesIn(node['specifiers'])) {
			const name = nameOf(one['imported']);
			if (isDynamic && name === 'env') this.#learn(nameOf(one['local']), 'process', null);
			if (isStatic && isVariableName(name)) {
				const read = {
					line: node.line,
					literal: null,
					alias: nameOf(one['local']),
					top: '',
					asksWhere: false,
				};
				this.#reads.push({
					...read,
					name,
					handling: 'throws',
					atLoad: true,
					from: 'static',
					scope: null,
				});
			}
		}
	}

	/** `null` for what is not the environment here. */
	#sourceOf(node: JsNode, above: readonly JsNode[]): CodeRead['from'] | null {
		const name = dottedName(node);
		if (OBJECTS.test(name)) return name.startsWith('import.meta') ? 'meta' : 'process';
		const scopes = this.#objects.get(name);
		if (scopes === undefined) return null;
		for (const one of above.toReversed()) {
			const found = scopes.get(one);
			if (found !== undefined) return found;
			if (isFunction(one) && nodesIn(one['params']).some((param) => nameOf(param) === name)) {
				return null;
			}
		}
		return scopes.get(null) ?? null;
	}

	#look(node: JsNode, above: readonly JsNode[]): void {
		const { type } = node;
		if (isMember(node)) this.#lookAtMember(node, above);
		if (isCall(node)) this.#lookAtCall(node, above);
		if (type === 'VariableDeclarator') this.#lookAtPattern(node, above);
		if (type === 'BinaryExpression') this.#lookAtIn(node, above);
		if (type === 'ArrayExpression') this.#lookAtList(node, above);
	}

	#lookAtMember(node: JsNode, above: readonly JsNode[]): void {
		const object = bareNode(node['object']);
		const from = object === null ? null : this.#sourceOf(object, above);
		const name = propertyOf(node);
		// A variable is a text: what is called is a method of every object.
		if (from === null || above.at(-1)?.['callee'] === node) return;
		if (name !== '') {
			this.#add(name, node, above, positionOf(node, above), from);
			return;
		}
		if (from === 'process') this.#addDynamic(node, above);
		this.#lookAtComputed(node, above);
	}

	#lookAtComputed(node: JsNode, above: readonly JsNode[]): void {
		const key = bareNode(node['property']);
		if (key?.type === 'TemplateLiteral') {
			const texts = nodesIn(key['quasis']).map((one) =>
				String((one['value'] as { raw?: unknown })?.raw ?? ''),
			);
			this.#patterns.push({ start: texts[0] ?? '', end: texts.at(-1) ?? '' });
		} else if (key?.type === 'BinaryExpression') {
			this.#patterns.push({
				start: literalIn(key['left']) ?? '',
				end: literalIn(key['right']) ?? '',
			});
		}
		const name = nameOf(key);
		const wrapper = name === '' ? null : wrapperAround(name, above);
		if (wrapper !== null) this.#wrappers.push(wrapper);
		const list = name === '' ? null : iteratedAs(name, above);
		if (list === null) return;
		if (positionOf(node, above).handling === 'throws' || above.some(isFilter)) {
			this.#checked.add(nameOf(list) || list);
		}
	}

	#lookAtCall(node: JsNode, above: readonly JsNode[]): void {
		const callee = dottedName(node['callee']);
		const [first] = nodesIn(node['arguments']);
		const name = literalIn(first);
		if (name === null || !isVariableName(name)) return;
		if (/^(?:globalThis\.)?Deno\.env\.get$/.test(callee)) {
			this.#add(name, node, above, positionOf(node, above), 'process');
		} else if (/(?:config(?:uration)?(?:Service)?|\benv)\.(?:get|getOrThrow)$/i.test(callee)) {
			const isRequired = above
				.slice(-2)
				.some((one) => isMember(one) && propertyOf(one) === 'required');
			const throws = callee.endsWith('OrThrow') || isRequired;
			const second = nodesIn(node['arguments'])[1];
			const position = positionOf(node, above);
			const handling = throws ? 'throws' : second === undefined ? position.handling : 'fallback';
			this.#add(name, node, above, { ...position, handling, literal: literalIn(second) }, 'call');
		}
	}

	/** `const { X = 'd', Y: y } = process.env` */
	#lookAtPattern(node: JsNode, above: readonly JsNode[]): void {
		const init = bareNode(node['init']);
		const pattern = nodeIn(node['id']);
		if (init === null || pattern?.type !== 'ObjectPattern') return;
		const from = this.#sourceOf(init, above);
		if (from === null) return;
		if (from === 'process') this.#addDynamic(node, above);
		for (const property of nodesIn(pattern['properties'])) {
			const name = keyOf(property);
			const value = nodeIn(property['value']);
			if (name === '') continue;
			const position: Position =
				value?.type === 'AssignmentPattern'
					? { handling: 'fallback', literal: literalIn(value['right']), alias: '' }
					: { handling: 'required', literal: null, alias: nameOf(value) };
			this.#add(name, property, above, position, from);
		}
	}

	/** `'X' in process.env` */
	#lookAtIn(node: JsNode, above: readonly JsNode[]): void {
		const right = bareNode(node['right']);
		const name = literalIn(node['left']);
		if (node['operator'] !== 'in' || right === null || name === null) return;
		const from = this.#sourceOf(right, above);
		if (from === null || !isVariableName(name)) return;
		const position: Position = { handling: 'guarded', literal: null, alias: '' };
		this.#add(name, node, above, position, from);
	}

	#lookAtList(node: JsNode, above: readonly JsNode[]): void {
		const names = nodesIn(node['elements']).map((one) => ({
			name: literalIn(one),
			line: one.line,
		}));
		if (names.length < 2 || !names.every(({ name }) => name !== null && isVariableName(name)))
			return;
		const atLoad = !above.some(isFunction);
		const holder = above.findLast((one) => !WRAPPERS.has(one.type));
		this.#lists.push({
			array: node,
			called: holder?.type === 'VariableDeclarator' ? nameOf(holder['id']) : '',
			entries: names.map(({ name, line }) => ({ name: name ?? '', line, atLoad })),
		});
	}

	#add(
		name: string,
		{ line }: JsNode,
		above: readonly JsNode[],
		{ handling, literal, alias }: Position,
		from: CodeRead['from'],
	): void {
		if (!/^[A-Za-z_]\w{0,79}$/.test(name) || (from === 'meta' && META.test(name))) return;
		const scope = scopeIn(above);
		this.#reads.push({
			scope,
			name,
			line,
			handling,
			literal,
			alias,
			atLoad: scope === null,
			from,
			top: topIn(above),
			asksWhere: this.#asksWhere(above),
		});
	}

	#addDynamic({ line }: JsNode, above: readonly JsNode[]): void {
		this.#dynamic.push({ line, top: topIn(above), asksWhere: this.#asksWhere(above) });
	}

	/** In the nearest function, in a question around it, or at the top of the module. */
	#asksWhere(above: readonly JsNode[]): boolean {
		const scope = scopeIn(above);
		const around = above.filter(({ type }) => QUESTIONS.has(type));
		return [...(scope === null ? around : [scope, ...around])].some(({ start, end }) =>
			ASKS_WHERE.test(this.#text.slice(start, end)),
		);
	}
}

const QUESTIONS = new Set(['IfStatement', 'ConditionalExpression', 'LogicalExpression']);
/** Words for the side that the code runs on. */
const ASKS_WHERE =
	/typeof\s{1,4}(?:window|document|navigator|self|process|globalThis)\b|\b(?:is|on|IS)_?(?:Server|Browser|Client|SSR|SERVER|BROWSER|CLIENT|Node)\b|import\.meta\.(?:env\.SSR|server|client|browser)|process\.(?:server|client|browser)|NEXT_RUNTIME|globalThis\.(?:window|document)/;

/** The declaration at the top of the module that is around a node. */
function topIn(above: readonly JsNode[]): string {
	const [, first, second] = above;
	const isExport = first !== undefined && /^Export(?:Named|Default)Declaration$/.test(first.type);
	const statement = isExport ? second : first;
	if (statement?.type === 'VariableDeclaration') {
		const declarator = above[isExport ? 3 : 2];
		return namesInPattern(nodeIn(declarator?.['id']))[0] ?? '';
	}
	const own = nameOf(statement?.['id']);
	return own === '' && first?.type === 'ExportDefaultDeclaration' ? 'default' : own;
}

/** Vite's own, and members that are no variables. */
const META = /^(?:MODE|DEV|PROD|SSR|BASE_URL|SITE|ASSETS_PREFIX|LEGACY)$/;

interface VariableList {
	readonly array: JsNode;
	/** The variable that holds it; empty for none. */
	readonly called: string;
	readonly entries: CodeReads['listed'];
}

/** What a loop or a callback goes through under this name: `for (const name of LIST)`, `LIST.filter((name) => …)`. */
function iteratedAs(name: string, above: readonly JsNode[]): JsNode | null {
	for (const [back, node] of above.toReversed().entries()) {
		if (node.type === 'ForOfStatement') {
			const [declared] = nodesIn(nodeIn(node['left'])?.['declarations']);
			if (nameOf(declared?.['id']) === name) return bareNode(node['right']);
		}
		const [first] = isFunction(node) ? nodesIn(node['params']) : [];
		if (nameOf(first) !== name) continue;
		const call = above[above.length - back - 2] ?? null;
		const callee = isCall(call) ? bareNode(call['callee']) : null;
		return isMember(callee) ? bareNode(callee['object']) : null;
	}
	return null;
}

const isFilter = (node: JsNode): boolean =>
	isCall(node) && /^(?:filter|find|some|every|forEach)$/.test(lastOf(node['callee']));

const lastOf = (callee: unknown): string => {
	const node = bareNode(callee);
	return isMember(node) ? propertyOf(node) : '';
};

/** The nearest function that has the name as a parameter. */
function wrapperAround(parameter: string, above: readonly JsNode[]): Wrapper | null {
	for (let index = above.length - 1; index >= 0; index--) {
		const node = above[index];
		if (node === undefined || !isFunction(node)) continue;
		const [first] = nodesIn(node['params']).map((one) => nameOf(one) || nameOf(one['left']));
		if (first !== parameter) return null;
		const parent = above[index - 1];
		const name =
			nameOf(node['id']) ||
			keyOf(node) ||
			(parent?.type === 'VariableDeclarator' ? nameOf(parent['id']) : '');
		return name === '' ? null : { name, throws: exits(node['body']), line: node.line };
	}
	return null;
}

/** With the function that it stands in; `null` at the top. */
interface ScopedRead extends CodeRead {
	readonly scope: JsNode | null;
}

const scopeIn = (above: readonly JsNode[]): JsNode | null => above.findLast(isFunction) ?? null;

/** A read whose value is asked about later, under another name, is as careful as that question. */
function withAliases(tree: JsNode, reads: readonly ScopedRead[]): readonly CodeRead[] {
	const passedOn = reads.filter(({ alias, handling }) => handling === 'required' && alias !== '');
	const aliases = new Set(passedOn.map(({ alias }) => alias));
	const found = new Map<string, Map<JsNode | null, Position>>();
	if (aliases.size > 0) {
		const scopes = scopesOf(tree, aliases);
		walkJs(tree, (node, above) => {
			const alias = aliasAt(node);
			if (!aliases.has(alias) || isDeclaration(node, above)) return;
			const position = positionOf(node, above);
			if (position.handling === 'required' || position.handling === 'write') return;
			const scope = declaringScope(scopes.get(alias), above);
			const seen = found.get(alias) ?? new Map<JsNode | null, Position>();
			found.set(alias, seen);
			if (seen.get(scope)?.handling !== 'throws') seen.set(scope, position);
		});
	}
	return reads.map(({ scope, ...read }) => {
		const seen = read.handling === 'required' ? found.get(read.alias) : undefined;
		const position = seen?.get(/^\w+$/.test(read.alias) ? scope : null) ?? seen?.get(null);
		if (position === undefined) return read;
		return { ...read, handling: position.handling, literal: position.literal };
	});
}

/** By name, the functions that declare it. */
function scopesOf(
	tree: JsNode,
	names: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<JsNode>> {
	const scopes = new Map<string, Set<JsNode>>();
	const note = (name: string, scope: JsNode | null) => {
		if (scope === null || !names.has(name)) return;
		scopes.set(name, (scopes.get(name) ?? new Set()).add(scope));
	};
	walkJs(tree, (node, above) => {
		if (node.type === 'VariableDeclarator') note(nameOf(node['id']), scopeIn(above));
		if (isFunction(node)) for (const one of nodesIn(node['params'])) note(nameOf(one), node);
	});
	return scopes;
}

/** `null` for the top of the file. */
function declaringScope(
	scopes: ReadonlySet<JsNode> | undefined,
	above: readonly JsNode[],
): JsNode | null {
	return above.findLast((node) => scopes?.has(node) === true) ?? null;
}

function aliasAt(node: JsNode): string {
	const name = nameOf(node);
	if (name !== '') return name;
	if (isCall(node)) return `${dottedName(node['callee'])}()`;
	return isMember(node) ? `.${propertyOf(node)}` : '';
}

function isDeclaration(node: JsNode, above: readonly JsNode[]): boolean {
	const parent = above.at(-1);
	if (parent === undefined) return false;
	if (isMember(parent)) return parent['object'] !== node;
	return (
		parent['id'] === node ||
		parent['key'] === node ||
		parent['local'] === node ||
		parent['exported'] === node ||
		parent['callee'] === node
	);
}
