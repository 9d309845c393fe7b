import { describe, expect, test } from 'vitest';
import boot from '../../../checks/env/boot.ts';
import type { Failed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { gatherEnv } from '../../../src/facts/env/env-gather.ts';
import { scanRepository } from '../../../src/facts/secrets/secret-repository.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder } from '../../files/repositories.ts';
import { envSayings, manifest } from './env-sayings.ts';
import { judgedFolder } from './real-env.ts';

type Files = Readonly<Record<string, string>>;

const said = (tracked: Files, untracked: Files = {}) =>
	envSayings(boot, { 'package.json': manifest('express'), ...tracked }, untracked);

test('its examples say what they claim', () => {
	expect(verifyCheck(boot)).toEqual([]);
});

describe('not-validated', () => {
	const reads = (number: number) =>
		Array.from(
			{ length: number },
			(_, index) => `connect(process.env.SERVICE_${String.fromCharCode(65 + index)}_URL);`,
		).join('\n');

	test('four are few, five are many', async () => {
		expect(await said({ 'src/index.js': reads(4) })).toEqual(['pass']);
		expect(await said({ 'src/index.js': reads(5) })).toEqual([
			'later not-validated src/index.js:1',
		]);
	});

	test('a schema that the start reaches, each library in its documented form', async () => {
		const schemas = [
			`import { z } from 'zod';\nconst shape = z.object({ SERVICE_A_URL: z.string() });\nexport const env = shape.parse(process.env);\n`,
			`import { createEnv } from '@t3-oss/env-core';\nexport const env = createEnv({ server: { SERVICE_A_URL: z.string() }, runtimeEnv: process.env });\n`,
			`import { cleanEnv, str } from 'envalid';\nexport const env = cleanEnv(process.env, { SERVICE_A_URL: str() });\n`,
			`import * as v from 'valibot';\nexport const env = v.parse(v.object({ SERVICE_A_URL: v.string() }), process.env);\n`,
			`import Joi from 'joi';\nconst schema = Joi.object({ SERVICE_A_URL: Joi.string().required() });\nexport const env = schema.validate(process.env);\n`,
			`for (const name of ['SERVICE_A_URL', 'SERVICE_B_URL']) {\n\tif (!process.env[name]) throw new Error(name);\n}\nexport const env = process.env;\n`,
		];
		for (const schema of schemas) {
			const index = `import { env } from './env';\n${reads(5)}`;
			expect(await said({ 'src/env.ts': schema, 'src/index.ts': index }), schema).toEqual(['pass']);
		}
	});

	test('a schema that nothing imports is none', async () => {
		const schema = `import { z } from 'zod';\nexport const shape = z.object({ SERVICE_A_URL: z.string() }).parse(process.env);\n`;
		expect(await said({ 'src/unused-shape.ts': schema, 'src/index.ts': reads(5) })).toEqual([
			'later not-validated src/index.ts:1',
		]);
	});

	test('defaults, checks of their own, switches, names of the platform and tests are not wanted', async () => {
		const code = [
			...'ABC'.split('').map((letter) => `connect(process.env.${letter}_URL ?? 'http://x.test');`),
			...'DEF'.split('').map((letter) => `if (!process.env.${letter}_URL) throw new Error();`),
			...'GHI'.split('').map((letter) => `if (process.env.${letter}_BETA === '1') go();`),
			'listen(process.env.PORT, process.env.HOSTNAME, process.env.VERCEL_URL);',
		].join('\n');
		expect(await said({ 'src/index.js': code, 'test/a.test.js': reads(9) })).toEqual(['pass']);
	});

	test('by package, in Python too', async () => {
		const python = 'ABCDE'.split('').map((letter) => `${letter} = os.environ.get("${letter}_URL")`);
		const settings = `import os\n${python.join('\n')}\nprint(A.upper(), B.upper(), C.upper(), D.upper(), E.upper())\n`;
		const findings = await said({
			'apps/a/package.json': manifest('express'),
			'apps/a/index.js': reads(5),
			'apps/b/package.json': manifest('express'),
			'apps/b/index.js': reads(3),
			'apps/c/requirements.txt': 'flask\n',
			'apps/c/app.py': settings,
		});
		expect(findings[0]).toBe('later not-validated apps/a/index.js:1');
		expect(findings.every((one) => !one.includes('apps/b'))).toBe(true);
	});
});

describe('validation-skipped', () => {
	const schema = (...client: string[]) => ({
		'src/env.ts': `import { createEnv } from '@t3-oss/env-nextjs';\nexport const env = createEnv({\n\tserver: { DATABASE_URL: z.string() },\n\tclient: { ${client.map((name) => `${name}: z.string()`).join(', ')} },\n\truntimeEnv: {},\n\tskipValidation: !!process.env.SKIP_ENV_VALIDATION,\n});\n`,
		'next.config.js': `import './src/env.ts';\nexport default {};\n`,
		'package.json': manifest('next'),
	});

	test('in the script that builds, in the image, in production values, in a workflow that deploys', async () => {
		const scripts = JSON.stringify({
			dependencies: { next: '*' },
			scripts: { dev: 'next dev', build: 'SKIP_ENV_VALIDATION=1 next build' },
		});
		expect(await said({ ...schema(), 'package.json': scripts })).toEqual([
			'high validation-skipped package.json:1',
		]);
		expect(
			await said({ ...schema(), Dockerfile: 'FROM node:20\nENV SKIP_ENV_VALIDATION=true\n' }),
		).toEqual(['high validation-skipped Dockerfile:2']);
		expect(
			await said({ ...schema(), '.env.production': 'A=1\nSKIP_ENV_VALIDATION=true\n' }),
		).toEqual(['high validation-skipped .env.production:2']);
		expect(
			await said({
				...schema(),
				'.github/workflows/deploy.yml':
					'on: push\nenv:\n  SKIP_ENV_VALIDATION: 1\njobs:\n  deploy:\n    steps:\n      - run: npm run build\n',
			}),
		).toEqual(['high validation-skipped .github/workflows/deploy.yml:3']);
		expect(
			await said({
				...schema(),
				'src/env.ts': `import { createEnv } from '@t3-oss/env-nextjs';\nexport const env = createEnv({ server: { A_URL: z.string() }, runtimeEnv: {}, skipValidation: true });\n`,
			}),
		).toEqual(['high validation-skipped src/env.ts:2']);
	});

	test('while an image is built: high where the bundle wants public values that it is not given', async () => {
		const run = 'RUN SKIP_ENV_VALIDATION=1 npm run build\n';
		const stages = `FROM node:20 AS builder\nCOPY . .\n${run}FROM node:20\nCOPY --from=builder /app /app\n`;
		expect(await said({ ...schema('NEXT_PUBLIC_URL'), Dockerfile: stages })).toEqual([
			'high validation-skipped Dockerfile:3',
		]);
		const withArgument = stages.replace('COPY . .', 'ARG NEXT_PUBLIC_URL');
		expect(await said({ ...schema('NEXT_PUBLIC_URL'), Dockerfile: withArgument })).toEqual([
			'pass',
		]);
		expect(await said({ ...schema(), Dockerfile: stages })).toEqual(['pass']);
	});

	test('for linters, tests and pull requests it is silent', async () => {
		expect(
			await said({
				...schema(),
				'package.json': JSON.stringify({
					dependencies: { next: '*' },
					scripts: {
						lint: 'SKIP_ENV_VALIDATION=1 next lint',
						test: 'SKIP_ENV_VALIDATION=1 vitest',
					},
				}),
				'.env.test': 'SKIP_ENV_VALIDATION=true\n',
				'.env.example': 'SKIP_ENV_VALIDATION=true\n',
				'.github/workflows/ci.yml':
					'on: pull_request\nenv:\n  SKIP_ENV_VALIDATION: 1\njobs:\n  check:\n    steps:\n      - run: npm run build\n',
			}),
		).toEqual(['pass']);
	});
});

describe('insecure-fallback', () => {
	test.each<[string, Files, string]>([
		['or', { 'src/a.js': `sign(process.env.JWT_SECRET || 'secret');\n` }, 'src/a.js:1'],
		[
			'nullish',
			{ 'src/a.ts': `\nexport const key = process.env.SESSION_SECRET ?? 'keyboard cat';\n` },
			'src/a.ts:2',
		],
		[
			'destructured',
			{ 'src/a.js': `const { COOKIE_SECRET = 'change-me' } = process.env;\nuse(COOKIE_SECRET);\n` },
			'src/a.js:1',
		],
		[
			'a schema',
			{
				'src/env.ts': `import { z } from 'zod';\nexport const env = z.object({\n\tJWT_SECRET: z.string().default('my-jwt-secret'),\n}).parse(process.env);\n`,
			},
			'src/env.ts:3',
		],
		[
			'Python',
			{ 'app.py': `import os\nKEY = os.environ.get("SECRET_KEY", "dev-key-123")\n` },
			'app.py:2',
		],
		[
			'Python, getenv',
			{ 'app.py': `import os\nKEY = os.getenv("JWT_SECRET_KEY") or "dev-key-123"\n` },
			'app.py:2',
		],
		[
			'Ruby',
			{ 'config/app.rb': `key = ENV.fetch('SECRET_KEY_BASE', 'abcdef123456')\n` },
			'config/app.rb:1',
		],
		[
			'Go',
			{
				'main.go': `package main\nfunc main() {\n\tkey := getEnv("JWT_SECRET", "super-secret")\n\tuse(key)\n}\n`,
			},
			'main.go:3',
		],
		['PHP', { 'src/a.php': `<?php\n$key = env('JWT_SECRET', 'abcdef123456');\n` }, 'src/a.php:2'],
	])('%s', async (_, files, place) => {
		expect(await said(files)).toContain(`blocker insecure-fallback ${place}`);
	});

	test('high where git has not got it yet', async () => {
		expect(await said({}, { 'src/a.js': `sign(process.env.JWT_SECRET || 'secret');\n` })).toEqual([
			'high insecure-fallback src/a.js:1',
		]);
	});

	test.each<[string, Files]>([
		['no literal', { 'src/a.js': 'sign(process.env.JWT_SECRET);\n' }],
		['an empty one', { 'src/a.js': `sign(process.env.JWT_SECRET || '');\n` }],
		['an error', { 'src/a.js': `const s = process.env.JWT_SECRET || fail('x');\nsign(s);\n` }],
		[
			'another variable',
			{ 'src/a.js': 'sign(process.env.JWT_SECRET || process.env.AUTH_SECRET);\n' },
		],
		[
			'made at random',
			{ 'src/a.js': `sign(process.env.JWT_SECRET ?? crypto.randomBytes(32).toString('hex'));\n` },
		],
		['no signing secret', { 'src/a.js': `connect(process.env.API_URL || 'http://localhost');\n` }],
		['tests', { 'test/a.test.js': `sign(process.env.JWT_SECRET || 'secret');\n` }],
		['tools', { 'scripts/a.js': `sign(process.env.JWT_SECRET || 'secret');\n` }],
		[
			'demanded in production',
			{
				'src/a.js': `if (process.env.NODE_ENV === 'production' && !process.env.JWT_SECRET) throw new Error('JWT_SECRET');\nsign(process.env.JWT_SECRET || 'dev');\n`,
			},
		],
		[
			'for development only',
			{
				'src/a.js': `const s = process.env.NODE_ENV === 'production' ? process.env.JWT_SECRET : 'dev';\nsign(s);\n`,
			},
		],
	])('%s: silent', async (_, files) => {
		expect((await said(files)).filter((one) => one.includes('insecure'))).toEqual([]);
	});

	test('is one risk with the literal that the secret scan finds', async () => {
		const root = committed({
			'src/session.js': `const secret = process.env.SESSION_SECRET || 'k7Gq2xVb9TmZ4wLp8RdY';\n`,
		});
		const port = createFiles({ configFolder: temporaryFolder() });
		const { fallbacks } = await gatherEnv({ root, env: null, domain: null }, port);
		const { secrets } = await scanRepository(root, port);
		expect(secrets.map(({ kind }) => kind)).toEqual(['signing-secret']);
		expect(fallbacks.map((one) => one.fingerprint)).toEqual(secrets.map((one) => one.fingerprint));
		const [finding] = (await judgedFolder(boot, root)) as Failed[];
		expect(finding?.cause).toMatch(/^secret\/[0-9a-f]{16}$/);
		expect(JSON.stringify(finding)).not.toContain('k7Gq2xVb');
	});
});

test('code that reads no variable is not judged', async () => {
	expect(await said({ 'src/index.js': 'export const a = 1;\n' })).toEqual(['not-applicable']);
});
