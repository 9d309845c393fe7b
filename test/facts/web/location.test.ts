import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLocation } from '../../../src/facts/web/location.ts';

const BASE = 'https://example.com/shop/list?page=2#top';

describe('readLocation', () => {
	it.each([
		// RFC 3986 §5.4.1, as the WHATWG URL standard resolves them
		['/cart', 'https://example.com/cart#top'],
		['cart', 'https://example.com/shop/cart#top'],
		['./cart', 'https://example.com/shop/cart#top'],
		['../cart', 'https://example.com/cart#top'],
		['../../../cart', 'https://example.com/cart#top'],
		['?page=3', 'https://example.com/shop/list?page=3#top'],
		['', 'https://example.com/shop/list?page=2#top'],
		['//www.example.com/a', 'https://www.example.com/a#top'],
		['///www.example.com/a', 'https://www.example.com/a#top'],
		['\\\\www.example.com\\a', 'https://www.example.com/a#top'],
		// WHATWG URL, special authority slashes and ignore slashes states: a backslash is a slash, and
		// tabs and line breaks are taken out first
		['/\\example.org', 'https://example.org/#top'],
		['\\/example.org', 'https://example.org/#top'],
		['/\t/example.org', 'https://example.org/#top'],
		['/\\/example.org', 'https://example.org/#top'],
		['https:\\\\example.org', 'https://example.org/#top'],
		['https:example.org', 'https://example.com/shop/example.org#top'],
		['http:example.org', 'http://example.org/#top'],
		['//example.org@example.com/', 'https://example.com/#top', 'user-info'],
		['/.//example.org', 'https://example.com//example.org#top'],
		['//EXAMPLE.ORG', 'https://example.org/#top'],
		['//ex%61mple.org', 'https://example.org/#top'],
		['https:/a', 'https://example.com/a#top'],
		[' /padded ', 'https://example.com/padded#top'],
		['HTTPS://EXAMPLE.COM:443/A', 'https://example.com/A#top'],
		['http://example.com:80/', 'http://example.com/#top'],
		// RFC 9110 §10.2.2: the fragment is inherited unless Location has one
		['/a#b', 'https://example.com/a#b'],
		['/a#', 'https://example.com/a#'],
	])('resolves %j', (raw, url, fault?: string) => {
		expect(readLocation(raw, BASE)).toEqual({ url, fault: fault ?? null });
	});

	it.each([
		['https://', 'unparsable'],
		['http://[::1', 'unparsable'],
		['https://exa mple.com/', 'unparsable'],
		['mailto:me@example.com', 'not-web'],
		['shopapp://open', 'not-web'],
		['javascript:alert(1)', 'not-web'],
	])('finds no web address in %j', (raw, fault) => {
		expect(readLocation(raw, BASE)).toEqual({ url: null, fault });
	});

	it('follows without the user info, and says that there was some', () => {
		expect(readLocation('https://me:secret@example.com/a', BASE)).toEqual({
			url: 'https://example.com/a#top',
			fault: 'user-info',
		});
	});

	it('percent-encodes raw bytes as browsers do', () => {
		const utf8 = Buffer.from('/straße', 'utf8').toString('latin1');
		expect(readLocation(utf8, 'https://example.com/')).toEqual({
			url: 'https://example.com/stra%C3%9Fe',
			fault: 'non-ascii',
		});
	});

	it('never throws, and gives a URL that parses or none', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (raw) => {
				const { url, fault } = readLocation(raw, BASE);
				expect(url === null ? fault : URL.canParse(url)).toBeTruthy();
			}),
		);
	});
});
