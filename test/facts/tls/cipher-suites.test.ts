import { getCiphers } from 'node:tls';
import { describe, expect, test } from 'vitest';
import {
	ALL_GROUPS,
	CURVES,
	cipherSuite,
	groupName,
	groupNumber,
	isAead,
	isCbc,
	isForwardSecret,
	OFFERS,
	suiteName,
	WEAK_KINDS,
	weakKinds,
	weakOffer,
} from '../../../src/facts/tls/cipher-suites.ts';

const kindsOf = (number: number) => {
	const suite = cipherSuite(number);
	return suite === null ? null : weakKinds(suite);
};

describe('the kind of a suite, by its number at IANA', () => {
	test.each([
		[0x0001, 'RSA_WITH_NULL_MD5', ['null']],
		[0x0003, 'RSA_EXPORT_WITH_RC4_40_MD5', ['export']],
		[0x0005, 'RSA_WITH_RC4_128_SHA', ['rc4']],
		[0x0009, 'RSA_WITH_DES_CBC_SHA', ['des']],
		[0x000a, 'RSA_WITH_3DES_EDE_CBC_SHA', ['3des']],
		[0x0017, 'DH_anon_EXPORT_WITH_RC4_40_MD5', ['anonymous']],
		[0x0018, 'DH_anon_WITH_RC4_128_MD5', ['anonymous']],
		[0x002f, 'RSA_WITH_AES_128_CBC_SHA', []],
		[0x0033, 'DHE_RSA_WITH_AES_128_CBC_SHA', []],
		[0x009c, 'RSA_WITH_AES_128_GCM_SHA256', []],
		[0xc015, 'ECDH_anon_WITH_NULL_SHA', ['null', 'anonymous']],
		[0xc02b, 'ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', []],
		[0xc02f, 'ECDHE_RSA_WITH_AES_128_GCM_SHA256', []],
		[0xcca8, 'ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', []],
		[0x1301, 'AES_128_GCM_SHA256', []],
	])('0x%s is %s', (number, name, kinds) => {
		expect(suiteName(number)).toBe(`TLS_${name}`);
		expect(kindsOf(number)).toEqual(kinds);
	});

	test('is not known of a number that is not in the table', () => {
		expect(cipherSuite(0x0a0a)).toBeNull();
		expect(suiteName(0x0a0a)).toBe('0x0a0a');
	});
});

test('every number is there once, and no offer has more than servers bear', () => {
	const all = [...OFFERS.usual, ...OFFERS.unusual];
	expect(new Set(all).size).toBe(all.length);
	expect(all.length).toBe(170);
	for (const offer of Object.values(OFFERS)) expect(offer.length).toBeLessThan(128);
	expect(weakOffer(WEAK_KINDS).length).toBe(62);
});

test('every offer asks one question, and no sound offer has a weak suite', () => {
	const suites = (numbers: readonly number[]) => numbers.map((one) => cipherSuite(one));
	expect(suites(OFFERS.aead).every((one) => one !== null && isAead(one))).toBe(true);
	expect(suites(OFFERS.cbc).every((one) => one !== null && isCbc(one))).toBe(true);
	expect(suites(OFFERS.forwardSecret).every((one) => one !== null && isForwardSecret(one))).toBe(
		true,
	);
	for (const offer of ['aead', 'cbc', 'forwardSecret', 'staticRsa', 'dhe', 'ecdhe'] as const) {
		expect(OFFERS[offer].flatMap((one): readonly string[] => kindsOf(one) ?? ['unknown'])).toEqual(
			[],
		);
	}
	for (const kind of WEAK_KINDS) {
		expect(weakOffer([kind]).length).toBeGreaterThan(4);
		expect(weakOffer([kind]).every((one) => kindsOf(one)?.includes(kind))).toBe(true);
	}
});

test('what Node itself knows is in the table', () => {
	const known = new Set([...OFFERS.usual, ...OFFERS.unusual].map((one) => plain(suiteName(one))));
	const ours = getCiphers().filter((one) => !/psk|srp|^tls_/.test(one));
	expect(ours.length).toBeGreaterThan(20);
	expect(ours.filter((one) => !known.has(plain(one)))).toEqual([]);
});

/** Letters and digits that OpenSSL's name and IANA's have in common. */
function plain(name: string): string {
	return name
		.toLowerCase()
		.replace(/^tls_/, '')
		.replace(/^(?:ecdhe-arm)/, '')
		.replace('_with', '')
		.replace(/^rsa_/, '')
		.replace(/_cbc/, '')
		.replace(/[-_]/g, '')
		.replace('ccm8sha256', 'ccm8')
		.replace('poly1305sha256', 'poly1305')
		.replace(/^adh/, 'dhanon')
		.replace(/^aecdh/, 'ecdhanon')
		.replace(/^ecdhearia/, 'ecdhersaaria');
}

test('groups have one name and one number', () => {
	expect(groupNumber('X25519MLKEM768')).toBe(0x11ec);
	expect(groupName(0x001d)).toBe('X25519');
	expect(groupName(0x2a2a)).toBe('0x2a2a');
	expect(CURVES).not.toContain(groupNumber('ffdhe2048'));
	expect(new Set(ALL_GROUPS).size).toBe(ALL_GROUPS.length);
});
