import { Argument, Command, CommanderError, Option } from 'commander';
import { MONITORING_TOOLS } from '../export/monitoring-tools.ts';
import { visibleLines } from '../report/visible-text.ts';
import { VERSION } from '../version.ts';
import { EXIT, type ExitCode, FAIL_ON } from './exit-code.ts';
import { COLOR_CHOICES } from './terminal.ts';

/**
 * The command line. Commander alone is loaded here; each command loads what it runs. Sets
 * `process.exitCode` and never exits, because that would cut off what a pipe has not read yet.
 */
export async function run(argv: readonly string[]): Promise<void> {
	process.on('uncaughtException', (error) => {
		if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
		process.exitCode = reportBug(error);
	});
	try {
		await program().parseAsync([...argv]);
	} catch (error) {
		process.exitCode = await exitCodeFor(error);
	}
}

function program(): Command {
	const root = new Command('launch-ready')
		.description('Tells whether a product can go live, what must be fixed first, and how.')
		.version(VERSION, '-V, --version', 'print the version')
		.helpOption('-h, --help', 'print this help')
		.helpCommand(false)
		.showSuggestionAfterError()
		.exitOverride()
		.configureOutput({ outputError: (text, write) => write(usageLine(text)) })
		.addHelpText('after', EXAMPLES);
	auditCommand(root);
	watchCommand(root);
	secretsCommand(root);
	loadCommand(root);
	demoCommand(root);
	spfCommand(root);
	dmarcCommand(root);
	exportCommand(root);
	root
		.command('explain <id>')
		.description('what a check or finding means, why it matters, how to fix it, its source')
		.addOption(colorOption())
		.option('--ascii', 'ASCII only')
		.action(async (id, options) => (await import('./commands/explain.ts')).explain(id, options));
	root
		.command('checks')
		.description('every check and what it can say')
		.addOption(
			new Option('--format <format>', 'output').choices(['table', 'json']).default('table'),
		)
		.option('--ascii', 'ASCII only')
		.action(async (options) => (await import('./commands/checks.ts')).checks(options));
	lintRecordCommand(root);
	root
		.command('schema [what]')
		.description('the JSON Schema of the report (default) or of the config')
		.action(async (what) => (await import('./commands/schema.ts')).schema(what));
	return root;
}

function auditCommand(root: Command): void {
	const command = root
		.command('audit [domain...]')
		.description('audit live sites; with --repo also the repository, or the repository alone')
		.option('--repo <dir>', 'the repository of the product; alone, no network is touched')
		.option('--env <file>', 'production values: a file, or production for .env.production')
		.option('--host <name>', 'a further host that must work (repeatable)', collect)
		.option(
			'--endpoint <url>',
			'time this URL: "[GET|HEAD] URL [api|page|cached] [p95<300ms]" (repeatable)',
			collect,
		)
		.option('--openapi <file>', 'time the open GET operations of this OpenAPI file too')
		.option(
			'--health <url>',
			'a health endpoint, where it is at no usual path (repeatable)',
			collect,
		)
		.option('--dkim-selector <selector>', 'a DKIM selector in use (repeatable)', collect)
		.option('--dmarc-reports <dir>', 'judge the DMARC aggregate reports in this folder')
		.option('--sending-ip <address>', 'an address that sends its mail (repeatable)', collect)
		.option('--sends', 'this domain sends mail, whatever DNS shows')
		.option('--bulk', '5,000 or more messages a day to one provider')
		.option('--old-urls <file>', 'URLs that must still lead somewhere: a line or CSV row each')
		.option('--zone <file>', 'judge this zone file before it is published')
		.option('--drift', 'with --zone: report what differs from the live zone instead')
		.option('--no-live', 'with --zone: only what the file alone can tell, without a network')
		.option(
			'--message <file>',
			'a mail of the product, saved where it arrived (repeatable)',
			collect,
		)
		.option('--log <file>', 'a log file of the product, of any size (repeatable)', collect)
		.option('--rdap <url>', 'RDAP service to ask, instead of the one in IANA’s list')
		.option('--active', 'also try a zone transfer and redirectors with an outside target')
		.option('--login <url>', 'the sign-in page, where the start page does not lead to it')
		.option('--origin <address>', 'the server behind the CDN, to be looked at too')
		.option('--deep', 'try every path that should not be public, and not the usual 45 alone')
		.option('--quick', 'decisive checks alone: about 12 DNS questions and 3 requests a domain')
		.option('--targets <file>', 'audit every domain of this list, a line each; - is stdin')
		.option('--shard <i/n>', 'with --targets: this part of the list alone')
		.option('--only <id>', 'run only these: an area, a check, a finding id (repeatable)', collect)
		.option('--skip <id>', 'leave these out (repeatable)', collect)
		.option('--deadline <duration>', 'when a GO is wanted (default: 48h)')
		.option('--timeout <duration>', 'end the audit after this time (default: 60s)')
		.addOption(
			new Option('--fail-on <severity>', 'exit 1 from this severity on (default: blocker)').choices(
				FAIL_ON,
			),
		)
		.option('--resolver <server>', 'IP, IP:PORT or https://… instead of the system’s resolver')
		.option('--resolve <host:port:ip>', 'as curl’s: audit this server (repeatable)', collect)
		.option('--root-hints <file>', 'root servers of a private network, instead of the resolver’s')
		.option('--dns-port <port>', 'port of the name servers of a private network (default: 53)')
		.option('--ca <file>', 'also trust these roots, PEM (repeatable)', collect)
		.option('--record <dir>', 'record the evidence')
		.option('--replay <dir>', 'judge recorded evidence again, without a network')
		.option('--as-of <date>', 'judge as of another day')
		.option('--plan', 'print every request that would be sent, and send none')
		.option(
			'--smoke',
			'right after a deploy: few checks, and only what fails twice in a row counts',
		)
		.option('--version-url <url>', 'with --smoke: where the release that runs is told')
		.option('--expect-version <text>', 'with --smoke: the release that must answer there')
		.option('--wait <duration>', 'with --smoke: how long to wait until it does')
		.option('--config <file>', 'instead of the launch-ready.config.yaml found upwards');
	outputOptions(command).action(async (domains, options) => {
		process.exitCode =
			options.targets === undefined
				? await (await import('./commands/audit.ts')).audit(domains, options)
				: await (await import('./commands/fleet.ts')).fleet(domains, options);
	});
}

function watchCommand(root: Command): void {
	root
		.command('watch [domain...]')
		.description('repeat the checks of audit --smoke, and alert on what fails twice in a row')
		.option('--every <duration>', 'from one round to the next (default: 5m)')
		.option('--jitter <share>', 'so much earlier or later (default: 10%)')
		.option('--state <file>', 'what is known is kept here (default: in your state folder)')
		.option('--once', 'one round, for cron: exit 1 where a finding is confirmed')
		.option('--full', 'the whole audit each time, and not the smoke checks alone')
		.addOption(
			new Option('--alert-on <severity>', 'alert from this severity on (default: high)').choices([
				'blocker',
				'high',
				'later',
			]),
		)
		.option('--webhook <url>', 'tell a chat: Slack, Mattermost, Discord /slack')
		.option('--mail-to <address>', 'tell by mail (repeatable)', collect)
		.option('--mail-from <address>', 'the sender (default: the SMTP user)')
		.option('--command <program>', 'run this, without a shell: JSON on its standard input')
		.option('--log-file <file>', 'a line for each round; FILE.1 and FILE.2 are older')
		.option('--log-size <bytes>', 'largest log file (default: 1M)')
		.option('--host <name>', 'a further host that must work (repeatable)', collect)
		.option('--endpoint <url>', 'this URL must answer (repeatable)', collect)
		.option('--health <url>', 'a health endpoint at no usual path (repeatable)', collect)
		.option('--login <url>', 'the sign-in page, where the start page does not lead to it')
		.option('--only <id>', 'with --full: run only these (repeatable)', collect)
		.option('--skip <id>', 'leave these out (repeatable)', collect)
		.option('--timeout <duration>', 'end each audit after this time (default: 60s)')
		.addOption(
			new Option(
				'--fail-on <severity>',
				'with --once: exit 1 from this on (default: high)',
			).choices(FAIL_ON),
		)
		.option('--resolver <server>', 'IP, IP:PORT or https://… instead of the system’s resolver')
		.option('--resolve <host:port:ip>', 'as curl’s: watch this server (repeatable)', collect)
		.option('--root-hints <file>', 'root servers of a private network, instead of the resolver’s')
		.option('--dns-port <port>', 'port of the name servers of a private network (default: 53)')
		.option('--ca <file>', 'also trust these roots, PEM (repeatable)', collect)
		.option('--config <file>', 'instead of the launch-ready.config.yaml found upwards')
		.addOption(
			new Option('--format <format>', 'of alerts on standard output (default: text)').choices([
				'text',
				'ndjson',
			]),
		)
		.option('-q, --quiet', 'no line for each round')
		.addHelpText('after', WATCH_HELP)
		.action(async (domains, options) => {
			process.exitCode = await (await import('./commands/watch.ts')).watch(domains, options);
		});
}

function secretsCommand(root: Command): void {
	const command = root
		.command('secrets [dir]')
		.description('secrets in the files of a folder (default: this one); touches no network')
		.option('--history', 'also in every commit that a branch, a tag or a stash leads to')
		.option('--unreachable', 'with --history: also in what git has left of deleted commits')
		.option('--staged', 'instead in what the next commit would add: for a hook before it')
		.option('--log <file>', 'also in a log file of the product, of any size (repeatable)', collect)
		.option('--timeout <duration>', 'end it after this time (default: 60s; 10m with --history)')
		.addOption(
			new Option('--fail-on <severity>', 'exit 1 from this severity on (default: blocker)').choices(
				FAIL_ON,
			),
		)
		.option('--config <file>', 'instead of the launch-ready.config.yaml found upwards');
	outputOptions(command).action(async (folder, options) => {
		process.exitCode = await (await import('./commands/secrets.ts')).secrets(folder, options);
	});
}

function loadCommand(root: Command): void {
	const command = root
		.command('load [url...]')
		.description('a light load on your own server: 25 concurrent users, one request a second each')
		.option('--users <n>', 'users at once (default: 25)')
		.addOption(
			new Option(
				'--model <model>',
				'open: each user keeps a timetable; closed: waits for answers',
			).choices(['open', 'closed']),
		)
		.option('--ramp <duration>', 'in which they come, one after the other (default: 5s)')
		.option('--hold <duration>', 'for which all of them stay (default: 30s)')
		.option('--think <duration>', 'between two requests of a user (default: 1s)')
		.option('--yes-i-own-this', 'the server is yours: for more than the default, and for POST')
		.addOption(
			new Option('--fail-on <severity>', 'exit 1 from this severity on (default: blocker)').choices(
				FAIL_ON,
			),
		)
		.option('--resolver <server>', 'IP, IP:PORT or https://… instead of the system’s resolver')
		.option('--resolve <host:port:ip>', 'as curl’s: load this server (repeatable)', collect)
		.option('--ca <file>', 'also trust these roots, PEM (repeatable)', collect)
		.option('--record <dir>', 'record the evidence')
		.option('--plan', 'print every request that would be sent, and send none')
		.option('--config <file>', 'instead of the launch-ready.config.yaml found upwards')
		.addHelpText('after', LOAD_HELP);
	outputOptions(command).action(async (urls, options) => {
		process.exitCode = await (await import('./commands/load.ts')).load(urls, options);
	});
}

function demoCommand(root: Command): void {
	const command = root
		.command('demo')
		.description('audit an unready start-up and its ready twin on an embedded internet, offline')
		.addOption(
			new Option('--fail-on <severity>', 'exit 1 from this severity on (default: blocker)').choices(
				FAIL_ON,
			),
		);
	outputOptions(command).action(async (options) => {
		process.exitCode = await (await import('./commands/demo.ts')).demo(options);
	});
}

function spfCommand(root: Command): void {
	root
		.command('spf')
		.description('would this server be allowed to send for that address, step by step (RFC 7208)')
		.option('--ip <address>', 'the server that would connect')
		.option('--mail-from <address>', 'the address that it would give; empty for a bounce')
		.option('--helo <name>', 'the name that it would greet with')
		.option('--check-helo', 'judge that name too, as receivers may (RFC 7208 §2.3)')
		.option(
			'--batch <file>',
			'many cases: {"ip", "mailFrom", "helo", "resolver"} a line; - is stdin',
		)
		.option('--resolver <server>', 'IP, IP:PORT or https://… instead of the system’s resolver')
		.option('--json', 'one JSON object instead of text')
		.addOption(colorOption())
		.option('--ascii', 'ASCII only')
		.addHelpText('after', SPF_HELP)
		.action(async (options) => {
			process.exitCode =
				options.batch === undefined
					? await (await import('./commands/spf.ts')).spf(options)
					: await (await import('./commands/spf-batch.ts')).spfBatch(options);
		});
}

function dmarcCommand(root: Command): void {
	root
		.command('dmarc [domain...]')
		.description('the DMARC policy that receivers find for a domain, query by query (RFC 9989)')
		.option('--batch <file>', 'many cases: {"domain", "resolver"} a line; - is stdin')
		.option('--resolver <server>', 'IP, IP:PORT or https://… instead of the system’s resolver')
		.option('--json', 'JSON instead of text; an array for several domains')
		.addOption(colorOption())
		.option('--ascii', 'ASCII only')
		.addHelpText('after', DMARC_HELP)
		.action(async (domains, options) => {
			process.exitCode = await (await import('./commands/dmarc.ts')).dmarc(domains, options);
		});
}

function exportCommand(root: Command): void {
	root
		.command('export')
		.addArgument(new Argument('<tool>', 'whose configuration').choices(MONITORING_TOOLS))
		.argument(
			'<report>',
			'a report saved as JSON, - for standard input, or a domain to audit first',
		)
		.description('the configuration of a monitoring tool for what the audit found')
		.option('-o, --output <path>', 'file or folder to write to (default: standard output)')
		.option('--domain <name>', 'which report of a file that holds several')
		.option('--dns-server <ip>', 'whom the monitors ask for records (default: 1.1.1.1)')
		.option('--upptime-repo <owner/name>', 'the repository that Upptime runs in')
		.option('--host <name>', 'when it audits: a further host that must work (repeatable)', collect)
		.option('--endpoint <url>', 'when it audits: time this URL (repeatable)', collect)
		.option('--health <url>', 'when it audits: a health endpoint (repeatable)', collect)
		.option('--old-urls <file>', 'when it audits: URLs that must still lead somewhere')
		.option('--timeout <duration>', 'when it audits: end after this time (default: 60s)')
		.option('--resolver <server>', 'when it audits: instead of the system’s resolver')
		.option('--ca <file>', 'when it audits: also trust these roots, PEM (repeatable)', collect)
		.option('--config <file>', 'instead of the launch-ready.config.yaml found upwards')
		.option('-q, --quiet', 'no progress, no messages')
		.addHelpText('after', EXPORT_HELP)
		.action(async (tool, source, options) => {
			const { exportTo } = await import('./commands/export.ts');
			process.exitCode = await exportTo(tool, source, options);
		});
}

function lintRecordCommand(root: Command): void {
	root
		.command('lint-record')
		.description('judge one mail record before it is published: --text, --file or standard input')
		.addOption(
			new Option('--type <type>', 'what it is meant to be').choices([
				'spf',
				'dkim',
				'dmarc',
				'mta-sts',
				'mta-sts-policy',
				'tls-rpt',
				'bimi',
			]),
		)
		.option('--text <text>', 'the record')
		.option('--file <file>', 'the file that holds it')
		.option(
			'--batch <file>',
			'JSON lines of {type, text}; a line of JSON each; - is standard input',
		)
		.option('--json', 'JSON instead of text')
		.addOption(colorOption())
		.option('--ascii', 'ASCII only')
		.action(async (options) => {
			process.exitCode = await (await import('./commands/lint-record.ts')).lint(options);
		});
}

function outputOptions(command: Command): Command {
	return command
		.addOption(
			new Option('--format <format>', 'what to print (default: table)').choices([
				'table',
				'json',
				'ndjson',
				'txt',
			]),
		)
		.option(
			'-o, --output <file>',
			'also write FILE: .json, .txt or .svg (loads); json=FILE; - is stdout (repeatable)',
			collect,
		)
		.option('-q, --quiet', 'no progress, no messages')
		.option('--map', 'also the DNS map: every record seen, and what it is for')
		.option('-v, --verbose', 'everything: what can wait, notes, evidence')
		.addOption(colorOption())
		.option('--ascii', 'ASCII only');
}

function colorOption(): Option {
	return new Option('--color <when>', 'colours').choices(COLOR_CHOICES).default('auto');
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
	return [...before, value];
}

function usageLine(text: string): string {
	return `${visibleLines(text.replace(/^error: /, 'launch-ready: ').trimEnd())}\n`;
}

/** Known errors are one line; anything else is a bug of ours, said with its stack. */
async function exitCodeFor(error: unknown): Promise<ExitCode> {
	if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
	const { usageErrors, writeErrors } = await import('./known-errors.ts');
	const known = (kinds: readonly (new (...args: never[]) => Error)[]) =>
		kinds.some((kind) => error instanceof kind);
	if (known(usageErrors)) return complain(error, EXIT.usage);
	if (known(writeErrors)) return complain(error, EXIT.notWritten);
	return reportBug(error);
}

function complain(error: unknown, code: ExitCode): ExitCode {
	// A message quotes files and configs, which may be a stranger's.
	process.stderr.write(`launch-ready: ${visibleLines((error as Error).message)}\n`);
	return code;
}

function reportBug(error: unknown): ExitCode {
	const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
	process.stderr.write(
		`launch-ready ${VERSION}: this is a bug in launch-ready.\n${visibleLines(stack)}\n`,
	);
	return EXIT.bug;
}

const WATCH_HELP = `
Environment: LAUNCH_READY_WEBHOOK_URL, in the place of --webhook, which other users of the machine see;
LAUNCH_READY_SMTP_URL for --mail-to: smtp://user:password@host:587 (STARTTLS) or smtps://…

Examples:
  launch-ready watch example.com --every 5m
  launch-ready watch example.com --once --state /var/lib/launch-ready/example.json

Exit codes: 130 stopped, with its state kept; with --once: 0 nothing is confirmed at or above --fail-on,
1 something is, 3 could not say. 2 wrong usage, or another watch uses the state; 74 the state could not
be written; 70 a bug.`;

const LOAD_HELP = `
Examples:
  launch-ready load https://api.example.com/items
  launch-ready load 'https://api.example.com/items p95<500ms' --hold 50s --yes-i-own-this -o plot.svg
  launch-ready load            with load.urls or load.scenario of the config

At most 1,500 requests in 60 s. It stops by itself when the server suffers: 429 or Retry-After, five
errors in a row, more than a fifth of the last 20, p95 over ten times one user's; and within a second
of Ctrl-C. Exit codes: 0 it holds, 1 findings, 2 wrong usage, 3 could not say (refused, too few
requests), 130 interrupted.`;

const SPF_HELP = `
Examples:
  launch-ready spf --ip 203.0.113.5 --mail-from alice@example.com --helo mail.example.com
  launch-ready spf --batch cases.jsonl > results.jsonl

Exit codes: 0 judged, whatever the result is; 2 wrong usage, or lines of a batch that are no cases;
3 temperror: DNS did not answer, so nothing is known; 130 interrupted.`;

const EXPORT_HELP = `
What is written:
  gatus        one file, for Gatus 5
  upptime      one file, .upptimerc.yml
  prometheus   prometheus.yml, blackbox.yml, alerts.yml and alertmanager.yml, into a folder
  uptime-kuma  static monitors of AutoKuma, into a folder: since its version 2 Uptime Kuma itself
               imports no file; AutoKuma brings them into 1.23 and 2.x

Examples:
  launch-ready export gatus report.json -o gatus.yaml
  launch-ready export prometheus example.com -o monitoring/

Exit codes: 0 written; 2 wrong usage; 3 the audit saw nothing to watch; 74 not written; 130 interrupted.`;

const DMARC_HELP = `
Exit codes: 0 answered, policy or not; 2 wrong usage; 3 DNS failed.`;

const EXAMPLES = `
Examples:
  launch-ready audit example.com
  launch-ready audit example.com --repo . --format json | jq .decision
  launch-ready demo

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, 3 could not say,
70 a bug, 74 the report could not be written, 130 interrupted.`;
