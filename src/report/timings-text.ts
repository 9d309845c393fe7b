import type { ChalkInstance } from 'chalk';
import type { ReportTiming } from '../core/report.ts';
import { visible } from './visible-text.ts';

/**
 * What was timed, a few lines for each URL: p95 beside its budget, and what it is made of. `verbose`
 * adds the phases. The lines are not wrapped; those below a URL are indented by four.
 */
export function timingsText(
	timings: readonly ReportTiming[],
	{ chalk, verbose }: { readonly chalk: ChalkInstance; readonly verbose: boolean },
): string {
	return [
		chalk.bold(`Timing (${timings.length})`),
		...timings.flatMap((one) =>
			one.errors === one.samples
				? [title(one), `    ${NOTHING} ${one.samples} samples`]
				: [
						title(one),
						`    ${p95Line(one, chalk)}`,
						`    ${spreadLine(one)}`,
						`    ${connectionLine(one)}`,
						...(verbose ? [`    ${phasesLine(one)}`, `    ${sentLine(one)}`] : []),
						...saidLines(one),
					],
		),
	].join('\n');
}

const NOTHING = 'no good answer in';

function title({ url, method, namedAs }: ReportTiming): string {
	const named =
		namedAs === undefined ? '' : ` (named as ${visible(namedAs)}, which redirects here)`;
	return `  ${method === 'HEAD' ? 'HEAD ' : ''}${visible(url)}${named}`;
}

function p95Line(one: ReportTiming, chalk: ChalkInstance): string {
	const [low, high] = one.p95Interval;
	const between = high === null ? `over ${ms(low)}` : `${ms(low)} to ${ms(high)}`;
	const budget = one.budgetMs === undefined ? '' : `, budget ${ms(one.budgetMs)}`;
	const far =
		one.limitMs !== undefined && one.limitMs > (one.budgetMs ?? 0)
			? ' of server time, since this machine is far away'
			: '';
	const p95 = chalk.bold(`p95 ${ms(one.p95)}`);
	return `${p95} (95 % confidence: ${between})${budget}${far}: ${decisionIn(one, chalk)}`;
}

const UNDECIDED: Readonly<Record<string, string>> = {
	undecided: 'on the line, neither is proved',
	clustered: 'not proved, slow answers came in blocks',
	late: 'not proved, requests had to wait for each other',
	noisy: 'not proved, this machine was too busy',
	'rate-limited': 'not timed, the server asked us to slow down',
};

function decisionIn({ decision, missing = 0 }: ReportTiming, chalk: ChalkInstance): string {
	if (decision === 'pass') return chalk.green('kept');
	if (decision === 'fail') return chalk.red('broken');
	return (
		UNDECIDED[decision ?? ''] ?? `provisional, a verdict needs ${missing} more samples at least`
	);
}

function spreadLine(one: ReportTiming): string {
	const { samples, spanMs = 0, plan, over = 0, errors = 0, min = 0, max = 0 } = one;
	return (
		`${samples} samples over ${(spanMs / 1_000).toFixed(1)} s (${plan ?? 'fixed'} plan), ` +
		`${over} over, ${errors} errors; min ${ms(min)}, p50 ${ms(one.p50)}, p99 ${ms(one.p99)}, max ${ms(max)}`
	);
}

function connectionLine(one: ReportTiming): string {
	const { connection = '', reopened = 0, roundTrip = null, newConnectionP95 = null } = one;
	const isVisit = connection === 'new for each visit';
	const anew = reopened > 0 ? ` (opened anew for ${reopened})` : '';
	return [
		`connection ${connection}${anew}`,
		...(newConnectionP95 === null || isVisit
			? []
			: [`p95 with a new one about ${ms(newConnectionP95)}`]),
		roundTrip === null
			? 'no round trip seen'
			: `${one.isEdge === true ? 'edge round trip' : 'round trip'} ${ms(roundTrip)}`,
		...(one.serverTime === undefined
			? []
			: [
					`${isVisit ? 'server time to the first byte' : 'server time'} p50 ${ms(one.serverTime.p50)}, p95 ${ms(one.serverTime.p95)}`,
				]),
	].join('; ');
}

function phasesLine({ phases, redirects, intendedP95 = 0 }: ReportTiming): string {
	const { count = 0, tookMs = 0 } = redirects ?? {};
	const on = count === 0 ? 'no redirect on the way' : `${count} redirects ${ms(tookMs)}`;
	return (
		`medians: DNS ${ms(phases.dns ?? 0)}, TCP and TLS ${ms(phases.connect)}, ${on}, ` +
		`first byte ${ms(phases.firstByte)}, download ${ms(phases.download)}; p95 from the intended start ${ms(intendedP95)}`
	);
}

function sentLine({ bytes = 0, encoding = '', cache }: ReportTiming): string {
	const { hits = 0, others = 0 } = cache ?? {};
	const how = encoding === '' ? 'not compressed' : `as ${visible(encoding)}`;
	return `${Math.round(bytes)} bytes, ${how}; ${hits} of ${hits + others} answered by a cache`;
}

function saidLines({ serverTimings = [] }: ReportTiming): readonly string[] {
	if (serverTimings.length === 0) return [];
	const said = serverTimings.map(({ name, description, durationMs }) => {
		const what = description === '' || description === name ? name : `${name} (${description})`;
		return `${visible(what)} ${ms(durationMs)}`;
	});
	return [`    the server says of itself (Server-Timing): ${said.join(', ')}`];
}

function ms(value: number): string {
	return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
