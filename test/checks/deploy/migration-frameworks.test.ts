import { describe, expect, test } from 'vitest';
import migrations from '../../../checks/deploy/migrations.ts';
import type { Io } from '../../../src/core/io.ts';
import type { Migrations } from '../../../src/facts/deploy/migration-issue.ts';
import { repositoryMigrations } from '../../../src/facts/deploy/migrations.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

type Files = Readonly<Record<string, string>>;

/** A deploy that runs migrations of every tool, for PostgreSQL. */
const AROUND: Files = {
	'deploy.sh':
		'npx prisma migrate deploy\nalembic upgrade head\npython manage.py migrate\nphp artisan migrate --force\nbin/rails db:migrate\nbin/shop eval Shop.Release.migrate\n',
	'compose.yaml': 'services:\n  db:\n    image: postgres:17\n',
};

async function saysOf(files: Files): Promise<readonly string[]> {
	const root = committed({ ...AROUND, ...files });
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const { source, params } = repositoryMigrations({ root });
	const found = (await ('observe' in source && source.observe(params as never, io))) as Migrations;
	const now = new Date(Date.now() + 60_000).toISOString();
	return inWords(judged(migrations, { found }, { now })).map((one) =>
		one.replace(/^high /, '').replace(/ \S*:(\d+)$/, ':$1'),
	);
}

type Case = readonly [name: string, path: string, source: string, says: readonly string[]];

const rails = (name: string, body: string, says: readonly string[], head = ''): Case => [
	name,
	'db/migrate/20250202000000_change_users.rb',
	`class ChangeUsers < ActiveRecord::Migration[8.0]\n${head}  def change\n${body}\n  end\nend\n`,
	says,
];

const RAILS: readonly Case[] = [
	rails(
		'an index over several lines',
		'    add_index :users, :email,\n              unique: true,\n              algorithm: :concurrently',
		[],
		'  disable_ddl_transaction!\n\n',
	),
	rails('an index', '    add_index :users, [:team_id, :email], unique: true', ['locks-table:3']),
	rails(
		'an index that stays on one instance',
		'    add_index(:users, :email, if_not_exists: true)',
		['locks-table:3'],
	),
	rails('a reference with its index', '    add_reference :users, :team, null: true', [
		'locks-table:3',
	]),
	rails('a reference without one', '    add_reference :users, :team, index: false', []),
	rails(
		'a reference, concurrently',
		'    add_reference :users, :team, index: { algorithm: :concurrently }',
		[],
		'  disable_ddl_transaction!\n\n',
	),
	rails(
		'a changed table',
		'    change_table :users do |t|\n      t.index :email\n      t.remove :nickname\n    end',
		['no-way-back:5', 'locks-table:4'],
	),
	rails(
		'a changed table, bulk, that only adds',
		'    change_table :users, bulk: true do |t|\n      t.string :locale\n      t.boolean :beta, default: false, null: false\n    end',
		[],
	),
	rails(
		'a new table with indexes',
		'    create_table :teams do |t|\n      t.string :name, null: false\n      t.references :owner, foreign_key: { to_table: :users }\n      t.timestamps\n      t.index :name\n    end',
		[],
	),
	rails('a column removed with its type', '    remove_column :users, :nickname, :string', []),
	rails('a column removed without it', '    remove_column :users, :nickname', ['no-way-back:3']),
	rails(
		'several columns, a line each',
		'    remove_columns :users,\n                   :nickname,\n                   :locale',
		['no-way-back:3'],
	),
	rails(
		'a constraint, later to be validated',
		'    add_check_constraint :users, "age > 0", name: "users_age",\n                         validate: false',
		[],
	),
	rails('a foreign key', '    add_foreign_key :orders, :users', ['locks-table:3']),
	rails('a type', '    change_column :users, :id, :bigint', ['locks-table:3']),
	rails(
		'a default by row',
		'    add_column :users, :token, :uuid, default: -> { "gen_random_uuid()" }, null: false',
		['locks-table:3'],
	),
	rails(
		'a constant default',
		'    add_column :users, :plan, :string, default: "free", null: false',
		[],
	),
	rails(
		'a not null in SQL',
		'    safety_assured do\n      execute <<~SQL\n        ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n      SQL\n    end',
		['locks-table:5'],
	),
	rails('rows of a model', '    User.where(beta: true).delete_all', []),
	rails(
		'an index that is commented out',
		'    # add_index :users, :email\n    add_column :users, :a, :string',
		[],
	),
];

const django = (name: string, body: string, says: readonly string[], head = ''): Case => [
	name,
	'shop/migrations/0002_change.py',
	`from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n${head}    dependencies = [("shop", "0001_initial")]\n\n    operations = [\n${body}\n    ]\n`,
	says,
];

const DJANGO: readonly Case[] = [
	django(
		'an index',
		'        migrations.AddIndex(\n            model_name="order",\n            index=models.Index(fields=["email"], name="order_email"),\n        ),',
		['locks-table:8'],
	),
	django(
		'an index, concurrently',
		'        AddIndexConcurrently(\n            model_name="order",\n            index=models.Index(fields=["email"], name="order_email"),\n        ),',
		[],
		'    atomic = False\n\n',
	),
	django(
		'an index, concurrently, but atomic',
		'        AddIndexConcurrently(\n            model_name="order",\n            index=models.Index(fields=["email"], name="order_email"),\n        ),',
		['concurrent-in-transaction:8'],
	),
	django(
		'a constraint of uniqueness',
		'        migrations.AddConstraint(\n            model_name="order",\n            constraint=models.UniqueConstraint(fields=["email"], name="u"),\n        ),',
		['locks-table:8'],
	),
	django(
		'a field',
		'        migrations.AddField(\n            model_name="order",\n            name="note",\n            field=models.TextField(default=""),\n        ),',
		[],
	),
	django(
		'a field with an index',
		'        migrations.AddField(\n            model_name="order",\n            name="note",\n            field=models.CharField(max_length=9, null=True, db_index=True),\n        ),',
		['locks-table:8'],
	),
	django(
		'a field that is removed',
		'        migrations.RemoveField(\n            model_name="order",\n            name="note",\n        ),',
		[],
	),
	django('rows, with no way back', '        migrations.RunSQL("DELETE FROM shop_order"),', [
		'no-way-back:8',
	]),
	django(
		'rows, where nothing is done backwards',
		'        migrations.RunPython(fill, migrations.RunPython.noop),',
		[],
	),
	django(
		'a new model with an index',
		'        migrations.CreateModel(\n            name="Team",\n            fields=[("id", models.BigAutoField(primary_key=True))],\n        ),\n        migrations.AddIndex(\n            model_name="team",\n            index=models.Index(fields=["id"], name="t"),\n        ),',
		[],
	),
];

const alembic = (name: string, up: string, down: string, says: readonly string[]): Case => [
	name,
	'alembic/versions/ab12cd_change.py',
	`"""change"""\nfrom alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade() -> None:\n${up}\n\n\ndef downgrade() -> None:\n${down}\n`,
	says,
];

const ALEMBIC: readonly Case[] = [
	alembic(
		'an index over lines, concurrently',
		'    with op.get_context().autocommit_block():\n        op.create_index(\n            "ix_users_email",\n            "users",\n            ["email"],\n            postgresql_concurrently=True,\n        )',
		'    op.drop_index("ix_users_email")',
		[],
	),
	alembic(
		'an index by a naming function',
		'    op.create_index(op.f("ix_users_email"), "users", ["email"], unique=True)',
		'    op.drop_index(op.f("ix_users_email"))',
		['locks-table:7'],
	),
	alembic(
		'a unique constraint',
		'    op.create_unique_constraint("uq_email", "users", ["email"])',
		'    op.drop_constraint("uq_email", "users")',
		['locks-table:7'],
	),
	alembic(
		'a type',
		'    op.alter_column("users", "id", existing_type=sa.Integer(), type_=sa.BigInteger())',
		'    op.alter_column("users", "id", existing_type=sa.BigInteger(), type_=sa.Integer())',
		['locks-table:7'],
	),
	alembic(
		'not null, in one line',
		'    op.alter_column("users", "email", existing_type=sa.String(), nullable=False)',
		'    op.alter_column("users", "email", nullable=True)',
		['locks-table:7'],
	),
	alembic('a drop', '    op.drop_column("users", "nickname")', '    pass', ['no-way-back:7']),
	alembic(
		'a drop that is undone',
		'    op.drop_column("users", "nickname")',
		'    op.add_column("users", sa.Column("nickname", sa.String(), nullable=True))',
		[],
	),
	alembic(
		'in a batch',
		'    with op.batch_alter_table("users", schema=None) as batch_op:\n        batch_op.create_index(batch_op.f("ix_users_email"), ["email"], unique=False)\n        batch_op.drop_column("nickname")',
		'    raise NotImplementedError()',
		['no-way-back:9', 'locks-table:8'],
	),
	alembic(
		'a new table with an index',
		'    op.create_table("teams", sa.Column("id", sa.Integer(), nullable=False))\n    op.create_index(op.f("ix_teams_id"), "teams", ["id"], unique=False)',
		'    op.drop_table("teams")',
		[],
	),
];

const laravel = (
	name: string,
	up: string,
	down: string,
	says: readonly string[],
	head = '',
): Case => [
	name,
	'database/migrations/2025_02_02_000000_change_users.php',
	`<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\n\nreturn new class extends Migration\n{\n${head}    public function up(): void\n    {\n${up}\n    }\n\n    public function down(): void\n    {\n${down}\n    }\n};\n`,
	says,
];

const LARAVEL: readonly Case[] = [
	laravel(
		'an index',
		"        Schema::table('users', function (Blueprint $table) {\n            $table->index(['email']);\n        });",
		"        Schema::table('users', fn (Blueprint $table) => $table->dropIndex(['email']));",
		['locks-table:10'],
	),
	laravel(
		'a column',
		"        Schema::table('users', function (Blueprint $table) {\n            $table->string('locale')->default('en');\n        });",
		"        Schema::table('users', fn (Blueprint $table) => $table->dropColumn('locale'));",
		[],
	),
	laravel(
		'a drop with no way back',
		"        Schema::table('users', function (Blueprint $table) {\n            $table->dropColumn('nickname');\n        });",
		'        //',
		['no-way-back:10'],
	),
	laravel(
		'a drop that is undone',
		"        Schema::table('users', function (Blueprint $table) {\n            $table->dropColumn(['nickname']);\n        });",
		"        Schema::table('users', fn (Blueprint $table) => $table->string('nickname')->nullable());",
		[],
	),
	laravel('a table', "        Schema::dropIfExists('legacy');", '        throw new Exception();', [
		'no-way-back:9',
	]),
	laravel(
		'a new table',
		"        Schema::create('teams', function (Blueprint $table) {\n            $table->id();\n            $table->foreignId('user_id')->constrained()->cascadeOnDelete();\n            $table->string('name')->unique();\n            $table->index('name');\n        });",
		"        Schema::dropIfExists('teams');",
		[],
	),
	laravel(
		'a foreign key',
		"        Schema::table('orders', function (Blueprint $table) {\n            $table->foreign('user_id')->references('id')->on('users');\n        });",
		"        Schema::table('orders', fn ($table) => $table->dropForeign(['user_id']));",
		['locks-table:10'],
	),
	laravel(
		'a type',
		"        Schema::table('users', function (Blueprint $table) {\n            $table->bigInteger('points')->change();\n        });",
		"        Schema::table('users', fn ($table) => $table->integer('points')->change());",
		['locks-table:10'],
	),
	laravel(
		'raw SQL',
		"        DB::statement('CREATE INDEX CONCURRENTLY users_email ON users (email)');",
		"        DB::statement('DROP INDEX users_email');",
		['concurrent-in-transaction:9'],
	),
	laravel(
		'raw SQL outside a transaction',
		"        DB::statement('CREATE INDEX CONCURRENTLY users_email ON users (email)');",
		"        DB::statement('DROP INDEX users_email');",
		[],
		'    public $withinTransaction = false;\n\n',
	),
];

const ecto = (name: string, body: string, says: readonly string[], head = ''): Case => [
	name,
	'priv/repo/migrations/20250202000000_change_users.exs',
	`defmodule Shop.Repo.Migrations.ChangeUsers do\n  use Ecto.Migration\n${head}\n  def change do\n${body}\n  end\nend\n`,
	says,
];

const ECTO: readonly Case[] = [
	ecto('an index', '    create index(:users, [:email])', ['locks-table:5']),
	ecto('a unique index', '    create unique_index("users", [:email])', ['locks-table:5']),
	ecto(
		'an index, concurrently',
		'    create index(:users, [:email], concurrently: true)',
		[],
		'  @disable_ddl_transaction true\n  @disable_migration_lock true\n',
	),
	ecto(
		'an index, concurrently, in a transaction',
		'    create index(:users, [:email], concurrently: true)',
		['concurrent-in-transaction:5'],
	),
	ecto('a drop', '    alter table(:users) do\n      remove :nickname\n    end', ['no-way-back:6']),
	ecto(
		'a drop with its type',
		'    alter table(:users) do\n      remove :nickname, :string\n    end',
		[],
	),
	ecto(
		'a new table',
		'    create table(:teams) do\n      add :user_id, references(:users)\n    end\n\n    create index(:teams, [:user_id])',
		[],
	),
	ecto(
		'a reference',
		'    alter table(:orders) do\n      modify :user_id, references(:users), from: :integer\n    end',
		['locks-table:6'],
	),
];

const script = (name: string, path: string, source: string, says: readonly string[]): Case => [
	name,
	path,
	source,
	says,
];

const SCRIPTS: readonly Case[] = [
	script(
		'Sequelize opens no transaction',
		'migrations/20250202000000-x.js',
		"module.exports = {\n  async up(queryInterface) {\n    await queryInterface.addIndex('users', ['email'], { concurrently: true });\n  },\n  async down(queryInterface) {\n    await queryInterface.removeIndex('users', ['email']);\n  },\n};\n",
		[],
	),
	script(
		'Sequelize in one of its own',
		'migrations/20250202000000-x.js',
		"module.exports = {\n  async up(queryInterface) {\n    return queryInterface.sequelize.transaction(async (transaction) => {\n      await queryInterface.addIndex('users', ['email'], { concurrently: true, transaction });\n    });\n  },\n  async down(queryInterface) {\n    await queryInterface.removeIndex('users', ['email']);\n  },\n};\n",
		['concurrent-in-transaction:4'],
	),
	script(
		'Sequelize removes a column',
		'migrations/20250202000000-x.js',
		"module.exports = {\n  up: (q) => q.removeColumn('users', 'nickname'),\n  down: () => Promise.resolve(),\n};\n",
		['no-way-back:2'],
	),
	script(
		'Sequelize changes a type',
		'migrations/20250202000000-x.js',
		"module.exports = {\n  up: (q, S) => q.changeColumn('users', 'points', { type: S.BIGINT }),\n  down: (q, S) => q.changeColumn('users', 'points', { type: S.INTEGER }),\n};\n",
		['locks-table:2'],
	),
	script(
		'Knex, not null',
		'migrations/20250202000000_x.ts',
		"export async function up(knex) {\n  await knex.schema.alterTable('users', (table) => {\n    table.dropNullable('email');\n  });\n}\nexport async function down(knex) {\n  await knex.schema.alterTable('users', (table) => {\n    table.setNullable('email');\n  });\n}\n",
		['locks-table:3'],
	),
	script(
		'Knex, a type',
		'migrations/20250202000000_x.ts',
		"export const up = (knex) =>\n  knex.schema.alterTable('users', (table) => {\n    table.bigInteger('points').alter();\n  });\nexport const down = (knex) =>\n  knex.schema.alterTable('users', (table) => {\n    table.integer('points').alter();\n  });\n",
		['locks-table:3'],
	),
	script(
		'Knex, a column with a foreign key to empty rows',
		'migrations/20250202000000_x.ts',
		"export const up = (knex) =>\n  knex.schema.alterTable('users', (table) => {\n    table.integer('team_id').nullable();\n    table.string('locale').notNullable().defaultTo('en');\n  });\nexport const down = (knex) =>\n  knex.schema.alterTable('users', (table) => {\n    table.dropColumn('team_id');\n  });\n",
		[],
	),
	script(
		'Knex, unique',
		'migrations/20250202000000_x.ts',
		"export const up = (knex) =>\n  knex.schema.alterTable('users', (table) => {\n    table.string('handle').unique();\n  });\nexport const down = (knex) =>\n  knex.schema.alterTable('users', (table) => table.dropColumn('handle'));\n",
		['locks-table:3'],
	),
	script(
		'TypeORM',
		'src/migrations/1738454400000-Change.ts',
		'export class Change1738454400000 implements MigrationInterface {\n  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`CREATE INDEX "IDX_email" ON "users" ("email")`);\n    await queryRunner.query(`ALTER TABLE "users" DROP COLUMN "nickname"`);\n  }\n  public async down(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`ALTER TABLE "users" ADD "nickname" character varying`);\n    await queryRunner.query(`DROP INDEX "IDX_email"`);\n  }\n}\n',
		['locks-table:3'],
	),
	script(
		'TypeORM, by its builder',
		'src/migrations/1738454400000-Change.ts',
		"export class Change1738454400000 implements MigrationInterface {\n  async up(q: QueryRunner) {\n    await q.createIndex('users', new TableIndex({ name: 'x', columnNames: ['email'] }));\n    await q.dropColumn('users', 'nickname');\n  }\n  async down(q: QueryRunner) {}\n}\n",
		['no-way-back:4', 'locks-table:3'],
	),
	script(
		'node-pg-migrate',
		'migrations/1738454400000_x.js',
		"exports.up = (pgm) => {\n  pgm.addColumns('users', { locale: { type: 'text', notNull: true, default: 'en' } });\n  pgm.createIndex('users', 'email', { concurrently: true });\n  pgm.noTransaction();\n};\nexports.down = (pgm) => {\n  pgm.dropIndex('users', 'email');\n};\n",
		[],
	),
	script(
		'Kysely',
		'migrations/2025-02-02_x.ts',
		"export async function up(db) {\n  await db.schema.createIndex('users_email').on('users').column('email').execute();\n  await db.schema.alterTable('users').dropColumn('nickname').execute();\n}\nexport async function down(db) {}\n",
		['no-way-back:3', 'locks-table:2'],
	),
	script(
		'MikroORM',
		'src/migrations/Migration20250202000000.ts',
		'export class Migration20250202000000 extends Migration {\n  async up(): Promise<void> {\n    this.addSql(\'alter table "users" drop column "nickname";\');\n  }\n}\n',
		['no-way-back:3'],
	),
];

const sql = (name: string, path: string, source: string, says: readonly string[]): Case => [
	name,
	path,
	source,
	says,
];
const PRISMA = 'prisma/migrations/20250202000000_x/migration.sql';

const SQL: readonly Case[] = [
	sql(
		'Prisma’s own warning is no word on safety',
		PRISMA,
		'/*\n  Warnings:\n\n  - You are about to drop the column `nickname` on the `users` table. All the data in the column will be lost.\n\n*/\n-- AlterTable\nALTER TABLE "users" DROP COLUMN "nickname";\n',
		['no-way-back:8'],
	),
	sql(
		'Prisma adds with defaults',
		PRISMA,
		'-- CreateEnum\nCREATE TYPE "Role" AS ENUM (\'USER\', \'ADMIN\');\n\n-- AlterTable\nALTER TABLE "users" ADD COLUMN "role" "Role" NOT NULL DEFAULT \'USER\',\nADD COLUMN "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;\n',
		[],
	),
	sql(
		'Prisma creates a table with its keys',
		PRISMA,
		'-- CreateTable\nCREATE TABLE "Post" (\n    "id" SERIAL NOT NULL,\n    "authorId" INTEGER NOT NULL,\n    CONSTRAINT "Post_pkey" PRIMARY KEY ("id")\n);\n\n-- CreateIndex\nCREATE UNIQUE INDEX "Post_authorId_key" ON "Post"("authorId");\n\n-- AddForeignKey\nALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;\n',
		[],
	),
	sql(
		'Prisma replaces an enum',
		PRISMA,
		'BEGIN;\nCREATE TYPE "Role_new" AS ENUM (\'USER\');\nALTER TABLE "users" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");\nALTER TYPE "Role" RENAME TO "Role_old";\nALTER TYPE "Role_new" RENAME TO "Role";\nDROP TYPE "Role_old";\nCOMMIT;\n',
		['locks-table:3'],
	),
	sql(
		'a column with a reference, empty at first',
		PRISMA,
		'ALTER TABLE "users" ADD COLUMN "team_id" INTEGER REFERENCES "teams" ("id");\n',
		[],
	),
	sql(
		'a column with a reference and a default',
		PRISMA,
		'ALTER TABLE "users" ADD COLUMN "team_id" INTEGER NOT NULL DEFAULT 1 REFERENCES "teams" ("id");\n',
		['locks-table:1'],
	),
	sql('a column that is unique', PRISMA, 'ALTER TABLE "users" ADD COLUMN "handle" TEXT UNIQUE;\n', [
		'locks-table:1',
	]),
	sql(
		'a column that is computed',
		PRISMA,
		'ALTER TABLE "users" ADD COLUMN "full" TEXT GENERATED ALWAYS AS (first || last) STORED;\n',
		['locks-table:1'],
	),
	sql(
		'a column of now()',
		PRISMA,
		'ALTER TABLE users ADD COLUMN created_at TIMESTAMPTZ NOT NULL DEFAULT now();\n',
		[],
	),
	sql(
		'a key from an index',
		PRISMA,
		'ALTER TABLE users ADD CONSTRAINT users_email UNIQUE USING INDEX users_email_idx;\n',
		[],
	),
	sql('validated constraints', PRISMA, 'ALTER TABLE orders VALIDATE CONSTRAINT orders_user;\n', []),
	sql(
		'an index on a partition’s parent alone',
		PRISMA,
		'CREATE INDEX m_at ON ONLY measures (at);\n',
		[],
	),
	sql(
		'a longer text',
		PRISMA,
		'CREATE TABLE u (a INT);\nALTER TABLE u ALTER COLUMN a TYPE BIGINT;\n',
		[],
	),
	sql('a schema with all in it', PRISMA, 'DROP SCHEMA legacy CASCADE;\n', ['no-way-back:1']),
	sql(
		'a view',
		PRISMA,
		'DROP VIEW IF EXISTS active_users;\nCREATE VIEW active_users AS SELECT * FROM users;\n',
		[],
	),
	sql(
		'a policy and a function',
		'supabase/migrations/20250202000000_x.sql',
		'CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  DELETE FROM sessions;\n  RETURN NEW;\nEND;\n$$;\nDROP POLICY IF EXISTS a ON users;\nCREATE POLICY a ON users FOR SELECT USING (true);\n',
		[],
	),
	sql(
		'Drizzle’s break points',
		'drizzle/0002_x.sql',
		'ALTER TABLE "users" ADD COLUMN "locale" text DEFAULT \'en\' NOT NULL;--> statement-breakpoint\nCREATE INDEX IF NOT EXISTS "users_email" ON "users" USING btree ("email");--> statement-breakpoint\nALTER TABLE "users" DROP COLUMN "nickname";',
		['no-way-back:3', 'locks-table:2'],
	),
	sql(
		'Drizzle’s foreign key in a block',
		'drizzle/0002_x.sql',
		'DO $$ BEGIN\n ALTER TABLE "orders" ADD CONSTRAINT "orders_fk" FOREIGN KEY ("u") REFERENCES "users"("id");\nEXCEPTION\n WHEN duplicate_object THEN null;\nEND $$;\n',
		[],
	),
	sql(
		'Flyway',
		'src/main/resources/db/migration/V2__drop.sql',
		'ALTER TABLE users DROP COLUMN nickname;\n',
		['no-way-back:1'],
	),
	sql(
		'Flyway, one statement concurrently',
		'src/main/resources/db/migration/V2__index.sql',
		'CREATE INDEX CONCURRENTLY users_email ON users (email);\n',
		[],
	),
	sql(
		'golang-migrate',
		'db/migrations/000002_x.up.sql',
		"SET lock_timeout = '5s';\nALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n",
		[],
	),
	sql(
		'rows by a condition that is none',
		PRISMA,
		'DELETE FROM users WHERE true;\nDELETE FROM carts WHERE 1 = 1;\n',
		['no-way-back:1', 'no-way-back:2'],
	),
	sql(
		'a default that is dropped',
		PRISMA,
		"ALTER TABLE users ALTER COLUMN plan DROP DEFAULT, ALTER COLUMN plan SET DEFAULT 'free', ALTER COLUMN nick DROP NOT NULL;\n",
		[],
	),
	sql(
		'a table that only this migration uses',
		PRISMA,
		'CREATE TEMP TABLE moved AS SELECT * FROM users;\nDROP TABLE moved;\n',
		[],
	),
	sql(
		'an exclusion',
		PRISMA,
		'ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&);\n',
		['locks-table:1'],
	),
	sql('a primary key', PRISMA, 'ALTER TABLE users ADD PRIMARY KEY (id);\n', ['locks-table:1']),
];

const extra = (path: string): Files =>
	path.startsWith('drizzle/') ? { 'drizzle/meta/_journal.json': '{}' } : {};

describe.each([
	['Rails', RAILS],
	['Django', DJANGO],
	['Alembic', ALEMBIC],
	['Laravel', LARAVEL],
	['Ecto', ECTO],
	['scripts', SCRIPTS],
	['SQL', SQL],
] as const)('%s', (_, cases) => {
	test.each(cases)('%s', async (_name, path, source, says) => {
		const said = await saysOf({ [path]: source, ...extra(path) });
		expect(said).toEqual(says.length === 0 ? ['pass'] : says);
	});
});

describe('another database', () => {
	const find = (cases: readonly Case[], name: string): Files => {
		const [, path = '', source = ''] = cases.find(([one]) => one === name) ?? [];
		return { [path]: source };
	};
	const without = { 'compose.yaml': '' };

	test.each<readonly [string, Files]>([
		['Laravel, where nothing names one', find(LARAVEL, 'an index')],
		[
			'Laravel for MySQL',
			{ ...find(LARAVEL, 'an index'), '.env.example': 'DB_CONNECTION=mysql\n' },
		],
		['Ecto for MySQL', { ...find(ECTO, 'an index'), 'mix.exs': '{:myxql, ">= 0.0.0"}' }],
		[
			'Django for SQLite',
			{
				...find(DJANGO, 'an index'),
				'shop/settings.py': "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
			},
		],
		[
			'Alembic for SQLite',
			{
				...find(ALEMBIC, 'a unique constraint'),
				'alembic.ini': 'sqlalchemy.url = sqlite:///shop.db\n',
			},
		],
	])('is not judged by PostgreSQL’s locks: %s', async (_, files) => {
		expect(await saysOf({ ...files, ...without })).toEqual(['pass']);
	});

	test.each<readonly [string, Files]>([
		['Laravel', { ...find(LARAVEL, 'an index'), '.env.example': 'DB_CONNECTION=pgsql\n' }],
		['Ecto', { ...find(ECTO, 'an index'), 'mix.exs': '{:postgrex, ">= 0.0.0"}' }],
		[
			'Django',
			{
				...find(DJANGO, 'an index'),
				'shop/settings/base.py':
					"DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n",
			},
		],
	])('and PostgreSQL is told from it: %s', async (_, files) => {
		expect(await saysOf({ ...files, ...without })).toEqual([
			expect.stringMatching(/^locks-table:/),
		]);
	});

	test('loses rows all the same', async () => {
		const drop = find(LARAVEL, 'a drop with no way back');
		expect(await saysOf({ ...drop, ...without })).toEqual(['no-way-back:10']);
	});
});
