import { basename } from 'node:path';
import { z } from 'zod';
import { defineProbe, type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { gatherEnv } from './env-gather.ts';
import { RepositoryEnvSchema } from './env-schema.ts';

/** The folder that is about to be deployed, with what the user says of its production. */
export interface ConfiguredRepository extends Subject<Record<never, string>> {
	/** Absolute. */
	readonly root: string;
	/** Absolute path or mode, as `--env` says. */
	readonly env: string | null;
	/** Registrable domain of the audit. */
	readonly domain: string | null;
}

/** The repository that the user gave; none without `--repo`. */
export const configuredRepositories = defineSubjects({
	name: 'repository.configured',
	params: z.object({
		root: z.string().nullable(),
		env: z.string().nullable(),
		domain: z.string().nullable(),
	}),
	from: ({ repo, env, registrable }) => ({ root: repo, env, domain: registrable }),
	sample: {
		kind: 'repository',
		name: 'shop',
		context: {},
		root: '/home/user/shop',
		env: null,
		domain: null,
	} satisfies ConfiguredRepository as ConfiguredRepository,
	derive: ({ root, env, domain }): Fact<readonly ConfiguredRepository[]> =>
		known(
			root === null
				? []
				: [{ kind: 'repository', name: basename(root) || root, context: {}, root, env, domain }],
		),
});

/**
 * Every environment variable of the repository: who reads it, who declares it, what production has. Reads
 * env files, manifests, workflows and code; executes nothing. Values stay inside: the fact has names and
 * what may be said of values. A folder that cannot be read is unknown; a file that cannot is named.
 */
export const repositoryEnv = defineProbe({
	name: 'repository.env',
	params: z.object({
		root: z.string(),
		env: z.string().nullable(),
		domain: z.string().nullable(),
	}),
	value: RepositoryEnvSchema,
	observe: (params, io) => gatherEnv(params, io.files),
	describe: ({ root }, { variables, files, code }) => ({
		kind: 'file',
		summary: `${basename(root) || root}: ${variables.length} variables in ${code} files of code and ${files.length} env files`,
		detail: files.map(({ path, names }) => `${path}: ${names} names`).join('\n'),
	}),
	plan: () => null,
});
