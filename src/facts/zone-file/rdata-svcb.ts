import ipaddr from 'ipaddr.js';
import { type SvcParam, svcParamKey, svcParamKeyNumber } from '../../core/svc-param.ts';
import { addressText, BadOctets, escaped, RdataOctets } from '../dns/rdata-octets.ts';
import {
	BadWord,
	base64In,
	characterString,
	numberIn,
	octetsOf,
	type RdataWords,
	shown,
	u16,
} from './rdata-words.ts';
import type { Word } from './zone-words.ts';

const MANDATORY = 0;
/** No value: the key alone says everything. */
const BARE: ReadonlySet<string> = new Set(['no-default-alpn', 'ohttp']);

// ── Out of a master file ─────────────────────────────────────────────────────────────────────────

/**
 * SvcParams (RFC 9460 §2.1), in any order; on the wire they are sorted. Refused, as the RFC's
 * appendix D.3 asks: a key twice, a value that is missing or superfluous, a mandatory key that is absent.
 */
export function svcParams(words: RdataWords): Buffer {
	const params = new Map<number, Buffer>();
	let mandatory: Word | undefined;
	while (words.left > 0) {
		const word = words.next('parameter');
		const { key, name, value } = split(word);
		if (params.has(key)) throw new BadWord(`the key ${name} stands twice`, word);
		if (key === MANDATORY) mandatory = word;
		params.set(key, valueOctets(svcParamKey(key), name, value, word));
	}
	requireMandatory(params, mandatory);
	const sorted = [...params].sort(([a], [b]) => a - b);
	return Buffer.concat(
		sorted.flatMap(([key, value]) => [u16(key), u16(lengthIn(value, mandatory)), value]),
	);
}

function lengthIn(value: Buffer, word: Word | undefined): number {
	if (value.length > 0xffff) throw new BadWord('a parameter is longer than 65535 octets', word);
	return value.length;
}

/** `key`, `key=value`, `key="value"`, or all of it in quotes. */
function split(word: Word): { key: number; name: string; value: string | null } {
	const [, name = '', equals = '', rest = ''] = /^([^=]*)(=?)([\s\S]*)$/.exec(word.text) ?? [];
	const value = /^"([\s\S]*)"$/.exec(rest)?.[1] ?? rest;
	return { key: keyNumber(name, word), name, value: equals === '' ? null : value };
}

function keyNumber(name: string, word: Word): number {
	const number = svcParamKeyNumber(name);
	if (number !== null) return number;
	throw new BadWord(`${shown({ text: name })} is no parameter of HTTPS and SVCB records`, word);
}

function valueOctets(key: string, written: string, value: string | null, word: Word): Buffer {
	const octets = octetsOf({ ...word, text: value ?? '', quoted: true });
	if (written !== key) return octets;
	if (BARE.has(key)) {
		if (octets.length > 0) throw new BadWord(`${key} takes no value`, word);
		return octets;
	}
	if (octets.length === 0) throw new BadWord(`${key} has no value`, word);
	const text = octets.toString('latin1');
	switch (key) {
		case 'mandatory':
			return Buffer.concat(mandatoryKeys(text, word).map(u16));
		case 'alpn':
			return Buffer.concat(listItems(text).map((item) => protocol(item, word)));
		case 'port':
			return u16(numberIn({ ...word, text }, 'port', 0xffff));
		case 'ipv4hint':
			return Buffer.concat(text.split(',').map((one) => address(one, 4, word)));
		case 'ipv6hint':
			return Buffer.concat(text.split(',').map((one) => address(one, 6, word)));
		case 'ech':
			return base64In(text, 'ech value', word);
		default:
			return octets;
	}
}

function mandatoryKeys(text: string, word: Word): readonly number[] {
	const keys = text.split(',').map((name) => keyNumber(name, word));
	if (keys.includes(MANDATORY)) throw new BadWord('mandatory lists itself', word);
	if (new Set(keys).size < keys.length) throw new BadWord('mandatory lists a key twice', word);
	return keys.sort((a, b) => a - b);
}

function requireMandatory(params: ReadonlyMap<number, Buffer>, word: Word | undefined): void {
	const listed = params.get(MANDATORY) ?? Buffer.alloc(0);
	for (let at = 0; at < listed.length; at += 2) {
		const key = listed.readUInt16BE(at);
		if (!params.has(key)) {
			throw new BadWord(`mandatory lists ${svcParamKey(key)}, which is not there`, word);
		}
	}
}

/** A comma-separated list, commas and backslashes escaped once more (RFC 9460 appendix A.1). */
function listItems(text: string): readonly string[] {
	const items = [''];
	for (const [token] of text.matchAll(/\\?[\s\S]/g)) {
		if (token === ',') items.push('');
		else items[items.length - 1] += token.at(-1) ?? '';
	}
	return items;
}

function protocol(id: string, word: Word): Buffer {
	if (id === '') throw new BadWord('alpn lists a protocol without a name', word);
	return characterString({ ...word, text: id.replace(/\\/g, '\\\\'), quoted: true });
}

export function address(text: string, family: 4 | 6, word: Word): Buffer {
	const bytes = addressBytes(text, family);
	if (bytes !== null) return bytes;
	throw new BadWord(`${shown({ text })} is no IPv${family} address`, word);
}

function addressBytes(text: string, family: 4 | 6): Buffer | null {
	if (family === 4) {
		if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
		return Buffer.from(ipaddr.IPv4.parse(text).toByteArray());
	}
	if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return null;
	return Buffer.from(ipaddr.IPv6.parse(text).toByteArray());
}

// ── Out of octets ────────────────────────────────────────────────────────────────────────────────

/** A value that its key does not allow stands as octets under the key's generic name. */
export function readSvcParams(octets: RdataOctets): readonly SvcParam[] {
	const params: SvcParam[] = [];
	while (octets.left > 0) {
		const key = octets.u16();
		params.push(readParam(key, octets.take(octets.u16())));
	}
	return params;
}

function readParam(key: number, value: Buffer): SvcParam {
	try {
		return [svcParamKey(key), valueText(svcParamKey(key), new RdataOctets(value))];
	} catch (error) {
		if (!(error instanceof BadOctets)) throw error;
		return [`key${key}`, escaped(value)];
	}
}

function valueText(key: string, value: RdataOctets): string {
	switch (key) {
		case 'mandatory':
			return list(value, () => svcParamKey(value.u16()));
		case 'alpn':
			return list(value, () => protocolText(value.string()));
		case 'no-default-alpn':
		case 'ohttp':
			value.end();
			return '';
		case 'port': {
			const port = value.u16();
			value.end();
			return String(port);
		}
		case 'ipv4hint':
			return list(value, () => addressText(value.take(4)));
		case 'ipv6hint':
			return list(value, () => addressText(value.take(16)));
		case 'ech':
			return value.rest().toString('base64');
		default:
			return escaped(value.rest());
	}
}

function list(value: RdataOctets, read: () => string): string {
	const items: string[] = [];
	while (value.left > 0) items.push(read());
	if (items.length === 0) throw new BadOctets('a list is empty');
	return items.join(',');
}

/** Escaped twice: as an item of a list, then as a character-string. */
function protocolText(id: Buffer): string {
	if (id.length === 0) throw new BadOctets('a protocol has no name');
	return escaped(Buffer.from(id.toString('latin1').replace(/[\\,]/g, '\\$&'), 'latin1'));
}
