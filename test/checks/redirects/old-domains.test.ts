import { describe, expect, it } from 'vitest';
import check from '../../../checks/redirects/old-domains.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

const HERE = { fallback: { redirect: 'https://shop.test{{uri}}', status: 301 } };

function world(old: object | null, records: string | string[] = '@ A 203.0.113.20'): World {
	return {
		zones: {
			'shop.test': { records: '@ A 203.0.113.10' },
			...(old !== null && { 'alt.test': { records } }),
			'parking.test': { records: '@ A 203.0.113.99' },
		},
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE, '/alt/': PAGE } },
			{ hosts: ['parking.test'], at: ['203.0.113.99'], routes: { '/': PAGE } },
			...(old === null
				? []
				: [{ hosts: ['alt.test', 'www.alt.test'], at: ['203.0.113.20'], ...old }]),
		],
	};
}

async function judged(about: World) {
	return auditLab(about, check, { domain: 'shop.test', oldDomains: ['alt.test'] });
}

function graded({ findings }: Awaited<ReturnType<typeof judged>>) {
	return findings.map((one) => [
		one.locus.name,
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

describe('old domains in order', () => {
	it.each<[string, object]>([
		['page by page', HERE],
		[
			'by its www name, which has the redirect',
			{ ...HERE, fallback: { redirect: 'https://shop.test{{uri}}', status: 308 } },
		],
		[
			'into a folder of the new site',
			{ fallback: { redirect: 'https://shop.test/alt{{uri}}', status: 301 } },
		],
		['straight from plain HTTP', { ...HERE, http: HERE }],
	])('lead here %s', async (_, old) => {
		const audited = await judged(world(old));
		expect(graded(audited)).toEqual([['alt.test', 'leads-here']]);
		expect(new Set(audited.requests.http.map(({ method }) => method))).toEqual(new Set(['GET']));
	});

	it('are looked at with www as well, where that exists', async () => {
		const audited = await judged(world(HERE, ['@ A 203.0.113.20', 'www A 203.0.113.20']));
		expect(graded(audited)).toEqual([
			['alt.test', 'leads-here'],
			['www.alt.test', 'leads-here'],
		]);
	});
});

describe('old domains that are dead', () => {
	it.each<[string, World, RegExp]>([
		['not in DNS', world(null), /no address in DNS/],
		['without HTTPS', world({ ...HERE, https: 'closed' }), /no working HTTPS: it refuses/],
		['with an expired certificate', world({ ...HERE, certificate: 'expired' }), /browsers refuse/],
		[
			'with the certificate of another name',
			world({ ...HERE, certificate: 'wrong-host' }),
			/browsers refuse/,
		],
		[
			'to the start page alone',
			world({ fallback: { redirect: 'https://shop.test/', status: 301 } }),
			/forgets which page/,
		],
		[
			'without the query',
			world({ fallback: { redirect: 'https://shop.test{{path}}', status: 301 } }),
			/does not hand on the query/,
		],
		[
			'over plain HTTP without the path',
			world({ ...HERE, http: { fallback: { redirect: 'https://shop.test/', status: 301 } } }),
			/over HTTP, /,
		],
		['with a page of its own', world({ routes: { '/': PAGE } }), /a page of its own/],
		[
			'at a parking page',
			world({ fallback: { redirect: 'https://parking.test/', status: 302 } }),
			/leads to https:\/\/parking\.test/,
		],
		[
			'in a circle',
			world({ fallback: { redirect: 'https://www.alt.test{{uri}}', status: 301 } }, [
				'@ A 203.0.113.20',
				'www CNAME alt.test.',
			]),
			/circle/,
		],
		['with a private address', world(HERE, '@ A 10.0.0.9'), /private address/],
	])('are told with the reason: %s', async (_, about, reason) => {
		const { findings } = await judged(about);
		const found = findings.filter(({ outcome }) => outcome === 'fail');
		expect(found[0]).toMatchObject({ verdict: 'dead', severity: 'high' });
		expect(found[0]?.message).toMatch(reason);
	});

	it('are not asked at a private address', async () => {
		const { requests } = await judged(world(HERE, '@ A 10.0.0.9'));
		expect(requests.http.filter(({ url }) => url.includes('alt.test'))).toEqual([]);
	});

	it('are unknown behind a gatekeeper', async () => {
		const { findings } = await judged(world({ fallback: { status: 429 } }));
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied' }]);
	});
});
