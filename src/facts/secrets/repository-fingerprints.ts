import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { HISTORY, repositoryHistory, repositorySecrets } from './repository.ts';

/** Where a value stands in the repository. */
export interface RepositoryPlace {
	readonly file: string;
	readonly line: number;
}

/** By fingerprint. */
export type RepositoryFingerprints = Readonly<Record<string, RepositoryPlace>>;

/** What a build writes: that it equals what is deployed says nothing. */
const BUILT =
	/(?:^|\/)(?:\.next|\.output|\.nuxt|\.svelte-kit|\.vercel|dist|build|out|storybook-static)\//;

/**
 * Every value that the tree of a repository holds, or that its past held, by fingerprint; none without a
 * repository. A past that cannot be seen adds nothing.
 */
export const repositoryFingerprints = defineDerivation({
	name: 'repository.fingerprints',
	params: z.object({ root: z.string().nullable(), history: HISTORY }),
	async derive({ root, history }, get): Promise<Fact<RepositoryFingerprints>> {
		if (root === null) return known({});
		const [found, past] = await Promise.all([
			get(repositorySecrets({ root })),
			get(repositoryHistory({ root, history })),
		]);
		if (found.status !== 'known') return found;
		return known(
			Object.fromEntries(
				[...(past.status === 'known' ? past.value.secrets : []), ...found.value.secrets].flatMap(
					({ fingerprint, places }) => {
						const source = places.find(({ file }) => file !== '' && !BUILT.test(file));
						return source === undefined
							? []
							: [[fingerprint, { file: source.file, line: source.line }] as const];
					},
				),
			),
		);
	},
});
