import { describe, expect, test } from 'vitest';
import backups from '../../../checks/deploy/backups.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { type Files, findingsIn, needs, SERVER, sayingsIn } from './operations-in.ts';

const says = (files: Files) => sayingsIn(backups, files);

const SHOP: Files = { ...SERVER, 'package.json': needs('express', 'pg') };
const FAILS = ['high not-documented package.json:1'];

const RUNBOOK = `# Operations

## Backups

Every night a job dumps the database:

    pg_dump --format=custom "$DATABASE_URL" > shop.dump

## Restore

    pg_restore --dbname=shop_test shop.dump
`;

test('its examples say what they claim', () => {
	expect(verifyCheck(backups)).toEqual([]);
});

describe('a database without a word on backups', () => {
	test.each<readonly [string, Files, string]>([
		['PostgreSQL', SHOP, 'package.json:1'],
		['MongoDB', { ...SERVER, 'package.json': needs('express', 'mongoose') }, 'package.json:1'],
		[
			'Prisma',
			{
				'package.json': needs('next', '@prisma/client'),
				'prisma/schema.prisma':
					'datasource db {\n  provider = "mysql"\n  url = env("DATABASE_URL")\n}\n',
			},
			'package.json:1',
		],
		['Django', { 'requirements.txt': 'django\npsycopg[binary]==3.2\n' }, 'requirements.txt:2'],
		[
			'SQLAlchemy',
			{
				'pyproject.toml':
					'[project]\nname = "shop"\ndependencies = [\n  "fastapi",\n  "sqlalchemy>=2",\n]\n',
			},
			'pyproject.toml:5',
		],
		['Rails', { Gemfile: "gem 'rails'\ngem 'pg'\n" }, 'Gemfile:2'],
		[
			'Laravel',
			{
				'composer.json': '{\n"require":{"laravel/framework":"^11"}}',
				'docker-compose.yml': 'services:\n  mysql:\n    image: mysql:8\n',
			},
			'docker-compose.yml:2',
		],
		[
			'Go',
			{
				'go.mod':
					'module x\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1\n\tgithub.com/jackc/pgx/v5 v5.7.1\n)\n',
			},
			'go.mod:5',
		],
		[
			'Spring',
			{
				'pom.xml':
					'<dependency><artifactId>spring-boot-starter-web</artifactId></dependency>\n<dependency><artifactId>spring-boot-starter-data-jpa</artifactId></dependency>\n<dependency><artifactId>postgresql</artifactId></dependency>',
			},
			'pom.xml:3',
		],
		['Phoenix', { 'mix.exs': '{:phoenix, "~> 1.7"},\n{:postgrex, ">= 0.0.0"}' }, 'mix.exs:2'],
		[
			'a compose file',
			{
				...SERVER,
				'compose.yaml': 'services:\n  web:\n    build: .\n  db:\n    image: postgres:16\n',
			},
			'compose.yaml:4',
		],
	])('%s', async (_, files, place) => {
		expect(await says(files)).toEqual([`high not-documented ${place}`]);
	});

	test.each([
		['README.md', '# Shop\n\nTODO: set up database backups and a restore.\n'],
		['README.md', '# Shop\n\nThere are no database backups yet, and no restore.\n'],
		['README.md', '# Shop\n\nBack up your browser tabs. Restore them later.\n'],
		['CHANGELOG.md', '- restore the database from the backup faster\n'],
		['content/posts/backup.md', 'How to back up a database and restore it.\n'],
		['test/backup.sh', 'pg_dump x\npg_restore x\n'],
		['README.md', '- [ ] database backup\n- [ ] database restore\n'],
		['infra/db.tf', 'resource "aws_db_instance" "x" {\n  backup_retention_period = 0\n}\n'],
	])('although %s has: %s', async (file, text) => {
		expect(await says({ ...SHOP, [file]: text })).toEqual(FAILS);
	});

	test('tells where only half of it is', async () => {
		const [finding] = await findingsIn(backups, {
			...SHOP,
			'README.md': '# Shop\n\nThe database is backed up every night.\n',
		});
		expect(finding).toMatchObject({ verdict: 'not-documented' });
		expect(finding).toHaveProperty(
			'message',
			expect.stringContaining('README.md:3 speaks of backups'),
		);
	});

	test('writes a runbook with the commands of the database', async () => {
		const text = async (files: Files) => {
			const [finding] = await findingsIn(backups, files);
			const fix = finding && 'fix' in finding ? finding.fix : null;
			return fix?.snippets[0]?.text ?? '';
		};
		const postgres = await text(SHOP);
		expect(postgres).toContain('pg_dump --format=custom --no-owner');
		expect(postgres).toContain('pg_restore --no-owner --exit-on-error --dbname=restore_test');
		expect(await text({ ...SERVER, 'package.json': needs('express', 'mongodb') })).toContain(
			'mongorestore --uri="$RESTORE_TEST_URL"',
		);
		expect(
			await text({ ...SHOP, 'compose.yaml': 'services:\n  db:\n    image: postgres:16\n' }),
		).toContain("docker compose exec -T db sh -c 'pg_dump");
	});
});

describe('a database whose backups are written down', () => {
	test.each<readonly [string, Files]>([
		['a runbook', { 'docs/runbook.md': RUNBOOK }],
		[
			'the README',
			{
				'README.md':
					'# Shop\n\nRDS keeps daily snapshots of the database for 14 days. To restore one: open the console.\n',
			},
		],
		[
			'two scripts',
			{
				'scripts/backup.sh': 'pg_dump "$DATABASE_URL" | gzip > a.gz\n',
				'scripts/restore.sh': 'gunzip -c a.gz | psql "$DATABASE_URL"\n',
			},
		],
		[
			'a workflow and a note',
			{
				'.github/workflows/backup.yml':
					'on:\n  schedule: [{ cron: "0 2 * * *" }]\njobs:\n  a:\n    steps:\n      - run: pg_dump "$DATABASE_URL" > dump.sql\n',
				'DEPLOY.md':
					'## Restore the database\n\npsql "$DATABASE_URL" -f dump.sql (backup of last night)\n',
			},
		],
		[
			'Litestream',
			{
				'litestream.yml': 'dbs:\n  - path: /data/app.db\n    # litestream replicate\n',
				'docs/backup.md':
					'Litestream copies the database. Restore: litestream restore /data/app.db\n',
			},
		],
		[
			'Terraform',
			{ 'infra/db.tf': 'resource "aws_db_instance" "x" {\n  backup_retention_period = 7\n}\n' },
		],
		[
			'a cluster',
			{
				'k8s/db.yaml':
					'kind: Cluster\nspec:\n  backup:\n    barmanObjectStore:\n      destinationPath: s3://x\n',
			},
		],
	])('in %s', async (_, files) => {
		expect(await says({ ...SHOP, ...files })).toEqual(['pass']);
	});
});

test.each<readonly [string, Files, string]>([
	[
		'Supabase',
		{ 'package.json': needs('next', '@supabase/supabase-js') },
		'Supabase (package.json:1) makes daily backups on paid plans',
	],
	[
		'Neon',
		{
			...SHOP,
			'.env.example':
				'DATABASE_URL=postgres://user:password@ep-x.eu-central-1.aws.neon.tech/shop\n',
		},
		'Neon (.env.example:1) keeps a history',
	],
	[
		'Heroku',
		{ ...SHOP, 'app.json': '{"addons":["heroku-postgresql:essential-0"]}' },
		'Heroku Postgres (app.json:1)',
	],
	[
		'Render',
		{ ...SHOP, 'render.yaml': 'databases:\n  - name: shop\n' },
		'Render Postgres (render.yaml:1)',
	],
	['PlanetScale', { 'package.json': needs('next', '@planetscale/database') }, 'PlanetScale'],
	[
		'DynamoDB',
		{ ...SERVER, 'package.json': needs('express', '@aws-sdk/lib-dynamodb') },
		'DynamoDB',
	],
])('what %s keeps cannot be seen from here', async (_, files, words) => {
	const [finding] = await findingsIn(backups, files);
	expect(finding).toMatchObject({ outcome: 'unknown' });
	expect(finding).toHaveProperty('message', expect.stringContaining(words));
});

test.each<readonly [string, Files]>([
	['a server without a database', SERVER],
	['a cache', { ...SERVER, 'package.json': needs('express', 'ioredis') }],
	['Django without a driver', { 'requirements.txt': 'django\n' }],
	[
		'a database of tests alone',
		{ ...SERVER, 'docker-compose.test.yml': 'services:\n  db:\n    image: postgres:16\n' },
	],
	[
		'a driver to develop with',
		{
			...SERVER,
			'package.json': JSON.stringify({
				private: true,
				dependencies: { express: '1' },
				devDependencies: { pg: '8' },
			}),
		},
	],
	['a site of files', { 'package.json': needs('@docusaurus/core', 'pg') }],
	[
		'a library for databases',
		{
			'package.json': JSON.stringify({
				exports: './a.js',
				dependencies: { pg: '8', express: '4' },
			}),
		},
	],
	['plain HTML', { 'index.html': '<title>Shop</title>' }],
])('does not apply to %s', async (_, files) => {
	expect(await says(files)).toEqual(['not-applicable']);
});
