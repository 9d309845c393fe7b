import fc from 'fast-check';
import { expect, test } from 'vitest';
import { automatonOf } from '../../../src/facts/secrets/secret-automaton.ts';

/** `keyword@end`, sorted. */
function found(keywords: readonly string[], text: string): readonly string[] {
	const { keywords: which, ends } = automatonOf(keywords).search(text);
	return which.map((keyword, index) => `${keywords[keyword]}@${ends[index]}`).sort();
}

function searched(keywords: readonly string[], text: string): readonly string[] {
	const lower = text.toLowerCase();
	return keywords
		.flatMap((keyword) =>
			Array.from({ length: text.length }, (_, at) => at)
				.filter((at) => lower.startsWith(keyword.toLowerCase(), at))
				.map((at) => `${keyword}@${at + keyword.length}`),
		)
		.sort();
}

test('finds keywords inside, before and behind each other, in any case', () => {
	expect(found(['he', 'she', 'his', 'hers'], 'uSHErs')).toEqual(['he@4', 'hers@6', 'she@4']);
	expect(found(['aa', 'aaa'], 'aaaa')).toEqual(['aa@2', 'aa@3', 'aa@4', 'aaa@3', 'aaa@4']);
	expect(found(['abcd', 'bc'], 'abce')).toEqual(['bc@3']);
});

test('finds what a search for each keyword finds', () => {
	const word = fc.string({ unit: fc.constantFrom('a', 'b', 'C', '_'), minLength: 1, maxLength: 5 });
	fc.assert(
		fc.property(
			fc.uniqueArray(word, { selector: (one) => one.toLowerCase(), minLength: 1, maxLength: 12 }),
			fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'c', '_', 'x', '\xff'), maxLength: 60 }),
			(keywords, text) => {
				expect(found(keywords, text)).toEqual(searched(keywords, text));
			},
		),
		{ numRuns: 2_000 },
	);
});
