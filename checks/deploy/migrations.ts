import {
	advice,
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Migration,
	type MigrationIssue,
	type Migrations,
	minutes,
	repositories,
	repositoryMigrations,
	type SchemaPush,
	type Severity,
	z,
} from '../../src/sdk.ts';
import { gentleForm, migrateInstead, releaseStep, twoReleases } from './_migration-fix.ts';

const DAY = 86_400;
/** Without a tag, what was added longer ago is presumed applied. */
const PENDING_DAYS = 30;
/** A tag that is older is no sign of how releases are made here. */
const TAG_DAYS = 180;

type Told = Pick<MigrationIssue, 'what' | 'change' | 'table' | 'column' | 'reader'> & {
	file: string;
	line: number;
};

const pending = {
	outcome: 'fail',
	severity: 'high',
	evidence: (a: Told) => [{ kind: 'file', summary: `${a.file}:${a.line}`, detail: a.what }],
	control:
		'Only migrations that are newer than the last tag, or than 30 days without one, are judged; tables that the same migration creates are exempt.',
} as const;

export default defineCheck({
	id: 'deploy/migrations',
	title: 'Migrations that are about to run can be taken back and hold nobody up',
	rationale:
		'A migration runs once, against customers’ data, while the old code is still serving: what it drops is gone, and what it locks stands still.',
	references: [
		'https://www.postgresql.org/docs/current/sql-altertable.html',
		'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
		'https://www.postgresql.org/docs/current/explicit-locking.html',
		'https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { count: number; runBy: string }) =>
				`${a.count} ${a.count === 1 ? 'migration' : 'migrations'}; none that may still have to run destroys, locks or breaks anything.${a.runBy === '' ? '' : ` ${a.runBy} runs them.`}`,
		},
		'no-way-back': {
			...pending,
			effort: minutes(60),
			says: (a: Told) =>
				`${a.file}:${a.line} ${a.what}, and there is no step back and no word on why it is safe.`,
			impact: 'If the release fails after it, rolling the code back does not bring the data back.',
			fix: twoReleases,
		},
		'locks-table': {
			...pending,
			effort: minutes(30),
			says: (a: Told) => `${a.file}:${a.line} ${a.what}.`,
			impact: (a: Told) =>
				`Every request that needs ${a.table} waits until it is done, and with them the pool of connections: minutes of outage on a large table.`,
			fix: gentleForm,
		},
		'breaks-running-code': {
			...pending,
			confidence: 'medium',
			effort: minutes(60),
			says: (a: Told) =>
				`${a.file}:${a.line} ${a.what}, which the code that still runs reads at ${a.reader}.`,
			impact:
				'Between the migration and the last old instance every such request fails, and a rollback of the code fails as a whole.',
			fix: twoReleases,
		},
		'concurrent-in-transaction': {
			...pending,
			effort: minutes(10),
			says: (a: Told) => `${a.file}:${a.line} ${a.what}: PostgreSQL refuses that.`,
			impact: 'The deploy stops at this migration.',
			fix: advice(
				'Put the statement into a migration of its own, without a transaction',
				'Rails: disable_ddl_transaction!; Django: atomic = False; Knex: exports.config = { transaction: false }; TypeORM: transaction = false; dbmate: -- migrate:up transaction:false; goose: -- +goose NO TRANSACTION.',
				'Prisma, golang-migrate, Flyway and Supabase: one statement in the file. Drizzle: run it beside the migrations, and IF NOT EXISTS in the migration.',
			),
		},
		'push-in-production': {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: { losesData: boolean }): Severity => (a.losesData ? 'blocker' : 'high'),
			},
			effort: minutes(60),
			says: (a: { file: string; line: number; what: string; losesData: boolean }) =>
				`${a.file}:${a.line} changes the production schema with ${a.what}${a.losesData ? ', which may delete data' : ''}.`,
			impact:
				'The next change of the schema drops what it cannot match, without a review and without a way back.',
			fix: (a: { tool: string }) => migrateInstead(a.tool),
			evidence: (a: { file: string; line: number; what: string }) => [
				{ kind: 'file', summary: `${a.file}:${a.line}`, detail: a.what },
			],
		},
		'not-run': {
			outcome: 'fail',
			severity: 'high',
			confidence: 'medium',
			effort: minutes(20),
			says: (a: { count: number; tool: string }) =>
				`${a.count === 1 ? 'There is 1 migration' : `There are ${a.count} migrations`}, and no workflow, image, platform file, start script or runbook runs ${a.count === 1 ? 'it' : 'them'}.`,
			impact:
				'The new code meets the old schema: every request that needs the change fails after the deploy.',
			control: 'Code that runs migrations at its own start was looked for too.',
			fix: (a: { tool: string }) => releaseStep(a.tool),
		},
		edited: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(20),
			says: (a: { file: string; day: string }) =>
				`${a.file} was changed on ${a.day}, after the commit that added it.`,
			impact:
				'Where the first form has been applied the change never arrives, and tools that keep checksums refuse to go on.',
			fix: (a: { file: string }) =>
				advice(
					`Restore ${a.file} and put the change into a new migration`,
					'Compare the schema of production with what all migrations make from nothing.',
				),
		},
	},

	needs: ({ subject: { root } }) => ({ found: repositoryMigrations({ root }) }),

	judge({ given: { found }, now, say }) {
		const { count, tool, runBy, migrations, pushes, managed, unread } = found;
		const pushNamed = nameOnce();
		const pushed = pushes.map((push) =>
			at(
				{ kind: 'file', name: pushNamed('push', push.file), file: push.file, line: push.line },
				say('push-in-production', { ...push, tool }),
			),
		);
		const gaps =
			unread.length === 0
				? []
				: [cannotSay('unreadable', `Not read: ${unread.slice(0, 5).join('; ')}`)];
		if (count === 0 && pushed.length + gaps.length === 0) {
			return doesNotApply('The repository has no migrations.');
		}
		const seconds = now.getTime() / 1000;
		const isPending = pendingBy(found.lastTag, seconds);
		const named = nameOnce();
		const risky = migrations
			.filter(isPending)
			.flatMap(({ file, issues }) =>
				issues.map(({ kind, line, ...rest }) =>
					at(
						{ kind: 'file', name: named(kind, file), file, line },
						say(kind, { ...rest, file, line }),
					),
				),
			);
		const edited = migrations
			.filter((one) => isEdited(one, found.lastTag, seconds))
			.map(({ file, editedAt }) => {
				const day = new Date((editedAt ?? 0) * 1000).toISOString().slice(0, 10);
				return at({ kind: 'file', name: file, file }, say('edited', { file, day }));
			});
		const isRun = runBy !== '' || managed || count === 0 || pushed.length > 0;
		const said = [
			...pushed,
			...risky,
			...(isRun ? [] : [say('not-run', { count, tool })]),
			...edited,
			...gaps,
		];
		return said.length > 0 ? said : say('sound', { count, runBy });
	},

	examples: (example) => [
		example('none', { found: { ...migrationsOf(), count: 0 } }, 'not-applicable'),
		example('sound ones', { found: migrationsOf() }, 'sound'),
		example(
			'a file that cannot be read',
			{ found: { ...migrationsOf(), unread: ['a.sql: permission denied'] } },
			'unknown',
		),
		example(
			'a drop',
			{ found: migrationsOf(migrationWith('no-way-back', 'drop-column')) },
			'no-way-back',
		),
		example(
			'a drop 30 days ago',
			{
				found: migrationsOf(
					migrationWith('no-way-back', 'drop-column', { addedAt: NOW - 30 * DAY }),
				),
			},
			'no-way-back',
		),
		example(
			'a drop longer ago',
			{
				found: migrationsOf(
					migrationWith('no-way-back', 'drop-column', { addedAt: NOW - 30 * DAY - 1 }),
				),
			},
			'sound',
		),
		example(
			'a drop that the last tag holds',
			{
				found: {
					...migrationsOf(migrationWith('no-way-back', 'drop-column', { released: true })),
					lastTag: TAG,
				},
			},
			'sound',
		),
		example(
			'one that it does not hold, however old',
			{
				found: {
					...migrationsOf(migrationWith('no-way-back', 'drop-column', { addedAt: NOW - 90 * DAY })),
					lastTag: TAG,
				},
			},
			'no-way-back',
		),
		example(
			'a tag of half a year ago says nothing about releases',
			{
				found: {
					...migrationsOf(migrationWith('no-way-back', 'drop-column', { addedAt: NOW - 90 * DAY })),
					lastTag: { ...TAG, at: NOW - 181 * DAY },
				},
			},
			'sound',
		),
		...(
			[
				'create-index',
				'add-foreign-key',
				'add-check',
				'add-unique',
				'set-not-null',
				'change-type',
			] as const
		).map((change) =>
			example(change, { found: migrationsOf(migrationWith('locks-table', change)) }, 'locks-table'),
		),
		example(
			'a column that is still read',
			{ found: migrationsOf(migrationWith('breaks-running-code', 'drop-column')) },
			'breaks-running-code',
		),
		example(
			'concurrently in a transaction',
			{ found: migrationsOf(migrationWith('concurrent-in-transaction', 'create-index')) },
			'concurrent-in-transaction',
		),
		example('a push', { found: { ...migrationsOf(), pushes: [PUSH] } }, 'push-in-production'),
		example(
			'a push that accepts loss',
			{ found: { ...migrationsOf(), count: 0, pushes: [{ ...PUSH, losesData: true }] } },
			'push-in-production',
		),
		example('never run', { found: { ...migrationsOf(), runBy: '' } }, 'not-run'),
		example(
			'run by the service',
			{ found: { ...migrationsOf(), runBy: '', managed: true } },
			'sound',
		),
		example(
			'edited',
			{
				found: migrationsOf({
					...migrationWith('no-way-back', 'drop-table'),
					issues: [],
					editedAt: NOW - DAY,
				}),
			},
			'edited',
		),
		example(
			'edited long ago',
			{
				found: migrationsOf({
					...migrationWith('no-way-back', 'drop-table'),
					issues: [],
					editedAt: NOW - 31 * DAY,
				}),
			},
			'sound',
		),
	],
});

/** Several findings of one sort in one file are told apart by their order. */
function nameOnce(): (kind: string, file: string) => string {
	const seen = new Map<string, number>();
	return (kind, file) => {
		const key = `${kind}\0${file}`;
		const before = seen.get(key) ?? 0;
		seen.set(key, before + 1);
		return before === 0 ? file : `${file}#${before + 1}`;
	};
}

function isFresh(
	tag: Migrations['lastTag'],
	now: number,
): tag is NonNullable<Migrations['lastTag']> {
	return tag !== null && now - tag.at <= TAG_DAYS * DAY;
}

function pendingBy(tag: Migrations['lastTag'], now: number): (migration: Migration) => boolean {
	return ({ released, addedAt }) => {
		if (released) return false;
		if (addedAt === null || isFresh(tag, now)) return true;
		return now - addedAt <= PENDING_DAYS * DAY;
	};
}

/** Since the last tag, or within the same days: an old change has done its harm. */
function isEdited({ editedAt }: Migration, tag: Migrations['lastTag'], now: number): boolean {
	if (editedAt === null) return false;
	return isFresh(tag, now) ? editedAt >= tag.at : now - editedAt <= PENDING_DAYS * DAY;
}

/** The moment at which examples are judged. */
const NOW = Date.parse('2030-01-01T00:00:00Z') / 1000;
const TAG = { name: 'v1.2.0', at: NOW - 60 * DAY };
const PUSH: SchemaPush = { file: 'Dockerfile', line: 9, what: 'prisma db push', losesData: false };

const migrationsOf = (...migrations: Migration[]): Migrations => ({
	count: 12,
	tool: 'prisma',
	migrations,
	lastTag: null,
	runBy: 'fly.toml',
	pushes: [],
	managed: false,
	unread: [],
});

const migrationWith = (
	kind: MigrationIssue['kind'],
	change: string,
	about: Partial<Migration> = {},
): Migration => ({
	file: 'prisma/migrations/20291220101112_users/migration.sql',
	tool: 'prisma',
	addedAt: NOW - DAY,
	released: false,
	editedAt: null,
	issues: [
		{
			kind,
			change,
			line: 3,
			what: 'drops column nickname of users',
			table: 'users',
			column: 'nickname',
			reader: 'src/profile.ts:12',
		},
	],
	...about,
});
