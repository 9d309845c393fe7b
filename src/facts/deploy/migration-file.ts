/** Who runs a migration, as its place and name tell. */
export const MIGRATION_TOOLS = [
	'prisma',
	'drizzle',
	'supabase',
	'flyway',
	'golang-migrate',
	'dbmate',
	'goose',
	'rails',
	'django',
	'alembic',
	'laravel',
	'ecto',
	'script',
	'sql',
] as const;
export type MigrationTool = (typeof MIGRATION_TOOLS)[number];

export interface MigrationFile {
	readonly path: string;
	readonly tool: MigrationTool;
	/** A step back in a file of its own. */
	readonly down: string | null;
}

const SCRIPT = /\.(?:[cm]?[jt]s)$/;
const ELSEWHERE =
	/(?:^|\/)(?:tests?|__tests__|spec|fixtures?|examples?|samples?|docs?|node_modules|vendor|seeds?|dist|build|out)\//i;
const FOLDER = /(?:^|\/)(?:migrations?|migrate|changelogs?)\//i;

/** Files that are migrations by their place and name; of SQL and scripts the content still has a say. */
export function migrationFiles(paths: readonly string[]): readonly MigrationFile[] {
	const all = new Set(paths);
	const isDrizzle = new Set(
		paths
			.filter((path) => path.endsWith('/meta/_journal.json'))
			.map((path) => path.slice(0, -'/meta/_journal.json'.length)),
	);
	return paths.flatMap((path) => {
		const tool = ELSEWHERE.test(path) || isStepBack(path) ? null : toolOf(path, isDrizzle);
		return tool === null ? [] : [{ path, tool, down: stepBackOf(path, all) }];
	});
}

const isStepBack = (path: string): boolean =>
	/(?:\.down|[._-]rollback|[._-]undo)\.sql$|(?:^|\/)(?:down|rollback)\.sql$|(?:^|\/)U[\d._]+__[^/]*\.sql$/i.test(
		path,
	);

function toolOf(path: string, drizzle: ReadonlySet<string>): MigrationTool | null {
	const folder = path.slice(0, path.lastIndexOf('/'));
	if (path.endsWith('.sql')) return sqlTool(path, folder, drizzle);
	if (/(?:^|\/)db\/(?:\w+_)?migrate\/\d{3,}_\w+\.rb$/.test(path)) return 'rails';
	if (/(?:^|\/)database\/migrations\/(?:[\w-]+\/){0,3}\d{4}_\d\d_\d\d_\d+_\w+\.php$/.test(path))
		return 'laravel';
	if (/(?:^|\/)priv\/\w+\/migrations\/\d{8,}_\w+\.exs$/.test(path)) return 'ecto';
	if (/(?:^|\/)migrations\/\d{4}_\w+\.py$/.test(path)) return 'django';
	if (/(?:^|\/)(?:alembic|migrations?)\/versions\/\w+\.py$/.test(path)) return 'alembic';
	const isScript = SCRIPT.test(path) && !/\.d\.ts$|(?:^|\/)index\.[cm]?[jt]s$/.test(path);
	return isScript &&
		/(?:^|\/)migrations?\/[^/]+$/i.test(path) &&
		/\/\d{3,}|\/(?:m|Migration)?\d{8,}/.test(path)
		? 'script'
		: null;
}

function sqlTool(path: string, folder: string, drizzle: ReadonlySet<string>): MigrationTool | null {
	if (/(?:^|\/)migrations\/\d{8,14}[^/]*\/migration\.sql$/.test(path)) return 'prisma';
	if (drizzle.has(folder)) return 'drizzle';
	if (/(?:^|\/)supabase\/migrations\/[^/]+\.sql$/.test(path)) return 'supabase';
	if (/(?:^|\/)[VR][\d._]*__[^/]+\.sql$/.test(path)) return 'flyway';
	if (path.endsWith('.up.sql')) return 'golang-migrate';
	return FOLDER.test(path) ? 'sql' : null;
}

function stepBackOf(path: string, all: ReadonlySet<string>): string | null {
	const folder = path.slice(0, path.lastIndexOf('/') + 1);
	const name = path.slice(folder.length);
	const candidates = [
		path.replace(/\.up\.sql$/, '.down.sql'),
		path.replace(/\.sql$/, '.down.sql'),
		path.replace(/\.sql$/, '.rollback.sql'),
		`${folder}${name.replace(/^V([\d._]+__)/, 'U$1')}`,
		...(name === 'migration.sql' || name === 'up.sql'
			? [`${folder}down.sql`, `${folder}rollback.sql`]
			: []),
	];
	return candidates.find((one) => one !== path && all.has(one)) ?? null;
}

/** Whether the tool puts a whole migration into one transaction. `many`: only one of several statements. */
export const WRAPS: Readonly<Record<MigrationTool, 'always' | 'many' | 'never'>> = {
	prisma: 'many',
	drizzle: 'always',
	supabase: 'many',
	flyway: 'many',
	'golang-migrate': 'many',
	dbmate: 'always',
	goose: 'always',
	rails: 'always',
	django: 'always',
	alembic: 'always',
	laravel: 'always',
	ecto: 'always',
	script: 'always',
	sql: 'never',
};

/** When the name says that it was made, in seconds since 1970; `null` where it says nothing. */
export function namedTime(path: string): number | null {
	const digits = /(?:^|\/)[A-Za-z]?(\d{8,14})[^/]*(?:\/migration\.sql)?$/.exec(path)?.[1];
	if (digits === undefined) return null;
	if (digits.length === 13) return Math.floor(Number(digits) / 1000);
	const [, year, month, day] = /^(20\d\d)([01]\d)([0-3]\d)/.exec(digits) ?? [];
	if (year === undefined) return digits.length === 10 ? Number(digits) : null;
	const time = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
	return Number.isNaN(time) ? null : time / 1000;
}
