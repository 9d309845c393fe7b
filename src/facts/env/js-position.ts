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

/**
 * What code does with a value that may be missing. `required`: uses it as it is. `throws`: ends with an
 * error of its own. `fallback`: takes another instead. `guarded`: asks first whether it is there.
 * `unnoticed`: goes on without it as with it, which says nothing of other places. `flag`: compares it with
 * something. `write`: sets it.
 */
export type Handling =
	| 'required'
	| 'throws'
	| 'fallback'
	| 'guarded'
	| 'unnoticed'
	| 'flag'
	| 'write';

export interface Position {
	readonly handling: Handling;
	/** The literal taken instead; `null` where there is none. */
	readonly literal: string | null;
	/** What the value is called from then on: `name`, `.property`, or `name()`; empty for nothing. */
	readonly alias: string;
}

const REQUIRED: Position = { handling: 'required', literal: null, alias: '' };
const GUARDED: Position = { handling: 'guarded', literal: null, alias: '' };
const UNNOTICED: Position = { handling: 'unnoticed', literal: null, alias: '' };
const FLAG: Position = { handling: 'flag', literal: null, alias: '' };
const THROWS: Position = { handling: 'throws', literal: null, alias: '' };

/** How the expression at `node` is used, by its ancestors, the nearest last. */
export function positionOf(node: JsNode, above: readonly JsNode[]): Position {
	let child = node;
	for (let index = above.length - 1; index >= 0; index--) {
		const parent = above[index];
		if (parent === undefined) break;
		const found = stepUp(child, parent, above.slice(0, index));
		if (found !== 'up') return found;
		child = parent;
	}
	return REQUIRED;
}

type Step = (child: JsNode, parent: JsNode, above: readonly JsNode[]) => Position | 'up';

function stepUp(child: JsNode, parent: JsNode, above: readonly JsNode[]): Position | 'up' {
	if (WRAPPERS.has(parent.type) || parent.type === 'AwaitExpression') return 'up';
	return STEPS[parent.type]?.(child, parent, above) ?? REQUIRED;
}

const isChild = (parent: JsNode, key: string, child: JsNode): boolean => parent[key] === child;

const STEPS: Readonly<Record<string, Step>> = {
	LogicalExpression: inLogical,
	ConditionalExpression: inConditional,
	UnaryExpression: (_, parent, above) =>
		parent['operator'] === '!' ? guardAt(parent, above, true) : GUARDED,
	IfStatement: (_, parent) => (exits(parent['alternate']) ? THROWS : GUARDED),
	WhileStatement: () => GUARDED,
	BinaryExpression: inBinary,
	SwitchStatement: () => FLAG,
	AssignmentExpression: inAssignment,
	AssignmentPattern: () => GUARDED,
	MemberExpression: inMember,
	OptionalMemberExpression: inMember,
	OptionalCallExpression: inCall,
	CallExpression: inCall,
	ObjectProperty: (child, parent, above) => {
		if (!isChild(parent, 'value', child)) return UNNOTICED;
		return isWiring(above) ? UNNOTICED : { ...REQUIRED, alias: `.${keyOf(parent)}` };
	},
	ClassProperty: (_, parent) => ({ ...REQUIRED, alias: `.${keyOf(parent)}` }),
	VariableDeclarator: (_, parent) => ({ ...REQUIRED, alias: nameOf(parent['id']) }),
	ReturnStatement: (_, __, above) => ({ ...REQUIRED, alias: functionAlias(above) }),
	ArrowFunctionExpression: (_, parent, above) => ({
		...REQUIRED,
		alias: functionAlias([...above, parent]),
	}),
	SpreadElement: () => UNNOTICED,
	ExpressionStatement: () => UNNOTICED,
	ArrayExpression: (_, __, above) => {
		const next = above.at(-1) ?? null;
		return isMember(next) && /^(?:filter|find|some|includes|every)$/.test(propertyOf(next))
			? GUARDED
			: REQUIRED;
	},
};

function inLogical(child: JsNode, parent: JsNode, above: readonly JsNode[]): Position | 'up' {
	const isLeft = isChild(parent, 'left', child);
	if (parent['operator'] === '&&') return isLeft ? andGuard(parent, above) : 'up';
	if (isLeft) return instead(parent['right']);
	// The second choice, which may have a third behind it.
	const next = above.at(-1);
	const hasThird = next?.type === 'LogicalExpression' && next['left'] === parent;
	return hasThird && next['operator'] !== '&&' ? instead(next['right']) : UNNOTICED;
}

/** `if (A && B)` asks for both. */
function andGuard(parent: JsNode, above: readonly JsNode[]): Position {
	return guardAt(parent, above, false);
}

function instead(right: unknown): Position {
	if (exits(right)) return THROWS;
	return { handling: 'fallback', literal: literalIn(right), alias: '' };
}

function inConditional(child: JsNode, parent: JsNode): Position | 'up' {
	if (isChild(parent, 'test', child)) return instead(parent['alternate']);
	const test = JSON.stringify(namesIn(parent['test']));
	const isProduction = test.includes('NODE_ENV') && isChild(parent, 'consequent', child);
	return isProduction ? 'up' : UNNOTICED;
}

function namesIn(value: unknown): readonly string[] {
	const root = nodeIn(value);
	const names: string[] = [];
	if (root !== null) walkJs(root, (node) => names.push(nameOf(node)));
	return names;
}

function inBinary(child: JsNode, parent: JsNode, above: readonly JsNode[]): Position | 'up' {
	const operator = String(parent['operator']);
	if (operator === '+') return REQUIRED;
	if (operator === 'in' || operator === 'instanceof') return GUARDED;
	const other = bareNode(isChild(parent, 'left', child) ? parent['right'] : parent['left']);
	const isNothing =
		other?.type === 'NullLiteral' || nameOf(other) === 'undefined' || literalIn(other) === '';
	return isNothing ? guardAt(parent, above, operator.startsWith('=')) : FLAG;
}

/** A question whether it is there; what hangs on the answer says whether its absence is an error. */
function guardAt(node: JsNode, above: readonly JsNode[], absent: boolean): Position {
	let child = node;
	let asksAbsence = absent;
	for (const parent of above.toReversed()) {
		if (parent.type === 'UnaryExpression' && parent['operator'] === '!') asksAbsence = !asksAbsence;
		else if (!WRAPPERS.has(parent.type) && parent.type !== 'LogicalExpression') {
			return answerOf(child, parent, asksAbsence);
		} else if (asksAbsence && endsIn(child, parent)) return THROWS;
		child = parent;
	}
	return GUARDED;
}

function answerOf(child: JsNode, parent: JsNode, asksAbsence: boolean): Position {
	if (parent.type !== 'IfStatement' || !isChild(parent, 'test', child)) return GUARDED;
	return exits(parent[asksAbsence ? 'consequent' : 'alternate']) ? THROWS : GUARDED;
}

/** `!X && fail()` */
const endsIn = (child: JsNode, parent: JsNode): boolean =>
	parent['operator'] === '&&' && isChild(parent, 'left', child) && exits(parent['right']);

function inAssignment(child: JsNode, parent: JsNode): Position | 'up' {
	if (isChild(parent, 'right', child)) {
		const left = bareNode(parent['left']);
		if (left === null) return REQUIRED;
		return { ...REQUIRED, alias: isMember(left) ? `.${propertyOf(left)}` : nameOf(left) };
	}
	if (parent['operator'] === '=') return { ...GUARDED, handling: 'write' };
	return instead(parent['right']);
}

function inMember(child: JsNode, parent: JsNode): Position | 'up' {
	if (!isChild(parent, 'object', child)) return UNNOTICED;
	return parent['optional'] === true ? GUARDED : REQUIRED;
}

const TRANSPARENT =
	/^(?:Number|parseInt|parseFloat|String|BigInt|Number\.parseInt|Number\.parseFloat)$/;
const ASSERTING =
	/^(?:assert|invariant|ok|nonNull|required|defined|unwrap)$|^(?:must|require|assert|ensure|check)[A-Z]\w*$|(?:OrThrow|OrFail|OrDie)$|^parse$/;
const ASKING = /^(?:Boolean|isNaN)$/;
const LOGGING = /^(?:console\.\w+|(?:log|logger|debug)(?:\.\w+)?)$/;

function inCall(child: JsNode, parent: JsNode): Position | 'up' {
	if (!nodesIn(parent['arguments']).includes(child)) return REQUIRED;
	const callee = dottedName(parent['callee']);
	if (TRANSPARENT.test(callee)) return 'up';
	if (ASKING.test(callee)) return GUARDED;
	if (LOGGING.test(callee)) return UNNOTICED;
	const last = callee.slice(callee.lastIndexOf('.') + 1) || lastNameOf(parent['callee']);
	return ASSERTING.test(last) ? THROWS : REQUIRED;
}

const lastNameOf = (callee: unknown): string => {
	const node = bareNode(callee);
	return isMember(node) ? propertyOf(node) : '';
};

/** A block that throws, ends the process, or answers with a server error. */
export function exits(value: unknown): boolean {
	const root = nodeIn(value);
	if (root === null) return false;
	let found = false;
	walkJs(root, (node, above) => {
		if (found || above.some(isFunction)) return;
		if (node.type === 'ThrowStatement') found = true;
		else if (isCall(node)) found = isExit(node);
	});
	return found;
}

function isExit(call: JsNode): boolean {
	const callee = dottedName(call['callee']);
	if (/^(?:process\.(?:exit|abort)|Deno\.exit|Bun\.exit)$/.test(callee)) return true;
	const last = callee.slice(callee.lastIndexOf('.') + 1) || lastNameOf(call['callee']);
	if (/^(?:throw|raise|fail|panic|die|abort|exit)(?:[A-Z]\w*)?$/.test(last)) return true;
	return /^(?:status|sendStatus|json)$/.test(last) && saysServerError(call);
}

/** `res.status(500)`, `Response.json(…, { status: 503 })`. */
function saysServerError(call: JsNode): boolean {
	return nodesIn(call['arguments']).some((one) => {
		if (one.type === 'NumericLiteral') return Number(one['value']) >= 500;
		return nodesIn(one['properties']).some((property) => {
			const value = nodeIn(property['value']);
			return keyOf(property) === 'status' && Number(value?.['value']) >= 500;
		});
	});
}

/** Inside the object that hands variables to a schema, which judges them itself. */
function isWiring(above: readonly JsNode[]): boolean {
	return above.some(
		(node) =>
			node.type === 'ObjectProperty' &&
			/^(?:experimental__)?runtimeEnv(?:Strict)?$/.test(keyOf(node)),
	);
}

function functionAlias(above: readonly JsNode[]): string {
	for (let index = above.length - 1; index >= 0; index--) {
		const node = above[index];
		if (node === undefined || !isFunction(node)) continue;
		const own = nameOf(node['id']) || keyOf(node);
		if (own !== '') return `${own}()`;
		const parent = above[index - 1];
		const given = parent?.type === 'VariableDeclarator' ? nameOf(parent['id']) : '';
		return given === '' ? '' : `${given}()`;
	}
	return '';
}
