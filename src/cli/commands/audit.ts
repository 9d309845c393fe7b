import { stat } from 'node:fs/promises';
import ipaddr from 'ipaddr.js';
import { isEnvMode, plan as planAudit, audit as runAudit } from '../../audit.ts';
import type { AuditOptions } from '../../audit-options.ts';
import type { Config } from '../../config/config-schema.ts';
import { atOnce } from '../../core/at-once.ts';
import { LARGEST_MESSAGE } from '../../core/message-budget.ts';
import { OLD_URL_SECONDS } from '../../core/old-url-budget.ts';
import { MOST_ROUTES, planSeconds } from '../../core/sequential-plan.ts';
import { visible } from '../../report/visible-text.ts';
import { requireKnownIds } from '../check-ids.ts';
import { EXIT, type ExitCode, exitCodeOf, type FailOn, gravest } from '../exit-code.ts';
import { configFolder, configFor, durationOf, requireKnownConfigIds } from '../given-config.ts';
import { requireFile, requireFiles, requireFolder } from '../given-paths.ts';
import { interruptible } from '../interruptible.ts';
import { type OutputOptions, printReports, requireOutputs } from '../print-reports.ts';
import { progressLine } from '../progress.ts';
import { Usage } from '../usage.ts';
import { writeStdout } from '../write-output.ts';

export interface CliOptions extends OutputOptions {
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
	readonly config?: string;
	readonly quiet?: boolean;
}

/** Domains of one call that are audited at a time; each keeps its own budgets. */
const DOMAINS_AT_ONCE = 4;

export async function audit(domains: readonly string[], cli: CliOptions): Promise<ExitCode> {
	requireOutputs(cli);
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
	const options = await auditOptions(cli, config);
	const targets = targetsOf(domains, cli, config);
	if (targets.length > 1 && (cli.record ?? cli.replay) !== undefined) {
		throw new Usage('--record and --replay take one domain: a recording is of one audit');
	}
	if (targets.length > 1 && options.zoneFile !== undefined) {
		throw new Usage('--zone takes one domain: a zone file holds one zone');
	}
	if (cli.plan === true) return printPlan(targets, options);

	if (cli.quiet !== true && isForPeople(cli)) process.stderr.write(moreTime(options));
	const progress = progressLine(cli.quiet !== true && isForPeople(cli));
	const { result: reports, interrupted } = await interruptible((signal) =>
		atOnce(DOMAINS_AT_ONCE, targets, (domain) =>
			runAudit({ ...options, domain, signal, onProgress: progress.show }),
		),
	).finally(progress.end);
	await printReports(reports, cli);
	const failOn = cli.failOn ?? config.failOn ?? 'blocker';
	return gravest([
		...reports.map((report) => exitCodeOf(report, failOn)),
		...(interrupted ? [EXIT.interrupted] : []),
	]);
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

/** What the command line and the config ask for, as the audit takes it. */
export async function auditOptions(cli: CliOptions, config: Config): Promise<AuditOptions> {
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
function askedOf(cli: CliOptions, config: Config): Partial<AuditOptions> {
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
function zoneOf(cli: CliOptions, config: Config): Partial<AuditOptions> {
	const zoneFile = cli.zone ?? (cli.repo === undefined ? config.zone : undefined);
	const drift = cli.drift ?? (zoneFile === undefined ? undefined : config.drift);
	return { zoneFile, drift, live: cli.live };
}

/** `--only` replaces the config's, `--skip` adds to it. */
async function selectionOf(cli: CliOptions, config: Config): Promise<Partial<AuditOptions>> {
	const only = cli.only ?? config.only ?? [];
	const skip = joined(config.skip, cli.skip);
	await requireKnownIds(only, '--only');
	await requireKnownIds(skip, '--skip');
	return { only, skip };
}

function joined(...lists: (readonly string[] | undefined)[]): readonly string[] {
	return lists.flatMap((list) => list ?? []);
}

/** `HOST:PORT:IP`, as curl's; an IPv6 address may stand in brackets. */
function parseResolve(text: string): { host: string; port: number; address: string } {
	const [, host, port, address] = /^([^:]+):(\d{1,5}):\[?([0-9a-fA-F.:]+)\]?$/.exec(text) ?? [];
	const isPort = Number(port) >= 1 && Number(port) <= 65_535;
	if (host === undefined || address === undefined || !isPort || !isAddress(address)) {
		throw new Usage(`--resolve "${text}": write HOST:PORT:IP, as in example.com:443:203.0.113.7`);
	}
	return { host: host.toLowerCase(), port: Number(port), address };
}

function parsePort(text: string): number {
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	if (port >= 1 && port <= 65_535) return port;
	throw new Usage(`--dns-port "${visible(text)}": give a port from 1 to 65535`);
}

function isAddress(text: string): boolean {
	return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
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
