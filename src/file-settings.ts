import { homedir } from 'node:os';
import path from 'node:path';
import type { AuditOptions } from './audit-options.ts';
import { VERSION } from './version.ts';

/** The user's own folder unless told, and the PATH on which git is found. */
export function fileSettings(
	{ configFolder, env }: Pick<AuditOptions, 'configFolder' | 'env'>,
	signal: AbortSignal,
) {
	return {
		configFolder: configFolder ?? path.join(homedir(), '.config', 'launch-ready'),
		searchPath: env?.['PATH'],
		program: `launch-ready ${VERSION}`,
		signal,
	};
}
