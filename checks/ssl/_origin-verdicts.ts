import {
	advice,
	type Fix,
	type Host,
	minutes,
	perPlatform,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { ISSUANCE } from './_order-certificate.ts';

export interface Fronted {
	readonly host: string;
	/** The CDN's name. */
	readonly edge: string;
}

export interface Behind extends Fronted {
	/** The origin's address. */
	readonly address: string;
	/** In words. */
	readonly detail: string;
}

export interface Cannot extends Fronted {
	/** 521, 522, 525 or 526. */
	readonly status: number;
}

export interface Plain extends Fronted {
	readonly urls: readonly string[];
}

export interface Naked {
	readonly host: string;
	/** The address that visitors are given. */
	readonly address: string;
	readonly where: string;
}

/** developers.cloudflare.com/support/troubleshooting/http-status-codes: what it means, what to do. */
const CODES: Readonly<Record<number, readonly [means: string, ...todo: string[]]>> = {
	521: [
		'the origin refuses the connection',
		'Start the web server, and let it listen on port 443.',
		"Let Cloudflare's address ranges (cloudflare.com/ips) through the firewall of the server and of the host: they look like one busy client and get blocked.",
	],
	522: [
		'the origin does not answer',
		"Let Cloudflare's address ranges (cloudflare.com/ips) through the firewall, and check that the A record in Cloudflare's DNS names the right server.",
		'Look whether the server is overloaded: connections that it cannot take look the same.',
	],
	525: [
		'the TLS handshake with the origin fails',
		'Install a certificate on the origin, and let it serve this host name on port 443 (server_name, SNI).',
		'Let the origin speak TLS 1.2 or 1.3 with suites that Cloudflare knows.',
	],
	526: [
		"the origin's certificate is not valid, while the mode is Full (strict)",
		'Install a certificate on the origin: of a public authority, or one of Cloudflare Origin CA (SSL/TLS > Origin Server), for this host name and in date.',
	],
};

const atOrigin = (a: Behind) =>
	`openssl s_client -connect ${a.address.includes(':') ? `[${a.address}]` : a.address}:443 -servername ${a.host} -showcerts </dev/null`;

function originCertificate(a: Fronted, summary: string, ...steps: string[]): Fix {
	return perPlatform(
		summary,
		{
			nginx: `server {\n  listen 443 ssl;\n  server_name ${a.host};\n  ssl_certificate /etc/ssl/origin.pem;\n  ssl_certificate_key /etc/ssl/origin.key;\n}`,
			apache: `<VirtualHost *:443>\n  ServerName ${a.host}\n  SSLEngine on\n  SSLCertificateFile /etc/ssl/origin.pem\n  SSLCertificateKeyFile /etc/ssl/origin.key\n</VirtualHost>`,
			caddy: `${a.host} {\n  tls /etc/ssl/origin.pem /etc/ssl/origin.key\n  reverse_proxy localhost:3000\n}`,
			cloudflare:
				'SSL/TLS > Origin Server > Create Certificate\nSSL/TLS > Overview > Configure > Full (strict)',
		},
		...steps,
	);
}

export const ORIGIN_VERDICTS = {
	encrypted: {
		outcome: 'pass',
		says: (a: Behind) => `${a.host} is encrypted behind ${a.edge} too (${a.detail}).`,
	},
	'not-checked': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: Fronted) =>
			`${a.host} is served through ${a.edge}; whether the way from there to your own server is encrypted was not checked.`,
		impact:
			'The padlock covers the way to the CDN only. What happens behind it cannot be seen from outside.',
		fix: (a: Fronted) =>
			advice(
				'Run the audit again with --origin and the address of your server.',
				`The address is what stood in the A record of ${a.host} before the CDN, or stands in the panel of your hosting provider.`,
			),
		cause: 'ssl/origin/not-checked',
	},
	'flexible-suspected': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(60),
		says: (a: Plain) =>
			`${a.host} seems to be reached by Cloudflare without encryption ("Flexible"): its own page writes its own addresses with http:// (${a.urls.slice(0, 3).join(', ')}).`,
		impact:
			'Passwords and payments travel in the clear between Cloudflare and your server, behind a padlock; programs that redirect to https:// loop.',
		confidence: 'low',
		fix: (a: Plain) =>
			originCertificate(
				a,
				'Install a certificate on the origin, then set the mode to Full (strict).',
				'In this order: Full (strict) without a certificate on the origin takes the site down (error 526).',
				'Where the mode is Full (strict) already: tell the program its address (WordPress: siteurl and home; others: trust X-Forwarded-Proto), so that it writes https://.',
			),
		control: 'No own address with https:// stands in the same page.',
		evidence: (a: Plain) => [
			{
				kind: 'http',
				summary: `own addresses in the page of ${a.host}`,
				detail: a.urls.join('\n'),
			},
		],
		reproduce: (a: Plain) => `curl -s https://${a.host}/ | grep -o 'http://[^"]*${a.host}[^"]*'`,
	},
	'edge-cannot-connect': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(30),
		says: (a: Cannot) =>
			`Cloudflare answers ${a.status} for ${a.host}: ${CODES[a.status]?.[0] ?? 'it cannot reach the origin'}.`,
		impact: 'Every visitor sees an error page of Cloudflare instead of the site.',
		fix: (a: Cannot) => {
			const [, ...todo] = CODES[a.status] ?? [''];
			const summary = `Let Cloudflare reach the origin of ${a.host} (error ${a.status}).`;
			return a.status >= 525 ? originCertificate(a, summary, ...todo) : advice(summary, ...todo);
		},
		evidence: (a: Cannot) => [
			{
				kind: 'http',
				summary: `GET https://${a.host}/: ${a.status}`,
				detail: 'server: cloudflare',
			},
		],
		reproduce: (a: Cannot) => `curl -sI https://${a.host}/`,
	},
	'no-tls': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(60),
		says: (a: Behind) =>
			`The origin ${a.address} serves ${a.host} on port 80 and not on port 443 (${a.detail}): ${a.edge} can reach it without encryption only.`,
		impact:
			'Everything that visitors send travels in the clear between the CDN and your server, behind a padlock.',
		fix: (a: Behind) =>
			originCertificate(
				a,
				`Install a certificate on the origin and serve ${a.host} on port 443; then let ${a.edge} use HTTPS and check the certificate.`,
			),
		evidence: (a: Behind) => [
			{ kind: 'tls', summary: `port 443 of ${a.address} as ${a.host}`, detail: a.detail },
		],
		reproduce: atOrigin,
		cause: 'ssl/origin/no-tls',
	},
	'bad-certificate': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		says: (a: Behind) =>
			`The certificate of the origin ${a.address} for ${a.host} is not valid: ${a.detail}.`,
		impact:
			'The CDN must be told not to check it, and then talks to anybody who gets in between; told to check, it answers with error 526 instead of the site.',
		fix: (a: Behind) =>
			originCertificate(
				a,
				`Install a valid certificate on the origin, and let ${a.edge} check it (Cloudflare: Full (strict)).`,
				"For Cloudflare, a certificate of its Origin CA will do: free, valid for years, and taken by Cloudflare's edge alone.",
			),
		evidence: (a: Behind) => [
			{ kind: 'tls', summary: `the certificate at ${a.address}`, detail: a.detail },
		],
		reproduce: atOrigin,
	},
	'origin-ca-on-public-name': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(10),
		lead: seconds(Math.max(ISSUANCE, 300)),
		says: (a: Naked) =>
			`${a.host} shows a certificate of Cloudflare Origin CA to visitors, which only Cloudflare trusts (${a.host} at ${a.where}).`,
		impact:
			'Browsers show a full-page warning ("your connection is not private"); apps, webhooks and payment providers refuse to connect.',
		fix: (a: Naked) =>
			perPlatform(
				`Switch Cloudflare's proxy on for ${a.host}, or install a public certificate.`,
				{
					cloudflare: `DNS > Records > ${a.host} > Proxy status: Proxied (orange cloud)`,
					nginx: `sudo certbot --nginx -d ${a.host}`,
					apache: `sudo certbot --apache -d ${a.host}`,
					caddy: `${a.host} {\n  reverse_proxy localhost:3000\n}`,
				},
				'With the proxy on, visitors meet the certificate of Cloudflare, and Cloudflare meets this one.',
				'Where the host must stay without the proxy (mail, other ports), it needs a certificate of a public authority.',
			),
		evidence: (a: Naked) => [
			{
				kind: 'tls',
				summary: `the certificate that ${a.host} sends at ${a.where}`,
				detail: 'issued by Cloudflare Origin CA',
			},
		],
		reproduce: (a: Naked) =>
			`openssl s_client -connect ${a.address.includes(':') ? `[${a.address}]` : a.address}:443 -servername ${a.host} </dev/null | grep issuer`,
	},
} satisfies Verdicts<Host['context']>;
