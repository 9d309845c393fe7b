import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOldUrls } from '../../../src/facts/web/old-url-list.ts';
import { cpuMs } from '../../cpu-time.ts';

const ABOUT = { base: 'https://example.com/', owned: ['example.com', 'alt.example'] };
const txt = (...lines: string[]) => readOldUrls(lines.join('\n'), { ...ABOUT, format: 'txt' });
const csv = (...lines: string[]) => readOldUrls(lines.join('\r\n'), { ...ABOUT, format: 'csv' });
const urls = ({ urls: read }: ReturnType<typeof txt>) => read.map(({ url }) => url);

describe('text', () => {
	it.each([
		['https://example.com/a', 'https://example.com/a'],
		['http://www.example.com/a?x=1#part', 'http://www.example.com/a?x=1'],
		['/a', 'https://example.com/a'],
		['?page=2', 'https://example.com/?page=2'],
		['index.php?id=3', 'https://example.com/index.php?id=3'],
		['shop/list.html', 'https://example.com/shop/list.html'],
		['www.example.com/a', 'https://www.example.com/a'],
		['alt.example/a', 'https://alt.example/a'],
		['//example.com/a', 'https://example.com/a'],
		['HTTPS://EXAMPLE.COM/A', 'https://example.com/A'],
		['/caf\u00e9', 'https://example.com/caf%C3%A9'],
	])('reads %j', (line, url) => {
		expect(txt(line)).toEqual({ urls: [{ line: 1, url, target: null }], unread: [] });
	});

	it('reads targets, with any white space between, and a status as _redirects files have', () => {
		expect(
			txt('/a /b', '/c\t\thttps://www.example.com/d', '/e /f 301', '/g /h # moved').urls,
		).toEqual([
			{ line: 1, url: 'https://example.com/a', target: 'https://example.com/b' },
			{ line: 2, url: 'https://example.com/c', target: 'https://www.example.com/d' },
			{ line: 3, url: 'https://example.com/e', target: 'https://example.com/f' },
			{ line: 4, url: 'https://example.com/g', target: 'https://example.com/h' },
		]);
	});

	it('passes over comments, blank lines, a byte order mark and repetitions, and counts lines', () => {
		const { urls: read, unread } = readOldUrls('\uFEFF# old\r\n\r\n/a\r\n  \r\n/a\r\n/b\r', {
			...ABOUT,
			format: 'txt',
		});
		expect(read.map(({ line, url }) => [line, url])).toEqual([
			[3, 'https://example.com/a'],
			[6, 'https://example.com/b'],
		]);
		expect(unread).toEqual([]);
	});

	it.each([
		['https://', 'it is no URL'],
		['http://[::1', 'it is no URL'],
		['ftp://example.com/a', 'it is no http or https URL'],
		['mailto:a@example.com', 'it is no http or https URL'],
		['::::', 'it is neither a URL nor a path'],
		['URL', 'it is neither a URL nor a path'],
		['not a url', 'it has more than two columns'],
		['/a nowhere', 'the second column is no address: it is neither a URL nor a path'],
		[
			'https://example.net/a',
			'example.net is not a host of example.com or alt.example, so it is not asked',
		],
		[
			'notexample.com/a',
			'notexample.com is not a host of example.com or alt.example, so it is not asked',
		],
	])('says of %j why it is not asked, and loses nothing else', (line, why) => {
		expect(txt('/a', line, '/b')).toEqual({
			urls: [
				{ line: 1, url: 'https://example.com/a', target: null },
				{ line: 3, url: 'https://example.com/b', target: null },
			],
			unread: [{ line: 2, text: line, why }],
		});
	});

	it('shows no password, no control character, and not all of a long line', () => {
		const { unread } = txt('https://me:s3cret@example.com/', `\u001b[2J${'x'.repeat(500)}`);
		expect(unread[0]?.text).toBe('https://example.com/');
		expect(unread[1]?.text).toMatch(/^\[2Jx{110,117}…$/);
	});
});

describe('CSV', () => {
	it.each([
		['without a header', ['/a,/b', '/c,']],
		['with one', ['old,new', '/a,/b', '/c,']],
		['with columns in between', ['Address,Hits,Title,Redirect to', '/a,1,"A, B",/b', '/c,2,,']],
		['in another order', ['Target;Source', '/b;/a', ';/c']],
		['by tabs', ['/a\t/b', '/c']],
		['with quotes', ['"/a","/b"', '"/c"']],
	])('reads two columns %s', (_, lines) => {
		const { urls: read, unread } = csv(...lines);
		expect(read.map(({ url, target }) => [url, target])).toEqual([
			['https://example.com/a', 'https://example.com/b'],
			['https://example.com/c', null],
		]);
		expect(unread).toEqual([]);
	});

	// RFC 4180 §2.5 to §2.7
	it('reads quoted separators, quotes and line breaks', () => {
		const { urls: read } = csv('url,title', '"/a,b","says ""hi""\r\ntwice"', '/c,plain');
		expect(read.map(({ line, url }) => [line, url])).toEqual([
			[2, 'https://example.com/a,b'],
			[4, 'https://example.com/c'],
		]);
	});

	it.each([
		['a quote that is never closed', '"/x', 'its quoted field is not closed'],
		['one in the second column', '/x,"/y', 'its quoted field is not closed'],
		['text behind a closing quote', '"/x"y', 'something stands behind a closing quote'],
	])('loses one line alone by %s', (_, line, why) => {
		const read = csv('/a,/b', line, '"/c","/d"', '/e,"/f"');
		expect(urls(read)).toEqual([
			'https://example.com/a',
			'https://example.com/c',
			'https://example.com/e',
		]);
		expect(read.unread).toEqual([{ line: 2, text: line, why }]);
	});
});

describe('any text', () => {
	it.each(['txt', 'csv'] as const)('gives only own URLs and numbered lines, as %s', (format) => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: 'binary' }),
					fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', '/', 'a', '#', ' ', '\t') }),
				),
				(text) => {
					const { urls: read, unread } = readOldUrls(text, { ...ABOUT, format });
					const lines = text.split(/\r\n|\n|\r/).length;
					for (const { url, line } of read) {
						expect(new URL(url).hostname).toMatch(/(?:^|\.)(?:example\.com|alt\.example)$/);
						expect(line).toBeGreaterThan(0);
						expect(line).toBeLessThanOrEqual(lines);
					}
					for (const { text: shown, why } of unread) {
						expect(why).not.toBe('');
						expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
					}
					expect(new Set(read.map(({ url }) => url)).size).toBe(read.length);
				},
			),
		);
	});

	it('accounts for every line of text that is not blank or a comment', () => {
		const line = fc.constantFrom(
			'/a',
			'/b /c',
			'htp:/x',
			'# no',
			'',
			'https://example.net/',
			'a b c',
		);
		fc.assert(
			fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
				const { urls: read, unread } = txt(...lines);
				const meant = lines.filter((one) => one !== '' && !one.startsWith('#'));
				const good = new Set(meant.filter((one) => one.startsWith('/')));
				expect(read.length).toBe(good.size);
				expect(unread.length).toBe(meant.filter((one) => !one.startsWith('/')).length);
			}),
		);
	});

	it.each(['txt', 'csv'] as const)('takes time in proportion to its length, as %s', (format) => {
		const began = cpuMs();
		readOldUrls('"\n'.repeat(200_000), { ...ABOUT, format });
		readOldUrls('"/a,'.repeat(200_000), { ...ABOUT, format });
		readOldUrls('/a,/b\n'.repeat(200_000), { ...ABOUT, format });
		expect(cpuMs() - began).toBeLessThan(8_000);
	});
});
