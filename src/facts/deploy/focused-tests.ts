import {
	chainOf,
	lineOf,
	nodeAt,
	nodesAt,
	type ScriptNode,
	type ScriptParser,
	textAt,
	walkScript,
} from '../logs/script-tree.ts';

/** A test, or a group of them, that keeps all others from running. */
export interface FocusedTest {
	/** 1-based. */
	readonly line: number;
	/** `describe.only`, `fit`. */
	readonly call: string;
	/** The same call without it. */
	readonly instead: string;
	/** Its title; empty where it is worked out. */
	readonly title: string;
}

const ROOT =
	/^(?:it|test|describe|suite|context|specify|scenario|feature|bench|setup|base|serial)$/i;
const ONLY = /^(?:[A-Za-z_$][\w$]*\.)*only(?:\.[\w$]+)*$/;
const SHORT: Readonly<Record<string, string>> = {
	fit: 'it',
	fdescribe: 'describe',
	fcontext: 'context',
	fspecify: 'specify',
};

export const mayFocus = (text: string): boolean =>
	/\.\s{0,40}only\b/.test(text) || /\bf(?:it|describe|context|specify)\b/.test(text);

/** In JavaScript and TypeScript, by the tree: what a string or a comment says is no call. */
export function focusedTests(
	path: string,
	text: string,
	parse: ScriptParser,
): readonly FocusedTest[] {
	const program = parse(text, path);
	if (program === null) return [];
	const found: FocusedTest[] = [];
	const bound = boundNames(program);
	walkScript(program, (node) => {
		const one = focusedBy(node, bound);
		if (one !== null) found.push(one);
	});
	return found;
}

/** Names that the file itself gives a meaning to, other than those it takes from a test runner. */
function boundNames(program: ScriptNode): ReadonlySet<string> {
	const names = new Set<string>();
	walkScript(program, (node) => {
		if (node.type === 'FunctionDeclaration' || node.type === 'VariableDeclarator') {
			const id = nodeAt(node, 'id');
			if (id?.type === 'Identifier') names.add(textAt(id, 'name'));
		}
		if (node.type === 'ImportDeclaration' && !RUNNER.test(sourceOf(node))) {
			for (const one of nodesAt(node, 'specifiers')) names.add(chainOf(nodeAt(one, 'local')));
		}
	});
	return names;
}

const RUNNER =
	/^(?:vitest|@jest\/globals|mocha|jasmine|ava|tape|uvu|node:test|bun:test|@playwright\/|@japa\/|@wdio\/|playwright|cypress|vite-plus)/;
const sourceOf = (node: ScriptNode): string => {
	const source = nodeAt(node, 'source');
	return source === null ? '' : textAt(source, 'value');
};

function focusedBy(node: ScriptNode, bound: ReadonlySet<string>): FocusedTest | null {
	const isTagged = node.type === 'TaggedTemplateExpression';
	if (node.type !== 'CallExpression' && !isTagged) return null;
	const call = chainOf(nodeAt(node, isTagged ? 'tag' : 'callee'));
	if (call === '' || call.length > 80) return null;
	const args = nodesAt(node, 'arguments');
	const instead = Object.hasOwn(SHORT, call) ? SHORT[call] : undefined;
	if (instead !== undefined) {
		const isTest = isText(args[0]) && args.slice(1).some(isFunction);
		return isTest && !bound.has(call) ? focused(node, call, instead, args) : null;
	}
	const [root = '', ...rest] = call.split('.');
	if (rest.length === 0 || !ONLY.test(call) || !isRunner(root, call, args)) return null;
	return focused(node, call, call.replace(/\.only\b/, ''), args);
}

/** `test.extend(…)` and its like make one's own `test`, which is as good as the runner's. */
function isRunner(root: string, call: string, args: readonly ScriptNode[]): boolean {
	if (ROOT.test(root)) return true;
	return (
		/^(?:\w*[tT]est|\w*[dD]escribe|\w*It)$/.test(root) &&
		call === `${root}.only` &&
		isTitle(args[0]) &&
		args.some(isFunction)
	);
}

const isText = (node: ScriptNode | undefined): boolean =>
	node?.type === 'StringLiteral' || node?.type === 'TemplateLiteral';
const isTitle = (node: ScriptNode | undefined): boolean =>
	node !== undefined &&
	/^(?:StringLiteral|TemplateLiteral|Identifier|BinaryExpression|MemberExpression)$/.test(
		node.type,
	);
const isFunction = (node: ScriptNode | undefined): boolean =>
	node !== undefined &&
	/^(?:ArrowFunctionExpression|FunctionExpression|CallExpression|Identifier)$/.test(node.type);

const focused = (
	node: ScriptNode,
	call: string,
	instead: string,
	args: readonly ScriptNode[],
): FocusedTest => ({
	line: lineOf(node),
	call,
	instead,
	title: args[0]?.type === 'StringLiteral' ? textAt(args[0], 'value').slice(0, 80) : '',
});

const GINKGO =
	/^\s*(?:var\s+_\s*=\s*)?(F(?:Describe|Context|It|When|Specify|Entry|DescribeTable))\(/;

/** Ginkgo's, in Go. */
export function focusedInGo(text: string): readonly FocusedTest[] {
	if (!/\bginkgo\b/.test(text)) return [];
	return text.split('\n').flatMap((line, index) => {
		const call = GINKGO.exec(line)?.[1];
		return call === undefined ? [] : [{ line: index + 1, call, instead: call.slice(1), title: '' }];
	});
}

const RSPEC = /^\s*(?:RSpec\.)?(fit|fdescribe|fcontext|fspecify|fscenario|ffeature)[\s(]+["':A-Z]/;
const RSPEC_TAG =
	/^\s*(?:RSpec\.)?(it|describe|context|specify|scenario|feature)\b[\s(].*?,\s*(?:focus:\s*true|:focus(?:\s*=>\s*true)?)\b.*\bdo\b/;

/** RSpec's, in Ruby. */
export function focusedInRuby(text: string): readonly FocusedTest[] {
	return text.split('\n').flatMap((line, index) => {
		const short = RSPEC.exec(line)?.[1];
		if (short !== undefined)
			return [{ line: index + 1, call: short, instead: short.slice(1), title: '' }];
		const tagged = RSPEC_TAG.exec(line)?.[1];
		return tagged === undefined
			? []
			: [{ line: index + 1, call: `${tagged} … :focus`, instead: tagged, title: '' }];
	});
}
