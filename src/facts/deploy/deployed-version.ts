import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { defineSubjects } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';
import { HISTORY, type Repository, repositories } from '../secrets/repository.ts';
import { assetText, sitePages } from '../web/site-pages.ts';
import { VERSION_HEADER, VERSION_META } from './visible-version.ts';

/** A repository beside the host that it is deployed to. */
export interface DeployedRepository extends Repository {
	/** `null` where no domain was given. */
	readonly host: string | null;
	/** URL of the sign-in page, which is read with the start page. */
	readonly login: string | null;
}

/** The repository that the user gave, with the audited name. */
export const deployedRepositories = defineSubjects({
	name: 'repository.deployed',
	params: z.object({
		root: z.string().nullable(),
		history: HISTORY,
		host: z.string().nullable(),
		login: z.string().nullable(),
	}),
	from: ({
		repo,
		history,
		domain,
		login,
	}: Pick<Target, 'repo' | 'history' | 'domain' | 'login'>) => ({
		root: repo,
		history,
		host: domain,
		login: domain !== null && login !== null && new URL(login).hostname === domain ? login : null,
	}),
	sample: {
		...repositories.sample,
		host: 'example.com',
		login: null,
	} satisfies DeployedRepository as DeployedRepository,
	async derive({ root, history, host, login }, get): Promise<Fact<readonly DeployedRepository[]>> {
		const found = await get(repositories({ repo: root, history } as Target));
		if (found.status !== 'known') return found;
		return known(found.value.map((one) => ({ ...one, host, login })));
	},
});

/** Where a live site tells its version. */
export interface DeployedVersion {
	readonly url: string;
	/** `the header x-app-version`. */
	readonly what: string;
}

/** Sentry's own marks: of its plugin for bundlers, and of the traces that a server begins. */
const RELEASE = /\bSENTRY_RELEASE\s*=\s*\{\s*id\s*:|sentry-release=/;

/**
 * What the start page of a host, its headers and its scripts show of a version; `null` where they show
 * none. Asks for nothing that other checks do not ask for.
 */
export const deployedVersion = defineDerivation({
	name: 'site.version',
	params: z.object({ host: z.string().nullable(), login: z.string().nullable() }),
	async derive({ host, login }, get): Promise<Fact<DeployedVersion | null>> {
		if (host === null) return known(null);
		const site = await get(sitePages({ host, login }));
		if (site.status !== 'known') return site;
		for (const { url, answer } of site.value.pages) {
			const header = answer.headers.find(([name]) => VERSION_HEADER.test(name));
			if (header !== undefined)
				return known({ url, what: `the header ${header[0].toLowerCase()}` });
			const { bytes } = answer.body;
			if (VERSION_META.test(bytes)) return known({ url, what: 'a meta element' });
			if (RELEASE.test(bytes)) return known({ url, what: 'the release of its error tracker' });
		}
		const script = site.value.assets.find((one) => RELEASE.test(assetText(one) ?? ''));
		return known(
			script === undefined ? null : { url: script.url, what: 'the release of its error tracker' },
		);
	},
});
