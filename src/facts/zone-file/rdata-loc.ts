import { BadWord, type RdataWords, shown, u32 } from './rdata-words.ts';
import type { Word } from './zone-words.ts';

/** Thousandths of a second of arc: the middle of both scales (RFC 1876 §2). */
const EQUATOR = 2 ** 31;
/** Altitudes are counted in centimetres from 100 km below the ellipsoid. */
const BELOW_CM = 10_000_000;
/** Size and precisions in metres where none are given (RFC 1876 §3). */
const USUAL = { size: 1, horizontal: 10_000, vertical: 10 } as const;
const MOST_METRES = 90_000_000;

/** `d [m [s]] N|S d [m [s]] E|W alt [size [hp [vp]]]` (RFC 1876 §3). */
export function location(words: RdataWords): Buffer {
	const latitude = angle(words, 'latitude', 90, ['N', 'S']);
	const longitude = angle(words, 'longitude', 180, ['E', 'W']);
	const altitude = centimetres(words.next('altitude')) + BELOW_CM;
	if (altitude < 0 || altitude > 0xffff_ffff) {
		throw new BadWord('the altitude is out of range', words.last);
	}
	const optional = (what: string, usual: number) =>
		words.left > 0 ? precision(words.next(what)) : coded(usual * 100);
	return Buffer.concat([
		Buffer.of(
			0,
			optional('size', USUAL.size),
			optional('horizontal precision', USUAL.horizontal),
			optional('vertical precision', USUAL.vertical),
		),
		u32(latitude),
		u32(longitude),
		u32(altitude),
	]);
}

function angle(words: RdataWords, what: string, most: number, ways: readonly string[]): number {
	const parts = [0, 0, 0];
	for (let place = 0; place < 4; place++) {
		const word = words.next(what);
		const way = ways.indexOf(word.text.toUpperCase());
		if (way >= 0 && place > 0)
			return EQUATOR + (way === 0 ? 1 : -1) * thousandths(parts, most, word);
		const isNumber = place === 2 ? /^\d{1,2}(?:\.\d{1,3})?$/ : /^\d{1,3}$/;
		if (place === 3 || !isNumber.test(word.text) || (place > 0 && Number(word.text) >= 60)) {
			throw new BadWord(`${shown(word)} does not belong in a ${what}`, word);
		}
		parts[place] = Number(word.text);
	}
	throw new BadWord(`the ${what} does not end`, words.last);
}

function thousandths([degrees = 0, minutes = 0, seconds = 0]: number[], most: number, word: Word) {
	const value = Math.round(((degrees * 60 + minutes) * 60 + seconds) * 1000);
	if (value > most * 3_600_000) throw new BadWord(`over ${most} degrees`, word);
	return value;
}

function centimetres(word: Word): number {
	const [, metres] = /^(-?\d{1,8}(?:\.\d{1,2})?)m?$/i.exec(word.text) ?? [];
	if (metres === undefined) throw new BadWord(`${shown(word)} is no number of metres`, word);
	return Math.round(Number(metres) * 100);
}

function precision(word: Word): number {
	const size = centimetres(word);
	if (size < 0 || size > MOST_METRES * 100) {
		throw new BadWord(`${shown(word)} is out of range (0 to ${MOST_METRES} m)`, word);
	}
	return coded(size);
}

/** A digit and a power of ten in one octet; further digits are cut off, as in the RFC's own code. */
function coded(cm: number): number {
	let exponent = 0;
	let mantissa = cm;
	while (mantissa >= 10) {
		mantissa = Math.floor(mantissa / 10);
		exponent += 1;
	}
	return mantissa * 16 + exponent;
}
