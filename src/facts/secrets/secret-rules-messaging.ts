import { discordState } from './secret-checksum.ts';
import { HOOK, named, PUBLISHABLE, rule, type SecretRule, SIGNING, UNSURE } from './secret-rule.ts';

const SLACK = 'https://api.slack.com/apps';
const TWILIO = 'https://console.twilio.com/';

/** Chat, mail and telephony. */
export const MESSAGING: readonly SecretRule[] = [
	rule('Slack', 'token', SLACK, [
		'xoxb-{digit:10-14}-{digit:10-14}-{b62:20-40}',
		'xoxp-{digit:10-14}-{digit:10-14}-{digit:10-14}-{hex:28-34}',
		'xoxb-{b62:10-72}',
		'xoxp-{u:20-150}',
		'xoxa-{u:20-150}',
		'xoxr-{u:20-150}',
		'xoxs-{u:20-150}',
		'xoxc-{u:20-150}',
		'xoxd-{u:20-250}',
		'xoxe-{u:20-250}',
		'xoxe.xoxp-{digit:1}-{u:100-250}',
		'xoxe.xoxb-{digit:1}-{u:100-250}',
	]),
	rule('Slack', 'app token', SLACK, 'xapp-{digit:1}-{up:9-14}-{digit:10-16}-{hex:40-80}'),
	rule(
		'Slack',
		'webhook',
		SLACK,
		[
			'https://hooks.slack.com/services/T{up:8-12}/B{up:8-14}/{b62:20-28}',
			'https://hooks.slack.com/workflows/T{up:8-12}/A{up:8-14}/{digit:15-20}/{b62:20-28}',
			'https://hooks.slack.com/triggers/{b62:8-14}/{digit:10-16}/{hex:32}',
		],
		HOOK,
	),
	rule(
		'Discord',
		'webhook',
		'https://support.discord.com/hc/en-us/articles/228383668-Intro-to-Webhooks',
		[
			'https://discord.com/api/webhooks/{digit:17-20}/{u:60-72}',
			'https://discordapp.com/api/webhooks/{digit:17-20}/{u:60-72}',
			'https://discord.com/api/v10/webhooks/{digit:17-20}/{u:60-72}',
			'https://ptb.discord.com/api/webhooks/{digit:17-20}/{u:60-72}',
			'https://canary.discord.com/api/webhooks/{digit:17-20}/{u:60-72}',
		],
		HOOK,
	),
	rule(
		'Discord',
		'bot token',
		'https://discord.com/developers/applications',
		['M{u:22-26}.{u:6}.{u:27-38}', 'N{u:22-26}.{u:6}.{u:27-38}', 'O{u:22-26}.{u:6}.{u:27-38}'],
		{
			names: ['token', 'discord', 'login', 'bot.run', 'client.run', 'authorization'],
			check: discordState,
			confidence: 'high',
		},
	),
	rule(
		'Telegram',
		'bot token',
		'https://core.telegram.org/bots/features#botfather',
		'{digit:8-10}:A{u:34}',
		{
			before: 9,
			anchors: ['0:A', '1:A', '2:A', '3:A', '4:A', '5:A', '6:A', '7:A', '8:A', '9:A'],
		},
	),
	rule(
		'Microsoft Teams',
		'webhook',
		'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook',
		[
			'.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{hex:32}/{uuid}',
			'https://outlook.office.com/webhook/{uuid}@{uuid}/IncomingWebhook/{hex:32}/{uuid}',
			'https://outlook.office365.com/webhook/{uuid}@{uuid}/IncomingWebhook/{hex:32}/{uuid}',
		],
		HOOK,
	),
	rule(
		'Google Chat',
		'webhook',
		'https://developers.google.com/workspace/chat/quickstart/webhooks',
		'https://chat.googleapis.com/v1/spaces/{u:8-16}/messages?key={u:39}&token={dot:20-60}',
		HOOK,
	),
	rule(
		'Zapier',
		'webhook',
		'https://zapier.com/app/zaps',
		'https://hooks.zapier.com/hooks/catch/{digit:5-10}/{low:5-10}',
		HOOK,
	),
	rule(
		'Make',
		'webhook',
		'https://www.make.com/en/help/tools/webhooks',
		[
			'https://hook.eu1.make.com/{low:32}',
			'https://hook.eu2.make.com/{low:32}',
			'https://hook.us1.make.com/{low:32}',
			'https://hook.us2.make.com/{low:32}',
			'https://hook.integromat.com/{low:32}',
		],
		HOOK,
	),
	rule('Twilio', 'account SID', TWILIO, 'AC{hex:32}', {
		tier: 'identifier',
		anchors: [
			'AC0',
			'AC1',
			'AC2',
			'AC3',
			'AC4',
			'AC5',
			'AC6',
			'AC7',
			'AC8',
			'AC9',
			'ACa',
			'ACb',
			'ACc',
			'ACd',
			'ACe',
			'ACf',
		],
		pair: { template: '{hex:32}', rule: 'twilio-auth-token' },
	}),
	rule('Twilio', 'auth token', TWILIO, '{hex:32}', named('twilio')),
	rule('Twilio', 'API key SID', TWILIO, 'SK{hex:32}', {
		tier: 'identifier',
		names: ['twilio'],
		pair: { template: '{b62:32}', rule: 'twilio-api-key-secret' },
	}),
	rule('Twilio', 'API key secret', TWILIO, '{b62:32}', named('twilio')),
	rule(
		'Discord',
		'client secret',
		'https://discord.com/developers/applications',
		'{u:32}',
		named('discord'),
	),
	rule('SendGrid', 'API key', 'https://app.sendgrid.com/settings/api_keys', 'SG.{u:22}.{u:43}', {
		anchors: ['sg.'],
	}),
	rule('Resend', 'API key', 'https://resend.com/api-keys', 're_{b62:8-9}_{b62:22-24}', {
		...named('resend'),
		...UNSURE,
	}),
	rule(
		'Postmark',
		'server token',
		'https://account.postmarkapp.com/servers',
		'{uuid}',
		named('postmark'),
	),
	rule(
		'Mailgun',
		'public validation key',
		'https://app.mailgun.com/settings/api_security',
		'pubkey-{hex:32}',
		PUBLISHABLE,
	),
	rule(
		'Mailgun',
		'webhook signing key',
		'https://app.mailgun.com/settings/api_security',
		'{hex:32}',
		{ ...SIGNING, names: ['mailgun_signing', 'mailgun_webhook'] },
	),
	rule('Mailgun', 'API key', 'https://app.mailgun.com/settings/api_security', ['key-{hex:32}']),
	rule(
		'Mailgun',
		'private API key',
		'https://app.mailgun.com/settings/api_security',
		'{hex:32}-{hex:8}-{hex:8}',
		named('mailgun', 'mg_api'),
	),
	rule(
		'Mailchimp',
		'API key',
		'https://us1.admin.mailchimp.com/account/api/',
		'{hex:32}-us{digit:1-2}',
	),
	rule('Mandrill', 'API key', 'https://mandrillapp.com/settings', 'md-{u:22}', {
		...named('mandrill', 'mailchimp'),
	}),
	rule('MailerSend', 'API token', 'https://app.mailersend.com/api-tokens', 'mlsn.{hex:64}'),
	rule('Brevo', 'API key', 'https://app.brevo.com/settings/keys/api', 'xkeysib-{hex:64}-{b62:16}'),
	rule(
		'Brevo',
		'SMTP key',
		'https://app.brevo.com/settings/keys/smtp',
		'xsmtpsib-{hex:64}-{b62:16}',
	),
	rule(
		'Klaviyo',
		'private key',
		'https://www.klaviyo.com/settings/account/api-keys',
		'pk_{hex:34}',
		{
			anchors: ['pk_'],
		},
	),
	rule(
		'Mailjet',
		'secret key',
		'https://app.mailjet.com/account/apikeys',
		'{hex:32}',
		named('mailjet', 'mj_apikey'),
	),
	rule(
		'SparkPost',
		'API key',
		'https://app.sparkpost.com/account/api-keys',
		'{hex:40}',
		named('sparkpost'),
	),
	rule('Telnyx', 'API key', 'https://portal.telnyx.com/#/api-keys', 'KEY0{u:54}', {
		anchors: ['key0'],
	}),
	rule(
		'Customer.io',
		'API key',
		'https://fly.customer.io/settings/api_credentials',
		['{hex:20}', '{hex:32}'],
		{
			names: ['customerio', 'customer_io', 'customer.io', 'cio_'],
		},
	),
	rule('Loops', 'API key', 'https://app.loops.so/settings?page=api', '{hex:32}', {
		names: ['loops_api', 'loops_key', 'loops.so', 'loopsapi'],
	}),
	rule('Vonage', 'API secret', 'https://dashboard.nexmo.com/settings', '{b62:16}', {
		names: ['vonage', 'nexmo'],
	}),
	rule('Mux', 'token secret', 'https://dashboard.mux.com/settings/access-tokens', '{b64:75}', {
		names: ['mux_token', 'mux_secret', 'muxtoken'],
	}),
	rule('LiveKit', 'API secret', 'https://cloud.livekit.io/', '{b62:43-44}', {
		names: ['livekit'],
	}),
	rule('Stream', 'API secret', 'https://dashboard.getstream.io/', '{low:64}', {
		names: ['stream_api_secret', 'stream_secret', 'getstream'],
	}),
	rule('Pusher', 'app secret', 'https://dashboard.pusher.com/', '{hex:20}', named('pusher')),
	rule('Plivo', 'auth id', 'https://console.plivo.com/', 'MA{up:18}', {
		tier: 'identifier',
		names: ['plivo'],
		pair: { template: '{b62:40}', rule: 'plivo-auth-token' },
	}),
	rule('Plivo', 'auth token', 'https://console.plivo.com/', '{b62:40}', named('plivo')),
];
