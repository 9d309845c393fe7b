import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ED25519, RSA_1024, RSA_2048, RSA_PKCS1 } from '../../../checks/email/_dkim-keys.ts';
import { parseDkimKey } from '../../../src/facts/mail/dkim-key.ts';

it.each([
	['RFC 6376 §3.6.1 SubjectPublicKeyInfo', RSA_2048, { kind: 'rsa', bits: 2048, form: 'spki' }],
	['RFC 8301 §3.2 a short key', RSA_1024, { kind: 'rsa', bits: 1024, form: 'spki' }],
	['RFC 8017 A.1.1 a bare RSAPublicKey', RSA_PKCS1, { kind: 'rsa', bits: 2048, form: 'pkcs1' }],
	['RFC 8463 §3 Ed25519', ED25519, { kind: 'ed25519' }],
	['RFC 6376 §3.6.1 a revoked key', 'v=DKIM1; p=', { kind: 'revoked' }],
	[
		'RFC 6376 §3.2 white space inside base64',
		RSA_2048.replace('MIIB', 'MI IB'),
		{ kind: 'rsa', bits: 2048 },
	],
	['RFC 6376 §3.6.1 k in capitals', RSA_2048.replace('k=rsa', 'k=RSA'), { kind: 'rsa' }],
	['RFC 6376 §3.6.1 no k', RSA_2048.replace('k=rsa; ', ''), { kind: 'rsa' }],
	[
		'RFC 6376 §3.6.1 an unknown type',
		'v=DKIM1; k=dsa; p=AAAA',
		{ kind: 'unknown-type', type: 'dsa' },
	],
	['RFC 6376 §3.6.1 no p', 'v=DKIM1; k=rsa', { kind: 'missing' }],
	['a key cut at 255 characters', RSA_2048.slice(0, 255), { kind: 'undecodable' }],
	['a key that lost its end', RSA_2048.slice(0, -8), { kind: 'undecodable' }],
	[
		'Ed25519 in SubjectPublicKeyInfo',
		`v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEA${'A'.repeat(44)}`,
		{ kind: 'undecodable' },
	],
	['no base64', 'v=DKIM1; p=%%%', { kind: 'undecodable' }],
])('reads the key of %s', (_, text, key) => {
	expect(parseDkimKey(text).key).toMatchObject(key);
});

it.each([
	['v not first', 'k=rsa; v=DKIM1; p=', 1],
	['v in small letters', 'v=dkim1; p=', 1],
	['a tag twice', 'v=DKIM1; p=; p=', 1],
	['a backslash before the semicolon', 'v=DKIM1\\; p=', 2],
	['no tag list', 'hello', 2],
	['no v, which is optional', 'p=', 0],
	['a final semicolon', 'v=DKIM1; p=;', 0],
	['white space around everything', ' v = DKIM1 ; p = ', 0],
])('finds the faults of %s', (_, text, count) => {
	expect(parseDkimKey(text).faults).toHaveLength(count);
});

it('reads the restrictions', () => {
	expect(parseDkimKey('v=DKIM1; h=sha1 : SHA256; s=email:tlsrpt; t=y:s; g=*; p=')).toMatchObject({
		hashes: ['sha1', 'sha256'],
		services: ['email', 'tlsrpt'],
		testing: true,
		obsolete: ['g'],
	});
	expect(parseDkimKey('v=DKIM1; t=s; p=')).toMatchObject({ services: ['*'], testing: false });
});

it('never throws, and gives whole bits', () => {
	const part = fc.oneof(
		fc.constantFrom('v=DKIM1', 'p=', 'k=rsa', ';', '=', '\\', RSA_1024),
		fc.string(),
	);
	fc.assert(
		fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
			const { key, faults } = parseDkimKey(parts.join(';'));
			if (key.kind === 'rsa') expect(Number.isInteger(key.bits)).toBe(true);
			expect(faults.join()).not.toMatch(/undefined|NaN/);
		}),
		{ numRuns: 2_000 },
	);
});

it('takes time in proportion to the record', () => {
	const started = performance.now();
	for (const piece of ['a=', ';', 'p', ' ', '\\', ':']) parseDkimKey(`h=${piece.repeat(60_000)}`);
	parseDkimKey(Array.from({ length: 30_000 }, (_, index) => `x${index}=`).join(';'));
	expect(performance.now() - started).toBeLessThan(1_500);
});
