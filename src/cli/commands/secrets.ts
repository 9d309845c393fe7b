import type { Config } from '../../config/config-schema.ts';
import { auditRepository } from '../../repository-audit.ts';
import { EXIT, type ExitCode, exitCodeOf, type FailOn, gravest } from '../exit-code.ts';
import { configFolder, configFor, durationOf, requireKnownConfigIds } from '../given-config.ts';
import { requireFiles, requireFolder } from '../given-paths.ts';
import { interruptible } from '../interruptible.ts';
import { type OutputOptions, printReports, requireOutputs } from '../print-reports.ts';
import { Usage } from '../usage.ts';

interface CliOptions extends OutputOptions {
	readonly history?: boolean;
	readonly unreachable?: boolean;
	readonly staged?: boolean;
	readonly log?: readonly string[];
	readonly timeout?: string;
	readonly failOn?: FailOn;
	readonly config?: string;
}

/** A history of any size, at the speed of git; what was read until then is kept for the next run. */
const HISTORY_SECONDS = 600;
/** What is about a site, and has none here. */
const OF_SITES = ['secrets/deployed', 'secrets/public-by-design'];
/** What one commit can bring. */
const OF_STAGED = ['secrets/tree', 'secrets/files', 'secrets/scan'];

/** The checks of the area `secrets` alone, on a folder; touches no network. */
export async function secrets(folder = '.', options: CliOptions = {}): Promise<ExitCode> {
	requireOutputs(options);
	requireSense(options);
	await requireFolder(folder, 'secrets', 'give a folder');
	await requireFiles(options.log, '--log');
	const config = await configFor({ ...options, repo: folder });
	await requireKnownConfigIds(config);
	const asked = askedOf(folder, options, config);
	const { result, interrupted } = await interruptible((signal) =>
		auditRepository({ ...asked, signal }),
	);
	await printReports([result], options);
	const failOn = options.failOn ?? config.failOn ?? 'blocker';
	return gravest([exitCodeOf(result, failOn), ...(interrupted ? [EXIT.interrupted] : [])]);
}

function requireSense({ history, unreachable, staged }: CliOptions): void {
	if (unreachable === true && history !== true) throw new Usage('--unreachable needs --history');
	if (staged === true && history === true) {
		throw new Usage('--staged looks at the next commit alone, and --history at all of them');
	}
}

function askedOf(
	folder: string,
	{ history, unreachable, staged, log, timeout }: CliOptions,
	config: Config,
): Parameters<typeof auditRepository>[0] {
	const areas = staged === true ? OF_STAGED : ['secrets'];
	const past = unreachable === true ? 'all' : 'reachable';
	const seconds = durationOf(timeout ?? config.timeout, '--timeout');
	return {
		repo: folder,
		history: history === true ? past : 'none',
		logs: log ?? [],
		...(staged === true && { staged }),
		only: [...areas, ...(log === undefined ? [] : ['logs/content'])],
		skip: [...OF_SITES, ...(config.skip ?? [])],
		accept: config.accept,
		severity: config.severity,
		options: config.options,
		timeoutSeconds: seconds ?? (history === true ? HISTORY_SECONDS : undefined),
		env: process.env,
		configFolder: configFolder(process.env),
	};
}
