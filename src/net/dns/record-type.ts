/** IANA's numbers of the types that are read or asked for by name. */
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
	OPT: 41,
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
	AXFR: 252,
	ANY: 255,
	URI: 256,
	CAA: 257,
};

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]));

/** `TYPE65` (RFC 3597 §5) counts too; `null` for a word that is no type. */
export function typeNumber(name: string): number | null {
	const known = Object.hasOwn(NUMBERS, name.toUpperCase())
		? NUMBERS[name.toUpperCase()]
		: undefined;
	if (known !== undefined) return known;
	const number = Number(/^TYPE(\d{1,5})$/i.exec(name)?.[1] ?? Number.NaN);
	return number <= 0xffff ? number : null;
}

/** The mnemonic, or `TYPE…` (RFC 3597 §5). */
export function typeName(number: number): string {
	return NAMES.get(number) ?? `TYPE${number}`;
}
