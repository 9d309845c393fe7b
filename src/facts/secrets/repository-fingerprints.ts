import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { repositorySecrets } from './repository.ts';

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

/** Every value that the tree of a repository holds, by fingerprint; none without a repository. */
export const repositoryFingerprints = defineDerivation({
	name: 'repository.fingerprints',
	params: z.object({ root: z.string().nullable() }),
	async derive({ root }, get): Promise<Fact<RepositoryFingerprints>> {
		if (root === null) return known({});
		const found = await get(repositorySecrets({ root }));
		if (found.status !== 'known') return found;
		return known(
			Object.fromEntries(
				found.value.secrets.flatMap(({ fingerprint, places }) => {
					const source = places.find(({ file }) => !BUILT.test(file));
					return source === undefined
						? []
						: [[fingerprint, { file: source.file, line: source.line }] as const];
				}),
			),
		);
	},
});
