/** One change that a migration makes, whatever it is written in. */
export interface MigrationOperation {
	readonly kind:
		| 'create-table'
		| 'drop-table'
		| 'drop-schema'
		| 'rename-table'
		| 'drop-column'
		| 'rename-column'
		| 'add-column'
		| 'change-type'
		| 'set-not-null'
		| 'create-index'
		| 'add-foreign-key'
		| 'add-check'
		| 'add-unique'
		| 'delete-all'
		| 'validate'
		| 'drop-index'
		| 'other';
	/** Without schema and quotes; empty where it cannot be told. */
	readonly table: string;
	/** Also the name of an index or a constraint; empty for none. */
	readonly column: string;
	readonly line: number;
	/** The new type, lower case. */
	readonly type?: string;
	/** The old type, where the migration itself says it. */
	readonly from?: string;
	/** The new name. */
	readonly to?: string;
	/** Does not hold the table up: `CONCURRENTLY`, `NOT VALID`, `USING INDEX`, a constant default. */
	readonly gentle: boolean;
	/** Is written with `CONCURRENTLY`, which no transaction allows. */
	readonly concurrent: boolean;
}

/** Name as it is compared: the last part, without quotes. */
export function bareName(written: string): string {
	const last = /(?:^|\.)(["`[]?)([^."`\]]+)["`\]]?$/.exec(written.trim());
	const [, quote = '', name = ''] = last ?? [];
	return quote === '' ? name.toLowerCase() : name;
}
