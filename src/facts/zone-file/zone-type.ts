/** IANA's numbers of the types that are asked for and shown by name. */
const NUMBERS: Readonly<Record<string, number>> = {
	A: 1,
	NS: 2,
	MD: 3,
	MF: 4,
	CNAME: 5,
	SOA: 6,
	MB: 7,
	MG: 8,
	MR: 9,
	PTR: 12,
	HINFO: 13,
	MINFO: 14,
	MX: 15,
	TXT: 16,
	RP: 17,
	AFSDB: 18,
	RT: 21,
	SIG: 24,
	PX: 26,
	AAAA: 28,
	LOC: 29,
	SRV: 33,
	NAPTR: 35,
	KX: 36,
	CERT: 37,
	DNAME: 39,
	DS: 43,
	SSHFP: 44,
	RRSIG: 46,
	NSEC: 47,
	DNSKEY: 48,
	DHCID: 49,
	NSEC3: 50,
	NSEC3PARAM: 51,
	TLSA: 52,
	SMIMEA: 53,
	CDS: 59,
	CDNSKEY: 60,
	OPENPGPKEY: 61,
	CSYNC: 62,
	ZONEMD: 63,
	SVCB: 64,
	HTTPS: 65,
	SPF: 99,
	URI: 256,
	CAA: 257,
};

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

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]));

/** Queries and transfers, which are no records (RFC 6895 §3.1), and OPT. */
function isMeta(number: number): boolean {
	return number === 0 || number === 41 || (number >= 128 && number <= 255);
}

/** `TYPE65` (RFC 3597 §5) counts too; `null` for a word that names no type a zone can hold. */
export function zoneTypeNumber(word: string): number | null {
	const upper = word.toUpperCase();
	const known = [NUMBERS, RARE].find((table) => Object.hasOwn(table, upper))?.[upper];
	if (known !== undefined) return known;
	const number = Number(/^TYPE(\d{1,5})$/.exec(upper)?.[1] ?? Number.NaN);
	return number <= 0xffff && !isMeta(number) ? number : null;
}

/** As answers show it: the mnemonic, or `TYPE…`. */
export function zoneTypeName(number: number): string {
	return NAMES.get(number) ?? `TYPE${number}`;
}

export const TYPE_WORDS: readonly string[] = [...Object.keys(NUMBERS), ...Object.keys(RARE)];
