import { bareName, type MigrationOperation } from './migration-operation.ts';
import { NOTHING, type ReadMigration } from './migration-source.ts';
import { sqlOperations } from './sql-operations.ts';
import { sqlScript } from './sql-statement.ts';

type Change = Partial<MigrationOperation> & Pick<MigrationOperation, 'kind'>;
type Idiom = readonly [
	pattern: RegExp,
	change: (found: RegExpExecArray, all: string) => Change | null,
];

function found(source: string, idioms: readonly Idiom[]): readonly MigrationOperation[] {
	return idioms
		.flatMap(([pattern, change]) =>
			[...source.matchAll(pattern)].flatMap((match) => {
				const made = change(match as RegExpExecArray, source);
				const plain = { table: '', column: '', gentle: false, concurrent: false };
				return made === null ? [] : [{ ...plain, ...made, line: lineAt(source, match.index) }];
			}),
		)
		.sort((a, b) => a.line - b.line);
}

function lineAt(source: string, end: number): number {
	let line = 1;
	for (let at = source.indexOf('\n'); at !== -1 && at < end; at = source.indexOf('\n', at + 1))
		line++;
	return line;
}

/** Texts handed to the database. */
function executed(source: string, pattern: RegExp): readonly MigrationOperation[] {
	return [...source.matchAll(pattern)].flatMap((match) => {
		const text = match.slice(1).find((one) => one !== undefined) ?? '';
		const from = lineAt(source, match.index + match[0].indexOf(text)) - 1;
		return sqlOperations(sqlScript(text).statements).map((one) => ({
			...one,
			line: from + one.line,
		}));
	});
}

const comments = (source: string): readonly string[] =>
	[...source.matchAll(/#[^\n]*|"""[\s\S]*?"""|'''[\s\S]*?'''/g)].map(([text]) => text);

const NAME = '[:"\']([\\w.]+)["\']?';
const ruby = (source: string): RegExp =>
	new RegExp(`^[ \\t]*${source.replaceAll('%n', NAME)}`, 'gm');

const RAILS: readonly Idiom[] = [
	[ruby('create_table\\(? ?%n'), ([, table = '']) => ({ kind: 'create-table', table })],
	[ruby('drop_table\\(? ?%n([^\\n]*)'), ([, table = '']) => ({ kind: 'drop-table', table })],
	[
		ruby('rename_table\\(? ?%n, ?%n'),
		([, table = '', to = '']) => ({ kind: 'rename-table', table, to }),
	],
	[
		ruby('remove_columns?\\(? ?%n, ?%n'),
		([, table = '', column = '']) => ({ kind: 'drop-column', table, column }),
	],
	[
		ruby('rename_column\\(? ?%n, ?%n, ?%n'),
		([, table = '', column = '', to = '']) => ({ kind: 'rename-column', table, column, to }),
	],
	[
		ruby('add_index\\(? ?%n([^\\n]*)'),
		([, table = '', rest = '']) => index(table, /algorithm: ?:concurrently/.test(rest)),
	],
	[
		ruby('add_(?:foreign_key|reference|belongs_to)\\(? ?%n([^\\n]*)'),
		([whole, table = '', rest = '']) =>
			/add_foreign_key/.test(whole) || /foreign_key: ?(?:true|\{)/.test(rest)
				? { kind: 'add-foreign-key', table, gentle: /validate: ?false/.test(rest) }
				: null,
	],
	[
		ruby('add_check_constraint\\(? ?%n([^\\n]*)'),
		([, table = '', rest = '']) => ({
			kind: 'add-check',
			table,
			gentle: /validate: ?false/.test(rest),
		}),
	],
	[
		ruby('change_column_null\\(? ?%n, ?%n, ?false'),
		([, table = '', column = '']) => ({ kind: 'set-not-null', table, column }),
	],
	[
		ruby('change_column\\(? ?%n, ?%n, ?:(\\w+)'),
		([, table = '', column = '', type = '']) => ({
			kind: 'change-type',
			table,
			column,
			type: typeOf(type),
		}),
	],
	[/^[ \t]*\w+\.delete_all\b/gm, () => ({ kind: 'delete-all' })],
	[ruby('validate_(?:check_constraint|foreign_key)'), () => ({ kind: 'validate', gentle: true })],
];

const index = (table: string, concurrent: boolean): Change => ({
	kind: 'create-index',
	table,
	gentle: concurrent,
	concurrent,
});

const TYPES: Readonly<Record<string, string>> = {
	string: 'varchar',
	integer: 'int',
	datetime: 'timestamp',
};
const typeOf = (type: string): string => TYPES[type] ?? type;

/** What Rails cannot take back by itself: a column without its type, a table without its columns, SQL. */
const ONE_WAY =
	/^[ \t]*(?:remove_columns?\(? ?[:"'][\w.]+["']?, ?[:"'][\w.]+["']?\)?[ \t]*(?:#[^\n]*)?$|drop_table\(? ?[:"'][\w.]+["']?(?![^\n]*\bdo\b)|change_column\(? ?|execute\b|\w+\.delete_all)/m;

export function railsMigration(source: string): ReadMigration {
	const down = /^[ \t]*def (?:self\.)?down\b([\s\S]*?)^[ \t]{0,2}end\b/m.exec(source)?.[1];
	const up = /^[ \t]*def (?:self\.)?up\b/m.test(source);
	const forward = source.replace(/^[ \t]*def (?:self\.)?down\b[\s\S]*?^[ \t]{0,2}end\b/m, (text) =>
		text.replace(/[^\n]/g, ' '),
	);
	const hasDown = up
		? down !== undefined &&
			/\S/.test(down.replace(/#[^\n]*/g, '')) &&
			!/IrreversibleMigration/.test(down)
		: !ONE_WAY.test(source) || /reversible do/.test(source);
	return {
		...NOTHING,
		operations: [
			...found(forward, RAILS),
			...executed(
				forward,
				/\bexecute\(?\s*(?:<<[~-]?['"]?SQL['"]?[^\n]*\n([\s\S]*?)^\s*SQL\b|"([^"]*)"|'([^']*)')/gm,
			),
		],
		hasDown,
		comments: comments(source),
		noTransaction: /disable_ddl_transaction!/.test(source),
		statements: 2,
	};
}

const python = (source: string): RegExp => new RegExp(source, 'g');
const ARGUMENT = (name: string) => `${name}=["'](\\w+)["']`;

const DJANGO: readonly Idiom[] = [
	[
		python(`CreateModel\\(\\s*${ARGUMENT('name')}`),
		([, table = '']) => ({ kind: 'create-table', table: bareName(table) }),
	],
	[
		python(`DeleteModel\\(\\s*(?:${ARGUMENT('name')}|["'](\\w+)["'])`),
		([, a, b = '']) => ({ kind: 'drop-table', table: bareName(a ?? b) }),
	],
	[
		python(`RemoveField\\(\\s*${ARGUMENT('model_name')},\\s*${ARGUMENT('name')}`),
		([, table = '', column = '']) => ({ kind: 'drop-column', table: bareName(table), column }),
	],
	[
		python(
			`RenameField\\(\\s*${ARGUMENT('model_name')},\\s*${ARGUMENT('old_name')},\\s*${ARGUMENT('new_name')}`,
		),
		([, table = '', column = '', to = '']) => ({
			kind: 'rename-column',
			table: bareName(table),
			column,
			to,
		}),
	],
	[
		python(`AddIndex(Concurrently)?\\(\\s*${ARGUMENT('model_name')}`),
		([, concurrently, table = '']) => index(bareName(table), concurrently !== undefined),
	],
	[
		python(`AddConstraint(NotValid)?\\(\\s*${ARGUMENT('model_name')}`),
		([, later, table = '']) => ({
			kind: 'add-check',
			table: bareName(table),
			gentle: later !== undefined,
		}),
	],
];

/** Django takes back what it made; of SQL and Python only where it is told how. */
export function djangoMigration(source: string): ReadMigration {
	const isRaw = /\bRun(?:SQL|Python)\(/.test(source);
	const texts =
		/RunSQL\(\s*(?:sql=)?(?:r?"""([\s\S]*?)"""|r?'''([\s\S]*?)'''|"([^"\n]*)"|'([^'\n]*)')/g;
	return {
		...NOTHING,
		operations: [...found(source, DJANGO), ...executed(source, texts)],
		hasDown: !isRaw || /reverse_sql|reverse_code|RunPython\([^(),]+,\s*[^(),]+\)/.test(source),
		comments: comments(source),
		noTransaction: /^\s*atomic\s*=\s*False/m.test(source),
		statements: 2,
	};
}

const ALEMBIC: readonly Idiom[] = [
	[/op\.create_table\(\s*["'](\w+)["']/g, ([, table = '']) => ({ kind: 'create-table', table })],
	[/op\.drop_table\(\s*["'](\w+)["']/g, ([, table = '']) => ({ kind: 'drop-table', table })],
	[
		/op\.drop_column\(\s*["'](\w+)["'],\s*["'](\w+)["']/g,
		([, table = '', column = '']) => ({ kind: 'drop-column', table, column }),
	],
	[
		/op\.create_index\(\s*[^,]+,\s*["'](\w+)["']([^\n]*)/g,
		([, table = '', rest = '']) => index(table, /postgresql_concurrently ?= ?True/.test(rest)),
	],
	[
		/op\.create_foreign_key\(\s*[^,]+,\s*["'](\w+)["']([^\n]*)/g,
		([, table = '', rest = '']) => ({
			kind: 'add-foreign-key',
			table,
			gentle: /postgresql_not_valid ?= ?True/.test(rest),
		}),
	],
	[
		/op\.create_check_constraint\(\s*[^,]+,\s*["'](\w+)["']([^\n]*)/g,
		([, table = '', rest = '']) => ({
			kind: 'add-check',
			table,
			gentle: /postgresql_not_valid ?= ?True/.test(rest),
		}),
	],
	[
		/op\.alter_column\(\s*["'](\w+)["'],\s*["'](\w+)["']([\s\S]{0,300}?)\n[ \t]*(?:\)|op\.)/g,
		([, table = '', column = '', rest = '']) => altered(table, column, rest),
	],
];

function altered(table: string, column: string, rest: string): Change | null {
	const to = /new_column_name ?= ?["'](\w+)["']/.exec(rest)?.[1];
	if (to !== undefined) return { kind: 'rename-column', table, column, to };
	return /[(,\s]nullable ?= ?False/.test(rest) ? { kind: 'set-not-null', table, column } : null;
}

export function alembicMigration(source: string): ReadMigration {
	const at = source.search(/^(?:async )?def downgrade\b/m);
	const up = at === -1 ? source : source.slice(0, at);
	const down = at === -1 ? '' : source.slice(at).split('\n').slice(1).join('\n');
	const body = down.replace(/#[^\n]*|"""[\s\S]*?"""/g, '').trim();
	const texts = /op\.execute\(\s*(?:sa\.text\()?(?:r?"""([\s\S]*?)"""|"([^"\n]*)"|'([^'\n]*)')/g;
	return {
		...NOTHING,
		operations: [...found(up, ALEMBIC), ...executed(up, texts)],
		hasDown: body !== '' && !/^(?:pass|raise\b[^\n]*|return)$/.test(body),
		comments: comments(source),
		noTransaction: /autocommit_block\(\)/.test(source),
		statements: 2,
	};
}
