import type { Match, Traits } from './secret-match.ts';

/** Shortest base64 that could hold a secret: 18 bytes. */
const SHORTEST = 24;
/** Longer runs are images and fonts; a quoted key fits. */
const LONGEST = 24_000;
/** Bytes of a run that must be text before all of it is decoded. */
const FIRST = 48;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64 = new Uint8Array(256);
/** Of base64 and base64url. */
const VALUES = new Uint8Array(256);
for (const [value, digit] of [...DIGITS, '-', '_'].entries()) {
	BASE64[digit.charCodeAt(0)] = 1;
	VALUES[digit.charCodeAt(0)] = value < 64 ? value : value - 2;
}

/** Matches inside encoded parts of a text, at the place of the part. */
export function encodedIn(
	text: string,
	scan: (decoded: string) => readonly Match[],
): readonly Match[] {
	const found: Match[] = [];
	const add = (start: number, end: number, decoded: string, encoded: Traits['encoded']) => {
		for (const match of scan(decoded)) {
			found.push({ ...match, start, end, traits: { ...match.traits, encoded } });
		}
	};
	for (const [start, end] of base64Runs(text)) {
		const decoded = textBehind(text, start, end);
		if (decoded !== null) add(start, end, decoded, 'base64');
	}
	for (const [start, end] of escapedParts(text, '%', /%(?:3a|40|5f|2d)/iy)) {
		add(start, end, percentDecoded(text.slice(start, end)), 'percent');
	}
	for (const [start, end] of escapedParts(text, '\\', /\\(?:u00|x)[2-7][0-9a-f]/iy)) {
		add(start, end, unicodeDecoded(text.slice(start, end)), 'unicode');
	}
	return found;
}

type Span = readonly [start: number, end: number];

/**
 * Runs of base64 characters. Looks from the end of where one could be, backwards: the first character
 * that is none moves the beginning behind itself, and most characters are never looked at.
 */
function base64Runs(text: string): readonly Span[] {
	const runs: Span[] = [];
	const last = text.length - SHORTEST;
	/** Everything from `start` up to here is known to be in. */
	let known = 0;
	for (let start = 0; start <= last; ) {
		let back = start + SHORTEST - 1;
		while (back >= known && BASE64[text.charCodeAt(back) & 0xff] === 1) back--;
		const end = start + SHORTEST;
		if (back >= known) {
			start = back + 1;
			known = end;
			continue;
		}
		const stop = runEnd(text, end);
		if (stop - start <= LONGEST) runs.push([start, stop]);
		start = stop + 1;
		known = start;
	}
	return runs;
}

function runEnd(text: string, from: number): number {
	let end = from;
	while (end < text.length && BASE64[text.charCodeAt(end) & 0xff] === 1) end++;
	return end;
}

function textBehind(text: string, start: number, end: number): string | null {
	if (!beginsWithText(text, start)) return null;
	if (!isText(Buffer.from(text.slice(start, Math.min(end, start + FIRST)), 'base64'))) return null;
	const bytes = Buffer.from(text.slice(start, end), 'base64');
	return isText(bytes) ? bytes.toString('latin1') : null;
}

/** The first six bytes: most runs are names of things, and show here that they encode nothing. */
function beginsWithText(text: string, start: number): boolean {
	for (let at = start; at < start + 8; at += 4) {
		const bits =
			(valueAt(text, at) << 18) |
			(valueAt(text, at + 1) << 12) |
			(valueAt(text, at + 2) << 6) |
			valueAt(text, at + 3);
		if (!isPrintable(bits >> 16) || !isPrintable((bits >> 8) & 0xff) || !isPrintable(bits & 0xff)) {
			return false;
		}
	}
	return true;
}

const valueAt = (text: string, at: number): number => VALUES[text.charCodeAt(at) & 0xff] as number;

function isPrintable(byte: number): boolean {
	return (byte >= 32 && byte <= 126) || byte === 9 || byte === 10 || byte === 13;
}

/** Printable ASCII and line ends. */
function isText(bytes: Buffer): boolean {
	return bytes.length > 0 && bytes.every(isPrintable);
}

/** The words around escapes, each once. `sign` is what every escape begins with. */
function* escapedParts(text: string, sign: string, written: RegExp): Generator<Span> {
	let done = 0;
	for (let index = text.indexOf(sign); index !== -1; index = text.indexOf(sign, index + 1)) {
		written.lastIndex = index;
		if (index < done || !written.test(text)) continue;
		let start = index;
		while (start > done && index - start < 300 && !isEdge(text, start - 1)) start--;
		let end = index;
		while (end < text.length && end - index < 600 && !isEdge(text, end)) end++;
		done = end;
		yield [start, end];
	}
}

const isEdge = (text: string, at: number): boolean => /[\s"'`<>]/.test(text.charAt(at));

function percentDecoded(text: string): string {
	return text.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => fromHex(hex));
}

function unicodeDecoded(text: string): string {
	return text.replace(/\\(?:u00|x)([2-7][0-9a-f])/gi, (_, hex: string) => fromHex(hex));
}

const fromHex = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
