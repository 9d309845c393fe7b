import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ED25519, RSA_1024, RSA_2048, RSA_PKCS1 } from '../../../checks/email/_dkim-keys.ts';
import { parseDkimKey } from '../../../src/facts/mail/dkim-key.ts';
import { cpuMs } from '../../cpu-time.ts';

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

it.each([
	['white space in folds (RFC 6376 §2.8)', 'v=DKIM1;\r\n\tp=', []],
	['a no-break space, which is none', 'v=DKIM1; p=\u00a0', []],
	['an empty tag (RFC 6376 §3.2)', 'v=DKIM1;; p=', ['there is an empty tag']],
	['an empty tag at the start', '; p=', ['there is an empty tag']],
	['white space behind the last semicolon', 'v=DKIM1; p=; ', []],
	['a tag without a value', 'v=DKIM1; p=; k', ['"k" is no tag']],
	['a tag that starts with a digit', 'p=; 1a=x', ['"1a=x" is no tag']],
	['unknown tags (RFC 6376 §3.2)', 'v=DKIM1; p=; x_1=y; zz=', []],
	['names in capitals (RFC 6376 §3.2)', 'v=DKIM1; P=', ['P= is no p=: names of tags are small']],
	['V in capitals, which is an unknown tag', 'V=DKIM1; p=', []],
	['a control character', 'p=; n=\u0001', ['n= holds a character that is not allowed']],
	['UTF-8 in a note (RFC 8616)', 'p=; n=\u00c3\u00bc', []],
	['a quoted-printable note (RFC 6376 §2.11)', 'p=; n=a=3Bb', []],
	['an empty h (RFC 6376 §3.6.1)', 'p=; h=', ['h= is empty']],
	['an s of colons alone', 'p=; s= : ', ['s= is empty']],
	['an empty t, which restricts nothing', 'p=; t=', []],
	[
		'typographic quotation marks',
		'\u00e2\u0080\u009cp=\u00e2\u0080\u009d',
		[
			'it holds literal quotation marks',
			'"\u00e2\u0080\u009cp=\u00e2\u0080\u009d" is no tag',
			'there is no p= tag',
		],
	],
] as [string, string, string[]][])('keeps to the grammar: %s', (_, text, faults) => {
	expect(parseDkimKey(text).faults).toEqual(faults);
});

describe('RSA keys by their numbers', () => {
	const spki = (key: JsonWebKey) =>
		createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'der' });
	const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
	const { n } = publicKey.export({ format: 'jwk' });
	const withExponent = (hex: string) => {
		const e = Buffer.from(hex, 'hex').toString('base64url');
		return parseDkimKey(`p=${spki({ kty: 'RSA', n: n ?? '', e }).toString('base64')}`).key;
	};
	it.each([
		['03', { kind: 'rsa', bits: 1024 }],
		['010001', { kind: 'rsa', bits: 1024 }],
		['01', { kind: 'undecodable', says: 'its exponent 1 is none for RSA' }],
		['02', { kind: 'undecodable', says: 'its exponent 2 is none for RSA' }],
		['010000', { kind: 'undecodable', says: 'its exponent 65536 is none for RSA' }],
	])('exponent %s (RFC 8017 §3.1)', (hex, wanted) => {
		expect(withExponent(hex)).toMatchObject(wanted);
	});
	it.each([
		['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
		['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey],
		['Ed25519', generateKeyPairSync('ed25519').publicKey],
	])('no key of k=rsa: %s', (_, key) => {
		const p = key.export({ type: 'spki', format: 'der' }).toString('base64');
		expect(parseDkimKey(`v=DKIM1; k=rsa; p=${p}`).key.kind).toBe('undecodable');
	});
	it('says how an Ed25519 key got 44 bytes (RFC 8463 §3, RFC 8410 §4)', () => {
		const der = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
		expect(parseDkimKey(`k=ed25519; p=${der.toString('base64')}`).key).toEqual({
			kind: 'undecodable',
			says: 'an Ed25519 key has 32 bytes, this one 44: the last 32, without the wrapping, are the key',
		});
		const bare = der.subarray(-32).toString('base64');
		expect(parseDkimKey(`k=ed25519; p=${bare}`).key).toEqual({ kind: 'ed25519' });
	});
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
	const started = cpuMs();
	for (const piece of ['a=', ';', 'p', ' ', '\\', ':']) parseDkimKey(`h=${piece.repeat(60_000)}`);
	parseDkimKey(Array.from({ length: 30_000 }, (_, index) => `x${index}=`).join(';'));
	expect(cpuMs() - started).toBeLessThan(1_500);
});
