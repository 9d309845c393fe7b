import { describe, expect, it } from 'vitest';
import testKeys from '../../../checks/launch/test-keys.ts';
import deployed from '../../../checks/secrets/deployed.ts';
import publicByDesign from '../../../checks/secrets/public-by-design.ts';
import type { AnyCheck } from '../../../src/core/check.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import type { World } from '../../../src/lab/world.ts';
import { rank } from '../../../src/score/rank.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { committed, write } from '../../files/repositories.ts';
import { auditLab, shop } from '../audit-lab.ts';

const random = seeded(11);
/** Made while the test runs, so that no file of this repository holds one. */
const made = (length: number) => random62(length, random);
const hex = (length: number) =>
	Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
const SECRET = `sk_${'live'}_${made(24)}`;
const jwt = (claims: object) =>
	`${[{ alg: 'HS256', typ: 'JWT' }, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.')}.${made(43)}`;

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

const PAGE = '<!doctype html><title>Shop</title>';
const page = (body: string): Routes => ({ '/': { body: PAGE + body } });
const code = (body: string) => ({ type: 'text/javascript', body });
const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) });
const script = (body: string, more: Routes = {}): Routes => ({
	...page('<script src="/app.js"></script>'),
	'/app.js': code(body),
	...more,
});
const map = (sources: Readonly<Record<string, string>>) =>
	json({
		version: 3,
		mappings: 'AAAA',
		sources: Object.keys(sources),
		sourcesContent: Object.values(sources),
	});

const audited = (
	routes: Routes,
	{ check = deployed as AnyCheck | AnyCheck[], repo, world = {} }: Options = {},
) =>
	auditLab(shop({ routes, ...world }), check, {
		domain: 'shop.test',
		...(repo !== undefined && { repo }),
	});

interface Options {
	readonly check?: AnyCheck | AnyCheck[];
	readonly repo?: string;
	readonly world?: object;
}

/** `severity verdict place`, of what failed or is noted; else the outcome. */
async function sayings(routes: Routes, options: Options = {}): Promise<readonly string[]> {
	const { findings } = await audited(routes, options);
	return findings.map((one) =>
		isFailed(one)
			? `${one.severity} ${one.verdict} ${one.locus.name.replace('https://shop.test', '')}`
			: one.outcome,
	);
}

it('says what its examples claim', () => {
	expect(verifyCheck(deployed)).toEqual([]);
	expect(verifyCheck(publicByDesign)).toEqual([]);
});

describe('a live key that visitors get', () => {
	it.each<[string, Routes, string]>([
		['in an inline script', page(`<script>pay("${SECRET}")</script>`), '/'],
		['in an own script', script(`const k="${SECRET}";`), '/app.js'],
		[
			'in a style sheet',
			{
				...page('<link rel=stylesheet href=/a.css>'),
				'/a.css': { type: 'text/css', body: `/* ${SECRET} */` },
			},
			'/a.css',
		],
		['in an HTML comment', page(`<!-- ${SECRET} -->`), '/'],
		['in an attribute', page(`<div data-key="${SECRET}"></div>`), '/'],
		[
			'in what Next.js hydrates with',
			page(
				`<script id="__NEXT_DATA__" type="application/json">{"props":{"k":"${SECRET}"}}</script>`,
			),
			'/',
		],
		[
			'in what React streams',
			page(`<script>self.__next_f.push([1,"5:{\\"k\\":\\"${SECRET}\\"}"])</script>`),
			'/',
		],
		[
			'in JSON of an attribute',
			page(`<div data-page="{&quot;k&quot;:&quot;${SECRET}&quot;}"></div>`),
			'/',
		],
		[
			'in Remix’s context',
			page(`<script>window.__remixContext = {"k":"${SECRET}"};</script>`),
			'/',
		],
		[
			'in Nuxt’s payload',
			{
				...page('<link rel="preload" as="fetch" href="/_payload.json?1a">'),
				'/_payload.json': json([{ k: 1 }, SECRET]),
			},
			'/_payload.json?1a',
		],
		[
			'in the sources of a map',
			script('run();\n//# sourceMappingURL=app.js.map', {
				'/app.js.map': map({ 'src/pay.ts': `\n\nconst key = '${SECRET}';` }),
			}),
			'/app.js.map (src/pay.ts)',
		],
		[
			'in a map inside the script',
			script(
				`run();\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map({ 'src/pay.ts': `const key = '${SECRET}';` }).body).toString('base64')}`,
			),
			'/app.js (src/pay.ts)',
		],
		[
			'in settings that a script fetches',
			script('fetch("/config.json")', { '/config.json': json({ key: SECRET }) }),
			'/config.json',
		],
		[
			'in settings that a script loads',
			script('load("./env.js")', { '/env.js': code(`window.env={key:"${SECRET}"}`) }),
			'/env.js',
		],
		[
			'in a response header',
			{ '/': { body: PAGE, headers: { 'X-Upstream-Key': SECRET } } },
			'/ (header x-upstream-key)',
		],
	])('blocks the launch %s', async (_, routes, place) => {
		const { findings } = await audited(routes);
		expect(await sayings(routes)).toEqual([`blocker server-secret ${place}`]);
		expect(JSON.stringify(findings)).not.toContain(SECRET.slice(0, 12));
	});

	it('has a line in a map, and a fix with the variable', async () => {
		const { findings } = await audited(
			script('run();', {
				'/app.js.map': map({ 'src/pay.ts': `\nconst STRIPE_KEY = '${SECRET}';` }),
			}),
		);
		expect(findings).toMatchObject([{ message: expect.stringContaining('(src/pay.ts):2') }]);
		expect(JSON.stringify(findings)).toContain('vercel env add STRIPE_KEY production');
	});

	it('is asked for once, whoever looks', async () => {
		const { requests } = await audited(script(`const k="${SECRET}";`), {
			check: [deployed, publicByDesign, testKeys],
		});
		const asked = requests.http.map(({ method, url }) => `${method} ${url}`);
		expect(asked.length).toBe(new Set(asked).size);
	});
});

describe('other secrets', () => {
	it.each<[string, string, string]>([
		['a service role', jwt({ role: 'service_role', ref: 'abc' }), 'blocker server-secret /app.js'],
		[
			'a password in an address',
			`postgres${'://'}app:${made(16)}@db.shop-prod.io/app`,
			'blocker server-secret /app.js',
		],
		[
			'a chat hook',
			`https://hooks.slack.com/services/T${'0A1B2C3D4'}/B${'5E6F7G8H9'}/${made(24)}`,
			'high restricted-key /app.js',
		],
		['a restricted key', `rk_${'live'}_${made(24)}`, 'high restricted-key /app.js'],
		['a token without an end', jwt({ sub: 'build' }), 'high generic /app.js'],
	])('finds %s', async (_, value, saying) => {
		expect(await sayings(script(`const k="${value}";`))).toEqual([saying]);
	});

	it('finds a value whose name says secret', async () => {
		const value = made(32);
		expect(await sayings(script(`e={clientSecret:"${value}"}`))).toEqual(['high generic /app.js']);
		expect(await sayings(page(`<script>{"dbPassword":"${value}"}</script>`))).toEqual([
			'high generic /',
		]);
	});

	it('lets the expired be later', async () => {
		const old = jwt({ role: 'service_role', exp: 1_500_000_000 });
		expect(await sayings(script(`"${old}"`))).toEqual(['later server-secret /app.js']);
	});
});

describe('what is no leak', () => {
	const soon = () => Math.floor(Date.now() / 1000) + 3_600;
	it.each<[string, Routes]>([
		['nothing', page('<p>Hello')],
		['a publishable key', script(`Stripe("pk_${'live'}_${made(40)}")`)],
		['an anon key', script(`"${jwt({ role: 'anon', ref: 'abc' })}"`)],
		['a key for maps', script(`"AI${'za'}${made(35)}"`)],
		[
			'a session token',
			page(`<script>x={token:"${jwt({ sub: 'visitor', exp: soon() })}"}</script>`),
		],
		['a form token', page(`<input type=hidden name=csrf_token value="${made(40)}">`)],
		['a form token in a script', page(`<script>x={csrfSecret:"${made(40)}"}</script>`)],
		['a client secret of a payment', page(`<script>"pi_${made(24)}_secret_${made(25)}"</script>`)],
		[
			'a signed picture',
			page(
				`<img src="https://b.s3.amazonaws.com/a.png?X-Amz-Credential=AK${'IA'}ABCDEFGHIJKLMNOP%2F20300101&amp;X-Amz-Date=20200101T000000Z&amp;X-Amz-Expires=900&amp;X-Amz-Signature=${'0123456789abcdef'.repeat(4)}">`,
			),
		],
		['names beside texts', script('t={password:"Enter your password",secret:"Secret question"}')],
		['a text that is too plain', script('t={clientSecret:"client_secret_post"}')],
		['a placeholder', script(`k="sk_${'live'}_${'x'.repeat(24)}"`)],
		['an id', script(`k="AK${'IA'}${'Q3EGRZ6VMJ7KPLTW'}"`)],
		[
			'libraries in a map',
			script('run();', { '/app.js.map': map({ 'node_modules/a/i.js': `k="${SECRET}"` }) }),
		],
		[
			'settings that are a page',
			script('fetch("/config.json")', {
				'/config.json': { body: PAGE },
			}),
		],
	])('stays silent about %s', async (_, routes) => {
		expect(await sayings(routes)).toEqual(['pass']);
	});

	it('is not judged where there are no pages', async () => {
		expect(await sayings({ '/': json({ ok: true }) })).toEqual(['not-applicable']);
	});

	it('cannot say what a script holds that was cut', async () => {
		expect(await sayings(script(' '.repeat(2_097_153)))).toEqual(['unknown']);
	});
});

describe('the same value as in the repository', () => {
	it('is one risk with what the tree has', async () => {
		const repo = committed({ 'src/pay.ts': `const key = '${SECRET}';` });
		const { findings } = await audited(script(`const k="${SECRET}";`), { repo });
		const failed = findings.filter(isFailed);
		expect(failed.map(({ severity, verdict }) => `${severity} ${verdict}`).sort()).toEqual([
			'blocker same-as-repository',
			'blocker server-secret',
		]);
		expect(failed.map(({ message }) => message).join()).toContain('src/pay.ts:1');
		expect(rank(failed, () => ({ reach: 'trust', layer: 'content' }))).toHaveLength(1);
	});

	it.each([
		[
			'an env file that git ignores',
			'.env.production',
			(value: string) => `INTERNAL_API_SECRET=${value}\n`,
		],
		[
			'a quoted value',
			'.env.local',
			(value: string) => `A=1\nexport INTERNAL_API_SECRET="${value}" # x\n`,
		],
		[
			'an env file of a package',
			'apps/web/.env',
			(value: string) => `INTERNAL_API_SECRET='${value}'\n`,
		],
		[
			'a workflow',
			'.github/workflows/deploy.yml',
			(value: string) => `jobs:\n  a:\n    env:\n      INTERNAL_API_SECRET: ${value}\n`,
		],
	])('is found without a rule, by %s', async (_, file, text) => {
		const value = `${made(9)}-${made(9)}`;
		const repo = committed({ '.gitignore': '.env*\n', 'a.ts': '1' });
		write(repo, { [file]: text(value) });
		const routes = script(`x("${value}")`);
		const { findings } = await audited(routes, { repo });
		expect(findings).toMatchObject([
			{ severity: 'high', verdict: 'generic' },
			{ severity: 'blocker', verdict: 'same-as-repository' },
		]);
		expect(findings[1]?.message).toContain(`INTERNAL_API_SECRET of ${file}`);
		expect(JSON.stringify(findings)).not.toContain(value.slice(0, 9));
		expect(await sayings(routes)).toEqual(['pass']);
	});

	it.each<[string, string, (value: string) => string]>([
		['a longer word', `NAMED_SECRET=${'ABCDEFGHIJ12'}`, () => 'x("ABCDEFGHIJ1234567890")'],
		['a name for browsers too', '', (value) => `x("${value}")`],
		['plain words', 'ADMIN_PASSWORD=correct-horse-battery', () => 'x("correct-horse-battery")'],
		['an address', 'API_KEY=https://api.shop-prod.io/v1', () => 'x("https://api.shop-prod.io/v1")'],
		['no secret by its name', 'COMMIT=7f3a9c1e5b2d8f604a6c', () => 'x("7f3a9c1e5b2d8f604a6c")'],
		['eleven characters', 'API_SECRET=a1B2c3D4e5F', () => 'x("a1B2c3D4e5F")'],
		['a stand-in', 'API_SECRET=change-me-please-9', () => 'x("change-me-please-9")'],
	])('is not told of %s', async (name, env, routes) => {
		const value = made(20);
		const text = name.startsWith('a name')
			? `ALGOLIA_TOKEN=${value}\nVITE_ALGOLIA_TOKEN=${value}\n`
			: `${env}\n`;
		const repo = committed({ '.gitignore': '.env*\n' });
		write(repo, { '.env': text, '.env.example': `API_SECRET=${value}\n` });
		expect(await sayings(script(routes(value)), { repo })).toEqual(['pass']);
	});

	it('is only noted of a key for browsers', async () => {
		const key = `pk_${'live'}_${made(40)}`;
		const repo = committed({ 'src/pay.ts': `Stripe('${key}')` });
		expect(await sayings(script(`Stripe("${key}")`), { repo })).toEqual([
			'info same-as-repository /app.js',
		]);
	});

	it('does not count what the build wrote', async () => {
		const repo = committed({ 'a.ts': '1', '.gitignore': '.next\n' });
		write(repo, { '.next/static/chunks/a.js': `k="${SECRET}"` });
		expect(await sayings(script(`k="${SECRET}"`), { repo })).toEqual([
			'blocker server-secret /app.js',
		]);
	});
});

describe('secrets/public-by-design', () => {
	const check = publicByDesign;

	it('lists keys that are made for browsers, each once', async () => {
		const key = `pk_${'live'}_${made(40)}`;
		const two = script(`Stripe("${key}")`, {
			'/': { body: `${PAGE}<script>"${key}"</script><script src=/app.js></script>` },
		});
		expect(await sayings(two, { check })).toEqual(['info expected /']);
		expect(await sayings(script(`"${jwt({ role: 'anon', ref: 'a' })}"`), { check })).toEqual([
			'info expected /app.js',
		]);
	});

	it.each([
		['Google', `"AI${'za'}${made(35)}"`],
		['Mapbox', `"pk.ey${'J'}${made(70)}.${made(22)}"`],
		['PostHog', `"ph${'c'}_${made(43)}"`],
		['Sentry', `"https://${hex(32)}@o12.ingest.sentry.io/34"`],
	])('cannot see the limits of a key of %s', async (_, text) => {
		expect(await sayings(script(text), { check })).toEqual(['info unrestricted-risk /app.js']);
	});

	it('is one risk with launch/test-keys where the key is a test key', async () => {
		const key = `pk_${'test'}_${made(40)}`;
		const { findings } = await audited(script(`Stripe("${key}")`), { check: [check, testKeys] });
		const failed = findings.filter(isFailed);
		expect(failed.map(({ severity, verdict }) => `${severity} ${verdict}`).sort()).toEqual([
			'blocker stripe-test-key',
			'high test-key-live',
		]);
		const risks = rank(failed, () => ({ reach: 'sign-in', layer: 'content' }));
		expect(risks).toMatchObject([{ id: 'launch/test-keys/stripe-test-key' }]);
	});

	it('stays silent where there is none', async () => {
		expect(await sayings(page('<p>Hello'), { check })).toEqual(['pass']);
	});
});
