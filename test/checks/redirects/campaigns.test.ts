import { describe, expect, it } from 'vitest';
import check from '../../../checks/redirects/campaigns.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const LINK = 'https://shop.test/spring?utm_source=mail&utm_campaign=spring&id=7';
const QUERY = 'utm_source=mail&utm_campaign=spring&id=7';

/** The page lives on www; `go` is a click tracker of the same site. */
function site(apex: object, { go = {}, www = {} }: { go?: object; www?: object } = {}): World {
	return {
		zones: {
			'shop.test': {
				records: [
					'@ A 203.0.113.10',
					'www A 203.0.113.11',
					'go A 203.0.113.12',
					'app A 203.0.113.13',
				],
			},
			'other.test': { records: '@ A 203.0.113.99' },
		},
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], ...apex },
			{
				hosts: ['www.shop.test'],
				at: ['203.0.113.11'],
				routes: { '/': PAGE, '/spring': PAGE, '/en/spring': PAGE },
				...www,
			},
			{ hosts: ['go.shop.test'], at: ['203.0.113.12'], ...go },
			{ hosts: ['app.shop.test'], at: ['203.0.113.13'], routes: { '/spring': PAGE } },
			{ hosts: ['other.test'], at: ['203.0.113.99'], routes: { '/': PAGE } },
		],
	};
}

const TO_WWW = { fallback: { redirect: 'https://www.shop.test{{uri}}', status: 301 } };

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

async function clicked(world: World, link = LINK, domain = 'shop.test') {
	return auditLab(world, check, { domain, campaigns: [link] });
}

describe('links that arrive', () => {
	it.each<[string, World, string?]>([
		['on the page itself', shop({ routes: { '/': PAGE, '/spring': PAGE } })],
		['on the other host with the whole query', site(TO_WWW)],
		[
			'on a page in another language, with a parameter added',
			site({
				...TO_WWW,
				routes: {
					'/spring': { redirect: 'https://www.shop.test/en/spring?lang=en&{{query}}', status: 302 },
				},
			}),
		],
		[
			'through a click tracker that keeps its own id',
			site(TO_WWW, {
				go: {
					routes: {
						'/c': { redirect: 'https://www.shop.test/spring?utm_source=mail', status: 302 },
					},
				},
			}),
			'https://go.shop.test/c?id=7&utm_source=mail',
		],
		[
			'by a short link that adds the parameters',
			site(TO_WWW, {
				go: {
					routes: { '/s': { redirect: `https://www.shop.test/spring?${QUERY}`, status: 302 } },
				},
			}),
			'https://go.shop.test/s',
		],
		['on an application of the site', site(TO_WWW), `https://app.shop.test/spring?${QUERY}`],
		['over plain HTTP at first', site(TO_WWW), `http://shop.test/spring?${QUERY}`],
	])('%s', async (_, world, link = LINK) => {
		const audited = await clicked(world, link);
		expect(graded(audited)).toEqual([['arrives']]);
		expect(new Set(audited.requests.http.map(({ method }) => method))).toEqual(new Set(['GET']));
	});
});

describe('links that are broken', () => {
	it.each<[string, World, string?]>([
		['404', shop({ routes: { '/': PAGE } })],
		[
			'410 behind a redirect',
			site(TO_WWW, { www: { routes: { '/': PAGE, '/spring': { status: 410 } } } }),
		],
		['a server error', shop({ routes: { '/': PAGE, '/spring': { status: 500, body: 'oops' } } })],
		['a circle', shop({ routes: { '/': PAGE, '/spring': { redirect: '{{uri}}', status: 302 } } })],
		[
			'a host that is gone',
			shop({ routes: { '/': PAGE, '/spring': { redirect: 'https://gone.shop.test/' } } }),
		],
		[
			'a private address',
			shop({ routes: { '/': PAGE, '/spring': { redirect: 'http://10.0.0.5/' } } }),
		],
		[
			'no query at the end',
			site({ fallback: { redirect: 'https://www.shop.test{{path}}', status: 301 } }),
		],
		[
			'one parameter lost at the end',
			site({
				fallback: { redirect: 'https://www.shop.test{{path}}?utm_source=mail&id=7', status: 301 },
			}),
		],
		[
			'the query twice',
			site({ fallback: { redirect: 'https://www.shop.test{{uri}}&{{query}}', status: 301 } }),
		],
		['the other host of the pair', site({ ...TO_WWW, routes: { '/spring': PAGE } })],
		[
			'somebody else’s host',
			shop({
				routes: { '/': PAGE, '/spring': { redirect: 'https://other.test/', status: 302 } },
			}),
		],
	])('are blockers: %s', async (_, world, link = LINK) => {
		const zones = { ...world.zones, 'other.test': { records: '@ A 203.0.113.99' } };
		expect(graded(await clicked({ ...world, zones }, link))).toEqual([['broken', 'blocker']]);
	});

	it('weigh one step less on a staging host', async () => {
		const world: World = {
			zones: { 'shop.test': { records: 'staging A 203.0.113.10' } },
			sites: [{ hosts: ['staging.shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } }],
		};
		const link = 'https://staging.shop.test/spring?utm_source=a';
		expect(graded(await clicked(world, link, 'staging.shop.test'))).toEqual([['broken', 'high']]);
	});

	it('belong to the check of the site where the site itself is down', async () => {
		const down = await clicked(shop({ fallback: { status: 503, body: 'down' } }));
		expect(down.findings.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
		const circle = { fallback: { redirect: 'https://shop.test{{uri}}', status: 301 } };
		expect((await clicked(shop(circle))).findings).toMatchObject([{ outcome: 'unknown' }]);
		const closed = await clicked(shop({ https: 'closed', http: 'closed' }));
		expect(closed.findings.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
	});
});

describe('links of which nothing can be said', () => {
	it.each([
		['a gatekeeper', { status: 429 }],
		['a password prompt', { status: 401 }],
		['a refusal', { status: 403 }],
	])('%s', async (_, answer) => {
		const { findings } = await clicked(shop({ routes: { '/': PAGE, '/spring': answer } }));
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied', decisive: false }]);
	});

	it('are not asked where they are somebody else’s', async () => {
		const { findings, requests } = await clicked(site(TO_WWW), 'https://other.test/spring?x=1');
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'unsupported' }]);
		expect(requests.http.some(({ url }) => url.includes('other.test'))).toBe(false);
	});
});
