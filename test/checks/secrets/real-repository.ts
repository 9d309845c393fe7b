import type { AnyCheck, Judgement } from '../../../src/core/check.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { FilesPort } from '../../../src/core/io.ts';
import { findingOf } from '../../../src/engine/judge.ts';
import { surveyFiles } from '../../../src/facts/secret-formats/repository-files.ts';
import { scanRepository } from '../../../src/facts/secrets/secret-repository.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder, write } from '../../files/repositories.ts';

const NOW = new Date('2030-01-01T00:00:00Z');

type Files = Readonly<Record<string, string | Buffer>>;

/** What a check over a repository says of a folder on disk. */
export async function judged(
	check: AnyCheck,
	root: string,
	port: FilesPort = createFiles({ configFolder: temporaryFolder() }),
): Promise<readonly Finding[]> {
	const given = {
		found: await scanRepository(root, port),
		files: await surveyFiles(root, port),
	};
	const subject = check.over.sample;
	const say = ((verdict: string, args: object = {}) => ({ verdict, args })) as never;
	const said = check.judge({ given, subject, options: {}, now: NOW, say });
	return ([said].flat() as Judgement[]).map((one) => findingOf(check, subject, one, []));
}

/** `severity verdict file:line`, or the outcome where there is no verdict. */
export function inWords(findings: readonly Finding[]): readonly string[] {
	return findings.map((finding) =>
		'severity' in finding
			? `${finding.severity} ${finding.verdict} ${finding.locus.file}:${finding.locus.line}`
			: finding.outcome,
	);
}

/** A repository with files committed, and files beside them that git does not track. */
export function repositoryOf(tracked: Files, untracked: Files = {}): string {
	const root = committed(tracked);
	write(root, untracked);
	return root;
}
