import { describe, expect, test } from 'vitest';
import runtime from '../../../checks/deploy/runtime.ts';
import type { Io } from '../../../src/core/io.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { type RepositoryRuntimes, repositoryRuntimes } from '../../../src/facts/deploy/runtimes.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { temporaryFolder, write } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

type Files = Readonly<Record<string, string>>;

async function found(files: Files): Promise<RepositoryRuntimes> {
	const root = temporaryFolder();
	write(root, files);
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const { source, params } = repositoryRuntimes({ root });
	return (await ('observe' in source && source.observe(params as never, io))) as RepositoryRuntimes;
}

const NOW = '2026-05-01';
const sayings = async (files: Files, now = NOW) =>
	inWords(judged(runtime, { found: await found(files) }, { now }));

const app = (more: object = {}): string =>
	JSON.stringify({ private: true, scripts: { start: 'node server.js' }, ...more }, null, 2);
const NODE: Files = { 'package.json': app() };
const CI = '.github/workflows/ci.yml';
const setup = (action: string, input: string): string =>
	`on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ${action}\n        with:\n          ${input}\n`;

test('its examples say what they claim', () => {
	expect(verifyCheck(runtime)).toEqual([]);
});

describe('not pinned', () => {
	test.each<[string, Files, string]>([
		['nothing at all', NODE, 'later not-pinned package.json'],
		[
			'CI alone',
			{ ...NODE, [CI]: setup('actions/setup-node@v4', 'node-version: 22') },
			'later not-pinned package.json',
		],
		['no tag', { ...NODE, Dockerfile: 'FROM node\n' }, 'later not-pinned Dockerfile:1'],
		[
			'latest',
			{ ...NODE, Dockerfile: 'ARG A=1\nFROM node:latest\n' },
			'later not-pinned Dockerfile:2',
		],
		[
			'a moving tag',
			{ ...NODE, Dockerfile: 'FROM node:lts-alpine\n' },
			'later not-pinned Dockerfile:1',
		],
		['a moving name', { ...NODE, '.nvmrc': 'lts/*\n' }, 'later not-pinned package.json'],
		[
			'any version',
			{ 'package.json': app({ engines: { node: '*' } }) },
			'later not-pinned package.json',
		],
		[
			'Python',
			{ 'requirements.txt': 'flask==3.0.3\n', 'app.py': '' },
			'later not-pinned requirements.txt',
		],
		['Ruby', { Gemfile: "gem 'rails'\n", 'config.ru': '' }, 'later not-pinned Gemfile'],
		[
			'PHP',
			{ 'composer.json': '{"type":"project","require":{"laravel/framework":"^11"}}' },
			'later not-pinned composer.json',
		],
	])('%s', async (_, files, says) => {
		expect(await sayings(files)).toEqual([says]);
	});

	test.each<[string, Files]>([
		['engines', { 'package.json': app({ engines: { node: '>=22' } }) }],
		['.nvmrc', { ...NODE, '.nvmrc': 'v22.11.0\n' }],
		['a code name', { ...NODE, '.nvmrc': 'lts/jod\n' }],
		['.node-version', { ...NODE, '.node-version': '22\n' }],
		['.tool-versions', { ...NODE, '.tool-versions': 'nodejs 22.11.0\npnpm 9.1.0\n' }],
		['mise', { ...NODE, 'mise.toml': '[tools]\nnode = "22"\n' }],
		['volta', { 'package.json': app({ volta: { node: '22.11.0' } }) }],
		['an image', { ...NODE, Dockerfile: 'FROM node:22-alpine\n' }],
		[
			'an image by argument',
			{ ...NODE, Dockerfile: 'ARG V=22\nFROM node:$V-slim AS deps\nFROM deps\n' },
		],
		['netlify.toml', { ...NODE, 'netlify.toml': '[build.environment]\n  NODE_VERSION = "22"\n' }],
		[
			'render.yaml',
			{
				...NODE,
				'render.yaml':
					'services:\n  - type: web\n    envVars:\n      - key: NODE_VERSION\n        value: 22.11.0\n',
			},
		],
		['app.yaml', { ...NODE, 'app.yaml': 'runtime: nodejs22\n' }],
		[
			'.python-version',
			{ 'requirements.txt': 'flask==3.0.3\n', 'app.py': '', '.python-version': '3.12\n' },
		],
		['runtime.txt', { 'requirements.txt': 'flask==3.0.3\n', 'runtime.txt': 'python-3.12.4\n' }],
		[
			'requires-python',
			{
				'pyproject.toml':
					'[project]\nname = "a"\nrequires-python = ">=3.12"\ndependencies = ["django"]\n',
			},
		],
		['the Gemfile', { Gemfile: "ruby '3.3.5'\ngem 'rails'\n", 'config.ru': '' }],
		['require.php', { 'composer.json': '{"type":"project","require":{"php":"^8.3","a/b":"1"}}' }],
		['go.mod', { 'go.mod': 'module a\n\ngo 1.25\n', 'main.go': '' }],
		['the root, for a workspace', { 'apps/web/package.json': app(), '.nvmrc': '22\n' }],
	])('pinned by %s', async (_, files) => {
		expect(await sayings(files)).toEqual(['pass']);
	});

	test.each<[string, Files]>([
		['a library', { 'package.json': '{"name":"x","version":"1.0.0","exports":"./x.js"}' }],
		['a project of Bun', { ...NODE, 'bun.lock': '{}' }],
		['no code', { 'README.md': '' }],
	])('does not apply to %s', async (_, files) => {
		expect(await sayings(files)).toEqual(['not-applicable']);
	});
});

describe('disagrees', () => {
	test.each<[string, Files, string]>([
		['.nvmrc and image', { ...NODE, '.nvmrc': '22\n', Dockerfile: 'FROM node:24\n' }, '.nvmrc:1'],
		[
			'engines and image',
			{ 'package.json': app({ engines: { node: '^22.1.0' } }), Dockerfile: 'FROM node:24\n' },
			'Dockerfile:1',
		],
		[
			'two stages',
			{ ...NODE, Dockerfile: 'FROM node:22 AS build\nRUN a\nFROM node:24-slim\n' },
			'Dockerfile:1',
		],
		[
			'CI and image',
			{
				...NODE,
				Dockerfile: 'FROM node:24\n',
				[CI]: setup('actions/setup-node@v4', 'node-version: 22'),
			},
			'Dockerfile:1',
		],
		[
			'CI’s container',
			{ ...NODE, '.nvmrc': '24', [CI]: 'jobs:\n  a:\n    container: node:22\n    steps: []\n' },
			'.nvmrc:1',
		],
		[
			'another CI',
			{
				...NODE,
				'.nvmrc': '24',
				'.gitlab-ci.yml': 'test:\n  image: node:22-alpine\n  script: [npm test]\n',
			},
			'.nvmrc:1',
		],
		[
			'platform',
			{ ...NODE, '.nvmrc': '24', 'netlify.toml': '[build.environment]\nNODE_VERSION = "22"\n' },
			'.nvmrc:1',
		],
		[
			'Python',
			{
				'requirements.txt': 'flask==3.0.3\n',
				'runtime.txt': 'python-3.12.4\n',
				Dockerfile: 'FROM python:3.13-slim\n',
			},
			'Dockerfile:1',
		],
		[
			'Ruby',
			{ Gemfile: "ruby '3.3.5'\ngem 'rails'\n", 'config.ru': '', '.ruby-version': 'ruby-3.4.1\n' },
			'.ruby-version:1',
		],
		[
			'PHP',
			{
				'composer.json': '{"type":"project","require":{"php":"~8.3.0","a/b":"1"}}',
				Dockerfile: 'FROM php:8.4-fpm\n',
			},
			'Dockerfile:1',
		],
		[
			'Go',
			{
				'go.mod': 'module a\n\ngo 1.26\n',
				'main.go': '',
				Dockerfile: 'FROM golang:1.25 AS build\n',
			},
			'Dockerfile:1',
		],
	])('%s', async (_, files, place) => {
		expect(await sayings(files)).toEqual([`high disagrees ${place}`]);
	});

	test.each<[string, Files]>([
		[
			'a range around it',
			{ 'package.json': app({ engines: { node: '>=20.19 <25' } }), Dockerfile: 'FROM node:24\n' },
		],
		['more digits', { ...NODE, '.nvmrc': '22.11.0\n', Dockerfile: 'FROM node:22.3-slim\n' }],
		[
			'a matrix with it',
			{
				...NODE,
				'.nvmrc': '22\n',
				[CI]: `jobs:\n  a:\n    strategy:\n      matrix:\n        node: [20, 22, 24]\n    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: \${{ matrix.node }}\n`,
			},
		],
		[
			'CI that reads the file',
			{
				...NODE,
				'.nvmrc': '22\n',
				[CI]: setup('actions/setup-node@v4', 'node-version-file: .nvmrc'),
			},
		],
		[
			'an image of another kind',
			{
				...NODE,
				'.nvmrc': '22\n',
				Dockerfile: 'FROM node:22 AS build\nFROM nginx:1.27\nCOPY --from=build /a /b\n',
			},
		],
		['an image for work', { ...NODE, '.nvmrc': '22\n', 'Dockerfile.dev': 'FROM node:24\n' }],
		[
			'two services',
			{
				'api/package.json': app(),
				'api/.nvmrc': '22',
				'web/package.json': app(),
				'web/.nvmrc': '24',
			},
		],
		[
			'a newer Go',
			{ 'go.mod': 'module a\n\ngo 1.24\n', 'main.go': '', Dockerfile: 'FROM golang:1.26\n' },
		],
		[
			'a caret of Composer',
			{
				'composer.json': '{"type":"project","require":{"php":"^8.2","a/b":"1"}}',
				Dockerfile: 'FROM php:8.4-fpm\n',
			},
		],
		[
			'Poetry',
			{
				'pyproject.toml':
					'[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.12"\ndjango = "5"\n',
				Dockerfile: 'FROM python:3.13-slim\n',
			},
		],
	])('agrees: %s', async (_, files) => {
		expect(await sayings(files)).toEqual(['pass']);
	});
});

describe('end of life', () => {
	test('Node.js, Python, Ruby, PHP and Go', async () => {
		expect(await sayings({ ...NODE, '.nvmrc': '18\n' })).toEqual(['high end-of-life .nvmrc:1']);
		expect(await sayings({ Dockerfile: 'FROM python:3.8\n' })).toEqual([
			'high end-of-life Dockerfile:1',
		]);
		expect(await sayings({ Dockerfile: 'FROM ruby:2.7-slim\n' })).toEqual([
			'high end-of-life Dockerfile:1',
		]);
		expect(await sayings({ Dockerfile: 'FROM php:8.1-apache\n' })).toEqual([
			'high end-of-life Dockerfile:1',
		]);
		expect(await sayings({ Dockerfile: 'FROM golang:1.22\n' })).toEqual([
			'high end-of-life Dockerfile:1',
		]);
	});

	test('on its last day it is not, on the next it is', async () => {
		const files = { ...NODE, '.nvmrc': '20.19.0\n' };
		expect(await sayings(files, '2026-04-30T23:59:00Z')).toEqual(['pass']);
		expect(await sayings(files, '2026-05-01T00:00:00Z')).toEqual(['high end-of-life .nvmrc:1']);
	});

	test('all places that name it make one finding', async () => {
		const files = {
			'package.json': app({ engines: { node: '18.x' } }),
			'.nvmrc': '18\n',
			Dockerfile: 'FROM node:18\n',
		};
		expect(await sayings(files)).toHaveLength(1);
	});

	test('what allows a supported line is not judged', async () => {
		expect(await sayings({ 'package.json': app({ engines: { node: '>=14' } }) })).toEqual(['pass']);
		expect(await sayings({ 'package.json': app({ engines: { node: '18 || 20 || 22' } }) })).toEqual(
			['pass'],
		);
		expect(await sayings({ 'go.mod': 'module a\n\ngo 1.20\n', 'main.go': '' })).toEqual(['pass']);
	});
});
