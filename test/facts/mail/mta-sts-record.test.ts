import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isError } from '../../../src/facts/mail/broken-rule.ts';
import {
	looksLikeMtaSts,
	parseMtaStsRecord,
	repairedMtaStsRecord,
} from '../../../src/facts/mail/mta-sts-record.ts';
import { cpuMs } from '../../cpu-time.ts';

const rulesOf = (text: string) => parseMtaStsRecord(text).broken.map(({ rule }) => rule);
const errorsOf = (text: string) =>
	parseMtaStsRecord(text)
		.broken.filter(isError)
		.map(({ rule, position }) => `${rule} ${position}`);

describe('sts-text-record of RFC 8461 §3.1', () => {
	it.each([
		['the example of the RFC', 'v=STSv1; id=20160831085700Z;', '20160831085700Z'],
		['no blank and no last delimiter', 'v=STSv1;id=a', 'a'],
		['blanks on both sides of a delimiter', 'v=STSv1; \t id=a \t ; x=1\t;\t', 'a'],
		['an extension before the id', 'v=STSv1; x-1_a.b=!#$%; id=a', 'a'],
		['an extension of 32 characters', `v=STSv1; ${'a'.repeat(32)}=1; id=a`, 'a'],
		['an extension that starts with a digit', 'v=STSv1; 1=1; id=a', 'a'],
		['an id of 32 characters', `v=STSv1; id=${'Z9'.repeat(16)}`, 'Z9'.repeat(16)],
		['a capital field beside the id', 'v=STSv1; id=a; ID=b', 'a'],
		['a version again, as an extension', 'v=STSv1; id=a; v=STSv1', 'a'],
	])('takes %s', (_, text, id) => {
		expect(parseMtaStsRecord(text)).toMatchObject({ id, broken: [] });
	});

	it.each([
		['a blank before the first semicolon', 'v=STSv1 ;id=a', ['version-space']],
		['an id again, of which the first counts', 'v=STSv1; id=a; id=b', ['field-repeated']],
	])('takes %s, and warns', (_, text, rules) => {
		expect(parseMtaStsRecord(text).id).toBe('a');
		expect(rulesOf(text)).toEqual(rules);
	});

	it.each([
		['nothing', '', ['version 0']],
		['the version alone', 'v=STSv1', ['no-field 7']],
		['the version and a semicolon', 'v=STSv1;', ['no-field 8']],
		['semicolons alone', 'v=STSv1; ;', ['no-field 10']],
		['a capital V', 'V=STSv1; id=a', ['version 0']],
		['small letters', 'v=stsv1; id=a', ['version 0']],
		['another version', 'v=STSv2; id=a', ['version 0']],
		['a longer version', 'v=STSv10; id=a', ['version 7']],
		['blanks round the equals sign of the version', 'v = STSv1; id=a', ['version 0']],
		['a blank before the version', ' v=STSv1; id=a', ['version 0']],
		['a quotation mark before the version', '"v=STSv1; id=a"', ['version 0', 'id 14']],
		['the id before the version', 'id=a; v=STSv1', ['version 0', 'id-missing 13']],
		['no semicolon after the version', 'v=STSv1 id=a', ['version 7']],
		['a comma', 'v=STSv1, id=a', ['version 7']],
		['no id', 'v=STSv1; x=1', ['id-missing 12']],
		['an id in capitals', 'v=STSv1; ID=a', ['id-missing 9']],
		['an empty id', 'v=STSv1; id=', ['id 12']],
		['an id with a hyphen', 'v=STSv1; id=2026-01-01', ['id 16']],
		['an id with an underscore', 'v=STSv1; id=a_b', ['id 13']],
		['an id with an accent', 'v=STSv1; id=caf\xc3\xa9', ['id 15']],
		['an id with a blank', 'v=STSv1; id=a b', ['id 13']],
		['33 characters', `v=STSv1; id=${'a'.repeat(33)}`, ['id 44']],
		['a wrong id before a right one', 'v=STSv1; id=-; id=a', ['id 12']],
		['a blank before the equals sign', 'v=STSv1; id =a', ['field 11']],
		['a blank after the equals sign', 'v=STSv1; id= a', ['field 11']],
		['a blank at the end', 'v=STSv1; id=a ', ['trailing-space 13']],
		['two semicolons', 'v=STSv1; id=a;;', ['empty-field 14']],
		['an empty field inside', 'v=STSv1; ; id=a', ['empty-field 8']],
		['a field without an equals sign', 'v=STSv1; id=a; note', ['field 15']],
		['an empty extension', 'v=STSv1; id=a; x=', ['field 17']],
		['an extension without a name', 'v=STSv1; id=a; =1', ['field 15']],
		['a name that starts with a hyphen', 'v=STSv1; id=a; -x=1', ['field 15']],
		['a name of 33 characters', `v=STSv1; id=a; ${'x'.repeat(33)}=1`, ['field 15']],
		['a second equals sign', 'v=STSv1; id=a; x=1=2', ['field 18']],
		['a value with a blank', 'v=STSv1; id=a; x=1 2', ['field 18']],
		['a value outside ASCII', 'v=STSv1; id=a; x=\xe9', ['field 17']],
		['a line end', 'v=STSv1; id=a\n', ['id 13']],
	])('refuses %s', (_, text, errors) => {
		expect(errorsOf(text)).toEqual(errors);
		expect(parseMtaStsRecord(text).id).toBeNull();
	});

	it.each([
		['v=STSv1; id=a;', true],
		['STSv1 id=1', true],
		['"v=STSv1; id=a"', true],
		['v = sts1', true],
		['v=spf1 -all', false],
		['stsomething else', false],
		['', false],
	])('tells whether %j was meant as one', (text, meant) => {
		expect(looksLikeMtaSts(text)).toBe(meant);
	});
});

/** The grammar as a pattern, written for itself; the first id must be a right one. */
const EXTENSION = '[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[\\x21-\\x3a\\x3c\\x3e-\\x7e]+';
const GRAMMAR = new RegExp(
	`^v=STSv1(?:[ \\t]*;[ \\t]*(?:id=[A-Za-z0-9]{1,32}|${EXTENSION}))+(?:[ \\t]*;[ \\t]*)?$`,
);
const isLegal = (text: string) =>
	GRAMMAR.test(text) &&
	/^[^;]*;(?:(?![ \t]*id=)[^;]*;)*[ \t]*id=[A-Za-z0-9]{1,32}[ \t]*(?:;|$)/.test(text);

const piece = fc.oneof(
	fc.constantFrom(
		';',
		'; ',
		' ;',
		' ',
		'\t',
		'=',
		'id=',
		'id=a',
		'id=1a',
		'ID=a',
		'x=1',
		'id=-',
		'v=STSv1',
		'a'.repeat(33),
		'é',
		'-',
	),
	fc.string({ maxLength: 4 }),
);
const text = fc
	.tuple(
		fc.constantFrom('v=STSv1', 'v=STSv1;', 'v=STSv1; id=a', ' ', 'V=STSv1;', ''),
		fc.array(piece, { maxLength: 8 }),
	)
	.map(([head, rest]) => head + rest.join(''));

describe('whatever comes', () => {
	it('is judged as the grammar judges it, with places inside the text', () => {
		fc.assert(
			fc.property(text, (one) => {
				const { id, broken } = parseMtaStsRecord(one);
				expect(id !== null, one).toBe(isLegal(one));
				for (const { position, message } of broken) {
					expect(message).not.toMatch(/undefined|NaN/);
					expect(position ?? 0).toBeGreaterThanOrEqual(0);
					expect(position ?? 0).toBeLessThanOrEqual(one.length);
				}
			}),
			{ numRuns: 5_000 },
		);
	});

	it('is repaired into a legal record, whose own id is kept where it can be', () => {
		fc.assert(
			fc.property(text, (one) => {
				const fixed = repairedMtaStsRecord(one, '20300101000000');
				expect(errorsOf(fixed), `${one} -> ${fixed}`).toEqual([]);
			}),
			{ numRuns: 2_000 },
		);
		expect(repairedMtaStsRecord('v=STSv1; id = 2026-01; x=1', '1')).toBe('v=STSv1; id=202601; x=1');
		expect(repairedMtaStsRecord('v=STSv1;', '1')).toBe('v=STSv1; id=1');
	});

	it.each([' ', ';', '=', 'id=', 'id=a;', '; ', 'v=STSv1', '"'])(
		'64 KB of %j take no time',
		(unit) => {
			const long = unit.repeat(65_536 / unit.length);
			const began = cpuMs();
			for (const head of ['', 'v=STSv1;', 'v=STSv1; id=']) {
				parseMtaStsRecord(head + long);
				repairedMtaStsRecord(head + long, '1');
				looksLikeMtaSts(long);
			}
			expect(cpuMs() - began).toBeLessThan(2_000);
		},
	);
});
