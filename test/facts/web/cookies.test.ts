import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	brokenPrefix,
	type Cookie,
	cookieLifetime,
	cookieReach,
	isRemoval,
	isSessionName,
	parseCookieDate,
	parseSetCookie,
} from '../../../src/facts/web/cookies.ts';

const NOW = new Date('2030-01-01T00:00:00Z');

function parsed(text: string): Cookie {
	const result = parseSetCookie(text);
	if (result.kind !== 'cookie') throw new Error(`${text} was ignored: ${result.why}`);
	return result.cookie;
}

describe('RFC 6265bis §5.6', () => {
	it.each([
		[
			'a=b',
			{
				name: 'a',
				octets: 2,
				secure: false,
				httpOnly: false,
				sameSite: null,
				domain: null,
				path: null,
			},
		],
		['a', { name: '', octets: 1 }],
		['=b', { name: '', octets: 1 }],
		[' \ta \t=\t b ', { name: 'a', octets: 2 }],
		['a=b=c', { name: 'a', octets: 4 }],
		['a=b; SECURE; httponly', { secure: true, httpOnly: true }],
		['a=b; Secure=false', { secure: true }],
		['a=b; SameSite=none', { sameSite: 'none' }],
		['a=b; SameSite=STRICT', { sameSite: 'strict' }],
		['a=b; SameSite=Sure', { sameSite: 'invalid', sameSiteText: 'Sure' }],
		['a=b; SameSite', { sameSite: 'invalid', sameSiteText: '' }],
		['a=b; Domain=.Example.COM', { domain: 'example.com' }],
		['a=b; Domain=', { domain: null }],
		['a=b; Path=/x; Path=/y', { path: '/y' }],
		['a=b; Path=x', { path: null }],
		['a=b; Max-Age=10; Max-Age=20', { maxAge: 20 }],
		['a=b; Max-Age=-1', { maxAge: -1 }],
		['a=b; Max-Age=ten', { maxAge: null }],
		['a=b; Max-Age=+1', { maxAge: null }],
		['a=b; Max-Age=', { maxAge: null }],
		[`a=b; Max-Age=${'9'.repeat(400)}`, { maxAge: Number.MAX_SAFE_INTEGER }],
		[`a=b; Path=/${'x'.repeat(1024)}`, { path: null }],
		['a=<redacted:4000>', { octets: 4001, emptyValue: false }],
		['a=', { emptyValue: true, octets: 1 }],
	])('%s', (text, expected) => {
		expect(parsed(text)).toMatchObject(expected);
	});

	it.each([[''], ['='], ['; Secure'], ['a=b\u0000'], ['a=b\n'], ['a\u007f=b']])(
		'ignores %j',
		(text) => {
			expect(parseSetCookie(text)).toMatchObject({ kind: 'ignored' });
		},
	);

	it('never throws, and numbers are finite', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), fc.string(), (name, attribute, value) => {
				const result = parseSetCookie(
					`${name}=x; ${attribute}; Max-Age=${value}; Expires=${value}`,
				);
				if (result.kind === 'ignored') return;
				const { maxAge, expires, octets } = result.cookie;
				for (const number of [maxAge, expires, octets]) {
					if (number !== null) expect(Number.isFinite(number)).toBe(true);
				}
			}),
		);
	});
});

describe('cookie dates, §5.1.1', () => {
	it.each([
		['Wed, 21 Oct 2015 07:28:00 GMT', '2015-10-21T07:28:00Z'],
		['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37Z'],
		['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37Z'],
		['06 nov 69 08:49:37', '2069-11-06T08:49:37Z'],
		['1 January 2030 0:0:0', '2030-01-01T00:00:00Z'],
		['29 Feb 2028 00:00:00', '2028-02-29T00:00:00Z'],
	])('%s', (text, iso) => {
		expect(parseCookieDate(text)).toBe(Date.parse(iso));
	});

	it.each([
		[''],
		['soon'],
		['21 Oct 2015'],
		['32 Oct 2015 07:28:00'],
		['30 Feb 2028 00:00:00'],
		['1 Jan 1600 00:00:00'],
		['1 Jan 2030 24:00:00'],
	])('finds none in %j', (text) => {
		expect(parseCookieDate(text)).toBeNull();
	});
});

it('lets Max-Age win over Expires, and knows a removal', () => {
	expect(cookieLifetime(parsed('a=b; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT'), NOW)).toBe(
		5,
	);
	expect(cookieLifetime(parsed('a=b'), NOW)).toBeNull();
	expect(isRemoval(parsed('a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT'), NOW)).toBe(true);
	expect(isRemoval(parsed('a=b; Max-Age=0'), NOW)).toBe(true);
	expect(isRemoval(parsed('a='), NOW)).toBe(true);
	expect(isRemoval(parsed('a=b; Max-Age=1'), NOW)).toBe(false);
});

it.each([
	['PHPSESSID', true],
	['ASP.NET_SessionId', true],
	['__Host-session', true],
	['__Secure-next-auth.session-token', true],
	['sid', true],
	['user_login', true],
	['ASPSESSIONIDQQ', true],
	['side', false],
	['assessment', false],
	['possession', false],
	['csrf_session', false],
	['theme', false],
])('%s as a session: %s', (name, expected) => {
	expect(isSessionName(name)).toBe(expected);
});

it.each([
	['__Host-a=b; Secure; Path=/', null],
	['__host-a=b; Path=/', /no Secure/],
	['__Host-a=b; Secure', /Path/],
	['__Host-a=b; Secure; Path=/x', /Path/],
	['__Host-a=b; Secure; Path=/; Domain=example.com', /Domain/],
	['__Secure-a=b; Secure', null],
	['__secure-a=b', /no Secure/],
	['_Host-a=b', null],
])('%s keeps its prefix’s promise: %s', (text, fault) => {
	const broken = brokenPrefix(parsed(text));
	if (fault === null) expect(broken).toBeNull();
	else expect(broken).toMatch(fault);
});

it.each([
	['a=b', 'host'],
	['a=b; Domain=app.example.com', 'host'],
	['a=b; Domain=example.com', 'wide'],
	['a=b; Domain=com', 'public-suffix'],
	['a=b; Domain=elsewhere.example', 'foreign'],
	['a=b; Domain=ample.com', 'foreign'],
])('%s from app.example.com reaches: %s', (text, reach) => {
	expect(cookieReach(parsed(text), 'app.example.com')).toBe(reach);
});
