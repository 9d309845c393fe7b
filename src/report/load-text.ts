import type { ChalkInstance } from 'chalk';
import type { ReportLoad } from '../core/report.ts';
import { type LoadPlot, loadPlot } from './load-plot.ts';
import { visible } from './visible-text.ts';

interface LoadStyle {
	readonly width: number;
	readonly ascii: boolean;
	readonly chalk: ChalkInstance;
}

type Figures = ReportLoad['intended'];

const ROWS = 8;
const LABEL = 8;
const WIDEST_PLOT = 72;

const SIGNS = {
	unicode: { p50: '█', p95: '░', limit: '┄', axis: '│', corner: '└', floor: '─', error: '✕' },
	ascii: { p50: '#', p95: ':', limit: '-', axis: '|', corner: '+', floor: '-', error: 'x' },
} as const;

const STOPS: Readonly<Record<string, string>> = {
	completed: 'ran to its end',
	'rate-limited': 'ended early: the server asked for less',
	'errors-in-a-row': 'ended early: errors',
	'error-share': 'ended early: errors',
	slow: 'ended early: too slow',
	interrupted: 'ended early',
	'not-begun': 'did not begin',
};

/** What was loaded, the figures by both clocks, and latency over time. */
export function loadText(load: ReportLoad, style: LoadStyle): string {
	const { chalk } = style;
	const { users, model, rampSeconds, holdSeconds, thinkSeconds } = load;
	const end = `${STOPS[load.stop.why] ?? load.stop.why}${load.stop.detail === '' ? '' : ` (${visible(load.stop.detail, 300)})`}`;
	const plot = loadPlot(load, Math.max(10, Math.min(style.width - LABEL - 2, WIDEST_PLOT)));
	return [
		`${chalk.bold('Load')}  ${visible(load.method)} ${visible(load.url, 500)}`,
		`  ${users} users, ${model} model, ${thinkSeconds} s apart, ramp ${rampSeconds} s, hold ${holdSeconds} s; run ${load.runId}`,
		`  ${load.endedSeconds.toFixed(1)} s: ${end}`,
		`  ${load.requests} requests, ${load.rate.toFixed(1)} a second${plannedOf(load)}, ${errorsOf(load)}`,
		'',
		...table(load),
		...(model === 'closed' ? [`  ${CLOSED}`] : []),
		...(plot === null ? [] : ['', ...drawn(plot, style)]),
	].join('\n');
}

const CLOSED =
	'Closed model: users who wait ask for nothing, so these figures hide stalls. The open model shows them.';

function plannedOf({ plannedRate }: ReportLoad): string {
	return plannedRate === null ? '' : ` (${plannedRate.toFixed(1)} planned in the hold)`;
}

function errorsOf({ errors, judged, errorKinds, samples }: ReportLoad): string {
	const kinds = errorKinds.map(({ what, count }) => `${count} × ${visible(what, 80)}`).join(', ');
	const unsent = samples.unsentMs.length;
	return (
		`${errors} of ${judged} failed${kinds === '' ? '' : ` (${kinds})`}` +
		(unsent === 0 ? '' : `, ${unsent} could not be sent in time`)
	);
}

function table(load: ReportLoad): readonly string[] {
	const rows: readonly (readonly [string, Figures | null])[] = [
		['from the intended start', load.judged === 0 ? null : load.intended],
		['from the sending', load.judged === 0 ? null : load.service],
		['one user before', load.oneUserBefore],
		['one user after', load.oneUserAfter],
	];
	const head = ['p50', 'p95', 'p99', 'max'].map((name) => name.padStart(9)).join('');
	return [
		`  ${''.padEnd(24)}${head}  95 % confidence of p95`,
		...rows.flatMap(([name, figures]) => (figures === null ? [] : [row(name, figures)])),
		`  ${'budget for p95'.padEnd(24)}${''.padStart(9)}${ms(load.limitMs)}`,
	];
}

function row(name: string, { p50, p95, p99, max, p95Interval: [low, high] }: Figures): string {
	const cells = [p50, p95, p99, max].map(ms).join('');
	const between =
		high === null ? `over ${ms(low).trim()}` : `${ms(low).trim()} to ${ms(high).trim()}`;
	return `  ${name.padEnd(24)}${cells}  ${between}`;
}

function ms(value: number): string {
	return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`.padStart(9);
}

function drawn(plot: LoadPlot, { ascii, chalk }: LoadStyle): readonly string[] {
	const signs = SIGNS[ascii ? 'ascii' : 'unicode'];
	const { columns, topMs, limitMs, seconds } = plot;
	const height = (value: number) => Math.ceil((value / topMs) * ROWS);
	const limitRow = limitMs <= topMs ? Math.max(1, height(limitMs)) : 0;
	const lines = Array.from({ length: ROWS }, (_, nth) => {
		const level = ROWS - nth;
		const cells = columns.map(({ p50, p95 }) => {
			if (p50 !== null && height(p50) >= level) return signs.p50;
			if (p95 !== null && height(p95) >= level) return signs.p95;
			return level === limitRow ? signs.limit : ' ';
		});
		const label = level === ROWS ? topMs : level === ROWS / 2 ? topMs / 2 : null;
		const name =
			level === limitRow && label === null ? 'budget' : label === null ? '' : axis(label);
		return `${name.padStart(LABEL)} ${signs.axis}${cells.join('').trimEnd()}`;
	});
	const errors = columns.map(({ errors: count }) => (count > 0 ? signs.error : ' ')).join('');
	const end = `${seconds.toFixed(0)} s`;
	const foot = `${''.padStart(LABEL + 1)} 0${end.padStart(columns.length - 1)}`;
	const floor = `${''.padStart(LABEL)} ${signs.corner}${signs.floor.repeat(columns.length)}`;
	return [
		...lines,
		floor,
		...(errors.trim() === ''
			? []
			: [`${'errors'.padStart(LABEL)}  ${chalk.red(errors.trimEnd())}`]),
		foot,
		`${''.padStart(LABEL + 2)}${signs.p50} p50  ${signs.p95} p95, from the intended start, over time`,
	];
}

function axis(value: number): string {
	return value >= 1_000 ? `${value / 1_000} s` : `${value} ms`;
}
