import type { HttpOutcome, TimingRequest, TimingSample, TimingSeries } from '../../core/io.ts';
import type { ReportTiming } from '../../core/report.ts';
import { decide, isOver } from '../../core/sequential-plan.ts';
import {
	failBound,
	isClustered,
	nearestRank,
	P95_SHARE,
	quantileInterval,
} from './timing-statistics.ts';

export type TimedEndpoint = TimingRequest['endpoints'][number];

/** What opening a connection took (ms): TCP alone, which is a round trip, and with TLS. */
export interface Opening {
	readonly roundTripMs: number;
	readonly wholeMs: number;
}

/** The exchanges that come before the samples: with the URL itself, and with its host's root. */
export function openedBy(url: string): readonly string[] {
	const { href, hostname } = new URL(url);
	return [href, `https://${hostname}/`];
}

/** The shortest opening of a connection among exchanges; one that was kept alive opened none. */
export function quickest(outcomes: readonly HttpOutcome[]): Opening | null {
	const openings = outcomes.flatMap((outcome) => {
		if (outcome.kind !== 'answered' || outcome.timing.connect <= 0) return [];
		const { connect, tls } = outcome.timing;
		return [{ roundTripMs: connect, wholeMs: connect + tls }];
	});
	return openings.sort((a, b) => a.roundTripMs - b.roundTripMs)[0] ?? null;
}

/** What the samples of one endpoint say. Times in milliseconds. */
export interface TimingSummary {
	readonly url: string;
	readonly budgetMs: number;
	/** Number of samples. */
	readonly samples: number;
	/** Samples at or above the budget; errors are among them, however fast they came. */
	readonly over: number;
	/** No answer, or a status of 500 and above. */
	readonly errors: number;
	readonly errorRate: number;
	/** Request sent to last byte. An error counts as the slowest, so that it improves nothing. */
	readonly min: number;
	readonly p50: number;
	readonly p95: number;
	readonly p99: number;
	readonly max: number;
	/** 95 % confidence; `null` where the samples give no upper bound. */
	readonly p95Interval: readonly [low: number, high: number | null];
	/** Opening a connection, and the medians of waiting for the first byte and of reading the rest. */
	readonly phases: {
		readonly connect: number;
		readonly firstByte: number;
		readonly download: number;
	};
	/** The same two medians of the answers that were over the budget; `null` without such. */
	readonly slowPhases: {
		readonly samples: number;
		readonly firstByte: number;
		readonly download: number;
	} | null;
	/** p95 with the opening of a connection before the request; `null` where none was seen. */
	readonly newConnectionP95: number | null;
	/** Time of a TCP connect, to the edge where there is one; `null` where none was seen. */
	readonly roundTrip: number | null;
	readonly connection: 'kept alive' | 'new for each request';
	/** The round trip is over half the budget, so the server's own time was held against it. */
	readonly judgedWithoutRoundTrip: boolean;
	readonly plan: 'sequential' | 'fixed';
	readonly decision: TimingDecision;
}

type TimingDecision =
	| 'pass'
	| 'fail'
	/** Too few samples for either. */
	| 'not-enough'
	/** The plan is used up without a decision. */
	| 'undecided'
	/** A pass that is worth nothing: the slow samples came in blocks. */
	| 'clustered'
	/** Our own machine was too busy for a decision so near to the budget. */
	| 'noisy'
	| 'rate-limited';

/** Above this, delays of our own event loop are held against a verdict (ms, p99). */
const NOISY_LOOP_MS = 10;

/**
 * What a sample is held against (ms): the budget, plus the round trip where that alone takes over half
 * of it, so that the server's own time is judged.
 */
export function limitOf(budgetMs: number, opening: Opening | null): number {
	const roundTrip = opening?.roundTripMs ?? 0;
	return roundTrip > budgetMs / 2 ? budgetMs + roundTrip : budgetMs;
}

/** `null` for no samples. */
export function summarise(
	plan: TimedEndpoint,
	samples: readonly TimingSample[],
	{ loopDelayP99Ms, opening }: { loopDelayP99Ms: number; opening: Opening | null },
): TimingSummary | null {
	if (samples.length === 0) return null;
	const { url, budgetMs } = plan;
	const roundTrip = opening?.roundTripMs ?? null;
	const limit = limitOf(budgetMs, opening);
	const slowest = Math.max(limit, ...samples.map(({ tookMs }) => tookMs));
	const sorted = samples.map((one) => (isError(one) ? slowest : one.tookMs)).sort(ascending);
	const at = (share: number) => nearestRank(sorted, share) ?? slowest;
	const interval = quantileInterval(sorted, 1 - P95_SHARE);
	const errors = samples.filter(isError).length;
	const reopened = samples.filter(({ newConnection }) => newConnection).length;
	return {
		url,
		budgetMs,
		samples: samples.length,
		over: overAt(samples, limit),
		errors,
		errorRate: errors / samples.length,
		min: sorted[0] ?? slowest,
		p50: at(0.5),
		p95: at(0.95),
		p99: at(0.99),
		max: sorted.at(-1) ?? slowest,
		p95Interval: [interval?.low ?? 0, interval?.high ?? null],
		phases: { connect: opening?.wholeMs ?? 0, ...mediansOf(samples.filter(isAnswered)) },
		slowPhases: slowPhasesOf(samples, limit),
		newConnectionP95: opening === null ? null : opening.wholeMs + at(0.95),
		roundTrip,
		connection: reopened > samples.length / 2 ? 'new for each request' : 'kept alive',
		judgedWithoutRoundTrip: limit > budgetMs,
		plan: plan.sequential ? 'sequential' : 'fixed',
		decision: decisionOn(plan, samples, { limit, loopDelayP99Ms }),
	};
}

function decisionOn(
	plan: TimedEndpoint,
	samples: readonly TimingSample[],
	{ limit, loopDelayP99Ms }: { limit: number; loopDelayP99Ms: number },
): TimingDecision {
	if (isAskedToStop(plan, samples, limit)) return 'rate-limited';
	const rule = plan.sequential ? decideSequentially : decideOnce;
	const decision = rule(samples.length, overAt(samples, limit));
	const noise = loopDelayP99Ms > NOISY_LOOP_MS ? loopDelayP99Ms : 0;
	if (decision === 'pass') {
		const series = samples.map((one) => isOver(one, limit));
		if (isClustered(series)) return 'clustered';
		const strict = rule(samples.length, overAt(samples, limit - noise));
		return strict === 'pass' ? 'pass' : 'noisy';
	}
	if (decision === 'fail') {
		const lenient = rule(samples.length, overAt(samples, limit + noise));
		return lenient === 'fail' ? 'fail' : 'noisy';
	}
	return decision;
}

function decideSequentially(n: number, over: number): TimingDecision {
	const decision = decide(n, over);
	return decision === 'go-on' ? 'not-enough' : decision;
}

/** For endpoints that nobody named: they can fail, never pass. */
function decideOnce(n: number, over: number): TimingDecision {
	const bound = failBound(n, P95_SHARE);
	return bound !== null && over >= bound ? 'fail' : 'not-enough';
}

function overAt(samples: readonly TimingSample[], limit: number): number {
	return samples.filter((one) => isOver(one, limit)).length;
}

/**
 * 429 says so; of 503 the measuring stops at the first with a Retry-After, so a series that ends early
 * on one was asked to.
 */
function isAskedToStop(
	plan: TimedEndpoint,
	samples: readonly TimingSample[],
	limit: number,
): boolean {
	if (samples.some(({ status }) => status === 429)) return true;
	const endedEarly = plan.sequential
		? decide(samples.length, overAt(samples, limit)) === 'go-on'
		: samples.length < plan.samples;
	return endedEarly && samples.at(-1)?.status === 503;
}

function isError({ status, failure }: TimingSample): boolean {
	return failure !== '' || status >= 500;
}

function slowPhasesOf(
	samples: readonly TimingSample[],
	limit: number,
): TimingSummary['slowPhases'] {
	const slow = samples.filter((one) => isAnswered(one) && one.tookMs >= limit);
	return slow.length > 0 ? { samples: slow.length, ...mediansOf(slow) } : null;
}

function mediansOf(samples: readonly TimingSample[]): { firstByte: number; download: number } {
	return {
		firstByte: median(samples.map(({ firstByteMs }) => firstByteMs)),
		download: median(samples.map(({ tookMs, firstByteMs }) => tookMs - firstByteMs)),
	};
}

function isAnswered({ failure }: TimingSample): boolean {
	return failure === '';
}

function median(values: readonly number[]): number {
	return nearestRank([...values].sort(ascending), 0.5) ?? 0;
}

function ascending(a: number, b: number): number {
	return a - b;
}

/** Finds the series among everything that was observed, and sums it up as the report shows it. */
export function timingsIn(
	observed: readonly {
		readonly probe: string;
		readonly params: unknown;
		readonly value: unknown;
	}[],
): readonly ReportTiming[] {
	return observed.flatMap(({ probe, params, value }) => {
		if (probe !== SERIES) return [];
		const { endpoints: plans } = params as TimingRequest;
		const { endpoints, loopDelayP99Ms } = value as TimingSeries;
		return endpoints.flatMap(({ url, samples }) => {
			const plan = plans.find((one) => one.url === url);
			const about = { loopDelayP99Ms, opening: openingIn(observed, url) };
			const summary = plan === undefined ? null : summarise(plan, samples, about);
			return summary === null ? [] : [reported(summary)];
		});
	});
}

function openingIn(observed: Parameters<typeof timingsIn>[0], url: string): Opening | null {
	const urls = openedBy(url);
	const exchanges = observed.filter(
		({ probe, params }) =>
			probe === 'http.exchange' && urls.includes((params as { url: string }).url),
	);
	return quickest(exchanges.map(({ value }) => value as HttpOutcome));
}

/** The name of the probe that takes the samples. */
export const SERIES = 'timing.series';

function reported({
	url,
	samples,
	errorRate,
	p95Interval,
	phases,
	...summary
}: TimingSummary): ReportTiming {
	const [low, high] = p95Interval;
	return {
		url,
		samples,
		p50: rounded(summary.p50),
		p95: rounded(summary.p95),
		p99: rounded(summary.p99),
		p95Interval: [rounded(low), high === null ? null : rounded(high)],
		errorRate,
		phases: {
			connect: rounded(phases.connect),
			firstByte: rounded(phases.firstByte),
			download: rounded(phases.download),
		},
	};
}

/** To the microsecond: what follows is the clock's arithmetic. */
function rounded(ms: number): number {
	return Math.round(ms * 1_000) / 1_000;
}
