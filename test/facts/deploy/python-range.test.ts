import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pythonSatisfies } from '../../../src/facts/deploy/python-range.ts';

// PEP 440, "Version specifiers"; Poetry's caret, tilde and bare versions.
test.each([
	['2.2.1', '~=2.2', true],
	['3.0', '~=2.2', false],
	['2.2.9', '~=2.2.1', true],
	['2.3', '~=2.2.1', false],
	['1.1', '==1.1', true],
	['1.1.0', '==1.1', true],
	['1.1.1', '==1.1', false],
	['1.1.1', '==1.1.*', true],
	['1.2', '!=1.1.*', true],
	['1.1.3', '!=1.1.*', false],
	['1.7', '>1.6,<2', true],
	['2', '>1.6,<2', false],
	['2.0', '<= 2.0', true],
	['1.9.9', '^1.2', true],
	['2.0', '^1.2', false],
	['0.3.0', '^0.2.3', false],
	['1.2.9', '~1.2', true],
	['1.3', '~1.2', false],
	['3.12', '^3.11 || ^4', true],
	['5.0', '^3.11 || ^4', false],
	['5.0', '*', true],
	['5.0', '', true],
	['5.0rc1', '>=4', null],
	['5.0', '===5.0', null],
	['5.0', 'https://example.test/a.whl', null],
	['5.0', '~=5', null],
])('%s in "%s" is %s', (version, range, inside) => {
	expect(pythonSatisfies(version, range)).toBe(inside);
});

test('it never throws, and a release satisfies itself', () => {
	fc.assert(
		fc.property(fc.string(), fc.string(), (a, b) =>
			[true, false, null].includes(pythonSatisfies(a, b)),
		),
	);
	fc.assert(
		fc.property(fc.nat(99), fc.nat(99), (a, b) => {
			const version = `${a}.${b}`;
			return ['', '==', '^', '~', '>=', '~='].every(
				(sign) => pythonSatisfies(version, `${sign}${version}`) === true,
			);
		}),
	);
});
