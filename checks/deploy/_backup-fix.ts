import type { Fix, Operations, Snippet } from '../../src/sdk.ts';

type Engine = Operations['databases'][number]['engine'];

interface Commands {
	readonly dump: string;
	/** Into an empty database beside production. */
	readonly restore: string;
	readonly count: string;
}

const FOLDER = 'backups/$(date -u +%Y-%m-%dT%H%M%SZ)';

const BY_ENGINE: Readonly<Record<Engine, Commands>> = {
	postgres: {
		dump: `pg_dump --format=custom --no-owner --file="${FOLDER}.dump" "$DATABASE_URL"`,
		restore:
			'createdb restore_test\npg_restore --no-owner --exit-on-error --dbname=restore_test backups/NAME.dump',
		count: 'psql restore_test -c "SELECT count(*) FROM TABLE_NAME"',
	},
	mysql: {
		dump: `mysqldump --single-transaction --routines --triggers --defaults-extra-file=backup.cnf DATABASE_NAME | gzip > "${FOLDER}.sql.gz"`,
		restore:
			'mysql --defaults-extra-file=backup.cnf -e "CREATE DATABASE restore_test"\nzcat backups/NAME.sql.gz | mysql --defaults-extra-file=backup.cnf restore_test',
		count:
			'mysql --defaults-extra-file=backup.cnf restore_test -e "SELECT count(*) FROM TABLE_NAME"',
	},
	mongodb: {
		dump: `mongodump --uri="$DATABASE_URL" --gzip --archive="${FOLDER}.archive.gz"`,
		restore:
			'mongorestore --uri="$RESTORE_TEST_URL" --gzip --archive=backups/NAME.archive.gz --drop',
		count: 'mongosh "$RESTORE_TEST_URL" --eval "db.COLLECTION_NAME.countDocuments()"',
	},
	sqlite: {
		dump: `sqlite3 /data/app.db ".backup '${FOLDER}.db'"`,
		restore: 'cp backups/NAME.db restore_test.db\nsqlite3 restore_test.db "PRAGMA integrity_check"',
		count: 'sqlite3 restore_test.db "SELECT count(*) FROM TABLE_NAME"',
	},
	sqlserver: {
		dump: `sqlcmd -Q "BACKUP DATABASE [DATABASE_NAME] TO DISK = N'/backups/NAME.bak' WITH COMPRESSION, CHECKSUM"`,
		restore: `sqlcmd -Q "RESTORE DATABASE [restore_test] FROM DISK = N'/backups/NAME.bak' WITH CHECKSUM"`,
		count: 'sqlcmd -d restore_test -Q "SELECT count(*) FROM TABLE_NAME"',
	},
	dynamodb: {
		dump: 'aws dynamodb update-continuous-backups --table-name TABLE_NAME --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true',
		restore:
			'aws dynamodb restore-table-to-point-in-time --source-table-name TABLE_NAME --target-table-name restore-test --use-latest-restorable-time',
		count: 'aws dynamodb scan --table-name restore-test --select COUNT',
	},
	firestore: {
		dump: "gcloud firestore backups schedules create --database='(default)' --recurrence=daily --retention=14d",
		restore:
			'gcloud firestore databases restore --source-backup=BACKUP_NAME --destination-database=restore-test',
		count: 'gcloud firestore databases describe --database=restore-test',
	},
	unknown: {
		dump: `pg_dump --format=custom --no-owner --file="${FOLDER}.dump" "$DATABASE_URL"   # or mysqldump, mongodump`,
		restore:
			'createdb restore_test\npg_restore --no-owner --exit-on-error --dbname=restore_test backups/NAME.dump',
		count: 'psql restore_test -c "SELECT count(*) FROM TABLE_NAME"',
	},
};

/** How providers make one at will, and bring it back. */
const BY_KEEPER: Readonly<Record<string, { readonly make: string; readonly restore: string }>> = {
	Supabase: {
		make: 'supabase db dump --db-url "$DATABASE_URL" -f backups/schema.sql\nsupabase db dump --db-url "$DATABASE_URL" --data-only --use-copy -f backups/data.sql',
		restore:
			'psql --single-transaction -v ON_ERROR_STOP=1 -f backups/schema.sql -f backups/data.sql -d "$RESTORE_TEST_URL"',
	},
	Neon: {
		make: 'neonctl branches create --name before-release',
		restore:
			'neonctl branches restore main before-release --preserve-under-name main-before-restore',
	},
	PlanetScale: {
		make: 'pscale backup create DATABASE_NAME main',
		restore: 'pscale branch create DATABASE_NAME restore-test --restore BACKUP_ID',
	},
	Turso: {
		make: 'turso db shell DATABASE_NAME .dump > backups/dump.sql',
		restore:
			'turso db create restore-test --from-db DATABASE_NAME --timestamp 2030-01-01T00:00:00Z',
	},
	'Heroku Postgres': {
		make: "heroku pg:backups:schedule DATABASE_URL --at '02:00 UTC' --app APP_NAME\nheroku pg:backups:capture --app APP_NAME",
		restore: 'heroku pg:backups:restore BACKUP_ID DATABASE_URL --app STAGING_APP_NAME',
	},
	'Amazon RDS': {
		make: 'aws rds modify-db-instance --db-instance-identifier INSTANCE --backup-retention-period 14 --apply-immediately',
		restore:
			'aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier INSTANCE --target-db-instance-identifier restore-test --use-latest-restorable-time',
	},
	'Cloudflare D1': {
		make: 'npx wrangler d1 export DATABASE_NAME --remote --output=backups/dump.sql',
		restore: 'npx wrangler d1 time-travel restore DATABASE_NAME --timestamp=2030-01-01T00:00:00Z',
	},
};

export interface Unkept {
	readonly engine: Engine;
	/** Who keeps it; empty where nobody is named. */
	readonly keeper: string;
	/** Compose service that runs it; empty where none does. */
	readonly service: string;
}

const inContainer = (command: string, { engine, service }: Unkept): string => {
	if (!/^[\w-]{1,40}$/.test(service)) return command;
	if (engine === 'postgres') {
		return `docker compose exec -T ${service} sh -c 'pg_dump --format=custom --no-owner -U "$POSTGRES_USER" "$POSTGRES_DB"' > "${FOLDER}.dump"`;
	}
	if (engine === 'mongodb') {
		return `docker compose exec -T ${service} mongodump --gzip --archive > "${FOLDER}.archive.gz"`;
	}
	return engine === 'mysql'
		? `docker compose exec -T ${service} sh -c 'exec mysqldump --single-transaction --routines -uroot -p"$MYSQL_ROOT_PASSWORD" "$MYSQL_DATABASE"' | gzip > "${FOLDER}.sql.gz"`
		: command;
};

/** The note to write, with the commands of the database that was found. */
export function backupRunbook(unkept: Unkept): Fix {
	const { dump, restore, count } = BY_ENGINE[unkept.engine];
	const own = BY_KEEPER[unkept.keeper];
	const make = own?.make ?? inContainer(dump, unkept);
	const text = `# Backups and restore

## What is backed up

Database: ${unkept.keeper === '' ? unkept.engine.replace('unknown', 'NAME IT') : unkept.keeper}. Every day at 02:00 UTC, kept for 14 days, in PLACE (another account or region than production).
May be lost at most: 24 hours. Back again within: 2 hours. Who does it: ROLE.

## Make one now (before each migration that deletes)

\`\`\`sh
mkdir -p backups
${make}
\`\`\`

## Restore

\`\`\`sh
${own?.restore ?? restore}
${count}
\`\`\`

Then point DATABASE_URL of a staging deployment at it and sign in. Last tried: DATE, took: MINUTES.
`;
	const snippet: Snippet = {
		platform: 'any',
		language: 'markdown',
		text: `<!-- docs/backups.md -->\n${text}`,
	};
	return {
		summary: 'Make a backup each day, restore one, and write both down in docs/backups.md',
		steps: [
			'Schedule the command of the note outside the machine that holds the database, and be told when it fails.',
			'Restore the newest backup into an empty database once before the launch: a backup that nobody has restored is a guess.',
			'Write into the note where backups lie, for how long, who may reach them, and when the restore was last tried.',
		],
		snippets: [snippet],
	};
}
