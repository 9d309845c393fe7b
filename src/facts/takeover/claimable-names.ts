import { z } from 'zod';
import { type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { isWithin, parentOf } from '../dns/ancestry.ts';
import { addressesIn, lookup } from '../dns/dns.ts';
import { linkedHosts } from '../dns/linked-hosts.ts';
import { registrableOf } from '../dns/registrable.ts';
import { dnameTarget, isSharedAlias } from '../dns/shared-alias.ts';
import { controlName, type Host, names } from '../hosts.ts';
import { originFor, zonePlan } from '../zone-file/zone-plan.ts';
import { cloudOf } from './cloud-addresses.ts';
import { type Claimable, serviceAtAddress, serviceAtTarget } from './takeover-services.ts';

/**
 * As for hosts; beside those `linked`: the home page uses it, `written`: an alias in the user's zone file,
 * and `wildcard`: the record that answers to every name, where its alias leads to a name that does not
 * exist.
 */
export type ClaimStanding = Host['context']['standing'] | 'linked' | 'written' | 'wildcard';

/** A name of ours that a stranger may be able to claim. */
export interface ClaimableName
	extends Subject<{
		standing: ClaimStanding;
		/** Of the service that an alias or address of the name leads to. */
		claimable: Claimable | 'no-service';
		/** Anybody can claim names at that service, and the name was not merely tried. */
		atStake: 'yes' | 'no';
	}> {
	/** The name to ask for; another one than its own only for a wildcard. */
	readonly asked: string;
	/** The audited name. */
	readonly apex: string;
	readonly registrable: string;
	/** The audited name, and every host that the user named. */
	readonly required: readonly string[];
	/** 16 hex digits for control labels and paths. */
	readonly seed: string;
	/** Base URL of the RDAP service that the user named. */
	readonly rdap: string | null;
}

/** Labels that products use beside those that are looked at as hosts; one question each. */
const USUAL = [
	'blog',
	'shop',
	'docs',
	'help',
	'status',
	'support',
	'dev',
	'staging',
	'cdn',
	'mail',
] as const;

/** Aliases of a zone file that are looked at. */
const MOST_WRITTEN = 200;

const Params = z.object({
	domain: z.string().nullable(),
	registrable: z.string().nullable(),
	hosts: z.array(z.string()),
	endpoints: z.array(z.string()),
	seed: z.string(),
	rdap: z.string().nullable(),
	zoneFile: z.string().nullable(),
});

/**
 * The required names whatever DNS says; of the others (www, a dozen usual labels tried unasked where a
 * registrable domain is audited, hosts that the home page links to, the first 200 aliases in the zone
 * file) those that are an alias, lie at a service's or a cloud's address, or fail to resolve. A name
 * whose alias is the wildcard's is not a name of its own. One question a name, and one for a random
 * label beside each parent of a name that is an alias.
 */
export const claimableNames = defineSubjects({
	name: 'dns.claimable-names',
	params: Params,
	from: ({ domain, registrable, hosts, endpoints, seed, rdap, zoneFile }) => ({
		domain,
		registrable,
		hosts: [...hosts],
		endpoints: [...endpoints],
		seed,
		rdap,
		zoneFile,
	}),
	sample: {
		kind: 'host',
		name: 'example.com',
		context: { standing: 'apex', claimable: 'no-service', atStake: 'no' },
		asked: 'example.com',
		apex: 'example.com',
		registrable: 'example.com',
		required: ['example.com'],
		seed: '0'.repeat(16),
		rdap: null,
	} satisfies ClaimableName as ClaimableName,
	async derive(params, get): Promise<Fact<readonly ClaimableName[]>> {
		const { domain, hosts, seed, rdap } = params;
		if (domain === null) return known([]);
		const registrable = params.registrable ?? registrableOf(domain);
		const required = [...new Set([domain, ...hosts])];
		const about = { apex: domain, registrable, required, seed, rdap };
		const guesses = domain === registrable ? USUAL.map((label) => `${label}.${domain}`) : [];
		const [own, wildcard] = await Promise.all([
			candidates({ ...params, domain, registrable }, guesses, get),
			wildcardAt(domain, about, get),
			// A resolver may keep silent for seconds about a broken zone: what is sure to be asked is asked now.
			...[...required, ...guesses].map((name) => get(lookup({ name, type: 'A' }))),
		]);
		const found = await Promise.all(own.map((one) => claimable(one, about, get)));
		return known([...found.flat(), ...wildcard]);
	},
});

interface Candidate {
	readonly name: string;
	readonly standing: ClaimStanding;
}

type About = Omit<ClaimableName, 'kind' | 'name' | 'context' | 'asked'>;

async function candidates(
	params: z.infer<typeof Params> & { readonly domain: string; readonly registrable: string },
	guesses: readonly string[],
	get: GetFact,
): Promise<readonly Candidate[]> {
	const { domain } = params;
	const [hosts, linked, written] = await Promise.all([
		get(names(params)),
		get(linkedHosts({ host: domain })),
		writtenAliases(params, get),
	]);
	const all: Candidate[] = [
		...(hosts.status === 'known'
			? hosts.value.map(({ name, context }) => ({ name, standing: context.standing }))
			: []),
		...(linked.status === 'known' ? linked.value.names : []).map((name) => ({
			name,
			standing: 'linked' as const,
		})),
		...written.map((name) => ({ name, standing: 'written' as const })),
		...guesses.map((name) => ({ name, standing: 'guessed' as const })),
	];
	return [...new Map(all.toReversed().map((one) => [one.name, one])).values()].reverse();
}

/** Owners of the aliases in the user's zone file, below the audited domain. */
async function writtenAliases(
	{
		domain,
		registrable,
		zoneFile,
	}: {
		readonly domain: string;
		readonly registrable: string;
		readonly zoneFile: string | null;
	},
	get: GetFact,
): Promise<readonly string[]> {
	if (zoneFile === null) return [];
	const origin = originFor({ domain, registrable, path: zoneFile });
	const plan = await get(zonePlan({ path: zoneFile, origin }));
	if (plan.status !== 'known') return [];
	const owners = plan.value.records.flatMap(({ owner, type }) =>
		type === 'CNAME' && !owner.startsWith('*') && isWithin(owner, registrable) ? [owner] : [],
	);
	return [...new Set(owners)].slice(0, MOST_WRITTEN);
}

async function claimable(
	{ name, standing }: Candidate,
	about: About,
	get: GetFact,
): Promise<readonly ClaimableName[]> {
	const isRequired = standing === 'apex' || standing === 'named';
	const answer = await get(lookup({ name, type: 'A' }));
	if (answer.status !== 'known') {
		// Somebody uses the name: what could not be looked up is not passed over.
		const isUsed = isRequired || standing === 'linked' || standing === 'written';
		return isUsed ? [nameAt(name, standing, 'no-service', about)] : [];
	}
	const service = serviceBehind(answer.value, about.registrable);
	const found = nameAt(name, standing, service, about);
	if (isRequired) return [found];
	const { status, chain } = answer.value;
	const stands =
		chain.length > 0 ||
		service !== 'no-service' ||
		status === 'servfail' ||
		addressesIn(answer.value).some((address) => cloudOf(address) !== null);
	if (!stands || (await isWildcards(name, answer.value, about, get))) return [];
	return [found];
}

function nameAt(
	name: string,
	standing: ClaimStanding,
	service: Claimable | 'no-service',
	about: About,
): ClaimableName {
	const isAtStake = service === 'yes' && standing !== 'guessed';
	const context = { standing, claimable: service, atStake: isAtStake ? 'yes' : 'no' } as const;
	return { kind: 'host', name, context, asked: name, ...about };
}

/** The easiest to claim of the services that a name's aliases and addresses lead to. */
function serviceBehind(answer: DnsAnswer, registrable: string): Claimable | 'no-service' {
	const targets = answer.chain.map(({ target }) => target);
	const found = [
		...targets.filter((target) => !isWithin(target, registrable)).map(serviceAtTarget),
		...addressesIn(answer).map(serviceAtAddress),
	].flatMap((match) => (match === null ? [] : [match.claimable]));
	return (['yes', 'edge', 'no'] as const).find((one) => found.includes(one)) ?? 'no-service';
}

/** A random sibling gets the same alias, one that the same DNAME makes, the same addresses, or the same failure. */
async function isWildcards(
	name: string,
	answer: DnsAnswer,
	{ seed }: About,
	get: GetFact,
): Promise<boolean> {
	const parent = parentOf(name);
	const control = await get(lookup({ name: controlName(parent, seed), type: 'A' }));
	if (control.status !== 'known') return false;
	const [alias] = answer.chain;
	const [its] = control.value.chain;
	if (alias !== undefined || its !== undefined) {
		return alias !== undefined && its !== undefined && isSharedAlias(alias, its);
	}
	const addresses = new Set(addressesIn(control.value));
	const own = addressesIn(answer);
	return own.length === 0
		? control.value.status === answer.status
		: own.every((address) => addresses.has(address));
}

/**
 * The wildcard record itself, where its alias ends at a name that does not exist. A DNAME sends names that
 * nobody has published to others that nobody has: only where its target is gone it leads nowhere.
 */
async function wildcardAt(
	domain: string,
	about: About,
	get: GetFact,
): Promise<readonly ClaimableName[]> {
	const asked = controlName(domain, about.seed);
	const control = await get(lookup({ name: asked, type: 'A' }));
	if (control.status !== 'known') return [];
	const { status, chain } = control.value;
	if (status !== 'nxdomain' || chain.length === 0) return [];
	const rewritten = chain[0] === undefined ? null : dnameTarget(chain[0]);
	if (rewritten !== null) {
		const target = await get(lookup({ name: rewritten, type: 'A' }));
		if (target.status !== 'known' || target.value.status !== 'nxdomain') return [];
	}
	const service = serviceBehind(control.value, about.registrable);
	return [{ ...nameAt(`*.${domain}`, 'wildcard', service, about), asked }];
}
