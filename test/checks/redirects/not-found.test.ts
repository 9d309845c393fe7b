import { describe, expect, it } from 'vitest';
import check from '../../../checks/redirects/not-found.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const SOFT = '<!doctype html><title>見つかりません</title><p>ページが見つかりませんでした。';
const SITEMAP = {
	type: 'application/xml',
	body: '<urlset><url><loc>https://shop.test/a</loc></url></urlset>',
};

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

describe('sites in order', () => {
	it.each<[string, World, string]>([
		['404', shop({ routes: { '/': PAGE } }), 'says-so'],
		['410', shop({ routes: { '/': PAGE }, fallback: { status: 410, body: 'gone' } }), 'says-so'],
		[
			'an error page of its own, which says 404',
			shop({
				routes: { '/': PAGE, '/404': { status: 404, body: SOFT } },
				fallback: { redirect: '/404', status: 302 },
			}),
			'says-so',
		],
		[
			'a locale before the path, then 404',
			shop({
				routes: {
					'/': { redirect: '/en', status: 302 },
					'/en': PAGE,
					'/en/*': { status: 404, body: SOFT },
				},
				fallback: { redirect: '/en{{path}}', status: 302 },
			}),
			'says-so',
		],
		[
			'a sign-in page for everything',
			shop({
				routes: { '/login': '<form method=post><input type=password></form>' },
				fallback: { redirect: '/login?next={{path}}', status: 302 },
			}),
			'asks-to-sign-in',
		],
		[
			'a password form in place of every page',
			shop({ fallback: { body: '<form method=post><input type=password></form>' } }),
			'asks-to-sign-in',
		],
		['an API', shop({ fallback: { body: '{}', type: 'application/json' } }), 'not-applicable'],
		['a gatekeeper', shop({ routes: { '/': PAGE }, fallback: { status: 403 } }), 'unknown'],
		['a server error', shop({ routes: { '/': PAGE }, fallback: { status: 500 } }), 'unknown'],
	])('get nothing: %s', async (_, world, outcome) => {
		expect(graded(await auditLab(world, check, SHOP))).toEqual([[outcome]]);
	});
});

describe('missing pages', () => {
	it.each<[string, World, object, string, string]>([
		['200', shop({ routes: { '/': PAGE }, fallback: { body: SOFT } }), {}, 'answers-200', 'later'],
		[
			'200, with a sitemap',
			shop({ routes: { '/': PAGE, '/sitemap.xml': SITEMAP }, fallback: { body: SOFT } }),
			{},
			'answers-200',
			'high',
		],
		[
			'200, with a list of old URLs',
			shop({ routes: { '/': PAGE }, fallback: { body: SOFT } }),
			{ oldUrls: '/nowhere/old.txt' },
			'answers-200',
			'high',
		],
		['the shell of an application', shop({ fallback: { body: PAGE } }), {}, 'answers-200', 'later'],
		[
			'an error page of its own, which says 200',
			shop({
				routes: { '/': PAGE, '/404': SOFT },
				fallback: { redirect: '/404', status: 302 },
			}),
			{},
			'answers-200',
			'later',
		],
		[
			'the start page by redirect',
			shop({ routes: { '/': PAGE }, fallback: { redirect: '/', status: 302 } }),
			{},
			'sends-home',
			'later',
		],
		[
			'the start page of a language',
			shop({
				routes: { '/': { redirect: '/en', status: 302 }, '/en': PAGE },
				fallback: { redirect: '/en', status: 302 },
			}),
			{},
			'sends-home',
			'later',
		],
	])('are told of: %s', async (_, world, told, verdict, severity) => {
		const audited = await auditLab(world, check, { ...SHOP, ...told });
		expect(graded(audited)).toEqual([[verdict, severity]]);
	});

	it('weigh one step less on a staging host', async () => {
		const world: World = {
			zones: { 'shop.test': { records: 'staging A 203.0.113.10' } },
			sites: [
				{
					hosts: ['staging.shop.test'],
					at: ['203.0.113.10'],
					routes: { '/': PAGE },
					fallback: { body: SOFT },
				},
			],
		};
		expect(graded(await auditLab(world, check, { domain: 'staging.shop.test' }))).toEqual([
			['answers-200', 'info'],
		]);
	});

	it('are judged where visitors end, not where they are sent on', async () => {
		const world: World = {
			zones: { 'shop.test': { records: ['@ A 203.0.113.10', 'www A 203.0.113.11'] } },
			sites: [
				{
					hosts: ['shop.test'],
					at: ['203.0.113.10'],
					fallback: { redirect: 'https://www.shop.test{{uri}}', status: 301 },
				},
				{ hosts: ['www.shop.test'], at: ['203.0.113.11'], fallback: { body: PAGE } },
			],
		};
		const { said } = await auditLab(world, check, SHOP);
		expect(said).toEqual(['not-applicable shop.test', 'answers-200 www.shop.test']);
	});
});
