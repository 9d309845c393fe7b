import { describe, expect, it } from 'vitest';
import check from '../../../checks/redirects/preservation.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const LINKED = '<!doctype html><title>Shop</title><a href="/catalogue">All</a>';
const toWww = (location: string, status = 301) => ({ fallback: { redirect: location, status } });

/** Apex and www as two sites of one zone; the page lives on www. */
function pair(apex: object, www: object = { routes: { '/': LINKED, '/catalogue': PAGE } }): World {
	return {
		zones: { 'shop.test': { records: ['@ A 203.0.113.10', 'www A 203.0.113.11'] } },
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], ...apex },
			{ hosts: ['www.shop.test'], at: ['203.0.113.11'], ...www },
		],
	};
}

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings.map((one) => [
		one.subject,
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

describe('redirects in order', () => {
	it.each<[string, World]>([
		['one host', shop({ routes: { '/': PAGE } })],
		['apex to www with the whole URI', pair(toWww('https://www.shop.test{{uri}}'))],
		[
			'http straight to the other host',
			pair({
				...toWww('https://www.shop.test{{uri}}'),
				http: toWww('https://www.shop.test{{uri}}'),
			}),
		],
		[
			'a locale page that keeps the query',
			shop({ routes: { '/': { redirect: '/en?{{query}}', status: 302 }, '/en': PAGE } }),
		],
		[
			'a sign-in page for every path',
			shop({
				routes: { '/login': PAGE },
				fallback: { redirect: '/login?next={{path}}', status: 302 },
			}),
		],
		[
			'a sign-in page that forgets the query of the start page',
			shop({ routes: { '/': { redirect: '/login', status: 302 }, '/login': PAGE } }),
		],
		[
			'a host of its own to sign in on',
			{
				zones: {
					'shop.test': {
						records: ['@ A 203.0.113.10', 'www A 203.0.113.11', 'accounts A 203.0.113.11'],
					},
				},
				sites: [
					{
						hosts: ['shop.test'],
						at: ['203.0.113.10'],
						fallback: { redirect: 'https://accounts.shop.test/', status: 302 },
					},
					{
						hosts: ['www.shop.test', 'accounts.shop.test'],
						at: ['203.0.113.11'],
						routes: { '/': PAGE },
					},
				],
			},
		],
		[
			'an error page for missing paths',
			shop({
				routes: { '/': PAGE, '/404': { status: 404, body: 'gone' } },
				fallback: { redirect: '/404', status: 302 },
			}),
		],
		[
			'a start page for missing paths, on one origin',
			shop({ routes: { '/': PAGE }, fallback: { redirect: '/', status: 302 } }),
		],
		[
			'a slash added at the end',
			shop({
				routes: { '/': PAGE },
				fallback: {
					status: 301,
					redirect: '{{path}}/?{{query}}',
					variants: [{ when: { query: '' }, redirect: '{{path}}/' }],
					sequence: [{}, { status: 404, redirect: '', body: 'no' }],
				},
			}),
		],
		['an application shell', shop({ fallback: { body: PAGE } })],
		[
			'only missing paths are sent to the start page of the other host',
			pair({
				routes: {
					'/': { redirect: 'https://www.shop.test{{uri}}', status: 301 },
					'/catalogue': { redirect: 'https://www.shop.test/catalogue', status: 301 },
				},
				fallback: { redirect: 'https://www.shop.test/?{{query}}', status: 302 },
			}),
		],
		['an API without pages', shop({ fallback: { body: '{}', type: 'application/json' } })],
	])('get nothing above info: %s', async (_, world) => {
		const { findings, requests } = await auditLab(world, check, SHOP);
		const outcomes = new Set(findings.map(({ outcome }) => outcome));
		expect([...outcomes].filter((one) => one !== 'pass' && one !== 'not-applicable')).toEqual([]);
		expect(new Set(requests.http.map(({ method }) => method))).toEqual(new Set(['GET']));
	});

	it('cost a host six requests where http leads to https', async () => {
		const { requests } = await auditLab(shop({ routes: { '/': PAGE } }), check, SHOP);
		expect(requests.http.length).toBeLessThanOrEqual(8);
	});

	it('says nothing against a wildcard whose names all lead to the start page', async () => {
		const world: World = {
			zones: { 'shop.test': { records: ['@ A 203.0.113.10', '* A 203.0.113.11'] } },
			sites: [
				{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
				{
					hosts: ['*.shop.test'],
					at: ['203.0.113.11'],
					fallback: { redirect: 'https://shop.test{{uri}}', status: 301 },
				},
			],
		};
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
	});
});

describe('losses', () => {
	it.each<[string, World, string, string]>([
		['apex to the start page of www', pair(toWww('https://www.shop.test/')), 'path-lost', 'high'],
		[
			'http to the start page of https',
			shop({
				routes: { '/': LINKED, '/catalogue': PAGE },
				http: { fallback: { redirect: 'https://shop.test/', status: 301 } },
			}),
			'path-lost',
			'high',
		],
		[
			'the path without the query',
			pair(toWww('https://www.shop.test{{path}}')),
			'query-lost',
			'high',
		],
		[
			'a locale page without the query',
			shop({ routes: { '/': { redirect: '/en/', status: 302 }, '/en/': PAGE } }),
			'query-lost',
			'high',
		],
		[
			'the query twice',
			pair(toWww('https://www.shop.test{{uri}}&{{query}}')),
			'query-changed',
			'high',
		],
		[
			'a parameter of its own merged',
			pair({
				fallback: {
					redirect: 'https://www.shop.test{{uri}}',
					variants: [
						{
							when: { query: 'x=1' },
							redirect: 'https://www.shop.test{{path}}?utm_source=a&gclid=b%20c&x=2',
						},
					],
				},
			}),
			'query-changed',
			'later',
		],
		[
			'parameters in another order',
			pair({
				fallback: {
					redirect: 'https://www.shop.test{{uri}}',
					variants: [
						{
							when: { query: 'x=1' },
							redirect: 'https://www.shop.test{{path}}?gclid=b%20c&utm_source=a&x=1&x=2',
						},
					],
				},
			}),
			'query-changed',
			'later',
		],
		[
			'a space in the clear',
			pair({
				fallback: {
					redirect: 'https://www.shop.test{{uri}}',
					variants: [
						{
							when: { query: 'x=1' },
							redirect: 'https://www.shop.test{{path}}?utm_source=a&gclid=b c&x=1&x=2',
						},
					],
				},
			}),
			'query-changed',
			'high',
		],
	])('are said once: %s', async (_, world, verdict, severity) => {
		const said = graded(await auditLab(world, check, SHOP)).filter(([, , grade]) => grade);
		expect(said).toEqual([['shop.test', verdict, severity]]);
	});

	it('weigh one step less on a staging host', async () => {
		const world: World = {
			zones: { 'shop.test': { records: 'staging A 203.0.113.10' } },
			sites: [
				{
					hosts: ['staging.shop.test'],
					at: ['203.0.113.10'],
					routes: { '/': PAGE },
					http: { fallback: { redirect: 'https://staging.shop.test/', status: 301 } },
				},
			],
		};
		const audited = await auditLab(world, check, { domain: 'staging.shop.test' });
		expect(graded(audited)).toEqual([['staging.shop.test', 'path-lost', 'later']]);
	});

	it('tells of a form whose POST becomes a GET, and posts nothing to find out', async () => {
		const world = shop({
			routes: {
				'/': '<form method=post action="/join"><input name=mail></form>',
				'/join': { redirect: '/join/', status: 301 },
				'/join/': { status: 405, body: 'POST only' },
			},
		});
		const audited = await auditLab(world, check, SHOP);
		expect(graded(audited)).toEqual([['shop.test', 'method-lost', 'later']]);
		expect(audited.requests.http.some(({ method }) => method === 'POST')).toBe(false);
	});

	it('keeps still about a form that is redirected with its method', async () => {
		const world = shop({
			routes: {
				'/': '<form method=post action="/join"><input name=mail></form>',
				'/join': { redirect: '/join/', status: 308 },
			},
		});
		expect(graded(await auditLab(world, check, SHOP))).toEqual([['shop.test', 'kept']]);
	});
});

describe('what was not seen', () => {
	it('is unknown behind a gatekeeper', async () => {
		const { findings } = await auditLab(shop({ fallback: { status: 429 } }), check, SHOP);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied' }]);
	});

	it('belongs to another check where no HTTPS answers', async () => {
		const { findings } = await auditLab(shop({ https: 'closed', http: 'closed' }), check, SHOP);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'cause-not-found' }]);
	});
});
