import { type LiveRun, runLive, targetOf } from './audit.ts';
import type { AuditOptions } from './audit-options.ts';
import { type Finding, idOf } from './core/finding.ts';
import type { Report, ReportSmoke } from './core/report.ts';
import { wait } from './net/wait.ts';
import { SMOKE_CAUSES, SMOKE_CHECKS } from './smoke-profile.ts';
import { timeLimit } from './time-limit.ts';
import { settleLooks } from './two-looks.ts';
import { askVersion } from './version-gate.ts';

export interface SmokeOptions extends AuditOptions {
	/** URL that tells the release which is running. */
	readonly versionUrl?: string | undefined;
	/** The release that must answer there. */
	readonly expectVersion?: string | undefined;
	/** Seconds to wait for it. None unless given. */
	readonly waitSeconds?: number | undefined;
	/** Seconds between two looks. 3 unless given. */
	readonly pauseSeconds?: number | undefined;
}

const TIMEOUT_SECONDS = 60;
/** A process that restarts is back by then. */
const PAUSE_SECONDS = 3;
/** What fails for the first time in the second look gets one more. */
const MOST_LOOKS = 3;

/** What an audit of the smoke profile is told, and nothing that takes long. */
export function smokeAudit(options: AuditOptions): AuditOptions {
	return { ...options, repo: undefined, envFile: undefined, only: SMOKE_CHECKS, untimed: true };
}

/**
 * The decisive checks, after the new release is there. What fails is looked at again with fresh facts,
 * and only what fails twice in a row is a finding. Settles within the time limit and the wait together.
 */
export async function smoke(options: SmokeOptions): Promise<Report> {
	const { timeoutSeconds = TIMEOUT_SECONDS, waitSeconds = 0, versionUrl } = options;
	const limit = timeLimit(timeoutSeconds + waitSeconds, options.signal);
	const { signal } = limit;
	try {
		const asked = smokeAudit(options);
		const version =
			versionUrl === undefined
				? null
				: await askVersion(
						{ url: versionUrl, expected: options.expectVersion ?? null, waitSeconds },
						{ target: targetOf(asked), options, signal },
					);
		return await looked({ ...asked, signal, timeoutSeconds }, options, version);
	} finally {
		limit.clear();
	}
}

async function looked(
	asked: AuditOptions & { readonly signal: AbortSignal },
	{ pauseSeconds = PAUSE_SECONDS, skip = [] }: SmokeOptions,
	version: ReportSmoke['version'],
): Promise<Report> {
	const began = performance.now();
	const runs: LiveRun[] = [await runLive(asked)];
	const seen = (): readonly (readonly Finding[])[] => runs.map(({ ran }) => ran.findings);
	let settled = settleLooks(seen());
	while (settled.open.length > 0 && runs.length < MOST_LOOKS && !asked.signal.aborted) {
		await wait(pauseSeconds * 1_000, asked.signal).catch(() => undefined);
		if (asked.signal.aborted) break;
		runs.push(await runLive({ ...asked, only: idsOf(settled.open), skip }));
		settled = settleLooks(seen());
	}
	const { reportOf } = await import('./judged-audit.ts');
	const [first, last] = [runs[0], runs.at(-1)] as [LiveRun, LiveRun];
	const checks = new Map(runs.flatMap(({ ran }) => ran.checks.map((one) => [one.id, one])));
	const report = reportOf(
		first.options,
		{
			...first.ran,
			checks: [...checks.values()],
			findings: settled.findings,
			store: {
				observed: () => first.ran.store.observed(),
				// The latest look that saw it.
				describe: (key) =>
					runs.map(({ ran }) => ran.store.describe(key)).findLast((one) => one !== null) ?? null,
			},
		},
		{
			...first.header,
			complete: last.header.complete && !asked.signal.aborted,
			durationMs: Math.round(performance.now() - began),
		},
	);
	const flapped = settled.flapped.map((one) => ({
		id: idOf(one),
		severity: one.severity,
		title: one.message,
		subject: one.locus.name,
	}));
	return {
		...report,
		headline: [report.headline, ...remarks(flapped.length, version)].join(' | '),
		smoke: { looks: runs.length, pauseSeconds, flapped, version },
	};
}

/** Of the profile, what belongs to these checks, and the checks that may own the cause. */
function idsOf(open: readonly string[]): readonly string[] {
	return SMOKE_CHECKS.filter(
		(id) =>
			SMOKE_CAUSES.includes(id) || open.some((check) => id === check || id.startsWith(`${check}/`)),
	);
}

function remarks(flapped: number, version: ReportSmoke['version']): readonly string[] {
	return [
		...(flapped > 0 ? [`${flapped} failed once`] : []),
		...(version === null
			? []
			: [
					{ live: 'version live', 'not-live': 'version NOT live', unknown: 'version unknown' }[
						version.state
					],
				]),
	];
}
