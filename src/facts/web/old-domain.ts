import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { addressesOf } from '../dns/dns.ts';
import { type ServedChain, servedChains } from '../tls/served-chains.ts';
import { type ChainReport, chainReport } from './chain-report.ts';
import { randomPathOf } from './random-path.ts';
import { MATRIX_QUERY } from './redirect-matrix.ts';
import { isInternal } from './stranger.ts';

/** A domain that was given up for the target, as visitors of its old links meet it. */
export interface OldDomain {
	readonly host: string;
	/** `internal`: its addresses are private, and it was not asked. */
	readonly dns: 'resolves' | 'no-address' | 'internal';
	/** From `https://<host>/`. */
	readonly root: Fact<ChainReport> | null;
	/** From a random deep path with a query, over either scheme. */
	readonly deep: readonly {
		readonly scheme: 'http' | 'https';
		readonly report: Fact<ChainReport>;
	}[];
	/** What port 443 sends. */
	readonly served: Fact<readonly ServedChain[]> | null;
}

/** One handshake an address, and three walks by GET. A domain without an address is asked nothing. */
const oldDomain = defineDerivation({
	name: 'old-domain.survey',
	params: z.object({
		host: z.string(),
		/** The audited name. */
		home: z.string(),
		owned: z.array(z.string()),
		seed: z.string(),
	}),
	async derive({ host, home, owned, seed }, get): Promise<Fact<OldDomain>> {
		const addresses = await get(addressesOf({ host }));
		if (addresses.status === 'unknown') return addresses;
		const none = { host, root: null, deep: [], served: null };
		if (addresses.status === 'blocked') return known({ ...none, dns: 'no-address' });
		const { v4, v6 } = addresses.value;
		if (v4.length + v6.length === 0) return known({ ...none, dns: 'no-address' });
		const internal = await isInternal(host, home, get);
		if (internal.status !== 'known') return internal;
		if (internal.value) return known({ ...none, dns: 'internal' });
		const walk = (url: string) => get(chainReport({ url, owned }));
		const path = `${randomPathOf(seed)}?${MATRIX_QUERY}`;
		const [root, https, http, served] = await Promise.all([
			walk(`https://${host}/`),
			walk(`https://${host}${path}`),
			walk(`http://${host}${path}`),
			get(servedChains({ host, beside: home })),
		]);
		return known({
			host,
			dns: 'resolves',
			root,
			deep: [
				{ scheme: 'https', report: https },
				{ scheme: 'http', report: http },
			],
			served,
		});
	},
});

/** The survey of every old domain, and of its www twin where that has an address. */
export const oldDomains = defineDerivation({
	name: 'old-domain.surveys',
	params: z.object({
		hosts: z.array(z.string()),
		home: z.string(),
		owned: z.array(z.string()),
		seed: z.string(),
	}),
	async derive({ hosts, ...about }, get): Promise<Fact<readonly SurveyedDomain[]>> {
		const surveyed = await Promise.all(hosts.map((host) => withTwin(host, about, get)));
		return known(surveyed.flat());
	},
});

export interface SurveyedDomain {
	readonly host: string;
	readonly survey: Fact<OldDomain>;
}

async function withTwin(
	host: string,
	about: { home: string; owned: string[]; seed: string },
	get: GetFact,
): Promise<readonly SurveyedDomain[]> {
	const twin = `www.${host}`;
	const [own, addresses] = await Promise.all([
		get(oldDomain({ host, ...about })),
		host.startsWith('www.') ? null : get(addressesOf({ host: twin })),
	]);
	const hasTwin =
		addresses?.status === 'known' && addresses.value.v4.length + addresses.value.v6.length > 0;
	const found = [{ host, survey: own }];
	return hasTwin
		? [...found, { host: twin, survey: await get(oldDomain({ host: twin, ...about })) }]
		: found;
}
