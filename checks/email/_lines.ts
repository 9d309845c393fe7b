import { seconds } from '../../src/sdk.ts';

/** Short until the launch is over. */
const NEW_TTL = 300;
/** Longest string in a TXT record (RFC 1035 §3.3). */
const STRING_BYTES = 255;
/** Where no SOA said how long an absence is cached: the most common setting, in seconds. */
const USUAL_NEGATIVE_TTL = 3_600;

/** A TXT record as a zone file writes it: strings of at most 255 bytes, joined without a separator. */
export function txtLine(name: string, text: string): string {
	const strings = stringsOf(text).map((piece) => `"${escaped(piece)}"`);
	return `${name}. ${NEW_TTL} IN TXT ${strings.join(' ')}`;
}

/** Cut behind a space where there is one, so that a term stays whole for those who read it. */
function stringsOf(text: string): readonly string[] {
	const strings: string[] = [];
	let rest = text;
	while (rest.length > STRING_BYTES) {
		const end = rest.lastIndexOf(' ', STRING_BYTES - 1) + 1 || STRING_BYTES;
		strings.push(rest.slice(0, end));
		rest = rest.slice(end);
	}
	return [...strings, rest];
}

/** An empty exchange is a null MX (RFC 7505). */
export function mxLine(name: string, preference: number, exchange: string): string {
	return `${name}. ${NEW_TTL} IN MX ${preference} ${exchange}.`;
}

export function addressLine(name: string, address: string): string {
	return `${name}. ${NEW_TTL} IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`;
}

/** Name and data as a zone file writes them. */
export function tlsaLine(name: string, data: string): string {
	return `${name}. ${NEW_TTL} IN TLSA ${data}`;
}

export function ptrLine(owner: string, name: string): string {
	return `${owner}. ${NEW_TTL} IN PTR ${name}.`;
}

/** A record to delete, as a comment that a zone file may hold. */
export function deletion(line: string): string {
	return `; delete: ${line}`;
}

/** RFC 1035 §5.1: quotes and backslashes escaped, bytes outside visible ASCII as `\DDD`. */
function escaped(text: string): string {
	return text
		.replace(/["\\]/g, '\\$&')
		.replace(/[^\x20-\x7e]/g, (byte) => `\\${String(byte.charCodeAt(0) & 0xff).padStart(3, '0')}`);
}

/** A look-up to type by hand. A name that a shell would read differently is left out. */
export function dig(name: string, type = 'TXT'): string {
	return /^[a-z0-9._*-]+$/i.test(name) ? `dig +short ${type} '${name}'` : `dig +short ${type} NAME`;
}

/** A host's name that a shell could read differently is not pasted. */
export function forShell(host: string): string {
	return /^[a-z0-9][a-z0-9.-]*$/i.test(host) ? host : 'MAIL_HOST';
}

/** How long a record's absence is believed. */
export function absenceLead(negativeTtl: number | null) {
	return seconds(negativeTtl ?? USUAL_NEGATIVE_TTL);
}

/** `a`, `a and b`, `a, b and c`; at most five, then how many more. */
export function listed(items: readonly string[]): string {
	if (items.length > 5) return `${items.slice(0, 5).join(', ')} and ${items.length - 5} more`;
	const last = items.at(-1) ?? '';
	return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

export function counted(n: number, one: string, many = `${one}s`): string {
	return `${n} ${n === 1 ? one : many}`;
}
