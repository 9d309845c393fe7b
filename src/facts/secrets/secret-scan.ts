import {
	ASSIGNMENT_ANCHORS,
	ASSIGNMENT_RULES,
	assignmentAt,
	keyFileIn,
} from './secret-assignment.ts';
import { type Automaton, automatonOf } from './secret-automaton.ts';
import { type CheckState, sealState } from './secret-checksum.ts';
import { encodedIn } from './secret-encoded.ts';
import { JWT_ANCHORS, JWT_RULES, jwtAt } from './secret-jwt.ts';
import { KEY_ANCHORS, KEY_RULES, keyAt } from './secret-keys.ts';
import { type Match, PLAIN } from './secret-match.ts';
import { withPairs } from './secret-pairs.ts';
import type { FileNature } from './secret-place.ts';
import { isPlaceholderToken } from './secret-placeholder.ts';
import { randomness } from './secret-randomness.ts';
import { RANKS, type Rank, type SecretRule } from './secret-rule.ts';
import { PROVIDER_RULES } from './secret-rules.ts';
import { URI_ANCHORS, URI_RULES, uriAt } from './secret-uri.ts';

/** Every rule there is, structures included. */
export const SECRET_RULES: readonly SecretRule[] = [
	...PROVIDER_RULES,
	...KEY_RULES,
	...JWT_RULES,
	...URI_RULES,
	...ASSIGNMENT_RULES,
];

/** A text with more has been made to have them. */
const MOST_MATCHES = 2_000;
/** base64 of base64, and no deeper. */
const DEEPEST = 2;

/** Looks around one occurrence of an anchor. */
type Finder = (text: string, hit: number, nature: FileNature) => Match | null;

interface Scanner {
	readonly automaton: Automaton;
	readonly lengths: readonly number[];
	/** By keyword, indices of `finders`. */
	readonly findersOf: readonly (readonly number[])[];
	readonly finders: readonly Finder[];
}

let scanner: Scanner | undefined;

/** Built on first use: most commands never scan. */
function theScanner(): Scanner {
	scanner ??= scannerOf([
		...PROVIDER_RULES.map((rule) => ({ anchors: rule.anchors, find: finderOf(rule) })),
		{ anchors: KEY_ANCHORS, find: keyAt },
		{ anchors: JWT_ANCHORS, find: jwtAt },
		{ anchors: URI_ANCHORS, find: uriAt },
		{ anchors: ASSIGNMENT_ANCHORS, find: assignmentAt },
	]);
	return scanner;
}

function scannerOf(sources: readonly { anchors: readonly string[]; find: Finder }[]): Scanner {
	const byAnchor = new Map<string, number[]>();
	for (const [index, { anchors }] of sources.entries()) {
		for (const anchor of new Set(anchors.map((one) => one.toLowerCase()))) {
			byAnchor.set(anchor, [...(byAnchor.get(anchor) ?? []), index]);
		}
	}
	return {
		automaton: automatonOf([...byAnchor.keys()]),
		lengths: [...byAnchor.keys()].map((anchor) => anchor.length),
		findersOf: [...byAnchor.values()],
		finders: sources.map(({ find }) => find),
	};
}

/**
 * The secrets in a text (latin1), each span of bytes once, in order. Linear in its length: one pass for
 * all anchors, then bounded patterns around each. Placeholders and published samples are left out.
 * `onCut` is told where there are too many to go on.
 */
export function secretsIn(
	text: string,
	nature: FileNature,
	onCut: () => void = () => undefined,
): readonly Match[] {
	const whole = nature.key ? keyFileIn(text) : null;
	return whole === null ? scan(text, { nature, depth: DEEPEST, onCut }) : [whole];
}

interface Scan {
	readonly nature: FileNature;
	/** Decodings left. */
	readonly depth: number;
	onCut(): void;
}

function scan(text: string, { nature, depth, onCut }: Scan): readonly Match[] {
	const plain = withPairs(text, apart(candidatesIn(text, nature, onCut)), SECRET_RULES);
	if (depth === 0) return plain;
	const seen = new Set(plain.map(({ value }) => value));
	const inside = { loose: true, generic: false, named: false, spaced: false, key: false };
	const deeper = { nature: inside, depth: depth - 1, onCut };
	const decoded = encodedIn(text, (inner) => scan(inner, deeper)).filter(
		({ value, rule }) => !seen.has(value) && rule.kind !== 'signing-secret',
	);
	return decoded.length === 0 ? plain : apart([...plain, ...decoded]);
}

function candidatesIn(text: string, nature: FileNature, onCut: () => void): Match[] {
	const { automaton, lengths, findersOf, finders } = theScanner();
	const { keywords, ends } = automaton.search(text);
	const found: Match[] = [];
	const doneUpTo = new Int32Array(finders.length);
	for (const [index, keyword] of keywords.entries()) {
		const hit = (ends[index] as number) - (lengths[keyword] as number);
		for (const finder of findersOf[keyword] as readonly number[]) {
			if (hit < (doneUpTo[finder] as number)) continue;
			const match = (finders[finder] as Finder)(text, hit, nature);
			if (match === null) continue;
			doneUpTo[finder] = match.end;
			found.push(match);
		}
		if (found.length >= MOST_MATCHES) {
			onCut();
			break;
		}
	}
	return found;
}

/** Of matches on the same bytes the more exact one, then the longer. */
export function apart(found: readonly Match[]): readonly Match[] {
	const best = [...found].sort(
		(a, b) =>
			RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank) ||
			b.end - b.start - (a.end - a.start) ||
			exactnessOf(b.rule) - exactnessOf(a.rule) ||
			a.start - b.start,
	);
	const kept: Match[] = [];
	// By start; kept spans never overlap, so only the neighbours can.
	for (const match of best) {
		const at = firstBehind(kept, match.start);
		const before = kept[at - 1];
		const after = kept[at];
		if (before !== undefined && before.end > match.start) continue;
		if (after !== undefined && after.start < match.end) continue;
		kept.splice(at, 0, match);
	}
	return kept;
}

/** A rule that asks for a name, or for a longer beginning, knows more. */
function exactnessOf({ names, anchors }: SecretRule): number {
	return names.length > 0 ? 100 : (anchors[0] ?? '').length + (anchors.length === 1 ? 1 : 0);
}

/** Index of the first whose start lies behind. */
function firstBehind(sorted: readonly Match[], start: number): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] as Match).start > start) high = middle;
		else low = middle + 1;
	}
	return low;
}

function finderOf(rule: SecretRule): Finder {
	return rule.names.length > 0 ? namedFinder(rule) : exactFinder(rule);
}

const shapeOf = ({ templates }: SecretRule): string =>
	templates.map(({ pattern, goesOn }) => `${pattern}(?![${goesOn}])`).join('|');

/** Not inside a longer word, unless the word ends in a written escape: `\n`, `%3D`. */
const BOUNDARY = '(?:(?<![0-9A-Za-z_])|(?<=\\\\[nrt])|(?<=%[0-9A-Fa-f]{2}))';

function exactFinder(rule: SecretRule): Finder {
	let pattern: RegExp | undefined;
	return (text, hit) => {
		pattern ??= new RegExp(`${BOUNDARY}(?:${shapeOf(rule)})`, 'y');
		let start = hit;
		while (start > 0 && hit - start < rule.before && isTokenCode(text.charCodeAt(start - 1)))
			start--;
		pattern.lastIndex = start;
		const value = pattern.exec(text)?.[0];
		if (value === undefined || isPlaceholderToken(value)) return null;
		return matchOf(rule, 'exact', start, value);
	};
}

const SECRET_WORD = /key|token|secret|passw|auth|credential|cred|_pat\b|login|run$/i;
/** The name vouches for it already; this keeps out variables of the right length. */
const NAMED_RANDOMNESS = -1.5;
/** Digests and ids look like keys. */
const DIGEST_WORD = /(?:hash|sha\d{0,3}|md5|checksum|digest|commit|version|_id|Id|uuid|name)$/;
const GIVEN =
	'([\\w.:-]{0,60})(?:["\'`\\]]{0,2}[ \\t]{0,8}(?::[ \\t]{0,2}[A-Za-z]{1,12}[ \\t]{0,2}(?==))?(?:=>|:=|\\?\\?=?|\\|\\|=?|={1,3}|:|,|\\(|>|or[ \\t])|["\']?,?[ \\t]{0,8}\\r?\\n[ \\t]{0,40}["\']?value["\']?[ \\t]{0,4}[:=])[ \\t]{0,8}(["\'`]?)(?:(?:Bearer|Token|Basic|token|SSWS)[ ])?';

function namedFinder(rule: SecretRule): Finder {
	let pattern: RegExp | undefined;
	return (text, hit, nature) => {
		if (!nature.named) return null;
		pattern ??= new RegExp(`${GIVEN}(${shapeOf(rule)})`, 'y');
		pattern.lastIndex = hit;
		const found = pattern.exec(text);
		if (found === null) return null;
		const [whole, name = '', quote = '', value = ''] = found;
		if (quote === '' && !nature.loose) return null;
		const full = lettersBefore(text, hit) + name;
		if (!SECRET_WORD.test(full) || DIGEST_WORD.test(full)) return null;
		if (!isIssued(rule, value) || isPlaceholderToken(value)) return null;
		const rank = rule.confidence === 'high' ? 'exact' : 'named';
		return matchOf(rule, rank, hit + whole.length - value.length, value);
	};
}

/** And not a variable that happens to be as long as the token. */
function isIssued({ tier }: SecretRule, value: string): boolean {
	return /\d/.test(value) && (tier === 'identifier' || randomness(value) >= NAMED_RANDOMNESS);
}

function lettersBefore(text: string, hit: number): string {
	let start = hit;
	while (start > 0 && hit - start < 40 && isTokenCode(text.charCodeAt(start - 1))) start--;
	return text.slice(start, hit);
}

/** Letters, digits, `-` and `_`. */
function isTokenCode(code: number): boolean {
	return (
		(code >= 48 && code <= 57) ||
		(code >= 65 && code <= 90) ||
		(code >= 97 && code <= 122) ||
		code === 45 ||
		code === 95
	);
}

function matchOf(rule: SecretRule, rank: Rank, start: number, value: string): Match {
	return {
		rule,
		rank,
		start,
		end: start + value.length,
		value,
		state: stateOf(rule, value),
		traits: PLAIN,
	};
}

function stateOf({ seal, check }: SecretRule, value: string): CheckState {
	if (seal !== null) return sealState(seal, value);
	return check === null ? 'none' : check(value);
}
