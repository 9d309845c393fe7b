import { createHash, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DnsRecord } from '../../../src/core/io.ts';
import { Malformed } from '../../../src/net/dns/malformed.ts';
import { readMessage } from '../../../src/net/dns/message.ts';
import { rawRecord, wireName } from '../name-server.ts';

/** Owner `Host.Example.test` at 12; the data can point to it. */
function read(type: number, rdata: Buffer): DnsRecord {
	const header = Buffer.from([0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
	const wire = Buffer.concat([header, rawRecord('Host.Example.test', type, rdata)]);
	const [entry] = readMessage(wire, { klass: 1, canonical: true }).answers;
	if (entry === undefined) throw new Error('no record');
	return entry.record;
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** `Host.Example.test` by a pointer, and what it stands for. */
const POINTER = 'c00c';
const KEPT = wireName('Host.Example.test').toString('hex');
const LOWER = wireName('host.example.test').toString('hex');

test.each([
	['NS', 2, POINTER, LOWER],
	['MD', 3, POINTER, LOWER],
	['MF', 4, POINTER, LOWER],
	['CNAME', 5, POINTER, LOWER],
	['SOA', 6, `${POINTER}${POINTER}${'00'.repeat(20)}`, `${LOWER}${LOWER}${'00'.repeat(20)}`],
	['MB', 7, POINTER, LOWER],
	['MG', 8, POINTER, LOWER],
	['MR', 9, POINTER, LOWER],
	['PTR', 12, POINTER, LOWER],
	['MINFO', 14, POINTER.repeat(2), LOWER.repeat(2)],
	['MX', 15, `000a${POINTER}`, `000a${LOWER}`],
	['RP', 17, POINTER.repeat(2), LOWER.repeat(2)],
	['AFSDB', 18, `0001${POINTER}`, `0001${LOWER}`],
	['RT', 21, `0001${POINTER}`, `0001${LOWER}`],
	['PX', 26, `0001${POINTER}${POINTER}`, `0001${LOWER}${LOWER}`],
	['SRV', 33, `000000010002${POINTER}`, `000000010002${LOWER}`],
	['NAPTR', 35, `00010002 0155 0141 00 ${POINTER}`, `00010002 0155 0141 00 ${LOWER}`],
	['KX', 36, `0001${POINTER}`, `0001${LOWER}`],
	['DNAME', 39, POINTER, LOWER],
	['SIG', 24, `${'00'.repeat(18)}${POINTER}4142`, `${'00'.repeat(18)}${LOWER}4142`],
	['RRSIG', 46, `${'00'.repeat(18)}${POINTER}4142`, `${'00'.repeat(18)}${LOWER}4142`],
])('names in %s data are whole and in lower case (RFC 4034 §6.2)', (_, type, sent, canonical) => {
	expect(read(type, hex(sent)).wire).toBe(canonical.replaceAll(' ', ''));
});

test.each([
	['NSEC (RFC 6840 §5.1)', 47, `${POINTER}000140`, `${KEPT}000140`],
	['HTTPS', 65, `0001${POINTER}00010003026832`, `0001${KEPT}00010003026832`],
	['SVCB', 64, `0000${POINTER}`, `0000${KEPT}`],
	['an unknown type', 65_400, POINTER, POINTER],
])('names in %s data keep their letters', (_, type, sent, canonical) => {
	expect(read(type, hex(sent)).wire).toBe(canonical);
});

test.each([
	['TXT', 16, '0548656c4c6f'],
	['HINFO', 13, '0141 0142'],
	['CAA', 257, '00 05 4973737565 41'],
	['DNSKEY', 48, '0101 03 0d 4142'],
	['DS', 43, 'd960 0d 02 4142'],
	['NSEC3', 50, '01 00 0000 00 01 41 000140'],
	['A', 1, 'c0000201'],
	['AAAA', 28, '20010db8000000000000000000000001'],
])('%s data, which holds no name, is as sent', (_, type, sent) => {
	expect(read(type, hex(sent)).wire).toBe(sent.replaceAll(' ', ''));
});

test('octets outside ASCII keep their case, and a record that is broken has no canonical form', () => {
	expect(read(5, hex('02 c9 41 00')).wire).toBe('02c96100');
	expect(read(1, hex('010203'))).not.toHaveProperty('wire');
});

test('canonical data is never asked for what is not read, and never throws where the text is read', () => {
	fc.assert(
		fc.property(fc.nat({ max: 70 }), fc.uint8Array({ maxLength: 80 }), (type, octets) => {
			fc.pre(type !== 41);
			try {
				const { text, data, wire } = read(type, Buffer.from(octets));
				if (wire !== undefined) expect(wire).toMatch(/^(?:[0-9a-f]{2})*$/);
				else expect([text.startsWith('\\#'), data.type]).toEqual([true, 'other']);
			} catch (error) {
				expect(error).toBeInstanceOf(Malformed);
			}
		}),
		{ numRuns: 3_000 },
	);
});

// ── Signatures of the standards, verified over what is read ──────────────────────────────────────

const base64 = (text: string) => Buffer.from(text, 'base64');

interface Signed {
	readonly owner: string;
	readonly type: number;
	readonly rdata: Buffer;
	/** RRSIG data up to the signer's name. */
	readonly about: string;
	readonly signer: string;
	readonly signature: string;
}

/** RFC 4034 §3.1.8.1: RRSIG data without the signature, then the records. */
function signedData({ owner, type, rdata, about, signer }: Signed, signature: Buffer): Buffer {
	const sent = Buffer.concat([hex(about), wireName(signer.toUpperCase()), signature]);
	const rrsig = hex(read(46, sent).wire ?? '');
	const record = read(type, rdata);
	const data = hex(record.wire ?? '');
	const head = Buffer.concat([hex('0000 0001 00000e10 0000')]);
	head.writeUInt16BE(type, 0);
	head.writeUInt16BE(data.length, 8);
	return Buffer.concat([rrsig.subarray(0, -signature.length), wireName(owner), head, data]);
}

test('the ECDSA example of RFC 6605 §6.1 verifies over the canonical forms', () => {
	const point = base64(
		'GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==',
	);
	const signature = base64(
		'qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==',
	);
	const data = signedData(
		{
			owner: 'www.example.net',
			type: 1,
			rdata: Buffer.from([192, 0, 2, 1]),
			about: '0001 0d 03 00000e10 4c88b137 4c63c737 d960',
			signer: 'example.net',
			signature: '',
		},
		signature,
	);
	const key = createPublicKey({
		format: 'jwk',
		key: {
			kty: 'EC',
			crv: 'P-256',
			x: point.subarray(0, 32).toString('base64url'),
			y: point.subarray(32).toString('base64url'),
		},
	});
	expect(verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
});

test('the Ed25519 example of RFC 8080 §6.1 verifies over the canonical forms', () => {
	const signature = base64(
		'oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==',
	);
	const data = signedData(
		{
			owner: 'example.com',
			type: 15,
			rdata: Buffer.concat([hex('000a'), wireName('MAIL.Example.COM')]),
			about: '000f 0f 02 00000e10 55d4fc60 55b94ce0 0e1d',
			signer: 'example.com',
			signature: '',
		},
		signature,
	);
	const key = createPublicKey({
		format: 'jwk',
		key: {
			kty: 'OKP',
			crv: 'Ed25519',
			x: base64('l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=').toString('base64url'),
		},
	});
	expect(verify(null, data, key, signature)).toBe(true);
});

/** RFC 5155 §5; `ns1.example` is the second name of its appendix A in hash order. */
function hashed(name: string, iterations: number, salt: string): string {
	let digest = wireName(name);
	for (let i = 0; i <= iterations; i++) {
		digest = createHash('sha1').update(digest).update(hex(salt)).digest();
	}
	return digest.toString('hex');
}

// ── Presentation of the standards' examples ──────────────────────────────────────────────────────

test.each([
	[
		'DS (RFC 4034 §5.4)',
		43,
		'ec45 05 01 2bb183af5f22588179a53b0a98631fad1a292118',
		'60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
	],
	[
		'NSEC (RFC 4034 §4.3)',
		47,
		`${wireName('host.example.com').toString('hex')} 0006400100000003 041b${'00'.repeat(26)}20`,
		'host.example.com A MX RRSIG NSEC TYPE1234',
	],
	[
		'NSEC3 (RFC 5155 appendix A)',
		50,
		`01 01 000c 04 aabbccdd 14 ${hashed('ns1.example', 12, 'aabbccdd')} 0006 200000000012`,
		'1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR NS DS RRSIG',
	],
	['NSEC3 of an empty non-terminal', 50, '01 00 0000 00 01 00', '1 0 0 - 00'],
	['NSEC3PARAM (RFC 5155 appendix A)', 51, '01 00 000c 04 aabbccdd', '1 0 12 AABBCCDD'],
	['CDS that asks for no DS (RFC 8078 §4)', 59, '0000 00 00 00', '0 0 0 00'],
	['CDNSKEY that asks for no DS (RFC 8078 §4)', 60, '0000 03 00 00', '0 3 0 AA=='],
	[
		'DNSKEY (RFC 8080 §6.1)',
		48,
		`0101 03 0f ${base64('l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=').toString('hex')}`,
		'257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=',
	],
])('%s is written as a zone file writes it', (_, type, sent, text) => {
	expect(read(type, hex(sent)).text).toBe(text);
});
