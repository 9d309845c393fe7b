import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { type Host, hosts, isStagingName } from '../hosts.ts';
import { type Site, SiteParams, siteParams, sites } from './sites.ts';

/** What the user said of addresses that must go on working. */
interface Told {
	/** The audited name's registrable domain. */
	readonly registrable: string;
	/** Absolute path of the list of old URLs; `null` without one. */
	readonly oldUrls: string | null;
	readonly oldDomains: readonly string[];
}

/** The audited name with everything that was said of it. */
export interface ToldTarget extends Subject<{ stage: 'production' | 'staging' }>, Told {
	readonly campaigns: readonly string[];
	/** 16 hex digits for control paths. */
	readonly seed: string;
}

/** A host with the same. */
export interface ToldHost extends Host, Told {}

/** A site with the same. */
export interface ToldSite extends Site, Told {
	/** Probes of redirectors may be sent. */
	readonly active: boolean;
	/** URLs that the user named, on this host. */
	readonly endpoints: readonly string[];
}

const ToldParams = SiteParams.extend({
	oldUrls: z.string().nullable(),
	oldDomains: z.array(z.string()),
	campaigns: z.array(z.string()),
	active: z.boolean(),
});
type ToldParams = z.infer<typeof ToldParams>;

const from = (
	target: Parameters<typeof siteParams>[0] & {
		readonly oldUrls: string | null;
		readonly oldDomains: readonly string[];
		readonly campaigns: readonly string[];
		readonly active: boolean;
	},
): ToldParams => {
	const { oldUrls, oldDomains, campaigns, active } = target;
	const told = { oldUrls, oldDomains: [...oldDomains], campaigns: [...campaigns], active };
	return { ...siteParams(target), ...told };
};

const NOTHING_TOLD = { registrable: 'example.com', oldUrls: null, oldDomains: [] };

/** One, or none where a repository alone is audited. */
export const toldTargets = defineSubjects({
	name: 'told.target',
	params: ToldParams,
	from,
	sample: {
		kind: 'host',
		name: 'example.com',
		context: { stage: 'production' },
		...NOTHING_TOLD,
		campaigns: [],
		seed: '0'.repeat(16),
	} satisfies ToldTarget as ToldTarget,
	derive(params): Fact<readonly ToldTarget[]> {
		const { domain: name, campaigns, seed } = params;
		if (name === null) return known([]);
		const stage = isStagingName(name) ? 'staging' : 'production';
		return known([
			{ kind: 'host', name, context: { stage }, ...toldIn(params, name), campaigns, seed },
		]);
	},
});

/** The members of `hosts`. */
export const toldHosts = defineSubjects({
	name: 'told.hosts',
	params: ToldParams,
	from,
	sample: { ...hosts.sample, ...NOTHING_TOLD } satisfies ToldHost as ToldHost,
	async derive(params, get): Promise<Fact<readonly ToldHost[]>> {
		const found = await get(hosts(params));
		if (found.status !== 'known') return found;
		return known(found.value.map((host) => ({ ...host, ...toldIn(params, host.apex) })));
	},
});

/** The members of `sites`. */
export const toldSites = defineSubjects({
	name: 'told.sites',
	params: ToldParams,
	from,
	sample: {
		...sites.sample,
		...NOTHING_TOLD,
		active: false,
		endpoints: [],
	} satisfies ToldSite as ToldSite,
	async derive(params, get): Promise<Fact<readonly ToldSite[]>> {
		const { active } = params;
		const found = await get(sites(params));
		if (found.status !== 'known') return found;
		return known(
			found.value.map((site) => ({
				...site,
				...toldIn(params, site.apex),
				active,
				endpoints: params.endpoints.filter((url) => new URL(url).hostname === site.name),
			})),
		);
	},
});

function toldIn({ registrable, oldUrls, oldDomains }: ToldParams, name: string): Told {
	return { registrable: registrable ?? name, oldUrls, oldDomains };
}

/** Everything that belongs to the target: its domain and those that were given up for it. */
export function ownedBy({ registrable, oldDomains }: Told): string[] {
	return [registrable, ...oldDomains];
}
