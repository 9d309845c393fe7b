import { withoutComments } from './code-text.ts';
import {
	type Change,
	callsIn,
	executedIn,
	indexOn,
	keyword,
	operation,
	quoted,
	type WrittenCall,
} from './migration-idiom.ts';
import type { MigrationOperation } from './migration-operation.ts';
import { NOTHING, type ReadMigration } from './migration-source.ts';

const CALL =
	/\b(?:op|\w*batch\w*)\.(create_table|drop_table|rename_table|add_column|drop_column|alter_column|create_index|create_unique_constraint|create_exclude_constraint|create_primary_key|create_foreign_key|create_check_constraint)\(/g;
const BATCH = /\bwith op\.batch_alter_table\(\s*["'](\w+)["'][^\n]*\bas (\w+)\s*:/g;
const TEXTS =
	/op\.execute\(\s*(?:sa\.text\(|text\()?\s*(?:r?"""([\s\S]*?)"""|"([^"\n]*)"|'([^'\n]*)')/g;

export function alembicMigration(source: string): ReadMigration {
	const code = withoutComments(source, 'hash');
	const at = code.search(/^(?:async )?def downgrade\b/m);
	const up = at === -1 ? code : code.slice(0, at);
	const down = at === -1 ? '' : code.slice(at).split('\n').slice(1).join('\n').trim();
	const batches = [...up.matchAll(BATCH)];
	const operations: MigrationOperation[] = callsIn(up, CALL).flatMap((call) =>
		changesBy(call, batchTable(up, batches, call)).map((change) => operation(change, call.line)),
	);
	return {
		...NOTHING,
		operations: [
			...operations,
			...executedIn(at === -1 ? source : source.slice(0, at), TEXTS),
		].sort((one, two) => one.line - two.line),
		hasDown: down !== '' && !/^(?:pass|\.\.\.|raise\b[^\n]*|return)$/.test(down),
		comments: [...source.matchAll(/#[^\n]*|"""[\s\S]*?"""/g)].map(([text]) => text),
		noTransaction: /autocommit_block\(\)/.test(code),
		statements: 2,
	};
}

/** In a batch the table is named before it; `null` for a call on `op` itself. */
function batchTable(
	code: string,
	batches: readonly RegExpMatchArray[],
	{ index }: WrittenCall,
): string | null {
	if (code.startsWith('op.', index)) return null;
	const before = batches.findLast((one) => (one.index ?? 0) < index);
	return before?.[1] ?? '';
}

function changesBy(call: WrittenCall, batch: string | null): readonly Change[] {
	const { name, args } = call;
	// Where an index or a constraint is made, its own name comes first.
	const isNamed = name.startsWith('create_') && name !== 'create_table';
	const table = batch ?? quoted(args[isNamed ? 1 : 0]);
	const column = quoted(args[batch === null ? 1 : 0]);
	const isLater = keyword(args, 'postgresql_not_valid') === 'True';
	switch (name) {
		case 'create_table':
			return [{ kind: 'create-table', table }];
		case 'drop_table':
			return [{ kind: 'drop-table', table }];
		case 'rename_table':
			return [{ kind: 'rename-table', table, to: quoted(args[1]) }];
		case 'drop_column':
			return [{ kind: 'drop-column', table, column }];
		case 'add_column':
			return added(table, args[batch === null ? 1 : 0] ?? '');
		case 'alter_column':
			return altered({ table, column, args });
		case 'create_index':
			return [indexOn(table, keyword(args, 'postgresql_concurrently') === 'True')];
		case 'create_foreign_key':
			return [{ kind: 'add-foreign-key', table, gentle: isLater }];
		case 'create_check_constraint':
			return [{ kind: 'add-check', table, gentle: isLater }];
		default:
			return [
				{ kind: 'add-unique', table, gentle: keyword(args, 'postgresql_using_index') !== '' },
			];
	}
}

const VOLATILE =
	/server_default\s*=[\s\S]{0,60}\b(?:gen_random_uuid|uuid_generate_v\d\w*|uuidv[47]|random|clock_timestamp|nextval)\b/;

function added(table: string, column: string): readonly Change[] {
	const name = /Column\(\s*["'](\w+)["']/.exec(column)?.[1] ?? '';
	if (/\bunique\s*=\s*True/.test(column)) return [{ kind: 'add-unique', table, column: name }];
	return VOLATILE.test(column) || /\bIdentity\(|\bComputed\(/.test(column)
		? [{ kind: 'add-column', table, column: name }]
		: [];
}

function altered({
	table,
	column,
	args,
}: {
	table: string;
	column: string;
	args: readonly string[];
}): readonly Change[] {
	const to = quoted(keyword(args, 'new_column_name'));
	const type = typeOf(keyword(args, 'type_'));
	const from = typeOf(keyword(args, 'existing_type'));
	return [
		...(to === '' ? [] : [{ kind: 'rename-column', table, column, to } as const]),
		...(type === '' ? [] : [{ kind: 'change-type', table, column, type, from } as const]),
		...(keyword(args, 'nullable') === 'False'
			? [{ kind: 'set-not-null', table, column } as const]
			: []),
	];
}

const TYPES: Readonly<Record<string, string>> = {
	Integer: 'int',
	BigInteger: 'bigint',
	SmallInteger: 'smallint',
	String: 'varchar',
	Unicode: 'varchar',
	VARCHAR: 'varchar',
	Text: 'text',
	TEXT: 'text',
	UnicodeText: 'text',
	DateTime: 'timestamp',
	Float: 'double precision',
	Numeric: 'numeric',
	NUMERIC: 'numeric',
};

/** `sa.String(length=20)` is `varchar(20)`. */
function typeOf(written: string): string {
	const [, name = '', inside = ''] = /^(?:\w+\.)*(\w+)(?:\(([\s\S]*)\))?$/.exec(written) ?? [];
	if (name === '') return '';
	if (name === 'DateTime' && /timezone\s*=\s*True/.test(inside)) return 'timestamptz';
	const [size] = /\d+/.exec(inside) ?? [];
	return `${TYPES[name] ?? name.toLowerCase()}${size === undefined ? '' : `(${size})`}`;
}
