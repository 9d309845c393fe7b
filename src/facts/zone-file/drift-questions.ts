import { groupBy } from '../../core/group-by.ts';
import { isWithin, parentOf } from '../dns/ancestry.ts';
import { ALIAS, type ZoneFile, type ZoneRecord } from './zone-file.ts';
import { createZoneTree, resolvedAliases } from './zone-tree.ts';

/** A set of the file that is compared with what is live. */
export interface IntendedSet {
	readonly name: string;
	/** `ALIAS` for a name whose addresses the provider looks up. */
	readonly type: string;
	readonly records: readonly [ZoneRecord, ...ZoneRecord[]];
}

/** A name and type that may be live though the file has no such set. */
export interface Suspect {
	readonly name: string;
	readonly type: string;
}

/** Made by signers and providers: they differ from any file. */
const MADE: ReadonlySet<string> = new Set([
	...['SOA', 'RRSIG', 'SIG', 'NSEC', 'NSEC3', 'NSEC3PARAM', 'DNSKEY', 'CDS', 'CDNSKEY'],
	...['CSYNC', 'ZONEMD', 'TYPE65534'],
]);

/** What breaks first when it differs is compared first. */
const FIRST = ['NS', 'A', 'AAAA', ALIAS, 'CNAME', 'MX', 'CAA', 'TXT'];

/**
 * The sets of the file that a server of the zone answers with authority or refers to, the gravest first:
 * what lies below a zone cut is somebody else's. Types whose form is not known are left out.
 */
export function intendedSets(file: ZoneFile): readonly IntendedSet[] {
	const { apex } = file;
	const atTop = resolvedAliases(file).map((record): ZoneRecord => {
		// No server can hold an alias there, so whoever writes one means what its provider makes of it.
		const isTop = record.owner === apex && record.type === 'CNAME';
		return isTop ? { ...record, type: ALIAS } : record;
	});
	const cuts = new Set(
		atTop.filter(({ owner, type }) => type === 'NS' && owner !== apex).map(({ owner }) => owner),
	);
	const comparable = atTop.filter((record) => {
		const { owner, type, octets } = record;
		if (!isWithin(owner, apex) || MADE.has(type)) return false;
		if (octets === null && type !== ALIAS) return false;
		if (cuts.has(owner)) return type === 'NS' || type === 'DS';
		return !isBelow(owner, apex, cuts);
	});
	const sets = [...groupBy(comparable, ({ owner, type }) => `${owner} ${type}`).values()];
	return sets
		.map((records) => ({ name: records[0].owner, type: records[0].type, records }))
		.sort((a, b) => weightOf(a, apex) - weightOf(b, apex));
}

function isBelow(owner: string, apex: string, cuts: ReadonlySet<string>): boolean {
	for (let at = owner; at !== apex; at = parentOf(at)) if (cuts.has(at)) return true;
	return false;
}

function weightOf({ name, type }: IntendedSet, apex: string): number {
	const place = FIRST.indexOf(type);
	return (name === apex ? 0 : 100) + (place < 0 ? FIRST.length : place);
}

/** Names that zones often have, beside those of the file. */
const USUAL_HOSTS = [
	...['*', 'www', 'mail', 'app', 'api', 'admin', 'autodiscover', 'autoconfig', 'webmail', 'smtp'],
	...['imap', 'ftp', 'blog', 'shop', 'dev', 'staging', 'test', 'cdn', 'static', 'status', 'help'],
	...['docs', 'vpn', 'mta-sts'],
];
const USUAL_TEXTS = ['_dmarc', '_mta-sts', '_smtp._tls', 'default._domainkey', 'google._domainkey'];

/** Types that are asked for at every name of the file that has none of them. */
const COMMON = ['A', 'AAAA', 'MX', 'TXT'];

/** What else may be live: other types at the file's names, and names that zones often have. */
export function suspects(file: ZoneFile, sets: readonly IntendedSet[]): readonly Suspect[] {
	const { apex } = file;
	const tree = createZoneTree(file);
	const types = groupBy(sets, ({ name }) => name);
	const atNames = [...types].flatMap(([name, here]) => {
		const has = new Set(here.map(({ type }) => type));
		if (has.has('CNAME') || (has.has('NS') && name !== apex)) return [];
		const lookedUp = has.has(ALIAS) ? ['A', 'AAAA'] : [];
		return typesFor(name, apex)
			.filter((type) => !has.has(type) && !lookedUp.includes(type))
			.map((type) => ({ name, type }));
	});
	const usual = [
		...USUAL_HOSTS.map((label) => ({ name: `${label}.${apex}`, type: 'A' })),
		...USUAL_TEXTS.map((label) => ({ name: `${label}.${apex}`, type: 'TXT' })),
	].filter(({ name, type }) => !types.has(name) && tree.find(name, type).kind === 'nxdomain');
	return [...atNames, ...usual];
}

function typesFor(name: string, apex: string): readonly string[] {
	if (name === apex) return [...COMMON, 'CAA'];
	return name.startsWith('_') ? ['TXT'] : COMMON;
}
