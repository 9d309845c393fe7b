import { withoutComments } from './code-text.ts';
import {
	type Change,
	changesIn,
	executedIn,
	type Idiom,
	indexOn,
	operation,
} from './migration-idiom.ts';
import type { MigrationOperation } from './migration-operation.ts';
import { NOTHING, type ReadMigration } from './migration-source.ts';
import { lineAt } from './package-scripts.ts';

const NAME = '[:"\']([\\w.]+)["\']?';
const ruby = (source: string): RegExp =>
	new RegExp(`^[ \\t]*${source.replaceAll('%n', NAME)}`, 'gm');

const VOLATILE =
	/default: ?-> ?\{[^}\n]*\b(?:gen_random_uuid|uuid_generate_v\d\w*|uuidv[47]|random|clock_timestamp|nextval)\b/;
const isGentle = (rest: string): boolean => /validate: ?false/.test(rest);

/** An index comes with a reference unless it is told not to. */
function reference(table: string, rest: string): Change | null {
	if (/foreign_key: ?(?:true|\{)/.test(rest)) {
		return { kind: 'add-foreign-key', table, gentle: isGentle(rest) };
	}
	return /index: ?false/.test(rest) ? null : indexOn(table, /:concurrently/.test(rest));
}

const typed = (table: string, column: string, type: string): Change => ({
	kind: 'change-type',
	table,
	column,
	type: TYPES[type] ?? type,
});

const TYPES: Readonly<Record<string, string>> = {
	string: 'varchar',
	integer: 'int',
	datetime: 'timestamp',
	float: 'double precision',
	decimal: 'numeric',
};

const IDIOMS: readonly Idiom[] = [
	[ruby('create_(?:join_)?table\\(? ?%n'), ([, table = '']) => ({ kind: 'create-table', table })],
	[ruby('drop_table\\(? ?%n'), ([, table = '']) => ({ kind: 'drop-table', table })],
	[
		ruby('rename_table\\(? ?%n, *%n'),
		([, table = '', to = '']) => ({ kind: 'rename-table', table, to }),
	],
	[
		ruby('remove_columns?\\(? ?%n, *%n'),
		([, table = '', column = '']) => ({ kind: 'drop-column', table, column }),
	],
	[
		ruby('rename_column\\(? ?%n, *%n, *%n'),
		([, table = '', column = '', to = '']) => ({ kind: 'rename-column', table, column, to }),
	],
	[
		ruby('add_index\\(? ?%n([^\\n]*)'),
		([, table = '', rest = '']) => indexOn(table, /algorithm: ?:concurrently/.test(rest)),
	],
	[
		ruby('add_foreign_key\\(? ?%n([^\\n]*)'),
		([, table = '', rest = '']) => ({ kind: 'add-foreign-key', table, gentle: isGentle(rest) }),
	],
	[
		ruby('add_(?:reference|belongs_to)\\(? ?%n([^\\n]*)'),
		([, table = '', rest = '']) => reference(table, rest),
	],
	[
		ruby('add_check_constraint\\(? ?%n([^\\n]*)'),
		([, table = '', rest = '']) => ({ kind: 'add-check', table, gentle: isGentle(rest) }),
	],
	[
		ruby('add_(?:unique|exclusion)_constraint\\(? ?%n([^\\n]*)'),
		([, table = '', rest = '']) => ({
			kind: 'add-unique',
			table,
			gentle: /using_index:/.test(rest),
		}),
	],
	[
		ruby('add_column\\(? ?%n, *%n([^\\n]*)'),
		([, table = '', column = '', rest = '']) => ({
			kind: 'add-column',
			table,
			column,
			gentle: !VOLATILE.test(rest),
		}),
	],
	[
		ruby('change_column_null\\(? ?%n, *%n, *false'),
		([, table = '', column = '']) => ({ kind: 'set-not-null', table, column }),
	],
	[
		ruby('change_column\\(? ?%n, *%n, *:(\\w+)'),
		([, table = '', column = '', type = '']) => typed(table, column, type),
	],
	[/^[ \t]*[A-Z]\w*\.delete_all\b/gm, () => ({ kind: 'delete-all' })],
	[ruby('validate_(?:check_constraint|foreign_key)'), () => ({ kind: 'validate', gentle: true })],
];

const BLOCK = ruby(
	'change_table\\(? ?%n[^\\n]*\\bdo \\|(\\w+)\\|([\\s\\S]{0,8000}?)^[ \\t]*end\\b',
);

/** `change_table :users do |t| … end`. */
function inBlocks(code: string): readonly MigrationOperation[] {
	return [...code.matchAll(BLOCK)].flatMap((block) => {
		const [whole, table = '', name = '', body = ''] = block;
		const from = block.index + whole.indexOf(body);
		const call = new RegExp(`^[ \\t]*${name}\\.(\\w+)\\(? ?(?:${NAME}([^\\n]*))?`, 'gm');
		return [...body.matchAll(call)].flatMap((one) => {
			const [, method = '', column = '', rest = ''] = one;
			const change = changeBy(method, { table, column, rest });
			return change === null ? [] : [operation(change, lineAt(code, from + one.index))];
		});
	});
}

function changeBy(
	method: string,
	{ table, column, rest }: { table: string; column: string; rest: string },
): Change | null {
	switch (method) {
		case 'index':
			return indexOn(table, /:concurrently/.test(rest));
		case 'references':
		case 'belongs_to':
			return reference(table, rest);
		case 'foreign_key':
			return { kind: 'add-foreign-key', table, gentle: isGentle(rest) };
		case 'check_constraint':
			return { kind: 'add-check', table, gentle: isGentle(rest) };
		case 'remove':
			return { kind: 'drop-column', table, column };
		case 'rename':
			return {
				kind: 'rename-column',
				table,
				column,
				to: /^, *[:"'](\w+)/.exec(rest)?.[1] ?? '',
			};
		case 'change':
			return typed(table, column, /^, *:(\w+)/.exec(rest)?.[1] ?? '');
		case 'change_null':
			return /^, *false/.test(rest) ? { kind: 'set-not-null', table, column } : null;
		default:
			return null;
	}
}

/** What Rails cannot take back by itself: a column without its type, a table without its columns, SQL. */
const ONE_WAY =
	/^[ \t]*(?:remove_column\(? ?[:"'][\w.]+["']?, *[:"'][\w.]+["']?\)?[ \t]*$|remove_columns\b(?![^\n]*\btype:)|\w+\.remove\b(?![^\n]*\btype:)|drop_table\(? ?[:"'][\w.]+["']?(?![^\n]*\bdo\b)|change_column\(? ?|execute\b|[A-Z]\w*\.delete_all)/m;
const DOWN = /^[ \t]*def (?:self\.)?down\b([\s\S]*?)^[ \t]{0,2}end\b/m;
const EXECUTED =
	/\bexecute\(?\s*(?:<<[~-]?['"]?(?:SQL|POSTGRES)['"]?[^\n]*\n([\s\S]{0,20000}?)^\s*(?:SQL|POSTGRES)\b|"([^"]*)"|'([^']*)')/gm;

export function railsMigration(source: string): ReadMigration {
	// A call goes on behind a comma; blanks for line ends keep the places.
	const code = withoutComments(source, 'hash').replace(/,[ \t]*\r?\n\s*/g, (found) =>
		found.replace(/[\r\n]/g, ' '),
	);
	const lines = linesLike(source, code);
	const down = DOWN.exec(code)?.[1];
	const up = /^[ \t]*def (?:self\.)?up\b/m.test(code);
	const forward = code.replace(DOWN, (text) => text.replace(/[^\n]/g, ' '));
	const hasDown = up
		? down !== undefined && /\S/.test(down) && !/IrreversibleMigration/.test(down)
		: !ONE_WAY.test(code) || /reversible do/.test(code);
	const operations = [
		...changesIn(forward, IDIOMS),
		...inBlocks(forward),
		...executedIn(forward, EXECUTED),
	];
	return {
		...NOTHING,
		operations: operations
			.map((one) => ({ ...one, line: lines(one.line) }))
			.sort((one, two) => one.line - two.line),
		hasDown,
		comments: [...source.matchAll(/#[^\n]*/g)].map(([text]) => text),
		noTransaction: /disable_ddl_transaction!/.test(code),
		statements: 2,
	};
}

/** Line of the source by line of a text of the same length with fewer line ends. */
function linesLike(source: string, text: string): (line: number) => number {
	const starts = [0];
	for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
	return (line) => lineAt(source, starts[line - 1] ?? 0);
}
