import { z } from 'zod';
import { blocked, defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { workingZone } from '../zone/working-zone.ts';
import { plannedZone } from '../zone-file/planned-zone.ts';
import { isWithin } from './ancestry.ts';
import { dnsAnswer, lookup } from './dns.ts';
import { registrableOf } from './registrable.ts';
import { walk } from './walk.ts';

/** One alias, followed. */
export interface AliasStep {
	readonly owner: string;
	readonly target: string;
	/** Seconds. */
	readonly ttl: number;
	/** The owner belongs to the audited domain. */
	readonly isOwn: boolean;
}

/** A name's aliases as the zone's own servers hold them. */
export interface AliasTrail {
	/** In order from the name; none where it is no alias. */
	readonly steps: readonly AliasStep[];
	/** The last target is an owner that came before. */
	readonly isLoop: boolean;
	/** More steps than are followed. */
	readonly isCut: boolean;
	/** The name exists: it has an alias, or other records. */
	readonly exists: boolean;
	/** It leads to an address, as the resolver sees it. */
	readonly resolves: boolean;
	/** Owners of aliases that are the apex of a zone. */
	readonly atApex: readonly string[];
	/** Owners of ours with more than one alias target. */
	readonly several: readonly { readonly owner: string; readonly targets: readonly string[] }[];
	/** Owners of ours with other records beside the alias; lines as a zone file writes them. */
	readonly beside: readonly { readonly owner: string; readonly records: readonly string[] }[];
	/** Our zones whose names end the targets of aliases that lack a final dot. */
	readonly origins: readonly string[];
	/** Only the resolver could be asked, which hides what stands beside an alias. */
	readonly isHearsay: boolean;
}

/** Resolvers give up earlier. */
const MOST_STEPS = 16;

/** Types that people put beside an alias. Signatures and denials (RFC 4035 §2.5) belong there. */
const BESIDE = ['A', 'AAAA', 'MX', 'TXT', 'CAA', 'HTTPS'] as const;

/**
 * Asked of a server of the zone, one question a name, because resolvers hide or repair such faults; six
 * more for a name that is an alias. Names of others are followed as far as the resolver leads. A provider
 * that resolves aliases itself (flattening) shows none here. Where port 53 is filtered, the resolver's
 * word stands in.
 */
export const aliasTrail = defineDerivation({
	name: 'dns.alias-trail',
	params: z.object({
		host: z.string(),
		apex: z.string(),
		/** The names that the zone's survey is shared for. */
		required: z.array(z.string()),
	}),
	async derive({ host, apex, required }, get): Promise<Fact<AliasTrail>> {
		const domain = registrableOf(isWithin(host, registrableOf(apex)) ? apex : host);
		const authority = await authorityOf(apex, required, get);
		if (authority.status !== 'known') return authority;
		const asking: Asking = { domain, ...authority.value, get };
		const resolved = await get(lookup({ name: host, type: 'A' }));
		const hasAddress = resolved.status === 'known' && resolved.value.status === 'ok';
		const rest = hasAddress ? resolved.value.chain : null;
		const trail = await follow(host, rest, asking);
		if (trail.status !== 'known') return trail;
		const { own, ...followed } = trail.value;
		const aliases = own.filter(({ held }) => held.targets.length > 0);
		const atApex = aliases.filter(({ held }) => held.isApex).map(({ owner }) => owner);
		const beside = await Promise.all(
			aliases
				// Beside an apex's alias there always are SOA and NS.
				.filter(({ held }) => !held.isApex)
				.map(async ({ owner, held }) => ({
					owner,
					records: await recordsBeside(owner, held.server, asking),
				})),
		);
		return known({
			...followed,
			atApex,
			several: aliases
				.filter(({ held }) => held.targets.length > 1)
				.map(({ owner, held }) => ({ owner, targets: held.targets.map(({ target }) => target) })),
			beside: beside.filter(({ records }) => records.length > 0),
			resolves: hasAddress,
			origins: [...new Set([domain, asking.zone])],
			isHearsay: asking.servers.length === 0 && !asking.isPlanned,
		});
	},
});

interface Authority {
	readonly zone: string;
	/** The user's zone file holds it: what the resolver is asked is answered from there. */
	readonly isPlanned: boolean;
	/** Addresses that answer for the zone; empty where they cannot be asked from here. */
	readonly servers: readonly string[];
}

interface Asking extends Authority {
	/** What is ours. */
	readonly domain: string;
	readonly get: GetFact;
}

async function authorityOf(
	apex: string,
	required: readonly string[],
	get: GetFact,
): Promise<Fact<Authority>> {
	const planned = await get(plannedZone({ name: apex }));
	if (planned.status === 'known' && planned.value !== null) {
		return known({ zone: planned.value, isPlanned: true, servers: [] });
	}
	const survey = await get(workingZone({ name: apex, hosts: [...required] }));
	if (survey.status === 'blocked') return survey;
	if (survey.status === 'unknown') {
		if (survey.because !== 'unsupported') return survey;
		return known({ zone: registrableOf(apex), isPlanned: false, servers: [] });
	}
	const { delegation, servers } = survey.value;
	const asked = servers
		.filter(({ state }) => state === 'authoritative' || state === 'no-soa')
		.map(({ address }) => address);
	return known({
		zone: delegation.zone,
		isPlanned: false,
		servers: [...new Set(asked)].slice(0, 2),
	});
}

/** What one name holds. */
interface Held {
	readonly targets: readonly { readonly target: string; readonly ttl: number }[];
	readonly exists: boolean;
	readonly isApex: boolean;
	/** Who said so; `null` for the resolver, or a walk. */
	readonly server: string | null;
}

interface Followed {
	readonly steps: readonly AliasStep[];
	/** What our names among the owners hold. */
	readonly own: readonly { readonly owner: string; readonly held: Held }[];
	readonly isLoop: boolean;
	readonly isCut: boolean;
	readonly exists: boolean;
}

const NOBODY_SAYS = 'no server says whether the name is an alias';

/** `rest` is the resolver's chain, where it leads to an address: others' names need no questions then. */
async function follow(
	host: string,
	rest: DnsAnswer['chain'] | null,
	asking: Asking,
): Promise<Fact<Followed>> {
	const steps: AliasStep[] = [];
	const own: { owner: string; held: Held }[] = [];
	const owners = new Set<string>();
	const ended = (more: { isLoop?: true; isCut?: true } = {}) => {
		const exists = own.find(({ owner }) => owner === host)?.held.exists ?? true;
		return known({ steps, own, exists, isLoop: false, isCut: false, ...more });
	};
	for (let owner = host; steps.length < MOST_STEPS; ) {
		if (owners.has(owner)) return ended({ isLoop: true });
		owners.add(owner);
		const isOwn = isWithin(owner, asking.domain);
		if (!isOwn && rest !== null) {
			steps.push(...chainFrom(rest, owner));
			return ended();
		}
		const held = await holdings(owner, isOwn, asking);
		if (held === null && steps.length === 0) {
			return blocked({ check: 'dns/resolution', subject: host }, NOBODY_SAYS);
		}
		if (held === null) return ended();
		if (isOwn) own.push({ owner, held });
		const [next] = held.targets;
		if (next === undefined) return ended();
		steps.push({ owner, ...next, isOwn });
		owner = next.target;
	}
	return ended({ isCut: true });
}

/** What the resolver said of somebody else's names. */
function chainFrom(chain: DnsAnswer['chain'], owner: string): readonly AliasStep[] {
	const at = chain.findIndex((one) => one.owner.toLowerCase() === owner);
	if (at === -1) return [];
	return chain.slice(at).map((one) => ({
		owner: one.owner.toLowerCase(),
		target: one.target.toLowerCase(),
		ttl: one.ttl,
		isOwn: false,
	}));
}

function holdings(owner: string, isOwn: boolean, asking: Asking): Promise<Held | null> {
	return isOwn ? heldBy(owner, asking) : heldAsHeard(owner, asking.get);
}

async function heldBy(owner: string, asking: Asking): Promise<Held | null> {
	const { zone, servers, isPlanned, get } = asking;
	if (!isWithin(owner, zone)) return heldByWalk(owner, get);
	if (isPlanned) {
		const held = await heldAsHeard(owner, get);
		return held === null ? null : { ...held, isApex: owner === zone };
	}
	for (const server of servers) {
		const fact = await get(dnsAnswer({ name: owner, type: 'CNAME', server }));
		if (fact.status !== 'known') continue;
		const { status, aa } = fact.value;
		if (status === 'referral') return heldByWalk(owner, get);
		if (aa && isDecided(fact.value)) return heldIn(fact.value, owner === zone, server);
	}
	return servers.length === 0 ? heldAsHeard(owner, get) : null;
}

/** A sub-zone, or a zone beside the audited one. */
async function heldByWalk(owner: string, get: GetFact): Promise<Held | null> {
	const walked = await get(walk({ name: owner, type: 'CNAME' }));
	if (walked.status !== 'known') return null;
	const { outcome, records, zone } = walked.value;
	if (outcome === 'filtered') return heldAsHeard(owner, get);
	if (outcome !== 'ok' && outcome !== 'nodata' && outcome !== 'nxdomain') return null;
	return {
		targets: targetsIn({ records }),
		exists: outcome !== 'nxdomain',
		isApex: zone === owner,
		server: null,
	};
}

async function heldAsHeard(owner: string, get: GetFact): Promise<Held | null> {
	const fact = await get(lookup({ name: owner, type: 'CNAME' }));
	if (fact.status !== 'known' || !isDecided(fact.value)) return null;
	return heldIn(fact.value, false, null);
}

function isDecided({ status }: DnsAnswer): boolean {
	return status === 'ok' || status === 'nodata' || status === 'nxdomain';
}

function heldIn(answer: DnsAnswer, isApex: boolean, server: string | null): Held {
	const targets = targetsIn(answer);
	return { targets, exists: answer.status !== 'nxdomain', isApex, server };
}

function targetsIn({ records }: Pick<DnsAnswer, 'records'>): Held['targets'] {
	const found = records.flatMap(({ data, ttl }) =>
		data.type === 'CNAME' ? [{ target: data.target.toLowerCase(), ttl }] : [],
	);
	const each = new Map(found.map((one) => [one.target, one]));
	return [...each.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

async function recordsBeside(
	owner: string,
	server: string | null,
	{ isPlanned, get }: Asking,
): Promise<readonly string[]> {
	if (server === null && !isPlanned) return [];
	const found = await Promise.all(
		BESIDE.map(async (type) => {
			const asked = { name: owner, type, ...(server !== null && { server }) };
			const fact = await get(dnsAnswer(asked));
			if (fact.status !== 'known' || !fact.value.aa) return [];
			return fact.value.records
				.filter((one) => one.owner === owner && one.type === type)
				.map(({ text }) => `${owner}. IN ${type} ${text}`);
		}),
	);
	return found.flat();
}
