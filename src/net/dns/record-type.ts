import { RECORD_TYPES } from '../../core/record-types.ts';

/** With those that are no records of a zone (RFC 6895 §3.1). */
const NUMBERS: Readonly<Record<string, number>> = {
	...RECORD_TYPES,
	OPT: 41,
	AXFR: 252,
	ANY: 255,
};

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]));

/** `TYPE65` (RFC 3597 §5) counts too; `null` for a word that is no type. */
export function typeNumber(name: string): number | null {
	const known = Object.hasOwn(NUMBERS, name.toUpperCase())
		? NUMBERS[name.toUpperCase()]
		: undefined;
	if (known !== undefined) return known;
	const number = Number(/^TYPE(\d{1,5})$/i.exec(name)?.[1] ?? Number.NaN);
	return number <= 0xffff ? number : null;
}

/** The mnemonic, or `TYPE…` (RFC 3597 §5). */
export function typeName(number: number): string {
	return NAMES.get(number) ?? `TYPE${number}`;
}
