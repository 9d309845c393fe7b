import { expect, it } from 'vitest';
import check from '../../../checks/redirects/canonical.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const canonical = (url: string) =>
	`<!doctype html><title>Shop</title><link rel=canonical href="${url}">`;

function pair(apex: object, www: object): World {
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

it('passes a pair of which one leads to the other', async () => {
	const world = pair(
		{ routes: { '/': canonical('https://shop.test/') } },
		{ fallback: { redirect: 'https://shop.test{{uri}}' } },
	);
	expect(graded(await auditLab(world, check, SHOP))).toEqual([
		['shop.test', 'one-address'],
		['www.shop.test', 'leads-on'],
	]);
});

it('reports a pair that both answer, less gravely where both name one address', async () => {
	const both = pair({ routes: { '/': PAGE } }, { routes: { '/': PAGE } });
	expect(graded(await auditLab(both, check, SHOP))[0]).toEqual([
		'shop.test',
		'two-hosts-answer',
		'high',
	]);
	const tag = canonical('https://shop.test/');
	const agreed = pair({ routes: { '/': tag } }, { routes: { '/': tag } });
	expect(graded(await auditLab(agreed, check, SHOP))[0]).toEqual([
		'shop.test',
		'two-hosts-answer',
		'later',
	]);
});

it('blames no other name for calling the home page its original', async () => {
	const tag = canonical('https://shop.test/');
	const world = {
		zones: { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.10\napp A 203.0.113.10' } },
		sites: [
			{
				hosts: ['shop.test', 'www.shop.test', 'app.shop.test'],
				at: ['203.0.113.10'],
				routes: { '/': tag },
			},
		],
	};
	expect(graded(await auditLab(world, check, SHOP))).toEqual([
		['shop.test', 'two-hosts-answer', 'later'],
		['www.shop.test', 'one-address'],
		['app.shop.test', 'one-address'],
	]);
});

it('reports another name that calls a page its original which is not the home page', async () => {
	const world = {
		zones: { 'shop.test': { records: '@ A 203.0.113.10\napp A 203.0.113.11' } },
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
			{
				hosts: ['app.shop.test'],
				at: ['203.0.113.11'],
				routes: { '/': canonical('http://shop.test/') },
			},
		],
	};
	expect(graded(await auditLab(world, check, SHOP))).toContainEqual([
		'app.shop.test',
		'tags-disagree',
		'high',
	]);
});

it('cannot say whether www answers as well where a gatekeeper stands before it', async () => {
	const walled = pair({ routes: { '/': PAGE } }, { fallback: { status: 429, body: 'slow down' } });
	const { findings } = await auditLab(walled, check, SHOP);
	expect(findings.filter(({ subject }) => subject === 'shop.test')).toMatchObject([
		{ outcome: 'unknown', reason: 'denied', couldBe: 'high' },
	]);
});

it('does not miss a www that does not exist', async () => {
	const alone = shop({ routes: { '/': PAGE } });
	const { findings } = await auditLab(alone, check, SHOP);
	expect(findings.map(({ verdict }) => verdict)).toEqual(['one-address']);
});

it('asks for no www of a name below the registrable one', async () => {
	const world = {
		zones: { 'shop.test': { records: '*.app A 203.0.113.10\napp A 203.0.113.10' } },
		sites: [
			{
				hosts: ['app.shop.test', 'www.app.shop.test'],
				at: ['203.0.113.10'],
				fallback: { body: PAGE },
			},
		],
	};
	const audited = await auditLab(world, check, { domain: 'app.shop.test' });
	expect(audited.findings.map(({ verdict }) => verdict)).toEqual(['one-address']);
	expect(audited.requests.http.some(({ url }) => url.includes('www.'))).toBe(false);
});

it.each<[string, object, string, string]>([
	[
		'a canonical link to localhost',
		{ routes: { '/': canonical('http://localhost:3000/') } },
		'tags-disagree',
		'high',
	],
	[
		'a canonical link to plain http',
		{ routes: { '/': canonical('http://shop.test/') } },
		'tags-disagree',
		'high',
	],
	[
		'og:url of the old domain',
		{ routes: { '/': '<!doctype html><meta property="og:url" content="https://old.example/">' } },
		'tags-disagree',
		'high',
	],
	[
		'a sitemap of www',
		{
			routes: {
				'/': PAGE,
				'/sitemap.xml': {
					type: 'application/xml',
					body: '<urlset><url><loc>https://www.shop.test/a</loc></url></urlset>',
				},
			},
		},
		'tags-disagree',
		'high',
	],
	[
		'two canonical links',
		{ routes: { '/': canonical('https://shop.test/') + canonical('https://shop.test/home') } },
		'several-tags',
		'later',
	],
	[
		'own links by http',
		{ routes: { '/': `${PAGE}<a href="http://shop.test/a">` } },
		'mixed-links',
		'high',
	],
	[
		'own links to www',
		{ routes: { '/': `${PAGE}<a href="https://www.shop.test/a">` } },
		'mixed-links',
		'later',
	],
	[
		'a page with and without slash',
		{ routes: { '/': `${PAGE}<a href="/about">`, '/about': PAGE, '/about/': PAGE } },
		'twin-urls',
		'later',
	],
])('reports %s', async (_, site, verdict, severity) => {
	expect(graded(await auditLab(shop(site), check, SHOP))).toEqual([
		['shop.test', verdict, severity],
	]);
});

it('lets the slash redirect, and a canonical link settle it', async () => {
	const redirected = shop({
		routes: { '/': `${PAGE}<a href="/about">`, '/about': PAGE, '/about/': { redirect: '/about' } },
	});
	expect(graded(await auditLab(redirected, check, SHOP))).toEqual([['shop.test', 'one-address']]);
	const about = canonical('https://shop.test/about');
	const named = shop({
		routes: { '/': `${PAGE}<a href="/about">`, '/about': about, '/about/': about },
	});
	expect(graded(await auditLab(named, check, SHOP))).toEqual([['shop.test', 'one-address']]);
});

it('asks nothing of an API, and does not judge a gatekeeper’s page', async () => {
	const api = shop({ fallback: { type: 'application/json', body: '{}' } });
	expect(graded(await auditLab(api, check, SHOP))).toEqual([['shop.test', 'not-applicable']]);
	const wall = shop({ fallback: { status: 503, body: '<title>Just a moment...</title>' } });
	expect((await auditLab(wall, check, SHOP)).findings).toMatchObject([
		{ outcome: 'unknown', reason: 'denied' },
	]);
});

it('reads canonical links from the Link field as well', async () => {
	const page = (link: string) => shop({ routes: { '/': { body: PAGE, headers: { Link: link } } } });
	const other = '</style.css>; rel=preload, <https://www.shop.test/>; rel="canonical"';
	expect(graded(await auditLab(page(other), check, SHOP))).toEqual([
		['shop.test', 'tags-disagree', 'high'],
	]);
	const own = '<https://shop.test/>; rel=canonical, <https://www.shop.test/a>; rel=next';
	expect(graded(await auditLab(page(own), check, SHOP))).toEqual([['shop.test', 'one-address']]);
});
