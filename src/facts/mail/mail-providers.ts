import { isWithin } from '../dns/ancestry.ts';

/**
 * Who runs mail for others, as seen in DNS: common knowledge of 2026, and where `source` names a page,
 * what that page said then. A provider, an include or a selector that is missing here costs a guess,
 * never a finding. Records to paste stand here only where they are the same for every account and are
 * published as such; each is shown with the advice to compare it with the console.
 */
export interface MailProvider {
	readonly name: string;
	/** Suffixes of MX targets, at a label boundary. */
	readonly mx: readonly string[];
	/** Names that its customers include or redirect to; the first is the one to publish. */
	readonly spf: readonly string[];
	/** DKIM selectors that its customers publish. */
	readonly selectors: readonly string[];
	/** The provider's own page on its DKIM records, where that was read. */
	readonly source?: string;
	/** Domains that its DKIM CNAMEs lead to. */
	readonly dkimTargets?: readonly string[];
	/** How to obtain the DKIM record, and the record itself where it is the same for everybody. */
	readonly dkim?: DkimSetUp;
	/** `preference host`; absent where accounts differ. */
	readonly mxRecords?: readonly string[];
	/** Its customers' MX need its SPF: it relays what their mailboxes send. */
	readonly mailboxes: boolean;
}

interface DkimSetUp {
	/** Where in the provider's console the record is shown. */
	readonly where: string;
	/** `{d}` stands for the domain. Empty where accounts differ. */
	readonly lines: readonly string[];
}

const at = (where: string, ...lines: string[]): DkimSetUp => ({ where, lines });

export const MAIL_PROVIDERS: readonly MailProvider[] = [
	{
		name: 'Google Workspace',
		mx: ['google.com', 'googlemail.com'],
		spf: ['_spf.google.com', '_netblocks.google.com', 'aspmx.googlemail.com'],
		selectors: ['google'],
		source: 'https://support.google.com/a/answer/174124',
		mxRecords: ['1 smtp.google.com'],
		dkim: at(
			'Admin console > Apps > Google Workspace > Gmail > Authenticate email: generate a 2048-bit key with prefix google, publish the TXT shown at google._domainkey, then press Start authentication',
		),
		mailboxes: true,
	},
	{
		name: 'Microsoft 365',
		mx: ['mail.protection.outlook.com', 'mx.microsoft'],
		spf: ['spf.protection.outlook.com'],
		selectors: ['selector1', 'selector2'],
		dkimTargets: ['onmicrosoft.com', 'dkim.mail.microsoft'],
		dkim: at(
			'Defender portal > Email & collaboration > Policies > Threat policies > Email authentication settings > DKIM: copy the two CNAMEs selector1._domainkey and selector2._domainkey, publish them, then switch signing on',
		),
		mailboxes: true,
	},
	zoho('Zoho Mail', 'com'),
	zoho('Zoho Mail (Europe)', 'eu'),
	zoho('Zoho Mail (India)', 'in'),
	{
		name: 'Proton Mail',
		mx: ['protonmail.ch'],
		spf: ['_spf.protonmail.ch'],
		selectors: ['protonmail', 'protonmail2', 'protonmail3'],
		source: 'https://proton.me/support/cname-problems',
		dkimTargets: ['domains.proton.ch'],
		mxRecords: ['10 mail.protonmail.ch', '20 mailsec.protonmail.ch'],
		dkim: at('Proton > Settings > Domain names > DKIM: three CNAMEs, published and left in place'),
		mailboxes: true,
	},
	{
		name: 'Fastmail',
		mx: ['messagingengine.com'],
		spf: ['spf.messagingengine.com'],
		selectors: ['fm1', 'fm2', 'fm3', 'mesmtp'],
		source: 'https://www.fastmail.help/hc/en-us/articles/360060591153',
		dkimTargets: ['dkim.fmhosted.com'],
		mxRecords: ['10 in1-smtp.messagingengine.com', '20 in2-smtp.messagingengine.com'],
		dkim: at(
			'Fastmail > Settings > Domains',
			'fm1._domainkey.{d}. 3600 IN CNAME fm1.{d}.dkim.fmhosted.com.',
			'fm2._domainkey.{d}. 3600 IN CNAME fm2.{d}.dkim.fmhosted.com.',
			'fm3._domainkey.{d}. 3600 IN CNAME fm3.{d}.dkim.fmhosted.com.',
		),
		mailboxes: true,
	},
	{
		name: 'iCloud+',
		mx: ['mail.icloud.com'],
		spf: ['icloud.com'],
		selectors: ['sig1'],
		dkimTargets: ['icloudmailadmin.com'],
		mxRecords: ['10 mx01.mail.icloud.com', '10 mx02.mail.icloud.com'],
		dkim: at(
			'iCloud > Custom Email Domain',
			'sig1._domainkey.{d}. 3600 IN CNAME sig1.dkim.{d}.at.icloudmailadmin.com.',
		),
		mailboxes: true,
	},
	{
		name: 'Yandex',
		mx: ['mx.yandex.net', 'mx.yandex.ru'],
		spf: ['_spf.yandex.net'],
		selectors: ['mail'],
		dkim: at('Yandex 360 admin > Domains > DKIM'),
		mailboxes: true,
	},
	{
		name: 'GoDaddy',
		mx: ['secureserver.net'],
		spf: ['secureserver.net'],
		selectors: ['secureserver1', 'secureserver2', 'selector1', 'selector2'],
		mailboxes: true,
	},
	{
		name: 'Cloudflare Email Routing',
		mx: ['mx.cloudflare.net'],
		spf: ['_spf.mx.cloudflare.net'],
		selectors: ['cf2024-1'],
		mailboxes: false,
	},
	{
		name: 'ImprovMX',
		mx: ['improvmx.com'],
		spf: ['spf.improvmx.com'],
		selectors: ['dkimprovmx1', 'dkimprovmx2'],
		dkimTargets: ['improvmx.com'],
		dkim: at('ImprovMX > the domain > DNS settings: two CNAMEs'),
		mailboxes: false,
	},
	{
		name: 'Titan',
		mx: ['titan.email'],
		spf: ['spf.titan.email'],
		selectors: ['titan1'],
		mailboxes: true,
	},
	{
		name: 'Hostinger',
		mx: ['hostinger.com'],
		spf: ['_spf.mail.hostinger.com'],
		selectors: ['hostingermail-a', 'hostingermail-b', 'hostingermail-c'],
		dkimTargets: ['dkim.mail.hostinger.com'],
		dkim: at('Hostinger hPanel > Emails > DNS: three CNAMEs'),
		mailboxes: true,
	},
	{
		name: 'IONOS',
		mx: ['ionos.com', 'perfora.net'],
		spf: ['_spf.perfora.net', '_spf-us.ionos.com'],
		selectors: ['s1-ionos', 's2-ionos'],
		mailboxes: true,
	},
	{
		name: 'IONOS (Europe)',
		mx: ['ionos.de', 'ionos.co.uk', 'kundenserver.de'],
		spf: ['_spf-eu.ionos.com', '_spf.kundenserver.de'],
		selectors: ['s1-ionos', 's2-ionos'],
		mailboxes: true,
	},
	{
		name: 'OVH',
		mx: ['mail.ovh.net', 'mail.ovh.ca'],
		spf: ['mx.ovh.com', 'mx.ovh.ca'],
		selectors: ['ovhmo-selector-1', 'ovhmo-selector-2'],
		mailboxes: true,
	},
	sender('SendGrid', ['sendgrid.net'], ['s1', 's2', 'smtpapi'], {
		source:
			'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication',
		dkimTargets: ['sendgrid.net'],
		dkim: at(
			'SendGrid > Settings > Sender Authentication > Authenticate Your Domain: three CNAMEs, s1._domainkey and s2._domainkey among them',
		),
	}),
	sender('Mailchimp', ['servers.mcsv.net'], ['k1', 'k2', 'k3'], {
		dkimTargets: ['mcsv.net'],
		dkim: at('Mailchimp > Domains > Authenticate: two CNAMEs'),
	}),
	sender('Mandrill', ['spf.mandrillapp.com'], ['mte1', 'mte2', 'mandrill'], {
		dkimTargets: ['mandrillapp.com'],
		source:
			'https://mailchimp.com/developer/release-notes/new-sending-domain-authentication-requirements',
		dkim: at(
			'Mandrill > Settings > Domains',
			'mte1._domainkey.{d}. 3600 IN CNAME dkim1.mandrillapp.com.',
			'mte2._domainkey.{d}. 3600 IN CNAME dkim2.mandrillapp.com.',
		),
	}),
	sender(
		'Brevo',
		['spf.brevo.com', 'spf.sendinblue.com', 'sendinblue.com'],
		['mail', 'brevo1', 'brevo2'],
		{
			dkimTargets: ['dkim.brevo.com'],
			dkim: at('Brevo > Senders, domains & dedicated IPs > Domains: TXT or two CNAMEs'),
		},
	),
	sender('Mailjet', ['spf.mailjet.com'], ['mailjet'], {
		dkim: at(
			'Mailjet > Account settings > Sender domains > Authenticate: TXT at mailjet._domainkey',
		),
	}),
	sender('Resend', [], ['resend'], {
		dkim: at('Resend > Domains: TXT at resend._domainkey, and the send. sub-domain for bounces'),
	}),
	sender('Amazon SES', ['amazonses.com'], [], {
		dkimTargets: ['dkim.amazonses.com'],
		dkim: at('Amazon SES > Verified identities > the domain > Easy DKIM: three CNAMEs'),
	}),
	sender('Mailgun', ['mailgun.org'], ['mta', 'mailo', 'smtp', 'k1', 'pic', 's1'], {
		dkim: at('Mailgun > Sending > Domain settings > DNS records'),
	}),
	sender('Postmark', ['spf.mtasv.net'], ['pm'], {
		dkim: at('Postmark > Sender signatures > the domain > DNS settings'),
	}),
	sender('SparkPost', ['sparkpostmail.com'], [], {
		dkim: at('SparkPost > Configuration > Domains'),
	}),
	sender('Salesforce', ['_spf.salesforce.com'], [], {
		dkim: at('Salesforce Setup > DKIM Keys: two CNAMEs'),
	}),
	sender('Marketo', ['mktomail.com'], ['m1']),
	sender('Customer.io', ['customeriomail.com'], []),
	sender('Braze', [], []),
	sender('MailerSend', ['spf.mailersend.net'], ['mlsend', 'mlsend2'], {
		dkimTargets: ['mailersend.net'],
	}),
	sender('MailerLite', ['_spf.mlsend.com'], ['litesrv', 'ml'], { dkimTargets: ['mlsend.com'] }),
	sender('HubSpot', [], ['hs1', 'hs2'], { dkimTargets: ['hubspotemail.net'] }),
	sender('Klaviyo', [], ['kl', 'kl2', 'km1', 'km2', 'kt1', 'kt2', 'ks1', 'ks2'], {
		source: 'https://help.klaviyo.com/hc/en-us/articles/115000357752',
	}),
	sender('Constant Contact', [], ['ctct1', 'ctct2'], { dkimTargets: ['ccsend.com'] }),
	sender('Campaign Monitor', [], ['cm']),
	sender('ActiveCampaign', [], ['acdkim1', 'acdkim2'], { dkimTargets: ['acdkim1.acems1.com'] }),
	sender('AWeber', [], ['aweber_key_a', 'aweber_key_b', 'aweber_key_c']),
	sender('Kit', [], ['cka']),
	sender('Emma', [], ['e2ma-k1', 'e2ma-k2', 'e2ma-k3']),
	sender('Sailthru', [], ['sailthru']),
	sender('EmailOctopus', [], ['eo']),
	sender('Sender', [], ['sender']),
	sender('SendLayer', [], ['sl']),
	sender('Zendesk', ['mail.zendesk.com'], ['zendesk1', 'zendesk2'], {
		source: 'https://support.zendesk.com/hc/en-us/articles/4408822303386',
		dkimTargets: ['zendesk.com'],
		dkim: at(
			'Zendesk Admin Center > Channels > Email',
			'zendesk1._domainkey.{d}. 3600 IN CNAME zendesk1._domainkey.zendesk.com.',
			'zendesk2._domainkey.{d}. 3600 IN CNAME zendesk2._domainkey.zendesk.com.',
		),
	}),
	sender('Help Scout', ['helpscoutemail.com'], ['strong1', 'strong2'], {
		dkimTargets: ['helpscout.net'],
	}),
	sender('Intercom', [], ['intercom'], { dkimTargets: ['intercom.io'] }),
	sender('Gorgias', [], ['gor', 'gor2']),
	sender('Freshdesk', ['email.freshdesk.com'], ['fd', 'fdm']),
	sender('Clerk', [], ['clk', 'clk2', 'pdk1', 'pdk2'], { dkimTargets: ['clerk.services'] }),
	sender('Stytch', [], ['st', 'st2']),
	sender('Mailtrap', ['_spf.smtp.mailtrap.live'], ['rwmt1', 'rwmt2'], {
		source: 'https://docs.mailtrap.io/email-api-smtp/setup/sending-domain',
		dkimTargets: ['dkim.smtp.mailtrap.live'],
	}),
];

/** Accounts live in one region, whose servers another region's include does not name. */
function zoho(name: string, region: 'com' | 'eu' | 'in'): MailProvider {
	return {
		name,
		mx: [`zoho.${region}`],
		spf: [`zoho.${region}`, `zohomail.${region}`],
		selectors: ['zoho', 'zmail'],
		dkim: at('Zoho Mail admin console > Domains > Email configuration > DKIM'),
		mailboxes: true,
	};
}

function sender(
	name: string,
	spf: readonly string[],
	selectors: readonly string[],
	more: Pick<MailProvider, 'source' | 'dkimTargets' | 'dkim'> = {},
): MailProvider {
	return { name, mx: [], spf, selectors, mailboxes: false, ...more };
}

/**
 * Selectors of control panels and of people who chose their own, most common first; those of Everlytic
 * and Global Micro as https://help.sendmarc.com/support/solutions/articles/44001891845 lists them.
 */
const GENERIC_SELECTORS = [
	'default',
	'dkim',
	'mail',
	's1',
	's2',
	'k1',
	'selector1',
	'selector2',
	'google',
	'dkim1',
	'dkim2',
	'email',
	'smtp',
	's3',
	'k2',
	'k3',
	'sel1',
	'key1',
	'm1',
	'mx',
	'x',
	'sig1',
	'pm',
	'api',
	'stalwart',
	'everlytickey1',
	'everlytickey2',
	'mxvault',
	'krs',
] as const;

/**
 * Selectors to try, the detected providers' first, without repeats: about a hundred questions, few enough
 * to be polite, and under a second on a slow line.
 */
export function selectorsToTry(detected: readonly MailProvider[]): readonly string[] {
	const all = [
		...detected.flatMap(({ selectors }) => selectors),
		...GENERIC_SELECTORS,
		...MAIL_PROVIDERS.flatMap(({ selectors }) => selectors),
	];
	return [...new Set(all)];
}

export function providerOfMx(host: string): MailProvider | null {
	return MAIL_PROVIDERS.find(({ mx }) => mx.some((suffix) => isWithin(host, suffix))) ?? null;
}

export function providerOfInclude(domain: string): MailProvider | null {
	return MAIL_PROVIDERS.find(({ spf }) => spf.some((name) => isWithin(domain, name))) ?? null;
}

/** By where a selector's CNAME leads. */
export function providerOfDkimTarget(target: string): MailProvider | null {
	return (
		MAIL_PROVIDERS.find(({ dkimTargets }) =>
			dkimTargets?.some((suffix) => isWithin(target, suffix)),
		) ?? null
	);
}
