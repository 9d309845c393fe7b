import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { addressesIn, dnsAnswer, lookup } from './dns.ts';
import { networkScope } from './network-scope.ts';
import { registrableOf } from './registrable.ts';
import { cutIn, walk } from './walk.ts';
import { isWithin, zoneOf } from './zone-of.ts';

/** What one server of the parent zone says about the cut. */
export interface ParentView {
	/** Address. */
	readonly server: string;
	/** Its answer to `<zone> NS`, asked without recursion. */
	readonly answer: DnsAnswer;
	/** Host names of the delegation, sorted; empty where it delegates nothing. */
	readonly names: readonly string[];
	/** Addresses that it gives for those names, by name; only those inside the parent zone are glue. */
	readonly glue: Readonly<Record<string, readonly string[]>>;
	/** Seconds, of the NS records; `null` without any. */
	readonly ttl: number | null;
}

/** How the parent leads to a zone. */
export interface Delegation {
	/** The zone that the name lives in; where nothing is delegated, the one that should be. */
	readonly zone: string;
	/** `.` for the root. */
	readonly parent: string;
	/** At most four servers of the parent that answered; those that did not are left out. */
	readonly views: readonly ParentView[];
	/** NXDOMAIN, or no NS, from every one of them; `null` where the zone is delegated. */
	readonly missing: 'nxdomain' | 'nodata' | null;
	/** The parent's servers hold the zone themselves, so they answer for it instead of delegating. */
	readonly isShared: boolean;
}

/** Enough to see a registry whose servers disagree; more says nothing new. */
const MOST_PARENT_SERVERS = 4;
/** Referrals from the root down; real names need four. */
const MOST_REFERRALS = 16;

/**
 * The zone of a name and its delegation, asked of the parent's servers one by one, without recursion,
 * found by our own way down from the root. The zone's own servers are not asked. Unknown where no root
 * or top-level server answers although the resolver does: port 53 is filtered here.
 */
export const delegation = defineDerivation({
	name: 'dns.delegation',
	params: z.object({ name: z.string() }),
	async derive({ name }, get): Promise<Fact<Delegation>> {
		const scope = await get(networkScope({}));
		if (scope.status !== 'known') return scope;
		const zone = await zoneNamed(name, get);
		const roots = scope.value.roots.map(({ address }) => address);
		return descend(zone, { zone: '.', servers: roots }, get);
	},
});

/** By the resolver, else by our own walk, else by the public suffix list. */
async function zoneNamed(name: string, get: GetFact): Promise<string> {
	const seen = await get(zoneOf({ name }));
	const registrable = registrableOf(name);
	if (seen.status === 'known' && isWithin(seen.value.name, registrable)) return seen.value.name;
	if (name === registrable) return name;
	const walked = await get(walk({ name, type: 'SOA' }));
	const cut = walked.status === 'known' ? walked.value.cuts.at(-1) : undefined;
	return cut !== undefined && isWithin(cut, registrable) ? cut : registrable;
}

interface Level {
	readonly zone: string;
	readonly servers: readonly string[];
}

async function descend(zone: string, root: Level, get: GetFact): Promise<Fact<Delegation>> {
	let level = root;
	for (let referrals = 0; referrals < MOST_REFERRALS; referrals++) {
		const views = await viewsAt(zone, level, get);
		if (views.length === 0) {
			return unknown(
				'unsupported',
				level.zone === '.' || !level.zone.includes('.')
					? `no server of ${level.zone === '.' ? 'the root' : level.zone} answers from here: port 53 is filtered`
					: `no server of ${level.zone} answers`,
			);
		}
		const cut = views.map(({ answer }) => cutIn(answer, level.zone, zone)).find((one) => one);
		if (cut == null || cut.zone === zone) {
			return known(concluded(zone, level.zone, views));
		}
		level = { zone: cut.zone, servers: await addressesBelow(cut.servers, views, get) };
	}
	return unknown('inconclusive', `more than ${MOST_REFERRALS} referrals lead to ${zone}`);
}

/** Servers are asked four at a time until one of them is of use. */
async function viewsAt(zone: string, level: Level, get: GetFact): Promise<readonly ParentView[]> {
	for (let from = 0; from < level.servers.length; from += MOST_PARENT_SERVERS) {
		const asked = level.servers.slice(from, from + MOST_PARENT_SERVERS);
		const views = await Promise.all(
			asked.map(async (server): Promise<readonly ParentView[]> => {
				const fact = await get(dnsAnswer({ name: zone, type: 'NS', server }));
				if (fact.status !== 'known' || !isOfUse(fact.value)) return [];
				return [viewOf(server, fact.value, zone)];
			}),
		);
		if (views.flat().length > 0) return views.flat();
	}
	return [];
}

/** A referral, or a last word with the AA bit; whatever a resolver in between says is neither. */
function isOfUse({ status, aa }: DnsAnswer): boolean {
	if (status === 'referral') return true;
	return aa && (status === 'ok' || status === 'nodata' || status === 'nxdomain');
}

function viewOf(server: string, answer: DnsAnswer, zone: string): ParentView {
	const ns = [...answer.records, ...answer.authority].filter(
		({ owner, type }) => owner === zone && type === 'NS',
	);
	const names = ns.flatMap(({ data }) => (data.type === 'NS' ? [data.target.toLowerCase()] : []));
	const sorted = [...new Set(names)].sort();
	const glue = Object.fromEntries(
		sorted.map((name) => [
			name,
			addressesIn({ records: answer.additional.filter(({ owner }) => owner === name) }),
		]),
	);
	const ttls = ns.map(({ ttl }) => ttl);
	return { server, answer, names: sorted, glue, ttl: ttls.length > 0 ? Math.min(...ttls) : null };
}

function concluded(zone: string, parent: string, views: readonly ParentView[]): Delegation {
	const isNone = views.every(({ names }) => names.length === 0);
	const isDenied = views.every(({ answer }) => answer.status === 'nxdomain');
	const isShared = views.some(({ answer }) => answer.status === 'ok' && answer.aa);
	return {
		zone,
		parent,
		views,
		missing: isNone ? (isDenied ? 'nxdomain' : 'nodata') : null,
		isShared,
	};
}

async function addressesBelow(
	names: readonly string[],
	views: readonly ParentView[],
	get: GetFact,
): Promise<readonly string[]> {
	const found = await Promise.all(
		names.map(async (name) => {
			const additional = views.flatMap(({ answer }) => answer.additional);
			const glue = addressesIn({ records: additional.filter(({ owner }) => owner === name) });
			if (glue.length > 0) return glue;
			const resolved = await get(lookup({ name, type: 'A' }));
			return resolved.status === 'known' ? addressesIn(resolved.value) : [];
		}),
	);
	const v4First = found.map((each) => [...new Set(each)].sort(v4BeforeV6));
	return [...new Set([...v4First.flatMap((each) => each.slice(0, 1)), ...v4First.flat()])];
}

function v4BeforeV6(a: string, b: string): number {
	return Number(a.includes(':')) - Number(b.includes(':'));
}
