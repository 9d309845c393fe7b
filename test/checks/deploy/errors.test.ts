import { describe, expect, test } from 'vitest';
import errors from '../../../checks/deploy/errors.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { type Files, findingsIn, needs, operationsIn, SERVER, sayingsIn } from './operations-in.ts';

const says = (files: Files) => sayingsIn(errors, files);

const VITE = JSON.stringify({
	private: true,
	dependencies: { 'react-dom': '^19' },
	devDependencies: { vite: '^7' },
});

test('its examples say what they claim', () => {
	expect(verifyCheck(errors)).toEqual([]);
});

describe('errors that reach nobody', () => {
	test('of servers', async () => {
		expect(await says(SERVER)).toEqual(['later not-tracked']);
		expect(
			await says({ 'requirements.txt': 'django\n', 'shop/settings.py': 'ADMINS = []\n' }),
		).toEqual(['later not-tracked']);
		expect(await says({ 'package.json': needs('next'), 'vercel.json': '{}' })).toEqual([
			'later not-tracked',
		]);
	});

	test('of an application in browsers that talks to a server', async () => {
		expect(
			await says({ 'package.json': VITE, 'src/api.ts': "export const a = () => fetch('/api');\n" }),
		).toEqual(['later not-tracked']);
	});

	test('with a tracker that nothing loads', async () => {
		const [finding] = await findingsIn(errors, {
			...SERVER,
			'package.json': needs('express', '@sentry/node'),
		});
		expect(finding).toMatchObject({ verdict: 'not-tracked' });
		expect(finding).toHaveProperty(
			'message',
			'@sentry/node is in package.json:1, and no code, script or setting loads it.',
		);
		expect(
			await says({ ...SERVER, 'package.json': needs('express', '@opentelemetry/api') }),
		).toEqual(['later not-tracked']);
		expect(
			await says({
				'requirements.txt': 'flask\nsentry-sdk==2.0\n',
				'app.py': 'app = Flask(__name__)\n',
			}),
		).toEqual(['later not-tracked']);
	});

	test.each<readonly [string, Files, string]>([
		['Next.js', { 'package.json': needs('next') }, 'onRequestError'],
		['NestJS', { 'package.json': needs('@nestjs/core', 'express') }, "from '@sentry/nestjs'"],
		['Rails', { Gemfile: "gem 'rails'\n" }, 'config/initializers/sentry.rb'],
		['Django', { 'requirements.txt': 'Django>=5\n' }, '# settings.py'],
		['Laravel', { 'composer.json': '{"require":{"laravel/framework":"^11"}}' }, 'withExceptions'],
		['Go', { 'go.mod': 'module x\n\nrequire github.com/go-chi/chi/v5 v5.0.1\n' }, 'sentry.Init('],
		['Phoenix', { 'mix.exs': '{:phoenix, "~> 1.7"}' }, 'config :sentry'],
		['ASP.NET', { 'Shop.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web">' }, 'UseSentry'],
		['Vite', { 'package.json': VITE, 'src/a.ts': "fetch('/api')" }, "from '@sentry/react'"],
	])('writes the setup of %s', async (_, files, text) => {
		const [finding] = await findingsIn(errors, files);
		const fix = finding && 'fix' in finding ? finding.fix : null;
		expect(fix?.snippets[0]?.text).toContain(text);
	});
});

describe('errors that are reported', () => {
	test.each<readonly [string, Files]>([
		[
			'import',
			{
				'package.json': needs('express', '@sentry/node'),
				'a.mjs': "import * as Sentry from '@sentry/node';",
			},
		],
		[
			'start',
			{
				'package.json': JSON.stringify({
					scripts: { start: 'node -r dd-trace/init .' },
					dependencies: { express: '1', 'dd-trace': '1' },
				}),
			},
		],
		[
			'image',
			{
				'package.json': needs('express', 'newrelic'),
				Dockerfile: 'FROM node:22\nCMD ["node", "-r", "newrelic", "server.js"]\n',
			},
		],
		[
			'Bugsnag',
			{ 'package.json': needs('koa', '@bugsnag/js'), 'a.js': "require('@bugsnag/js').start({});" },
		],
		[
			'Rollbar',
			{
				'package.json': needs('fastify', 'rollbar'),
				'a.js': "const Rollbar = require('rollbar');",
			},
		],
		[
			'Azure',
			{
				'package.json': needs('express', 'applicationinsights'),
				'a.js': "require('applicationinsights').setup();",
			},
		],
		[
			'an exporter',
			{
				'package.json': needs('express', '@opentelemetry/sdk-node'),
				'otel.js': "require('@opentelemetry/sdk-node');",
			},
		],
		[
			'Next.js',
			{
				'package.json': needs('next'),
				'instrumentation.ts': 'export async function onRequestError() {}',
			},
		],
		[
			'Python',
			{ 'requirements.txt': 'django\nsentry-sdk\n', 'shop/settings.py': 'import sentry_sdk\n' },
		],
		[
			'Poetry',
			{
				'pyproject.toml': '[tool.poetry.dependencies]\nfastapi = "^0.1"\nlogfire = "^3"\n',
				'main.py': 'import logfire\n',
			},
		],
		[
			'OpenTelemetry in Python',
			{
				'requirements.txt': 'fastapi\nopentelemetry-distro\n',
				Dockerfile: 'FROM python:3\nCMD ["opentelemetry-instrument", "uvicorn", "main:app"]\n',
			},
		],
		[
			'mail to admins',
			{
				'requirements.txt': 'django\n',
				'shop/settings.py': "ADMINS = [('Ops', 'ops@example.test')]\n",
			},
		],
		['Ruby', { Gemfile: "gem 'rails'\ngem 'honeybadger'\n" }],
		['Rails mail', { Gemfile: "gem 'rails'\ngem 'exception_notification'\n" }],
		[
			'PHP',
			{ 'composer.json': '{"require":{"laravel/framework":"^11","sentry/sentry-laravel":"^4"}}' },
		],
		[
			'Go',
			{
				'go.mod':
					'module x\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1\n\tgithub.com/getsentry/sentry-go v0.29.0\n)\n',
			},
		],
		[
			'Java',
			{
				'pom.xml':
					'<dependency><artifactId>spring-boot-starter-web</artifactId></dependency><dependency><artifactId>sentry-spring-boot-starter-jakarta</artifactId></dependency>',
			},
		],
		[
			'an agent of Java',
			{
				'pom.xml': '<dependency><artifactId>spring-boot-starter-web</artifactId></dependency>',
				Dockerfile:
					'FROM eclipse-temurin:21\nCMD ["java", "-javaagent:/opt/opentelemetry-javaagent.jar", "-jar", "a.jar"]\n',
			},
		],
		[
			'.NET',
			{
				'Shop.csproj':
					'<Project Sdk="Microsoft.NET.Sdk.Web"><PackageReference Include="Sentry.AspNetCore" Version="5" /></Project>',
			},
		],
		['Elixir', { 'mix.exs': '{:phoenix, "~> 1.7"},\n{:appsignal_phoenix, "~> 2.0"}' }],
		['an add-on', { ...SERVER, 'app.json': '{"addons":["rollbar:free"]}' }],
		[
			'Cloud Run',
			{
				...SERVER,
				'.github/workflows/deploy.yml':
					'jobs:\n  a:\n    steps:\n      - run: gcloud run deploy shop\n',
			},
		],
		[
			'a script',
			{
				'package.json': VITE,
				'index.html': '<script src="https://js.sentry-cdn.com/abc.min.js"></script>',
				'src/a.ts': "fetch('/api')",
			},
		],
	])('by %s', async (_, files) => {
		expect(await says(files)).toEqual(['pass']);
	});

	test('does not take the name in a lock file or a document for use', async () => {
		const { reporter, idleReporter } = await operationsIn({
			...SERVER,
			'package.json': needs('express', '@sentry/node'),
			'pnpm-lock.yaml': "'@sentry/node':\n  version: 1\n",
			'README.md': 'We may use @sentry/node one day.\n',
		});
		expect([reporter, idleReporter?.what]).toEqual([null, '@sentry/node']);
	});
});

test('does not apply to sites of files, libraries and pages that call nothing', async () => {
	expect(await says({ 'package.json': needs('@docusaurus/core') })).toEqual(['not-applicable']);
	expect(await says({ 'package.json': VITE, 'src/main.ts': 'render();' })).toEqual([
		'not-applicable',
	]);
	expect(await says({ 'a.py': 'print(1)\n' })).toEqual(['not-applicable']);
	expect(await says({ 'index.html': '<title>Shop</title>' })).toEqual(['not-applicable']);
});
