import { bareName } from './migration-operation.ts';
import type { ReadMigration } from './migration-source.ts';
import { columnsIn, sqlOperations } from './sql-operations.ts';
import { type SqlStatement, sqlScript } from './sql-statement.ts';

const UP = /^[ \t]*--[ \t]*(?:migrate:up|\+goose up|\+migrate up|@up)\b.*$/im;
const DOWN =
	/^[ \t]*--[ \t]*(?:migrate:down|\+goose down|\+migrate down|@down|@undo|rollback\b|down migration)\b.*$/im;
const NO_TRANSACTION =
	/^[ \t]*--[ \t]*(?:migrate:up transaction:false|\+goose no transaction|\+migrate (?:up )?notransaction|no-transaction|disable-transaction|atlas:txmode none|executeintransaction=false)/im;

/** A SQL script, of which the step back may be a part. */
export function sqlMigration(source: string): ReadMigration {
	const up = UP.exec(source);
	const down = DOWN.exec(source);
	const isSplit = up !== null || down !== null;
	const forward = isSplit
		? blankOutside(source, up?.index ?? 0, down?.index ?? source.length)
		: source;
	const { statements, comments } = sqlScript(forward);
	return {
		operations: sqlOperations(statements),
		hasDown: down !== null && sqlScript(source.slice(down.index)).statements.length > 0,
		comments,
		noTransaction: NO_TRANSACTION.test(source),
		ownTransaction: statements.some(({ text }) => /^(?:begin|start transaction)\b/i.test(text)),
		statements: statements.filter(
			({ text }) => !/^(?:set|begin|commit|start transaction)\b/i.test(text),
		).length,
		columns: statements.flatMap(columnsOf),
	};
}

export function columnsOf({ text }: SqlStatement): ReadMigration['columns'] {
	const table = /table (?:if not exists )?([^\s(]+)/i.exec(text)?.[1] ?? '';
	return columnsIn(text).map(([column, type]) => ({ table: bareName(table), column, type }));
}

/** Keeps lines where they are. */
function blankOutside(source: string, from: number, to: number): string {
	const end = to > from ? to : source.length;
	return source.slice(0, from).replace(/[^\n]/g, ' ') + source.slice(from, end);
}
