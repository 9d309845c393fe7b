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
import { bareName } from './migration-operation.ts';
import { NOTHING, type ReadMigration } from './migration-source.ts';

const CALL =
	/\b(CreateModel|DeleteModel|RenameModel|AddField|RemoveField|RenameField|AddIndex(?:Concurrently)?|AddConstraint(?:NotValid)?|ValidateConstraint)\(/g;
const TEXTS =
	/RunSQL\(\s*(?:sql=)?(?:r?"""([\s\S]*?)"""|r?'''([\s\S]*?)'''|"([^"\n]*)"|'([^'\n]*)')/g;

/** Django takes back what it made; of SQL and Python only where it is told how. */
export function djangoMigration(source: string): ReadMigration {
	const code = withoutState(withoutComments(source, 'hash'));
	const isRaw = /\bRun(?:SQL|Python)\(/.test(code);
	const operations = [
		...callsIn(code, CALL).flatMap((call) => {
			const change = changeBy(call);
			return change === null ? [] : [operation(change, call.line)];
		}),
		...executedIn(source, TEXTS),
	];
	return {
		...NOTHING,
		operations: operations.sort((one, two) => one.line - two.line),
		hasDown: !isRaw || /reverse_sql|reverse_code|RunPython\([^(),]+,\s*[^(),]+\)/.test(code),
		comments: [...source.matchAll(/#[^\n]*|"""[\s\S]*?"""|'''[\s\S]*?'''/g)].map(([text]) => text),
		noTransaction: /^\s*atomic\s*=\s*False/m.test(code),
		statements: 2,
	};
}

/** What only Django's own picture of the tables learns is no change of theirs. */
const withoutState = (code: string): string =>
	code.replace(/\bstate_operations\s*=\s*\[[\s\S]{0,8000}?\n[ \t]*\]/g, (text) =>
		text.replace(/[^\n]/g, ' '),
	);

/** An index comes with these unless they are told not to. */
const INDEXED =
	/\b(?:db_index\s*=\s*True|unique\s*=\s*True|OneToOneField\(|ForeignKey\(|SlugField\()/;

function changeBy({ name, args }: WrittenCall): Change | null {
	const given = (key: string, at: number): string => quoted(keyword(args, key) || args[at]);
	const table = bareName(given('model_name', 0));
	switch (name) {
		case 'CreateModel':
			return { kind: 'create-table', table: bareName(given('name', 0)) };
		case 'DeleteModel':
			return { kind: 'drop-table', table: bareName(given('name', 0)) };
		case 'RenameModel':
			return {
				kind: 'rename-table',
				table: bareName(given('old_name', 0)),
				to: bareName(given('new_name', 1)),
			};
		case 'RemoveField':
			return { kind: 'drop-column', table, column: given('name', 1) };
		case 'RenameField':
			return {
				kind: 'rename-column',
				table,
				column: given('old_name', 1),
				to: given('new_name', 2),
			};
		case 'AddField': {
			const field = keyword(args, 'field') || (args[2] ?? '');
			const isIndexed = INDEXED.test(field) && !/\bdb_index\s*=\s*False/.test(field);
			return isIndexed ? { ...indexOn(table, false), column: given('name', 1) } : null;
		}
		case 'AddIndex':
		case 'AddIndexConcurrently':
			return indexOn(table, name !== 'AddIndex');
		case 'ValidateConstraint':
			return { kind: 'validate', table, gentle: true };
		default:
			return {
				kind: /Unique|Exclusion/.test(args.join(' ')) ? 'add-unique' : 'add-check',
				table,
				gentle: name === 'AddConstraintNotValid',
			};
	}
}
