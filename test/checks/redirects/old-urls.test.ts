import { describe, expect, it } from 'vitest';
import check from '../../../checks/redirects/old-urls.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';
import { withListFile } from './list-file.ts';

const NEW = '<!doctype html><title>The new page</title><p>What took its place.';
const MISSING = '<!doctype html><title>Nicht gefunden</title><p>Diese Seite gibt es nicht.';

/** Audits shop.test with a list of old URLs beside it. */
async function withList(
	world: World,
	lines: string | readonly string[],
	{ name, ...asked }: { name?: string; oldDomains?: string[]; domain?: string } = {},
) {
	const text = typeof lines === 'string' ? lines : lines.join('\n');
	return withListFile({ name, text }, (oldUrls) =>
		auditLab(world, check, { domain: 'shop.test', ...asked, oldUrls }),
	);
}

function graded({ findings }: Awaited<ReturnType<typeof withList>>) {
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

const site = (routes: Record<string, object | string>, more: object = {}) =>
	shop({ routes: { '/': PAGE, ...routes }, ...more } as never);

describe('lists in order', () => {
	it.each<[string, World, readonly string[]]>([
		[
			'redirects to the pages that took their place',
			site({ '/old': { redirect: '/new', status: 301 }, '/new': NEW }),
			['/old', '/old /new', 'https://shop.test/old  https://shop.test/new'],
		],
		[
			'plain HTTP, which comes to HTTPS first',
			site({ '/old': { redirect: '/new', status: 301 }, '/new': NEW }),
			['http://shop.test/old /new'],
		],
		[
			'a target with another final slash, or sent on itself',
			site({
				'/old': { redirect: '/new/', status: 301 },
				'/new/': NEW,
				'/next': { redirect: '/new/', status: 301 },
			}),
			['/old /new', '/old /next'],
		],
		[
			'old start pages',
			site({
				'/index.html': { redirect: '/', status: 301 },
				'/home': { redirect: '/', status: 301 },
				'/de/': { redirect: '/', status: 301 },
			}),
			['/index.html', '/home', '/de/'],
		],
		[
			'pages meant to end on the start page',
			site({ '/a': { redirect: '/', status: 301 }, '/b': { redirect: '/', status: 301 } }),
			['/a /', '/b https://shop.test/'],
		],
		[
			'one page that became the start page',
			site({ '/welcome-2019': { redirect: '/', status: 301 } }),
			['/welcome-2019'],
		],
		[
			'a page behind a password',
			site({ '/members': { status: 401, body: 'who are you' } }),
			['/members'],
		],
		[
			'living pages of a site whose missing pages answer 200',
			site(
				{ '/new': NEW, '/other': '<title>Other</title><p>Another one' },
				{ fallback: { body: MISSING } },
			),
			['/new', '/other'],
		],
		[
			'living pages of a site that sends missing ones to the start page',
			site({ '/new': NEW }, { fallback: { redirect: '/', status: 302 } }),
			['/new'],
		],
	])('get nothing: %s', async (_, world, lines) => {
		expect(graded(await withList(world, lines))).toEqual([['all-lead-on']]);
	});

	it('cannot tell pages of an application shell apart, and accuses none', async () => {
		const shell = { body: '<!doctype html><title>App</title><script src="/app.js"></script>' };
		const audited = await withList(shop({ fallback: shell }), ['/pricing', '/about']);
		expect(audited.findings).toMatchObject([{ outcome: 'unknown', reason: 'inconclusive' }]);
	});

	it('is not judged without a list', async () => {
		const { findings } = await auditLab(shop({ routes: { '/': PAGE } }), check, {
			domain: 'shop.test',
		});
		expect(findings).toMatchObject([{ outcome: 'not-applicable' }]);
	});
});

describe('faults', () => {
	const through = (count: number) => ({
		...Object.fromEntries(
			Array.from({ length: count }, (_, i) => [
				`/old${i === 0 ? '' : i}`,
				{ redirect: `/old${i + 1}`, status: 301 },
			]),
		),
		[`/old${count}`]: NEW,
	});

	it.each<[string, World, readonly string[], string, string]>([
		['404', site({}), ['/old'], 'not-found', 'high'],
		['410', site({ '/old': { status: 410, body: 'gone' } }), ['/old'], 'not-found', 'high'],
		[
			'404 behind a redirect',
			site({ '/old': { redirect: '/new', status: 301 } }),
			['/old'],
			'not-found',
			'high',
		],
		['500', site({ '/old': { status: 500, body: 'oops' } }), ['/old'], 'server-error', 'high'],
		[
			'a host that is gone from DNS',
			site({ '/old': { redirect: 'https://gone.shop.test/', status: 301 } }),
			['/old'],
			'server-error',
			'high',
		],
		['a list of a dead host', site({}), ['https://shop2.shop.test/a'], 'server-error', 'high'],
		[
			'a circle',
			site({ '/old': { redirect: '/old', status: 301 } }),
			['/old'],
			'server-error',
			'high',
		],
		[
			'a private address',
			site({ '/old': { redirect: 'http://10.0.0.5/', status: 301 } }),
			['/old'],
			'server-error',
			'high',
		],
		[
			'the page for missing pages, in whatever language',
			site({}, { fallback: { body: MISSING } }),
			['/old'],
			'soft-not-found',
			'high',
		],
		[
			'the page for missing pages, with the path written into it',
			site(
				{},
				{ fallback: { body: `<title>Nicht da: {{path}}</title>${MISSING} {{path}} {{count}}` } },
			),
			['/old'],
			'soft-not-found',
			'high',
		],
		[
			'the page for missing pages of another part of the site',
			site(
				{ '/en/*': { body: '<title>Not found</title><p>No such page in our shop.' } },
				{ fallback: { status: 404, body: MISSING } },
			),
			['/en/old'],
			'soft-not-found',
			'high',
		],
		[
			'another page than the list says',
			site({ '/old': { redirect: '/other', status: 301 }, '/other': NEW }),
			['/old /new'],
			'wrong-target',
			'high',
		],
		['two redirects', site(through(2)), ['/old'], 'chained', 'later'],
		['six redirects', site(through(6)), ['/old'], 'chained', 'high'],
	])('are told apart: %s', async (_, world, lines, verdict, severity) => {
		expect(graded(await withList(world, lines))).toEqual([[verdict, severity]]);
	});

	it('sees that unrelated pages all end on the start page', async () => {
		const world = site({}, { fallback: { redirect: '/', status: 301 } });
		const { findings } = await withList(world, ['/a', '/b', '/c', '/d', '/e', '/', '/index.php']);
		expect(findings.map(({ verdict }) => verdict)).toEqual(['sent-home']);
		expect(findings[0]?.message).toContain('5 of 7 old URLs');
	});

	it('names up to three lines each, and counts from four on', async () => {
		const three = await withList(site({}), ['/a', '/b', '/c']);
		expect(three.said).toEqual([
			'not-found https://shop.test/a',
			'not-found https://shop.test/b',
			'not-found https://shop.test/c',
		]);
		const [found] = three.findings;
		expect(found?.locus).toMatchObject({ file: 'old.txt', line: 1 });
		const four = await withList(site({}), ['/a', '/b', '/c', '/d', '/']);
		expect(four.findings).toHaveLength(1);
		expect(four.findings[0]?.message).toBe(
			'4 of 5 old URLs in old.txt lead to no page: https://shop.test/a answers 404; ' +
				'https://shop.test/b answers 404; https://shop.test/c answers 404; and 1 more.',
		);
	});

	it('weighs one step less on a staging host', async () => {
		const world: World = {
			zones: { 'shop.test': { records: 'staging A 203.0.113.10' } },
			sites: [{ hosts: ['staging.shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } }],
		};
		const audited = await withList(world, ['/old'], { domain: 'staging.shop.test' });
		expect(graded(audited)).toEqual([['not-found', 'later']]);
	});

	it('puts the redirect to paste into the fix, with the target from the list', async () => {
		const { findings } = await withList(site({}), ['/a /new', '/b', '/c /d', '/e']);
		const [found] = findings.filter(isFailed);
		const textFor = (name: string) =>
			found?.fix.snippets.find(({ platform }) => platform === name)?.text ?? '';
		expect(textFor('netlify').split('\n')).toEqual([
			'# _redirects',
			'/a https://shop.test/new 301!',
			'/b https://shop.test/new-page 301!',
			'/c https://shop.test/d 301!',
		]);
		expect(JSON.parse(textFor('vercel'))).toMatchObject({
			redirects: [{ source: '/a', destination: 'https://shop.test/new' }, {}, {}],
		});
		expect(JSON.parse(textFor('firebase'))).toMatchObject({
			hosting: { redirects: [{ type: 301 }, {}, {}] },
		});
	});

	it('leaves a site that does not answer at all to its own checks', async () => {
		const audited = await withList(shop({ https: 'closed', http: 'closed' }), ['/a', '/b']);
		expect(audited.findings.filter(isFailed)).toEqual([]);
	});

	it('leaves a circle on every path to the check of redirects', async () => {
		const circle = { fallback: { redirect: 'https://shop.test{{uri}}', status: 301 } };
		const { findings } = await withList(shop(circle), ['/a', '/b']);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'cause-not-found' }]);
	});

	it('cannot say what a gatekeeper hides', async () => {
		const world = site({ '/old': { status: 403, body: 'no' }, '/new': { status: 429 } });
		const { findings } = await withList(world, ['/old', '/new']);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied', couldBe: 'high' }]);
	});
});

describe('what is asked', () => {
	it('asks every line by GET alone, and nobody else’s host', async () => {
		const lines = ['/old', 'https://other.test/page', 'htp:/x', '', '# no', '/old?x=1'];
		const { findings, requests } = await withList(site({ '/old': NEW }), lines);
		expect(new Set(requests.http.map(({ method }) => method))).toEqual(new Set(['GET']));
		expect(requests.http.some(({ url }) => url.includes('other.test'))).toBe(false);
		expect(requests.http.some(({ url }) => url.endsWith('/old?x=1'))).toBe(true);
		expect(findings.map(({ verdict, message }) => [verdict, message])).toEqual([
			[
				'unread-line',
				'old.txt:2: "https://other.test/page" was not asked: other.test is not a host of shop.test, so it is not asked.',
			],
			['unread-line', 'old.txt:3: "htp:/x" was not asked: it is no http or https URL.'],
		]);
	});

	it('reads CSV with a header, and an old domain that is the user’s', async () => {
		const world: World = {
			zones: {
				'shop.test': { records: '@ A 203.0.113.10' },
				'alt.test': { records: '@ A 203.0.113.11' },
			},
			sites: [
				{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE, '/new': NEW } },
				{
					hosts: ['alt.test'],
					at: ['203.0.113.11'],
					routes: { '/a,b': { redirect: 'https://shop.test/new', status: 301 } },
				},
			],
		};
		const csv = '\uFEFFOld URL,Hits,New URL\r\n"https://alt.test/a,b",12,/new\r\n';
		const audited = await withList(world, csv, { name: 'old.csv', oldDomains: ['alt.test'] });
		expect(graded(audited)).toEqual([['all-lead-on']]);
		expect(audited.requests.http.some(({ url }) => url === 'https://alt.test/a,b')).toBe(true);
	});

	it('stops at its budget, and counts the lines after that as unknown', async () => {
		const lines = Array.from({ length: 620 }, (_, index) => `/page-${index}`);
		const { findings, requests } = await withList(site({ '/page-1': NEW }), lines);
		expect(requests.http.length).toBeLessThanOrEqual(515);
		expect(findings).toMatchObject([
			{ verdict: 'not-found' },
			{ outcome: 'unknown', reason: 'budget' },
		]);
		expect(findings[1]?.message).toMatch(/^1\d\d lines of old\.txt could not be judged/);
	}, 30_000);
});
