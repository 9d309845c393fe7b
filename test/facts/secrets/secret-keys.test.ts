import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isPublishedModulus } from '../../../src/facts/secrets/secret-keys.ts';
import { secretsIn } from '../../../src/facts/secrets/secret-scan.ts';
import { cpuMs } from '../../cpu-time.ts';

const SOURCE = { loose: false, generic: false, named: true, spaced: false, key: false };
const keys = Array.from({ length: 12 }, () =>
	generateKeyPairSync('rsa', { modulusLength: 2048 })
		.privateKey.export({ type: 'pkcs1', format: 'pem' })
		.toString(),
);
const states = (write: (pem: string) => string) => [
	...new Set(keys.flatMap((pem) => secretsIn(write(pem), SOURCE).map(({ state }) => state))),
];

describe('a key is parsed in every form in which source code holds it', () => {
	test.each<[string, (pem: string) => string]>([
		['as a file', (pem) => pem],
		['with CRLF', (pem) => pem.replaceAll('\n', '\r\n')],
		['indented in YAML', (pem) => `key: |\n${pem.replace(/^/gm, '      ')}`],
		['with written line ends', (pem) => `KEY="${pem.replaceAll('\n', '\\n')}"`],
		['line by line, joined by +', (pem) => pem.trim().replace(/^(.*)$/gm, "  '$1\\n' +")],
		['line by line in an array', (pem) => pem.trim().replace(/^(.*)$/gm, '  "$1",')],
		['commented out', (pem) => pem.replace(/^/gm, '# ')],
		['added by a patch', (pem) => pem.replace(/^/gm, '+')],
		['without line ends', (pem) => `'${pem.replaceAll('\n', '')}'`],
	])('%s', (_, write) => {
		expect(states(write)).toEqual(['parsed']);
	});

	test('a key with a line missing cannot exist', () => {
		expect(states((pem) => pem.replace(/(?<=-\n).*\n/, ''))).toEqual(['impossible']);
	});

	test('the form without a key is none', () => {
		for (const body of ['...', '<your key>', 'MIIE...', '\n'.repeat(30), `\${KEY}`]) {
			const text = `-----BEGIN PRIVATE ${'KEY'}-----\n${body}\n-----END PRIVATE KEY-----`;
			expect(secretsIn(text, SOURCE)).toEqual([]);
		}
		expect(secretsIn(keys[0]?.split('\n').slice(0, 9).join('\n') ?? '', SOURCE)).toEqual([]);
	});
});

test.each(['ed25519', 'x25519', 'ed448'] as const)(
	'a key of one full line is a key too: %s',
	(type) => {
		const make = generateKeyPairSync as (kind: string) => { privateKey: KeyObject };
		const { privateKey } = make(type);
		const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
		expect(secretsIn(pem, SOURCE)).toMatchObject([{ state: 'parsed' }]);
	},
);

test.each(['secp224r1', 'brainpoolP256r1', 'secp256k1', 'P-521'])(
	'a key on any curve that OpenSSL knows is sound: %s',
	(namedCurve) => {
		const { privateKey } = generateKeyPairSync('ec', { namedCurve });
		for (const type of ['pkcs8', 'sec1'] as const) {
			const pem = privateKey.export({ type, format: 'pem' }).toString();
			expect(secretsIn(pem, SOURCE)).toMatchObject([{ state: 'parsed' }]);
		}
	},
);

test('a Diffie-Hellman key is known by its algorithm, before its prime is proved', () => {
	const make = generateKeyPairSync as (kind: string, options: object) => { privateKey: KeyObject };
	const pem = make('dh', { group: 'modp18' })
		.privateKey.export({ type: 'pkcs8', format: 'pem' })
		.toString();
	const started = cpuMs();
	expect(secretsIn(pem.repeat(20), SOURCE)).toHaveLength(20);
	expect(secretsIn(pem, SOURCE)).toMatchObject([{ state: 'parsed' }]);
	expect(cpuMs() - started).toBeLessThan(1_500);
});

test('OpenSSH keys tell whether a passphrase protects them', () => {
	const openssh = (cipher: string) => {
		const length = Buffer.alloc(4);
		length.writeUInt32BE(cipher.length);
		const bytes = Buffer.concat([
			Buffer.from(`openssh-key-v1\0`),
			length,
			Buffer.from(cipher.padEnd(120, '\x01')),
		]);
		const body = bytes.toString('base64').replace(/.{70}/g, '$&\n');
		const kind = `OPENSSH PRIVATE ${'KEY'}`;
		return secretsIn(`-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`, SOURCE)[0];
	};
	expect(openssh('none')).toMatchObject({ state: 'parsed', traits: { encrypted: false } });
	expect(openssh('aes256-ctr')).toMatchObject({ state: 'parsed', traits: { encrypted: true } });
});

test('a PuTTY file tells whether a passphrase protects it', () => {
	const putty = (encryption: string) =>
		`PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: ${encryption}\r\nComment: test\r\nPublic-Lines: 1\r\nAAAA\r\nPrivate-Lines: 1\r\nAAAAIF\r\nPrivate-MAC: 00\r\n`;
	expect(secretsIn(putty('none'), SOURCE)).toMatchObject([{ traits: { encrypted: false } }]);
	expect(secretsIn(putty('aes256-cbc'), SOURCE)).toMatchObject([{ traits: { encrypted: true } }]);
});

test('the keys of RFC 7515 A.2 and RFC 7517 A.2 are known by their moduli', () => {
	expect(
		isPublishedModulus('ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp'),
	).toBe(true);
	expect(
		isPublishedModulus('0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z'),
	).toBe(true);
	expect(
		isPublishedModulus('1vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z'),
	).toBe(false);
});
