import { describe, expect, it } from 'vitest';
import health from '../../../checks/monitoring/health.ts';
import type { World } from '../../../src/lab/world.ts';
import { committed } from '../../files/repositories.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;
type Route = Routes[string];

const SHELL =
	'<!doctype html><html><head><title>App</title></head><body><div id="root"></div><script type="module" src="/app.js"></script></body></html>';

/** A host for each set of routes, beside a start page of files. */
function world(
	hosts: Readonly<Record<string, { routes: Routes; fallback?: Route | undefined }>>,
): World {
	const names = Object.entries(hosts);
	return {
		zones: {
			'shop.test': {
				records: [
					'@ A 203.0.113.10',
					...names.map(([name], at) => `${name} A 203.0.113.${20 + at}`),
				],
			},
		},
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
			...names.map(([name, { routes, fallback }], at) => ({
				hosts: [`${name}.shop.test`],
				at: [`203.0.113.${20 + at}`],
				routes,
				...(fallback !== undefined && { fallback }),
			})),
		],
	};
}

const json = (body: object, more: object = {}) => ({
	type: 'application/json',
	body: JSON.stringify(body),
	...more,
});
const ROOT = { '/': json({}) };
const OK = json({ status: 'ok' });
const SECRET = `postgres://shop:${'k3Vq9Zt7Lw2'}Xb5Rn8@db.shop.test:5432/shop`;

/** `verdict host/path`, of everything but what does not apply. */
async function said(hosts: Parameters<typeof world>[0], more: object = {}) {
	const audited = await auditLab(world(hosts), health, {
		domain: 'shop.test',
		hosts: Object.keys(hosts).map((name) => `${name}.shop.test`),
		...more,
	});
	return {
		...audited,
		words: audited.said
			.filter((one) => !one.startsWith('not-applicable'))
			.map((one) => one.replace('https://', '').replace('.shop.test', ''))
			.toSorted(),
	};
}

describe('monitoring/health on live hosts', () => {
	it('tells every broken endpoint from the healthy one', async () => {
		const at = (path: string, route: Route, more: Routes = {}) => ({
			routes: { ...ROOT, [path]: route, ...more },
		});
		const { words, findings } = await said({
			good: at('/health', json({ status: 'ok', error: null, errors: 0, errorRate: 0 })),
			plain: at('/healthz', { type: 'text/plain', body: 'OK' }),
			empty: at('/up', { status: 204 }),
			page: at('/up', '<html><body style="background-color: green"></body></html>'),
			now: at('/health', json({ status: 'UP', startedAt: '2020-01-01T00:00:00.123Z' })),
			none: { routes: ROOT },
			lies: at('/health', OK, { '/': { status: 500, body: 'boom' } }),
			live: at('/livez', OK, { '/': { status: 500, body: 'boom' } }),
			says: at('/status', json({ status: 'DOWN', components: { db: { status: 'DOWN' } } })),
			part: at('/health', json({ status: 'ok', checks: { database: { status: 'fail' } } })),
			fails: at('/api/health', json({ status: 'down' }, { status: 503 })),
			once: at('/health', { ...OK, sequence: [{ status: 503 }, { status: 200 }] }),
			aged: at('/health', { ...OK, headers: [['Age', '12']] }),
			stays: at('/health', json({ status: 'ok', timestamp: '2026-01-01T00:00:00Z' })),
			leaks: at(
				'/health',
				json({ status: 'ok', hostname: 'ip-10-0-3-4', node_version: 'v20.1.0' }),
			),
			secret: at('/health', json({ status: 'ok', database: SECRET })),
			moved: at('/health', { redirect: '/health/' }, { '/health/': OK }),
			login: at('/health', { status: 401, body: 'no' }),
			slow: at('/health', { ...OK, delayMs: 1_300 }),
		});
		expect(words).toEqual(
			[
				'always-ok lies/health',
				'cached aged/health',
				'cached stays/health',
				'failing fails/api/health',
				'leaks-detail leaks/health',
				'leaks-detail secret/health',
				'missing none',
				'needs-login login/health',
				'redirects moved/health',
				'slow slow/health',
				'sound empty',
				'sound good',
				'sound live',
				'sound now',
				'sound page',
				'sound plain',
				'status-contradicts-body part/health',
				'status-contradicts-body says/status',
				'unknown once',
			].toSorted(),
		);
		const severities = findings.flatMap((one) =>
			'severity' in one ? [`${one.verdict} ${one.severity}`] : [],
		);
		expect([...new Set(severities)].toSorted()).toEqual([
			'always-ok high',
			'cached high',
			'failing high',
			'leaks-detail blocker',
			'leaks-detail later',
			'missing later',
			'needs-login info',
			'redirects info',
			'slow later',
			'status-contradicts-body high',
		]);
	}, 60_000);

	it('believes no answer that a random path gets too, nor a gatekeeper’s', async () => {
		const wall = {
			status: 403,
			headers: [['cf-mitigated', 'challenge']] as [string, string][],
			body: '<title>Just a moment...</title>',
		};
		const { words } = await said({
			app: { routes: { '/': SHELL }, fallback: SHELL },
			api: { routes: ROOT, fallback: OK },
			files: { routes: { '/': PAGE }, fallback: { redirect: 'https://shop.test/' } },
			guarded: { routes: ROOT, fallback: wall },
			closed: { routes: ROOT, fallback: { status: 403, body: 'no' } },
		});
		expect(words).toEqual([
			'page-shell api/health',
			'page-shell app/health',
			'unknown closed',
			'unknown guarded',
		]);
	}, 30_000);

	it('asks a declared one alone, and a dozen requests at most', async () => {
		const hosts = { api: { routes: { ...ROOT, '/internal/alive-check': OK } } };
		const declared = await said(hosts, {
			health: ['https://api.shop.test/internal/alive-check', 'https://shop.test/nothing'],
		});
		expect(declared.words).toEqual(['missing shop.test/nothing', 'sound api']);
		expect(declared.requests.http.filter(({ url }) => url.endsWith('/healthz'))).toEqual([]);
		const found = await said({ api: { routes: { ...ROOT, '/health': OK } } });
		const asked = found.requests.http.filter(({ url }) =>
			/^https:\/\/api\.shop\.test\/(?:lr-\w+$|health|status|up|livez|readyz|api\/)/.test(url),
		);
		expect(asked).toHaveLength(9);
	}, 30_000);
});

const PACKAGE = JSON.stringify({ dependencies: { express: '^4', pg: '^8' } });

async function ofCode(route: string) {
	const repo = committed({ 'package.json': PACKAGE, 'server.js': route });
	const hosts = { api: { routes: { ...ROOT, '/health': OK } } };
	return (await said(hosts, { repo })).words;
}

describe('monitoring/health in code', () => {
	it('sees a constant beside a database', async () => {
		expect(
			await ofCode("app.get('/health', (req, res) => res.json({ ok: true }));\napp.listen(1);"),
		).toEqual(['always-ok server.js']);
	});

	it('lets a handler be that asks', async () => {
		expect(
			await ofCode(
				"app.get('/health', async (req, res) => {\n  await pool.query('select 1');\n  res.json({ ok: true });\n});\napp.listen(1);",
			),
		).toEqual(['sound api']);
	});
});
