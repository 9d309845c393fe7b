import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSvg } from '../../../src/facts/mail/svg-profile.ts';
import { cpuMs } from '../../cpu-time.ts';

const SVG =
	'<?xml version="1.0" encoding="UTF-8"?>\n<svg version="1.2" baseProfile="tiny-ps" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><title>Shop</title><desc>A circle</desc><defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs><circle cx="32" cy="32" r="30" fill="url(#g)"/><use xlink:href="#g"/></svg>';

const faultsOf = (text: string) => {
	const read = readSvg(text);
	return read.kind === 'svg' ? read.faults : [read.kind];
};

describe('SVG Tiny PS', () => {
	it.each([
		['a drawing', SVG],
		['a byte order mark', `\xef\xbb\xbf${SVG}`],
		['SVGZ (RFC 6170 §5.2)', gzipSync(SVG).toString('latin1')],
		[
			'a prefix',
			SVG.replace('<svg ', '<svg:svg ')
				.replace('</svg>', '</svg:svg>')
				.replace(/<(\/?)title/g, '<$1svg:title'),
		],
		['comments', SVG.replace('<title', '<!-- drawn by hand --><title')],
	])('takes %s', (_, text) => {
		expect(faultsOf(text)).toEqual([]);
	});

	it.each([
		['another version', SVG.replace('"1.2"', '"1.1"'), /^version is "1\.1"/],
		['no version', SVG.replace(' version="1.2"', ''), /^version is missing/],
		['another profile', SVG.replace('tiny-ps', 'tiny'), /^baseProfile is "tiny"/],
		['no title', SVG.replace(/<title>.*?<\/title>/, ''), /no title/],
		['an empty title', SVG.replace('>Shop<', '> <'), /title is empty/],
		['a title deeper down', SVG.replace(/(<title>.*?<\/title>)/, '<g>$1</g>'), /no title/],
		['x', SVG.replace('viewBox', 'x="0" viewBox'), /has x=/],
		['y', SVG.replace('viewBox', 'y="0" viewBox'), /has y=/],
		['a script', SVG.replace('<circle', '<script>1</script><circle'), /a script element/],
		['an animation', SVG.replace('/></svg>', '/><animate/></svg>'), /an? animate element/],
		[
			'a picture',
			SVG.replace('<circle', '<image xlink:href="data:image/png;base64,AA"/><circle'),
			/an? image element/,
		],
		['a style sheet', SVG.replace('<circle', '<style>a{}</style><circle'), /a style element/],
		['an event', SVG.replace('<circle', '<circle onclick="x()"'), /has onclick=/],
		[
			'a link outside',
			SVG.replace('<circle', '<a xlink:href="https://x.example/"/><circle'),
			/refers outside/,
		],
		['entities', `<!DOCTYPE svg [<!ENTITY a "b">]>${SVG.slice(39)}`, /declares entities/],
	])('tells %s', (_, text, fault) => {
		expect(faultsOf(text).join()).toMatch(fault);
		expect(faultsOf(text)).toHaveLength(text.includes('<image') ? 2 : 1);
	});

	it.each([
		['nothing', ''],
		['a page', '<!doctype html><html><body>Hello</body></html>'],
		['a page with an svg inside', `<html><body>${SVG.slice(39)}</body></html>`],
		['a picture', '\x89PNG\r\n\x1a\n'],
		['a cut file', SVG.slice(0, -6)],
		['gzip that is broken', `${gzipSync(SVG).toString('latin1').slice(0, 40)}`],
		['a bomb', gzipSync(`${SVG}${' '.repeat(5_000_000)}`).toString('latin1')],
		['a deep one', `<svg>${'<g>'.repeat(100_000)}`],
		['JSON', '{"svg": 1}'],
	])('takes %s for no SVG', (_, text) => {
		expect(readSvg(text).kind).toBe('not-svg');
	});
});

it('never throws', () => {
	const piece = fc.oneof(
		fc.constantFrom(
			'<svg>',
			'<svg ',
			'</svg>',
			'<title>',
			'<!--',
			'-->',
			'<![CDATA[',
			']]>',
			'<?xml?>',
			'&#x41;',
			'&a;',
			'="',
			'"',
			'<__proto__>',
			'onload="x"',
			'<!DOCTYPE svg>',
		),
		fc.string({ unit: 'binary', maxLength: 4 }),
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
			const read = readSvg(pieces.join(''));
			expect(['svg', 'not-svg']).toContain(read.kind);
		}),
		{ numRuns: 3_000 },
	);
});

it.each(['<g>', '<', '<a b="', '<!--', '&', 'x'])('a megabyte of %j takes little time', (unit) => {
	const began = cpuMs();
	readSvg(`<svg version="1.2">${unit.repeat(1_000_000 / unit.length)}</svg>`);
	expect(cpuMs() - began).toBeLessThan(5_000);
});
