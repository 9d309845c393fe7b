import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { networkScope } from '../dns/network-scope.ts';
import { registeredDomainOf, registrationOf } from '../domain/registration.ts';
import { delegation } from '../zone/delegation.ts';

/** Whether anybody holds the domain that a name of somebody else's lies in. */
export interface TargetRegistration {
	/** What is registered at a registry: one label below a public suffix. */
	readonly domain: string;
	/** `unregistered` takes both: NXDOMAIN at the top-level domain, and RDAP's 404. */
	readonly state: 'registered' | 'unregistered' | 'undecided';
	/** What was seen, in words. */
	readonly seen: string;
}

/**
 * Asked of the registry's name servers, by our own walk, and only where those deny the domain of its RDAP
 * service: an expired domain leaves DNS long before anybody else can have it. Suffixes of companies
 * (github.io) are names inside those companies' zones and no registry's.
 */
export const targetRegistration = defineDerivation({
	name: 'dns.target-registration',
	params: z.object({
		name: z.string(),
		/** The audited domain, whose registry the user may have named. */
		home: z.string(),
		rdap: z.string().nullable(),
	}),
	async derive({ name, home, rdap }, get): Promise<Fact<TargetRegistration | null>> {
		const domain = registeredDomainOf(name);
		if (domain === null) return known(null);
		const led = await get(delegation({ name: domain }));
		if (led.status !== 'known') {
			return known({ domain, state: 'undecided', seen: led.detail });
		}
		const { missing, parent } = led.value;
		if (missing !== 'nxdomain') {
			return known({ domain, state: 'registered', seen: `${parent} knows ${domain}` });
		}
		const denied = `the name servers of ${parent} say that ${domain} does not exist`;
		const service = await serviceFor(domain, home, rdap, get);
		const registration = await get(registrationOf({ domain, rdap: service }));
		if (registration.status !== 'known') {
			return known({ domain, state: 'undecided', seen: `${denied}; ${registration.detail}` });
		}
		const { state, why } = registration.value;
		switch (state) {
			case 'registered':
				return known({ domain, state, seen: `${denied}, yet somebody holds it` });
			case 'not-found':
				return known({ domain, state: 'unregistered', seen: `${denied}, and ${why}` });
			case 'unavailable':
				return known({ domain, state: 'undecided', seen: `${denied}; ${why}` });
		}
	},
});

/**
 * The service that the user named knows the audited domain's registry; of another top-level domain it may
 * know nothing, except in a network with a root of its own.
 */
export async function serviceFor(
	domain: string,
	home: string,
	rdap: string | null,
	get: GetFact,
): Promise<string | null> {
	if (rdap === null || topLevel(domain) === topLevel(home)) return rdap;
	const scope = await get(networkScope({}));
	return scope.status === 'known' && scope.value.publicClasses.length > 0 ? rdap : null;
}

function topLevel(domain: string): string {
	return domain.split('.').at(-1) ?? domain;
}
