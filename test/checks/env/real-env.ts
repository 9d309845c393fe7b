import type { AnyCheck } from '../../../src/core/check.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { FilesPort } from '../../../src/core/io.ts';
import { gatherEnv } from '../../../src/facts/env/env-gather.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder, write } from '../../files/repositories.ts';
import { judged } from '../judged.ts';

export type Files = Readonly<Record<string, string>>;

interface Asked {
	/** Beside what is committed. */
	readonly untracked?: Files;
	/** As `--env` says. */
	readonly env?: string | null;
	readonly domain?: string | null;
	readonly port?: FilesPort;
}

/** What a check of variables says of files on disk. */
export async function judgedEnv(
	check: AnyCheck,
	files: Files,
	{ untracked = {}, ...asked }: Asked = {},
): Promise<readonly Finding[]> {
	const root = committed({ '.gitignore': '.env\n.env.*\n!.env.example\n', ...files });
	write(root, untracked);
	return judgedFolder(check, root, asked);
}

export async function judgedFolder(
	check: AnyCheck,
	root: string,
	{
		env = null,
		domain = null,
		port = createFiles({ configFolder: temporaryFolder() }),
	}: Asked = {},
): Promise<readonly Finding[]> {
	return judged(check, { found: await gatherEnv({ root, env, domain }, port) });
}

/** `severity verdict NAME file:line`, or the outcome where nothing failed. */
export function named(findings: readonly Finding[]): readonly string[] {
	return findings.map((finding) => {
		if (!('severity' in finding)) return finding.outcome;
		const { name, file, line } = finding.locus;
		return `${finding.severity} ${finding.verdict} ${name} ${file}:${line}`;
	});
}
