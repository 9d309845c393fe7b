import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDotenvFile } from '../../../src/facts/env/dotenv-file.ts';

const valuesIn = (text: string) =>
	Object.fromEntries(parseDotenvFile(text).assignments.map(({ name, value }) => [name, value]));

describe('values, as the dotenv library reads them', () => {
	test.each([
		['A=b', { A: 'b' }],
		['A=', { A: '' }],
		['export A=b', { A: 'b' }],
		['A: b', { A: 'b' }],
		['  A=b  ', { A: 'b' }],
		['A=b # c', { A: 'b' }],
		['A="b # c"', { A: 'b # c' }],
		["A='b\\nc'", { A: 'b\\nc' }],
		['A="b\\nc"', { A: 'b\nc' }],
		['A="b\nc"\nD=e', { A: 'b\nc', D: 'e' }],
		['A=`b "c" \'d\'`', { A: 'b "c" \'d\'' }],
		['A=b=c==', { A: 'b=c==' }],
		['A={"b":"c"}', { A: '{"b":"c"}' }],
		['A=b\nA=c', { A: 'c' }],
		['#A=b\n\n  # c\n', {}],
		['A=b\r\nC=d\r\n', { A: 'b', C: 'd' }],
		['\ufeffA=b', { A: 'b' }],
		[`A=b\nC=\${A}/d`, { A: 'b', C: 'b/d' }],
		[`C=\${A:-e}`, { C: 'e' }],
		[`A=b\nC='\${A}'`, { A: 'b', C: `\${A}` }],
		[`C=\${UNKNOWN}`, { C: `\${UNKNOWN}` }],
	])('%j', (text, expected) => {
		expect(valuesIn(text)).toEqual(expected);
	});

	test('a quote that is never closed swallows no assignment', () => {
		const { assignments, faults } = parseDotenvFile('A="b\nC=d\n');
		expect(assignments.map(({ name }) => name)).toEqual(['A', 'C']);
		expect(faults).toEqual([{ kind: 'unclosed-quote', line: 1, name: 'A' }]);
	});
});

test('names alone are a list', () => {
	expect(parseDotenvFile('A_KEY\nexport B_KEY # why\nword\n')).toMatchObject({
		bare: [
			{ name: 'A_KEY', line: 1 },
			{ name: 'B_KEY', line: 2 },
		],
		faults: [{ kind: 'no-assignment', line: 3 }],
	});
});

test('any text is read', () => {
	const piece = fc.constantFrom(
		'A',
		'=',
		'"',
		"'",
		'`',
		'#',
		' ',
		'\n',
		'\r',
		'$',
		'{',
		'}',
		'\\',
		':',
		'x',
	);
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string(),
				fc.array(piece).map((all) => all.join('')),
			),
			(text) => {
				const { assignments, faults } = parseDotenvFile(text);
				const lines = text.split(/\r\n|\n|\r/).length;
				for (const { line } of [...assignments, ...faults]) {
					expect(line).toBeGreaterThanOrEqual(1);
					expect(line).toBeLessThanOrEqual(lines);
				}
			},
		),
	);
});

test('what is quoted comes back', () => {
	const text = fc.stringMatching(/^[\w #=:/.-]{0,40}$/);
	fc.assert(
		fc.property(text, (value) => {
			expect(valuesIn(`A='${value}'\nB=1`)).toEqual({ A: value, B: '1' });
		}),
	);
});

test('time is linear', () => {
	for (const unit of ['A="b\n', `A=\${A}\${A}\n`, '"\'`', 'A=b#', ' ']) {
		const before = process.cpuUsage();
		parseDotenvFile(unit.repeat(40_000));
		const { user } = process.cpuUsage(before);
		expect(user / 1_000).toBeLessThan(1_500);
	}
});
