import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { groupBy } from '../../core/group-by.ts';
import type { DnsAnswer, DnsRecord } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { dnsAnswer } from '../dns/dns.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { recordContent } from './record-content.ts';
import { type CheckedSet, type ServerAt, type ZoneSurvey, zoneSurvey } from './zone-survey.ts';

/** Servers that answer alike about a set. */
export interface Edition {
	readonly servers: readonly { readonly name: string; readonly address: string }[];
	/** RDATA, sorted, as a zone file writes it; empty where they have none. */
	readonly data: readonly string[];
	/** Whole lines of a zone file. */
	readonly lines: readonly string[];
	/** Of the SOA, the highest of these servers. */
	readonly serial: number;
}

/** A set about which a zone's own servers say different things, steadily. */
export interface Disagreement extends CheckedSet {
	/** Two or more; by the number of their servers, then by name. */
	readonly editions: readonly Edition[];
	/** The longest that one of them may be cached, in seconds; `null` where nobody has the set. */
	readonly ttl: number | null;
}

/** What is kept for no longer than this may be a load balancer's choice for who asks, in seconds. */
const CHOSEN_TTL = 300;

/**
 * What the zone's servers disagree about, NS lists included. A set that differs is asked a second time of
 * every server; one that changes from look to look rotates, or has just been brought in step. Order,
 * letter case, final dots and TTL are no difference, nor is what stands outside the zone behind an alias.
 * Addresses and aliases that are kept for a short time may be chosen for each asker, so they count only
 * where the servers also have different serials. Nothing is asked of a zone whose servers agree.
 */
export const zoneConsistency = defineDerivation({
	name: 'dns.zone-consistency',
	params: z.object({ name: z.string(), hosts: z.array(z.string()) }),
	async derive({ name, hosts }, get): Promise<Fact<readonly Disagreement[]>> {
		const survey = await get(zoneSurvey({ name, hosts }));
		if (survey.status !== 'known') return survey;
		const { zone } = survey.value.delegation;
		const servers = survey.value.servers.filter(({ state }) => state === 'authoritative');
		const compared = [
			{ name: zone, type: 'NS', answerOf: (at: ServerAt) => at.ns },
			...survey.value.sets.map((set, index) => ({
				...set,
				answerOf: (at: ServerAt) => at.sets[index] ?? null,
			})),
		];
		const found = await Promise.all(
			compared.map(async ({ answerOf, ...set }) => {
				const first = servers.map((at) => ({ at, answer: answerOf(at) }));
				return disagreement(set, first, survey.value, get);
			}),
		);
		return known(found.flat());
	},
});

interface Look {
	readonly at: ServerAt;
	readonly answer: DnsAnswer | null;
}

interface Seen {
	readonly at: ServerAt;
	readonly answer: DnsAnswer;
}

async function disagreement(
	set: CheckedSet,
	looks: readonly Look[],
	survey: ZoneSurvey,
	get: GetFact,
): Promise<readonly Disagreement[]> {
	const { zone } = survey.delegation;
	const first = looks.filter(isLastWord);
	const before = contentsOf(first, zone);
	if (new Set(before).size < 2) return [];
	const second = await Promise.all(
		first.map(async ({ at }): Promise<Look> => {
			const answer = await get(dnsAnswer({ ...set, server: at.address, again: 1 }));
			return { at, answer: answer.status === 'known' ? answer.value : null };
		}),
	);
	const after = contentsOf(second.filter(isLastWord), zone);
	if (after.length !== before.length || before.some((one, index) => one !== after[index]))
		return [];
	const editions = editionsOf(first, before);
	if (isChosen(set, first, editions, survey)) return [];
	const ttls = first.flatMap(({ answer }) => decisive(answer, first).map((one) => one.ttl));
	return [{ ...set, editions, ttl: ttls.length > 0 ? Math.max(...ttls) : null }];
}

/** Neither silence, nor an error, nor a pointer to a zone below, which another server may hold too. */
function isLastWord(look: Look): look is Seen {
	const { answer } = look;
	return answer?.aa === true && ['ok', 'nodata', 'nxdomain', 'cname-only'].includes(answer.status);
}

/**
 * What each server has, to compare. Where an alias leads is another name's business, and some servers
 * follow it while others do not: the records at its end count where all give them from inside the zone.
 */
function contentsOf(seen: readonly Seen[], zone: string): readonly string[] {
	const isWhole = seen.every(
		({ answer }) =>
			answer.status === 'ok' && answer.records.every(({ owner }) => isWithin(owner, zone)),
	);
	return seen.map(({ answer }) => {
		const aliases = answer.chain
			.filter(({ owner }, index) => index === 0 || (isWhole && isWithin(owner, zone)))
			.map(({ target }) => target.toLowerCase());
		const data = aliases.length === 0 || isWhole ? answer.records.map(recordContent) : [];
		return JSON.stringify([aliases, [...new Set(data)].sort()]);
	});
}

function editionsOf(seen: readonly Seen[], contents: readonly string[]): readonly Edition[] {
	const groups = groupBy(seen, (one) => contents[seen.indexOf(one)] ?? '');
	const editions = [...groups.values()].map((group): Edition => {
		const records = decisive(group[0].answer, seen);
		return {
			servers: group.map(({ at: { name, address } }) => ({ name, address })),
			data: records.map(({ type, text }) => (type === 'CNAME' ? `CNAME ${text}` : text)).sort(),
			lines: records.map((one) => `${one.owner}. ${one.ttl} IN ${one.type} ${dotted(one)}`).sort(),
			serial: Math.max(...group.map(({ at }) => serialOf(at) ?? 0)),
		};
	});
	return editions.sort((a, b) => b.servers.length - a.servers.length);
}

type Line = Pick<DnsRecord, 'owner' | 'ttl' | 'type' | 'text'>;

/** The records that make the difference: aliases where those differ, else what they lead to. */
function decisive({ chain, records }: DnsAnswer, seen: readonly Seen[]): readonly Line[] {
	const [alias] = chain;
	const isAliased = new Set(seen.map(({ answer }) => answer.chain[0]?.target)).size > 1;
	if (alias === undefined || !isAliased) return records;
	return [{ owner: alias.owner, ttl: alias.ttl, type: 'CNAME', text: alias.target }];
}

/** Names in RDATA get their final dot back. */
function dotted({ type, text }: Pick<DnsRecord, 'type' | 'text'>): string {
	return ['CNAME', 'MX', 'NS'].includes(type) ? `${text.replace(/\.$/, '')}.` : text;
}

function serialOf({ soa }: ServerAt): number | null {
	const data = soa?.records[0]?.data;
	return data?.type === 'SOA' ? data.serial : null;
}

/**
 * Every server has addresses or an alias that it keeps for a short time, and nothing else shows that one
 * of them was left behind: the serials are equal, or a provider counts them for itself.
 */
function isChosen(
	{ type }: CheckedSet,
	seen: readonly Seen[],
	editions: readonly Edition[],
	{ nameServers }: ZoneSurvey,
): boolean {
	if (type !== 'A' && type !== 'AAAA') return false;
	if (editions.some(({ lines }) => lines.length === 0)) return false;
	const isShort = seen.every(({ answer }) =>
		decisive(answer, seen).every(({ ttl }) => ttl <= CHOSEN_TTL),
	);
	const isManaged = panelFor(nameServers.map(({ name }) => name)) !== null;
	const serials = new Set(seen.map(({ at }) => serialOf(at)));
	return isShort && (isManaged || serials.size < 2);
}
