import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordPurpose } from '../../../src/facts/dns/record-purpose.ts';

it.each([
	['example.com', 'A', '203.0.113.7', 'site'],
	['example.co.uk', 'AAAA', '2001:db8::7', 'site'],
	['api.example.com', 'A', '203.0.113.7', 'API'],
	['x7.example.com', 'A', '203.0.113.7', null],
	['www.example.com', 'CNAME', 'cname.vercel-dns.com', 'site, at Vercel'],
	['shop7.example.com', 'CNAME', 'shops.myshopify.com', 'Shopify'],
	[
		'fm1._domainkey.example.com',
		'CNAME',
		'fm1.example.com.dkim.fmhosted.com',
		'DKIM key "fm1" of Fastmail',
	],
	['google._domainkey.example.com', 'TXT', '"v=DKIM1; p=AAAA"', 'DKIM key "google"'],
	['example.com', 'MX', '1 smtp.google.com', 'incoming mail, at Google Workspace'],
	['example.com', 'MX', '0 .', 'this name takes no mail'],
	['example.com', 'TXT', '"v=spf1 include:_spf.google.com ~all"', 'SPF: mail by Google Workspace'],
	['example.com', 'TXT', '"v=spf1 -all"', 'SPF: who may send mail'],
	['_dmarc.example.com', 'TXT', '"v=DMARC1; p=none"', 'DMARC policy'],
	['example.com', 'TXT', '"google-site-verif" "ication=abc"', 'ownership for Google'],
	['example.com', 'TXT', '"MS=ms12345678"', 'ownership for Microsoft 365'],
	['example.com', 'TXT', '"acme-domain-verification=1"', 'ownership for a service'],
	['example.com', 'TXT', '"hello"', null],
	['_acme-challenge.example.com', 'CNAME', 'x.acme.test', 'validation of a certificate (ACME)'],
	['example.com', 'NS', 'ada.ns.cloudflare.com', 'name server of Cloudflare'],
	[
		'example.com',
		'CAA',
		'0 issue "letsencrypt.org; validationmethods=dns-01"',
		'certificates by letsencrypt.org',
	],
	['example.com', 'CAA', '0 issue ";"', 'no certificates by anybody'],
	['_25._tcp.mx.example.com', 'TLSA', '3 1 1 00', 'DANE: certificate of a mail host'],
])('%s %s %s: %s', (name, type, value, purpose) => {
	expect(recordPurpose({ name, type, value })).toBe(purpose);
});

it('never fails, whatever a record holds', () => {
	fc.assert(
		fc.property(
			fc.string(),
			fc.constantFrom('A', 'TXT', 'MX', 'CNAME', 'CAA', 'SRV'),
			fc.string(),
			(name, type, value) => {
				const purpose = recordPurpose({ name, type, value });
				expect(purpose === null || purpose.length > 0).toBe(true);
			},
		),
	);
});
