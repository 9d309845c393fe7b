import { isWithin, keyOf, type Labels, labelsOf, nameOf } from './domain-name.ts';
import { absolute, parseRecords, type ResourceRecord, TYPES, typeNumber } from './record.ts';
import { createSigner, dsRecords } from './signed-zone.ts';
import {
	type DnssecSpec,
	type SettledWorld,
	settleDnssec,
	textOf,
	type ZoneSpec,
} from './world.ts';
import { createZone, type Zone } from './zone.ts';

/** Addresses that the lab's own infrastructure has. */
export const INFRASTRUCTURE = {
	root: ['198.51.100.1', '198.51.100.2'],
	tld: ['198.51.100.3', '198.51.100.4'],
	/** Where the world has IPv6. */
	root6: ['2001:db8:1::1', '2001:db8:1::2'],
	tld6: ['2001:db8:1::3', '2001:db8:1::4'],
	resolver: '198.51.100.53',
	authority: '198.51.100.80',
} as const;

/** Host that serves the certificates and CRL of the lab's authority. */
export const AUTHORITY_HOST = 'ca.internet.test';

const OWN_ZONE = 'internet.test';
const ROOT_NAMES = ['a.root.internet.test.', 'b.root.internet.test.'];
const TLD_NAMES = ['a.tld.internet.test.', 'b.tld.internet.test.'];

const DEFAULT_TTL = 300;
const DELEGATION_TTL = 3600;
const DEFAULT_SERVERS = { ns1: ['198.51.100.21'], ns2: ['203.0.113.21'] };

/** The zones that each name server's address holds. */
export type Hosting = ReadonlyMap<string, readonly Zone[]>;

/**
 * Every zone of the world, with a root and top-level domains that lead to them. A zone named like a
 * top-level domain adds its records to that one. Signatures are made, their times counted from `now`.
 */
export function hostingOf(world: SettledWorld, now: Date): Hosting {
	const signer = createSigner(now);
	const hosting = new Map<string, Zone[]>();
	const host = (addresses: readonly string[], zone: Zone) => {
		for (const address of new Set(addresses)) {
			hosting.set(address, [...(hosting.get(address) ?? []), zone]);
		}
	};
	const specs = new Map(
		Object.entries(world.zones).map(([name, spec]) => [keyOf(labelsOf(name)), spec]),
	);
	const apexes = new Map([...specs.keys(), OWN_ZONE].map((name) => [name, labelsOf(name)]));
	const tlds = [...new Set([...apexes.values()].map((apex) => apex.at(-1) ?? ''))];
	const above = new Map<string, Labels>(
		[...apexes].map(([name, apex]) => [name, parentOf(apex, apexes) ?? apex.slice(-1)]),
	);
	const childrenOf = (parent: Labels, at: string) =>
		[...specs].flatMap(([name, spec]) =>
			keyOf(above.get(name) ?? []) === keyOf(parent) && keyOf(parent) !== name
				? delegationRecords(labelsOf(name), spec, at)
				: [],
		);

	const hostSigned = (
		address: string,
		apex: Labels,
		records: readonly ResourceRecord[],
		spec: DnssecSpec | undefined,
	) => {
		const all = spec === undefined ? records : signer.signed(apex, records, spec, address);
		host([address], createZone(apex, all, spec?.denialFault));
	};
	const { roots, tlds: tldServers, addresses } = infrastructureOf(world);
	const usual = world.signedRoot ? settleDnssec({}) : undefined;
	const tldSpec = (tld: string) => specs.get(tld)?.dnssec ?? usual;

	const keysOfTlds = tlds.flatMap((tld) => {
		const spec = tldSpec(tld);
		return spec === undefined ? [] : dsRecords([tld], spec, spec.ds, DELEGATION_TTL);
	});
	for (const address of roots) {
		hostSigned(address, [], [...rootRecords(tlds, addresses), ...keysOfTlds], usual);
	}
	for (const tld of tlds) {
		const own = parsed([textOf(specs.get(tld)?.records ?? [])], [tld]);
		for (const address of tldServers) {
			const records = [...own, ...childrenOf([tld], address)];
			hostSigned(address, [tld], [...tldRecords(tld, addresses), ...records], tldSpec(tld));
		}
	}
	host(tldServers, ownZone(addresses));
	for (const [name, spec] of specs) {
		const apex = labelsOf(name);
		if (apex.length < 2) continue;
		for (const address of serversOf(spec)) {
			const records = [...editionAt(address, spec, apex), ...childrenOf(apex, address)];
			hostSigned(address, apex, records, spec.dnssec);
		}
	}
	return hosting;
}

function parentOf(apex: Labels, apexes: ReadonlyMap<string, Labels>): Labels | null {
	for (let depth = 1; depth < apex.length; depth++) {
		const ancestor = apex.slice(depth);
		if (apexes.has(keyOf(ancestor))) return ancestor;
	}
	return null;
}

function serversOf({ ns = DEFAULT_SERVERS }: ZoneSpec): string[] {
	return [...new Set(Object.values(ns).flat())];
}

// ── Root and top-level domains ───────────────────────────────────────────────────────────────────

function infrastructureOf({ ipv6 }: SettledWorld) {
	const { root, tld, root6, tld6 } = INFRASTRUCTURE;
	const named = (names: readonly string[], type: 'A' | 'AAAA', list: readonly string[]) =>
		names.map((name, index) => `${name} 86400 ${type} ${list[index]}`);
	return {
		roots: [...root, ...(ipv6 ? root6 : [])],
		tlds: [...tld, ...(ipv6 ? tld6 : [])],
		/** Of both, as lines. */
		addresses: [
			...named(ROOT_NAMES, 'A', root),
			...named(TLD_NAMES, 'A', tld),
			...(ipv6 ? [...named(ROOT_NAMES, 'AAAA', root6), ...named(TLD_NAMES, 'AAAA', tld6)] : []),
		],
	};
}

function rootRecords(tlds: readonly string[], addresses: readonly string[]): ResourceRecord[] {
	const lines = [
		`. 86400 SOA ${ROOT_NAMES[0]} hostmaster.internet.test. 1 1800 900 604800 86400`,
		...ROOT_NAMES.map((name) => `. 518400 NS ${name}`),
		...tlds.flatMap((tld) => TLD_NAMES.map((name) => `${tld}. 172800 NS ${name}`)),
	];
	return [...parsed(lines, []), ...parsed(addresses, [])];
}

function tldRecords(tld: string, addresses: readonly string[]): ResourceRecord[] {
	const lines = [
		`@ 900 SOA ${TLD_NAMES[0]} hostmaster.internet.test. 1 1800 900 604800 900`,
		...TLD_NAMES.map((name) => `@ 172800 NS ${name}`),
	];
	const own =
		tld === 'test'
			? parsed([...TLD_NAMES.map((name) => `${OWN_ZONE}. 172800 NS ${name}`), ...addresses], [])
			: [];
	return [...parsed(lines, [tld]), ...own];
}

function ownZone(addresses: readonly string[]): Zone {
	const lines = [
		`@ 900 SOA ${TLD_NAMES[0]} hostmaster.internet.test. 1 1800 900 604800 900`,
		...TLD_NAMES.map((name) => `@ 172800 NS ${name}`),
		...addresses,
		`${AUTHORITY_HOST}. 3600 A ${INFRASTRUCTURE.authority}`,
	];
	return createZone(labelsOf(OWN_ZONE), parsed(lines, labelsOf(OWN_ZONE)));
}

function parsed(lines: readonly string[], origin: Labels): ResourceRecord[] {
	return parseRecords(lines.join('\n'), origin, DEFAULT_TTL);
}

// ── The world's zones ────────────────────────────────────────────────────────────────────────────

/** The zone as its author wrote it, completed with SOA, NS and its servers' addresses. */
function completed(spec: ZoneSpec, apex: Labels): ResourceRecord[] {
	const written = parseRecords(textOf(spec.records), apex, DEFAULT_TTL);
	const has = (owner: Labels, type: number) =>
		written.some((record) => record.type === type && keyOf(record.owner) === keyOf(owner));
	const servers = Object.entries(spec.ns ?? DEFAULT_SERVERS);
	const lines = [
		`@ 3600 SOA ${servers[0]?.[0] ?? 'ns1'} hostmaster 1 7200 3600 1209600 300`,
		...servers.map(([name]) => `@ 3600 NS ${name}`),
	];
	const added = parsed(lines, apex).filter(({ owner, type }) => !has(owner, type));
	const addresses = servers.flatMap(([name, list]) => {
		const host = absolute(name, apex);
		if (!isWithin(host, apex)) return [];
		return addressRecords(host, list).filter(({ type }) => !has(host, type));
	});
	return [...added, ...addresses, ...written];
}

function addressRecords(host: Labels, addresses: readonly string[]): ResourceRecord[] {
	const lines = addresses.map(
		(address) => `${nameOf(host)}. 3600 ${address.includes(':') ? 'AAAA' : 'A'} ${address}`,
	);
	return parsed(lines, []);
}

function editionAt(address: string, spec: ZoneSpec, apex: Labels): ResourceRecord[] {
	const base = completed(spec, apex);
	const edition = spec.differs.find(({ at }) => at === address);
	if (edition === undefined) return base;
	const own = parseRecords(textOf(edition.records), apex, DEFAULT_TTL);
	const gone = new Set([
		...own.map(setKey),
		...edition.without.map((set) => {
			const [owner = '', type = ''] = set.split(' ');
			return setKey({ owner: absolute(owner, apex), type: typeNumber(type) ?? 0 });
		}),
	]);
	return [...base.filter((record) => !gone.has(setKey(record))), ...own];
}

function setKey({ owner, type }: Pick<ResourceRecord, 'owner' | 'type'>): string {
	return `${keyOf(owner)} ${type}`;
}

/** What one server of the parent holds about a zone: NS, glue for servers inside the zone, DS. */
function delegationRecords(apex: Labels, spec: ZoneSpec, at: string): ResourceRecord[] {
	const { glue = true, ds = [], differs = [] } = spec.delegation ?? {};
	const differing = differs.find((one) => one.at === at);
	const { none = false, ns } = differing ?? spec.delegation ?? {};
	if (none) return [];
	const servers = Object.entries(ns ?? spec.ns ?? DEFAULT_SERVERS);
	const hosts = servers.map(([name, addresses]) => ({ host: absolute(name, apex), addresses }));
	return [
		...hosts.map(({ host }) => ({
			owner: apex,
			type: TYPES.NS,
			ttl: DELEGATION_TTL,
			rdata: [{ name: host, compress: true }],
		})),
		...parsed(
			ds.map((rdata) => `@ ${DELEGATION_TTL} DS ${rdata}`),
			apex,
		),
		...(spec.dnssec === undefined
			? []
			: dsRecords(apex, spec.dnssec, differing?.ds ?? spec.dnssec.ds, DELEGATION_TTL)),
		...hosts.flatMap(({ host, addresses }) =>
			glue && isWithin(host, apex) ? addressRecords(host, addresses) : [],
		),
	];
}
