import { z } from 'zod';
import { defineDerivation, type Fact, known, unknown } from '../../core/fact.ts';
import { isWithin } from '../dns/ancestry.ts';
import { type ChainReport, chainReport } from './chain-report.ts';

/** One campaign link, as a click follows it. */
export interface CampaignWalk {
	readonly url: string;
	readonly report: Fact<ChainReport>;
}

/** Every campaign URL by GET to its end. One on somebody else's host is not asked. */
export const campaignWalks = defineDerivation({
	name: 'campaigns.walks',
	params: z.object({ urls: z.array(z.string()), owned: z.array(z.string()) }),
	async derive({ urls, owned }, get): Promise<Fact<readonly CampaignWalk[]>> {
		return known(
			await Promise.all(
				urls.map(async (url): Promise<CampaignWalk> => {
					const { hostname } = new URL(url);
					const isOwn = owned.some((one) => isWithin(hostname, one));
					return isOwn
						? { url, report: await get(chainReport({ url, owned })) }
						: { url, report: unknown('unsupported', notOurs(hostname, owned)) };
				}),
			),
		);
	},
});

function notOurs(host: string, owned: readonly string[]): string {
	return `${host} is not a host of ${owned.join(' or ')}, so it is not asked`;
}
