import {
	addressClass,
	addressCount,
	authorisesSomebody,
	brokenBy,
	edited,
	hasFaults,
	isReachableClass,
	liveNodes,
	macroLetters,
	type NetworkScope,
	namesSenders,
	passesOf,
	providerOfInclude,
	repaired,
	type SpfBranch,
	type SpfFault,
	type SpfNode,
	specOf,
	widestV6,
	withAll,
	without,
} from '../../src/sdk.ts';
import { duplicateTerms } from './_spf-lookups.ts';
import { about, aboutTerms, lessTerms, type Reading, type Said } from './_spf-reading.ts';

/** A /8: more than any sender's servers. */
const A_SLASH_8 = 2 ** 24;
/** RFC 7208 §3.4: with a name of usual length the answer stays below 512 bytes. */
const SAFE_RECORD_BYTES = 450;
const SAFE_ANSWER_BYTES = 512;

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
		switch (rule) {
			case 'syntax':
				return [say(rule, { ...args, ignored: faults.every((one) => one.rule === 'no-effect') })];
			case 'glued-terms':
				return [say(rule, { ...args, legal: faults.every((one) => one.legal === true) })];
			default:
				return [say(rule, args)];
		}
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
			const fault = brokenBy(node);
			return fault === null ? null : `has an error ${placed(fault)}`;
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
