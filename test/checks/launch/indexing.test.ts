import { describe, expect, it } from 'vitest';
import indexing from '../../../checks/launch/indexing.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

async function said(routes: Routes, asked: object = HOST) {
	const audited = await auditLab(shop({ routes: { '/': PAGE, ...routes } }), indexing, {
		...HOST,
		...asked,
	});
	return audited.said;
}

const robots = (body: string, more: object = {}) => ({
	'/robots.txt': { type: 'text/plain', body, ...more },
});

describe('noindex', () => {
	it.each([
		['a header', { headers: { 'X-Robots-Tag': 'noindex, nofollow' }, body: PAGE }],
		['a header for Google', { headers: { 'x-robots-tag': 'googlebot: noindex' }, body: PAGE }],
		[
			'a meta element',
			{ body: PAGE.replace('<head>', '<head><META NAME="Robots" CONTENT="NOINDEX">') },
		],
	])('blocks the launch with %s', async (_, route) => {
		const { findings } = await auditLab(shop({ routes: { '/': route } }), indexing, HOST);
		expect(findings).toMatchObject([
			{
				verdict: 'site-noindex',
				severity: 'blocker',
				outcome: 'fail',
				locus: { name: 'shop.test' },
			},
		]);
	});

	it.each([
		['nothing', { body: PAGE }],
		['index, follow', { headers: { 'X-Robots-Tag': 'index, follow' }, body: PAGE }],
		['another crawler', { headers: { 'X-Robots-Tag': 'otherbot: noindex' }, body: PAGE }],
		[
			'a page that explains it',
			{ body: `${PAGE}<pre>&lt;meta name="robots" content="noindex"></pre>` },
		],
		['a comment', { body: `${PAGE}<!-- <meta name="robots" content="noindex"> -->` }],
	])('passes %s', async (_, route) => {
		expect(await said({ '/': route })).toEqual(['open shop.test']);
	});

	it('is the business of the page and not of a redirect to it', async () => {
		const routes = {
			'/': { redirect: '/en', headers: { 'X-Robots-Tag': 'noindex' } },
			'/en': PAGE,
		};
		expect(await said(routes)).toEqual(['open shop.test']);
	});
});

describe('robots.txt', () => {
	it.each([
		['everybody', 'User-agent: *\nDisallow: /\n'],
		['with a byte order mark and CRLF', '\uFEFFUser-agent: *\r\nDisallow: /\r\n'],
		['Google alone', 'User-agent: *\nAllow: /\n\nUser-agent: Googlebot\nDisallow: /\n'],
	])('is a high risk where it forbids the site to %s', async (_, body) => {
		const { findings } = await auditLab(
			shop({ routes: { '/': PAGE, ...robots(body) } }),
			indexing,
			HOST,
		);
		expect(findings).toMatchObject([{ verdict: 'robots-disallow-all', severity: 'high' }]);
	});

	it.each([
		['no file', {}],
		['an empty Disallow', robots('User-agent: *\nDisallow:\n')],
		['a folder', robots('User-agent: *\nDisallow: /admin/\n')],
		['an Allow for the start page', robots('User-agent: *\nDisallow: /\nAllow: /$\n')],
		['Google let in', robots('User-agent: *\nDisallow: /\nUser-agent: Googlebot\nDisallow:\n')],
		['another crawler', robots('User-agent: GPTBot\nDisallow: /\n')],
		[
			'an application shell',
			robots('<!doctype html><pre>\nUser-agent: *\nDisallow: /\n</pre>', { type: 'text/html' }),
		],
		['a refusal', robots('Forbidden', { status: 403 })],
	])('passes with %s', async (_, routes) => {
		expect(await said(routes)).toEqual(['open shop.test']);
	});

	it.each([500, 502])('is a high risk where it answers %s', async (status) => {
		expect(await said(robots('Error', { status }))).toEqual(['robots-server-error shop.test']);
	});

	it('follows redirects', async () => {
		const routes = {
			'/robots.txt': { redirect: '/static/robots.txt' },
			'/static/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /\n' },
		};
		expect(await said(routes)).toEqual(['robots-disallow-all shop.test']);
	});

	it('is not known where a gatekeeper answers', async () => {
		expect(await said(robots('', { status: 429 }))).toEqual(['unknown shop.test']);
	});
});

it('turns round on a test site', async () => {
	const world: World = {
		zones: { 'shop.test': { records: 'staging A 203.0.113.10' } },
		sites: [
			{
				hosts: ['staging.shop.test'],
				at: ['203.0.113.10'],
				headers: { 'X-Robots-Tag': 'noindex' },
				routes: { '/': PAGE },
			},
		],
	};
	const { said: closed } = await auditLab(world, indexing, { domain: 'staging.shop.test' });
	expect(closed).toEqual(['kept-out staging.shop.test']);
});

it('does not apply to APIs, staff and app hosts, and redirects', async () => {
	const world: World = {
		zones: {
			'shop.test': {
				records:
					'@ A 203.0.113.10\napp A 203.0.113.11\nadmin A 203.0.113.11\napi A 203.0.113.11\nwww A 203.0.113.12',
			},
		},
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
			{
				hosts: ['app.shop.test', 'admin.shop.test', 'api.shop.test'],
				at: ['203.0.113.11'],
				headers: { 'X-Robots-Tag': 'noindex' },
				routes: { '/': PAGE },
			},
			{
				hosts: ['www.shop.test'],
				at: ['203.0.113.12'],
				headers: { 'X-Robots-Tag': 'noindex' },
				routes: { '/': { redirect: 'https://shop.test/' } },
			},
		],
	};
	const { findings } = await auditLab(world, indexing, HOST);
	expect(findings.map(({ subject, outcome }) => `${subject} ${outcome}`).sort()).toEqual([
		'admin.shop.test not-applicable',
		'api.shop.test not-applicable',
		'app.shop.test not-applicable',
		'shop.test pass',
		'www.shop.test not-applicable',
	]);
});

it('neither accuses nor passes a page behind a password', async () => {
	const locked = {
		status: 401,
		headers: { 'X-Robots-Tag': 'noindex', 'WWW-Authenticate': 'Basic' },
		body: PAGE,
	};
	expect(await said({ '/': locked })).toEqual(['unknown shop.test']);
});
