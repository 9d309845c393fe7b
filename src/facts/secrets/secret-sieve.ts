import { FORMAT_WORDS } from '../secret-formats/known-format.ts';
import { natureOfAny } from './secret-place.ts';
import { mayHoldSecrets } from './secret-scan.ts';
import { textOfBytes } from './secret-text.ts';

/** A part of memory that holds one blob. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

export interface Sieved {
	/** Indices of the blobs that could hold a secret, whatever their path is. */
	readonly held: readonly number[];
	/** Blobs without text. */
	readonly binary: number;
}

/**
 * Bytes around a change that a rule's pattern can reach, unless it goes on without a gap: see `edge`.
 * The widest pattern takes less than half of it.
 */
const REACH = 2_048;
/** Longest run without a space that a rule reads as one value, and some more. */
const LONGEST_RUN = 26_000;
/** A block that no edge can bound: the whole text is read where one begins. */
const BLOCKS = ['PRIVATE KEY', 'PuTTY-User-Key-File'];
/** Of the text that must be unchanged before its parts are worth telling apart. */
const WORTH = 0.2;

/** A blob that was read before, without anything found in it. */
interface Clean extends Span {
	readonly minified: boolean;
}

/**
 * Which of the blobs could hold a secret. Git keeps versions of a file side by side: of a blob whose
 * predecessor held nothing, only what differs is read, with what is around it.
 */
export function sieve(bytes: Buffer, blobs: readonly Span[]): Sieved {
	const held: number[] = [];
	let binary = 0;
	let before: Clean | null = null;
	for (const [index, blob] of blobs.entries()) {
		const text = textOfBytes(bytes.subarray(blob.start, blob.end));
		if (text === null) {
			binary++;
			continue;
		}
		const minified = natureOfAny(text).minified === true;
		const change = before?.minified === minified ? changeSince(bytes, before, blob, text) : null;
		if (mayHold(text, change)) held.push(index);
		else before = { ...blob, minified };
	}
	return { held, binary };
}

function mayHold(text: string, change: Span | null): boolean {
	if (change === null) {
		const hasWord = FORMAT_WORDS.some((word) => text.includes(word));
		return hasWord || mayHoldSecrets(text, natureOfAny(text));
	}
	const part = text.slice(change.start, change.end);
	const hasWord = FORMAT_WORDS.some((word) => part.includes(word));
	return hasWord || mayHoldSecrets(part, natureOfAny(text));
}

/** What of a text must be read; `null` for all of it. */
function changeSince(bytes: Buffer, before: Clean, blob: Span, text: string): Span | null {
	const length = blob.end - blob.start;
	// Decoded, or without its mark: places in the text are not places in the bytes.
	if (text.length !== length || length < 4 * REACH) return null;
	const shorter = Math.min(length, before.end - before.start);
	const front = commonLength(shorter, (from, to) =>
		isSame(bytes, before.start + from, blob.start + from, to - from),
	);
	const back = commonLength(shorter - front, (from, to) =>
		isSame(bytes, before.end - to, blob.end - to, to - from),
	);
	if (front + back < WORTH * length || BLOCKS.some((one) => text.includes(one))) return null;
	return {
		start: edge(text, front - REACH, -1),
		end: edge(text, length - back + REACH, 1),
	};
}

function isSame(bytes: Buffer, a: number, b: number, length: number): boolean {
	return bytes.compare(bytes, a, a + length, b, b + length) === 0;
}

/** How far two texts agree, by comparing ever longer parts and then ever shorter ones. */
function commonLength(most: number, agree: (from: number, to: number) => boolean): number {
	let known = 0;
	let step = 256;
	while (known + step <= most && agree(known, known + step)) {
		known += step;
		step *= 2;
	}
	for (step = Math.min(step, most - known); step > 0; step = Math.floor(step / 2)) {
		if (known + step <= most && agree(known, known + step)) known += step;
	}
	return known;
}

/** The next place outwards at which no value goes on. */
function edge(text: string, from: number, step: -1 | 1): number {
	const last = step === -1 ? Math.max(0, from - LONGEST_RUN) : from + LONGEST_RUN;
	let at = Math.max(0, Math.min(text.length, from));
	while (at > 0 && at < text.length && at !== last && !isGap(text.charCodeAt(at))) at += step;
	return at;
}

/** Space, line end, quotes, brackets. */
function isGap(code: number): boolean {
	return code <= 32 || code === 34 || code === 39 || code === 96 || code === 60 || code === 62;
}
