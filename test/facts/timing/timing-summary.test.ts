import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type {
	TimedEndpoint,
	TimedSeries,
	TimingNoise,
	TimingSample,
} from '../../../src/core/io.ts';
import { ReportSchema } from '../../../src/core/report.ts';
import { LOOKS, limitOf, roundTripsOf } from '../../../src/core/sequential-plan.ts';
import {
	openingsOf,
	summarise as summariseSeries,
	timingsIn,
} from '../../../src/facts/timing/timing-summary.ts';
import { generator } from '../seeded-random.ts';

const URL_ = 'https://api.example.com/';
const AT = { url: URL_, method: 'GET', visit: null, budgetMs: 300 } as const;
const FOUND: TimedEndpoint = { ...AT, samples: 20, sequential: false };
const DECLARED: TimedEndpoint = { ...AT, samples: 300, sequential: true };
const VISITED: TimedEndpoint = { ...FOUND, visit: [URL_] };
const QUIET: TimingNoise = { loopDelayP99Ms: 1, pingP95Ms: 0.5 };

function series(samples: readonly TimingSample[], more: Partial<TimedSeries> = {}): TimedSeries {
	const roundTripMs = more.roundTripMs ?? null;
	return {
		url: URL_,
		address: '203.0.113.1',
		isProxied: false,
		roundTripMs,
		limitMs: limitOf(300, roundTripMs),
		askedForLess: false,
		cold: null,
		opened: more.cold == null ? [] : [{ connectMs: more.cold.connectMs, tlsMs: more.cold.tlsMs }],
		samples,
		idle: [],
		dnsMs: [],
		...more,
	};
}

const summarise = (
	plan: TimedEndpoint,
	samples: readonly TimingSample[],
	noise = QUIET,
	more: Partial<TimedSeries> = {},
) => summariseSeries(plan, series(samples, more), noise);

function sample(tookMs: number, more: Partial<TimingSample> = {}): TimingSample {
	return {
		intendedMs: 0,
		lateMs: 0,
		tookMs,
		firstByteMs: tookMs - 1,
		downloadMs: tookMs - (more.firstByteMs ?? tookMs - 1),
		connectMs: 0,
		tlsMs: 0,
		redirectMs: 0,
		status: 200,
		newConnection: false,
		roundTripMs: 0,
		closedAfterMs: null,
		bytes: 0,
		failure: '',
		fault: 'none',
		headers: [],
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
		const silence = { pingP95Ms: 0, loopDelayP99Ms: 0 };
		expect(summarise(FOUND, spread(20, 4, sample(300)), silence)).toMatchObject({
			over: 4,
			decision: 'fail',
		});
		expect(summarise(FOUND, spread(20, 4, sample(299.9)), QUIET)).toMatchObject({ over: 0 });
	});

	it('lets no fast error improve anything', () => {
		const error = sample(1, { status: 500 });
		const broken = sample(1, { status: 0, failure: 'reset', fault: 'reset' });
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
		const noisy = { loopDelayP99Ms: 3, pingP95Ms: 30 };
		expect(decision(FOUND, spread(20, 4, sample(320)), noisy)).toBe('noisy');
		expect(decision(FOUND, spread(20, 4, sample(340)), noisy)).toBe('fail');
		expect(decision(DECLARED, spread(80, 0, sample(0), sample(280)), noisy)).toBe('noisy');
		expect(decision(DECLARED, spread(80, 0, sample(0), sample(260)), noisy)).toBe('pass');
	});

	it('takes the round trip off where it is over half the budget', () => {
		const cold = sample(100, { connectMs: 151, tlsMs: 169, newConnection: true });
		const samples = spread(20, 20, sample(440));
		expect(summarise(FOUND, samples, QUIET, { roundTripMs: 151, cold })).toMatchObject({
			judgedWithoutRoundTrip: true,
			over: 0,
			newConnectionP95: 760,
		});
		expect(summarise(FOUND, samples, QUIET, { roundTripMs: 150, cold })).toMatchObject({
			judgedWithoutRoundTrip: false,
			over: 20,
		});
	});

	it('passes nothing whose requests had to wait for each other', () => {
		const late = sample(100, { lateMs: 250 });
		expect(decision(DECLARED, spread(80, 0, late, late))).toBe('late');
		const opening = sample(100, { lateMs: 250, newConnection: true, connectMs: 120, tlsMs: 130 });
		expect(decision(DECLARED, spread(80, 0, opening, opening))).toBe('pass');
	});

	it('stops where the server asks for less', () => {
		const asked = { askedForLess: true };
		expect(summarise(FOUND, spread(20, 4), QUIET, asked)?.decision).toBe('rate-limited');
		expect(summarise(DECLARED, [], QUIET, asked)).toMatchObject({
			decision: 'rate-limited',
			samples: 0,
			isUnreachable: false,
		});
	});

	it('keeps apart what the slow answers waited for', () => {
		const slow = sample(400, { firstByteMs: 40 });
		const failed = sample(5_000, { failure: 'silent', fault: 'silent', status: 0 });
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

describe('simulated endpoints', () => {
	/** What the plan comes to for so many endpoints, each request of which is `bad` so often. */
	function ends(runs: number, share: number, bad: TimingSample, seed: number) {
		const random = generator(seed);
		return Array.from({ length: runs }, () => {
			const all = Array.from({ length: 300 }, () => (random() < share ? bad : sample(100)));
			const looks = LOOKS.map(({ n }) => summarise(DECLARED, all.slice(0, n)));
			return looks.find((one) => one?.decision !== 'not-enough');
		});
	}

	it('that are over the budget once in twenty pass at most once in twenty', () => {
		const decisions = ends(1_000, 0.05, sample(400), 5).map((one) => one?.decision);
		const share = (wanted: string) => decisions.filter((one) => one === wanted).length / 1_000;
		expect(share('pass')).toBeLessThanOrEqual(0.05);
		expect(share('fail')).toBeLessThanOrEqual(0.05);
		expect(share('pass')).toBeGreaterThan(0.02);
	});

	it('that fail once in a hundred pass at most once in twenty', () => {
		const decisions = ends(1_000, 0.01, sample(1, { status: 500 }), 7).map(
			(one) => one?.errorDecision,
		);
		const share = (wanted: string) => decisions.filter((one) => one === wanted).length / 1_000;
		expect(share('pass')).toBeLessThanOrEqual(0.05);
		expect(share('fail')).toBeLessThanOrEqual(0.05);
	});
});

it('never passes where slow samples were seen in a block', () => {
	const random = generator(11);
	const passes = Array.from({ length: 1_000 }, () => {
		const all: TimingSample[] = [];
		// Blocks of ten begin so often that one sample in twenty is slow.
		while (all.length < 300) {
			const isSlow = random() < 0.05 / 9.55;
			for (let i = 0; i < (isSlow ? 10 : 1); i += 1) all.push(sample(isSlow ? 400 : 100));
		}
		const looks = LOOKS.map(({ n }) => summarise(DECLARED, all.slice(0, n)));
		return looks.find((one) => one?.decision !== 'not-enough');
	}).filter((one) => one?.decision === 'pass');
	// One that was cut by the end of the samples is no block yet.
	expect(passes.filter((one) => (one?.over ?? 0) > 1)).toEqual([]);
	expect(passes.filter((one) => one?.over === 1).length).toBeLessThan(50);
});

describe('errors', () => {
	it.each([
		[20, 1, 'not-enough'],
		[20, 2, 'fail'],
		[59, 2, 'not-enough'],
		[59, 3, 'fail'],
		[298, 0, 'not-enough'],
		[299, 0, 'pass'],
		[300, 1, 'not-enough'],
		[500, 1, 'pass'],
	])('of %i requests %i: %s', (n, errors, expected) => {
		expect(summarise(FOUND, spread(n, errors, sample(1, { status: 502 })))).toMatchObject({
			errorDecision: expected,
			serverErrors: errors,
		});
	});

	it('are counted by what they are', () => {
		const samples = [
			...spread(17, 0),
			sample(1, { status: 502 }),
			sample(1, { status: 502 }),
			sample(1, { status: 0, failure: 'gone', fault: 'reset' }),
		];
		expect(summarise(FOUND, samples)?.errorKinds).toEqual([
			['502', 2],
			['broken connection', 1],
		]);
	});

	it('alone, thrice, are an endpoint that cannot be reached', () => {
		const refused = sample(0, { status: 0, failure: 'refused', fault: 'refused' });
		expect(summarise(FOUND, [refused, refused, refused])?.isUnreachable).toBe(true);
		expect(summarise(FOUND, [refused, refused])?.isUnreachable).toBe(false);
		expect(summarise(FOUND, [refused, refused, sample(1, { status: 500 })])?.isUnreachable).toBe(
			false,
		);
	});
});

it('knows answers of caches by what they say of themselves', () => {
	const said = (...headers: [string, string][]) => sample(1, { headers });
	const samples = [
		said(['Age', '12']),
		said(['CF-Cache-Status', 'HIT']),
		said(['X-Cache', 'Hit from cloudfront']),
		said(['X-Cache', 'Miss from cloudfront'], ['Age', '0']),
		said(['Cache-Status', 'Edge; fwd=miss']),
		said(['Age', '0']),
		said(),
	];
	expect(summarise(FOUND, samples)).toMatchObject({ cache: { hits: 4, others: 3 }, isEdge: true });
	// In all that time nothing was kept for a second.
	const never = [said(['Age', '0']), said(['Age', '0'])];
	expect(summarise(FOUND, never)).toMatchObject({ cache: { hits: 0, others: 2 } });
});

it.each([
	['CF-Ray', '8f0', true],
	['Via', '1.1 google', true],
	['X-Timer', 'S1700000000.1,VS0,VE4', true],
	['Server', 'cloudflare', true],
	['Server', 'nginx', false],
	['X-Cache-Status', 'HIT', false],
])('%s: %s is of an edge: %s', (name, value, isEdge) => {
	expect(summarise(FOUND, [sample(1, { headers: [[name, value]] })])?.isEdge).toBe(isEdge);
});

it('holds a visit from far away against the budget and the round trips of the way', () => {
	expect(roundTripsOf(['https://example.com/'])).toBe(3);
	expect(
		roundTripsOf(['http://example.com/', 'https://example.com/', 'https://example.com/en']),
	).toBe(6);
	expect(limitOf(2_000, 1_000, 3)).toBe(2_000);
	expect(limitOf(2_000, 1_001, 3)).toBe(5_003);
	expect(limitOf(2_000, null, 3)).toBe(2_000);
});

describe('connections', () => {
	const reopened = (closedAfterMs: number | null) =>
		sample(100, { newConnection: true, connectMs: 30, closedAfterMs });

	it('that were closed right after an answer are told from those that rested too long', () => {
		const closing = Array.from({ length: 20 }, () => reopened(3));
		expect(summarise(FOUND, closing)).toMatchObject({ reopened: 20, dropped: 20 });
		const resting = Array.from({ length: 20 }, () => reopened(5_000));
		expect(summarise(FOUND, resting)).toMatchObject({ reopened: 20, dropped: 0 });
		const broken = Array.from({ length: 20 }, () => reopened(null));
		expect(summarise(FOUND, broken)).toMatchObject({ reopened: 20, dropped: 0 });
	});
});

describe('an answer', () => {
	const cut = sample(10_000, { status: 0, fault: 'cut', failure: 'not complete', firstByteMs: 20 });

	it('that is begun and never ended is slow, and not missing', () => {
		expect(summarise(FOUND, [cut, cut, cut])).toMatchObject({
			isUnreachable: false,
			isStream: false,
			over: 3,
			errors: 3,
		});
	});

	it('that is a stream of events is known as one', () => {
		const stream = { ...cut, headers: [['Content-Type', 'text/event-stream']] as const };
		expect(summarise(FOUND, [stream, stream, stream])).toMatchObject({ isStream: true });
	});

	it('says where its time went, and how it was sent', () => {
		const of = (db: number, encoding: string) =>
			sample(100, {
				headers: [
					['Server-Timing', `cache;desc="miss", db;desc="queries";dur=${db}`],
					['server-timing', 'app;dur=12.5'],
					['Content-Encoding', encoding],
					['Content-Type', 'application/json'],
				],
			});
		expect(summarise(FOUND, [of(40, 'br'), of(60, 'br'), of(50, 'identity')])).toMatchObject({
			serverTimings: [
				{ name: 'db', description: 'queries', durationMs: 50 },
				{ name: 'app', description: '', durationMs: 12.5 },
			],
			encoding: 'br',
			type: 'application/json',
		});
		expect(summarise(FOUND, [of(1, 'identity')])?.encoding).toBe('');
	});

	it('of another kind than the others is counted', () => {
		const others = [302, 304, 401, 404, 500].map((status) => sample(1, { status }));
		expect(summarise(FOUND, others)).toMatchObject({ elsewhere: 3, clientErrors: 2 });
	});

	it('has the round trip taken off, whole on a kept connection', () => {
		const samples = spread(20, 0, sample(0), sample(150, { firstByteMs: 120 }));
		expect(summarise(FOUND, samples, QUIET, { roundTripMs: 40 })?.serverTime.p95).toBe(110);
	});
});

it('takes a failure of ours for one, whatever came before it', () => {
	const theirs = sample(1, { status: 0, fault: 'reset', failure: 'reset' });
	const ours = sample(1, { status: 0, fault: 'ours', failure: 'HTTP/2 alone' });
	expect(summarise(FOUND, [theirs, ours, theirs])?.failure).toEqual({
		fault: 'ours',
		detail: 'HTTP/2 alone',
	});
});

it('takes a visit whole', () => {
	const visit = sample(1_000, { connectMs: 40, tlsMs: 50, firstByteMs: 600, newConnection: true });
	const walk = { ...visit, redirectMs: 300 };
	expect(
		summarise({ ...VISITED, visit: ['https://a.example.com/', URL_] }, [walk, walk], QUIET, {
			dnsMs: [4, 9, 5],
			roundTripMs: 40,
		}),
	).toMatchObject({
		connection: 'new for each visit',
		phases: { dns: 5, firstByte: 600 },
		redirects: { count: 1, tookMs: 300 },
		serverTime: { p50: 560, p75: 560, p95: 560 },
		reopened: 0,
	});
});

it('tells what opening a connection to a host takes', () => {
	const cold = sample(80, { connectMs: 30, tlsMs: 33, newConnection: true });
	expect(
		openingsOf('api.example.com', [series([sample(50), sample(50)], { cold })], QUIET),
	).toEqual({
		host: 'api.example.com',
		opened: 1,
		connect: 30,
		tls: 33,
		dns: 0,
		total: 113,
		noise: QUIET,
	});
	expect(openingsOf('api.example.com', [series([])], QUIET)).toBeNull();
});

it('sums up every endpoint of the series for the report', () => {
	const cold = sample(90, { connectMs: 20, tlsMs: 25, newConnection: true });
	const observed = [
		{
			probe: 'timing.series',
			params: { endpoints: [FOUND] },
			value: { endpoints: [series(spread(20, 1), { cold })], noise: QUIET },
		},
	];
	const reported = timingsIn(observed);
	expect(z.array(ReportSchema.shape.timings.element).parse(reported)).toEqual(reported);
	expect(reported).toEqual([
		{
			url: URL_,
			method: 'GET',
			samples: 20,
			p50: 100,
			p95: 100,
			p99: 400,
			p95Interval: [100, null],
			errorRate: 0,
			phases: { connect: 45, firstByte: 99, download: 1, dns: 0 },
			budgetMs: 300,
			limitMs: 300,
			over: 1,
			errors: 0,
			min: 100,
			max: 400,
			intendedP95: 100,
			newConnectionP95: 145,
			roundTrip: null,
			isEdge: false,
			serverTime: { p50: 100, p95: 100 },
			serverTimings: [],
			connection: 'kept alive',
			reopened: 0,
			plan: 'fixed',
			spanMs: 0,
			decision: 'not-enough',
			missing: 73,
			redirects: { count: 0, tookMs: 0 },
			bytes: 0,
			encoding: '',
			cache: { hits: 0, others: 20 },
			status: 200,
		},
	]);
});
