import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { type Delegation, delegation } from './delegation.ts';
import { addressesIn, dnsAnswer, lookup } from './dns.ts';
import { moment } from './moment.ts';
import { isReachableClass, type NetworkScope, networkScope } from './network-scope.ts';
import { isWithin } from './zone-of.ts';

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
	 * Somebody answers DNS at 192.0.2.1, where nobody is, or every "server" recurses for us and none has
	 * authority: port 53 is intercepted between us and them, and no single server can be judged.
	 */
	readonly isIntercepted: boolean;
	/** When its servers were seen to have different serials, ISO 8601; `null` where they have one. */
	readonly differSince: string | null;
}

/** Addresses of one zone that are asked. */
const MOST_ADDRESSES = 26;

/**
 * Everything that the zone's servers are asked, at once. About a dozen small questions a server, all in
 * flight together, so that a dead one costs its time only once.
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
		const sets = checkedSets(led.value.zone, hosts);
		const asking: Asking = { zone: led.value.zone, sets, scope: scope.value, get };
		const byParent = parentServers(led.value);
		const outside = await Promise.all(
			byParent.map((one) => (isWithin(one.name, asking.zone) ? one : withOwn(one, asking))),
		);
		const first = await askAll(outside, [], asking);
		const all = await childServers(outside, first, asking);
		const more = await askAll(all, first, asking);
		const servers = [...first, ...more].sort(byNameAndAddress);
		return known({
			delegation: led.value,
			nameServers: all,
			servers,
			sets,
			isIntercepted: await isIntercepted(servers, asking),
			differSince: await differSince(servers, asking),
		});
	},
});

interface Asking {
	readonly zone: string;
	readonly sets: readonly CheckedSet[];
	readonly scope: NetworkScope;
	readonly get: GetFact;
}

/** What a visitor or a mail server depends on. */
function checkedSets(zone: string, hosts: readonly string[]): readonly CheckedSet[] {
	const inside = [...new Set([zone, `www.${zone}`, ...hosts])].filter((one) => isWithin(one, zone));
	return [
		...inside.flatMap((name) => [
			{ name, type: 'A' },
			{ name, type: 'AAAA' },
		]),
		...['MX', 'TXT', 'CAA'].map((type) => ({ name: zone, type })),
		{ name: `_dmarc.${zone}`, type: 'TXT' },
	];
}

function parentServers({ views }: Delegation): readonly NameServer[] {
	const names = [...new Set(views.flatMap((view) => view.names))].sort();
	return names.map((name) => {
		const glue = [...new Set(views.flatMap((view) => view.glue[name] ?? []))].sort();
		return {
			name,
			byParent: true,
			byChild: false,
			glue,
			own: { A: null, AAAA: null },
			addresses: glue,
		};
	});
}

/** Adds what the resolver, or one server of the zone, says about the name. */
async function withOwn(
	server: NameServer,
	{ get }: Asking,
	authority?: string,
): Promise<NameServer> {
	const { name } = server;
	const ask = (type: string) =>
		authority === undefined
			? get(lookup({ name, type }))
			: get(dnsAnswer({ name, type, server: authority }));
	const [a, aaaa] = await Promise.all([ask('A'), ask('AAAA')]);
	const A = a.status === 'known' ? a.value : null;
	const AAAA = aaaa.status === 'known' ? aaaa.value : null;
	const found = [A, AAAA].flatMap((answer) => (answer === null ? [] : addressesIn(answer)));
	const addresses = [...new Set([...server.glue, ...found])].sort();
	return { ...server, own: { A, AAAA }, addresses };
}

/** Asks every address that was not asked yet. */
async function askAll(
	nameServers: readonly NameServer[],
	asked: readonly ServerAt[],
	asking: Asking,
): Promise<readonly ServerAt[]> {
	const done = new Set(asked.map((one) => `${one.name} ${one.address}`));
	const open = nameServers
		.flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address })))
		.filter(({ name, address }) => !done.has(`${name} ${address}`))
		.slice(0, MOST_ADDRESSES);
	return Promise.all(open.map((one) => askOne(one, asking)));
}

async function askOne(
	at: { readonly name: string; readonly address: string },
	{ zone, sets, scope, get }: Asking,
): Promise<ServerAt> {
	const nothing = { ...at, soa: null, tcp: null, ns: null, sets: [] };
	if (!isReachableClass(at.address, scope)) return { ...nothing, state: 'not-asked' };
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
		at.address.includes(':') ? get(ipv6Works({})) : known(true),
		...sets.map(({ name, type }) => ask(name, type)),
	]);
	const state = stateOf(soa, zone);
	const isSure = works.status === 'known' && works.value;
	const isSilent = state === 'silent' || state === 'refused';
	if (state === 'not-asked' || (isSilent && !isSure)) return { ...nothing, state: 'not-asked' };
	return { ...at, state, soa, tcp, ns, sets: answers };
}

function stateOf(soa: DnsAnswer | null, zone: string): ServerState {
	if (soa === null) return 'not-asked';
	switch (soa.status) {
		case 'no-response':
			return 'silent';
		case 'connection-refused':
			return 'refused';
		case 'malformed':
			return 'malformed';
		case 'ok':
			return soa.aa && soa.records.some(({ owner }) => owner === zone) ? 'authoritative' : 'lame';
		case 'nodata':
		case 'nxdomain':
		case 'cname-only':
			return soa.aa ? 'no-soa' : 'lame';
		default:
			return 'lame';
	}
}

/** The servers that only the zone itself lists, and for names inside it what the zone says of them. */
async function childServers(
	known_: readonly NameServer[],
	servers: readonly ServerAt[],
	asking: Asking,
): Promise<readonly NameServer[]> {
	const listed = new Set(
		servers.flatMap(({ ns }) => (ns === null ? [] : namesIn(ns, asking.zone))),
	);
	const authority = servers.find(({ state }) => state === 'authoritative')?.address;
	const before = new Set(known_.map(({ name }) => name));
	const added = [...listed]
		.filter((name) => !before.has(name))
		.map((name) => ({ ...NOBODY, name }));
	const all = await Promise.all(
		[...known_, ...added].map(async (one) => {
			const marked = { ...one, byChild: listed.has(one.name) };
			const isInside = isWithin(one.name, asking.zone);
			if (isInside) return withOwn(marked, asking, authority);
			return one.byParent ? marked : withOwn(marked, asking);
		}),
	);
	return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const NOBODY = {
	byParent: false,
	byChild: true,
	glue: [],
	own: { A: null, AAAA: null },
	addresses: [],
} as const;

/** Host names in an authoritative NS answer. */
export function namesIn(answer: DnsAnswer, zone: string): readonly string[] {
	if (!answer.aa || answer.status !== 'ok') return [];
	return answer.records.flatMap(({ owner, data }) =>
		owner === zone && data.type === 'NS' ? [data.target.toLowerCase()] : [],
	);
}

function isStrange({ status, aa }: DnsAnswer): boolean {
	return !aa && status !== 'no-response' && status !== 'connection-refused';
}

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
	{ zone, get }: Asking,
): Promise<boolean> {
	const answered = servers.flatMap(({ soa }) => (soa?.rcode == null ? [] : [soa]));
	if (!answered.some(isStrange)) return false;
	const control = await get(controlAnswer({ zone }));
	if (control.status === 'known' && control.value) return true;
	return answered.every(({ aa, ra }) => !aa && ra);
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

/** A root server answers over IPv6 from here; without one that has such an address nobody knows. */
const ipv6Works = defineDerivation({
	name: 'dns.ipv6-works',
	params: z.object({}),
	async derive(_, get): Promise<Fact<boolean>> {
		const scope = await get(networkScope({}));
		if (scope.status !== 'known') return scope;
		const roots = scope.value.roots.filter(({ address }) => address.includes(':')).slice(0, 2);
		const answers = await Promise.all(
			roots.map(({ address }) => get(dnsAnswer({ name: '.', type: 'NS', server: address }))),
		);
		return known(answers.some((one) => one.status === 'known' && one.value.rcode !== null));
	},
});

function byNameAndAddress(a: ServerAt, b: ServerAt): number {
	return `${a.name} ${a.address}` < `${b.name} ${b.address}` ? -1 : 1;
}
