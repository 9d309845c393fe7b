import { argumentsAt } from './code-text.ts';
import type { MigrationOperation } from './migration-operation.ts';
import { lineAt } from './package-scripts.ts';
import { sqlOperations } from './sql-operations.ts';
import { sqlScript } from './sql-statement.ts';

export type Change = Partial<MigrationOperation> & Pick<MigrationOperation, 'kind'>;

export function operation(change: Change, line: number): MigrationOperation {
	return { table: '', column: '', gentle: false, concurrent: false, ...change, line };
}

export const indexOn = (table: string, concurrent: boolean): Change => ({
	kind: 'create-index',
	table,
	gentle: concurrent,
	concurrent,
});

/** A way of writing a change; `null` where what was found is none. */
export type Idiom = readonly [pattern: RegExp, change: (found: RegExpExecArray) => Change | null];

/** In code without comments, in the order in which they stand. */
export function changesIn(code: string, idioms: readonly Idiom[]): readonly MigrationOperation[] {
	return idioms
		.flatMap(([pattern, change]) =>
			[...code.matchAll(pattern)].flatMap((match) => {
				const made = change(match as RegExpExecArray);
				return made === null ? [] : [operation(made, lineAt(code, startOf(match)))];
			}),
		)
		.sort((one, two) => one.line - two.line);
}

/** Of the word, not of the blanks before it. */
const startOf = (match: RegExpMatchArray): number =>
	(match.index ?? 0) + (/^\s*/.exec(match[0])?.[0].length ?? 0);

/** A call, with its arguments as written. */
export interface WrittenCall {
	readonly name: string;
	readonly args: readonly string[];
	readonly index: number;
	/** 1-based. */
	readonly line: number;
}

/** Calls by a pattern that ends at the opening bracket and whose first group is the name. */
export function callsIn(code: string, pattern: RegExp): readonly WrittenCall[] {
	return [...code.matchAll(pattern)].map((match) => {
		const open = match.index + match[0].length - 1;
		return {
			name: match[1] ?? '',
			args: argumentsAt(code, open) ?? [],
			index: match.index,
			line: lineAt(code, startOf(match)),
		};
	});
}

/** What a call passes by name in Python: `nullable=False`; empty where it does not. */
export function keyword(args: readonly string[], name: string): string {
	const written = args.find((arg) => new RegExp(`^${name}\\s*=(?!=)`).test(arg));
	return written === undefined ? '' : written.replace(/^[^=]*=\s*/, '').trim();
}

/** A quoted word without its quotes; empty for anything else. */
export const quoted = (written: string | undefined): string =>
	/^[rbuf]?["']([\w.]+)["']$/.exec(written?.trim() ?? '')?.[1] ?? '';

/** Statements in texts that are handed to the database; the first group that matched is the text. */
export function executedIn(code: string, pattern: RegExp): readonly MigrationOperation[] {
	return [...code.matchAll(pattern)].flatMap((match) => {
		const text = match.slice(1).find((one) => one !== undefined) ?? '';
		const from = lineAt(code, match.index + match[0].indexOf(text)) - 1;
		return sqlOperations(sqlScript(text).statements).map((one) => ({
			...one,
			line: from + one.line,
		}));
	});
}
