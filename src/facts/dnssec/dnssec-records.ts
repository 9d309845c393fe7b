import { labelsOf, nameOf, wireOf } from './dnssec-name.ts';

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

/** Numbers of the types that are asked for or looked for in a type bit map. */
export const TYPE_NUMBERS: Readonly<Record<string, number>> = {
	A: 1,
	NS: 2,
	CNAME: 5,
	SOA: 6,
	MX: 15,
	TXT: 16,
	AAAA: 28,
	DNAME: 39,
	DS: 43,
	RRSIG: 46,
	NSEC: 47,
	DNSKEY: 48,
	NSEC3: 50,
	NSEC3PARAM: 51,
	TLSA: 52,
	CDS: 59,
	CDNSKEY: 60,
	HTTPS: 65,
	CAA: 257,
};

/** RDATA of each type from its canonical wire form in hex; `null` for what is none. */
export const readDs = (wire: string): Ds | null =>
	reading(wire, (reader) => ({
		keyTag: reader.u16(),
		algorithm: reader.u8(),
		digestType: reader.u8(),
		digest: reader.rest(),
	}));

export const readDnskey = (wire: string): Dnskey | null =>
	reading(wire, (reader) => ({
		flags: reader.u16(),
		protocol: reader.u8(),
		algorithm: reader.u8(),
		key: reader.rest(),
		keyTag: keyTagOf(Buffer.from(wire, 'hex')),
		wire: wire.toLowerCase(),
	}));

export const readRrsig = (wire: string): Rrsig | null =>
	reading(wire, (reader) => {
		const fixed = {
			covers: reader.u16(),
			algorithm: reader.u8(),
			labels: reader.u8(),
			originalTtl: reader.u32(),
			expiration: reader.u32(),
			inception: reader.u32(),
			keyTag: reader.u16(),
		};
		const signer = reader.name();
		return {
			...fixed,
			signer: signer.text,
			prefix: wire.slice(0, 36).toLowerCase() + signer.wire,
			signature: reader.rest(),
		};
	});

export const readNsec = (wire: string): Nsec | null =>
	reading(wire, (reader) => ({ next: reader.name().text, types: reader.types() }));

export const readNsec3 = (wire: string): Nsec3 | null =>
	reading(wire, (reader) => {
		const hash = reader.u8();
		const isOptOut = (reader.u8() & 1) === 1;
		const iterations = reader.u16();
		const salt = reader.counted();
		return { hash, isOptOut, iterations, salt, next: reader.counted(), types: reader.types() };
	});

export const readNsec3Param = (wire: string): Nsec3Param | null =>
	reading(wire, (reader) => {
		const hash = reader.u8();
		reader.u8();
		return { hash, iterations: reader.u16(), salt: reader.counted() };
	});

/** RFC 4034 Appendix B; for RSA/MD5, which has a rule of its own, Appendix B.1. */
function keyTagOf(rdata: Buffer): number {
	if (rdata[3] === 1) return rdata.length < 7 ? 0 : rdata.readUInt16BE(rdata.length - 3);
	let sum = 0;
	for (const [at, byte] of rdata.entries()) sum += at % 2 === 0 ? byte << 8 : byte;
	return (sum + ((sum >> 16) & 0xffff)) & 0xffff;
}

class TooShort extends Error {}

function reading<T>(wire: string, read: (reader: RdataReader) => T): T | null {
	if (wire.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(wire)) return null;
	try {
		return read(new RdataReader(Buffer.from(wire, 'hex')));
	} catch (error) {
		if (error instanceof TooShort) return null;
		throw error;
	}
}

class RdataReader {
	readonly #bytes: Buffer;
	#at = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	#take(length: number): Buffer {
		const taken = this.#bytes.subarray(this.#at, this.#at + length);
		if (taken.length < length) throw new TooShort();
		this.#at += length;
		return taken;
	}

	u8(): number {
		return this.#take(1).readUInt8();
	}

	u16(): number {
		return this.#take(2).readUInt16BE();
	}

	u32(): number {
		return this.#take(4).readUInt32BE();
	}

	/** Octets behind their count, hex. */
	counted(): string {
		return this.#take(this.u8()).toString('hex');
	}

	rest(): string {
		return this.#take(this.#bytes.length - this.#at).toString('hex');
	}

	/** An uncompressed name, in lower case. */
	name(): { readonly text: string; readonly wire: string } {
		const labels: Buffer[] = [];
		for (let length = this.u8(); length > 0; length = this.u8()) {
			if (length > 63) throw new TooShort();
			labels.push(this.#take(length));
		}
		const text = nameOf(labels);
		const canonical = labelsOf(text);
		if (canonical === null) throw new TooShort();
		return { text, wire: wireOf(canonical).toString('hex') };
	}

	/** Type bit maps (RFC 4034 §4.1.2); windows out of order are read all the same. */
	types(): readonly number[] {
		const types: number[] = [];
		while (this.#at < this.#bytes.length) {
			const window = this.u8();
			for (const [at, byte] of this.#take(this.u8()).entries()) {
				for (let bit = 0; bit < 8; bit++) {
					if (byte & (0x80 >> bit)) types.push(window * 256 + at * 8 + bit);
				}
			}
		}
		return types;
	}
}
