import { MAIL_PROVIDERS } from './mail-providers.ts';

/**
 * Domains that a provider's own servers, default return paths and default signatures carry: common
 * knowledge of 2026. They tell whose server a source is; a domain that is missing here leaves a source
 * unnamed, and never makes a finding.
 */
const SENDING_DOMAINS: Readonly<Record<string, readonly string[]>> = {
	'Google Workspace': ['google.com', 'googlemail.com', 'gappssmtp.com'],
	'Microsoft 365': ['outlook.com', 'onmicrosoft.com'],
	'Zoho Mail': ['zoho.com', 'zohomail.com', 'zeptomail.com'],
	'Zoho Mail (Europe)': ['zoho.eu', 'zohomail.eu'],
	'Zoho Mail (India)': ['zoho.in', 'zohomail.in'],
	'Proton Mail': ['protonmail.ch', 'proton.ch', 'proton.me'],
	Fastmail: ['messagingengine.com', 'fastmail.com'],
	'iCloud+': ['icloud.com', 'me.com'],
	Yandex: ['yandex.net', 'yandex.ru'],
	GoDaddy: ['secureserver.net'],
	Titan: ['titan.email'],
	Hostinger: ['hostinger.com', 'hostinger.io'],
	IONOS: ['perfora.net'],
	'IONOS (Europe)': ['kundenserver.de'],
	OVH: ['mail-out.ovh.net', 'mail.ovh.net'],
	SendGrid: ['sendgrid.net', 'sendgrid.info'],
	Mailchimp: ['mcsv.net', 'mcdlv.net', 'rsgsv.net', 'mailchimpapp.net'],
	Mandrill: ['mandrillapp.com'],
	Brevo: ['sendinblue.com', 'brevo.com', 'brevosend.com', 'mailin.fr', 'sender-sib.com'],
	Mailjet: ['mailjet.com'],
	'Amazon SES': ['amazonses.com'],
	Mailgun: ['mailgun.net', 'mailgun.org'],
	Postmark: ['mtasv.net', 'postmarkapp.com'],
	SparkPost: ['sparkpostmail.com', 'sparkpostmail1.com'],
	Salesforce: ['salesforce.com', 'exacttarget.com'],
	Marketo: ['mktomail.com', 'mktdns.com'],
	'Customer.io': ['customeriomail.com'],
	MailerSend: ['mailersend.net'],
	MailerLite: ['mlsend.com'],
	HubSpot: ['hubspotemail.net', 'hubspot.com'],
	Klaviyo: ['klaviyomail.com'],
	'Constant Contact': ['constantcontact.com', 'ccsend.com'],
	'Campaign Monitor': ['createsend.com', 'cmail19.com', 'cmail20.com'],
	ActiveCampaign: ['acems1.com', 'acems2.com'],
	AWeber: ['aweber.com'],
	Zendesk: ['zendesk.com', 'zdsys.com'],
	'Help Scout': ['helpscout.net', 'helpscoutemail.com'],
	Intercom: ['intercom.io', 'intercom-mail.com'],
	Freshdesk: ['freshdesk.com', 'freshemail.io'],
	Mailtrap: ['mailtrap.live'],
};

const PROVIDER_BY_DOMAIN: ReadonlyMap<string, string> = new Map(
	Object.entries(SENDING_DOMAINS).flatMap(([provider, domains]) =>
		domains.map((domain) => [domain, provider] as const),
	),
);

/** The provider whose server, return path or signature has this name; `null` for anybody else's. */
export function senderNamed(host: string): string | null {
	let name = host.toLowerCase();
	for (;;) {
		const provider = PROVIDER_BY_DOMAIN.get(name);
		if (provider !== undefined) return provider;
		const dot = name.indexOf('.');
		if (dot === -1) return null;
		name = name.slice(dot + 1);
	}
}

/**
 * Whether a provider's servers also forward what its users receive: a mail that fails there may have
 * been sent by anybody.
 */
export function forwards(provider: string): boolean {
	return MAIL_PROVIDERS.some(({ name, mailboxes }) => name === provider && mailboxes);
}
