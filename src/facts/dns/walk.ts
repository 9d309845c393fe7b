import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { type DnsAnswer, type DnsRecord, type DnsStatus, GIVEN_BY_ZONE } from '../../core/io.ts';
import { isWithin } from './ancestry.ts';
import { addressesIn, dnsAnswer, lookup } from './dns.ts';
import { networkScope } from './network-scope.ts';

/** Referrals from the root down; real names need four. */
const MOST_REFERRALS = 16;
/** Aliases from the name asked; resolvers give up at about as many. */
const MOST_ALIASES = 12;
/** Servers asked in one zone, in pairs, until one is of use. */
const MOST_SERVERS = 6;
/** Name servers without glue need walks of their own, and those again. */
const MOST_DEPTH = 2;

export type WalkOutcome =
	/** An authoritative server has records of the type asked. */
	| 'ok'
	/** An authoritative server says: the name exists, without this type. */
	| 'nodata'
	/** An authoritative server, or a parent, says: no such name. */
	| 'nxdomain'
	/** The parent delegates, and no server of the zone is of use. */
	| 'broken'
	/** More referrals or aliases than resolvers follow, or aliases in a circle. */
	| 'endless'
	/**
	 * Port 53 leads nowhere from here, or to somebody else: no root or top-level server is of use, or
	 * the resolver names none.
	 */
	| 'filtered';

/** What the name servers themselves say, asked one after the other from the root down. */
export interface Walk {
	readonly outcome: WalkOutcome;
	/** Of the type asked, at the end of the aliases. */
	readonly records: readonly DnsRecord[];
	/** Seconds that the absence may be cached, where the outcome is one. */
	readonly negativeTtl: number | null;
	/** The zone whose servers had the last word; `.` for the root. */
	readonly zone: string;
	/** Zone cuts below the root that were passed for the name asked, aliases not counted. */
	readonly cuts: readonly string[];
	readonly aliases: readonly string[];
	/** Servers that were asked and of no use. */
	readonly failures: readonly { zone: string; server: string; status: DnsStatus | 'lame' }[];
}

/**
 * Our own iteration from the root servers that the resolver names: questions without recursion, one
 * zone after the other, so that a resolver's cache, filter or validator has no part in the answer.
 * Referrals are believed only downwards, glue and records only inside the zone that gives them. For
 * the owner it looks like one more resolver: about three questions, asked only when a fault is
 * about to be believed. What the user's zone file says of a name is what its servers will say, so
 * the walk begins where that file leads out of the zone.
 */
export const walk = defineDerivation({
	name: 'dns.walk',
	params: z.object({ name: z.string(), type: z.string(), depth: z.number().int().default(0) }),
	async derive({ name, type, depth }, get): Promise<Fact<Walk>> {
		const [told, scope] = await Promise.all([
			get(dnsAnswer({ name, type })),
			get(networkScope({})),
		]);
		if (told.status === 'known' && told.value.server === GIVEN_BY_ZONE) {
			return planned(told.value, { name, type, depth }, get);
		}
		if (scope.status !== 'known') return scope;
		const roots = scope.value.roots.map(({ address }) => address);
		const trail: Trail = { type, depth, get, roots, cuts: [], aliases: [], failures: [] };
		if (roots.length === 0) return known(stopped('filtered', '.', trail));
		return known(await fromRoot(name, trail));
	},
});

async function planned(
	{ status, chain, records, negativeTtl, authority }: DnsAnswer,
	asked: { readonly name: string; readonly type: string; readonly depth: number },
	get: GetFact,
): Promise<Fact<Walk>> {
	const outcome = LAST_WORDS[status];
	const aliases = chain.map(({ target }) => target);
	const zone = authority[0]?.owner ?? records[0]?.owner ?? asked.name;
	if (outcome !== undefined) {
		return known({ outcome, records, negativeTtl, zone, cuts: [], aliases, failures: [] });
	}
	const end = aliases.at(-1);
	if (end === undefined || asked.depth >= MOST_DEPTH) {
		const nothing = { records: [], negativeTtl: null, cuts: [], failures: [] };
		return known({ ...nothing, outcome: 'broken', zone, aliases });
	}
	const rest = await get(walk({ name: end, type: asked.type, depth: asked.depth + 1 }));
	if (rest.status !== 'known') return rest;
	return known({ ...rest.value, cuts: [], aliases: [...aliases, ...rest.value.aliases] });
}

/** What a zone file can say of a name. */
const LAST_WORDS: Readonly<Partial<Record<DnsStatus, WalkOutcome>>> = {
	ok: 'ok',
	nodata: 'nodata',
	nxdomain: 'nxdomain',
	'cname-loop': 'endless',
};

interface Trail {
	readonly type: string;
	readonly depth: number;
	readonly get: GetFact;
	readonly roots: readonly string[];
	readonly cuts: string[];
	readonly aliases: string[];
	readonly failures: { zone: string; server: string; status: DnsStatus | 'lame' }[];
}

async function fromRoot(asked: string, trail: Trail): Promise<Walk> {
	const owners = new Set<string>();
	for (let name = asked; ; ) {
		if (owners.has(name) || owners.size > MOST_ALIASES) return stopped('endless', '.', trail);
		owners.add(name);
		const step = await downTo(name, trail);
		if ('walk' in step) return step.walk;
		trail.aliases.push(step.alias);
		name = step.alias;
	}
}

/** Down the referrals to whoever answers for one name. */
async function downTo(name: string, trail: Trail): Promise<{ walk: Walk } | { alias: string }> {
	let zone = '.';
	let servers: readonly string[] = trail.roots;
	for (let referrals = 0; referrals <= MOST_REFERRALS; referrals++) {
		const answer = await firstOfUse(name, zone, servers, trail);
		if (answer === null) {
			const above = zone === '.' || !zone.includes('.');
			return { walk: stopped(above ? 'filtered' : 'broken', zone, trail) };
		}
		if (answer.status !== 'referral') return lastWord(answer, zone, trail);
		const cut = cutIn(answer, zone, name);
		if (cut === null) break;
		if (trail.aliases.length === 0) trail.cuts.push(cut.zone);
		servers = await addressesOfServers(cut, zone, answer, trail);
		zone = cut.zone;
	}
	return { walk: stopped('endless', zone, trail) };
}

/**
 * Servers are asked two at a time and read in order, so that the same answers give the same walk. The
 * root and the top level never answer with records of ours: who does is no root server.
 */
async function firstOfUse(
	name: string,
	zone: string,
	servers: readonly string[],
	trail: Trail,
): Promise<DnsAnswer | null> {
	const chosen = servers.slice(0, MOST_SERVERS);
	for (let from = 0; from < chosen.length; from += 2) {
		const pair = chosen.slice(from, from + 2);
		const facts = await Promise.all(
			pair.map((server) => trail.get(dnsAnswer({ name, type: trail.type, server }))),
		);
		for (const [index, fact] of facts.entries()) {
			const server = pair[index] ?? '';
			if (fact.status !== 'known') continue;
			if (isOfUse(fact.value, zone, name)) return fact.value;
			const answered = ['ok', 'nodata', 'nxdomain', 'referral', 'cname-only'];
			const status = answered.includes(fact.value.status) ? 'lame' : fact.value.status;
			trail.failures.push({ zone, server, status });
		}
	}
	return null;
}

/** A last word needs the AA bit; a referral needs to lead downwards. */
function isOfUse(answer: DnsAnswer, zone: string, name: string): boolean {
	switch (answer.status) {
		case 'ok':
		case 'nodata':
		case 'nxdomain':
		case 'cname-only':
		case 'cname-loop':
			return answer.aa;
		case 'referral':
			return cutIn(answer, zone, name) !== null;
		default:
			return false;
	}
}

function lastWord(
	answer: DnsAnswer,
	zone: string,
	trail: Trail,
): { walk: Walk } | { alias: string } {
	for (const { target } of answer.chain) {
		if (!isWithin(target, zone)) return { alias: target };
		if (answer.status === 'cname-only') continue;
		trail.aliases.push(target);
	}
	const last = answer.chain.at(-1);
	if (answer.status === 'cname-only' && last !== undefined) return { alias: last.target };
	if (answer.status === 'cname-loop') return { walk: stopped('endless', zone, trail) };
	const outcome = answer.status === 'ok' || answer.status === 'nxdomain' ? answer.status : 'nodata';
	const records = answer.records.filter(({ owner }) => isWithin(owner, zone));
	const { negativeTtl } = answer;
	return { walk: { ...stopped(outcome, zone, trail), records, negativeTtl } };
}

/** A delegation as one referral gives it. */
export interface Cut {
	readonly zone: string;
	readonly servers: readonly string[];
}

/** The delegation in a referral: below the zone that gives it, and above the name, or none. */
export function cutIn(answer: DnsAnswer, zone: string, name: string): Cut | null {
	const delegations = answer.authority.filter(
		({ owner, type }) =>
			type === 'NS' && owner !== zone && isWithin(owner, zone) && isWithin(name, owner),
	);
	const owner = delegations[0]?.owner;
	if (owner === undefined) return null;
	const servers = delegations.flatMap((record) =>
		record.owner === owner && record.data.type === 'NS' ? [record.data.target.toLowerCase()] : [],
	);
	return { zone: owner, servers: servers.sort() };
}

/** Glue where it lies inside the zone that gave it; else the resolver's word, else a walk. */
async function addressesOfServers(
	cut: Cut,
	parent: string,
	answer: DnsAnswer,
	trail: Trail,
): Promise<readonly string[]> {
	const glue = answer.additional.filter(({ owner }) => isWithin(owner, parent));
	const found = await Promise.all(
		cut.servers.map(async (server) => {
			const given = addressesIn({ records: glue.filter(({ owner }) => owner === server) });
			return given.length > 0 ? given : serverAddresses(server, trail);
		}),
	);
	const v4First = found.map((each) => each.toSorted((a, b) => +a.includes(':') - +b.includes(':')));
	const firsts = v4First.flatMap((each) => each.slice(0, 1));
	return [...new Set([...firsts, ...v4First.flatMap((each) => each.slice(1))])];
}

async function serverAddresses(server: string, { depth, get }: Trail): Promise<readonly string[]> {
	const resolved = await get(lookup({ name: server, type: 'A' }));
	if (resolved.status === 'known' && resolved.value.status === 'ok') {
		return addressesIn(resolved.value);
	}
	if (depth >= MOST_DEPTH) return [];
	const walked = await get(walk({ name: server, type: 'A', depth: depth + 1 }));
	return walked.status === 'known' ? addressesIn(walked.value) : [];
}

function stopped(outcome: WalkOutcome, zone: string, trail: Trail): Walk {
	const { cuts, aliases, failures } = trail;
	return { outcome, records: [], negativeTtl: null, zone, cuts, aliases, failures };
}
