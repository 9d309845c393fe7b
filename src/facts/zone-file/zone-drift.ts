import { z } from 'zod';
import { atOnce } from '../../core/at-once.ts';
import { defineDerivation, type Fact, type FactRef, type GetFact, known } from '../../core/fact.ts';
import type { DnsRecord } from '../../core/io.ts';
import { dnsAnswer } from '../dns/dns.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { workingZone } from '../zone/working-zone.ts';
import type { ServerAt, ZoneSurvey } from '../zone/zone-survey.ts';
import type { AuditedZone } from '../zone/zones.ts';
import {
	areProxied,
	contentOf,
	includes,
	type LiveView,
	liveLine,
	liveView,
} from './drift-compare.ts';
import { type IntendedSet, intendedSets, type Suspect, suspects } from './drift-questions.ts';
import { ALIAS, type ZoneFile } from './zone-file.ts';
import { masterLine } from './zone-file-review.ts';
import { originFor, zonePlan } from './zone-plan.ts';

/** What one server holds of a set that drifted. */
export interface DriftAt {
	readonly name: string;
	readonly address: string;
	readonly state: 'same' | 'missing' | 'different' | 'unseen';
}

/** A set that is live otherwise than it is written. */
export interface DriftedSet {
	readonly kind: 'missing' | 'changed' | 'some-servers' | 'extra' | 'ttl-only';
	readonly name: string;
	/** `A` for what an `ALIAS` leads to. */
	readonly type: string;
	/** First line of the set in the file; `null` where the file has none. */
	readonly line: number | null;
	/** As the file has it, names whole. */
	readonly intended: readonly string[];
	/** As it is live, names whole; of several servers that differ, the first one's. */
	readonly live: readonly string[];
	readonly liveTypes: readonly string[];
	/** Of the live records; `null` where there are none. */
	readonly liveTtl: number | null;
	/** Targets of live aliases. */
	readonly liveTargets: readonly string[];
	/** `issue` values of CAA records: those of the file, and those that are live. */
	readonly issuers: { readonly intended: readonly string[]; readonly live: readonly string[] };
	readonly servers: readonly DriftAt[];
}

/** A zone file beside what the zone's servers answer. */
export interface ZoneDrift {
	readonly zone: string;
	readonly panel: string | null;
	readonly drifted: readonly DriftedSet[];
	/** Sets of the file that were compared. */
	readonly compared: number;
	/** Sets beyond the number that is compared. */
	readonly passedOver: number;
	/** Names and types that are not in the file, and that were asked for. */
	readonly suspected: number;
	/** Those beyond the number that is asked for. */
	readonly unsuspected: number;
	/** What is not in the file was looked for at one server each, not at all of them. */
	readonly isSampled: boolean;
	/** `name TYPE` of sets that no server told of with authority. */
	readonly unseen: readonly string[];
	/** Names whose addresses are their provider's, as the file means it. */
	readonly provided: readonly string[];
	/** The live zone answers for every name. */
	readonly hasWildcard: boolean;
}

/** At 20 questions a second to a public server, these take half a minute. */
const MOST_SETS = 500;
/** Questions about what the file does not have; beyond this number each goes to one server alone. */
const ASKED_OF_ALL = 400;
const MOST_SUSPECTS_EACH = 300;
/** Sets in flight; the network has its own pace for every server. */
const AT_ONCE = 64;

/**
 * Every set of the file, asked of every name server that has authority, and what the file does not have:
 * other types at its names, and names that zones often have. SOA, signatures and what proves them are
 * left out, because signers and providers make them.
 */
export const zoneDrift = defineDerivation({
	name: 'dns.zone-drift',
	params: z.object({
		name: z.string(),
		hosts: z.array(z.string()),
		path: z.string(),
		origin: z.string(),
	}),
	async derive({ name, hosts, path, origin }, get): Promise<Fact<ZoneDrift>> {
		const [plan, own] = await Promise.all([
			get(zonePlan({ path, origin })),
			get(workingZone({ name, hosts })),
		]);
		if (plan.status !== 'known') return plan;
		const file = plan.value;
		const isOwn = own.status !== 'known' || own.value.delegation.zone === file.apex;
		const survey = isOwn ? own : await get(workingZone({ name: file.apex, hosts: [] }));
		if (survey.status !== 'known') return survey;
		return known(await compared(file, survey.value, get));
	},
});

interface Asking {
	readonly servers: readonly ServerAt[];
	readonly panel: string | null;
	readonly get: GetFact;
}

async function compared(file: ZoneFile, survey: ZoneSurvey, get: GetFact): Promise<ZoneDrift> {
	const servers = survey.servers.filter(({ state }) => state === 'authoritative');
	const panel = panelFor(survey.nameServers.map((one) => one.name));
	const asking: Asking = { servers, panel, get };
	const all = intendedSets(file);
	const sets = all.slice(0, MOST_SETS);
	const suspected = suspects(file, all);
	const asked = suspected.slice(0, MOST_SUSPECTS_EACH * servers.length);
	const written = new Set(all.map((set) => set.name));
	const [judged, extra] = await Promise.all([
		atOnce(AT_ONCE, sets, (set) => judgedSet(set, asking)),
		extras(asked, written, asking),
	]);
	const wild = extra.some(({ name }) => name.startsWith('*.'));
	return {
		zone: file.apex,
		panel,
		drifted: [...judged.flatMap(({ drifted }) => drifted ?? []), ...extra],
		compared: sets.length,
		passedOver: all.length - sets.length,
		suspected: asked.length,
		unsuspected: suspected.length - asked.length,
		isSampled: !isOfAll(asked, servers),
		unseen: judged.flatMap(({ set, isUnseen }) => (isUnseen ? [`${set.name} ${set.type}`] : [])),
		provided: [...new Set(judged.flatMap(({ set, isProvided }) => (isProvided ? [set.name] : [])))],
		hasWildcard: wild || sets.some(({ name }) => name.startsWith('*.')),
	};
}

interface Judged {
	readonly set: IntendedSet;
	readonly drifted: DriftedSet | null;
	readonly isUnseen: boolean;
	readonly isProvided: boolean;
}

async function judgedSet(set: IntendedSet, asking: Asking): Promise<Judged> {
	const plain = { set, drifted: null, isUnseen: false, isProvided: false };
	const seen = await views(set, asking);
	const told = seen.filter(({ view }) => view.kind !== 'unseen');
	if (told.length === 0) return { ...plain, isUnseen: true };
	if (set.type === ALIAS) {
		const missing = told.filter(({ view }) => view.kind === 'none');
		if (missing.length === 0) return { ...plain, isProvided: true };
		return { ...plain, drifted: driftOf(set, seen, missing.length < told.length) };
	}
	const states = seen.map((one) => stateOf(set, one.view, asking));
	const isProvided = states.includes('provided');
	const wrong = states.filter((state) => state === 'missing' || state === 'different').length;
	if (wrong > 0) {
		const isOnSome = states.some((state) => state === 'same' || state === 'provided');
		return { ...plain, isProvided, drifted: driftOf(set, seen, isOnSome) };
	}
	return { ...plain, isProvided, drifted: isProvided ? null : ttlDrift(set, seen, asking) };
}

interface Seen {
	readonly server: ServerAt;
	readonly view: LiveView;
}

/** What each server holds; in the place of an alias that is not there, the addresses that may be. */
async function views(set: IntendedSet, asking: Asking): Promise<readonly Seen[]> {
	const { name, type } = set;
	return Promise.all(
		asking.servers.map(async (server): Promise<Seen> => {
			if (type === ALIAS) return { server, view: await addressesAt(name, server, asking) };
			const view = await viewAt({ name, type }, server, asking);
			if (type !== 'CNAME' || view.kind !== 'none') return { server, view };
			return { server, view: await addressesAt(name, server, asking) };
		}),
	);
}

async function viewAt(
	{ name, type }: Suspect,
	server: ServerAt,
	{ get }: Asking,
): Promise<LiveView> {
	const answer = await get(dnsAnswer({ name, type, server: server.address }));
	return liveView(answer.status === 'known' ? answer.value : null, name, type);
}

async function addressesAt(name: string, server: ServerAt, asking: Asking): Promise<LiveView> {
	const [a, aaaa] = await Promise.all([
		viewAt({ name, type: 'A' }, server, asking),
		viewAt({ name, type: 'AAAA' }, server, asking),
	]);
	const records = [a, aaaa].flatMap((view) => (view.kind === 'records' ? view.records : []));
	if (records.length > 0) return { kind: 'records', records };
	// No address of one family says nothing while the other was not seen.
	return { kind: [a, aaaa].some(({ kind }) => kind === 'unseen') ? 'unseen' : 'none' };
}

/** The exporter says so, or the zone is one of Cloudflare's, whose switch for it is in no record. */
function mayBeProxied({ records }: IntendedSet, { panel }: Asking): boolean {
	return panel === 'Cloudflare' || records.some(({ proxied }) => proxied);
}

function stateOf(
	set: IntendedSet,
	view: LiveView,
	asking: Asking,
): 'same' | 'missing' | 'different' | 'unseen' | 'provided' {
	if (view.kind === 'unseen') return 'unseen';
	if (view.kind === 'none' || view.records.length === 0) return 'missing';
	if (contentOf(view.records) === contentOf(set.records)) return 'same';
	const isAddress = ['A', 'AAAA', 'CNAME'].includes(set.type);
	if (isAddress && mayBeProxied(set, asking) && areProxied(view.records)) return 'provided';
	// Cloudflare lets its own certificate authorities issue beside those that are written.
	const isCaa = set.type === 'CAA' && asking.panel === 'Cloudflare';
	return isCaa && includes(view.records, set.records) ? 'provided' : 'different';
}

function driftOf(set: IntendedSet, seen: readonly Seen[], isOnSome: boolean): DriftedSet {
	const states = seen.map(({ server, view }): DriftAt => {
		const { name, address } = server;
		return { name, address, state: plainState(set, view) };
	});
	const odd = seen.filter((_, at) => isWrong(states[at]));
	const live = odd.flatMap(({ view }) => (view.kind === 'records' ? [view.records] : []))[0] ?? [];
	return {
		...described(set.type === ALIAS ? 'A' : set.type, live),
		kind: isOnSome ? 'some-servers' : live.length === 0 ? 'missing' : 'changed',
		name: set.name,
		line: set.records[0].line,
		intended: set.records.map(masterLine),
		issuers: { intended: issuersIn(set.records), live: issuersIn(live) },
		servers: states,
	};
}

function isWrong(at: DriftAt | undefined): boolean {
	return at?.state === 'missing' || at?.state === 'different';
}

function plainState(set: IntendedSet, view: LiveView): DriftAt['state'] {
	if (view.kind === 'unseen') return 'unseen';
	if (view.kind === 'none' || view.records.length === 0) return 'missing';
	if (set.type === ALIAS) return 'same';
	return contentOf(view.records) === contentOf(set.records) ? 'same' : 'different';
}

function described(type: string, live: readonly DnsRecord[]) {
	const ttls = live.map(({ ttl }) => ttl);
	return {
		type,
		live: live.map(liveLine),
		liveTypes: [...new Set(live.map((one) => one.type))],
		liveTtl: ttls.length > 0 ? Math.max(...ttls) : null,
		liveTargets: live.flatMap(({ data }) => (data.type === 'CNAME' ? [data.target] : [])),
	};
}

function issuersIn(records: readonly DnsRecord[]): readonly string[] {
	return records.flatMap(({ data }) =>
		data.type === 'CAA' && data.tag.toLowerCase() === 'issue'
			? [(data.value.split(';', 1)[0] ?? '').trim().toLowerCase()]
			: [],
	);
}

/** Exporters of Cloudflare write 1 for a TTL that it chooses itself. */
const AUTOMATIC_TTL = 1;

function ttlDrift(set: IntendedSet, seen: readonly Seen[], { panel }: Asking): DriftedSet | null {
	const ttls = new Set(set.records.map(({ ttl }) => ttl));
	const [ttl = 0] = ttls;
	if (ttls.size > 1 || (ttl === AUTOMATIC_TTL && panel === 'Cloudflare')) return null;
	const other = seen.flatMap(({ view }) =>
		view.kind === 'records' && view.records.some((one) => one.ttl !== ttl) ? [view.records] : [],
	)[0];
	if (other === undefined || set.records.some(({ proxied }) => proxied)) return null;
	return {
		...described(set.type, other),
		kind: 'ttl-only',
		name: set.name,
		line: set.records[0].line,
		intended: set.records.map(masterLine),
		issuers: { intended: [], live: [] },
		servers: seen.map(({ server: { name, address } }) => ({ name, address, state: 'same' })),
	};
}

// ── What the file does not have ──────────────────────────────────────────────────────────────────

function isOfAll(asked: readonly Suspect[], servers: readonly ServerAt[]): boolean {
	return asked.length * servers.length <= ASKED_OF_ALL;
}

/** `written`: the names of the file. */
async function extras(
	asked: readonly Suspect[],
	written: ReadonlySet<string>,
	asking: Asking,
): Promise<readonly DriftedSet[]> {
	const { servers } = asking;
	const ofAll = isOfAll(asked, servers);
	const numbered = asked.map((suspect, nth) => ({ suspect, nth }));
	const found = await atOnce(AT_ONCE, numbered, async ({ suspect, nth }): Promise<Extra | null> => {
		const some = ofAll ? servers : servers.slice(nth % servers.length).slice(0, 1);
		const first = await Promise.all(
			some.map(async (server) => ({ server, view: await viewAt(suspect, server, asking) })),
		);
		if (!first.some(({ view }) => isThere(view))) return null;
		const rest = await Promise.all(
			servers
				.filter((server) => !some.includes(server))
				.map(async (server) => ({ server, view: await viewAt(suspect, server, asking) })),
		);
		return { suspect, seen: [...first, ...rest] };
	});
	const there = found.filter((one) => one !== null);
	const wild = there.find(({ suspect }) => suspect.name.startsWith('*.'));
	const wildContent = wild === undefined ? null : contentOf(recordsIn(wild));
	return onePerSet(
		there
			.filter((one) => one === wild || contentOf(recordsIn(one)) !== wildContent)
			.filter((one) => !(asking.panel === 'Cloudflare' && areProxied(recordsIn(one))))
			.map(extraOf)
			// What stands in the place of a name's sets is told with those.
			.filter(({ name, type }) => !written.has(name) || (type !== 'CNAME' && type !== 'NS')),
	);
}

interface Extra {
	readonly suspect: Suspect;
	readonly seen: readonly Seen[];
}

function isThere(view: LiveView): boolean {
	return view.kind === 'records' && view.records.length > 0;
}

function recordsIn({ seen }: Extra): readonly DnsRecord[] {
	return seen.flatMap(({ view }) => (view.kind === 'records' ? [view.records] : []))[0] ?? [];
}

function extraOf(extra: Extra): DriftedSet {
	const live = recordsIn(extra);
	const servers = extra.seen.map(({ server, view }): DriftAt => {
		const { name, address } = server;
		const state = view.kind === 'unseen' ? 'unseen' : isThere(view) ? 'different' : 'same';
		return { name, address, state };
	});
	return {
		...described(live[0]?.type ?? extra.suspect.type, live),
		kind: servers.some(({ state }) => state === 'same') ? 'some-servers' : 'extra',
		name: extra.suspect.name,
		line: null,
		intended: [],
		issuers: { intended: [], live: [] },
		servers,
	};
}

/** An alias or a delegation answers for every type that was asked at its name. */
function onePerSet(sets: readonly DriftedSet[]): readonly DriftedSet[] {
	const seen = new Set<string>();
	return sets.filter(({ name, type }) => {
		const key = `${name} ${type}`;
		const isNew = !seen.has(key);
		seen.add(key);
		return isNew;
	});
}

/** The drift of the audited zone; asked only where there is a file to compare. */
export function zoneDriftOf(subject: AuditedZone): FactRef<ZoneDrift> {
	const { name, registrable, required, zoneFile } = subject;
	const path = zoneFile ?? '';
	const origin = originFor({ domain: name, registrable, path });
	return zoneDrift({ name, hosts: [...required], path, origin });
}
