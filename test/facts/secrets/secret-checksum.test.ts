import { describe, expect, test } from 'vitest';
import {
	awsIdState,
	base64Json,
	crc32,
	discordState,
	pypiState,
} from '../../../src/facts/secrets/secret-checksum.ts';

test('CRC-32 gives the check value that its catalogue lists (ISO-HDLC)', () => {
	expect(crc32('123456789')).toBe(0xcbf43926);
	expect(crc32('')).toBe(0);
});

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The id that an account would have: one bit, 40 bits of account, seven bits, in base32. */
function idOf(account: bigint): string {
	let bits = ((1n << 47n) | (account << 7n)) << 2n;
	let text = '';
	for (let digit = 0; digit < 10; digit++) {
		text = BASE32.charAt(Number(bits & 31n)) + text;
		bits >>= 5n;
	}
	return `AKIA${text}ABCDEF`;
}

describe('an AWS access key id', () => {
	test('holds an account of at most twelve digits', () => {
		expect(awsIdState(idOf(0n))).toBe('parsed');
		expect(awsIdState(idOf(999_999_999_999n))).toBe('parsed');
		expect(awsIdState(idOf(1_000_000_000_000n))).toBe('impossible');
	});

	test('of the old form holds none', () => {
		expect(awsIdState('AKIAIAAAAAAAAAAAAAAA')).toBe('none');
		expect(awsIdState('AKIAJAAAAAAAAAAAAAAA')).toBe('none');
	});
});

test('a Discord token begins with a snowflake', () => {
	const token = (id: string) => `${Buffer.from(id).toString('base64url')}.abcdef.rest`;
	expect(discordState(token('123456789012345678'))).toBe('parsed');
	expect(discordState(token('12345678901234567x'))).toBe('impossible');
	expect(discordState(token('1234567890'))).toBe('impossible');
});

test('a PyPI token is a macaroon for pypi.org', () => {
	const token = (bytes: number[], location: string) =>
		`pypi-${Buffer.concat([Buffer.from([...bytes, location.length]), Buffer.from(location)]).toString('base64url')}`;
	expect(pypiState(token([2, 1], 'pypi.org'))).toBe('parsed');
	expect(pypiState(token([2, 1], 'test.pypi.org'))).toBe('parsed');
	expect(pypiState(token([2, 1], 'pypi.example'))).toBe('impossible');
	expect(pypiState(token([1, 1], 'pypi.org'))).toBe('impossible');
	expect(pypiState('pypi-')).toBe('impossible');
});

test('a token that should hold JSON does', () => {
	const token = (text: string) => `ops_${Buffer.from(text).toString('base64url')}`;
	expect(base64Json(4)(token('{"email":"a@example.test"}'))).toBe('parsed');
	expect(base64Json(4)(token('{"email":"a@example.te'))).toBe('parsed');
	expect(base64Json(4)(token('email'))).toBe('impossible');
});
