import { createHash } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { audit, targetOf } from '../../audit.ts';
import type { AuditOptions } from '../../audit-options.ts';
import type { Config } from '../../config/config-schema.ts';
import { parseDuration } from '../../config/duration.ts';
import type { Report } from '../../core/report.ts';
import { systemClock } from '../../net/clock.ts';
import { parseSmtpUrl, sendMail } from '../../net/mail-sender.ts';
import { postWebhook } from '../../net/webhook.ts';
import { safeJson, visible, visibleLines } from '../../report/visible-text.ts';
import { smokeAudit } from '../../smoke.ts';
import { USER_AGENT } from '../../version.ts';
import { alertSubject, alertText, chatText } from '../../watch/alert-text.ts';
import type { Senders } from '../../watch/deliver.ts';
import { type LogFile, logFile } from '../../watch/log-file.ts';
import { openState, type StateFile } from '../../watch/state-file.ts';
import { type WatchEnd, type WatchListener, watch as watchDomains } from '../../watch/watch.ts';
import { EXIT, type ExitCode, FAIL_ON, type FailOn } from '../exit-code.ts';
import { configFor } from '../given-config.ts';
import { runCommand, wordsOf } from '../run-command.ts';
import { Usage } from '../usage.ts';
import { SMTP_URL, WEBHOOK_URL } from '../watch-secrets.ts';
import { writeStdout } from '../write-output.ts';
import { type AskedOptions, auditOptions } from './audit.ts';

interface CliOptions
	extends Pick<
		AskedOptions,
		| 'host'
		| 'endpoint'
		| 'health'
		| 'login'
		| 'only'
		| 'skip'
		| 'timeout'
		| 'failOn'
		| 'resolver'
		| 'resolve'
		| 'rootHints'
		| 'dnsPort'
		| 'ca'
		| 'config'
		| 'quiet'
	> {
	readonly every?: string;
	readonly jitter?: string;
	readonly state?: string;
	readonly full?: boolean;
	readonly once?: boolean;
	readonly alertOn?: 'blocker' | 'high' | 'later';
	readonly webhook?: string;
	readonly mailTo?: readonly string[];
	readonly mailFrom?: string;
	readonly command?: string;
	readonly logFile?: string;
	readonly logSize?: string;
	readonly format?: 'text' | 'ndjson';
}

const EVERY = '5m';
/** Public sites are not looked at more often. */
const LEAST_SECONDS = 30;
const MOST_SECONDS = 7 * 86_400;
const JITTER = '10%';
const LOG_SIZE = '1M';
/** With so much time between rounds, named endpoints are let fall asleep and woken. */
const COLD_START_EVERY_MS = 600_000;
const COLD_START_SECONDS = 330;

/** Rounds of audits until it is stopped; alerts on change. */
export async function watch(domains: readonly string[], cli: CliOptions): Promise<ExitCode> {
	const config = await configFor(cli);
	const watched = watchedOf(domains, config);
	if (cli.only !== undefined && cli.full !== true) {
		throw new Usage('--only needs --full: without it the checks of --smoke run');
	}
	const options = await auditOptions(cli, config);
	for (const domain of watched) targetOf({ ...options, domain });
	const everyMs = everyOf(cli.every ?? config.watch?.every ?? EVERY, cli.resolver);
	const jitter = shareOf(cli.jitter ?? config.watch?.jitter ?? JITTER);
	const senders = sendersOf(cli, config, options);
	const bytes = bytesOf(cli.logSize ?? LOG_SIZE);
	const name = cli.state ?? defaultState(watched, process.env);
	const file = await openState(name, OWNER, systemClock.now());
	const told = listener(cli, bytes);
	const stop = stoppable();
	try {
		greet(cli, { file, name, senders, watched, told });
		const look = lookOf(cli, options, everyMs);
		const alertOn = cli.alertOn ?? config.watch?.alertOn ?? 'high';
		const end = await watchDomains({
			domains: watched,
			look,
			everyMs,
			jitter,
			alertOn,
			senders,
			file,
			once: cli.once === true,
			signal: stop.signal,
			told,
		});
		if (end.unsaved !== null) throw end.unsaved;
		if (stop.signal.aborted) return EXIT.interrupted;
		return exitCodeOf(end, watched, cli.failOn ?? config.failOn ?? 'high');
	} finally {
		stop.end();
		await file.close();
	}
}

const OWNER = {
	pid: process.pid,
	host: hostname(),
	isAlive(pid: number): boolean {
		try {
			process.kill(pid, 0);
			return true;
		} catch (error) {
			return (error as NodeJS.ErrnoException).code === 'EPERM';
		}
	},
};

function watchedOf(domains: readonly string[], config: Config): readonly string[] {
	const named = domains.length > 0 ? domains : [config.domain ?? []].flat();
	if (named.length === 0)
		throw new Usage('Nothing to watch. Give a domain: launch-ready watch example.com');
	return [...new Set(named.map((domain) => targetOf({ domain }).domain ?? domain))];
}

/** The first signal ends the watch with its state kept; the second kills. */
function stoppable() {
	const controller = new AbortController();
	const stop = () => controller.abort();
	for (const name of SIGNALS) process.once(name, stop);
	return {
		signal: controller.signal,
		end() {
			for (const name of SIGNALS) process.off(name, stop);
		},
	};
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

function lookOf(cli: CliOptions, options: AuditOptions, everyMs: number) {
	if (cli.full !== true) {
		const asked = smokeAudit(options);
		return (domain: string, signal: AbortSignal) => audit({ ...asked, domain, signal });
	}
	const sleeps = (options.endpoints ?? []).length > 0 && everyMs >= COLD_START_EVERY_MS;
	const timeoutSeconds = options.timeoutSeconds ?? (sleeps ? COLD_START_SECONDS : undefined);
	return (domain: string, signal: AbortSignal) =>
		audit({ ...options, timeoutSeconds, domain, signal });
}

/** `100ms` is for name servers on this machine alone. */
function everyOf(text: string, resolver: string | undefined): number {
	const [, short] = /^(\d{1,6})ms$/.exec(text) ?? [];
	const seconds = short === undefined ? parseDuration(text, '--every') : Number(short) / 1_000;
	const isLab = resolver !== undefined && /^(?:127\.|\[?::1\]?)/.test(resolver);
	if (!isLab && seconds < LEAST_SECONDS) {
		throw new Usage(`--every "${visible(text)}": at least ${LEAST_SECONDS}s, which is polite`);
	}
	if (seconds > MOST_SECONDS) throw new Usage(`--every "${visible(text)}": at most 7d`);
	return Math.max(1, seconds * 1_000);
}

function shareOf(text: string): number {
	const [, number] = /^(\d{1,2}(?:\.\d+)?)%$/.exec(text.trim()) ?? [];
	if (number === undefined || Number(number) > 50) {
		throw new Usage(`--jitter "${visible(text)}": give a share of the interval from 0% to 50%`);
	}
	return Number(number) / 100;
}

function bytesOf(text: string): number {
	const [, number, unit = ''] = /^(\d{1,9})\s*([kM]?)$/.exec(text.trim()) ?? [];
	const bytes = Number(number) * ({ '': 1, k: 1_024, M: 1_048_576 }[unit] ?? Number.NaN);
	if (!(bytes >= 1_024))
		throw new Usage(`--log-size "${visible(text)}": give at least 1k, such as 1M`);
	return bytes;
}

/** In the user's own folder for state (XDG), one file for each set of domains. */
function defaultState(domains: readonly string[], env: NodeJS.ProcessEnv): string {
	const sorted = domains.toSorted();
	const more = createHash('sha256').update(sorted.join(' ')).digest('hex').slice(0, 8);
	const name =
		sorted.length === 1 ? sorted[0] : `${sorted[0]}-and-${sorted.length - 1}-more-${more}`;
	const base = env['XDG_STATE_HOME'] || path.join(homedir(), '.local', 'state');
	return path.join(base, 'launch-ready', `watch-${name}.json`);
}

function sendersOf(cli: CliOptions, config: Config, { caFiles = [] }: AuditOptions): Senders {
	const { env } = process;
	const webhook = cli.webhook ?? env[WEBHOOK_URL] ?? config.watch?.webhook;
	const url = webhook === undefined || webhook === '' ? null : webhookUrl(webhook);
	const words = cli.command === undefined ? null : wordsOf(cli.command);
	return {
		...(url !== null && {
			webhook: (alert, signal) =>
				postWebhook(chatText(alert), { url, userAgent: USER_AGENT, caFiles, env }, signal),
		}),
		...mailSender(cli, config, caFiles),
		...(words !== null && {
			command: (alert, signal) => runCommand(words, alert, env, signal),
		}),
	};
}

/** Never quoted: whoever has it can write to the chat. */
function webhookUrl(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || !/^https?:$/.test(url.protocol)) {
		throw new Usage(`the webhook (--webhook, ${WEBHOOK_URL} or the config) is no https:// URL`);
	}
	return url;
}

function mailSender(
	cli: CliOptions,
	config: Config,
	caFiles: readonly string[],
): Pick<Senders, 'mail'> {
	const { env } = process;
	const to = cli.mailTo ?? config.watch?.mailTo ?? [];
	if (to.length === 0) return {};
	const text = env[SMTP_URL] ?? '';
	if (text === '') throw new Usage(`--mail-to needs ${SMTP_URL}: smtp://user:password@host:587`);
	const account = parseSmtpUrl(text, SMTP_URL);
	const user = account.login?.user ?? '';
	const from = cli.mailFrom ?? config.watch?.mailFrom ?? (isAddress(user) ? user : to[0]) ?? '';
	for (const address of [...to, from]) {
		if (!isAddress(address)) throw new Usage(`"${visible(address)}" is no mail address`);
	}
	return {
		mail: (alert, signal) => {
			const letter = { from, to, subject: alertSubject(alert), text: `${alertText(alert)}\n` };
			return sendMail(letter, account, { caFiles, env, signal });
		},
	};
}

/** Enough to refuse what would be a second header, a list, or a slip. */
function isAddress(text: string): boolean {
	return /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,253}$/.test(text);
}

// ── What is said ─────────────────────────────────────────────────────────────────────────────────

interface Told extends WatchListener {
	line(text: string): void;
}

function listener(cli: CliOptions, largest: number): Told {
	const stderr = (text: string) => void process.stderr.write(`${visibleLines(text)}\n`);
	const log: LogFile | null =
		cli.logFile === undefined
			? null
			: logFile(cli.logFile, largest, (why) =>
					stderr(`launch-ready: the log is not written: ${why}`),
				);
	const note = (text: string) => void log?.write(visible(text), systemClock.now());
	const line = (text: string) => {
		note(text);
		if (cli.quiet !== true) stderr(`${clockTime()}  ${text}`);
	};
	return {
		line,
		round: (domain, report) => line(roundLine(domain, report)),
		alert(alert) {
			note(`alert: ${alertSubject(alert)}`);
			const text = cli.format === 'ndjson' ? safeJson(alert, 0) : `${alertText(alert)}\n`;
			void writeStdout(`${text}\n`);
		},
		problem(text) {
			note(text);
			stderr(`launch-ready: ${text}`);
		},
		delivered: (count) => line(`${count} alert${count === 1 ? '' : 's'} delivered`),
	};
}

function clockTime(): string {
	return systemClock.now().toISOString().slice(0, 19).replace('T', ' ');
}

function roundLine(domain: string, { decision, coverage, durationMs }: Report): string {
	const { pass, fail, unknown } = coverage;
	const took = (durationMs / 1_000).toFixed(1);
	return `${domain}  ${decision.launch}  ${pass} passed, ${fail} failed, ${unknown} unknown  ${took} s`;
}

function greet(
	cli: CliOptions,
	{
		file,
		name,
		senders,
		watched,
		told,
	}: {
		file: StateFile;
		name: string;
		senders: Senders;
		watched: readonly string[];
		told: Told;
	},
): void {
	if (file.damaged !== null) told.problem(file.damaged);
	const channels = Object.keys(senders);
	const to = channels.length === 0 ? 'nobody: only this output tells' : channels.join(', ');
	const what = cli.full === true ? 'the whole audit' : 'the smoke checks';
	told.line(`watching ${watched.join(', ')} with ${what}; state in ${name}; alerts to ${to}`);
	const waiting = file.state.outbox.length;
	if (waiting > 0)
		told.line(`${waiting} alert${waiting === 1 ? '' : 's'} from before not delivered yet`);
}

/** Of one round: by what is confirmed, and not by what failed once. */
function exitCodeOf(
	{ state, blind }: WatchEnd,
	watched: readonly string[],
	failOn: FailOn,
): ExitCode {
	if (failOn === 'never') return EXIT.fine;
	const counted = FAIL_ON.slice(0, FAIL_ON.indexOf(failOn) + 1) as readonly string[];
	const entries = watched.flatMap((domain) => state.domains[domain]?.entries ?? []);
	if (entries.some((one) => one.confirmed && counted.includes(one.severity))) {
		return EXIT.findings;
	}
	return blind.length > 0 ? EXIT.cannotSay : EXIT.fine;
}
