import { describe, expect, it } from 'vitest';
import check from '../../../checks/email/message.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { rsaKey } from '../../facts/mail/message-maker.ts';
import { auditMessages, sign, txt, written } from './message-lab.ts';

const key = rsaKey();
const service = rsaKey();

/** The world of a shop that sends through several services; addresses as the messages below show them. */
const WORLD: World = {
	zones: {
		'shop.test': {
			records: [
				'@ MX 10 mail',
				'@ TXT "v=spf1 ip4:198.51.100.7 include:spf.suite.test -all"',
				'mail A 198.51.100.7',
				'mail TXT "v=spf1 a -all"',
				'bounce MX 10 feedback.amazonses.com.',
				'bounce TXT "v=spf1 include:amazonses.com -all"',
				'_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@shop.test"',
				`s1._domainkey TXT ${txt(key.record)}`,
			],
		},
		'suite.test': { records: ['spf TXT "v=spf1 ip4:203.0.113.40 -all"'] },
		'amazonses.com': {
			records: [
				'@ TXT "v=spf1 ip4:203.0.113.60 -all"',
				'feedback A 203.0.113.61',
				`ses1._domainkey TXT ${txt(service.record)}`,
			],
		},
		'mcsv.net': {
			records: [
				'mail31.sea31 MX 10 mx',
				'mx A 203.0.113.70',
				'mail31.sea31 A 203.0.113.71',
				'mail31.sea31 TXT "v=spf1 a -all"',
			],
		},
		'lists.test': {
			records: [
				'@ MX 10 mx',
				'mx A 203.0.113.80',
				'@ TXT "v=spf1 a:mx.lists.test -all"',
				`l1._domainkey TXT ${txt(service.record)}`,
			],
		},
	},
};

async function told(text: string): Promise<readonly string[]> {
	const { findings } = await auditMessages(WORLD, check, { 'sample.eml': text });
	return findings.map((one) =>
		isFailed(one)
			? `${one.verdict} ${one.severity}`
			: `${one.verdict ?? one.outcome}: ${one.message}`,
	);
}

const lines = (...each: string[]) => each.join('\r\n');

const GMAIL_TOP = [
	'Delivered-To: reader@gmail.com',
	'Received: by 2002:a05:6a11:4d1b:b0:5a2:9c0e:1 with SMTP id d27csp100;',
	'        Wed, 30 Dec 2026 02:00:06 -0800 (PST)',
	'X-Received: by 2002:a17:902:d2c9:b0:1d4:1 with SMTP id n9;',
	'        Wed, 30 Dec 2026 02:00:06 -0800 (PST)',
	'ARC-Seal: i=1; a=rsa-sha256; t=1798624806; cv=none; d=google.com; s=arc-20160816; b=AAAA',
	'ARC-Authentication-Results: i=1; mx.google.com; dkim=fail; spf=fail; dmarc=fail',
];

describe('sound messages are told to be sound', () => {
	it('a transactional mail that Gmail received from the own server', async () => {
		const text = lines(
			...GMAIL_TOP,
			'Return-Path: <hello@shop.test>',
			'Received: from mail.shop.test (mail.shop.test. [198.51.100.7])',
			'        by mx.google.com with ESMTPS id x5si1.2026.12.30.02.00.05',
			'        for <reader@gmail.com>',
			'        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);',
			'        Wed, 30 Dec 2026 02:00:06 -0800 (PST)',
			'Received-SPF: pass (google.com: domain of hello@shop.test designates 198.51.100.7 as permitted sender) client-ip=198.51.100.7;',
			'Authentication-Results: mx.google.com;',
			'       dkim=pass header.i=@shop.test header.s=s1 header.b="Ab3/dZ1q";',
			'       spf=pass (google.com: domain of hello@shop.test designates 198.51.100.7 as permitted sender) smtp.mailfrom=hello@shop.test;',
			'       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=shop.test',
			'Received: from app.shop.test (app.shop.test [10.0.0.4])',
			'\tby mail.shop.test (Postfix) with ESMTPSA id 4ABC',
			'\tfor <reader@gmail.com>; Wed, 30 Dec 2026 10:00:04 +0000 (UTC)',
			sign(written(), key),
		);
		expect(await told(text)).toEqual([
			'passes: sample.eml passes DMARC for shop.test: DKIM passes for shop.test (selector s1).',
		]);
	});

	it('a mail that Microsoft 365 sent and received, whose results name no server', async () => {
		const text = lines(
			'Received: from AM0PR02MB1.eurprd02.prod.outlook.com (2603:10a6:208:1::1) by',
			' DB7PR02MB2.eurprd02.prod.outlook.com with HTTPS; Wed, 30 Dec 2026 10:00:08 +0000',
			'Received: from DU2PR04CA0001.eurprd04.prod.outlook.com (2603:10a6:10:3b::6)',
			' by AM0PR02MB1.eurprd02.prod.outlook.com (2603:10a6:208:1::1) with',
			' Microsoft SMTP Server (version=TLS1_2,',
			' cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.1; Wed, 30 Dec 2026 10:00:07 +0000',
			'Authentication-Results: spf=pass (sender IP is 203.0.113.40)',
			' smtp.mailfrom=shop.test; dkim=pass (signature was verified)',
			' header.d=shop.test;dmarc=pass action=none header.from=shop.test;compauth=pass reason=100',
			'Received-SPF: Pass (protection.outlook.com: domain of shop.test designates',
			' 203.0.113.40 as permitted sender) receiver=protection.outlook.com;',
			' client-ip=203.0.113.40; helo=mail-out.suite.test; pr=C',
			'Received: from mail-out.suite.test (203.0.113.40) by',
			' DU2PEPF0001.mail.protection.outlook.com (10.167.242.5) with Microsoft SMTP Server',
			' (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.2 via Frontend',
			' Transport; Wed, 30 Dec 2026 10:00:07 +0000',
			sign(written(), key),
			'',
		);
		expect(await told(`Return-Path: hello@shop.test\r\n${text}`)).toEqual([
			expect.stringContaining('passes: '),
		]);
	});

	it('a mail through Amazon SES, signed twice, with an own MAIL FROM', async () => {
		const own = sign(written(), key);
		const twice = sign(own.replaceAll('\r\n', '\n'), service, {
			domain: 'amazonses.com',
			selector: 'ses1',
		});
		const text = lines(
			...GMAIL_TOP,
			'Return-Path: <0102018c-1111-000000@bounce.shop.test>',
			'Received: from a4-1.smtp-out.eu-west-1.amazonses.com (a4-1.smtp-out.eu-west-1.amazonses.com. [203.0.113.60])',
			'        by mx.google.com with ESMTPS id x5 for <reader@gmail.com>;',
			'        Wed, 30 Dec 2026 02:00:06 -0800 (PST)',
			'Feedback-ID: 1.eu-west-1.AAAA:AmazonSES',
			'X-SES-Outgoing: 2026.12.30-203.0.113.60',
			twice,
		);
		expect(await told(text)).toEqual([expect.stringContaining('passes: ')]);
	});

	it('a newsletter through Mailchimp, whose bounces are its own', async () => {
		const news = {
			From: '=?utf-8?Q?Shop?= <hello@shop.test>',
			'Reply-To': '=?utf-8?Q?Shop?= <hello@shop.test>',
			'List-ID': '1 mc list <1.1.list-id.mcsv.net>',
			'List-Unsubscribe':
				'<https://shop.us1.list-manage.com/unsubscribe?u=1&id=2&t=b&e=3>, <mailto:unsubscribe-mc.us1_1.1-3@unsubscribe.mailchimpapp.net?subject=unsubscribe>',
			'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
			'X-Mailer': 'Mailchimp Mailer - **CID1**',
			Precedence: 'bulk',
			'Content-Type': 'multipart/alternative; boundary="_----(a;b)"',
		};
		const body = [
			'This is a multi-part message',
			'--_----(a;b)',
			'Content-Type: text/plain; charset="utf-8"; format="fixed"',
			'Content-Transfer-Encoding: quoted-printable',
			'',
			'The news of this month, in many words=2E',
			'',
			'--_----(a;b)',
			'Content-Type: text/html; charset="utf-8"',
			'Content-Transfer-Encoding: base64',
			'',
			Buffer.from(
				'<p>The news of this month, in many words.</p><img src="https://shop.test/a.png"><a href="https://x.test/u">Unsubscribe</a>',
			).toString('base64'),
			'--_----(a;b)--',
			'',
		].join('\n');
		const names = ['from', 'reply-to', 'to', 'subject', 'date', 'message-id'];
		const text = lines(
			...GMAIL_TOP,
			'Return-Path: <bounce-mc.us1_1.1-reader=gmail.com@mail31.sea31.mcsv.net>',
			'Received: from mail31.sea31.mcsv.net (mail31.sea31.mcsv.net. [203.0.113.71])',
			'        by mx.google.com with ESMTPS id x5 for <reader@gmail.com>;',
			'        Wed, 30 Dec 2026 02:00:06 -0800 (PST)',
			sign(written(news, body), key, {
				names: [...names, 'list-unsubscribe', 'list-unsubscribe-post'],
			}),
		);
		expect(await told(text)).toEqual([expect.stringContaining('passes: ')]);
	});

	it('a bounce with an empty return path, by the name of the server', async () => {
		const text = lines(
			...GMAIL_TOP,
			'Return-Path: <>',
			'Received: from mail.shop.test (mail.shop.test. [198.51.100.7])',
			'        by mx.google.com with ESMTPS id x5 for <reader@gmail.com>;',
			'        Wed, 30 Dec 2026 02:00:06 -0800 (PST)',
			written(
				{
					From: 'Mail Delivery System <MAILER-DAEMON@mail.shop.test>',
					'Auto-Submitted': 'auto-replied',
					'Content-Type': 'multipart/report; report-type=delivery-status; boundary="b"',
				},
				'--b\nContent-Type: text/html\n\n<p>Undelivered</p>\n--b--\n',
			).replaceAll('\n', '\r\n'),
		);
		expect(await told(text)).toEqual([
			'passes: sample.eml passes DMARC for mail.shop.test: SPF passes for mail.shop.test.',
		]);
	});
});

describe('what came by others is no fault of the sender', () => {
	it('a mailing list changed the body and the return path', async () => {
		const posted = sign(written(), key).replace('please', '[list footer] please');
		const fields = lines(
			'List-Id: Talk <talk.lists.test>',
			'List-Post: <mailto:talk@lists.test>',
			'List-Unsubscribe: <mailto:talk-leave@lists.test>',
			'X-Mailman-Version: 3.3',
		);
		const relayed = sign(`${fields}\r\n${posted}`.replaceAll('\r\n', '\n'), service, {
			domain: 'lists.test',
			selector: 'l1',
		});
		const text = lines(
			...GMAIL_TOP,
			'Return-Path: <talk-bounces@lists.test>',
			'Received: from mx.lists.test (mx.lists.test. [203.0.113.80])',
			'        by mx.google.com with ESMTP id x5 for <reader@gmail.com>;',
			'        Wed, 30 Dec 2026 02:00:06 -0800 (PST)',
			'Authentication-Results: mx.google.com;',
			'       dkim=neutral (body hash did not verify) header.i=@shop.test header.s=s1;',
			'       dkim=pass header.i=@lists.test header.s=l1; spf=pass smtp.mailfrom=talk-bounces@lists.test;',
			'       dmarc=fail (p=REJECT) header.from=shop.test',
			relayed,
		);
		const said = await told(text);
		expect(said).toHaveLength(1);
		expect(said[0]).toMatch(/^unknown: .*mailing list.* straight from the product$/);
	});

	it.each([
		['X-Forwarded-To: other@gmail.com', 'Return-Path: <hello+caf_=other=gmail.com@shop.test>'],
		['X-Note: none', 'Return-Path: <SRS0=abcd=XY=shop.test=hello@lists.test>'],
	])('a forwarder stood between: %s', async (field, returnPath) => {
		const text = lines(
			...GMAIL_TOP,
			returnPath,
			'Received: from mx.lists.test (mx.lists.test. [203.0.113.80])',
			'        by mx.google.com with ESMTP id x5 for <reader@gmail.com>;',
			'        Wed, 30 Dec 2026 02:00:06 -0800 (PST)',
			field,
			sign(written(), key),
		);
		expect(await told(text)).toEqual([expect.stringContaining('passes: ')]);
	});
});

describe('what the file cannot show', () => {
	it.each<[string, string, RegExp]>([
		['a copy from the folder of sent mail', written(), /never ever|was ever received/],
		['a web page', '<!doctype html><p>Mail</p>', /is a web page/],
		['an Outlook file', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', /is an Outlook \.msg file/],
		['nothing', '', /is empty/],
		['a letter', 'Dear reader,\n\nhello', /begins with "Dear reader,"/],
	])('%s is unknown, and says why', async (_, text, why) => {
		const said = await told(text);
		expect(said).toHaveLength(1);
		expect(said[0]).toMatch(/^unknown: /);
		expect(said[0]).toMatch(why);
	});

	it('a key whose name server fails', async () => {
		const world = {
			...WORLD,
			dnsFaults: [{ name: 's1._domainkey.shop.test', does: { rcode: 'SERVFAIL' as const } }],
		};
		const text = `Return-Path: <a@shop.test>\r\n${sign(written(), key)}`;
		const { findings } = await auditMessages(world, check, { 'sample.eml': text });
		expect(findings.filter(isFailed)).toEqual([]);
		expect(findings.map(({ outcome }) => outcome)).toEqual(['unknown']);
	});
});
