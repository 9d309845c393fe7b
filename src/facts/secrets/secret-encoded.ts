import type { Match, Traits } from './secret-match.ts';

/** Shortest base64 that could hold a secret: 18 bytes. */
const SHORTEST = 24;
/** Longer runs are images and fonts; a quoted key fits. */
const LONGEST = 24_000;
/** Bytes of a run that must be text before all of it is decoded. */
const FIRST = 48;

const BASE64 = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') {
	BASE64[character.charCodeAt(0)] = 1;
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
	for (const [start, end] of escapedParts(text, /%(?:3a|40|5f|2d)/gi)) {
		add(start, end, percentDecoded(text.slice(start, end)), 'percent');
	}
	for (const [start, end] of escapedParts(text, /\\(?:u00|x)[2-7][0-9a-f]/gi)) {
		add(start, end, unicodeDecoded(text.slice(start, end)), 'unicode');
	}
	return found;
}

type Span = readonly [start: number, end: number];

/** Looks at every 24th character first: a run that long cannot avoid all of them. */
function* base64Runs(text: string): Generator<Span> {
	const isIn = (index: number) => BASE64[text.charCodeAt(index) & 0xff] === 1;
	let searchedTo = 0;
	for (let probe = SHORTEST - 1; probe < text.length; probe += SHORTEST) {
		if (!isIn(probe)) continue;
		let start = probe;
		while (start > searchedTo && isIn(start - 1)) start--;
		let end = probe + 1;
		while (end < text.length && isIn(end)) end++;
		searchedTo = end;
		if (end - start >= SHORTEST && end - start <= LONGEST) yield [start, end];
		probe = Math.max(probe, end - 1);
	}
}

function textBehind(text: string, start: number, end: number): string | null {
	if (!isText(Buffer.from(text.slice(start, Math.min(end, start + FIRST)), 'base64'))) return null;
	const bytes = Buffer.from(text.slice(start, end), 'base64');
	return isText(bytes) ? bytes.toString('latin1') : null;
}

/** Printable ASCII and line ends. */
function isText(bytes: Buffer): boolean {
	for (const byte of bytes) {
		if ((byte < 32 || byte > 126) && byte !== 9 && byte !== 10 && byte !== 13) return false;
	}
	return bytes.length > 0;
}

/** The words around escapes, each once. */
function* escapedParts(text: string, written: RegExp): Generator<Span> {
	let done = 0;
	for (const { index } of text.matchAll(written)) {
		if (index < done) continue;
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
