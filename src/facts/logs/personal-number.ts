import type { SeenNumber } from './payment-card.ts';

/** Characters of an IBAN by country (ISO 13616 registry). */
const IBAN_LENGTH: Readonly<Record<string, number>> = Object.fromEntries(
	'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
		.split(' ')
		.map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const IBAN =
	/(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])/g;

export function ibansIn(text: string): readonly SeenNumber[] {
	return [...text.matchAll(IBAN)].flatMap((found) => {
		const value = found[0].replaceAll(' ', '');
		const start = found.index;
		const holds = IBAN_LENGTH[value.slice(0, 2)] === value.length && mod97(value) === 1;
		return holds ? [{ start, end: start + found[0].length, value }] : [];
	});
}

/** ISO 7064 MOD 97-10, letters as 10 to 35, the first four characters last. */
function mod97(iban: string): number {
	let rest = 0;
	for (const character of iban.slice(4) + iban.slice(0, 4)) {
		const value = Number.parseInt(character, 36);
		rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
	}
	return rest;
}

const PHONE = /(?<![\w.+%)\]-])(?:\+|%2B)[1-9]\d{8,14}(?![\w.%-]|:\d)/g;
/** ITU-T E.164 country codes: of one digit, of two, and the first two of those with three. */
const COUNTRY =
	/^(?:1[2-9]|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-689]\d|3[578]\d|42[013]|50\d|59\d|67\d|68\d|69\d|8[05]\d|88\d|96\d|97\d|99\d)/;

/** E.164: plus sign, country code, at most fifteen digits. */
export function phonesIn(text: string): readonly SeenNumber[] {
	return [...text.matchAll(PHONE)].flatMap((found) => {
		const start = found.index;
		const value = found[0].replace(/^(?:\+|%2B)/, '');
		const isPhone = COUNTRY.test(value) && new Set(value).size > 3;
		return isPhone ? [{ start, end: start + found[0].length, value }] : [];
	});
}

interface IdentityNumber {
	readonly pattern: RegExp;
	/** What must stand before it, where its own form proves little. */
	readonly named: RegExp | null;
	holds(value: string): boolean;
}

const digitsOf = (text: string): readonly number[] => [...text.replace(/\D/g, '')].map(Number);
const weighted = (digits: readonly number[], weights: readonly number[]): number =>
	weights.reduce((sum, weight, index) => sum + weight * (digits[index] ?? 0), 0);

const IDENTITY: readonly IdentityNumber[] = [
	{
		pattern: /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g,
		named: /ssn|social/i,
		holds: () => true,
	},
	{
		pattern: /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])/g,
		named: null,
		holds: isCpf,
	},
	{
		pattern: /(?<!\w)[XYZ\d]\d{7}-?[A-Z](?!\w)/g,
		named: /\b(?:dni|nif|nie)\b|document/i,
		holds: isDni,
	},
	{
		pattern:
			/(?<!\w)(?![DFIQUV])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)/g,
		named: /nino|national.?insurance/i,
		holds: () => true,
	},
	{
		pattern: /(?<![\w.-])\d{9}(?![\w.-])/g,
		named: /bsn|burgerservice/i,
		holds: (value) => weighted(digitsOf(value), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
	},
	{
		pattern: /(?<![\w.-])\d{11}(?![\w.-])/g,
		named: /pesel/i,
		holds: (value) => weighted(digitsOf(value), [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
	},
];

function isCpf(value: string): boolean {
	const digits = digitsOf(value);
	if (new Set(digits).size === 1) return false;
	const check = (count: number): number => {
		const weights = Array.from({ length: count }, (_, index) => count + 1 - index);
		return ((weighted(digits, weights) * 10) % 11) % 10;
	};
	return check(9) === digits[9] && check(10) === digits[10];
}

function isDni(value: string): boolean {
	const digits = value.slice(0, 8).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
	return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(digits) % 23) === value.slice(-1);
}

const ANY_NAME = /ssn|social|dni|nif|nie|document|nino|insurance|bsn|burgerservice|pesel/i;

/** Numbers that states give to people, by their check digits; by a word before them where those are weak. */
export function identityNumbersIn(text: string): readonly SeenNumber[] {
	const isNamed = ANY_NAME.test(text);
	return IDENTITY.filter(({ named }) => named === null || isNamed).flatMap(
		({ pattern, named, holds }) =>
			[...text.matchAll(pattern)].flatMap((found) => {
				const value = found[0];
				const start = found.index;
				const before = text.slice(Math.max(0, start - 40), start);
				const counts =
					holds(value) && (named === null || named.test(before.split('\n').at(-1) ?? ''));
				return counts ? [{ start, end: start + value.length, value }] : [];
			}),
	);
}
