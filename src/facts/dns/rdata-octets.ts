import type { Labels } from './labels.ts';

/** Octets that are not what their type says. */
export class BadOctets extends Error {}

/** RDATA without compression, read from the front. */
export class RdataOctets {
	readonly #bytes: Buffer;
	#at = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	get left(): number {
		return this.#bytes.length - this.#at;
	}

	take(count: number): Buffer {
		if (count > this.left) throw new BadOctets('the data is too short');
		this.#at += count;
		return this.#bytes.subarray(this.#at - count, this.#at);
	}

	rest(): Buffer {
		return this.take(this.left);
	}

	u8(): number {
		return this.take(1).readUInt8();
	}

	u16(): number {
		return this.take(2).readUInt16BE();
	}

	u32(): number {
		return this.take(4).readUInt32BE();
	}

	string(): Buffer {
		return this.take(this.u8());
	}

	labels(): Labels {
		const labels: Buffer[] = [];
		for (let length = this.u8(); length > 0; length = this.u8()) {
			if (length > 63) throw new BadOctets('a name is compressed');
			labels.push(this.take(length));
		}
		return labels;
	}

	end(): void {
		if (this.left > 0) throw new BadOctets(`the data has ${this.left} octets too many`);
	}
}

/** One window of a type bit map (RFC 4034 §4.1.2), as type numbers. */
export function typesInWindow(window: number, map: Buffer): readonly number[] {
	const types: number[] = [];
	for (const [at, byte] of map.entries()) {
		for (let bit = 0; bit < 8; bit++) {
			if (byte & (0x80 >> bit)) types.push(window * 256 + at * 8 + bit);
		}
	}
	return types;
}

export function quoted(bytes: Buffer): string {
	return `"${escaped(bytes)}"`;
}

/** As inside quotes. */
export function escaped(bytes: Buffer): string {
	return bytes
		.toString('latin1')
		.replace(/["\\]/g, '\\$&')
		.replace(/[^ -~]/g, decimal);
}

/** `\DDD` of RFC 1035 §5.1, for one latin1 character. */
export function decimal(character: string): string {
	return `\\${String(character.charCodeAt(0)).padStart(3, '0')}`;
}

/** RFC 5952, as answers are shown. */
export function addressText(bytes: Buffer): string {
	if (bytes.length === 4) return [...bytes].join('.');
	const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
	if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
		return `::ffff:${addressText(bytes.subarray(12))}`;
	}
	const hex = groups.map((group) => group.toString(16)).join(':');
	const runs = [...hex.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].map(([run]) => run);
	const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
	if (longest === '') return hex;
	const at = hex.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
	return `${hex.slice(0, at).replace(/:$/, '')}::${hex.slice(at + longest.length).replace(/^:/, '')}`;
}
