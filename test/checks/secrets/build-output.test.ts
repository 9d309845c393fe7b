import { describe, expect, it, test } from 'vitest';
import buildOutput from '../../../checks/secrets/build-output.ts';
import type { Judgement, Say } from '../../../src/core/check.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { findingOf } from '../../../src/engine/judge.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { scanBuild } from '../../../src/facts/secrets/build-secrets.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { committed, temporaryFolder, write } from '../../files/repositories.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const random = seeded(23);
const made = (length: number) => random62(length, random);
const stripe = () => `sk_${'live'}_${made(24)}`;
const SECRET = stripe();

const say = ((verdict: string, args: object = {}) => ({ verdict, args })) as unknown as Say<
	typeof buildOutput.verdicts
>;

interface Files {
	readonly [path: string]: string;
}

/** Judged with the build beside what is committed, as git ignores it. */
async function judged(built: Files, tracked: Files = {}): Promise<readonly Finding[]> {
	const ignored = '.env*\n.next\n.output\n.svelte-kit\n.vercel\ndist\nbuild\nout\n';
	const root = committed({ '.gitignore': ignored, ...tracked });
	write(root, built);
	const found = await scanBuild(root, createFiles({ configFolder: temporaryFolder() }));
	const subject = buildOutput.over.sample;
	const said = buildOutput.judge({ given: { found }, subject, options: {}, now: NOW, say });
	return ([said].flat() as Judgement[]).map((one) => findingOf(buildOutput, subject, one, []));
}

async function sayings(built: Files, tracked: Files = {}): Promise<readonly string[]> {
	return (await judged(built, tracked)).map((one) =>
		isFailed(one)
			? `${one.severity} ${one.verdict} ${one.locus.name}:${one.locus.line}`
			: one.outcome,
	);
}

test('its examples say what they claim', () => {
	expect(verifyCheck(buildOutput)).toEqual([]);
});

describe('server-secret, in what browsers download', () => {
	it.each([
		'.next/static/chunks/app/page-1a2b.js',
		'.next/static/css/a.css',
		'.next/server/app/index.html',
		'.next/server/app/about.rsc',
		'apps/web/.next/static/chunks/1.js',
		'.next/standalone/.next/static/chunks/1.js',
		'dist/assets/index-1a2b.js',
		'build/static/js/main.js',
		'build/client/assets/root.js',
		'public/config.js',
		'public/env.json',
		'.output/public/_nuxt/a.js',
		'.svelte-kit/output/client/_app/a.js',
		'.vercel/output/static/a.js',
		'out/_next/static/chunks/a.js',
		'dist/shop/browser/main.js',
	])('finds a live key in %s', async (path) => {
		expect(await sayings({ [path]: `x="${SECRET}"` })).toEqual([`blocker server-secret ${path}:1`]);
	});

	it('takes a folder with a page in it for the client part, wherever the file is', async () => {
		for (const folder of ['dist', 'build', 'out', 'dist/shop']) {
			const files = { [`${folder}/index.html`]: '<p>', [`${folder}/js/a.js`]: `x="${SECRET}"` };
			expect(await sayings(files), folder).toEqual([`blocker server-secret ${folder}/js/a.js:1`]);
		}
	});

	it('finds it in the sources of a map, with its line there', async () => {
		const map = JSON.stringify({
			version: 3,
			mappings: '',
			sources: ['../src/pay.ts', '../node_modules/a/b.js'],
			sourcesContent: [`\n\nconst key = '${SECRET}';`, `x='${stripe()}'`],
		});
		expect(await sayings({ 'dist/assets/a.js.map': map })).toEqual([
			'blocker server-secret dist/assets/a.js.map (../src/pay.ts):3',
		]);
	});

	it('names every place of one value once', async () => {
		const findings = await judged({
			'dist/assets/a.js': `x="${SECRET}";y="${SECRET}"`,
			'dist/assets/b.js': `x="${SECRET}"`,
		});
		expect(findings).toHaveLength(1);
		expect(findings[0]?.message).toContain('dist/assets/a.js and 1 more place');
		expect(JSON.stringify(findings)).not.toContain(SECRET.slice(0, 12));
	});

	it('stays silent about what is made for browsers, about tests and about caches', async () => {
		const secret = `x="${SECRET}"`;
		expect(
			await sayings({
				'dist/assets/a.js': `Stripe("pk_${'live'}_${made(40)}");m="AI${'za'}${made(35)}"`,
				'.next/cache/webpack/a.js': secret,
				'.next/dev/static/chunks/a.js': secret,
				'tests/fixtures/public/a.js': secret,
				'.next/static/a.woff2': secret,
			}),
		).toEqual(['pass']);
	});

	it('is not judged without a build', async () => {
		expect(await sayings({}, { 'src/a.ts': '1' })).toEqual(['not-applicable']);
	});
});

describe('env-value', () => {
	it('is a blocker where the value is known, beside the rule that knows it', async () => {
		const env = { '.env.production': `STRIPE_SECRET_KEY="${SECRET}"\n` };
		expect(await sayings({ ...env, 'dist/assets/a.js': `x="${SECRET}"` })).toEqual([
			'blocker server-secret dist/assets/a.js:1',
			'blocker env-value dist/assets/a.js:1',
		]);
	});

	it('is high where only its name says that it is secret', async () => {
		const value = `${made(10)}!${made(6)}`;
		const findings = await judged({
			'.env': `# x\nPARTNER_TOKEN=${value}\n`,
			'.next/static/chunks/a.js': `let a="${value}";`,
		});
		expect(findings).toMatchObject([{ severity: 'high', verdict: 'env-value' }]);
		expect(findings[0]?.message).toContain('PARTNER_TOKEN (.env:2)');
		expect(JSON.stringify(findings)).not.toContain(value.slice(0, 8));
	});

	it('finds a value that JavaScript writes with escapes', async () => {
		const value = `a"b\\c9${made(12)}`;
		const env = { '.env': `PARTNER_SECRET='${value}'\n` };
		const files = { ...env, 'dist/assets/a.js': `x=${JSON.stringify(value)}` };
		expect(await sayings(files)).toEqual(['high env-value dist/assets/a.js:1']);
	});

	it('is later for a sandbox', async () => {
		const key = `sk_${'test'}_${made(24)}`;
		const files = { '.env': `STRIPE_SECRET_KEY=${key}\n`, 'dist/assets/a.js': `x="${key}"` };
		expect(await sayings(files)).toEqual(['later env-value dist/assets/a.js:1']);
	});

	it('is no more than a note for a server of one’s own machine', async () => {
		const uri = `postgres${'://'}app:${made(16)}@localhost:5432/app`;
		const files = { '.env': `DATABASE_URL=${uri}\n`, 'dist/assets/a.js': `x="${uri}"` };
		expect(await sayings(files)).toEqual([
			'info server-secret dist/assets/a.js:1',
			'info env-value dist/assets/a.js:1',
		]);
	});

	it.each<[string, (value: string) => string]>([
		['a public prefix', (value) => `NEXT_PUBLIC_MAP_TOKEN=${value}\nVITE_B=1`],
		['a public prefix on a copy', (value) => `MAP_TOKEN=${value}\nREACT_APP_MAP_TOKEN=${value}`],
		['a key for a site', (value) => `RECAPTCHA_SITE_KEY=${value}`],
		['a key for searching', (value) => `ALGOLIA_SEARCH_API_KEY=${value}`],
		['an id', (value) => `AUTH0_CLIENT_ID=${value}`],
		['a host', (value) => `API_HOST=${value}.example.net`],
	])('stays silent about %s', async (_, env) => {
		const value = made(24);
		const files = { '.env': `${env(value)}\n`, 'dist/assets/a.js': `x="${value}"` };
		expect(await sayings(files)).toEqual(['pass']);
	});
});

describe('env-object', () => {
	const machine = {
		SHELL: '/bin/bash',
		npm_lifecycle_event: 'build',
		PATH: '/usr/local/bin:/usr/bin',
		HOME: '/home/builder',
		PWD: '/home/builder/shop',
		NPM_TOKEN: 'x',
	};

	it.each([
		['as JSON', JSON.stringify(machine)],
		['minified', JSON.stringify(machine).replace(/"(\w+)":/g, '$1:')],
		['as a string', JSON.stringify(JSON.stringify(machine))],
	])('finds the environment of the machine %s', async (_, object) => {
		expect(await sayings({ 'dist/assets/a.js': `a();const e=(${object}).API` })).toEqual([
			'blocker env-object dist/assets/a.js:1',
		]);
	});

	const env = { A_URL: 'https://a.shop-prod.io', B_NAME: 'shop', C_FLAG: 'on', D_LEVEL: '3' };
	const file = Object.entries(env)
		.map((pair) => pair.join('='))
		.join('\n');

	it('finds all of an env file', async () => {
		const object = JSON.stringify(env).replace(/"(\w+)":/g, '$1:');
		const findings = await judged({ '.env': file, 'dist/assets/a.js': `e=${object}` });
		expect(findings).toMatchObject([{ severity: 'blocker', verdict: 'env-object' }]);
		expect(findings[0]?.message).toContain('all of .env');
	});

	it.each<[string, string]>([
		[
			'what Vite gives to everybody',
			'{BASE_URL:"/",DEV:!1,MODE:"production",PROD:!0,SSR:!1,VITE_A:"b"}',
		],
		[
			'what Create React App gives',
			'{NODE_ENV:"production",PUBLIC_URL:"",REACT_APP_A:"b",WDS_SOCKET_HOST:void 0}',
		],
		['an empty one', 'process.env={}'],
		['one variable of four', '{A_URL:"https://a.shop-prod.io",x:1}'],
		[
			'names without their values',
			'{A_URL:"A_URL",B_NAME:"B_NAME",C_FLAG:"C_FLAG",D_LEVEL:"D_LEVEL"}',
		],
		['a schema', '{A_URL:z.string(),B_NAME:z.string(),C_FLAG:z.string(),D_LEVEL:z.string()}'],
		['four names of a machine', '{PATH:"/usr/bin",HOME:"/root",USER:"x",SHELL:"sh"}'],
	])('stays silent about %s', async (_, object) => {
		expect(await sayings({ '.env': file, 'dist/assets/a.js': `e=${object}` })).toEqual(['pass']);
	});

	it('stays silent about a file of two variables', async () => {
		const files = {
			'.env': 'A_URL=https://x.io\nB=1',
			'dist/assets/a.js': 'e={A_URL:"https://x.io",B:"1"}',
		};
		expect(await sayings(files)).toEqual(['pass']);
	});
});

describe('server-part', () => {
	it.each([
		'.next/server/chunks/12.js',
		'.output/server/chunks/a.mjs',
		'.svelte-kit/output/server/index.js',
		'build/server/index.js',
		'dist/index.js',
		'.vercel/output/functions/a.func/index.js',
	])('finds a live key in %s', async (path) => {
		expect(await sayings({ [path]: `x="${SECRET}"` })).toEqual([`high server-part ${path}:1`]);
	});

	it('finds the value of a variable, and an env file that was copied', async () => {
		const value = made(24);
		const env = `PARTNER_SECRET=${value}\n`;
		expect(await sayings({ '.env': env, 'dist/index.js': `x="${value}"` })).toEqual([
			'high server-part dist/index.js:1',
		]);
		expect(await sayings({ '.env': env, '.next/standalone/.env': env })).toEqual([
			'high server-part .next/standalone/.env:1',
		]);
	});

	it('stays silent about keys that a build makes, and about a folder that git tracks', async () => {
		const key = 'a'.repeat(3) + made(61);
		expect(
			await sayings(
				{
					'.next/server/server-reference-manifest.json': `{"encryptionKey":"${key}"}`,
					'.next/server/middleware-manifest.json': `{"__NEXT_PREVIEW_MODE_SIGNING_KEY":"${key}"}`,
					'.next/server/edge/a.js': `e={previewModeSigningKey:"${key}"}`,
				},
				{ 'dist/index.js': `x="${SECRET}"` },
			),
		).toEqual(['pass']);
	});
});
