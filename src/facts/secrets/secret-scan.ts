import {
	ASSIGNMENT_ANCHORS,
	ASSIGNMENT_RULES,
	assignmentAt,
	keyFileIn,
} from './secret-assignment.ts';
import {
	AUTHORIZATION_ANCHORS,
	AUTHORIZATION_RULES,
	authorizationAt,
} from './secret-authorization.ts';
import { type Automaton, automatonOf } from './secret-automaton.ts';
import { encodedIn } from './secret-encoded.ts';
import { type Finder, finderOf } from './secret-finder.ts';
import { JWT_ANCHORS, JWT_RULES, jwtAt } from './secret-jwt.ts';
import { KEY_ANCHORS, KEY_RULES, keyAt } from './secret-keys.ts';
import type { Match } from './secret-match.ts';
import { withPairs } from './secret-pairs.ts';
import type { FileNature } from './secret-place.ts';
import { RANKS, type SecretRule } from './secret-rule.ts';
import { PROVIDER_RULES } from './secret-rules.ts';
import { SIGNED_URL_ANCHORS, SIGNED_URL_RULES, signedUrlAt } from './secret-signed-url.ts';
import { URI_ANCHORS, URI_RULES, uriAt } from './secret-uri.ts';

/** Every rule there is, structures included. */
export const SECRET_RULES: readonly SecretRule[] = [
	...PROVIDER_RULES,
	...KEY_RULES,
	...JWT_RULES,
	...URI_RULES,
	...AUTHORIZATION_RULES,
	...SIGNED_URL_RULES,
	...ASSIGNMENT_RULES,
];

/** A text with more has been made to have them. */
const MOST_MATCHES = 2_000;
/** base64 of base64, and no deeper. */
const DEEPEST = 2;

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
		{ anchors: AUTHORIZATION_ANCHORS, find: authorizationAt },
		{ anchors: SIGNED_URL_ANCHORS, find: signedUrlAt },
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
		(match) =>
			!seen.has(match.value) && match.rule.kind !== 'signing-secret' && !isSeen(plain, match),
	);
	return decoded.length === 0 ? plain : apart([...plain, ...decoded]);
}

/** Found as it is written already, in the same place. */
function isSeen(plain: readonly Match[], { rule, start, end }: Match): boolean {
	return plain.some((one) => one.rule.id === rule.id && one.start < end && start < one.end);
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
			exactnessOf(b) - exactnessOf(a) ||
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

/** What was found by a name, or by a longer beginning, is known better. */
function exactnessOf({ exactness, rule: { anchors, serverOnly } }: Match): number {
	if (exactness !== undefined) return exactness;
	const beginning = (anchors[0] ?? '').length + (anchors.length === 1 ? 1 : 0);
	return serverOnly === null ? beginning : beginning + 40;
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
