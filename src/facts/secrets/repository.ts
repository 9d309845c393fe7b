import { basename } from 'node:path';
import { z } from 'zod';
import { defineProbe, type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';
import { scanHistory } from './history-scan.ts';
import { type RepositoryHistory, RepositoryHistorySchema } from './history-sighting.ts';
import { scanRepository } from './secret-repository.ts';
import { RepositorySecretsSchema } from './secret-sighting.ts';

/** How much of a repository's past is wanted. */
export const HISTORY = z.enum(['none', 'reachable', 'all']);

/** The folder that is about to be deployed. */
export interface Repository extends Subject<Record<never, string>> {
	/** Absolute. */
	readonly root: string;
	readonly history: Target['history'];
}

/** The repository that the user gave; none without `--repo`. Its name is its folder's, on any machine. */
export const repositories = defineSubjects({
	name: 'repository',
	params: z.object({ root: z.string().nullable(), history: HISTORY }),
	from: (target) => ({ root: target.repo, history: target.history }),
	sample: {
		kind: 'repository',
		name: 'shop',
		context: {},
		root: '/home/user/shop',
		history: 'reachable',
	} satisfies Repository as Repository,
	derive: ({ root, history }): Fact<readonly Repository[]> =>
		known(
			root === null ? [] : [{ kind: 'repository', name: nameOf(root), context: {}, root, history }],
		),
});

const nameOf = (root: string): string => basename(root) || root;

/**
 * Every secret in the working tree: tracked files, and files that would be deployed as they are. Reads
 * each file once and touches no network. Raw values stay inside: the fact has what a report may show.
 * A folder that cannot be read is unknown; a file that cannot is counted.
 */
export const repositorySecrets = defineProbe({
	name: 'repository.secrets',
	params: z.object({ root: z.string() }),
	value: RepositorySecretsSchema,
	observe: ({ root }, io) => scanRepository(root, io.files),
	describe: ({ root }, { secrets, scanned }) => ({
		kind: 'file',
		summary: `${nameOf(root)}: ${secrets.length} values in ${scanned.files} files`,
		detail: secrets
			.slice(0, 20)
			.map(({ provider, what, places }) => `${provider} ${what}: ${wordsFor(places[0])}`)
			.join('\n'),
	}),
	plan: () => null,
});

const wordsFor = (place: { file: string; line: number } | undefined): string =>
	place === undefined ? '' : `${place.file}:${place.line}`;

/**
 * Every secret in the past of a repository: in any commit that a branch, a tag, HEAD or a stash leads
 * to, and with `all` in what git still has beside. Every blob is read once, by git's own commands;
 * nothing is fetched and nothing of the repository is run. Outside git it is known, and empty, as it is
 * where nothing of it is wanted; where git refuses the folder it is unknown. What is not on this machine is told in `gaps`.
 */
export const repositoryHistory = defineProbe({
	name: 'repository.history',
	params: z.object({ root: z.string(), history: HISTORY }),
	value: RepositoryHistorySchema,
	observe: ({ root, history }, io): Promise<RepositoryHistory> =>
		scanHistory(root, io.files, history),
	describe: ({ root }, { secrets, scanned }) => ({
		kind: 'file',
		summary: `${nameOf(root)}: ${secrets.length} values in ${scanned.blobs} blobs of ${scanned.commits} commits`,
		detail: secrets
			.slice(0, 20)
			.map(({ provider, what, places }) => `${provider} ${what}: ${wordsFor(places[0])}`)
			.join('\n'),
	}),
	plan: () => null,
});
