import type { DnsData } from '../../core/io.ts';
import { svcParamText } from '../../core/svc-param.ts';
import { fromBase32Hex, toBase32Hex } from '../dns/base32-hex.ts';
import { nameOf } from '../dns/labels.ts';
import {
	addressText,
	BadOctets,
	decimal,
	quoted,
	RdataOctets,
	typesInWindow,
} from '../dns/rdata-octets.ts';
import { withDot } from './master-name.ts';
import { location } from './rdata-loc.ts';
import { address, readSvcParams, svcParams } from './rdata-svcb.ts';
import {
	BadWord,
	characterString,
	numberIn,
	octetsOf,
	type RdataWords,
	shown,
	u8,
	u16,
	u32,
} from './rdata-words.ts';
import { ttlIn } from './ttl.ts';
import { zoneTypeName, zoneTypeNumber } from './zone-type.ts';

/** Its length takes one octet (RFC 5155 §3.2). */
const LONGEST_HASH = 255;

/** How one part of RDATA is written in a master file, and how it is shown. */
interface Field {
	take(words: RdataWords, what: string): Buffer;
	/** `whole`: names with their final dot. */
	show(octets: RdataOctets, whole: boolean): string;
}

const FIELDS = {
	u8: {
		take: (words, what) => u8(words.number(what, 0xff)),
		show: (octets) => String(octets.u8()),
	},
	u16: {
		take: (words, what) => u16(words.number(what, 0xffff)),
		show: (octets) => String(octets.u16()),
	},
	u32: {
		take: (words, what) => u32(words.number(what, 0xffff_ffff)),
		show: (octets) => String(octets.u32()),
	},
	seconds: {
		take(words, what) {
			const word = words.next(what);
			const value = ttlIn(word.text);
			if (value === null) throw new BadWord(`${shown(word)} is no ${what} (seconds)`, word);
			return u32(value);
		},
		show: (octets) => String(octets.u32()),
	},
	name: {
		take: (words, what) => words.name(what),
		show(octets, whole) {
			const name = nameOf(octets.labels());
			return whole ? withDot(name) : name;
		},
	},
	type: {
		take(words, what) {
			return u16(typeIn(words.next(what).text, words));
		},
		show: (octets) => zoneTypeName(octets.u16()),
	},
	algorithm: {
		take(words, what) {
			const word = words.next(what);
			const known = ALGORITHMS[word.text.toUpperCase()];
			return u8(known ?? numberIn(word, what, 0xff));
		},
		show: (octets) => String(octets.u8()),
	},
	time: {
		take(words, what) {
			const word = words.next(what);
			return u32(momentIn(word.text) ?? numberIn(word, what, 0xffff_ffff));
		},
		show: (octets) => new Date(octets.u32() * 1000).toISOString().replace(/\D/g, '').slice(0, 14),
	},
	string: {
		take: (words, what) => words.string(what),
		show: (octets) => quoted(octets.string()),
	},
	strings: {
		take: (words, what) => Buffer.concat(words.rest(what).map(characterString)),
		show(octets) {
			const strings: string[] = [];
			while (octets.left > 0) strings.push(quoted(octets.string()));
			return strings.join(' ');
		},
	},
	/** Up to the end, without a length octet. */
	open: {
		take: (words, what) => words.octets(what),
		show: (octets) => quoted(octets.rest()),
	},
	tag: {
		take(words, what) {
			const word = words.next(what);
			const tag = octetsOf(word);
			if (!/^[a-z0-9]+$/i.test(tag.toString('latin1'))) {
				throw new BadWord(`${shown(word)} is no ${what}: letters and digits only`, word);
			}
			return characterString(word);
		},
		show: (octets) =>
			octets
				.string()
				.toString('latin1')
				.replace(/[^!-~]/g, decimal),
	},
	hex: {
		take: (words, what) => words.hex(what),
		show: (octets) => octets.rest().toString('hex').toUpperCase(),
	},
	base64: {
		take: (words, what) => words.base64(what),
		show: (octets) => octets.rest().toString('base64'),
	},
	salt: {
		take(words, what) {
			const word = words.next(what);
			if (word.text === '-') return u8(0);
			if (!/^(?:[0-9a-f]{2}){1,255}$/i.test(word.text)) {
				throw new BadWord(`${shown(word)} is no ${what}: hex, or - for none`, word);
			}
			return Buffer.concat([u8(word.text.length / 2), Buffer.from(word.text, 'hex')]);
		},
		show: (octets) => octets.string().toString('hex').toUpperCase() || '-',
	},
	hash: {
		take(words, what) {
			const word = words.next(what);
			const bytes = fromBase32Hex(word.text);
			if (bytes === null || bytes.length === 0 || bytes.length > LONGEST_HASH) {
				throw new BadWord(`${shown(word)} is no ${what} in base32hex`, word);
			}
			return Buffer.concat([u8(bytes.length), bytes]);
		},
		show: (octets) => toBase32Hex(octets.string()),
	},
	types: {
		take(words) {
			const types: number[] = [];
			while (words.left > 0) types.push(typeIn(words.next('type').text, words));
			return typeBitmap(types);
		},
		show: (octets) => bitmapTypes(octets).join(' '),
	},
	a: {
		take(words, what) {
			const word = words.next(what);
			return address(word.text, 4, word);
		},
		show: (octets) => addressText(octets.take(4)),
	},
	aaaa: {
		take(words, what) {
			const word = words.next(what);
			return address(word.text, 6, word);
		},
		show: (octets) => addressText(octets.take(16)),
	},
	params: {
		take: (words) => svcParams(words),
		show: (octets) => readSvcParams(octets).map(svcParamText).join(' '),
	},
	'certificate type': {
		take(words, what) {
			const word = words.next(what);
			return u16(CERTIFICATE_TYPES[word.text.toUpperCase()] ?? numberIn(word, what, 0xffff));
		},
		show: (octets) => String(octets.u16()),
	},
} as const satisfies Readonly<Record<string, Field>>;

type Part = readonly [field: keyof typeof FIELDS, what: string];

const KEY: readonly Part[] = [
	['u16', 'flags'],
	['u8', 'protocol'],
	['algorithm', 'algorithm'],
	['base64', 'public key'],
];
const DIGEST: readonly Part[] = [
	['u16', 'key tag'],
	['algorithm', 'algorithm'],
	['u8', 'digest type'],
	['hex', 'digest'],
];
const SIGNATURE: readonly Part[] = [
	['type', 'type covered'],
	['algorithm', 'algorithm'],
	['u8', 'number of labels'],
	['u32', 'original TTL'],
	['time', 'expiration'],
	['time', 'inception'],
	['u16', 'key tag'],
	['name', 'signer'],
	['base64', 'signature'],
];
const TLSA: readonly Part[] = [
	['u8', 'certificate usage'],
	['u8', 'selector'],
	['u8', 'matching type'],
	['hex', 'certificate data'],
];
const SERVICE: readonly Part[] = [
	['u16', 'priority'],
	['name', 'target'],
	['params', 'parameters'],
];
const HOST: readonly Part[] = [['name', 'host name']];
const PREFERRED: readonly Part[] = [
	['u16', 'preference'],
	['name', 'host name'],
];
const STRINGS: readonly Part[] = [['strings', 'text']];

/** RDATA of each type, in the order of wire and text alike. */
const LAYOUTS: Readonly<Record<string, readonly Part[]>> = {
	A: [['a', 'IPv4 address']],
	AAAA: [['aaaa', 'IPv6 address']],
	NS: HOST,
	CNAME: [['name', 'target']],
	DNAME: [['name', 'target']],
	PTR: HOST,
	MD: HOST,
	MF: HOST,
	MB: HOST,
	MG: HOST,
	MR: HOST,
	SOA: [
		['name', 'primary server'],
		['name', 'mail address of who is responsible'],
		['u32', 'serial'],
		['seconds', 'refresh time'],
		['seconds', 'retry time'],
		['seconds', 'expire time'],
		['seconds', 'minimum'],
	],
	MINFO: [
		['name', 'mailbox'],
		['name', 'mailbox for errors'],
	],
	MX: PREFERRED,
	RT: PREFERRED,
	KX: PREFERRED,
	PX: [
		['u16', 'preference'],
		['name', 'first name'],
		['name', 'second name'],
	],
	AFSDB: [
		['u16', 'subtype'],
		['name', 'host name'],
	],
	RP: [
		['name', 'mailbox'],
		['name', 'name of a TXT record'],
	],
	HINFO: [
		['string', 'CPU'],
		['string', 'system'],
	],
	TXT: STRINGS,
	SPF: STRINGS,
	SRV: [
		['u16', 'priority'],
		['u16', 'weight'],
		['u16', 'port'],
		['name', 'target'],
	],
	NAPTR: [
		['u16', 'order'],
		['u16', 'preference'],
		['string', 'flags'],
		['string', 'services'],
		['string', 'regular expression'],
		['name', 'replacement'],
	],
	URI: [
		['u16', 'priority'],
		['u16', 'weight'],
		['open', 'target'],
	],
	CAA: [
		['u8', 'flags'],
		['tag', 'tag'],
		['open', 'value'],
	],
	DS: DIGEST,
	CDS: DIGEST,
	DNSKEY: KEY,
	CDNSKEY: KEY,
	SIG: SIGNATURE,
	RRSIG: SIGNATURE,
	NSEC: [
		['name', 'next name'],
		['types', 'types'],
	],
	NSEC3: [
		['u8', 'hash algorithm'],
		['u8', 'flags'],
		['u16', 'iterations'],
		['salt', 'salt'],
		['hash', 'next hash'],
		['types', 'types'],
	],
	NSEC3PARAM: [
		['u8', 'hash algorithm'],
		['u8', 'flags'],
		['u16', 'iterations'],
		['salt', 'salt'],
	],
	CSYNC: [
		['u32', 'serial'],
		['u16', 'flags'],
		['types', 'types'],
	],
	SSHFP: [
		['u8', 'algorithm'],
		['u8', 'fingerprint type'],
		['hex', 'fingerprint'],
	],
	TLSA,
	SMIMEA: TLSA,
	OPENPGPKEY: [['base64', 'key']],
	HTTPS: SERVICE,
	SVCB: SERVICE,
};

/** Read, and shown in the generic form, as answers show them. */
const READ_ONLY: Readonly<Record<string, readonly Part[]>> = {
	CERT: [
		['certificate type', 'certificate type'],
		['u16', 'key tag'],
		['algorithm', 'algorithm'],
		['base64', 'certificate'],
	],
	DHCID: [['base64', 'identifier']],
	ZONEMD: [
		['u32', 'serial'],
		['u8', 'scheme'],
		['u8', 'hash algorithm'],
		['hex', 'digest'],
	],
};

const LONGEST = 0xffff;

/**
 * The octets of one record's RDATA, names whole and in lower case, or `null` for a type whose form is
 * not known here and that is not written generically (RFC 3597 §5). Throws `BadWord`.
 */
export function rdataOctets(
	type: string,
	words: RdataWords,
	first: string | undefined,
): Buffer | null {
	if (first === '\\#') return generic(type, words);
	const octets = type === 'LOC' ? location(words) : fromLayout(type, words);
	if (octets === null) return null;
	words.end();
	if (octets.length > LONGEST) throw new BadWord(`the ${type} record is longer than 65535 octets`);
	if (type === 'DS') requireDigest(octets, words);
	return octets;
}

function fromLayout(type: string, words: RdataWords): Buffer | null {
	const layout = [LAYOUTS, READ_ONLY].find((table) => Object.hasOwn(table, type))?.[type];
	if (layout === undefined) return null;
	return Buffer.concat(layout.map(([field, what]) => FIELDS[field].take(words, what)));
}

function generic(type: string, words: RdataWords): Buffer {
	words.next('generic data');
	const length = words.number('length', LONGEST);
	const octets = length === 0 ? Buffer.alloc(0) : words.hex('generic data');
	words.end();
	if (octets.length !== length) {
		throw new BadWord(`there are ${octets.length} octets of hex, not ${length}`, words.last);
	}
	try {
		rdataText(type, octets);
		return octets;
	} catch (error) {
		if (!(error instanceof BadOctets)) throw error;
		throw new BadWord(`no ${type} record: ${error.message}`, words.last);
	}
}

/** By RFC 4034, 4509 and 6605. */
const DIGEST_OCTETS: Readonly<Record<number, number>> = { 1: 20, 2: 32, 4: 48 };

function requireDigest(octets: Buffer, words: RdataWords): void {
	const expected = DIGEST_OCTETS[octets[3] ?? 0];
	const found = octets.length - 4;
	if (expected === undefined || expected === found) return;
	throw new BadWord(`the digest has ${found} octets; its type has ${expected}`, words.last);
}

/** RDATA in presentation form, as answers are shown. Throws `BadOctets`. */
export function rdataText(type: string, octets: Buffer): string {
	return partsOf(type, octets, false).filter(Boolean).join(' ');
}

/** As a master file needs it: names with their final dot. */
export function masterText(type: string, octets: Buffer): string {
	return partsOf(type, octets, true).filter(Boolean).join(' ');
}

function partsOf(type: string, octets: Buffer, whole: boolean): readonly string[] {
	const layout = Object.hasOwn(LAYOUTS, type) ? LAYOUTS[type] : undefined;
	if (layout === undefined) {
		return octets.length === 0 ? ['\\# 0'] : [`\\# ${octets.length}`, octets.toString('hex')];
	}
	const reader = new RdataOctets(octets);
	const parts = layout.map(([field]) => FIELDS[field].show(reader, whole));
	reader.end();
	return parts;
}

/** What checks read of the common types. */
export function rdataData(type: string, octets: Buffer): DnsData {
	const reader = new RdataOctets(octets);
	const name = () => nameOf(reader.labels());
	switch (type) {
		case 'A':
		case 'AAAA':
			return { type, address: addressText(octets) };
		case 'CNAME':
		case 'NS':
		case 'PTR':
		case 'DNAME':
			return { type, target: name() };
		case 'MX':
			return { type, preference: reader.u16(), exchange: name() };
		case 'TXT':
		case 'SPF': {
			const strings: string[] = [];
			while (reader.left > 0) strings.push(reader.string().toString('latin1'));
			return { type, strings };
		}
		case 'SOA': {
			const [mname, rname] = [name(), name()];
			const [serial, refresh, retry] = [reader.u32(), reader.u32(), reader.u32()];
			const [expire, minimum] = [reader.u32(), reader.u32()];
			return { type, mname, rname, serial, refresh, retry, expire, minimum };
		}
		case 'CAA': {
			const flags = reader.u8();
			const tag = reader.string().toString('latin1');
			return { type, flags, tag, value: reader.rest().toString('latin1') };
		}
		case 'HTTPS':
		case 'SVCB': {
			const priority = reader.u16();
			const target = name();
			return { type, priority, target, params: readSvcParams(reader) };
		}
		default:
			return { type: 'other' };
	}
}

function typeIn(text: string, words: RdataWords): number {
	const number = zoneTypeNumber(text);
	if (number === null) throw new BadWord(`${shown({ text })} is no record type`, words.last);
	return number;
}

/** RFC 4398 §2.1. */
const CERTIFICATE_TYPES: Readonly<Record<string, number>> = {
	PKIX: 1,
	SPKI: 2,
	PGP: 3,
	IPKIX: 4,
	ISPKI: 5,
	IPGP: 6,
	ACPKIX: 7,
	IACPKIX: 8,
	URI: 253,
	OID: 254,
};

/** IANA's DNSSEC algorithms by mnemonic. */
const ALGORITHMS: Readonly<Record<string, number>> = {
	RSAMD5: 1,
	DH: 2,
	DSA: 3,
	RSASHA1: 5,
	'DSA-NSEC3-SHA1': 6,
	'RSASHA1-NSEC3-SHA1': 7,
	RSASHA256: 8,
	RSASHA512: 10,
	'ECC-GOST': 12,
	ECDSAP256SHA256: 13,
	ECDSAP384SHA384: 14,
	ED25519: 15,
	ED448: 16,
	INDIRECT: 252,
	PRIVATEDNS: 253,
	PRIVATEOID: 254,
};

/** YYYYMMDDHHmmSS in UTC (RFC 4034 §3.2), in seconds; `null` for another form. */
function momentIn(text: string): number | null {
	const [, year, month, day, hour, minute, second] =
		/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
	if (year === undefined) return null;
	const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
	const date = new Date(iso);
	const isMoment = !Number.isNaN(date.getTime()) && date.toISOString() === iso;
	const seconds = date.getTime() / 1000;
	return isMoment && seconds >= 0 && seconds <= 0xffff_ffff ? seconds : null;
}

/** Type bit maps (RFC 4034 §4.1.2). */
function typeBitmap(types: readonly number[]): Buffer {
	const windows = new Map<number, Buffer>();
	for (const type of [...types].sort((a, b) => a - b)) {
		const window = windows.get(type >> 8) ?? Buffer.alloc(32);
		const low = type & 0xff;
		window[low >> 3] = (window[low >> 3] ?? 0) | (0x80 >> (low & 7));
		windows.set(type >> 8, window);
	}
	return Buffer.concat(
		[...windows].flatMap(([number, map]) => {
			const length = map.findLastIndex((byte) => byte !== 0) + 1;
			return [Buffer.of(number, length), map.subarray(0, length)];
		}),
	);
}

function bitmapTypes(octets: RdataOctets): readonly string[] {
	const types: string[] = [];
	let before = -1;
	while (octets.left > 0) {
		const window = octets.u8();
		const map = octets.string();
		if (window <= before || map.length === 0 || map.length > 32) {
			throw new BadOctets('a type bit map is not in order');
		}
		before = window;
		types.push(...typesInWindow(window, map).map(zoneTypeName));
	}
	return types;
}
