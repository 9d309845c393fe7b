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

const NAME = ':?["\']?(\\w+)["\']?';
const elixir = (source: string): RegExp =>
	new RegExp(`^[ \\t]*${source.replaceAll('%n', NAME)}`, 'gm');

const IDIOMS: readonly Idiom[] = [
	[
		elixir('create(?:_if_not_exists)?\\(? ?table\\(%n'),
		([, table = '']) => ({ kind: 'create-table', table }),
	],
	[
		elixir(
			'create(?:_if_not_exists)?\\(?\\s*(?:unique_)?index\\(\\s*%n([\\s\\S]{0,400}?\\))[ \\t]*\\)?$',
		),
		([, table = '', rest = '']) => indexOn(table, /concurrently: ?true/.test(rest)),
	],
	[
		elixir('create(?:_if_not_exists)?\\(?\\s*constraint\\(\\s*%n([\\s\\S]{0,400}?\\))[ \\t]*\\)?$'),
		([, table = '', rest = '']) => ({
			kind: /\bexclude:/.test(rest) ? 'add-unique' : 'add-check',
			table,
			gentle: /validate: ?false/.test(rest),
		}),
	],
	[
		elixir('drop(?:_if_exists)?\\(? ?table\\(%n'),
		([, table = '']) => ({ kind: 'drop-table', table }),
	],
	[
		elixir('rename\\(? ?table\\(%n[^)\\n]*\\), *to: *table\\(%n'),
		([, table = '', to = '']) => ({ kind: 'rename-table', table, to }),
	],
	[
		elixir('rename\\(? ?table\\(%n[^)\\n]*\\), *:(\\w+), *to: *:(\\w+)'),
		([, table = '', column = '', to = '']) => ({ kind: 'rename-column', table, column, to }),
	],
];

const ALTER = elixir('alter\\(? ?table\\(%n[^\\n]*\\)? do\\b([\\s\\S]{0,8000}?)^[ \\t]*end\\b');
const ACTION = /^[ \t]*(remove(?:_if_exists)?|modify|add)\(? ?:(\w+)([^\n]*)/gm;

/** `alter table(:users) do … end`. */
function inAlters(code: string): readonly MigrationOperation[] {
	return [...code.matchAll(ALTER)].flatMap((block) => {
		const [whole, table = '', body = ''] = block;
		const from = block.index + whole.lastIndexOf(body);
		return [...body.matchAll(ACTION)].flatMap((one) => {
			const [, action = '', column = '', rest = ''] = one;
			const at = lineAt(code, from + one.index);
			return changesBy(action, { table, column, rest }).map((change) => operation(change, at));
		});
	});
}

const VOLATILE = /default: ?fragment\(["'][^"'\n]*(?:gen_random_uuid|uuid_generate|random|nextval)/;

function changesBy(
	action: string,
	{ table, column, rest }: { table: string; column: string; rest: string },
): readonly Change[] {
	if (action.startsWith('remove')) return [{ kind: 'drop-column', table, column }];
	if (action === 'add') {
		return VOLATILE.test(rest) ? [{ kind: 'add-column', table, column }] : [];
	}
	if (/\breferences\(/.test(rest)) {
		return [{ kind: 'add-foreign-key', table, gentle: /validate: ?false/.test(rest) }];
	}
	const type = typeOf(/^, *:(\w+)/.exec(rest)?.[1] ?? '');
	const from = typeOf(/\bfrom: ?\{? ?:(\w+)/.exec(rest)?.[1] ?? '');
	return [
		...(/\bnull: ?false/.test(rest.replace(/\bfrom: ?\{[^}]*\}/, ''))
			? [{ kind: 'set-not-null', table, column } as const]
			: []),
		...(type === '' || type === from
			? []
			: [{ kind: 'change-type', table, column, type, from } as const]),
	];
}

const TYPES: Readonly<Record<string, string>> = {
	string: 'varchar(255)',
	integer: 'int',
	id: 'bigint',
	binary_id: 'uuid',
	utc_datetime: 'timestamp',
	naive_datetime: 'timestamp',
	float: 'double precision',
	decimal: 'numeric',
	map: 'jsonb',
};
const typeOf = (name: string): string => TYPES[name] ?? name;

/** What Ecto cannot take back by itself. */
const ONE_WAY =
	/^[ \t]*(?:remove(?:_if_exists)?\(? ?:\w+\)?[ \t]*$|drop(?:_if_exists)?\(? ?table\(|modify\b(?![^\n]*\bfrom:)|execute\(?\s*(?:"[^"\n]*"|~\w[^\n]*)\)?[ \t]*$)/m;
const TEXTS = /^[ \t]*execute\(?\s*(?:~[sS])?(?:"""([\s\S]*?)"""|"([^"\n]*)")/gm;

export function ectoMigration(source: string): ReadMigration {
	// Comments alone: SQL stands in three quotes too.
	const code = source.replace(/^[ \t]*#[^\n]*/gm, (text) => ' '.repeat(text.length));
	const plain = withoutComments(source, 'hash');
	const at = plain.search(/^[ \t]*def down\b/m);
	const up = at === -1 ? code : code.slice(0, at);
	const down = at === -1 ? '' : plain.slice(at).split('\n').slice(1).join('\n');
	const isPair = at !== -1;
	const hasDown = isPair
		? /\w/.test(down.replace(/\b(?:end|raise\b[^\n]*|:ok)\b/g, ''))
		: !ONE_WAY.test(up) && !/\bdef up\b/.test(plain);
	return {
		...NOTHING,
		operations: [...changesIn(up, IDIOMS), ...inAlters(up), ...executedIn(up, TEXTS)].sort(
			(one, two) => one.line - two.line,
		),
		hasDown,
		comments: [...source.matchAll(/#[^\n]*|"""[\s\S]*?"""/g)].map(([text]) => text),
		noTransaction: /@disable_ddl_transaction\s+true/.test(code),
		statements: 2,
	};
}
