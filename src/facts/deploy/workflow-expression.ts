/** An expression of GitHub Actions (GitHub's "Evaluate expressions in workflows and actions"). */
export type Expression =
	| { readonly kind: 'literal'; readonly value: string | number | boolean | null }
	/** Lower case, `github.event.commits.*.message`; an index that is no literal is `*`. */
	| { readonly kind: 'path'; readonly path: string }
	| { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
	| { readonly kind: 'not'; readonly of: Expression }
	| {
			readonly kind: 'binary';
			readonly operator: string;
			readonly left: Expression;
			readonly right: Expression;
	  };

/** One `${{ … }}` in a text. */
export interface Interpolation {
	/** As written, braces included. */
	readonly written: string;
	readonly start: number;
	/** `null` where it cannot be parsed, and GitHub refuses the workflow. */
	readonly expression: Expression | null;
}

const MOST_CHARACTERS = 4_000;
const DEEPEST = 50;
const TOKEN =
	/\s*(?:('(?:[^']|'')*')|(-?(?:0x[\da-fA-F]+|\d+(?:\.\d+)?(?:e[-+]?\d+)?))|(&&|\|\||==|!=|<=|>=|[<>!()[\],*])|(\.)|([A-Za-z_][\w-]*))/y;

/** In order. A `}}` inside of a string ends none. */
export function interpolationsIn(text: string): readonly Interpolation[] {
	const found: Interpolation[] = [];
	for (const match of text.matchAll(/\$\{\{((?:'(?:[^']|'')*'|[^'}]|\}(?!\}))*)\}\}/g)) {
		const [written, inner = ''] = match;
		found.push({ written, start: match.index, expression: parseExpression(inner) });
	}
	return found;
}

/** A condition, with or without its braces. */
export function parseCondition(text: string): Expression | null {
	const whole = text.trim();
	const [only] = interpolationsIn(whole);
	if (only !== undefined && only.written === whole) return only.expression;
	return only === undefined ? parseExpression(whole) : null;
}

function parseExpression(text: string): Expression | null {
	if (text.length > MOST_CHARACTERS) return null;
	const tokens = tokensIn(text);
	if (tokens === null) return null;
	const reader: Reader = { tokens, at: 0, depth: 0 };
	const expression = readOr(reader);
	return reader.at === tokens.length ? expression : null;
}

interface Token {
	readonly kind: 'text' | 'number' | 'sign' | 'dot' | 'name';
	readonly value: string;
}

const KINDS: readonly Token['kind'][] = ['text', 'number', 'sign', 'dot', 'name'];

function tokensIn(text: string): readonly Token[] | null {
	const whole = text.trimEnd();
	const tokens: Token[] = [];
	TOKEN.lastIndex = 0;
	while (TOKEN.lastIndex < whole.length) {
		const match = TOKEN.exec(whole);
		if (match === null) return null;
		const index = match.findIndex((group, at) => at > 0 && group !== undefined);
		const kind = KINDS[index - 1];
		if (kind === undefined) return null;
		tokens.push({ kind, value: match[index] ?? '' });
	}
	return tokens;
}

interface Reader {
	readonly tokens: readonly Token[];
	at: number;
	depth: number;
}

const isSign = (reader: Reader, ...signs: readonly string[]): boolean => {
	const token = reader.tokens[reader.at];
	return token?.kind === 'sign' && signs.includes(token.value);
};

type ReadOne = (reader: Reader) => Expression | null;

const level =
	(inner: ReadOne, ...operators: readonly string[]): ReadOne =>
	(reader) => {
		let left = inner(reader);
		while (left !== null && isSign(reader, ...operators)) {
			const operator = reader.tokens[reader.at++]?.value ?? '';
			const right = inner(reader);
			if (right === null) return null;
			left = { kind: 'binary', operator, left, right };
		}
		return left;
	};

const readCompared = level(readUnary, '==', '!=', '<', '<=', '>', '>=');
const readAnd = level(readCompared, '&&');
const readOr = level(readAnd, '||');

function readUnary(reader: Reader): Expression | null {
	if (++reader.depth > DEEPEST) return null;
	const isNot = isSign(reader, '!');
	if (isNot) reader.at++;
	const inner = isNot ? readUnary(reader) : readPrimary(reader);
	reader.depth--;
	return inner === null || !isNot ? inner : { kind: 'not', of: inner };
}

function readPrimary(reader: Reader): Expression | null {
	const token = reader.tokens[reader.at++];
	switch (token?.kind) {
		case 'text':
			return { kind: 'literal', value: token.value.slice(1, -1).replaceAll("''", "'") };
		case 'number':
			return { kind: 'literal', value: Number(token.value) };
		case 'name':
			return readName(reader, token.value);
		case 'sign':
			return token.value === '(' ? readBracketed(reader) : null;
		default:
			return null;
	}
}

function readBracketed(reader: Reader): Expression | null {
	const inner = readOr(reader);
	if (inner === null || !isSign(reader, ')')) return null;
	reader.at++;
	const rest = readRest(reader);
	if (rest === '') return inner;
	return rest === null ? null : { kind: 'call', name: 'index', args: [inner] };
}

const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

function readName(reader: Reader, name: string): Expression | null {
	if (Object.hasOwn(WORDS, name)) return { kind: 'literal', value: WORDS[name] ?? null };
	if (isSign(reader, '(')) return readCall(reader, name);
	const rest = readRest(reader);
	return rest === null ? null : { kind: 'path', path: `${name}${rest}`.toLowerCase() };
}

function readCall(reader: Reader, name: string): Expression | null {
	reader.at++;
	const args: Expression[] = [];
	while (!isSign(reader, ')')) {
		const arg = readOr(reader);
		if (arg === null) return null;
		args.push(arg);
		if (isSign(reader, ',')) reader.at++;
		else if (!isSign(reader, ')')) return null;
	}
	reader.at++;
	// `fromJSON(x).name` is a part of x.
	return readRest(reader) === null ? null : { kind: 'call', name: name.toLowerCase(), args };
}

/** `.name`, `.*`, `[…]`, as often as they follow; `null` for what is none. */
function readRest(reader: Reader): string | null {
	let rest = '';
	for (let one = readMember(reader); one !== ''; one = readMember(reader)) {
		if (one === null) return null;
		rest += one;
	}
	return rest;
}

/** The next of them; empty for none. */
function readMember(reader: Reader): string | null {
	if (reader.tokens[reader.at]?.kind === 'dot') {
		const next = reader.tokens[reader.at + 1];
		reader.at += 2;
		return next?.kind === 'name' || next?.value === '*' ? `.${next.value}` : null;
	}
	if (!isSign(reader, '[')) return '';
	reader.at++;
	const index = isSign(reader, '*') ? readStar(reader) : readOr(reader);
	if (index === null || !isSign(reader, ']')) return null;
	reader.at++;
	const isName = index.kind === 'literal' && typeof index.value === 'string';
	return isName ? `.${index.value}` : '.*';
}

function readStar(reader: Reader): Expression {
	reader.at++;
	return { kind: 'path', path: '*' };
}

/** Their result is true, false or a number, whatever they are given. */
const TELLS_ONLY = /^(?:contains|startswith|endswith|hashfiles|always|success|failure|cancelled)$/;

/** Contexts whose text can be the value of an expression. What a comparison tells is no text. */
export function pathsFlowing(expression: Expression | null): readonly string[] {
	switch (expression?.kind) {
		case 'path':
			return [expression.path];
		case 'call':
			return TELLS_ONLY.test(expression.name) ? [] : expression.args.flatMap(pathsFlowing);
		case 'binary':
			if (expression.operator === '||') {
				return [...pathsFlowing(expression.left), ...pathsFlowing(expression.right)];
			}
			return expression.operator === '&&' ? pathsFlowing(expression.right) : [];
		default:
			return [];
	}
}

export type Value = string | number | boolean | null | readonly unknown[];
/** Nothing is known of it. */
export const OPEN = Symbol('open');
type Known = Value | typeof OPEN;

/** What a condition comes to, where `known` tells something of the contexts in it. */
export function evaluate(expression: Expression, known: (path: string) => Known): Known {
	switch (expression.kind) {
		case 'literal':
			return expression.value;
		case 'path':
			return known(expression.path);
		case 'not': {
			const inner = evaluate(expression.of, known);
			return inner === OPEN ? OPEN : !isTrue(inner);
		}
		case 'binary':
			return combined(expression, known);
		case 'call':
			return called(
				expression.name,
				expression.args.map((arg) => evaluate(arg, known)),
			);
	}
}

const isTrue = (value: Value): boolean =>
	!(value === false || value === null || value === '' || value === 0);

function combined(
	{ operator, left, right }: Extract<Expression, { kind: 'binary' }>,
	known: (path: string) => Known,
): Known {
	const a = evaluate(left, known);
	const b = evaluate(right, known);
	if (operator === '&&') return both(a, b);
	if (operator === '||') return either(a, b);
	const same = sameness(a, b);
	if (operator === '==') return same;
	return operator === '!=' && same !== OPEN ? !same : OPEN;
}

const holds = (value: Known): boolean => value !== OPEN && isTrue(value);
const fails = (value: Known): boolean => value !== OPEN && !isTrue(value);

function both(a: Known, b: Known): Known {
	if (fails(a) || fails(b)) return false;
	return a === OPEN ? OPEN : b;
}

function either(a: Known, b: Known): Known {
	if (holds(a)) return a;
	if (holds(b)) return b;
	return a === OPEN ? OPEN : b;
}

/** Names that stand for "whatever it is called". */
export const OWN_REPOSITORY = '\0own';
export const FORK = '\0fork';
export const STRANGER = '\0stranger';
export const OWNER = '\0owner';

function sameness(a: Known, b: Known): boolean | typeof OPEN {
	if (a === OPEN || b === OPEN) return OPEN;
	// A name written out may be this repository's own.
	if ((a === OWN_REPOSITORY || a === OWNER) && isName(b)) return OPEN;
	if ((b === OWN_REPOSITORY || b === OWNER) && isName(a)) return OPEN;
	return String(a).toLowerCase() === String(b).toLowerCase();
}

const isName = (value: Value): boolean => typeof value === 'string' && !value.startsWith('\0');

function called(name: string, args: readonly Known[]): Known {
	if (name === 'always' || name === 'success') return true;
	const [a, b] = args;
	if (a === undefined || a === OPEN) return OPEN;
	if (name === 'fromjson') return listIn(a);
	if (name === 'tojson') return a;
	if (b === undefined || b === OPEN || Array.isArray(b)) return OPEN;
	const [whole, part] = [String(a).toLowerCase(), String(b).toLowerCase()];
	if (name === 'contains') {
		return Array.isArray(a)
			? a.some((one) => String(one).toLowerCase() === part)
			: whole.includes(part);
	}
	if (name === 'startswith') return whole.startsWith(part);
	return name === 'endswith' ? whole.endsWith(part) : OPEN;
}

function listIn(text: Value): Known {
	if (typeof text !== 'string') return OPEN;
	try {
		const value: unknown = JSON.parse(text);
		return Array.isArray(value) ? value : OPEN;
	} catch {
		return OPEN;
	}
}
