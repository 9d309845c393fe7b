import {
	chainOf,
	lineOf,
	nodeAt,
	nodesAt,
	propertyOf,
	type ScriptNode,
	textAt,
	walkScript,
} from '../logs/script-tree.ts';
import type { Listening } from './listening.ts';
import { type Bindings, bindingsIn, type Told, valueOfNode } from './script-values.ts';

const MOST_CALLS = 20;
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/i;

interface Call {
	readonly node: ScriptNode;
	/** `app`, as written; empty where the server is made on the spot. */
	readonly server: string;
	readonly port: ScriptNode | null;
	readonly host: ScriptNode | null;
	/** Port and host are members of an object. */
	readonly inObject: boolean;
	/** Whether it is reached depends on the environment. */
	readonly isConditional: boolean;
}

/** The calls of JavaScript or TypeScript that wait for requests at a port. */
export function listeningInScript(program: ScriptNode, text: string): readonly Listening[] {
	const bindings = bindingsIn(program);
	const calls: Call[] = [];
	walkScript(program, (node, parents) => {
		if (node.type !== 'CallExpression' || calls.length >= MOST_CALLS) return;
		const call = listenCall(node, text) ?? serveCall(node, text, bindings);
		if (call !== null) calls.push({ ...call, isConditional: dependsOnEnvironment(node, parents) });
	});
	return calls.map((call) => toldBy(call, text, bindings));
}

type Plain = Omit<Call, 'isConditional'>;

/** `app.listen(3000, '127.0.0.1')`, `app.listen({ port, host })`. */
function listenCall(node: ScriptNode, text: string): Plain | null {
	const callee = nodeAt(node, 'callee');
	const [first = null, second = null] = nodesAt(node, 'arguments');
	if (callee === null || first === null) return null;
	if (textAt(nodeAt(callee, 'property') ?? callee, 'name') !== 'listen') return null;
	const object = nodeAt(callee, 'object');
	if (object === null) return null;
	const server = chainOf(object);
	if (first.type === 'ObjectExpression') {
		if (propertyOf(first, 'path') !== null) return null;
		const [port, host] = [propertyOf(first, 'port'), propertyOf(first, 'host')];
		const isServer = port !== null || /[Ff]astify/.test(text);
		return isServer ? { node, server, port, host, inObject: true } : null;
	}
	if (/Function/.test(first.type)) return null;
	// The second may be the callback.
	const host = second === null || /Function|Identifier/.test(second.type) ? null : second;
	return { node, server, port: first, host: host ?? boundHost(second), inObject: false };
}

/** A name is taken for the host where it is called so. */
const boundHost = (second: ScriptNode | null): ScriptNode | null =>
	second !== null && /host|addr/i.test(chainOf(second)) ? second : null;

/** `Bun.serve({ port })`, `Deno.serve({ port }, …)`, `serve({ fetch, port })` of a known package. */
function serveCall(node: ScriptNode, text: string, bindings: Bindings): Plain | null {
	const callee = chainOf(nodeAt(node, 'callee'));
	const isServe =
		/^(?:Bun|Deno)\.serve$/.test(callee) ||
		(callee === 'serve' &&
			/["'](?:@hono\/node-server|srvx|bun)["']/.test(text) &&
			!bindings.has('serve'));
	const options = nodesAt(node, 'arguments').find(({ type }) => type === 'ObjectExpression');
	const port = propertyOf(options ?? null, 'port');
	if (!isServe || port === null) return null;
	const host = propertyOf(options ?? null, 'hostname');
	return { node, server: '', port, host, inObject: true };
}

const DECIDES = /^(?:IfStatement|ConditionalExpression|LogicalExpression|SwitchStatement)$/;

/** Words of a test whether the file is the one that was started: nothing of the environment. */
const OWN_START =
	/^(?:require|main|module|import|cluster|process\.argv|pathToFileURL|fileURLToPath|url|href|path|__filename)\b/;

function dependsOnEnvironment(node: ScriptNode, parents: readonly ScriptNode[]): boolean {
	return parents.some((one) => {
		if (!DECIDES.test(one.type)) return false;
		const test = nodeAt(one, 'test') ?? nodeAt(one, 'left') ?? nodeAt(one, 'discriminant');
		const isInside = test !== null && test.start <= node.start && node.end <= test.end;
		return test !== null && !isInside && namesMore(test);
	});
}

function namesMore(test: ScriptNode): boolean {
	let found = false;
	walkScript(test, (inner) => {
		const isName = inner.type === 'Identifier' || inner.type === 'MemberExpression';
		const chain = isName ? chainOf(inner) : '';
		if (chain === '') return !found;
		found ||= !OWN_START.test(chain);
		return false;
	});
	return found;
}

function toldBy(call: Call, text: string, bindings: Bindings): Listening {
	const port = valueOfNode(call.port, bindings);
	const host: Told = valueOfNode(call.host, bindings);
	const fixed = call.port === null || port.kind !== 'literal' ? null : portFrom(port.text);
	const isFastify = isMadeByFastify(call.server, text);
	return {
		written: shown(call, text),
		line: lineOf(call.node),
		port: fixed,
		loopback: call.host === null ? isFastify : host.kind === 'literal' && LOOPBACK.test(host.text),
		isOpen: call.isConditional || (fixed === null && port.kind !== 'outside'),
		readsPort: port.kind === 'outside' && port.variable === 'PORT',
		instead:
			call.inObject || isFastify
				? "{ port: Number(process.env.PORT) || 3000, host: '0.0.0.0' }"
				: `${call.server || 'server'}.listen(Number(process.env.PORT) || 3000, '0.0.0.0')`,
	};
}

/** Without a callback, in one line. */
function shown({ node, port, host, inObject }: Call, text: string): string {
	const callee = nodeAt(node, 'callee');
	const name = callee === null ? '' : text.slice(callee.start, callee.end);
	const args = [port, host].flatMap((one) =>
		one === null ? [] : [text.slice(one.start, one.end)],
	);
	const [portText = '', hostText] = args;
	const inner = inObject
		? `{ ${port === null ? '' : `port: ${portText}`}${hostText === undefined ? '' : `, host: ${hostText}`} }`
		: args.join(', ');
	return `${name.replace(/\([\s\S]{40,}\)/, '(…)')}(${inner})`.replace(/\s+/g, ' ').slice(0, 80);
}

function portFrom(text: string): number | null {
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	return port > 0 && port < 65_536 ? port : null;
}

/** Fastify listens on localhost unless told otherwise (its documentation on `listen`). */
function isMadeByFastify(server: string, text: string): boolean {
	if (!/^[A-Za-z_$][\w$]{0,60}$/.test(server) || !/["']fastify["']/.test(text)) return false;
	const name = server.replace(/\$/g, '\\$');
	return new RegExp(
		`\\b${name}(?:\\s*:\\s*[\\w<>., ]{1,60})?\\s*=\\s*(?:await\\s+)?[fF]astify\\s*(?:<[^>]{0,60}>)?\\(`,
	).test(text);
}
