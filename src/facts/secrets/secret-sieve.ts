import { FORMAT_WORDS } from '../secret-formats/known-format.ts';
import { natureOfAny } from './secret-place.ts';
import { type Sifter, sifterOf } from './secret-scan.ts';
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

/** Tells which blobs could hold a secret; remembers those that did not, to read less of the next ones. */
export interface Sieve {
	/** `bytes` is the sieve's from now on. */
	through(bytes: Buffer, blobs: readonly Span[]): Sieved;
}

/**
 * Bytes around a change that a rule's pattern can reach, unless it goes on without a gap: see `edge`.
 * The widest pattern takes less than half of it.
 */
const REACH = 1_280;
/** Longest run without a space that a rule reads as one value, and some more. */
const LONGEST_RUN = 26_000;
/** A block that no edge can bound: a text with one is read whole. */
const BLOCKS = ['PRIVATE KEY', 'PuTTY-User-Key-File'];
/** Of a text, what must be known before its parts are worth telling apart. */
const WORTH = 0.2;
/** Memory of blobs that held nothing: about as much as all files of a large project, once. */
const REMEMBERED_BYTES = 64 * 1024 * 1024;
/** Bytes at either end of a blob by which its other versions are known again. */
const ENDS = 512;
/** As `git` and `textOfBytes`: a NUL here makes it binary, or UTF-16. */
const BINARY_WITHIN = 8 * 1024;

/** A blob that was read before, without anything found in it. */
interface Clean extends Span {
	readonly bytes: Buffer;
}

/**
 * git gives the versions of a file in the order of its commits. Of a blob that begins or ends as one
 * does that held nothing, only what differs is read, with what is around it.
 */
export function newSieve(remembered = REMEMBERED_BYTES): Sieve {
	const sifter = sifterOf(FORMAT_WORDS);
	const memory = cleanMemory(remembered);
	return {
		through(bytes, blobs) {
			const held: number[] = [];
			let binary = 0;
			memory.keep(bytes);
			for (const [index, span] of blobs.entries()) {
				const blob: Clean = { bytes, ...span };
				const change = memory.changeIn(blob);
				if (change !== null && isCleanChange(blob, change, sifter)) {
					memory.remember(blob);
					continue;
				}
				const text = textOfBytes(bytes.subarray(span.start, span.end));
				if (text === null) binary++;
				else if (sifter.mayHold(text, natureOfAny(text))) held.push(index);
				else if (canBeRemembered(text, span)) memory.remember(blob);
			}
			return { held, binary };
		},
	};
}

function canBeRemembered(text: string, { start, end }: Span): boolean {
	// Decoded, or without its mark: places in the text are not places in the bytes.
	const isAsIs = text.length === end - start && text.length >= 4 * REACH;
	// Of minified text less is read: what is no longer minified would have to be read again.
	const isPlain = isAsIs && natureOfAny(text).minified !== true;
	return isPlain && !BLOCKS.some((block) => text.includes(block));
}

/** Read as the text before it was, which was not minified: of such more is read, and not less. */
function isCleanChange({ bytes, start, end }: Clean, change: Span, sifter: Sifter): boolean {
	if (bytes.subarray(start, Math.min(end, start + BINARY_WITHIN)).includes(0)) return false;
	const part = bytes.toString('latin1', start + change.start, start + change.end);
	return !BLOCKS.some((block) => part.includes(block)) && !sifter.mayHold(part, NATURE);
}

const NATURE = natureOfAny('');

interface CleanMemory {
	/** These bytes stay; the oldest go. */
	keep(bytes: Buffer): void;
	remember(blob: Clean): void;
	/** What of a blob is not in one that is remembered; `null` where that would be most of it. */
	changeIn(blob: Clean): Span | null;
}

function cleanMemory(most: number): CleanMemory {
	const kept: { readonly bytes: Buffer; readonly keys: number[] }[] = [];
	const byEnd = new Map<number, Clean>();
	let size = 0;
	return {
		keep(bytes) {
			kept.push({ bytes, keys: [] });
			size += bytes.buffer.byteLength;
			while (size > most && kept.length > 1) {
				const oldest = kept.shift();
				if (oldest === undefined) return;
				size -= oldest.bytes.buffer.byteLength;
				for (const key of oldest.keys) {
					if (byEnd.get(key)?.bytes === oldest.bytes) byEnd.delete(key);
				}
			}
		},
		remember(blob) {
			for (const key of endsOf(blob)) {
				byEnd.set(key, blob);
				kept.at(-1)?.keys.push(key);
			}
		},
		changeIn(blob) {
			if (blob.end - blob.start < 4 * REACH) return null;
			for (const key of endsOf(blob)) {
				const before = byEnd.get(key);
				const change = before === undefined ? null : changeSince(before, blob);
				if (change !== null) return change;
			}
			return null;
		},
	};
}

/** Two numbers for how it begins and how it ends; other blobs may have the same by chance. */
function endsOf({ bytes, start, end }: Clean): readonly [number, number] {
	return [mixed(bytes, start, 1), mixed(bytes, end - ENDS, 2)];
}

/** FNV-1a of every second byte. */
function mixed(bytes: Buffer, from: number, seed: number): number {
	let sum = 0x811c9dc5 ^ seed;
	for (let at = from; at < from + ENDS; at += 2)
		sum = Math.imul(sum ^ (bytes[at] as number), 0x01000193);
	return sum;
}

function changeSince(before: Clean, blob: Clean): Span | null {
	const length = blob.end - blob.start;
	const shorter = Math.min(length, before.end - before.start);
	const front = commonLength(shorter, (from, to) =>
		isSame(before, before.start + from, blob, blob.start + from, to - from),
	);
	const back = commonLength(shorter - front, (from, to) =>
		isSame(before, before.end - to, blob, blob.end - to, to - from),
	);
	if (front + back - 2 * REACH < WORTH * length) return null;
	return {
		start: edge(blob, front - REACH, -1),
		end: edge(blob, length - back + REACH, 1),
	};
}

function isSame(one: Clean, a: number, other: Clean, b: number, length: number): boolean {
	return one.bytes.compare(other.bytes, b, b + length, a, a + length) === 0;
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
function edge({ bytes, start, end }: Clean, from: number, step: -1 | 1): number {
	const length = end - start;
	const last = step === -1 ? Math.max(0, from - LONGEST_RUN) : from + LONGEST_RUN;
	let at = Math.max(0, Math.min(length, from));
	while (at > 0 && at < length && at !== last && !isGap(bytes[start + at] as number)) at += step;
	return at;
}

/** Space, line end, quotes, brackets. */
function isGap(code: number): boolean {
	return code <= 32 || code === 34 || code === 39 || code === 96 || code === 60 || code === 62;
}
