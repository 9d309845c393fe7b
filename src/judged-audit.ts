import type { AuditOptions } from './audit-options.ts';
import type { Report } from './core/report.ts';
import type { Target } from './core/target.ts';
import type { Audited } from './engine/audit.ts';
import { type Observation, type Observer, replayObserver } from './engine/observer.ts';
import { BadTarget } from './engine/parse-target.ts';
import { wireTimes } from './evidence/critical-path.ts';
import type { EvidenceHeader } from './evidence/evidence-format.ts';
import { readEvidence } from './evidence/read-evidence.ts';
import { recordPurpose } from './facts/dns/record-purpose.ts';
import { loadsIn } from './facts/load/loads-in.ts';
import { reportTotalsIn } from './facts/mail/report-totals.ts';
import { type HealthEndpoint, healthEndpoints } from './facts/monitoring/health-endpoints.ts';
import { timingsIn } from './facts/timing/timing-summary.ts';
import { seenCertificates } from './facts/tls/seen-certificates.ts';
import { oldUrlsIn } from './facts/web/old-urls.ts';
import { platformOf, platformsByHost, type Serving } from './facts/web/platform.ts';
import { compose } from './report/compose.ts';
import { serviceMap } from './report/service-map.ts';
import { DEADLINE_SECONDS, type Judged, judgeChecks } from './run-checks.ts';
import { VERSION } from './version.ts';

/** What was judged, and who serves the site. */
export interface Ran extends Judged {
	/** Who serves the site; `null` where no page was asked for, or nothing tells. */
	readonly serving: Serving | null;
	/** `null` where no check looked for health endpoints, or their hosts could not be told. */
	readonly health: readonly HealthEndpoint[] | null;
}

/** What a report is made of. */
export type Reported = Omit<Ran, 'store'> & {
	readonly store: Pick<Audited['store'], 'observed' | 'describe'>;
};

/** Loads the checks that the options select and judges them. */
export async function runChecks(
	options: AuditOptions,
	request: { target: Target; observer: Observer; now: Date },
): Promise<Ran> {
	const judged = await judgeChecks(options, request);
	const { target } = request;
	return {
		...judged,
		serving: await servingOf(judged, target),
		health: await healthOf(judged, target),
	};
}

/** From what was asked for anyway: a run that looks at no site asks for none on behalf of its report. */
async function servingOf({ store }: Audited, { domain }: Target): Promise<Serving | null> {
	const looked = store.observed().some(({ probe }) => probe === 'http.exchange');
	if (domain === null || !looked) return null;
	const platform = await store.get(platformOf({ domain }));
	return platform.status === 'known' ? platform.value : null;
}

/** From what the checks of health asked anyway. */
async function healthOf({ store, checks }: Judged, target: Target): Promise<Ran['health']> {
	if (!checks.some(({ id }) => id === 'monitoring/health')) return null;
	const found = await store.get(healthEndpoints(target));
	return found.status === 'known' ? found.value : null;
}

/** What was found, as the report. */
export function reportOf(
	options: AuditOptions,
	{ target, checks, findings, waivers, store, serving, health }: Reported,
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
			oldUrls: oldUrlsIn(observed, target),
			health: health === null ? null : health.map(healthRow),
		}),
		timings: timingsIn(observed),
		loads: loadsIn(observed),
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

function healthRow({ url, state, looks, detail }: HealthEndpoint) {
	const status = looks.at(-1)?.status ?? null;
	return { url, state, status, cached: looks.some(({ cache }) => cache !== ''), detail };
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
	options.onMeasured?.(wireTimes(observations), header.durationMs);
	return reportOf(options, audited, header);
}
