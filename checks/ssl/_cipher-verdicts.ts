import { knownPrime, minutes, perPlatform } from '../../src/sdk.ts';
import { client, evidence, type Spotted, scan } from './_surveyed.ts';
import { APACHE, intermediate, LOOK, NGINX } from './_tls-settings.ts';

const SHARED = { outcome: 'fail', evidence } as const;

/** One list of suites takes them all away. */
const LIST = 'ssl/ciphers/list';

/** `only`: nothing that current clients know is accepted beside it, so that nobody gets in. */
export interface Weak extends Spotted {
	readonly only: boolean;
}

export interface PrimeSeen extends Spotted {
	readonly bits: number;
	readonly sha256: string;
}

const accepts = (what: string) => (a: Weak) =>
	`${a.host} accepts ${what}${a.only ? ' and nothing that current clients know' : ''} at ${a.where} (${a.detail}).`;

const impactOf = (text: string) => (a: Weak) =>
	a.only
		? `Current browsers and programs have dropped it and get no connection: to customers the site is down. ${text}`
		: text;

const drop = (what: string) => (a: Weak) =>
	intermediate(a.host, `Take ${what} off the list of suites of ${a.host}.`);

const high = {
	oneOf: ['blocker', 'high'] as const,
	pick: (a: Weak) => (a.only ? ('blocker' as const) : ('high' as const)),
};

const CONTROL =
	'The hello offered suites of such a kind and no others, and the server went on with one of them.';

const weak = (what: string, impact: string, pattern?: string) =>
	({
		...SHARED,
		severity: high,
		effort: minutes(20),
		cause: LIST,
		says: accepts(what),
		impact: impactOf(impact),
		fix: drop(what),
		control: CONTROL,
		reproduce: (a: Weak) =>
			pattern === undefined
				? scan(a, 'ssl-enum-ciphers')
				: client(a, `-tls1_2 -cipher '${pattern}:@SECLEVEL=0'`),
	}) as const;

export const VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { host: string; where: string; groups: string; newest: string }) =>
			`${a.host} accepts no weak suite (${a.where}; for instance ${a.newest}${a.groups === '' ? '' : `; groups ${a.groups}`}).`,
	},
	'null-accepted': weak(
		'suites without encryption',
		'Whoever is made to use one sends passwords and card data readable to everybody on the way, behind a padlock.',
		'NULL',
	),
	'anonymous-accepted': weak(
		'suites without a certificate',
		'A client that agrees to one cannot tell the site from an attacker in between, who then reads and changes everything.',
		'aNULL',
	),
	'export-accepted': weak(
		'export suites (40 or 56 bits)',
		'An attacker in between breaks their keys in minutes and poses as the site (FREAK, Logjam, 2015).',
	),
	'des-accepted': weak(
		'single DES (56 bits)',
		'Its keys are found by trying all of them, for little money: recorded sessions can be read.',
	),
	'rc4-accepted': weak(
		'RC4',
		'Session cookies can be worked out of RC4 traffic, and RFC 7465 forbids it; security reviews and card rules fail a site for it.',
	),
	'3des-accepted': {
		...weak(
			'triple DES',
			'Its blocks are so short that long connections give session cookies away (SWEET32, CVE-2016-2183); scanners of banks and card schemes report it.',
		),
		severity: {
			oneOf: ['blocker', 'later'],
			pick: (a: Weak) => (a.only ? ('blocker' as const) : ('later' as const)),
		},
	},
	'no-aead': {
		...SHARED,
		severity: 'later',
		effort: minutes(20),
		cause: LIST,
		says: (a: Spotted) =>
			`${a.host} accepts no authenticated cipher (AES-GCM, ChaCha20-Poly1305) with TLS 1.2 at ${a.where}.`,
		impact:
			'What is left is CBC, which has been attacked again and again (Lucky 13, POODLE); some clients already refuse it, and HTTP/2 forbids it.',
		fix: (a: Spotted) => intermediate(a.host, `Put AES-GCM suites on the list of ${a.host}.`),
		control: 'A hello with all AEAD suites of TLS 1.2 was refused, others were answered.',
		reproduce: (a: Spotted) => client(a, "-tls1_2 -cipher 'AESGCM:CHACHA20:AESCCM'"),
	},
	'no-forward-secrecy': {
		...SHARED,
		severity: 'high',
		effort: minutes(20),
		cause: LIST,
		says: (a: Spotted) =>
			`${a.host} accepts static RSA key exchange only, and no ECDHE, at ${a.where} (${a.detail}).`,
		impact:
			"Whoever gets the server's key one day, from a backup or a break-in, can read every session recorded until then. Apple's platforms refuse such servers to apps.",
		fix: (a: Spotted) => intermediate(a.host, `Put ECDHE suites on the list of ${a.host}.`),
		control: 'A hello with all suites with ECDHE or DHE was refused, one with static RSA answered.',
		reproduce: (a: Spotted) => client(a, "-tls1_2 -cipher 'ECDHE:DHE:@SECLEVEL=0'"),
	},
	'static-rsa-accepted': {
		...SHARED,
		severity: 'info',
		effort: minutes(20),
		cause: LIST,
		says: (a: Spotted) =>
			`${a.host} accepts static RSA key exchange beside better ones at ${a.where} (${a.detail}).`,
		impact:
			"Only very old clients use it; their sessions can be read by whoever gets the server's key later.",
		fix: (a: Spotted) =>
			intermediate(a.host, `Leave static RSA out, unless clients from before 2013 count.`),
		reproduce: (a: Spotted) => client(a, "-tls1_2 -cipher 'kRSA:@SECLEVEL=0'"),
	},
	'cbc-accepted': {
		...SHARED,
		severity: 'info',
		effort: minutes(20),
		cause: LIST,
		says: (a: Spotted) =>
			`${a.host} accepts CBC suites beside better ones at ${a.where} (${a.detail}).`,
		impact: 'Current clients pick better ones; security scanners mention it.',
		fix: (a: Spotted) =>
			intermediate(a.host, 'Leave CBC suites out, unless clients from before 2015 count.'),
		reproduce: (a: Spotted) => client(a, "-tls1_2 -cipher 'ECDHE+AES:!AESGCM:!AESCCM:@SECLEVEL=0'"),
	},
	'dh-too-small': {
		...SHARED,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: PrimeSeen) => (a.bits < BROKEN ? ('high' as const) : ('later' as const)),
		},
		effort: minutes(20),
		cause: 'ssl/ciphers/prime',
		says: (a: PrimeSeen) =>
			`${a.host} uses a Diffie-Hellman prime of ${a.bits} bits at ${a.where}; the least is 2048.`,
		impact: (a: PrimeSeen) =>
			a.bits < BROKEN
				? 'Primes of this size are broken by academics: an attacker in between can read and change the sessions of clients that use it (Logjam, 2015).'
				: 'A state can break primes of this size and read sessions recorded long ago (Logjam, 2015).',
		fix: newPrime,
		control: 'The prime stood in the ServerKeyExchange that the server sent.',
		reproduce: dhClient,
	},
	'dh-common-prime': {
		...SHARED,
		severity: 'later',
		effort: minutes(20),
		cause: 'ssl/ciphers/prime',
		says: (a: PrimeSeen) =>
			`${a.host} uses a Diffie-Hellman prime that many others use too at ${a.where}: ${knownPrime(a.sha256) ?? 'a known one'} (${a.bits} bits).`,
		impact:
			'One expensive computation for a prime opens the sessions of every server that uses it, so that such primes are the first to be broken.',
		fix: newPrime,
		control: 'The prime in the ServerKeyExchange is, digit for digit, a published one.',
		reproduce: dhClient,
	},
	'no-modern-group': {
		...SHARED,
		severity: 'high',
		effort: minutes(20),
		says: (a: Spotted) =>
			`${a.host} offers neither X25519 nor P-256 for the key exchange at ${a.where} (${a.detail}).`,
		impact:
			'Every browser offers these two, and some clients nothing else: they get no connection, or one over old Diffie-Hellman that browsers have dropped.',
		fix: (a: Spotted) => intermediate(a.host, `Enable the groups X25519 and P-256 for ${a.host}.`),
		control: 'Hellos that offered one group each were refused for both.',
		reproduce: (a: Spotted) => client(a, '-groups X25519:P-256'),
	},
	'no-post-quantum': {
		...SHARED,
		severity: 'info',
		effort: minutes(30),
		says: (a: Spotted) => `${a.host} does not offer X25519MLKEM768 at ${a.where}.`,
		impact:
			'Sessions recorded today may be read with a quantum computer one day; current browsers would use the safe exchange by themselves.',
		fix: (a: Spotted) =>
			perPlatform(
				`Offer X25519MLKEM768 for ${a.host}, once its TLS library has it.`,
				{
					nginx:
						'# with OpenSSL 3.5 or newer (nginx -V shows it)\nssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;',
					apache:
						'# with OpenSSL 3.5 or newer\nSSLOpenSSLConfCmd Groups X25519MLKEM768:X25519:prime256v1:secp384r1',
					caddy: `# Caddy 2.10 and newer: on by default\n${a.host} {\n  tls {\n    curves x25519mlkem768 x25519 secp256r1\n  }\n}`,
					express:
						"// Node 24.7 and newer (OpenSSL 3.5)\nhttps.createServer({ ecdhCurve: 'X25519MLKEM768:X25519:P-256', key, cert }, app);",
					cloudflare: 'On by default where TLS 1.3 is on: SSL/TLS > Edge Certificates > TLS 1.3',
					cloudfront: 'Security policy TLSv1.2_2021 or newer (post-quantum groups are included)',
					alb: 'Security policy ELBSecurityPolicy-TLS13-1-2-PQ-2025-09',
				},
				LOOK,
			),
		reproduce: (a: Spotted) => client(a, '-tls1_3 -groups X25519MLKEM768'),
	},
} as const;

/** Adrian et al., "Imperfect Forward Secrecy" (2015): what academics can reach. */
const BROKEN = 1024;

function dhClient(a: Spotted): string {
	return `${client(a, "-tls1_2 -cipher 'DHE:@SECLEVEL=0'")} 2>/dev/null | grep 'Server Temp Key'`;
}

function newPrime(a: PrimeSeen) {
	return perPlatform(
		`Leave DHE out of the list of suites of ${a.host}, or give it a prime of 2048 bits (ffdhe2048, RFC 7919).`,
		{
			nginx: `${NGINX}\n# only where DHE must stay: openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out /etc/ssl/ffdhe2048.pem\n# ssl_dhparam /etc/ssl/ffdhe2048.pem;`,
			apache: `${APACHE}\n# only where DHE must stay:\n# SSLOpenSSLConfCmd DHParameters /etc/ssl/ffdhe2048.pem`,
			express: "https.createServer({ dhparam: 'auto', minVersion: 'TLSv1.2', key, cert }, app);",
		},
		'Browsers have dropped DHE: nobody misses it where ECDHE is offered.',
		'Java: -Djdk.tls.ephemeralDHKeySize=2048. HAProxy: tune.ssl.default-dh-param 2048.',
		LOOK,
	);
}
