import { RECORD_TYPES } from '../../core/record-types.ts';

/** Types with a mnemonic of their own that answers show by number. */
const RARE: Readonly<Record<string, number>> = {
	NULL: 10,
	WKS: 11,
	X25: 19,
	ISDN: 20,
	NSAP: 22,
	'NSAP-PTR': 23,
	KEY: 25,
	GPOS: 27,
	NXT: 30,
	EID: 31,
	NIMLOC: 32,
	ATMA: 34,
	A6: 38,
	SINK: 40,
	APL: 42,
	IPSECKEY: 45,
	HIP: 55,
	NINFO: 56,
	RKEY: 57,
	TALINK: 58,
	DSYNC: 66,
	UINFO: 100,
	UID: 101,
	GID: 102,
	UNSPEC: 103,
	NID: 104,
	L32: 105,
	L64: 106,
	LP: 107,
	EUI48: 108,
	EUI64: 109,
	AVC: 258,
	DOA: 259,
	AMTRELAY: 260,
	RESINFO: 261,
	WALLET: 262,
	CLA: 263,
	IPN: 264,
	TA: 32_768,
	DLV: 32_769,
};

const NAMES = new Map(Object.entries(RECORD_TYPES).map(([name, number]) => [number, name]));

/** Queries and transfers, which are no records (RFC 6895 §3.1), and OPT. */
function isMeta(number: number): boolean {
	return number === 0 || number === 41 || (number >= 128 && number <= 255);
}

/** `TYPE65` (RFC 3597 §5) counts too; `null` for a word that names no type a zone can hold. */
export function zoneTypeNumber(word: string): number | null {
	const upper = word.toUpperCase();
	const known = [RECORD_TYPES, RARE].find((table) => Object.hasOwn(table, upper))?.[upper];
	if (known !== undefined) return known;
	const number = Number(/^TYPE(\d{1,5})$/.exec(upper)?.[1] ?? Number.NaN);
	return number <= 0xffff && !isMeta(number) ? number : null;
}

/** As answers show it: the mnemonic, or `TYPE…`. */
export function zoneTypeName(number: number): string {
	return NAMES.get(number) ?? `TYPE${number}`;
}

export const TYPE_WORDS: readonly string[] = [...Object.keys(RECORD_TYPES), ...Object.keys(RARE)];
