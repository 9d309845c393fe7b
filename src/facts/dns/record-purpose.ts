import { providerOfDkimTarget, providerOfInclude, providerOfMx } from '../mail/mail-providers.ts';
import { isWithin } from './ancestry.ts';
import { panelFor } from './dns-panel.ts';
import { registrableOf } from './registrable.ts';

/** A record as the DNS map shows it. */
interface Shown {
	/** Lower case, no final dot. */
	readonly name: string;
	readonly type: string;
	/** Presentation form. */
	readonly value: string;
}

/** What a record is for, where its name or value tells; `null` where neither does. */
export function recordPurpose({ name, type, value }: Shown): string | null {
	const proof = proofIn(name, value);
	if (proof !== null && (type === 'TXT' || type === 'CNAME')) return proof;
	switch (type) {
		case 'SOA':
			return 'the zone’s own record: serial, timers';
		case 'NS':
			return named('name server', panelFor([value]));
		case 'A':
		case 'AAAA':
			return hostPurpose(name);
		case 'CNAME':
			return aliasPurpose(name, value);
		case 'MX':
			return mxPurpose(value);
		case 'TXT':
		case 'SPF':
			return textPurpose(name, unquoted(value));
		case 'CAA':
			return caaPurpose(value);
		case 'DS':
		case 'DNSKEY':
		case 'CDS':
		case 'CDNSKEY':
		case 'NSEC3PARAM':
			return 'DNSSEC';
		case 'HTTPS':
		case 'SVCB':
			return 'how browsers connect (protocols, addresses)';
		case 'TLSA':
			return name.startsWith('_25.') ? 'DANE: certificate of a mail host' : 'DANE: certificate';
		case 'SRV':
			return SERVICES.find(([label]) => name.startsWith(label))?.[1] ?? 'service address';
		default:
			return null;
	}
}

function named(what: string, who: string | null): string {
	return who === null ? what : `${what} of ${who}`;
}

/** Character strings joined, quotes and escapes undone as far as the start tells. */
function unquoted(value: string): string {
	const strings = [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text ?? '');
	return (strings.length > 0 ? strings.join('') : value).replaceAll(/\\(["\\;])/g, '$1');
}

// ── Hosts and aliases ────────────────────────────────────────────────────────────────────────────

/** By the first label, as people name their hosts. */
const HOSTS: readonly (readonly [label: RegExp, purpose: string])[] = [
	[/^www\./, 'site'],
	[/^(?:app|dashboard|portal|my|account)\./, 'the application'],
	[/^(?:api|graphql)\./, 'API'],
	[/^(?:admin|backoffice)\./, 'administration'],
	[/^(?:ns|dns)\d*\./, 'name server'],
	[/^(?:mx|mail|smtp|imap|pop3?|webmail|email)\d*\./, 'mail'],
	[/^(?:auth|login|sso|id|accounts)\./, 'sign-in'],
	[/^(?:cdn|static|assets|img|images|media)\d*\./, 'static files'],
	[/^(?:blog|news)\./, 'blog'],
	[/^(?:docs|help|support|kb)\./, 'help pages'],
	[/^(?:shop|store|checkout)\./, 'shop'],
	[/^status\./, 'status page'],
	[/^(?:staging|stage|dev|test|qa|preview|uat)\./, 'staging'],
	[/^mta-sts\./, 'MTA-STS policy host'],
	[/^autodiscover\./, 'mail clients: autodiscover'],
	[/^autoconfig\./, 'mail clients: autoconfig'],
	[/^\*\./, 'every name without a record of its own'],
];

function hostPurpose(name: string): string | null {
	const purpose = HOSTS.find(([label]) => label.test(name))?.[1];
	return purpose ?? (registrableOf(name) === name ? 'site' : null);
}

/** Services that customers point names at, by the name they are told to use. */
const SERVICES_BY_TARGET: readonly (readonly [suffix: string, service: string])[] = [
	['vercel-dns.com', 'Vercel'],
	['vercel.app', 'Vercel'],
	['netlify.app', 'Netlify'],
	['netlify.com', 'Netlify'],
	['netlifyglobalcdn.com', 'Netlify'],
	['github.io', 'GitHub Pages'],
	['gitlab.io', 'GitLab Pages'],
	['pages.dev', 'Cloudflare Pages'],
	['workers.dev', 'Cloudflare Workers'],
	['cdn.cloudflare.net', 'Cloudflare'],
	['herokudns.com', 'Heroku'],
	['herokuapp.com', 'Heroku'],
	['fly.dev', 'Fly.io'],
	['onrender.com', 'Render'],
	['up.railway.app', 'Railway'],
	['cloudfront.net', 'Amazon CloudFront'],
	['elb.amazonaws.com', 'AWS load balancer'],
	['elasticbeanstalk.com', 'AWS Elastic Beanstalk'],
	['amazonaws.com', 'AWS'],
	['awsapprunner.com', 'AWS App Runner'],
	['amplifyapp.com', 'AWS Amplify'],
	['azurewebsites.net', 'Azure App Service'],
	['azurefd.net', 'Azure Front Door'],
	['azureedge.net', 'Azure CDN'],
	['azurestaticapps.net', 'Azure Static Web Apps'],
	['trafficmanager.net', 'Azure Traffic Manager'],
	['ghs.googlehosted.com', 'Google hosting'],
	['web.app', 'Firebase Hosting'],
	['firebaseapp.com', 'Firebase Hosting'],
	['run.app', 'Google Cloud Run'],
	['fastly.net', 'Fastly'],
	['edgekey.net', 'Akamai'],
	['edgesuite.net', 'Akamai'],
	['akamaiedge.net', 'Akamai'],
	['b-cdn.net', 'Bunny CDN'],
	['ondigitalocean.app', 'DigitalOcean App Platform'],
	['myshopify.com', 'Shopify'],
	['squarespace.com', 'Squarespace'],
	['wixdns.net', 'Wix'],
	['webflow.com', 'Webflow'],
	['webflow.io', 'Webflow'],
	['ghost.io', 'Ghost'],
	['wordpress.com', 'WordPress.com'],
	['wpengine.com', 'WP Engine'],
	['kinsta.cloud', 'Kinsta'],
	['zendesk.com', 'Zendesk'],
	['intercom.help', 'Intercom'],
	['helpscoutdocs.com', 'Help Scout'],
	['freshdesk.com', 'Freshdesk'],
	['statuspage.io', 'Statuspage'],
	['betteruptime.com', 'Better Stack status page'],
	['readme.io', 'ReadMe'],
	['gitbook.io', 'GitBook'],
	['hubspot.net', 'HubSpot'],
	['unbouncepages.com', 'Unbounce'],
	['autodiscover.outlook.com', 'Microsoft 365 mail clients'],
	['sendgrid.net', 'SendGrid'],
	['mailgun.org', 'Mailgun'],
	['mcsv.net', 'Mailchimp'],
	['customer.io', 'Customer.io'],
	['acm-validations.aws', 'AWS Certificate Manager: validation of a certificate'],
];

function aliasPurpose(name: string, target: string): string | null {
	const label = /^(?<selector>[^.]+(?:\.[^.]+)*)\._domainkey\./.exec(name)?.groups?.['selector'];
	if (label !== undefined) {
		return named(`DKIM key "${label}"`, providerOfDkimTarget(target)?.name ?? null);
	}
	const service = SERVICES_BY_TARGET.find(([suffix]) => isWithin(target, suffix))?.[1];
	const host = hostPurpose(name);
	if (service === undefined) return host;
	return host === null ? service : `${host}, at ${service}`;
}

// ── Mail ─────────────────────────────────────────────────────────────────────────────────────────

function mxPurpose(value: string): string {
	const target = value.split(' ').at(-1) ?? '';
	if (target === '.') return 'this name takes no mail';
	const provider = providerOfMx(target);
	return provider === null ? 'incoming mail' : `incoming mail, at ${provider.name}`;
}

function textPurpose(name: string, text: string): string | null {
	if (/^v=spf1(?: |$)/i.test(text)) return spfPurpose(text);
	if (/^v=DMARC1/i.test(text))
		return name.includes('._report._dmarc.') ? 'DMARC: reports accepted' : 'DMARC policy';
	if (/^v=STSv1/i.test(text)) return 'MTA-STS: the policy’s version';
	if (/^v=TLSRPTv1/i.test(text)) return 'TLS reports of mail servers';
	if (/^v=BIMI1/i.test(text)) return 'BIMI: logo in mailboxes';
	const selector = /^(.+)\._domainkey\./.exec(name)?.[1];
	return selector === undefined ? null : `DKIM key "${selector}"`;
}

function spfPurpose(text: string): string {
	const includes = [...text.matchAll(/\b(?:include:|redirect=)(\S+)/gi)];
	const who = includes.flatMap(([, domain]) => providerOfInclude(domain ?? '')?.name ?? []);
	const senders = [...new Set(who)];
	return senders.length === 0 ? 'SPF: who may send mail' : `SPF: mail by ${senders.join(', ')}`;
}

function caaPurpose(value: string): string {
	const [, tag, authority] = /^\d+ (\S+) "?([^";]*)/.exec(value) ?? [];
	switch (tag) {
		case 'issue':
		case 'issuewild': {
			const what = tag === 'issue' ? 'certificates' : 'wildcard certificates';
			const who = authority?.trim();
			return who ? `${what} by ${who}` : `no ${what} by anybody`;
		}
		case 'iodef':
			return 'where authorities report refused requests';
		default:
			return 'who may issue certificates';
	}
}

const SERVICES: readonly (readonly [start: string, purpose: string])[] = [
	['_autodiscover._tcp.', 'mail clients: autodiscover'],
	['_imaps._tcp.', 'mail clients: IMAP'],
	['_submission', 'mail clients: sending'],
	['_caldavs._tcp.', 'calendars'],
	['_carddavs._tcp.', 'contacts'],
	['_sip', 'telephony (SIP)'],
	['_xmpp', 'chat (XMPP)'],
	['_minecraft._tcp.', 'game server'],
	['_matrix', 'chat (Matrix)'],
];

// ── Proofs of ownership ──────────────────────────────────────────────────────────────────────────

/** A value that a service told its customer to publish, by how it begins. */
const PROOFS: readonly (readonly [start: string, service: string])[] = [
	['google-site-verification=', 'Google'],
	['ms=', 'Microsoft 365'],
	['facebook-domain-verification=', 'Meta'],
	['apple-domain-verification=', 'Apple'],
	['apple-domain=', 'Apple'],
	['stripe-verification=', 'Stripe'],
	['atlassian-domain-verification=', 'Atlassian'],
	['docusign=', 'DocuSign'],
	['zoom-domain-verification=', 'Zoom'],
	['zoom_verify_', 'Zoom'],
	['dropbox-domain-verification=', 'Dropbox'],
	['adobe-idp-site-verification=', 'Adobe'],
	['adobe-sign-verification=', 'Adobe'],
	['globalsign-domain-verification=', 'GlobalSign'],
	['_globalsign-domain-verification=', 'GlobalSign'],
	['have-i-been-pwned-verification=', 'Have I Been Pwned'],
	['hubspot-developer-verification=', 'HubSpot'],
	['hubspot-domain-verification=', 'HubSpot'],
	['notion-domain-verification=', 'Notion'],
	['openai-domain-verification=', 'OpenAI'],
	['anthropic-domain-verification', 'Anthropic'],
	['slack-domain-verification=', 'Slack'],
	['1password-site-verification=', '1Password'],
	['miro-verification=', 'Miro'],
	['twilio-domain-verification=', 'Twilio'],
	['webexdomainverification', 'Webex'],
	['cisco-ci-domain-verification=', 'Cisco'],
	['yandex-verification:', 'Yandex'],
	['pinterest-site-verification=', 'Pinterest'],
	['brevo-code:', 'Brevo'],
	['sendinblue-code:', 'Brevo'],
	['mailru-verification:', 'Mail.ru'],
	['ahrefs-site-verification_', 'Ahrefs'],
	['citrix-verification-code=', 'Citrix'],
	['logmein-verification-code=', 'LogMeIn'],
	['teamviewer-sso-verification=', 'TeamViewer'],
	['onetrust-domain-verification=', 'OneTrust'],
	['canva-site-verification=', 'Canva'],
	['figma-domain-verification=', 'Figma'],
	['loom-verification=', 'Loom'],
	['postman-domain-verification=', 'Postman'],
	['mongodb-site-verification=', 'MongoDB'],
	['cloudflare_dashboard_sso=', 'Cloudflare'],
	['uber-domain-verification=', 'Uber'],
	['krisp-domain-verification=', 'Krisp'],
	['drift-domain-verification=', 'Drift'],
	['duo_sso_verification=', 'Duo'],
	['jamf-site-verification=', 'Jamf'],
	['keybase-site-verification=', 'Keybase'],
	['protonmail-verification=', 'Proton Mail'],
	['zoho-verification=', 'Zoho'],
	['tiktok-developers-site-verification=', 'TikTok'],
];

/** The same by the name below which the value stands. */
const PROOF_NAMES: readonly (readonly [start: RegExp, purpose: string])[] = [
	[/^_acme-challenge\./, 'validation of a certificate (ACME)'],
	[/^_dnsauth\./, 'validation of a certificate'],
	[/^asuid\./, 'ownership for Azure App Service'],
	[/^_vercel\./, 'ownership for Vercel'],
	[/^_github-(?:pages-)?challenge-/, 'ownership for GitHub'],
	[/^_gitlab-pages-verification-code\./, 'ownership for GitLab Pages'],
	[/^_fly-ownership\./, 'ownership for Fly.io'],
	[/^_railway-verify\./, 'ownership for Railway'],
	[/^_cf-custom-hostname\./, 'ownership for Cloudflare'],
	[/^_amazonses\./, 'ownership for Amazon SES'],
	[/^_atproto\./, 'Bluesky handle'],
	[/^_discord\./, 'ownership for Discord'],
	[/^_domainconnect\./, 'set-up by Domain Connect'],
	[/^_twitter-challenge\./, 'ownership for X'],
];

function proofIn(name: string, value: string): string | null {
	const byName = PROOF_NAMES.find(([start]) => start.test(name))?.[1];
	if (byName !== undefined) return byName;
	const text = unquoted(value).trimStart().toLowerCase();
	const service = PROOFS.find(([start]) => text.startsWith(start))?.[1];
	if (service !== undefined) return `ownership for ${service}`;
	return /^[a-z0-9_-]*(?:site|domain)[_-]verification[=:]/.test(text)
		? 'ownership for a service'
		: null;
}
