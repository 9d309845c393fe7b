/**
 * What a value shows about itself, offline. `valid`: a checksum holds. `parsed`: its structure is
 * sound, which a forged one can be too. `invalid`: a checksum fails. `impossible`: no such value can
 * exist. `none`: nothing to check.
 */
export const CHECKS = ['valid', 'parsed', 'invalid', 'impossible', 'none'] as const;
export type CheckState = (typeof CHECKS)[number];

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
	return crc;
});

/** CRC-32 as in zip and PNG, of latin1 text. */
export function crc32(text: string): number {
	let crc = 0xffffffff;
	for (let index = 0; index < text.length; index++) {
		crc = (CRC_TABLE[(crc ^ text.charCodeAt(index)) & 0xff] as number) ^ (crc >>> 8);
	}
	return (crc ^ 0xffffffff) >>> 0;
}

/** A whole number in the digits of an alphabet, padded with its zero. */
function inDigits(value: number, alphabet: string, width: number): string {
	let digits = '';
	for (let rest = value; rest > 0; rest = Math.floor(rest / alphabet.length)) {
		digits = alphabet.charAt(rest % alphabet.length) + digits;
	}
	return digits.padStart(width, alphabet.charAt(0));
}

/** What a family of tokens ends with, worked out from what stands before. */
export interface Seal {
	/** Characters at the end that are the checksum. */
	readonly width: number;
	/** Every ending that counts as right; the first is the one that is written. */
	endings(before: string): readonly string[];
}

/** GitHub, npm, Vercel: CRC-32 of what stands between prefix and checksum, base62, six digits. */
export const afterPrefix = (prefix: number): Seal => ({
	width: 6,
	endings: (before) => [inDigits(crc32(before.slice(prefix)), BASE62, 6)],
});

/** GitLab routable tokens: CRC-32 of everything before, base36, seven digits. */
export const GITLAB: Seal = {
	width: 7,
	endings: (before) => [inDigits(crc32(before), BASE36, 7)],
};

/** Atlassian: CRC-32 of everything before, in hex; whether `=` belongs to it is not documented. */
export const ATLASSIAN: Seal = {
	width: 8,
	endings: (before) => [before, before.replace(/=$/, '')].map((text) => hex8(crc32(text))),
};

const hex8 = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');

/** Confluent: CRC-32 of the 54 characters before, little-endian, base64 without padding. */
export const CONFLUENT: Seal = {
	width: 6,
	endings: (before) =>
		[before.slice(-54), before].map((text) => {
			const bytes = Buffer.alloc(4);
			bytes.writeUInt32LE(crc32(text));
			return bytes.toString('base64').replace(/=+$/, '');
		}),
};

/**
 * Zuplo ends its keys with CRC-32 in hex; how much of what stands before goes into it is not
 * documented, so a checksum that does not hold says nothing.
 */
export function zuploState(token: string): CheckState {
	const before = token.slice(0, -8);
	const inputs = [before.slice(5, -1), before.slice(0, -1), before, before.slice(5)];
	const sum = token.slice(-8).toUpperCase();
	return inputs.some((input) => hex8(crc32(input)) === sum) ? 'valid' : 'none';
}

export function sealState({ width, endings }: Seal, token: string): CheckState {
	const before = token.slice(0, -width);
	return endings(before).includes(token.slice(-width)) ? 'valid' : 'invalid';
}

/**
 * An AWS access key id holds its account: base32, six bytes, one bit in, 40 bits (ids made before
 * 2019, with I or J behind the prefix, do not). An account has at most 12 digits.
 */
export function awsIdState(id: string): CheckState {
	if (/^.{4}[IJ]/.test(id)) return 'none';
	let bits = 0n;
	for (const character of id.slice(4, 14)) {
		const digit = BASE32.indexOf(character);
		if (digit < 0) return 'impossible';
		bits = (bits << 5n) | BigInt(digit);
	}
	const sixBytes = bits >> 2n;
	const account = (sixBytes & 0x7fffffffff80n) >> 7n;
	return account > 999_999_999_999n ? 'impossible' : 'parsed';
}

/** A Discord bot token begins with its user's number, base64: a snowflake of 17 to 20 digits. */
export function discordState(token: string): CheckState {
	const digits = Buffer.from(token.split('.', 1)[0] ?? '', 'base64').toString('latin1');
	return /^\d{17,20}$/.test(digits) ? 'parsed' : 'impossible';
}

/** The rest behind a prefix is base64 of JSON, as Sentry's and 1Password's tokens are. */
export const base64Json =
	(prefix: number) =>
	(token: string): CheckState => {
		const text = Buffer.from(token.slice(prefix).split('_', 1)[0] ?? '', 'base64').toString('utf8');
		try {
			return typeof JSON.parse(text) === 'object' ? 'parsed' : 'impossible';
		} catch {
			return /^\{"[\w-]{1,40}":/.test(text) ? 'parsed' : 'impossible';
		}
	};

/** A PyPI token is a macaroon (version 2) whose location is pypi.org or test.pypi.org. */
export function pypiState(token: string): CheckState {
	const bytes = Buffer.from(token.slice('pypi-'.length), 'base64');
	const location = bytes.toString('latin1', 3, 3 + (bytes[2] ?? 0));
	const isMacaroon = bytes[0] === 2 && bytes[1] === 1;
	return isMacaroon && /^(?:test\.)?pypi\.org$/.test(location) ? 'parsed' : 'impossible';
}
