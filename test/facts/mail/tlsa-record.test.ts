import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	effectiveTlsa,
	matchTlsa,
	parseTlsa,
	type TlsaRecord,
	tlsaText,
} from '../../../src/facts/mail/tlsa-record.ts';

const AB = 'AB'.repeat(32);

function read(...lines: readonly string[]): readonly TlsaRecord[] {
	return lines.map((line) => {
		const record = parseTlsa(line);
		if (record === null) throw new Error(line);
		return record;
	});
}

describe('a TLSA record', () => {
	it('is read as RFC 6698 §2.2 writes it, spaces in the data included', () => {
		const [record] = read(
			'0 0 1 d2abde240d7cd3ee6b4b28c54df034b9 7983a1d16e8a410e4561cb106618e971',
		);
		expect(record).toMatchObject({ usage: 0, selector: 0, matching: 1 });
		expect(record?.data).toBe('d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971');
		expect(parseTlsa(tlsaText({ usage: 3, selector: 1, matching: 1, data: 'ab' }))?.data).toBe(
			'ab',
		);
	});

	it.each([
		['0 0 1', 'usage 0 is not for mail servers (RFC 7672 §3.1.3)'],
		['1 1 1', 'usage 1 is not for mail servers (RFC 7672 §3.1.3)'],
		['2 0 1', null],
		['3 1 1', null],
		['4 1 1', 'usage 4 means nothing'],
		['255 1 1', 'usage 255 means nothing'],
		['3 2 1', 'selector 2 means nothing'],
		['3 1 3', 'matching type 3 means nothing'],
		['3 1 2', 'a SHA-512 digest has 64 octets, and this one 32'],
	])('%s with 32 octets: %s', (fields, fault) => {
		expect(read(`${fields} ${AB}`)[0]?.fault).toBe(fault);
	});

	it('needs a digest of 32 octets, not of 31 or 33', () => {
		const faults = [31, 32, 33].map((octets) => read(`3 1 1 ${'00'.repeat(octets)}`)[0]?.fault);
		expect(faults.map((fault) => fault === null)).toEqual([false, true, false]);
	});

	it.each(['', '3 1', '3 1 1 A', '3 1 1 XY', '256 1 1 AB', '3 -1 1 AB'])('%j is none', (text) => {
		expect(parseTlsa(text)).toBeNull();
	});
});

describe('a set', () => {
	it('counts of digests of one thing only the strongest (RFC 7671 §9), whole data besides', () => {
		const [weak, strong, whole, other] = read(
			`3 1 1 ${AB}`,
			`3 1 2 ${AB}${AB}`,
			`3 1 0 ${AB}`,
			`3 0 1 ${AB}`,
		);
		expect(effectiveTlsa(read(`3 1 1 ${AB}`))).toEqual([weak]);
		const all = [weak, strong, whole, other].filter((one) => one !== undefined);
		expect(effectiveTlsa(all)).toEqual([strong, whole, other]);
	});

	it('is not weakened by a digest that nobody can use', () => {
		expect(effectiveTlsa(read(`3 1 1 ${AB}`, '3 1 2 AB'))).toHaveLength(1);
	});
});

it('never throws, whatever stands in a record or comes as a certificate, and soon ends', () => {
	const octets = fc.uint8Array({ maxLength: 200 });
	const record = fc
		.tuple(fc.nat(4), fc.nat(2), fc.nat(3), octets)
		.map(([usage, selector, matching, data]) =>
			parseTlsa(`${usage} ${selector} ${matching} ${Buffer.from(data).toString('hex')}`),
		);
	const base64 = octets.map((bytes) => Buffer.from(bytes).toString('base64'));
	fc.assert(
		fc.property(
			fc.string(),
			fc.array(record, { maxLength: 8 }),
			fc.array(base64),
			(text, set, chain) => {
				parseTlsa(text);
				const records = set.filter((one) => one !== null);
				const now = new Date('2030-01-01T00:00:00Z');
				const match = matchTlsa(records, chain, { names: ['mx.example.com'], now });
				expect(match.record).toBeNull();
			},
		),
	);
});
