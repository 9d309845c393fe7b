import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	ed25519Key,
	rsaKey,
	type Signing,
	type SigningKey,
	signaturesIn,
	signed,
	standingsOf,
} from './message-maker.ts';

const ED25519_KEY = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const RSA_KEY =
	'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB';

const RFC_8463 = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.`;

describe('the message of RFC 8463 Appendix A', () => {
	it('has two signatures that fit', () => {
		expect(
			standingsOf(RFC_8463, {
				'brisbane._domainkey.football.example.com': ED25519_KEY,
				'test._domainkey.football.example.com': RSA_KEY,
			}),
		).toEqual([
			{ kind: 'fits', bits: null },
			{ kind: 'fits', bits: 1024 },
		]);
	});
});

const NAMES = ['To', 'Cc', 'Subject', 'Date', 'X-Note'];
const header = fc
	.array(fc.tuple(fc.constantFrom(...NAMES), fc.stringMatching(/^[!-~](?:[ -~\t]{0,30}[!-~])?$/)), {
		maxLength: 6,
	})
	.map((fields) => fields.map(([name, value]) => `${name}:  ${value}`));
const body = fc
	.array(fc.stringMatching(/^[ -~\t\x80-\xff]{0,20}$/), { maxLength: 6 })
	.map((lines) => lines.join('\n'));
const FORMS = ['simple/simple', 'relaxed/relaxed', 'simple/relaxed', 'relaxed/simple'] as const;

describe('what is signed here, and written apart from the verifier', () => {
	const keys = [rsaKey(1024), ed25519Key()];
	const signing = (key: SigningKey, form: (typeof FORMS)[number]): Signing => ({
		key,
		form,
		domain: 'a.test',
		selector: 's1',
		// Repeated and absent names close what could be added.
		names: ['from', 'from', 'subject', 'x-note', 'x-note', 'cc'],
	});
	const message = fc.tuple(header, body).map(([fields, text]) => {
		return `${['From: a@a.test', ...fields].join('\n')}\n\n${text}`;
	});

	it('verifies, and nothing else does', () => {
		fc.assert(
			fc.property(
				message,
				fc.constantFrom(...keys),
				fc.constantFrom(...FORMS),
				(text, key, form) => {
					const sent = signed(text, signing(key, form));
					const at = { 's1._domainkey.a.test': key.record };
					expect(standingsOf(sent, at)).toMatchObject([{ kind: 'fits' }]);
					expect(standingsOf(sent.replaceAll('\r\n', '\n'), at)).toMatchObject([{ kind: 'fits' }]);
					expect(standingsOf(`${sent}x`, at)).toMatchObject([{ kind: 'body-altered' }]);
					expect(standingsOf(sent.replace('From: a@a.test', 'From: b@a.test'), at)).toMatchObject([
						{ kind: 'header-altered' },
					]);
					expect(
						standingsOf(sent.replace('From: a@', 'From: c@a.test\r\nFrom: a@'), at),
					).toMatchObject([{ kind: 'header-altered' }]);
				},
			),
			{ numRuns: 60 },
		);
	});

	it('survives what relaxed allows, and not what simple forbids', () => {
		const [key] = keys as [SigningKey];
		const at = { 's1._domainkey.a.test': key.record };
		const text = 'From: a@a.test\nSubject: x  y\n\nHello  you\n\n\n';
		const loose = (sent: string) =>
			sent.replace('Subject: x  y', 'SUBJECT :\tx\r\n y').replace('Hello  you', 'Hello you ');
		expect(standingsOf(loose(signed(text, signing(key, 'relaxed/relaxed'))), at)).toMatchObject([
			{ kind: 'fits' },
		]);
		expect(standingsOf(loose(signed(text, signing(key, 'relaxed/simple'))), at)).toMatchObject([
			{ kind: 'body-altered' },
		]);
		expect(
			standingsOf(
				signed(text, signing(key, 'simple/relaxed')).replace('Subject: x  y', 'Subject: x y'),
				at,
			),
		).toMatchObject([{ kind: 'header-altered' }]);
	});

	it('covers what l= says, and lets more follow', () => {
		const [key] = keys as [SigningKey];
		const at = { 's1._domainkey.a.test': key.record };
		const sent = signed('From: a@a.test\n\nHello\n', {
			...signing(key, 'simple/simple'),
			tags: 'l=7',
		});
		expect(standingsOf(`${sent}and more\r\n`, at)).toMatchObject([{ kind: 'fits' }]);
		expect(standingsOf(sent.replace('Hello', 'Hallo'), at)).toMatchObject([
			{ kind: 'body-altered' },
		]);
	});
});

describe('signatures and keys that count for nothing (RFC 6376 §6.1)', () => {
	const key = rsaKey(1024);
	const name = 's1._domainkey.a.test';
	const sent = (tags?: string, more: Partial<Signing> = {}) =>
		signed('From: a@a.test\n\nHello\n', {
			key,
			domain: 'a.test',
			selector: 's1',
			...(tags === undefined ? {} : { tags }),
			...more,
		});
	const [standing] = [
		(text: string, record: string | null = key.record) =>
			standingsOf(text, record === null ? {} : { [name]: record })[0],
	];

	it.each<[string, () => string]>([
		['is of a version other than 1', () => sent().replace('v=1', 'v=2')],
		['lacks bh=', () => sent().replace(/bh=[^;]*;/, '')],
		['gives s= twice', () => sent('s=s1')],
		['uses an algorithm that receivers do not know', () => sent().replace('rsa-sha256', 'rsa-md5')],
		[
			'names a canonicalisation that does not exist in c=',
			() => sent().replace('c=relaxed/', 'c=nofws/'),
		],
		['names no way to find its key that receivers know in q=', () => sent('q=http')],
		['speaks for b.test in i=, which is not within its d=a.test', () => sent('i=x@b.test')],
		['has no number in l=', () => sent('l=all')],
		['covers 999 bytes by l=, and the body has 7', () => sent('l=999')],
		['has no number in x=', () => sent('x=-1')],
		['expires before it was made (x= is not above t=)', () => sent('t=2; x=2')],
		['has no base64 in b=', () => sent().replace(/ b=./, ' b=!')],
	])('it %s', (says, text) => {
		expect(standing?.(text())).toEqual({ kind: 'malformed', says });
	});

	it.each<[string, string, string]>([
		['is revoked (p=)', 'v=DKIM1; p=', 'no-key'],
		['holds a key of another type than rsa', ed25519Key().record, 'key-unusable'],
		['does not allow sha256 (h=)', `${key.record}; h=sha1`, 'key-unusable'],
		['is not for mail (s=)', `${key.record}; s=tlsrpt`, 'key-unusable'],
		['holds a record that is no valid key: there is no p= tag', 'v=DKIM1; k=rsa', 'key-unusable'],
	])('the key %s', (says, record, kind) => {
		expect(standing?.(sent(), record)).toEqual({ kind, says: `${name} ${says}` });
	});

	it('a key for the domain alone refuses a sub-domain in i= (t=s)', () => {
		expect(standing?.(sent('i=@x.a.test'))).toMatchObject({ kind: 'fits' });
		expect(standing?.(sent('i=@x.a.test'), `${key.record}; t=s`)).toMatchObject({
			kind: 'key-unusable',
		});
		expect(standing?.(sent('i=@a.test'), `${key.record}; t=s`)).toMatchObject({ kind: 'fits' });
	});

	it('a key that is not there, and another one', () => {
		expect(standing?.(sent(), null)).toEqual({ kind: 'no-key', says: `${name} has no TXT record` });
		expect(standing?.(sent(), rsaKey(1024).record)).toMatchObject({ kind: 'header-altered' });
	});

	it('a message with hundreds of signatures is looked at ten times', () => {
		expect(signaturesIn('DKIM-Signature: v=1\n'.repeat(300))).toHaveLength(10);
	});
});
