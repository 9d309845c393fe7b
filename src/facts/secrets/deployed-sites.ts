import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';
import { type Site, SiteParams, siteParams, sites } from '../web/sites.ts';
import { HISTORY } from './repository.ts';

/** A site beside the repository that it was deployed from. */
export interface DeployedSite extends Omit<Site, 'context'>, Subject<Site['context']> {
	/** Absolute; `null` where none was given. */
	readonly repo: string | null;
	readonly history: Target['history'];
}

/** The members of `sites`, each with the repository that was given. */
export const deployedSites = defineSubjects({
	name: 'deployed.sites',
	params: SiteParams.extend({ repo: z.string().nullable(), history: HISTORY }),
	from: (target: Parameters<typeof siteParams>[0] & Pick<Target, 'repo' | 'history'>) => ({
		...siteParams(target),
		repo: target.repo,
		history: target.history,
	}),
	sample: {
		...sites.sample,
		repo: '/home/user/shop',
		history: 'reachable',
	} satisfies DeployedSite as DeployedSite,
	async derive({ repo, history, ...params }, get): Promise<Fact<readonly DeployedSite[]>> {
		if (params.domain === null) return known([]);
		const found = await get(sites(params));
		if (found.status !== 'known') return found;
		return known(found.value.map((site) => ({ ...site, repo, history })));
	},
});
