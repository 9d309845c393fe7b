import { stat } from 'node:fs/promises';
import { isEnvMode, plan as planAudit, audit as runAudit } from '../../audit.ts';
import type { AuditOptions } from '../../audit-options.ts';
import type { Config } from '../../config/config-schema.ts';
import { atOnce } from '../../core/at-once.ts';
import { LARGEST_MESSAGE } from '../../core/message-budget.ts';
import { OLD_URL_SECONDS } from '../../core/old-url-budget.ts';
import type { Report } from '../../core/report.ts';
import { MOST_ROUTES, planSeconds } from '../../core/sequential-plan.ts';
import type { WireTimes } from '../../evidence/critical-path.ts';
import { visible } from '../../report/visible-text.ts';
import { requireKnownIds } from '../check-ids.ts';
import { EXIT, type ExitCode, exitCodeOf, type FailOn, gravest } from '../exit-code.ts';
import { configFolder, configFor, durationOf, requireKnownConfigIds } from '../given-config.ts';
import { requireFile, requireFiles, requireFolder } from '../given-paths.ts';
import { parseResolve } from '../given-resolve.ts';
import { interruptible } from '../interruptible.ts';
import { type OutputOptions, printReports, requireOutputs } from '../print-reports.ts';
import { progressLine } from '../progress.ts';
import { Usage } from '../usage.ts';
import { wireTimesText } from '../wire-times-text.ts';
import { writeStdout } from '../write-output.ts';

/** What may be told of an audit, its output apart; `watch` takes a part of it. */
export interface AskedOptions {
	readonly repo?: string;
	readonly env?: string;
	readonly history?: AuditOptions['history'];
	readonly host?: readonly string[];
	readonly endpoint?: readonly string[];
	readonly openapi?: string;
	readonly health?: readonly string[];
	readonly dkimSelector?: readonly string[];
	readonly dmarcReports?: string;
	readonly sendingIp?: readonly string[];
	readonly sends?: boolean;
	readonly bulk?: boolean;
	readonly oldUrls?: string;
	readonly zone?: string;
	readonly drift?: boolean;
	readonly live?: boolean;
	readonly message?: readonly string[];
	readonly log?: readonly string[];
	readonly rdap?: string;
	readonly active?: boolean;
	readonly deep?: boolean;
	readonly login?: string;
	readonly origin?: string;
	readonly rootHints?: string;
	readonly dnsPort?: string;
	readonly quick?: boolean;
	readonly targets?: string;
	readonly shard?: string;
	readonly only?: readonly string[];
	readonly skip?: readonly string[];
	readonly deadline?: string;
	readonly timeout?: string;
	readonly failOn?: FailOn;
	readonly resolver?: string;
	readonly resolve?: readonly string[];
	readonly ca?: readonly string[];
	readonly record?: string;
	readonly replay?: string;
	readonly asOf?: string;
	readonly plan?: boolean;
	readonly smoke?: boolean;
	readonly versionUrl?: string;
	readonly expectVersion?: string;
	readonly wait?: string;
	readonly config?: string;
	readonly quiet?: boolean;
}

export interface CliOptions extends AskedOptions, OutputOptions {}

/** Domains of one call that are audited at a time; each keeps its own budgets. */
const DOMAINS_AT_ONCE = 4;

export async function audit(domains: readonly string[], cli: CliOptions): Promise<ExitCode> {
	if (cli.shard !== undefined)
		throw new Usage('--shard needs --targets: a shard is a part of a list');
	requireOutputs(cli);
	const { config, options } = await given(cli);
	return auditGiven(domains, { cli, config, options });
}

/** Config and options of an audit, once all that they name has been found to be there. */
export async function given(
	cli: CliOptions,
): Promise<{ readonly config: Config; readonly options: AuditOptions }> {
	await requireFolder(cli.repo, '--repo', 'give the folder of the repository');
	const config = await configFor(cli);
	await requireEnvFile(cli, config);
	await requireFile(cli.oldUrls, '--old-urls');
	await requireFile(config.oldUrls, 'oldUrls in the config');
	await requireFile(cli.openapi, '--openapi');
	await requireFile(config.openapi, 'openapi in the config');
	await requireFolder(cli.dmarcReports, '--dmarc-reports', REPORTS_ADVICE);
	await requireFolder(config.dmarcReports, 'dmarcReports in the config', REPORTS_ADVICE);
	await requireMessages(cli.message, '--message');
	await requireMessages(config.messages, 'messages in the config');
	await requireFiles(cli.log, '--log');
	await requireFiles(config.logs, 'logs in the config');
	return { config, options: await auditOptions(cli, config) };
}

async function auditGiven(
	domains: readonly string[],
	{ cli, config, options }: { cli: CliOptions; config: Config; options: AuditOptions },
): Promise<ExitCode> {
	const targets = targetsOf(domains, cli, config);
	if (targets.length > 1 && (cli.record ?? cli.replay) !== undefined) {
		throw new Usage('--record and --replay take one domain: a recording is of one audit');
	}
	if (targets.length > 1 && options.zoneFile !== undefined) {
		throw new Usage('--zone takes one domain: a zone file holds one zone');
	}
	requireSmokeSense(cli, config.versionUrl, targets);
	if (cli.plan === true) return printPlan(targets, await plannedOf(cli, options));

	if (cli.quiet !== true && isForPeople(cli)) process.stderr.write(moreTime(options));
	const progress = progressLine(cli.quiet !== true && isForPeople(cli));
	const where: string[] = [];
	const onMeasured = (times: WireTimes, durationMs: number) => {
		where.push(...wireTimesText(times, durationMs));
	};
	const { result: reports, interrupted } = await interruptible((signal) =>
		atOnce(DOMAINS_AT_ONCE, targets, (domain) =>
			auditOne(cli, config, { ...options, domain, signal, onProgress: progress.show, onMeasured }),
		),
	).finally(progress.end);
	await printReports(reports, cli);
	if (cli.verbose === true && cli.quiet !== true && isForPeople(cli)) {
		process.stderr.write(where.map((line) => `${line}\n`).join(''));
	}
	const failOn = cli.failOn ?? config.failOn ?? (cli.smoke === true ? 'high' : 'blocker');
	return gravest([
		...reports.map((report) => exitCodeOf(report, failOn)),
		...(interrupted ? [EXIT.interrupted] : []),
	]);
}

/** The whole audit, or the few checks that decide right after a deploy. */
async function auditOne(cli: CliOptions, config: Config, options: AuditOptions): Promise<Report> {
	if (cli.smoke !== true) return runAudit(options);
	const { smoke } = await import('../../smoke.ts');
	return smoke({
		...options,
		versionUrl: cli.versionUrl ?? config.versionUrl,
		expectVersion: cli.expectVersion,
		waitSeconds: durationOf(cli.wait, '--wait'),
	});
}

async function plannedOf(cli: CliOptions, options: AuditOptions): Promise<AuditOptions> {
	if (cli.smoke !== true) return options;
	return (await import('../../smoke.ts')).smokeAudit(options);
}

function requireSmokeSense(
	cli: CliOptions,
	configured: string | undefined,
	targets: readonly (string | undefined)[],
): void {
	const { smoke, versionUrl, expectVersion, wait } = cli;
	const given = [
		versionUrl !== undefined && '--version-url',
		expectVersion !== undefined && '--expect-version',
		wait !== undefined && '--wait',
	].find((one) => one !== false);
	if (smoke !== true) {
		if (given !== undefined) throw new Usage(`${given} needs --smoke`);
		return;
	}
	const other = NOT_WITH_SMOKE.find((name) => cli[name] !== undefined);
	if (other !== undefined) {
		throw new Usage(`--smoke has its own few checks of a live site: leave --${other} out`);
	}
	const url = versionUrl ?? configured;
	if (url === undefined) {
		if (given === undefined) return;
		throw new Usage(`${given} needs --version-url: where the release that runs is told`);
	}
	requireVersionUrl(url, cli, targets);
}

const NOT_WITH_SMOKE = ['record', 'replay', 'zone', 'only', 'repo'] as const;

function requireVersionUrl(
	url: string,
	{ expectVersion }: CliOptions,
	targets: readonly (string | undefined)[],
): void {
	if (expectVersion?.trim() === '') throw new Usage('--expect-version is empty');
	if (targets.length > 1) {
		throw new Usage('--version-url takes one domain: a release is of one product');
	}
	if (!/^https?:\/\/[^/]/i.test(url) || !URL.canParse(url)) {
		throw new Usage(`--version-url "${visible(url)}": write https://…`);
	}
}

/** What the user asked for beside the usual, and how long that may take. */
function moreTime({ endpoints = [], openapi, oldUrls }: AuditOptions): string {
	const timed = endpoints.length + (openapi === undefined ? 0 : MOST_ROUTES);
	const timing =
		timed > 0 ? `Timing of the named endpoints may take up to ${planSeconds(timed)} s more.\n` : '';
	return oldUrls === undefined
		? timing
		: `${timing}Following old URLs may take up to ${OLD_URL_SECONDS} s more.\n`;
}

/**
 * The config's domain stands in only where nothing else says what to audit: `--repo` alone promises to
 * touch no network, and a recording knows its own.
 */
function targetsOf(
	domains: readonly string[],
	{ repo, replay }: CliOptions,
	{ domain }: Config,
): readonly (string | undefined)[] {
	if (domains.length > 0) return domains;
	return repo === undefined && replay === undefined ? [domain] : [undefined];
}

/** Programs read JSON; a line on standard error would make them think that something is wrong. */
function isForPeople({ format = 'table' }: CliOptions): boolean {
	return format === 'table' || format === 'txt';
}

const REPORTS_ADVICE = 'give the folder that holds the reports';

/** A mode names a file of the repository, which the audit looks for itself. */
async function requireEnvFile({ env, repo, replay }: CliOptions, config: Config): Promise<void> {
	if (env !== undefined && repo === undefined && replay === undefined) {
		throw new Usage('--env needs --repo: its names are compared with what the code reads');
	}
	for (const [file, from] of [
		[env, '--env'],
		[repo === undefined ? undefined : config.env, 'env in the config'],
	] as const) {
		if (file !== undefined && !isEnvMode(file)) await requireFile(file, from);
	}
}

async function requireMessages(files: readonly string[] | undefined, from: string): Promise<void> {
	for (const file of files ?? []) {
		await requireFile(file, from);
		const { size } = await stat(file).catch(() => ({ size: 0 }));
		if (size > LARGEST_MESSAGE) {
			throw new Usage(`${from} "${visible(file)}": larger than 25 MiB, which no provider accepts`);
		}
	}
}

export async function auditOptions(cli: AskedOptions, config: Config): Promise<AuditOptions> {
	await requireKnownConfigIds(config);
	return {
		repo: cli.repo,
		history: cli.history,
		...askedOf(cli, config),
		...(await selectionOf(cli, config)),
		accept: config.accept,
		severity: config.severity,
		options: config.options,
		deadlineSeconds: durationOf(cli.deadline ?? config.deadline, '--deadline'),
		timeoutSeconds: durationOf(cli.timeout ?? config.timeout, '--timeout'),
		resolver: cli.resolver ?? config.resolver,
		resolve: (cli.resolve ?? []).map(parseResolve),
		dnsPort: cli.dnsPort === undefined ? config.dnsPort : parsePort(cli.dnsPort),
		caFiles: joined(config.ca, cli.ca),
		record: cli.record,
		replay: cli.replay,
		asOf: cli.asOf === undefined ? undefined : parseDay(cli.asOf),
		env: process.env,
		configFolder: configFolder(process.env),
	};
}

/** What the command line and the config say of the target, together. */
function askedOf(cli: AskedOptions, config: Config): Partial<AuditOptions> {
	return {
		// Without a repository there are no reads to compare it with.
		envFile: cli.repo === undefined ? undefined : (cli.env ?? config.env),
		hosts: joined(config.hosts, cli.host),
		endpoints: joined(config.endpoints, cli.endpoint),
		openapi: cli.openapi ?? config.openapi,
		health: joined(config.health, cli.health),
		dkimSelectors: joined(config.dkimSelectors, cli.dkimSelector),
		dmarcReports: cli.dmarcReports ?? config.dmarcReports,
		sendingIps: joined(config.sendingIps, cli.sendingIp),
		sends: cli.sends ?? config.sends,
		bulk: cli.bulk ?? config.bulk,
		active: cli.active ?? config.active,
		deep: cli.deep ?? config.deep,
		login: cli.login ?? config.login,
		origin: cli.origin ?? config.origin,
		messages: joined(config.messages, cli.message),
		logs: joined(config.logs, cli.log),
		oldUrls: cli.oldUrls ?? config.oldUrls,
		oldDomains: config.oldDomains,
		campaigns: config.campaigns,
		...zoneOf(cli, config),
		rootHints: cli.rootHints ?? config.rootHints,
		rdap: cli.rdap ?? config.rdap,
	};
}

/** The config's zone file is not read for a repository alone, which touches no network. */
function zoneOf(cli: AskedOptions, config: Config): Partial<AuditOptions> {
	const zoneFile = cli.zone ?? (cli.repo === undefined ? config.zone : undefined);
	const drift = cli.drift ?? (zoneFile === undefined ? undefined : config.drift);
	return { zoneFile, drift, live: cli.live };
}

/** `--only` replaces the config's, `--skip` adds to it. */
async function selectionOf(cli: AskedOptions, config: Config): Promise<Partial<AuditOptions>> {
	const quick = cli.quick ?? config.quick;
	const only = cli.only ?? config.only ?? [];
	const skip = joined(config.skip, cli.skip);
	await requireKnownIds(only, '--only');
	await requireKnownIds(skip, '--skip');
	return { only, skip, ...(quick === true && { profile: 'quick' as const }) };
}

function joined(...lists: (readonly string[] | undefined)[]): readonly string[] {
	return lists.flatMap((list) => list ?? []);
}

function parsePort(text: string): number {
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	if (port >= 1 && port <= 65_535) return port;
	throw new Usage(`--dns-port "${visible(text)}": give a port from 1 to 65535`);
}

/** `2026-12-31`, from its first second (UTC), or a moment of it: `2026-12-31T18:00:00Z`. */
function parseDay(text: string): Date {
	const [, date] = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d)?Z)?$/.exec(text) ?? [];
	const day = new Date(text);
	// A day that the month does not have would become one of the next.
	if (date === undefined || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date)) {
		throw new Usage(`--as-of "${text}": write a day like 2026-12-31`);
	}
	return day;
}

async function printPlan(
	targets: readonly (string | undefined)[],
	options: AuditOptions,
): Promise<ExitCode> {
	for (const domain of targets) {
		const lines = await planAudit({ ...options, domain });
		const name = visible(domain ?? options.zoneFile ?? options.repo ?? '');
		const more = 'More follow from the answers: redirects, aliases, SPF includes, mail hosts.';
		await writeStdout(
			`${name}: ${lines.length} requests. ${more}\n${lines.map((line) => `  ${visible(line)}\n`).join('')}`,
		);
	}
	return EXIT.fine;
}
