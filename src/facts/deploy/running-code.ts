import type { FilesPort } from '../../core/io.ts';
import { snakeCase } from '../logs/secret-name.ts';
import type { MigrationOperation } from './migration-operation.ts';

const NO_CODE =
	/(?:^|\/)(?:migrations?|migrate|tests?|__tests__|spec|e2e|fixtures?|docs?|seeds?|node_modules|vendor|dist|build)\/|\.(?:md|mdx|txt|lock|sql|snap|csv|json|ya?ml|toml|svg|html|css|scss)$|[._-](?:test|spec|stories)\.\w+$|(?:^|\/)(?:schema|structure)\.(?:rb|sql)$/i;
const COMMENT = /^\s*(?:\/\/|#(?!\[)|\*|--|"""|'''|<!--)/;

type Line = Awaited<ReturnType<FilesPort['linesAt']>>[number];

/** The first place where a commit's code reads what an operation takes away; empty where none does. */
export async function readerOf(
	port: FilesPort,
	root: string,
	{ commits, operation }: { commits: readonly string[]; operation: MigrationOperation },
): Promise<string> {
	const { table, column, kind } = operation;
	const isColumn = kind.endsWith('column');
	const tables = tableNames(table);
	const columns = isColumn ? columnNames(column) : [];
	const wanted = [...new Set([...tables, ...columns, 'model'])];
	for (const commit of commits) {
		const lines = (await port.linesAt(root, commit, wanted)).filter(
			({ path }) => !NO_CODE.test(path),
		);
		const found = isColumn ? columnReader(lines, tables, columns) : tableReader(lines, tables);
		if (found !== undefined) return `${found.path}:${found.line}`;
	}
	return '';
}

/** `user_accounts` is `UserAccount`, `userAccounts`, … in code. */
function tableNames(table: string): readonly string[] {
	const snake = snakeCase(table);
	const single = snake
		.replace(/ies$/, 'y')
		.replace(/(ss|x|ch|sh)es$/, '$1')
		.replace(/(?<!s)s$/, '');
	return [...new Set([table, snake, single].flatMap((name) => [name, camel(name), pascal(name)]))];
}

const columnNames = (column: string): readonly string[] => [
	...new Set([column, camel(column), pascal(column)]),
];
const camel = (name: string): string =>
	name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
const pascal = (name: string): string =>
	camel(name).replace(/^\w/, (letter) => letter.toUpperCase());

const has = (text: string, names: readonly string[]): boolean =>
	names.some((name) => new RegExp(`(?<!\\w)${name.replace(/\W/g, '\\$&')}(?!\\w)`).test(text));

function tableReader(lines: readonly Line[], tables: readonly string[]): Line | undefined {
	const [exact = ''] = tables;
	// A word such as `orders` is common; a table is named in SQL, in a model or on a client.
	return lines.find(
		({ text }) =>
			!COMMENT.test(text) &&
			has(text, tables) &&
			(new RegExp(
				`(?:from|join|into|update|table|model|class|entity|Table|define)\\b[^\\n]{0,30}\\b${exact.replace(/\W/g, '\\$&')}\\b`,
				'i',
			).test(text) ||
				/\b(?:prisma|db|knex|supabase|client|tx)\b[.(]/.test(text)),
	);
}

function columnReader(
	lines: readonly Line[],
	tables: readonly string[],
	columns: readonly string[],
): Line | undefined {
	if (lines.some(({ text }) => /ignored_columns/.test(text) && has(text, columns)))
		return undefined;
	const byPath = new Map<string, Line[]>();
	for (const line of lines) byPath.set(line.path, [...(byPath.get(line.path) ?? []), line]);
	for (const [path, own] of byPath) {
		const inModel = path.endsWith('.prisma') ? fieldIn(own, tables, columns) : undefined;
		if (inModel !== undefined) return inModel;
		if (path.endsWith('.prisma')) continue;
		const column = own.find(({ text }) => !COMMENT.test(text) && has(text, columns));
		const isAbout =
			has(path.replace(/[^\w]/g, ' '), tables) ||
			own.some(({ text }) => !COMMENT.test(text) && has(text, tables));
		if (column !== undefined && isAbout) return column;
	}
	return undefined;
}

/** A Prisma client selects every field of its model that is not ignored. */
function fieldIn(
	lines: readonly Line[],
	tables: readonly string[],
	columns: readonly string[],
): Line | undefined {
	let model = '';
	let field: Line | undefined;
	for (const line of [...lines].sort((a, b) => a.line - b.line)) {
		const [, opened] = /^\s*model\s+(\w+)/.exec(line.text) ?? [];
		if (opened !== undefined) [model, field] = [opened, undefined];
		else if (has(line.text, columns) && !COMMENT.test(line.text) && !/@ignore\b/.test(line.text))
			field ??= line;
		if (/@@map\(/.test(line.text) && has(line.text, tables)) model = tables[0] ?? '';
		if (field !== undefined && tables.includes(model)) return field;
	}
	return undefined;
}
