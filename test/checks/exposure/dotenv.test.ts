import { expect, it } from 'vitest';
import dotenv from '../../../checks/exposure/dotenv.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, SEED, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const VALUE = 'hunter2hunter2';
const ENV = ['APP_ENV=production\n', 'DB_PASSWORD=', VALUE, '\nSTRIPE_SECRET_KEY=', VALUE, '\n'];
const PUBLIC = 'VITE_API_URL=https://api.shop.test\nPORT=3000\n';
const SHELL = '<!doctype html><html><head></head><body><div id="root"></div></body></html>';

function serving(routes: NonNullable<World['sites']>[number]['routes'], fallback?: object) {
	return shop({ routes: { '/': PAGE, ...routes }, ...(fallback && { fallback }) });
}

it('finds a readable environment file, names its variables and shows no value', async () => {
	const world = serving({ '/.env': { type: 'text/plain', body: ENV } });
	const { findings } = await auditLab(world, dotenv, HOST);
	expect(findings).toHaveLength(1);
	expect(findings).toMatchObject([
		{
			verdict: 'readable',
			severity: 'blocker',
			locus: { kind: 'url', name: 'https://shop.test/.env' },
		},
	]);
	const text = JSON.stringify(findings);
	expect(text).toContain('DB_PASSWORD, 14 characters');
	expect(text).not.toContain(VALUE);
	expect(findings[0]).toMatchObject({ control: expect.stringContaining(`/.lr-${SEED} gave 404`) });
});

it('finds each of several files', async () => {
	const file = { type: 'text/plain', body: ENV };
	const world = serving({ '/.env': file, '/.env.bak': file, '/api/.env': file });
	const { said } = await auditLab(world, dotenv, HOST);
	expect(said).toEqual([
		'readable https://shop.test/.env',
		'readable https://shop.test/.env.bak',
		'readable https://shop.test/api/.env',
	]);
});

it('tells values that are public anyway, and a template, from secrets', async () => {
	const world = serving({
		'/.env': { type: 'text/plain', body: PUBLIC },
		'/.env.example': { type: 'text/plain', body: 'STRIPE_SECRET_KEY=replace-me\n' },
	});
	const { findings } = await auditLab(world, dotenv, HOST);
	expect(findings).toMatchObject([
		{ verdict: 'public-values-only', severity: 'high' },
		{ verdict: 'example-only', severity: 'info' },
	]);
});

it.each([
	['a shell that answers 200 to everything', { status: 200, body: SHELL }],
	['a shell that shows such words', { status: 200, body: `${SHELL}<pre>\n${PUBLIC}</pre>` }],
	['a shell of the wrong type', { status: 200, type: 'text/plain', body: `${SHELL}\n${PUBLIC}` }],
	['plain text to everything', { status: 200, type: 'text/plain', body: ENV }],
	[
		'plain text that differs by path',
		{ status: 200, type: 'text/plain', body: ['ASKED_FOR={{path}}\n', ...ENV] },
	],
	['a redirect to sign in', { redirect: '/login' }],
	['a 404 that quotes it', { status: 404, type: 'text/plain', body: ENV }],
])('says nothing of %s', async (_, fallback) => {
	const { findings } = await auditLab(serving({}, fallback), dotenv, HOST);
	expect(findings).toMatchObject([{ outcome: 'pass', verdict: 'not-readable' }]);
});

it.each([
	['403 to everything', { status: 403, body: 'Forbidden' }, 'denied'],
	['429', { status: 429, body: 'slow down' }, 'denied'],
	['a challenge', { status: 503, body: '<title>Just a moment...</title>' }, 'denied'],
	['a broken connection', { fault: 'reset' as const }, 'inconclusive'],
])('cannot say behind %s', async (_, fallback, reason) => {
	const { findings } = await auditLab(serving({}, fallback), dotenv, HOST);
	expect(findings).toMatchObject([{ outcome: 'unknown', reason }]);
});

it('cannot say of a path that alone gives a server error, as behind a limit on requests', async () => {
	const world = serving({ '/.env': { status: 503, body: 'Service Temporarily Unavailable' } });
	const { findings } = await auditLab(world, dotenv, HOST);
	expect(findings).toMatchObject([
		{ outcome: 'unknown', reason: 'inconclusive', message: expect.stringContaining('503') },
	]);
});

it('takes a server error that every path gets for its way to say that nothing is there', async () => {
	const { findings } = await auditLab(serving({}, { status: 500, body: 'oops' }), dotenv, HOST);
	expect(findings).toMatchObject([{ outcome: 'pass' }]);
});

it('asks nothing more after the first 429', async () => {
	const world = serving({ '/.env': { status: 429, body: '' } });
	const { findings, requests } = await auditLab(world, dotenv, HOST);
	expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied' }]);
	expect(requests.http.filter(({ url }) => url.includes('.env')).length).toBeLessThanOrEqual(4);
});

it('asks by GET with a Range, random paths first, and within its share of the budget', async () => {
	const { requests } = await auditLab(serving({}), dotenv, HOST);
	const asked = requests.http.filter(({ url }) =>
		/\/(?:\.?lr-|.*\.env)/.test(new URL(url).pathname),
	);
	expect(asked.length).toBe(9);
	expect(asked.slice(0, 3).every(({ url }) => url.includes(`lr-${SEED}`))).toBe(true);
	for (const { method, headers } of asked) {
		expect(method).toBe('GET');
		expect(headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`)).toContain(
			'range: bytes=0-65535',
		);
	}
});

it('asks for the rest too where the user wants it', async () => {
	const world = serving({ '/backend/.env': { type: 'text/plain', body: ENV } });
	const deep = await auditLab(world, dotenv, { ...HOST, deep: true });
	expect(deep.said).toEqual(['readable https://shop.test/backend/.env']);
	expect(deep.requests.http.filter(({ url }) => url.includes('.env')).length).toBe(15);
	expect((await auditLab(world, dotenv, HOST)).said).toEqual(['not-readable shop.test']);
});

it('says nothing of a server that makes up each file of a kind that it is asked for', async () => {
	const file = { type: 'text/plain', body: ENV };
	const world = serving({
		'/.env.bak': file,
		[`/.lr-${SEED}.bak`]: { type: 'text/plain', body: ['OTHER=1\n', ...ENV] },
	});
	expect((await auditLab(world, dotenv, HOST)).said).toEqual(['not-readable shop.test']);
});

it('cannot say of dot names alone where a gatekeeper refuses just those', async () => {
	const wall = { status: 403, body: '<title>Attention Required! | Cloudflare</title>' };
	const world = serving({ [`/.lr-${SEED}`]: wall, '/.env': wall });
	const { findings, requests } = await auditLab(world, dotenv, HOST);
	expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied' }]);
	expect(requests.http.filter(({ url }) => url.includes('.env'))).toEqual([]);
});

it('asks no more of a server that keeps scanners waiting', async () => {
	const world = serving({ '/.env': { fault: 'silent' }, '/.env.local': { fault: 'silent' } });
	const { findings } = await auditLab(world, dotenv, HOST);
	expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'timeout' }]);
});

it('looks over http where there is no https', async () => {
	const world = shop({
		https: 'closed',
		http: { routes: { '/': PAGE, '/.env': { type: 'text/plain', body: ENV } } },
	});
	const { said } = await auditLab(world, dotenv, HOST);
	expect(said).toEqual(['readable http://shop.test/.env']);
});
