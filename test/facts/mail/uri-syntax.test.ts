import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { httpsHost, mailtoHost, uriFault } from '../../../src/facts/mail/uri-syntax.ts';

describe('URI of RFC 3986', () => {
	it.each([
		'ftp://ftp.is.co.za/rfc/rfc1808.txt',
		'http://www.ietf.org/rfc/rfc2396.txt',
		'ldap://[2001:db8::7]/c=GB?objectClass?one',
		'mailto:John.Doe@example.com',
		'news:comp.infosystems.www.servers.unix',
		'tel:+1-816-555-1212',
		'telnet://192.0.2.16:80/',
		'urn:oasis:names:specification:docbook:dtd:xml:4.1.2',
		'https://user:pass@example.com:8443/a%20b;c=1?d=e#f',
	])('takes %s, after §1.1.2', (uri) => {
		expect(uriFault(uri)).toBeNull();
	});

	it.each([
		['', 0],
		['//example.com/', 0],
		['example.com', 0],
		['1http://a', 0],
		['https://a b', 9],
		['https://a/%zz', 10],
		['https://a/%4', 10],
		['https://a/#b#c', 12],
		['https://a/[', 10],
		['https://a:8x/', 8],
		['https://a@b@c/', 10],
		['https://é/', 8],
		['https://[::1/', 8],
		['mailto:a[b]', 8],
	])('refuses %j at %i', (uri, offset) => {
		expect(uriFault(uri)?.offset).toBe(offset);
	});

	it.each([
		['https://Example.com/a', 'example.com'],
		['HTTPS://example.com', 'example.com'],
		['https://u@example.com:1/a@b', 'example.com'],
		['https://[2001:db8::1]/', '[2001:db8::1]'],
		['http://example.com/', null],
		['https:///a', null],
		['https://-a.example/', null],
	])('the host of %s is %s', (uri, host) => {
		expect(httpsHost(uri)).toBe(host);
	});

	it.each([
		['mailto:a@Example.com', 'example.com'],
		['mailto:a@example.com?subject=x@y', 'example.com'],
		['mailto:a', null],
		['mailto:@example.com', null],
		['mailto:a@b@c', null],
		['https://a@example.com', null],
	])('the mail host of %s is %s', (uri, host) => {
		expect(mailtoHost(uri)).toBe(host);
	});
});

it('never throws, and names a place inside', () => {
	const piece = fc.constantFrom(
		'https:',
		'mailto:',
		'//',
		'@',
		':',
		'[',
		']',
		'%',
		'%41',
		'#',
		'?',
		'/',
		'a',
		' ',
		'é',
	);
	fc.assert(
		fc.property(
			fc.array(piece).map((pieces) => pieces.join('')),
			(text) => {
				const fault = uriFault(text);
				if (fault === null) expect(text).toMatch(/^a*(?:https|mailto|a):/);
				else expect(fault.offset).toBeLessThanOrEqual(text.length);
				for (const host of [httpsHost(text), mailtoHost(text)]) expect(host).not.toBe('');
			},
		),
		{ numRuns: 3_000 },
	);
});
