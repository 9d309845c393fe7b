import { type MigrationFile, WRAPS } from './migration-file.ts';
import type { MigrationIssue } from './migration-issue.ts';
import type { MigrationOperation } from './migration-operation.ts';
import type { ReadMigration } from './migration-source.ts';
import { isNarrower, isRewrite } from './sql-operations.ts';

/** Somebody thought of the release that still runs. */
const NOTE =
	/expand[^\n]{0,6}contract|\bcontract (?:phase|step|migration|release)\b|no longer (?:read|used|written|referenced|needed)|not (?:read|used|referenced) any ?more|unused since|safe to drop|already (?:unused|removed from the code)|stopped (?:reading|writing|using)|launch-ready:allow/i;

type Issue = Omit<MigrationIssue, 'reader'>;

/** Type of a column before the migration, as earlier ones made it; empty where none did. */
export type TypeBefore = (table: string, column: string) => string;

/** What one migration does that a launch should not meet, without what the code says. */
export function issuesIn(
	file: MigrationFile,
	read: ReadMigration,
	{ isPostgres, typeBefore }: { isPostgres: boolean; typeBefore: TypeBefore },
): readonly Issue[] {
	const own = new Set(
		read.operations.flatMap(({ kind, table }) => (kind === 'create-table' ? [table] : [])),
	);
	const renamedTo = new Set(
		read.operations.flatMap(({ kind, to }) => (kind === 'rename-table' ? [to ?? ''] : [])),
	);
	const isValidated = read.operations.some(({ kind }) => kind === 'validate');
	const others = read.operations.filter(
		({ kind, table }) => !own.has(table) && !(kind === 'drop-table' && renamedTo.has(table)),
	);
	const hasWayBack =
		read.hasDown || file.down !== null || read.comments.some((one) => NOTE.test(one));
	return [
		...(hasWayBack ? [] : others.flatMap((one) => destructive(one, typeBefore))),
		...(isPostgres ? others.flatMap((one) => locking(one, { typeBefore, isValidated })) : []),
		...(isPostgres ? concurrent(file, read) : []),
	];
}

/** A drop or a rename of what code may read: table and column. */
export function removalsIn(read: ReadMigration): readonly MigrationOperation[] {
	const own = new Set(
		read.operations.flatMap(({ kind, table }) => (kind === 'create-table' ? [table] : [])),
	);
	const renamedTo = new Set(
		read.operations.flatMap(({ kind, to }) => (kind === 'rename-table' ? [to ?? ''] : [])),
	);
	return read.operations.filter(
		({ kind, table }) =>
			/^(?:drop|rename)-(?:table|column)$/.test(kind) &&
			table !== '' &&
			!own.has(table) &&
			!renamedTo.has(table),
	);
}

export const wordsFor = ({ kind, table, column, to }: MigrationOperation): string => {
	const of = table === '' ? '' : ` of ${table}`;
	switch (kind) {
		case 'drop-table':
			return `drops table ${table}`;
		case 'rename-table':
			return `renames table ${table} to ${to ?? ''}`;
		case 'drop-schema':
			return `drops schema ${table} with all that is in it`;
		case 'drop-column':
			return `drops column ${column}${of}`;
		case 'rename-column':
			return `renames column ${column}${of} to ${to ?? ''}`;
		default:
			return `changes ${table}`;
	}
};

const issue = (
	kind: Issue['kind'],
	what: string,
	{ line, table, column, kind: change }: MigrationOperation,
): Issue => ({
	kind,
	line,
	what,
	change,
	table,
	column,
});

function destructive(one: MigrationOperation, typeBefore: TypeBefore): readonly Issue[] {
	const { kind, table, column, type = '' } = one;
	if (kind === 'drop-table' || kind === 'drop-column' || kind === 'drop-schema')
		return [issue('no-way-back', wordsFor(one), one)];
	if (kind === 'delete-all')
		return [issue('no-way-back', `deletes every row of ${table || 'a table'}`, one)];
	const before = one.from || typeBefore(table, column);
	return kind === 'change-type' && isNarrower(before, type)
		? [issue('no-way-back', `narrows ${column} of ${table} from ${before} to ${type}`, one)]
		: [];
}

function locking(
	one: MigrationOperation,
	{ typeBefore, isValidated }: { typeBefore: TypeBefore; isValidated: boolean },
): readonly Issue[] {
	const { kind, table, column, gentle, type = '' } = one;
	if (gentle || table === '') return [];
	const locks = (what: string) => [issue('locks-table', what, one)];
	switch (kind) {
		case 'create-index':
			return locks(`builds an index on ${table} while writes wait`);
		case 'add-foreign-key':
			return locks(`adds a foreign key to ${table} and checks every row under its lock`);
		case 'add-check':
			return locks(`adds a check to ${table} and tests every row under its lock`);
		case 'add-unique':
			return locks(`adds a unique constraint to ${table}, whose index is built under its lock`);
		case 'set-not-null':
			return isValidated
				? []
				: locks(`sets ${column} of ${table} not null, which reads every row under its lock`);
		case 'change-type':
			return isRewrite(one.from || typeBefore(table, column), type) === true
				? locks(`changes the type of ${column} of ${table} to ${type}, which rewrites the table`)
				: [];
		case 'add-column':
			return locks(
				`adds ${column} to ${table} with a default that differs by row, which rewrites the table`,
			);
		default:
			return [];
	}
}

function concurrent({ tool }: MigrationFile, read: ReadMigration): readonly Issue[] {
	const first = read.operations.find((one) => one.concurrent);
	if (first === undefined) return [];
	const wraps = WRAPS[tool];
	const isInside =
		read.ownTransaction ||
		(!read.noTransaction && (wraps === 'always' || (wraps === 'many' && read.statements > 1)));
	if (!isInside) return [];
	const on = first.table === '' ? '' : ` on ${first.table}`;
	const why = read.ownTransaction
		? 'inside a transaction that the script opens'
		: wraps === 'many'
			? 'beside other statements, which makes the script one transaction'
			: 'inside the transaction that the tool opens around a migration';
	return [issue('concurrent-in-transaction', `builds an index CONCURRENTLY${on} ${why}`, first)];
}
