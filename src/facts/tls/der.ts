/** The bytes are not DER (X.690), or not the type that was expected. */
export class DerError extends Error {}

/** One value: identifier octet, contents, and the whole encoding. */
export interface Tlv {
	/** Class, constructed bit and number together, as on the wire: 0x30 is SEQUENCE. */
	readonly tag: number;
	readonly content: Uint8Array;
	readonly raw: Uint8Array;
}

export const TAG = {
	boolean: 0x01,
	integer: 0x02,
	bitString: 0x03,
	octetString: 0x04,
	null: 0x05,
	oid: 0x06,
	utf8: 0x0c,
	printable: 0x13,
	teletex: 0x14,
	ia5: 0x16,
	utcTime: 0x17,
	generalizedTime: 0x18,
	universal: 0x1c,
	bmp: 0x1e,
	sequence: 0x30,
	set: 0x31,
} as const;

/** Four length octets reach 4 GiB: more than a handshake can carry. */
const MOST_LENGTH_OCTETS = 4;

/**
 * The values that follow each other in `content`, to its last byte. Strict: definite lengths in the
 * shortest form (X.690 §10.1) and one-octet tags, which is all that certificates use. Nothing nested
 * is looked at, so that depth costs nothing.
 */
export function elements(content: Uint8Array): readonly Tlv[] {
	const found: Tlv[] = [];
	let offset = 0;
	while (offset < content.length) {
		const one = tlvAt(content, offset);
		found.push(one);
		offset += one.raw.length;
	}
	return found;
}

/** Exactly one value, with nothing after it. */
export function onlyElement(bytes: Uint8Array): Tlv {
	const one = tlvAt(bytes, 0);
	if (one.raw.length !== bytes.length) throw new DerError('bytes follow the value');
	return one;
}

function tlvAt(bytes: Uint8Array, start: number): Tlv {
	const tag = octet(bytes, start);
	if ((tag & 0x1f) === 0x1f) throw new DerError('a tag number of more than one octet');
	const first = octet(bytes, start + 1);
	const { length, octets } =
		first < 0x80 ? { length: first, octets: 0 } : long(bytes, start, first);
	const from = start + 2 + octets;
	const end = from + length;
	if (end > bytes.length) throw new DerError('a value is longer than what holds it');
	return { tag, content: bytes.subarray(from, end), raw: bytes.subarray(start, end) };
}

function long(bytes: Uint8Array, start: number, first: number) {
	const octets = first & 0x7f;
	if (octets === 0) throw new DerError('an indefinite length');
	if (octets > MOST_LENGTH_OCTETS) throw new DerError('a length beyond 4 GiB');
	let length = 0;
	for (let i = 0; i < octets; i++) length = length * 256 + octet(bytes, start + 2 + i);
	const shortest = octets === 1 ? 0x80 : 256 ** (octets - 1);
	if (length < shortest) throw new DerError('a length that is not in its shortest form');
	return { length, octets };
}

function octet(bytes: Uint8Array, index: number): number {
	const value = bytes[index];
	if (value === undefined) throw new DerError('the bytes end too early');
	return value;
}

/** The content of a value that must have this tag. */
export function contentOf(value: Tlv | undefined, tag: number, what: string): Uint8Array {
	if (value === undefined) throw new DerError(`${what} is missing`);
	if (value.tag !== tag) {
		throw new DerError(
			`${what} has the tag 0x${value.tag.toString(16)}, not 0x${tag.toString(16)}`,
		);
	}
	return value.content;
}

/** What a SEQUENCE holds. */
export function sequenceOf(value: Tlv | undefined, what: string): readonly Tlv[] {
	return elements(contentOf(value, TAG.sequence, what));
}

/** X.690 §11.1: FALSE is 0x00 and TRUE is 0xFF. */
export function booleanOf(content: Uint8Array): boolean {
	if (content.length !== 1) throw new DerError('a BOOLEAN that is not one octet');
	if (content[0] !== 0x00 && content[0] !== 0xff) throw new DerError('a BOOLEAN that is not DER');
	return content[0] === 0xff;
}

/** Two's complement in its shortest form (X.690 §8.3.2). */
export function integerOf(content: Uint8Array): bigint {
	const [first, second] = content;
	if (first === undefined) throw new DerError('an INTEGER without octets');
	if (second !== undefined && (first === 0 ? second < 0x80 : first === 0xff && second >= 0x80)) {
		throw new DerError('an INTEGER that is not in its shortest form');
	}
	const magnitude = BigInt(`0x${hexOf(content)}`);
	return first < 0x80 ? magnitude : magnitude - (1n << BigInt(content.length * 8));
}

/** Dotted decimal. */
export function oidOf(content: Uint8Array): string {
	if (content.length === 0) throw new DerError('an OBJECT IDENTIFIER without octets');
	const arcs: bigint[] = [];
	let arc = 0n;
	let begun = false;
	for (const one of content) {
		if (!begun && one === 0x80) throw new DerError('an arc that is not in its shortest form');
		arc = (arc << 7n) | BigInt(one & 0x7f);
		if (arc >> 128n > 0n) throw new DerError('an arc beyond 128 bits');
		begun = one >= 0x80;
		if (begun) continue;
		arcs.push(arc);
		arc = 0n;
	}
	if (begun) throw new DerError('an OBJECT IDENTIFIER that breaks off');
	const [head = 0n, ...rest] = arcs;
	const top = head < 40n ? 0n : head < 80n ? 1n : 2n;
	return [top, head - 40n * top, ...rest].join('.');
}

/** The bits as octets. Unused bits must be zero (X.690 §11.2.1). */
export function bitsOf(content: Uint8Array): { bytes: Uint8Array; unused: number } {
	const unused = octet(content, 0);
	const bytes = content.subarray(1);
	if (unused > 7 || (unused > 0 && bytes.length === 0)) {
		throw new DerError('a BIT STRING that counts its unused bits wrongly');
	}
	if (((bytes.at(-1) ?? 0) & ((1 << unused) - 1)) !== 0) {
		throw new DerError('a BIT STRING whose unused bits are set');
	}
	return { bytes, unused };
}

/** IA5String: seven bits a character. */
export function ia5Of(content: Uint8Array): string {
	if (content.some((one) => one > 0x7f)) throw new DerError('an IA5String that is not ASCII');
	return Buffer.from(content).toString('latin1');
}

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
