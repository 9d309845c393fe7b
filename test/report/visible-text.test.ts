import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeJson, toAscii, visible, visibleLines } from '../../src/report/visible-text.ts';

/** What a terminal, a page or a log could act on or hide. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{DI}]/u;

const hostile = fc.string({ unit: 'binary', maxLength: 300 });

describe('hostile text', () => {
	it.each([
		['an escape sequence', '\u001b[2J', '\\u{1b}[2J'],
		['a bell and a line feed', 'a\u0007\nb', 'a\\u{7}\\u{a}b'],
		['a C1 control', '\u009b31m', '\\u{9b}31m'],
		['a bidirectional override', 'abc\u202egpj.exe', 'abc\\u{202e}gpj.exe'],
		['a zero-width space', 'pay\u200bpal', 'pay\\u{200b}pal'],
		['tag characters', 'a\u{e0041}', 'a\\u{e0041}'],
		['a line separator', 'a\u2028b', 'a\\u{2028}b'],
		['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
		['ordinary text in any script', 'Müller 日本語 👍', 'Müller 日本語 👍'],
	])('shows %s', (_, text, shown) => {
		expect(visible(text)).toBe(shown);
	});

	it('never leaves an unseen character, and is well-formed and bounded', () => {
		fc.assert(
			fc.property(hostile, fc.integer({ min: 1, max: 400 }), (text, longest) => {
				const shown = visible(text, longest);
				expect(shown).not.toMatch(UNSEEN);
				expect(shown.isWellFormed()).toBe(true);
				expect(shown.length).toBeLessThanOrEqual(10 * (longest + 1));
				for (const line of visibleLines(text).split('\n')) expect(line).not.toMatch(UNSEEN);
			}),
			{ numRuns: 2_000 },
		);
	});

	it('is escaped in JSON without a change to the data', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), hostile, (key, value) => {
				const data = { [key]: value.toWellFormed(), list: [1, { value: value.toWellFormed() }] };
				for (const indent of [0, 2]) {
					const text = safeJson(data, indent);
					expect(text.replaceAll('\n', '')).not.toMatch(UNSEEN);
					expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(data)));
				}
			}),
			{ numRuns: 1_000 },
		);
	});

	it('is ASCII where only ASCII can be shown', () => {
		fc.assert(
			fc.property(hostile, (text) => {
				expect(toAscii(visible(text))).toMatch(/^[\x20-\x7e]*$/);
			}),
		);
		expect(toAscii('a → b … “c” é')).toBe('a -> b ... "c" \\u{e9}');
	});
});
