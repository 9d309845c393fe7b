import { Malformed } from './malformed.ts';

/** Compression pointers followed in one name; a name has at most 127 labels. */
const MOST_JUMPS = 128;

/** Of a name on the wire, the root's octet included (RFC 1035 §2.3.4). */
const MOST_OCTETS = 255;

interface Stretch {
	readonly octets: number;
	readonly next: number;
	readonly pointer: number | null;
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
		const labels: Buffer[] = [];
		let from = this.#at;
		let stretch = this.#stretch(labels, { from, end: this.#end, octets: 1 });
		this.#at = stretch.next;
		for (let jumps = 0; stretch.pointer !== null; jumps++) {
			if (stretch.pointer >= from) {
				throw new Malformed('a compression pointer does not point backwards');
			}
			if (jumps === MOST_JUMPS) throw new Malformed('too many compression pointers');
			from = stretch.pointer;
			const { octets } = stretch;
			stretch = this.#stretch(labels, { from, end: this.#bytes.length, octets });
		}
		return labels;
	}

	/** Adds labels up to the root or the first pointer; `octets` is how long the name is so far. */
	#stretch(
		labels: Buffer[],
		{ from, end, octets }: { readonly from: number; readonly end: number; readonly octets: number },
	): Stretch {
		let at = from;
		for (let length = octets; ; ) {
			if (at >= end) throw new Malformed('a name runs past the end');
			const size = this.#bytes.readUInt8(at);
			if (size >= 0xc0) {
				return { octets: length, next: at + 2, pointer: this.#pointer(at, end) };
			}
			if (size > 63) throw new Malformed('a label has an unknown kind');
			at += 1 + size;
			if (at > end) throw new Malformed('a name runs past the end');
			if (size === 0) return { octets: length, next: at, pointer: null };
			length += 1 + size;
			if (length > MOST_OCTETS) throw new Malformed('a name is longer than 255 octets');
			labels.push(this.#bytes.subarray(at - size, at));
		}
	}

	#pointer(at: number, end: number): number {
		if (at + 2 > end) throw new Malformed('a name runs past the end');
		return this.#bytes.readUInt16BE(at) & 0x3fff;
	}

	#take(length: number): number {
		const from = this.#at;
		if (length > this.left) throw new Malformed('a length runs past the end');
		this.#at = from + length;
		return from;
	}
}
