import { describe, expect, it } from 'vitest';
import cors from '../../../checks/headers/cors.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, SEED, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const ALLOW = 'Access-Control-Allow-Origin';
const CREDENTIALS: [string, string] = ['Access-Control-Allow-Credentials', 'true'];
const VARY: [string, string] = ['Vary', 'Accept-Encoding, Origin'];
const JSON_TYPE = { type: 'application/json', body: '{"items":[]}' };

type Site = NonNullable<World['sites']>[number];
type Route = NonNullable<Site['routes']>[string];

async function saidOf(site: Partial<Site>, asked: { endpoints?: string[] } = {}) {
	const { findings } = await auditLab(shop(site), cors, { ...HOST, ...asked });
	return findings
		.map((one) => `${one.verdict ?? one.outcome}${isFailed(one) ? ` ${one.severity}` : ''}`)
		.sort();
}

/** Repeats origins that a pattern lets in. */
function echoing(pattern: string, always: [string, string][], spec: object = JSON_TYPE): Route {
	return {
		...spec,
		headers: always,
		variants: [
			{ when: { header: ['Origin', pattern] }, headers: [[ALLOW, '{{origin}}'], CREDENTIALS] },
		],
	};
}

const API = (route: Route): Partial<Site> => ({ routes: { '/': PAGE, '/api': route } });
const ANY = '.';
const OWN = '^https://shop\\.test$';

describe('headers/cors on a real exchange', () => {
	it.each<[string, Partial<Site>, string[]]>([
		['no CORS', API(JSON_TYPE), ['restrained']],
		['* for public data', API({ ...JSON_TYPE, headers: [[ALLOW, '*']] }), ['restrained']],
		[
			'one fixed origin',
			API({ ...JSON_TYPE, headers: [[ALLOW, 'https://app.shop.test'], CREDENTIALS] }),
			['restrained'],
		],
		['an exact list', API(echoing(OWN, [VARY])), ['restrained']],
		['an exact list without Vary', API(echoing(OWN, [])), ['no-vary later']],
		[
			'an exact list that nobody may keep',
			API(echoing(OWN, [['Cache-Control', 'private, no-store']])),
			['restrained'],
		],
		['every origin', API(echoing(ANY, [VARY])), ['reflects-any-origin high']],
		[
			'every origin without Vary',
			API(echoing(ANY, [])),
			['no-vary later', 'reflects-any-origin high'],
		],
		[
			'every origin, without cookies',
			API({
				...JSON_TYPE,
				headers: [VARY],
				variants: [{ when: { header: ['Origin', ANY] }, headers: [[ALLOW, '{{origin}}']] }],
			}),
			['restrained'],
		],
		[
			'every origin, credentials not quite true',
			API({
				...JSON_TYPE,
				headers: [VARY],
				variants: [
					{
						when: { header: ['Origin', ANY] },
						headers: [
							[ALLOW, '{{origin}}'],
							['Access-Control-Allow-Credentials', 'True'],
						],
					},
				],
			}),
			['restrained'],
		],
		['null', API(echoing('^null$', [VARY])), ['allows-null high']],
		['anything behind', API(echoing('^https://shop\\.test', [VARY])), ['matches-suffix high']],
		['anything before', API(echoing('^https://.*shop\\.test$', [VARY])), ['matches-prefix high']],
		[
			'sub-domains of ours',
			API(echoing('^https://([a-z]+\\.)?shop\\.test$', [VARY])),
			['restrained'],
		],
		['without TLS', API(echoing('^https?://shop\\.test$', [VARY])), ['allows-http-origin high']],
		[
			'no anchors at all',
			API(echoing('shop\\.test', [VARY])),
			['allows-http-origin high', 'matches-prefix high', 'matches-suffix high'],
		],
		[
			'* with cookies',
			API({ ...JSON_TYPE, headers: [[ALLOW, '*'], CREDENTIALS] }),
			['star-with-credentials info'],
		],
		[
			'two fields',
			API({
				...JSON_TYPE,
				headers: [
					[ALLOW, '*'],
					[ALLOW, 'https://shop.test'],
				],
			}),
			['sent-twice later'],
		],
		[
			'the page itself',
			{ routes: { '/': echoing(ANY, [VARY], { body: PAGE }) } },
			['reflects-any-origin high'],
		],
		[
			'the page beside an API that is sound',
			{ routes: { '/': echoing(ANY, [VARY], { body: PAGE }), '/api': JSON_TYPE } },
			['reflects-any-origin high'],
		],
	])('%s', async (_, site, expected) => {
		expect(await saidOf(site)).toEqual(expected);
	});

	it.each<[string, object, string]>([
		['that refuses strangers', { status: 401 }, 'blocker'],
		['that forbids strangers', { status: 403 }, 'blocker'],
		[
			'that wants a token, which no cookie replaces',
			{ status: 401, headers: [['WWW-Authenticate', 'Bearer realm="api"'], VARY] },
			'high',
		],
		['that depends on cookies', { headers: [['Vary', 'Origin, Cookie']] }, 'blocker'],
		['of which nothing is known', {}, 'high'],
		[
			'whose session cookie stays away from other sites',
			{ status: 401, headers: [VARY, ['Set-Cookie', 'sid=x; Secure; HttpOnly; SameSite=Lax']] },
			'high',
		],
		[
			'whose session cookie goes everywhere',
			{ status: 401, headers: [VARY, ['Set-Cookie', 'sid=x; Secure; HttpOnly; SameSite=None']] },
			'blocker',
		],
	])('weighs an API %s', async (_, spec, severity) => {
		const route = { ...(echoing(ANY, [VARY]) as object), ...spec } as Route;
		expect(await saidOf(API(route))).toEqual([`reflects-any-origin ${severity}`]);
	});

	it('asks the endpoint that the page’s own script reads', async () => {
		const world = shop({
			routes: {
				'/': '<!doctype html><title>Shop</title><script src=/app.js></script>',
				'/app.js': {
					type: 'text/javascript',
					body: 'fetch("/api/logout");fetch("/api/me").then(show)',
				},
				'/api/me': echoing(ANY, [VARY]),
			},
		});
		const { findings, requests } = await auditLab(world, cors, HOST);
		expect(findings).toMatchObject([
			{
				verdict: 'reflects-any-origin',
				severity: 'blocker',
				locus: { name: 'https://shop.test/api/me' },
			},
		]);
		expect(requests.http.map(({ url }) => new URL(url).pathname)).not.toContain('/api/logout');
	});

	it('asks the endpoints that the user named', async () => {
		const site = { routes: { '/': PAGE, '/v2/orders': echoing(ANY, [VARY]) } };
		const said = await saidOf(site, { endpoints: ['https://shop.test/v2/orders'] });
		expect(said).toEqual(['reflects-any-origin high']);
	});

	it('tries an API on its own host with the origins of its front end', async () => {
		const world = shop({ routes: { '/': PAGE } });
		world.zones = { 'shop.test': { records: '@ A 203.0.113.10\napi A 203.0.113.11' } };
		world.sites = [
			...(world.sites ?? []),
			{
				hosts: ['api.shop.test'],
				at: ['203.0.113.11'],
				routes: { '/': echoing('^https://shop\\.test', [VARY]) },
			},
		];
		const { said } = await auditLab(world, cors, HOST);
		expect(said).toEqual(['restrained shop.test', 'matches-suffix https://api.shop.test/']);
	});

	it('is polite: few requests, GET only, no cookies, made-up origins', async () => {
		const { requests } = await auditLab(shop(API(echoing('shop\\.test', [VARY]))), cors, HOST);
		const withOrigin = requests.http.flatMap(({ method, headers }) => {
			const origin = headers.find(([name]) => name.toLowerCase() === 'origin')?.[1];
			expect(headers.some(([name]) => name.toLowerCase() === 'cookie')).toBe(false);
			return origin === undefined ? [] : [`${method} ${origin}`];
		});
		expect(withOrigin.sort()).toEqual(
			[
				`GET https://lr-${SEED}.example`,
				`GET https://lr-${SEED}.example`,
				'GET null',
				'GET https://shop.test',
				`GET https://shop.test.lr-${SEED}.test`,
				`GET https://lr-${SEED}shop.test`,
				'GET http://shop.test',
			].sort(),
		);
	});

	it('asks no further where nothing depends on the origin', async () => {
		const { requests } = await auditLab(shop({ routes: { '/': PAGE } }), cors, HOST);
		const origins = requests.http.filter(({ headers }) =>
			headers.some(([name]) => name.toLowerCase() === 'origin'),
		);
		expect(origins.length).toBeLessThanOrEqual(4);
	});

	it('is one step lighter on staging, and never a blocker there', async () => {
		const world = shop({
			hosts: ['shop.test', 'staging.shop.test'],
			...API({ ...(echoing(ANY, [VARY]) as object), status: 401 }),
		});
		world.zones = { 'shop.test': { records: '@ A 203.0.113.10\nstaging A 203.0.113.10' } };
		const { findings } = await auditLab(world, cors, { ...HOST, hosts: ['staging.shop.test'] });
		const severities = findings
			.filter(isFailed)
			.map(({ subject, severity }) => `${subject} ${severity}`);
		expect(severities).toEqual(['shop.test blocker', 'staging.shop.test later']);
	});

	it('cannot say behind a gatekeeper', async () => {
		const world = shop({ fallback: { status: 403, headers: { 'cf-mitigated': 'challenge' } } });
		const { findings } = await auditLab(world, cors, HOST);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied' }]);
	});

	it('gives an allow-list to paste, for the audited name', async () => {
		const { findings } = await auditLab(shop(API(echoing(ANY, [VARY]))), cors, HOST);
		const [found] = findings.filter(isFailed);
		const platforms = found?.fix.snippets.map(({ platform }) => platform);
		for (const one of ['nginx', 'apache', 'caddy', 'express', 'nextjs', 'vercel', 'netlify']) {
			expect(platforms).toContain(one);
		}
		expect(found?.fix.snippets.every(({ text }) => text.includes('shop'))).toBe(true);
		expect(found?.reproduce).toContain(`-H 'Origin: https://lr-${SEED}.example'`);
	});
});
