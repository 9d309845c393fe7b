import { describe, expect, it } from 'vitest';
import { endpoints } from '../../../src/facts/timing/endpoints.ts';
import { sites } from '../../../src/facts/web/sites.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';

const PAGE = '<!doctype html><title>Shop</title><p>Hello';
const SIGN_IN = `${PAGE}<form><input type="password"></form>`;
const JSON_ANSWER = { type: 'application/json', body: '{}' };
const RECORDS = ['@', 'www', 'app', 'api', 'staging'].map((name) => `${name} A 203.0.113.10`);

function world(routes: Readonly<Record<string, object | string>>): World {
	return {
		zones: { 'shop.test': { records: RECORDS } },
		sites: Object.entries(routes).map(([host, route]) => ({
			hosts: [host],
			at: ['203.0.113.10'],
			routes: { '/': route, '/home': PAGE },
		})),
	};
}

const ALL = world({
	'shop.test': PAGE,
	'www.shop.test': { redirect: 'https://shop.test/' },
	'app.shop.test': SIGN_IN,
	'api.shop.test': { ...JSON_ANSWER, status: 404 },
	'staging.shop.test': { type: 'application/pdf', body: '%PDF-1.7' },
});

describe('sites', () => {
	it('tells what each host serves', async () => {
		const found = await gathered(ALL, sites, { hosts: ['staging.shop.test'] });
		expect(
			found.map(({ name, context }) => [name, context.kind, context.forms, context.stage]),
		).toEqual([
			['shop.test', 'page', 'no', 'production'],
			['www.shop.test', 'redirect', 'no', 'production'],
			['staging.shop.test', 'file', 'no', 'staging'],
			['app.shop.test', 'page', 'yes', 'production'],
			['api.shop.test', 'api', 'no', 'production'],
		]);
		expect(found[0]).toMatchObject({
			isBase: true,
			siblings: ['www.shop.test', 'staging.shop.test', 'app.shop.test', 'api.shop.test'],
		});
	});

	it.each([
		['a dead host', world({})],
		['a loop', world({ 'shop.test': { redirect: '/' } })],
		[
			'a loop over two hosts',
			world({
				'shop.test': { redirect: 'https://www.shop.test/' },
				'www.shop.test': { redirect: 'https://shop.test/' },
			}),
		],
		['a server error', world({ 'shop.test': { status: 500, ...JSON_ANSWER } })],
		['a gatekeeper', world({ 'shop.test': { status: 429, ...JSON_ANSWER } })],
		['nothing but a 200', world({ 'shop.test': { body: '' } })],
	])('takes %s for the gravest, a page that takes passwords', async (_, one) => {
		const [apex] = await gathered(one, sites);
		expect(apex).toMatchObject({ name: 'shop.test', context: { kind: 'page', forms: 'yes' } });
	});

	it('follows redirects on the host itself', async () => {
		const [apex] = await gathered(world({ 'shop.test': { redirect: '/home' } }), sites);
		expect(apex).toMatchObject({ context: { kind: 'page', forms: 'no' } });
	});
});

describe('endpoints', () => {
	it('finds the pages and APIs of production hosts, each once, and times them together', async () => {
		const found = await gathered(ALL, endpoints);
		expect(found.map(({ name, context }) => [name, context.standing, context.kind])).toEqual([
			['https://shop.test/', 'found', 'page'],
			['https://app.shop.test/', 'found', 'page'],
			['https://api.shop.test/', 'found', 'api'],
		]);
		const page = { method: 'GET', samples: 20, budgetMs: 2000, sequential: false };
		expect(found[0]?.together).toEqual([
			{ ...page, url: 'https://shop.test/', visit: ['https://shop.test/'] },
			{ ...page, url: 'https://app.shop.test/', visit: ['https://app.shop.test/'] },
			{ ...page, url: 'https://api.shop.test/', visit: null, budgetMs: 300 },
		]);
	});

	it('gives a declared API the sequential plan, where its redirects end', async () => {
		const one = world({
			'shop.test': { redirect: 'https://api.shop.test/' },
			'api.shop.test': JSON_ANSWER,
		});
		const found = await gathered(one, endpoints, { endpoints: ['https://shop.test/'] });
		expect(found[0]).toMatchObject({
			name: 'https://api.shop.test/',
			context: { standing: 'declared' },
		});
		expect(found[0]?.together).toMatchObject([
			{ url: 'https://api.shop.test/', samples: 300, budgetMs: 300, sequential: true },
		]);
	});

	it('finds none behind errors and gatekeepers', async () => {
		const one = world({
			'shop.test': { status: 404, body: PAGE },
			'api.shop.test': { status: 429, ...JSON_ANSWER },
		});
		expect(await gathered(one, endpoints)).toEqual([]);
	});
});
