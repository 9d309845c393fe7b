import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	insecureFields,
	isContact,
	isSecurityTxt,
	parseSecurityTxt,
	readDateTime,
	valuesOf,
} from '../../../src/facts/exposure/security-txt.ts';

describe('parseSecurityTxt (RFC 9116 §4)', () => {
	it.each(['\n', '\r\n'])('reads fields and passes comments over, lines ending in %j', (end) => {
		const text = ['# Contact: not@this.one', '', 'Contact: mailto:a@b.test', 'eXpires: soon'];
		expect(parseSecurityTxt(text.join(end))).toEqual({
			fields: [
				{ name: 'contact', value: 'mailto:a@b.test' },
				{ name: 'expires', value: 'soon' },
			],
			isSigned: false,
		});
	});

	it('reads what a signature covers, and nothing after it', () => {
		const signed = [
			'-----BEGIN PGP SIGNED MESSAGE-----',
			'Hash: SHA256',
			'',
			'- Contact: tel:+1-201-555-0123',
			'-----BEGIN PGP SIGNATURE-----',
			'Version: 1',
			'-----END PGP SIGNATURE-----',
			'Contact: mailto:forged@b.test',
		].join('\n');
		const read = parseSecurityTxt(signed);
		expect(read.isSigned).toBe(true);
		expect(valuesOf(read, 'contact')).toEqual(['tel:+1-201-555-0123']);
		expect(valuesOf(read, 'hash')).toEqual([]);
	});

	it('never throws, whatever comes', () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 400 }), (text) => {
				for (const { name } of parseSecurityTxt(text).fields)
					expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
			}),
		);
	});
});

it('takes no page and no other text for the file', () => {
	expect(isSecurityTxt('<!doctype html>\nContact: us')).toBe(false);
	expect(isSecurityTxt('Not found: nothing')).toBe(false);
	expect(isSecurityTxt('Expires: 2030-01-01T00:00:00Z')).toBe(true);
});

it('lists web addresses without TLS of the fields that hold addresses', () => {
	const read = parseSecurityTxt(
		'Contact: http://a.test/\nPolicy: HTTP://b.test/\nX-Note: http://c.test/',
	);
	expect(insecureFields(read)).toEqual(['Contact: http://a.test/', 'Policy: HTTP://b.test/']);
});

it.each([
	['mailto:security@example.com', true],
	['tel:+1-201-555-0123', true],
	['https://example.com/contact', true],
	['security@example.com', false],
	['mailto:', false],
	['mailto:nobody', false],
	['', false],
])('%j is a contact: %j', (value, is) => {
	expect(isContact(value)).toBe(is);
});

describe('readDateTime (RFC 3339 §5.6)', () => {
	it.each([
		['1985-04-12T23:20:50.52Z', '1985-04-12T23:20:50.520Z'],
		['1996-12-19T16:39:57-08:00', '1996-12-20T00:39:57.000Z'],
		['1990-12-31T23:59:60Z', '1990-12-31T23:59:59.000Z'],
		['1937-01-01t12:00:27.87+00:20', '1937-01-01T11:40:27.870Z'],
		['2024-02-29T00:00:00z', '2024-02-29T00:00:00.000Z'],
	])('%s', (text, iso) => {
		expect(readDateTime(text)).toBe(Date.parse(iso));
	});

	it.each([
		'2023-02-29T00:00:00Z',
		'2023-13-01T00:00:00Z',
		'2023-00-01T00:00:00Z',
		'2023-01-01T24:00:00Z',
		'2023-01-01T00:60:00Z',
		'2023-01-01T00:00:00',
		'2023-01-01 00:00:00Z',
		'2023-01-01',
		'Thu, 31 Dec 2020 18:37:07 -0800',
		'2023-01-01T00:00:00+24:00',
	])('refuses %s', (text) => {
		expect(readDateTime(text)).toBeNull();
	});

	it('gives a number or null, never NaN', () => {
		const part = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
		fc.assert(
			fc.property(fc.array(part, { minLength: 6, maxLength: 6 }), ([a, b, c, d, e, f]) => {
				const read = readDateTime(`20${a}-${b}-${c}T${d}:${e}:${f}Z`);
				expect(read === null || Number.isFinite(read)).toBe(true);
			}),
		);
	});
});
