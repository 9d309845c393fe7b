import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mimeParts } from '../../../src/facts/mail/mime-parts.ts';
import { cpuMs } from '../../cpu-time.ts';

const seen = (mail: string) =>
	mimeParts(mail).map(({ type, name, isBody, bytes }) => ({
		type,
		name,
		isBody,
		text: bytes.toString('latin1'),
	}));

const multipart = (kind: string, boundary: string, ...parts: string[]) =>
	[
		`Content-Type: multipart/${kind}; boundary="${boundary}"`,
		'',
		'This is for programs that know no parts.',
		...parts.map((part) => `--${boundary}\r\n${part}`),
		`--${boundary}--`,
		'and this stands behind',
	].join('\r\n');

describe('mimeParts', () => {
	it('takes a mail without a type for plain text (RFC 2045 §5.2)', () => {
		expect(seen('Subject: a\r\n\r\nhello\r\n')).toEqual([
			{ type: 'text/plain', name: null, isBody: true, text: 'hello\r\n' },
		]);
		expect(seen('\r\nhello')).toEqual([
			{ type: 'text/plain', name: null, isBody: true, text: 'hello' },
		]);
		expect(seen('Subject: a')).toEqual([
			{ type: 'text/plain', name: null, isBody: true, text: '' },
		]);
	});

	it('takes parts within parts in their order, without what stands around them (RFC 2046 §5.1.1)', () => {
		const inner = multipart('alternative', 'in', '\r\nplain', 'Content-Type: text/html\r\n\r\n<p>');
		const mail = multipart('mixed', 'out', inner, 'Content-Type: text/xml; name=a.xml\r\n\r\n<a/>');
		expect(seen(mail)).toEqual([
			{ type: 'text/plain', name: null, isBody: true, text: 'plain' },
			{ type: 'text/html', name: null, isBody: true, text: '<p>' },
			{ type: 'text/xml', name: 'a.xml', isBody: false, text: '<a/>' },
		]);
	});

	it('does not take a line that only begins like a boundary for one', () => {
		const mail = multipart('mixed', 'b', '\r\none\r\n--bc\r\n--b x\r\n x--b');
		expect(seen(mail).map(({ text }) => text)).toEqual(['one\r\n--bc\r\n--b x\r\n x--b']);
	});

	it('reads the last part of a mail that is cut off, and plain line ends', () => {
		const mail = multipart('mixed', 'b', '\r\none', '\r\ntwo').replaceAll('\r\n', '\n');
		expect(seen(mail.slice(0, mail.indexOf('two') + 2)).map(({ text }) => text)).toEqual([
			'one',
			'tw',
		]);
	});

	it.each([
		['base64', 'aGVs\r\nbG8=\r\n', 'hello'],
		['BASE64', 'aGVsbG8', 'hello'],
		['quoted-printable', 'h=65l=\r\nlo=\t\r\n=3D=3d', 'hello=='],
		['8bit', 'h\xe9llo', 'h\xe9llo'],
		['7bit', 'hello', 'hello'],
	])('decodes %s (RFC 2045 §6)', (encoding, body, text) => {
		const mail = `Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
		expect(seen(mail)[0]?.text).toBe(text);
	});

	it.each([
		['attachment; filename="a \\"b\\".xml"', 'a "b".xml'],
		['attachment; filename=a.xml', 'a.xml'],
		["attachment; filename*=UTF-8''%C3%BC.xml", 'ü.xml'],
		["attachment; filename*0*=utf-8''%C3%BC; filename*1=.xml", 'ü'],
		["attachment; filename*=UTF-8''%ZZ", "UTF-8''%ZZ"],
		['attachment;\r\n\tfilename="folded.xml"', 'folded.xml'],
		['attachment', null],
	])('knows the name in %s', (disposition, name) => {
		const mail = `content-disposition: ${disposition}\r\n\r\nx`;
		expect(seen(mail)).toEqual([{ type: 'text/plain', name, isBody: false, text: 'x' }]);
	});

	it('leaves a mail within a mail whole, in a digest too (RFC 2046 §5.1.5)', () => {
		const inner = 'Subject: a\r\n\r\nhello';
		const mail = multipart('digest', 'b', `\r\n${inner}`);
		expect(seen(mail)).toEqual([
			{ type: 'message/rfc822', name: null, isBody: false, text: inner },
		]);
	});

	it('refuses what no mail program sends', () => {
		const parts = `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\n'.repeat(1_002)}`;
		expect(() => mimeParts(parts)).toThrow('the mail has more than 1000 parts');
		let nested = 'x';
		for (let depth = 0; depth < 22; depth += 1) nested = multipart('mixed', `b${depth}`, nested);
		expect(() => mimeParts(nested)).toThrow('its parts are nested too deep');
		expect(() => mimeParts(`A: ${'b'.repeat(300_000)}\n\n`)).toThrow('its header is longer');
	});

	it.each(['--b', '\n--b', '--b\n\n', '\n', 'a', '=41', '=\n', ' \n ', 'Content-Type: a\n'])(
		'takes time in proportion to the text: 8 MB of %j',
		(piece) => {
			const text = piece.repeat(8_000_000 / piece.length);
			const started = cpuMs();
			for (const encoding of ['quoted-printable', 'base64']) {
				const head = `Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: ${encoding}\n`;
				for (const mail of [`${head}\n${text}`, head.replace('multipart', 'x') + text]) {
					try {
						mimeParts(mail);
					} catch (error) {
						expect(error).toBeInstanceOf(RangeError);
					}
				}
			}
			expect(cpuMs() - started).toBeLessThan(3_000);
		},
	);

	it('gives parts or a reason, whatever the mail is', () => {
		const piece = fc.oneof(
			fc.constantFrom(
				'\r\n',
				'\n',
				'--b',
				'--b--',
				'Content-Type: multipart/mixed; boundary=b',
				'Content-Type: message/rfc822',
				';',
				'"',
				'=',
				' ',
			),
			fc.string({ maxLength: 10 }),
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
				try {
					expect(mimeParts(pieces.join('')).length).toBeGreaterThanOrEqual(0);
				} catch (error) {
					expect(error).toBeInstanceOf(RangeError);
				}
			}),
			{ numRuns: 2_000 },
		);
	});
});
