import type {
	TimedEndpoint,
	TimedSeries,
	TimingNoise,
	TimingRequest,
	TimingSample,
	TimingSeries,
} from '../../core/io.ts';
import type { ReportTiming } from '../../core/report.ts';
import { decide, isOver, nextLook } from '../../core/sequential-plan.ts';
import { isEventStream } from '../../core/timed-fields.ts';
import { cacheSaid } from '../cache/cache-said.ts';
import { EDGES, HOSTING } from '../web/platform-marks.ts';
import { serverTimings } from './server-timing.ts';
import {
	failBound,
	isClustered,
	nearestRank,
	P95_SHARE,
	P99_SHARE,
	passBound,
	quantileInterval,
	samplesForPass,
} from './timing-statistics.ts';

/** What the samples of one endpoint say. Times in milliseconds. */
export interface TimingSummary {
	readonly url: string;
	/** What the user named, where that redirects to `url`; else `null`. */
	readonly namedAs: string | null;
	readonly method: string;
	readonly budgetMs: number;
	/** What samples were held against: the budget, with the round trip where the server's time is judged. */
	readonly limitMs: number;
	/** Number of samples. */
	readonly samples: number;
	/** From the first start to the last. */
	readonly spanMs: number;
	/** Samples at or above the limit; errors are among them, however fast they came. */
	readonly over: number;
	/** No good answer: none at all, a status of 500 and above, a body that is not what it says. */
	readonly errors: number;
	readonly errorRate: number;
	/** What the errors were, most frequent first. */
	readonly errorKinds: readonly (readonly [what: string, count: number])[];
	/** Answers of 500 and above. */
	readonly serverErrors: number;
	/** Answers of 400 to 499. */
	readonly clientErrors: number;
	/** Answers of 300 to 499 but 304: not what those wait for who ask for it. */
	readonly elsewhere: number;
	/** Request sent to last byte; a visit is whole, with DNS. An error counts as the slowest. */
	readonly min: number;
	readonly p50: number;
	readonly p95: number;
	readonly p99: number;
	readonly max: number;
	/** 95 % confidence; `null` where the samples give no upper bound. */
	readonly p95Interval: readonly [low: number, high: number | null];
	/** The same p95 from the moment when each request should have gone out. */
	readonly intendedP95: number;
	/** Medians of answered samples. Connect and TLS are of new connections. */
	readonly phases: Phases;
	/** The same two medians of the answers that were over; `null` without such. */
	readonly slowPhases: {
		readonly samples: number;
		readonly firstByte: number;
		readonly download: number;
	} | null;
	/**
	 * p95 with the usual opening of a connection (TCP and TLS) before the request; `null` where none was
	 * seen.
	 */
	readonly newConnectionP95: number | null;
	/** Time of the shortest TCP connect, to the edge where there is one; `null` where none was seen. */
	readonly roundTrip: number | null;
	/** The way leads through a proxy of ours, so the round trip to the server was not seen. */
	readonly isProxied: boolean;
	/** A cache or proxy on the way put its name to the answers. */
	readonly isEdge: boolean;
	/** A sample less a round trip; of a visit, the document's first byte less a round trip. */
	readonly serverTime: { readonly p50: number; readonly p75: number; readonly p95: number };
	/** What the server itself says of its time (Server-Timing): medians, the largest first. */
	readonly serverTimings: readonly ServerTiming[];
	readonly connection: 'kept alive' | 'new for each request' | 'new for each visit';
	/** Samples on a kept line whose connection had to be opened. */
	readonly reopened: number;
	/** Those of them before which the server had closed it right after its answer. */
	readonly dropped: number;
	/** Answers that say `Connection: close`. */
	readonly closing: number;
	/** The round trip is over half the budget, so the server's own time was held against it. */
	readonly judgedWithoutRoundTrip: boolean;
	readonly plan: 'sequential' | 'fixed';
	readonly decision: TimingDecision;
	/** Further samples that a pass needs if none of them is over; 0 where the plan is decided. */
	readonly missing: number;
	readonly errorDecision: 'pass' | 'fail' | 'not-enough';
	/** Samples that are over follow each other more often than chance allows. */
	readonly isClustered: boolean;
	/** No sample was answered, not even begun to be, and there were as many as it takes to say so. */
	readonly isUnreachable: boolean;
	/** It is a stream of events, which has no last byte. */
	readonly isStream: boolean;
	/** The first failure, in words, and its kind, ours before theirs; `null` without one. */
	readonly failure: { readonly fault: TimingSample['fault']; readonly detail: string } | null;
	/** The very first request; `null` where none was answered. */
	readonly cold: { readonly tookMs: number; readonly connectMs: number } | null;
	/** Requests after idleness, in order; errors are `null`. */
	readonly idle: readonly (number | null)[];
	readonly redirects: { readonly count: number; readonly tookMs: number };
	/** Median of the body as sent. */
	readonly bytes: number;
	/** Content-Encoding and Content-Type of most answers; empty without. */
	readonly encoding: string;
	readonly type: string;
	/** Answers that a cache says it had, and those that it says it had not, or that do not say. */
	readonly cache: { readonly hits: number; readonly others: number };
	/** Fields of the last answer that say why a cache may not keep it. */
	readonly cacheControl: string;
	readonly noise: TimingNoise;
}

interface ServerTiming {
	readonly name: string;
	readonly description: string;
	/** Median, in milliseconds. */
	readonly durationMs: number;
}

interface Phases {
	readonly dns: number;
	readonly connect: number;
	readonly tls: number;
	readonly firstByte: number;
	readonly download: number;
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
	/** A pass by the server's clock, and none from the moment when the requests should have gone out. */
	| 'late'
	/** Our own machine was too busy for a decision so near to the budget. */
	| 'noisy'
	| 'rate-limited';

/** Tries without an answer from which on an endpoint is unreachable. */
const TRIES = 3;

/** A server that closes later than this after its answer has waited for another request (ms). */
const RIGHT_AFTER_MS = 500;

/** `null` for no samples and no reason why there are none. */
export function summarise(
	plan: TimedEndpoint,
	series: TimedSeries,
	noise: TimingNoise,
): TimingSummary | null {
	const { samples, limitMs, roundTripMs, askedForLess } = series;
	if (samples.length === 0 && !askedForLess) return null;
	const { url, method, budgetMs } = plan;
	const answered = samples.filter(isAnswered);
	const errors = samples.filter(isError);
	const sorted = ranked(samples, limitMs, ({ tookMs }) => tookMs);
	const at = (share: number) => nearestRank(sorted, share) ?? 0;
	const interval = quantileInterval(sorted, 1 - P95_SHARE);
	const reopened = samples.filter(({ newConnection }) => newConnection).length;
	const phases = phasesOf(series);
	const opening = phases.connect + phases.tls;
	return {
		url,
		namedAs: plan.namedAs ?? null,
		method,
		budgetMs,
		limitMs,
		samples: samples.length,
		spanMs: spanOf(samples),
		over: overAt(samples, limitMs),
		errors: errors.length,
		errorRate: samples.length === 0 ? 0 : errors.length / samples.length,
		errorKinds: kindsOf(errors),
		serverErrors: samples.filter(({ status }) => status >= 500).length,
		clientErrors: samples.filter(({ status }) => status >= 400 && status < 500).length,
		elsewhere: samples.filter(
			({ status }) => status >= 300 && status < 500 && status !== NOT_MODIFIED,
		).length,
		min: sorted[0] ?? 0,
		p50: at(0.5),
		p95: at(1 - P95_SHARE),
		p99: at(1 - P99_SHARE),
		max: sorted.at(-1) ?? 0,
		p95Interval: [interval?.low ?? 0, interval?.high ?? null],
		intendedP95: nearestRank(ranked(samples, limitMs, intended), 1 - P95_SHARE) ?? 0,
		phases,
		slowPhases: slowPhasesOf(samples, limitMs),
		newConnectionP95: newConnectionP95(plan, at(1 - P95_SHARE), opening),
		roundTrip: roundTripMs,
		isProxied: series.isProxied,
		isEdge: answered.some(({ headers }) => headers.some(isOfEdge)),
		serverTime: serverTimes(plan, answered, roundTripMs ?? 0),
		serverTimings: saidOfTime(answered),
		connection: connectionOf(plan, samples.length, reopened),
		reopened: plan.visit === null ? reopened : 0,
		dropped: samples.filter(
			({ closedAfterMs }) => closedAfterMs !== null && closedAfterMs <= RIGHT_AFTER_MS,
		).length,
		closing: answered.filter(({ headers }) => /\bclose\b/i.test(fieldIn(headers, 'connection')))
			.length,
		judgedWithoutRoundTrip: limitMs > budgetMs,
		plan: plan.sequential ? 'sequential' : 'fixed',
		...decided(plan, series, noise),
		errorDecision: decideErrors(samples.length, errors.length),
		isUnreachable: samples.length >= TRIES && !samples.some(isBegun),
		isStream: samples.some(({ headers }) => isEventStream(headers)),
		failure: failureIn(samples),
		cold: coldOf(series),
		idle: series.idle.map((one) => (isError(one) ? null : one.tookMs)),
		redirects: {
			count: (plan.visit?.length ?? 1) - 1,
			tookMs: median(answered.map(({ redirectMs }) => redirectMs)),
		},
		bytes: median(answered.map(({ bytes }) => bytes)),
		encoding: mostOften(answered.map(({ headers }) => encodingIn(headers))),
		type: mostOften(answered.map(({ headers }) => fieldIn(headers, 'content-type'))),
		cache: cacheUse(answered),
		cacheControl: fieldIn(answered.at(-1)?.headers ?? [], 'cache-control'),
		noise,
	};
}

// ── Decisions ────────────────────────────────────────────────────────────────────────────────────

function decided(
	plan: TimedEndpoint,
	{ samples, limitMs, askedForLess }: TimedSeries,
	noise: TimingNoise,
): Pick<TimingSummary, 'decision' | 'missing' | 'isClustered'> {
	const isBlocky = isClustered(samples.map((one) => isOver(one, limitMs)));
	const decision = askedForLess
		? 'rate-limited'
		: decisionOn(plan, samples, { limitMs, isBlocky, noise });
	const over = overAt(samples, limitMs);
	const missing = decision === 'not-enough' ? missingAfter(plan, samples.length, over) : 0;
	return { decision, missing, isClustered: isBlocky };
}

function decisionOn(
	plan: TimedEndpoint,
	samples: readonly TimingSample[],
	about: { limitMs: number; isBlocky: boolean; noise: TimingNoise },
): TimingDecision {
	const { limitMs, isBlocky } = about;
	const rule = plan.sequential ? decideSequentially : decideOnce;
	const decide = (limit: number, list = samples) => rule(list.length, overAt(list, limit));
	const decision = decide(limitMs);
	const noise = Math.max(about.noise.pingP95Ms, about.noise.loopDelayP99Ms);
	if (decision === 'pass') {
		if (isBlocky) return 'clustered';
		if (decide(limitMs - noise) !== 'pass') return 'noisy';
		const fromIntended = samples.map((one) => ({ ...one, tookMs: intended(one) }));
		return decide(limitMs, fromIntended) === 'pass' ? 'pass' : 'late';
	}
	if (decision === 'fail') return decide(limitMs + noise) === 'fail' ? 'fail' : 'noisy';
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

function missingAfter({ sequential }: TimedEndpoint, n: number, over: number): number {
	const needed = sequential ? (nextLook(n) ?? n) : samplesForPass(over, P95_SHARE);
	return Math.max(1, needed - n);
}

function decideErrors(n: number, errors: number): TimingSummary['errorDecision'] {
	const fail = failBound(n, P99_SHARE);
	if (fail !== null && errors >= fail) return 'fail';
	const pass = passBound(n, P99_SHARE);
	return pass !== null && errors <= pass ? 'pass' : 'not-enough';
}

function overAt(samples: readonly TimingSample[], limit: number): number {
	return samples.filter((one) => isOver(one, limit)).length;
}

// ── Figures ──────────────────────────────────────────────────────────────────────────────────────

/** An error counts as the slowest, so that it improves nothing. */
function ranked(
	samples: readonly TimingSample[],
	limitMs: number,
	time: (sample: TimingSample) => number,
): readonly number[] {
	const slowest = Math.max(limitMs, ...samples.map(time));
	return samples.map((one) => (isError(one) ? slowest : time(one))).sort(ascending);
}

/** From when it should have gone out; what opening its connection took is no waiting. */
function intended({ lateMs, tookMs, connectMs, tlsMs, newConnection }: TimingSample): number {
	const opening = newConnection ? connectMs + tlsMs : 0;
	return Math.max(0, lateMs - opening) + tookMs;
}

function isError({ status, failure }: TimingSample): boolean {
	return failure !== '' || status >= 500;
}

/** Some whole answer, be it an error. */
function isAnswered({ status }: TimingSample): boolean {
	return status > 0;
}

/** The header came, whatever became of the body. */
function isBegun({ status, firstByteMs }: TimingSample): boolean {
	return status > 0 || firstByteMs > 0;
}

function spanOf(samples: readonly TimingSample[]): number {
	const starts = samples.map(({ intendedMs, lateMs }) => intendedMs + lateMs);
	return samples.length === 0 ? 0 : Math.max(...starts) - Math.min(...starts);
}

function kindsOf(errors: readonly TimingSample[]): TimingSummary['errorKinds'] {
	const counts = new Map<string, number>();
	for (const { status, fault } of errors) {
		const what = status >= 500 ? String(status) : FAULT_WORDS[fault];
		counts.set(what, (counts.get(what) ?? 0) + 1);
	}
	return [...counts].sort(([, a], [, b]) => b - a);
}

export const FAULT_WORDS: Readonly<Record<TimingSample['fault'], string>> = {
	none: 'no error',
	'no-such-host': 'name without an address',
	refused: 'connection refused',
	unreachable: 'no route',
	reset: 'broken connection',
	silent: 'no answer in time',
	'tls-failed': 'TLS handshake failed',
	'not-tls': 'no TLS',
	'bad-response': 'unreadable answer',
	cut: 'body not complete in time',
	'wrong-body': 'body that is not what it says',
	'foreign-body': 'body of another user',
	ours: 'not measured',
};

/** Connect and TLS of whatever connections were opened, those of warm-ups with them. */
function phasesOf({ samples, opened: before, dnsMs }: TimedSeries): Phases {
	const opened = [
		...samples.filter(({ connectMs, status }) => connectMs > 0 && status > 0),
		...before,
	];
	return {
		dns: median(dnsMs),
		connect: median(opened.map(({ connectMs }) => connectMs)),
		tls: median(opened.map(({ tlsMs }) => tlsMs)),
		...mediansOf(samples.filter(isAnswered)),
	};
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
		download: median(samples.map(({ downloadMs }) => downloadMs)),
	};
}

function newConnectionP95(
	{ visit }: TimedEndpoint,
	p95: number,
	opening: number,
): TimingSummary['newConnectionP95'] {
	if (visit !== null) return p95;
	return opening === 0 ? null : opening + p95;
}

function serverTimes(
	{ visit }: TimedEndpoint,
	answered: readonly TimingSample[],
	roundTripMs: number,
): TimingSummary['serverTime'] {
	const sorted = answered
		.map(({ firstByteMs, tookMs }) => (visit === null ? tookMs : firstByteMs))
		.map((took) => Math.max(0, took - roundTripMs))
		.sort(ascending);
	const at = (share: number) => nearestRank(sorted, share) ?? 0;
	return { p50: at(0.5), p75: at(0.75), p95: at(1 - P95_SHARE) };
}

function saidOfTime(answered: readonly TimingSample[]): TimingSummary['serverTimings'] {
	const said = new Map<string, { readonly description: string; readonly durations: number[] }>();
	for (const { headers } of answered) {
		const fields = headers.flatMap(([name, value]) => (isServerTiming(name) ? [value] : []));
		for (const { name, description, durationMs } of fields.flatMap(serverTimings)) {
			if (durationMs === null) continue;
			const one = said.get(name) ?? { description, durations: [] };
			one.durations.push(durationMs);
			said.set(name, one);
		}
	}
	return [...said]
		.map(([name, { description, durations }]) => ({
			name,
			description,
			durationMs: median(durations),
		}))
		.sort((a, b) => b.durationMs - a.durationMs)
		.slice(0, MOST_SERVER_TIMINGS);
}

function isServerTiming(name: string): boolean {
	return name.toLowerCase() === 'server-timing';
}

function connectionOf(
	{ visit }: TimedEndpoint,
	samples: number,
	reopened: number,
): TimingSummary['connection'] {
	if (visit !== null) return 'new for each visit';
	return reopened > samples / 2 ? 'new for each request' : 'kept alive';
}

function failureIn(samples: readonly TimingSample[]): TimingSummary['failure'] {
	const failures = samples.filter(({ failure }) => failure !== '');
	const failed = failures.find(({ fault }) => fault === 'ours') ?? failures[0];
	return failed === undefined ? null : { fault: failed.fault, detail: failed.failure };
}

function coldOf({ cold }: TimedSeries): TimingSummary['cold'] {
	if (cold === null || isError(cold)) return null;
	return { tookMs: cold.tookMs, connectMs: cold.connectMs + cold.tlsMs };
}

const NOT_MODIFIED = 304;
const MOST_SERVER_TIMINGS = 6;

const CACHE_FIELDS = /^(?:cf-cache-status|x-cache|x-vercel-cache|cdn-cache|cache-status|age|via)$/i;
const EDGE_MARKS = [
	...EDGES,
	...HOSTING.filter(({ name }) => name === 'Vercel' || name === 'Netlify'),
].flatMap(({ headers = [] }) => [...headers]);

/** A shared cache or an edge put it there. */
function isOfEdge([name, value]: readonly [string, string]): boolean {
	return (
		CACHE_FIELDS.test(name) ||
		EDGE_MARKS.some(([mark, pattern]) => mark === name.toLowerCase() && pattern.test(value))
	);
}

/**
 * In a series over some seconds a stored answer grows older than 0: where none does, `Age: 0` comes from
 * caches that put it on what they have just fetched.
 */
function cacheUse(answered: readonly TimingSample[]): TimingSummary['cache'] {
	const said = answered.map(({ headers }) => cacheSaid(headers));
	const counts = said.includes('hit') ? ['hit', 'age-zero'] : ['hit'];
	const hits = said.filter((one) => counts.includes(one)).length;
	return { hits, others: answered.length - hits };
}

/** RFC 9110 §8.4.1: `identity` is none. */
function encodingIn(headers: TimingSample['headers']): string {
	const said = fieldIn(headers, 'content-encoding').trim().toLowerCase();
	return said === 'identity' ? '' : said;
}

function mostOften(values: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}

function fieldIn(headers: TimingSample['headers'], wanted: string): string {
	return headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
}

function median(values: readonly number[]): number {
	return nearestRank([...values].sort(ascending), 0.5) ?? 0;
}

function ascending(a: number, b: number): number {
	return a - b;
}

/** What opening connections to one host takes, over all of its endpoints. Milliseconds, medians. */
export interface HostTiming {
	readonly host: string;
	/** Connections of which both are known. */
	readonly opened: number;
	readonly connect: number;
	/** 0 on plain http. */
	readonly tls: number;
	/** Look-ups that were answered from the resolver's memory. */
	readonly dns: number;
	/** A first visit or request, from the look-up to the last byte. */
	readonly total: number;
	readonly noise: TimingNoise;
}

/** `null` where no endpoint of it was answered. Walks by way of another host say nothing of this one. */
export function openingsOf(
	host: string,
	series: readonly TimedSeries[],
	noise: TimingNoise,
	exchanges: readonly { readonly connect: number; readonly tls: number }[] = [],
): HostTiming | null {
	const answered = series.flatMap(({ samples, cold }) =>
		[...(cold === null ? [] : [cold]), ...samples].filter(isAnswered),
	);
	if (answered.length === 0) return null;
	const opened = [
		...series
			.flatMap(({ samples }) => samples.filter(isAnswered))
			.filter(({ redirectMs }) => redirectMs === 0)
			.map(({ connectMs, tlsMs }) => ({ connect: connectMs, tls: tlsMs })),
		...series
			.flatMap(({ opened: before }) => [...before])
			.map(({ connectMs, tlsMs }) => ({ connect: connectMs, tls: tlsMs })),
		...exchanges,
	].filter((one) => one.connect > 0);
	const connect = median(opened.map((one) => one.connect));
	const tls = median(opened.map((one) => one.tls));
	const looked = series.filter(({ dnsMs }) => dnsMs.length > 0);
	const dns = median(looked.flatMap(({ dnsMs }) => [...dnsMs]));
	const visits = looked.flatMap(({ samples }) => samples.filter(isAnswered));
	const total =
		visits.length > 0
			? median(visits.map(({ tookMs }) => tookMs))
			: connect + tls + median(answered.map(({ tookMs }) => tookMs));
	return { host, opened: opened.length, connect, tls, dns, total, noise };
}

// ── Report ───────────────────────────────────────────────────────────────────────────────────────

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
		const { endpoints, noise } = value as TimingSeries;
		return endpoints.flatMap((series) => {
			const plan = plans.find((one) => one.url === series.url);
			const summary = plan === undefined ? null : summarise(plan, series, noise);
			if (summary === null || summary.samples === 0) return [];
			const status = series.samples.filter(isAnswered).at(-1)?.status ?? null;
			return [{ ...reported(summary), status }];
		});
	});
}

/** The name of the probe that takes the samples. */
export const SERIES = 'timing.series';

function reported(summary: TimingSummary): ReportTiming {
	const { url, namedAs, method, samples, errorRate, phases, serverTime, redirects } = summary;
	const [low, high] = summary.p95Interval;
	const roundedOrNull = (ms: number | null) => (ms === null ? null : rounded(ms));
	return {
		url,
		...(namedAs !== null && { namedAs }),
		method,
		samples,
		p50: rounded(summary.p50),
		p95: rounded(summary.p95),
		p99: rounded(summary.p99),
		p95Interval: [rounded(low), roundedOrNull(high)],
		errorRate,
		phases: {
			connect: rounded(phases.connect + phases.tls),
			firstByte: rounded(phases.firstByte),
			download: rounded(phases.download),
			dns: rounded(phases.dns),
		},
		budgetMs: summary.budgetMs,
		limitMs: rounded(summary.limitMs),
		over: summary.over,
		errors: summary.errors,
		min: rounded(summary.min),
		max: rounded(summary.max),
		intendedP95: rounded(summary.intendedP95),
		newConnectionP95: roundedOrNull(summary.newConnectionP95),
		roundTrip: roundedOrNull(summary.roundTrip),
		isEdge: summary.isEdge,
		serverTime: { p50: rounded(serverTime.p50), p95: rounded(serverTime.p95) },
		serverTimings: summary.serverTimings.map((one) => ({
			...one,
			durationMs: rounded(one.durationMs),
		})),
		connection: summary.connection,
		reopened: summary.reopened,
		plan: summary.plan,
		spanMs: rounded(summary.spanMs),
		decision: summary.decision,
		missing: summary.missing,
		redirects: { count: redirects.count, tookMs: rounded(redirects.tookMs) },
		bytes: summary.bytes,
		encoding: summary.encoding,
		cache: summary.cache,
	};
}

/** To the microsecond: what follows is the clock's arithmetic. */
function rounded(ms: number): number {
	return Math.round(ms * 1_000) / 1_000;
}
