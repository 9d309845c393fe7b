import { keyOf, type Labels } from './domain-name.ts';
import type { RdataPart, ResourceRecord } from './record.ts';

export interface DnsQuery {
	readonly id: number;
	/** Whole second word: opcode, RD, CD. */
	readonly flags: number;
	/** Letter case as asked. */
	readonly name: Labels;
	readonly type: number;
	readonly class: number;
	/** Name, type and class as they came, to be echoed byte for byte. */
	readonly question: Buffer;
	/** `null` without OPT (RFC 6891). */
	readonly edns: { readonly size: number; readonly dnssecOk: boolean } | null;
}

export const RCODES = {
	NOERROR: 0,
	FORMERR: 1,
	SERVFAIL: 2,
	NXDOMAIN: 3,
	NOTIMP: 4,
	REFUSED: 5,
	YXDOMAIN: 6,
	NOTAUTH: 9,
} as const;
type Rcode = keyof typeof RCODES;

export interface DnsReply {
	readonly rcode: Rcode;
	readonly aa: boolean;
	readonly ra: boolean;
	/** Validated (RFC 4035 §3.2.3). */
	readonly ad?: boolean | undefined;
	readonly answer: readonly ResourceRecord[];
	readonly authority: readonly ResourceRecord[];
	readonly additional: readonly ResourceRecord[];
	/** TC without a need for it. */
	readonly truncated?: boolean | undefined;
	/** Extended DNS error (RFC 8914), sent where the query had EDNS. */
	readonly ede?: { readonly code: number; readonly text: string } | undefined;
}

const HEADER = 12;
const QR = 0x8000;
const AA = 0x0400;
const TC = 0x0200;
const RA = 0x0080;
const AD = 0x0020;
/** Opcode, RD, CD: copied from the query. */
const COPIED = 0x7910;
const OPT = 41;
const CLASS_IN = 1;

/** `null` for anything that is not one question (RFC 1035 §4.1). */
export function decodeQuery(packet: Buffer): DnsQuery | null {
	if (packet.length < HEADER || (packet.readUInt16BE(2) & QR) !== 0) return null;
	if (packet.readUInt16BE(4) !== 1) return null;
	const read = readName(packet, HEADER);
	if (read === null || packet.length < read.end + 4) return null;
	return {
		id: packet.readUInt16BE(0),
		flags: packet.readUInt16BE(2),
		name: read.labels,
		type: packet.readUInt16BE(read.end),
		class: packet.readUInt16BE(read.end + 2),
		question: Buffer.from(packet.subarray(HEADER, read.end + 4)),
		edns: packet.readUInt16BE(10) > 0 ? readOpt(packet, read.end + 4) : null,
	};
}

/** Questions are never compressed. */
function readName(packet: Buffer, start: number): { labels: Labels; end: number } | null {
	const labels: string[] = [];
	let at = start;
	for (;;) {
		const length = packet[at];
		if (length === undefined || length > 63) return null;
		if (length === 0) return { labels, end: at + 1 };
		labels.push(packet.toString('latin1', at + 1, at + 1 + length));
		at += 1 + length;
	}
}

/** The OPT record, where it is the first additional record: no client sends others before it. */
function readOpt(packet: Buffer, at: number): DnsQuery['edns'] {
	if (packet.length < at + 11 || packet[at] !== 0 || packet.readUInt16BE(at + 1) !== OPT) {
		return null;
	}
	const size = Math.max(512, packet.readUInt16BE(at + 3));
	return { size, dnssecOk: (packet.readUInt16BE(at + 7) & 0x8000) !== 0 };
}

/** Larger than `maxBytes`: TC and no records, as RFC 2181 §9 advises clients to expect. */
export function encodeReply(query: DnsQuery, reply: DnsReply, maxBytes: number): Buffer {
	const whole = write(query, reply);
	if (whole.length <= maxBytes) return whole;
	return write(query, {
		...reply,
		truncated: true,
		answer: [],
		authority: [],
		additional: [],
	});
}

function write(query: DnsQuery, reply: DnsReply): Buffer {
	const opt = query.edns === null ? [] : [optRecord(query, reply)];
	const header = Buffer.alloc(HEADER);
	header.writeUInt16BE(query.id, 0);
	header.writeUInt16BE(
		QR |
			(query.flags & COPIED) |
			(reply.aa ? AA : 0) |
			(reply.truncated ? TC : 0) |
			(reply.ra ? RA : 0) |
			(reply.ad ? AD : 0) |
			RCODES[reply.rcode],
		2,
	);
	header.writeUInt16BE(1, 4);
	header.writeUInt16BE(reply.answer.length, 6);
	header.writeUInt16BE(reply.authority.length, 8);
	header.writeUInt16BE(reply.additional.length + opt.length, 10);
	const writer = createWriter([header, query.question]);
	writer.remember(query.name, HEADER);
	for (const record of [...reply.answer, ...reply.authority, ...reply.additional]) {
		writer.record(record);
	}
	return Buffer.concat([writer.bytes(), ...opt]);
}

/** RFC 6891 §6.1.2, with the extended error as its only option. */
function optRecord(query: DnsQuery, { ede }: DnsReply): Buffer {
	const option =
		ede === undefined
			? Buffer.alloc(0)
			: Buffer.concat([
					words(15, Buffer.byteLength(ede.text) + 2, ede.code),
					Buffer.from(ede.text),
				]);
	const flags = query.edns?.dnssecOk ? 0x8000 : 0;
	return Buffer.concat([Buffer.of(0), words(OPT, 1232, 0, flags, option.length), option]);
}

function words(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 2);
	for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
	return bytes;
}

/** Appends records, pointing back to names already written (RFC 1035 §4.1.4). */
function createWriter(start: readonly Buffer[]) {
	const chunks = [...start];
	let length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
	const seen = new Map<string, number>();

	const push = (chunk: Buffer) => {
		chunks.push(chunk);
		length += chunk.length;
	};
	const remember = (labels: Labels, at: number) => {
		let offset = at;
		for (const [index, label] of labels.entries()) {
			const key = keyOf(labels.slice(index));
			if (offset < 0x3fff && !seen.has(key)) seen.set(key, offset);
			offset += label.length + 1;
		}
	};
	const name = (labels: Labels, compress: boolean) => {
		const known = labels.findIndex((_, index) => compress && seen.has(keyOf(labels.slice(index))));
		const fresh = known < 0 ? labels : labels.slice(0, known);
		const pointer = known < 0 ? undefined : seen.get(keyOf(labels.slice(known)));
		remember(labels, length);
		push(labelBytes(fresh));
		push(pointer === undefined ? Buffer.of(0) : words(0xc000 | pointer));
	};
	const part = (one: RdataPart) => {
		if (Buffer.isBuffer(one)) push(one);
		else name(one.name, one.compress);
	};

	return {
		remember,
		record({ owner, type, ttl, rdata, class: own }: ResourceRecord) {
			name(owner, true);
			const head = Buffer.alloc(10);
			head.writeUInt16BE(type, 0);
			head.writeUInt16BE(own ?? CLASS_IN, 2);
			head.writeUInt32BE(ttl, 4);
			push(head);
			const before = length;
			for (const one of rdata) part(one);
			head.writeUInt16BE(length - before, 8);
		},
		bytes: () => Buffer.concat(chunks),
	};
}

/** Labels without the root's. */
export function labelBytes(labels: Labels): Buffer {
	return Buffer.concat(
		labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label, 'latin1')]),
	);
}

/** Uncompressed RDATA. */
export function plainRdata(rdata: readonly RdataPart[]): Buffer {
	return Buffer.concat(
		rdata.map((part) =>
			Buffer.isBuffer(part) ? part : Buffer.concat([labelBytes(part.name), Buffer.of(0)]),
		),
	);
}
