import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portOf, proxyAuthorization, proxyFor, proxyName } from '../../src/net/proxy.ts';

const chosen = (url: string, env: Record<string, string>) =>
	proxyFor(new URL(url), env)?.href ?? null;

describe('proxyFor', () => {
	it('takes the variable of the scheme, lower case first', () => {
		const env = { HTTP_PROXY: 'http://a.test:1', HTTPS_PROXY: 'http://b.test:2' };
		expect(chosen('http://site.test/', env)).toBe('http://a.test:1/');
		expect(chosen('https://site.test/', env)).toBe('http://b.test:2/');
		expect(chosen('http://site.test/', { ...env, http_proxy: 'http://c.test:3' })).toBe(
			'http://c.test:3/',
		);
		expect(chosen('https://site.test/', { ALL_PROXY: 'd.test:4' })).toBe('http://d.test:4/');
		expect(chosen('https://site.test/', { https_proxy: ' ' })).toBeNull();
		expect(chosen('https://site.test/', {})).toBeNull();
	});

	it('does not take HTTP_PROXY from a CGI client', () => {
		const env = { HTTP_PROXY: 'http://a.test:1', REQUEST_METHOD: 'GET' };
		expect(chosen('http://site.test/', env)).toBeNull();
	});

	it('asks nothing about loopback', () => {
		const env = { HTTP_PROXY: 'http://a.test:1' };
		for (const host of ['localhost:80', '127.0.0.1', '127.9.9.9', '[::1]:8080']) {
			expect(chosen(`http://${host}/`, env)).toBeNull();
		}
	});

	it.each([
		['*', 'site.test', true],
		['site.test', 'site.test', true],
		['site.test', 'www.site.test', true],
		['.site.test', 'www.site.test', true],
		['*.site.test', 'www.site.test', true],
		['SITE.test', 'site.test', true],
		['site.test', 'othersite.test', false],
		['site.test', 'site.test.evil.test', false],
		['other.test, site.test', 'site.test', true],
		['other.test site.test', 'site.test', true],
		['site.test:80', 'site.test', true],
		['site.test:8080', 'site.test', false],
		['203.0.113.0/24', '203.0.113.9', true],
		['203.0.113.0/24', '203.0.114.9', false],
		['203.0.113.9', '203.0.113.9', true],
		['13.9', '203.0.113.9', false],
		['2001:db8::/32', '[2001:db8::1]', true],
		['[2001:db8::1]:80', '[2001:db8::1]', true],
		['203.0.113.0/99', '203.0.113.9', false],
		['', 'site.test', false],
	])('NO_PROXY=%s and %s', (list, host, isDirect) => {
		const env = { HTTP_PROXY: 'http://a.test:1', NO_PROXY: list };
		expect(chosen(`http://${host}/`, env) === null).toBe(isDirect);
	});

	it('refuses what is no http proxy, by the name of the variable', () => {
		for (const text of ['socks5://a.test:1', 'https://a.test', 'http://']) {
			expect(() => chosen('https://site.test/', { HTTPS_PROXY: text })).toThrow(
				new RangeError('HTTPS_PROXY must be an http:// URL with a host'),
			);
		}
	});

	it('takes any NO_PROXY', () => {
		fc.assert(
			fc.property(fc.string(), fc.webUrl(), (list, url) => {
				const found = chosen(url, {
					HTTP_PROXY: 'http://a.test:1',
					HTTPS_PROXY: 'http://a.test:1',
					NO_PROXY: list,
				});
				expect([null, 'http://a.test:1/']).toContain(found);
			}),
		);
	});
});

describe('the proxy', () => {
	it('is named without credentials', () => {
		expect(proxyName({ HTTPS_PROXY: 'http://user:secret@a.test:3128', NO_PROXY: '*' })).toBe(
			'a.test:3128',
		);
		expect(proxyName({ HTTP_PROXY: 'http://b.test' })).toBe('b.test');
		expect(proxyName({})).toBeNull();
	});

	it('gets its credentials decoded', () => {
		const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
		expect(proxyAuthorization(new URL('http://u%40x:p%3Aw@a.test'))).toBe(basic('u@x:p:w'));
		expect(proxyAuthorization(new URL('http://u:100%@a.test'))).toBe(basic('u:100%'));
		expect(proxyAuthorization(new URL('http://a.test'))).toBeNull();
	});
});

describe('portOf', () => {
	it('knows the default ports', () => {
		expect(portOf(new URL('http://a.test'))).toBe(80);
		expect(portOf(new URL('https://a.test'))).toBe(443);
		expect(portOf(new URL('https://a.test:80'))).toBe(80);
	});
});
