import { z } from 'zod';
import type { AuditOptions } from './audit-options.ts';
import { CHECKS_FOLDER } from './checks-folder.ts';
import type { AnyCheck } from './core/check.ts';
import type { Report } from './core/report.ts';
import type { Target } from './core/target.ts';
import { type Audited, audit, isSelected } from './engine/audit.ts';
import { listCheckIds, loadChecks } from './engine/load-checks.ts';
import { type Observation, type Observer, replayObserver } from './engine/observer.ts';
import { BadTarget } from './engine/parse-target.ts';
import type { EvidenceHeader } from './evidence/evidence-format.ts';
import { readEvidence } from './evidence/read-evidence.ts';
import { recordPurpose } from './facts/dns/record-purpose.ts';
import { reportTotalsIn } from './facts/mail/report-totals.ts';
import { timingsIn } from './facts/timing/timing-summary.ts';
import { seenCertificates } from './facts/tls/seen-certificates.ts';
import { platformOf, platformsByHost, type Serving } from './facts/web/platform.ts';
import { compose } from './report/compose.ts';
import { serviceMap } from './report/service-map.ts';
import { VERSION } from './version.ts';

const DEADLINE_SECONDS = 48 * 3_600;

interface Ran extends Audited {
	readonly target: Target;
	readonly checks: readonly AnyCheck[];
	/** Who serves the site; `null` where no page was asked for, or nothing tells. */
	readonly serving: Serving | null;
}

/** Loads the checks that the options select and judges them. */
export async function runChecks(
	options: AuditOptions,
	{ target, observer, now }: { target: Target; observer: Observer; now: Date },
): Promise<Ran> {
	const { only = [], skip = [], accept = [], severity = {}, options: checkOptions = {} } = options;
	const ids = await listCheckIds(CHECKS_FOLDER);
	const wanted = ids.filter((id) => isSelected(id, { only, skip }));
	if (wanted.length === 0) throw new RangeError('No check is left by --only and --skip.');
	const checks = await loadChecks(CHECKS_FOLDER, wanted);
	requireOptions(checks, checkOptions);
	const policy = { only, skip, accept, severity, options: checkOptions };
	const audited = await audit({
		target,
		checks,
		observer,
		now,
		policy,
		loadCauses: (causes) => {
			const unskipped = ids.filter((id) => isSelected(id, { only: causes, skip }));
			return loadChecks(CHECKS_FOLDER, unskipped);
		},
		...(options.onProgress !== undefined && { progress: options.onProgress }),
	});
	return { ...audited, target, checks, serving: await servingOf(audited, target) };
}

/** Refuses an option that is misspelt or of another kind: it would pass for the default, or for our bug. */
function requireOptions(
	checks: readonly AnyCheck[],
	options: Readonly<Record<string, unknown>>,
): void {
	for (const { id, options: schema } of checks) {
		const given = options[id];
		if (given === undefined) continue;
		const strict = schema instanceof z.ZodObject ? schema.strict() : schema;
		const issue = strict.safeParse(given).error?.issues[0];
		if (issue === undefined) continue;
		throw new RangeError(`options.${[id, ...issue.path].join('.')}: ${issue.message}`);
	}
}

/** From what was asked for anyway: a run that looks at no site asks for none on behalf of its report. */
async function servingOf({ store }: Audited, { domain }: Target): Promise<Serving | null> {
	const looked = store.observed().some(({ probe }) => probe === 'http.exchange');
	if (domain === null || !looked) return null;
	const platform = await store.get(platformOf({ domain }));
	return platform.status === 'known' ? platform.value : null;
}

/** What was found, as the report. */
export function reportOf(
	options: AuditOptions,
	{ target, checks, findings, waivers, store, serving }: Ran,
	header: EvidenceHeader,
): Report {
	const observed = store.observed();
	return compose({
		target,
		checks,
		findings,
		waivers,
		describe: (key) => store.describe(key),
		map: serviceMap(observed, target, {
			purposeOf: recordPurpose,
			reports: reportTotalsIn(observed, target),
			certificates: seenCertificates(observed, {
				target,
				now: options.asOf ?? new Date(header.startedAt),
			}),
		}),
		timings: timingsIn(observed),
		platforms: serving?.snippetPlatforms ?? [],
		platformsByHost: platformsByHost(observed),
		platformName: serving?.name ?? null,
		complete: header.complete,
		deadlineSeconds: options.deadlineSeconds ?? DEADLINE_SECONDS,
		version: VERSION,
		startedAt: new Date(header.startedAt),
		durationMs: header.durationMs,
		vantage: header.vantage,
	});
}

/** Judges a recording; `domain`, where it is known, must be the recording's. */
export async function auditRecording(
	options: AuditOptions,
	{ folder, domain }: { folder: string; domain: string | null },
): Promise<Report> {
	const { header, observations } = await readEvidence(folder);
	if (domain !== null && domain !== header.target.domain) {
		throw new BadTarget(`${folder} is a recording of ${header.target.domain}, not of ${domain}`);
	}
	const observer = replayObserver(observations as readonly Observation[]);
	const now = options.asOf ?? new Date(header.startedAt);
	const audited = await runChecks(options, { target: header.target, observer, now });
	return reportOf(options, audited, header);
}
