import { describe, expect, it } from 'vitest';
import resolution from '../../../checks/dns/resolution.ts';
import check from '../../../checks/dns/wildcard.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, SEED } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const RANDOM = `lr-${SEED}.shop.test`;
const APEX = '@ A 203.0.113.10';

type Site = NonNullable<World['sites']>[number];

const HOME: Site = {
	hosts: ['shop.test', 'www.shop.test'],
	at: ['203.0.113.10'],
	fallback: { body: PAGE },
};
const APP = '<!doctype html><title>Shop console</title><div id="root"></div>';
const LOG_IN = '<!doctype html><title>Log in</title><form><input type="password"></form>';

function world(records: string[], sites: Site[] = [], more: Partial<World> = {}): World {
	return {
		zones: { 'shop.test': { records: [APEX, ...records] } },
		sites: [HOME, ...sites],
		...more,
	};
}

/** What answers to every name that no other site has. */
function any(more: Partial<Site>): Site {
	return { hosts: ['any.test'], at: ['203.0.113.80'], ...more };
}

async function said(zone: World, asked: object = {}) {
	const { findings } = await auditLab(zone, check, { ...SHOP, ...asked });
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

const WILD = '* A 203.0.113.80';

describe('zones without a wildcard', () => {
	it.each<[string, World]>([
		['named hosts alone', world(['www A 203.0.113.10'])],
		['a wildcard of a sub-domain', world(['*.eu A 203.0.113.80'])],
		['a wildcard for mail alone', world(['* MX 10 www'])],
		[
			'a resolver that gives an address to every name',
			world([], [], {
				dnsFaults: [
					{
						server: 'resolver',
						name: RANDOM,
						type: 'A',
						does: { answer: `${RANDOM}. 60 A 203.0.113.66` },
					},
				],
			}),
		],
	])('passes %s', async (_, zone) => {
		expect(await said(zone)).toEqual([['none']]);
	});

	it('asks no page of them', async () => {
		const { requests } = await auditLab(world([]), check, SHOP);
		expect(requests.http).toEqual([]);
	});
});

describe('zones with a wildcard', () => {
	it.each<[string, World, 'high' | 'later', object?]>([
		['the page of the site', world(['* A 203.0.113.10']), 'later'],
		[
			'the way back to the site',
			world([WILD], [any({ fallback: { redirect: 'https://shop.test/' } })]),
			'later',
		],
		['no web server', world([WILD]), 'later'],
		['a page that is not found', world([WILD], [any({})]), 'later'],
		['a log-in', world([WILD], [any({ fallback: { body: LOG_IN } })]), 'high'],
		[
			'the way to a log-in',
			world([WILD], [any({ routes: { '/': { redirect: '/login' } }, fallback: { body: APP } })]),
			'high',
		],
		['the app', world([WILD, 'app A 203.0.113.80'], [any({ fallback: { body: APP } })]), 'high'],
		[
			'the app, over plain HTTP alone',
			world(
				[WILD, 'console A 203.0.113.81'],
				[
					any({ fallback: { body: APP }, https: 'closed', http: 'same' }),
					{ hosts: ['console.shop.test'], at: ['203.0.113.81'], fallback: { body: APP } },
				],
			),
			'high',
			{ hosts: ['console.shop.test'] },
		],
		[
			'a service where nobody holds the name',
			world(
				['* CNAME shop.herokudns.com.'],
				[any({ fallback: { status: 404, body: 'No such app' } })],
				{
					zones: {
						'shop.test': { records: [APEX, '* CNAME shop.herokudns.com.'] },
						'herokudns.com': { records: 'shop A 203.0.113.80' },
					},
				},
			),
			'high',
		],
		[
			'a service that holds every name for us',
			world([], [any({ fallback: { body: PAGE } })], {
				zones: {
					'shop.test': { records: [APEX, '* CNAME shop.vercel-dns.com.'] },
					'vercel-dns.com': { records: 'shop A 203.0.113.80' },
				},
			}),
			'later',
		],
	])('says what it leads to: %s', async (_, zone, severity, asked = {}) => {
		expect(await said(zone, asked)).toEqual([['present', severity]]);
	});

	it('names the record to delete and those that take its place', async () => {
		const { findings } = await auditLab(world(['* 120 A 203.0.113.10']), check, {
			...SHOP,
			hosts: ['api.shop.test'],
		});
		expect(findings[0]).toMatchObject({
			lead: 120,
			fix: {
				snippets: [
					{
						text: '; publish\nwww.shop.test. 300 IN A 203.0.113.10\napi.shop.test. 300 IN A 203.0.113.10\n; delete\n*.shop.test. IN A 203.0.113.10',
					},
				],
			},
		});
	});

	it('leaves a zone that does not resolve to dns/resolution', async () => {
		const dead = { udp: 'refused', tcp: 'refused' } as const;
		const zone = world([WILD], [], {
			nameServers: { '198.51.100.21': dead, '203.0.113.21': dead },
		});
		const { findings } = await auditLab(zone, [check, resolution], SHOP);
		expect(findings.find((one) => one.check === 'dns/wildcard')).toMatchObject({
			outcome: 'blocked',
			by: { check: 'dns/resolution', subject: 'shop.test' },
		});
	});

	it('is not sure of one where the resolver invents names and port 53 is filtered', async () => {
		const zone = world([], [], {
			dnsFaults: [
				{ server: '198.51.100.1', does: 'silence' },
				{ server: '198.51.100.2', does: 'silence' },
				{
					server: 'resolver',
					type: 'A',
					does: { answer: `${RANDOM}. 60 A 203.0.113.66\nlr-${SEED}.invalid. 60 A 203.0.113.66` },
				},
			],
		});
		expect(await said(zone)).toEqual([['unknown']]);
	});
});
