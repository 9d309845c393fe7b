import type { AnyCheck } from '../../../src/core/check.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { committed, write } from '../../files/repositories.ts';
import { type Files, judgedFolder } from './real-env.ts';

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
	return inWords(await judgedFolder(check, root));
}

/** A manifest with these dependencies. */
export const manifest = (...names: string[]): string =>
	JSON.stringify({
		name: 'shop',
		dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
	});
