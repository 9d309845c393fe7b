import { describe, expect, test } from 'vitest';
import rollback from '../../../checks/deploy/rollback.ts';
import type { Io } from '../../../src/core/io.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { repositoryMigrations } from '../../../src/facts/deploy/migrations.ts';
import { repositoryPipelines } from '../../../src/facts/deploy/pipelines-survey.ts';
import { repositoryRollback, rollbackNoteIn } from '../../../src/facts/deploy/rollback-survey.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, git, temporaryFolder } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

type Files = Readonly<Record<string, string>>;

async function sayingsAt(root: string): Promise<readonly string[]> {
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const seen = async (ref: { source: object; params: unknown }) =>
		'observe' in ref.source
			? await (ref.source.observe as (params: unknown, io: Io) => Promise<unknown>)(ref.params, io)
			: null;
	const known = (value: unknown) => ({ status: 'known', value });
	const found = await seen(repositoryRollback({ root }));
	const pipelines = known(await seen(repositoryPipelines({ root })));
	const migrations = known(await seen(repositoryMigrations({ root })));
	return inWords(judged(rollback, { found, pipelines, migrations }));
}

const sayings = (files: Files) => sayingsAt(committed(files));

const SERVER: Files = {
	'package.json': '{"name":"shop","private":true,"dependencies":{"express":"^5.0.0"}}',
	Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
	'server.js': '',
	'README.md': '# Shop\n\nRuns on our own machine.\n',
};
const MIGRATION: Files = {
	'prisma/migrations/20250101000000_init/migration.sql': 'CREATE TABLE a (id INT);\n',
};

test('its examples say what they claim', () => {
	expect(verifyCheck(rollback)).toEqual([]);
});

describe('not documented', () => {
	test('a server of one’s own, and worse with migrations', async () => {
		expect(await sayings(SERVER)).toEqual(['later not-documented']);
		expect(await sayings({ ...SERVER, ...MIGRATION })).toEqual(['high not-documented']);
	});
	test('a tag is something to go back to', async () => {
		const root = committed(SERVER);
		git(root, 'tag', 'v1.0.0');
		expect(await sayingsAt(root)).toEqual(['pass']);
	});
	test('a library is not deployed', async () => {
		expect(await sayings({ 'package.json': '{"name":"a","main":"a.js"}', 'a.js': '' })).toEqual([
			'not-applicable',
		]);
	});
	test.each<[string, string]>([
		['vercel.json', '{}'],
		['netlify.toml', '[build]\n  command = "x"\n'],
		['fly.toml', 'app = "shop"\n'],
		['Procfile', 'web: node server.js\n'],
		['render.yaml', 'services:\n  - type: web\n    name: shop\n    runtime: node\n'],
		['wrangler.toml', 'name = "shop"\n'],
		[
			'k8s/shop.yaml',
			'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n',
		],
		[
			'.github/workflows/d.yml',
			'on: push\njobs:\n  d:\n    runs-on: x\n    steps:\n      - run: npx vercel deploy --prod\n',
		],
	])('%s: the platform goes back by itself', async (file, text) => {
		expect(await sayings({ ...SERVER, [file]: text })).toEqual(['not-applicable']);
	});
	test('compose and a copy by ssh do not', async () => {
		const compose = { 'compose.prod.yml': 'services:\n  a:\n    build: .\n    ports: ["80:80"]\n' };
		expect(await sayings({ ...SERVER, ...compose })).toEqual(['later not-documented']);
	});
	test.each<[string, string]>([
		['RUNBOOK.md', '# Runbook\n\n## Rolling back\n\nDeploy the tag before.\n'],
		['docs/anything.md', '# A\n\n### Rollback of a release\n'],
		['docs/deployment.md', '# Deploy\n\nTo roll back, deploy the previous image again.\n'],
		['docs/operations.rst', 'Roll back\n=========\n\nDo it.\n'],
		['scripts/rollback.sh', 'echo\n'],
		['Makefile', 'rollback:\n\tssh x\n'],
	])('%s tells how', async (file, text) => {
		expect(await sayings({ ...SERVER, [file]: text })).toEqual(['pass']);
	});
	test.each<[string, string]>([
		['README.md', '# Shop\n\nEvery transaction is rolled back on an error.\n'],
		['docs/database.md', '# Data\n\n## Migration rollback\n\nknex migrate:rollback\n'],
		['CHANGELOG.md', '## 1.2\n\n### Rollback of the new cart\n'],
		['scripts/migrate-rollback.sh', 'echo\n'],
		['Makefile', 'db-rollback:\n\tknex migrate:rollback\n'],
	])('%s is about something else', async (file, text) => {
		expect(await sayings({ ...SERVER, [file]: text })).toEqual(['later not-documented']);
	});
	test('what stands in a block of code is no heading', () => {
		expect(rollbackNoteIn('a.md', '```\n# rollback\n```\n')).toBeNull();
		expect(rollbackNoteIn('a.md', 'x\n\n# Rollback\n')).toEqual({ line: 3, what: 'Rollback' });
	});
});
