import type { LoadRun, LoadSamples, LoadStop, TimingFault } from '../../core/io.ts';
import type { LoadPlan } from '../../core/load-plan.ts';
import { limitOf } from '../../core/sequential-plan.ts';
import {
	failBound,
	isClustered,
	nearestRank,
	P95_SHARE,
	P99_SHARE,
	passBound,
	quantileInterval,
	samplesForPass,
} from '../timing/timing-statistics.ts';
import { FAULT_WORDS } from '../timing/timing-summary.ts';
import { densest, longestStall, type Stall, trendOf } from './load-shapes.ts';

/** What one load says. Times in milliseconds, from the intended start unless told. */
export interface LoadSummary {
	readonly plan: LoadPlan;
	readonly runId: string;
	readonly stop: LoadStop;
	/** When the load ended, after its first user's start. */
	readonly endedMs: number;
	readonly isPage: boolean;
	readonly budgetMs: number;
	/** What samples were held against: the budget, with the round trip where that is over half of it. */
	readonly limitMs: number;
	readonly roundTrip: number | null;
	/**
	 * Requests that are judged: those of the hold; all of them where it did not come to its end; those of
	 * one user where nothing was loaded.
	 */
	readonly samples: number;
	/** Of those, at or above the limit; errors and requests that were never sent in time are among them. */
	readonly over: number;
	readonly errors: number;
	/** What they were, most frequent first. */
	readonly errorKinds: readonly (readonly [what: string, count: number])[];
	/** Answers of 400 to 499: refusals, and nothing of what customers get. */
	readonly clientErrors: number;
	/** Should have gone out, and did not before the end, because earlier ones were waited for. */
	readonly unsent: number;
	readonly intended: Quantiles;
	/** The same samples from the moment when each was sent: what a stalled server hides. */
	readonly service: Quantiles;
	/** One user, before and after; `null` where that was not measured. */
	readonly before: Quantiles | null;
	readonly after: Quantiles | null;
	readonly p95: LoadDecision;
	readonly errorRate: LoadDecision;
	/** Whether p95 is over twice that of one user; `null` where it cannot be told. */
	readonly degrades: 'no' | 'p95' | 'p50' | null;
	readonly recovers: 'yes' | 'no-p95' | 'no-p50' | null;
	readonly slips: boolean;
	/** Answers that came by the end, of those that should have; `null` where that is not told. */
	readonly throughput: { readonly completed: number; readonly planned: number } | null;
	/** Answers a second, over the whole load. */
	readonly rate: number;
	readonly stall: Stall | null;
	/** Medians of the thirds of the load, where they rise. */
	readonly rise: readonly [number, number, number] | null;
	/** The beginning and the rest; `null` where one of them is too short to compare. */
	readonly beginning: {
		readonly ms: number;
		readonly first: Quantiles;
		readonly rest: Quantiles;
		readonly isSlow: boolean;
	} | null;
	/** In all phases, one user's too. */
	readonly refusedConnections: number;
	readonly timeouts: number;
	readonly tlsFailures: number;
	/** The most answers of 500 and above within a second; `null` for none. */
	readonly burst: { readonly count: number; readonly atMs: number } | null;
	/** Answers that held another user's marker, and whether one user alone got such too. */
	readonly foreign: {
		readonly answers: number;
		readonly users: number;
		readonly looked: number;
		readonly alone: number;
	};
	/** The first failure of each kind, in words. */
	readonly failures: LoadRun['failures'];
	readonly noise: LoadRun['noise'];
	readonly isNoisy: boolean;
}

export interface Quantiles {
	readonly samples: number;
	readonly p50: number;
	readonly p95: number;
	readonly p99: number;
	readonly max: number;
	/** 95 % confidence; `null` where the samples give no upper bound. */
	readonly p95Interval: readonly [low: number, high: number | null];
	readonly p50Interval: readonly [low: number, high: number | null];
}

export type LoadDecision =
	| { readonly says: 'pass' | 'fail' }
	/** `missing`: further good requests that a pass needs at least. */
	| { readonly says: 'open'; readonly because: LoadOpen; readonly missing: number };

export type LoadOpen =
	| 'few'
	/** It would be a pass, and the run was broken off. */
	| 'ended'
	/** It would be a pass, and the slow ones came in blocks. */
	| 'clustered'
	/** Our own machine was too busy for a decision so near to the budget. */
	| 'noisy';

/** p95 from the intended start, by what is answered: as an audit times them. */
const BUDGET_MS = { api: 300, page: 2_000 } as const;
/** A difference that no customer notices, and that timers alone can make. */
const LEAST_MS = 10;
/** Above these the measuring thread was not quiet. */
const NOISY = { pingMs: 5, loopMs: 10 } as const;

export function summariseLoad(
	plan: LoadPlan,
	run: LoadRun,
	{ isPage, firstMs }: { readonly isPage: boolean; readonly firstMs: number },
): LoadSummary {
	const { stop, noise } = run;
	const budgetMs = plan.budgetMs ?? BUDGET_MS[isPage ? 'page' : 'api'];
	const limitMs = limitOf(budgetMs, run.roundTripMs);
	const noiseMs = Math.max(noise.pingP95Ms, noise.loopDelayP99Ms);
	const leastMs = LEAST_MS + noiseMs;
	const isNoisy = noise.pingP95Ms > NOISY.pingMs || noise.loopDelayP99Ms > NOISY.loopMs;
	const all = rowsOf(run.under);
	const isWhole = stop.why === 'completed';
	const judged = isWhole ? all.filter(({ intendedMs }) => intendedMs >= plan.rampMs) : all;
	const rows = stop.why === 'not-begun' ? rowsOf(run.before) : judged;
	const unsent = run.unsentMs
		.filter((at) => !isWhole || at >= plan.rampMs)
		.map((at) => run.endedMs - at);
	const lateEnough = unsent.filter((waited) => waited >= limitMs);
	const took = [...rows.map(intendedTime), ...lateEnough];
	const overs = [...rows.map((row) => isOver(row, limitMs)), ...lateEnough.map(() => true)];
	const errors = rows.filter(isError);
	const intended = quantiles(took, [...rows.map(isError), ...lateEnough.map(() => false)], limitMs);
	const service = quantiles(rows.map(serviceTime), rows.map(isError), limitMs);
	const before = whole(rowsOf(run.before), limitMs);
	const after = run.after === null ? null : whole(rowsOf(run.after), limitMs);
	const every = [rowsOf(run.before), all, run.after === null ? [] : rowsOf(run.after)].flat();
	const ended = stop.why === 'completed' || stop.why === 'not-begun';
	return {
		plan,
		runId: run.runId,
		stop,
		endedMs: run.endedMs,
		isPage,
		budgetMs,
		limitMs,
		roundTrip: run.roundTripMs,
		samples: took.length,
		over: overs.filter(Boolean).length,
		errors: errors.length,
		errorKinds: kindsOf(errors),
		clientErrors: rows.filter(({ status }) => status >= 400 && status < 500).length,
		unsent: run.unsentMs.length,
		intended,
		service,
		before,
		after,
		p95: decideP95({ rows, lateEnough, limitMs, noiseMs, ended, overs }),
		errorRate: decideErrors(rows.length, errors.length, ended),
		degrades: compared(intended, before, { times: 2, leastMs, ...DEGRADES }),
		recovers: compared(after, before, { times: 1.5, leastMs, ...RECOVERS }),
		slips: !isNoisy && slipsIn(rows, lateEnough, { service, limitMs }),
		throughput: throughputOf(plan, run, all, before),
		rate: run.endedMs > 0 ? all.length / (run.endedMs / 1_000) : 0,
		stall: stallIn(plan, run, all),
		rise: riseOf(rows, leastMs, stop),
		beginning: beginningOf(all, { ms: firstMs, leastMs, limitMs }),
		refusedConnections: every.filter(({ fault }) => fault === 'refused').length,
		timeouts: every.filter(({ fault }) => fault === 'silent' || fault === 'cut').length,
		tlsFailures: every.filter(({ fault }) => fault === 'tls-failed' || fault === 'not-tls').length,
		burst: burstIn([rowsOf(run.before), all, run.after === null ? [] : rowsOf(run.after)]),
		foreign: foreignOf(run, all),
		failures: run.failures,
		noise,
		isNoisy,
	};
}

// ── Rows ─────────────────────────────────────────────────────────────────────────────────────────

interface LoadRow {
	readonly intendedMs: number;
	readonly sentMs: number;
	readonly endedMs: number;
	readonly status: number;
	readonly fault: TimingFault;
	readonly user: number;
}

function rowsOf(samples: LoadSamples): readonly LoadRow[] {
	return samples.intendedMs.map((intendedMs, nth) => ({
		intendedMs,
		sentMs: samples.sentMs[nth] ?? intendedMs,
		endedMs: samples.endedMs[nth] ?? intendedMs,
		status: samples.status[nth] ?? 0,
		fault: samples.fault[nth] ?? 'none',
		user: samples.user[nth] ?? 0,
	}));
}

/** No good answer: none at all, a status of 500 and above, a body that is not what it must be. */
function isError({ fault, status }: Pick<LoadRow, 'fault' | 'status'>): boolean {
	return fault !== 'none' || status >= 500;
}

function intendedTime({ intendedMs, endedMs }: LoadRow): number {
	return endedMs - intendedMs;
}

function serviceTime({ sentMs, endedMs }: LoadRow): number {
	return endedMs - sentMs;
}

function isOver(row: LoadRow, limitMs: number): boolean {
	return isError(row) || intendedTime(row) >= limitMs;
}

function kindsOf(errors: readonly LoadRow[]): LoadSummary['errorKinds'] {
	const counts = new Map<string, number>();
	for (const { status, fault } of errors) {
		const what = status >= 500 ? String(status) : FAULT_WORDS[fault];
		counts.set(what, (counts.get(what) ?? 0) + 1);
	}
	return [...counts].sort(([, a], [, b]) => b - a);
}

// ── Decisions ────────────────────────────────────────────────────────────────────────────────────

function decideP95({
	rows,
	lateEnough,
	limitMs,
	noiseMs,
	ended,
	overs,
}: {
	readonly rows: readonly LoadRow[];
	readonly lateEnough: readonly number[];
	readonly limitMs: number;
	readonly noiseMs: number;
	readonly ended: boolean;
	readonly overs: readonly boolean[];
}): LoadDecision {
	const n = overs.length;
	const overAt = (limit: number) =>
		rows.filter((row) => isOver(row, limit)).length +
		lateEnough.filter((waited) => waited >= limit).length;
	const over = overAt(limitMs);
	const fails = failBound(n, P95_SHARE);
	const passes = passBound(n, P95_SHARE);
	const open = (because: LoadOpen): LoadDecision => ({ says: 'open', because, missing: 0 });
	if (fails !== null && over >= fails) {
		return overAt(limitMs + noiseMs) >= fails ? { says: 'fail' } : open('noisy');
	}
	if (passes === null || over > passes) {
		const missing = Math.max(1, samplesForPass(over, P95_SHARE) - n);
		return { says: 'open', because: 'few', missing };
	}
	if (!ended) return open('ended');
	if (isClustered(overs)) return open('clustered');
	return overAt(limitMs - noiseMs) <= passes ? { says: 'pass' } : open('noisy');
}

function decideErrors(n: number, errors: number, ended: boolean): LoadDecision {
	const fails = failBound(n, P99_SHARE);
	if (fails !== null && errors >= fails) return { says: 'fail' };
	const passes = passBound(n, P99_SHARE);
	if (passes === null || errors > passes) {
		const missing = Math.max(1, samplesForPass(errors, P99_SHARE) - n);
		return { says: 'open', because: 'few', missing };
	}
	return ended ? { says: 'pass' } : { says: 'open', because: 'ended', missing: 0 };
}

/** Of both clocks' p95: a tenth, and more than timers are off by. */
const SLIP = { times: 1.1, ms: 5 } as const;

/**
 * Whether users had to wait for their answers before they could ask again. Only that counts: what this
 * machine was late by is no fault of the server.
 */
function slipsIn(
	rows: readonly LoadRow[],
	unsent: readonly number[],
	{ service, limitMs }: { readonly service: Quantiles; readonly limitMs: number },
): boolean {
	const free = new Map<number, number>();
	const waited = rows.map((row) => {
		const wait = Math.max(0, (free.get(row.user) ?? 0) - row.intendedMs);
		free.set(row.user, row.endedMs);
		return wait + serviceTime(row);
	});
	const { p95 } = quantiles([...waited, ...unsent], rows.map(isError), limitMs);
	return p95 > SLIP.times * service.p95 && p95 - service.p95 > SLIP.ms;
}

const DEGRADES = { no: 'no', p95: 'p95', p50: 'p50' } as const;
const RECOVERS = { no: 'yes', p95: 'no-p95', p50: 'no-p50' } as const;

/**
 * Whether one is slower than the other by so many times and their intervals are disjoint, at p95; at the
 * median where too few samples give p95 an upper bound. A difference below `leastMs` is none.
 */
function compared<W extends string>(
	one: Quantiles | null,
	other: Quantiles | null,
	words: {
		readonly times: number;
		readonly leastMs: number;
		readonly no: W;
		readonly p95: W;
		readonly p50: W;
	},
): W | null {
	if (one === null || other === null || one.samples === 0) return null;
	const { times, leastMs } = words;
	const slower = (now: number, low: number, then: number, high: number | null) =>
		high !== null && now > times * then && low > high && now - then > leastMs;
	if (slower(one.p95, one.p95Interval[0], other.p95, other.p95Interval[1])) return words.p95;
	if (slower(one.p50, one.p50Interval[0], other.p50, other.p50Interval[1])) return words.p50;
	return other.p95Interval[1] === null ? null : words.no;
}

/** One that may have been our own is none. */
function stallIn(
	{ users, thinkMs }: LoadPlan,
	{ endedMs, noise }: LoadRun,
	rows: readonly LoadRow[],
): LoadSummary['stall'] {
	const stall = longestStall(rows, users / thinkMs, endedMs);
	return stall !== null && stall.lastedMs > 2 * noise.loopDelayMaxMs ? stall : null;
}

function throughputOf(
	plan: LoadPlan,
	{ stop, unsentMs, endedMs }: LoadRun,
	rows: readonly LoadRow[],
	before: Quantiles | null,
): LoadSummary['throughput'] {
	const isTold = stop.why === 'completed' || stop.why === 'slow';
	if (!isTold || plan.model === 'closed') return null;
	const from = plan.rampMs;
	const inHold = rows.filter(({ intendedMs }) => intendedMs >= from);
	const planned = inHold.length + unsentMs.filter((at) => at >= from).length;
	// What was sent last is answered a little later, by a server that keeps up too.
	const until = endedMs + (before?.p95 ?? 0);
	return { completed: inHold.filter((row) => row.endedMs <= until).length, planned };
}

function riseOf(rows: readonly LoadRow[], leastMs: number, { why }: LoadStop): LoadSummary['rise'] {
	if (why === 'not-begun') return null;
	const good = rows.filter((row) => !isError(row)).map(intendedTime);
	const trend = trendOf(good, leastMs);
	return trend?.isRising === true ? trend.medians : null;
}

/** Fewer say nothing of a p95. */
const FEWEST = 30;

function beginningOf(
	rows: readonly LoadRow[],
	{ ms, leastMs, limitMs }: Readonly<Record<'ms' | 'leastMs' | 'limitMs', number>>,
): LoadSummary['beginning'] {
	const first = whole(
		rows.filter(({ intendedMs }) => intendedMs < ms),
		limitMs,
	);
	const rest = whole(
		rows.filter(({ intendedMs }) => intendedMs >= ms),
		limitMs,
	);
	if (first === null || rest === null) return null;
	if (first.samples < FEWEST || rest.samples < FEWEST) return null;
	const isSlow =
		first.p95 > 3 * rest.p95 &&
		first.p95 - rest.p95 > leastMs &&
		first.p95Interval[0] > (rest.p95Interval[1] ?? rest.max);
	return { ms, first, rest, isSlow };
}

/** Each phase has a clock of its own. */
function burstIn(phases: readonly (readonly LoadRow[])[]): LoadSummary['burst'] {
	return phases
		.map((rows) =>
			densest(
				rows.filter(({ status }) => status >= 500).map(({ endedMs }) => endedMs),
				1_000,
			),
		)
		.reduce((most, one) => ((one?.count ?? 0) > (most?.count ?? 0) ? one : most), null);
}

function foreignOf(run: LoadRun, rows: readonly LoadRow[]): LoadSummary['foreign'] {
	const isForeign = ({ fault }: LoadRow) => fault === 'foreign-body';
	const foreign = rows.filter(isForeign);
	const alone = [...rowsOf(run.before), ...(run.after === null ? [] : rowsOf(run.after))];
	return {
		answers: foreign.length,
		users: new Set(foreign.map(({ user }) => user)).size,
		looked: rows.filter(({ status }) => status > 0 && status < 400).length,
		alone: alone.filter(isForeign).length,
	};
}

// ── Figures ──────────────────────────────────────────────────────────────────────────────────────

function whole(rows: readonly LoadRow[], limitMs: number): Quantiles | null {
	return rows.length === 0 ? null : quantiles(rows.map(intendedTime), rows.map(isError), limitMs);
}

/** An error counts as the slowest, and as over the limit, so that it improves nothing. */
function quantiles(
	tookMs: readonly number[],
	errors: readonly boolean[],
	limitMs: number,
): Quantiles {
	const slowest = Math.max(limitMs, ...tookMs);
	const sorted = tookMs.map((one, nth) => (errors[nth] ? slowest : one)).sort((a, b) => a - b);
	const at = (share: number) => nearestRank(sorted, share) ?? 0;
	const between = (share: number): readonly [number, number | null] => {
		const interval = quantileInterval(sorted, share);
		return [interval?.low ?? 0, interval?.high ?? null];
	};
	return {
		samples: sorted.length,
		p50: at(0.5),
		p95: at(1 - P95_SHARE),
		p99: at(1 - P99_SHARE),
		max: sorted.at(-1) ?? 0,
		p95Interval: between(1 - P95_SHARE),
		p50Interval: between(0.5),
	};
}

/** Requests a second that the plan means, once everybody is there; `null` where answers decide that. */
export function plannedRate({ users, thinkMs, model }: LoadPlan): number | null {
	return model === 'closed' ? null : (users * 1_000) / thinkMs;
}
