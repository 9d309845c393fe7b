import { expect, it } from 'vitest';
import p95 from '../../../checks/timing/p95.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

const JSON_ANSWER = { type: 'application/json', body: '{}' };

function api(route: object): World {
	return {
		zones: { 'shop.test': { records: '@ A 203.0.113.10\napi A 203.0.113.11' } },
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
			{
				hosts: ['api.shop.test'],
				at: ['203.0.113.11'],
				routes: { '/': { ...JSON_ANSWER, ...route } },
			},
		],
	};
}

const ASKED = { domain: 'shop.test' };
const PAGE_IS_NONE = { outcome: 'not-applicable', subject: 'https://shop.test/' };

/** One request in four is slow: five of twenty samples, the fewest that fail at the first look. */
const SLOW_AT_TIMES = [{}, {}, {}, { delayMs: 450 }];

it.concurrent('fails an API that it found itself where one request in four is slow', async () => {
	const { findings } = await auditLab(api({ sequence: SLOW_AT_TIMES }), p95, ASKED);
	expect(findings).toMatchObject([
		PAGE_IS_NONE,
		{
			verdict: 'over-budget',
			severity: 'high',
			subject: 'https://api.shop.test/',
			args: { samples: 20, over: 5, errors: 0 },
			fix: {
				summary: expect.stringMatching(
					/^Shorten what takes longest: the server thinks for 4\d\d ms before the first byte in the 5 slow answers, [\d.]+ ms in the usual one/,
				),
			},
		},
	]);
});

it.concurrent('does not pass a fast one on twenty samples', async () => {
	const { findings, requests } = await auditLab(api({}), p95, ASKED);
	expect(findings).toMatchObject([
		PAGE_IS_NONE,
		{
			outcome: 'unknown',
			verdict: 'not-enough-evidence',
			reason: 'budget',
			couldBe: 'high',
			decisive: false,
		},
	]);
	expect(requests.http.filter(({ url }) => url === 'https://api.shop.test/').length).toBeLessThan(
		30,
	);
});

it.concurrent('counts fast errors as slow', async () => {
	const broken = { sequence: [{}, {}, { status: 500 }] };
	const { findings } = await auditLab(api(broken), p95, ASKED);
	expect(findings).toMatchObject([PAGE_IS_NONE, { verdict: 'over-budget' }]);
});

it.concurrent('fails a declared endpoint at the first look', async () => {
	const world = api({});
	const slow = { ...JSON_ANSWER, sequence: SLOW_AT_TIMES };
	world.sites?.[1]?.routes && Object.assign(world.sites[1].routes, { '/slow': slow });
	const { findings } = await auditLab(world, p95, {
		...ASKED,
		endpoints: ['https://api.shop.test/slow'],
	});
	expect(findings.find(({ subject }) => subject.endsWith('/slow'))).toMatchObject({
		verdict: 'over-budget',
		args: { plan: 'sequential', samples: 20, over: 5 },
	});
});

it.concurrent('cannot say where it is asked to slow down', async () => {
	const sequence = [{}, {}, {}, {}, {}, {}, {}, {}, {}, { status: 429 }];
	const { findings } = await auditLab(api({ sequence }), p95, ASKED);
	expect(findings).toMatchObject([PAGE_IS_NONE, { outcome: 'unknown', reason: 'denied' }]);
});
