import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReceived, timeOf } from '../../../src/facts/mail/received-trail.ts';

const DATE = 'Wed, 30 Dec 2026 10:00:00 +0000';
const NOON = Date.UTC(2026, 11, 30, 10);

describe('Received fields as servers write them', () => {
	it.each<[string, string, Partial<ReturnType<typeof parseReceived>>]>([
		[
			'Postfix',
			`from mail.a.test (mail.a.test [198.51.100.7]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519) by mx.b.test (Postfix) with ESMTPS id 4A for <c@b.test>; ${DATE}`,
			{
				helo: 'mail.a.test',
				reverse: 'mail.a.test',
				address: '198.51.100.7',
				by: 'mx.b.test',
				protocol: 'ESMTPS',
				encrypted: true,
				time: NOON,
			},
		],
		[
			'Postfix, a client without a name',
			`from localhost (unknown [IPv6:2001:db8::7]) by mx.b.test (Postfix) with ESMTP id 4A; ${DATE}`,
			{
				helo: 'localhost',
				reverse: '',
				address: '2001:db8::7',
				protocol: 'ESMTP',
				encrypted: false,
			},
		],
		[
			'Gmail',
			`from mail.a.test (mail.a.test. [198.51.100.7]) by mx.google.com with ESMTPS id x5 for <c@gmail.com> (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256); Wed, 30 Dec 2026 02:00:00 -0800 (PST)`,
			{
				helo: 'mail.a.test',
				reverse: 'mail.a.test',
				address: '198.51.100.7',
				by: 'mx.google.com',
				encrypted: true,
				time: NOON,
			},
		],
		[
			'Gmail inside',
			`by 2002:a05:6a11:4d1b:b0:5a2:9c0e:1 with SMTP id d27csp1; Wed, 30 Dec 2026 02:00:00 -0800 (PST)`,
			{
				helo: '',
				address: null,
				by: '2002:a05:6a11:4d1b:b0:5a2:9c0e:1',
				protocol: 'SMTP',
				time: NOON,
			},
		],
		[
			'Microsoft',
			`from mail.a.test (198.51.100.7) by DU2PEPF01.mail.protection.outlook.com (10.167.242.5) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20 via Frontend Transport; ${DATE}`,
			{
				helo: 'mail.a.test',
				address: '198.51.100.7',
				by: 'du2pepf01.mail.protection.outlook.com',
				protocol: 'MICROSOFT',
				encrypted: true,
			},
		],
		[
			'Exim',
			`from mail.a.test ([198.51.100.7] helo=a.test) by mx.b.test with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) id 1r; ${DATE}`,
			{
				helo: 'a.test',
				reverse: 'mail.a.test',
				address: '198.51.100.7',
				protocol: 'ESMTPS',
				encrypted: true,
			},
		],
		[
			'qmail',
			`from unknown (HELO a.test) (198.51.100.7) by mx.b.test with SMTP; ${DATE}`,
			{
				helo: 'a.test',
				address: '198.51.100.7',
				by: 'mx.b.test',
				protocol: 'SMTP',
				encrypted: false,
			},
		],
		[
			'Yahoo',
			`from 198.51.100.7 (EHLO mail.a.test) by 10.197.32.1 with SMTPs (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256); ${DATE}`,
			{
				helo: 'mail.a.test',
				address: '198.51.100.7',
				by: '10.197.32.1',
				protocol: 'SMTPS',
				encrypted: true,
			},
		],
		[
			'a client that calls itself by its address',
			`from [10.0.0.5] (a.test [198.51.100.7]) by mx.b.test with ESMTPSA id 1; ${DATE}`,
			{
				helo: '[10.0.0.5]',
				reverse: 'a.test',
				address: '198.51.100.7',
				protocol: 'ESMTPSA',
				encrypted: true,
			},
		],
	])('%s', (_, value, wanted) => {
		expect(parseReceived(value)).toMatchObject(wanted);
	});
});

describe('times (RFC 5322 §3.3)', () => {
	it.each<[string, number | null]>([
		['Wed, 30 Dec 2026 10:00:00 +0000', NOON],
		['30 Dec 2026 10:00 +0000', NOON],
		['Wed, 30 Dec 2026 02:00:00 -0800 (PST)', NOON],
		['Wed, 30 Dec 2026 11:30:00 +0130', NOON],
		['Wed, 30 Dec 2026 10:00:00 GMT', NOON],
		['Wed, 30 Dec 26 05:00:00 EST', NOON],
		['Wed, 30 Dec 2026 10:00:00', NOON],
		['yesterday', null],
		['', null],
		['Wed, 32 Dec 2026 10:00:00 +0000', null],
		['Wed, 30 Foo 2026 10:00:00 +0000', null],
		['Wed, 30 Dec 2026 25:00:00 +0000', null],
	])('%j', (text, wanted) => {
		expect(timeOf(text)).toBe(wanted);
	});
});

it('never throws, and never says NaN', () => {
	const piece = fc.constantFrom(
		'from',
		'by',
		'with',
		'ESMTP',
		'(',
		')',
		'[',
		']',
		';',
		'1.2.3.4',
		'a.test',
		'"',
		' ',
		'\\',
	);
	fc.assert(
		fc.property(
			fc.oneof(
				fc.string({ unit: 'binary', maxLength: 300 }),
				fc.array(piece).map((all) => all.join(' ')),
			),
			(text) => {
				const { time } = parseReceived(text);
				expect(time === null || Number.isFinite(time)).toBe(true);
			},
		),
	);
});
