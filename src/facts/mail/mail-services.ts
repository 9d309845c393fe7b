/**
 * How a product's repository shows with which service it sends, and how DNS shows that a domain is set
 * up for it: common knowledge of 2026. What is missing here costs a finding, and never makes one.
 */
export interface MailService {
	/** As in `MAIL_PROVIDERS`. */
	readonly name: string;
	/** Names of its packages in every registry, lower case. */
	readonly packages: readonly string[];
	/** Python modules, and JavaScript packages where they are called otherwise. */
	readonly modules?: readonly string[];
	/** Variables that hold its keys. */
	readonly variables: RegExp | null;
	/** Hosts that its customers hand their mail to. */
	readonly hosts: RegExp | null;
	/** Names in settings: nodemailer's `service`, Laravel's `MAIL_MAILER`, anymail's back ends. */
	readonly settings: readonly string[];
	/** Labels at which its customers' return paths or sending sub-domains lie. */
	readonly returnPaths: readonly string[];
	/** Domains that SPF or an alias at a return path leads to. */
	readonly returnTargets: readonly string[];
	/** Its selectors are the same for everybody: none of them is proof that no key is published. */
	readonly fixedSelectors: boolean;
	/** Its customers add this to the SPF record of the domain itself; `null` where a return path of its own carries SPF. */
	readonly rootInclude: string | null;
	/** Records beside the key, the same for everybody; `{d}` is the domain, `{dashed}` with dashes for dots. */
	readonly lines: readonly string[];
}

type Rest = Partial<Omit<MailService, 'name'>>;

const service = (name: string, rest: Rest): MailService => ({
	name,
	packages: [],
	variables: null,
	hosts: null,
	settings: [],
	returnPaths: [],
	returnTargets: [],
	fixedSelectors: false,
	rootInclude: null,
	lines: [],
	...rest,
});

/** Mailboxes whose server a product uses to send: its SPF belongs into the domain's own record. */
const mailbox = (name: string, include: string, hosts: RegExp, settings: readonly string[] = []) =>
	service(name, { hosts, settings, rootInclude: include, returnTargets: [include] });

export const MAIL_SERVICES: readonly MailService[] = [
	service('Resend', {
		packages: [
			'resend',
			'resend/resend-php',
			'resend/resend-laravel',
			'github.com/resend/resend-go',
			'resend-java',
			'resend-rs',
			'django-anymail[resend]',
		],
		variables: /\bRESEND_(?:API_?)?KEY\b/,
		hosts: /\b(?:smtp|api)\.resend\.com\b/,
		settings: ['resend'],
		returnPaths: ['send'],
		returnTargets: ['amazonses.com', 'resend.com'],
		fixedSelectors: true,
		lines: [
			'send.{d}. 300 IN MX 10 feedback-smtp.us-east-1.amazonses.com.',
			'send.{d}. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
		],
	}),
	service('Postmark', {
		packages: [
			'postmark',
			'postmarker',
			'postmark-rails',
			'wildbit/postmark-php',
			'symfony/postmark-mailer',
			'coconutcraig/laravel-postmark',
			'github.com/keighl/postmark',
			'github.com/mrz1836/postmark',
			'django-anymail[postmark]',
		],
		variables: /\bPOSTMARK_(?:API_|SERVER_)?(?:API_)?(?:TOKEN|KEY)\b/,
		hosts: /\b(?:smtp(?:-broadcasts)?|api)\.postmarkapp\.com\b/,
		settings: ['postmark'],
		returnPaths: ['pm-bounces'],
		returnTargets: ['mtasv.net'],
		lines: ['pm-bounces.{d}. 300 IN CNAME pm.mtasv.net.'],
	}),
	service('SendGrid', {
		packages: [
			'@sendgrid/mail',
			'@sendgrid/client',
			'sendgrid',
			'sendgrid-ruby',
			'sendgrid-actionmailer',
			'sendgrid/sendgrid',
			'symfony/sendgrid-mailer',
			'github.com/sendgrid/sendgrid-go',
			'sendgrid-java',
			'django-anymail[sendgrid]',
		],
		modules: ['sendgrid'],
		variables: /\bSENDGRID_(?:API_?)?(?:KEY|PASSWORD)\b/,
		hosts: /\b(?:smtp\.sendgrid\.net|api(?:\.eu)?\.sendgrid\.com)\b/,
		settings: ['sendgrid'],
		returnTargets: ['sendgrid.net'],
	}),
	service('Mailgun', {
		packages: [
			'mailgun.js',
			'mailgun-js',
			'nodemailer-mailgun-transport',
			'mailgun-ruby',
			'mailgun/mailgun-php',
			'symfony/mailgun-mailer',
			'github.com/mailgun/mailgun-go',
			'django-anymail[mailgun]',
		],
		variables: /\bMAILGUN_(?:API_?)?(?:KEY|SECRET|DOMAIN)\b/,
		hosts: /\b(?:smtp(?:\.eu)?\.mailgun\.org|api(?:\.eu)?\.mailgun\.net)\b/,
		settings: ['mailgun'],
		returnPaths: ['mg', 'm', 'mail', 'email.mg', 'email'],
		returnTargets: ['mailgun.org'],
		lines: [
			'mg.{d}. 300 IN TXT "v=spf1 include:mailgun.org ~all"',
			'mg.{d}. 300 IN MX 10 mxa.mailgun.org.',
			'mg.{d}. 300 IN MX 10 mxb.mailgun.org.',
		],
	}),
	service('Amazon SES', {
		packages: [
			'@aws-sdk/client-ses',
			'@aws-sdk/client-sesv2',
			'nodemailer-ses-transport',
			'aws-sdk-ses',
			'aws-sdk-sesv2',
			'aws-actionmailer-ses',
			'django-ses',
			'symfony/amazon-mailer',
			'github.com/aws/aws-sdk-go-v2/service/ses',
			'github.com/aws/aws-sdk-go-v2/service/sesv2',
			'aws-sdk-sesv2',
			'django-anymail[amazon-ses]',
		],
		variables:
			/\b(?:AWS_)?SES_(?:REGION|ACCESS_KEY(?:_ID)?|SECRET(?:_ACCESS_KEY)?|FROM\w*|SMTP_\w+)\b/,
		hosts: /\bemail-smtp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com\b|\bclient\(\s*['"]sesv?2?['"]/,
		settings: ['ses', 'ses-v2', 'amazon_ses'],
		returnPaths: ['mail', 'bounce', 'bounces', 'ses', 'send', 'mailer', 'email'],
		returnTargets: ['amazonses.com'],
	}),
	service('Brevo', {
		packages: [
			'@getbrevo/brevo',
			'sib-api-v3-sdk',
			'brevo-python',
			'brevo',
			'getbrevo/brevo-php',
			'symfony/brevo-mailer',
			'django-anymail[brevo]',
		],
		modules: ['sib_api_v3_sdk', 'brevo_python'],
		variables: /\b(?:BREVO|SENDINBLUE|SIB)_(?:API_?)?KEY\b/,
		hosts: /\b(?:smtp-relay|api)\.(?:brevo|sendinblue)\.com\b/,
		settings: ['brevo', 'sendinblue'],
		returnTargets: ['brevo.com', 'sendinblue.com'],
		fixedSelectors: true,
		lines: [
			'brevo1._domainkey.{d}. 300 IN CNAME b1.{dashed}.dkim.brevo.com.',
			'brevo2._domainkey.{d}. 300 IN CNAME b2.{dashed}.dkim.brevo.com.',
		],
	}),
	service('Mailjet', {
		packages: [
			'node-mailjet',
			'mailjet',
			'mailjet-rest',
			'mailjet/mailjet-apiv3-php',
			'symfony/mailjet-mailer',
			'github.com/mailjet/mailjet-apiv3-go',
			'django-anymail[mailjet]',
		],
		modules: ['mailjet_rest'],
		variables: /\b(?:MAILJET_\w*(?:KEY|SECRET)\w*|MJ_APIKEY_\w+)\b/,
		hosts: /\b(?:in-v3|api)\.mailjet\.com\b/,
		settings: ['mailjet'],
		returnPaths: ['bnc3'],
		returnTargets: ['mailjet.com'],
		fixedSelectors: true,
		rootInclude: 'spf.mailjet.com',
	}),
	service('Mandrill', {
		packages: [
			'@mailchimp/mailchimp_transactional',
			'mandrill-api',
			'mandrill',
			'mailchimp-transactional',
			'mailchimptransactional',
			'mailchimp/transactional',
			'django-anymail[mandrill]',
		],
		variables: /\bMANDRILL_(?:API_?)?KEY\b/,
		hosts: /\bsmtp\.mandrillapp\.com\b|\bmandrillapp\.com\/api\b/,
		settings: ['mandrill'],
		returnTargets: ['mandrillapp.com'],
		fixedSelectors: true,
		lines: [
			'mte1._domainkey.{d}. 300 IN CNAME dkim1.mandrillapp.com.',
			'mte2._domainkey.{d}. 300 IN CNAME dkim2.mandrillapp.com.',
		],
	}),
	service('SparkPost', {
		packages: ['sparkpost', 'sparkpost/sparkpost', 'github.com/sparkpost/gosparkpost'],
		variables: /\bSPARKPOST_(?:API_?)?(?:KEY|SECRET)\b/,
		hosts: /\b(?:smtp|api)(?:\.eu)?\.sparkpost(?:mail)?\.com\b/,
		settings: ['sparkpost'],
		returnTargets: ['sparkpostmail.com', 'eu.sparkpostmail.com'],
	}),
	service('MailerSend', {
		packages: [
			'mailersend',
			'mailersend/mailersend',
			'mailersend/laravel-driver',
			'mailersend-ruby',
		],
		variables: /\bMAILERSEND_(?:API_?)?(?:KEY|TOKEN)\b/,
		hosts: /\b(?:smtp\.mailersend\.net|api\.mailersend\.com)\b/,
		settings: ['mailersend'],
		returnPaths: ['mta'],
		returnTargets: ['mailersend.net'],
		fixedSelectors: true,
	}),
	service('Mailtrap', {
		hosts: /\b(?:live\.smtp\.mailtrap\.io|bulk\.smtp\.mailtrap\.io|send\.api\.mailtrap\.io)\b/,
		returnTargets: ['smtp.mailtrap.live', 'mailtrap.io'],
		fixedSelectors: true,
	}),
	service('Customer.io', {
		packages: ['customerio-node', 'customerio'],
		variables: /\bCUSTOMER_?IO_\w*KEY\b/,
		returnTargets: ['customeriomail.com'],
	}),
	mailbox('Google Workspace', '_spf.google.com', /\bsmtp(?:-relay)?\.gmail\.com\b/),
	mailbox('Microsoft 365', 'spf.protection.outlook.com', /\bsmtp\.office365\.com\b/),
	mailbox('Zoho Mail', 'zoho.com', /\bsmtp(?:pro)?\.zoho\.com\b/),
	mailbox('Zoho Mail (Europe)', 'zoho.eu', /\bsmtp(?:pro)?\.zoho\.eu\b/),
	mailbox('Zoho Mail (India)', 'zoho.in', /\bsmtp(?:pro)?\.zoho\.in\b/),
	mailbox('Fastmail', 'spf.messagingengine.com', /\bsmtp\.fastmail\.com\b/),
	mailbox('Yandex', '_spf.yandex.net', /\bsmtp\.yandex\.(?:com|ru)\b/),
	mailbox('GoDaddy', 'secureserver.net', /\bsmtpout\.secureserver\.net\b/),
	mailbox('Hostinger', '_spf.mail.hostinger.com', /\bsmtp\.hostinger\.com\b/),
	mailbox('Titan', 'spf.titan.email', /\bsmtp\.titan\.email\b/),
];

export function serviceNamed(name: string): MailService | null {
	return MAIL_SERVICES.find((each) => each.name === name) ?? null;
}

/** The records that it asks for beside its key, for a domain. */
export function serviceLines({ lines }: MailService, domain: string): readonly string[] {
	return lines.map((line) =>
		line.replaceAll('{d}', domain).replaceAll('{dashed}', domain.replaceAll('.', '-')),
	);
}
