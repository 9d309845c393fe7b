import type { DnsRecord } from '../../core/io.ts';
import { isWithin, parentOf } from '../dns/ancestry.ts';
import { panelFor } from '../dns/dns-panel.ts';
import { ALIAS, type ZoneFile, type ZoneRecord } from './zone-file.ts';

/** What a zone holds for one name and type, before aliases are followed. */
export type Found =
	| { readonly kind: 'records'; readonly records: readonly DnsRecord[] }
	| { readonly kind: 'alias'; readonly target: string; readonly ttl: number }
	/** The provider looks up the addresses of another name, and gives them as this one's own. */
	| { readonly kind: 'resolved'; readonly target: string }
	/** At or below a zone cut. */
	| { readonly kind: 'delegated' }
	| { readonly kind: 'nodata' }
	| { readonly kind: 'nxdomain' }
	| { readonly kind: 'outside' };

export interface ZoneTree {
	readonly apex: string;
	readonly soa: ZoneRecord | null;
	/** As the zone's own servers would find it; `name` in lower case, `type` in upper case. */
	find(name: string, type: string): Found;
	/** Records at exactly this name; `null` where there is none, empty for a mere ancestor. */
	node(name: string): readonly ZoneRecord[] | null;
}

/** A zone file as a server of it would load it: records outside the zone are left out. */
export function createZoneTree(file: ZoneFile): ZoneTree {
	const { apex } = file;
	const nodes = new Map<string, ZoneRecord[]>();
	const nodeAt = (name: string): ZoneRecord[] => {
		const node = nodes.get(name) ?? [];
		nodes.set(name, node);
		return node;
	};
	for (const record of resolvedAliases(file)) {
		if (!isWithin(record.owner, apex)) continue;
		nodeAt(record.owner).push(record);
		for (let name = record.owner; name !== apex; ) {
			name = parentOf(name);
			nodeAt(name);
		}
	}
	nodeAt(apex);

	const find = (name: string, type: string): Found => {
		if (!isWithin(name, apex)) return { kind: 'outside' };
		for (const at of pathTo(name, apex)) {
			const passed = passing(nodes.get(at) ?? [], { at, name, type, isApex: at === apex });
			if (passed !== null) return passed;
		}
		const exact = nodes.get(name);
		if (exact !== undefined) return atNode(exact, type);
		let encloser = parentOf(name);
		while (!nodes.has(encloser)) encloser = parentOf(encloser);
		const wildcard = nodes.get(`*.${encloser}`);
		if (wildcard === undefined) return { kind: 'nxdomain' };
		return atNode(
			wildcard.map((record) => ({ ...record, owner: name })),
			type,
		);
	};

	return {
		apex,
		soa: (nodes.get(apex) ?? []).find(({ type }) => type === 'SOA') ?? null,
		find,
		node: (name) => nodes.get(name) ?? null,
	};
}

/**
 * The file's records, where the apex is an alias that its provider resolves (it proxies the name, or is
 * Cloudflare, which resolves every alias there) as `ALIAS`.
 */
export function resolvedAliases(file: ZoneFile): readonly ZoneRecord[] {
	const { apex, records } = file;
	const resolvesAll = isOfCloudflare(file);
	return records.map((record) => {
		const isResolved = resolvesAll || record.proxied;
		const isAlias = record.owner === apex && record.type === 'CNAME';
		return isAlias && isResolved ? { ...record, type: ALIAS, data: { type: 'other' } } : record;
	});
}

/** By the name servers that it gives its zone. */
export function isOfCloudflare({ apex, records }: ZoneFile): boolean {
	const servers = records.flatMap(({ owner, data }) =>
		owner === apex && data.type === 'NS' ? [data.target] : [],
	);
	return panelFor(servers) === 'Cloudflare';
}

/** The names from the apex down to `name` itself. */
function pathTo(name: string, apex: string): readonly string[] {
	const path: string[] = [];
	for (let at = name; at !== apex; at = parentOf(at)) path.unshift(at);
	return [apex, ...path];
}

/** A zone cut or DNAME on the way down. */
function passing(
	here: readonly ZoneRecord[],
	{ at, name, type, isApex }: { at: string; name: string; type: string; isApex: boolean },
): Found | null {
	const isLast = at === name;
	const isCut = !isApex && here.some((record) => record.type === 'NS');
	if (isCut && !(isLast && type === 'DS')) return { kind: 'delegated' };
	const dname = isLast ? undefined : here.find((record) => record.type === 'DNAME');
	if (dname?.data.type !== 'DNAME') return null;
	const { target } = dname.data;
	const labels = name.slice(0, -at.length - 1);
	return {
		kind: 'alias',
		target: target === '.' ? labels : `${labels}.${target}`,
		ttl: dname.ttl,
	};
}

function atNode(here: readonly ZoneRecord[], type: string): Found {
	const wanted = type === 'ANY' ? here : here.filter((record) => record.type === type);
	if (wanted.length > 0) return { kind: 'records', records: wanted.map(plain) };
	const alias = here.find((record) => record.type === 'CNAME');
	if (alias?.data.type === 'CNAME') {
		return { kind: 'alias', target: alias.data.target, ttl: alias.ttl };
	}
	const resolved = here.find((record) => record.type === ALIAS);
	if (resolved !== undefined && (type === 'A' || type === 'AAAA')) {
		return { kind: 'resolved', target: resolved.text };
	}
	return { kind: 'nodata' };
}

function plain({ owner, type, ttl, text, data }: ZoneRecord): DnsRecord {
	return { owner, type, ttl, text, data };
}
