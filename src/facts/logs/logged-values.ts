import type { LoggingFinding } from './logging-finding.ts';
import {
	chainOf,
	isNode,
	keyOf,
	lineOf,
	nodeAt,
	nodesAt,
	type ScriptNode,
	textAt,
	walkScript,
} from './script-tree.ts';
import { isSecretName, isSecretVariable } from './secret-name.ts';

type Found = Omit<LoggingFinding, 'file'>;

const LOGGER =
	/(?:^|\.)(?:_?log(?:ger|ging)?|winston|pino|bunyan|log4js|signale|consola|[a-z]\w{0,30}(?:Logger|Log))$/;
const LOGGER_METHOD =
	/^(?:trace|debug|verbose|silly|http|info|notice|warn|warning|error|fatal|crit|critical|alert|log|success)$/;
const CONSOLE_METHOD = /^(?:log|info|warn|error|debug|trace|dir|table|group|dirxml)$/;
/** Calls that give back what they were given, as text or otherwise. */
const SHOWS =
	/^(?:JSON\.stringify|(?:util\.)?inspect|String|Object\.(?:entries|values|fromEntries|assign)|structuredClone|chalk\.\w+|(?:util\.)?format)$/;
const SHOWN_BY_METHOD =
	/^(?:toString|trim|toUpperCase|toLowerCase|normalize|toJSON|entries|values)$/;

const SENSITIVE =
	/(?:^|[^a-z])(?:log-?in|sign-?(?:in|up|on)|auth(?:enticate|entication|orize)?|oauth|sso|sessions?|register|registration|passwords?|reset-?password|tokens?|payments?|pay|checkout|charges?|billing|cards?|stripe|paypal|invoices?|subscriptions?|orders?|webhooks?)(?:[^a-z]|$)/i;

/** Secrets, environments and whole requests that a file hands to a logger. */
export function loggedValuesIn(program: ScriptNode, path: string): readonly Found[] {
	const initials = initialsIn(program);
	const found: Found[] = [];
	walkScript(program, (node, parents) => {
		const by = loggerOf(node);
		if (by === '' || isForDevelopment(parents)) return;
		const seen = new Set<string>();
		for (const value of nodesAt(node, 'arguments').flatMap((one) => shownIn(one, initials, 6))) {
			const verdict = verdictFor(value, () => isSensitive(path, parents));
			if (verdict === null || seen.has(`${verdict}${value.name}`)) continue;
			seen.add(`${verdict}${value.name}`);
			found.push({ verdict, line: lineOf(value.node), what: value.name, by, sure: value.sure });
		}
	});
	return found;
}

/** The name of the logger's method where a node calls one; else empty. */
function loggerOf(node: ScriptNode): string {
	if (node.type !== 'CallExpression' && node.type !== 'OptionalCallExpression') return '';
	const chain = chainOf(nodeAt(node, 'callee'));
	const dot = chain.lastIndexOf('.');
	if (dot === -1) return '';
	const [object, method] = [chain.slice(0, dot), chain.slice(dot + 1)];
	if (/(?:^|\.)console$/.test(object)) return CONSOLE_METHOD.test(method) ? chain : '';
	if (/^process\.std(?:out|err)$/.test(object)) return method === 'write' ? chain : '';
	return LOGGER.test(object) && LOGGER_METHOD.test(method) ? chain : '';
}

/** Under a condition that production does not meet. */
export function isForDevelopment(parents: readonly ScriptNode[]): boolean {
	return parents.some((parent, index) => {
		if (parent.type !== 'IfStatement' && parent.type !== 'LogicalExpression') return false;
		const test = nodeAt(parent, 'test') ?? nodeAt(parent, 'left');
		const inside = parents[index + 1];
		return test !== null && inside !== test && isDevelopmentTest(test);
	});
}

function isDevelopmentTest(test: ScriptNode): boolean {
	let isOne = false;
	walkScript(test, (node) => {
		const name = chainOf(node);
		if (
			/^(?:__DEV__|(?:.*\.)?(?:is_?)?(?:dev|development|DEV|debug|DEBUG|isDev\w*)|import\.meta\.env\.DEV)$/.test(
				name,
			)
		)
			isOne = true;
		if (node.type !== 'BinaryExpression') return;
		const sides = [nodeAt(node, 'left'), nodeAt(node, 'right')];
		const isMode = sides.some((side) => /(?:NODE_ENV|APP_ENV|\.mode|MODE)$/i.test(chainOf(side)));
		const value = sides.map((side) => (side === null ? '' : textAt(side, 'value'))).join('');
		const isNot = /^!/.test(textAt(node, 'operator'));
		if (isMode && (/^prod/.test(value) ? isNot : /^(?:dev|test|local)/.test(value) && !isNot))
			isOne = true;
	});
	return isOne;
}

interface Shown {
	readonly node: ScriptNode;
	/** A chain of names. */
	readonly name: string;
	readonly sure: boolean;
}

type Initials = ReadonlyMap<string, ScriptNode | null>;

/** What each variable that is declared once starts with; `null` for more than one. */
function initialsIn(program: ScriptNode): Initials {
	const initials = new Map<string, ScriptNode | null>();
	walkScript(program, (node) => {
		if (node.type !== 'VariableDeclarator') return;
		const id = nodeAt(node, 'id');
		if (id?.type !== 'Identifier') return;
		const name = textAt(id, 'name');
		initials.set(name, initials.has(name) ? null : nodeAt(node, 'init'));
	});
	return initials;
}

/** The names whose values an expression shows, through templates, objects and what prints them. */
function shownIn(node: ScriptNode, initials: Initials, depth: number): readonly Shown[] {
	if (depth === 0) return [];
	const inside = (...nodes: readonly (ScriptNode | null)[]): readonly Shown[] =>
		nodes.flatMap((one) => (one === null ? [] : shownIn(one, initials, depth - 1)));
	switch (node.type) {
		case 'TemplateLiteral':
			return inside(...nodesAt(node, 'expressions'));
		case 'BinaryExpression':
			return textAt(node, 'operator') === '+'
				? inside(nodeAt(node, 'left'), nodeAt(node, 'right'))
				: [];
		case 'ConditionalExpression':
			return inside(nodeAt(node, 'consequent'), nodeAt(node, 'alternate'));
		case 'LogicalExpression':
			return textAt(node, 'operator') === '&&'
				? inside(nodeAt(node, 'right'))
				: inside(nodeAt(node, 'left'), nodeAt(node, 'right'));
		case 'ArrayExpression':
			return inside(...nodesAt(node, 'elements'));
		case 'ObjectExpression':
			return nodesAt(node, 'properties').flatMap((one) => shownByProperty(one, inside));
		case 'SpreadElement':
		case 'AwaitExpression':
			return inside(nodeAt(node, 'argument'));
		case 'CallExpression':
		case 'OptionalCallExpression':
			return shownByCall(node, inside);
		default:
			return shownByName(node, initials, depth);
	}
}

type Inside = (...nodes: readonly (ScriptNode | null)[]) => readonly Shown[];

/** `{ password: '***' }` shows nothing; `{ password: value }` shows a password under its name. */
function shownByProperty(property: ScriptNode, inside: Inside): readonly Shown[] {
	if (property.type === 'SpreadElement') return inside(nodeAt(property, 'argument'));
	const value = nodeAt(property, 'value');
	if (value === null) return [];
	const key = keyOf(property);
	const name = chainOf(value);
	if (
		name !== '' &&
		isSecretName(key) &&
		!/mask|redact|hidden|hash|safe|\bhas|\bis[A-Z]/i.test(name)
	) {
		return [{ node: value, name: verdictOf(name) === null ? key : name, sure: true }];
	}
	return inside(value);
}

function shownByCall(node: ScriptNode, inside: Inside): readonly Shown[] {
	const callee = nodeAt(node, 'callee');
	const name = chainOf(callee);
	if (SHOWS.test(name)) return inside(...nodesAt(node, 'arguments').slice(0, 1));
	if (/(?:^|\.)Deno\.env\.toObject$/.test(name)) return [{ node, name: 'Deno.env', sure: true }];
	if (callee?.type !== 'MemberExpression' && callee?.type !== 'OptionalMemberExpression') return [];
	const property = nodeAt(callee, 'property');
	return SHOWN_BY_METHOD.test(chainOf(property)) ? inside(nodeAt(callee, 'object')) : [];
}

function shownByName(node: ScriptNode, initials: Initials, depth: number): readonly Shown[] {
	const name = chainOf(node);
	if (name === '') return [];
	const initial = name.includes('.') ? undefined : initials.get(name);
	if (!isNode(initial)) return [{ node, name, sure: true }];
	// A text in the code is no secret of a customer; what it is worth is another check's matter.
	if (/Literal$/.test(initial.type) && initial.type !== 'TemplateLiteral') return [];
	const origin = chainOf(initial);
	if (origin !== '')
		return [{ node, name: origin === name ? name : preferred(name, origin), sure: true }];
	if (initial.type === 'CallExpression' && isRemade(initial)) return [];
	const inner = initial.type === 'ObjectExpression' ? shownIn(initial, initials, depth - 1) : [];
	return [{ node, name, sure: true }, ...inner.map((one) => ({ ...one, node }))];
}

/** Of a variable and what it was made from, the one that says more. */
function preferred(name: string, origin: string): string {
	const isOrigin = verdictOf(origin) !== null || WHOLE_REQUEST.test(origin);
	return isOrigin ? origin : name;
}

const isRemade = (call: ScriptNode): boolean =>
	/mask|redact|hash|obfuscat|sanitiz|scrub|truncate|encrypt/i.test(chainOf(nodeAt(call, 'callee')));

const WHOLE_ENVIRONMENT = /^(?:process\.env|Bun\.env|Deno\.env|globalThis\.process\.env)$/;
const WHOLE_REQUEST =
	/^(?:(?:\w+\.)?(?:req|request|ctx|context\.req|ctx\.req|ctx\.request|event|this\.req)(?:\.(?:headers|body|rawHeaders|rawBody|cookies))|req|request)$/;

function verdictOf(name: string): 'logs-secret' | 'logs-environment' | null {
	if (WHOLE_ENVIRONMENT.test(name)) return 'logs-environment';
	const variable = /(?:^|\.)env\.(\w+)$/.exec(name)?.[1];
	if (variable !== undefined) return isSecretVariable(variable) ? 'logs-secret' : null;
	return isSecretName(name.slice(name.lastIndexOf('.') + 1)) ? 'logs-secret' : null;
}

function verdictFor({ name }: Shown, isOnPath: () => boolean): LoggingFinding['verdict'] | null {
	const verdict = verdictOf(name);
	if (verdict !== null) return verdict;
	return WHOLE_REQUEST.test(name) && isOnPath() ? 'logs-request' : null;
}

/** The file, the route or the function is about signing in or paying, or sees every request. */
function isSensitive(path: string, parents: readonly ScriptNode[]): boolean {
	const words = path.replace(/([a-z0-9])([A-Z])/g, '$1-$2');
	return SENSITIVE.test(words) || parents.some((parent) => isSensitiveScope(parent));
}

function isSensitiveScope(node: ScriptNode): boolean {
	const own = chainOf(nodeAt(node, 'id')) || keyOf(node);
	const words = own.replace(/([a-z0-9])([A-Z])/g, '$1-$2');
	if (own !== '' && SENSITIVE.test(words)) return true;
	if (node.type !== 'CallExpression') return false;
	const callee = chainOf(nodeAt(node, 'callee'));
	const [first] = nodesAt(node, 'arguments');
	if (/\.(?:use|addHook|register|onRequest)$/.test(callee)) {
		return (
			first?.type !== 'StringLiteral' ||
			callee.endsWith('addHook') ||
			SENSITIVE.test(textAt(first, 'value'))
		);
	}
	return first?.type === 'StringLiteral' && SENSITIVE.test(textAt(first, 'value'));
}
