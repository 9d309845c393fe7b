import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { DnsAnswer, DnsData } from '../../core/io.ts';
import { dnsAnswer, lookup } from '../dns/dns.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { zoneOf } from '../dns/zone-of.ts';
import { plannedZone } from '../zone-file/planned-zone.ts';
import { moment } from './moment.ts';
import { newestSerial, serialOrder } from './serial-order.ts';
import { workingZone } from './working-zone.ts';
import { type Disagreement, zoneConsistency } from './zone-consistency.ts';
import type { ServerAt, ZoneSurvey } from './zone-survey.ts';

/** RDATA of an SOA record (RFC 1035 §3.3.13); times in seconds. */
export type Soa = Extract<DnsData, { type: 'SOA' }>;

/** The SOA records that one server gives, with authority. */
export interface SoaAt {
	readonly name: string;
	readonly address: string;
	readonly records: readonly Soa[];
}

/** Two looks at the serials. */
export interface SerialGap {
	/** The newest serial at the first look, and who had it. */
	readonly newest: { readonly name: string; readonly address: string; readonly serial: number };
	/** Who had not reached it at the second look either. */
	readonly behind: readonly {
		readonly name: string;
		readonly address: string;
		readonly serial: number;
	}[];
	/** Between the looks. */
	readonly seconds: number;
	/** A set about which they disagree, `name TYPE`; `null` where none of those compared does. */
	readonly differing: string | null;
	/** Every server belongs to a provider that keeps its own copies in step, by ways of its own. */
	readonly isManaged: boolean;
}

export interface SoaSurvey {
	readonly zone: string;
	/** Read from the zone file that the user plans to publish; nobody was asked. */
	readonly isPlanned: boolean;
	/** Every server that answered with authority. */
	readonly servers: readonly SoaAt[];
	/** The newest of them. */
	readonly soa: Soa | null;
	/** DNS providers by name, `null` where the name servers belong to none that is known, or to several. */
	readonly panel: string | null;
	readonly isManaged: boolean;
	/** Whether MNAME has an address; `null` where nobody could say, or there is no SOA. */
	readonly primaryExists: boolean | null;
	/** `null` where the serials agree, or were caught up with. */
	readonly gap: SerialGap | null;
}

/**
 * The zone's SOA as each of its servers gives it. Serials that differ are compared a second time when
 * everything else has been asked; there is no other wait.
 */
export const soaSurvey = defineDerivation({
	name: 'dns.soa-survey',
	lane: 'quiet',
	params: z.object({ name: z.string(), hosts: z.array(z.string()) }),
	async derive({ name, hosts }, get): Promise<Fact<SoaSurvey>> {
		const planned = await plannedSoa(name, get);
		if (planned !== null) return known(planned);
		const survey = await get(workingZone({ name, hosts }));
		if (survey.status !== 'known') return survey;
		const { delegation, nameServers } = survey.value;
		const servers = survey.value.servers.flatMap((server) => soaAt(server, delegation.zone));
		const names = nameServers.map((one) => one.name);
		const soa = newestOf(servers);
		const [primaryExists, gap] = await Promise.all([
			soa === null ? null : hasAddress(soa.mname, get),
			gapIn(survey.value, { name, hosts }, get),
		]);
		if (gap.status !== 'known') return gap;
		return known({
			zone: delegation.zone,
			isPlanned: false,
			servers,
			soa,
			panel: panelFor(names),
			isManaged: isManaged(names),
			primaryExists,
			gap: gap.value,
		});
	},
});

async function plannedSoa(name: string, get: GetFact): Promise<SoaSurvey | null> {
	const planned = await get(plannedZone({ name }));
	if (planned.status !== 'known' || planned.value === null) return null;
	const zone = planned.value;
	const [answer, served] = await Promise.all([
		get(lookup({ name: zone, type: 'SOA' })),
		get(zoneOf({ name })),
	]);
	const soa = answer.status === 'known' ? (soasIn(answer.value, zone)[0] ?? null) : null;
	const names = served.status === 'known' ? served.value.servers : [];
	return {
		zone,
		isPlanned: true,
		servers: [],
		soa,
		panel: panelFor(names),
		isManaged: isManaged(names),
		primaryExists: soa === null ? null : await hasAddress(soa.mname, get),
		gap: null,
	};
}

function soaAt({ name, address, state, soa }: ServerAt, zone: string): readonly SoaAt[] {
	if (state !== 'authoritative' && state !== 'no-soa') return [];
	return [{ name, address, records: soa === null ? [] : soasIn(soa, zone) }];
}

function soasIn({ records }: DnsAnswer, zone: string): readonly Soa[] {
	return records.flatMap(({ owner, data }) =>
		owner === zone && data.type === 'SOA' ? [data] : [],
	);
}

function newestOf(servers: readonly SoaAt[]): Soa | null {
	const all = servers.flatMap(({ records }) => records);
	const serial = newestSerial(all.map((one) => one.serial));
	return all.find((one) => one.serial === serial) ?? null;
}

/** Each server is a known provider's, of one or of several: none of them is told of changes by SOA. */
function isManaged(names: readonly string[]): boolean {
	return names.length > 0 && names.every((name) => panelFor([name]) !== null);
}

async function hasAddress(name: string, get: GetFact): Promise<boolean | null> {
	const facts = await Promise.all([
		get(lookup({ name, type: 'A' })),
		get(lookup({ name, type: 'AAAA' })),
	]);
	const statuses = facts.map((one) => (one.status === 'known' ? one.value.status : null));
	if (statuses.includes('ok')) return true;
	const isDenied = statuses.every((one) => one === 'nxdomain' || one === 'nodata');
	return isDenied ? false : null;
}

interface Look {
	readonly at: ServerAt;
	readonly serial: number;
}

async function gapIn(
	survey: ZoneSurvey,
	about: { readonly name: string; readonly hosts: string[] },
	get: GetFact,
): Promise<Fact<SerialGap | null>> {
	const { differSince, delegation } = survey;
	const { zone } = delegation;
	const first = survey.servers.flatMap((at) => lookOf(at, at.soa, zone));
	const serial = newestSerial(first.map((one) => one.serial));
	const ahead = first.find((one) => one.serial === serial);
	if (differSince === null || ahead === undefined) return known(null);
	const second = await Promise.all(
		first
			.filter((one) => one.serial !== ahead.serial)
			.map(async ({ at }) => {
				const server = at.address;
				const again = await get(dnsAnswer({ name: zone, type: 'SOA', server, again: 1 }));
				return again.status === 'known' ? lookOf(at, again.value, zone) : [];
			}),
	);
	const behind = second.flat().filter((one) => isBehind(one.serial, ahead.serial));
	if (behind.length === 0) return known(null);
	const now = await get(moment({ of: `${zone} still has different serials` }));
	if (now.status !== 'known') return unknown('our-bug', 'the clock could not be read');
	const compared = await get(zoneConsistency(about));
	return known({
		newest: { name: ahead.at.name, address: ahead.at.address, serial: ahead.serial },
		behind: behind.map(({ at, serial: its }) => {
			return { name: at.name, address: at.address, serial: its };
		}),
		seconds: Math.max(0, Math.floor((Date.parse(now.value) - Date.parse(differSince)) / 1_000)),
		differing: differing(
			ahead.at,
			behind.map(({ at }) => at),
			compared.status === 'known' ? compared.value : [],
		),
		isManaged: isManaged(survey.nameServers.map(({ name }) => name)),
	});
}

function lookOf(at: ServerAt, soa: DnsAnswer | null, zone: string): readonly Look[] {
	if (at.state !== 'authoritative' || soa === null || !soa.aa) return [];
	const [data] = soasIn(soa, zone);
	return data === undefined ? [] : [{ at, serial: data.serial }];
}

/** Serials half the circle apart have no order: no transfer will ever bring them together. */
function isBehind(serial: number, newest: number): boolean {
	const order = serialOrder(serial, newest);
	return order === 'less' || order === 'undefined';
}

/** The first set about which one of these and the server ahead of it disagree. */
function differing(
	ahead: ServerAt,
	behind: readonly ServerAt[],
	disagreements: readonly Disagreement[],
): string | null {
	const found = disagreements.find(({ editions }) => {
		const editionOf = ({ address }: ServerAt) =>
			editions.find(({ servers }) => servers.some((one) => one.address === address));
		const newest = editionOf(ahead);
		return behind.some((at) => {
			const its = editionOf(at);
			return its !== undefined && newest !== undefined && its !== newest;
		});
	});
	return found === undefined ? null : `${found.name} ${found.type}`;
}
