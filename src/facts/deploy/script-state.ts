import {
	lineOf,
	nodeAt,
	nodesAt,
	propertyOf,
	type ScriptNode,
	textAt,
	walkScript,
} from '../logs/script-tree.ts';
import { isPassedThrough, type KeptState, SCRATCH, type StateContext } from './kept-state.ts';
import { type Bindings, bindingsIn, valueOfNode } from './script-values.ts';

const MOST_FOUND = 10;

type Found = Omit<KeptState, 'line'>;

/** Of one call or `new`: what it keeps on disk; `null` for nothing that is known. */
type Finder = (call: Call) => Found | null;

interface Call {
	/** Last name of what is called: `diskStorage`. */
	readonly name: string;
	readonly args: readonly ScriptNode[];
	readonly text: string;
	readonly bindings: Bindings;
	readonly context: StateContext;
}

/** What JavaScript or TypeScript keeps in files that customers' data goes to. */
export function keptStateInScript(
	program: ScriptNode,
	text: string,
	context: StateContext,
): readonly KeptState[] {
	const bindings = bindingsIn(program);
	const found: KeptState[] = [];
	walkScript(program, (node) => {
		if (!/^(?:Call|New)Expression$/.test(node.type) || found.length >= MOST_FOUND) return;
		const callee = nodeAt(node, 'callee');
		const name = textAt(nodeAt(callee ?? node, 'property') ?? callee ?? node, 'name');
		const call = { name, args: nodesAt(node, 'arguments'), text, bindings, context };
		for (const finder of FINDERS) {
			const one = finder(call);
			if (one === null || isPassedThrough(one.what, context)) continue;
			if (one.what === 'sessions' || !SCRATCH.test(one.path)) {
				found.push({ ...one, line: lineOf(node) });
			}
			return;
		}
	});
	return found;
}

/** A literal, or the one that stands in for a variable. */
function pathOf(
	node: ScriptNode | null,
	{ bindings }: Call,
): Pick<Found, 'path' | 'isMovable'> | null {
	const told = valueOfNode(node, bindings);
	if (told.kind === 'literal') return { path: told.text, isMovable: false };
	return told.kind === 'outside' && told.fallback !== ''
		? { path: told.fallback, isMovable: true }
		: null;
}

const SQLITE_PACKAGE = /["'](?:better-sqlite3|sqlite3|sqlite|node:sqlite|bun:sqlite)["']/;

const sqlite: Finder = (call) => {
	const { name, args, text, context } = call;
	if (!SQLITE_PACKAGE.test(text) || !context.writesRows) return null;
	const [first = null, second = null] = args;
	if (name === 'open' && propertyOf(first, 'driver') !== null) {
		return keptAt('database', 'SQLite', pathOf(propertyOf(first, 'filename'), call));
	}
	if (!/^(?:Database|DatabaseSync|BetterSqlite3|[sS]qlite3?)$/.test(name)) return null;
	const isReadOnly = ['readonly', 'readOnly'].some(
		(option) => propertyOf(second, option)?.['value'] === true,
	);
	return isReadOnly ? null : keptAt('database', 'SQLite', pathOf(first, call));
};

const orm: Finder = (call) => {
	const { name, args, bindings } = call;
	if (!/^(?:[kK]nex|DataSource|Sequelize|createConnection|forRoot)$/.test(name)) return null;
	const [first = null] = args;
	const written = valueOfNode(first, bindings);
	if (written.kind === 'literal') {
		const [, path] = /^sqlite:(?:\/\/)?(.{1,200})$/.exec(written.text) ?? [];
		return path === undefined ? null : { what: 'database', by: 'SQLite', path, isMovable: false };
	}
	const kind = ['client', 'dialect', 'type'].flatMap((key) => {
		const told = valueOfNode(propertyOf(first, key), bindings);
		return told.kind === 'literal' ? [told.text] : [];
	});
	if (!kind.some((one) => /^(?:better-)?sqlite3?$/.test(one))) return null;
	const path =
		propertyOf(first, 'storage') ??
		propertyOf(first, 'database') ??
		propertyOf(propertyOf(first, 'connection'), 'filename');
	return keptAt('database', 'SQLite', pathOf(path, call));
};

const multer: Finder = (call) => {
	const { name, args, text } = call;
	if (!/^(?:multer|diskStorage)$/.test(name) || takesAway(text)) return null;
	const [first = null] = args;
	const target = propertyOf(first, 'dest') ?? propertyOf(first, 'destination');
	return keptAt('uploads', 'multer', pathOf(handedOn(target) ?? target, call));
};

/** `(req, file, done) => done(null, 'uploads')`: what the callback is given. */
function handedOn(target: ScriptNode | null): ScriptNode | null {
	if (target === null || !/Function|ObjectMethod/.test(target.type)) return null;
	let given: ScriptNode | null = null;
	walkScript(target, (node) => {
		if (node.type !== 'CallExpression') return;
		const [first, second] = nodesAt(node, 'arguments');
		if (first?.type === 'NullLiteral' && second !== undefined) given ??= second;
	});
	return given;
}

const formidable: Finder = (call) => {
	const { name, args, text } = call;
	if (!/^(?:formidable|IncomingForm)$/.test(name) || takesAway(text)) return null;
	return keptAt('uploads', 'formidable', pathOf(propertyOf(args[0] ?? null, 'uploadDir'), call));
};

/** A file that is written below a folder called uploads. */
const written: Finder = (call) => {
	const { name, args, text } = call;
	const isWrite =
		/^(?:writeFile|writeFileSync|createWriteStream)$/.test(name) ||
		(name === 'mv' && /["']express-fileupload["']/.test(text));
	const target = args[0];
	if (!isWrite || target === undefined || takesAway(text)) return null;
	const own = target.type === 'Identifier' ? call.bindings.get(textAt(target, 'name')) : target;
	if (own === null || own === undefined || !('type' in own)) return null;
	const path = literalsIn(own, call.bindings).find((one) => /(?:^|\/)uploads?(?:\/|$)/.test(one));
	return path === undefined ? null : { what: 'uploads', by: name, path, isMovable: false };
};

function literalsIn(node: ScriptNode, bindings: Bindings): readonly string[] {
	const literals: string[] = [];
	walkScript(node, (inner) => {
		if (inner.type === 'TemplateElement') {
			const value = inner['value'];
			if (typeof value === 'object' && value !== null && 'raw' in value) {
				literals.push(String(value.raw));
			}
			return;
		}
		const told = valueOfNode(inner, bindings);
		if (told.kind === 'literal') literals.push(told.text);
		return told.kind === 'unknown';
	});
	return literals;
}

/** What is deleted again was only passed through. */
const takesAway = (text: string): boolean => /\b(?:unlink|rm)(?:Sync)?\s*\(/.test(text);

const sessions: Finder = (call) => {
	const { name, args, text } = call;
	if (!/^(?:FileStore|SessionFileStore)$/.test(name) || !/session-file-store/.test(text))
		return null;
	const path = pathOf(propertyOf(args[0] ?? null, 'path'), call);
	return keptAt('sessions', 'session-file-store', path ?? { path: 'sessions', isMovable: false });
};

function keptAt(
	what: Found['what'],
	by: string,
	at: Pick<Found, 'path' | 'isMovable'> | null,
): Found | null {
	return at === null ? null : { what, by, ...at };
}

const FINDERS: readonly Finder[] = [sqlite, orm, multer, formidable, written, sessions];
