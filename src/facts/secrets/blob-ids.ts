/** Ids of git's objects by the first 64 bits of each: no two of a repository agree in them. */
export interface BlobIds {
	add(id: string): void;
	has(id: string): boolean;
	readonly size: number;
	/** In base64, for `blobIdsFrom`. */
	written(): string;
}

const SMALLEST = 1024;

/** An empty set. Sixteen bytes an id at most, whatever their number is. */
export function blobIds(): BlobIds {
	return setOf(new Uint32Array(2 * SMALLEST), 0);
}

/** What `written` gave; an empty set where the text is none. */
export function blobIdsFrom(text: string): BlobIds {
	const bytes = Buffer.from(text, 'base64');
	const words = new Uint32Array(
		bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~7)),
	);
	const ids = blobIds();
	for (let at = 0; at < words.length; at += 2) {
		(ids as Growing).put(words[at] as number, words[at + 1] as number);
	}
	return ids;
}

interface Growing extends BlobIds {
	put(high: number, low: number): void;
}

/** Open addressing: a pair of words each, of which zero and zero is no id. */
function setOf(initial: Uint32Array<ArrayBuffer>, initialSize: number): Growing {
	let slots = initial;
	let size = initialSize;
	const placeOf = (high: number, low: number): number => {
		const mask = slots.length / 2 - 1;
		for (let at = high & mask; ; at = (at + 1) & mask) {
			const [a, b] = [slots[2 * at], slots[2 * at + 1]];
			if ((a === 0 && b === 0) || (a === high && b === low)) return 2 * at;
		}
	};
	const put = (high: number, low: number): void => {
		if (4 * size > slots.length) grow();
		const at = placeOf(high, low);
		if (slots[at] === high && slots[at + 1] === low) return;
		slots[at] = high;
		slots[at + 1] = low;
		size++;
	};
	const grow = (): void => {
		const old = slots;
		slots = new Uint32Array(2 * old.length);
		size = 0;
		for (let at = 0; at < old.length; at += 2) {
			const [high, low] = [old[at] as number, old[at + 1] as number];
			if (high !== 0 || low !== 0) put(high, low);
		}
	};
	return {
		put,
		add: (id) => put(wordAt(id, 0), wordAt(id, 8)),
		has(id) {
			const [high, low] = [wordAt(id, 0), wordAt(id, 8)];
			const at = placeOf(high, low);
			return slots[at] === high && slots[at + 1] === low;
		},
		get size() {
			return size;
		},
		written() {
			const words = new Uint32Array(2 * size);
			let to = 0;
			for (let at = 0; at < slots.length; at += 2) {
				if (slots[at] === 0 && slots[at + 1] === 0) continue;
				words[to++] = slots[at] as number;
				words[to++] = slots[at + 1] as number;
			}
			return Buffer.from(words.buffer).toString('base64');
		},
	};
}

const wordAt = (id: string, at: number): number => Number.parseInt(id.slice(at, at + 8), 16) >>> 0;
