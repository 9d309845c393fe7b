import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { DnsAnswer, DnsStatus } from '../../core/io.ts';
import { isWithin, parentOf } from '../dns/ancestry.ts';
import { dnsAnswer, lookup } from '../dns/dns.ts';
import { registrableOf } from '../dns/registrable.ts';
import { controlName } from '../hosts.ts';
import { type ServerAt, type ZoneSurvey, zoneSurvey } from '../zone/zone-survey.ts';
import { readSigned, type SeenDenial, type SeenSet } from './dnssec-answer.ts';
import { dsDigest, matchesKey, rsaBits } from './dnssec-crypto.ts';
import {
	type Dnskey,
	type Ds,
	readDnskey,
	readDs,
	readNsec3,
	readNsec3Param,
	readRrsig,
} from './dnssec-records.ts';
import { zoneUnchecked } from './zone-unchecked.ts';

/** A key of the zone, without the key itself. */
export interface SeenKey {
	readonly keyTag: number;
	readonly algorithm: number;
	readonly flags: number;
	/** RDATA, hex: what tells two keys apart. */
	readonly wire: string;
	/** Of an RSA modulus; `null` for other algorithms. */
	readonly bits: number | null;
	/** RDATA of its DS with a SHA-256 digest. */
	readonly ds: string;
}

export interface SeenDs extends Ds {
	/** RDATA of the keys that it names, at whichever server they are. */
	readonly matches: readonly string[];
	/** The digest can be worked out; where not, nobody can say whether it matches. */
	readonly isComputable: boolean;
}

/** What one server of the parent says about DS. */
interface DsView {
	readonly server: string;
	/** RDATA, sorted. */
	readonly records: readonly string[];
	/** Seconds; `null` without any. */
	readonly ttl: number | null;
}

export interface SigningServer {
	readonly name: string;
	readonly address: string;
	/** Empty where it has none, `null` where the question found no answer. */
	readonly keys: readonly SeenKey[] | null;
	/** The signatures over its keys. */
	readonly keySet: SeenSet | null;
	readonly sets: readonly SeenSet[];
	readonly denials: readonly SeenDenial[];
}

/** What the resolver says of a name, as it is asked by everybody, and with checking disabled. */
export interface Validation {
	readonly name: string;
	readonly type: string;
	readonly status: DnsStatus;
	/** It says that it validated the answer (AD). */
	readonly isAuthentic: boolean;
	/** With CD; `null` where that was not asked because there was an answer. */
	readonly unchecked: DnsStatus | null;
	/** Extended errors in words: evidence, never a cause. */
	readonly detail: string;
}

/** A zone's keys and signatures as its parent, each of its servers and the resolver show them. */
export interface DnssecSurvey {
	readonly zone: string;
	readonly parent: string;
	/** `resolver`: port 53 is filtered or intercepted here, so a resolver was asked with CD. */
	readonly via: 'servers' | 'resolver';
	/** The parent's servers that answered. */
	readonly parents: readonly DsView[];
	/** All of them together. */
	readonly ds: readonly SeenDs[];
	/** When the signatures over the DS hold, as a measure for our clock. */
	readonly parentPeriods: readonly {
		readonly inception: number;
		readonly expiration: number;
	}[];
	/** The parent is known to have no DS itself, so nobody follows the chain down to this zone. */
	readonly isParentUnsigned: boolean;
	/** Servers with authority; one, the resolver, where `via` says so. */
	readonly servers: readonly SigningServer[];
	/** Somebody on the way takes signatures out of answers, so their absence says nothing. */
	readonly isStripped: boolean;
	/** Only where the parent has a DS. */
	readonly validations: readonly Validation[];
	/** The parent fails validation as well. */
	readonly failsAbove: boolean;
	/** Of NSEC3; the highest where servers differ. */
	readonly nsec3: { readonly iterations: number; readonly saltLength: number } | null;
	/** What the zone asks its parent to publish (RFC 7344); `null` without CDS and CDNSKEY. */
	readonly requested: { readonly cds: readonly Ds[]; readonly cdnskey: readonly SeenKey[] } | null;
	/** Why no server was asked; empty where one was. */
	readonly unasked: 'missing' | 'no-server' | '';
}

/** Names whose addresses are verified; a wildcard or a pattern of faults shows in fewer. */
const MOST_HOSTS = 8;
const ZONE_KEY = 0x100;
export const REVOKED = 0x80;

/**
 * DS at each of the parent's servers, DNSKEY at each of the zone's; nothing more for an unsigned zone.
 * Where one of them exists, also the signed sets that visitors and mail depend on: all of them at one
 * address of every name server, the SOA at the others.
 */
export const dnssecSurvey = defineDerivation({
	name: 'dns.dnssec-survey',
	params: z.object({
		name: z.string(),
		hosts: z.array(z.string()),
		/** 16 hex digits for the name that does not exist. */
		seed: z.string(),
	}),
	async derive({ name, hosts, seed }, get): Promise<Fact<DnssecSurvey>> {
		const survey = await get(zoneSurvey({ name, hosts }));
		if (survey.status === 'blocked') return survey;
		const way =
			survey.status === 'known' && !survey.value.isIntercepted
				? byServers(survey.value)
				: await byResolver(name, get);
		if ('status' in way) return way;
		const asking = { ...way, names: namesOf(name, hosts, way.zone), seed, get };
		return known(await surveyed(asking));
	},
});

/** Whom to ask about which zone. */
interface Way {
	readonly zone: string;
	readonly parent: string;
	readonly via: DnssecSurvey['via'];
	readonly parentServers: readonly (string | undefined)[];
	/** `address` undefined is the resolver. */
	readonly servers: readonly Asked[];
	readonly unasked: DnssecSurvey['unasked'];
}

interface Asked {
	readonly name: string;
	readonly address: string | undefined;
	/** Asked for all sets, not for the SOA alone. */
	readonly isWhole: boolean;
}

interface Asking extends Way {
	readonly names: readonly string[];
	readonly seed: string;
	readonly get: GetFact;
}

function byServers({ delegation, servers }: ZoneSurvey): Way {
	const alive = servers.filter(({ state }) => state === 'authoritative');
	const isMissing = delegation.missing !== null;
	return {
		zone: delegation.zone,
		parent: delegation.parent,
		via: 'servers',
		parentServers: delegation.views.map(({ server }) => server),
		servers: onceEach(alive),
		unasked: isMissing ? 'missing' : alive.length === 0 ? 'no-server' : '',
	};
}

/** An address that two names share is asked once; of each name, the first address is asked for everything. */
function onceEach(servers: readonly ServerAt[]): readonly Asked[] {
	const addresses = new Set<string>();
	const names = new Set<string>();
	return servers.flatMap(({ name, address }): readonly Asked[] => {
		if (addresses.has(address)) return [];
		addresses.add(address);
		const isWhole = !names.has(name);
		names.add(name);
		return [{ name, address, isWhole }];
	});
}

type Unsettled = Exclude<Fact<never>, { status: 'known' }>;

async function byResolver(name: string, get: GetFact): Promise<Way | Unsettled> {
	const zone = await zoneUnchecked(name, get);
	if (zone === null) return unknown('inconclusive', `the resolver names no zone for ${name}`);
	const isMissing = !isWithin(zone, registrableOf(name));
	const asked = isMissing ? registrableOf(name) : zone;
	return {
		zone: asked,
		parent: parentOf(asked),
		via: 'resolver',
		parentServers: [undefined],
		servers: [{ name: 'resolver', address: undefined, isWhole: true }],
		unasked: isMissing ? 'missing' : '',
	};
}

function namesOf(name: string, hosts: readonly string[], zone: string): readonly string[] {
	const inside = [zone, name, ...hosts].filter((one) => isWithin(one, zone));
	return [...new Set(inside)].slice(0, MOST_HOSTS);
}

async function ask(
	name: string,
	type: string,
	server: string | undefined,
	get: GetFact,
	again?: number,
): Promise<DnsAnswer | null> {
	const fact = await get(dnsAnswer({ name, type, server, dnssec: true, again }));
	return fact.status === 'known' ? fact.value : null;
}

async function surveyed(asking: Asking): Promise<DnssecSurvey> {
	const { zone, parent, via, unasked, get } = asking;
	const [dsAnswers, keyAnswers] = await Promise.all([
		dsAnswersOf(asking),
		Promise.all(asking.servers.map(({ address }) => ask(zone, 'DNSKEY', address, get))),
	]);
	const parents = dsAnswers.map(viewOf);
	const keys = distinctKeys(keyAnswers.flatMap((answer) => keysIn(answer) ?? []));
	const ds = seenDs(zone, parents, keys);
	const unsigned: DnssecSurvey = {
		...{ zone, parent, via, unasked, parents, ds },
		parentPeriods: dsAnswers.flatMap(periodsIn),
		isParentUnsigned: false,
		servers: asking.servers.map((server, at) => bareServer(server, zone, keyAnswers[at] ?? null)),
		isStripped: false,
		validations: [],
		failsAbove: false,
		nsec3: null,
		requested: null,
	};
	if ((ds.length === 0 && keys.length === 0) || unasked !== '') return unsigned;
	const [servers, extras, validations, isParentUnsigned] = await Promise.all([
		Promise.all(
			asking.servers.map((server, at) => askServer(server, keyAnswers[at] ?? null, keys, asking)),
		),
		extrasOf(asking),
		ds.length > 0 ? validationsOf(asking) : [],
		ds.length > 0 && hasNoDs(parent, get),
	]);
	const fails = validations.some(failsValidation);
	return {
		...unsigned,
		isParentUnsigned,
		servers: servers.map(({ server }) => server),
		isStripped: via === 'resolver' && ![...dsAnswers, ...keyAnswers].some(hasSignature),
		validations,
		failsAbove: fails && (await failsToo(parent, get)),
		nsec3: highest([...extras.nsec3, ...servers.flatMap(({ nsec3 }) => nsec3)]),
		requested: extras.requested,
	};
}

// ── The parent ───────────────────────────────────────────────────────────────────────────────────

interface DsAnswer {
	readonly server: string;
	readonly answer: DnsAnswer;
}

/** Those that answered; asked once more where they differ, for a registry publishes in steps. */
async function dsAnswersOf(asking: Asking): Promise<readonly DsAnswer[]> {
	const first = await dsAnswers(asking, undefined);
	const contents = new Set(first.map((one) => viewOf(one).records.join('\n')));
	return contents.size > 1 ? dsAnswers(asking, 1) : first;
}

async function dsAnswers(
	{ zone, parentServers, via, get }: Asking,
	again: number | undefined,
): Promise<readonly DsAnswer[]> {
	const answers = await Promise.all(
		parentServers.map(async (server): Promise<readonly DsAnswer[]> => {
			const answer = await ask(zone, 'DS', server, get, again);
			if (answer === null || (via === 'servers' && !answer.aa)) return [];
			const isSaid = ['ok', 'nodata', 'nxdomain'].includes(answer.status);
			return isSaid ? [{ server: server ?? answer.server, answer }] : [];
		}),
	);
	return answers.flat();
}

function viewOf({ server, answer }: DsAnswer): DsView {
	const records = answer.records.flatMap(({ wire }) => (wire === undefined ? [] : [wire]));
	const ttls = answer.records.map(({ ttl }) => ttl);
	return { server, records: records.sort(), ttl: ttls.length > 0 ? Math.min(...ttls) : null };
}

function periodsIn({ answer }: DsAnswer): DnssecSurvey['parentPeriods'] {
	const { additional, authority } = answer;
	return [...additional, ...authority].flatMap(({ type, wire }) => {
		const rrsig = type === 'RRSIG' && wire !== undefined ? readRrsig(wire) : null;
		if (rrsig === null) return [];
		const { inception, expiration } = rrsig;
		return [{ inception, expiration }];
	});
}

function seenDs(
	zone: string,
	parents: readonly DsView[],
	keys: readonly Dnskey[],
): readonly SeenDs[] {
	const wires = [...new Set(parents.flatMap(({ records }) => records))].sort();
	const zoneKeys = keys.filter(isZoneKey);
	return wires.flatMap((wire): readonly SeenDs[] => {
		const ds = readDs(wire);
		if (ds === null) return [];
		const matches = zoneKeys.filter((key) => matchesKey(zone, ds, key) === true);
		const isComputable = !zoneKeys.some((key) => matchesKey(zone, ds, key) === null);
		return [{ ...ds, matches: matches.map((key) => key.wire), isComputable }];
	});
}

/** A parent below the public suffixes that is not signed itself; registries are taken to be signed. */
async function hasNoDs(parent: string, get: GetFact): Promise<boolean> {
	if (!parent.includes('.')) return false;
	const answer = await ask(parent, 'DS', undefined, get);
	return answer?.status === 'nodata';
}

// ── The zone ─────────────────────────────────────────────────────────────────────────────────────

/** `null` where the question found no answer. */
function keysIn(answer: DnsAnswer | null): readonly Dnskey[] | null {
	switch (answer?.status) {
		case 'ok':
			return answer.records.flatMap(({ wire }) => {
				const key = wire === undefined ? null : readDnskey(wire);
				return key === null ? [] : [key];
			});
		case 'nodata':
		case 'nxdomain':
			return [];
		default:
			return null;
	}
}

function distinctKeys(keys: readonly Dnskey[]): readonly Dnskey[] {
	return [...new Map(keys.map((key) => [key.wire, key])).values()];
}

/** Only such a key may sign a zone (RFC 4034 §2.1). */
function isZoneKey({ flags, protocol }: Dnskey): boolean {
	return (flags & ZONE_KEY) !== 0 && protocol === 3;
}

function seenKey(zone: string, key: Dnskey): SeenKey {
	const { keyTag, algorithm, flags, wire } = key;
	const digest = (dsDigest(zone, key, 2) ?? '').toUpperCase();
	return {
		...{ keyTag, algorithm, flags, wire },
		bits: rsaBits(key),
		ds: `${keyTag} ${algorithm} 2 ${digest}`,
	};
}

function bareServer(
	{ name, address }: Asked,
	zone: string,
	answer: DnsAnswer | null,
): SigningServer {
	const keys = keysIn(answer)?.map((key) => seenKey(zone, key)) ?? null;
	const at = address ?? answer?.server ?? 'resolver';
	return { name, address: at, keys, keySet: null, sets: [], denials: [] };
}

type Nsec3Use = NonNullable<DnssecSurvey['nsec3']>;

async function askServer(
	asked: Asked,
	keyAnswer: DnsAnswer | null,
	keys: readonly Dnskey[],
	asking: Asking,
): Promise<{ server: SigningServer; nsec3: readonly Nsec3Use[] }> {
	const { zone, get } = asking;
	const bare = bareServer(asked, zone, keyAnswer);
	if (keyAnswer === null || bare.keys === null || bare.keys.length === 0) {
		return { server: bare, nsec3: [] };
	}
	const zoneKeys = keys.filter(isZoneKey);
	const keySet = readSigned({ name: zone, type: 'DNSKEY' }, keyAnswer, { zone, keys: zoneKeys });
	const inForce = zoneKeys.filter(({ flags }) => (flags & REVOKED) === 0);
	const questions = asked.isWhole ? questionsOf(asking) : [{ name: zone, type: 'SOA' }];
	const answers = await Promise.all(
		questions.map(async (question) => {
			const answer = await ask(question.name, question.type, asked.address, get);
			const read = answer === null ? null : readSigned(question, answer, { zone, keys: inForce });
			const isForeign = read !== null && (await isOtherZone(read.sets, asked.address, asking));
			return isForeign || read === null ? null : { answer, read };
		}),
	);
	const useful = answers.flatMap((one) => (one === null ? [] : [one]));
	const server: SigningServer = {
		...bare,
		keySet: keySet.sets[0] ?? null,
		sets: useful.flatMap(({ read }) => read.sets),
		denials: useful.flatMap(({ read }) => read.denials),
	};
	return { server, nsec3: useful.flatMap(({ answer }) => nsec3In(answer)) };
}

function questionsOf({ zone, names, seed }: Asking): readonly { name: string; type: string }[] {
	return [
		...['SOA', 'NS', 'MX'].map((type) => ({ name: zone, type })),
		...names.flatMap((name) => [
			{ name, type: 'A' },
			{ name, type: 'AAAA' },
		]),
		...(names.includes(`www.${zone}`) ? [] : [{ name: `www.${zone}`, type: 'A' }]),
		{ name: controlName(zone, seed), type: 'A' },
	];
}

/** An unsigned set below the apex may be that of an unsigned zone on the same server. */
async function isOtherZone(
	sets: readonly SeenSet[],
	address: string | undefined,
	{ zone, get }: Asking,
): Promise<boolean> {
	const unsigned = sets.find(({ owner, signatures }) => owner !== zone && signatures.length === 0);
	if (unsigned === undefined) return false;
	const soa = await ask(unsigned.owner, 'SOA', address, get);
	const apex = [...(soa?.records ?? []), ...(soa?.authority ?? [])].find(
		({ type, owner }) => type === 'SOA' && isWithin(unsigned.owner, owner),
	);
	return apex !== undefined && apex.owner !== zone;
}

function nsec3In(answer: DnsAnswer | null): readonly Nsec3Use[] {
	return (answer?.authority ?? []).flatMap(({ type, wire }) => {
		const record = type === 'NSEC3' && wire !== undefined ? readNsec3(wire) : null;
		return record === null ? [] : [useOf(record)];
	});
}

function useOf({ iterations, salt }: { iterations: number; salt: string }): Nsec3Use {
	return { iterations, saltLength: salt.length / 2 };
}

function highest(uses: readonly Nsec3Use[]): Nsec3Use | null {
	const sorted = uses.toSorted(
		(a, b) => b.iterations - a.iterations || b.saltLength - a.saltLength,
	);
	return sorted[0] ?? null;
}

/** What the zone says about itself, at one server. */
async function extrasOf({
	zone,
	servers,
	get,
}: Asking): Promise<Pick<DnssecSurvey, 'requested'> & { nsec3: readonly Nsec3Use[] }> {
	const [first] = servers;
	if (first === undefined) return { requested: null, nsec3: [] };
	const [param, cds, cdnskey] = await Promise.all(
		['NSEC3PARAM', 'CDS', 'CDNSKEY'].map((type) => ask(zone, type, first.address, get)),
	);
	const wires = (answer: DnsAnswer | null | undefined) =>
		(answer?.records ?? []).flatMap(({ wire }) => (wire === undefined ? [] : [wire]));
	const params = wires(param).flatMap((wire) => readNsec3Param(wire) ?? []);
	const asDs = wires(cds).flatMap((wire) => readDs(wire) ?? []);
	const asKeys = wires(cdnskey).flatMap((wire) => readDnskey(wire) ?? []);
	const isAsked = asDs.length > 0 || asKeys.length > 0;
	const requested = { cds: asDs, cdnskey: asKeys.map((key) => seenKey(zone, key)) };
	return { requested: isAsked ? requested : null, nsec3: params.map(useOf) };
}

// ── The resolver ─────────────────────────────────────────────────────────────────────────────────

async function validationsOf({ zone, names, get }: Asking): Promise<readonly Validation[]> {
	const questions = [
		{ name: zone, type: 'SOA' },
		{ name: zone, type: 'MX' },
		...names.map((name) => ({ name, type: 'A' })),
	];
	const seen = await Promise.all(
		questions.map(async ({ name, type }): Promise<readonly Validation[]> => {
			const checked = await get(lookup({ name, type }));
			if (checked.status !== 'known') return [];
			const { status, ad: isAuthentic, ede } = checked.value;
			const unchecked = status === 'servfail' ? await ask(name, type, undefined, get) : null;
			const detail = ede.map(({ code, text }) => `${code}${text && ` (${text})`}`).join(', ');
			return [{ name, type, status, isAuthentic, unchecked: unchecked?.status ?? null, detail }];
		}),
	);
	return seen.flat();
}

/** It has an answer, and refuses to give it unless told not to check. */
export function failsValidation({ status, unchecked }: Validation): boolean {
	return (
		status === 'servfail' &&
		unchecked !== null &&
		['ok', 'nodata', 'nxdomain', 'cname-only'].includes(unchecked)
	);
}

async function failsToo(parent: string, get: GetFact): Promise<boolean> {
	const checked = await get(lookup({ name: parent, type: 'SOA' }));
	if (checked.status !== 'known' || checked.value.status !== 'servfail') return false;
	const unchecked = await ask(parent, 'SOA', undefined, get);
	return unchecked?.status === 'ok' || unchecked?.status === 'nodata';
}

function hasSignature(answer: DnsAnswer | DsAnswer | null): boolean {
	const { additional = [], authority = [] } =
		answer === null ? {} : 'answer' in answer ? answer.answer : answer;
	return [...additional, ...authority].some(({ type }) => type === 'RRSIG');
}
