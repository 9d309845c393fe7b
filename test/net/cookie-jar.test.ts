import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CookieJar } from '../../src/net/cookie-jar.ts';

const HERE = 'https://www.example.com/shop/list';

function given(...setCookies: string[]) {
	const jar = new CookieJar();
	for (const one of setCookies) jar.store(one, HERE);
	return (url: string) => jar.headerFor(url);
}

describe('CookieJar', () => {
	it('sends back what it was given, to the same host alone', () => {
		const sent = given('a=1; Path=/');
		expect(sent('https://www.example.com/')).toBe('a=1');
		expect(sent('https://example.com/')).toBe('');
		expect(sent('https://x.www.example.com/')).toBe('');
	});

	it('sends a domain cookie to sub-domains (RFC 6265 §5.1.3)', () => {
		const sent = given('a=1; Domain=.Example.com; Path=/');
		expect(sent('https://example.com/')).toBe('a=1');
		expect(sent('https://app.example.com/')).toBe('a=1');
		expect(sent('https://notexample.com/')).toBe('');
	});

	it('refuses a cookie for somebody else', () => {
		expect(given('a=1; Domain=other.test; Path=/')('https://other.test/')).toBe('');
	});

	it('takes the folder of the request for a path (RFC 6265 §5.1.4)', () => {
		const sent = given('a=1');
		expect(sent('https://www.example.com/shop/x')).toBe('a=1');
		expect(sent('https://www.example.com/shop')).toBe('a=1');
		expect(sent('https://www.example.com/shopping')).toBe('');
	});

	it('keeps Secure cookies off plain HTTP, both ways', () => {
		expect(given('a=1; Path=/; Secure')('http://www.example.com/')).toBe('');
		const jar = new CookieJar();
		jar.store('a=1; Path=/; Secure', 'http://www.example.com/');
		expect(jar.headerFor('https://www.example.com/')).toBe('');
	});

	it('replaces, deletes and orders by path', () => {
		expect(given('a=1; Path=/', 'a=2; Path=/')(HERE)).toBe('a=2');
		expect(given('a=1; Path=/', 'a=; Path=/; Max-Age=0')(HERE)).toBe('');
		expect(given('a=1; Path=/', 'a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT')(HERE)).toBe(
			'',
		);
		expect(given('a=1; Path=/', 'b=2; Path=/shop')(HERE)).toBe('b=2; a=1');
	});

	it('never throws and never sends a control character', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), (texts) => {
				expect(given(...texts)(HERE)).not.toMatch(/\p{Cc}/u);
			}),
		);
	});
});
