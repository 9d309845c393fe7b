import { describe, expect, test } from 'vitest';
import { onlyElement } from '../../../src/facts/tls/der.ts';
import { issuerNamed } from '../../../src/facts/tls/issuers.ts';
import { nameOf } from '../../../src/facts/tls/x509-name.ts';
import * as make from './certificate-maker.ts';

const named = (text: string) => issuerNamed(nameOf(onlyElement(make.name(text)), 'the issuer'));

describe('an issuer is known by its organisation', () => {
	test.each([
		["CN=R10, O=Let's Encrypt", 'letsencrypt.org', 'acme'],
		['CN=WE1, O=Google Trust Services', 'pki.goog', 'acme'],
		['CN=GTS CA 1P5, O=Google Trust Services LLC', 'pki.goog', 'acme'],
		['CN=ZeroSSL ECC Domain Secure Site CA, O=ZeroSSL', 'sectigo.com', 'acme'],
		[
			'CN=Sectigo Public Server Authentication CA DV R36, O=Sectigo Limited',
			'sectigo.com',
			'by-hand',
		],
		['CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1, O=DigiCert Inc', 'digicert.com', 'by-hand'],
		['CN=Amazon RSA 2048 M03, O=Amazon', 'amazon.com', 'managed'],
		[
			'CN=Microsoft Azure RSA TLS Issuing CA 03, O=Microsoft Corporation',
			'microsoft.com',
			'managed',
		],
		['CN=GlobalSign RSA OV SSL CA 2018, O=GlobalSign nv-sa', 'globalsign.com', 'by-hand'],
	])('%s', (text, caa, renewal) => {
		expect(named(text)).toMatchObject({ renewal });
		expect(named(text)?.caa[0]).toBe(caa);
	});

	test.each([
		"CN=Let's Encrypt",
		'CN=Lab Intermediate, O=Launch-ready lab',
		'O=Amazonas Telecom',
		'',
	])('%s is nobody whom we know', (text) => expect(named(text)).toBeNull());
});
