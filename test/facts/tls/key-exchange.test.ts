import { createDiffieHellmanGroup, createHash } from 'node:crypto';
import { assert, constantFrom, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { OFFERS } from '../../../src/facts/tls/cipher-suites.ts';
import { keyExchangeIn, knownPrime } from '../../../src/facts/tls/key-exchange.ts';

const DHE = 0x009e;
const ECDHE = 0xc02f;
const RSA = 0x009c;
const base64 = (bytes: Buffer) => bytes.toString('base64');

function params(prime: Buffer): string {
	const length = Buffer.alloc(2);
	length.writeUInt16BE(prime.length);
	return base64(Buffer.concat([length, prime, Buffer.of(0, 1, 2, 0, 1, 5)]));
}

const primeOf = (group: string) => createDiffieHellmanGroup(group).getPrime();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test.each([
	['modp1', 768, 'Oakley group 1 (RFC 2409)'],
	['modp2', 1024, 'Oakley group 2 (RFC 2409)'],
	['modp5', 1536, 'MODP group 5 (RFC 3526)'],
	['modp14', 2048, null],
	['modp15', 3072, null],
])('the prime of %s has %i bits, and is known as %s', (group, bits, name) => {
	const prime = primeOf(group);
	const choice = { kind: 'prime', bits, sha256: sha256(prime) } as const;
	expect(keyExchangeIn(DHE, params(prime))).toEqual(choice);
	expect(keyExchangeIn(DHE, params(Buffer.concat([Buffer.alloc(3), prime])))).toEqual(choice);
	expect(knownPrime(choice.sha256)).toBe(name);
});

test('the 512-bit sample of OpenSSL is known by its digits', () => {
	const digits =
		'da583c16d9852289d0e4af756f4cca92dd4be533b804fb0fed94ef9c8a4403ed574650d36999db29d776276ba2d3d412e218f4dd1e084cf6d8003e7c4774e833';
	expect(knownPrime(sha256(Buffer.from(digits, 'hex')))).toContain('OpenSSL');
	expect(knownPrime('toString')).toBeNull();
});

test.each([
	['ff', 8],
	['80', 8],
	['7f', 7],
	['01', 1],
	['0100', 9],
])('the bits of %s are %i', (hex, bits) => {
	expect(keyExchangeIn(DHE, params(Buffer.from(hex, 'hex')))).toMatchObject({ bits });
});

test('the curve of ECDHE is named, or spelt out', () => {
	expect(keyExchangeIn(ECDHE, base64(Buffer.from('03001d20', 'hex')))).toEqual({
		kind: 'curve',
		group: 0x1d,
	});
	expect(keyExchangeIn(ECDHE, base64(Buffer.from('01', 'hex')))).toEqual({ kind: 'spelt-out' });
	expect(keyExchangeIn(RSA, base64(Buffer.from('03001d20', 'hex')))).toBeNull();
	expect(keyExchangeIn(ECDHE, null)).toBeNull();
});

test('never throws, whatever the bytes', () => {
	void assert(
		property(
			constantFrom(...OFFERS.usual, ...OFFERS.unusual, 0x1301, 0xffff),
			uint8Array({ maxLength: 80 }),
			(suite, bytes) => {
				const choice = keyExchangeIn(suite, base64(Buffer.from(bytes)));
				if (choice?.kind === 'prime') expect(choice.bits).toBeGreaterThan(0);
			},
		),
	);
});
