import { describe, expect, it } from 'vitest';
import { isEmptyWatchList, watchList } from '../../src/export/watch-list.ts';
import { sampleReport } from './sample-report.ts';

const list = watchList(sampleReport());

describe('what is watched', () => {
	it('is every page where visitors end, once, and every named endpoint, with its budget', () => {
		expect(list.pages).toEqual([
			{ url: 'https://shop.test/', method: 'GET', status: 200, kind: 'visit', budgetMs: 2_000 },
			{
				url: 'https://api.shop.test/items',
				method: 'GET',
				status: 200,
				kind: 'request',
				budgetMs: 250,
			},
		]);
	});

	it('is every health endpoint that speaks the truth', () => {
		expect(list.health.map(({ url }) => url)).toEqual(['https://api.shop.test/health']);
	});

	it('is every redirect of a start page and every old URL that leads to a page', () => {
		expect(list.redirects).toEqual([
			{ from: 'http://shop.test/', to: 'https://shop.test/', status: 308 },
			{ from: 'https://www.shop.test/', to: 'https://shop.test/', status: 301 },
			{ from: 'https://shop.test/old.html', to: 'https://shop.test/new', status: 301 },
		]);
	});

	it('is every trusted certificate, and mail hosts that showed one', () => {
		expect(list.certificates).toEqual(['api.shop.test', 'shop.test', 'www.shop.test']);
		expect(list.mail).toEqual(['mx1.mailhost.test']);
	});

	it('is the records that customers and mail depend on', () => {
		expect(list.records.map(({ name, label, values }) => [name, label, ...values])).toEqual([
			['_dmarc.shop.test', 'DMARC', 'v=DMARC1; p=reject; rua=mailto:d@shop.test'],
			['api.shop.test', 'A'],
			['shop.test', 'A', '203.0.113.10'],
			['shop.test', 'AAAA', '2001:db8::10'],
			['shop.test', 'CAA', 'ca.test'],
			['shop.test', 'MX', 'mx1.mailhost.test', 'mx2.mailhost.test'],
			['shop.test', 'NS', 'ns1.dnshost.test'],
			['shop.test', 'SPF', 'v=spf1 include:_spf.mailhost.test ?all'],
			['www.shop.test', 'CNAME', 'shop.test'],
		]);
	});
});

describe('what is left out', () => {
	it('is said, each with its reason', () => {
		expect(list.leftOut).toEqual([
			'https://api.shop.test/: it answered 404 during the audit; a monitor would take that for healthy',
			'https://app.shop.test/: it led to no answer during the audit',
			'https://shop.test/health: health endpoint: every path is answered alike',
			'https://shop.test/up: health endpoint: a cache answers for it',
			'http://app.shop.test/: it redirects, and its visitors end at no page',
			'certificate of app.shop.test: it expired on 2026-01-01',
			'mx2.mailhost.test, port 25: no certificate was seen there during the audit',
			'api.shop.test A: the addresses themselves, as they live 60 s and are likely to change',
		]);
	});

	it('is a URL with a secret, and an SPF record that does not count', () => {
		const { records, pages, leftOut } = watchList(
			sampleReport({
				records: ['"v=spf1 -all"', '"v=spf1 ~all"'].map((value) => ({
					name: 'shop.test',
					type: 'TXT',
					ttl: 300,
					value,
					purpose: null,
				})),
				answers: [
					{
						url: 'https://shop.test/?access_token=abc',
						from: 'https://shop.test/',
						status: 200,
						type: null,
					},
				],
			}),
		);
		expect(records).toEqual([]);
		expect(pages.map(({ url }) => url)).not.toContain('https://shop.test/?access_token=abc');
		expect(leftOut).toContain('https://shop.test/: its URL holds what must not be copied');
		expect(leftOut).toContain('shop.test SPF: there are several, so that none of them counts');
	});

	it.each([
		'{{ get_env(name=1) }}',
		'{% raw %}',
		'{# a #}',
		'$HOME',
		'a\\"b',
		'caf\u00e9',
		'two\nlines',
	])('is a text that a tool would fill in or write in another way: %j', (text) => {
		const value = `"v=spf1 ${text} -all"`;
		const row = { name: 'shop.test', type: 'TXT', ttl: 300, value, purpose: null };
		const { records, leftOut } = watchList(sampleReport({ records: [row] }));
		expect(records).toEqual([]);
		expect(leftOut).toContain(
			'shop.test SPF: it holds characters that tools write in different ways',
		);
	});

	it('is a host for tests', () => {
		const map = {
			answers: [
				{ url: 'https://qa.shop.test/', from: 'https://qa.shop.test/', status: 200, type: null },
			],
		};
		expect(watchList(sampleReport(map, { timings: [] })).pages).toEqual([]);
	});
});

it('watches addresses from one second above a minute on: below, they change by themselves', () => {
	const values = (ttl: number) => {
		const row = { name: 'shop.test', type: 'A', ttl, value: '203.0.113.10', purpose: null };
		return watchList(sampleReport({ records: [row] })).records[0]?.values;
	};
	expect(values(60)).toEqual([]);
	expect(values(61)).toEqual(['203.0.113.10']);
});

it('leaves out what answered 400 and more, and nothing below', () => {
	const pages = (status: number) => {
		const answer = { url: 'https://shop.test/', from: 'https://shop.test/', status, type: null };
		return watchList(sampleReport({ answers: [answer] }, { timings: [] })).pages.length;
	};
	expect([pages(399), pages(400)]).toEqual([1, 0]);
});

it('says so where an audit was cut short, and has nothing to watch where it saw nothing', () => {
	const nothing = sampleReport(
		{ records: [], redirects: [], answers: [], health: [], certificates: [] },
		{ timings: [], complete: false },
	);
	const empty = watchList(nothing);
	expect(isEmptyWatchList(empty)).toBe(true);
	expect(empty.origin.join(' ')).toContain('cut short');
	expect(isEmptyWatchList(list)).toBe(false);
});
