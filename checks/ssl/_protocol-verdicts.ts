import { minutes, perPlatform } from '../../src/sdk.ts';
import { client, evidence, type Spotted, scan } from './_surveyed.ts';
import { APACHE, intermediate, LOOK, NGINX, update } from './_tls-settings.ts';

const SHARED = { outcome: 'fail', evidence } as const;

/** One line of the configuration takes all old versions away. */
const OLD_VERSIONS = 'ssl/protocols/old-versions';

const graver = (a: Spotted) => (a.severity === 'high' ? ('high' as const) : ('later' as const));

const offers = (version: string) => (a: Spotted) =>
	`${a.host} still offers ${version} at ${a.where} (${a.detail}).`;

const drop = (version: string) => (a: Spotted) =>
	intermediate(
		a.host,
		`Switch ${version} off for ${a.host}: TLS 1.2 and 1.3 are enough.`,
		'Where a device or partner is known to need it, give that one a host name of its own.',
	);

export const VERDICTS = {
	modern: {
		outcome: 'pass',
		says: (a: { host: string; where: string; offered: string }) =>
			`${a.host} speaks ${a.offered} and nothing older (${a.where}).`,
	},
	'no-modern-version': {
		...SHARED,
		severity: {
			by: 'standing',
			is: { apex: 'blocker', named: 'blocker', www: 'blocker', guessed: 'high' },
		},
		effort: minutes(60),
		cause: OLD_VERSIONS,
		says: (a: Spotted) =>
			`${a.host} offers neither TLS 1.2 nor TLS 1.3 at ${a.where}: ${a.detail}.`,
		impact:
			'Browsers since 2020 show an error and offer no way past it; phones, payment providers and webhook callers do not connect. To customers the site is down.',
		fix: (a: Spotted) =>
			intermediate(
				a.host,
				`Enable TLS 1.2 and TLS 1.3 for ${a.host}.`,
				'A server that knows neither runs a TLS library from before 2012: update the operating system, or put a current nginx, Caddy or CDN in front of it.',
			),
		control:
			'Hellos with TLS 1.2 and with TLS 1.3, each with every suite that servers have, were refused; older ones were answered.',
		reproduce: (a: Spotted) =>
			[
				client(a, '-tls1_2'),
				client(a, '-tls1_3'),
				client(a, "-tls1 -cipher 'ALL:@SECLEVEL=0'"),
			].join('; '),
	},
	'ssl-2-offered': {
		...SHARED,
		severity: 'high',
		effort: minutes(20),
		cause: OLD_VERSIONS,
		says: offers('SSL 2.0'),
		impact:
			'With SSL 2.0 at one server, sessions in current TLS under the same key can be decrypted too (DROWN, 2016): passwords and card data of customers among them.',
		fix: drop('SSL 2.0'),
		control: 'A SERVER-HELLO of SSL 2.0 came in answer.',
		reproduce: (a: Spotted) => scan(a, 'sslv2'),
	},
	'ssl-3-offered': {
		...SHARED,
		severity: 'high',
		effort: minutes(20),
		cause: OLD_VERSIONS,
		says: offers('SSL 3.0'),
		impact:
			'Whoever controls a network (a café, a hotel) can read session cookies out of SSL 3.0 (POODLE, 2014). Security questionnaires and card rules fail a site for it.',
		fix: drop('SSL 3.0'),
		control: 'A ServerHello of SSL 3.0 came in answer.',
		reproduce: (a: Spotted) => scan(a, 'ssl-enum-ciphers'),
	},
	'tls-1-0-offered': {
		...SHARED,
		severity: { oneOf: ['high', 'later'], pick: graver },
		effort: minutes(20),
		cause: OLD_VERSIONS,
		says: offers('TLS 1.0'),
		impact:
			"No current client needs it. Card rules (PCI DSS) forbid it where payments are taken, and vendors' security reviews stop at it.",
		fix: drop('TLS 1.0'),
		control: 'A ServerHello of TLS 1.0 came in answer.',
		reproduce: (a: Spotted) => client(a, "-tls1 -cipher 'ALL:@SECLEVEL=0'"),
	},
	'tls-1-1-offered': {
		...SHARED,
		severity: { oneOf: ['high', 'later'], pick: graver },
		effort: minutes(20),
		cause: OLD_VERSIONS,
		says: offers('TLS 1.1'),
		impact:
			"No current client needs it, and it rests on MD5 and SHA-1; vendors' security reviews stop at it.",
		fix: drop('TLS 1.1'),
		control: 'A ServerHello of TLS 1.1 came in answer.',
		reproduce: (a: Spotted) => client(a, "-tls1_1 -cipher 'ALL:@SECLEVEL=0'"),
	},
	'tls-1-3-missing': {
		...SHARED,
		severity: 'later',
		effort: minutes(30),
		says: (a: Spotted) => `${a.host} does not offer TLS 1.3 at ${a.where} (${a.detail}).`,
		impact:
			'Every first visit waits one round trip more, which phones feel, and keys that resist quantum computers exist in TLS 1.3 alone.',
		fix: (a: Spotted) =>
			intermediate(
				a.host,
				`Enable TLS 1.3 for ${a.host}.`,
				'It needs OpenSSL 1.1.1 or newer below the server (nginx 1.13, Apache 2.4.37, Node 12).',
			),
		reproduce: (a: Spotted) => client(a, '-tls1_3'),
	},
	'tls-1-2-missing': {
		...SHARED,
		severity: 'info',
		effort: minutes(15),
		says: (a: Spotted) => `${a.host} offers TLS 1.3 and nothing older at ${a.where}.`,
		impact:
			'Clients from before about 2019 (old Android and iOS, Java 8 without updates, some webhook callers) cannot connect.',
		fix: (a: Spotted) =>
			intermediate(a.host, `Offer TLS 1.2 too, unless ${a.host} is to leave old clients out.`),
		reproduce: (a: Spotted) => client(a, '-tls1_2'),
	},
	'insecure-renegotiation': {
		...SHARED,
		severity: 'high',
		effort: minutes(60),
		says: (a: Spotted) =>
			`${a.host} at ${a.where} does not know secure renegotiation (RFC 5746): ${a.detail}.`,
		impact:
			"An attacker in between can put a request of his own before a customer's, which the server takes for the customer's (CVE-2009-3555); current OpenSSL clients refuse to connect at all.",
		fix: (a: Spotted) =>
			update(
				`Update what ends TLS for ${a.host}: secure renegotiation has been in every library since 2010.`,
			),
		control: 'The hello carried renegotiation_info, and the answer did not.',
		reproduce: (a: Spotted) => `${client(a, '-tls1_2')} 2>&1 | grep 'Secure Renegotiation'`,
	},
	'compression-on': {
		...SHARED,
		severity: 'high',
		effort: minutes(15),
		says: (a: Spotted) => `${a.host} compresses inside TLS at ${a.where} (${a.detail}).`,
		impact:
			'A page in another tab can read session cookies out of the length of compressed requests (CRIME, CVE-2012-4929), and then is signed in as that customer.',
		fix: (a: Spotted) =>
			perPlatform(
				`Switch TLS compression off for ${a.host}; compression of pages (gzip, br) is another matter.`,
				{
					nginx: `# nginx switches it off since 1.2.2: update it, and keep\n${NGINX}`,
					apache: APACHE,
					express:
						"https.createServer({ secureOptions: crypto.constants.SSL_OP_NO_COMPRESSION, minVersion: 'TLSv1.2', key, cert }, app);",
				},
				'OpenSSL 1.1.0 and newer leave it out: a server that still has it needs an update anyway.',
				LOOK,
			),
		control: 'DEFLATE was offered, and the server picked it.',
		reproduce: (a: Spotted) => scan(a, 'ssl-enum-ciphers'),
	},
	'no-fallback-signal': {
		...SHARED,
		severity: 'later',
		effort: minutes(30),
		says: (a: Spotted) =>
			`${a.host} at ${a.where} does not notice a forced fallback to an old version (RFC 7507): ${a.detail}.`,
		impact:
			'An attacker in the same network can push clients that retry with less down to the oldest version that the server speaks.',
		fix: (a: Spotted) =>
			update(
				`Switch versions before TLS 1.2 off for ${a.host}, or update its TLS library (OpenSSL 1.0.1j or newer).`,
			),
		control: 'The same hello, at the oldest version offered, must be refused with alert 86.',
		reproduce: (a: Spotted) =>
			client(a, "-fallback_scsv -no_tls1_3 -no_tls1_2 -cipher 'ALL:@SECLEVEL=0'"),
	},
	'no-http2': {
		...SHARED,
		severity: 'info',
		effort: minutes(10),
		says: (a: Spotted) => `${a.host} does not speak HTTP/2 at ${a.where}.`,
		impact: 'Pages with many files load slower: browsers open six connections and queue the rest.',
		fix: (a: Spotted) =>
			perPlatform(
				`Switch HTTP/2 on for ${a.host}.`,
				{
					nginx: 'http2 on;   # before 1.25.1: listen 443 ssl http2;',
					apache: '# sudo a2enmod http2\nProtocols h2 http/1.1',
					caddy: `# on by default; take "protocols h1" out of the global options\n${a.host} {\n  reverse_proxy localhost:3000\n}`,
					express:
						'// node:http2 needs an adapter for Express: let nginx, Caddy or a CDN end TLS in front of it.',
					cloudflare: 'Speed > Optimization > Protocol: HTTP/2 on (HTTP/3 too)',
					cloudfront: 'Distribution > General > Settings > Supported HTTP versions: HTTP/2, HTTP/3',
					alb: 'Load balancer > Attributes > HTTP/2: on (routing.http2.enabled)',
				},
				LOOK,
			),
		reproduce: (a: Spotted) => `${client(a, '-alpn h2')} 2>/dev/null | grep ALPN`,
	},
	'no-resumption': {
		...SHARED,
		severity: 'info',
		effort: minutes(10),
		says: (a: Spotted) => `${a.host} keeps no TLS session for the next visit (${a.where}).`,
		impact:
			'Each new connection of a returning visitor pays for a whole handshake, in time and in server load.',
		fix: (a: Spotted) =>
			perPlatform(
				`Let ${a.host} resume sessions.`,
				{
					nginx: 'ssl_session_cache shared:TLS:10m;\nssl_session_timeout 1d;',
					apache: 'SSLSessionCache shmcb:/run/apache2/ssl_cache(512000)\nSSLSessionTickets on',
				},
				LOOK,
			),
		reproduce: (a: Spotted) => `${client(a, '-reconnect -tls1_2')} 2>/dev/null | grep -c Reused`,
	},
} as const;
