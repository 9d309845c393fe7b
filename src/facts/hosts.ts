import { getSubdomain } from 'tldts';
import { z } from 'zod';
import { type Fact, type GetFact, known } from '../core/fact.ts';
import { defineSubjects, type Subject } from '../core/subject.ts';
import { USUAL_HOSTS } from '../core/usual-hosts.ts';
import { isWithin } from './dns/ancestry.ts';
import { type Addresses, addressesOf } from './dns/dns.ts';
import { isInvented } from './dns/invented.ts';

/**
 * `apex`: the audited name; `named`: by the user or the config; both are required to work.
 * `www`: the apex's twin. `guessed`: tried unasked, and listed only where it exists.
 */
type Standing = 'apex' | 'named' | 'www' | 'guessed';

/** A name that visitors or programs connect to. */
export interface Host extends Subject<{ standing: Standing; stage: 'production' | 'staging' }> {
	/** The audited name, for comparisons. */
	readonly apex: string;
	/** 16 hex digits for control labels and paths. */
	readonly seed: string;
	/** Every name that must work; each is judged by itself. */
	readonly required: readonly string[];
	/** URL of its sign-in page, where the user named it. */
	readonly login?: string;
}

const STAGING = /^(?:dev|preview|qa|stage|staging|test|uat)\b/;

const Params = z.object({
	domain: z.string().nullable(),
	/** Guesses are made only where the audited name is a registrable domain, and they are wanted. */
	guess: z.boolean(),
	named: z.array(z.string()),
	seed: z.string(),
	login: z.string().nullable().optional(),
});

const SAMPLE: Host = hostAt('example.com', 'apex', {
	domain: 'example.com',
	seed: '0'.repeat(16),
	required: ['example.com'],
});

const from = (target: {
	domain: string | null;
	registrable: string | null;
	hosts: readonly string[];
	endpoints: readonly string[];
	guess?: false | undefined;
	seed: string;
	login?: string | null;
}) => ({
	domain: target.domain,
	guess: target.domain !== null && target.domain === target.registrable && target.guess !== false,
	named: [...new Set([...target.hosts, ...hostsOfEndpoints(target)])],
	seed: target.seed,
	...(typeof target.login === 'string' && { login: target.login }),
});

/** Naming an endpoint names its host, where that belongs to the audited domain. */
function hostsOfEndpoints({
	registrable,
	endpoints,
}: {
	registrable: string | null;
	endpoints: readonly string[];
}): readonly string[] {
	const names = endpoints.flatMap((url) => (URL.canParse(url) ? [new URL(url).hostname] : []));
	return names.filter((name) => registrable !== null && isWithin(name, registrable));
}

/** Every name that is tried, those that turn out not to exist included. */
export const names = defineSubjects({
	name: 'hosts.names',
	params: Params,
	from,
	sample: SAMPLE,
	derive: (params): Fact<readonly Host[]> => known(candidates(params)),
});

/**
 * The hosts to look at: the required ones whatever DNS says, the others where they resolve by a
 * record of their own. An address or alias that a random sibling label gets too is the wildcard's.
 */
export const hosts = defineSubjects({
	name: 'hosts',
	params: Params,
	from,
	sample: SAMPLE,
	async derive(params, get): Promise<Fact<readonly Host[]>> {
		// A resolver may keep silent for seconds about a broken zone: all names are asked at once.
		const [byWildcard, tried] = await Promise.all([
			params.domain !== null && params.guess
				? wildcardAnswer(controlName(params.domain, params.seed), get)
				: NO_WILDCARD,
			Promise.all(
				candidates(params).map(async (host) => ({
					host,
					addresses: isRequired(host) ? null : await get(addressesOf({ host: host.name })),
				})),
			),
		]);
		const exists = await Promise.all(
			tried.map(async ({ host, addresses }) => {
				if (addresses === null) return [host];
				if (addresses.status !== 'known') return [];
				if (host.context.standing === 'guessed') {
					return isOfItsOwn(addresses.value, byWildcard) ? [host] : [];
				}
				// What a wildcard gives www is meant; what a resolver invents is not.
				const control = controlName(host.apex, host.seed);
				const isFalse = await get(isInvented({ host: host.name, control }));
				if (isFalse.status === 'known' && isFalse.value) return [];
				return addresses.value.v4.length + addresses.value.v6.length > 0 ? [host] : [];
			}),
		);
		return known(exists.flat());
	},
});

/** What a label gets that nobody can have registered. */
export interface WildcardAnswer {
	readonly alias: string | undefined;
	readonly answeredToAnyName: ReadonlySet<string>;
}

const NO_WILDCARD: WildcardAnswer = { alias: undefined, answeredToAnyName: new Set() };

/** The control experiment before a guessed name is believed. */
export async function wildcardAnswer(control: string, get: GetFact): Promise<WildcardAnswer> {
	const found = await get(addressesOf({ host: control }));
	if (found.status !== 'known') return NO_WILDCARD;
	const answeredToAnyName = new Set([...found.value.v4, ...found.value.v6]);
	return { alias: aliasIn(found.value), answeredToAnyName };
}

/** Whether a name has an address by a record of its own. */
export function isOfItsOwn(
	addresses: Addresses,
	{ alias, answeredToAnyName }: WildcardAnswer,
): boolean {
	// A pool behind one alias gives other addresses each time.
	if (alias !== undefined && aliasIn(addresses) === alias) return false;
	return [...addresses.v4, ...addresses.v6].some((address) => !answeredToAnyName.has(address));
}

/** What the name itself is an alias of. */
function aliasIn({ a }: Addresses): string | undefined {
	return a.chain[0]?.target;
}

/** A label that nobody registers: what answers to it answers to every name. */
export function controlName(parent: string, seed: string): string {
	return `lr-${seed}.${parent}`;
}

/** Read from below the registrable domain: `staging.example.com`, but not `test.com`. */
export function isStagingName(name: string): boolean {
	return STAGING.test(getSubdomain(name) ?? '');
}

/** The launch hangs on it: the audited name, and every name that the user gave. */
export function isRequired({ context }: Host): boolean {
	return context.standing === 'apex' || context.standing === 'named';
}

function candidates(params: z.infer<typeof Params>): readonly Host[] {
	const { domain } = params;
	if (domain === null) return [];
	const named = params.named.filter((name) => name !== domain);
	const { seed, login } = params;
	const about = { domain, seed, required: [domain, ...named], login: login ?? null };
	const guessed = params.guess ? USUAL_HOSTS.map((label) => `${label}.${domain}`) : [];
	return [
		hostAt(domain, 'apex', about),
		...(params.guess && !named.includes(`www.${domain}`)
			? [hostAt(`www.${domain}`, 'www', about)]
			: []),
		...named.map((name) => hostAt(name, 'named', about)),
		...guessed
			.filter((name) => !named.includes(name))
			.map((name) => hostAt(name, 'guessed', about)),
	];
}

function hostAt(
	name: string,
	standing: Standing,
	about: {
		domain: string;
		seed: string;
		required: readonly string[];
		login?: string | null;
	},
): Host {
	const stage = isStagingName(name) ? 'staging' : 'production';
	const { domain: apex, seed, required, login = null } = about;
	const isIts = login !== null && new URL(login).hostname === name;
	const rest = { apex, seed, required, ...(isIts && { login }) };
	return { kind: 'host', name, context: { standing, stage }, ...rest };
}
