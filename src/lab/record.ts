import ipaddr from 'ipaddr.js';
import { type Labels, labelsOf } from './domain-name.ts';

/** RDATA in pieces: a name is written with or without compression (RFC 3597 §4). */
export type RdataPart = Buffer | { readonly name: Labels; readonly compress: boolean };

export interface ResourceRecord {
	readonly owner: Labels;
	readonly type: number;
	readonly ttl: number;
	readonly rdata: readonly RdataPart[];
	/** IN unless given. */
	readonly class?: number;
}

/** RFC 1035 and IANA's registry; the types that have a presentation form here. */
export const TYPES = {
	A: 1,
	NS: 2,
	CNAME: 5,
	SOA: 6,
	PTR: 12,
	MX: 15,
	TXT: 16,
	AAAA: 28,
	SRV: 33,
	DNAME: 39,
	OPT: 41,
	DS: 43,
	RRSIG: 46,
	NSEC: 47,
	DNSKEY: 48,
	NSEC3: 50,
	NSEC3PARAM: 51,
	TLSA: 52,
	CDS: 59,
	CDNSKEY: 60,
	SVCB: 64,
	HTTPS: 65,
	SPF: 99,
	AXFR: 252,
	ANY: 255,
	CAA: 257,
} as const;

/** A mnemonic or `TYPEnnn` (RFC 3597 §5); `null` for neither. */
export function typeNumber(mnemonic: string): number | null {
	const upper = mnemonic.toUpperCase();
	if (upper in TYPES) return TYPES[upper as keyof typeof TYPES];
	const generic = /^TYPE(\d{1,5})$/.exec(upper)?.[1];
	return generic === undefined ? null : Number(generic);
}

export function typeName(type: number): string {
	return Object.entries(TYPES).find(([, value]) => value === type)?.[0] ?? `TYPE${type}`;
}

/**
 * Lines in the manner of a zone file (RFC 1035 §5): `owner [ttl] [IN] type rdata`. Every line names
 * its owner; `@` is the origin; names without final dot are relative to it, in RDATA too.
 * Parentheses join lines. Throws with the line that can't be read.
 */
export function parseRecords(text: string, origin: Labels, defaultTtl: number): ResourceRecord[] {
	return logicalLines(text).map((line) => {
		try {
			return parseLine(tokensOf(line), { origin, defaultTtl });
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			throw new RangeError(`record "${line.trim()}": ${why}`);
		}
	});
}

/** Comments gone, lines inside parentheses joined. */
function logicalLines(text: string): string[] {
	const lines: string[] = [];
	let open = '';
	for (const line of Buffer.from(text, 'utf8').toString('latin1').split(/\r?\n/)) {
		const bare = line.replaceAll(/"(?:\\.|[^"\\])*"|;.*/g, (part) =>
			part.startsWith(';') ? '' : part,
		);
		open = open === '' ? bare : `${open} ${bare.trim()}`;
		const outside = open.replaceAll(/"(?:\\.|[^"\\])*"/g, '');
		if (outside.includes('(') && !outside.includes(')')) continue;
		if (open.trim() !== '') lines.push(open);
		open = '';
	}
	if (open.trim() !== '') lines.push(open);
	return lines;
}

/** Quoted strings keep their quotes, so that `""` is one empty string. */
function tokensOf(line: string): string[] {
	return [...line.matchAll(/"(?:\\.|[^"\\])*"|(?:\\.|[^\s"()])+/g)].map(([token]) => token);
}

interface Reading {
	readonly origin: Labels;
	readonly defaultTtl: number;
}

function parseLine(tokens: string[], { origin, defaultTtl }: Reading): ResourceRecord {
	const [owner = '', ...rest] = tokens;
	let ttl = defaultTtl;
	while (rest[0] !== undefined && /^(?:\d+|IN)$/i.test(rest[0])) {
		const word = rest.shift() ?? '';
		if (/^\d+$/.test(word)) ttl = Number(word);
	}
	const mnemonic = rest.shift();
	const type = mnemonic === undefined ? null : typeNumber(mnemonic);
	if (type === null) throw new RangeError(`no record type ("${mnemonic ?? ''}")`);
	return { owner: absolute(owner, origin), type, ttl, rdata: rdataOf(type, rest, origin) };
}

/** `@` and relative names take the origin. */
export function absolute(name: string, origin: Labels): Labels {
	if (name === '@') return origin;
	const labels = labelsOf(name);
	return /(?:^|[^\\])\.$/.test(name) || name === '.' ? labels : [...labels, ...origin];
}

type Rest = readonly string[];

function rdataOf(type: number, words: Rest, origin: Labels): RdataPart[] {
	if (words[0] === '\\#') return [genericData(words)];
	const read = READERS[typeName(type)];
	if (read === undefined) throw new RangeError('this type needs the generic form \\# LENGTH HEX');
	return read(words, origin);
}

/** RFC 3597 §5. */
function genericData([, length, ...hex]: Rest): Buffer {
	const data = Buffer.from(hex.join(''), 'hex');
	if (data.length !== Number(length)) throw new RangeError(`not ${length} octets of hex`);
	return data;
}

const nameAt =
	(index: number, compress: boolean) =>
	(words: Rest, origin: Labels): RdataPart => ({
		name: absolute(wordAt(words, index), origin),
		compress,
	});

const READERS: Readonly<Record<string, (words: Rest, origin: Labels) => RdataPart[]>> = {
	A: (words) => [addressBytes(wordAt(words, 0), 4)],
	AAAA: (words) => [addressBytes(wordAt(words, 0), 16)],
	NS: (words, origin) => [nameAt(0, true)(words, origin)],
	CNAME: (words, origin) => [nameAt(0, true)(words, origin)],
	PTR: (words, origin) => [nameAt(0, true)(words, origin)],
	DNAME: (words, origin) => [nameAt(0, false)(words, origin)],
	MX: (words, origin) => [uint16(wordAt(words, 0)), nameAt(1, true)(words, origin)],
	SRV: (words, origin) => [
		...[0, 1, 2].map((index) => uint16(wordAt(words, index))),
		nameAt(3, false)(words, origin),
	],
	SOA: (words, origin) => [
		nameAt(0, true)(words, origin),
		nameAt(1, true)(words, origin),
		...[2, 3, 4, 5, 6].map((index) => uint32(wordAt(words, index))),
	],
	TXT: (words) => strings(words),
	SPF: (words) => strings(words),
	CAA: (words) => [
		uint8(wordAt(words, 0)),
		characterString(wordAt(words, 1)),
		Buffer.from(textOf(wordAt(words, 2)), 'latin1'),
	],
	DS: (words) => [...digestHeader(words), hexFrom(words, 3)],
	CDS: (words) => [...digestHeader(words), hexFrom(words, 3)],
	DNSKEY: (words) => keyData(words),
	CDNSKEY: (words) => keyData(words),
	TLSA: (words) => [...[0, 1, 2].map((index) => uint8(wordAt(words, index))), hexFrom(words, 3)],
	HTTPS: serviceBinding,
	SVCB: serviceBinding,
};

function wordAt(words: Rest, index: number): string {
	const word = words[index];
	if (word === undefined) throw new RangeError('too few fields');
	return word;
}

function digestHeader(words: Rest): Buffer[] {
	return [uint16(wordAt(words, 0)), uint8(wordAt(words, 1)), uint8(wordAt(words, 2))];
}

function keyData(words: Rest): Buffer[] {
	const key = Buffer.from(words.slice(3).join(''), 'base64');
	return [uint16(wordAt(words, 0)), uint8(wordAt(words, 1)), uint8(wordAt(words, 2)), key];
}

function hexFrom(words: Rest, index: number): Buffer {
	return Buffer.from(words.slice(index).join(''), 'hex');
}

/** Four or sixteen octets. */
export function addressBytes(text: string, length: 4 | 16): Buffer {
	if (!ipaddr.isValid(text)) throw new RangeError(`"${text}" is no address`);
	const bytes = Buffer.from(ipaddr.parse(text).toByteArray());
	if (bytes.length !== length) throw new RangeError(`"${text}" has ${bytes.length} octets`);
	return bytes;
}

function strings(words: Rest): Buffer[] {
	if (words.length === 0) throw new RangeError('too few fields');
	return words.map(characterString);
}

/** RFC 1035 §3.3: a length octet, so at most 255 bytes. */
function characterString(word: string): Buffer {
	const text = textOf(word);
	if (text.length > 255) throw new RangeError(`a string of ${text.length} bytes (255 at most)`);
	return Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'latin1')]);
}

/** Quotes and escapes gone; one character a byte. */
function textOf(word: string): string {
	const inner = /^"(.*)"$/s.exec(word)?.[1] ?? word;
	return inner.replaceAll(/\\(\d{3}|.)/gs, (_, code: string) =>
		code.length === 3 ? String.fromCharCode(Number(code) & 0xff) : code,
	);
}

const SERVICE_KEYS = [
	'mandatory',
	'alpn',
	'no-default-alpn',
	'port',
	'ipv4hint',
	'ech',
	'ipv6hint',
];

/** RFC 9460 §2: parameters stay in the order given, so that a wrong order can be served. */
function serviceBinding(words: Rest, origin: Labels): RdataPart[] {
	return [
		uint16(wordAt(words, 0)),
		nameAt(1, false)(words, origin),
		...words.slice(2).map(serviceParameter),
	];
}

function serviceParameter(word: string): Buffer {
	const [key = '', ...rest] = word.split('=');
	const number = serviceKey(key);
	const value = serviceValue(key, textOf(rest.join('=')));
	return Buffer.concat([uint16(String(number)), uint16(String(value.length)), value]);
}

function serviceKey(key: string): number {
	const known = SERVICE_KEYS.indexOf(key);
	if (known >= 0) return known;
	const generic = /^key(\d{1,5})$/.exec(key)?.[1];
	if (generic === undefined) throw new RangeError(`unknown parameter "${key}"`);
	return Number(generic);
}

function serviceValue(key: string, text: string): Buffer {
	const list = text.split(',');
	switch (key) {
		case 'mandatory':
			return Buffer.concat(list.map((one) => uint16(String(serviceKey(one)))));
		case 'alpn':
			return Buffer.concat(list.map(characterString));
		case 'port':
			return uint16(text);
		case 'ipv4hint':
			return Buffer.concat(list.map((one) => addressBytes(one, 4)));
		case 'ipv6hint':
			return Buffer.concat(list.map((one) => addressBytes(one, 16)));
		case 'ech':
			return Buffer.from(text, 'base64');
		default:
			return Buffer.from(text, 'latin1');
	}
}

function uint8(word: string): Buffer {
	return Buffer.of(wholeNumber(word, 0xff));
}

function uint16(word: string): Buffer {
	const bytes = Buffer.alloc(2);
	bytes.writeUInt16BE(wholeNumber(word, 0xffff));
	return bytes;
}

function uint32(word: string): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(wholeNumber(word, 0xffff_ffff));
	return bytes;
}

function wholeNumber(word: string, max: number): number {
	const value = Number(word);
	if (!/^\d+$/.test(word) || value > max) {
		throw new RangeError(`"${word}" is no number from 0 to ${max}`);
	}
	return value;
}
