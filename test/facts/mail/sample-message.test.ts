import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMailboxes } from '../../../src/facts/mail/mail-address.ts';
import { readMessage } from '../../../src/facts/mail/sample-message.ts';
import { cpuMs } from '../../cpu-time.ts';

function read(text: string) {
	const message = readMessage(text);
	if (message.kind !== 'message') throw new Error(message.why);
	return message;
}

describe('address lists (RFC 5322 §3.4)', () => {
	it.each<[string, readonly string[]]>([
		['Ann <ann@a.test>', ['ann a.test Ann']],
		['ann@a.test', ['ann a.test ']],
		['ann@a.test (Ann)', ['ann a.test Ann']],
		['"Doe, Ann" <ann@A.test>, Bob <bob@b.test>', ['ann a.test Doe, Ann', 'bob b.test Bob']],
		['Team: ann@a.test, Bob <bob@b.test>;', ['ann a.test ', 'bob b.test Bob']],
		['undisclosed-recipients:;', []],
		['"a@b.test" <ann@a.test>', ['ann a.test a@b.test']],
		['"odd@local"@a.test', ['odd@local a.test ']],
		['<>', []],
		['Ann', ['Ann  ']],
		['ann@[192.0.2.1]', ['ann  ']],
		['=?utf-8?Q?Ann=20B?= =?utf-8?B?Q28=?= <ann@a.test>', ['ann a.test Ann BCo']],
	])('%s', (value, wanted) => {
		const found = parseMailboxes(value);
		expect(found.map(({ local, domain, display }) => `${local} ${domain} ${display}`)).toEqual(
			wanted,
		);
	});
});

describe('what is kept of a message', () => {
	const TEXT = `Delivered-To: secret.reader@receiver.test
Return-Path: <bounce+secret.reader=receiver.test@a.test>
Received: from m.a.test (m.a.test [198.51.100.7]) by mx.b.test with ESMTPS id 1
 for <secret.reader@receiver.test>; Wed, 30 Dec 2026 10:00:00 +0000
Authentication-Results: mx.b.test; spf=pass (domain of bounce+secret.reader=receiver.test@a.test) smtp.mailfrom=bounce+secret.reader=receiver.test@a.test;
 dkim=pass header.i=secret.reader@a.test smtp.rcptto=secret.reader@receiver.test
Received-SPF: pass (x: secret.reader@receiver.test) client-ip=198.51.100.7; envelope-from="bounce+secret.reader@a.test"; helo=m.a.test
DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=s; i=secret.reader@a.test; h=from; bh=AAAA; b=AAAA; z=To:secret.reader@receiver.test
From: secret.reader@a.test
To: Secret Reader <secret.reader@receiver.test>
Reply-To: secret.reader@a.test
Subject: For secret.reader
List-Unsubscribe: <https://a.test/u/secret.reader>, <mailto:secret.reader@a.test?subject=secret.reader>
Message-ID: <secret.reader@a.test>
Content-Type: text/html

<p>Dear secret.reader</p>
`;

	it('names nobody and quotes nothing', () => {
		const kept = JSON.stringify(read(TEXT));
		expect(kept).not.toMatch(/secret|Dear/);
		expect(kept).toContain('198.51.100.7');
		expect(kept).toContain('a.test');
	});

	it('is enough to judge by', () => {
		expect(read(TEXT)).toMatchObject({
			returnPath: { kind: 'address', domain: 'a.test', isForwarders: false },
			receivedSpf: { result: 'pass', address: '198.51.100.7', domain: 'a.test' },
			list: {
				unsubscribe: [
					{ scheme: 'https', host: 'a.test' },
					{ scheme: 'mailto', host: 'a.test' },
				],
			},
			messageId: { kind: 'present', domain: 'a.test' },
			content: { plain: null, images: 0 },
		});
	});
});

describe('MIME parts (RFC 2046)', () => {
	const counts = (head: string, body: string) => read(`From: a@a.test\n${head}\n\n${body}`).content;

	it.each<[string, string, string, object]>([
		['no MIME at all', 'Subject: x', 'Hello you', { plain: 8, html: null }],
		[
			'HTML',
			'Content-Type: text/html',
			'<style>p{}</style><p>Hi <b>you</b></p><img src=a>',
			{ plain: null, html: 5, images: 1 },
		],
		[
			'alternatives in a mixed message with an attachment',
			'Content-Type: multipart/mixed; boundary=o',
			'--o\nContent-Type: multipart/alternative; boundary="i"\n\n--i\n\nplain\n--i\nContent-Type: TEXT/HTML\n\n<p>rich</p>\n--i--\n--o\nContent-Type: text/plain\nContent-Disposition: attachment\n\nattached\n--o--',
			{ plain: 5, html: 4 },
		],
		[
			'quoted-printable',
			'Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable',
			'a=62=\nc',
			{ plain: 3 },
		],
		['base64', 'Content-Type: text/plain\nContent-Transfer-Encoding: BASE64', 'YWJj', { plain: 3 }],
		[
			'an unsubscribe link',
			'Content-Type: text/html',
			'<a href="https://a.test/x">Hier abmelden</a>',
			{ hasUnsubscribeLink: true },
		],
		[
			'a boundary that never comes',
			'Content-Type: multipart/mixed; boundary=o',
			'nothing',
			{ plain: null, html: null },
		],
	])('%s', (_, head, body, wanted) => {
		expect(counts(head, body)).toMatchObject(wanted);
	});
});

describe('any file at all', () => {
	it('is read or refused, and never throws', () => {
		const line = fc.constantFrom(
			'From: a@a.test',
			'Received: from',
			'DKIM-Signature: v=1; a=rsa-sha256; h=from:from; d=a; s=b; bh=; b=',
			' folded',
			'',
			'>From x',
			'Content-Type: multipart/mixed; boundary="',
			'--',
			'List-Unsubscribe: <',
			'Authentication-Results: ;;=',
			'From x',
			'\u0000\u00ff',
		);
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: 'binary', maxLength: 500 }),
					fc.array(line).map((all) => all.join('\n')),
				),
				(text) => {
					expect(['message', 'no-message']).toContain(readMessage(text).kind);
				},
			),
		);
	});

	it('takes a moment, however large and hostile', () => {
		const large = 'x'.repeat(5_000_000);
		const hostile = [
			`From: a@a.test\n\n${'<a '.repeat(1_000_000)}`,
			`From: a@a.test\nContent-Type: text/html\n\n${'<a '.repeat(1_000_000)}`,
			`From: ${'('.repeat(1_000_000)}\n\nx`,
			`Subject: ${'=?a?q?'.repeat(300_000)}\n\nx`,
			`From: ${'"'.repeat(999_999)}\n\nx`,
			`Received: ${'[1.2.3.4] '.repeat(200_000)}\n\nx`,
			`${'DKIM-Signature: v=1; a=rsa-sha256; d=a; s=b; h=from; bh=A; b=A\n'.repeat(50)}From: a@a.test\n\n${large}`,
			`Content-Type: multipart/mixed; boundary=a\n\n${'\n--a\n'.repeat(300_000)}`,
			`${'A: b\n'.repeat(500_000)}\n`,
			`From: a@a.test\n\n${' '.repeat(2_000_000)}\n`,
			`From: a@a.test\nDKIM-Signature: c=relaxed/relaxed; bh=A;${' \t'.repeat(500_000)}x\n\nx`,
		];
		for (const text of hostile) {
			const started = cpuMs();
			readMessage(text);
			expect(cpuMs() - started, text.slice(0, 60)).toBeLessThan(3_000);
		}
	});
});
