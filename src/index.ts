/**
 * The programmatic API: the same audit as the command line's, as a function. It prints nothing and
 * never exits; what it throws is wrong usage (`BadTarget`, `BadEvidence`, `RangeError`) or a bug.
 */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import { CHECKS_FOLDER } from './checks-folder.ts';
import type { AnyCheck } from './core/check.ts';
import { Unobserved } from './core/fact.ts';
import type { Waiver } from './core/finding.ts';
import type { Io } from './core/io.ts';
import type { Report } from './core/report.ts';
import type { Severity } from './core/severity.ts';
import type { Target } from './core/target.ts';
import { type Audited, type Progress, audit as runAudit } from './engine/audit.ts';
import { selects } from './engine/judge.ts';
import { listCheckIds, loadChecks } from './engine/load-checks.ts';
import {
	liveObserver,
	type Observation,
	type Observer,
	planningObserver,
	replayObserver,
} from './engine/observer.ts';
import { BadTarget, parseTarget } from './engine/parse-target.ts';
import type { EvidenceHeader } from './evidence/evidence-format.ts';
import { readEvidence } from './evidence/read-evidence.ts';
import { writeEvidence } from './evidence/write-evidence.ts';
import { timingsIn } from './facts/timing/timing-summary.ts';
import { platformOf } from './facts/web/platform.ts';
import { createFiles } from './files/create-files.ts';
import { systemClock } from './net/clock.ts';
import { createNet, type NetSettings } from './net/io.ts';
import { compose } from './report/compose.ts';
import { serviceMap } from './report/service-map.ts';
import { USER_AGENT, VERSION } from './version.ts';

export type { Report, ReportFinding } from './core/report.ts';
export type { Progress } from './engine/audit.ts';
export { BadTarget } from './engine/parse-target.ts';
export { BadEvidence } from './evidence/read-evidence.ts';
export { assessChain } from './facts/tls/assess-chain.ts';

/** Everything that an audit can be told. All of it is optional but a target: domain, repo or replay. */
export interface AuditOptions {
	/** A domain, or a URL whose host is meant. */
	readonly domain?: string | undefined;
	/** Folder of the repository. */
	readonly repo?: string | undefined;
	readonly hosts?: readonly string[] | undefined;
	readonly endpoints?: readonly string[] | undefined;
	readonly dkimSelectors?: readonly string[] | undefined;
	readonly sends?: boolean | undefined;
	readonly bulk?: boolean | undefined;
	/** Prefixes of ids to run, and to leave out. */
	readonly only?: readonly string[] | undefined;
	readonly skip?: readonly string[] | undefined;
	readonly accept?: readonly Waiver[] | undefined;
	readonly severity?: Readonly<Record<string, Severity>> | undefined;
	/** Options of checks, by check id. */
	readonly options?: Readonly<Record<string, unknown>> | undefined;
	/** Seconds within which a GO is wanted. Default 48 hours. */
	readonly deadlineSeconds?: number | undefined;
	/**
	 * Seconds after which the audit ends, whatever the target does. Default 60; named endpoints extend
	 * it by `ENDPOINT_PLAN_SECONDS`.
	 */
	readonly timeoutSeconds?: number | undefined;
	/** `IP`, `IP:PORT` or `https://…`; the system's resolver unless given. */
	readonly resolver?: string | undefined;
	readonly resolve?: NetSettings['resolve'];
	readonly caFiles?: readonly string[] | undefined;
	/** Folder to record the evidence in. */
	readonly record?: string | undefined;
	/** Folder of a recording to judge again, without a network. */
	readonly replay?: string | undefined;
	/** Judge as of this moment; the recording's or the present one unless given. */
	readonly asOf?: Date | undefined;
	/** Environment that is read for proxies and NODE_EXTRA_CA_CERTS. */
	readonly env?: NetSettings['env'] | undefined;
	/** Folder for the user's own state: the key of secret fingerprints. */
	readonly configFolder?: string | undefined;
	/** Stops the audit; what was gathered until then is reported. */
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((event: Progress) => void) | undefined;
	/** Where addresses really are: the lab's internet. */
	readonly addressMap?: NetSettings['addressMap'];
}

const DEADLINE_SECONDS = 48 * 3_600;
const TIMEOUT_SECONDS = 60;
/** Up to 300 samples of every named endpoint, side by side, four a second, and some of them slow. */
export const ENDPOINT_PLAN_SECONDS = 120;

/**
 * Audits a domain, a repository, both, or a recording. Settles within the time limit; the report says
 * `complete: false` where it or the signal cut the audit short.
 */
export async function audit(options: AuditOptions): Promise<Report> {
	return options.replay === undefined
		? auditLive(options)
		: auditRecording(options, options.replay);
}

/** Every request that an audit would send, sorted; nothing is sent. */
export async function plan(options: AuditOptions): Promise<readonly string[]> {
	const lines = new Set<string>();
	await run(options, {
		target: targetOf(options),
		observer: planningObserver((line) => lines.add(line)),
		now: options.asOf ?? systemClock.now(),
	});
	return [...lines].sort();
}

async function auditLive(options: AuditOptions): Promise<Report> {
	const target = targetOf(options);
	const limit = limits(options);
	try {
		return await auditWithin(limit.signal, target, options);
	} finally {
		limit.clear();
	}
}

async function auditWithin(
	signal: AbortSignal,
	target: Target,
	options: AuditOptions,
): Promise<Report> {
	const startedAt = systemClock.now();
	const net = createNet({
		resolver: options.resolver,
		resolve: options.resolve,
		addressMap: options.addressMap,
		registrable: target.registrable,
		named: [...target.hosts, ...target.endpoints.map((url) => new URL(url).hostname)],
		caFiles: options.caFiles,
		env: options.env ?? {},
		userAgent: USER_AGENT,
		signal,
	});
	const io: Io = { ...net.io, files: createFiles(fileSettings(options)) };
	askAhead(io, target);
	try {
		const evidence = options.record === undefined ? null : await writeEvidence(options.record);
		const observer = liveObserver(io, signal, (one) => evidence?.record(one));
		const audited = await run(options, { target, observer, now: options.asOf ?? startedAt });
		const header: EvidenceHeader = {
			format: 'launch-ready-evidence',
			version: 1,
			tool: { name: 'launch-ready', version: VERSION },
			target,
			vantage: net.vantage,
			startedAt: startedAt.toISOString(),
			durationMs: systemClock.now().getTime() - startedAt.getTime(),
			complete: !signal.aborted,
		};
		await evidence?.finish(header);
		return await reportOf(options, audited, header);
	} finally {
		await net.close();
	}
}

async function auditRecording(options: AuditOptions, folder: string): Promise<Report> {
	const { header, observations } = await readEvidence(folder);
	const asked = options.domain === undefined ? null : targetOf(options).domain;
	if (asked !== null && asked !== header.target.domain) {
		throw new BadTarget(`${folder} is a recording of ${header.target.domain}, not of ${asked}`);
	}
	const observer = replayObserver(observations as readonly Observation[]);
	const now = options.asOf ?? new Date(header.startedAt);
	const audited = await run(options, { target: header.target, observer, now });
	return reportOf(options, audited, header);
}

interface Ran extends Audited {
	readonly target: Target;
	readonly checks: readonly AnyCheck[];
}

async function run(
	options: AuditOptions,
	{ target, observer, now }: { target: Target; observer: Observer; now: Date },
): Promise<Ran> {
	const { only = [], skip = [], accept = [], severity = {}, options: checkOptions = {} } = options;
	const ids = await listCheckIds(CHECKS_FOLDER);
	const wanted = ids.filter((id) => isSelected(id, only, skip));
	if (wanted.length === 0) throw new RangeError('No check is left by --only and --skip.');
	const checks = await loadChecks(CHECKS_FOLDER, wanted);
	const policy = { only, skip, accept, severity, options: checkOptions };
	const audited = await runAudit({
		target,
		checks,
		observer,
		now,
		policy,
		...(options.onProgress !== undefined && { progress: options.onProgress }),
	});
	return { ...audited, target, checks };
}

/** A check that the selection leaves out is not even loaded. */
function isSelected(id: string, only: readonly string[], skip: readonly string[]): boolean {
	const wanted = only.length === 0 || only.some((one) => selects(one, id) || selects(id, one));
	return wanted && !skip.some((one) => selects(one, id));
}

async function reportOf(
	options: AuditOptions,
	{ target, checks, findings, waivers, store }: Ran,
	header: EvidenceHeader,
): Promise<Report> {
	const observed = store.observed();
	const { domain } = target;
	const platform = domain === null ? null : await store.get(platformOf({ domain }));
	const serving = platform?.status === 'known' ? platform.value : null;
	return compose({
		target,
		checks,
		findings,
		waivers,
		describe: (key) => store.describe(key),
		map: serviceMap(observed, target),
		timings: timingsIn(observed),
		platform: serving?.snippetPlatform ?? null,
		platformName: serving?.name ?? null,
		complete: header.complete,
		deadlineSeconds: options.deadlineSeconds ?? DEADLINE_SECONDS,
		version: VERSION,
		startedAt: new Date(header.startedAt),
		durationMs: header.durationMs,
		vantage: header.vantage,
	});
}

function targetOf(options: AuditOptions): Target {
	const { repo } = options;
	if (options.domain === undefined && repo === undefined) {
		throw new BadTarget(
			'Nothing to audit. Give a domain (launch-ready audit example.com) or --repo DIR.',
		);
	}
	return parseTarget({
		...options,
		repo: repo === undefined ? undefined : path.resolve(repo),
		seed: randomBytes(8).toString('hex'),
	});
}

/** One signal for the audit: its time limit and the user's wish to stop, each with its reason. */
function limits({ timeoutSeconds = TIMEOUT_SECONDS, endpoints = [], signal }: AuditOptions) {
	const controller = new AbortController();
	const seconds = timeoutSeconds + (endpoints.length > 0 ? ENDPOINT_PLAN_SECONDS : 0);
	const late = new Unobserved('timeout', `the audit's time limit of ${seconds} s was reached`);
	const timer = setTimeout(() => controller.abort(late), seconds * 1_000);
	const stop = () => controller.abort(new Unobserved('cancelled', 'the run was stopped'));
	if (signal?.aborted) stop();
	signal?.addEventListener('abort', stop, { once: true });
	return {
		signal: controller.signal,
		clear() {
			clearTimeout(timer);
			signal?.removeEventListener('abort', stop);
		},
	};
}

/** The user's own folder unless told, and the PATH on which git is found. */
function fileSettings({ configFolder, env }: AuditOptions) {
	return {
		configFolder: configFolder ?? path.join(homedir(), '.config', 'launch-ready'),
		searchPath: env?.['PATH'],
	};
}

/** The first packets leave before the checks are loaded; who asks later shares these answers. */
function askAhead({ dns }: Io, { domain }: Target): void {
	if (domain === null) return;
	for (const type of ['A', 'AAAA']) dns.ask({ name: domain, type }).catch(() => undefined);
}
