import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noIndexIn, readDirectives } from '../../../src/facts/launch/robots-directives.ts';
import { answered } from './answers.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const URL_ = 'https://shop.test/';

it.each([
	['noindex', true],
	['noindex, nofollow', true],
	['NONE', true],
	['all', false],
	['index, follow', false],
	['googlebot: noindex', true],
	['GoogleBot: noindex, nofollow', true],
	['*: noindex', true],
	['otherbot: noindex, nofollow', false],
	['googlebot: nofollow, otherbot: noindex', false],
	['max-snippet:20, noindex', true],
	['max-image-preview: large', false],
	['noimageindex', false],
	['unavailable_after: Wed, 03 Dec 2025 13:09:53 GMT', true],
	['unavailable_after: 25 Jun 2031 15:00:00 GMT', false],
	['unavailable_after: Wed, 25 Jun 2031 15:00:00 GMT, noindex', true],
	['googlebot: unavailable_after: 2029-12-31', true],
	['unavailable_after: soon', false],
	['', false],
])('takes X-Robots-Tag: %s for noindex: %s', (value, wanted) => {
	const answer = answered('', { headers: [['X-Robots-Tag', value]] });
	expect(noIndexIn(answer, URL_, NOW).length > 0).toBe(wanted);
});

it('joins several headers and several meta elements, and the strictest counts', () => {
	const html =
		'<!doctype html><meta name=ROBOTS content=index><meta name=googlebot content=" NoIndex ">';
	const answer = answered(html, {
		headers: [
			['X-Robots-Tag', 'all'],
			['x-robots-tag', 'otherbot: noindex'],
			['X-ROBOTS-TAG', 'noindex'],
		],
	});
	expect(noIndexIn(answer, URL_, NOW)).toEqual([
		{ where: 'header', text: 'noindex', agent: '' },
		{ where: 'meta', text: 'NoIndex', agent: 'googlebot' },
	]);
});

it('reads no meta element that is text, commented out, or in something that is no page', () => {
	const meta = '<meta name="robots" content="noindex">';
	const shown = answered(
		`<!doctype html><pre>${meta.replaceAll('<', '&lt;')}</pre><!-- ${meta} -->`,
	);
	const json = answered(meta, { headers: [['content-type', 'application/json']] });
	expect([...noIndexIn(shown, URL_, NOW), ...noIndexIn(json, URL_, NOW)]).toEqual([]);
});

it('never throws, and names no directive twice for one word', () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 500 }), (text) => {
			for (const { name } of readDirectives(text)) expect(name).not.toBe('');
		}),
	);
});
