import ipaddr from 'ipaddr.js';
import { type SpfBranch, type SpfNode, type SpfWalk, specOf } from './spf-walk.ts';

/** Terms that cost one DNS look-up each (RFC 7208 §4.6.4). `exp` is not counted. */
const COUNTED = ['include', 'a', 'mx', 'ptr', 'exists', 'redirect'];

/** Worst-case look-ups of a record and everything below it: no term matches, so each is evaluated. */
export function lookupsOf(node: SpfNode): number {
	return node.branches.reduce((sum, branch) => sum + lookupsOfBranch(branch), 0);
}

export function lookupsOfBranch({ term, dead, node }: SpfBranch): number {
	if (dead || !COUNTED.includes(term.name)) return 0;
	return 1 + (node === null ? 0 : lookupsOf(node));
}

/** One line a counted term, indented by depth, its cost first: the tree to prune. */
export function costTree(node: SpfNode, depth = 0): readonly string[] {
	return node.branches.flatMap((branch) => {
		const cost = lookupsOfBranch(branch);
		if (cost === 0) return [];
		const line = `${'  '.repeat(depth)}${String(cost).padStart(2)} ${branch.term.text}`;
		return [line, ...(branch.node === null ? [] : costTree(branch.node, depth + 1))];
	});
}

/** A look-up that ends in NXDOMAIN or no data. */
export interface SpfVoid {
	/** The record that has the term. */
	readonly holder: string;
	readonly term: string;
	/** `a`, `mx` or `exists`. */
	readonly kind: string;
	readonly name: string;
	/** Clients for which it is void. */
	readonly clients: 'all' | 'IPv4' | 'IPv6';
	/** Which of the root's branches it lies in. */
	readonly rootIndex: number;
}

export function voidsOf({ root }: SpfWalk): readonly SpfVoid[] {
	return root.branches.flatMap((branch, rootIndex) => voidsIn(branch, root, rootIndex));
}

function voidsIn(branch: SpfBranch, holder: SpfNode, rootIndex: number): readonly SpfVoid[] {
	if (branch.dead) return [];
	const { node, hosts, term, name } = branch;
	if (node !== null) return node.branches.flatMap((below) => voidsIn(below, node, rootIndex));
	if (hosts === null || name === null || !(hosts.void4 || hosts.void6)) return [];
	const clients = hosts.void4 && hosts.void6 ? 'all' : hosts.void4 ? 'IPv4' : 'IPv6';
	const { text, name: kind } = term;
	return [{ holder: holder.domain, term: text, kind, name, clients, rootIndex }];
}

/** Who passes: addresses that some `+` term names, whatever stands before it. */
export interface SpfPasses {
	/** IPv4 ranges, merged and sorted, both ends inclusive. */
	readonly v4: readonly (readonly [first: number, last: number])[];
	readonly v6: readonly { readonly address: string; readonly prefix: number }[];
	/** Terms that every client passes, with the record that has them. */
	readonly everyone: readonly { readonly holder: string; readonly term: string }[];
	/** A term whose answer depends on the message: other clients may pass, too. */
	readonly dynamic: boolean;
}

interface Range {
	readonly first: number;
	readonly last: number;
}

interface Gathered {
	readonly v4: Range[];
	readonly v6: { address: string; prefix: number }[];
	readonly everyone: { holder: string; term: string }[];
	dynamic: boolean;
}

export function passesOf(node: SpfNode): SpfPasses {
	const gathered: Gathered = { v4: [], v6: [], everyone: [], dynamic: false };
	gather(node, gathered);
	return { ...gathered, v4: merged(gathered.v4) };
}

function gather(node: SpfNode, into: Gathered): void {
	for (const branch of node.branches) {
		const { term, dead, node: below } = branch;
		if (dead || (term.kind === 'mechanism' && term.qualifier !== '+')) continue;
		if (below !== null) gather(below, into);
		else if (branch.name === null && specOf(term) !== null) into.dynamic ||= term.name !== 'exp';
		else addPasses(branch, node.domain, into);
	}
}

function addPasses({ term, hosts }: SpfBranch, holder: string, into: Gathered): void {
	switch (term.name) {
		case 'ip4':
			into.v4.push(rangeOf(term.address, term.prefix));
			break;
		case 'ip6':
			into.v6.push({ address: term.address, prefix: term.prefix });
			break;
		case 'a':
		case 'mx':
			into.v4.push(...(hosts?.v4 ?? []).map((one) => rangeOf(one, term.prefix4)));
			into.v6.push(...(hosts?.v6 ?? []).map((address) => ({ address, prefix: term.prefix6 })));
			break;
		case 'all':
			into.everyone.push({ holder, term: term.text });
			break;
		case 'exists':
			if ((hosts?.v4.length ?? 0) > 0) into.everyone.push({ holder, term: term.text });
			break;
		default:
	}
}

const ALL_OF_IPV4 = 2 ** 32;

function rangeOf(address: string, prefix: number): Range {
	const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
	const size = 2 ** (32 - prefix);
	const first = Math.floor(number / size) * size;
	return { first, last: Math.min(first + size, ALL_OF_IPV4) - 1 };
}

function merged(ranges: readonly Range[]): SpfPasses['v4'] {
	const done: [number, number][] = [];
	for (const { first, last } of [...ranges].sort((a, b) => a.first - b.first)) {
		const top = done.at(-1);
		if (top !== undefined && first <= top[1] + 1) top[1] = Math.max(top[1], last);
		else done.push([first, last]);
	}
	return done;
}

/** Addresses that can send on the internet: whole private networks authorise nobody. */
export function addressCount({ v4 }: SpfPasses): number {
	return v4.reduce((sum, range) => sum + size(range) - unroutable(range), 0);
}

/** Private, shared, loopback, link-local, multicast and reserved (RFC 6890). */
const UNROUTABLE = [
	rangeOf('0.0.0.0', 8),
	rangeOf('10.0.0.0', 8),
	rangeOf('100.64.0.0', 10),
	rangeOf('127.0.0.0', 8),
	rangeOf('169.254.0.0', 16),
	rangeOf('172.16.0.0', 12),
	rangeOf('192.168.0.0', 16),
	rangeOf('224.0.0.0', 3),
];

function unroutable([first, last]: readonly [number, number]): number {
	return UNROUTABLE.reduce(
		(sum, each) => sum + size([Math.max(first, each.first), Math.min(last, each.last)]),
		0,
	);
}

function size([first, last]: readonly [number, number]): number {
	return Math.max(0, last - first + 1);
}

/** Whether every address that `inner` lets pass is let pass by `outer`. IPv4 decides. */
export function covers(outer: SpfPasses, inner: SpfPasses): boolean {
	if (inner.v4.length === 0) return false;
	return inner.v4.every(([first, last]) => outer.v4.some(([a, b]) => a <= first && last <= b));
}

/** The shortest IPv6 prefix that passes; 128 where none does. */
export function widestV6({ v6 }: SpfPasses): number {
	return v6.reduce((widest, { prefix }) => Math.min(widest, prefix), 128);
}

/** Same network whatever the notation, for finding repeats: `ip4:192.0.2.1/32` and `ip4:192.0.2.1`. */
export function canonicalTerm({ term, name }: SpfBranch): string {
	if (term.name === 'ip4' || term.name === 'ip6') {
		const address = ipaddr.parse(term.address).toString();
		return `${term.name}:${address}/${term.prefix}`;
	}
	const asked = name ?? specOf(term)?.text.toLowerCase() ?? '';
	const prefixes = 'prefix4' in term ? `/${term.prefix4}//${term.prefix6}` : '';
	return `${term.name}:${asked}${prefixes}`;
}
