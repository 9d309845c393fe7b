import type { MigrationOperation } from './migration-operation.ts';

/** A migration read, whatever it is written in. */
export interface ReadMigration {
	readonly operations: readonly MigrationOperation[];
	/** There is a step back that does something. */
	readonly hasDown: boolean;
	/** Comments, one a line. */
	readonly comments: readonly string[];
	/** Its author switched the transaction off. */
	readonly noTransaction: boolean;
	/** It opens one itself. */
	readonly ownTransaction: boolean;
	/** Statements, to tell one from many: a script of many is one transaction to PostgreSQL. */
	readonly statements: number;
	/** Columns with their types that it creates. */
	readonly columns: readonly { table: string; column: string; type: string }[];
}

export const NOTHING: ReadMigration = {
	operations: [],
	hasDown: false,
	comments: [],
	noTransaction: false,
	ownTransaction: false,
	statements: 0,
	columns: [],
};
