import { isWithin } from '../dns/ancestry.ts';

/**
 * Services that send for others, by the domains of their own in signatures, return paths and host names:
 * common knowledge of 2026. One that is missing costs a more general advice, never a finding.
 */
export interface SendingService {
	readonly name: string;
	readonly domains: readonly string[];
	/** How mail comes to be signed with the customer's own domain. */
	readonly ownSignature: string;
	/** How bounces come to go to the customer's own domain; `null` where the service has no way. */
	readonly ownBounces: string | null;
}

const SENDING_SERVICES: readonly SendingService[] = [
	{
		name: 'Amazon SES',
		domains: ['amazonses.com'],
		ownSignature:
			'Amazon SES > Identities > the domain > Authentication > DKIM: switch Easy DKIM on and publish its three CNAMEs.',
		ownBounces:
			'Amazon SES > Identities > the domain > Authentication > Custom MAIL FROM domain: choose a sub-domain of yours and publish the MX and TXT that it shows.',
	},
	{
		name: 'SendGrid',
		domains: ['sendgrid.net', 'sendgrid.com'],
		ownSignature:
			'SendGrid > Settings > Sender Authentication > Authenticate Your Domain: publish the three CNAMEs; they cover the signature and the return path.',
		ownBounces:
			'SendGrid > Settings > Sender Authentication > Authenticate Your Domain: publish the three CNAMEs; they cover the signature and the return path.',
	},
	{
		name: 'Mailchimp',
		domains: ['mcsv.net', 'mcdlv.net', 'rsgsv.net', 'mailchimpapp.net', 'mailchimpapp.com'],
		ownSignature:
			'Mailchimp > Account > Domains > Authenticate: publish the two CNAMEs k2._domainkey and k3._domainkey.',
		ownBounces: null,
	},
	{
		name: 'Mandrill',
		domains: ['mandrillapp.com'],
		ownSignature: 'Mandrill > Settings > Domains > Sending Domains: publish the DKIM CNAMEs.',
		ownBounces:
			'Mandrill > Settings > Domains > Tracking & return-path: add a sub-domain and publish its CNAME to mandrillapp.com.',
	},
	{
		name: 'Postmark',
		domains: ['mtasv.net', 'postmarkapp.com'],
		ownSignature: 'Postmark > Sender Signatures > the domain > DNS Settings: publish the DKIM TXT.',
		ownBounces:
			'Postmark > Sender Signatures > the domain > DNS Settings > Return-Path: publish the CNAME to pm.mtasv.net.',
	},
	{
		name: 'Mailgun',
		domains: ['mailgun.org', 'mailgun.net', 'mailgun.co'],
		ownSignature:
			'Mailgun > Sending > Domains > Add new domain: use a domain of yours instead of the sandbox and publish its TXT records.',
		ownBounces:
			'Mailgun > Sending > Domains > Add new domain: use a domain of yours instead of the sandbox; its bounces go there.',
	},
	{
		name: 'SparkPost',
		domains: ['sparkpostmail.com', 'sparkpostmail1.com', 'mail.sparkpost.com'],
		ownSignature: 'SparkPost > Configuration > Domains > Sending: publish the DKIM TXT.',
		ownBounces: 'SparkPost > Configuration > Domains > Bounce: publish its CNAME.',
	},
	{
		name: 'Brevo',
		domains: ['sendinblue.com', 'brevo.com', 'sender-sib.com', 'brevosend.com'],
		ownSignature:
			'Brevo > Senders, domains & dedicated IPs > Domains > Authenticate: publish the records shown.',
		ownBounces: null,
	},
	{
		name: 'Mailjet',
		domains: ['mailjet.com'],
		ownSignature:
			'Mailjet > Account settings > Sender domains > Authenticate: publish mailjet._domainkey.',
		ownBounces:
			'Mailjet > Account settings > Sender domains: ask for a custom return path and publish its CNAME.',
	},
	{
		name: 'HubSpot',
		domains: ['hubspotemail.net', 'hubspot.com'],
		ownSignature: 'HubSpot > Settings > Domains & URLs > Connect an email sending domain.',
		ownBounces: null,
	},
	{
		name: 'Klaviyo',
		domains: ['klaviyomail.com', 'klaviyo.com'],
		ownSignature: 'Klaviyo > Settings > Email > Domains: set up a branded sending domain.',
		ownBounces:
			'Klaviyo > Settings > Email > Domains: a branded sending domain takes the bounces too.',
	},
	{
		name: 'Google Workspace',
		domains: ['gappssmtp.com'],
		ownSignature:
			'Admin console > Apps > Google Workspace > Gmail > Authenticate email: generate a key, publish google._domainkey, press Start authentication.',
		ownBounces: 'Google Workspace uses the address of the author: send from your own domain.',
	},
	{
		name: 'Microsoft 365',
		domains: ['onmicrosoft.com'],
		ownSignature:
			'Defender portal > Email & collaboration > Policies > Threat policies > Email authentication settings > DKIM: publish both CNAMEs and enable signing for your domain.',
		ownBounces: 'Microsoft 365 uses the address of the author: send from your own domain.',
	},
];

/** The service that one of these names belongs to. */
export function sendingService(names: readonly string[]): SendingService | null {
	return (
		SENDING_SERVICES.find(({ domains }) =>
			names.some((name) => domains.some((domain) => isWithin(name, domain))),
		) ?? null
	);
}

/** Mailboxes that anybody can have: nobody but their provider may send as them. */
const FREEMAIL: ReadonlySet<string> = new Set([
	...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'hotmail.co.uk', 'hotmail.fr'],
	...['live.com', 'msn.com', 'yahoo.com', 'yahoo.co.uk', 'yahoo.co.jp', 'yahoo.co.in', 'yahoo.fr'],
	...['yahoo.de', 'yahoo.it', 'yahoo.es', 'yahoo.com.br', 'ymail.com', 'rocketmail.com', 'aol.com'],
	...['icloud.com', 'me.com', 'mac.com', 'proton.me', 'protonmail.com', 'pm.me', 'gmx.com'],
	...['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch', 'web.de', 't-online.de', 'freenet.de', 'mail.com'],
	...['zohomail.com', 'fastmail.com', 'fastmail.fm', 'tutanota.com', 'tuta.io', 'hey.com'],
	...['mail.ru', 'inbox.ru', 'list.ru', 'bk.ru', 'yandex.ru', 'yandex.com', 'rambler.ru'],
	...['qq.com', '163.com', '126.com', 'sina.com', 'naver.com', 'daum.net', 'hanmail.net'],
	...['orange.fr', 'wanadoo.fr', 'free.fr', 'laposte.net', 'sfr.fr', 'libero.it', 'virgilio.it'],
	...['seznam.cz', 'wp.pl', 'o2.pl', 'interia.pl', 'onet.pl', 'btinternet.com', 'comcast.net'],
	...['verizon.net', 'att.net', 'sbcglobal.net', 'cox.net', 'rediffmail.com', 'uol.com.br'],
]);

export function isFreemail(domain: string): boolean {
	return FREEMAIL.has(domain);
}
