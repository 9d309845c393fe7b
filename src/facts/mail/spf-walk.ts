import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import {
	type Ask,
	answerSize,
	type Found,
	type MailText,
	mailTexts,
	readAnswer,
	settle,
} from './mail-lookups.ts';
import { fixedName, parseMacros, type SpfDomainSpec } from './spf-macro.ts';
import { parseSpf, type SpfRecord, type SpfTerm } from './spf-record.ts';
import { isSpfText } from './spf-version.ts';

/** One record of the tree, or the reason there is none. */
export interface SpfNode {
	readonly domain: string;
	readonly state:
		| 'record'
		/** The name exists without an SPF record. */
		| 'none'
		| 'nxdomain'
		| 'multiple'
		/** SERVFAIL, silence: receivers answer temperror. */
		| 'failed'
		/** The domain is its own ancestor. */
		| 'loop'
		/** Beyond what is looked at. */
		| 'cut'
		| 'pending';
	/** Names from the root to this one. */
	readonly path: readonly string[];
	readonly records: readonly MailText[];
	readonly parsed: SpfRecord | null;
	readonly branches: readonly SpfBranch[];
	readonly detail: string;
}

/** A term and what it leads to. */
export interface SpfBranch {
	readonly term: SpfTerm;
	/** Receivers never come here: after `all`, or a `redirect` beside one. */
	readonly dead: boolean;
	/** The name it asks for; `null` where it asks none, or a macro needs the message. */
	readonly name: string | null;
	/** Of `include` and `redirect`. Set once, while the tree is built. */
	node: SpfNode | null;
	/** Of `a`, `mx` and `exists`. */
	readonly hosts: SpfHosts | null;
}

interface SpfHosts {
	readonly v4: readonly string[];
	readonly v6: readonly string[];
	/** What an IPv4, an IPv6 client's look-ups end in NXDOMAIN or no data for one name at least. */
	readonly void4: boolean;
	readonly void6: boolean;
	/** Names that an `mx` gives. */
	readonly exchanges: number;
	readonly failed: readonly string[];
}

/** Everything that DNS says about one domain's SPF, worst case over all clients. */
export interface SpfWalk {
	readonly domain: string;
	readonly root: SpfNode;
	/** TXT records at the domain that are no SPF. */
	readonly others: readonly MailText[];
	/** Bytes of the TXT answer over UDP. */
	readonly answerBytes: number;
	/** Seconds that the record's absence is cached; `null` where unknown. */
	readonly negativeTtl: number | null;
	/** Explanation texts at the `exp` target; `null` without `exp`. */
	readonly explanation: SpfExplanation | null;
	/** Look-ups that failed anywhere, in one line each. */
	readonly failed: readonly string[];
}

type SpfExplanation =
	| { readonly kind: 'good' }
	| { readonly kind: 'bad'; readonly name: string; readonly says: string };

/** Names looked at. Ten look-ups break a record; a hundred show why. */
const MOST_NODES = 100;
/** Of all records together. Real trees have a tenth; a hostile one may not take longer than the audit. */
const MOST_CHARACTERS = 64 * 1024;
/** `a`, `mx` and `exists` terms whose addresses are looked up. */
const MOST_HOST_TERMS = 60;
/** RFC 7208 §4.6.4. */
export const MOST_LOOKUPS = 10;
export const MOST_VOIDS = 2;
export const MOST_MX_HOSTS = 10;

/** Walks the whole tree of includes and redirects; one TXT question a name, level by level. */
export const spfWalk = defineDerivation({
	name: 'spf.walk',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<SpfWalk>> {
		return known(await settle(get, (ask) => walkSpf(domain, ask)));
	},
});

interface Walking {
	readonly ask: Ask;
	nodes: number;
	hostTerms: number;
	characters: number;
}

/** Never stops at a match, and never at a fault. What `ask` does not know yet is `pending`. */
export function walkSpf(domain: string, ask: Ask): SpfWalk {
	const walking: Walking = { ask, nodes: 1, hostTerms: 0, characters: 0 };
	const found = readAnswer(domain, 'TXT', ask(domain, 'TXT'));
	const root = nodeOf(domain, [], walking);
	for (let level = [root]; level.length > 0; ) level = level.flatMap((at) => grow(at, walking));
	const answer = found.kind === 'answered' ? found.answer : null;
	const tree = nodesOf(root);
	return {
		domain,
		root,
		others: answer === null ? [] : mailTexts(answer).filter(({ text }) => !isSpfText(text)),
		answerBytes: answer === null ? 0 : answerSize(domain, answer),
		negativeTtl: answer?.negativeTtl ?? null,
		explanation: explanationOf(root, ask),
		failed: [
			...new Set([
				...tree.flatMap(({ state, detail }) =>
					state === 'failed' || state === 'cut' ? [detail] : [],
				),
				...tree.flatMap(({ branches }) => branches.flatMap(({ hosts }) => hosts?.failed ?? [])),
			]),
		],
	};
}

/** A node and everything below it, in the order in which receivers come to it. */
export function nodesOf(node: SpfNode): readonly SpfNode[] {
	return [node, ...node.branches.flatMap(({ node: below }) => (below ? nodesOf(below) : []))];
}

/** Adds the nodes one level below. A target of a dead `redirect` is looked at, too. */
function grow(node: SpfNode, walking: Walking): SpfNode[] {
	return node.branches.flatMap((branch) => {
		const { term, name } = branch;
		const leadsOn = term.name === 'redirect' || (term.name === 'include' && !branch.dead);
		if (!leadsOn || name === null) return [];
		walking.nodes += 1;
		branch.node =
			walking.nodes > MOST_NODES
				? cutNode(name, node.path, `the tree has more than ${MOST_NODES} names`)
				: nodeOf(name, node.path, walking);
		return [branch.node];
	});
}

function nodeOf(domain: string, above: readonly string[], walking: Walking): SpfNode {
	if (above.includes(domain))
		return emptyNode(domain, above, 'loop', [...above, domain].join(' > '));
	const found = readAnswer(domain, 'TXT', walking.ask(domain, 'TXT'));
	if (found.kind === 'pending') return emptyNode(domain, above, 'pending', '');
	if (found.kind === 'failed') return emptyNode(domain, above, 'failed', found.detail);
	if (found.absent === 'nxdomain') return emptyNode(domain, above, 'nxdomain', 'NXDOMAIN');
	const records = recordsIn(found.answer);
	const [first] = records;
	if (first === undefined) return emptyNode(domain, above, 'none', 'no SPF record');
	walking.characters += first.text.length;
	if (above.length > 0 && walking.characters > MOST_CHARACTERS) {
		return cutNode(
			domain,
			above,
			`the tree has more than ${MOST_CHARACTERS / 1024} KiB of records`,
		);
	}
	const path = [...above, domain];
	const parsed = parsedOnce(first);
	return {
		domain,
		state: records.length > 1 ? 'multiple' : 'record',
		path,
		records,
		parsed,
		branches: branchesOf(parsed.terms, domain, walking),
		detail: records.length > 1 ? `${records.length} SPF records` : '',
	};
}

/** A walk is done again for each level of its tree; what does not change is read once. */
const RECORDS = new WeakMap<DnsAnswer, readonly MailText[]>();
const PARSED = new WeakMap<MailText, SpfRecord>();

function recordsIn(answer: DnsAnswer): readonly MailText[] {
	const done = RECORDS.get(answer);
	if (done !== undefined) return done;
	const records = mailTexts(answer).filter(({ text }) => isSpfText(text));
	RECORDS.set(answer, records);
	return records;
}

function parsedOnce(record: MailText): SpfRecord {
	const done = PARSED.get(record);
	if (done !== undefined) return done;
	const parsed = parseSpf(record);
	PARSED.set(record, parsed);
	return parsed;
}

function cutNode(domain: string, above: readonly string[], why: string): SpfNode {
	return emptyNode(domain, above, 'cut', `${domain} TXT: not followed, ${why}`);
}

function emptyNode(
	domain: string,
	above: readonly string[],
	state: SpfNode['state'],
	detail: string,
): SpfNode {
	const path = [...above, domain];
	return { domain, state, path, records: [], parsed: null, branches: [], detail };
}

function branchesOf(
	terms: readonly SpfTerm[],
	domain: string,
	walking: Walking,
): readonly SpfBranch[] {
	const all = terms.findIndex(({ name }) => name === 'all');
	return terms.map((term, index) => {
		const dead = all !== -1 && (term.kind === 'modifier' ? term.name === 'redirect' : index > all);
		const name = nameAskedBy(term, domain);
		const hosts = dead || name === null ? null : hostsOf(term, name, walking);
		return { term, dead, name, node: null, hosts };
	});
}

function nameAskedBy(term: SpfTerm, domain: string): string | null {
	if (!('domain' in term)) return null;
	return term.domain === null ? domain : fixedName(term.domain, domain);
}

/** The spec of a term that has one. */
export function specOf(term: SpfTerm): SpfDomainSpec | null {
	return 'domain' in term ? term.domain : null;
}

function hostsOf(term: SpfTerm, name: string, walking: Walking): SpfHosts | null {
	if (term.name !== 'a' && term.name !== 'mx' && term.name !== 'exists') return null;
	walking.hostTerms += 1;
	if (walking.hostTerms > MOST_HOST_TERMS) return null;
	const { ask } = walking;
	if (term.name === 'mx') return hostsOfMx(name, ask);
	const v4 = addressesAt(name, 'A', ask);
	// RFC 7208 §5.7: `exists` asks for A, whatever the client is.
	const v6 = term.name === 'exists' ? { ...v4, addresses: [] } : addressesAt(name, 'AAAA', ask);
	return {
		v4: v4.addresses,
		v6: v6.addresses,
		void4: v4.absent,
		void6: v6.absent,
		exchanges: 0,
		failed: [...v4.failed, ...(term.name === 'exists' ? [] : v6.failed)],
	};
}

function hostsOfMx(name: string, ask: Ask): SpfHosts {
	const found = readAnswer(name, 'MX', ask(name, 'MX'));
	const none = { v4: [], v6: [], void4: false, void6: false, exchanges: 0, failed: [] };
	if (found.kind === 'pending') return none;
	if (found.kind === 'failed') return { ...none, failed: [found.detail] };
	if (found.absent !== null) return { ...none, void4: true, void6: true };
	const exchanges = exchangesIn(found.answer);
	const looked = exchanges.slice(0, MOST_MX_HOSTS);
	const v4 = looked.map((host) => addressesAt(host, 'A', ask));
	const v6 = looked.map((host) => addressesAt(host, 'AAAA', ask));
	return {
		v4: v4.flatMap(({ addresses }) => addresses),
		v6: v6.flatMap(({ addresses }) => addresses),
		void4: v4.some(({ absent }) => absent),
		void6: v6.some(({ absent }) => absent),
		exchanges: exchanges.length,
		failed: [...v4, ...v6].flatMap(({ failed }) => failed),
	};
}

/** Names in an MX answer, best preference first; a null MX gives none. */
export function exchangesIn(answer: DnsAnswer): readonly string[] {
	return answer.records
		.flatMap(({ data }) => (data.type === 'MX' ? [data] : []))
		.sort((a, b) => a.preference - b.preference)
		.map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''))
		.filter((host) => host !== '');
}

interface Looked {
	readonly addresses: readonly string[];
	readonly absent: boolean;
	readonly failed: readonly string[];
}

function addressesAt(name: string, type: 'A' | 'AAAA', ask: Ask): Looked {
	const found: Found = readAnswer(name, type, ask(name, type));
	if (found.kind === 'pending') return { addresses: [], absent: false, failed: [] };
	if (found.kind === 'failed') return { addresses: [], absent: false, failed: [found.detail] };
	const addresses = found.answer.records.flatMap(({ data }) =>
		'address' in data ? [data.address] : [],
	);
	return { addresses, absent: addresses.length === 0, failed: [] };
}

/** RFC 7208 §6.2. The explanation of an included record is never used. */
function explanationOf(root: SpfNode, ask: Ask): SpfExplanation | null {
	const branch = root.branches.find(({ term }) => term.name === 'exp');
	if (branch === undefined || branch.name === null) return null;
	const { name } = branch;
	const found = readAnswer(name, 'TXT', ask(name, 'TXT'));
	if (found.kind !== 'answered') return null;
	const texts = mailTexts(found.answer);
	const [first] = texts;
	const bad = (says: string): SpfExplanation => ({ kind: 'bad', name, says });
	if (first === undefined) return bad('has no TXT record');
	if (texts.length > 1) return bad(`has ${texts.length} TXT records`);
	if (/[^\x20-\x7e]/.test(first.text)) return bad('is not plain ASCII');
	const macros = parseMacros(first.text, { explanation: true });
	return 'offset' in macros ? bad(`has ${macros.says}`) : { kind: 'good' };
}
