import { getDomain } from 'tldts';
import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { addressesIn, dnsAnswer, lookup } from '../dns/dns.ts';
import { networkScope } from '../dns/network-scope.ts';
import { registrableOf } from '../dns/registrable.ts';
import { type Cut, cutIn } from '../dns/walk.ts';

/** What one server of the parent zone says about the cut. */
export interface ParentView {
	/** Address. */
	readonly server: string;
	/** Its referral, or its last word, asked without recursion for the NS of the audited name. */
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
	/**
	 * The zone that the name lives in; where nothing is delegated, the one that should be. A name under a
	 * provider's suffix (`shop.pages.example`) lives in the provider's zone, above its registrable domain.
	 */
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
/** The root only leads on. */
const ROOT_SERVERS_ASKED = 2;
/** Servers of one zone that are asked where the first ones are of no use. */
const MOST_SERVERS = 12;
/** Referrals from the root down; real names need four. */
const MOST_REFERRALS = 16;

/**
 * The zone of a name and its delegation, by our own way down from the root, without recursion: neither a
 * resolver's cache nor its patience with dead servers has a part in it. The zone's own servers are asked
 * only where the name is not the zone that the parent names. Unknown where no root or top-level server
 * answers although the resolver does: port 53 is filtered here.
 */
export const delegation = defineDerivation({
	name: 'dns.delegation',
	params: z.object({ name: z.string() }),
	async derive({ name }, get): Promise<Fact<Delegation>> {
		const scope = await get(networkScope({}));
		if (scope.status !== 'known') return scope;
		const roots = scope.value.roots.map(({ address }) => address);
		return descend(name, { zone: '.', servers: roots, answers: [] }, get);
	},
});

interface Heard {
	readonly server: string;
	readonly answer: DnsAnswer;
}

interface Level {
	readonly zone: string;
	readonly servers: readonly string[];
	readonly answers: readonly Heard[];
}

async function descend(name: string, root: Level, get: GetFact): Promise<Fact<Delegation>> {
	let above = root;
	let here = root;
	for (let referrals = 0; referrals < MOST_REFERRALS; referrals++) {
		const answers = await answersOf(name, here, get);
		if (answers.length === 0) {
			return isSuffix(here.zone) ? nobody(here.zone) : known(delegated(here.zone, above));
		}
		const level = { ...here, answers };
		const cut = cutOf(answers, level.zone, name);
		if (cut?.zone === name) return known(delegated(name, level));
		if (cut === null) return known(await lastWord(name, level, above, get));
		above = level;
		here = { zone: cut.zone, servers: await addressesBelow(cut, level, get), answers: [] };
	}
	return unknown('inconclusive', `more than ${MOST_REFERRALS} referrals lead to ${name}`);
}

/** The root, a top-level domain, or another suffix under which a registry delegates. */
function isSuffix(zone: string): boolean {
	return zone === '.' || getDomain(zone) === null;
}

function nobody(zone: string): Fact<Delegation> {
	const whose = zone === '.' ? 'the root' : zone;
	return unknown(
		'unsupported',
		`no server of ${whose} answers from here, so port 53 is filtered between us and it`,
	);
}

/**
 * Servers of a registry are all heard, so that one that disagrees is seen. Of an owner's own zone the
 * first word is enough to go by, and a dead server is not waited for; where they delegate further, they
 * are a parent, and all are heard.
 */
async function answersOf(name: string, level: Level, get: GetFact): Promise<readonly Heard[]> {
	const first = level.zone === '.' ? ROOT_SERVERS_ASKED : MOST_PARENT_SERVERS;
	const servers = level.servers.slice(0, MOST_SERVERS);
	const ask = (asked: readonly string[]) =>
		asked.map(async (server): Promise<Heard | null> => {
			const fact = await get(dnsAnswer({ name, type: 'NS', server }));
			return fact.status === 'known' && isOfUse(fact.value, level.zone, name)
				? { server, answer: fact.value }
				: null;
		});
	for (const asked of [servers.slice(0, first), servers.slice(first)]) {
		const asking = ask(asked);
		const early = isSuffix(level.zone) ? null : await firstHeard(asking);
		if (early !== null && early.answer.status !== 'referral') return [early];
		const heard = (await Promise.all(asking)).filter((one) => one !== null);
		if (heard.length > 0) return heard;
	}
	return [];
}

/** `null` where none is of use. */
async function firstHeard(asking: readonly Promise<Heard | null>[]): Promise<Heard | null> {
	return new Promise((resolve, reject) => {
		const each = asking.map(async (one) => {
			const heard = await one;
			if (heard !== null) resolve(heard);
		});
		Promise.all(each).then(() => resolve(null), reject);
	});
}

/** A referral downwards, or a last word with the AA bit; what somebody in between says is neither. */
function isOfUse(answer: DnsAnswer, zone: string, name: string): boolean {
	switch (answer.status) {
		case 'referral':
			return cutIn(answer, zone, name) !== null;
		case 'ok':
		case 'nodata':
		case 'nxdomain':
		case 'cname-only':
			return answer.aa;
		default:
			return false;
	}
}

function cutOf(answers: readonly Heard[], zone: string, name: string): Cut | null {
	const cuts = answers.map(({ answer }) =>
		answer.status === 'referral' ? cutIn(answer, zone, name) : null,
	);
	return cuts.find((one) => one !== null) ?? null;
}

/** Nobody delegates further: which zone holds the name, or which one should. */
async function lastWord(
	name: string,
	level: Level,
	above: Level,
	get: GetFact,
): Promise<Delegation> {
	const answer = level.answers[0]?.answer;
	const isApex = answer?.status === 'ok' && answer.records.some(({ owner }) => owner === name);
	if (isApex) return delegated(name, level);
	const owner = answer === undefined ? null : zoneIn(answer, level.zone, name);
	if (isSuffix(owner ?? level.zone)) {
		return delegated(registrableOf(name), { ...level, zone: owner ?? level.zone });
	}
	if (owner === null || owner === level.zone) return delegated(level.zone, above);
	// These servers hold a zone below the one that led to them.
	return delegated(owner, { ...level, answers: await answersOf(owner, level, get) });
}

/** The zone that a denial names as its own; what stands behind an alias is another name's. */
function zoneIn({ authority, chain }: DnsAnswer, zone: string, name: string): string | null {
	if (chain.length > 0) return null;
	const soa = authority.find(
		({ type, owner }) => type === 'SOA' && isWithin(owner, zone) && isWithin(name, owner),
	);
	return soa?.owner ?? null;
}

function delegated(zone: string, { zone: parent, answers }: Level): Delegation {
	const views = answers.map((one) => viewOf(one, zone, parent));
	const isNone = views.every(({ names }) => names.length === 0);
	const isDenied = views.every(({ answer }) => answer.status === 'nxdomain');
	return {
		zone,
		parent,
		views,
		missing: isNone ? (isDenied ? 'nxdomain' : 'nodata') : null,
		isShared: views.some(({ answer, names }) => answer.status === 'ok' && names.length > 0),
	};
}

function viewOf({ server, answer }: Heard, zone: string, parent: string): ParentView {
	const ns = [...answer.records, ...answer.authority].filter(
		({ owner, type }) => owner === zone && type === 'NS',
	);
	const names = ns.flatMap(({ data }) => (data.type === 'NS' ? [data.target.toLowerCase()] : []));
	const sorted = [...new Set(names)].sort();
	const glue = sorted.map((name) => [name, glueIn(answer, name, parent)] as const);
	const ttls = ns.map(({ ttl }) => ttl);
	return {
		server,
		answer,
		names: sorted,
		glue: Object.fromEntries(glue),
		ttl: ttls.length > 0 ? Math.min(...ttls) : null,
	};
}

/** Addresses beside a referral; outside the zone that gives them they are hearsay. */
function glueIn({ additional }: DnsAnswer, name: string, zone: string): readonly string[] {
	if (!isWithin(name, zone)) return [];
	return addressesIn({ records: additional.filter(({ owner }) => owner === name) });
}

/** One address of each server, then the rest; from many networks IPv6 leads nowhere, so IPv4 first. */
async function addressesBelow(
	{ servers }: Cut,
	{ zone, answers }: Level,
	get: GetFact,
): Promise<readonly string[]> {
	const found = await Promise.all(
		servers.map(async (name) => {
			const glue = answers.flatMap(({ answer }) => glueIn(answer, name, zone));
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
