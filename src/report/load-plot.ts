import type { ReportLoad } from '../core/report.ts';

/** Latency over time: one column a stretch of time, from the intended start. */
export interface LoadPlot {
	readonly columns: readonly PlotColumn[];
	readonly seconds: number;
	/** The highest value that is drawn, in milliseconds. */
	readonly topMs: number;
	readonly limitMs: number;
	/** Where the hold begins, in columns. */
	readonly holdFrom: number;
}

interface PlotColumn {
	/** `null` where nothing should have gone out. */
	readonly p50: number | null;
	readonly p95: number | null;
	readonly errors: number;
}

/** Steps of an axis that people read. */
const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** Requests that were never sent count with what they had waited when the load ended. */
export function loadPlot(load: ReportLoad, width: number): LoadPlot | null {
	const { intendedMs, endedMs, status, fault } = load.samples.load;
	const seconds = Math.max(load.endedSeconds, 0.001);
	if (intendedMs.length === 0) return null;
	const bins = Array.from({ length: width }, () => ({ took: [] as number[], errors: 0 }));
	const binAt = (ms: number) =>
		bins[Math.min(width - 1, Math.max(0, Math.floor((ms / (seconds * 1_000)) * width)))];
	for (const [nth, at] of intendedMs.entries()) {
		const bin = binAt(at);
		bin?.took.push((endedMs[nth] ?? at) - at);
		if (bin && (fault[nth] !== 'none' || (status[nth] ?? 0) >= 500)) bin.errors += 1;
	}
	for (const at of load.samples.unsentMs) binAt(at)?.took.push(seconds * 1_000 - at);
	const columns = bins.map(({ took, errors }): PlotColumn => {
		const sorted = took.sort((a, b) => a - b);
		const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
		return { p50: at(0.5), p95: at(0.95), errors };
	});
	const highest = Math.max(...columns.map(({ p95 }) => p95 ?? 0), 1);
	const near = load.limitMs <= 3 * highest ? load.limitMs : 0;
	return {
		columns,
		seconds,
		topMs: rounded(Math.max(highest, near)),
		limitMs: load.limitMs,
		holdFrom: Math.round((load.rampSeconds / seconds) * width),
	};
}

/** Up to the next number that stands well on an axis. */
function rounded(ms: number): number {
	const power = 10 ** Math.floor(Math.log10(ms));
	return (STEPS.find((step) => step * power >= ms) ?? 10) * power;
}
