import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { registeredDomainOf, registrationOf } from '../domain/registration.ts';
import { serviceFor, targetRegistration } from '../takeover/target-registration.ts';
import { zoneSurvey } from './zone-survey.ts';

/** The domain that name servers of a zone are named in, where somebody else must keep it. */
export interface NameServerDomain {
	readonly domain: string;
	/** Name servers with a name in it. */
	readonly servers: readonly string[];
	/** Nobody holds it: NXDOMAIN at the top-level domain, and RDAP's 404. */
	readonly isUnregistered: boolean;
	/** ISO 8601; `null` where nobody says. */
	readonly expiresAt: string | null;
}

/** Domains that are asked about; more name servers than this have no zone. */
const MOST_DOMAINS = 6;

/**
 * The registrations that the delegation depends on beside the zone's own. DNS providers that are known by
 * name keep theirs. One RDAP answer a domain, none where the network has a root of its own.
 */
export const nameServerDomains = defineDerivation({
	name: 'dns.name-server-domains',
	params: z.object({
		name: z.string(),
		hosts: z.array(z.string()),
		registrable: z.string(),
		rdap: z.string().nullable(),
	}),
	async derive(
		{ name, hosts, registrable, rdap },
		get,
	): Promise<Fact<readonly NameServerDomain[]>> {
		const survey = await get(zoneSurvey({ name, hosts }));
		if (survey.status !== 'known') return survey;
		const servers = survey.value.nameServers.map((one) => one.name);
		const foreign = servers.filter((server) => panelFor([server]) === null);
		const domains = new Set(foreign.flatMap((server) => registeredDomainOf(server) ?? []));
		domains.delete(registeredDomainOf(registrable) ?? registrable);
		const found = await Promise.all(
			[...domains].slice(0, MOST_DOMAINS).map(async (domain): Promise<NameServerDomain> => {
				const service = await serviceFor(domain, registrable, rdap, get);
				const [isUnregistered, expiresAt] = await Promise.all([
					isFree(domain, registrable, rdap, get),
					expiryOf(domain, service, get),
				]);
				const its = servers.filter((server) => registeredDomainOf(server) === domain);
				return { domain, servers: its, isUnregistered, expiresAt };
			}),
		);
		return known(found);
	},
});

async function isFree(
	domain: string,
	home: string,
	rdap: string | null,
	get: GetFact,
): Promise<boolean> {
	const target = await get(targetRegistration({ name: domain, home, rdap }));
	return target.status === 'known' && target.value?.state === 'unregistered';
}

async function expiryOf(domain: string, rdap: string | null, get: GetFact): Promise<string | null> {
	const registration = await get(registrationOf({ domain, rdap }));
	return registration.status === 'known' ? registration.value.expiresAt : null;
}
