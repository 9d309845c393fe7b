/** What stands between the digits that people group. */
const CANDIDATE = /(?<![\w.+$#/%-]|\d[ -])\d(?:[ -]?\d){12,18}(?![\w%/-]|\.\d|[ -]\d)/g;

export interface SeenNumber {
	readonly start: number;
	readonly end: number;
	/** Digits only. */
	readonly value: string;
}

interface Issuer {
	readonly prefix: RegExp;
	readonly lengths: readonly number[];
}

/** ISO/IEC 7812 ranges as the schemes publish them. Maestro's twelve digits are left out: ids look like that. */
const ISSUERS: readonly Issuer[] = [
	{ prefix: /^4/, lengths: [13, 16, 19] },
	{ prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
	{ prefix: /^3[47]/, lengths: [15] },
	{ prefix: /^(?:6011|64[4-9]|65)/, lengths: [16, 17, 18, 19] },
	{ prefix: /^(?:30[0-5]|3095|36|38|39)/, lengths: [14, 16, 17, 18, 19] },
	{ prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
	{ prefix: /^62/, lengths: [16, 17, 18, 19] },
	{ prefix: /^220[0-4]/, lengths: [16] },
	{ prefix: /^(?:50[89]|81[0-9]|60|82)/, lengths: [16] },
];

/** Numbers that payment providers publish for tests. */
const PUBLISHED: ReadonlySet<string> = new Set([
	'4242424242424242',
	'4111111111111111',
	'4000056655665556',
	'4012888888881881',
	'5555555555554444',
	'5105105105105100',
	'2223003122003222',
	'378282246310005',
	'371449635398431',
	'6011111111111117',
	'6011000990139424',
	'3056930009020004',
	'30569309025904',
	'3566002020360505',
	'6200000000000005',
]);

export const isPublishedCard = (digits: string): boolean => PUBLISHED.has(digits);

const CARD_KEY =
	/(?:card|pan|cc|credit|debit)(?:[_-]?(?:number|num|no|nr|pan))?$|^(?:number|pan|cc)$/i;
const KEY_BEFORE = /([\w.-]{1,60})\\?["']?\s{0,3}(?:[:=#]|=>)\s{0,3}\\?["']?$/;
const ID_WORD =
	/(?:^|[^A-Za-z])(?:id|ids|uuid|guid|order|transaction|txn|ref|reference|trace|span|request|timestamp|ts|epoch|seq|sequence|offset|phone|tel|imei|isbn|ean|gtin|sku|tracking|shipment|parcel|account|serial|version|build|hash|nonce|user|customer|session|job|message|msg|event|no|nr|number|invoice|row|line|cursor|lsn|xid|inode|pid|bytes|size)\W{0,3}$/i;
const UNIT_AFTER = /^ ?(?:ns|us|µs|ms|s|bytes?|b|kb|mb|rows?|hits?|ops)\b/i;

/**
 * Numbers that are payment cards as far as one can tell without asking: check digit (ISO/IEC 7812-1 annex
 * B), range and length of an issuer, and nothing beside them that says id, time or amount.
 */
export function cardsIn(text: string): readonly SeenNumber[] {
	return [...text.matchAll(CANDIDATE)].flatMap((found) => {
		const written = found[0];
		const value = written.replace(/[ -]/g, '');
		const start = found.index;
		const end = start + written.length;
		const isCard =
			isGrouped(written) &&
			isIssued(value) &&
			luhnHolds(value) &&
			new Set(value).size > 1 &&
			!isId(text.slice(Math.max(0, start - 80), start), text.slice(end, end + 8));
		return isCard ? [{ start, end, value }] : [];
	});
}

/** Not at all, or as cards are: fours with a rest, or 4-6-5 and 4-6-4. */
function isGrouped(written: string): boolean {
	if (!/[ -]/.test(written)) return true;
	return /^\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?$|^\d{4}([ -])\d{6}\2\d{4,5}$/.test(
		written,
	);
}

function isIssued(digits: string): boolean {
	return ISSUERS.some(
		({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits),
	);
}

function luhnHolds(digits: string): boolean {
	let sum = 0;
	for (let index = 0; index < digits.length; index++) {
		const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
		const doubled = index % 2 === 0 ? digit : digit * 2;
		sum += doubled > 9 ? doubled - 9 : doubled;
	}
	return sum % 10 === 0;
}

function isId(before: string, after: string): boolean {
	if (UNIT_AFTER.test(after)) return true;
	const key = KEY_BEFORE.exec(before)?.[1];
	if (key === undefined)
		return ID_WORD.test(before) && !/(?:card|credit|debit)\W{1,3}\w{0,8}\W{0,3}$/i.test(before);
	if (CARD_KEY.test(key)) return false;
	const words = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_.-]/g, ' ');
	return ID_WORD.test(words);
}
