import { BIAS, TRIGRAMS, WEIGHTS } from './secret-trigrams.ts';

/** Letters (case folded), digits, one sign for `_-. /` and the like, and one for everything else. */
const SYMBOLS = 38;
/** Levels that a trigram's weight is kept in; the middle one is nothing. */
const LEVELS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-';
/** Log-odds that a level is worth. */
const LEVEL = 0.15;

/**
 * How much a value looks as if a generator had made it, in log-odds: positive for yes. A logistic model
 * over the trigrams of the value and what its characters are; test/training says how it was fitted.
 */
export function randomness(value: string): number {
	return traitsOf(value, trigramsIn(value)).reduce(
		(sum, trait, index) => sum + trait * (WEIGHTS[index] ?? 0),
		BIAS,
	);
}

/**
 * Numbers of the trigrams of a value, 0 up to 38³.
 * @public The training reads it.
 */
export function trigramsIn(value: string): readonly number[] {
	const codes = Array.from(`_${value}_`, (character) => symbolOf(character.charCodeAt(0)));
	return codes
		.slice(2)
		.map((last, at) => ((codes[at] ?? 0) * SYMBOLS + (codes[at + 1] ?? 0)) * SYMBOLS + last);
}

/** What the model weighs, the mean of the trigrams first. */
function traitsOf(value: string, trigrams: readonly number[]): readonly number[] {
	const levels = trigrams.map((trigram) => LEVELS.indexOf(TRIGRAMS.charAt(trigram)) - 32);
	const mean = levels.reduce((sum, level) => sum + level * LEVEL, 0) / Math.max(1, levels.length);
	return [mean, ...shapeOf(value)];
}

/**
 * Everything but the trigrams, each about 0 to 1.
 * @public The training reads it.
 */
export function shapeOf(value: string): readonly number[] {
	const kinds = Array.from(value, kindOf);
	const changes = kinds.filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length;
	const share = (kind: number) => kinds.filter((one) => one === kind).length / value.length;
	const flag = (pattern: RegExp) => (pattern.test(value) ? 1 : 0);
	return [
		Math.min(value.length, 64) / 32,
		entropy(value) / 4,
		changes / Math.max(1, value.length - 1),
		share(2),
		share(3),
		new Set(kinds).size / 4,
		flag(/\d/),
		flag(/[a-z]/) * flag(/[A-Z]/) * flag(/\d/),
		flag(/^[0-9a-f]+$/),
		flag(/^[A-Za-z_.-]+$/),
		flag(/^[a-z]+(?:[A-Z][a-z]+)+\d{0,2}$/),
		flag(/^[a-z\d]+(?:[-_.:/][a-z\d]+)+$/),
		flag(/[[\](){}<>\s]/),
		flag(/^[\d.,:+-]+$/),
		flag(/^[a-z]{2,12}[-_]?\d{1,4}$/i),
	];
}

/** Bits a character (Shannon). */
function entropy(value: string): number {
	const counts = new Map<string, number>();
	for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
	let bits = 0;
	for (const count of counts.values()) {
		const share = count / value.length;
		bits -= share * Math.log2(share);
	}
	return bits;
}

function symbolOf(code: number): number {
	if (code >= 97 && code <= 122) return code - 97;
	if (code >= 65 && code <= 90) return code - 65;
	if (code >= 48 && code <= 57) return code - 48 + 26;
	return code === 95 || (code >= 45 && code <= 47) || code === 32 || code === 58 ? 36 : 37;
}

function kindOf(character: string): number {
	if (character >= 'a' && character <= 'z') return 0;
	if (character >= 'A' && character <= 'Z') return 1;
	if (character >= '0' && character <= '9') return 2;
	return 3;
}
