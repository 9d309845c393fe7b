import { z } from 'zod';
import { defineDerivation, type Fact, type FactRef, type GetFact, known } from '../../core/fact.ts';
import { type DnsAnswer, type DnsRecord, GIVEN_BY_USER } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { dnsAnswer, lookup } from '../dns/dns.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { resolution } from '../dns/resolution.ts';
import { zoneOf } from '../dns/zone-of.ts';
import { platformOf } from '../web/platform.ts';
import { plannedZone } from '../zone-file/planned-zone.ts';
import { zoneDrift } from '../zone-file/zone-drift.ts';
import { originFor } from '../zone-file/zone-plan.ts';
import type { Delegation } from './delegation.ts';
import { workingZone } from './working-zone.ts';
import type { ZoneSurvey } from './zone-survey.ts';
import type { AuditedZone } from './zones.ts';

/** A record set of the zone with its TTL, as published or as the zone file plans it. */
export interface TtlSet {
	readonly name: string;
	readonly type: string;
	/** Seconds; the longest that a server of the zone gives. */
	readonly ttl: number;
	/** Every TTL within the set, in one answer; more than one is a fault (RFC 2181 §5.2). */
	readonly within: readonly number[];
	/** The names asked for that this set answers. */
	readonly hosts: readonly string[];
	readonly isPlanned: boolean;
}

/** Why records are about to change. */
export interface PlannedMove {
	readonly why: 'zone-file' | 'drift' | 'resolve' | 'old-and-new';
	/** The names whose records change; `null` for all of them. */
	readonly names: readonly string[] | null;
	readonly types: readonly string[];
}

export interface TtlSurvey {
	readonly zone: string;
	readonly panel: string | null;
	readonly sets: readonly TtlSet[];
	/** How long an absence may be cached (RFC 2308 §5), in seconds; `null` where no SOA said so. */
	readonly negative: number | null;
	/** At the parent, in seconds; `null` where it has none, or was not heard. */
	readonly parent: { readonly ns: number | null; readonly ds: number | null };
	readonly moves: readonly PlannedMove[];
	/** Who serves the site and sets short TTLs on purpose; looked for only where a short one was seen. */
	readonly edge: string | null;
}

/** Types that lead visitors to a host. */
export const LEADING_TYPES: readonly string[] = ['A', 'AAAA', 'CNAME'];

/** Below it, resolvers ask again and again, in seconds. */
const SHORT_TTL = 60;

/**
 * The TTLs of a zone from servers with authority alone: what a resolver shows is what is left of them.
 * With a zone file that is planned, its TTLs beside those that are published.
 */
const ttlSurvey = defineDerivation({
	name: 'dns.ttl-survey',
	params: z.object({
		name: z.string(),
		registrable: z.string(),
		required: z.array(z.string()),
		/** Absolute path. */
		zoneFile: z.string().nullable(),
		zoneUse: z.enum(['plan', 'drift']),
	}),
	async derive({ name, required, ...more }, get): Promise<Fact<TtlSurvey>> {
		const [planned, survey, moves] = await Promise.all([
			plannedSets(name, required, get),
			get(workingZone({ name, hosts: required })),
			movesOf({ name, required, ...more }, get),
		]);
		if (survey.status !== 'known' && planned === null) return survey;
		const live = survey.status === 'known' ? survey.value : null;
		const sets = [...(live === null ? [] : publishedSets(live)), ...(planned?.sets ?? [])];
		const isShort = sets.some(({ ttl }) => ttl < SHORT_TTL);
		const [parent, edge] = await Promise.all([
			live === null ? { ns: null, ds: null } : parentTtls(live.delegation, get),
			isShort ? edgeOf(name, get) : null,
		]);
		return known({
			zone: planned?.zone ?? live?.delegation.zone ?? name,
			panel: panelFor(planned?.servers ?? live?.nameServers.map((one) => one.name) ?? []),
			sets,
			negative: planned === null ? publishedNegative(live) : planned.negative,
			parent,
			moves,
			edge,
		});
	},
});

// ── Sets ─────────────────────────────────────────────────────────────────────────────────────────

interface Heard {
	/** The name asked for. */
	readonly host: string;
	readonly type: string;
	readonly answer: DnsAnswer;
}

function publishedSets({ servers, sets, delegation }: ZoneSurvey): readonly TtlSet[] {
	const { zone } = delegation;
	const heard = servers
		.filter(({ state }) => state === 'authoritative')
		.flatMap((server) => [
			{ host: zone, type: 'NS', answer: server.ns },
			...sets.map(({ name, type }, i) => ({ host: name, type, answer: server.sets[i] ?? null })),
		])
		.flatMap(({ answer, ...set }) => (answer?.aa ? [{ ...set, answer }] : []));
	return setsIn(heard, zone, false);
}

/** Only records of the zone: behind an alias that leads out of it, TTLs are somebody else's. */
function setsIn(heard: readonly Heard[], zone: string, isPlanned: boolean): readonly TtlSet[] {
	const found = new Map<string, TtlSet>();
	for (const { host, type, answer } of heard) {
		const aliases = answer.chain.map(({ owner, ttl }) => ({ owner, ttl, type: 'CNAME' }));
		const records = answer.records.filter((record) => record.type === type);
		const own = [...aliases, ...records].filter(({ owner }) => isWithin(owner, zone));
		for (const set of bySet(own)) {
			const key = `${set.name} ${set.type}`;
			const before = found.get(key);
			found.set(key, {
				...set,
				ttl: Math.max(set.ttl, before?.ttl ?? 0),
				within: set.within.length > 1 ? set.within : (before?.within ?? set.within),
				hosts: [...new Set([...(before?.hosts ?? []), host])],
				isPlanned,
			});
		}
	}
	return [...found.values()];
}

type Line = Pick<DnsRecord, 'owner' | 'type' | 'ttl'>;

function bySet(lines: readonly Line[]) {
	const keys = [...new Set(lines.map(({ owner, type }) => `${owner} ${type}`))];
	return keys.map((key) => {
		const its = lines.filter(({ owner, type }) => `${owner} ${type}` === key);
		const within = [...new Set(its.map(({ ttl }) => ttl))].sort((a, b) => a - b);
		const [name = '', type = ''] = key.split(' ');
		return { name, type, within, ttl: within.at(-1) ?? 0 };
	});
}

function publishedNegative(live: ZoneSurvey | null): number | null {
	const all = (live?.servers ?? []).flatMap(({ state, soa }) =>
		state === 'authoritative' && soa !== null ? (negativeIn(soa) ?? []) : [],
	);
	return all.length > 0 ? Math.max(...all) : null;
}

function negativeIn({ records }: DnsAnswer): number | null {
	const [soa] = records;
	return soa?.data.type === 'SOA' ? Math.min(soa.ttl, soa.data.minimum) : null;
}

async function plannedSets(name: string, required: readonly string[], get: GetFact) {
	const planned = await get(plannedZone({ name }));
	if (planned.status !== 'known' || planned.value === null) return null;
	const zone = planned.value;
	const hosts = [...new Set([zone, `www.${zone}`, ...required])].filter((one) =>
		isWithin(one, zone),
	);
	const questions = [
		...hosts.flatMap((host) => ['A', 'AAAA'].map((type) => ({ host, type }))),
		...['NS', 'SOA', 'MX'].map((type) => ({ host: zone, type })),
	];
	const heard = await Promise.all(
		questions.map(async ({ host, type }): Promise<readonly Heard[]> => {
			const answer = await get(lookup({ name: host, type }));
			return answer.status === 'known' ? [{ host, type, answer: answer.value }] : [];
		}),
	);
	const served = await get(zoneOf({ name }));
	const all = heard.flat();
	const soa = all.find(({ type }) => type === 'SOA')?.answer;
	return {
		zone,
		servers: served.status === 'known' ? served.value.servers : [],
		// An SOA was once meant to have no TTL (RFC 1035 §3.2.1).
		sets: setsIn(
			all.filter(({ type }) => type !== 'SOA'),
			zone,
			true,
		),
		negative: soa === undefined ? null : negativeIn(soa),
	};
}

// ── Around them ──────────────────────────────────────────────────────────────────────────────────

async function parentTtls(
	{ views, zone, isShared }: Delegation,
	get: GetFact,
): Promise<TtlSurvey['parent']> {
	const [first] = views;
	if (isShared || first === undefined) return { ns: null, ds: null };
	const ns = views.flatMap(({ ttl }) => ttl ?? []);
	const ds = await get(dnsAnswer({ name: zone, type: 'DS', server: first.server }));
	const signed = ds.status === 'known' && ds.value.aa ? ds.value.records.map(({ ttl }) => ttl) : [];
	return {
		ns: ns.length > 0 ? Math.max(...ns) : null,
		ds: signed.length > 0 ? Math.max(...signed) : null,
	};
}

/** What the user asked for, or what resolvers still remember, says that addresses change now. */
async function movesOf(about: Audited, get: GetFact): Promise<readonly PlannedMove[]> {
	const { required } = about;
	const seen = await Promise.all(
		required.map(async (name) => {
			const fact = await get(resolution({ host: name, effort: 'compare' }));
			const A = fact.status === 'known' ? fact.value.resolver.A : null;
			const isOld = fact.status === 'known' && fact.value.authoritative !== null;
			return { name, isAimed: A?.server === GIVEN_BY_USER, isOld };
		}),
	);
	const aimed = seen.filter(({ isAimed }) => isAimed).map(({ name }) => name);
	const old = seen.filter(({ isOld }) => isOld).map(({ name }) => name);
	return [
		...(await writtenMoves(about, get)),
		...(aimed.length > 0 ? [{ why: 'resolve' as const, names: aimed, types: LEADING_TYPES }] : []),
		...(old.length > 0 ? [{ why: 'old-and-new' as const, names: old, types: LEADING_TYPES }] : []),
	];
}

type Audited = Pick<AuditedZone, 'name' | 'registrable' | 'required' | 'zoneFile' | 'zoneUse'>;

/** A file that is planned changes everything; one that is compared, what drifted from it. */
async function writtenMoves(
	{ name, registrable, required, zoneFile, zoneUse }: Audited,
	get: GetFact,
): Promise<readonly PlannedMove[]> {
	if (zoneFile === null) return [];
	if (zoneUse === 'plan')
		return [{ why: 'zone-file', names: null, types: [...LEADING_TYPES, 'MX'] }];
	const origin = originFor({ domain: name, registrable, path: zoneFile });
	const drift = await get(zoneDrift({ name, hosts: [...required], path: zoneFile, origin }));
	if (drift.status !== 'known') return [];
	const sets = drift.value.drifted.filter(({ kind }) => kind !== 'extra' && kind !== 'ttl-only');
	const namesOf = (types: readonly string[]) =>
		sets.filter(({ type }) => types.includes(type)).map((one) => one.name);
	return [
		{ why: 'drift' as const, names: namesOf(LEADING_TYPES), types: LEADING_TYPES },
		{ why: 'drift' as const, names: namesOf(['MX']), types: ['MX'] },
	].filter(({ names }) => names.length > 0);
}

/** Networks in front of a site, and platforms, steer visitors with short TTLs of their own. */
async function edgeOf(domain: string, get: GetFact): Promise<string | null> {
	const serving = await get(platformOf({ domain }));
	if (serving.status !== 'known') return null;
	return serving.value.edge?.name ?? serving.value.platform?.name ?? null;
}

/** Of the audited zone. */
export function ttlSurveyOf(subject: Audited): FactRef<TtlSurvey> {
	const { name, registrable, required, zoneFile, zoneUse } = subject;
	return ttlSurvey({ name, registrable, required: [...required], zoneFile, zoneUse });
}
