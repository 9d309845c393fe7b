import {
	chainOf,
	keyOf,
	lineOf,
	nodeAt,
	nodesAt,
	propertyOf,
	type ScriptNode,
	type ScriptParser,
	textAt,
	walkScript,
} from '../logs/script-tree.ts';
import { bareName, type MigrationOperation } from './migration-operation.ts';
import { NOTHING, type ReadMigration } from './migration-source.ts';
import { columnsOf } from './sql-migration.ts';
import { sqlOperations } from './sql-operations.ts';
import { type SqlStatement, sqlScript } from './sql-statement.ts';

/** A migration of Knex, Sequelize, TypeORM, node-pg-migrate or Kysely; `null` where it is none. */
export function scriptMigration(
	parse: ScriptParser,
	source: string,
	path: string,
): ReadMigration | null {
	const program = parse(source, path);
	if (program === null) return null;
	const steps = stepsIn(program);
	const up = steps.get('up') ?? steps.get('change');
	if (up === undefined) return null;
	const statements: SqlStatement[] = [];
	const operations: MigrationOperation[] = [];
	walkScript(up, (node, parents) => {
		if (node.type !== 'CallExpression') return;
		const sql = sqlIn(node);
		statements.push(...sql);
		operations.push(...sqlOperations(sql), ...builtBy(node, parents));
	});
	return {
		...NOTHING,
		operations,
		hasDown: doesSomething(steps.get('down')),
		comments: [...source.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g)].map(([text]) => text),
		noTransaction:
			isSequelize(source) ||
			/transaction\s*[:=]\s*false|noTransaction\(\)|disableTransactions?\b|useTransaction\s*[:=]\s*false/.test(
				source,
			),
		ownTransaction: /\.transaction\(|startTransaction\(/.test(source),
		statements: statements.length + operations.length,
		columns: statements.flatMap(columnsOf),
	};
}

/** Its runner opens no transaction of its own. */
const isSequelize = (source: string): boolean =>
	/\bqueryInterface\b/.test(source) ||
	(/\bmodule\.exports\s*=\s*\{/.test(source) && !/\bknex\b|\.schema\b|\bpgm\b/.test(source));

/** `exports.up = …`, `export const up = …`, `up: …`, methods of a class. */
function stepsIn(program: ScriptNode): ReadonlyMap<string, ScriptNode> {
	const steps = new Map<string, ScriptNode>();
	const note = (name: string, node: ScriptNode | null) => {
		if (/^(?:up|down|change)$/.test(name) && node !== null && !steps.has(name))
			steps.set(name, node);
	};
	walkScript(program, (node) => {
		switch (node.type) {
			case 'AssignmentExpression':
				note(
					/(?:^|\.)exports\.(\w+)$/.exec(chainOf(nodeAt(node, 'left')))?.[1] ?? '',
					nodeAt(node, 'right'),
				);
				break;
			case 'FunctionDeclaration':
				note(chainOf(nodeAt(node, 'id')), node);
				break;
			case 'VariableDeclarator':
				note(chainOf(nodeAt(node, 'id')), nodeAt(node, 'init'));
				break;
			case 'ObjectMethod':
			case 'ClassMethod':
				note(keyOf(node), node);
				break;
			case 'ObjectProperty':
			case 'ClassProperty':
				note(keyOf(node), nodeAt(node, 'value'));
				break;
			default:
		}
	});
	return steps;
}

/** Calls something, and does not only refuse. */
function doesSomething(step: ScriptNode | undefined): boolean {
	if (step === undefined) return false;
	let calls = false;
	walkScript(step, (node) => {
		if (node.type === 'ThrowStatement') return false;
		if (
			node.type === 'CallExpression' &&
			!/^console\.|(?:reject|resolve)$/.test(chainOf(nodeAt(node, 'callee')))
		)
			calls = true;
		return undefined;
	});
	return calls;
}

const RAW = /(?:^|\.)(?:raw|query|sql|execute|executeQuery|addSql)$/;

/** Statements in a text that is handed to the database, at their own lines. */
function sqlIn(call: ScriptNode): readonly SqlStatement[] {
	if (!RAW.test(lastName(call))) return [];
	const [first] = nodesAt(call, 'arguments');
	const text = first === undefined ? null : literalOf(first);
	if (first === undefined || text === null) return [];
	const from = lineOf(first);
	return sqlScript(text).statements.map((one) => ({ ...one, line: from + one.line - 1 }));
}

function literalOf(node: ScriptNode): string | null {
	if (node.type === 'StringLiteral') return textAt(node, 'value');
	if (node.type === 'TaggedTemplateExpression') {
		const quasi = nodeAt(node, 'quasi');
		return quasi === null ? null : literalOf(quasi);
	}
	if (node.type === 'BinaryExpression') {
		const sides = [nodeAt(node, 'left'), nodeAt(node, 'right')].map((side) =>
			side === null ? null : literalOf(side),
		);
		return sides.includes(null) ? null : sides.join('');
	}
	if (node.type !== 'TemplateLiteral') return null;
	return nodesAt(node, 'quasis')
		.map((quasi) => (quasi['value'] as { cooked?: string } | undefined)?.cooked ?? '')
		.join('_');
}

function lastName(call: ScriptNode): string {
	const callee = nodeAt(call, 'callee');
	if (callee === null) return '';
	const chain = chainOf(callee);
	return chain === '' ? chainOf(nodeAt(callee, 'property')) : chain;
}

type Change = Partial<MigrationOperation> & Pick<MigrationOperation, 'kind'>;

const text = (node: ScriptNode | undefined): string =>
	node?.type === 'StringLiteral' ? bareName(textAt(node, 'value')) : '';
const flag = (options: ScriptNode | undefined, name: string): boolean =>
	propertyOf(options ?? null, name)?.['value'] === true;
const isIn = (options: ScriptNode | undefined, name: string): boolean =>
	propertyOf(options ?? null, name) !== null;

/** By method: what it changes. Knex's inside `table('t', (t) => …)` take their table from around them. */
const METHODS: Readonly<Record<string, (args: readonly ScriptNode[]) => Change | null>> = {
	dropTable: ([table]) => ({ kind: 'drop-table', table: text(table) }),
	dropTableIfExists: ([table]) => ({ kind: 'drop-table', table: text(table) }),
	createTable: ([table]) => ({
		kind: 'create-table',
		table: text(table) || text(propertyOfNew(table)),
	}),
	createTableIfNotExists: ([table]) => ({ kind: 'create-table', table: text(table) }),
	renameTable: ([table, to]) => ({ kind: 'rename-table', table: text(table), to: text(to) }),
	removeColumn: ([table, column]) => ({
		kind: 'drop-column',
		table: text(table),
		column: text(column),
	}),
	dropColumn: ([a, b]) =>
		b === undefined
			? { kind: 'drop-column', column: text(a) }
			: { kind: 'drop-column', table: text(a), column: text(b) },
	dropColumns: ([a, b]) => ({
		kind: 'drop-column',
		table: b === undefined ? '' : text(a),
		column: text(b ?? a),
	}),
	renameColumn: ([a, b, c]) =>
		c === undefined || c.type === 'ObjectExpression'
			? { kind: 'rename-column', column: text(a), to: text(b) }
			: { kind: 'rename-column', table: text(a), column: text(b), to: text(c) },
	addIndex: ([table, columns, options]) =>
		indexOf(table, flag(options, 'concurrently') || flag(columns, 'concurrently')),
	createIndex: ([table, columns, options]) =>
		indexOf(table, flag(options, 'concurrently') || flag(columns, 'concurrently')),
	addConstraint: ([table, second, third]) => constraintOf(table, third ?? second),
	createForeignKey: ([table]) => ({ kind: 'add-foreign-key', table: text(table) }),
	changeColumn: ([table, column, definition]) => redefined(text(table), text(column), definition),
	bulkDelete: ([table, where]) =>
		where === undefined || where.type === 'NullLiteral' || nodesAt(where, 'properties').length === 0
			? { kind: 'delete-all', table: text(table) }
			: null,
};

/** Sequelize's types as PostgreSQL has them; a size is left away. */
const TYPES: Readonly<Record<string, string>> = {
	bigint: 'bigint',
	biginteger: 'bigint',
	integer: 'int',
	smallint: 'smallint',
	string: 'varchar(255)',
	text: 'text',
	date: 'timestamptz',
	datetime: 'timestamptz',
	timestamp: 'timestamptz',
	boolean: 'boolean',
	uuid: 'uuid',
	json: 'json',
	jsonb: 'jsonb',
	float: 'real',
	double: 'double precision',
	decimal: 'numeric',
};

/** Sequelize repeats the whole column; one that may be null again is loosened. */
function redefined(
	table: string,
	column: string,
	definition: ScriptNode | undefined,
): Change | null {
	const allows = propertyOf(definition ?? null, 'allowNull')?.['value'];
	if (allows === false) return { kind: 'set-not-null', table, column };
	const written = propertyOf(definition ?? null, 'type');
	const name = /(?:^|\.)(\w+)$/.exec(chainOf(written))?.[1] ?? '';
	const type = TYPES[name.toLowerCase()];
	return allows === true || type === undefined
		? null
		: { kind: 'change-type', table, column, type };
}

const indexOf = (table: ScriptNode | undefined, concurrent: boolean): Change => ({
	kind: 'create-index',
	table: text(table),
	gentle: concurrent,
	concurrent,
});

function constraintOf(
	table: ScriptNode | undefined,
	options: ScriptNode | undefined,
): Change | null {
	const type = text(propertyOf(options ?? null, 'type') ?? undefined);
	if (type === 'foreign key' || isIn(options, 'foreignKeys'))
		return { kind: 'add-foreign-key', table: text(table) };
	if (type === 'check' || isIn(options, 'check')) return { kind: 'add-check', table: text(table) };
	return type === 'unique' || isIn(options, 'unique')
		? { kind: 'add-unique', table: text(table) }
		: null;
}

/** `new Table({ name: 'users' })`. */
function propertyOfNew(node: ScriptNode | undefined): ScriptNode | undefined {
	if (node?.type !== 'NewExpression') return undefined;
	const [options] = nodesAt(node, 'arguments');
	return propertyOf(options ?? null, 'name') ?? undefined;
}

/** Knex, on a table that is there: `t.index(…)`, `t.foreign(…)`. */
const ON_TABLE: Readonly<Record<string, MigrationOperation['kind']>> = {
	index: 'create-index',
	foreign: 'add-foreign-key',
	unique: 'add-unique',
	check: 'add-check',
	dropNullable: 'set-not-null',
};

function builtBy(call: ScriptNode, parents: readonly ScriptNode[]): readonly MigrationOperation[] {
	const method = /(?:^|\.)(\w+)$/.exec(lastName(call))?.[1] ?? '';
	const args = nodesAt(call, 'arguments');
	const around = tableAround(parents);
	const change =
		method === 'alter' && around !== null
			? alteredBy(call)
			: Object.hasOwn(METHODS, method)
				? METHODS[method]?.(args)
				: undefined;
	const kind = Object.hasOwn(ON_TABLE, method) && around !== null ? ON_TABLE[method] : undefined;
	const made = change ?? (kind === undefined ? null : { kind, column: text(args[0]) });
	if (made === null || made === undefined) return [];
	const table = made.table || (around?.name ?? '');
	const isNew = around?.isNew === true && made.kind !== 'create-table';
	const plain = { column: '', gentle: false, concurrent: false, line: lineOf(call) };
	return isNew ? [] : [{ ...plain, ...made, table }];
}

/** Knex: `t.bigInteger('points').notNullable().alter()`. */
function alteredBy(call: ScriptNode): Change | null {
	const methods: string[] = [];
	let column = '';
	let type = '';
	for (let at: ScriptNode | null = call; at?.type === 'CallExpression'; ) {
		const callee: ScriptNode | null = nodeAt(at, 'callee');
		const method = /(?:^|\.)(\w+)$/.exec(lastName(at))?.[1] ?? '';
		methods.push(method);
		type = TYPES[method.toLowerCase()] ?? '';
		column = text(nodesAt(at, 'arguments')[0]);
		at = callee === null ? null : nodeAt(callee, 'object');
	}
	if (methods.includes('notNullable')) return { kind: 'set-not-null', column };
	return type === '' || methods.includes('nullable') ? null : { kind: 'change-type', column, type };
}

/** The table whose builder a call stands in. */
function tableAround(parents: readonly ScriptNode[]): { name: string; isNew: boolean } | null {
	for (const parent of [...parents].reverse()) {
		if (parent.type !== 'CallExpression') continue;
		const method = /(?:^|\.)(\w+)$/.exec(lastName(parent))?.[1] ?? '';
		const name = text(nodesAt(parent, 'arguments')[0]);
		if (/^createTable/.test(method)) return { name, isNew: true };
		if (/^(?:table|alterTable)$/.test(method) && name !== '') return { name, isNew: false };
	}
	return null;
}
