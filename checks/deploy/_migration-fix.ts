import { advice, commands, type Fix, type MigrationIssue, type Snippet } from '../../src/sdk.ts';

const sql = (summary: string, lines: readonly string[], ...steps: string[]): Fix => {
	const snippets: readonly Snippet[] = [
		{ platform: 'any', language: 'sql', text: lines.join('\n') },
	];
	return { summary, steps, snippets };
};

/** Names come from the repository: what is no plain one is left to the user. */
const plain = (name: string, otherwise: string): string =>
	/^[A-Za-z_]\w{0,62}$/.test(name) ? name : otherwise;

/** The form of the same change that lets reads and writes go on. */
export function gentleForm({
	change,
	table,
	column,
}: Pick<MigrationIssue, 'change' | 'table' | 'column'>): Fix {
	const t = plain(table, 'TABLE_NAME');
	const c = plain(column, 'COLUMN_NAME');
	const short = "SET lock_timeout = '5s';";
	switch (change) {
		case 'create-index':
			return sql(
				`Build the index on ${table} concurrently, in a migration of its own without a transaction`,
				[`CREATE INDEX CONCURRENTLY ${plain(column, `${t}_idx`)} ON ${t} (COLUMN_NAME);`],
				'Switch the transaction off for this migration: disable_ddl_transaction! (Rails), atomic = False (Django), config.transaction = false (Knex), transaction = false (TypeORM), transaction:false (dbmate), one statement in the file (Prisma, golang-migrate).',
				'If it fails, drop the invalid index that stays behind and run it again.',
			);
		case 'add-foreign-key':
			return sql(
				`Add the foreign key of ${table} unvalidated, and validate it in the next migration`,
				[
					short,
					`ALTER TABLE ${t} ADD CONSTRAINT ${plain(column, `${t}_fk`)} FOREIGN KEY (COLUMN_NAME) REFERENCES OTHER_TABLE (id) NOT VALID;`,
					'-- next migration',
					`ALTER TABLE ${t} VALIDATE CONSTRAINT ${plain(column, `${t}_fk`)};`,
				],
			);
		case 'add-check':
			return sql(`Add the check of ${table} unvalidated, and validate it in the next migration`, [
				short,
				`ALTER TABLE ${t} ADD CONSTRAINT ${plain(column, `${t}_check`)} CHECK (CONDITION) NOT VALID;`,
				'-- next migration',
				`ALTER TABLE ${t} VALIDATE CONSTRAINT ${plain(column, `${t}_check`)};`,
			]);
		case 'add-unique':
			return sql(`Build the unique index of ${table} concurrently first`, [
				`CREATE UNIQUE INDEX CONCURRENTLY ${plain(column, `${t}_key`)} ON ${t} (COLUMN_NAME);`,
				'-- next migration',
				`ALTER TABLE ${t} ADD CONSTRAINT ${plain(column, `${t}_key`)} UNIQUE USING INDEX ${plain(column, `${t}_key`)};`,
			]);
		case 'set-not-null':
			return sql(
				`Prove that ${column} is never null before it is declared so`,
				[
					short,
					`ALTER TABLE ${t} ADD CONSTRAINT ${t}_${c}_present CHECK (${c} IS NOT NULL) NOT VALID;`,
					'-- next migration',
					`ALTER TABLE ${t} VALIDATE CONSTRAINT ${t}_${c}_present;`,
					`ALTER TABLE ${t} ALTER COLUMN ${c} SET NOT NULL;`,
					`ALTER TABLE ${t} DROP CONSTRAINT ${t}_${c}_present;`,
				],
				'PostgreSQL 12 and later use the validated check and do not read the table again.',
			);
		default:
			return sql(
				`Give ${table} a new column and fill it in batches`,
				[
					short,
					`ALTER TABLE ${t} ADD COLUMN ${c}_new NEW_TYPE;`,
					'-- in batches, outside the migration',
					`UPDATE ${t} SET ${c}_new = EXPRESSION WHERE ${c}_new IS NULL AND id BETWEEN 1 AND 10000;`,
					`ALTER TABLE ${t} ALTER COLUMN ${c}_new SET DEFAULT EXPRESSION;`,
				],
				'Let the code write both columns, then read the new one, and drop the old one in a later release.',
			);
	}
}

export const twoReleases = ({ what }: Pick<MigrationIssue, 'what'>): Fix =>
	advice(
		`Make it two releases: this migration ${what}`,
		'First release: the code neither reads nor writes it any more; the database stays as it is.',
		'Second release, when the first cannot be rolled back any more: the migration, with a comment that says since when it is unused.',
		'Take a backup that has been restored once before it runs; a dropped column comes back from nowhere else.',
	);

const COMMAND: Readonly<Record<string, string>> = {
	prisma: 'npx prisma migrate deploy',
	drizzle: 'npx drizzle-kit migrate',
	supabase: 'supabase db push',
	flyway: 'flyway migrate',
	'golang-migrate': 'migrate -path migrations -database "$DATABASE_URL" up',
	dbmate: 'dbmate up',
	goose: 'goose -dir migrations postgres "$DATABASE_URL" up',
	rails: 'bin/rails db:migrate',
	django: 'python manage.py migrate --noinput',
	alembic: 'alembic upgrade head',
	laravel: 'php artisan migrate --force',
	ecto: 'bin/migrate',
	script: 'npx knex migrate:latest',
	sql: 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f migrations/NAME.sql',
};

const migrateCommand = (tool: string): string => COMMAND[tool] ?? 'npm run migrate';

/** Before the new code takes traffic, once, and the deploy stops where it fails. */
export function releaseStep(tool: string): Fix {
	const command = migrateCommand(tool);
	return {
		summary: `Run ${command} in the release step of the deploy`,
		steps: [
			'Run it once for each deploy, before the new version takes traffic; a failure must stop the deploy.',
			'Not at the start of every instance: several would run it at the same time.',
		],
		snippets: [
			{ platform: 'fly', language: 'toml', text: `[deploy]\n  release_command = '${command}'` },
			{ platform: 'heroku', language: 'text', text: `release: ${command}` },
			{
				platform: 'any',
				language: 'yaml',
				text: `- name: Migrate\n  run: ${command}\n  env:\n    DATABASE_URL: \${{ secrets.DATABASE_URL }}`,
			},
		],
	};
}

export const migrateInstead = (tool: string): Fix =>
	commands(
		'Deploy migrations, and keep the push for your own machine',
		[migrateCommand(tool)],
		'A push compares the schema with the database and changes whatever differs, in an order that nobody has reviewed; a rename is a drop and an add to it.',
	);
