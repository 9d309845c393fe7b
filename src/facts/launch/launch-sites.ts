import { basename } from 'node:path';
import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';
import { type Site, SiteParams, siteParams, sites } from '../web/sites.ts';

/** A site with what was given beside it, or a repository that was given alone. */
export interface LaunchSite extends Omit<Site, 'context' | 'kind'>, Subject<Site['context']> {
	/** The registrable domain that is audited; `null` where a repository alone is. */
	readonly registrable: string | null;
	/** Absolute paths of saved messages; those of the audited name alone. */
	readonly messages: readonly string[];
	/** Absolute path of the repository; that of the audited name alone. */
	readonly repo: string | null;
}

const Params = SiteParams.extend({
	messages: z.array(z.string()),
	repo: z.string().nullable(),
});

const SAMPLE: LaunchSite = {
	...sites.sample,
	registrable: 'example.com',
	messages: [],
	repo: null,
};

/** The members of `sites`; without a domain, the repository that was given. */
export const launchSites = defineSubjects({
	name: 'launch.sites',
	params: Params,
	from: (target: Parameters<typeof siteParams>[0] & Pick<Target, 'messages' | 'repo'>) => ({
		...siteParams(target),
		messages: [...target.messages],
		repo: target.repo,
	}),
	sample: SAMPLE,
	async derive({ messages, repo, ...params }, get): Promise<Fact<readonly LaunchSite[]>> {
		const { domain, registrable, seed } = params;
		if (domain === null) return known(repo === null ? [] : [repositoryAlone(repo, seed)]);
		const found = await get(sites(params));
		if (found.status !== 'known') return found;
		return known(
			found.value.map((site) => {
				const isAudited = site.name === site.apex;
				const given = { messages: isAudited ? messages : [], repo: isAudited ? repo : null };
				return { ...site, registrable: registrable ?? site.apex, ...given };
			}),
		);
	},
});

function repositoryAlone(repo: string, seed: string): LaunchSite {
	return {
		...SAMPLE,
		kind: 'repository',
		name: basename(repo) || repo,
		apex: '',
		seed,
		siblings: [],
		registrable: null,
		repo,
	};
}
