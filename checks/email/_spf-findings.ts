import {
	addressClass,
	addressCount,
	authorisesSomebody,
	canonicalTerm,
	costTree,
	edited,
	hasFaults,
	isReachableClass,
	liveNodes,
	lookupsOf,
	lookupsOfBranch,
	macroLetters,
	type NetworkScope,
	namesSenders,
	parseSpf,
	passesOf,
	providerOfInclude,
	repaired,
	type Say,
	type SpfBranch,
	type SpfEdit,
	type SpfFault,
	type SpfNode,
	type SpfRecord,
	type SpfWalk,
	specOf,
	type Verdict,
	voidsOf,
	widestV6,
	withAll,
	without,
} from '../../src/sdk.ts';
import type { AboutRecord, AboutTerms, SPF_VERDICTS } from './_spf-verdicts.ts';

type Verdicts = typeof SPF_VERDICTS;
type Said = readonly Verdict<keyof Verdicts & string>[];

/** One readable record, with what every finding about it needs. */
export interface Reading {
	readonly say: Say<Verdicts>;
	readonly walk: SpfWalk;
	readonly record: SpfRecord;
	readonly ttl: number;
	readonly role: string;
	/** DMARC at quarantine or reject. */
	readonly enforcing: boolean;
}

/** RFC 7208 §4.6.4. */
const MOST_LOOKUPS = 10;
const NEAR_LIMIT = 9;
const MOST_VOIDS = 2;
const MOST_MX_HOSTS = 10;
/** A /8: more than any sender's servers. */
const A_SLASH_8 = 2 ** 24;
/** RFC 7208 §3.4: with a name of usual length the answer stays below 512 bytes. */
const SAFE_RECORD_BYTES = 450;
const SAFE_ANSWER_BYTES = 512;
/** A tree that is longer is broken by its size alone. */
const MOST_TREE_LINES = 60;
/** More addresses than this are no longer easier to keep than the term. */
const MOST_PASTED_ADDRESSES = 4;

const about = ({ walk, ttl, record }: Reading, fixed: string | null): AboutRecord => ({
	domain: walk.domain,
	ttl,
	seen: [record.text],
	fixed,
});

const aboutTerms = (
	reading: Reading,
	details: readonly string[],
	fixed: string | null = null,
): AboutTerms => ({ ...about(reading, fixed), details });

/** The record without some of its own terms; `null` where none is its own, or no sender is left. */
function lessTerms({ record, walk }: Reading, branches: readonly SpfBranch[]): string | null {
	const own = branches.filter((branch) => walk.root.branches.includes(branch));
	if (own.length === 0) return null;
	const text = edited(record.text, without(own.map(({ term }) => term)));
	if (!namesSenders(text)) return null;
	const ends = parseSpf({ text }).terms.some(({ name }) => name === 'all' || name === 'redirect');
	return ends ? text : `${text} ~all`;
}

// ── The record itself ────────────────────────────────────────────────────────────────────────────

const RULES = [
	'syntax',
	'glued-terms',
	'non-ascii',
	'ip-invalid',
	'macro-syntax',
	'modifier-twice',
] as const;

/** One finding a rule, with every place where it is broken; the fix repairs all of them at once. */
export function grammarFindings(reading: Reading): Said {
	const { record, say } = reading;
	const fixed = repaired(record);
	return RULES.flatMap((rule): Said => {
		const wanted = rule === 'syntax' ? ['syntax', 'no-effect'] : [rule];
		const faults = record.faults.filter((fault) => wanted.includes(fault.rule));
		if (faults.length === 0) return [];
		const args = aboutTerms(reading, shortened(faults.map(placed)), fixed);
		if (rule !== 'syntax') return [say(rule, args)];
		return [say(rule, { ...args, ignored: faults.every((one) => one.rule === 'no-effect') })];
	});
}

/** A record with a hundred faults is told five. */
function shortened(details: readonly string[]): readonly string[] {
	const more = details.length - 5;
	return more > 0 ? [...details.slice(0, 5), `and ${more} more`] : details;
}

function placed({ position, says, suggestion }: SpfFault): string {
	const hint = suggestion === null ? '' : ` (write "${suggestion}")`;
	return `at character ${position + 1}: ${says}${hint}`;
}

// ── Includes and redirects ───────────────────────────────────────────────────────────────────────

interface Trouble {
	readonly kind:
		| 'include-without-record'
		| 'include-permerror'
		| 'loop'
		| 'redirect-without-record';
	readonly branch: SpfBranch;
	readonly detail: string;
}

/** What stands in the way below the domain's own records: the root, and those that it redirects to. */
export function treeFindings(reading: Reading): Said {
	const troubles = ownNodes(reading.walk.root).flatMap((node) =>
		node.branches.flatMap((branch) => troubleAt(branch, node, reading.walk.domain)),
	);
	return (
		['include-without-record', 'include-permerror', 'loop', 'redirect-without-record'] as const
	).flatMap((kind) => {
		const those = troubles.filter((trouble) => trouble.kind === kind);
		if (those.length === 0) return [];
		const details = [...new Set(those.map(({ detail }) => detail))];
		const fixed = lessTerms(
			reading,
			those.map(({ branch }) => branch),
		);
		return [reading.say(kind, aboutTerms(reading, details, fixed))];
	});
}

function ownNodes(node: SpfNode): readonly SpfNode[] {
	const next = node.branches.find(({ term, dead }) => term.name === 'redirect' && !dead)?.node;
	return next?.state === 'record' ? [node, ...ownNodes(next)] : [node];
}

function troubleAt(branch: SpfBranch, holder: SpfNode, domain: string): readonly Trouble[] {
	const { node, dead, term } = branch;
	if (node === null || dead) return [];
	const where = holder.domain === domain ? term.text : `${term.text} in ${holder.domain}`;
	const trouble = (kind: Trouble['kind'], detail: string) => [{ kind, branch, detail }];
	const own = faultOf(node);
	const isRedirect = term.name === 'redirect';
	if (node.state === 'loop') return trouble('loop', node.detail);
	if (own !== null) {
		if (isRedirect) return trouble('redirect-without-record', `${node.domain}, which ${own}`);
		const isAbsent = node.state === 'none' || node.state === 'nxdomain';
		const kind = isAbsent ? 'include-without-record' : 'include-permerror';
		return trouble(kind, `${where} (${own})`);
	}
	if (isRedirect) return []; // an own record: its branches are looked at by themselves
	const below = liveNodes(node).slice(1);
	const circle = below.find(({ state }) => state === 'loop');
	if (circle !== undefined) return trouble('loop', circle.detail);
	const culprit = below.find((each) => faultOf(each) !== null);
	return culprit === undefined
		? []
		: trouble('include-permerror', `${where} (${culprit.domain} below it ${faultOf(culprit)})`);
}

/** What is wrong with a record, in words that follow its name. */
function faultOf(node: SpfNode): string | null {
	switch (node.state) {
		case 'none':
			return 'has no SPF record';
		case 'nxdomain':
			return 'does not exist';
		case 'multiple':
			return `has ${node.records.length} SPF records`;
		default: {
			const fault = hasFaults(node) ? node.parsed?.faults[0] : undefined;
			return fault === undefined ? null : `has an error ${placed(fault)}`;
		}
	}
}

export function redirectAndAll(reading: Reading): Said {
	const { walk, record, say } = reading;
	const branch = walk.root.branches.find(({ term, dead }) => term.name === 'redirect' && dead);
	if (branch === undefined) return [];
	const authorises = branch.node !== null && authorisesSomebody(branch.node);
	const all = record.terms.filter(({ name }) => name === 'all');
	const fixed = edited(record.text, without(authorises ? all : [branch.term]));
	return [
		say('redirect-and-all', { ...aboutTerms(reading, [branch.term.text], fixed), authorises }),
	];
}

export function termsAfterAll(reading: Reading): Said {
	const { walk, record, say } = reading;
	const late = walk.root.branches.filter(({ term, dead }) => dead && term.kind === 'mechanism');
	if (late.length === 0) return [];
	const all = record.terms.find(({ name }) => name === 'all');
	const providers = late.flatMap(({ name }) =>
		name === null ? [] : [providerOfInclude(name)?.name],
	);
	const others = late.filter(({ term }) => term.name !== 'all');
	const fixed = `${edited(record.text, without(record.terms.filter(({ name }) => name === 'all')))} ${all?.text ?? '~all'}`;
	return [
		say('terms-after-all', {
			...aboutTerms(
				reading,
				(others.length > 0 ? others : late).map(({ term }) => term.text),
				fixed,
			),
			provider: providers.find((name) => name !== undefined) ?? null,
		}),
	];
}

// ── Look-ups ─────────────────────────────────────────────────────────────────────────────────────

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
function duplicateTerms(reading: Reading): Said {
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
	const said: Verdict<keyof Verdicts & string>[] = [];
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

// ── Who passes ───────────────────────────────────────────────────────────────────────────────────

export function passFindings(reading: Reading): Said {
	const { walk, say } = reading;
	const passes = passesOf(walk.root);
	const why = whyEverybody(reading, addressCount(passes), widestV6(passes));
	if (why !== null) {
		const [first] = passes.everyone;
		const isOwnAll = first?.holder === walk.domain && /^\+?all$/i.test(first.term);
		const fixed = isOwnAll ? endedIn(reading, '~all') : null;
		return [say('pass-all', { ...about(reading, fixed), why })];
	}
	const last = ownNodes(walk.root).at(-1);
	const all = last?.parsed?.terms.find(({ name }) => name === 'all');
	// The term that cannot be read may be the very one that is missed here.
	if (last === undefined || hasFaults(last)) return [];
	// A redirect that leads nowhere is a finding of its own.
	if (last.branches.some(({ term }) => term.name === 'redirect') && all === undefined) return [];
	return allFindings(reading, all?.kind === 'mechanism' ? all.qualifier : null);
}

/** With another end; `null` where a sender would be left without any server. */
function endedIn({ record, role }: Reading, all: '-all' | '~all'): string | null {
	const text = withAll(record, all);
	return role === 'sends' && !namesSenders(text) ? null : text;
}

function whyEverybody({ walk }: Reading, count: number, prefix6: number): string | null {
	const [first] = passesOf(walk.root).everyone;
	if (first !== undefined) {
		const where = first.holder === walk.domain ? '' : ` in ${first.holder}, which it includes`;
		return `${first.term}${where} matches every client`;
	}
	if (count >= A_SLASH_8) return `its terms name ${count.toLocaleString('en')} IPv4 addresses`;
	return prefix6 <= 8 ? `a term names a whole IPv6 /${prefix6}` : null;
}

function allFindings(reading: Reading, qualifier: string | null): Said {
	const { say, enforcing, role } = reading;
	const fixed = endedIn(reading, role === 'no-mail' ? '-all' : '~all');
	if (qualifier === null) return [say('no-all', { ...about(reading, fixed), enforcing })];
	if (qualifier === '?') return [say('neutral-all', { ...about(reading, fixed), enforcing })];
	if (role === 'no-mail') {
		return qualifier === '~' ? [say('softfail-no-mail', about(reading, 'v=spf1 -all'))] : [];
	}
	return [say('all-mode', { ...about(reading, null), mode: `${qualifier}all` })];
}

// ── Upkeep ───────────────────────────────────────────────────────────────────────────────────────

export function upkeepFindings(reading: Reading, scope: NetworkScope | null): Said {
	return [
		...ptrFindings(reading),
		...macroFindings(reading),
		...duplicateTerms(reading),
		...privateRanges(reading, scope),
		...explanationFinding(reading),
		...sizeFinding(reading),
	];
}

function ptrFindings(reading: Reading): Said {
	const those = reading.walk.root.branches.filter(({ term }) => term.name === 'ptr');
	if (those.length === 0) return [];
	const texts = those.map(({ term }) => term.text);
	return [reading.say('ptr-mechanism', aboutTerms(reading, texts))];
}

function macroFindings(reading: Reading): Said {
	const { walk, say } = reading;
	const using = walk.root.branches.flatMap(({ term, name, dead }) => {
		const spec = specOf(term);
		if (spec === null || dead) return [];
		const letters = macroLetters(spec);
		return [{ text: term.text, reverse: letters.includes('p'), dynamic: name === null }];
	});
	const reverse = using.filter((each) => each.reverse).map(({ text }) => text);
	const dynamic = using.filter((each) => each.dynamic && !each.reverse).map(({ text }) => text);
	return [
		...(reverse.length > 0 ? [say('macro-p', aboutTerms(reading, reverse))] : []),
		...(dynamic.length > 0 ? [say('macro-dynamic', aboutTerms(reading, dynamic))] : []),
	];
}

function privateRanges(reading: Reading, scope: NetworkScope | null): Said {
	const those = reading.walk.root.branches.filter(({ term, dead }) => {
		if (dead || (term.name !== 'ip4' && term.name !== 'ip6')) return false;
		// A whole family starts at an unusable address and is judged by its width.
		return term.prefix >= 8 && !isReachableClass(term.address, scope);
	});
	if (those.length === 0) return [];
	const details = those.map(({ term }) => {
		const its = 'address' in term ? addressClass(term.address) : null;
		return `${term.text} (${its ?? 'reserved'})`;
	});
	return [reading.say('private-range', aboutTerms(reading, details, lessTerms(reading, those)))];
}

function explanationFinding(reading: Reading): Said {
	const { walk, record, say } = reading;
	if (walk.explanation?.kind !== 'bad') return [];
	const fixed = edited(record.text, without(record.terms.filter(({ name }) => name === 'exp')));
	const { name, says } = walk.explanation;
	return [say('exp-bad', { ...about(reading, fixed), name, fault: says })];
}

function sizeFinding(reading: Reading): Said {
	const { walk, record, say } = reading;
	const recordBytes = record.text.length;
	const { answerBytes, others } = walk;
	if (recordBytes <= SAFE_RECORD_BYTES && answerBytes <= SAFE_ANSWER_BYTES) return [];
	const args = { recordBytes, answerBytes, others: others.length };
	return [say('size', { ...about(reading, null), ...args })];
}
