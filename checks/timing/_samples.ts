import type { Fact, SeenAnswer, TimingSummary } from '../../src/sdk.ts';

/** Samples of a fast API, unless told. */
export function summary(more: Partial<TimingSummary> = {}): TimingSummary {
	return {
		url: 'https://api.example.com/',
		namedAs: null,
		method: 'GET',
		budgetMs: 300,
		limitMs: 300,
		samples: 20,
		spanMs: 1_100,
		over: 1,
		errors: 0,
		errorRate: 0,
		errorKinds: [],
		serverErrors: 0,
		clientErrors: 0,
		elsewhere: 0,
		min: 80,
		p50: 120,
		p95: 280,
		p99: 340,
		max: 340,
		p95Interval: [200, null],
		intendedP95: 281,
		phases: { dns: 5, connect: 20, tls: 21, firstByte: 115, download: 5 },
		slowPhases: { samples: 1, firstByte: 320, download: 5 },
		newConnectionP95: 330,
		roundTrip: 20,
		isProxied: false,
		isEdge: false,
		serverTime: { p50: 100, p75: 115, p95: 260 },
		serverTimings: [],
		connection: 'kept alive',
		reopened: 0,
		dropped: 0,
		closing: 0,
		judgedWithoutRoundTrip: false,
		plan: 'fixed',
		decision: 'not-enough',
		missing: 73,
		errorDecision: 'not-enough',
		isClustered: false,
		isUnreachable: false,
		isStream: false,
		failure: null,
		cold: { tookMs: 130, connectMs: 41 },
		idle: [],
		redirects: { count: 0, tookMs: 0 },
		bytes: 900,
		encoding: '',
		type: 'application/json',
		cache: { hits: 0, others: 20 },
		cacheControl: '',
		noise: { pingP95Ms: 0.6, loopDelayP99Ms: 1.1 },
		...more,
	};
}

const ANSWER: SeenAnswer = {
	kind: 'answered',
	status: 200,
	headers: [],
	body: { bytes: '{}', truncated: false, sha256: '' },
	address: '203.0.113.1',
	tls: null,
	timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
};

/** Samples of one that is too slow, in whole and in each number: a budget of `budgetMs`, and so many over. */
export function tooSlow(budgetMs: number, samples: number, over: number): Partial<TimingSummary> {
	const part = (share: number) => Math.round(share * budgetMs);
	return {
		budgetMs,
		limitMs: budgetMs,
		samples,
		over,
		decision: 'fail',
		missing: 0,
		min: part(0.6),
		p50: part(0.7),
		p95: part(1.4),
		p99: part(1.5),
		max: part(1.5),
		p95Interval: [part(1.2), null],
		intendedP95: part(1.4),
		newConnectionP95: part(1.4) + 41,
		serverTime: { p50: part(0.7) - 20, p75: part(0.9) - 20, p95: part(1.4) - 20 },
		slowPhases: { samples: over, firstByte: part(1.3), download: 5 },
	};
}

/** What a check of one endpoint is given. */
export function taken(more: Partial<TimingSummary> = {}) {
	const answer: Fact<SeenAnswer> = { status: 'known', value: ANSWER };
	return { answer, timing: summary(more) };
}

export const UNREACHABLE: Partial<TimingSummary> = {
	samples: 3,
	over: 3,
	errors: 3,
	isUnreachable: true,
	failure: { fault: 'refused', detail: '203.0.113.1:443: connection refused' },
};
