import { basename } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { FileListing, FilesPort, PathChanges, PathHistory } from '../../core/io.ts';
import { type ScriptParser, scriptParser } from '../logs/script-tree.ts';
import { deployCommands, type StepFile, stepFiles, textOf } from './deploy-step.ts';
import { alembicMigration, djangoMigration, railsMigration } from './dsl-migration.ts';
import { type MigrationFile, migrationFiles, namedTime } from './migration-file.ts';
import {
	type Migration,
	type MigrationIssue,
	type Migrations,
	MigrationsSchema,
} from './migration-issue.ts';
import { issuesIn, removalsIn, type TypeBefore, wordsFor } from './migration-judgement.ts';
import { mayRunInCode, maySync, pushesIn, runnerIn, syncsIn } from './migration-run.ts';
import type { ReadMigration } from './migration-source.ts';
import { readerOf } from './running-code.ts';
import { scriptMigration } from './script-migration.ts';
import { sqlMigration } from './sql-migration.ts';

/** The newest ones; who has more has had them applied. */
const MOST_MIGRATIONS = 1_000;
/** Columns whose readers are looked for: each is a look into a commit. */
const MOST_READERS = 20;

/** The migrations of a repository, what is risky about them, and who runs them. */
export const repositoryMigrations = defineProbe({
	name: 'deploy.migrations',
	params: z.object({ root: z.string() }),
	value: MigrationsSchema,
	observe: ({ root }, io) => readMigrations(root, io.files),
	describe: ({ root }, { count, tool, migrations, runBy }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${count} migrations${tool === '' ? '' : ` of ${tool}`}`,
		detail: [
			...(runBy === '' ? [] : [`run by ${runBy}`]),
			...migrations
				.slice(0, 20)
				.map(({ file, issues }) => `${file}: ${issues.map(({ what }) => what).join('; ')}`),
		].join('\n'),
	}),
	plan: () => null,
});

interface Read {
	readonly file: MigrationFile;
	readonly migration: ReadMigration;
	readonly isPostgres: boolean;
}

async function readMigrations(root: string, port: FilesPort): Promise<Migrations> {
	const { files, head } = await port.list(root);
	const unread: string[] = [];
	const deployable = files.filter(({ ignored }) => !ignored);
	const steps = await stepFiles(root, port, { files: deployable, unread });
	const read = await readAll(root, port, { files: deployable, unread });
	const code = await settingsIn(root, port, {
		files: deployable,
		unread,
		hasMigrations: read.length > 0,
	});
	const commands = deployCommands(steps);
	const about = await judgeAll(root, port, { read, inGit: head !== null && head !== '' });
	const docs = steps.filter(({ kind }) => kind === 'docs');
	return {
		count: read.length,
		tool: read[0]?.file.tool ?? '',
		...about,
		runBy: runnerIn(commands, docs) || code.runBy,
		pushes: [...pushesIn(commands), ...code.pushes],
		managed: isManaged(steps, read),
		unread,
	};
}

async function readAll(
	root: string,
	port: FilesPort,
	{ files, unread }: { files: FileListing['files']; unread: string[] },
): Promise<readonly Read[]> {
	const found = migrationFiles(files.map(({ path }) => path)).slice(-MOST_MIGRATIONS);
	if (found.length === 0) return [];
	const parse = await scriptParser();
	const isPostgres = await speaksPostgres(root, port, { files, unread });
	const read: Read[] = [];
	for (const file of found) {
		const source = await textOf(root, port, { path: file.path, unread });
		const one = source === null ? null : readOne(file, source, parse);
		if (one === null || source === null) continue;
		read.push({ ...one, isPostgres: isPostgres ?? looksPostgres(source) });
	}
	return read;
}

function readOne(
	file: MigrationFile,
	source: string,
	parse: ScriptParser,
): Pick<Read, 'file' | 'migration'> | null {
	switch (file.tool) {
		case 'rails':
			return { file, migration: railsMigration(source) };
		case 'django':
			return /\bMigration\b/.test(source) ? { file, migration: djangoMigration(source) } : null;
		case 'alembic':
			return { file, migration: alembicMigration(source) };
		case 'script': {
			const migration = scriptMigration(parse, source, file.path);
			return migration === null ? null : { file, migration };
		}
		default: {
			const tool = /^--\s*migrate:up/m.test(source)
				? 'dbmate'
				: /^--\s*\+goose up/im.test(source)
					? 'goose'
					: file.tool;
			return { file: { ...file, tool }, migration: sqlMigration(source) };
		}
	}
}

const MANIFEST =
	/(?:^|\/)(?:migration_lock\.toml|schema\.prisma|drizzle\.config\.[cm]?[jt]s|knexfile\.[cm]?[jt]s|database\.yml|ormconfig\.\w+|package\.json|go\.mod|Gemfile|requirements[\w.-]*\.txt|pyproject\.toml|sqlc\.ya?ml|(?:docker-)?compose[\w.-]*\.ya?ml|config\.toml)$/;
const POSTGRES =
	/provider\s*=\s*"(?:postgresql|postgres|cockroachdb)"|dialect["']?\s*:\s*["']postgres|adapter:\s*postgresql|["'](?:pg|postgres|pg-promise|@neondatabase\/serverless|@vercel\/postgres|pgx)["']\s*[:,]|jackc\/pgx|lib\/pq|\bpsycopg|asyncpg|gem ["']pg["']|image:\s*["']?(?:postgres|postgis|timescale)|engine:\s*["']?postgresql|client["']?\s*:\s*["'](?:pg|postgres)/;
const OTHERS =
	/provider\s*=\s*"(?:mysql|sqlite|sqlserver|mongodb)"|dialect["']?\s*:\s*["'](?:mysql|sqlite|turso|mssql)|adapter:\s*(?:mysql2?|sqlite3|trilogy)|["'](?:mysql2?|better-sqlite3|sqlite3|mssql|@libsql\/client|@planetscale\/database)["']\s*:|go-sql-driver\/mysql|go-sqlite3|mysqlclient|pymysql|gem ["'](?:mysql2|sqlite3|trilogy)["']|image:\s*["']?(?:mysql|mariadb)/i;

/** `null` where nothing says which database it is. */
async function speaksPostgres(
	root: string,
	port: FilesPort,
	{ files, unread }: { files: FileListing['files']; unread: string[] },
): Promise<boolean | null> {
	let others = false;
	for (const { path } of files.filter((file) => MANIFEST.test(file.path)).slice(0, 100)) {
		if (/(?:^|\/)supabase\/config\.toml$/.test(path)) return true;
		const text = (await textOf(root, port, { path, unread })) ?? '';
		if (POSTGRES.test(text)) return true;
		others ||= OTHERS.test(text);
	}
	return others ? false : null;
}

const looksPostgres = (source: string): boolean =>
	!/`\w+`|\bAUTO_INCREMENT\b|\bAUTOINCREMENT\b|\bENGINE\s?=|\bPRAGMA\b|\bNVARCHAR\b|\[dbo\]/i.test(
		source,
	);

/** Settings of ORMs in code that change the schema, or run migrations, at the start of the program. */
async function settingsIn(
	root: string,
	port: FilesPort,
	{
		files,
		unread,
		hasMigrations,
	}: { files: FileListing['files']; unread: string[]; hasMigrations: boolean },
): Promise<{ runBy: string; pushes: Migrations['pushes'] }> {
	const named =
		/(?:^|\/)(?:[\w.-]*(?:data-?source|database|db|orm|sequelize|typeorm|migrat|knex|connection|bootstrap|server|app|main|index|app\.module|entrypoint|lifecycle|init|setup|store)[\w.-]*\.(?:[cm]?[jt]s|go|py|rs|java|kt)|application[\w-]*\.(?:properties|ya?ml))$/i;
	const isTest =
		/(?:^|\/)(?:tests?|__tests__|spec|e2e|fixtures?|migrations?|scripts?|seeds?|examples?)\/|[._-](?:test|spec)\.|application-(?:dev|test|local)|(?:^|\/)src\/test\//i;
	let runBy = '';
	const pushes: Migrations['pushes'] = [];
	const parse = await scriptParser();
	const candidates = files.filter(
		({ path, bytes }) => named.test(path) && !isTest.test(path) && bytes < 200_000,
	);
	for (const { path } of candidates.slice(0, 600)) {
		const text = (await textOf(root, port, { path, unread })) ?? '';
		if (hasMigrations && runBy === '' && mayRunInCode(text)) runBy = path;
		if (maySync(text)) pushes.push(...syncsIn(path, text, parse));
	}
	return { runBy, pushes };
}

/** Flyway and Liquibase run with Spring Boot; Supabase's branches apply what is merged. */
function isManaged(steps: readonly StepFile[], read: readonly Read[]): boolean {
	const tool = read[0]?.file.tool;
	if (tool === 'flyway') return true;
	return (
		tool === 'supabase' && steps.some(({ path }) => /(?:^|\/)supabase\/config\.toml$/.test(path))
	);
}

interface Judged {
	readonly migrations: Migrations['migrations'];
	readonly lastTag: Migrations['lastTag'];
}

async function judgeAll(
	root: string,
	port: FilesPort,
	{ read, inGit }: { read: readonly Read[]; inGit: boolean },
): Promise<Judged> {
	const folders = [
		...new Set(read.map(({ file }) => file.path.slice(0, file.path.lastIndexOf('/')) || '.')),
	];
	const tops = folders.filter(
		(one) => !folders.some((other) => other !== one && one.startsWith(`${other}/`)),
	);
	const roots = [...new Set(tops.map((one) => one.replace(/\/\d{8,14}[^/]*$/, '')))];
	const history = inGit && read.length > 0 ? await port.pathHistory(root, roots) : null;
	const byPath = new Map(history?.files.map((one) => [one.path, one]));
	const released = new Set(history?.lastTag?.files);
	const types = new Map<string, string>();
	const typeBefore: TypeBefore = (table, column) => types.get(`${table}\0${column}`) ?? '';
	const broken = await brokenBy(root, port, {
		read: inGit ? read.filter(({ file }) => !released.has(file.path)) : [],
		byPath,
	});
	const migrations: Migration[] = [];
	for (const { file, migration, isPostgres } of read) {
		const past = byPath.get(file.path);
		const issues: readonly MigrationIssue[] = [
			...issuesIn(file, migration, { isPostgres, typeBefore }).map((one) => ({
				...one,
				reader: '',
			})),
			...(broken.get(file.path) ?? []),
		];
		for (const { table, column, type } of migration.columns) types.set(`${table}\0${column}`, type);
		learn(types, migration);
		const editedAt = past?.changed[0]?.at ?? null;
		if (issues.length === 0 && editedAt === null) continue;
		migrations.push({
			file: file.path,
			tool: file.tool,
			addedAt: addedAt(file, past, history),
			released: released.has(file.path),
			editedAt,
			issues: [...issues],
		});
	}
	const tag = history?.lastTag ?? null;
	const lastTag = tag === null ? null : { name: tag.name.replace(/^refs\/tags\//, ''), at: tag.at };
	return { migrations, lastTag };
}

function learn(types: Map<string, string>, { operations }: ReadMigration): void {
	for (const { kind, table, column, type } of operations) {
		if ((kind === 'add-column' || kind === 'change-type') && type !== undefined) {
			types.set(`${table}\0${column}`, type);
		}
	}
}

/** A clone that is cut short shows every file as new: then its name has the say. */
function addedAt(
	{ path }: MigrationFile,
	past: PathChanges | undefined,
	history: PathHistory | null,
): number | null {
	if (past === undefined) return null;
	const named = history?.shallow === true ? namedTime(path) : null;
	return named === null ? past.added.at : Math.min(named, past.added.at);
}

/** The code that runs while a migration is applied is that of the commit before it. Newest first. */
async function brokenBy(
	root: string,
	port: FilesPort,
	{ read, byPath }: { read: readonly Read[]; byPath: ReadonlyMap<string, PathChanges> },
): Promise<ReadonlyMap<string, readonly MigrationIssue[]>> {
	const issues = new Map<string, MigrationIssue[]>();
	const removals = read
		.flatMap(({ file, migration }) =>
			removalsIn(migration).map((operation) => ({ file, operation })),
		)
		.slice(-MOST_READERS);
	for (const { file, operation } of removals) {
		const past = byPath.get(file.path);
		const commits = past === undefined ? ['HEAD'] : ['HEAD~', `${past.added.commit}~`];
		const reader = await readerOf(port, root, { commits, operation });
		if (reader === '') continue;
		const { line, table, column, kind: change } = operation;
		const what = wordsFor(operation);
		const kind = 'breaks-running-code' as const;
		issues.set(file.path, [
			...(issues.get(file.path) ?? []),
			{ kind, line, what, change, table, column, reader },
		]);
	}
	return issues;
}
