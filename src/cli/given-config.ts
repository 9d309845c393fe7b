import path from 'node:path';
import type { Config } from '../config/config-schema.ts';
import { parseDuration } from '../config/duration.ts';
import { findConfig } from '../config/find-config.ts';
import { requireKnownIds } from './check-ids.ts';

/** The file that is named, or else the one that is found upwards of the repository or of this folder. */
export async function configFor({
	config,
	repo,
}: {
	readonly config?: string;
	readonly repo?: string;
}): Promise<Config> {
	const file = config ?? (await findConfig(repo ?? process.cwd()));
	if (file === null) return {};
	const { readConfig } = await import('../config/read-config.ts');
	return readConfig(file, new Date());
}

/** Refuses ids that no check has. */
export async function requireKnownConfigIds({ severity, accept, options }: Config): Promise<void> {
	await requireKnownIds(Object.keys(severity ?? {}), 'severity in the config');
	await requireKnownIds(
		(accept ?? []).map(({ id }) => id),
		'accept in the config',
	);
	await requireKnownIds(Object.keys(options ?? {}), 'options in the config');
}

/** In seconds; `name` is the option that it was given with. */
export function durationOf(text: string | undefined, name: string): number | undefined {
	return text === undefined ? undefined : parseDuration(text, name);
}

/** XDG Base Directory: the user's own folder, never the repository's. */
export function configFolder(env: NodeJS.ProcessEnv): string | undefined {
	const base = env['XDG_CONFIG_HOME'] ?? (env['HOME'] && path.join(env['HOME'], '.config'));
	return base ? path.join(base, 'launch-ready') : undefined;
}
