import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import declared from '../../../checks/env/declared.ts';
import production from '../../../checks/env/production.ts';
import type { Failed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { committed, temporaryFolder, write } from '../../files/repositories.ts';
import { type Files, judgedEnv, judgedFolder, named } from './real-env.ts';

const random = seeded(21);
const made = (length = 43) => random62(length, random);

const APP: Files = { 'package.json': '{"name":"shop","dependencies":{"express":"5"}}' };
/** Reads the names where the program starts, or where a request needs them. */
const reads = (...names: string[]) => names.map((name) => `use(process.env.${name});`).join('\n');
const inside = (...names: string[]) =>
	`export function f() {\n${names.map((name) => `use(process.env.${name});`).join('\n')}\n}\n`;

/** Code, and an env file of production. */
async function said(code: string, env: string, more: Files = {}): Promise<readonly string[]> {
	return named(
		await judgedEnv(
			production,
			{ ...APP, 'src/a.ts': code, ...more },
			{ untracked: { '.env.production': env }, env: 'production' },
		),
	);
}

test('its examples say what they claim', () => {
	expect(verifyCheck(production)).toEqual([]);
});

describe('missing', () => {
	test.each([
		['at boot', reads('API_KEY'), 'blocker missing API_KEY src/a.ts:1'],
		['in a request', inside('API_KEY'), 'high missing API_KEY src/a.ts:2'],
		[
			'with an error of its own, in a request',
			'export const f = () => {\n  const key = process.env.API_KEY;\n  if (!key) throw new Error("API_KEY");\n};',
			'high missing API_KEY src/a.ts:2',
		],
		[
			'with an error of its own, at boot',
			'if (!process.env.API_KEY) {\n  console.error("no key");\n  process.exit(1);\n}',
			'blocker missing API_KEY src/a.ts:1',
		],
		['by index', "use(process.env['API_KEY']);", 'blocker missing API_KEY src/a.ts:1'],
		[
			'destructured',
			'const { API_KEY } = process.env;\nuse(API_KEY);',
			'blocker missing API_KEY src/a.ts:1',
		],
		[
			'through a wrapper',
			'function requireEnv(name: string) {\n  const value = process.env[name];\n  if (!value) throw new Error(name);\n  return value;\n}\nexport const key = requireEnv("API_KEY");',
			'blocker missing API_KEY src/a.ts:6',
		],
		[
			'by a schema',
			'import { z } from "zod";\nexport const env = z.object({\n  API_KEY: z.string(),\n  COLOUR: z.string().optional(),\n}).parse(process.env);',
			'blocker missing API_KEY src/a.ts:3',
		],
		[
			'by cleanEnv',
			'import { cleanEnv, str } from "envalid";\nexport default cleanEnv(process.env, { API_KEY: str(), COLOUR: str({ default: "red" }) });',
			'blocker missing API_KEY src/a.ts:2',
		],
		[
			'logged elsewhere, which asks nothing',
			'use(process.env.API_KEY);\nconsole.log(process.env.API_KEY);',
			'blocker missing API_KEY src/a.ts:1',
		],
		[
			'from a list, by a loop',
			'const METHODS = ["GET", "POST"];\nconst wanted = [\n"API_KEY",\n"PORT"];\nfor (const name of wanted) { if (!process.env[name]) throw new Error(name); }\nuse(METHODS);',
			'blocker missing API_KEY src/a.ts:3',
		],
		[
			'from a list, by a filter',
			'const missing = ["API_KEY", "PORT"].filter((name) => !process.env[name]);\nif (missing.length > 0) throw new Error(missing.join());\nuse(["GET", "POST"]);',
			'blocker missing API_KEY src/a.ts:1',
		],
		['for Bun', 'use(Bun.env.API_KEY);', 'blocker missing API_KEY src/a.ts:1'],
		['for Deno', 'use(Deno.env.get("API_KEY"));', 'blocker missing API_KEY src/a.ts:1'],
	])('%s', async (_, code, expected) => {
		// A schema counts where something imports it.
		const more = { 'src/index.ts': 'import "./a";\n' };
		expect(await said(code, 'OTHER=1\n', more)).toEqual([expected]);
		expect(await said(code, 'API_KEY=abc\n', more)).toEqual(['pass']);
	});

	test.each([
		['a default', 'use(process.env.API_URL ?? "https://api.shop-prod.io");'],
		['a default by destructuring', 'const { API_URL = "x" } = process.env;\nuse(API_URL);'],
		['a question first', 'if (process.env.API_URL) use(process.env.API_URL);'],
		['a switch', 'const fast = process.env.API_URL === "1";\nuse(fast);'],
		[
			'a name that the platform gives',
			'use(process.env.PORT, process.env.VERCEL_URL, process.env.NODE_ENV);',
		],
		['a log alone', 'console.log(process.env.API_URL);'],
		['a comment', '// use(process.env.API_URL)\nuse(1);'],
	])('%s is not missing', async (_, code) => {
		expect(await said(code, 'OTHER=1\n')).toEqual(['pass']);
	});

	test('neither is what tests, scripts and examples for readers use', async () => {
		const more = {
			'test/a.test.ts': reads('TEST_KEY'),
			'scripts/seed.ts': reads('SEED_KEY'),
			'examples/a.ts': reads('EXAMPLE_KEY'),
			'docs/a.js': reads('DOCS_KEY'),
		};
		expect(await said('export {};', 'OTHER=1\n', more)).toEqual(['pass']);
	});

	test('neither is what a manifest sets', async () => {
		const code = reads('REGION');
		expect(await said(code, 'A=1\n', { 'fly.toml': '[env]\n  REGION = "fra"\n' })).toEqual([
			'pass',
		]);
		expect(await said(code, 'A=1\n', { Dockerfile: 'FROM node:22\nENV REGION=fra\n' })).toEqual([
			'pass',
		]);
		expect(
			await said(code, 'A=1\n', {
				'render.yaml': 'services:\n- type: web\n  envVars:\n  - key: REGION\n    sync: false\n',
			}),
		).toEqual(['pass']);
		const dev = { 'docker-compose.yml': 'services:\n  a:\n    environment:\n      REGION: fra\n' };
		expect(await said(code, 'A=1\n', dev)).toEqual(['blocker missing REGION src/a.ts:1']);
	});

	test('in other languages', async () => {
		for (const [path, text] of [
			['app.py', 'import os\nKEY = os.environ["API_KEY"]\n'],
			['config.rb', 'KEY = ENV.fetch("API_KEY")\n'],
			[
				'prisma/schema.prisma',
				'datasource db {\n  provider = "postgresql"\n  url = env("API_KEY")\n}\n',
			],
		] as const) {
			const found = await said('export {};', 'OTHER=1\n', { [path]: text });
			expect(found, path).toEqual([expect.stringMatching(/^blocker missing API_KEY /)]);
		}
	});

	test('a monorepo is resolved as a whole: each app wants what its packages read', async () => {
		const files: Files = {
			'package.json': '{"private":true,"workspaces":["apps/*","packages/*"]}',
			'apps/web/package.json': '{"name":"web","dependencies":{"@shop/mail":"*"}}',
			'apps/web/src/a.ts': 'import "@shop/mail";\nuse(process.env.WEB_KEY);\n',
			'apps/admin/package.json': '{"name":"admin"}',
			'apps/admin/src/a.ts': 'use(process.env.ADMIN_KEY);\n',
			'packages/mail/package.json': '{"name":"@shop/mail"}',
			'packages/mail/src/index.ts': 'use(process.env.MAIL_KEY);\n',
		};
		const env = {
			'apps/web/.env.production': 'WEB_KEY=1\n',
			'apps/admin/.env.production': 'ADMIN_KEY=1\n',
		};
		const found = await judgedEnv(production, files, { untracked: env, env: 'production' });
		expect(named(found)).toEqual(['blocker missing MAIL_KEY packages/mail/src/index.ts:1']);
		expect(found[0]?.message).toContain('for apps/web');
		const whole = { ...env, 'apps/web/.env.production': 'WEB_KEY=1\nMAIL_KEY=1\n' };
		expect(
			named(await judgedEnv(production, files, { untracked: whole, env: 'production' })),
		).toEqual(['pass']);
	});
});

test('a slip of the pen is one risk with its spelling', async () => {
	const files = { ...APP, 'src/a.ts': reads('SMPT_HOST'), '.env.example': 'SMTP_HOST=\n' };
	const asked = { untracked: { '.env.production': 'SMTP_HOST=mail\n' }, env: 'production' };
	const [missing] = (await judgedEnv(production, files, asked)) as Failed[];
	const [spelling] = (await judgedEnv(declared, files, asked)) as Failed[];
	expect(named([missing as Failed, spelling as Failed])).toEqual([
		'blocker missing SMPT_HOST src/a.ts:1',
		'high spelling SMPT_HOST src/a.ts:1',
	]);
	expect(missing?.cause).toBe(spelling?.cause);
	expect(missing?.fix).toEqual(spelling?.fix);
});

describe('values', () => {
	test.each([
		['empty', 'API_KEY=\n', 'blocker empty API_KEY .env.production:1'],
		['empty in quotes', 'A=1\nAPI_KEY=""\n', 'blocker empty API_KEY .env.production:2'],
		['changeme', 'API_KEY=changeme\n', 'blocker placeholder API_KEY .env.production:1'],
		['xxx', 'API_KEY=xxxxxxxx\n', 'blocker placeholder API_KEY .env.production:1'],
		['your-…', 'API_KEY=your-api-key\n', 'blocker placeholder API_KEY .env.production:1'],
		['<…>', 'API_KEY=<api key>\n', 'blocker placeholder API_KEY .env.production:1'],
		[
			'a sample address',
			'API_KEY=https://api.example.com\n',
			'blocker placeholder API_KEY .env.production:1',
		],
	])('%s', async (_, env, expected) => {
		expect(await said(reads('API_KEY'), env)).toEqual([expected]);
	});

	test('empty is fine where the code copes', async () => {
		expect(await said('use(process.env.API_KEY ?? "a");', 'API_KEY=\n')).toEqual(['pass']);
	});

	test('what a pull leaves empty is unseen', async () => {
		const pulled = '# Created by Vercel CLI\nAPI_KEY=""\n';
		expect(await said(reads('API_KEY'), pulled)).toEqual(['pass']);
	});

	test.each([
		'APP_URL=http://localhost:3000',
		'DATABASE_URL=postgres://app:pw@127.0.0.1:5432/shop',
		'APP_URL="https://localhost"',
		'REDIS_URL=redis://[::1]:6379',
		'API_URL=http://0.0.0.0:8080/api',
		'SPRING_DATASOURCE_URL=jdbc:postgresql://localhost:5432/shop',
		'DATABASE_HOST=localhost',
		'CACHE_HOST=127.0.0.1:11211',
		'APP_URL=http://app.localhost:3000',
	])('leads to this machine: %s', async (line) => {
		const [name = ''] = line.split('=');
		expect(await said(reads(name), `${line}\n`)).toEqual([
			`blocker localhost ${name} .env.production:1`,
		]);
	});

	test.each([
		'HOST=localhost',
		'SERVER_HOST=127.0.0.1',
		'BIND_ADDRESS=0.0.0.0',
		'ASPNETCORE_URLS=http://localhost:5000',
		'OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318',
		'APP_URL=https://localhost.run',
		'NAME=localhost',
		'DATABASE_URL=postgres://app:pw@db:5432/shop',
		'TRUSTED_ORIGINS=https://shop-prod.io,http://localhost:3000',
	])('does not: %s', async (line) => {
		const [name = ''] = line.split('=');
		expect(await said(`use(process.env.${name} ?? "");`, `${line}\n`)).toEqual(['pass']);
	});

	test.each([
		[`STRIPE_SECRET_KEY=sk_${'test'}_${made(24)}`, 'Stripe'],
		[`NEXT_PUBLIC_STRIPE_KEY=pk_${'test'}_${made(24)}`, 'Stripe'],
		[`RAZORPAY_KEY_ID=rzp_${'test'}_${made(14)}`, 'Razorpay'],
		['PAYPAL_API=https://api-m.sandbox.paypal.com', 'PayPal'],
		['PLAID_ENV=sandbox', 'Plaid'],
		['BRAINTREE_ENVIRONMENT=Sandbox', 'Braintree'],
		[`SQUARE_APPLICATION_ID=sandbox-sq0idb-${made(22)}`, 'Square'],
	])('sandbox: %s', async (line, provider) => {
		const [name = ''] = line.split('=');
		const found = await judgedEnv(
			production,
			{ ...APP, 'src/a.ts': reads(name) },
			{ untracked: { '.env.production': `${line}\n` }, env: 'production' },
		);
		expect(named(found)).toEqual([`blocker test-key ${name} .env.production:1`]);
		expect(found[0]?.message).toContain(provider);
	});

	test('a sandbox’s, however much it looks like a sample', async () => {
		for (const key of ['123', 'abc123', '4eC39HqLyjWDarjtT1zdp7dc']) {
			expect(await said(inside('STRIPE_KEY'), `STRIPE_KEY=sk_${'test'}_${key}\n`), key).toEqual([
				'blocker test-key STRIPE_KEY .env.production:1',
			]);
		}
		expect(await said(inside('STRIPE_KEY'), `STRIPE_KEY=sk_${'test'}_your_key\n`)).toEqual([
			'high placeholder STRIPE_KEY .env.production:1',
		]);
	});

	test('live keys, and sandboxes of development, are not', async () => {
		const live = `STRIPE_SECRET_KEY=sk_${'live'}_${made(24)}\nPLAID_ENV=production\n`;
		const found = await judgedEnv(
			production,
			{ ...APP, 'src/a.ts': reads('STRIPE_SECRET_KEY', 'PLAID_ENV') },
			{
				untracked: {
					'.env.production': live,
					'.env': `STRIPE_SECRET_KEY=sk_${'test'}_${made(24)}\n`,
				},
				env: 'production',
			},
		);
		expect(named(found)).toEqual(['pass']);
	});

	test('addresses of the product’s own without TLS', async () => {
		const env = 'APP_URL=http://shop-prod.io\nNEXTAUTH_URL=https://shop-prod.io\n';
		expect(await said(reads('APP_URL', 'NEXTAUTH_URL'), env)).toEqual([
			'high http-url APP_URL .env.production:1',
		]);
		expect(await said(reads('FEED'), 'FEED=http://feeds.weather.io/a\n')).toEqual(['pass']);
		expect(await said(reads('API_URL'), 'API_URL=http://api:8080\n')).toEqual(['pass']);
		expect(await said(reads('API_URL'), 'API_URL=http://api.railway.internal\n')).toEqual(['pass']);
		const ours = await judgedEnv(
			production,
			{ ...APP, 'src/a.ts': reads('SHOP') },
			{
				untracked: { '.env.production': 'SHOP=http://www.shop-prod.io/a\n' },
				env: 'production',
				domain: 'shop-prod.io',
			},
		);
		expect(named(ours)).toEqual(['high http-url SHOP .env.production:1']);
	});

	test.each([
		['NODE_ENV=development', true],
		['NODE_ENV=production', false],
		['APP_ENV=local', true],
		['APP_DEBUG=true', true],
		['APP_DEBUG=false', false],
		['DEBUG=1', true],
		['DEBUG=', false],
		['DEBUG=shop:*', true],
		['RAILS_ENV=staging', true],
		['LOG_LEVEL=debug', false],
		['GIN_MODE=debug', true],
		['DJANGO_DEBUG=True', true],
		['SENTRY_DEBUG=true', false],
	])('%s', async (line, isOn) => {
		const [name = ''] = line.split('=');
		expect(await said(`use(process.env.${name} ?? "");`, `${line}\n`)).toEqual([
			isOn ? `high debug-on ${name} .env.production:1` : 'pass',
		]);
	});

	test('a list of staging may say so', async () => {
		const found = await judgedEnv(
			production,
			{ ...APP, 'src/a.ts': reads('API_KEY') },
			{ untracked: { '.env.staging': 'API_KEY=abc\nAPP_ENV=staging\n' }, env: 'staging' },
		);
		expect(named(found)).toEqual(['pass']);
	});

	test.each([
		['a word', 'JWT_SECRET=secret', true],
		['31 characters', `SESSION_SECRET=${made(31)}`, true],
		['32 characters', `SESSION_SECRET=${made(32)}`, false],
		['long words', 'NEXTAUTH_SECRET=my-super-secret-jwt-key-for-production', true],
		['one character', `SECRET_KEY=${'a'.repeat(40)}`, true],
		['hex', 'JWT_SECRET=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', false],
		['base64', 'AUTH_SECRET=K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=', false],
		['Laravel’s', 'APP_KEY=base64:K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=', false],
		['a reference', `JWT_SECRET=\${SHARED_SECRET}`, false],
		['no signing key', 'SHOP_NAME=abc', false],
	])('signing with %s', async (_, line, isWeak) => {
		const [name = ''] = line.split('=');
		expect(await said(reads(name), `${line}\n`)).toEqual([
			isWeak ? `high weak-signing-secret ${name} .env.production:1` : 'pass',
		]);
	});

	test('the same as in development', async () => {
		const [signing, token, url] = [
			made(),
			made(),
			`postgres://app:${made(20)}@db.shop-prod.io/shop`,
		];
		const env = `JWT_SECRET=${signing}\nMAIL_TOKEN=${token}\nDATABASE_URL=${url}\nSHOP_NAME=Blue Door Shop\nNEXT_PUBLIC_TOKEN=${made(30)}\n`;
		const code = reads(
			'JWT_SECRET',
			'MAIL_TOKEN',
			'DATABASE_URL',
			'SHOP_NAME',
			'NEXT_PUBLIC_TOKEN',
		);
		const files = { ...APP, 'src/a.ts': code };
		const judge = (development: string) =>
			judgedEnv(production, files, {
				untracked: { '.env.production': env, '.env': development },
				env: 'production',
			});
		expect(named(await judge(env))).toEqual([
			'high same-as-development JWT_SECRET .env.production:1',
			'high same-as-development MAIL_TOKEN .env.production:2',
			'high same-as-development DATABASE_URL .env.production:3',
		]);
		const other = `JWT_SECRET=${made()}\nMAIL_TOKEN=${made()}\nDATABASE_URL=postgres://a:b@localhost/shop\nSHOP_NAME=Blue Door Shop\n`;
		expect(named(await judge(other))).toEqual(['pass']);
	});

	test('a manifest’s are judged too, and an image’s defaults only where the list is known', async () => {
		const code = inside('API_URL');
		const fly = {
			...APP,
			'src/a.ts': code,
			'fly.toml': '[env]\n  API_URL = "http://localhost:1"\n',
		};
		expect(named(await judgedEnv(production, fly))).toEqual([
			'blocker localhost API_URL fly.toml:2',
			'unknown',
		]);
		const image = { Dockerfile: 'FROM node:22\nENV API_URL=http://localhost:1\n' };
		expect(named(await judgedEnv(production, { ...APP, 'src/a.ts': code, ...image }))).toEqual([
			'unknown',
		]);
		expect(await said(code, 'A=1\n', image)).toEqual(['blocker localhost API_URL Dockerfile:2']);
		expect(await said(code, 'API_URL=https://api.shop-prod.io\n', image)).toEqual(['pass']);
	});
});

describe('what production has', () => {
	const files = { ...APP, 'src/a.ts': reads('API_KEY', 'MAIL_KEY') };

	test('is unknown without a list, and no pass', async () => {
		const found = await judgedEnv(production, { ...files, 'fly.toml': 'app = "shop"\n' });
		expect(named(found)).toEqual(['unknown']);
		expect(found[0]?.message).toMatch(
			/API_KEY and MAIL_KEY.*fly ssh console -C printenv.*--env FILE/,
		);
		// The repository's own file is no list, but what stands in it is production's.
		const own = { '.env.production': 'API_KEY=changeme\n' };
		expect(named(await judgedEnv(production, files, { untracked: own }))).toEqual([
			'blocker placeholder API_KEY .env.production:1',
			'unknown',
		]);
	});

	test('does not matter where nothing is read', async () => {
		expect(named(await judgedEnv(production, { ...APP, 'src/a.ts': 'use(1);' }))).toEqual([
			'not-applicable',
		]);
	});

	test.each([
		['an env file', 'production.env', 'API_KEY=abc\nexport MAIL_KEY="def"\n', ['pass']],
		['names alone', 'names.txt', 'API_KEY\nMAIL_KEY\n', ['pass']],
		['an object of JSON', 'production.json', '{"API_KEY":"abc","MAIL_KEY":"def"}', ['pass']],
		['one short', 'names.txt', 'API_KEY\n', ['blocker missing MAIL_KEY src/a.ts:2']],
		['no variables', 'names.txt', '\n', ['unknown']],
	])('is told by %s outside of the repository', async (_, name, text, expected) => {
		const folder = temporaryFolder();
		write(folder, { [name]: text });
		expect(named(await judgedEnv(production, files, { env: join(folder, name) }))).toEqual(
			expected,
		);
	});

	test('is unknown where the list is not there', async () => {
		for (const env of [join(temporaryFolder(), 'none.env'), 'production']) {
			expect(named(await judgedEnv(production, files, { env }))).toEqual(['unknown']);
		}
	});

	test('is unknown where the list cannot be read', async () => {
		const root = committed(files);
		write(root, { 'prod.env': 'API_KEY=a\nMAIL_KEY=b\n' });
		chmodSync(join(root, 'prod.env'), 0);
		const isRoot = process.getuid?.() === 0;
		expect(named(await judgedFolder(production, root, { env: join(root, 'prod.env') }))).toEqual(
			isRoot ? ['pass'] : ['unknown'],
		);
	});

	test('links: dangling, out of the root, inside', async () => {
		const root = committed({ ...files, 'config/prod.env': 'API_KEY=a\nMAIL_KEY=b\n' });
		const outside = temporaryFolder();
		write(outside, { 'a.env': `API_KEY=${made()}\nMAIL_KEY=x\n` });
		symlinkSync('/nowhere/at/all', join(root, '.env'));
		symlinkSync(join(outside, 'a.env'), join(root, '.env.local'));
		symlinkSync('config/prod.env', join(root, '.env.production'));
		expect(named(await judgedFolder(production, root, { env: 'production' }))).toEqual(['pass']);
	});
});

describe('fixes', () => {
	const fixOf = async (more: Files, env = 'OTHER=1\n', code = reads('API_KEY', 'MAIL_KEY')) => {
		const [first] = (await judgedEnv(
			production,
			{ ...APP, 'src/a.ts': code, ...more },
			{ untracked: { '.env.production': env }, env: 'production' },
		)) as Failed[];
		return first?.fix;
	};
	const workflow = (run: string): Files => ({
		'.github/workflows/deploy.yml': `on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${run}\n`,
	});

	test.each([
		[
			'vercel',
			{ 'vercel.json': '{}' },
			/vercel env add API_KEY production\nvercel env add MAIL_KEY production/,
		],
		[
			'netlify',
			{ 'netlify.toml': '[build]\n' },
			/netlify env:set API_KEY "\$VALUE" --context production --secret/,
		],
		['fly', { 'fly.toml': 'app = "a"\n' }, /fly secrets set API_KEY="\$VALUE"/],
		['heroku', { Procfile: 'web: node a.js\n' }, /heroku config:set API_KEY="\$VALUE"/],
		['cloudflare', { 'wrangler.toml': 'name = "a"\n' }, /npx wrangler secret put API_KEY/],
		[
			'cloudflare',
			{ 'wrangler.jsonc': '{"pages_build_output_dir":"dist"}' },
			/npx wrangler pages secret put API_KEY/,
		],
		['any', { 'railway.json': '{}' }, /railway variables --set API_KEY="\$VALUE"/],
		['any', { 'render.yaml': 'services: []\n' }, /- key: API_KEY\n {2}sync: false/],
		[
			'any',
			{ 'docker-compose.prod.yml': 'services: {}\n' },
			/>> \.env\n[\s\S]*docker compose up -d/,
		],
		[
			'any',
			workflow('gcloud run deploy shop --source .'),
			/gcloud secrets create API_KEY --data-file=-/,
		],
		['any', workflow('kubectl apply -f k8s'), /kubectl create secret generic api-key/],
		['fly', workflow('flyctl deploy --remote-only'), /fly secrets set API_KEY/],
		['any', {}, /printf 'API_KEY=%s\\n' "\$VALUE" >> \.env\.production/],
	] as const)('%s', async (platform, more, text) => {
		const fix = await fixOf(more);
		expect(fix?.snippets.map((one) => one.platform)).toEqual([platform]);
		expect(fix?.snippets[0]?.text).toMatch(text);
	});

	test('a generated key, pasted, mends it', async () => {
		const root = committed({ ...APP, 'src/a.ts': reads('JWT_SECRET') });
		write(root, { '.env.production': 'JWT_SECRET=secret\n' });
		const [weak] = (await judgedFolder(production, root, { env: 'production' })) as Failed[];
		expect(named([weak as Failed])).toEqual([
			'high weak-signing-secret JWT_SECRET .env.production:1',
		]);
		execFileSync('bash', ['-ec', weak?.fix.snippets[0]?.text ?? 'false'], { cwd: root });
		expect(readFileSync(join(root, '.env.production'), 'utf8')).toMatch(/^JWT_SECRET=\S{44}\n$/);
		expect(named(await judgedFolder(production, root, { env: 'production' }))).toEqual(['pass']);
	});

	test('a manifest is mended where it stands', async () => {
		const [finding] = (await judgedEnv(production, {
			...APP,
			'src/a.ts': inside('NODE_ENV'),
			'fly.toml': '[env]\n  NODE_ENV = "development"\n',
		})) as Failed[];
		expect(finding?.fix.snippets[0]?.text).toBe('NODE_ENV = "production"');
		expect(finding?.fix.steps.join(' ')).toContain('fly.toml:2');
	});
});

test('no value is told', async () => {
	const values = [made(), `sk_${'test'}_${made(24)}`, made(20)];
	const env = `JWT_SECRET=${values[0]}\nSTRIPE_KEY=${values[1]}\nDATABASE_URL=postgres://a:${values[2]}@localhost/x\n`;
	const code = reads('JWT_SECRET', 'STRIPE_KEY', 'DATABASE_URL');
	const found = await judgedEnv(
		production,
		{ ...APP, 'src/a.ts': code },
		{ untracked: { '.env.production': env, '.env': env }, env: 'production' },
	);
	expect(found.length).toBe(3);
	for (const value of values) expect(JSON.stringify(found)).not.toContain(value.slice(4, 14));
});
