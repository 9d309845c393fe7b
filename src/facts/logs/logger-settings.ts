import { isForDevelopment } from './logged-values.ts';
import type { LoggingFinding } from './logging-finding.ts';
import {
	chainOf,
	keyOf,
	lineOf,
	nodeAt,
	nodesAt,
	propertyOf,
	type ScriptNode,
	textAt,
	walkScript,
} from './script-tree.ts';

type Found = Omit<LoggingFinding, 'file'>;

const FACTORY =
	/^(?:pino|pinoHttp|pinoLogger|winston\.createLogger|bunyan\.createLogger|LoggerModule\.forRoot)$/;
const STRUCTURED = /['"](?:pino(?:-http)?|winston|bunyan|nestjs-pino|hono-pino)['"]/;

export const namesLogger = (text: string): boolean => STRUCTURED.test(text);

/** Somewhere somebody thought of it: options, a serializer, a format that masks. */
export const hasRedaction = (text: string): boolean =>
	/\bredact|\bmask(?:ed|ing)?\b|maskF|scrub|sanitiz|censor|serializers\s*:/i.test(text);

/** Where structured loggers are made. */
export function loggersIn(program: ScriptNode, text: string): readonly Found[] {
	if (!namesLogger(text)) return [];
	const found: Found[] = [];
	walkScript(program, (node) => {
		if (node.type !== 'CallExpression') return;
		const name = chainOf(nodeAt(node, 'callee'));
		const isMade = FACTORY.test(name) || (name === 'createLogger' && /winston|bunyan/.test(text));
		if (isMade)
			found.push({
				verdict: 'no-redaction',
				line: lineOf(node),
				what: `${name}()`,
				by: name,
				sure: true,
			});
	});
	return found.slice(0, 1);
}

/** Settings under which an ORM or driver writes queries with their values, in production too. */
export function queryLoggingIn(program: ScriptNode): readonly Found[] {
	const found: Found[] = [];
	walkScript(program, (node, parents) => {
		const what = queryLoggerAt(node);
		if (what === '' || isForDevelopment(parents) || isBelowDevelopment(parents)) return;
		found.push({ verdict: 'query-logging', line: lineOf(node), what, by: what, sure: true });
	});
	return found;
}

type Has = (member: string, test: (value: ScriptNode) => boolean) => boolean;

/** By the name that is called: what it is said to be, and the option that makes it talk. */
const TALKERS: readonly {
	readonly name: RegExp;
	readonly what: string;
	talks(has: Has, args: readonly ScriptNode[]): boolean;
}[] = [
	{
		name: /(?:^|\.)PrismaClient$/,
		what: 'PrismaClient({ log })',
		talks: (has) => has('log', logsQueries),
	},
	{
		name: /(?:^|\.)(?:DataSource|createConnection|TypeOrmModule\.forRoot)$/,
		what: 'DataSource({ logging })',
		talks: (has) => has('type', isText) && has('logging', logsEverything),
	},
	{
		name: /(?:^|\.)Sequelize$/,
		what: 'Sequelize({ logging })',
		talks: (has) => has('logQueryParameters', isTrue) || has('logging', isPrinter),
	},
	{ name: /^(?:knex|Knex)$/, what: 'knex({ debug })', talks: (has) => has('debug', isTrue) },
	{ name: /^drizzle$/, what: 'drizzle({ logger })', talks: (has) => has('logger', isTrue) },
	{
		name: /^mongoose\.set$/,
		what: "mongoose.set('debug')",
		talks: (_, [first, second]) =>
			valueOfText(first) === 'debug' && second !== undefined && isTrue(second),
	},
	{
		name: /\.\$on$/,
		what: "$on('query')",
		talks: (_, [first, handler]) => valueOfText(first) === 'query' && printsParams(handler),
	},
];

function queryLoggerAt(node: ScriptNode): string {
	if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return '';
	const name = chainOf(nodeAt(node, 'callee'));
	const talker = TALKERS.find((one) => one.name.test(name));
	if (talker === undefined) return '';
	const args = nodesAt(node, 'arguments');
	const has: Has = (member, test) =>
		args.some((one) => {
			const value = propertyOf(one, member);
			return value !== null && test(value);
		});
	return talker.talks(has, args) ? talker.what : '';
}

const isText = ({ type }: ScriptNode): boolean => type === 'StringLiteral';
const isTrue = (node: ScriptNode): boolean =>
	node.type === 'BooleanLiteral' && node['value'] === true;
const isPrinter = (node: ScriptNode): boolean =>
	isTrue(node) ||
	/^(?:console\.\w+|logger\.\w+)$/.test(chainOf(node)) ||
	node.type === 'ArrowFunctionExpression';

function logsEverything(value: ScriptNode): boolean {
	return isTrue(value) || textAt(value, 'value') === 'all' || listsQuery(value);
}

const listsQuery = (value: ScriptNode): boolean =>
	value.type === 'ArrayExpression' &&
	nodesAt(value, 'elements').some((one) => textAt(one, 'value') === 'query');

function logsQueries(value: ScriptNode): boolean {
	if (listsQuery(value)) return true;
	return (
		value.type === 'ArrayExpression' &&
		nodesAt(value, 'elements').some((one) => {
			const [level, emit] = [propertyOf(one, 'level'), propertyOf(one, 'emit')];
			return valueOfText(level) === 'query' && valueOfText(emit) === 'stdout';
		})
	);
}

const valueOfText = (node: ScriptNode | null | undefined): string =>
	node ? textAt(node, 'value') : '';

function printsParams(handler: ScriptNode | undefined): boolean {
	if (handler === undefined) return false;
	let prints = false;
	walkScript(handler, (node) => {
		if (/\.params$/.test(chainOf(node))) prints = true;
	});
	return prints;
}

/** `development: { … }` in a file of settings. */
const isBelowDevelopment = (parents: readonly ScriptNode[]): boolean =>
	parents.some(
		(parent) =>
			/Property$/.test(parent.type) && /^(?:development|test|local|dev)$/.test(keyOf(parent)),
	);
