import type { ExitCode, FailOn } from '../exit-code.ts';
import type { OutputOptions } from '../print-reports.ts';
import { Usage } from '../usage.ts';
import { audit, requireFolder } from './audit.ts';

interface CliOptions extends OutputOptions {
	readonly history?: boolean;
	readonly unreachable?: boolean;
	readonly log?: readonly string[];
	readonly timeout?: string;
	readonly failOn?: FailOn;
	readonly config?: string;
	readonly quiet?: boolean;
}

/** A history of any size, at the speed of git; what was read until then is kept for the next run. */
const HISTORY_TIMEOUT = '10m';

/** The checks of the area `secrets` alone, on a folder; touches no network. */
export async function secrets(folder = '.', options: CliOptions = {}): Promise<ExitCode> {
	await requireFolder(folder, 'secrets', 'give a folder');
	const { history = false, unreachable = false, ...rest } = options;
	if (unreachable && !history) throw new Usage('--unreachable belongs to --history');
	const only = ['secrets', ...(rest.log === undefined ? [] : ['logs/content'])];
	return audit([], {
		...(history && { timeout: HISTORY_TIMEOUT }),
		...rest,
		repo: folder,
		history: history ? (unreachable ? 'all' : 'reachable') : 'none',
		only,
	});
}
