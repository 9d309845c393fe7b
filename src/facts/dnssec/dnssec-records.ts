import { labelsOf, nameOf, wireOf } from '../dns/labels.ts';
import { BadOctets, RdataOctets, typesInWindow } from '../dns/rdata-octets.ts';

/** Which key of a zone its parent vouches for (RFC 4034 §5). */
export interface Ds {
	readonly keyTag: number;
	readonly algorithm: number;
	readonly digestType: number;
	/** Lower-case hex. */
	readonly digest: string;
}

/** One key of a zone (RFC 4034 §2). */
export interface Dnskey {
	readonly keyTag: number;
	readonly flags: number;
	readonly protocol: number;
	readonly algorithm: number;
	/** Public key, hex. */
	readonly key: string;
	/** RDATA, hex; what a DS digests, and what tells two keys apart. */
	readonly wire: string;
}

/** One signature over one record set (RFC 4034 §3). */
export interface Rrsig {
	/** Type number. */
	readonly covers: number;
	readonly algorithm: number;
	/** Of the owner, without the root and without the `*` of a wildcard. */
	readonly labels: number;
	readonly originalTtl: number;
	/** Seconds since 1970 modulo 2^32, to be compared as in RFC 1982. */
	readonly expiration: number;
	readonly inception: number;
	readonly keyTag: number;
	readonly signer: string;
	/** Hex. */
	readonly signature: string;
	/** The signed beginning of the RDATA, signer in canonical form; hex. */
	readonly prefix: string;
}

/** The next name of the zone and what is at this one (RFC 4034 §4). */
export interface Nsec {
	readonly next: string;
	/** Type numbers. */
	readonly types: readonly number[];
}

/** The same over hashed names (RFC 5155 §3). */
export interface Nsec3 extends Nsec3Param {
	/** Unsigned delegations may lie between the two hashes. */
	readonly isOptOut: boolean;
	/** Hex. */
	readonly next: string;
	readonly types: readonly number[];
}

/** How names are hashed (RFC 5155 §4). */
export interface Nsec3Param {
	/** 1 is SHA-1, and the only one. */
	readonly hash: number;
	readonly iterations: number;
	/** Hex, empty for none. */
	readonly salt: string;
}

/** RDATA of each type from its canonical wire form in hex; `null` for what is none. */
export const readDs = (wire: string): Ds | null =>
	reading(wire, (octets) => ({
		keyTag: octets.u16(),
		algorithm: octets.u8(),
		digestType: octets.u8(),
		digest: hex(octets.rest()),
	}));

export const readDnskey = (wire: string): Dnskey | null =>
	reading(wire, (octets) => ({
		flags: octets.u16(),
		protocol: octets.u8(),
		algorithm: octets.u8(),
		key: hex(octets.rest()),
		keyTag: keyTagOf(Buffer.from(wire, 'hex')),
		wire: wire.toLowerCase(),
	}));

export const readRrsig = (wire: string): Rrsig | null =>
	reading(wire, (octets) => {
		const fixed = {
			covers: octets.u16(),
			algorithm: octets.u8(),
			labels: octets.u8(),
			originalTtl: octets.u32(),
			expiration: octets.u32(),
			inception: octets.u32(),
			keyTag: octets.u16(),
		};
		const signer = name(octets);
		return {
			...fixed,
			signer: signer.text,
			prefix: wire.slice(0, 36).toLowerCase() + signer.wire,
			signature: hex(octets.rest()),
		};
	});

export const readNsec = (wire: string): Nsec | null =>
	reading(wire, (octets) => ({ next: name(octets).text, types: types(octets) }));

export const readNsec3 = (wire: string): Nsec3 | null =>
	reading(wire, (octets) => {
		const hash = octets.u8();
		const isOptOut = (octets.u8() & 1) === 1;
		const iterations = octets.u16();
		const salt = hex(octets.string());
		return { hash, isOptOut, iterations, salt, next: hex(octets.string()), types: types(octets) };
	});

export const readNsec3Param = (wire: string): Nsec3Param | null =>
	reading(wire, (octets) => {
		const hash = octets.u8();
		octets.u8();
		return { hash, iterations: octets.u16(), salt: hex(octets.string()) };
	});

/** RFC 4034 Appendix B; for RSA/MD5, which has a rule of its own, Appendix B.1. */
function keyTagOf(rdata: Buffer): number {
	if (rdata[3] === 1) return rdata.length < 7 ? 0 : rdata.readUInt16BE(rdata.length - 3);
	let sum = 0;
	for (const [at, byte] of rdata.entries()) sum += at % 2 === 0 ? byte << 8 : byte;
	return (sum + ((sum >> 16) & 0xffff)) & 0xffff;
}

function reading<T>(wire: string, read: (octets: RdataOctets) => T): T | null {
	if (wire.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(wire)) return null;
	try {
		return read(new RdataOctets(Buffer.from(wire, 'hex')));
	} catch (error) {
		if (error instanceof BadOctets) return null;
		throw error;
	}
}

function hex(octets: Buffer): string {
	return octets.toString('hex');
}

/** In lower case. */
function name(octets: RdataOctets): { readonly text: string; readonly wire: string } {
	const text = nameOf(octets.labels());
	const canonical = labelsOf(text);
	if (canonical === null) throw new BadOctets('a name is too long');
	return { text, wire: hex(wireOf(canonical)) };
}

/** Type bit maps (RFC 4034 §4.1.2); windows out of order are read all the same. */
function types(octets: RdataOctets): readonly number[] {
	const found: number[] = [];
	while (octets.left > 0) found.push(...typesInWindow(octets.u8(), octets.string()));
	return found;
}
