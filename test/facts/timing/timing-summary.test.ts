import { describe, expect, it } from 'vitest';
import type { TimingSample } from '../../../src/core/io.ts';
import { LOOKS } from '../../../src/core/sequential-plan.ts';
import {
	summarise,
	type TimedEndpoint,
	timingsIn,
} from '../../../src/facts/timing/timing-summary.ts';
import { generator } from '../seeded-random.ts';

const URL_ = 'https://api.example.com/';
const FOUND: TimedEndpoint = { url: URL_, samples: 20, budgetMs: 300, sequential: false };
const DECLARED: TimedEndpoint = { url: URL_, samples: 300, budgetMs: 300, sequential: true };
const QUIET = { loopDelayP99Ms: 1, opening: null };

function sample(tookMs: number, more: Partial<TimingSample> = {}): TimingSample {
	return {
		startedMs: 0,
		tookMs,
		firstByteMs: tookMs - 1,
		connectMs: 0,
		status: 200,
		newConnection: false,
		failure: '',
		...more,
	};
}

/** `over` slow ones spread among fast ones. */
function spread(n: number, over: number, slow = sample(400), fast = sample(100)): TimingSample[] {
	const every = over === 0 ? n + 1 : Math.floor(n / over);
	return Array.from({ length: n }, (_, i) =>
		i % every === 0 && i / every < over && over > 0 ? slow : fast,
	);
}

function decision(plan: TimedEndpoint, samples: readonly TimingSample[], about = QUIET) {
	return summarise(plan, samples, about)?.decision;
}

describe('the decision', () => {
	it.each([
		[FOUND, 20, 0, 'not-enough'],
		[FOUND, 20, 3, 'not-enough'],
		[FOUND, 20, 4, 'fail'],
		[DECLARED, 20, 4, 'not-enough'],
		[DECLARED, 20, 5, 'fail'],
		[DECLARED, 80, 0, 'pass'],
		[DECLARED, 80, 1, 'not-enough'],
		[DECLARED, 150, 2, 'pass'],
		[DECLARED, 150, 3, 'not-enough'],
		[DECLARED, 300, 7, 'pass'],
		[DECLARED, 300, 8, 'undecided'],
		[DECLARED, 300, 25, 'undecided'],
		[DECLARED, 300, 26, 'fail'],
		[DECLARED, 79, 0, 'not-enough'],
	])('%o with %i samples, %i over: %s', (plan, n, over, expected) => {
		expect(decision(plan, spread(n, over))).toBe(expected);
	});

	it('counts a sample exactly at the budget as over, and one below it not', () => {
		expect(summarise(FOUND, spread(20, 4, sample(300)), QUIET)).toMatchObject({
			over: 4,
			decision: 'fail',
		});
		expect(summarise(FOUND, spread(20, 4, sample(299.9)), QUIET)).toMatchObject({ over: 0 });
	});

	it('lets no fast error improve anything', () => {
		const error = sample(1, { status: 500 });
		const broken = sample(1, { status: 0, failure: 'reset' });
		for (const one of [error, broken]) {
			expect(summarise(FOUND, spread(20, 4, one), QUIET)).toMatchObject({
				decision: 'fail',
				over: 4,
				errors: 4,
				errorRate: 0.2,
				p95: 300,
				max: 300,
			});
		}
	});

	it('does not take 4xx for an error', () => {
		expect(summarise(FOUND, spread(20, 20, sample(1, { status: 404 })), QUIET)).toMatchObject({
			over: 0,
			errors: 0,
		});
	});

	it('withdraws a pass whose slow samples came in a block', () => {
		const block = Array.from({ length: 150 }, (_, i) => sample(i === 40 || i === 41 ? 400 : 100));
		expect(decision(DECLARED, block)).toBe('clustered');
	});

	it('withholds a verdict that is nearer to the budget than our own noise', () => {
		const noisy = { loopDelayP99Ms: 30, opening: null };
		expect(decision(FOUND, spread(20, 4, sample(320)), noisy)).toBe('noisy');
		expect(decision(FOUND, spread(20, 4, sample(340)), noisy)).toBe('fail');
		expect(decision(DECLARED, spread(80, 0, sample(0), sample(280)), noisy)).toBe('noisy');
		expect(decision(DECLARED, spread(80, 0, sample(0), sample(260)), noisy)).toBe('pass');
	});

	it('takes the round trip off where it is over half the budget', () => {
		const far = { loopDelayP99Ms: 1, opening: { roundTripMs: 151, wholeMs: 320 } };
		const near = { loopDelayP99Ms: 1, opening: { roundTripMs: 150, wholeMs: 320 } };
		const samples = spread(20, 20, sample(440));
		expect(summarise(FOUND, samples, far)).toMatchObject({
			judgedWithoutRoundTrip: true,
			over: 0,
			newConnectionP95: 760,
		});
		expect(summarise(FOUND, samples, near)).toMatchObject({
			judgedWithoutRoundTrip: false,
			over: 20,
		});
	});

	it('stops where the server asks for less', () => {
		expect(decision(FOUND, [sample(1), sample(1, { status: 429 })])).toBe('rate-limited');
		expect(decision(FOUND, [sample(1), sample(1, { status: 503 })])).toBe('rate-limited');
		expect(decision(FOUND, spread(20, 4, sample(1, { status: 503 })))).toBe('fail');
		expect(decision(DECLARED, [...spread(40, 0), sample(1, { status: 503 })])).toBe('rate-limited');
	});

	it('keeps apart what the slow answers waited for', () => {
		const slow = sample(400, { firstByteMs: 40 });
		const failed = sample(5_000, { failure: 'silent', status: 0 });
		const samples = [...spread(19, 4, slow), failed];
		expect(summarise(FOUND, samples, QUIET)).toMatchObject({
			phases: { firstByte: 99, download: 1 },
			slowPhases: { samples: 4, firstByte: 40, download: 360 },
		});
		expect(summarise(FOUND, spread(20, 0), QUIET)?.slowPhases).toBeNull();
		expect(summarise(FOUND, [failed, failed], QUIET)?.slowPhases).toBeNull();
	});

	it('has nothing to say of nothing', () => {
		expect(summarise(FOUND, [], QUIET)).toBeNull();
	});
});

it('passes at most 5 % of endpoints that are over the budget once in twenty, with the plan', () => {
	const random = generator(5);
	const runs = 2_000;
	const ends = Array.from({ length: runs }, () => {
		const all = Array.from({ length: 300 }, () => sample(random() < 0.05 ? 400 : 100));
		const looks = LOOKS.map(({ n }) => decision(DECLARED, all.slice(0, n)));
		return looks.find((one) => one !== 'not-enough');
	});
	const share = (wanted: string) => ends.filter((one) => one === wanted).length / runs;
	expect(share('pass')).toBeLessThan(0.055);
	expect(share('fail')).toBeLessThan(0.03);
});

it('sums up every endpoint of the series for the report', () => {
	const observed = [
		{
			probe: 'timing.series',
			params: { endpoints: [FOUND] },
			value: { endpoints: [{ url: URL_, samples: spread(20, 1) }], loopDelayP99Ms: 1 },
		},
		{
			probe: 'http.exchange',
			params: { url: URL_, method: 'GET' },
			value: { kind: 'answered', timing: { connect: 20, tls: 25 } },
		},
	];
	expect(timingsIn(observed)).toEqual([
		{
			url: URL_,
			samples: 20,
			p50: 100,
			p95: 100,
			p99: 400,
			p95Interval: [100, null],
			errorRate: 0,
			phases: { connect: 45, firstByte: 99, download: 1 },
		},
	]);
});
