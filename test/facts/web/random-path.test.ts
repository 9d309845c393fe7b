import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpAnswered } from '../../../src/core/io.ts';
import { isSamePage, type PageSketch, sketchOf } from '../../../src/facts/web/random-path.ts';

let count = 0;

/** As a server with ids and nonces answers: no two bodies are equal. */
function sketch(html: string, path = '/a'): PageSketch {
	count += 1;
	const answer: HttpAnswered = {
		kind: 'answered',
		status: 200,
		headers: [['content-type', 'text/html']],
		body: {
			bytes: Buffer.from(html, 'utf8').toString('latin1'),
			truncated: false,
			sha256: `${count}`,
		},
		address: '203.0.113.7',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
	return sketchOf(answer, `https://example.com${path}`);
}

const MENU = `<nav>${Array.from({ length: 40 }, (_, i) => `<a href=/${i}>Menu ${'abcdefghij'[i % 10]}</a>`).join(' ')}</nav>`;
const MISSING = `<title>Nicht gefunden</title>${MENU}<h1>Diese Seite gibt es nicht</h1>`;

describe('isSamePage', () => {
	it.each([
		['an id', `${MISSING}<p>Request 7f3a91`, `${MISSING}<p>Request 0c4e77`],
		['the path asked', `${MISSING}<p>/old`, `${MISSING}<p>/new/page`, '/old', '/new/page'],
		[
			'the path in the title',
			'<title>Missing: old</title><p>No such page',
			'<title>Missing: shop</title><p>No such page',
			'/old',
			'/shop',
		],
		[
			'an empty shell',
			'<title>App</title><div id=root></div><script src=/a.js?v=1></script>',
			'<title>App</title><div id=root></div><script src=/a.js?v=2></script>',
		],
	])('takes pages for one that differ in %s', (_, a, b, at = '/a', there = '/b') => {
		expect(isSamePage(sketch(a, at), sketch(b, there))).toBe(true);
	});

	it.each([
		['title', MISSING, MISSING.replace('Nicht gefunden', 'Katalog')],
		[
			'text',
			MISSING,
			MISSING.replace('Diese Seite gibt es nicht', 'Rote Schuhe aus feinem Leder in allen Größen'),
		],
		['scripts', `${MISSING}<script src=/a.js></script>`, `${MISSING}<script src=/b.js></script>`],
		['everything, without a title', '<p>One', '<p>Two'],
	])('keeps pages apart that differ in %s', (_, a, b) => {
		expect(isSamePage(sketch(a), sketch(b))).toBe(false);
	});

	it('is the same both ways round, and true of a page and itself', () => {
		const html = fc.string({
			unit: fc.constantFrom('<', '>', 'title', 'p', ' ', 'a', 'é', '/', '1'),
		});
		fc.assert(
			fc.property(html, html, (a, b) => {
				const [one, other] = [sketch(`<title>x</title>${a}`), sketch(`<title>x</title>${b}`)];
				expect(isSamePage(one, other)).toBe(isSamePage(other, one));
				expect(isSamePage(one, one)).toBe(true);
			}),
		);
	});
});
