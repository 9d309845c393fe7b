import type { LoadRun, LoadSamples } from '../../core/io.ts';
import type { LoadPlan } from '../../core/load-plan.ts';
import type { ReportLoad } from '../../core/report.ts';
import { FIRST_MS, LOAD_RUN } from './load.ts';
import { type LoadSummary, plannedRate, type Quantiles, summariseLoad } from './load-summary.ts';

/** Every load among what was observed, as the report shows it, with all of its samples. */
export function loadsIn(
	observed: readonly {
		readonly probe: string;
		readonly params: unknown;
		readonly value: unknown;
	}[],
): readonly ReportLoad[] {
	return observed.flatMap(({ probe, params, value }) => {
		if (probe !== LOAD_RUN) return [];
		const { plan, isPage } = params as { readonly plan: LoadPlan; readonly isPage: boolean };
		const run = value as LoadRun;
		const summary = summariseLoad(plan, run, { isPage, firstMs: FIRST_MS });
		return [reported(summary, run)];
	});
}

function reported(summary: LoadSummary, run: LoadRun): ReportLoad {
	const { plan, stop, noise, before, after } = summary;
	return {
		url: plan.url,
		method: plan.method,
		runId: summary.runId,
		users: plan.users,
		model: plan.model,
		rampSeconds: plan.rampMs / 1_000,
		holdSeconds: plan.holdMs / 1_000,
		thinkSeconds: plan.thinkMs / 1_000,
		budgetMs: summary.budgetMs,
		limitMs: rounded(summary.limitMs),
		requests: run.under.status.length,
		judged: summary.samples,
		over: summary.over,
		errors: summary.errors,
		errorKinds: summary.errorKinds.map(([what, count]) => ({ what, count })),
		plannedRate: plannedRate(plan),
		rate: rounded(summary.rate),
		intended: figures(summary.intended),
		service: figures(summary.service),
		oneUserBefore: before === null ? null : figures(before),
		oneUserAfter: after === null ? null : figures(after),
		endedSeconds: summary.endedMs / 1_000,
		stop: { ...stop },
		noise: { ...noise },
		samples: {
			before: columns(run.before),
			load: columns(run.under),
			after: run.after === null ? null : columns(run.after),
			unsentMs: run.unsentMs.map(rounded),
		},
	};
}

function figures({ samples, p50, p95, p99, max, p95Interval: [low, high] }: Quantiles) {
	const p95Interval: [number, number | null] = [rounded(low), high === null ? null : rounded(high)];
	return {
		samples,
		p50: rounded(p50),
		p95: rounded(p95),
		p99: rounded(p99),
		max: rounded(max),
		p95Interval,
	};
}

function columns({ intendedMs, sentMs, endedMs, status, fault, user }: LoadSamples) {
	return {
		intendedMs: intendedMs.map(rounded),
		sentMs: sentMs.map(rounded),
		endedMs: endedMs.map(rounded),
		status: [...status],
		fault: [...fault],
		user: [...user],
	};
}

/** To the microsecond: what follows is the clock's arithmetic. */
function rounded(ms: number): number {
	return Math.round(ms * 1_000) / 1_000;
}
