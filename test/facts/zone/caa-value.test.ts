import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIssueValue } from '../../../src/facts/zone/caa-value.ts';

describe('the value of issue and issuewild (RFC 8659 §4.2)', () => {
	test.each<[string, string, readonly (readonly [string, string])[]]>([
		['letsencrypt.org', 'letsencrypt.org', []],
		['  LetsEncrypt.org\t', 'letsencrypt.org', []],
		['', '', []],
		[';', '', []],
		['ca1.example.net; account=230123', 'ca1.example.net', [['account', '230123']]],
		['; policy=ev', '', [['policy', 'ev']]],
		[
			'letsencrypt.org;validationmethods=dns-01,http-01;accounturi=https://a.example/1',
			'letsencrypt.org',
			[
				['validationmethods', 'dns-01,http-01'],
				['accounturi', 'https://a.example/1'],
			],
		],
		['ca.example.net; tag = value ;', 'ca.example.net', [['tag', 'value']]],
	])('%j', (value, issuer, parameters) => {
		expect(parseIssueValue(value)).toEqual({ issuer, parameters: new Map(parameters) });
	});

	test.each([
		['"letsencrypt.org"', 'it has quotation marks inside the quotation marks', 'letsencrypt.org'],
		['https://letsencrypt.org/', 'it is a URL where a domain name belongs', 'letsencrypt.org'],
		[
			'letsencrypt.org pki.goog',
			'it has several words where one domain name belongs',
			'letsencrypt.org',
		],
		[
			'letsencrypt.org,pki.goog',
			'it has several words where one domain name belongs',
			'letsencrypt.org',
		],
		['letsencrypt.org.', '"letsencrypt.org." is no domain name', 'letsencrypt.org'],
		["Let's Encrypt", 'it has quotation marks inside the quotation marks', null],
		['%%%%%', '"%%%%%" is no domain name', null],
		['ca.example.net; =x', '"=x" is no parameter of the form name=value', 'ca.example.net'],
		['ca.example.net; policy', '"policy" is no parameter of the form name=value', 'ca.example.net'],
	])('%j is wrong', (value, problem, meant) => {
		expect(parseIssueValue(value)).toEqual({ problem, meant });
	});

	test('never throws, and names an issuer only that DNS could hold', () => {
		fc.assert(
			fc.property(fc.string(), (value) => {
				const read = parseIssueValue(value);
				if ('issuer' in read) expect(read.issuer).toMatch(/^[a-z0-9.-]*$/);
			}),
		);
	});
});
