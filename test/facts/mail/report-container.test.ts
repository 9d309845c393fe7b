import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Budget, unwrap } from '../../../src/facts/mail/report-container.ts';
import { cpuMs } from '../../cpu-time.ts';
import { mail, report, zip } from './report-maker.ts';

const XML = Buffer.from(report());
const plenty = (): Budget => ({ left: 64 * 1024 * 1024 });

/** `name` of each document, or `name: why`. */
function inside(bytes: Buffer, budget = plenty()): readonly string[] {
	const found = unwrap('file', bytes, budget);
	return found.map((one) => {
		if ('why' in one) return `${one.name}: ${one.why}`;
		return one.text === XML.toString() ? one.name : `${one.name} (other text)`;
	});
}

const xmlMember = { name: 'r.xml', content: XML };

describe('unwrap', () => {
	it.each<readonly [string, Buffer, readonly string[]]>([
		['XML', XML, ['file']],
		['gzip', gzipSync(XML), ['file']],
		[
			'gzip of several members (RFC 1952 §2.2)',
			Buffer.concat([gzipSync(XML.subarray(0, 99)), gzipSync(XML.subarray(99))]),
			['file'],
		],
		[
			'gzip with rubbish behind',
			Buffer.concat([gzipSync(XML), Buffer.from('\0\0rubbish')]),
			['file'],
		],
		['gzip in gzip', gzipSync(gzipSync(XML)), ['file']],
		['zip', zip([xmlMember]), ['file/r.xml']],
		['zip without compression', zip([{ ...xmlMember, method: 0 }]), ['file/r.xml']],
		[
			'zip of two',
			zip([xmlMember, { name: 'b/s.xml', content: XML }]),
			['file/r.xml', 'file/b/s.xml'],
		],
		[
			'zip with a folder and what macOS adds',
			zip([
				{ name: 'a/', content: Buffer.alloc(0), method: 0 },
				{ name: '__MACOSX/._r.xml', content: XML },
				xmlMember,
			]),
			['file/r.xml'],
		],
		['zip of gzip', zip([{ name: 'r.xml.gz', content: gzipSync(XML) }]), ['file/r.xml.gz']],
		['a mail with gzip', mail('r.xml.gz', gzipSync(XML)), ['file/r.xml.gz']],
		['a mail with zip', mail('r.zip', zip([xmlMember]), 'application/zip'), ['file/r.zip/r.xml']],
		['a mail with XML', mail('r.xml', XML, 'text/xml'), ['file/r.xml']],
		[
			'a mail with an octet stream of no name',
			mail('', gzipSync(XML), 'application/octet-stream'),
			['file/application/octet-stream'],
		],
		[
			'a mail with plain line ends',
			Buffer.from(
				mail('r.xml.gz', gzipSync(XML)).toString('latin1').replaceAll('\r\n', '\n'),
				'latin1',
			),
			['file/r.xml.gz'],
		],
		['gzip of a mail', gzipSync(mail('r.xml.gz', gzipSync(XML))), ['file/r.xml.gz']],
	])('takes %s apart', (_, bytes, expected) => {
		expect(inside(bytes)).toEqual(expected);
	});

	it('finds the reports in a mail that is attached to a mail, and in a mailbox', () => {
		const inner = mail('r.xml.gz', gzipSync(XML));
		expect(inside(mail('fwd.eml', inner, 'message/rfc822'))).toEqual(['file/fwd.eml/r.xml.gz']);
		const mbox = Buffer.concat([
			Buffer.from('From noreply@receiver.example Thu Nov  1 00:00:00 2029\n'),
			inner,
			Buffer.from('\nFrom noreply@receiver.example Fri Nov  2 00:00:00 2029\n'),
			inner,
		]);
		expect(inside(mbox)).toEqual(['file/1/r.xml.gz', 'file/2/r.xml.gz']);
	});

	it('reads UTF-16, other declared encodings, and UTF-8 that is damaged', () => {
		const text = (bytes: Buffer) => {
			const [one] = unwrap('f', bytes, plenty());
			return one !== undefined && 'text' in one ? one.text : '';
		};
		expect(text(Buffer.from('\ufeff<a/>', 'utf16le'))).toBe('<a/>');
		expect(text(Buffer.from('<a/>', 'utf16le').swap16())).toBe('<a/>');
		expect(text(Buffer.from('\ufeff<a>ü</a>'))).toBe('<a>ü</a>');
		const latin1 = '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>';
		expect(text(Buffer.from(latin1, 'latin1'))).toBe(latin1);
		expect(text(Buffer.from('<a>\xff\xfe</a>', 'latin1'))).toBe('<a>��</a>');
		const unknown = '<?xml version="1.0" encoding="x-nothing"?><a/>';
		expect(text(Buffer.from(unknown))).toBe(unknown);
	});

	it.each<readonly [string, Buffer, RegExp]>([
		['an empty file', Buffer.alloc(0), /^file: it is empty$/],
		['text', Buffer.from('hello'), /neither XML nor gzip, zip or a mail/],
		['a TLS report', Buffer.from('{"organization-name":"x"}'), /TLS report \(RFC 8460\)/],
		[
			'a tar archive',
			Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0'), Buffer.alloc(249)]),
			/tar archive/,
		],
		['a PDF', Buffer.from('%PDF-1.7'), /it is a PDF/],
		['bzip2', Buffer.from('BZh91AY'), /bzip2/],
		['gzip that is cut off', gzipSync(XML).subarray(0, 200), /cut off/],
		[
			'gzip with a wrong checksum (RFC 1952 §2.3.1)',
			Buffer.concat([gzipSync(XML).subarray(0, -8), Buffer.alloc(8)]),
			/damaged/,
		],
		['gzip that is none', Buffer.from('\x1f\x8bnothing', 'latin1'), /damaged|cut off/],
		['a zip that is cut off', zip([xmlMember]).subarray(0, 300), /no directory/],
		['an empty zip', zip([]), /the archive is empty/],
		[
			'a zip of a folder',
			zip([{ name: 'a/', content: Buffer.alloc(0), method: 0 }]),
			/holds no file/,
		],
		['an encrypted zip', zip([{ ...xmlMember, flags: 1 }]), /r\.xml: it is encrypted/],
		[
			'a zip with another compression',
			zip([{ ...xmlMember, method: 12 }]),
			/compression method 12/,
		],
		[
			'a zip with a wrong checksum',
			zip([{ ...xmlMember, crc: 1 }]),
			/not what the archive's directory says/,
		],
		[
			'a zip with a wrong size',
			zip([{ ...xmlMember, size: XML.length - 1 }]),
			/not what the archive's directory says/,
		],
		[
			'a zip of too many files',
			zip(Array.from({ length: 1_001 }, () => xmlMember)),
			/has 1001 members/,
		],
		['a zip whose directory counts too many', zip([xmlMember], 2), /directory is damaged/],
		[
			'a mail without attachment',
			Buffer.from('Subject: hello\r\n\r\nhello\r\n'),
			/no report attached/,
		],
		[
			'a mail with a text',
			mail('a.txt', Buffer.from('hello'), 'application/octet-stream'),
			/neither XML/,
		],
		[
			'six layers',
			gzipSync(gzipSync(gzipSync(gzipSync(gzipSync(gzipSync(XML)))))),
			/packed more than 5 times/,
		],
	])('names %s with the reason', (_, bytes, reason) => {
		const found = inside(bytes);
		expect(found.join('\n')).toMatch(reason);
	});

	it('knows a failure report for what it is', () => {
		const arf = Buffer.from(
			[
				'Subject: FW: hello',
				'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
				'',
				'--b',
				'Content-Type: text/plain',
				'',
				'A failure.',
				'--b',
				'Content-Type: message/feedback-report',
				'',
				'Feedback-Type: auth-failure',
				'',
				'--b--',
				'',
			].join('\r\n'),
		);
		expect(inside(arf)).toEqual(['file: it is a failure report about one mail (RFC 9991)']);
	});

	it('keeps reading where one member of an archive is broken', () => {
		const archive = zip([{ ...xmlMember, name: 'a.xml', crc: 1 }, xmlMember]);
		expect(inside(archive)).toEqual([
			expect.stringMatching(/^file\/a\.xml: its content/),
			'file/r.xml',
		]);
	});

	it('never throws, and never goes on for ever, whatever the bytes are', () => {
		const head = fc.constantFrom(
			'',
			'\x1f\x8b\x08\0',
			'PK\x03\x04',
			'PK\x05\x06',
			'From a\n',
			'Subject: x\r\n',
			'<',
			'\xff\xfe',
		);
		fc.assert(
			fc.property(head, fc.uint8Array({ maxLength: 300 }), (start, bytes) => {
				const all = Buffer.concat([Buffer.from(start, 'latin1'), bytes]);
				const found = unwrap('f', all, plenty());
				for (const one of found) expect('why' in one ? one.why : 'text').not.toBe('');
			}),
			{ numRuns: 1_000 },
		);
	});

	it('never throws on a damaged archive', () => {
		const sound = zip([xmlMember, { name: 's.xml', content: XML }]);
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
				(changes) => {
					const bytes = Buffer.from(sound);
					for (const [at, value] of changes) bytes[at] = value;
					const found = unwrap('f', bytes, plenty());
					expect(found.length).toBeGreaterThan(0);
				},
			),
			{ numRuns: 500 },
		);
	});
});

describe('bombs', () => {
	const GIGABYTE = gzipSync(Buffer.alloc(1024 ** 3), { level: 9 });

	function bounded(bytes: Buffer, budget = plenty()): readonly string[] {
		const before = process.memoryUsage.rss();
		const started = cpuMs();
		const found = inside(bytes, budget);
		expect(cpuMs() - started).toBeLessThan(1_000);
		expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
		return found;
	}

	it('refuses ten gigabytes in a gzip', () => {
		const bomb = Buffer.concat(Array.from({ length: 10 }, () => GIGABYTE));
		expect(bounded(bomb)).toEqual(['file: it unpacks to more than 32 MB, which no report does']);
	});

	it('refuses ten gigabytes in a zip that says so, and in one that does not', () => {
		const content = Buffer.alloc(400 * 1024 * 1024);
		const members = Array.from({ length: 25 }, (_, n) => ({ name: `${n}.xml`, content }));
		const honest = bounded(zip(members.slice(0, 2)));
		expect(honest).toHaveLength(2);
		expect(honest[0]).toMatch(/more than 32 MB/);
		const [first] = members;
		const lying = zip([{ ...(first ?? xmlMember), size: 1_000, crc: 0 }]);
		expect(bounded(lying)).toEqual([expect.stringMatching(/^file\/0\.xml: it unpacks to more/)]);
	});

	it('stops at what one file may unpack to, however many members it has', () => {
		const bomb = { content: Buffer.alloc(60 * 1024 * 1024), size: 1_000, crc: 0 };
		const archive = zip(Array.from({ length: 20 }, (_, n) => ({ ...bomb, name: `${n}.xml` })));
		const budget = plenty();
		const found = bounded(archive, budget);
		expect(found.length).toBeLessThan(10);
		expect(found.at(-1)).toMatch(/unpacks to more than is read/);
		expect(budget.left).toBeLessThanOrEqual(0);
	});

	it('refuses a small text that shrinks as no report does', () => {
		const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
		expect(bounded(bomb)).toEqual([
			expect.stringMatching(/^file: it unpacks to more than \d+ (?:KB|MB)/),
		]);
	});

	it('refuses a mail of very many parts, and goes through a mailbox of very many mails', () => {
		const part = '--b\r\n\r\n';
		const head = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n';
		const parts = Buffer.from(head + part.repeat(1_000_000));
		expect(bounded(parts)).toEqual(['file: the mail has more than 1000 parts']);
		const mails = bounded(Buffer.from('From a\n\n'.repeat(1_000_000)));
		expect(mails).toContain('file: it holds more mails than the 5000 that are read');
		const nested = 'Content-Type: message/rfc822\r\n\r\n'.repeat(300_000);
		expect(bounded(Buffer.from(nested))).toEqual([
			expect.stringMatching(/packed more than 5 times/),
		]);
	});

	it('refuses gzip in gzip in gzip', () => {
		expect(bounded(gzipSync(gzipSync(GIGABYTE)))).toEqual([
			expect.stringMatching(/unpacks to more than/),
		]);
	});
});
