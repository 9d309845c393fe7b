import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHstsField, readHsts } from '../../../src/facts/web/hsts.ts';
import { preloadFaults } from '../../../src/facts/web/hsts-preload.ts';
import { cpuMs } from '../../cpu-time.ts';

describe('RFC 6797 §6.1', () => {
	it.each([
		// §6.2, the examples of the standard.
		['max-age=31536000', 31_536_000, false],
		['max-age=15768000 ; includeSubDomains', 15_768_000, true],
		['max-age="31536000"', 31_536_000, false],
		['max-age=0', 0, false],
		['max-age=0; includeSubDomains', 0, true],
		// Names ignore case, order and white space do not matter, empty directives are allowed.
		['includesubdomains;MAX-AGE = 1', 1, true],
		[';;max-age=1;;', 1, false],
		['max-age=1;foo;bar="a;b";baz=c', 1, false],
		['max-age="3\\1"', 31, false],
		['max-age=007', 7, false],
		[`max-age=${'9'.repeat(400)}`, Number.MAX_SAFE_INTEGER, false],
	])('%s', (text, maxAge, includeSubDomains) => {
		expect(parseHstsField(text)).toMatchObject({ kind: 'policy', maxAge, includeSubDomains });
	});

	it.each([
		[''],
		['max-age'],
		['max-age='],
		['max-age=""'],
		['max-age=soon'],
		['max-age=-1'],
		['max-age=+1'],
		['max-age=1.5'],
		['max-age=1e3'],
		['max-age=0x10'],
		['max-age=１'],
		['max-age=1 2'],
		['max-age=31536000,'],
		['max-age=31536000, includeSubDomains'],
		['max-age=31536000; includeSubDomains, max-age=31536000; includeSubDomains'],
		['max-age=1; max-age=1'],
		['max-age=1; Max-Age=2'],
		['max-age=1; includeSubDomains; includesubdomains'],
		['max-age=1; includeSubDomains=1'],
		['max-age=1; includeSubDomains="x"'],
		['max-age="1'],
		['max-age=1; =x'],
		['includeSubDomains'],
		['"max-age=1"'],
	])('refuses %j', (text) => {
		expect(parseHstsField(text)).toMatchObject({
			kind: 'invalid',
			problem: expect.stringMatching(/./),
		});
	});

	it('reads the first field alone (§8.1)', () => {
		expect(readHsts(['max-age=1', 'max-age=2'])).toMatchObject({
			kind: 'policy',
			first: { maxAge: 1 },
		});
		expect(readHsts(['nonsense', 'max-age=2'])).toMatchObject({ kind: 'invalid' });
		expect(readHsts([])).toEqual({ kind: 'absent' });
	});

	it('never throws, and a policy always has a whole number', () => {
		const pieces = fc.constantFrom(
			'max-age',
			'=',
			';',
			'"',
			'\\',
			' ',
			',',
			'0',
			'9',
			'a',
			'\t',
			'é',
		);
		fc.assert(
			fc.property(
				fc.array(pieces).map((some) => some.join('')),
				(text) => {
					const field = parseHstsField(text);
					if (field.kind === 'policy') expect(Number.isSafeInteger(field.maxAge)).toBe(true);
					else expect(field.problem).not.toBe('');
				},
			),
		);
	});

	it('takes time in proportion to its length', () => {
		const began = cpuMs();
		for (const text of [
			';'.repeat(1e5),
			`max-age="${'\\'.repeat(1e5)}`,
			'a;'.repeat(1e5),
			' '.repeat(1e5),
		]) {
			parseHstsField(text);
		}
		expect(cpuMs() - began).toBeLessThan(2_000);
	});
});

describe('the rules of the preload list', () => {
	const faultsOf = (text: string) => preloadFaults(parseHstsField(text)).length;

	it.each([
		['max-age=31536000; includeSubDomains; preload', 0],
		['preload; max-age=63072000; INCLUDESUBDOMAINS', 0],
		['max-age=31535999; includeSubDomains; preload', 1],
		['max-age=31536000; preload', 1],
		['max-age=31536000; includeSubDomains', 1],
		['max-age=0', 3],
		['max-age="31536000"; includeSubDomains; preload', 1],
		['max-age="1"', 4],
		['max-age=31536000; includeSubDomains; preload=yes', 1],
	])('%s breaks %i', (text, faults) => {
		expect(faultsOf(text)).toBe(faults);
	});
});
