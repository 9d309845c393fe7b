import fc from 'fast-check';
import { expect, test } from 'vitest';
import { satisfies } from '../../../src/facts/deploy/version-range.ts';

test.each([
	['1.2.3', '^1.2.0', true],
	['2.0.0', '^1.2.0', false],
	['1.1.9', '^1.2.0', false],
	['0.2.5', '^0.2.3', true],
	['0.3.0', '^0.2.3', false],
	['0.0.4', '^0.0.3', false],
	['0.0.3', '^0.0.3', true],
	['0.9.0', '^0', true],
	['1.2.9', '~1.2.3', true],
	['1.3.0', '~1.2.3', false],
	['1.9.0', '~1', true],
	['1.2.3', '1.2.3', true],
	['1.2.4', '1.2.3', false],
	['1.2.4', '1.2', true],
	['1.2.4', '1.x', true],
	['2.0.0', '1.x', false],
	['9.9.9', '*', true],
	['9.9.9', '', true],
	['1.5.0', '>=1.2 <2', true],
	['2.0.0', '>=1.2 <2', false],
	['2.0.0', '>1', true],
	['1.9.9', '>1', false],
	['1.9.9', '<=1', true],
	['2.0.0', '<=1', false],
	['1.5.0', '1.2.3 - 2.3', true],
	['2.3.9', '1.2.3 - 2.3', true],
	['2.4.0', '1.2.3 - 2.3', false],
	['3.1.0', '^1 || ^3', true],
	['2.1.0', '^1 || ^3', false],
	['1.0.0', '>= 1.0.0', true],
	['2.0.0-beta.1', '^2.0.0-beta.0', true],
	['2.0.0-beta.1', '^2.0.0-beta.2', false],
	['2.0.0-rc.1', '^1.0.0', false],
	['2.1.0-rc.1', '^2.0.0', false],
	['1.0.0-alpha.10', '>=1.0.0-alpha.9', true],
	['v1.2.3', '=1.2.3', true],
	['1.2.3', 'latest', null],
	['1.2.3', 'file:../a', null],
	['1.2.3', 'workspace:*', null],
	['not', '^1', null],
])('%s in "%s" is %s', (version, range, inside) => {
	expect(satisfies(version, range)).toBe(inside);
});

test('it never throws, and a version satisfies itself', () => {
	fc.assert(
		fc.property(fc.string(), fc.string(), (a, b) => [true, false, null].includes(satisfies(a, b))),
	);
	fc.assert(
		fc.property(fc.nat(99), fc.nat(99), fc.nat(99), (a, b, c) => {
			const version = `${a}.${b}.${c}`;
			return ['', '^', '~', '>='].every((sign) => satisfies(version, `${sign}${version}`) === true);
		}),
	);
});
