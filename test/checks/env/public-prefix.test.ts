import { describe, expect, test } from 'vitest';
import publicPrefix from '../../../checks/env/public-prefix.ts';
import tree from '../../../checks/secrets/tree.ts';
import type { Failed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { committed, temporaryFolder } from '../../files/repositories.ts';
import { judged } from '../secrets/real-repository.ts';
import { envSayings, manifest } from './env-sayings.ts';
import { judgedFolder } from './real-env.ts';

const random = seeded(23);
const stripe = (mode = 'live') => `sk_${mode}_${random62(24, random)}`;
const made = (length = 32) => random62(length, random);
const next = { 'package.json': manifest('next') };
const said = (tracked: Readonly<Record<string, string>>, untracked = {}) =>
	envSayings(publicPrefix, { ...next, ...tracked }, untracked);

test('its examples say what they claim', () => {
	expect(verifyCheck(publicPrefix)).toEqual([]);
});

describe('secret-value', () => {
	test.each([
		['Next.js', 'NEXT_PUBLIC_STRIPE_KEY'],
		['Vite', 'VITE_PAYMENTS'],
		['Create React App', 'REACT_APP_STRIPE'],
		['Expo', 'EXPO_PUBLIC_STRIPE'],
		['Gatsby', 'GATSBY_STRIPE'],
		['Nuxt', 'NUXT_PUBLIC_STRIPE'],
	])('a live key under the prefix of %s', async (_, name) => {
		expect(await said({ '.env.production': `A=1\n${name}=${stripe()}\n` })).toEqual([
			'blocker secret-value .env.production:2',
		]);
	});

	test('in an ignored env file, a Dockerfile, a manifest of the platform and a workflow', async () => {
		expect(
			await said({ '.gitignore': '.env*\n' }, { '.env.local': `NEXT_PUBLIC_PAY=${stripe()}\n` }),
		).toEqual(['blocker secret-value .env.local:1']);
		expect(await said({ Dockerfile: `FROM node:20\nENV NEXT_PUBLIC_PAY=${stripe()}\n` })).toEqual([
			'blocker secret-value Dockerfile:2',
		]);
		expect(
			await said({ 'vercel.json': JSON.stringify({ env: { NEXT_PUBLIC_PAY: stripe() } }) }),
		).toEqual(['blocker secret-value vercel.json:1']);
	});

	test('a prefix of the configuration, and PUBLIC_ where Astro reads it', async () => {
		expect(
			await envSayings(publicPrefix, {
				'package.json': manifest('vite'),
				'vite.config.ts': `export default { envPrefix: 'SHOP_' };\n`,
				'.env': `SHOP_PAY=${stripe()}\n`,
			}),
		).toEqual(['blocker secret-value .env:1']);
		const env = { '.env': `PUBLIC_PAY=${stripe()}\n` };
		expect(await envSayings(publicPrefix, { 'package.json': manifest('astro'), ...env })).toEqual([
			'blocker secret-value .env:1',
		]);
		expect(await envSayings(publicPrefix, { 'package.json': manifest('express'), ...env })).toEqual(
			['not-applicable'],
		);
	});

	test('is one risk with the same value in the tree', async () => {
		const root = committed({ ...next, '.env.production': `NEXT_PUBLIC_PAY=${stripe()}\n` });
		const port = createFiles({ configFolder: temporaryFolder() });
		const [inEnv] = (await judgedFolder(publicPrefix, root, { port })) as Failed[];
		const [inTree] = (await judged(tree, root, port)) as Failed[];
		expect(inEnv?.verdict).toBe('secret-value');
		expect(inTree?.verdict).toBe('server-secret');
		expect(inEnv?.cause).toMatch(/^secret\/[0-9a-f]{16}$/);
		expect(inEnv?.cause).toBe(inTree?.cause);
	});

	test('nothing of the value is in what is said', async () => {
		const key = stripe();
		const root = committed({ ...next, '.env': `NEXT_PUBLIC_PAY=${key}\n` });
		const findings = JSON.stringify(await judgedFolder(publicPrefix, root));
		expect(findings).toContain('NEXT_PUBLIC_PAY');
		expect(findings).not.toContain(key.slice(0, 12));
	});

	test.each([
		['a publishable key', `NEXT_PUBLIC_STRIPE_KEY=pk_${'live'}_${made(24)}\n`],
		['the same name without the prefix', `STRIPE_KEY=${stripe()}\n`],
		['a stand-in', 'NEXT_PUBLIC_STRIPE_KEY=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx\n'],
		['a sandbox key under a plain name', `NEXT_PUBLIC_STRIPE=${stripe('test')}\n`],
		['an address', 'NEXT_PUBLIC_API_URL=https://api.example.test/v1\n'],
		['a key for maps', `NEXT_PUBLIC_MAPBOX_TOKEN=pk.${made(40)}\n`],
		['what a host gives', 'NEXT_PUBLIC_VERCEL_URL=shop.example.test\n'],
		['a site key', `NEXT_PUBLIC_RECAPTCHA_SITE_KEY=6L${made(38)}\n`],
		[
			'an error tracker',
			`NEXT_PUBLIC_SENTRY_DSN=https://${made(32).toLowerCase()}@o1.ingest.example.test/2\n`,
		],
	])('%s is silent', async (_, text) => {
		expect(await said({ '.env': text })).toEqual(['pass']);
	});
});

describe('secret-name', () => {
	test.each([
		['a value that no rule knows', { '.env': `NEXT_PUBLIC_API_SECRET=${made()}\n` }],
		['a sandbox key', { '.env': `NEXT_PUBLIC_STRIPE_SECRET_KEY=${stripe('test')}\n` }],
		['no value', { '.env': 'NEXT_PUBLIC_API_SECRET=\n' }],
		['a stand-in', { '.env.example': 'NEXT_PUBLIC_OPENAI_API_KEY=your-key\n' }],
		['a password', { '.env': 'NEXT_PUBLIC_ADMIN_PASSWORD=Sommer2031!\n' }],
		[
			'an address with credentials',
			{ '.env': 'NEXT_PUBLIC_DATABASE_URL=postgres://a:b@localhost/x\n' },
		],
		[
			'code alone',
			{ 'src/a.ts': `'use client';\nfetch(process.env.NEXT_PUBLIC_SERVICE_ROLE_KEY!);\n` },
		],
	])('%s', async (_, files) => {
		const [first] = Object.keys(files);
		const line = first === 'src/a.ts' ? 2 : 1;
		expect(await said(files)).toEqual([`high secret-name ${first}:${line}`]);
	});

	test.each([
		['a switch', 'NEXT_PUBLIC_DISABLE_PASSWORD_SIGNUP=true'],
		['a switch as a digit', 'NEXT_PUBLIC_DISABLE_PASSWORD_SIGNUP=0'],
		['a number', 'NEXT_PUBLIC_PASSWORD_MIN_LENGTH=12'],
		['an address without credentials', 'NEXT_PUBLIC_TOKEN_URL=https://id.example.test/token'],
		['a publishable key', `NEXT_PUBLIC_STRIPE_SECRET=pk_${'live'}_${made(24)}`],
		[
			'an account on a chain',
			'NEXT_PUBLIC_REWARD_TOKEN=0x52908400098527886E0F7030069857D2E4169EE7',
		],
	])('%s is a note', async (_, line) => {
		expect(await said({ '.env': `${line}\n` })).toEqual(['info secret-name .env:1']);
	});

	test('made for browsers, or only read by tests, is silent', async () => {
		expect(
			await said({
				'.env.example':
					'NEXT_PUBLIC_SUPABASE_ANON_KEY=\nNEXT_PUBLIC_FIREBASE_API_KEY=\nNEXT_PUBLIC_CLERK_PUBLISHABLE_KEY=\nNEXT_PUBLIC_GOOGLE_CLIENT_ID=\nNEXT_PUBLIC_POSTHOG_KEY=\nNEXT_PUBLIC_TOKEN_ADDRESS=\n',
				'test/a.test.ts': 'expect(process.env.NEXT_PUBLIC_API_SECRET).toBe(1);\n',
			}),
		).toEqual(['pass']);
	});
});

describe('everything', () => {
	const vite = { 'package.json': manifest('vite') };
	const config = `export default {\n\tdefine: { 'process.env': process.env },\n};\n`;

	test('a blocker with secret values, else high', async () => {
		expect(await envSayings(publicPrefix, { ...vite, 'vite.config.js': config })).toEqual([
			'high everything vite.config.js:2',
		]);
		expect(
			await envSayings(publicPrefix, {
				...vite,
				'vite.config.js': config,
				'.env': `STRIPE_KEY=${stripe()}\n`,
			}),
		).toEqual(['blocker everything vite.config.js:2']);
		expect(
			await envSayings(publicPrefix, {
				...vite,
				'vite.config.js': config,
				'.env.example': 'STRIPE_KEY=sk_live_xxx\n',
			}),
		).toEqual(['high everything vite.config.js:2']);
	});

	test.each([
		['spread', `module.exports = { env: { ...process.env } };\n`],
		['a secret by name', `module.exports = { env: { API_SECRET: process.env.API_SECRET } };\n`],
		['under another name', `module.exports = { env: { apiAuth: process.env.DATABASE_URL } };\n`],
		[
			'publicRuntimeConfig',
			`module.exports = { publicRuntimeConfig: { key: process.env.OPENAI_API_KEY } };\n`,
		],
		[
			'webpack',
			`module.exports = { webpack: (c, { webpack }) => { c.plugins.push(new webpack.DefinePlugin({ 'process.env': JSON.stringify(process.env) })); return c; } };\n`,
		],
		[
			'EnvironmentPlugin',
			`module.exports = { webpack: (c, { webpack }) => { c.plugins.push(new webpack.EnvironmentPlugin(['JWT_SECRET'])); return c; } };\n`,
		],
	])('next.config: %s', async (_, text) => {
		expect(await said({ 'next.config.js': text })).toEqual(['high everything next.config.js:1']);
	});

	test.each([
		['public names', `module.exports = { env: { SITE_NAME: process.env.SITE_NAME } };\n`],
		[
			'secrets for the server',
			`module.exports = { serverRuntimeConfig: { secret: process.env.API_SECRET }, webpack: (c) => c };\n`,
		],
		[
			'headers that take a secret',
			`module.exports = { async rewrites() { return [{ source: '/a', destination: process.env.API_URL + '?k=' + process.env.API_SECRET }]; } };\n`,
		],
	])('next.config: %s is silent', async (_, text) => {
		expect(await said({ 'next.config.js': text })).toEqual(['pass']);
	});

	test('a name that sounds like a secret and is a switch is silent', async () => {
		expect(
			await said({
				'next.config.js': 'module.exports = { env: { AUTH_TOKEN: process.env.AUTH_TOKEN } };\n',
				'.env': 'AUTH_TOKEN=false\n',
			}),
		).toEqual(['pass']);
	});

	test('configuration of tests, and of a bundle for Node.js, is silent', async () => {
		expect(
			await envSayings(publicPrefix, {
				...vite,
				'vitest.config.js': config,
				'tsup.config.ts': config,
				'.storybook/vite.config.js': config,
			}),
		).toEqual(['pass']);
	});
});

test('a repository that has no code for browsers is not judged', async () => {
	expect(
		await envSayings(publicPrefix, {
			'package.json': manifest('express'),
			'index.js': 'require("http").createServer().listen(process.env.PORT);\n',
			'.env': `API_SECRET=${made()}\n`,
		}),
	).toEqual(['not-applicable']);
});
