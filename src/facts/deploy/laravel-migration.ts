import { withoutComments } from './code-text.ts';
import { type Change, executedIn, indexOn, operation } from './migration-idiom.ts';
import type { MigrationOperation } from './migration-operation.ts';
import { NOTHING, type ReadMigration } from './migration-source.ts';
import { lineAt } from './package-scripts.ts';

const TEXTS =
	/\bDB::(?:connection\([^)]*\)->)?(?:statement|unprepared|delete|raw)\(\s*(?:"([^"]*)"|'([^']*)'|<<<['"]?SQL['"]?\r?\n([\s\S]{0,20000}?)^\s*SQL\b)/gm;
const SCHEMA =
	/\bSchema::(?:connection\([^)]*\)->)?(create|table|drop|dropIfExists|rename|dropColumns)\(\s*["']([\w.]+)["']\s*(?:,\s*["'](\w+)["'])?/g;
const ROWS = /\bDB::table\(\s*["'](\w+)["']\s*\)->(?:delete|truncate)\(\)/g;

export function laravelMigration(source: string): ReadMigration {
	const code = withoutComments(source, 'c').replace(/^[ \t]*#(?!\[)[^\n]*/gm, (text) =>
		' '.repeat(text.length),
	);
	const up = bodyOf(code, 'up');
	const down = bodyOf(code, 'down').replace(/^\s*\{|\}\s*$/g, '');
	const { operations, columns } = inSchema(up);
	return {
		...NOTHING,
		operations: [
			...operations,
			...executedIn(up, TEXTS),
			...[...up.matchAll(ROWS)].map((match) =>
				operation({ kind: 'delete-all', table: match[1] ?? '' }, lineAt(up, match.index)),
			),
		].sort((one, two) => one.line - two.line),
		hasDown: /->|::/.test(down.replace(/\bthrow\b[^;]*;/g, '')),
		comments: [...source.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g)].map(([text]) => text),
		noTransaction: /\$withinTransaction\s*=\s*false/.test(code),
		statements: 2,
		columns,
	};
}

/** The body of a method; everything else is blank, so that lines stay. */
function bodyOf(code: string, name: string): string {
	const match = new RegExp(`\\bfunction\\s+${name}\\s*\\([^)]*\\)[^{]{0,60}\\{`).exec(code);
	if (match === null) return '';
	const open = match.index + match[0].length - 1;
	const end = closeOf(code, open);
	return code.slice(0, open).replace(/[^\n]/g, ' ') + code.slice(open, end + 1);
}

/** Of a body; longer ones are read so far. */
const MOST_CHARACTERS = 50_000;

/** The bracket that closes the one at `open`; strings are passed over. */
function closeOf(code: string, open: number): number {
	const brackets = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{}()[\]]/g;
	brackets.lastIndex = open;
	const last = Math.min(code.length, open + MOST_CHARACTERS);
	let depth = 0;
	for (let one = brackets.exec(code); one !== null && one.index < last; one = brackets.exec(code)) {
		if (/^[{([]$/.test(one[0])) depth++;
		else if (/^[})\]]$/.test(one[0]) && --depth === 0) return one.index;
	}
	return last;
}

function inSchema(up: string): Pick<ReadMigration, 'operations' | 'columns'> {
	const operations: MigrationOperation[] = [];
	const columns: { table: string; column: string; type: string }[] = [];
	for (const match of up.matchAll(SCHEMA)) {
		const [, method = '', table = '', to = ''] = match;
		const line = lineAt(up, match.index);
		const change = ofTable(method, table, to);
		if (change !== null) operations.push(operation(change, line));
		if (method !== 'create' && method !== 'table') continue;
		const open = up.indexOf('(', match.index + 'Schema::'.length);
		const end = closeOf(up, open);
		for (const statement of statementsIn(up, open, end)) {
			const at = lineAt(up, statement.index);
			for (const one of inBuilder(statement.text, table)) operations.push(operation(one, at));
			columns.push(...columnIn(statement.text, table));
		}
	}
	return { operations, columns };
}

function ofTable(method: string, table: string, to: string): Change | null {
	switch (method) {
		case 'create':
			return { kind: 'create-table', table };
		case 'drop':
		case 'dropIfExists':
			return { kind: 'drop-table', table };
		case 'rename':
			return { kind: 'rename-table', table, to };
		case 'dropColumns':
			return { kind: 'drop-column', table, column: to };
		default:
			return null;
	}
}

const STATEMENT = /\$\w+->[\s\S]*?(?=;|$)/g;

function statementsIn(up: string, open: number, end: number) {
	return [...up.slice(open, end).matchAll(STATEMENT)].map((match) => ({
		text: match[0],
		index: open + match.index,
	}));
}

const TYPES: Readonly<Record<string, string>> = {
	integer: 'int',
	unsignedInteger: 'int',
	bigInteger: 'bigint',
	unsignedBigInteger: 'bigint',
	foreignId: 'bigint',
	smallInteger: 'smallint',
	string: 'varchar(255)',
	char: 'char(255)',
	text: 'text',
	mediumText: 'text',
	longText: 'text',
	boolean: 'boolean',
	json: 'json',
	jsonb: 'jsonb',
	uuid: 'uuid',
	decimal: 'numeric',
	float: 'double precision',
	double: 'double precision',
	date: 'date',
	dateTime: 'timestamp',
	timestamp: 'timestamp',
	timestampTz: 'timestamptz',
};

/** `$table->string('name', 40)`: its name and type; none for what is no column. */
function columnIn(text: string, table: string): ReadMigration['columns'] {
	const [, method = '', column = '', size] =
		/^\$\w+->(\w+)\(\s*["'](\w+)["']\s*(?:,\s*(\d+))?/.exec(text) ?? [];
	const type = Object.hasOwn(TYPES, method) ? TYPES[method] : undefined;
	if (type === undefined) return [];
	return [{ table, column, type: size === undefined ? type : type.replace(/\d+/, size) }];
}

function inBuilder(text: string, table: string): readonly Change[] {
	const [, method = '', first = ''] = /^\$\w+->(\w+)\(\s*\[?\s*(?:["'](\w+)["'])?/.exec(text) ?? [];
	switch (method) {
		case 'index':
		case 'fullText':
		case 'spatialIndex':
			return [indexOn(table, false)];
		case 'unique':
		case 'primary':
			return [{ kind: 'add-unique', table, column: first }];
		case 'foreign':
			return [{ kind: 'add-foreign-key', table }];
		case 'dropColumn':
		case 'removeColumn':
			return [{ kind: 'drop-column', table, column: first }];
		case 'renameColumn':
			return [
				{
					kind: 'rename-column',
					table,
					column: first,
					to: /,\s*["'](\w+)["']/.exec(text)?.[1] ?? '',
				},
			];
		case 'rename':
			return [{ kind: 'rename-table', table, to: first }];
		default:
			return chained(text, { table, column: first });
	}
}

/** A column with what is chained to it. */
function chained(
	text: string,
	{ table, column }: { table: string; column: string },
): readonly Change[] {
	const found: Change[] = [];
	if (/->change\(\s*\)/.test(text)) {
		if (/->nullable\(\s*false\s*\)/.test(text)) {
			found.push({ kind: 'set-not-null', table, column });
		} else if (!/->nullable\(\s*\)/.test(text)) {
			const type = columnIn(text, table)[0]?.type;
			if (type !== undefined) found.push({ kind: 'change-type', table, column, type });
		}
		return found;
	}
	if (/->unique\(/.test(text)) found.push({ kind: 'add-unique', table, column });
	else if (/->index\(/.test(text)) found.push({ ...indexOn(table, false), column });
	if (/->constrained\(|->references\(/.test(text)) found.push({ kind: 'add-foreign-key', table });
	return found;
}
