import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { AuditOptions } from './audit-options.ts';
import type { DnsAnswer, Io } from './core/io.ts';
import { OLD_URL_REQUESTS, OLD_URL_SECONDS } from './core/old-url-budget.ts';
import type { Report } from './core/report.ts';
import { planSeconds } from './core/sequential-plan.ts';
import type { Target } from './core/target.ts';
import { USUAL_HOSTS } from './core/usual-hosts.ts';
import { BadTarget, parseTarget } from './engine/parse-target.ts';
import { type Waited, wireTimes } from './evidence/critical-path.ts';
import type { EvidenceHeader } from './evidence/evidence-format.ts';
import { fileSettings } from './file-settings.ts';
import type { DnsOverlay } from './given-dns.ts';
import type { Ran } from './judged-audit.ts';
import { systemClock } from './net/clock.ts';
import { createNet, type Net, type NetSettings } from './net/io.ts';
import { PROFILES } from './profiles.ts';
import { timeLimit } from './time-limit.ts';
import { USER_AGENT, VERSION } from './version.ts';

/*
 * Loaded before the first packet: as little as possible. Checks, facts and the report are imported
 * while the first answers are on their way.
 */

const TIMEOUT_SECONDS = 60;
/** With more time than this, named endpoints are let fall asleep and woken, twice. */
const COLD_START_SECONDS = 300;

/**
 * Audits a domain, a repository, both, or a recording. Settles within the time limit; the report says
 * `complete: false` where it or the signal cut the audit short.
 */
export async function audit(options: AuditOptions): Promise<Report> {
	const { replay: folder, domain } = options;
	if (folder === undefined) return auditLive(options);
	const { auditRecording } = await import('./judged-audit.ts');
	const asked = domain === undefined ? null : targetOf(options).domain;
	return auditRecording(options, { folder, domain: asked });
}

/** Every request that an audit would send, sorted; nothing is sent. */
export async function plan(given: AuditOptions): Promise<readonly string[]> {
	const lines = new Set<string>();
	const options = await withRoutes(given);
	const target = targetOf(await withFiles(options));
	const { runChecks } = await import('./judged-audit.ts');
	const { planningObserver } = await import('./engine/observer.ts');
	await runChecks(options, {
		target,
		observer: planningObserver((line) => lines.add(line)),
		now: options.asOf ?? systemClock.now(),
	});
	return [...lines].sort();
}

async function auditLive(given: AuditOptions): Promise<Report> {
	const { options, ran, header } = await runLive(given);
	const { reportOf } = await import('./judged-audit.ts');
	return reportOf(options, ran, header);
}

/** What a live audit found, before it is a report. */
export interface LiveRun {
	/** With what their files say. */
	readonly options: AuditOptions;
	readonly ran: Ran;
	readonly header: EvidenceHeader;
}

/** The audit of a domain or repository, with facts of its own. Settles within the time limit. */
export async function runLive(given: AuditOptions): Promise<LiveRun> {
	const options = await withRoutes(given);
	const target = targetOf(await withFiles(options));
	const limit = limits(options);
	try {
		return { options, ...(await runWithin(limit, target, options)) };
	} finally {
		limit.clear();
	}
}

async function runWithin(
	limit: ReturnType<typeof limits>,
	target: Target,
	options: AuditOptions,
): Promise<Pick<LiveRun, 'ran' | 'header'>> {
	const { signal } = limit;
	const overlay = await overlayFor(options, target);
	const net = await openNet(options, {
		overlay,
		resolver: options.resolver,
		resolve: options.resolve,
		dnsPort: options.dnsPort,
		addressMap: options.addressMap,
		registrable: target.registrable,
		named: [
			...target.hosts,
			...target.oldDomains,
			...target.endpoints.map((url) => new URL(url).hostname),
		],
		moreRequests: target.oldUrls === null ? 0 : OLD_URL_REQUESTS,
		caFiles: options.caFiles,
		env: options.env ?? {},
		userAgent: USER_AGENT,
		signal,
		shared: options.shared,
	});
	const first = askAhead(net.io, target, options);
	const { runChecks } = await import('./judged-audit.ts');
	const { liveObserver } = await import('./engine/observer.ts');
	const { createFiles } = await import('./files/create-files.ts');
	const io: Io = {
		...net.io,
		files: createFiles(fileSettings(options, signal)),
		...(target.repo !== null && { repository: target.repo }),
	};
	let leave = () => {};
	try {
		if (options.admit !== undefined) {
			limit.hold();
			leave = await options.admit(addressIn(await first));
			limit.restart();
		}
		const startedAt = systemClock.now();
		const evidence = await recordingIn(options.record);
		const waited: Waited[] = [];
		const observer = liveObserver(io, signal, (one) => {
			evidence?.record(one);
			if (options.onMeasured !== undefined) waited.push({ ...one, fact: undefined } as Waited);
		});
		const ran = await runChecks(options, { target, observer, now: options.asOf ?? startedAt });
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
		options.onMeasured?.(wireTimes(waited), header.durationMs);
		return { ran, header };
	} finally {
		await net.close();
		leave();
	}
}

/** The network, or its stand-in where the user forbade it. */
async function openNet({ live }: AuditOptions, settings: NetSettings): Promise<Net> {
	if (live !== false) return createNet(settings);
	const { createNotLive } = await import('./net/not-live.ts');
	return createNotLive(settings);
}

/** Most audits are given no file of DNS, and should not wait for what reads one. */
async function withFiles(options: AuditOptions): Promise<AuditOptions> {
	const { zoneFile, drift, live } = options;
	if (zoneFile === undefined && drift !== true && live !== false) return options;
	return (await import('./given-dns.ts')).withZoneFile(options);
}

/** The endpoints of an OpenAPI file, where one was given. */
async function withRoutes(options: AuditOptions): Promise<AuditOptions> {
	if (options.openapi === undefined) return options;
	return (await import('./given-openapi.ts')).withOpenApi(options);
}

async function overlayFor(options: AuditOptions, target: Target): Promise<DnsOverlay> {
	if (target.zoneFile === null && options.rootHints === undefined) return (ask) => ask;
	return (await import('./given-dns.ts')).dnsOverlay(options, target);
}

export function targetOf(options: AuditOptions): Target {
	const { repo, logs = [] } = options;
	if (options.domain === undefined && repo === undefined && logs.length === 0) {
		throw new BadTarget(
			'Nothing to audit. Give a domain (launch-ready audit example.com) or --repo DIR.',
		);
	}
	const absolute = (file: string | undefined) =>
		file === undefined ? undefined : path.resolve(file);
	return parseTarget({
		...options,
		guess: options.guess ?? guesses(options),
		repo: absolute(repo),
		envFile: envFileOf(options),
		zoneFile: absolute(options.zoneFile),
		dmarcReports: absolute(options.dmarcReports),
		oldUrls: absolute(options.oldUrls),
		messages: (options.messages ?? []).map((file) => path.resolve(file)),
		logs: logs.map((file) => path.resolve(file)),
		coldStart: (options.timeoutSeconds ?? TIMEOUT_SECONDS) > COLD_START_SECONDS,
		seed: randomBytes(8).toString('hex'),
	});
}

const guesses = ({ profile }: AuditOptions): boolean =>
	profile === undefined || PROFILES[profile].guess;

/** `production` names the repository's `.env.production`; a file of that name is written `./production`. */
export const isEnvMode = (env: string): boolean => /^[A-Za-z][\w-]{0,40}$/.test(env);

function envFileOf({ envFile }: AuditOptions): string | undefined {
	return envFile === undefined || isEnvMode(envFile) ? envFile : path.resolve(envFile);
}

/** With what the user asked for beside the usual. */
function limits({
	timeoutSeconds = TIMEOUT_SECONDS,
	endpoints = [],
	untimed = false,
	oldUrls,
	signal,
}: AuditOptions) {
	const timed = untimed ? 0 : endpoints.length;
	const seconds =
		timeoutSeconds + planSeconds(timed) + (oldUrls === undefined ? 0 : OLD_URL_SECONDS);
	return timeLimit(seconds, signal);
}

async function recordingIn(folder: string | undefined) {
	if (folder === undefined) return null;
	const { writeEvidence } = await import('./evidence/write-evidence.ts');
	return writeEvidence(folder);
}

/**
 * The first packets leave before the checks are loaded; who asks later shares these answers. Of a whole
 * audit it is known what will be asked; of a part, that the name must resolve. Gives back the answer to
 * the question for its first address.
 */
async function askAhead(
	{ dns }: Pick<Io, 'dns'>,
	target: Target,
	options: AuditOptions,
): Promise<DnsAnswer | null> {
	const { domain } = target;
	if (domain === null) return null;
	const { only = [], skip = [], profile } = options;
	const questions =
		only.length + skip.length > 0 || profile !== undefined
			? addressesOf([domain])
			: [
					...addressesOf(likelyNames(domain, target)),
					...APEX.map((type) => [domain, type] as const),
				];
	const [a] = questions.map(([name, type]) => dns.ask({ name, type }).catch(() => null));
	return (await a) ?? null;
}

/** What every whole audit asks of the name itself. */
const APEX = ['MX', 'TXT', 'NS', 'SOA', 'CAA'] as const;

function addressesOf(names: readonly string[]): readonly (readonly [name: string, type: string])[] {
	return names.flatMap((name) => [[name, 'A'] as const, [name, 'AAAA'] as const]);
}

/** Sub-domains are guessed of a registrable domain alone, and believed beside a random one. */
function likelyNames(domain: string, { registrable, hosts, seed }: Target): readonly string[] {
	if (domain !== registrable) return [domain, ...hosts];
	const guessed = ['www', ...USUAL_HOSTS, `lr-${seed}`].map((label) => `${label}.${domain}`);
	return [domain, ...hosts, ...guessed];
}

function addressIn(answer: DnsAnswer | null): string | null {
	const [first] = (answer?.records ?? []).flatMap(({ data }) =>
		'address' in data ? [data.address] : [],
	);
	return first ?? null;
}
