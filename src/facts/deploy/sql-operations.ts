import { bareName, type MigrationOperation } from './migration-operation.ts';
import type { SqlStatement } from './sql-statement.ts';

const NAME = '(?:"[^"]+"|`[^`]+`|\\[[^\\]]+\\]|[\\w$]+)';
const QUALIFIED = `${NAME}(?:\\.${NAME}){0,2}`;
const pattern = (source: string): RegExp =>
	new RegExp(source.replaceAll('%q', QUALIFIED).replaceAll('%n', NAME), 'i');

const CREATE_TABLE = pattern(
	'^create (?:(?:global|local|temp(?:orary)?|unlogged) )*table (?:if not exists )?(%q)',
);
const DROP_TABLE = pattern('^drop table (?:if exists )?((?:%q)(?:, ?%q)*)');
const DROP_SCHEMA = pattern('^drop (?:schema|database) (?:if exists )?(%q).*\\bcascade$');
const TRUNCATE = pattern('^truncate (?:table )?(?:only )?(%q)');
const DELETE = pattern('^delete from (?:only )?(%q)');
const ALL_ROWS = /^delete from (?:only )?\S+ where (?:true|\(?1 ?= ?1\)?)$/i;
const CREATE_INDEX = pattern(
	'^create (?:unique )?index (concurrently )?(?:if not exists )?(%n )?on (only )?(%q)',
);
const DROP_INDEX = pattern(
	'^(?:drop index|reindex (?:\\([^)]*\\) )?(?:index|table)) (concurrently )?(?:if exists )?(%q)',
);
const ALTER_TABLE = pattern('^alter table (?:if exists )?(?:only )?(%q) (.*)$');
const RENAME_TABLE_MYSQL = pattern('^rename table (%q) to (%q)');

const VOLATILE =
	/\b(?:gen_random_uuid|uuid_generate_v\d\w*|uuidv[47]|random|clock_timestamp|timeofday|nextval|gen_random_bytes|txid_current|statement_timestamp)\s?\(/i;

/** What SQL statements change, in order. Anything else is `other`. */
export function sqlOperations(statements: readonly SqlStatement[]): readonly MigrationOperation[] {
	return statements.flatMap(({ text, line }) => operationsOf(text, line));
}

type Change = Partial<MigrationOperation> & Pick<MigrationOperation, 'kind'>;

function operationsOf(text: string, line: number): readonly MigrationOperation[] {
	const made = (change: Change): MigrationOperation => ({
		table: '',
		column: '',
		gentle: false,
		concurrent: false,
		line,
		...change,
	});
	const altered = ALTER_TABLE.exec(text);
	if (altered !== null) {
		const table = bareName(altered[1] ?? '');
		return partsOf(altered[2] ?? '').map((part) => made({ table, ...changeOf(part) }));
	}
	return wholeStatement(text).map(made);
}

function wholeStatement(text: string): readonly Change[] {
	const created = CREATE_TABLE.exec(text);
	if (created !== null) return [{ kind: 'create-table', table: bareName(created[1] ?? '') }];
	const dropped = DROP_TABLE.exec(text);
	if (dropped !== null) {
		return (dropped[1] ?? '')
			.split(',')
			.map((name) => ({ kind: 'drop-table', table: bareName(name) }));
	}
	const index = CREATE_INDEX.exec(text);
	if (index !== null) {
		const concurrent = index[1] !== undefined;
		// On a partitioned table alone: what its partitions hold is not read.
		const [, , name = '', only, table = ''] = index;
		return [
			{
				kind: 'create-index',
				table: bareName(table),
				column: bareName(name),
				gentle: concurrent || only !== undefined,
				concurrent,
			},
		];
	}
	const schema = DROP_SCHEMA.exec(text);
	if (schema !== null) return [{ kind: 'drop-schema', table: bareName(schema[1] ?? '') }];
	const old = DROP_INDEX.exec(text);
	if (old !== null) {
		return [
			{
				kind: 'drop-index',
				column: bareName(old[2] ?? ''),
				gentle: true,
				concurrent: old[1] !== undefined,
			},
		];
	}
	return rowsOf(text);
}

function rowsOf(text: string): readonly Change[] {
	const emptied = TRUNCATE.exec(text);
	if (emptied !== null) return [{ kind: 'delete-all', table: bareName(emptied[1] ?? '') }];
	const deleted = DELETE.exec(text);
	const isAll = !/ (?:where|using) /i.test(text) || ALL_ROWS.test(text);
	if (deleted !== null && isAll) {
		return [{ kind: 'delete-all', table: bareName(deleted[1] ?? '') }];
	}
	const renamed = RENAME_TABLE_MYSQL.exec(text);
	if (renamed !== null) {
		return [
			{ kind: 'rename-table', table: bareName(renamed[1] ?? ''), to: bareName(renamed[2] ?? '') },
		];
	}
	return [{ kind: 'other' }];
}

/** The comma-separated actions of one `ALTER TABLE`. */
function partsOf(actions: string): readonly string[] {
	const parts: string[] = [];
	let depth = 0;
	let from = 0;
	for (let at = 0; at < actions.length; at++) {
		const sign = actions.charAt(at);
		if (sign === '(') depth++;
		else if (sign === ')') depth--;
		else if (sign === ',' && depth === 0) {
			parts.push(actions.slice(from, at).trim());
			from = at + 1;
		}
	}
	return [...parts, actions.slice(from).trim()];
}

const RENAME_COLUMN = pattern('^rename (?:column )?(?!to |constraint |index )(%n) to (%n)');
const RENAME_TABLE = pattern('^rename to (%q)');
const DROP_COLUMN = pattern(
	'^drop (?:column )?(?:if exists )?(?!constraint |index |primary |foreign |key |default |check |partition )(%n)',
);
const ALTER_TYPE = pattern('^alter (?:column )?(%n) (?:set data )?type (.+)$');
const MODIFY = pattern('^(?:modify|change) (?:column )?(%n) (.+)$');
const NOT_NULL = pattern('^alter (?:column )?(%n) set not null');
const ADD_COLUMN = pattern(
	'^add (?:column )?(?:if not exists )?(?!constraint |foreign |check |unique |primary |index |key |exclude )(%n) (.+)$',
);
const ADD_CONSTRAINT = pattern(
	'^add (?:constraint (%n) )?(foreign key|check|unique|primary key|exclude)(.*)$',
);
const VALIDATE = pattern('^validate constraint (%n)');

/** By the first pattern that an action meets; the order tells a rename of a table from one of a column. */
const ACTIONS: readonly (readonly [RegExp, (found: RegExpExecArray) => Change])[] = [
	[RENAME_TABLE, ([, to = '']) => ({ kind: 'rename-table', to: bareName(to) })],
	[
		RENAME_COLUMN,
		([, from = '', to = '']) => ({
			kind: 'rename-column',
			column: bareName(from),
			to: bareName(to),
		}),
	],
	[DROP_COLUMN, ([, name = '']) => ({ kind: 'drop-column', column: bareName(name) })],
	[
		ALTER_TYPE,
		([, name = '', type = '']) => ({
			kind: 'change-type',
			column: bareName(name),
			type: typeIn(type),
		}),
	],
	[
		MODIFY,
		([, name = '', type = '']) => ({
			kind: 'change-type',
			column: bareName(name),
			type: typeIn(type),
		}),
	],
	[NOT_NULL, ([, name = '']) => ({ kind: 'set-not-null', column: bareName(name) })],
	[ADD_CONSTRAINT, ([, name = '', what = '', rest = '']) => constraint(bareName(name), what, rest)],
	[VALIDATE, ([, name = '']) => ({ kind: 'validate', column: bareName(name), gentle: true })],
	[ADD_COLUMN, ([, name = '', rest = '']) => column(bareName(name), rest)],
];

function changeOf(action: string): Change {
	for (const [pattern, change] of ACTIONS) {
		const found = pattern.exec(action);
		if (found !== null) return change(found);
	}
	return { kind: 'other' };
}

function constraint(name: string, what: string, rest: string): Change {
	const word = what.toLowerCase();
	const isUnique = /^(?:unique|primary key|exclude)$/.test(word);
	const gentle = isUnique ? /^ ?using index/i.test(rest) : /not valid/i.test(rest);
	const kind =
		word === 'foreign key' ? 'add-foreign-key' : word === 'check' ? 'add-check' : 'add-unique';
	return { kind, column: name, gentle };
}

/** A constant default is stored once; one that differs by row rewrites the table (PostgreSQL 11 on). */
function column(name: string, rest: string): Change {
	const defaultValue = /\bdefault (.+)$/i.exec(rest)?.[1] ?? '';
	const isRewritten =
		VOLATILE.test(defaultValue) ||
		/^(?:big|small)?serial\b/i.test(rest) ||
		/\bgenerated (?:always|by default) as identity/i.test(rest) ||
		/\bgenerated always as \(.*\) stored/i.test(rest);
	const added = { column: name, type: typeIn(rest) };
	if (isRewritten) return { kind: 'add-column', ...added };
	if (/\b(?:unique|primary key)\b/i.test(rest)) return { kind: 'add-unique', ...added };
	// Rows that hold NULL in a new column need no look into the other table.
	if (/\breferences\b/i.test(rest) && defaultValue !== '' && !/^null\b/i.test(defaultValue)) {
		return { kind: 'add-foreign-key', ...added };
	}
	return /\bcheck ?\(/i.test(rest)
		? { kind: 'add-check', ...added }
		: { kind: 'add-column', ...added, gentle: true };
}

/** `character varying(20)` is `varchar(20)`. */
function typeIn(written: string): string {
	const [type = ''] =
		/^(?:double precision|character varying|timestamp with(?:out)? time zone|"?\w+"?)(?: ?\([^)]*\))?(?:\[\])?/i.exec(
			written.trim(),
		) ?? [];
	return type
		.toLowerCase()
		.replaceAll('"', '')
		.replace('character varying', 'varchar')
		.replace('timestamp with time zone', 'timestamptz')
		.replace('timestamp without time zone', 'timestamp')
		.replace(/ \(/, '(')
		.replace(/^(?:integer|int4)$/, 'int')
		.replace(/^int8$/, 'bigint')
		.replace(/^int2$/, 'smallint')
		.replace(/^decimal/, 'numeric');
}

/** Columns with their types, of a `CREATE TABLE`. */
export function columnsIn(text: string): readonly (readonly [column: string, type: string])[] {
	if (!CREATE_TABLE.test(text)) return [];
	const open = text.indexOf('(');
	const inside = open === -1 ? '' : text.slice(open + 1, text.lastIndexOf(')'));
	return partsOf(inside).flatMap((part) => {
		const found = /^("[^"]+"|`[^`]+`|[\w$]+) (.+)$/.exec(part);
		const [, name = '', rest = ''] = found ?? [];
		const isColumn =
			found !== null &&
			!/^(?:constraint|primary|foreign|unique|check|exclude|key|index|like)$/i.test(name);
		return isColumn ? [[bareName(name), typeIn(rest)] as const] : [];
	});
}

const RANK: Readonly<Record<string, number>> = {
	smallint: 2,
	int: 4,
	bigint: 8,
	real: 9,
	'double precision': 10,
	numeric: 11,
};

const base = (type: string): string => type.replace(/\(.*/, '');
const size = (type: string): number =>
	Number(/\((\d+)/.exec(type)?.[1] ?? Number.POSITIVE_INFINITY);

/** Whether values of the old type may not fit into the new one. `false` where the old one is not known. */
export function isNarrower(from: string, to: string): boolean {
	if (from === '' || from === to) return false;
	const [a, b] = [base(from), base(to)];
	const isText = (type: string) => /^(?:text|varchar|char|citext)$/.test(type);
	if (isText(a) && isText(b)) return size(to) < size(from);
	if (isText(a)) return true;
	if (a in RANK && b in RANK)
		return (RANK[b] ?? 0) < (RANK[a] ?? 0) || (a === b && size(to) < size(from));
	return /^timestamp/.test(a) && /^(?:date|time)$/.test(b);
}

/** Whether PostgreSQL writes every row anew for it; `null` where the old type is not known and decides. */
export function isRewrite(from: string, to: string): boolean | null {
	const [a, b] = [base(from), base(to)];
	const isText = (type: string) => /^(?:text|varchar|citext)$/.test(type);
	if (isText(b)) {
		if (from === '') return null;
		return !(isText(a) && size(to) >= size(from));
	}
	if (from === to) return false;
	return !(a === b && a === 'numeric' && size(to) >= size(from));
}
