import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';
import { type Site, SiteParams, siteParams, sites } from '../web/sites.ts';

/** A site beside the repository that it was deployed from. */
export interface DeployedSite extends Omit<Site, 'context'>, Subject<Site['context']> {
	/** Absolute; `null` where none was given. */
	readonly repo: string | null;
}

/** The members of `sites`, each with the repository that was given. */
export const deployedSites = defineSubjects({
	name: 'deployed.sites',
	params: SiteParams.extend({ repo: z.string().nullable() }),
	from: (target: Parameters<typeof siteParams>[0] & Pick<Target, 'repo'>) => ({
		...siteParams(target),
		repo: target.repo,
	}),
	sample: { ...sites.sample, repo: '/home/user/shop' } satisfies DeployedSite as DeployedSite,
	async derive({ repo, ...params }, get): Promise<Fact<readonly DeployedSite[]>> {
		if (params.domain === null) return known([]);
		const found = await get(sites(params));
		if (found.status !== 'known') return found;
		return known(found.value.map((site) => ({ ...site, repo })));
	},
});
