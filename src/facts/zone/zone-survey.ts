import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsAnswer, DnsStatus } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { addressesIn, dnsAnswer, lookup } from '../dns/dns.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { isReachableClass, type NetworkScope, networkScope } from '../dns/network-scope.ts';
import { type Delegation, delegation, type ParentView } from './delegation.ts';
import { moment } from './moment.ts';

export type ServerState =
	/** It has the zone's SOA, with AA. */
	| 'authoritative'
	/** AA, and no SOA. */
	| 'no-soa'
	/** It answers, and not for this zone: REFUSED, SERVFAIL, AA=0, a referral. */
	| 'lame'
	/** Nothing came back, over UDP or TCP. */
	| 'silent'
	/** Both ports are closed. */
	| 'refused'
	| 'malformed'
	/** Its address is not public, or of a family that works for nobody here. */
	| 'not-asked';

/** One name server at one of its addresses. */
export interface ServerAt {
	readonly name: string;
	readonly address: string;
	readonly state: ServerState;
	/** `<zone> SOA`, asked without recursion; `null` where it was not asked. */
	readonly soa: DnsAnswer | null;
	/** The same over TCP alone. */
	readonly tcp: DnsAnswer | null;
	readonly ns: DnsAnswer | null;
	/** Answers for the checked sets, in the order of `ZoneSurvey.sets`; empty where it was not asked. */
	readonly sets: readonly (DnsAnswer | null)[];
}

/** One host name among a zone's name servers. */
export interface NameServer {
	readonly name: string;
	/** The parent delegates to it. */
	readonly byParent: boolean;
	/** A server of the zone that answers with authority lists it. */
	readonly byChild: boolean;
	/** From the parent. */
	readonly glue: readonly string[];
	/** What the zone itself (for names inside it) or the resolver says. */
	readonly own: { readonly A: DnsAnswer | null; readonly AAAA: DnsAnswer | null };
	/** Everything of the two. */
	readonly addresses: readonly string[];
}

/** A record set that every server should answer alike. */
export interface CheckedSet {
	readonly name: string;
	readonly type: string;
}

/** A zone as its parent and every one of its servers show it, each asked directly. */
export interface ZoneSurvey {
	readonly delegation: Delegation;
	/** Of parent and child together, sorted by name. */
	readonly nameServers: readonly NameServer[];
	/** By name, then address. */
	readonly servers: readonly ServerAt[];
	readonly sets: readonly CheckedSet[];
	/**
	 * Somebody answers DNS at 192.0.2.1, where nobody is, or every "server", the parent's too, recurses for
	 * us and none has authority: port 53 is intercepted between us and them, and no single server can be
	 * judged.
	 */
	readonly isIntercepted: boolean;
	/** When its servers were seen to have different serials, ISO 8601; `null` where they have one. */
	readonly differSince: string | null;
}

/** Addresses of one zone that are asked. */
const MOST_ADDRESSES = 26;
/** Of one name and family: more are one provider's pool. */
const MOST_OF_A_NAME = 4;

/**
 * Everything that the zone's servers are asked. About a dozen small questions a server, all in flight
 * together, and a server is asked as soon as anybody names it, so that dead ones cost their time once.
 */
export const zoneSurvey = defineDerivation({
	name: 'dns.zone-survey',
	params: z.object({
		name: z.string(),
		/** Names inside the zone whose addresses must be the same everywhere. */
		hosts: z.array(z.string()),
	}),
	async derive({ name, hosts }, get): Promise<Fact<ZoneSurvey>> {
		const [led, scope] = await Promise.all([get(delegation({ name })), get(networkScope({}))]);
		if (led.status !== 'known') return led;
		if (scope.status !== 'known') return scope;
		const { zone, views } = led.value;
		const delegatedTo = delegatedNames(led.value);
		const sets = checkedSets(zone, [name, ...hosts, ...delegatedTo.keys()]);
		const isSeenOverV4 = views.some(({ server }) => !server.includes(':'));
		const asking: Asking = { zone, sets, scope: scope.value, isSeenOverV4, get };
		const { servers, own } = await crawl(delegatedTo, asking);
		return known({
			delegation: led.value,
			nameServers: nameServersFrom(delegatedTo, servers, own, zone),
			servers,
			sets,
			isIntercepted: await isIntercepted(servers, views, asking),
			differSince: await differSince(servers, asking),
		});
	},
});

interface Asking {
	readonly zone: string;
	readonly sets: readonly CheckedSet[];
	readonly scope: NetworkScope;
	/** A server above the zone answered over IPv4. */
	readonly isSeenOverV4: boolean;
	readonly get: GetFact;
}

/** What visitors, mail and the way to the zone depend on; the last are its servers' own names. */
function checkedSets(zone: string, names: readonly string[]): readonly CheckedSet[] {
	const inside = [...new Set([zone, `www.${zone}`, ...names])].filter((one) => isWithin(one, zone));
	return [
		...inside.flatMap((name) => [
			{ name, type: 'A' },
			{ name, type: 'AAAA' },
		]),
		...['MX', 'TXT', 'CAA'].map((type) => ({ name: zone, type })),
		{ name: `_dmarc.${zone}`, type: 'TXT' },
	];
}

/** The parent's name servers with their glue, of all views together. */
function delegatedNames({ views }: Delegation): ReadonlyMap<string, readonly string[]> {
	const names = [...new Set(views.flatMap((view) => view.names))].sort();
	return new Map(
		names.map((name) => {
			const glue = views.flatMap((view) => view.glue[name] ?? []);
			return [name, [...new Set(glue)].sort()];
		}),
	);
}

type Own = NameServer['own'];

const UNSAID: Own = { A: null, AAAA: null };

interface Crawled {
	readonly servers: readonly ServerAt[];
	/** What the resolver, or the first server of the zone, says of each name server. */
	readonly own: ReadonlyMap<string, Own>;
}

/** Asks every server that the parent, or a server of the zone, names. */
async function crawl(
	delegatedTo: ReadonlyMap<string, readonly string[]>,
	asking: Asking,
): Promise<Crawled> {
	const { zone, get } = asking;
	const names = new Set<string>();
	const places = new Set<string>();
	const servers: ServerAt[] = [];
	const said: { readonly name: string; readonly by: string; readonly own: Own }[] = [];
	const running: Promise<void>[] = [];

	const visit = (name: string, addresses: readonly string[]) => {
		for (const address of chosen(name, addresses)) {
			const place = `${name} ${address}`;
			if (places.has(place) || places.size >= MOST_ADDRESSES) continue;
			places.add(place);
			running.push(askOne({ name, address }, asking).then(heard));
		}
	};
	const learn = async (name: string, by: string, asked: Promise<Own>) => {
		const own = await asked;
		said.push({ name, by, own });
		visit(name, addressesOfOwn(own));
	};
	const meet = (name: string, glue: readonly string[]) => {
		visit(name, glue);
		if (names.has(name)) return;
		names.add(name);
		if (isWithin(name, zone)) return;
		running.push(
			learn(
				name,
				'',
				ownOf((type) => get(lookup({ name, type }))),
			),
		);
	};
	const heard = async (server: ServerAt) => {
		servers.push(server);
		if (server.state !== 'authoritative' || server.ns === null) return;
		const listed = namesIn(server.ns, zone);
		for (const name of listed) meet(name, []);
		const inside = [...names].filter((name) => isWithin(name, zone));
		const ask = (name: string) => (type: string) =>
			get(dnsAnswer({ name, type, server: server.address }));
		await Promise.all(
			inside.map((name) => learn(name, placeOf(server), ownIn(server, name, asking, ask(name)))),
		);
	};

	for (const [name, glue] of delegatedTo) meet(name, glue);
	// Whoever is heard may add to what is running.
	for (let next = 0; next < running.length; next++) await running[next];
	const own = new Map<string, Own>();
	for (const one of said.sort((a, b) => compare(a.by, b.by))) {
		if (!own.has(one.name)) own.set(one.name, one.own);
	}
	return { servers: servers.sort((a, b) => compare(placeOf(a), placeOf(b))), own };
}

/** Of a provider's anycast pool, one address a family stands for all. */
function chosen(name: string, addresses: readonly string[]): readonly string[] {
	const most = panelFor([name]) === null ? MOST_OF_A_NAME : 1;
	const sorted = addresses.toSorted();
	return [
		...sorted.filter((address) => !address.includes(':')).slice(0, most),
		...sorted.filter((address) => address.includes(':')).slice(0, most),
	];
}

async function ownOf(ask: (type: 'A' | 'AAAA') => Promise<Fact<DnsAnswer>>): Promise<Own> {
	const [a, aaaa] = await Promise.all([ask('A'), ask('AAAA')]);
	return {
		A: a.status === 'known' ? a.value : null,
		AAAA: aaaa.status === 'known' ? aaaa.value : null,
	};
}

/** The parent's name servers are among the checked sets; those that only the zone lists are asked for. */
async function ownIn(
	server: ServerAt,
	name: string,
	{ sets }: Asking,
	ask: (type: 'A' | 'AAAA') => Promise<Fact<DnsAnswer>>,
): Promise<Own> {
	const at = (type: string) => sets.findIndex((set) => set.name === name && set.type === type);
	if (at('A') < 0) return ownOf(ask);
	return { A: server.sets[at('A')] ?? null, AAAA: server.sets[at('AAAA')] ?? null };
}

function addressesOfOwn({ A, AAAA }: Own): readonly string[] {
	return [A, AAAA].flatMap((answer) => (answer === null ? [] : addressesIn(answer)));
}

function nameServersFrom(
	delegatedTo: ReadonlyMap<string, readonly string[]>,
	servers: readonly ServerAt[],
	own: ReadonlyMap<string, Own>,
	zone: string,
): readonly NameServer[] {
	const listed = new Set(
		servers.flatMap(({ state, ns }) =>
			state === 'authoritative' && ns !== null ? namesIn(ns, zone) : [],
		),
	);
	return [...new Set([...delegatedTo.keys(), ...listed])].sort().map((name) => {
		const glue = delegatedTo.get(name) ?? [];
		const its = own.get(name) ?? UNSAID;
		return {
			name,
			byParent: delegatedTo.has(name),
			byChild: listed.has(name),
			glue,
			own: its,
			addresses: [...new Set([...glue, ...addressesOfOwn(its)])].sort(),
		};
	});
}

async function askOne(
	at: { readonly name: string; readonly address: string },
	{ zone, sets, scope, isSeenOverV4, get }: Asking,
): Promise<ServerAt> {
	const nothing = { ...at, soa: null, tcp: null, ns: null, sets: [] };
	if (!isReachableClass(at.address, scope)) return { ...nothing, state: 'not-asked' };
	const isV6 = at.address.includes(':');
	const ask = async (name: string, type: string, more: { tcp?: true } = {}) => {
		const fact = await get(dnsAnswer({ name, type, server: at.address, ...more }));
		return fact.status === 'known' ? fact.value : null;
	};
	const [soa, tcp, ns, works, ...answers] = await Promise.all([
		ask(zone, 'SOA').then(async (answer) => {
			// Asked now, the control is answered by the time that it is needed.
			if (answer !== null && isStrange(answer)) await get(controlAnswer({ zone }));
			return answer;
		}),
		ask(zone, 'SOA', { tcp: true }),
		ask(zone, 'NS'),
		isV6 || !isSeenOverV4 ? get(familyWorks({ family: isV6 ? 6 : 4 })) : known(true),
		...sets.map(({ name, type }) => ask(name, type)),
	]);
	const state = stateOf(soa, tcp, zone);
	const isSure = works.status === 'known' && works.value;
	const isSilent = state === 'silent' || state === 'refused';
	if (state === 'not-asked' || (isSilent && !isSure)) return { ...nothing, state: 'not-asked' };
	return { ...at, state, soa, tcp, ns, sets: answers };
}

/** By what it answered last: a server that lost one question may have answered the next. */
function stateOf(soa: DnsAnswer | null, tcp: DnsAnswer | null, zone: string): ServerState {
	if (soa === null) return 'not-asked';
	switch (soa.status) {
		case 'no-response':
		case 'connection-refused':
			if (tcp !== null && tcp.rcode !== null) return stateOf(tcp, null, zone);
			return soa.status === 'no-response' ? 'silent' : 'refused';
		case 'malformed':
			return 'malformed';
		case 'ok':
		case 'nodata':
		case 'nxdomain':
		case 'cname-only':
			return soa.aa ? stateOfHolder(soa, zone) : 'lame';
		default:
			return 'lame';
	}
}

function stateOfHolder(soa: DnsAnswer, zone: string): ServerState {
	if (soa.chain.length > 0) return 'no-soa';
	if (soa.status === 'ok') {
		return soa.records.some(({ owner }) => owner === zone) ? 'authoritative' : 'lame';
	}
	return isOfParent(soa, zone) ? 'lame' : 'no-soa';
}

/** It holds a zone above, and denies this one from there. */
function isOfParent({ authority }: DnsAnswer, zone: string): boolean {
	return authority.some(
		({ type, owner }) => type === 'SOA' && owner !== zone && isWithin(zone, owner),
	);
}

/** Host names in an authoritative NS answer. */
export function namesIn(answer: DnsAnswer, zone: string): readonly string[] {
	if (!answer.aa || answer.status !== 'ok') return [];
	return answer.records.flatMap(({ owner, data }) =>
		owner === zone && data.type === 'NS' ? [data.target.toLowerCase()] : [],
	);
}

/** No server of a zone says this about it. */
function isStrange({ status, aa, rcode }: DnsAnswer): boolean {
	return rcode !== null && (!aa || ERRORS.includes(status));
}

const ERRORS: readonly DnsStatus[] = ['refused', 'servfail', 'other-error'];

/** Asks for the zone at an address where no server is: whoever answers sits on our way. */
const controlAnswer = defineDerivation({
	name: 'dns.port-53-control',
	params: z.object({ zone: z.string() }),
	async derive({ zone }, get): Promise<Fact<boolean>> {
		const answer = await get(dnsAnswer({ name: zone, type: 'SOA', server: '192.0.2.1' }));
		return known(answer.status === 'known' && answer.value.rcode !== null);
	},
});

async function isIntercepted(
	servers: readonly ServerAt[],
	views: readonly ParentView[],
	{ zone, get }: Asking,
): Promise<boolean> {
	const answered = servers.flatMap(({ soa }) => (soa?.rcode == null ? [] : [soa]));
	if (!answered.some(isStrange)) return false;
	const control = await get(controlAnswer({ zone }));
	if (control.status === 'known' && control.value) return true;
	return [...answered, ...views.map(({ answer }) => answer)].every(({ aa, ra }) => !aa && ra);
}

async function differSince(
	servers: readonly ServerAt[],
	{ zone, get }: Asking,
): Promise<string | null> {
	const serials = new Set(
		servers.flatMap(({ state, soa }) => {
			const data = state === 'authoritative' ? soa?.records[0]?.data : undefined;
			return data?.type === 'SOA' ? [data.serial] : [];
		}),
	);
	if (serials.size < 2) return null;
	const now = await get(moment({ of: `${zone} has different serials` }));
	return now.status === 'known' ? now.value : null;
}

/** A root server answers over this family from here; where none has such an address nobody knows. */
const familyWorks = defineDerivation({
	name: 'dns.family-works',
	params: z.object({ family: z.literal([4, 6]) }),
	async derive({ family }, get): Promise<Fact<boolean>> {
		const scope = await get(networkScope({}));
		if (scope.status !== 'known') return scope;
		const roots = scope.value.roots
			.filter(({ address }) => address.includes(':') === (family === 6))
			.slice(0, 2);
		const answers = await Promise.all(
			roots.map(({ address }) => get(dnsAnswer({ name: '.', type: 'NS', server: address }))),
		);
		return known(answers.some((one) => one.status === 'known' && one.value.rcode !== null));
	},
});

function placeOf({ name, address }: ServerAt): string {
	return `${name} ${address}`;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
