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
import { type Match, PLAIN } from './secret-match.ts';
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

interface Looker {
	/** Index in `finders`. */
	readonly finder: number;
	/** The keyword in the letter case that the finder needs; `null` where it takes any. */
	readonly exactly: string | null;
}

interface Scanner {
	readonly automaton: Automaton;
	readonly lengths: readonly number[];
	/** By keyword, who looks where it stands. */
	readonly lookersOf: readonly (readonly Looker[])[];
	readonly finders: readonly Finder[];
}

interface Source {
	readonly anchors: readonly string[];
	readonly find: Finder;
	/** The anchors count in the letter case in which they are written, and in no other. */
	readonly exact?: boolean;
}

let scanner: Scanner | undefined;

/** Built on first use: most commands never scan. */
function theScanner(): Scanner {
	scanner ??= scannerOf(sources());
	return scanner;
}

function sources(): readonly Source[] {
	return [
		...PROVIDER_RULES.map((rule) => ({
			anchors: rule.anchors,
			find: finderOf(rule),
			exact: beginsWithAnchors(rule),
		})),
		{ anchors: KEY_ANCHORS, find: keyAt },
		{ anchors: JWT_ANCHORS, find: jwtAt },
		{ anchors: URI_ANCHORS, find: uriAt },
		{ anchors: AUTHORIZATION_ANCHORS, find: authorizationAt },
		{ anchors: SIGNED_URL_ANCHORS, find: signedUrlAt },
		{ anchors: ASSIGNMENT_ANCHORS, find: assignmentAt },
	];
}

/** Every anchor is a part of the token as its shape has it, letter by letter. */
const beginsWithAnchors = ({ names, anchors, templates }: SecretRule): boolean =>
	names.length === 0 &&
	anchors.every((anchor) => templates.some(({ literal }) => literal === anchor)) &&
	templates.every(({ literal }) => anchors.some((anchor) => literal === anchor));

function scannerOf(sources: readonly Source[]): Scanner {
	const byAnchor = new Map<string, Looker[]>();
	for (const [finder, { anchors, exact }] of sources.entries()) {
		for (const anchor of new Set(exact === true ? anchors : anchors.map(lowerCase))) {
			const lookers = byAnchor.get(lowerCase(anchor)) ?? [];
			byAnchor.set(lowerCase(anchor), lookers);
			lookers.push({ finder, exactly: exact === true ? anchor : null });
		}
	}
	const lookersOf = [...byAnchor.values()];
	const keywords = [...byAnchor].map(([anchor, lookers]) => caseOf(lookers) ?? anchor);
	return {
		automaton: automatonOf(keywords, new Set(lookersOf.flatMap((one) => caseOf(one) ?? []))),
		lengths: keywords.map(({ length }) => length),
		lookersOf,
		finders: sources.map(({ find }) => find),
	};
}

/** The letter case that all of them need; `null` where they differ. */
function caseOf([first, ...others]: readonly Looker[]): string | null {
	const exactly = first?.exactly ?? null;
	return others.every((other) => other.exactly === exactly) ? exactly : null;
}

const lowerCase = (text: string): string => text.toLowerCase();

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

/** Decoded text is read as a configuration without names. */
const INSIDE: FileNature = {
	loose: true,
	generic: false,
	named: false,
	spaced: false,
	key: false,
};

function scan(text: string, { nature, depth, onCut }: Scan): readonly Match[] {
	const candidates = candidatesIn(text, nature, MOST_MATCHES);
	if (candidates.length >= MOST_MATCHES) onCut();
	const plain = withPairs(text, apart(candidates), SECRET_RULES);
	if (depth === 0) return plain;
	const seen = new Set(plain.map(({ value }) => value));
	const deeper = { nature: INSIDE, depth: depth - 1, onCut };
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

/** Finds out whether a text could hold a secret, and no more. */
export interface Sifter {
	/** Whether `secretsIn` could find anything in it, or one of the words stands there. */
	mayHold(text: string, nature: FileNature): boolean;
}

/** `words` are looked for in the same pass; they must be ASCII. */
export function sifterOf(words: readonly string[]): Sifter {
	const sifting = scannerOf([...sources(), { anchors: words, find: wordAt, exact: true }]);
	const deeper = { nature: INSIDE, depth: DEEPEST - 1, onCut: () => undefined };
	return {
		mayHold(text, nature) {
			if (nature.key && keyFileIn(text) !== null) return true;
			if (candidatesIn(text, nature, 1, sifting).length > 0) return true;
			return encodedIn(text, (inner) => scan(inner, deeper)).length > 0;
		},
	};
}

/** Of the match of a word nobody asks more than that there is one. */
function wordAt(_: string, start: number): Match {
	const [rule] = ASSIGNMENT_RULES as readonly [SecretRule, ...SecretRule[]];
	return { rule, rank: 'near', start, end: start, value: '', state: 'none', traits: PLAIN };
}

function candidatesIn(
	text: string,
	nature: FileNature,
	most: number,
	{ automaton, lengths, lookersOf, finders }: Scanner = theScanner(),
): Match[] {
	const { keywords, ends } = automaton.search(text);
	const found: Match[] = [];
	const doneUpTo = new Map<number, number>();
	for (let index = 0; index < keywords.length && found.length < most; index++) {
		const keyword = keywords[index] as number;
		const hit = (ends[index] as number) - (lengths[keyword] as number);
		for (const { finder, exactly } of lookersOf[keyword] as readonly Looker[]) {
			if (exactly !== null && !text.startsWith(exactly, hit)) continue;
			if (hit < (doneUpTo.get(finder) ?? 0)) continue;
			const match = (finders[finder] as Finder)(text, hit, nature);
			if (match === null) continue;
			doneUpTo.set(finder, match.end);
			found.push(match);
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
