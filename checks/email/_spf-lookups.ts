import {
	canonicalTerm,
	costTree,
	edited,
	liveNodes,
	lookupsOf,
	lookupsOfBranch,
	passesOf,
	providerOfInclude,
	type SpfBranch,
	type SpfEdit,
	type SpfNode,
	type Verdict,
	voidsOf,
	without,
} from '../../src/sdk.ts';
import {
	about,
	aboutTerms,
	lessTerms,
	type Reading,
	type Said,
	type SpfVerdicts,
} from './_spf-reading.ts';

/** RFC 7208 §4.6.4. */
const MOST_LOOKUPS = 10;
const NEAR_LIMIT = 9;
const MOST_VOIDS = 2;
const MOST_MX_HOSTS = 10;
/** A tree that is longer is broken by its size alone. */
const MOST_TREE_LINES = 60;
/** More addresses than this are no longer easier to keep than the term. */
const MOST_PASTED_ADDRESSES = 4;

export function lookupFindings(reading: Reading): Said {
	const { walk, say } = reading;
	const count = lookupsOf(walk.root);
	if (count < NEAR_LIMIT) return [];
	const tree = costTree(walk.root).slice(0, MOST_TREE_LINES);
	const removals = removalsFor(reading);
	if (count <= MOST_LOOKUPS) {
		return [say('lookups-near-limit', { ...about(reading, null), count, tree, removals })];
	}
	const fixed = cheaperRecord(reading, count);
	return [say('too-many-lookups', { ...about(reading, fixed), count, tree, removals })];
}

/** Cheapest first: what costs nothing to drop, then what must be decided. */
function removalsFor({ walk }: Reading): readonly string[] {
	const { branches } = walk.root;
	const pasted = branches.flatMap((branch) => {
		const addresses = pastedAddresses(branch);
		return addresses === null
			? []
			: [`Write ${addresses.join(' ')} for ${branch.term.text}: saves 1.`];
	});
	const repeats = repeatsIn(walk.root).map(
		({ branch }) => `Delete the second ${branch.term.text}: saves ${lookupsOfBranch(branch)}.`,
	);
	const dear = [...branches]
		.filter((branch) => branch.term.name === 'include' && lookupsOfBranch(branch) > 0)
		.sort((a, b) => lookupsOfBranch(b) - lookupsOfBranch(a))
		.slice(0, 3)
		.map((branch) => {
			const owner = providerOfInclude(branch.name ?? '')?.name ?? 'it';
			return `If ${owner} no longer sends for you, delete ${branch.term.text}: saves ${lookupsOfBranch(branch)}.`;
		});
	return [...repeats, ...pasted, ...dear];
}

/** Terms for the few addresses of the domain's own `a` or `mx`; `null` where the term should stay. */
function pastedAddresses({ term, dead, hosts }: SpfBranch): readonly string[] | null {
	if (dead || hosts === null || (term.name !== 'a' && term.name !== 'mx')) return null;
	if (term.prefix4 !== 32 || term.prefix6 !== 128 || term.qualifier !== '+') return null;
	const all = [...new Set([...hosts.v4, ...hosts.v6])];
	if (all.length === 0 || all.length > MOST_PASTED_ADDRESSES) return null;
	return all.map((address) => `${address.includes(':') ? 'ip6' : 'ip4'}:${address}`);
}

/** The record with every harmless saving, where those suffice. */
function cheaperRecord({ walk, record }: Reading, count: number): string | null {
	const repeats = repeatsIn(walk.root).filter(({ branch }) => walk.root.branches.includes(branch));
	const drops = repeats.map(({ branch }) => branch);
	const edits: SpfEdit[] = [...without(drops.map(({ term }) => term))];
	let saved = drops.reduce((sum, branch) => sum + lookupsOfBranch(branch), 0);
	for (const branch of walk.root.branches) {
		const addresses = drops.includes(branch) ? null : pastedAddresses(branch);
		if (addresses === null) continue;
		const { position, text } = branch.term;
		edits.push({ start: position, length: text.length, to: addresses.join(' ') });
		saved += 1;
	}
	return saved > 0 && count - saved <= MOST_LOOKUPS ? edited(record.text, edits) : null;
}

interface Repeat {
	readonly branch: SpfBranch;
	readonly holder: string;
	readonly first: string;
}

/** Terms that say what an earlier one said, in evaluation order, across includes. */
function repeatsIn(root: SpfNode): readonly Repeat[] {
	const seen = new Map<string, string>();
	const repeats: Repeat[] = [];
	const visit = (node: SpfNode) => {
		for (const branch of node.branches) {
			if (branch.dead || branch.term.kind !== 'mechanism' || branch.term.name === 'all') continue;
			const key = canonicalTerm(branch);
			const first = seen.get(key);
			if (first !== undefined) repeats.push({ branch, holder: node.domain, first });
			else {
				seen.set(key, node.domain);
				if (branch.node !== null) visit(branch.node);
			}
		}
	};
	visit(root);
	return repeats;
}

/** Repeats that the owner can do something about: one of the two is in the own record. */
export function duplicateTerms(reading: Reading): Said {
	const { walk, say } = reading;
	const repeats = repeatsIn(walk.root).filter(
		({ holder, first }) => holder === walk.domain || first === walk.domain,
	);
	if (repeats.length === 0) return [];
	const details = repeats.map(({ branch, holder, first }) => {
		const places = [holder, first].filter((name) => name !== walk.domain);
		return places.length === 0 ? branch.term.text : `${branch.term.text} (also in ${places[0]})`;
	});
	const fixed = lessTerms(
		reading,
		repeats.map(({ branch }) => branch),
	);
	return [say('duplicate-term', aboutTerms(reading, details, fixed))];
}

export function mxHosts(reading: Reading): Said {
	const details = liveNodes(reading.walk.root).flatMap(({ branches, domain }) =>
		branches.flatMap(({ hosts, term }) =>
			hosts !== null && hosts.exchanges > MOST_MX_HOSTS
				? [`${term.text} in ${domain} (${hosts.exchanges} hosts)`]
				: [],
		),
	);
	return details.length === 0
		? []
		: [reading.say('mx-too-many-hosts', aboutTerms(reading, details))];
}

/** Clients of one family can meet more dead names than those of the other. */
export function voidFindings(reading: Reading): Said {
	const { walk, say } = reading;
	const voids = voidsOf(walk);
	const passes = passesOf(walk.root);
	const families = [
		{ clients: 'all', matters: true, those: voids.filter(({ clients }) => clients === 'all') },
		{
			clients: 'IPv4',
			matters: passes.v4.length > 0,
			those: voids.filter(({ clients }) => clients !== 'IPv6'),
		},
		{
			clients: 'IPv6',
			matters: passes.v6.length > 0,
			those: voids.filter(({ clients }) => clients !== 'IPv4'),
		},
	];
	const over = families.find(({ matters, those }) => matters && those.length > MOST_VOIDS);
	// Not `mx`: mail hosts with IPv4 alone are the rule, and no sign of a dead name.
	const oneFamily = voids.filter(({ clients, kind }) => clients !== 'all' && kind === 'a');
	const said: Verdict<keyof SpfVerdicts & string>[] = [];
	if (over !== undefined) {
		const third = over.those[MOST_VOIDS]?.rootIndex ?? 0;
		const later = walk.root.branches.slice(third + 1);
		const names = over.those.map(({ term, name }) =>
			term.includes(name) ? term : `${term} (${name})`,
		);
		const dead = walk.root.branches.filter(({ term }) =>
			over.those.some((one) => one.term === term.text),
		);
		said.push(
			say('too-many-voids', {
				...aboutTerms(reading, names, lessTerms(reading, dead)),
				clients: over.clients,
				beforeProvider: later.some(({ name, dead: skipped }) => !skipped && isProvider(name)),
			}),
		);
	}
	if (oneFamily.length > 0) {
		const details = oneFamily.map(
			({ term, name, clients }) => `${term} finds no address of ${name} for ${clients} clients`,
		);
		said.push(say('void-one-family', aboutTerms(reading, details)));
	}
	return said;
}

function isProvider(name: string | null): boolean {
	return name !== null && providerOfInclude(name) !== null;
}
