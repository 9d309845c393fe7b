import type { Config } from '../../config/config-schema.ts';
import { auditLoad, type LoadOptions, planLoad } from '../../load-audit.ts';
import { visible } from '../../report/visible-text.ts';
import { EXIT, type ExitCode, exitCodeOf, type FailOn, gravest } from '../exit-code.ts';
import { configFolder, configFor, durationOf, requireKnownConfigIds } from '../given-config.ts';
import { parseResolve } from '../given-resolve.ts';
import { interruptible } from '../interruptible.ts';
import { loadLine } from '../load-line.ts';
import { type OutputOptions, printReports, requireOutputs } from '../print-reports.ts';
import { Usage } from '../usage.ts';
import { writeStdout } from '../write-output.ts';

interface CliOptions extends OutputOptions {
	readonly users?: string;
	readonly model?: 'open' | 'closed';
	readonly ramp?: string;
	readonly hold?: string;
	readonly think?: string;
	readonly yesIOwnThis?: boolean;
	readonly resolver?: string;
	readonly resolve?: readonly string[];
	readonly ca?: readonly string[];
	readonly record?: string;
	readonly plan?: boolean;
	readonly failOn?: FailOn;
	readonly config?: string;
	readonly quiet?: boolean;
}

/** A light load on the given URLs; without any, on those and the scenario of the config. */
export async function load(urls: readonly string[], options: CliOptions = {}): Promise<ExitCode> {
	requireOutputs(options);
	const config = await configFor(options.config === undefined ? {} : { config: options.config });
	await requireKnownConfigIds(config);
	const asked = askedOf(urls, options, config);
	if (options.plan === true) {
		const lines = await planLoad(asked);
		await writeStdout(lines.map((line) => `${visible(line)}\n`).join(''));
		return EXIT.fine;
	}
	const { format = 'table' } = options;
	const line = loadLine(options.quiet !== true && (format === 'table' || format === 'txt'));
	const { result, interrupted } = await interruptible((signal) =>
		auditLoad({ ...asked, signal, onLoad: line.show }),
	).finally(line.end);
	await printReports([result], options);
	const failOn = options.failOn ?? config.failOn ?? 'blocker';
	return gravest([exitCodeOf(result, failOn), ...(interrupted ? [EXIT.interrupted] : [])]);
}

function askedOf(urls: readonly string[], cli: CliOptions, config: Config): LoadOptions {
	const { load: asked = {} } = config;
	return {
		asked: {
			urls: urls.length > 0 ? urls : (asked.urls ?? []),
			users: cli.users === undefined ? asked.users : countOf(cli.users),
			model: cli.model ?? asked.model,
			rampSeconds: durationOf(cli.ramp ?? asked.ramp, '--ramp'),
			holdSeconds: durationOf(cli.hold ?? asked.hold, '--hold'),
			thinkSeconds: durationOf(cli.think ?? asked.think, '--think'),
			approval: asked.approval,
			isConfirmed: cli.yesIOwnThis,
		},
		scenario: urls.length > 0 ? undefined : asked.scenario,
		skip: config.skip,
		accept: config.accept,
		severity: config.severity,
		options: config.options,
		deadlineSeconds: durationOf(config.deadline, 'deadline'),
		resolver: cli.resolver ?? config.resolver,
		resolve: (cli.resolve ?? []).map(parseResolve),
		caFiles: [...(config.ca ?? []), ...(cli.ca ?? [])],
		record: cli.record,
		env: process.env,
		configFolder: configFolder(process.env),
	};
}

function countOf(text: string): number {
	if (/^\d{1,6}$/.test(text)) return Number(text);
	throw new Usage(`--users "${visible(text)}": give a whole number`);
}
