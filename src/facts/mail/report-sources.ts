import ipaddr from 'ipaddr.js';
import { atOnce } from '../../core/at-once.ts';
import type { GetFact } from '../../core/fact.ts';
import { groupBy } from '../../core/group-by.ts';
import { isWithin } from '../dns/ancestry.ts';
import { addressesOf, lookup } from '../dns/dns.ts';
import { registrableOf } from '../dns/registrable.ts';
import type { ReportRow } from './aggregate-report.ts';
import { providerOfInclude } from './mail-providers.ts';
import { passes, periodOf, type ReportedRow, type Tally, tallyOf } from './report-totals.ts';
import { reverseName } from './reverse-name.ts';
import { forwards, senderNamed } from './sending-domains.ts';
import { passesOf, type SpfPasses } from './spf-cost.ts';
import { type SpfNode, spfWalk } from './spf-walk.ts';

/** Who sends, as far as it can be told. */
interface SourceName {
	/**
	 * `vendor`: a provider of mail. `own`: servers under the audited domain, or whose addresses its SPF
	 * lists. `host`: anybody else, by confirmed name. `address`: nothing but the address.
	 */
	readonly kind: 'vendor' | 'own' | 'host' | 'address';
	readonly name: string;
	/** What tells, in words. */
	readonly by: string;
	/** The domain's SPF record lists its servers. */
	readonly isListed: boolean;
}

/** Mails of one sender. */
export interface Source extends SourceName, Tally {
	/** The busiest first. */
	readonly addresses: readonly string[];
	readonly addressCount: number;
	/** Failed DMARC though SPF or DKIM passed for some domain, which is in `as` and does not align. */
	readonly unaligned: number;
	/** Of these, for the audited domain's own names. */
	readonly unalignedAsOwn: number;
	readonly as: readonly string[];
	/** Failed DMARC, and neither SPF nor DKIM passed for anybody. */
	readonly unauthenticated: number;
	/** Failed DMARC on the way through a forwarder or a list, by the receiver's account. */
	readonly forwarded: number;
	/** Quarantined or rejected. */
	readonly stopped: number;
	/** Beginning of the first report that has it, seconds since 1970; `null` without dates. */
	readonly firstSeen: number | null;
	/** Its servers also send on what its users receive, whoever wrote that. */
	readonly alsoForwards: boolean;
}

/** Addresses whose names are asked for; the busiest. Two questions each. */
const MOST_ASKED = 40;
const QUESTIONS_AT_ONCE = 24;
/** Addresses and identities that are kept of one source. */
const MOST_KEPT = 5;

/**
 * Mails by sender, the busiest first. A server's name counts only where it leads back to the address,
 * since anybody can name his address as he likes. With no network each address is a source of its own,
 * but for what the reports and the SPF record say.
 */
export async function sourcesOf(
	rows: readonly ReportedRow[],
	registrable: string,
	get: GetFact,
): Promise<readonly Source[]> {
	const byAddress = groupBy(rows, ({ row }) => row.address);
	const busiest = [...byAddress]
		.map(([address, its]) => ({ address, messages: tallyOf(its).messages }))
		.sort((a, b) => b.messages - a.messages || (a.address < b.address ? -1 : 1))
		.map(({ address }) => address)
		.filter((address) => address !== '');
	const [names, networks] = await Promise.all([
		confirmedNames(busiest.slice(0, MOST_ASKED), get),
		networksOf(registrable, get),
	]);
	const owners = new Map(
		[...byAddress].map(([address, its]) => [
			address,
			ownerOf({ address, rows: its, host: names.get(address) ?? null, networks, registrable }),
		]),
	);
	const named = rows.map((one) => {
		const owner = owners.get(one.row.address) as SourceName;
		return { one, name: owner.kind === 'vendor' ? owner : (signerOf(one.row) ?? owner) };
	});
	return [...groupBy(named, ({ name }) => `${name.kind} ${name.name}`).values()]
		.map((its) =>
			sourceOf(
				its[0].name,
				its.map(({ one }) => one),
				registrable,
			),
		)
		.sort((a, b) => b.messages - a.messages || (a.name < b.name ? -1 : 1));
}

function sourceOf(name: SourceName, rows: readonly ReportedRow[], registrable: string): Source {
	const failed = rows.filter(({ row }) => !passes(row));
	const byKind = groupBy(failed, (one) => failureOf(one));
	const sum = (kind: Failure) => tallyOf(byKind.get(kind) ?? []).messages;
	const addresses = [...groupBy(rows, ({ row }) => row.address)]
		.map(([address, its]) => ({ address, messages: tallyOf(its).messages }))
		.sort((a, b) => b.messages - a.messages || (a.address < b.address ? -1 : 1));
	const unaligned = byKind.get('unaligned') ?? [];
	const isOwn = (domain: string) => isWithin(domain, registrable);
	const asOwn = unaligned.filter(({ row }) => identitiesOf(row).some(isOwn));
	const as = unaligned.flatMap(({ row }) => identitiesOf(row));
	return {
		...name,
		...tallyOf(rows),
		addresses: addresses
			.slice(0, MOST_KEPT)
			.map(({ address }) => address || 'an unreadable address'),
		addressCount: addresses.length,
		unaligned: sum('unaligned'),
		unalignedAsOwn: tallyOf(asOwn).messages,
		as: [...new Set(as)].sort().slice(0, MOST_KEPT),
		unauthenticated: sum('neither'),
		forwarded: sum('forwarded'),
		stopped: tallyOf(rows.filter(({ row }) => /^(?:quarantine|reject)$/.test(row.disposition)))
			.messages,
		firstSeen: periodOf(rows.map(({ report }) => report))?.from ?? null,
		alsoForwards: name.kind === 'vendor' && forwards(name.name),
	};
}

/** `contradicted`: what the receiver found aligns, and it says that it does not. */
type Failure = 'forwarded' | 'unaligned' | 'contradicted' | 'neither';

function failureOf({ report, row }: ReportedRow): Failure {
	if (isForwarded(row)) return 'forwarded';
	const { adkim, aspf } = report.policy;
	const passed = ({ result }: { readonly result: string }) => result === 'pass';
	const [signed, bounced] = [row.signatures.filter(passed), row.returnPaths.filter(passed)];
	if (signed.length + bounced.length === 0) return 'neither';
	const isAligned =
		signed.some(({ domain }) => aligns(domain, row.headerFrom, adkim)) ||
		bounced.some(({ domain }) => aligns(domain, row.headerFrom, aspf));
	return isAligned ? 'contradicted' : 'unaligned';
}

/** RFC 9989 §4.4: the same name, or where not strict the same organizational domain. */
function aligns(domain: string, from: string, mode: string): boolean {
	if (domain === from) return true;
	return !mode.startsWith('s') && registrableOf(domain) === registrableOf(from);
}

/** Overrides with which a receiver says that the mail came by way of somebody else. */
const ON_THE_WAY: ReadonlySet<string> = new Set(['forwarded', 'mailing_list', 'trusted_forwarder']);

function isForwarded({ overrides }: ReportRow): boolean {
	return overrides.some((type) => ON_THE_WAY.has(type));
}

/** Domains for which SPF or DKIM passed. */
function identitiesOf({ signatures, returnPaths }: ReportRow): readonly string[] {
	return [...signatures, ...returnPaths].flatMap(({ domain, result }) =>
		result === 'pass' ? [domain] : [],
	);
}

/** A provider's own signature, on the mails that carry it. */
function signerOf({ signatures }: ReportRow): SourceName | null {
	for (const { domain, result } of signatures) {
		const name = result === 'pass' ? senderNamed(domain) : null;
		if (name !== null)
			return { kind: 'vendor', name, by: `a signature of ${domain}`, isListed: false };
	}
	return null;
}

function ownerOf({
	address,
	rows,
	host,
	networks,
	registrable,
}: {
	address: string;
	rows: readonly ReportedRow[];
	host: string | null;
	networks: readonly Network[];
	registrable: string;
}): SourceName {
	const network =
		address === '' ? undefined : networks.find((one) => contains(one.passes, address));
	const isListed = network !== undefined;
	const by = host === null ? '' : `the name ${host}`;
	const vendor = host === null ? null : senderNamed(host);
	if (vendor !== null) return { kind: 'vendor', name: vendor, by, isListed };
	if (network !== undefined && network.owner.kind !== 'own') return network.owner;
	const bounce = rows.flatMap(({ row }) => row.returnPaths).find(isVendors);
	if (bounce !== undefined) {
		const name = senderNamed(bounce.domain) ?? bounce.domain;
		return { kind: 'vendor', name, by: `the return path ${bounce.domain}`, isListed };
	}
	if (host !== null && isWithin(host, registrable)) {
		return { kind: 'own', name: host, by, isListed };
	}
	if (network !== undefined) return { ...network.owner, name: host ?? address };
	if (host !== null) return { kind: 'host', name: registrableOf(host), by, isListed };
	const name = address || 'an unreadable address';
	return { kind: 'address', name, by: 'the address alone', isListed };
}

function isVendors({ domain, result }: ReportRow['returnPaths'][number]): boolean {
	return result === 'pass' && senderNamed(domain) !== null;
}

/** PTR names that lead back to their address. Failures leave an address without a name. */
async function confirmedNames(
	addresses: readonly string[],
	get: GetFact,
): Promise<ReadonlyMap<string, string>> {
	const found = new Map<string, string>();
	await atOnce(QUESTIONS_AT_ONCE, addresses, async (address) => {
		const ptr = await get(lookup({ name: reverseName(address), type: 'PTR' }));
		if (ptr.status !== 'known') return;
		const [host] = ptr.value.records.flatMap(({ data }) =>
			data.type === 'PTR' ? [data.target.toLowerCase().replace(/\.$/, '')] : [],
		);
		if (host === undefined || host === '') return;
		const forward = await get(addressesOf({ host }));
		if (forward.status !== 'known') return;
		const { v4, v6 } = forward.value;
		const isSame = (one: string) => ipaddr.process(one).toString() === address;
		if ([...v4, ...v6].some(isSame)) found.set(address, host);
	});
	return found;
}

// ── The SPF record as a directory of senders ─────────────────────────────────────────────────────

interface Network {
	readonly owner: SourceName;
	readonly passes: SpfPasses;
}

/** Whose servers the record lists: a provider's below its include, else the domain's own. */
async function networksOf(registrable: string, get: GetFact): Promise<readonly Network[]> {
	const walk = await get(spfWalk({ domain: registrable }));
	if (walk.status !== 'known') return [];
	const by = `the SPF record of ${registrable}`;
	const own: SourceName = { kind: 'own', name: registrable, by, isListed: true };
	return networksIn(walk.value.root, own, registrable);
}

function networksIn(node: SpfNode, owner: SourceName, registrable: string): readonly Network[] {
	const direct = { ...node, branches: node.branches.filter((branch) => branch.node === null) };
	return [
		{ owner, passes: passesOf(direct) },
		...node.branches.flatMap(({ node: below, dead }) =>
			below === null || dead
				? []
				: networksIn(below, ownerBelow(below.domain, owner, registrable), registrable),
		),
	];
}

function ownerBelow(domain: string, owner: SourceName, registrable: string): SourceName {
	const by = `include:${domain} in the SPF record of ${registrable}`;
	const vendor = providerOfInclude(domain);
	if (vendor !== null) return { kind: 'vendor', name: vendor.name, by, isListed: true };
	if (owner.kind !== 'own' || isWithin(domain, registrable)) return owner;
	return { kind: 'host', name: registrableOf(domain), by, isListed: true };
}

function contains({ v4, v6 }: SpfPasses, address: string): boolean {
	const parsed = ipaddr.process(address);
	if (parsed instanceof ipaddr.IPv4) {
		const number = parsed.octets.reduce((sum, octet) => sum * 256 + octet, 0);
		return v4.some(([first, last]) => first <= number && number <= last);
	}
	return v6.some((range) => parsed.match(ipaddr.IPv6.parse(range.address), range.prefix));
}
