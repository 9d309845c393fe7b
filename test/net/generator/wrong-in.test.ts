import { describe, expect, it } from 'vitest';
import { wrongIn } from '../../../src/net/generator/one-sample.ts';

const head = { status: 200, headers: [['Content-Type', 'application/json']] as const };
const expected = {
	oneIn: 1,
	contains: 'ann@shop.test',
	excludes: ['joann@shop.test', 'bo@shop.test'],
};
const faultOf = (body: string, more: object = {}) =>
	wrongIn(body, head, { ...expected, ...more })?.fault ?? 'none';

describe('a body with markers of users', () => {
	it('is right with its own user’s alone', () => {
		expect(faultOf('{"me":"ann@shop.test"}')).toBe('none');
	});

	it('is another’s with a foreign marker, whether or not its own is there', () => {
		expect(faultOf('{"me":"bo@shop.test"}')).toBe('foreign-body');
		expect(faultOf('{"me":"ann@shop.test","last":"bo@shop.test"}')).toBe('foreign-body');
	});

	it('is not another’s where a marker is part of a longer word, or of its own', () => {
		const own = { contains: 'joann@shop.test', excludes: ['ann@shop.test'] };
		expect(faultOf('{"me":"joann@shop.test"}', own)).toBe('none');
		expect(faultOf('{"me":"u10"}', { contains: 'u10', excludes: ['u1'] })).toBe('none');
		expect(faultOf('{"me":"a.bo@shop.test"}', { contains: 'a.bo@shop.test' })).toBe('none');
	});

	it('is wrong without its own user’s, and says neither', () => {
		const wrong = wrongIn('{"me":null}', head, expected);
		expect(wrong?.fault).toBe('wrong-body');
		expect(wrong?.failure).not.toContain('@');
		expect(wrongIn('bo@shop.test', head, expected)?.failure).not.toContain('@');
	});
});
