import { describe, expect, test } from 'vitest';
import migrations from '../../../checks/deploy/migrations.ts';
import type { Io } from '../../../src/core/io.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import type { Migrations } from '../../../src/facts/deploy/migration-issue.ts';
import { repositoryMigrations } from '../../../src/facts/deploy/migrations.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, git, temporaryFolder, write } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

type Files = Readonly<Record<string, string>>;

async function found(root: string): Promise<Migrations> {
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const { source, params } = repositoryMigrations({ root });
	return (await ('observe' in source && source.observe(params as never, io))) as Migrations;
}

/** Just after the commits of a test. */
const soon = () => new Date(Date.now() + 60_000).toISOString();
const later = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

const sayingsIn = async (root: string, now = soon()) =>
	inWords(judged(migrations, { found: await found(root) }, { now }));

function next(root: string, files: Files): void {
	write(root, files);
	git(root, 'add', '-A', '-f');
	git(root, 'commit', '-q', '--no-gpg-sign', '-m', 'next');
}

/** Something runs them, so that nothing is said about that. */
const RUN: Files = { 'fly.toml': "[deploy]\n  release_command = 'npx prisma migrate deploy'\n" };
const POSTGRES: Files = { 'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n' };
const FIRST: Files = {
	...RUN,
	...POSTGRES,
	'prisma/migrations/20250101000000_init/migration.sql':
		'CREATE TABLE "users" (\n  "id" INTEGER NOT NULL,\n  "nickname" TEXT,\n  "amount" BIGINT,\n  "code" VARCHAR(20)\n);\nCREATE INDEX "users_nickname" ON "users"("nickname");\n',
};
const PATH = 'prisma/migrations/20250202000000_next/migration.sql';

/** A second migration of Prisma, in a second commit. */
async function second(sql: string, more: Files = {}): Promise<readonly string[]> {
	const root = committed({ ...FIRST, ...more });
	next(root, { [PATH]: sql });
	return sayingsIn(root);
}

test('its examples say what they claim', () => {
	expect(verifyCheck(migrations)).toEqual([]);
});

describe('no way back', () => {
	test.each([
		'DROP TABLE "users";',
		'ALTER TABLE "users" DROP COLUMN "nickname";',
		'ALTER TABLE users DROP nickname, ADD COLUMN x TEXT;',
		'DELETE FROM users;',
		'TRUNCATE TABLE users;',
	])('%s', async (sql) => {
		expect(await second(`-- a comment\n${sql}\n`)).toEqual([`high no-way-back ${PATH}:2`]);
	});

	test('a type that may not hold what is there', async () => {
		expect(await second('ALTER TABLE "users" ALTER COLUMN "amount" TYPE INTEGER;')).toEqual([
			`high no-way-back ${PATH}:1`,
			`high locks-table ${PATH}:1`,
		]);
		expect(await second('ALTER TABLE "users" ALTER COLUMN "code" TYPE VARCHAR(10);')).toContain(
			`high no-way-back ${PATH}:1`,
		);
	});

	test.each([
		'-- contract phase: unused since v1.4\nALTER TABLE "users" DROP COLUMN "nickname";',
		'/* The code no longer reads it. */ DROP TABLE users;',
		'DELETE FROM users WHERE id = 4;',
		'DROP INDEX "users_nickname";',
		'ALTER TABLE users DROP CONSTRAINT users_pkey;',
		'ALTER TABLE users ALTER COLUMN nickname DROP NOT NULL;',
		"INSERT INTO users (nickname) VALUES ('DROP TABLE users; DELETE FROM users');",
		'CREATE TABLE "new_users" ("id" INTEGER);\nDROP TABLE "users";\nALTER TABLE "new_users" RENAME TO "users";',
		'CREATE TABLE a (id INT);\nDROP TABLE a;',
		'DO $$ BEGIN DELETE FROM users; END $$;',
	])('not: %s', async (sql) => {
		expect(await second(sql)).toEqual(['pass']);
	});

	test('a step back counts, in a file, a section or a function of its own', async () => {
		const drop = 'ALTER TABLE users DROP COLUMN nickname;';
		const back = 'ALTER TABLE users ADD COLUMN nickname TEXT;';
		const cases: readonly (readonly [Files, readonly string[]])[] = [
			[{ 'migrations/2_x.up.sql': drop }, ['high no-way-back migrations/2_x.up.sql:1']],
			[{ 'migrations/2_x.up.sql': drop, 'migrations/2_x.down.sql': back }, ['pass']],
			[
				{ 'db/migrations/2_x.sql': `-- migrate:up\n${drop}\n\n-- migrate:down\n${back}\n` },
				['pass'],
			],
			[
				{ 'db/migrations/2_x.sql': `-- migrate:up\n${drop}\n\n-- migrate:down\n` },
				['high no-way-back db/migrations/2_x.sql:2'],
			],
			[{ 'db/migrations/2_x.sql': `-- +goose Up\n${drop}\n-- +goose Down\n${back}\n` }, ['pass']],
			[
				{
					'migrations/20250202000000_x.js':
						"exports.up = (knex) => knex.schema.alterTable('users', (t) => {\n  t.dropColumn('nickname');\n});\nexports.down = () => {};",
				},
				['high no-way-back migrations/20250202000000_x.js:2'],
			],
			[
				{
					'migrations/20250202000000_x.js':
						"exports.up = (knex) => knex.schema.alterTable('users', (t) => t.dropColumn('nickname'));\nexports.down = (knex) => knex.schema.alterTable('users', (t) => t.string('nickname'));",
				},
				['pass'],
			],
			[
				{
					'src/migrations/1700000000000-Drop.ts':
						'export class Drop1700000000000 implements MigrationInterface {\n  async up(q: QueryRunner) {\n    await q.query(`ALTER TABLE "users"\n      DROP COLUMN "nickname"`);\n  }\n  async down() { throw new Error("no"); }\n}',
				},
				['high no-way-back src/migrations/1700000000000-Drop.ts:3'],
			],
			[
				{
					'db/migrate/20250202000000_x.rb':
						'class X < ActiveRecord::Migration[7.1]\n  def change\n    remove_column :users, :nickname\n  end\nend\n',
				},
				['high no-way-back db/migrate/20250202000000_x.rb:3'],
			],
			[
				{
					'db/migrate/20250202000000_x.rb':
						'class X < ActiveRecord::Migration[7.1]\n  def change\n    remove_column :users, :nickname, :string\n  end\nend\n',
				},
				['pass'],
			],
			[
				{
					'app/migrations/0002_x.py':
						'class Migration(migrations.Migration):\n    operations = [migrations.RunSQL("DROP TABLE users")]\n',
				},
				['high no-way-back app/migrations/0002_x.py:2'],
			],
			[
				{
					'app/migrations/0002_x.py':
						'class Migration(migrations.Migration):\n    operations = [migrations.RemoveField(model_name="user", name="nickname")]\n',
				},
				['pass'],
			],
			[
				{
					'alembic/versions/ab12_x.py':
						'def upgrade():\n    op.drop_column("users", "nickname")\n\ndef downgrade():\n    pass\n',
				},
				['high no-way-back alembic/versions/ab12_x.py:2'],
			],
			[
				{
					'alembic/versions/ab12_x.py':
						'def upgrade():\n    op.drop_column("users", "nickname")\n\ndef downgrade():\n    op.add_column("users", sa.Column("nickname"))\n',
				},
				['pass'],
			],
			[{ 'db/V2__x.sql': drop, 'db/U2__x.sql': back }, ['pass']],
		];
		for (const [files, said] of cases) {
			expect(await sayingsIn(committed({ ...RUN, ...files })), JSON.stringify(files)).toEqual(said);
		}
	});
});

describe('locks', () => {
	test.each([
		'CREATE INDEX "users_x" ON "users"("code");',
		'CREATE UNIQUE INDEX users_x ON public.users USING btree (code);',
		'ALTER TABLE "users" ADD CONSTRAINT "fk" FOREIGN KEY ("id") REFERENCES "teams"("id") ON DELETE CASCADE;',
		'ALTER TABLE users ADD FOREIGN KEY (id) REFERENCES teams (id);',
		'ALTER TABLE users ADD CONSTRAINT positive CHECK (amount > 0);',
		'ALTER TABLE users ADD CONSTRAINT one UNIQUE (code);',
		'ALTER TABLE users ALTER COLUMN nickname SET NOT NULL;',
		'ALTER TABLE users ALTER COLUMN id TYPE BIGINT;',
		'ALTER TABLE users ALTER COLUMN id SET DATA TYPE uuid USING id::uuid;',
		'ALTER TABLE users ADD COLUMN token UUID NOT NULL DEFAULT gen_random_uuid();',
		'ALTER TABLE users ADD COLUMN n BIGSERIAL;',
	])('%s', async (sql) => {
		expect(await second(sql)).toEqual([`high locks-table ${PATH}:1`]);
	});

	test.each([
		'CREATE INDEX CONCURRENTLY "users_x" ON "users"("code");',
		'ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES teams (id) NOT VALID;',
		'ALTER TABLE users ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;',
		'ALTER TABLE users VALIDATE CONSTRAINT positive;\nALTER TABLE users ALTER COLUMN amount SET NOT NULL;',
		'ALTER TABLE users ADD CONSTRAINT one UNIQUE USING INDEX users_x;',
		'ALTER TABLE users ADD COLUMN created TIMESTAMPTZ NOT NULL DEFAULT now();',
		"ALTER TABLE users ADD COLUMN state TEXT DEFAULT 'new';",
		'ALTER TABLE users ALTER COLUMN code TYPE TEXT;',
		'ALTER TABLE users ALTER COLUMN code TYPE VARCHAR(40);',
		'CREATE TABLE teams (id INT);\nCREATE INDEX t ON teams (id);\nALTER TABLE teams ADD CONSTRAINT c CHECK (id > 0);',
	])('not: %s', async (sql) => {
		expect(await second(sql)).toEqual(['pass']);
	});

	test('other databases have other rules', async () => {
		const mysql = { 'prisma/migrations/migration_lock.toml': 'provider = "mysql"\n' };
		const root = committed({ ...FIRST, ...mysql, [PATH]: 'CREATE INDEX x ON users (code);' });
		expect(await sayingsIn(root)).toEqual(['pass']);
		const bare = committed({ ...RUN, 'migrations/2.sql': 'CREATE INDEX x ON `users` (code);' });
		expect(await sayingsIn(bare)).toEqual(['pass']);
	});

	test('in Rails, Knex, Sequelize, Django and Alembic', async () => {
		const cases: readonly (readonly [string, string, string])[] = [
			[
				'db/migrate/20250202000000_x.rb',
				'class X < ActiveRecord::Migration[7.1]\n  def change\n    add_index :users, :code\n  end\nend\n',
				'db/migrate/20250202000000_x.rb:3',
			],
			[
				'migrations/20250202000000_x.js',
				"exports.up = (k) => k.schema.table('users', (t) => t.index(['code']));\nexports.down = (k) => k.schema.table('users', (t) => t.dropIndex(['code']));",
				'migrations/20250202000000_x.js:1',
			],
			[
				'migrations/20250202000000-x.js',
				"module.exports = {\n  up: (q) => q.addIndex('users', ['code']),\n  down: (q) => q.removeIndex('users', ['code']),\n};",
				'migrations/20250202000000-x.js:2',
			],
			[
				'app/migrations/0002_x.py',
				'class Migration(migrations.Migration):\n    operations = [migrations.AddIndex(model_name="user", index=x)]\n',
				'app/migrations/0002_x.py:2',
			],
			[
				'alembic/versions/ab12_x.py',
				'def upgrade():\n    op.create_index("x", "users", ["code"])\n\ndef downgrade():\n    op.drop_index("x")\n',
				'alembic/versions/ab12_x.py:2',
			],
		];
		for (const [path, text, place] of cases) {
			expect(await sayingsIn(committed({ ...RUN, [path]: text })), path).toEqual([
				`high locks-table ${place}`,
			]);
		}
		const gentle: Files = {
			...RUN,
			'db/migrate/20250202000000_x.rb':
				'class X < ActiveRecord::Migration[7.1]\n  disable_ddl_transaction!\n  def change\n    add_index :users, :code, algorithm: :concurrently\n    create_table :teams do |t|\n    end\n    add_index :teams, :x\n  end\nend\n',
			'migrations/20250202000000_x.js':
				"exports.up = (k) => k.schema.createTable('teams', (t) => { t.index(['code']); t.foreign('x'); });\nexports.down = (k) => k.schema.dropTable('teams');",
		};
		expect(await sayingsIn(committed(gentle))).toEqual(['pass']);
	});
});

describe('concurrently', () => {
	const sql = 'CREATE INDEX CONCURRENTLY x ON users (code);';
	test('inside a transaction is refused by PostgreSQL', async () => {
		expect(await second(`BEGIN;\n${sql}\nCOMMIT;`)).toEqual([
			`high concurrent-in-transaction ${PATH}:2`,
		]);
		expect(await second(`ALTER TABLE users ADD COLUMN a TEXT;\n${sql}`)).toEqual([
			`high concurrent-in-transaction ${PATH}:2`,
		]);
		expect(
			await sayingsIn(
				committed({
					...RUN,
					'db/migrations/2_x.sql': `-- migrate:up\n${sql}\n-- migrate:down\nDROP INDEX x;`,
				}),
			),
		).toEqual(['high concurrent-in-transaction db/migrations/2_x.sql:2']);
		expect(
			await sayingsIn(
				committed({ ...RUN, 'drizzle/meta/_journal.json': '{}', 'drizzle/0001_x.sql': sql }),
			),
		).toEqual(['high concurrent-in-transaction drizzle/0001_x.sql:1']);
		const rails =
			'class X < ActiveRecord::Migration[7.1]\n  def change\n    add_index :users, :a, algorithm: :concurrently\n  end\nend\n';
		expect(await sayingsIn(committed({ ...RUN, 'db/migrate/20250202000000_x.rb': rails }))).toEqual(
			['high concurrent-in-transaction db/migrate/20250202000000_x.rb:3'],
		);
	});

	test('without one it works', async () => {
		expect(await second(sql)).toEqual(['pass']);
		expect(
			await sayingsIn(
				committed({
					...RUN,
					'db/migrations/2_x.sql': `-- migrate:up transaction:false\n${sql}\n-- migrate:down\nDROP INDEX x;`,
				}),
			),
		).toEqual(['pass']);
		const knex = `exports.config = { transaction: false };\nexports.up = (k) => k.raw('${sql}');\nexports.down = (k) => k.raw('DROP INDEX x');`;
		expect(await sayingsIn(committed({ ...RUN, 'migrations/20250202000000_x.js': knex }))).toEqual([
			'pass',
		]);
	});
});

describe('running code', () => {
	const drop = '-- unused since v2\nALTER TABLE users DROP COLUMN nickname;';
	const reading = { 'src/profile.ts': "// profile\ndb.query('SELECT nickname FROM users');\n" };
	const quiet = { 'src/profile.ts': "db.query('SELECT id FROM users');\n" };

	test('that reads what the migration drops breaks', async () => {
		const root = committed({ ...FIRST, ...reading });
		next(root, { [PATH]: drop, ...quiet });
		const [finding] = judged(migrations, { found: await found(root) }, { now: soon() });
		expect(finding).toMatchObject({ severity: 'high', verdict: 'breaks-running-code' });
		expect(finding?.message).toContain('src/profile.ts:2');
	});

	test('a release between them is what it takes', async () => {
		const root = committed({ ...FIRST, ...reading });
		next(root, quiet);
		next(root, { [PATH]: drop });
		expect(await sayingsIn(root)).toEqual(['pass']);
	});

	test('a Prisma client reads every field of its model, and no other model’s', async () => {
		const schema = (field: string) =>
			`model Team {\n  nickname String\n}\n\nmodel User {\n  id Int @id\n${field}\n  @@map("users")\n}\n`;
		const root = committed({ ...FIRST, 'prisma/schema.prisma': schema('  nickname String?') });
		next(root, { [PATH]: drop, 'prisma/schema.prisma': schema('') });
		expect(await sayingsIn(root)).toEqual([`high breaks-running-code ${PATH}:2`]);
		const ignored = committed({
			...FIRST,
			'prisma/schema.prisma': schema('  nickname String? @ignore'),
		});
		next(ignored, { [PATH]: drop, 'prisma/schema.prisma': schema('') });
		expect(await sayingsIn(ignored)).toEqual(['pass']);
	});

	test('a rename counts, in camel case too; tests, documentation and comments do not', async () => {
		const rename = 'ALTER TABLE users RENAME COLUMN display_name TO name;';
		const root = committed({
			...FIRST,
			'src/user.ts': 'export const show = (user: User) => user.displayName;\n',
		});
		next(root, { [PATH]: rename });
		expect(await sayingsIn(root)).toEqual([`high breaks-running-code ${PATH}:1`]);
		const other = committed({
			...FIRST,
			'test/user.test.ts': 'user.displayName',
			'README.md': 'users display_name',
			'src/team.ts': '// users.display_name\nteam.displayName;',
		});
		next(other, { [PATH]: rename });
		expect(await sayingsIn(other)).toEqual(['pass']);
	});

	test('ignored columns of Rails are prepared for it', async () => {
		const root = committed({
			...FIRST,
			'app/models/user.rb': 'class User\n  self.ignored_columns = ["nickname"]\nend\n',
		});
		next(root, { [PATH]: drop });
		expect(await sayingsIn(root)).toEqual(['pass']);
	});
});

describe('which are judged', () => {
	const drop = 'DROP TABLE users;';
	test('without a tag those of the last 30 days', async () => {
		const root = committed({ ...FIRST });
		next(root, { [PATH]: drop });
		const seen = await found(root);
		const said = (now: string) => inWords(judged(migrations, { found: seen }, { now }));
		expect(said(later(29.9))).toEqual([`high no-way-back ${PATH}:1`]);
		expect(said(later(30.1))).toEqual(['pass']);
	});

	test('with one those that it does not hold', async () => {
		const root = committed({ ...FIRST });
		git(root, 'tag', 'v1');
		next(root, { [PATH]: drop });
		expect(await sayingsIn(root)).toEqual([`high no-way-back ${PATH}:1`]);
		git(root, 'tag', 'v2');
		expect(await sayingsIn(root)).toEqual(['pass']);
	});

	test('outside git, and where they are not committed yet, all', async () => {
		const root = temporaryFolder();
		write(root, { ...FIRST, [PATH]: drop });
		expect(await sayingsIn(root)).toEqual([`high no-way-back ${PATH}:1`]);
		const other = committed({ ...FIRST });
		write(other, { [PATH]: drop });
		expect(await sayingsIn(other)).toEqual([`high no-way-back ${PATH}:1`]);
	});
});

describe('who runs them', () => {
	const { 'fly.toml': _, ...without } = { ...FIRST };
	test('nobody', async () => {
		expect(await sayingsIn(committed(without))).toEqual(['high not-run']);
		const script = {
			'package.json': '{"scripts":{"db:migrate":"prisma migrate deploy","build":"next build"}}',
		};
		expect(await sayingsIn(committed({ ...without, ...script }))).toEqual(['high not-run']);
	});

	test.each([
		[
			'package.json',
			'{"scripts":{"build":"prisma generate && prisma migrate deploy && next build"}}',
		],
		[
			'package.json',
			'{"scripts":{"start":"npm run db:deploy && node .","db:deploy":"prisma migrate deploy"}}',
		],
		[
			'.github/workflows/deploy.yml',
			'jobs:\n  deploy:\n    steps:\n      - run: npx prisma migrate deploy\n',
		],
		['Dockerfile', 'FROM node:22\nCMD ["npx", "prisma", "migrate", "deploy"]\n'],
		['docker-entrypoint.sh', '#!/bin/sh\nnpx prisma migrate deploy\nexec node .\n'],
		['Procfile', 'release: npx prisma migrate deploy\nweb: node .\n'],
		['RUNBOOK.md', 'Before the deploy run `npx prisma migrate deploy`.\n'],
		[
			'src/db.ts',
			'import { migrate } from "drizzle-orm/postgres-js/migrator";\nawait migrate(db, {});\n',
		],
	])('%s: %s', async (path, text) => {
		expect(await sayingsIn(committed({ ...without, [path]: text }))).toEqual(['pass']);
	});
});

describe('a push in production', () => {
	test.each([
		[
			'package.json',
			'{\n  "scripts": {\n    "build": "prisma db push && next build"\n  }\n}',
			'high push-in-production package.json:3',
		],
		[
			'package.json',
			'{\n  "scripts": {\n    "start": "prisma db push --accept-data-loss && node ."\n  }\n}',
			'blocker push-in-production package.json:3',
		],
		[
			'Dockerfile',
			'FROM node:22\nCMD npx drizzle-kit push && node .\n',
			'high push-in-production Dockerfile:2',
		],
		[
			'.github/workflows/deploy.yml',
			'jobs:\n  deploy:\n    steps:\n      - run: npx prisma db push\n      - run: flyctl deploy\n',
			'high push-in-production .github/workflows/deploy.yml:4',
		],
		[
			'src/data-source.ts',
			"new DataSource({\n  type: 'postgres',\n  synchronize: true,\n})",
			'blocker push-in-production src/data-source.ts:3',
		],
		['src/db.ts', 'await sequelize.sync({ alter: true });', 'high push-in-production src/db.ts:1'],
		[
			'src/db.ts',
			'await sequelize.sync({ force: true });',
			'blocker push-in-production src/db.ts:1',
		],
	])('%s: %s', async (path, text, said) => {
		expect(await sayingsIn(committed({ [path]: text }))).toEqual([said]);
	});

	test.each([
		['package.json', '{"scripts":{"dev":"prisma db push && next dev","db:push":"prisma db push"}}'],
		[
			'.github/workflows/test.yml',
			'jobs:\n  test:\n    services:\n      db:\n        image: postgres\n    steps:\n      - run: npx prisma db push\n      - run: npm test\n',
		],
		[
			'src/data-source.ts',
			"new DataSource({\n  synchronize: process.env.NODE_ENV !== 'production',\n})",
		],
		[
			'src/db.ts',
			"if (process.env.NODE_ENV === 'development') {\n  await sequelize.sync({ alter: true });\n}",
		],
		['docker-compose.dev.yml', 'services:\n  app:\n    command: npx prisma db push\n'],
	])('not %s: %s', async (path, text) => {
		expect(await sayingsIn(committed({ [path]: text }))).toEqual(['not-applicable']);
	});
});

describe('edited', () => {
	const init = 'prisma/migrations/20250101000000_init/migration.sql';
	test('after its first commit', async () => {
		const root = committed({ ...FIRST });
		next(root, { [init]: 'CREATE TABLE users (id INT);' });
		expect(await sayingsIn(root)).toEqual([`later edited ${init}`]);
		expect(await sayingsIn(root, later(31))).toEqual(['pass']);
	});

	test('a rename is no edit', async () => {
		const root = committed({ ...FIRST });
		git(root, 'mv', 'prisma', 'database');
		next(root, {});
		expect(await sayingsIn(root)).toEqual(['pass']);
	});
});

test('a repository without migrations, and one whose migrations are fixtures', async () => {
	expect(await sayingsIn(committed({ 'a.ts': '1' }))).toEqual(['not-applicable']);
	expect(
		await sayingsIn(committed({ 'test/fixtures/migrations/1_x.sql': 'DROP TABLE users;' })),
	).toEqual(['not-applicable']);
});
