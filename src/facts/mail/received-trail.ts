import ipaddr from 'ipaddr.js';
import { addressClass } from '../dns/address-class.ts';
import { isDomain } from './mail-address.ts';
import { type FieldToken, fieldTokens } from './structured-field.ts';

/** One Received field: who took a message from whom (RFC 5321 §4.4). */
export interface ReceivedHop {
	/** What the client called itself; empty where the field names no client. */
	readonly helo: string;
	/** What the server found for its address in DNS; empty where it says nothing. */
	readonly reverse: string;
	/** The client's address; `null` where the field has none. */
	readonly address: string | null;
	/** The server, lower case; may be an address or a bare name. */
	readonly by: string;
	/** `ESMTPS`, `LMTP`…, upper case; empty without one. */
	readonly protocol: string;
	/** By the protocol (RFC 3848) or by what the comments say of TLS. */
	readonly encrypted: boolean;
	/** Milliseconds since 1970; `null` where no date can be read. */
	readonly time: number | null;
}

/** The value of one unfolded Received field. Never throws, linear. */
export function parseReceived(value: string): ReceivedHop {
	const end = dateStart(value);
	const clauses = clausesOf(fieldTokens(value.slice(0, end)));
	const from = clauses.get('from');
	const by = clauses.get('by');
	const protocol = (clauses.get('with')?.words[0] ?? '').toUpperCase();
	const comments = [...clauses.values()].flatMap((clause) => clause.comments);
	return {
		...clientOf(from),
		by: (by?.words[0] ?? '').toLowerCase().replace(/\.$/, ''),
		protocol,
		encrypted: TLS_PROTOCOLS.test(protocol) || comments.some((each) => SAYS_TLS.test(each)),
		time: timeOf(value.slice(end + 1)),
	};
}

/** RFC 3848 and RFC 6531; `SMTPS` and `HTTPS` as servers write them. */
const TLS_PROTOCOLS = /^(?:UTF8)?(?:E?SMTPS|E?SMTPSA|LMTPS|LMTPSA|HTTPS)$/;
const SAYS_TLS = /\b(?:TLS_?v?1|SSLv3|version=TLS|using TLS|cipher[= ])/i;

/** The date stands behind the last semicolon that is in no comment. */
function dateStart(value: string): number {
	const semicolon = value.lastIndexOf(';');
	return semicolon === -1 ? value.length : semicolon;
}

interface Clause {
	readonly words: string[];
	readonly comments: string[];
}

const CLAUSES: ReadonlySet<string> = new Set(['from', 'by', 'via', 'with', 'id', 'for']);

/** The first clause of each kind; a comment belongs to the clause before it. */
function clausesOf(tokens: readonly FieldToken[]): ReadonlyMap<string, Clause> {
	const clauses = new Map<string, Clause>();
	let current: Clause = { words: [], comments: [] };
	for (const { kind, text } of tokens) {
		const word = text.toLowerCase();
		if (kind === 'comment') current.comments.push(text);
		else if (kind === 'text' && CLAUSES.has(word) && !clauses.has(word)) {
			current = { words: [], comments: [] };
			clauses.set(word, current);
		} else if (kind !== 'space') current.words.push(text);
	}
	return clauses;
}

function clientOf(from: Clause | undefined): Pick<ReceivedHop, 'helo' | 'reverse' | 'address'> {
	if (from === undefined) return { helo: '', reverse: '', address: null };
	const first = (from.words[0] ?? '').replace(/\.$/, '');
	const comments = from.comments.join(' ');
	const named = /\b(?:helo|ehlo)[= ]([^\s)\]]+)/i.exec(comments)?.[1];
	const address = addressIn(comments) ?? addressIn(first);
	const reverse = comments
		.split(/[\s=]+/)
		.map((word) => word.replace(/\.$/, '').toLowerCase())
		.find((word) => word.includes('.') && isDomain(word) && addressIn(word) === null);
	return {
		helo: (named ?? first).toLowerCase(),
		// Exim and qmail write what the client said in the comment, and what DNS says before it.
		reverse: named === undefined ? (reverse ?? '') : first.toLowerCase(),
		address,
	};
}

/** The first address in `[…]`, else the first word that is one. */
export function addressIn(text: string): string | null {
	const words = [
		...[...text.matchAll(/\[(?:ipv6:)?([0-9a-f.:]{2,45})\]/gi)].map(([, inside = '']) => inside),
		...text.split(/[\s()[\],;=]+/),
	];
	return words.slice(0, 64).find(isAddress)?.toLowerCase() ?? null;
}

function isAddress(text: string): boolean {
	return (
		ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && ipaddr.IPv6.isValid(text))
	);
}

/** Of other networks than the server's own: documentation addresses stand for public ones. */
export function isOutsideAddress(address: string): boolean {
	const kind = addressClass(address);
	return kind === 'public' || kind === 'documentation';
}

/**
 * RFC 5322 §3.3, and what mailers write instead; milliseconds. The comment behind it is dropped. `null`
 * for what is no date.
 */
export function timeOf(text: string): number | null {
	const plain = text
		.replace(/\([^()]{0,200}\)/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	const match =
		/^(?:[a-z]{3},? ?)?(\d{1,2}) ([a-z]{3}) (\d{4}|\d{2}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?(?: ([+-]\d{4}|[a-z]{1,5}))?$/i.exec(
			plain,
		);
	if (match === null) return null;
	const [, day = '', name = '', year = '', hour = '', minute = '', second = '0', zone = 'GMT'] =
		match;
	const month = MONTHS.indexOf(name.toLowerCase());
	if (month === -1 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59) return null;
	const years = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 50 ? 2000 : 1900);
	const time = Date.UTC(years, month, Number(day), Number(hour), Number(minute), Number(second));
	return Number.isNaN(time) ? null : time - offsetOf(zone);
}

const MONTHS: readonly string[] = [
	...['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
];

/** RFC 5322 §4.3; other letters mean nothing and count as none. */
const ZONES: Readonly<Record<string, number>> = {
	EST: -5,
	EDT: -4,
	CST: -6,
	CDT: -5,
	MST: -7,
	MDT: -6,
	PST: -8,
	PDT: -7,
};

function offsetOf(zone: string): number {
	const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? [];
	if (sign === undefined) return (ZONES[zone.toUpperCase()] ?? 0) * 3_600_000;
	const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
	return sign === '-' ? -offset : offset;
}
