import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTagList } from '../../../src/facts/mail/tag-list.ts';

describe('tag lists (RFC 6376 §3.2)', () => {
	it.each<[string, Readonly<Record<string, string>>]>([
		['v=1; a=b', { v: '1', a: 'b' }],
		['v=1;', { v: '1' }],
		[' v = 1 ;\r\n\ta\t=\r\n b c ; ', { v: '1', a: 'b c' }],
		['p=', { p: '' }],
		['b=AA==; x_1=2', { b: 'AA==', x_1: '2' }],
		['A=1; a=2', { A: '1', a: '2' }],
	])('reads %j', (text, wanted) => {
		const { tags, faults } = parseTagList(text);
		expect(faults).toEqual([]);
		expect(Object.fromEntries(tags.map(({ name, value }) => [name, value]))).toEqual(wanted);
	});

	it.each([
		['', 'is empty'],
		[' ;', 'has "" where a tag should be'],
		['v=1;;a=2', 'has "" where a tag should be'],
		['v=1; 2a=b', 'has "2a=b" where a tag should be'],
		['v=1; a', 'has "a" where a tag should be'],
		['v=1; =b', 'has "=b" where a tag should be'],
		['v=1; v=1', 'gives v= twice'],
		['v=\u0000', 'gives v= a value with a character that is not allowed'],
	])('refuses %j: it %s', (text, fault) => {
		expect(parseTagList(text).faults).toContain(fault);
	});

	it('gives back what was written, and never throws', () => {
		const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
		const value = fc.stringMatching(/^(?:[!-:<-~](?:[ -:<-~]{0,20}[!-:<-~])?)?$/);
		fc.assert(
			fc.property(
				fc.uniqueArray(fc.tuple(name, value), { selector: ([n]) => n, minLength: 1 }),
				(pairs) => {
					const text = pairs.map(([n, v]) => `${n} =\r\n ${v}`).join(' ; ');
					const { tags, faults } = parseTagList(text);
					expect(faults).toEqual([]);
					expect(tags.map((tag) => [tag.name, tag.value])).toEqual(pairs.map((pair) => [...pair]));
				},
			),
		);
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
				const { tags, faults } = parseTagList(text);
				expect(tags.length + faults.length).toBeGreaterThan(0);
			}),
		);
	});

	it('ends with a flood', () => {
		const { tags, faults } = parseTagList(
			Array.from({ length: 65 }, (_, at) => `t${at}=`).join(';'),
		);
		expect(tags).toHaveLength(64);
		expect(faults).toEqual(['has more than 64 tags']);
	});
});
