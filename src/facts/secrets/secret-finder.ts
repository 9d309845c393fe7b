import { type CheckState, sealState } from './secret-checksum.ts';
import { type Match, PLAIN } from './secret-match.ts';
import type { FileNature } from './secret-place.ts';
import { isPlaceholderToken } from './secret-placeholder.ts';
import { randomness } from './secret-randomness.ts';
import type { Rank, SecretRule } from './secret-rule.ts';
import { SEPARATORS } from './secret-separator.ts';

/** Looks around one occurrence of an anchor, which begins at `hit`. */
export type Finder = (text: string, hit: number, nature: FileNature) => Match | null;

/** What a rule's anchors are looked at with. */
export function finderOf(rule: SecretRule): Finder {
	return rule.names.length > 0 ? namedFinder(rule) : exactFinder(rule);
}

/** Not inside a longer word, unless the word ends in a written escape: `\n`, `%3D`, `\u0022`. */
const BOUNDARY =
	'(?:(?<![0-9A-Za-z_])|(?<=\\\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\\\x[0-9A-Fa-f]{2})|(?<=\\\\u00[0-9A-Fa-f]{2}))';

const shapeOf = ({ templates }: SecretRule, boundary: string): string =>
	templates
		.map(({ word, pattern, goesOn }) => `${word ? boundary : ''}${pattern}(?![${goesOn}])`)
		.join('|');

function exactFinder(rule: SecretRule): Finder {
	let pattern: RegExp | undefined;
	return (text, hit, { server }) => {
		if (rule.serverOnly !== null && server !== true) return null;
		pattern ??= new RegExp(shapeOf(rule, BOUNDARY), 'y');
		const start = startOf(rule, text, hit);
		if (start === -1) return null;
		pattern.lastIndex = start;
		const value = pattern.exec(text)?.[0];
		if (value === undefined || isPlaceholderToken(bodyOf(rule, value))) return null;
		if (isInData(text, start)) return null;
		if (rule.serverOnly?.test(lineBefore(text, start)) === true) return null;
		return matchOf(rule, 'exact', start, value);
	};
}

/** Where a token would begin whose anchor is at `hit`; -1 for nowhere. */
function startOf({ opens, before, templates }: SecretRule, text: string, hit: number): number {
	if (opens !== null) {
		const from = Math.max(0, hit - before);
		const at = text.slice(from, hit).lastIndexOf(opens);
		return at === -1 ? -1 : from + at;
	}
	const signs = templates.some((template) => template.signs);
	const isIn = (at: number) =>
		isTokenCode(text.charCodeAt(at)) || (signs && /[+/]/.test(text.charAt(at)));
	let start = hit;
	while (start > 0 && hit - start < before && isIn(start - 1)) start--;
	return start;
}

/** In the middle of base64, where every short beginning turns up. */
const isInData = (text: string, start: number): boolean =>
	/[+/]/.test(text.charAt(start - 1)) &&
	/^[A-Za-z0-9+/]{24}$/.test(text.slice(Math.max(0, start - 24), start));

/** A run of the same letter that a format prescribes makes no placeholder. */
const bodyOf = ({ templates }: SecretRule, value: string): string =>
	templates.some(({ pattern }) => pattern.includes('AAAAAAAA'))
		? value.replace(/A{8,40}/, '')
		: value;

function lineBefore(text: string, at: number): string {
	const before = text.slice(Math.max(0, at - 120), at);
	return before.slice(before.lastIndexOf('\n') + 1);
}

const SECRET_WORD =
	/key|token|secret|passw|auth|credential|cred|_pat\b|login|run$|(?:^|_)pat$|_dsn$|_team$/i;
/** The name vouches for it already; this keeps out variables of the right length. */
const NAMED_RANDOMNESS = -1.5;
/** Digests and ids look like keys. */
const DIGEST_WORD =
	/(?:hash|sha\d{0,3}|md5|checksum|digest|integrity|commit|version|revision|_id|Id|uuid|name|url)$/;
const VALUE = `(\\\\?["'\`]?)(?:(?:Bearer|Token|Basic|token|SSWS|Bot)[ ])?`;
/** An argument; a space, as in `ENV name value` and `--name value`; a sentence. */
const OPENING = '\\\\?["\'`]?\\([ \\t]{0,4}|["\'`]?[ \\t]{1,4}(?:(?:is|to|as)[ \\t])?';

/** Characters behind a provider's name in which the name of its secret is looked for. */
const NEAR = 48;
const KEY_WORD = /(?:key|token|secret|passw|auth|credential)/gi;

function namedFinder(rule: SecretRule): Finder {
	let direct: RegExp | undefined;
	let run: number | undefined;
	return (text, hit, nature) => {
		if (!nature.named) return null;
		run ??= Math.min(...rule.templates.map((template) => template.run));
		// Most names are followed by words alone.
		if (!hasRun(text, hit, run)) return null;
		direct ??= new RegExp(`(?:${SEPARATORS}|${OPENING})${VALUE}(${shapeOf(rule, '')})`, 'y');
		const given = { rule, text, nature, pattern: direct };
		const own = givenAt(given, hit);
		if (own !== null) {
			const rank = rule.confidence === 'high' ? 'exact' : 'named';
			return {
				...matchOf(rule, rank, own.start, own.value),
				exactness: 100 + nameAt(rule, text, hit),
			};
		}
		const near = nature.minified === true ? null : nearAt(given, hit);
		if (near === null) return null;
		return { ...matchOf(rule, 'near', near.start, near.value), exactness: -(near.start - hit) };
	};
}

/** Characters from a provider's name in which its token begins, whatever stands between. */
const WITHIN = 480;
const IN_RUN = new Uint8Array(256);
for (let code = 0; code < 128; code++) {
	if (/[\w+/=-]/.test(String.fromCharCode(code))) IN_RUN[code] = 1;
}

/** Whether so many characters that tokens are made of stand in a row; looked for from the end of each run. */
function hasRun(text: string, from: number, length: number): boolean {
	const last = Math.min(text.length - length, from + WITHIN);
	for (let start = from; start <= last; ) {
		let back = start + length - 1;
		while (back >= start && IN_RUN[text.charCodeAt(back)] === 1) back--;
		if (back < start) return true;
		start = back + 1;
	}
	return false;
}

interface Sought {
	readonly rule: SecretRule;
	readonly text: string;
	readonly nature: FileNature;
	readonly pattern: RegExp;
}

interface Given {
	readonly start: number;
	readonly value: string;
}

/** A value of the rule's shape that is given to the name at `at`, where that name says secret. */
function givenAt({ rule, text, nature, pattern }: Sought, at: number): Given | null {
	const end = nameEnd(text, at + 1);
	pattern.lastIndex = end;
	const found = pattern.exec(text);
	if (found === null) return null;
	const [whole, quote = '', value = ''] = found;
	const name = lettersBefore(text, at) + text.slice(at, end);
	if (!SECRET_WORD.test(name) || DIGEST_WORD.test(name)) return null;
	const open = quote === '' && !nature.loose;
	if (open && (nature.minified === true || !isBeyondDoubt(value))) return null;
	if (!isIssued(rule, value) || isPlaceholderToken(bodyOf(rule, value))) return null;
	return { start: end + whole.length - value.length, value };
}

/** Behind letters, digits, `_`, `-` and dots. */
function nameEnd(text: string, from: number): number {
	let end = from;
	while (end - from < 60 && (isTokenCode(text.charCodeAt(end)) || text.charAt(end) === '.')) end++;
	return end;
}

/** `heroku: { apiKey: … }`: the provider's name stands before the name of the secret. */
function nearAt(sought: Sought, hit: number): Given | null {
	const around = sought.text.slice(hit, hit + NEAR);
	for (const { index } of around.matchAll(KEY_WORD)) {
		const between = around.slice(0, index);
		if (index === 0 || /[});]|\n[^\n]*\n[^\n]*\n/.test(between)) continue;
		const given = givenAt(sought, hit + index);
		if (given !== null) return given;
	}
	return null;
}

/** Without quotes, in a language that has them: no name of a variable looks like this. */
const isBeyondDoubt = (value: string): boolean =>
	value.length >= 20 && value.replace(/\D/g, '').length >= 3 && randomness(value) > 0;

/** Length of the longest of the rule's names that stands there. */
function nameAt({ names }: SecretRule, text: string, hit: number): number {
	const there = text.slice(hit, hit + 60).toLowerCase();
	return Math.max(...names.map((name) => (there.startsWith(name) ? name.length : 0)));
}

/** And not a variable or a digest that happens to be as long as the token. */
function isIssued({ tier, templates }: SecretRule, value: string): boolean {
	if (!/\d/.test(value)) return false;
	if (tier === 'identifier') return true;
	const isMixed = templates.every(({ mixed }) => mixed);
	if (isMixed && !(/[a-z]/.test(value) && /[A-Z]/.test(value))) return false;
	return randomness(value) >= NAMED_RANDOMNESS;
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
	const span = { start, end: start + value.length };
	return { rule, rank, ...span, value, state: stateOf(rule, value), traits: PLAIN };
}

function stateOf({ seal, check }: SecretRule, value: string): CheckState {
	if (seal !== null) return sealState(seal, value);
	return check === null ? 'none' : check(value);
}
