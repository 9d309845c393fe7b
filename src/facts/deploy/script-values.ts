import { posix } from 'node:path';
import {
	chainOf,
	keyOf,
	nodeAt,
	nodesAt,
	propertyOf,
	type ScriptNode,
	textAt,
	walkScript,
} from '../logs/script-tree.ts';

/** What an expression comes to, as far as its own file tells. */
export type Told =
	| { readonly kind: 'literal'; readonly text: string }
	/** An environment variable; `fallback` is the literal that stands in for it, empty for none. */
	| { readonly kind: 'outside'; readonly variable: string; readonly fallback: string }
	| { readonly kind: 'unknown' };

/** Names of a file and the expressions they stand for; `null` for what is given twice. */
export type Bindings = ReadonlyMap<string, ScriptNode | Told | null>;

const UNKNOWN: Told = { kind: 'unknown' };
const DEEPEST = 12;

/** Every name, whatever function it belongs to: one that is given twice is not known. */
export function bindingsIn(program: ScriptNode): Bindings {
	const bindings = new Map<string, ScriptNode | Told | null>();
	const bind = (name: string, value: ScriptNode | Told | null) => {
		if (name !== '') bindings.set(name, bindings.has(name) ? null : value);
	};
	walkScript(program, (node) => {
		if (node.type === 'VariableDeclarator') bindDeclared(node, bind);
		if (node.type === 'AssignmentExpression') bind(chainOf(nodeAt(node, 'left')), null);
		for (const parameter of nodesAt(node, 'params')) bind(textAt(parameter, 'name'), null);
	});
	return bindings;
}

function bindDeclared(
	declarator: ScriptNode,
	bind: (name: string, value: ScriptNode | Told | null) => void,
): void {
	const id = nodeAt(declarator, 'id');
	const init = nodeAt(declarator, 'init');
	if (id === null) return;
	if (id.type === 'Identifier') bind(textAt(id, 'name'), init);
	const isEnvironment = ENVIRONMENT.test(chainOf(init));
	for (const property of nodesAt(id, 'properties')) {
		const value = nodeAt(property, 'value');
		const hasDefault = value?.type === 'AssignmentPattern';
		const name = textAt((hasDefault ? nodeAt(value, 'left') : value) ?? property, 'name');
		const given = hasDefault ? valueOfNode(nodeAt(value, 'right'), new Map()) : UNKNOWN;
		bind(name, isEnvironment ? outside(keyOf(property), given) : null);
	}
}

const outside = (variable: string, given: Told = UNKNOWN): Told => ({
	kind: 'outside',
	variable,
	fallback: given.kind === 'literal' ? given.text : '',
});

const ENVIRONMENT = /^(?:process|Bun|import\.meta)\.env$/;
const VARIABLE = /^(?:process|Bun|import\.meta)\.env\.(\w+)$/;
const WRAPPED =
	/^(?:TSAsExpression|TSNonNullExpression|TSSatisfiesExpression|TSTypeAssertion|ParenthesizedExpression|AwaitExpression)$/;

/** Names are followed within the file. */
export function valueOfNode(node: ScriptNode | null, bindings: Bindings, depth = 0): Told {
	if (node === null || depth > DEEPEST) return UNKNOWN;
	if (WRAPPED.test(node.type)) {
		return valueOfNode(nodeAt(node, 'expression') ?? nodeAt(node, 'argument'), bindings, depth + 1);
	}
	switch (node.type) {
		case 'NumericLiteral':
			return { kind: 'literal', text: String(node['value']) };
		case 'StringLiteral':
			return { kind: 'literal', text: textAt(node, 'value') };
		case 'TemplateLiteral':
			return template(node, bindings, depth);
		case 'UnaryExpression':
			return textAt(node, 'operator') === '+'
				? valueOfNode(nodeAt(node, 'argument'), bindings, depth + 1)
				: UNKNOWN;
		case 'LogicalExpression':
			return firstTold(node, bindings, depth);
		case 'CallExpression':
			return called(node, bindings, depth);
		default:
			return named(node, bindings, depth);
	}
}

function template(node: ScriptNode, bindings: Bindings, depth: number): Told {
	const parts = nodesAt(node, 'quasis').map((quasi) => {
		const value = quasi['value'];
		return typeof value === 'object' && value !== null && 'cooked' in value
			? String(value.cooked)
			: '';
	});
	const values = nodesAt(node, 'expressions').map((one) => valueOfNode(one, bindings, depth + 1));
	const texts: string[] = [];
	for (const value of values) {
		if (value.kind !== 'literal') return value;
		texts.push(value.text);
	}
	const text = parts.map((part, index) => part + (texts[index] ?? '')).join('');
	return { kind: 'literal', text };
}

/** `a || b`, `a ?? b`: an environment variable in front decides; so does a literal that is not empty. */
function firstTold(node: ScriptNode, bindings: Bindings, depth: number): Told {
	if (textAt(node, 'operator') === '&&') return UNKNOWN;
	const left = valueOfNode(nodeAt(node, 'left'), bindings, depth + 1);
	const isEmpty = left.kind === 'literal' && /^0?$/.test(left.text);
	if (left.kind === 'unknown' || (left.kind === 'literal' && !isEmpty)) return left;
	const right = valueOfNode(nodeAt(node, 'right'), bindings, depth + 1);
	return left.kind === 'outside' ? outside(left.variable, right) : right;
}

const CONVERTS = /^(?:Number|String|parseInt|Number\.parseInt|parseFloat|normalizePort)$/;
const JOINS = /^(?:path\.(?:posix\.)?)?(?:join|resolve)$/;
const HERE = /^(?:__dirname|import\.meta\.(?:dirname|dir))$/;

function called(node: ScriptNode, bindings: Bindings, depth: number): Told {
	const callee = chainOf(nodeAt(node, 'callee'));
	const args = nodesAt(node, 'arguments');
	if (CONVERTS.test(callee)) return valueOfNode(args[0] ?? null, bindings, depth + 1);
	if (callee === 'Deno.env.get') {
		const name = valueOfNode(args[0] ?? null, bindings, depth + 1);
		return outside(name.kind === 'literal' ? name.text : '');
	}
	if (callee === 'process.cwd') return { kind: 'literal', text: '.' };
	if (!JOINS.test(callee)) return UNKNOWN;
	const parts: string[] = [];
	for (const arg of args) {
		const part = HERE.test(chainOf(arg))
			? { kind: 'literal' as const, text: '.' }
			: valueOfNode(arg, bindings, depth + 1);
		if (part.kind !== 'literal') return part;
		parts.push(part.text);
	}
	return { kind: 'literal', text: posix.join(...parts) };
}

function named(node: ScriptNode, bindings: Bindings, depth: number): Told {
	const chain = chainOf(node);
	const [, variable] = VARIABLE.exec(chain) ?? [];
	if (variable !== undefined) return outside(variable);
	const [name = '', member, ...more] = chain.split('.');
	const bound = bindings.get(name);
	if (bound === undefined || bound === null || more.length > 0) return UNKNOWN;
	if (!('type' in bound)) return member === undefined ? bound : UNKNOWN;
	if (member === undefined) return valueOfNode(bound, bindings, depth + 1);
	return valueOfNode(propertyOf(bound, member), bindings, depth + 1);
}
