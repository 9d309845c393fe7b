import {
	blockedBy,
	type ClockDoubt,
	cannotSay,
	certificateSummary,
	clockDoubt,
	commands,
	defineCheck,
	type Fact,
	type Fix,
	hosts,
	type Interception,
	interception,
	known,
	minutes,
	optional,
	perPlatform,
	registrableOf,
	type ServedChain,
	servedChains,
	type TrustStore,
	trustStore,
	z,
} from '../../src/sdk.ts';
import {
	BAD_CLOCK,
	besideOf,
	clockFault,
	evidence,
	GOOD_CLOCK,
	isApiHost,
	isDated,
	judgedChains,
	reproduce,
	type Sighting,
	sentence,
} from './_judged-chains.ts';
import { ISSUANCE, orderCertificate } from './_order-certificate.ts';
import { NO_TRUST, SAMPLE_TRUST, sampleChain } from './_samples.ts';

const UNTRUSTED =
	'Browsers show a full-page warning ("your connection is not private"); apps, webhooks and payment providers refuse to connect.';

const SHARED = {
	outcome: 'fail',
	effort: minutes(20),
	says: sentence,
	evidence,
	reproduce,
} as const;

/** The CA made it wrong, so that only a certificate from another chain helps. */
const newChain = {
	...SHARED,
	lead: ISSUANCE,
	impact: UNTRUSTED,
	fix: (a: Sighting) =>
		commands(
			'Get a certificate whose chain is in order, and serve the chain that comes with it.',
			[`sudo certbot certonly --nginx --force-renewal -d ${a.host}`, 'sudo systemctl reload nginx'],
			'Look first whether the CA offers a newer intermediate for the certificate that you have; then only the chain file changes.',
			'With a private CA: issue the intermediate anew, then the chain file of every server.',
		),
} as const;

interface Api extends Sighting {
	readonly api: boolean;
}

/** By who made the certificate: what it is, and what to do. */
const MAKERS: Readonly<Record<string, readonly [what: string, todo: string]>> = {
	mkcert: [
		'a development certificate made by mkcert',
		'It is trusted on the machine that made it only.',
	],
	kubernetes: [
		"the ingress controller's placeholder",
		'The Ingress has no usable TLS secret for this host: check spec.tls, the secret and the cert-manager Certificate.',
	],
	'letsencrypt-staging': [
		"a certificate of Let's Encrypt's staging environment",
		'Order it again from the production directory (without --staging or --test-cert; in cert-manager the production issuer).',
	],
	plesk: [
		"Plesk's placeholder",
		"Issue a certificate with Plesk's Let's Encrypt extension and select it for the domain.",
	],
	cpanel: ["cPanel's placeholder", 'Run AutoSSL for the domain in cPanel > SSL/TLS Status.'],
	fortinet: [
		"a FortiGate's own certificate",
		'Either the appliance in front of the site presents its default certificate, or the network that you audit from inspects TLS: compare from another network.',
	],
	traefik: [
		"Traefik's default certificate",
		'The router has no certificate resolver for this host: set tls.certresolver and look into the log.',
	],
	caddy: [
		"a certificate of Caddy's internal authority",
		'Remove "tls internal" (or "local_certs") for this site, so that Caddy orders a public one.',
	],
	inspection: [
		'made by software that inspects TLS',
		'Most likely the network or the antivirus program that you audit from: compare from another network.',
	],
};

const maker = ({ values }: Sighting) => MAKERS[String(values['kind'] ?? '')];
const withMaker = (a: Sighting): string => {
	const known = maker(a);
	return known === undefined ? sentence(a) : `${sentence(a).slice(0, -1)}; it is ${known[0]}.`;
};

export default defineCheck({
	id: 'ssl/chain',
	title: 'Clients can build trust from what the server sends',
	rationale:
		'A client trusts a server only through a chain of signatures to a root that it already has. ' +
		'Desktop browsers repair some broken chains by themselves, programs and phones do not: the ' +
		'site then works for the one who tests it and fails for others.',
	references: [
		'RFC 5280 §6.1 (path validation)',
		'RFC 5246 §7.4.2 and RFC 8446 §4.4.2 (what a server sends)',
		'CA/B Forum Baseline Requirements §7.1.2',
	],
	reach: 'sign-in',
	layer: 'certificates',
	over: hosts,
	options: z.object({
		/** URL of a host that shows whether this network inspects TLS, instead of the domain's RDAP service. */
		control: z.url().nullable().default(null),
	}),
	verdicts: {
		trusted: {
			outcome: 'pass',
			says: (a: { host: string; where: string }) =>
				`The chain of ${a.host} leads to a trusted root (${a.where}).`,
		},
		'missing-intermediate': {
			...SHARED,
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: Api) => (a.api ? ('blocker' as const) : ('high' as const)),
			},
			effort: minutes(10),
			confidence: confidenceOf,
			impact:
				'Desktop browsers fill the gap by themselves. curl, webhook callers, payment providers, older phones and most programs refuse to connect.',
			fix: fullChain,
		},
		'untrusted-root': {
			...SHARED,
			severity: 'blocker',
			lead: ISSUANCE,
			says: withMaker,
			confidence: confidenceOf,
			impact: UNTRUSTED,
			fix: publicCertificate,
		},
		'self-signed': {
			...SHARED,
			severity: 'blocker',
			lead: ISSUANCE,
			says: withMaker,
			impact: UNTRUSTED,
			fix: publicCertificate,
		},
		'intermediate-expired': { ...newChain, severity: 'blocker' },
		'intermediate-not-yet-valid': { ...newChain, severity: 'blocker' },
		'intermediate-expires-soon': {
			...newChain,
			severity: 'high',
			impact:
				'On that day the whole chain stops being trusted, whatever the date on the certificate of the site.',
		},
		'issuer-not-ca': { ...newChain, severity: 'blocker' },
		'issuer-wrong-purpose': { ...newChain, severity: 'blocker' },
		'path-too-long': { ...newChain, severity: 'blocker' },
		'name-constraint-broken': { ...newChain, severity: 'blocker' },
		'out-of-order': {
			...SHARED,
			severity: 'later',
			effort: minutes(10),
			impact: 'Most clients sort the chain themselves; old ones and some devices refuse it.',
			fix: fullChain,
		},
		'unrelated-sent': {
			...SHARED,
			severity: 'info',
			effort: minutes(10),
			impact: 'Every handshake carries bytes that nobody needs.',
			fix: fullChain,
		},
		'root-sent': {
			...SHARED,
			severity: 'info',
			effort: minutes(10),
			impact:
				'Clients have the root or do not trust it: sending it costs bytes in every handshake.',
			fix: fullChain,
		},
	},
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject, options: { control } }) => {
		const own = { host: subject.name, beside: besideOf(subject) };
		return {
			served: servedChains(own),
			trust: trustStore({}),
			clock: optional(clockDoubt(own)),
			interception: optional(
				interception({ ...own, domain: registrableOf(subject.apex), control }),
			),
		};
	},
	judge({ given, subject, now, say }) {
		const host = subject.name;
		const found = judgedChains('ssl/chain', given, { host, now });
		const fault = clockFault(found, given.clock, now);
		const said = [...found].map(([key, seen]) => {
			if (fault !== null && isDated(key)) return cannotSay('inconclusive', fault);
			const between = given.interception.status === 'known' ? given.interception.value : null;
			if (key === 'untrusted-root' && between !== null) {
				return cannotSay('inconclusive', inspected(between));
			}
			// One fault, one blocker: what to do about it is not what to do about a stranger's certificate.
			if (seen.values['kind'] === 'cloudflare-origin') {
				return blockedBy({ check: 'ssl/origin', subject: host }, seen.detail);
			}
			return key === 'missing-intermediate'
				? say('missing-intermediate', { ...seen, api: isApiHost(host) })
				: say(key as 'self-signed', seen);
		});
		if ([...found.values()].some(({ severity }) => severity !== 'info')) return said;
		const where = given.served.flatMap(({ addresses }) => addresses).join(', ');
		if (given.served.some(({ chain }) => certificateSummary(chain[0] ?? '') === null)) {
			const detail = 'the certificate of the server cannot be read';
			return blockedBy({ check: 'ssl/certificate', subject: host }, detail);
		}
		return [...said, say('trusted', { host, where })];
	},
	examples: (example) => {
		const given = (
			name: Parameters<typeof sampleChain>[0],
			more: {
				fetched?: readonly string[];
				trust?: TrustStore;
				clock?: Fact<ClockDoubt>;
				between?: Interception | null;
			} = {},
		) => {
			const { fetched = [], trust = SAMPLE_TRUST, clock = GOOD_CLOCK, between = null } = more;
			return { served: [{ ...served(name), fetched }], trust, clock, interception: known(between) };
		};
		const at = (now: string) => ({ now });
		const ca = sampleChain('good').slice(1);
		const api = { subject: { name: 'api.example.com' } };
		return [
			example('a whole chain', given('good'), 'trusted'),
			example(
				'a private root that the user trusts',
				given('good', { trust: { ...NO_TRUST, privatePem: SAMPLE_TRUST.publicPem } }),
				'trusted',
			),
			example('the intermediate fetched', given('alone', { fetched: ca }), 'missing-intermediate'),
			example('the same at an API', given('alone', { fetched: ca }), 'missing-intermediate', api),
			example('the intermediate out of reach', given('alone'), 'missing-intermediate'),
			example('a stranger fetched', given('alone', { fetched: STRANGER }), 'missing-intermediate'),
			example('a root nobody has', given('good', { trust: NO_TRUST }), 'untrusted-root'),
			example(
				'the same root at a host of somebody else',
				given('good', {
					trust: NO_TRUST,
					between: { control: 'rdap.example.net', authority: 'Sample Root' },
				}),
				'unknown',
			),
			example('of Cloudflare Origin CA', given('originCa'), 'blocked'),
			example('signed by itself', given('selfSigned'), 'self-signed'),
			example(
				'the last second of an intermediate',
				given('brief'),
				'intermediate-expires-soon',
				at('2030-02-10T00:00:00Z'),
			),
			example(
				'one second later',
				given('brief'),
				'intermediate-expired',
				at('2030-02-10T00:00:01Z'),
			),
			example(
				'14 days left',
				given('brief'),
				'intermediate-expires-soon',
				at('2030-01-27T00:00:00Z'),
			),
			example('one second more', given('brief'), 'trusted', at('2030-01-26T23:59:59Z')),
			example(
				'before its first second',
				given('brief'),
				'intermediate-not-yet-valid',
				at('2029-12-14T23:59:59Z'),
			),
			example('expired by a clock in doubt', given('old', { clock: BAD_CLOCK }), 'unknown'),
			example('CA:FALSE', given('notCa'), 'issuer-not-ca'),
			example('an intermediate for clients', given('clientCa'), 'issuer-wrong-purpose'),
			example('one intermediate too many', given('deep'), 'path-too-long'),
			example('outside its names', given('narrow'), 'name-constraint-broken'),
			example('in another order', given('disordered'), 'out-of-order'),
			example('with a stranger', given('strangerSent'), 'unrelated-sent'),
			example('with the root', given('rootSent'), 'root-sent'),
			example('with the root, trusted all the same', given('rootSent'), 'trusted'),
			example(
				'no certificate at all',
				{ ...given('good'), served: [{ ...served('good'), chain: ['AAAA'] }] },
				'blocked',
			),
		];
	},
});

function inspected({ control, authority }: Interception): string {
	return `${control}, which is nothing of yours, shows a certificate of "${authority}" too: the network that this audit runs in inspects TLS; run it from another one`;
}

function confidenceOf({ values }: Sighting) {
	return values['confidence'] === 'low' ? ('low' as const) : ('high' as const);
}

function fullChain({ host }: Sighting): Fix {
	const folder = `/etc/letsencrypt/live/${host}`;
	return perPlatform(
		'Serve the certificate, then its intermediates in issuing order, without the root: the file that ACME clients call fullchain.pem.',
		{
			nginx: `ssl_certificate ${folder}/fullchain.pem;\nssl_certificate_key ${folder}/privkey.pem;`,
			apache: `SSLCertificateFile ${folder}/fullchain.pem\nSSLCertificateKeyFile ${folder}/privkey.pem`,
			caddy: 'tls /path/fullchain.pem /path/privkey.pem',
			express: `https.createServer({ cert: fs.readFileSync('${folder}/fullchain.pem'), key: fs.readFileSync('${folder}/privkey.pem') }, app);`,
		},
		'Take the intermediate from the CA that issued the certificate (its "chain" or "bundle" download), and append it: cat certificate.pem intermediate.pem > fullchain.pem.',
		'Reload the server, and look at what it sends.',
	);
}

function publicCertificate(a: Sighting): Fix {
	const known = maker(a);
	return orderCertificate(
		`Install a certificate of a public CA for ${a.host}.`,
		[a.host],
		...(known === undefined ? [] : [known[1]]),
		'On a hosting platform or CDN, add the name as a domain of the project: it issues the certificate.',
		'If only your own clients use this host, give its root to this tool with --ca and to every client.',
	);
}

// ── For the examples ─────────────────────────────────────────────────────────────────────────────

function served(name: Parameters<typeof sampleChain>[0]): ServedChain {
	return { addresses: ['203.0.113.1'], chain: sampleChain(name), fetched: [], lookups: [] };
}

const STRANGER = sampleChain('strangerSent').slice(2);
