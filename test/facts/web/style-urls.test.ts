import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { styleUrls } from '../../../src/facts/web/style-urls.ts';
import { cpuMs } from '../../cpu-time.ts';

const read = (css: string) => styleUrls(css).map(({ what, href }) => `${what} ${href}`);

describe('styleUrls (CSS Syntax Level 3)', () => {
	it.each([
		['a{background:url(http://a.test/x.png)}', ['image http://a.test/x.png']],
		['a{background:URL( "http://a.test/x.png" )}', ['image http://a.test/x.png']],
		["@import 'http://a.test/x.css';", ['style http://a.test/x.css']],
		['@import url(http://a.test/x.css) print;', ['style http://a.test/x.css']],
		['@font-face{src:url(a.woff2)format("woff2")}a{b:url(c)}', ['font a.woff2', 'image c']],
		['@media print{a{b:url(c)}}', ['image c']],
		['@namespace svg url(http://www.w3.org/2000/svg);a{b:url(c)}', ['image c']],
		['/* url(a) */a{content:"url(b)";b:url(c)}', ['image c']],
		['a{content:"\\"url(b)";b:url(c)}', ['image c']],
		['a{content:"unclosed\n;b:url(c)}', ['image c']],
		['a{b:myurl(c)}', []],
		['/* never closed url(a)', []],
		['a{b:url(never-closed', ['image never-closed']],
	])('%s', (css, expected) => {
		expect(read(css)).toEqual(expected);
	});

	it('ends on anything, and quickly', () => {
		const piece = fc.constantFrom(
			'/*',
			'*/',
			'"',
			"'",
			'url(',
			')',
			'@import ',
			'{',
			'}',
			';',
			'\\',
			'a',
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
				for (const { what } of styleUrls(pieces.join('')))
					expect(['style', 'font', 'image']).toContain(what);
			}),
		);
		const began = cpuMs();
		expect(
			styleUrls('/*/'.repeat(300_000)).length + styleUrls('url("'.repeat(300_000)).length,
		).toBeGreaterThan(0);
		expect(cpuMs() - began).toBeLessThan(2_000);
	});
});
