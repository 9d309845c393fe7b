import type { AnyCheck, Judgement } from '../../../src/core/check.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { findingOf } from '../../../src/engine/judge.ts';
import { gatherEnv } from '../../../src/facts/env/env-gather.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder, write } from '../../files/repositories.ts';

const NOW = new Date('2030-01-01T00:00:00Z');

type Files = Readonly<Record<string, string>>;

/** What checks of variables say of a folder on disk. */
export async function judgedEnv(
	root: string,
	...checks: readonly AnyCheck[]
): Promise<readonly Finding[]> {
	const port = createFiles({ configFolder: temporaryFolder() });
	const given = { found: await gatherEnv({ root, env: null, domain: null }, port) };
	const say = ((verdict: string, args: object = {}) => ({ verdict, args })) as never;
	return checks.flatMap((check) => {
		const subject = check.over.sample;
		const said = check.judge({ given, subject, options: {}, now: NOW, say });
		return ([said].flat() as Judgement[]).map((one) => findingOf(check, subject, one, []));
	});
}

/** `severity verdict file:line`, or the outcome where there is no verdict. */
export const inWords = (findings: readonly Finding[]): readonly string[] =>
	findings.map((finding) =>
		'severity' in finding
			? `${finding.severity} ${finding.verdict} ${finding.locus.file}:${finding.locus.line}`
			: finding.outcome,
	);

/** What a check says of a repository with these files committed, and those beside them. */
export async function envSayings(
	check: AnyCheck,
	tracked: Files,
	untracked: Files = {},
): Promise<readonly string[]> {
	const root = committed(tracked);
	write(root, untracked);
	return inWords(await judgedEnv(root, check));
}

/** A manifest with these dependencies. */
export const manifest = (...names: string[]): string =>
	JSON.stringify({
		name: 'shop',
		dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
	});
