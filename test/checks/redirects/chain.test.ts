import { describe, expect, it } from 'vitest';
import check from '../../../checks/redirects/chain.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const routes = (routes: Record<string, object | string>) => shop({ routes } as never);

/** Apex and www as two sites of one zone. */
function pair(apex: object, www: object, records: string[] = []): World {
	return {
		zones: {
			'shop.test': { records: ['@ A 203.0.113.10', 'www A 203.0.113.11', ...records] },
		},
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], ...apex },
			{ hosts: ['www.shop.test'], at: ['203.0.113.11'], ...www },
		],
	};
}

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings.map((one) => [one.verdict, 'severity' in one ? one.severity : one.outcome]);
}

describe('clean sites', () => {
	it.each([
		['one host', shop({ routes: { '/': PAGE } })],
		[
			'port 80 with an error page of its own',
			shop({ routes: { '/': PAGE }, http: { fallback: { status: 404, body: 'no' } } }),
		],
		[
			'a refresh for programs without scripts',
			routes({ '/': '<noscript><meta http-equiv=refresh content="0;url=/plain"></noscript>Hello' }),
		],
		['a locale page', routes({ '/': { redirect: '/en', status: 307 }, '/en': PAGE })],
		[
			'a sign-in page',
			routes({ '/': { redirect: '/login?next=%2F', status: 302 }, '/login': PAGE }),
		],
		[
			'http://www to https://www to the apex',
			pair({ routes: { '/': PAGE } }, { fallback: { redirect: 'https://shop.test{{uri}}' } }),
		],
		[
			'a page that sets a cookie and sends the visitor to itself once',
			routes({
				'/': {
					redirect: '/home',
					headers: { 'Set-Cookie': 'seen=1' },
					status: 302,
				},
				'/home': PAGE,
			}),
		],
	])('gets nothing above info for %s', async (_, world) => {
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings.length).toBeGreaterThan(0);
		expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => 'settles'));
	});

	it('asks by GET alone, and within four walks', async () => {
		const { requests } = await auditLab(shop({ routes: { '/': PAGE } }), check, SHOP);
		expect(new Set(requests.http.map(({ method }) => method))).toEqual(new Set(['GET']));
		expect(requests.http.length).toBeLessThanOrEqual(6);
	});
});

describe('faults', () => {
	it.each<[string, World, string, string]>([
		[
			'two pages that lead to each other',
			routes({ '/': { redirect: '/a' }, '/a': { redirect: '/' } }),
			'loop',
			'blocker',
		],
		[
			'flexible TLS: the origin redirects to https for ever',
			shop({ fallback: { redirect: 'https://shop.test{{uri}}' } }),
			'loop',
			'blocker',
		],
		[
			'a cookie test without end',
			routes({
				'/': {
					redirect: '/',
					status: 302,
					headers: { 'Set-Cookie': 'n={{count}}' },
				},
			}),
			'loop',
			'blocker',
		],
		[
			'a cookie test that cookies pass',
			routes({
				'/': {
					redirect: '/',
					status: 302,
					headers: { 'Set-Cookie': 'pass=s3cret-value; Path=/' },
					variants: [
						{
							when: { header: ['cookie', '^pass=s3cret-value$'] },
							status: 200,
							redirect: '',
							body: PAGE,
						},
					],
				},
			}),
			'loop-without-cookies',
			'high',
		],
		['a missing start page', shop({ routes: { '/other': PAGE } }), 'target-fails', 'blocker'],
		[
			'a failing start page',
			routes({ '/': { status: 503, body: PAGE } }),
			'target-fails',
			'blocker',
		],
		[
			'a redirect to a host that does not exist',
			routes({ '/': { redirect: 'https://gone.shop.test/' } }),
			'target-fails',
			'blocker',
		],
		[
			'a redirect to localhost',
			routes({ '/': { redirect: 'http://localhost:3000/' } }),
			'target-internal',
			'blocker',
		],
		[
			'a redirect to a private address',
			routes({ '/': { redirect: 'http://10.0.0.5/' } }),
			'target-internal',
			'blocker',
		],
		[
			'a redirect to a development port',
			routes({ '/': { redirect: 'https://shop.test:3000/' } }),
			'target-internal',
			'blocker',
		],
		[
			'a spelt-out port 443',
			routes({ '/': { redirect: 'https://shop.test:443/a' }, '/a': PAGE }),
			'target-port',
			'later',
		],
		['no Location', routes({ '/': { status: 302, body: PAGE } }), 'location-missing', 'high'],
		[
			'an unparsable Location',
			routes({ '/': { redirect: 'https://' } }),
			'location-invalid',
			'high',
		],
		[
			'a scheme of an app',
			routes({ '/': { redirect: 'shopapp://open' } }),
			'location-invalid',
			'high',
		],
		[
			'user info',
			routes({ '/': { redirect: 'https://me@shop.test/a' }, '/a': PAGE }),
			'location-invalid',
			'high',
		],
		[
			'two Locations',
			routes({
				'/': {
					status: 302,
					headers: [
						['Location', '/a'],
						['Location', '/b'],
					],
				},
			}),
			'location-several',
			'high',
		],
		[
			'a meta refresh',
			routes({ '/': '<meta http-equiv="refresh" content="0; url=/app">' }),
			'in-page',
			'later',
		],
		[
			'a Refresh header',
			routes({ '/': { headers: { Refresh: '0;url=/app' }, body: PAGE } }),
			'in-page',
			'later',
		],
	])('says it of %s', async (_, world, verdict, severity) => {
		const audited = await auditLab(world, check, SHOP);
		expect(graded(audited)).toEqual([[verdict, severity]]);
	});

	it('names flexible TLS where one address is sent to itself, and not where two are', async () => {
		const stepsOf = async (world: World) => {
			const { findings } = await auditLab(world, check, SHOP);
			return findings.filter(isFailed).flatMap(({ fix }) => fix.steps.join(' '));
		};
		const flexible = shop({ fallback: { redirect: 'https://shop.test{{uri}}' } });
		expect((await stepsOf(flexible))[0]).toContain('SSL/TLS > Full (strict)');
		const two = routes({ '/': { redirect: '/a' }, '/a': { redirect: '/' } });
		expect((await stepsOf(two))[0]).not.toContain('Full (strict)');
	});

	it('grades a long way by its length', async () => {
		const long = (count: number) =>
			routes({
				'/': { redirect: 'https://www.shop.test/0' },
				...Object.fromEntries(
					Array.from({ length: count }, (_, i) => [`/${i}`, { redirect: `/${i + 1}` }]),
				),
				[`/${count}`]: PAGE,
			});
		const world = (count: number): World => ({
			...long(count),
			zones: { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.10' } },
			sites: [
				{ ...long(count).sites?.[0], hosts: ['shop.test', 'www.shop.test'], at: ['203.0.113.10'] },
			],
		});
		const severity = async (count: number) =>
			graded(await auditLab(world(count), check, SHOP)).find(
				([verdict]) => verdict === 'too-long',
			)?.[1];
		expect(await severity(1)).toBeUndefined();
		expect(await severity(2)).toBe('later');
		expect(await severity(6)).toBe('high');
		expect(await severity(30)).toBe('blocker');
	});

	it('reports a way back to plain HTTP, and worse where a password is asked for', async () => {
		const world = (page: string) =>
			shop({
				routes: { '/': { redirect: 'http://shop.test/in', status: 302 } },
				http: { routes: { '/in': page }, fallback: { redirect: 'https://shop.test{{uri}}' } },
			});
		expect(graded(await auditLab(world(PAGE), check, SHOP))).toEqual([['downgrade', 'high']]);
		const asks = '<form method=post><input type=password></form>';
		expect(graded(await auditLab(world(asks), check, SHOP))).toEqual([['downgrade', 'blocker']]);
	});

	it('reports a permanent redirect away from the name that the site calls its own', async () => {
		const page = '<link rel=canonical href="https://shop.test/"><p>Shop';
		const audited = await auditLab(
			pair(
				{ fallback: { redirect: 'https://www.shop.test{{uri}}', status: 301 } },
				{ routes: { '/': page } },
			),
			check,
			SHOP,
		);
		expect(graded(audited)[0]).toEqual(['permanent-to-wrong-host', 'high']);
		// `redirects/canonical` says of the same page that its tag disagrees.
		expect(audited.findings[0]).toMatchObject({ cause: 'redirects/canonical/tags-disagree' });
	});

	it.each<[string, World, string]>([
		[
			'does not exist',
			{
				zones: { 'shop.test': { records: ['www A 203.0.113.11'] } },
				sites: [
					{
						hosts: ['www.shop.test'],
						at: ['203.0.113.11'],
						fallback: { redirect: 'https://shop.test{{uri}}' },
					},
				],
			},
			'dns/resolution',
		],
		[
			'has no HTTPS',
			pair({ https: 'closed' }, { fallback: { redirect: 'https://shop.test{{uri}}' } }),
			'ssl/https',
		],
	])('leaves to its own check that the apex, to which www leads, %s', async (_, world, owner) => {
		const { findings } = await auditLab(world, check, SHOP);
		const www = findings.filter(({ subject }) => subject === 'www.shop.test');
		expect(www).toMatchObject([{ outcome: 'unknown', reason: 'cause-not-found' }]);
		expect(www[0]).toMatchObject({ message: expect.stringContaining(owner) });
	});

	it('says a circle between apex and www once, and hides the other under it', async () => {
		const { findings } = await auditLab(
			pair(
				{ fallback: { redirect: 'https://www.shop.test{{uri}}' } },
				{ fallback: { redirect: 'https://shop.test{{uri}}' } },
			),
			check,
			SHOP,
		);
		expect(findings.map(({ subject, verdict, outcome }) => [subject, verdict ?? outcome])).toEqual([
			['shop.test', 'loop'],
			['www.shop.test', 'blocked'],
		]);
	});

	it('reports a circle on paths below the start page', async () => {
		const world = shop({
			routes: { '/': PAGE },
			fallback: {
				redirect: '{{path}}/',
				variants: [{ when: { query: '' }, redirect: '{{path}}' }],
			},
		});
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings.map(({ verdict }) => verdict)).toEqual(['loop']);
	});
});

describe('what is not followed or not judged', () => {
	it('never asks a private address, nor another party more than once', async () => {
		const world: World = {
			zones: {
				'shop.test': { records: '@ A 203.0.113.10\nintern A 10.1.2.3' },
				'other.test': { records: '@ A 203.0.113.99' },
			},
			sites: [
				{
					hosts: ['shop.test'],
					at: ['203.0.113.10'],
					routes: { '/': { redirect: 'https://intern.shop.test/' } },
					fallback: { redirect: 'https://other.test/' },
				},
				{ hosts: ['other.test'], at: ['203.0.113.99'], fallback: { redirect: '/more' } },
				{ hosts: ['intern.shop.test'], at: ['10.1.2.3'], routes: { '/': PAGE } },
			],
		};
		const { requests, said } = await auditLab(world, check, SHOP);
		expect(said).toEqual(['target-internal https://shop.test/']);
		const asked = requests.http.map(({ url }) => url);
		expect(asked.some((url) => url.includes('other.test'))).toBe(true);
		expect(asked.filter((url) => /intern\.shop\.test|other\.test\/more/.test(url))).toEqual([]);
	});

	it.each([
		['is private itself', ['10.1.2.2'], 'settles', true],
		['is public', ['203.0.113.10'], 'target-internal', false],
		['is so in part', ['203.0.113.10', '10.1.2.2'], 'target-internal', false],
	])('asks a private third party only where the target %s', async (_, at, verdict, asks) => {
		const world: World = {
			zones: {
				'shop.test': { records: at.map((address) => `@ A ${address}`) },
				'other.test': { records: '@ A 10.1.2.3' },
			},
			sites: [
				{ hosts: ['shop.test'], at, fallback: { redirect: 'https://other.test/' } },
				{ hosts: ['other.test'], at: ['10.1.2.3'], routes: { '/': PAGE } },
			],
		};
		const { requests, findings } = await auditLab(world, check, SHOP);
		expect(findings.map((one) => one.verdict)).toEqual([verdict]);
		expect(requests.http.some(({ url }) => url.includes('other.test'))).toBe(asks);
	});

	it.each([
		['a bot wall', { status: 429, body: PAGE }, 'high'],
		['a refusal', { status: 403, body: PAGE }, 'blocker'],
		['a password prompt', { status: 401, body: PAGE }, 'blocker'],
	])('cannot say more where %s answers', async (_, answer, couldBe) => {
		const { findings } = await auditLab(shop({ fallback: answer }), check, SHOP);
		expect(findings).toMatchObject([
			{ outcome: 'unknown', reason: 'denied', couldBe, decisive: true },
		]);
	});

	it.each([
		[401, { outcome: 'pass', verdict: 'settles' }],
		[403, { outcome: 'unknown', reason: 'denied', couldBe: 'high' }],
	])('lets another host than the home be kept to a few (%i)', async (status, expected) => {
		const world = {
			zones: { 'shop.test': { records: '@ A 203.0.113.10\nadmin A 203.0.113.11' } },
			sites: [
				{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
				{ hosts: ['admin.shop.test'], at: ['203.0.113.11'], fallback: { status, body: PAGE } },
			],
		};
		const asked = { ...SHOP, hosts: ['admin.shop.test'] };
		const { findings } = await auditLab(world, check, asked);
		expect(findings).toMatchObject([{ verdict: 'settles', subject: 'shop.test' }, expected]);
	});

	it('does not call the 404 of an API a fault', async () => {
		const world = shop({ fallback: { status: 404, type: 'application/json', body: '{}' } });
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings.map(({ verdict }) => verdict)).toEqual(['settles']);
	});

	it('leaves a host without HTTPS to its own check', async () => {
		const { findings } = await auditLab(shop({ https: 'closed', http: 'closed' }), check, SHOP);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'cause-not-found' }]);
	});
});
