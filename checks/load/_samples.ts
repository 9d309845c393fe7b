import type { LoadSummary, Quantiles } from '../../src/sdk.ts';
import { loadTargets } from '../../src/sdk.ts';

/** Quantiles of a fast API, unless told. */
export function quantiles(more: Partial<Quantiles> = {}): Quantiles {
	return {
		samples: 750,
		p50: 90,
		p95: 180,
		p99: 240,
		max: 310,
		p95Interval: [172, 191],
		p50Interval: [88, 93],
		...more,
	};
}

export const ONE_USER = quantiles({
	samples: 100,
	p50: 80,
	p95: 130,
	p99: 150,
	max: 150,
	p95Interval: [120, 148],
	p50Interval: [77, 84],
});

/** A load that an API carried well, unless told. */
export function loaded(more: Partial<LoadSummary> = {}): { readonly load: LoadSummary } {
	return {
		load: {
			plan: loadTargets.sample.plan,
			runId: '0123456789ab',
			stop: { why: 'completed', detail: '' },
			endedMs: 35_000,
			isPage: false,
			budgetMs: 300,
			limitMs: 300,
			roundTrip: 20,
			samples: 750,
			over: 3,
			errors: 0,
			errorKinds: [],
			clientErrors: 0,
			unsent: 0,
			intended: quantiles(),
			service: quantiles({ p95: 178 }),
			before: ONE_USER,
			after: ONE_USER,
			p95: { says: 'pass' },
			errorRate: { says: 'pass' },
			degrades: 'no',
			recovers: 'yes',
			slips: false,
			throughput: { completed: 750, planned: 750 },
			rate: 23.2,
			stall: null,
			rise: null,
			beginning: { ms: 10_000, first: quantiles(), rest: quantiles(), isSlow: false },
			refusedConnections: 0,
			timeouts: 0,
			tlsFailures: 0,
			burst: null,
			foreign: { answers: 0, users: 0, looked: 750, alone: 0 },
			failures: [],
			noise: { pingP95Ms: 0.6, loopDelayP99Ms: 1.1, loopDelayMaxMs: 6 },
			isNoisy: false,
			...more,
		},
	};
}

export const NOT_BEGUN: Partial<LoadSummary> = {
	stop: { why: 'not-begun', detail: 'with one user, 5 requests in a row failed' },
	endedMs: 0,
	samples: 5,
	errors: 5,
	errorKinds: [['connection refused', 5]],
	errorRate: { says: 'fail' },
	refusedConnections: 5,
	failures: [{ fault: 'refused', detail: '203.0.113.1:443: connection refused' }],
	after: null,
	degrades: null,
	recovers: null,
	throughput: null,
	beginning: null,
};
