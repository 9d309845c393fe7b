import { expect, it } from 'vitest';
import check from '../../../checks/redirects/https-upgrade.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';
import { withListFile } from './list-file.ts';

const SHOP = { domain: 'shop.test' };
const PASSWORD = '<!doctype html><form method=post><input type=password></form>';

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings.map((one) => [one.verdict, 'severity' in one ? one.severity : one.outcome]);
}

it.each([
	['a redirect to https', shop({ routes: { '/': PAGE } }), 'upgrades'],
	[
		'a redirect by way of another page',
		shop({
			routes: { '/': PAGE },
			http: {
				routes: { '/': { redirect: '/start' } },
				fallback: { redirect: 'https://shop.test/' },
			},
		}),
		'upgrades',
	],
	[
		'an API that refuses plain requests',
		shop({
			fallback: { type: 'application/json', body: '{}' },
			http: { fallback: { status: 403, body: 'https only' } },
		}),
		'answers-no-pages',
	],
])('passes %s', async (_, world, verdict) => {
	expect(graded(await auditLab(world, check, SHOP))).toEqual([[verdict, 'pass']]);
});

it.each([
	['the page itself', shop({ http: 'same', routes: { '/': PAGE } }), 'high'],
	['a page that asks for a password', shop({ http: 'same', routes: { '/': PASSWORD } }), 'blocker'],
	[
		'a page that sets a session cookie',
		shop({
			http: 'same',
			routes: { '/': { body: PAGE, headers: { 'Set-Cookie': 'sessionid=1' } } },
		}),
		'blocker',
	],
	[
		'a default page of the server',
		shop({ routes: { '/': PAGE }, http: { fallback: { status: 404, body: 'Welcome to nginx!' } } }),
		'high',
	],
])('reports plain HTTP that answers with %s', async (_, world, severity) => {
	expect(graded(await auditLab(world, check, SHOP))).toEqual([['missing', severity]]);
});

it('is one step milder on a staging host', async () => {
	const world = {
		zones: { 'shop.test': { records: 'staging A 203.0.113.10' } },
		sites: [
			{
				hosts: ['staging.shop.test'],
				at: ['203.0.113.10'],
				http: 'same' as const,
				fallback: { body: PASSWORD },
			},
		],
	};
	const audited = await auditLab(world, check, { domain: 'staging.shop.test' });
	expect(graded(audited)).toEqual([['missing', 'high']]);
});

it('reports a closed port 80, and worse where own links need it', async () => {
	const quiet = await auditLab(shop({ http: 'closed', routes: { '/': PAGE } }), check, SHOP);
	expect(graded(quiet)).toEqual([['port-closed', 'later']]);
	const linked = `${PAGE}<a href="http://shop.test/old">old</a>`;
	const audited = await auditLab(shop({ http: 'closed', routes: { '/': linked } }), check, SHOP);
	expect(graded(audited)).toEqual([['port-closed', 'high']]);
});

it('reports a closed port 80 as worse where the sitemap or old URLs need it', async () => {
	const sitemap = (scheme: string) => ({
		type: 'application/xml',
		body: `<urlset><url><loc>${scheme}://shop.test/a</loc></url></urlset>`,
	});
	const closed = (routes: object) =>
		shop({ http: 'closed', routes: { '/': PAGE, ...routes } } as never);
	const listed = (scheme: string) =>
		auditLab(closed({ '/sitemap.xml': sitemap(scheme) }), check, SHOP);
	expect(graded(await listed('https'))).toEqual([['port-closed', 'later']]);
	expect(graded(await listed('http'))).toEqual([['port-closed', 'high']]);
	const old = (text: string) =>
		withListFile({ text }, (oldUrls) => auditLab(closed({}), check, { ...SHOP, oldUrls }));
	expect(graded(await old('/a\nhttps://shop.test/b'))).toEqual([['port-closed', 'later']]);
	expect(graded(await old('http://shop.test/a'))).toEqual([['port-closed', 'high']]);
});

it('does not mind a closed port 80 where browsers know of HTTPS beforehand', async () => {
	const world = shop({
		http: 'closed',
		headers: { 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains; preload' },
		routes: { '/': `${PAGE}<a href="http://shop.test/old">old</a>` },
	} as never);
	expect(graded(await auditLab(world, check, SHOP))).toEqual([['port-closed', 'later']]);
});

it('believes a silent port 80 because HTTPS of the same host answers', async () => {
	const world = {
		...shop({ routes: { '/': PAGE } }),
		ports: [{ at: '203.0.113.10', port: 80, does: 'silent' as const }],
	};
	const audited = await auditLab(world, check, SHOP, { connectMs: 500 });
	expect(graded(audited)).toEqual([['port-closed', 'later']]);
});

it('leaves a host that answers nowhere to the check of HTTPS', async () => {
	const { findings } = await auditLab(shop({ http: 'closed', https: 'closed' }), check, SHOP);
	expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'cause-not-found' }]);
});

it('does not judge where another party is in charge', async () => {
	const world = {
		zones: {
			'shop.test': { records: '@ A 203.0.113.10' },
			'other.test': { records: '@ A 203.0.113.9' },
		},
		sites: [
			{
				hosts: ['shop.test'],
				at: ['203.0.113.10'],
				http: { fallback: { redirect: 'http://other.test/' } },
				routes: { '/': PAGE },
			},
			{
				hosts: ['other.test'],
				at: ['203.0.113.9'],
				http: 'same' as const,
				fallback: { body: PAGE },
			},
		],
	};
	expect((await auditLab(world, check, SHOP)).findings).toMatchObject([
		{ outcome: 'not-applicable' },
	]);
});
