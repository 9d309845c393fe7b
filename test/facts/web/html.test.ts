import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	asksForSecrets,
	canonicalsIn,
	metaIn,
	readPage,
	readRefresh,
} from '../../../src/facts/web/html.ts';
import { cpuMs } from '../../cpu-time.ts';

const URL_HERE = 'https://www.example.com/shop/';
const read = (html: string) => readPage(html, URL_HERE);

describe('readPage', () => {
	it('reads title, language, canonical, og:url and alternates, resolved against the base', () => {
		const page = read(`<!doctype html><html lang=en><head><base href="/de/">
			<title>  Shop &amp;
			more </title><link rel="Canonical" href="x?a=1&amp;b=2"><meta property=og:url content=https://e.test/>
			<link rel="alternate" hreflang="DE" href="//example.com/de"></head>`);
		expect(page.title).toBe('Shop & more');
		expect(page.language).toBe('en');
		expect(canonicalsIn(page)).toEqual(['https://www.example.com/de/x?a=1&b=2']);
		expect(metaIn(page, 'og:url')).toBe('https://e.test/');
		expect(page.relations[1]).toMatchObject({
			hreflang: 'de',
			url: 'https://example.com/de',
		});
	});

	it('lists links to the web once and leaves other schemes out', () => {
		const page = read(
			'<a href=a><a href=a><a href="mailto:x@y.test"><a href=#top><area href=//z.test>',
		);
		expect(page.links).toEqual([
			'https://www.example.com/shop/a',
			'https://www.example.com/shop/#top',
			'https://z.test/',
		]);
	});

	it('takes nothing from comments, scripts, styles and text areas', () => {
		const page = read(
			'<!-- <a href=1> --><script>"<a href=2>"</script><style><a href=3></style><textarea><a href=4></textarea><a href=5>',
		);
		expect(page.links).toEqual(['https://www.example.com/shop/5']);
		expect(page.inline.map(({ text }) => text)).toEqual(['"<a href=2>"', '<a href=3>']);
	});

	it('does not take the title of a drawing for the title of the page', () => {
		expect(read('<svg><title>logo</title></svg><title>Shop</title>').title).toBe('Shop');
	});

	it.each([
		['a password field', '<form method=POST action=/in><input type=Password></form>', ['password']],
		['a card number', '<form><input autocomplete="billing cc-number"></form>', ['payment']],
		['a card field by its name', '<form><input name=cvv></form>', ['payment']],
		['a search field', '<form><input name=q></form>', []],
	])('knows what a form with %s asks for', (_, html, asksFor) => {
		const page = read(html);
		expect(page.forms).toHaveLength(1);
		expect(page.forms[0]?.asksFor).toEqual(asksFor);
		expect(asksForSecrets(page)).toBe(asksFor.length > 0);
	});

	it('marks what no browser with scripts runs: noscript, template, nomodule', () => {
		const page = read(
			'<noscript><img src=a><style>b</style></noscript><template><script>c</script><p onclick=d></template>' +
				'<script nomodule src=e></script><img src=f><script>g</script><p onclick=h>',
		);
		expect(page.resources.map(({ href, inert }) => [href, inert])).toEqual([
			['a', true],
			['e', true],
			['f', undefined],
		]);
		expect(page.inline.map(({ text, inert }) => [text, inert])).toEqual([
			['b', true],
			['c', true],
			['g', undefined],
		]);
		expect(page.attributes.map(({ value, inert }) => [value, inert])).toEqual([
			['d', true],
			['h', undefined],
		]);
	});

	it('counts a password field outside any form', () => {
		expect(read('<input type=password>').forms).toEqual([
			{ action: URL_HERE, method: 'post', buttonActions: [], asksFor: ['password'] },
		]);
	});

	it('separates the words of neighbouring blocks', () => {
		expect(read('<p>one</p><p>two <b>thr</b>ee</p><script>no</script>').text).toBe('one two three');
	});

	it('never throws and stays within its limits', () => {
		const piece = fc.constantFrom(
			'<a href=',
			'<form>',
			'</form>',
			'<input type=password>',
			'<svg>',
			'</svg>',
			'<title>',
			'</title>',
			'<script>',
			'</script>',
			'<!--',
			'-->',
			'<base href=',
			'"',
			"'",
			'>',
			'<',
			'&amp;',
			'&#0;',
			'\u0000',
			'x',
			' ',
			'<![CDATA[',
		);
		fc.assert(
			fc.property(
				fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 60 }),
				(parts) => {
					const page = read(parts.join(''));
					expect(page.text.length).toBeLessThan(70_000);
					expect(page.links.every((link) => /^https?:/.test(link))).toBe(true);
				},
			),
			{ numRuns: 500 },
		);
	});

	it.each([
		[
			'a tag with 200,000 attributes',
			`<a ${Array.from({ length: 200_000 }, (_, i) => `a${i}`).join(' ')}>`,
		],
		['deep nesting', '<b><i>'.repeat(150_000)],
		['half a million links', '<a href=x1>'.repeat(95_000)],
		['an entity without end', '&'.repeat(1_000_000)],
		['white space', `<p>${' '.repeat(1_000_000)}`],
	])('reads %s in bounded time', (_, html) => {
		const before = cpuMs();
		read(html);
		expect(cpuMs() - before).toBeLessThan(3_000);
	});
});

describe('readRefresh', () => {
	it.each([
		['0;url=/a', 0, 'https://www.example.com/a'],
		['5; URL="https://x.test/"', 5, 'https://x.test/'],
		["0, 'b'", 0, 'https://www.example.com/shop/b'],
		['3 ;  url = c', 3, 'https://www.example.com/shop/c'],
		['1.9;d', 1, 'https://www.example.com/shop/d'],
	])('reads %s', (content, seconds, url) => {
		expect(readRefresh(content, URL_HERE)).toEqual({ seconds, url });
	});

	it.each(['30', '30;', '', 'soon', '0; url='])('sees no target in %j', (content) => {
		expect(readRefresh(content, URL_HERE)).toBeNull();
	});
});
