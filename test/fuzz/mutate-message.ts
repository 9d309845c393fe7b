import type { Random } from './random.ts';

const HEADER = 12;
const LARGEST = 0xffff;
const ODD_OCTETS = [0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff] as const;
const ODD_WORDS = [
	0, 1, 2, 0x00ff, 0x0100, 0x1000, 0x7fff, 0x8000, 0xc00c, 0xfffe, 0xffff,
] as const;

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

/** One message in so many is as large as can be: those cost as much as all others together. */
const GIANTS = 64;

/** Broken in one to four ways, each of which servers, networks or attackers have been seen to do. */
export function mutated(wire: Buffer, other: Buffer, random: Random): Buffer {
	let bytes: Buffer = Buffer.from(wire);
	if (random.below(GIANTS) === 0) bytes = giant(bytes, random, other);
	for (let left = 1 + random.below(4); left > 0; left--) {
		bytes = Buffer.from(random.pick(MUTATIONS)(bytes, random, other).subarray(0, LARGEST));
	}
	return bytes;
}

const flipBits: Mutation = (bytes, random) => {
	for (let left = 1 + random.below(8); left > 0 && bytes.length > 0; left--) {
		const at = random.below(bytes.length);
		bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
	}
	return bytes;
};

const setOctet: Mutation = (bytes, random) => {
	if (bytes.length > 0) bytes.writeUInt8(random.pick(ODD_OCTETS), random.below(bytes.length));
	return bytes;
};

/** Lies about a length, a type or a count, wherever one may stand. */
const setWord: Mutation = (bytes, random) => {
	if (bytes.length < 2) return bytes;
	bytes.writeUInt16BE(random.pick(ODD_WORDS), random.below(bytes.length - 1));
	return bytes;
};

const setCount: Mutation = (bytes, random) => {
	if (bytes.length < HEADER) return bytes;
	const at = 4 + 2 * random.below(4);
	const honest = bytes.readUInt16BE(at);
	const lies = [honest + 1, honest + 7, Math.max(0, honest - 1), ...ODD_WORDS];
	bytes.writeUInt16BE(random.pick(lies) & 0xffff, at);
	return bytes;
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1));

const append: Mutation = (bytes, random) => {
	const more = Buffer.alloc(random.below(300));
	for (const i of more.keys()) more.writeUInt8(random.below(256), i);
	return Buffer.concat([bytes, more]);
};

const splice: Mutation = (bytes, random, other) => {
	const from = random.below(other.length + 1);
	const piece = other.subarray(from, from + random.below(200));
	const at = random.below(bytes.length + 1);
	const over = random.below(2) * piece.length;
	return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + over)]);
};

const repeat: Mutation = (bytes, random) => {
	const at = random.below(bytes.length + 1);
	const piece = bytes.subarray(at, at + random.below(120));
	const times = 1 + random.below(40);
	return Buffer.concat([
		bytes.subarray(0, at),
		...Array.from({ length: times }, () => piece),
		bytes.subarray(at),
	]);
};

/** A compression pointer to itself, forwards, backwards, or past the end. */
const setPointer: Mutation = (bytes, random) => {
	if (bytes.length <= HEADER + 2) return bytes;
	const at = HEADER + random.below(bytes.length - HEADER - 1);
	const targets = [at, at + 1, at + 2 + random.below(64), at - 2, HEADER, random.below(at), 0x3fff];
	bytes.writeUInt16BE(0xc000 | (random.pick(targets) & 0x3fff), at);
	return bytes;
};

/** Every pointer of the message points somewhere else: a little further, or to where it stands. */
const movePointers: Mutation = (bytes, random) => {
	const by = random.below(9) - 4;
	for (let at = HEADER; at + 1 < bytes.length; at++) {
		if (bytes.readUInt8(at) < 0xc0) continue;
		const to = by === 0 ? at : bytes.readUInt16BE(at) + by;
		bytes.writeUInt16BE(0xc000 | (to & 0x3fff), at);
		at++;
	}
	return bytes;
};

/** One answer of up to 64 KiB; or as many short ones, their names down a staircase of pointers. */
const giant: Mutation = (bytes, random) => {
	if (bytes.length < HEADER + 17) return bytes;
	const head = Buffer.from(bytes.subarray(0, bytes.length > 400 ? 60 : bytes.length));
	const stairs = random.below(2) === 0;
	const body = stairs ? staircase(head.length, random) : text(random);
	head.writeUInt16BE(stairs ? Math.floor(body.length / STEP) : 1, 6);
	head.writeUInt16BE(0, 8);
	head.writeUInt16BE(0, 10);
	return Buffer.concat([head, body]);
};

function text(random: Random): Buffer {
	const length = random.pick([255, 256, 511, 4_096, 32_768, 65_000]);
	const record = Buffer.alloc(12 + length, random.pick([0, 1, 63, 255]));
	record.writeUInt16BE(0xc00c, 0);
	record.writeUInt16BE(16, 2);
	record.writeUInt16BE(1, 4);
	record.writeUInt16BE(length, 10);
	return record;
}

const STEP = 18;

/** NS records whose name is one letter and a pointer to the name of the record before. */
function staircase(start: number, random: Random): Buffer {
	const count = 1 + random.below(800);
	const body = Buffer.alloc(count * STEP);
	for (let i = 0; i < count; i++) {
		const at = i * STEP;
		body.writeUInt16BE(0xc00c, at);
		body.writeUInt16BE(random.pick([2, 5, 39, 47]), at + 2);
		body.writeUInt16BE(1, at + 4);
		body.writeUInt16BE(STEP - 12, at + 10);
		body.writeUInt8(1, at + 12);
		body.writeUInt8(0x61, at + 13);
		body.writeUInt8(1, at + 14);
		body.writeUInt8(0x62, at + 15);
		const before = i === 0 ? HEADER : start + at - STEP + 12;
		body.writeUInt16BE(0xc000 | (before & 0x3fff), at + 16);
	}
	return body;
}

const otherId: Mutation = (bytes, random) => {
	if (bytes.length >= 2) bytes.writeUInt16BE(random.below(0x10000), 0);
	return bytes;
};

const otherQuestion: Mutation = (bytes, random) => {
	if (bytes.length > HEADER + 6)
		bytes.writeUInt8(random.below(256), HEADER + (random.below(20) % (bytes.length - HEADER)));
	return bytes;
};

const MUTATIONS: readonly Mutation[] = [
	flipBits,
	flipBits,
	setOctet,
	setWord,
	setWord,
	setCount,
	truncate,
	append,
	splice,
	splice,
	repeat,
	setPointer,
	setPointer,
	movePointers,
	otherId,
	otherQuestion,
];
