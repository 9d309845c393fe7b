import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	bitsOf,
	booleanOf,
	DerError,
	elements,
	hexOf,
	integerOf,
	oidOf,
	onlyElement,
} from '../../../src/facts/tls/der.ts';
import { parseCertificate } from '../../../src/facts/tls/x509.ts';
import { integer, oid, root, tlv } from './certificate-maker.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('lengths (X.690 §8.1.3, §10.1)', () => {
	test.each([
		['05 00', '05', ''],
		['04 01 ff', '04', 'ff'],
	])('%s is read', (text, tag, content) => {
		const one = onlyElement(hex(text));
		expect([one.tag.toString(16).padStart(2, '0'), hexOf(one.content)]).toEqual([tag, content]);
	});

	test.each([
		['empty', ''],
		['no length', '04'],
		['content that breaks off', '04 02 ff'],
		['an indefinite length', '30 80 00 00'],
		['a long length where a short one does', '04 81 01 ff'],
		['a leading zero in the length', '04 82 00 80'],
		['a length of five octets', '04 85 01 00 00 00 00'],
		['a tag of two octets', '1f 22 00'],
		['something behind', '05 00 00'],
	])('%s is refused', (_, text) => {
		expect(() => onlyElement(hex(text))).toThrow(DerError);
	});

	test('128 octets need the long form, 127 must not use it', () => {
		expect(onlyElement(tlv(4, Buffer.alloc(128))).content).toHaveLength(128);
		expect(onlyElement(tlv(4, Buffer.alloc(127))).raw).toHaveLength(129);
	});
});

describe('types', () => {
	test.each([
		['00', 0n],
		['7f', 127n],
		['00 80', 128n],
		['80', -128n],
		['ff', -1n],
		['ff 7f', -129n],
		['01 00 00 00 00 00 00 00 00', 1n << 64n],
	])('INTEGER %s', (text, value) => expect(integerOf(hex(text))).toBe(value));

	test.each(['', '00 7f', '00 00', 'ff 80', 'ff ff'])('INTEGER %s is refused', (text) => {
		expect(() => integerOf(hex(text))).toThrow(DerError);
	});

	test('BOOLEAN is 00 or ff', () => {
		expect([booleanOf(hex('00')), booleanOf(hex('ff'))]).toEqual([false, true]);
		for (const text of ['', '01', 'ffff']) expect(() => booleanOf(hex(text))).toThrow(DerError);
	});

	test.each([
		['2a 86 48 86 f7 0d', '1.2.840.113549'],
		['55 1d 11', '2.5.29.17'],
		['88 37 03', '2.999.3'],
	])('OBJECT IDENTIFIER %s', (text, dotted) => expect(oidOf(hex(text))).toBe(dotted));

	test.each(['', '80 01', '2a 86', `2a ${'ff '.repeat(20)}01`])('OID %s is refused', (text) => {
		expect(() => oidOf(hex(text))).toThrow(DerError);
	});

	test('BIT STRING counts its unused bits, which are zero', () => {
		expect(bitsOf(hex('07 80'))).toEqual({ bytes: hex('80'), unused: 7 });
		for (const text of ['', '01', '08 00', '07 81']) {
			expect(() => bitsOf(hex(text))).toThrow(DerError);
		}
	});
});

test('what is written is read again', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(fc.constantFrom(2, 4, 12, 48), fc.uint8Array())), (parts) => {
			const written = parts.map(([tag, content]) => tlv(tag, content));
			const read = elements(Buffer.concat(written));
			expect(read.map(({ tag, content }) => [tag, hexOf(content)])).toEqual(
				parts.map(([tag, content]) => [tag, hexOf(content)]),
			);
		}),
	);
	fc.assert(
		fc.property(fc.nat(2), fc.nat(39), fc.array(fc.nat({ max: 2 ** 40 })), (a, b, rest) => {
			const dotted = [a, b, ...rest].join('.');
			expect(oidOf(onlyElement(oid(dotted)).content)).toBe(dotted);
		}),
	);
});

test('any bytes are read or refused with DerError', () => {
	let refused = 0;
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
			for (const read of [elements, integerOf, oidOf, booleanOf, bitsOf]) {
				try {
					read(bytes);
				} catch (error) {
					expect(error).toBeInstanceOf(DerError);
					refused++;
				}
			}
		}),
		{ numRuns: 5_000 },
	);
	expect(refused).toBeGreaterThan(0);
});

test('a certificate cut anywhere is malformed', () => {
	const { der } = root('CN=Cut');
	expect(parseCertificate(Buffer.from(der)).kind).toBe('certificate');
	for (let length = 0; length < der.length; length++) {
		expect(parseCertificate(Buffer.from(der.subarray(0, length))).kind).toBe('malformed');
	}
	expect(parseCertificate(Buffer.concat([der, integer(1)])).kind).toBe('malformed');
});
