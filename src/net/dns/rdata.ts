import type { DnsData } from '../../core/io.ts';
import { svcParamText } from '../../core/svc-param.ts';
import { addressV4, addressV6 } from './address.ts';
import { Malformed } from './malformed.ts';
import { decimal, labelBytes, lowered, nameText } from './name.ts';
import { typeName } from './record-type.ts';
import { readSvcParams } from './svcb.ts';
import type { WireReader } from './wire-reader.ts';

export interface Rdata {
	readonly text: string;
	readonly data: DnsData;
}

const FIELDS = {
	u8: (reader: WireReader) => String(reader.u8()),
	u16: (reader: WireReader) => String(reader.u16()),
	u32: (reader: WireReader) => String(reader.u32()),
	name: (reader: WireReader) => nameText(reader.labels()),
	type: (reader: WireReader) => typeName(reader.u16()),
	time: (reader: WireReader) => dateText(reader.u32()),
	string: (reader: WireReader) => quoted(reader.string()),
	rest: (reader: WireReader) => quoted(reader.bytes(reader.left)),
	hex: (reader: WireReader) => reader.bytes(reader.left).toString('hex').toUpperCase(),
	base64: (reader: WireReader) => reader.bytes(reader.left).toString('base64'),
	salt: (reader: WireReader) => reader.string().toString('hex').toUpperCase() || '-',
	hash: (reader: WireReader) => base32Hex(reader.string()),
	types: (reader: WireReader) => typeBitmap(reader).join(' '),
} as const;
type Field = keyof typeof FIELDS;

/** RDATA of each type as a row of fields, in wire order, which is the order of the text. */
const LAYOUTS: Readonly<Record<string, readonly Field[]>> = {
	NS: ['name'],
	CNAME: ['name'],
	MD: ['name'],
	MF: ['name'],
	MB: ['name'],
	MG: ['name'],
	MR: ['name'],
	PTR: ['name'],
	DNAME: ['name'],
	SOA: ['name', 'name', 'u32', 'u32', 'u32', 'u32', 'u32'],
	MINFO: ['name', 'name'],
	MX: ['u16', 'name'],
	RT: ['u16', 'name'],
	KX: ['u16', 'name'],
	PX: ['u16', 'name', 'name'],
	AFSDB: ['u16', 'name'],
	RP: ['name', 'name'],
	HINFO: ['string', 'string'],
	SRV: ['u16', 'u16', 'u16', 'name'],
	NAPTR: ['u16', 'u16', 'string', 'string', 'string', 'name'],
	URI: ['u16', 'u16', 'rest'],
	DS: ['u16', 'u8', 'u8', 'hex'],
	CDS: ['u16', 'u8', 'u8', 'hex'],
	DNSKEY: ['u16', 'u8', 'u8', 'base64'],
	CDNSKEY: ['u16', 'u8', 'u8', 'base64'],
	SIG: ['type', 'u8', 'u8', 'u32', 'time', 'time', 'u16', 'name', 'base64'],
	RRSIG: ['type', 'u8', 'u8', 'u32', 'time', 'time', 'u16', 'name', 'base64'],
	NSEC: ['name', 'types'],
	NSEC3: ['u8', 'u8', 'u16', 'salt', 'hash', 'types'],
	NSEC3PARAM: ['u8', 'u8', 'u16', 'salt'],
	CSYNC: ['u32', 'u16', 'types'],
	SSHFP: ['u8', 'u8', 'hex'],
	TLSA: ['u8', 'u8', 'u8', 'hex'],
	SMIMEA: ['u8', 'u8', 'u8', 'hex'],
	OPENPGPKEY: ['base64'],
};

/** RDATA of one record; throws `Malformed` where it is shorter or longer than its type allows. */
export function readRdata(type: string, reader: WireReader): Rdata {
	const rdata = readKnown(type, reader);
	if (reader.left > 0) throw new Malformed(`${type} data has ${reader.left} octets too many`);
	return rdata;
}

/** Types whose names DNSSEC reads in lower case; HINFO has none, and NSEC keeps its own (RFC 6840 §5.1). */
const LOWERED: ReadonlySet<string> = new Set([
	'NS',
	'MD',
	'MF',
	'CNAME',
	'SOA',
	'MB',
	'MG',
	'MR',
	'PTR',
	'MINFO',
	'MX',
	'RP',
	'AFSDB',
	'RT',
	'SIG',
	'PX',
	'NAPTR',
	'KX',
	'SRV',
	'DNAME',
	'RRSIG',
]);

/**
 * RDATA in the canonical form of RFC 4034 §6.2: names whole, and in lower case where that says so.
 * NXT and A6, which are listed there too and are served nowhere any more, stay as sent. Reads what
 * `readRdata` has found to be sound.
 */
export function canonicalRdata(type: string, reader: WireReader): Buffer {
	// No length octet looks like a letter: labels have at most 63 octets.
	const ownCase = LOWERED.has(type) ? lowered : (octets: Buffer) => octets;
	const parts = layoutOf(type).map((field) => {
		if (field === 'name') return ownCase(labelBytes(reader.labels()));
		const start = reader.copy();
		FIELDS[field](reader);
		return start.bytes(start.left - reader.left);
	});
	return Buffer.concat([...parts, reader.bytes(reader.left)]);
}

/** Up to the last name at least. */
function layoutOf(type: string): readonly Field[] {
	if (type === 'HTTPS' || type === 'SVCB') return ['u16', 'name'];
	return (Object.hasOwn(LAYOUTS, type) ? LAYOUTS[type] : undefined) ?? [];
}

function readKnown(type: string, reader: WireReader): Rdata {
	switch (type) {
		case 'A': {
			const address = addressV4(reader.bytes(4));
			return { text: address, data: { type, address } };
		}
		case 'AAAA': {
			const address = addressV6(reader.bytes(16));
			return { text: address, data: { type, address } };
		}
		case 'TXT':
		case 'SPF': {
			const strings: Buffer[] = [];
			while (reader.left > 0) strings.push(reader.string());
			return {
				text: strings.map(quoted).join(' '),
				data: { type, strings: strings.map((one) => one.toString('latin1')) },
			};
		}
		case 'CAA': {
			const flags = reader.u8();
			const tag = reader.string().toString('latin1');
			const value = reader.bytes(reader.left);
			return {
				text: `${flags} ${tag.replace(/[^!-~]/g, decimal)} ${quoted(value)}`,
				data: { type, flags, tag, value: value.toString('latin1') },
			};
		}
		case 'HTTPS':
		case 'SVCB': {
			const priority = reader.u16();
			const target = nameText(reader.labels());
			const params = readSvcParams(reader);
			return {
				text: [String(priority), target, ...params.map(svcParamText)].join(' '),
				data: { type, priority, target, params },
			};
		}
		default: {
			const layout = Object.hasOwn(LAYOUTS, type) ? LAYOUTS[type] : undefined;
			if (!layout) return readUnknown(reader);
			const parts = layout.map((field) => FIELDS[field](reader));
			const text = parts.filter((part) => part !== '').join(' ');
			return { text, data: dataOf(type, parts) };
		}
	}
}

/** RFC 3597 §5. */
function readUnknown(reader: WireReader): Rdata {
	const bytes = reader.bytes(reader.left);
	const text = bytes.length === 0 ? '\\# 0' : `\\# ${bytes.length} ${bytes.toString('hex')}`;
	return { text, data: { type: 'other' } };
}

function dataOf(type: string, parts: readonly string[]): DnsData {
	const at = (index: number): string => parts[index] ?? '';
	switch (type) {
		case 'NS':
		case 'CNAME':
		case 'PTR':
		case 'DNAME':
			return { type, target: at(0) };
		case 'MX':
			return { type, preference: Number(at(0)), exchange: at(1) };
		case 'SOA':
			return {
				type,
				mname: at(0),
				rname: at(1),
				serial: Number(at(2)),
				refresh: Number(at(3)),
				retry: Number(at(4)),
				expire: Number(at(5)),
				minimum: Number(at(6)),
			};
		default:
			return { type: 'other' };
	}
}

function quoted(bytes: Buffer): string {
	const text = bytes
		.toString('latin1')
		.replace(/["\\]/g, '\\$&')
		.replace(/[^ -~]/g, decimal);
	return `"${text}"`;
}

/** YYYYMMDDHHmmSS in UTC (RFC 4034 §3.2). */
function dateText(seconds: number): string {
	return new Date(seconds * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
}

/** RFC 4648 §7, without padding, as NSEC3 writes its hashes (RFC 5155 §3.3). */
function base32Hex(bytes: Buffer): string {
	let text = '';
	let bits = 0;
	let held = 0;
	for (const byte of bytes) {
		held = (held << 8) | byte;
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			text += ((held >> bits) & 31).toString(32);
		}
		held &= (1 << bits) - 1;
	}
	if (bits > 0) text += ((held << (5 - bits)) & 31).toString(32);
	return text.toUpperCase();
}

/** Type bit maps (RFC 4034 §4.1.2): windows in rising order, 1 to 32 octets each. */
function typeBitmap(reader: WireReader): readonly string[] {
	const types: string[] = [];
	let before = -1;
	while (reader.left > 0) {
		const window = reader.u8();
		const map = reader.string();
		if (window <= before || map.length === 0 || map.length > 32) {
			throw new Malformed('a type bit map is not in order');
		}
		before = window;
		for (const [i, byte] of map.entries()) {
			for (let bit = 0; bit < 8; bit++) {
				if (byte & (0x80 >> bit)) types.push(typeName(window * 256 + i * 8 + bit));
			}
		}
	}
	return types;
}
