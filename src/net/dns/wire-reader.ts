import { Malformed } from './malformed.ts';

/** Compression pointers followed in one name; a name has at most 127 labels. */
const MOST_JUMPS = 128;

interface Segment {
	readonly labels: readonly Buffer[];
	readonly next: number;
	readonly pointer: number | null;
}

function checkLength(labels: readonly Buffer[]): void {
	const length = labels.reduce((sum, label) => sum + label.length + 1, 1);
	if (length > 255) throw new Malformed('a name is longer than 255 octets');
}

/** Reads one stretch of a message; never beyond its end, whatever the lengths inside say. */
export class WireReader {
	readonly #bytes: Buffer;
	readonly #end: number;
	#at: number;

	constructor(bytes: Buffer, at = 0, end = bytes.length) {
		if (end > bytes.length || at > end) throw new Malformed('a length runs past the end');
		this.#bytes = bytes;
		this.#at = at;
		this.#end = end;
	}

	get left(): number {
		return this.#end - this.#at;
	}

	/** The same stretch, from here, to be read a second time. */
	copy(): WireReader {
		return new WireReader(this.#bytes, this.#at, this.#end);
	}

	u8(): number {
		return this.#bytes.readUInt8(this.#take(1));
	}

	u16(): number {
		return this.#bytes.readUInt16BE(this.#take(2));
	}

	u32(): number {
		return this.#bytes.readUInt32BE(this.#take(4));
	}

	bytes(length: number): Buffer {
		const from = this.#take(length);
		return this.#bytes.subarray(from, from + length);
	}

	/** The next `length` bytes as a reader of their own, which can still follow pointers out of them. */
	part(length: number): WireReader {
		const from = this.#take(length);
		return new WireReader(this.#bytes, from, from + length);
	}

	/** A character-string (RFC 1035 §3.3): one byte of length, then so many bytes. */
	string(): Buffer {
		return this.bytes(this.u8());
	}

	/**
	 * A domain name (RFC 1035 §4.1.4): its labels, as sent. Pointers must point backwards, so that a
	 * loop cannot be written; they are accepted in every type, because servers do compress there.
	 */
	labels(): readonly Buffer[] {
		let from = this.#at;
		let segment = this.#segment(from, this.#end);
		this.#at = segment.next;
		const labels = [...segment.labels];
		for (let jumps = 0; segment.pointer !== null; jumps++) {
			if (segment.pointer >= from) {
				throw new Malformed('a compression pointer does not point backwards');
			}
			if (jumps === MOST_JUMPS) throw new Malformed('too many compression pointers');
			from = segment.pointer;
			segment = this.#segment(from, this.#bytes.length);
			labels.push(...segment.labels);
			checkLength(labels);
		}
		return labels;
	}

	/** Labels up to the root or the first pointer. */
	#segment(from: number, end: number): Segment {
		const labels: Buffer[] = [];
		let at = from;
		for (;;) {
			if (at >= end) throw new Malformed('a name runs past the end');
			const size = this.#bytes.readUInt8(at);
			if (size >= 0xc0) {
				if (at + 2 > end) throw new Malformed('a name runs past the end');
				return { labels, next: at + 2, pointer: this.#bytes.readUInt16BE(at) & 0x3fff };
			}
			if (size > 63) throw new Malformed('a label has an unknown kind');
			at += 1 + size;
			if (at > end) throw new Malformed('a name runs past the end');
			if (size === 0) return { labels, next: at, pointer: null };
			labels.push(this.#bytes.subarray(at - size, at));
			checkLength(labels);
		}
	}

	#take(length: number): number {
		const from = this.#at;
		if (length > this.left) throw new Malformed('a length runs past the end');
		this.#at = from + length;
		return from;
	}
}
