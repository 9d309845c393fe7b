import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsAnswer, DnsQuirk } from '../../core/io.ts';
import { dnsAnswer, textsIn } from '../dns/dns.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { workingZone } from './working-zone.ts';
import type { ServerAt, ZoneSurvey } from './zone-survey.ts';
import { zoneTransfer } from './zone-transfer.ts';

/** Whether a transport works: `null` where nobody can say. */
type Works = boolean | null;

/** How one name server, which answers for the zone with authority, behaves beside its answers. */
export interface ServerBehaviour {
	readonly name: string;
	readonly address: string;
	readonly udp: Works;
	readonly tcp: Works;
	/** What stands in the way of the transport that does not work; empty where both do. */
	readonly detail: string;
	/** `refused`: an error to EDNS; `lost`: no answer to it, and one without. */
	readonly edns: 'works' | 'refused' | 'lost';
	/** `changed`: names come back in other letters; `lost`: no answer to mixed letters. */
	readonly letters: 'kept' | 'changed' | 'lost';
	/** What it answered to a question for somebody else's name, with recursion asked for. */
	readonly foreign: string | null;
	/** Records that it gave to a stranger who asked for the whole zone; `null` where nobody asked. */
	readonly transferred: number | null;
	/** Its answer to `version.bind`. */
	readonly version: string | null;
	/** Why questions that would show a fault were not asked of it, in one line each. */
	readonly unasked: readonly string[];
}

export interface NameServerSurvey {
	readonly zone: string;
	readonly panel: string | null;
	/** Host names of all its name servers. */
	readonly names: readonly string[];
	readonly servers: readonly ServerBehaviour[];
	/** The foreign name that was asked for. */
	readonly foreignName: string;
	/** Any of the name servers has an IPv6 address; `null` where nobody could say. */
	readonly hasV6: boolean | null;
	/** The parent's server whose referral does not fit into 512 octets. */
	readonly bigReferralAt: string | null;
}

/**
 * How the servers of a zone behave. Beside what the survey asked: one foreign name with recursion, the
 * version, and with `active` a zone transfer, of each address; more only before a fault is believed.
 */
export const nameServerSurvey = defineDerivation({
	name: 'dns.name-server-survey',
	params: z.object({ name: z.string(), hosts: z.array(z.string()), active: z.boolean() }),
	async derive({ name, hosts, active }, get): Promise<Fact<NameServerSurvey>> {
		const survey = await get(workingZone({ name, hosts }));
		if (survey.status !== 'known') return survey;
		const { zone } = survey.value.delegation;
		const foreignName = foreignTo(zone);
		const asking: Asking = { zone, foreignName, active, survey: survey.value, get };
		const judged = survey.value.servers.filter(({ state }) => state === 'authoritative');
		const [servers, bigReferralAt] = await Promise.all([
			Promise.all(judged.map((server) => behaviourOf(server, asking))),
			bigReferral(survey.value, get),
		]);
		const names = survey.value.nameServers.map((one) => one.name);
		return known({
			zone,
			panel: panelFor(names),
			names,
			servers,
			foreignName,
			hasV6: hasV6(survey.value),
			bigReferralAt,
		});
	},
});

interface Asking {
	readonly zone: string;
	readonly foreignName: string;
	readonly active: boolean;
	readonly survey: ZoneSurvey;
	readonly get: GetFact;
}

/**
 * The top-level domain: it exists, and only who recurses, or is one of its servers, has its SOA. Root
 * hints and upward referrals give none.
 */
function foreignTo(zone: string): string {
	const top = zone.split('.').at(-1) ?? '';
	return top === zone ? '.' : top;
}

async function behaviourOf(server: ServerAt, asking: Asking): Promise<ServerBehaviour> {
	const { name, address } = server;
	// What is lost over UDP is not waited for again.
	const at: Way = isUdpDead(server) ? { server: address, tcp: true } : { server: address };
	const [transports, manners, foreign, transferred, version] = await Promise.all([
		transportsOf(server, asking),
		mannersOf(server, asking),
		foreignAnswer(at, asking),
		transferredFrom(address, asking),
		versionOf(at, asking.get),
	]);
	return {
		...{ name, address, ...transports, ...manners, version },
		foreign: foreign.status === 'known' ? foreign.value : null,
		transferred: transferred.status === 'known' ? transferred.value : null,
		unasked: [foreign, transferred].flatMap((one) => (one.status === 'known' ? [] : [one.detail])),
	};
}

interface Way {
	readonly server: string;
	readonly tcp?: true;
}

// ── Transports ───────────────────────────────────────────────────────────────────────────────────

async function transportsOf(
	server: ServerAt,
	asking: Asking,
): Promise<Pick<ServerBehaviour, 'udp' | 'tcp' | 'detail'>> {
	if (isUdpDead(server)) {
		const works = udpWorksElsewhere(server, asking);
		const detail = server.soa?.quirks.includes('udp-refused') ? 'port closed' : 'no answer';
		return { udp: works ? false : null, tcp: true, detail };
	}
	if (isAnswered(server.tcp)) return { udp: true, tcp: true, detail: '' };
	// One connection that came to nothing may be chance, or EDNS was too much for the server.
	const { zone, get } = asking;
	const question = { name: zone, type: 'SOA', server: server.address, tcp: true, edns: false };
	const [again, works] = await Promise.all([
		get(dnsAnswer(question)),
		tcpWorksElsewhere(server, asking),
	]);
	if (again.status !== 'known') return { udp: true, tcp: null, detail: again.detail };
	if (isAnswered(again.value)) return { udp: true, tcp: true, detail: '' };
	const isClosed = again.value.status === 'connection-refused';
	const detail = isClosed ? 'port closed' : 'no answer';
	return { udp: true, tcp: works ? false : null, detail };
}

/** Not one question was answered over it, and one at least was lost there. */
function isUdpDead({ soa, ns, sets }: ServerAt): boolean {
	const answers = [soa, ns, ...sets].flatMap((one) => one ?? []);
	return answers.some(isLostOverUdp) && !answers.some(cameOverUdp);
}

function isLostOverUdp({ quirks }: DnsAnswer): boolean {
	return quirks.includes('udp-lost') || quirks.includes('udp-refused');
}

/** An answer that TCP had to complete came over UDP all the same. */
function cameOverUdp({ rcode, transport, quirks }: DnsAnswer): boolean {
	const isCut = quirks.includes('truncated') || quirks.includes('malformed-udp');
	return isCut || (rcode !== null && transport === 'udp');
}

function isAnswered(answer: DnsAnswer | null): boolean {
	return answer !== null && answer.rcode !== null;
}

/** Whoever else answered over UDP: another server of the zone, or of its parent. */
function udpWorksElsewhere(server: ServerAt, { survey }: Asking): boolean {
	const others = survey.servers.filter(({ address }) => address !== server.address);
	const answers = [
		...others.map(({ soa }) => soa),
		...survey.delegation.views.map(({ answer }) => answer),
	];
	return answers.some((one) => one !== null && one.rcode !== null && one.transport === 'udp');
}

/** Another server answers over TCP from here; else a network that lets no TCP to port 53 out is likelier. */
async function tcpWorksElsewhere(server: ServerAt, asking: Asking): Promise<boolean> {
	const { survey, zone, get } = asking;
	const others = survey.servers.filter(({ address }) => address !== server.address);
	if (others.some(({ tcp }) => isAnswered(tcp))) return true;
	const parents = await Promise.all(
		survey.delegation.views
			.slice(0, 2)
			.map((view) => get(dnsAnswer({ name: zone, type: 'NS', server: view.server, tcp: true }))),
	);
	return parents.some((one) => one.status === 'known' && isAnswered(one.value));
}

// ── Manners ──────────────────────────────────────────────────────────────────────────────────────

async function mannersOf(
	server: ServerAt,
	asking: Asking,
): Promise<Pick<ServerBehaviour, 'edns' | 'letters'>> {
	const quirks = new Set([server.soa, server.ns].flatMap((one) => one?.quirks ?? []));
	const is = (quirk: DnsQuirk) => quirks.has(quirk) && !isOnOurSide(quirk, asking);
	const lost = is('plain-only') ? await lostTo(server, asking) : null;
	return {
		edns: is('edns-refused') ? 'refused' : lost === 'edns' ? 'lost' : 'works',
		letters: is('case-lost') ? 'changed' : lost === 'letters' ? 'lost' : 'kept',
	};
}

/** Every server of the parent shows the same: something between us and all of them does it. */
function isOnOurSide(quirk: DnsQuirk, { survey }: Asking): boolean {
	const { views } = survey.delegation;
	return views.length > 0 && views.every(({ answer }) => answer.quirks.includes(quirk));
}

/**
 * Which of the two was too much for a server that answered only the plainest question: without EDNS, and
 * with mixed letters, it answers at once or it does not. `null` where the loss does not repeat.
 */
async function lostTo(
	{ address }: ServerAt,
	{ zone, get }: Asking,
): Promise<'edns' | 'letters' | null> {
	const question = { name: zone, type: 'SOA', server: address };
	const [again, without] = await Promise.all([
		get(dnsAnswer({ ...question, again: 1 })),
		get(dnsAnswer({ ...question, edns: false })),
	]);
	if (again.status !== 'known' || without.status !== 'known') return null;
	if (!again.value.quirks.includes('plain-only')) return null;
	if (without.value.quirks.includes('plain-only')) return 'letters';
	return without.value.rcode !== null && without.value.transport === 'udp' ? 'edns' : null;
}

// ── Strangers ────────────────────────────────────────────────────────────────────────────────────

/** Records with authority would be the server's own: then it serves that zone too. */
async function foreignAnswer(at: Way, { foreignName, get }: Asking): Promise<Fact<string | null>> {
	const fact = await get(dnsAnswer({ ...at, name: foreignName, type: 'SOA', recursive: true }));
	if (fact.status !== 'known') return fact;
	const { status, aa, records } = fact.value;
	const soa = records.find(({ type, owner }) => type === 'SOA' && owner === foreignName);
	return known(status === 'ok' && !aa && soa !== undefined ? soa.text : null);
}

async function transferredFrom(
	server: string,
	{ zone, active, get }: Asking,
): Promise<Fact<number | null>> {
	if (!active) return known(null);
	const fact = await get(zoneTransfer({ zone, server }));
	return fact.status === 'known' ? known(fact.value.records) : fact;
}

/** What names no version ("none", "go away") shows nothing. */
async function versionOf(at: Way, get: GetFact): Promise<string | null> {
	const fact = await get(dnsAnswer({ ...at, name: 'version.bind', type: 'TXT', class: 'CH' }));
	if (fact.status !== 'known' || fact.value.status !== 'ok') return null;
	const [text = ''] = textsIn(fact.value);
	return /\d\.\d/.test(text) ? text.slice(0, 80) : null;
}

// ── The zone as a whole ──────────────────────────────────────────────────────────────────────────

function hasV6({ nameServers }: ZoneSurvey): boolean | null {
	const isV6 = (address: string) => address.includes(':');
	if (nameServers.some(({ addresses }) => addresses.some(isV6))) return true;
	const isSaid = nameServers.every(
		({ own }) => own.AAAA?.status === 'nodata' || own.AAAA?.status === 'nxdomain',
	);
	return isSaid ? false : null;
}

/** Asked without EDNS, the parent truncates what does not fit into 512 octets (RFC 1035 §4.2.1). */
async function bigReferral({ delegation }: ZoneSurvey, get: GetFact): Promise<string | null> {
	const { views, zone } = delegation;
	const view = views.find(({ answer }) => answer.status === 'referral');
	if (view === undefined) return null;
	const { server } = view;
	const fact = await get(dnsAnswer({ name: zone, type: 'NS', server, edns: false }));
	return fact.status === 'known' && fact.value.quirks.includes('truncated') ? server : null;
}
