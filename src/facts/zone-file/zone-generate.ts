import { BadWord, shown } from './rdata-words.ts';
import type { Word } from './zone-words.ts';

/**
 * The records of a `$GENERATE range owner [TTL] [class] type rdata`, each as the words of a line of its
 * own. A `$` becomes the number, `${offset,width,base}` a number in another form, `\$` and `$$` stay
 * a dollar sign. Refuses, before it makes any, to make more than `most`.
 */
export function* generated(words: readonly Word[], most: number): Iterable<readonly Word[]> {
	const [directive, range, ...line] = words;
	if (range === undefined || line.length < 3) {
		throw new BadWord('$GENERATE is without range, owner, type or data', range ?? directive);
	}
	const [, from = '', to = '', by = '1'] =
		/^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(range.text) ?? [];
	const [first, last, step] = [Number(from), Number(to), Number(by)];
	if (from === '' || last < first || step === 0) {
		throw new BadWord(`${shown(range)} is no range like 1-10 or 0-100/5`, range);
	}
	const count = Math.floor((last - first) / step) + 1;
	if (count > most) {
		throw new BadWord(`$GENERATE would make ${count} records; ${most} more are read`, range);
	}
	for (let number = first; number <= last; number += step) {
		yield line.map((word) => ({ ...word, text: filled(word, number) }));
	}
}

const PLACE = /\\[\s\S]|\$\$|\$\{([^}]*)\}|\$/g;

function filled(word: Word, number: number): string {
	return word.text.replace(PLACE, (token: string, modifier?: string) => {
		if (token === '\\$' || token === '$$') return '$';
		if (token.startsWith('\\')) return token;
		return modifier === undefined ? String(number) : modified(modifier, number, word);
	});
}

const BASES: Readonly<Record<string, number>> = { d: 10, o: 8, x: 16, n: 16 };
/** Longer than any number or label. */
const WIDEST = 64;

/** `n` is nibbles from the last, with dots between, as reverse zones of IPv6 need them. */
function modified(modifier: string, number: number, word: Word): string {
	const [, offset = '', width = '0', base = 'd'] =
		/^(-?\d{1,10})(?:,(\d{1,2})(?:,([doxXnN]))?)?$/.exec(modifier) ?? [];
	const value = number + Number(offset);
	if (offset === '' || value < 0 || Number(width) > WIDEST) {
		throw new BadWord(`${shown({ text: modifier })} is no {offset,width,base}`, word);
	}
	const lower = base.toLowerCase();
	const digits = value.toString(BASES[lower] ?? 10);
	const text =
		lower === 'n'
			? [...digits.padStart(Math.ceil(Number(width) / 2), '0')].reverse().join('.')
			: digits.padStart(Number(width), '0');
	return base === lower ? text : text.toUpperCase();
}
