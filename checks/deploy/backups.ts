import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	minutes,
	type Operations,
	repositories,
	repositoryOperations,
	type Sign,
	z,
} from '../../src/sdk.ts';
import { backupRunbook, type Unkept } from './_backup-fix.ts';
import { gapIn, operations, placeOf, sign } from './_operations.ts';

interface Undocumented extends Unkept {
	what: string;
	place: string;
	/** Where backups are spoken of without a restore; empty where they are not. */
	half: string;
}

export default defineCheck({
	id: 'deploy/backups',
	title: 'The database is backed up, and somebody knows how to bring it back',
	rationale:
		'A bad migration, a wrong click or a lost disk ends a product whose data is kept once. At that hour nobody finds out how a restore works.',
	references: [
		'https://www.postgresql.org/docs/current/backup.html',
		'https://www.postgresql.org/docs/current/app-pgrestore.html',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		documented: {
			outcome: 'pass',
			says: (a: { what: string; backup: string; restore: string }) =>
				a.restore === ''
					? `${a.what} is backed up by ${a.backup}.`
					: `${a.what}: ${a.backup} says how it is backed up, and ${a.restore} how it is restored.`,
		},
		'not-documented': {
			outcome: 'fail',
			severity: 'high',
			confidence: 'medium',
			effort: minutes(90),
			says: (a: Undocumented) =>
				a.half === ''
					? `The product keeps data in ${a.what} (${a.place}), and nothing in the repository says how that is backed up and restored.`
					: `The product keeps data in ${a.what} (${a.place}); ${a.half} speaks of backups, and nothing says how one is restored.`,
			impact:
				'After a bad migration or a lost disk the customers’ data is gone, or comes back too late for them to wait.',
			control:
				'README, documents, runbooks, scripts, schedules, workflows and infrastructure code were looked through for backups, dumps, snapshots and restores; lines that speak of them as missing or planned do not count.',
			fix: backupRunbook,
			evidence: (a: Undocumented) => [
				{ kind: 'file', summary: a.place, detail: a.what },
				...(a.half === '' ? [] : [{ kind: 'file' as const, summary: a.half, detail: '' }]),
			],
		},
	},

	needs: ({ subject: { root } }) => ({ found: repositoryOperations({ root }) }),

	judge({ given: { found }, say }) {
		const none = noDatabaseIn(found);
		if (none !== '') return doesNotApply(none);
		const { backup, restore, declaredBackup, keptBy, own } = found;
		const database = databaseIn(found);
		const what = NAMES[database.engine];
		if (declaredBackup !== null) {
			return say('documented', { what, backup: placeOf(declaredBackup), restore: '' });
		}
		if (backup !== null && restore !== null) {
			return say('documented', { what, backup: placeOf(backup), restore: placeOf(restore) });
		}
		if (keptBy !== null) {
			return cannotSay(
				'inconclusive',
				`${keptBy.what} (${placeOf(keptBy)}) ${keptBy.backups}: neither the plan nor a restore that was tried can be seen from here. A note in the repository would say so.`,
				'high',
			);
		}
		const gap = gapIn(found, 'high');
		if (gap.length > 0) return gap;
		const { file, line } = database;
		return at(
			{ kind: 'file', name: file, file, line },
			say('not-documented', {
				what,
				place: placeOf(database),
				half: backup === null ? '' : placeOf(backup),
				engine: database.engine,
				keeper: '',
				service: own?.what ?? '',
			}),
		);
	},

	examples: (example) => [
		example(
			'a database, and no word',
			{ found: operations({ databases: [POSTGRES] }) },
			'not-documented',
		),
		example(
			'a backup without a restore',
			{ found: operations({ databases: [POSTGRES], backup: BACKUP }) },
			'not-documented',
		),
		example(
			'both',
			{ found: operations({ databases: [POSTGRES], backup: BACKUP, restore: RESTORE }) },
			'documented',
		),
		example(
			'switched on in infrastructure code',
			{
				found: operations({
					databases: [POSTGRES],
					declaredBackup: sign('backup_retention_period = 7', 'infra/db.tf', 14),
				}),
			},
			'documented',
		),
		example(
			'kept by a provider',
			{
				found: operations({
					databases: [POSTGRES],
					keptBy: {
						...sign('Supabase', '.env.example', 3),
						engine: 'postgres',
						backups: 'makes daily backups on paid plans and none on the free one',
					},
				}),
			},
			'unknown',
		),
		example(
			'a server that the repository starts',
			{ found: operations({ own: { ...sign('db', 'compose.yaml', 8), engine: 'mysql' } }) },
			'not-documented',
		),
		example('no database', { found: operations() }, 'not-applicable'),
		example(
			'a framework that may do without',
			{ found: operations({ databases: [{ ...POSTGRES, engine: 'unknown', isSure: false }] }) },
			'not-applicable',
		),
		example('a site of files', { found: operations({ kind: 'static' }) }, 'not-applicable'),
		example(
			'a library for databases',
			{ found: operations({ kind: 'none', because: '', databases: [POSTGRES] }) },
			'not-applicable',
		),
		example(
			'a file that cannot be read',
			{ found: operations({ databases: [POSTGRES], unread: ['docs/ops.md: permission denied'] }) },
			'unknown',
		),
	],
});

const POSTGRES: Operations['databases'][number] = {
	...sign('pg', 'package.json', 14),
	engine: 'postgres',
	isSure: true,
};
const BACKUP = sign('pg_dump', 'docs/runbook.md', 12);
const RESTORE = sign('pg_restore', 'docs/runbook.md', 20);

const NAMES: Readonly<Record<Operations['databases'][number]['engine'], string>> = {
	postgres: 'PostgreSQL',
	mysql: 'MySQL',
	mongodb: 'MongoDB',
	sqlite: 'SQLite',
	sqlserver: 'SQL Server',
	dynamodb: 'DynamoDB',
	firestore: 'Firestore',
	unknown: 'a database',
};

/** A browser's code reaches a provider's database as well; a library reaches its users'. */
function noDatabaseIn({ kind, because, databases, keptBy, own }: Operations): string {
	if (kind === 'none') return 'The repository holds no web application that could be recognised.';
	if (kind === 'static') return `The product is a site of files (${because}).`;
	const isSure = databases.some((one) => one.isSure);
	if (kind === 'client') {
		return keptBy === null || !isSure
			? `The product runs in browsers alone (${because}) and names no database.`
			: '';
	}
	return isSure || own !== null || keptBy !== null
		? ''
		: 'No package or setting of the application reaches a database.';
}

/** The surest of those found, with the engine where another place names it. */
function databaseIn({ databases, keptBy, own }: Operations): Sign & { engine: Unkept['engine'] } {
	const [first] = databases.filter(({ isSure }) => isSure);
	const engine = [first?.engine, own?.engine, keptBy?.engine].find(
		(one) => one !== undefined && one !== 'unknown',
	);
	const place = first ?? own ?? keptBy;
	return {
		what: place?.what ?? '',
		file: place?.file ?? '',
		line: place?.line ?? 1,
		engine: engine ?? 'unknown',
	};
}
