import { describe, expect, it } from 'vitest';
import check from '../../../checks/redirects/open-redirect.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, shop } from '../audit-lab.ts';

const LINK = '/out?url=https%3A%2F%2Fpartner.test%2F';
const page = (link: string) => `<!doctype html><title>Shop</title><a href="${link}">On</a>`;

/** A redirector that sends visitors to what `url` says, for values that match. */
const sends = (pattern: string, to: string) => ({
	status: 400,
	body: 'no',
	variants: [{ when: { query: pattern }, status: 302, redirect: to }],
});

function site(out: object, link = LINK): World {
	return shop({ routes: { '/': page(link), '/out': out } } as never);
}

async function judged(world: World, active = true) {
	return auditLab(world, check, { domain: 'shop.test', active });
}

const OPEN: readonly [string, object][] = [
	['a whole URL', sends('url=https%3A%2F%2Fexample\\.org', 'https://example.org/')],
	['a scheme-relative one', sends('url=%2F%2Fexample\\.org', '//example.org/')],
	[
		'a backslash, which browsers read as a slash',
		sends('url=%2F%5Cexample\\.org', '/\\example.org/'),
	],
	[
		'a Refresh header',
		{
			body: 'no',
			variants: [
				{
					when: { query: 'example\\.org' },
					headers: { Refresh: '0;url=https://example.org/' },
					body: 'one moment',
				},
			],
		},
	],
	[
		'a meta refresh',
		{
			body: 'no',
			variants: [
				{
					when: { query: 'example\\.org' },
					body: '<meta http-equiv=refresh content="0;url=//example.org/">',
				},
			],
		},
	],
];

const CLOSED: readonly [string, object][] = [
	['a list of partners', sends('partner', 'https://partner.test/')],
	['everything as a path of its own', sends('.', '/away/example.org/')],
	['the destination on as a parameter', sends('.', '/confirm?to=https%3A%2F%2Fexample.org%2F')],
	['a question before leaving', { body: '<p>You are leaving for example.org.</p>' }],
	['the host as user name of its own', sends('.', 'https://example.org@shop.test/')],
	['a host that only begins alike', sends('.', 'https://example.org.shop.test/')],
];

describe('with --active', () => {
	it.each(OPEN)('tells of a redirector that takes %s', async (_, out) => {
		const { findings, requests } = await judged(site(out));
		expect(findings).toMatchObject([
			{
				verdict: 'external-target',
				severity: 'high',
				locus: { kind: 'url', name: 'https://shop.test/out' },
			},
		]);
		expect(new Set(requests.http.map(({ method }) => method))).toEqual(new Set(['GET']));
		expect(requests.http.some(({ url }) => url.startsWith('https://example.org'))).toBe(false);
		expect(requests.dns.some(({ name }) => name === 'example.org')).toBe(false);
	});

	it.each(CLOSED)('keeps still about one that takes %s', async (_, out) => {
		const { findings, requests } = await judged(site(out));
		expect(findings).toMatchObject([{ outcome: 'pass', verdict: 'stays-inside' }]);
		expect(requests.http.length).toBeLessThanOrEqual(14);
	});

	it.each([
		['return_to', '/login?return_to=%2Faccount'],
		['next', '/login?next=/account'],
		['continue', '/go?continue=https://shop.test/a'],
		['redirect', '/go?redirect=//shop.test/a'],
	])('finds the parameter %s', async (_, link) => {
		const world = shop({
			routes: {
				'/': page(link),
				'/login': sends('example\\.org', 'https://example.org/'),
				'/go': sends('example\\.org', 'https://example.org/'),
			},
		} as never);
		expect((await judged(world)).findings).toMatchObject([{ verdict: 'external-target' }]);
	});

	it('follows a final slash on the same host', async () => {
		const world = shop({
			routes: {
				'/': page(LINK),
				'/out': { redirect: '/out/?{{query}}', status: 301 },
				'/out/': sends('example\\.org', 'https://example.org/'),
			},
		} as never);
		expect((await judged(world)).findings).toMatchObject([{ verdict: 'external-target' }]);
	});

	it.each([
		'/search?q=/shoes',
		'/shop?page=2',
		'https://other.test/out?url=https%3A%2F%2Fa.test%2F',
	])('takes %s for no redirector', async (link) => {
		expect((await judged(site({ body: 'no' }, link))).findings).toMatchObject([
			{ verdict: 'none-found' },
		]);
	});
});

describe('without --active', () => {
	it('sends no probe, and says what would have to be tried', async () => {
		const { findings, requests } = await judged(site(OPEN[0]?.[1] ?? {}), false);
		expect(findings).toMatchObject([{ outcome: 'not-applicable' }]);
		expect(findings[0]?.message).toContain('--active');
		expect(requests.http.some(({ url }) => url.includes('example.org'))).toBe(false);
	});

	it('passes a page without redirectors', async () => {
		const { findings } = await judged(site({ body: 'no' }, '/about'), false);
		expect(findings).toMatchObject([{ verdict: 'none-found' }]);
	});
});
