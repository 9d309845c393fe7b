import { describe, expect, it } from 'vitest';
import { healthEndpoints, healthHosts } from '../../../src/facts/monitoring/health-endpoints.ts';
import type { World } from '../../../src/lab/world.ts';
import { PAGE } from '../../checks/audit-lab.ts';
import { gathered } from '../gather-in-lab.ts';

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

/** An API beside a start page. */
function withApi(routes: Routes, fallback?: Routes[string]): World {
	return {
		zones: { 'shop.test': { records: '@ A 203.0.113.10\napi A 203.0.113.11' } },
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
			{
				hosts: ['api.shop.test'],
				at: ['203.0.113.11'],
				routes: { '/': { status: 404, type: 'application/json', body: '{}' }, ...routes },
				...(fallback !== undefined && { fallback }),
			},
		],
	};
}

const json = (body: object, status = 200) => ({
	status,
	type: 'application/json',
	body: JSON.stringify(body),
});

const states = async (world: World) =>
	(await gathered(world, healthEndpoints)).map(({ url, state }) => `${state} ${url}`);

describe('health endpoints', () => {
	it('are found on apex and API host at the usual paths', async () => {
		const world = withApi({
			'/health': json({ status: 'ok' }),
			'/healthz': 'OK',
			'/up': { status: 204 },
			'/livez': { redirect: '/livez/' },
			'/livez/': { type: 'text/plain', body: 'ok' },
			'/readyz': json({ error: 'x' }, 401),
			'/status': `<html><body><h1>Our status</h1>${'<p>Long words of a page.</p>'.repeat(40)}</body></html>`,
		});
		expect(await states(world)).toEqual([
			'up https://api.shop.test/health',
			'up https://api.shop.test/healthz',
			'up https://api.shop.test/up',
			'redirects https://api.shop.test/livez',
			'needs-login https://api.shop.test/readyz',
		]);
		expect((await gathered(world, healthHosts)).map(({ name }) => name)).toEqual([
			'shop.test',
			'api.shop.test',
		]);
	});

	it('are none where every path gets the same', async () => {
		expect(await states(withApi({}, json({ status: 'ok' })))).toEqual([]);
		expect(await states(withApi({}, { status: 500, body: 'oops' }))).toEqual([]);
		expect(await states(withApi({}, { redirect: '/login?next={{path}}' }))).toEqual([]);
	});
});
