import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { addressesOf, lookup } from '../dns/dns.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { registrableOf } from '../dns/registrable.ts';
import { type Registration, registeredDomainOf, registrationOf } from './registration.ts';

/** Another domain that the audited one, or its configuration, depends on. */
export interface Sibling {
	readonly domain: string;
	/** Why it counts, for the end of a sentence. */
	readonly because: string;
	/** Named by the user, not found in DNS. */
	readonly isConfigured: boolean;
	/** Its names serve the audited domain's zone. */
	readonly isNameServer: boolean;
	readonly registration: Registration;
}

/** A product that has more is a portfolio, and has somebody who watches it. */
const MOST_SIBLINGS = 10;

/**
 * The other domains of the same owner: those of hosts and old domains that the user named, and those that
 * CNAME and NS records lead to where they are the owner's: called alike, or served by the same name
 * servers. A provider's domains are the provider's care.
 */
export const siblingDomains = defineDerivation({
	name: 'domain.siblings',
	params: z.object({
		/** Registrable. */
		domain: z.string(),
		required: z.array(z.string()),
		oldDomains: z.array(z.string()),
		rdap: z.string().nullable(),
	}),
	async derive(params, get): Promise<Fact<readonly Sibling[]>> {
		const { domain, rdap } = params;
		const found = new Map<string, Omit<Sibling, 'registration' | 'domain'>>();
		for (const one of [...configured(params), ...(await inDns(params, get))]) {
			const name = registrableOf(one.host);
			if (name === domain || found.has(name) || registeredDomainOf(name) !== name) continue;
			const { host: _, ...about } = one;
			found.set(name, about);
		}
		const siblings = await Promise.all(
			[...found].slice(0, MOST_SIBLINGS).map(async ([name, about]): Promise<readonly Sibling[]> => {
				const registration = await get(registrationOf({ domain: name, rdap }));
				if (registration.status !== 'known') return [];
				return [{ domain: name, ...about, registration: registration.value }];
			}),
		);
		return known(siblings.flat());
	},
});

interface Named extends Omit<Sibling, 'registration' | 'domain'> {
	readonly host: string;
}

interface Params {
	readonly domain: string;
	readonly required: readonly string[];
	readonly oldDomains: readonly string[];
}

const CONFIGURED = { isConfigured: true, isNameServer: false };
const IN_DNS = { isConfigured: false, isNameServer: false };

function configured({ required, oldDomains }: Params): readonly Named[] {
	return [
		...required.map((host) => ({ ...CONFIGURED, host, because: `${host} must work` })),
		...oldDomains.map((host) => ({ ...CONFIGURED, host, because: 'visitors still come by it' })),
	];
}

async function inDns({ domain, required }: Params, get: GetFact): Promise<readonly Named[]> {
	const servers = await nameServersOf(domain, get);
	const hosts = [...new Set([...required, domain, `www.${domain}`])];
	const aliases = await Promise.all(
		hosts.map(async (host) => {
			const addresses = await get(addressesOf({ host }));
			if (addresses.status !== 'known') return [];
			return addresses.value.a.chain.map(({ target }) => ({
				...IN_DNS,
				host: target.toLowerCase(),
				because: `${host} is an alias into it`,
			}));
		}),
	);
	const candidates = [
		...aliases.flat(),
		...servers
			.filter((server) => panelFor([server]) === null)
			.map((host) => ({
				host,
				because: `the name server ${host} lies in it`,
				isConfigured: false,
				isNameServer: true,
			})),
	];
	const own = await Promise.all(
		candidates.map(async (one) => {
			const name = registrableOf(one.host);
			return name !== domain && (await isOwn(name, domain, servers, get)) ? [one] : [];
		}),
	);
	return own.flat();
}

async function isOwn(
	name: string,
	domain: string,
	servers: readonly string[],
	get: GetFact,
): Promise<boolean> {
	if (name.split('.')[0] === domain.split('.')[0]) return true;
	const its = await nameServersOf(name, get);
	return its.some((server) => servers.includes(server) && panelFor([server]) === null);
}

async function nameServersOf(domain: string, get: GetFact): Promise<readonly string[]> {
	const answer = await get(lookup({ name: domain, type: 'NS' }));
	if (answer.status !== 'known') return [];
	return answer.value.records.flatMap(({ data }) =>
		data.type === 'NS' ? [data.target.toLowerCase()] : [],
	);
}
