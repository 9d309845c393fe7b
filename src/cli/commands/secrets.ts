import type { ExitCode, FailOn } from '../exit-code.ts';
import type { OutputOptions } from '../print-reports.ts';
import { audit, requireFolder } from './audit.ts';

interface CliOptions extends OutputOptions {
	readonly failOn?: FailOn;
	readonly config?: string;
	readonly quiet?: boolean;
}

/** The checks of the area `secrets` alone, on a folder; touches no network. */
export async function secrets(folder = '.', options: CliOptions = {}): Promise<ExitCode> {
	await requireFolder(folder, 'secrets', 'give a folder');
	return audit([], { ...options, repo: folder, only: ['secrets'] });
}
