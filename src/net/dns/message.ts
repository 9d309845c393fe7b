import type { DnsRecord } from '../../core/io.ts';
import { Malformed } from './malformed.ts';
import { labelBytes, nameText } from './name.ts';
import { canonicalRdata, readRdata } from './rdata.ts';
import { typeName } from './record-type.ts';
import { WireReader } from './wire-reader.ts';

export interface Header {
	readonly id: number;
	readonly response: boolean;
	readonly opcode: number;
	readonly truncated: boolean;
}

export interface Message extends Header {
	readonly aa: boolean;
	readonly ra: boolean;
	readonly ad: boolean;
	/** With the upper bits of EDNS (RFC 6891 §6.1.3). */
	readonly rcode: string;
	readonly edns: boolean;
	readonly ede: readonly { readonly code: number; readonly text: string }[];
	readonly answers: readonly Entry[];
	readonly authority: readonly Entry[];
	readonly additional: readonly Entry[];
}

/** A record of the class asked; `fault` says why its data could not be read, and its text is then RFC 3597's. */
export interface Entry {
	readonly record: DnsRecord;
	readonly fault: string | null;
}

/** The question as it came back: the letters of its name in their own case. */
export interface Echo {
	/** Labels joined by their lengths, byte for byte. */
	readonly name: Buffer;
	readonly type: number;
	readonly klass: number;
}

const RCODES: Readonly<Record<number, string>> = {
	0: 'NOERROR',
	1: 'FORMERR',
	2: 'SERVFAIL',
	3: 'NXDOMAIN',
	4: 'NOTIMP',
	5: 'REFUSED',
	6: 'YXDOMAIN',
	7: 'YXRRSET',
	8: 'NXRRSET',
	9: 'NOTAUTH',
	10: 'NOTZONE',
	16: 'BADVERS',
	23: 'BADCOOKIE',
};

/** `null` for fewer than the 12 octets that every message has. */
export function readHeader(bytes: Buffer): Header | null {
	if (bytes.length < 12) return null;
	const flags = bytes.readUInt16BE(2);
	return {
		id: bytes.readUInt16BE(0),
		response: (flags & 0x8000) !== 0,
		opcode: (flags >> 11) & 15,
		truncated: (flags & 0x0200) !== 0,
	};
}

/** The one question; `null` where the message carries none. Throws `Malformed`. */
export function readEcho(bytes: Buffer): Echo | null {
	const reader = new WireReader(bytes);
	reader.bytes(4);
	const count = reader.u16();
	reader.bytes(6);
	if (count === 0) return null;
	if (count > 1) throw new Malformed(`${count} questions come back`);
	return readQuestion(reader);
}

function readQuestion(reader: WireReader): Echo {
	return { name: labelBytes(reader.labels()), type: reader.u16(), klass: reader.u16() };
}

export const CLASS_IN = 1;

/** What is read of every record. */
interface Wanted {
	/** Records of other classes are passed over. */
	readonly klass: number;
	/** With RDATA in canonical form. */
	readonly canonical: boolean;
}

const USUAL: Wanted = { klass: CLASS_IN, canonical: false };

/**
 * A whole message (RFC 1035 §4.1). Throws `Malformed` where its frame is broken; a record whose data
 * alone is broken keeps its place and says so.
 */
export function readMessage(bytes: Buffer, wanted: Wanted = USUAL): Message {
	const header = readHeader(bytes);
	if (!header) throw new Malformed('shorter than a header');
	const reader = new WireReader(bytes);
	reader.u16();
	const flags = reader.u16();
	const [questions, answers, authority, additional] = [
		reader.u16(),
		reader.u16(),
		reader.u16(),
		reader.u16(),
	];
	for (let i = 0; i < questions; i++) readQuestion(reader);
	const sections = [answers, authority, additional].map((count) =>
		readSection(reader, count, wanted),
	);
	const opt = sections[2]?.opt ?? null;
	const rcode = (flags & 15) | (opt ? opt.upperRcode << 4 : 0);
	return {
		...header,
		aa: (flags & 0x0400) !== 0,
		ra: (flags & 0x0080) !== 0,
		ad: (flags & 0x0020) !== 0,
		rcode: RCODES[rcode] ?? `RCODE${rcode}`,
		edns: opt !== null,
		ede: opt?.ede ?? [],
		answers: sections[0]?.entries ?? [],
		authority: sections[1]?.entries ?? [],
		additional: sections[2]?.entries ?? [],
	};
}

interface Opt {
	readonly upperRcode: number;
	readonly ede: readonly { readonly code: number; readonly text: string }[];
}

const OPT = 41;

function readSection(
	reader: WireReader,
	count: number,
	{ klass: wantedClass, canonical }: Wanted,
): { entries: Entry[]; opt: Opt | null } {
	const entries: Entry[] = [];
	let opt: Opt | null = null;
	for (let i = 0; i < count; i++) {
		const owner = nameText(reader.labels());
		const type = reader.u16();
		const klass = reader.u16();
		const ttl = reader.u32();
		const data = reader.part(reader.u16());
		if (type === OPT) opt ??= { upperRcode: ttl >>> 24, ede: readErrors(data) };
		else if (klass === wantedClass) {
			// A TTL with the top bit set counts as 0 (RFC 2181 §8).
			const about = { owner, type: typeName(type), ttl: ttl > 0x7fffffff ? 0 : ttl };
			entries.push(readEntry(about, data, canonical));
		}
	}
	return { entries, opt };
}

function readEntry(
	about: Pick<DnsRecord, 'owner' | 'type' | 'ttl'>,
	data: WireReader,
	canonical: boolean,
): Entry {
	const { owner, type } = about;
	const copy = data.copy();
	try {
		const record = { ...about, ...readRdata(type, data) };
		if (!canonical) return { record, fault: null };
		return { record: { ...record, wire: canonicalRdata(type, copy).toString('hex') }, fault: null };
	} catch (error) {
		if (!(error instanceof Malformed)) throw error;
		return {
			record: { ...about, ...readRdata('other', copy) },
			fault: `${type} record of ${owner}: ${error.message}`,
		};
	}
}

const EXTENDED_ERROR = 15;

/** Extended DNS errors (RFC 8914 §2); other options, and what is broken, are passed over. */
function readErrors(options: WireReader): Opt['ede'] {
	const errors: { code: number; text: string }[] = [];
	try {
		while (options.left > 0) {
			const option = options.u16();
			const value = options.part(options.u16());
			if (option !== EXTENDED_ERROR) continue;
			const code = value.u16();
			errors.push({ code, text: value.bytes(value.left).toString('utf8').replace(/\0+$/, '') });
		}
	} catch (error) {
		if (!(error instanceof Malformed)) throw error;
	}
	return errors;
}
