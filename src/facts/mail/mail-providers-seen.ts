import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { lookup } from '../dns/dns.ts';
import { type MailProvider, providerOfInclude, providerOfMx } from './mail-providers.ts';
import { exchangesIn, nodesOf, type SpfWalk, spfWalk } from './spf-walk.ts';

/** Who handles a domain's mail, by what its DNS points to. */
export interface ProvidersSeen {
	readonly byMx: readonly MailProvider[];
	readonly bySpf: readonly MailProvider[];
	readonly all: readonly MailProvider[];
}

export const providersSeen = defineDerivation({
	name: 'mail.providers-seen',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<ProvidersSeen>> {
		const [mx, walk] = await Promise.all([
			get(lookup({ name: domain, type: 'MX' })),
			get(spfWalk({ domain })),
		]);
		const byMx = mx.status === 'known' ? unique(exchangesIn(mx.value).map(providerOfMx)) : [];
		const bySpf = walk.status === 'known' ? providersInSpf(walk.value) : [];
		return known({ byMx, bySpf, all: unique([...byMx, ...bySpf]) });
	},
});

/** Providers that a record names, however deep. */
function providersInSpf({ root }: SpfWalk): readonly MailProvider[] {
	return unique(
		nodesOf(root)
			.slice(1)
			.map(({ domain }) => providerOfInclude(domain)),
	);
}

function unique(found: readonly (MailProvider | null)[]): readonly MailProvider[] {
	return [...new Set(found.filter((each) => each !== null))];
}
