import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { TrustStore } from '../../core/io.ts';
import { addressesOf } from '../dns/dns.ts';
import { serviceOf } from '../domain/registration.ts';
import { certificateIn, timelessAssessment } from './served-certificates.ts';
import { type ServedChain, servedChains } from './served-chains.ts';
import { tlsHandshake, trustStore } from './tls.ts';

/** Somebody between us and the world who shows certificates of their own. */
export interface Interception {
	/** The host of nobody in the target that shows the same. */
	readonly control: string;
	/** Whom nobody trusts. */
	readonly authority: string;
}

/**
 * Whether the network that we audit from inspects TLS. Asked only where a chain of the host ends at an
 * authority that nobody trusts: then the RDAP service of the domain, which the audit contacts anyway, is
 * greeted once. If its certificate is of the same authority, that is no fault of the target. `null`
 * where it is not, where nothing is wrong, or where there is no such service to compare with.
 */
export const interception = defineDerivation({
	name: 'https.interception',
	params: z.object({
		host: z.string(),
		beside: z.string(),
		/** Registrable. */
		domain: z.string(),
		/** Another URL to compare with, instead of the RDAP service. */
		control: z.string().nullable(),
	}),
	async derive({ domain, control, ...params }, get): Promise<Fact<Interception | null>> {
		const served = await get(servedChains(params));
		if (served.status !== 'known') return served;
		const trust = await get(trustStore({}));
		if (trust.status !== 'known') return trust;
		const ours = served.value.flatMap((one) => strangerOf(one, trust.value) ?? []);
		if (ours.length === 0) return known(null);
		const url = control ?? (await serviceUrl(domain, get));
		if (url === null) return known(null);
		const { hostname } = new URL(url);
		const chain = await chainAt(hostname, get);
		const theirs = chain === null ? null : strangerOf(chain, trust.value);
		if (theirs === null || !ours.includes(theirs)) return known(null);
		return known({ control: hostname, authority: theirs });
	},
});

async function serviceUrl(domain: string, get: GetFact): Promise<string | null> {
	const service = await serviceOf(domain, null, get);
	return 'base' in service && service.base.startsWith('https:') ? service.base : null;
}

async function chainAt(host: string, get: GetFact): Promise<ServedChain | null> {
	const found = await get(addressesOf({ host }));
	const [address] = found.status === 'known' ? [...found.value.v4, ...found.value.v6] : [];
	if (address === undefined) return null;
	const shaken = await get(tlsHandshake({ host, address }));
	if (shaken.status !== 'known' || shaken.value.kind === 'failed') return null;
	return { addresses: [address], chain: shaken.value.chain, fetched: [], lookups: [] };
}

/** The authority at which trust ends outside the store; `null` where it does not end like that. */
function strangerOf(served: ServedChain, trust: TrustStore): string | null {
	const leaf = certificateIn(served.chain[0]);
	if (leaf === null) return null;
	const { problems } = timelessAssessment(served, leaf, trust);
	const end = problems.find(({ id }) => id === 'ssl/chain/untrusted-root');
	return end === undefined ? null : String(end.values['name']);
}
