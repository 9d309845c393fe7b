import { describe, expect, test } from 'vitest';
import lockFile from '../../../checks/deploy/lock-file.ts';
import type { Io } from '../../../src/core/io.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { type LockState, repositoryLocks } from '../../../src/facts/deploy/lock-files.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, git, temporaryFolder, write } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

type Files = Readonly<Record<string, string>>;

async function found(root: string): Promise<LockState> {
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const { source, params } = repositoryLocks({ root });
	return (await ('observe' in source && source.observe(params as never, io))) as LockState;
}

const findingsIn = async (root: string) => judged(lockFile, { found: await found(root) });
const sayingsIn = async (root: string) => inWords(await findingsIn(root));
const sayings = (files: Files) => sayingsIn(committed(files));
const messages = async (files: Files) =>
	(await findingsIn(committed(files))).map(({ message }) => message);

const json = (value: object): string => JSON.stringify(value, null, 2);
const APP = { name: 'shop', private: true, scripts: { start: 'node server.js' } };
const app = (more: object = {}): string =>
	json({ ...APP, dependencies: { ms: '^2.1.0' }, ...more });
const npmLock = (packages: object = {}): string =>
	json({
		name: 'shop',
		lockfileVersion: 3,
		packages: {
			'': { dependencies: { ms: '^2.1.0' } },
			'node_modules/ms': { version: '2.1.3' },
			...packages,
		},
	});
const SOUND: Files = { 'package.json': app(), 'package-lock.json': npmLock() };

test('its examples say what they claim', () => {
	expect(verifyCheck(lockFile)).toEqual([]);
});

describe('missing', () => {
	test.each<[string, Files]>([
		['package.json', { 'package.json': app() }],
		['package.json', { 'package.json': app({ packageManager: 'pnpm@9.0.0' }) }],
		['web/package.json', { 'web/package.json': json({ dependencies: { next: '15' } }) }],
		[
			'package.json',
			{
				'package.json': json({ name: 'x', exports: './x.js', dependencies: { ms: '2' } }),
				Dockerfile: 'FROM node:22\n',
			},
		],
		['requirements.txt', { 'requirements.txt': 'flask\ngunicorn>=20\n', 'app.py': '' }],
		['requirements.txt', { 'requirements.txt': 'django==5.0.*\n', 'manage.py': '' }],
		[
			'pyproject.toml',
			{ 'pyproject.toml': '[project]\nname = "api"\ndependencies = ["fastapi>=0.110"]\n' },
		],
		[
			'pyproject.toml',
			{
				'pyproject.toml':
					'[tool.poetry]\nname = "api"\n[tool.poetry.dependencies]\npython = "^3.12"\ndjango = "^5"\n',
			},
		],
		['Pipfile', { Pipfile: '[packages]\nflask = "*"\n', 'app.py': '' }],
		[
			'Gemfile',
			{ Gemfile: "source 'https://rubygems.org'\ngem 'rails', '~> 7.1'\n", 'config.ru': '' },
		],
		[
			'composer.json',
			{
				'composer.json': json({
					type: 'project',
					require: { php: '^8.2', 'laravel/framework': '^11' },
				}),
			},
		],
		[
			'Cargo.toml',
			{
				'Cargo.toml': '[package]\nname = "api"\nversion = "0.1.0"\n[dependencies]\naxum = "0.7"\n',
				'src/main.rs': '',
			},
		],
		[
			'go.mod',
			{
				'go.mod':
					'module example.test/api\n\ngo 1.24\n\nrequire github.com/labstack/echo/v4 v4.12.0\n',
				'main.go': '',
			},
		],
		[
			'mix.exs',
			{
				'mix.exs':
					'defmodule A do\n  defp deps do\n    [\n      {:phoenix, "~> 1.7"}\n    ]\n  end\nend\n',
				'config/runtime.exs': '',
			},
		],
	])('%s', async (file, files) => {
		expect(await sayings(files)).toEqual([`high missing ${file}`]);
	});

	test.each<[string, Files]>([
		[
			'a package that others install',
			{
				'package.json': json({
					name: 'x',
					version: '1.0.0',
					exports: './x.js',
					dependencies: { ms: '2' },
				}),
			},
		],
		[
			'one that shows itself',
			{
				'package.json': json({
					name: 'x',
					version: '1.0.0',
					types: 'x.d.ts',
					scripts: { start: 'storybook dev' },
					dependencies: { ms: '2' },
				}),
			},
		],
		[
			'one that starts a watcher',
			{
				'package.json': json({
					name: 'x',
					files: ['dist'],
					scripts: { start: 'npm run build -- -w' },
					devDependencies: { webpack: '5' },
				}),
			},
		],
		[
			'one that starts its example',
			{
				'package.json': json({
					name: 'x',
					scripts: { start: 'node example/server.js', prepublishOnly: 'npm test' },
					devDependencies: { express: '4' },
				}),
			},
		],
		[
			'a build',
			{ '.output/server/package.json': app(), 'dist/package.json': app(), 'README.md': '' },
		],
		['no dependencies', { 'package.json': json(APP) }],
		['an example', { 'examples/a/package.json': app() }],
		['settings of tools alone', { 'pyproject.toml': '[tool.ruff]\nline-length = 100\n' }],
		['a gem', { Gemfile: "gemspec\ngem 'rake'\n", 'config.ru': '' }],
		[
			'a crate',
			{
				'Cargo.toml': '[package]\nname = "a"\nversion = "0.1.0"\n[dependencies]\nserde = "1"\n',
				'src/lib.rs': '',
			},
		],
		['a module', { 'go.mod': 'module a\nrequire example.test/b v1.0.0\n', 'a.go': '' }],
		['a PHP library', { 'composer.json': json({ type: 'library', require: { 'psr/log': '^3' } }) }],
		['a requirements file for the docs', { 'docs/requirements.txt': 'sphinx\n' }],
		['nothing', { 'README.md': '' }],
	])('not for %s', async (_, files) => {
		expect(await sayings(files)).toEqual(['not-applicable']);
	});

	test.each<[string, Files]>([
		['npm', SOUND],
		[
			'exact requirements',
			{
				'requirements.txt': 'flask==3.0.3\ngunicorn==22.0.0 # server\n-r other.txt\n',
				'app.py': '',
			},
		],
		['hashes', { 'requirements.txt': 'flask==3.0.3 \\\n    --hash=sha256:aa\n', 'app.py': '' }],
		[
			'a vendored module',
			{
				'go.mod': 'module a\nrequire example.test/b v1.0.0\n',
				'main.go': '',
				'vendor/modules.txt': '# example.test/b v1.0.0\n',
			},
		],
		[
			'a workspace',
			{
				'package.json': json({ private: true, workspaces: ['packages/*'] }),
				'packages/web/package.json': json({ name: 'web', dependencies: { next: '15.0.0' } }),
				'package-lock.json': json({
					lockfileVersion: 3,
					packages: {
						'': { workspaces: ['packages/*'] },
						'node_modules/web': { resolved: 'packages/web', link: true },
						'node_modules/next': { version: '15.0.0' },
						'packages/web': { name: 'web', dependencies: { next: '15.0.0' } },
					},
				}),
			},
		],
	])('sound: %s', async (_, files) => {
		expect(await sayings(files)).toEqual(['pass']);
	});
});

describe('not committed', () => {
	test('a rule keeps it out, whether it lies there or not', async () => {
		const ignored = { ...SOUND, '.gitignore': 'node_modules\n# locks\npackage-lock.json\n' };
		const root = committed({ 'package.json': app(), '.gitignore': ignored['.gitignore'] });
		expect(await sayingsIn(root)).toEqual(['high not-committed package-lock.json']);
		expect((await found(root)).notCommitted[0]).toMatchObject({
			ignoredBy: '.gitignore:3',
			exists: false,
		});
		write(root, ignored);
		expect(await sayingsIn(root)).toEqual(['high not-committed package-lock.json']);
		expect((await found(root)).notCommitted[0]).toMatchObject({
			ignoredBy: '.gitignore:3',
			exists: true,
		});
	});

	test('it was never added', async () => {
		const root = committed({ 'package.json': app() });
		write(root, { 'package-lock.json': npmLock() });
		expect(await sayingsIn(root)).toEqual(['high not-committed package-lock.json']);
		git(root, 'add', '-A');
		expect(await sayingsIn(root)).toEqual(['pass']);
	});

	test('another manager’s lock may be kept out', async () => {
		expect(await sayings({ ...SOUND, '.gitignore': 'yarn.lock\npnpm-lock.yaml\n' })).toEqual([
			'pass',
		]);
		expect(await sayings({ ...SOUND, '.gitignore': '*.json\n!package*.json\n' })).toEqual(['pass']);
	});

	test('outside git what is there counts', async () => {
		const root = temporaryFolder();
		write(root, SOUND);
		expect(await sayingsIn(root)).toEqual(['pass']);
	});
});

describe('several', () => {
	const yarn = '# yarn lockfile v1\n\n\nms@^2.1.0:\n  version "2.1.3"\n';

	test('two managers, unless one is named', async () => {
		expect(await sayings({ ...SOUND, 'yarn.lock': yarn })).toEqual([
			'later several package-lock.json',
		]);
		const named = app({ packageManager: 'yarn@1.22.22' });
		expect(await sayings({ ...SOUND, 'package.json': named, 'yarn.lock': yarn })).toEqual(['pass']);
	});

	test('a leftover beside a lock that fits is told once', async () => {
		const stale = '# yarn lockfile v1\n\n\nms@^1.0.0:\n  version "1.0.0"\n';
		expect(await sayings({ ...SOUND, 'yarn.lock': stale })).toEqual([
			'later several package-lock.json',
		]);
	});

	test('two files of one manager are one', async () => {
		expect(await sayings({ ...SOUND, 'npm-shrinkwrap.json': npmLock() })).toEqual(['pass']);
	});

	test('two folders are two projects', async () => {
		const web = { 'web/package.json': app(), 'web/yarn.lock': yarn };
		expect(await sayings({ ...SOUND, ...web })).toEqual(['pass']);
	});
});

describe('out of date', () => {
	const stale = async (files: Files) => (await found(committed(files))).outOfDate;

	test.each<[string, string, string]>([
		['^3.0.0', '2.1.3', 'high out-of-date package-lock.json'],
		['2.1.2', '2.1.3', 'high out-of-date package-lock.json'],
		['^2.2.0', '2.2.0-beta.1', 'high out-of-date package-lock.json'],
		['2.x', '2.1.3', 'pass'],
		['*', '2.1.3', 'pass'],
		['latest', '2.1.3', 'pass'],
		['npm:ms@^2', '2.1.3', 'pass'],
	])('npm: %s against %s', async (range, version, says) => {
		const files = {
			'package.json': app({ dependencies: { ms: range } }),
			'package-lock.json': npmLock({ 'node_modules/ms': { version } }),
		};
		expect(await sayings(files)).toEqual([says]);
	});

	test('npm: what is not there, in a workspace, in the lock itself, of a peer', async () => {
		const [message] = await messages({
			...SOUND,
			'package.json': app({ devDependencies: { zod: '^4.0.0' } }),
		});
		expect(message).toBe('package-lock.json does not match its manifest: it lacks zod ^4.0.0.');
		const workspaces = {
			'package.json': app({ workspaces: ['packages/*'] }),
			'packages/a/package.json': json({ name: 'a', dependencies: { ms: '2.0.0' } }),
		};
		const linked = {
			'node_modules/a': { resolved: 'packages/a', link: true },
			'packages/a': { dependencies: { ms: '2.0.0' } },
		};
		expect(await stale({ ...workspaces, 'package-lock.json': npmLock() })).toMatchObject([
			{
				differences: [
					{ name: 'ms', wanted: '2.0.0', locked: '2.1.3' },
					{ name: 'a', wanted: 'workspace packages/a' },
				],
			},
		]);
		expect(
			await stale({
				...workspaces,
				'package-lock.json': npmLock({
					...linked,
					'packages/a/node_modules/ms': { version: '2.0.0' },
				}),
			}),
		).toEqual([]);
		const inner = npmLock({
			'node_modules/ms': { version: '2.1.3', dependencies: { inner: '^1' } },
		});
		expect(await stale({ ...SOUND, 'package-lock.json': inner })).toMatchObject([
			{ differences: [{ name: 'inner', wanted: '^1', locked: '' }] },
		]);
		const peer = app({ peerDependencies: { react: '^19' } });
		expect(await stale({ ...SOUND, 'package.json': peer })).toHaveLength(1);
		expect(
			await stale({ ...SOUND, 'package.json': peer, '.npmrc': 'legacy-peer-deps=true\n' }),
		).toEqual([]);
	});

	test('npm: a lock of version 1', async () => {
		const lock = (version: string) =>
			json({ lockfileVersion: 1, dependencies: { ms: { version } } });
		expect(await stale({ ...SOUND, 'package-lock.json': lock('2.1.3') })).toEqual([]);
		expect(await stale({ ...SOUND, 'package-lock.json': lock('1.0.0') })).toHaveLength(1);
	});

	test('npm: an address shows no credential', async () => {
		const files = {
			...SOUND,
			'package.json': app({ dependencies: { ms: 'https://me:hunter2@example.test/ms.tgz' } }),
		};
		expect(JSON.stringify(await findingsIn(committed(files)))).not.toContain('hunter2');
		expect(await stale(files)).toMatchObject([{ differences: [{ wanted: 'an address' }] }]);
	});

	test('a merge that was not finished, and what is no lock', async () => {
		const half = `<<<<<<< HEAD\n${npmLock()}\n=======\n>>>>>>> other\n`;
		expect(await stale({ ...SOUND, 'package-lock.json': half })).toMatchObject([
			{ why: 'conflict' },
		]);
		expect(await stale({ ...SOUND, 'package-lock.json': '{' })).toMatchObject([
			{ why: 'unreadable' },
		]);
	});

	const pnpm9 = (specifier: string, more = '') =>
		`lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\nimporters:\n\n  .:\n    dependencies:\n      ms:\n        specifier: ${specifier}\n        version: 2.1.3\n${more}\npackages:\n\n  ms@2.1.3:\n    resolution: {integrity: sha512-x}\n`;
	test.each<[string, string, number]>([
		['9', pnpm9('^2.1.0'), 0],
		['9, another range', pnpm9('^2.0.0'), 1],
		[
			'9, one too many',
			pnpm9(
				'^2.1.0',
				'    devDependencies:\n      zod:\n        specifier: ^4.0.0\n        version: 4.0.0\n',
			),
			1,
		],
		[
			'6',
			"lockfileVersion: '6.0'\n\ndependencies:\n  ms:\n    specifier: ^2.1.0\n    version: 2.1.3\n\npackages:\n",
			0,
		],
		[
			'5',
			'lockfileVersion: 5.4\n\nspecifiers:\n  ms: ^2.1.0\n\ndependencies:\n  ms: 2.1.3\n\npackages:\n',
			0,
		],
		[
			'5, another range',
			'lockfileVersion: 5.4\n\nspecifiers:\n  ms: ^2.0.0\n\ndependencies:\n  ms: 2.1.3\n\npackages:\n',
			1,
		],
	])('pnpm %s', async (_, lock, count) => {
		expect(await stale({ 'package.json': app(), 'pnpm-lock.yaml': lock })).toHaveLength(count);
	});

	test('pnpm: workspaces', async () => {
		const files = {
			'package.json': app(),
			'pnpm-workspace.yaml': 'packages:\n  - "apps/**"\n  - "!apps/old"\n',
			'apps/web/package.json': json({
				name: 'web',
				private: true,
				dependencies: { ms: 'workspace:*', zod: 'catalog:' },
			}),
		};
		const web = (range: string) =>
			`\n  apps/web:\n    dependencies:\n      ms:\n        specifier: workspace:*\n        version: link:../ms\n      zod:\n        specifier: '${range}'\n        version: 4.0.0\n`;
		expect(await stale({ ...files, 'pnpm-lock.yaml': pnpm9('^2.1.0', web('catalog:')) })).toEqual(
			[],
		);
		expect(await stale({ ...files, 'pnpm-lock.yaml': pnpm9('^2.1.0', web('^4')) })).toHaveLength(1);
		expect(await stale({ ...files, 'pnpm-lock.yaml': pnpm9('^2.1.0') })).toMatchObject([
			{ count: 2 },
		]);
	});

	const berry = (range: string) =>
		`__metadata:\n  version: 8\n\n"ms@npm:^2.1.0":\n  version: 2.1.3\n\n"shop@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "shop@workspace:."\n  dependencies:\n    ms: "${range}"\n  languageName: unknown\n  linkType: soft\n`;
	test.each<[string, string, number]>([
		['classic', '# yarn lockfile v1\n\n\nms@^2.0.0, ms@^2.1.0:\n  version "2.1.3"\n', 0],
		['classic, another range', '# yarn lockfile v1\n\n\nms@^2.0.0:\n  version "2.1.3"\n', 1],
		['berry', berry('npm:^2.1.0'), 0],
		['berry of version 6', berry('^2.1.0'), 0],
		['berry, another range', berry('npm:^2.0.0'), 1],
	])('yarn %s', async (_, lock, count) => {
		expect(await stale({ 'package.json': app(), 'yarn.lock': lock })).toHaveLength(count);
	});

	const bun = (range: string) =>
		`{\n  "lockfileVersion": 1,\n  "workspaces": {\n    "": {\n      "name": "shop",\n      "dependencies": {\n        "ms": "${range}",\n      },\n    },\n  },\n  "packages": {\n    "ms": ["ms@2.1.3", "", {}, "sha512-x"],\n  }\n}\n`;
	test('bun', async () => {
		expect(await stale({ 'package.json': app(), 'bun.lock': bun('^2.1.0') })).toEqual([]);
		expect(await stale({ 'package.json': app(), 'bun.lock': bun('^2.0.0') })).toEqual([]);
		const newer = app({ dependencies: { ms: '^3.0.0' } });
		expect(await stale({ 'package.json': newer, 'bun.lock': bun('^2.1.0') })).toHaveLength(1);
		const binary = '#!/usr/bin/env bun\nbun-lockfile-format-v0\n\u0000ms\u0000';
		expect(await sayings({ 'package.json': app(), 'bun.lockb': binary })).toEqual(['unknown']);
		expect(
			await stale({ 'package.json': app({ dependencies: { zod: '4' } }), 'bun.lockb': binary }),
		).toHaveLength(1);
	});

	const poetry =
		'[[package]]\nname = "django"\nversion = "5.0.1"\n\n[metadata]\ncontent-hash = "x"\n';
	const poetryApp = (range: string) =>
		`[tool.poetry]\nname = "api"\n\n[tool.poetry.dependencies]\npython = "^3.12"\nDjango = "${range}"\n`;
	const uvLock = (specifier: string) =>
		`version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "api"\nversion = "0.1.0"\nsource = { virtual = "." }\ndependencies = [\n    { name = "fastapi" },\n]\n\n[package.metadata]\nrequires-dist = [{ name = "fastapi", specifier = "${specifier}" }]\n`;
	const uvApp =
		'[project]\nname = "api"\nversion = "0.1.0"\ndependencies = ["fastapi >= 0.110, < 1"]\n';
	test.each<[string, Files, number]>([
		['poetry', { 'pyproject.toml': poetryApp('^5.0'), 'poetry.lock': poetry }, 0],
		['poetry, another line', { 'pyproject.toml': poetryApp('^4.2'), 'poetry.lock': poetry }, 1],
		['uv', { 'pyproject.toml': uvApp, 'uv.lock': uvLock('<1,>=0.110') }, 0],
		['uv, another range', { 'pyproject.toml': uvApp, 'uv.lock': uvLock('>=0.100') }, 1],
		[
			'pipenv',
			{
				Pipfile: '[packages]\nflask = "~=3.0"\n',
				'app.py': '',
				'Pipfile.lock': json({ _meta: {}, default: { flask: { version: '==3.0.3' } } }),
			},
			0,
		],
		[
			'pipenv, lacking',
			{
				Pipfile: '[packages]\nflask = "*"\nredis = "*"\n',
				'app.py': '',
				'Pipfile.lock': json({ _meta: {}, default: { flask: { version: '==3.0.3' } } }),
			},
			1,
		],
		[
			'pip-tools',
			{
				'requirements.in': 'flask>=3\n',
				'requirements.txt':
					'#\n# This file is autogenerated by pip-compile with Python 3.12\n#\nflask==3.0.3\n    # via -r requirements.in\n',
				'app.py': '',
			},
			0,
		],
		[
			'pip-tools, lacking',
			{
				'requirements.in': 'flask>=3\nredis\n',
				'requirements.txt':
					'#\n# This file is autogenerated by pip-compile with Python 3.12\n#\nflask==3.0.3\n',
				'app.py': '',
			},
			1,
		],
		[
			'bundler',
			{
				Gemfile: "gem 'rails', '~> 7.1', '>= 7.1.3'\n",
				'config.ru': '',
				'Gemfile.lock':
					'GEM\n  specs:\n    rails (7.1.3)\n\nDEPENDENCIES\n  rails (~> 7.1, >= 7.1.3)\n\nBUNDLED WITH\n   2.5.6\n',
			},
			0,
		],
		[
			'bundler, lacking',
			{
				Gemfile: "gem 'rails'\ngem 'puma'\n",
				'config.ru': '',
				'Gemfile.lock': 'GEM\n  specs:\n    rails (7.1.3)\n\nDEPENDENCIES\n  rails\n',
			},
			1,
		],
		[
			'cargo',
			{
				'Cargo.toml':
					'[package]\nname = "api"\nversion = "0.1.0"\n[dependencies]\naxum = { version = "0.7" }\n',
				'src/main.rs': '',
				'Cargo.lock':
					'version = 4\n\n[[package]]\nname = "api"\nversion = "0.1.0"\n\n[[package]]\nname = "axum"\nversion = "0.7.5"\n',
			},
			0,
		],
		[
			'cargo, another line',
			{
				'Cargo.toml': '[package]\nname = "api"\nversion = "0.1.0"\n[dependencies]\naxum = "0.8"\n',
				'src/main.rs': '',
				'Cargo.lock':
					'version = 4\n\n[[package]]\nname = "api"\nversion = "0.1.0"\n\n[[package]]\nname = "axum"\nversion = "0.7.5"\n',
			},
			1,
		],
		[
			'cargo, another own version',
			{
				'Cargo.toml': '[package]\nname = "api"\nversion = "0.2.0"\n[dependencies]\naxum = "0.7"\n',
				'src/main.rs': '',
				'Cargo.lock':
					'version = 4\n\n[[package]]\nname = "api"\nversion = "0.1.0"\n\n[[package]]\nname = "axum"\nversion = "0.7.5"\n',
			},
			1,
		],
		[
			'go',
			{
				'go.mod':
					'module a\n\nrequire (\n\texample.test/b v1.2.0\n\texample.test/c v1.0.0 // indirect\n)\n',
				'main.go': '',
				'go.sum': 'example.test/b v1.2.0 h1:x=\nexample.test/c v1.0.0/go.mod h1:y=\n',
			},
			0,
		],
		[
			'go, another version',
			{
				'go.mod': 'module a\n\nrequire example.test/b v1.3.0\n',
				'main.go': '',
				'go.sum': 'example.test/b v1.2.0 h1:x=\n',
			},
			1,
		],
	])('%s', async (_, files, count) => {
		expect(await stale(files)).toHaveLength(count);
	});

	test('composer: by its hash', async () => {
		const manifest = { name: 'acme/shop', type: 'project', require: { 'psr/log': '^3.0' } };
		// MD5 of {"name":"acme\/shop","require":{"psr\/log":"^3.0"}}
		const lock = (hash: string) =>
			json({ 'content-hash': hash, packages: [{ name: 'psr/log', version: '3.0.0' }] });
		const files = {
			'composer.json': json(manifest),
			'composer.lock': lock('26defb1943c220d0d2adbad4f0be5430'),
		};
		expect(await stale(files)).toEqual([]);
		expect(await stale({ ...files, 'composer.lock': lock('0'.repeat(32)) })).toMatchObject([
			{ differences: [{ name: 'content-hash' }] },
		]);
	});
});

describe('not frozen', () => {
	const workflow = (run: string) =>
		`on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${run}\n`;
	const CI = '.github/workflows/ci.yml';

	test.each([
		'npm install',
		'npm i',
		'npm install --ignore-scripts',
		'npm update',
		'cd web && npm install',
	])('CI: %s', async (run) => {
		expect(await sayings({ ...SOUND, [CI]: workflow(run) })).toEqual([`later not-frozen ${CI}:6`]);
	});

	test.each([
		'npm ci',
		'npm install -g pnpm',
		'npm install --no-save playwright',
		'npm install --package-lock-only',
		'npm run install',
		'echo npm',
	])('CI, frozen: %s', async (run) => {
		expect(await sayings({ ...SOUND, [CI]: workflow(run) })).toEqual(['pass']);
	});

	test('images', async () => {
		const image = (run: string) => ({ ...SOUND, Dockerfile: `FROM node:22\nCOPY . .\n${run}\n` });
		expect(await sayings(image('RUN npm install --production'))).toEqual([
			'later not-frozen Dockerfile:3',
		]);
		expect(await sayings(image('RUN ["npm", "install"]'))).toEqual([
			'later not-frozen Dockerfile:3',
		]);
		expect(await sayings(image('RUN --mount=type=cache,target=/root/.npm npm ci'))).toEqual([
			'pass',
		]);
		const branches =
			'RUN if [ -f yarn.lock ]; then yarn --frozen-lockfile; \\\n  elif [ -f package-lock.json ]; then npm ci; \\\n  else echo none && npm install; fi';
		expect(await sayings(image(branches))).toEqual(['pass']);
	});

	test('a manager without a lock here is none of ours', async () => {
		expect(await sayings({ ...SOUND, [CI]: workflow('yarn install') })).toEqual(['pass']);
	});

	test('pnpm is frozen in CI, and not in an image', async () => {
		const lock =
			"lockfileVersion: '6.0'\n\ndependencies:\n  ms:\n    specifier: ^2.1.0\n    version: 2.1.3\n\npackages:\n";
		const files = { 'package.json': app(), 'pnpm-lock.yaml': lock };
		expect(await sayings({ ...files, [CI]: workflow('pnpm install') })).toEqual(['pass']);
		expect(
			await sayings({ ...files, [CI]: workflow('pnpm install --no-frozen-lockfile') }),
		).toEqual([`later not-frozen ${CI}:6`]);
		expect(await sayings({ ...files, Dockerfile: 'FROM node:22\nRUN pnpm install\n' })).toEqual([
			'later not-frozen Dockerfile:2',
		]);
		expect(
			await sayings({ ...files, Dockerfile: 'FROM node:22\nENV CI=true\nRUN pnpm install\n' }),
		).toEqual(['pass']);
	});

	test('a platform’s build', async () => {
		const netlify = '[build]\n  command = "npm install && npm run build"\n';
		expect(await sayings({ ...SOUND, 'netlify.toml': netlify })).toEqual([
			'later not-frozen netlify.toml:2',
		]);
		const render =
			'services:\n  - type: web\n    name: shop\n    buildCommand: npm ci && npm run build\n';
		expect(await sayings({ ...SOUND, 'render.yaml': render })).toEqual(['pass']);
	});

	test('a workflow that is there to move the lock', async () => {
		expect(
			await sayings({ ...SOUND, '.github/workflows/update-deps.yml': workflow('npm update') }),
		).toEqual(['pass']);
	});
});

test('pnpm, yarn and bun: a list, a peer, a workspace', async () => {
	const stale = async (files: Files) => (await found(committed(files))).outOfDate;
	const moved = json({ ...APP, devDependencies: { ms: '^2.1.0' } });
	const pnpm =
		"lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      ms:\n        specifier: ^2.1.0\n        version: 2.1.3\n\npackages:\n";
	expect(await stale({ 'package.json': moved, 'pnpm-lock.yaml': pnpm })).toMatchObject([
		{ differences: [{ wanted: 'in devDependencies', locked: 'in dependencies' }] },
	]);
	const berry =
		'__metadata:\n  version: 8\n\n"shop@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "shop@workspace:."\n  dependencies:\n    ms: "npm:^2.1.0"\n  peerDependencies:\n    react: ^19\n';
	expect(await stale({ 'package.json': app(), 'yarn.lock': berry })).toHaveLength(1);
	const withPeer = app({ peerDependencies: { react: '^19' } });
	expect(await stale({ 'package.json': withPeer, 'yarn.lock': berry })).toEqual([]);
	const gone = `${berry}\n"a@workspace:packages/a":\n  version: 0.0.0-use.local\n  resolution: "a@workspace:packages/a"\n`;
	expect(await stale({ 'package.json': withPeer, 'yarn.lock': gone })).toMatchObject([
		{ differences: [{ name: 'a', wanted: '', locked: 'workspace packages/a' }] },
	]);
	const bun = json({
		lockfileVersion: 1,
		workspaces: { '': { dependencies: { ms: '^2.1.0' } } },
		packages: { ms: ['ms@2.1.3'] },
	});
	const workspace = {
		'package.json': app({ workspaces: ['packages/*'] }),
		'packages/a/package.json': json({ name: 'a' }),
	};
	expect(await stale({ ...workspace, 'bun.lock': bun })).toHaveLength(1);
});

test('Yarn 1 is not said to stop where a workspace alone is out of step', async () => {
	const yarn = '# yarn lockfile v1\n\n\nms@^2.1.0:\n  version "2.1.3"\n';
	const files = (range: string) => ({
		'package.json': app({ workspaces: ['packages/*'] }),
		'packages/a/package.json': json({ name: 'a', version: '1.0.0', dependencies: { ms: range } }),
		'packages/b/package.json': json({ name: 'b', dependencies: { a: '1.0.0' } }),
		'yarn.lock': yarn,
	});
	expect((await found(committed(files('^2.1.0')))).outOfDate).toEqual([]);
	const [finding] = await findingsIn(committed(files('^3.0.0')));
	expect(finding).toMatchObject({ verdict: 'out-of-date' });
	expect(JSON.stringify(finding)).toContain('Yarn 1 does not notice');
});
