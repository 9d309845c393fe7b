import { type Match, PLAIN } from './secret-match.ts';
import { isPlaceholder } from './secret-placeholder.ts';
import { randomness } from './secret-randomness.ts';
import type { SecretRule } from './secret-rule.ts';

/** Lines between an identifier and its secret. */
const NEAR = 20;
/** Characters either side in which that many lines are looked for. */
const WINDOW = 4_000;
/** Identifiers of one text whose surroundings are searched. */
const MOST_SEARCHED = 50;

/**
 * An identifier whose secret stands near is dropped in the secret's favour: one finding, the
 * secret's. A secret that only its neighbour gives away is found here.
 */
export function withPairs(
	text: string,
	found: readonly Match[],
	rules: readonly SecretRule[],
): readonly Match[] {
	const identifiers = found.filter(({ rule }) => rule.pair !== null);
	if (identifiers.length === 0) return found;
	const all = [...found];
	const paired = new Set<Match>();
	for (const identifier of identifiers.slice(0, MOST_SEARCHED)) {
		const near = surroundings(text, identifier.start);
		const secretRule = identifier.rule.pair?.rule;
		const known = all.findIndex(
			({ rule, start }) => rule.id === secretRule && start >= near.start && start < near.end,
		);
		const secret = all[known] ?? secretNear(text, near, identifier, rules);
		if (secret === null || overlaps(all, secret, known)) continue;
		paired.add(identifier);
		all[known === -1 ? all.length : known] = { ...secret, traits: { ...PLAIN, paired: true } };
	}
	return all.filter((match) => !paired.has(match)).sort((a, b) => a.start - b.start);
}

function overlaps(all: readonly Match[], { start, end }: Match, known: number): boolean {
	return known === -1 && all.some((one) => one.start < end && start < one.end);
}

function surroundings(text: string, at: number): { start: number; end: number } {
	let start = at;
	for (let line = 0; line <= NEAR && start > 0; line++) start = text.lastIndexOf('\n', start - 1);
	let end = at;
	for (let line = 0; line <= NEAR && end !== -1; line++) end = text.indexOf('\n', end + 1);
	return {
		start: Math.max(0, start, at - WINDOW),
		end: Math.min(end === -1 ? text.length : end, at + WINDOW),
	};
}

function secretNear(
	text: string,
	{ start, end }: { start: number; end: number },
	{ rule: { pair } }: Match,
	rules: readonly SecretRule[],
): Match | null {
	const rule = rules.find(({ id }) => id === pair?.rule);
	if (rule === undefined || pair === null) return null;
	// Whole, and quoted or assigned: digests in running text are none.
	const { pattern, goesOn } = pair.template;
	const whole = new RegExp(`(?<=["'\`=:,>]\\s{0,4})${pattern}(?![${goesOn}])`, 'g');
	for (const { 0: value, index } of text.slice(start, end).matchAll(whole)) {
		if (!isMixed(value) || isPlaceholder(value) || randomness(value) <= 0) continue;
		const from = start + index;
		const span = { start: from, end: from + value.length };
		return { rule, rank: 'named', ...span, value, state: 'none', traits: PLAIN };
	}
	return null;
}

/** Hex has digits and letters; anything longer than hex has both cases too. */
function isMixed(value: string): boolean {
	if (/^[0-9a-f]{40}$/.test(value)) return false;
	if (/^[0-9a-f]+$/.test(value)) return /\d/.test(value) && /[a-f]/.test(value);
	return /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value);
}
