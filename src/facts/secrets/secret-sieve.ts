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
	through(bytes: Buffer, blobs: readonly Span[]): Sieved;
}

/**
 * Bytes around a change that a rule's pattern can reach, unless it goes on without a gap: see `edge`.
 * The widest takes some 520: a connection string, or the options of a call with the secret in them.
 */
const REACH = 768;
/** Longest run without a space that a rule reads as one value, and some more. */
const LONGEST_RUN = 26_000;
/** A block that no edge can bound: a text with one is read whole. */
const BLOCKS = ['PRIVATE KEY', 'PuTTY-User-Key-File'];
/** Of a text, what must be known before its parts are worth telling apart. */
const WORTH = 0.2;
/** Memory of blobs that held nothing: the newest version of all files of a large project. */
const REMEMBERED_BYTES = 48 * 1024 * 1024;
/** How much longer the next version of a file may be to take the place of the one before. */
const SLACK = 1.1;
/** Bytes at either end of a blob by which its other versions are known again. */
const ENDS = 512;
/** As `git` and `textOfBytes`: a NUL here makes it binary, or UTF-16. */
const BINARY_WITHIN = 8 * 1024;

/** A blob, or what is remembered of one in which nothing was found. */
interface Clean extends Span {
	readonly bytes: Buffer;
}

/** Built on first use. */
let sifter: Sifter | undefined;

/**
 * git gives the versions of a file in the order of its commits. Of a blob that begins or ends as one
 * does that held nothing, only what differs is read, with what is around it.
 */
export function newSieve(remembered = REMEMBERED_BYTES): Sieve {
	sifter ??= sifterOf(FORMAT_WORDS);
	const rules = sifter;
	const memory = cleanMemory(remembered);
	return {
		through(bytes, blobs) {
			const held: number[] = [];
			let binary = 0;
			for (const [index, span] of blobs.entries()) {
				const blob: Clean = { bytes, ...span };
				const changes = memory.changesIn(blob);
				if (changes?.every((change) => isCleanChange(blob, change, rules)) === true) {
					memory.remember(blob);
					continue;
				}
				const text = textOfBytes(bytes.subarray(span.start, span.end));
				if (text === null) binary++;
				else if (rules.mayHold(text, natureOfAny(text))) held.push(index);
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
	/** A version that is like one that is remembered takes its place. */
	remember(blob: Clean): void;
	/** What of a blob is not in one that is remembered; `null` where that would be most of it. */
	changesIn(blob: Clean): readonly Span[] | null;
}

interface Slot {
	readonly start: number;
	readonly room: number;
	length: number;
	ends: readonly number[];
}

/** Slots in a ring: the oldest make room. */
function cleanMemory(most: number): CleanMemory {
	const ring = Buffer.allocUnsafeSlow(most);
	const byEnd = new Map<number, Slot>();
	/** In the order of the ring, the oldest first; those before `first` are gone. */
	let slots: Slot[] = [];
	let first = 0;
	let head = 0;
	/** The slot in which the last blob that was asked for has its other version. */
	let like: Slot | null = null;

	const forget = (slot: Slot): void => {
		for (const end of slot.ends) if (byEnd.get(end) === slot) byEnd.delete(end);
	};
	const forgetFrom = (from: number, to: number): void => {
		for (let slot = slots[first]; slot !== undefined; slot = slots[first]) {
			if (slot.start < from || slot.start >= to) break;
			forget(slot);
			first++;
		}
		if (first < 1_000) return;
		slots = slots.slice(first);
		first = 0;
	};
	const newSlot = (length: number): Slot => {
		const room = Math.ceil(length * SLACK);
		if (head + room > ring.length) {
			forgetFrom(head, ring.length);
			head = 0;
		}
		forgetFrom(head, head + room);
		const slot: Slot = { start: head, room, length: 0, ends: [] };
		slots.push(slot);
		head += room;
		return slot;
	};
	return {
		remember(blob) {
			const length = blob.end - blob.start;
			if (length * SLACK > ring.length) return;
			const fits = like !== null && length <= like.room && byEnd.get(like.ends[0] ?? 0) === like;
			const slot = fits && like !== null ? like : newSlot(length);
			forget(slot);
			blob.bytes.copy(ring, slot.start, blob.start, blob.end);
			slot.length = length;
			slot.ends = endsOf(blob);
			for (const end of slot.ends) byEnd.set(end, slot);
		},
		changesIn(blob) {
			like = null;
			if (blob.end - blob.start < 4 * REACH) return null;
			for (const end of endsOf(blob)) {
				const slot = byEnd.get(end);
				if (slot === undefined) continue;
				const { start, length } = slot;
				const changes = changesSince({ bytes: ring, start, end: start + length }, blob);
				if (changes === null) continue;
				like = slot;
				return changes;
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

/** The parts that must be read, apart from each other and in order; `null` where they are most of it. */
function changesSince(before: Clean, blob: Clean): readonly Span[] | null {
	const length = blob.end - blob.start;
	const shorter = Math.min(length, before.end - before.start);
	const front = commonFrom(before, before.start, blob, blob.start, shorter);
	const back = commonLength(shorter - front, (from, to) =>
		isSame(before, before.end - to, blob, blob.end - to, to - from),
	);
	const parts: { start: number; end: number }[] = [];
	let known = length;
	for (const { start, end } of hunksIn({ before, blob, front, back })) {
		const wide = {
			start: edge(blob, start - REACH, -1),
			end: edge(blob, end + REACH, 1),
		};
		const last = parts.at(-1);
		if (last !== undefined && wide.start <= last.end) {
			known -= Math.max(0, wide.end - last.end);
			last.end = Math.max(last.end, wide.end);
		} else {
			known -= wide.end - wide.start;
			parts.push(wide);
		}
		if (known < WORTH * length) return null;
	}
	return parts;
}

/** Lines behind a difference that are looked for in the other version. */
const LINES = 6;
/** Bytes of such a line, and those of the other version in which it is looked for. */
const PROBE = 40;
const AHEAD = 2_048;
const NEWLINE = 10;

/** Where both differ: between the beginning and the end that they share, line by line. */
function* hunksIn({
	before,
	blob,
	front,
	back,
}: {
	readonly before: Clean;
	readonly blob: Clean;
	readonly front: number;
	readonly back: number;
}): Generator<Span> {
	const end = blob.end - back;
	let [there, here] = [before.start + front, blob.start + front];
	while (here < end) {
		const again = sameLine(before, there, { ...blob, start: here, end });
		if (again === null) break;
		yield { start: here - blob.start, end: again.here - blob.start };
		const most = Math.min(end - again.here, before.end - back - again.there);
		const common = commonFrom(before, again.there, blob, again.here, Math.max(0, most));
		[there, here] = [again.there + common, again.here + common];
		if (common === 0) break;
	}
	// Where only something was taken out, what stood around it meets.
	yield { start: here - blob.start, end: end - blob.start };
}

/** The first of the next lines that the other version has too, a little further on. */
function sameLine(
	before: Clean,
	there: number,
	{ bytes, start, end }: Clean,
): { there: number; here: number } | null {
	const within = before.bytes.subarray(there, Math.min(before.end, there + AHEAD));
	let line = start;
	for (let count = 0; count < LINES; count++) {
		line = bytes.indexOf(NEWLINE, line) + 1;
		if (line === 0 || line + PROBE > end) return null;
		const at = within.indexOf(bytes.subarray(line, line + PROBE));
		if (at !== -1) return { there: there + at, here: line };
	}
	return null;
}

function commonFrom(one: Clean, a: number, other: Clean, b: number, most: number): number {
	return commonLength(most, (from, to) => isSame(one, a + from, other, b + from, to - from));
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
