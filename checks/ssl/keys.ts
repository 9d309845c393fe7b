import {
	assessServed,
	blockedBy,
	type CertificateSummary,
	certificateSummary,
	defineCheck,
	type Fix,
	hosts,
	minutes,
	type ServedChain,
	servedChains,
	type TrustStore,
	trustStore,
	z,
} from '../../src/sdk.ts';
import {
	besideOf,
	evidence,
	graver,
	judgedChains,
	reproduce,
	type Sighting,
	sentence,
} from './_judged-chains.ts';
import { ISSUANCE } from './_order-certificate.ts';
import { NO_TRUST, SAMPLE_TRUST, sampleChain } from './_samples.ts';

/** A chain is shown up to here. */
const SHOWN = 10;

interface Weakness extends Sighting {
	/** Every certificate at that address with its key and hash, as sent. */
	readonly members: readonly string[];
}

const SHARED = {
	outcome: 'fail',
	effort: minutes(30),
	lead: ISSUANCE,
	says: sentence,
	evidence: (a: Weakness) => [
		...evidence(a),
		{ kind: 'tls', summary: 'keys and signatures, as sent', detail: a.members.join('\n') },
	],
	reproduce,
} as const;

/** One key has to go, however many rules it breaks. */
const badKey = {
	...SHARED,
	fix: newKey,
	cause: (a: Weakness) => (isOwn(a) ? 'ssl/keys/own-key' : 'ssl/keys/authority-key'),
} as const;

/** The sentence, and what would be right. */
const against = (rule: string) => (a: Weakness) => `${sentence(a).slice(0, -1)}; ${rule}.`;

const MODERN = 'P-256 is what every client knows';

export default defineCheck({
	id: 'ssl/keys',
	title: 'Keys and signatures of the certificate and its authorities are strong enough',
	rationale:
		'Whoever works out the key of a certificate, or forges the signature below it, can pose as the ' +
		'site and read what its customers send. Browsers and systems therefore refuse weak ones, each ' +
		'by a rule of its own: such a site works for some visitors and is dead for others.',
	references: [
		'CA/B Forum Baseline Requirements §6.1.5 and §6.1.6 (keys)',
		'CA/B Forum Baseline Requirements §7.1.3.2 and ballot SC-097 (signatures)',
		'RFC 9155 (MD5 and SHA-1 in TLS)',
	],
	reach: 'sign-in',
	layer: 'certificates',
	over: hosts,
	options: z.object({}),
	verdicts: {
		strong: {
			outcome: 'pass',
			says: (a: { host: string; where: string; leaves: string }) =>
				`The keys and signatures behind ${a.host} are strong enough (its certificate: ${a.leaves}; ${a.where}).`,
		},
		'rsa-too-small': {
			...badKey,
			severity: { oneOf: ['blocker', 'high'], pick: graver },
			says: against('the least is 2048'),
			impact: (a: Weakness) =>
				a.severity === 'blocker'
					? 'Current browsers and TLS libraries refuse to connect. RSA keys of up to 829 bits have been factored in public, 512 bits take hours on rented machines: whoever does it can pose as the site and read what customers send.'
					: 'iPhones and Macs refuse to connect, and so do programs on current Linux systems, webhook callers and payment providers among them. Other browsers may go on, so that the site seems to work.',
		},
		'rsa-odd-size': {
			...badKey,
			severity: 'high',
			says: against('it must be a multiple of 8'),
			impact:
				'Public CAs may not certify such a key, so that the next renewal with it is refused; some TLS libraries and load balancers cannot load it.',
		},
		'rsa-weak-exponent': {
			...badKey,
			severity: 'high',
			says: against('it must be odd and at least 3, and is 65537 nearly everywhere'),
			impact:
				'With an exponent of 1 anybody can forge signatures of this key; an even one works with no client at all. Public CAs may not certify either.',
		},
		'rsa-oversized': {
			...badKey,
			severity: 'info',
			impact:
				'Every new connection costs the server many times the work of a P-256 key, and the larger certificate slows the first visit: a launch-day rush is felt sooner.',
		},
		'curve-not-allowed': {
			...badKey,
			severity: { oneOf: ['blocker', 'high'], pick: graver },
			says: against(`only P-256, P-384 and P-521 are allowed; ${MODERN}`),
			impact: (a: Weakness) =>
				a.severity === 'blocker'
					? 'No browser takes this curve, and it is too small to be safe: the site cannot be reached.'
					: 'Browsers and phones do not know this curve and refuse to connect; only some programs go on.',
		},
		dsa: {
			...badKey,
			severity: 'high',
			says: against(`TLS 1.3 has no DSA; ${MODERN}`),
			impact: 'Browsers have dropped DSA: visitors get an error instead of the site.',
		},
		'type-not-allowed': {
			...badKey,
			severity: 'high',
			says: against(`only RSA and the curves P-256, P-384 and P-521 are allowed; ${MODERN}`),
			impact:
				'Browsers do not accept certificates with such a key and public CAs may not issue them; only some programs connect.',
		},
		'sha1-signature': {
			...SHARED,
			severity: 'blocker',
			impact:
				'Browsers, phones and current TLS libraries refuse SHA-1: visitors get a full-page warning, webhooks and payment providers no connection. Collisions have been computed since 2017, so that such a certificate can be forged.',
			fix: newSignature,
		},
		'md5-signature': {
			...SHARED,
			severity: 'blocker',
			impact:
				'Every current browser and program refuses it. A CA certificate was forged through such signatures in 2008; today it takes seconds on a laptop.',
			fix: newSignature,
		},
	},
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject }) => ({
		served: servedChains({ host: subject.name, beside: besideOf(subject) }),
		trust: trustStore({}),
	}),
	judge({ given, subject, now, say }) {
		const host = subject.name;
		const about = { host, now };
		const found = judgedChains('ssl/keys', given, about);
		const said = [...found].map(([key, seen]) => {
			const served = given.served.find(({ addresses }) => addresses.includes(seen.address));
			return say(key as 'dsa', { ...seen, members: served === undefined ? [] : membersOf(served) });
		});
		if ([...found.values()].some(({ severity }) => severity !== 'info')) return said;
		const leaves = given.served.map(({ chain }) => certificateSummary(chain[0] ?? ''));
		if (leaves.includes(null)) {
			const detail = 'the certificate of the server cannot be read';
			return [...said, blockedBy({ check: 'ssl/certificate', subject: host }, detail)];
		}
		if (given.served.some((one) => endsNowhere(one, given.trust, about))) {
			const detail =
				'no path to a trusted root is known, so the keys of its authorities cannot be judged';
			// What cannot be fetched withholds no decision: the server's own key was seen to be good.
			const couldBe = 'high' as const;
			return [...said, { ...blockedBy({ check: 'ssl/chain', subject: host }, detail), couldBe }];
		}
		const where = given.served.flatMap(({ addresses }) => addresses).join(', ');
		const kinds = new Set(leaves.flatMap((leaf) => (leaf === null ? [] : strengthOf(leaf))));
		return [...said, say('strong', { host, where, leaves: [...kinds].join(' and ') })];
	},
	examples: (example) => {
		const given = (
			name: Parameters<typeof sampleChain>[0],
			more: { trust?: TrustStore; fetched?: readonly string[] } = {},
		) => {
			const { trust = SAMPLE_TRUST, fetched = [] } = more;
			return { served: [{ ...served(name), fetched }], trust };
		};
		return [
			example('P-256', given('good'), 'strong'),
			example('P-384', given('p384'), 'strong'),
			example('P-521', given('p521'), 'strong'),
			example('P-224', given('p224'), 'curve-not-allowed'),
			example('P-192', given('p192'), 'curve-not-allowed'),
			example('a curve of another family', given('secp256k1'), 'curve-not-allowed'),
			example('RSA of 1016 bits', given('rsa1016'), 'rsa-too-small'),
			example('RSA of 1023 bits', given('rsa1023'), 'rsa-too-small'),
			example('RSA of 1024 bits', given('rsa1024'), 'rsa-too-small'),
			example('RSA of 2040 bits', given('rsa2040'), 'rsa-too-small'),
			example('RSA of 2047 bits', given('rsa2047'), 'rsa-too-small'),
			example('RSA of 2047 bits, no whole octets', given('rsa2047'), 'rsa-odd-size'),
			example('RSA of 2048 bits', given('rsa2048'), 'strong'),
			example('RSA of 2049 bits', given('rsa2049'), 'rsa-odd-size'),
			example('RSA of 4096 bits', given('rsa4096'), 'strong'),
			example('RSA of 4097 bits', given('rsa4097'), 'rsa-oversized'),
			example('RSA of 4104 bits', given('rsa4104'), 'rsa-oversized'),
			example('RSA of 4104 bits, strong all the same', given('rsa4104'), 'strong'),
			example('the exponent 1', given('exponent1'), 'rsa-weak-exponent'),
			example('the exponent 2', given('exponent2'), 'rsa-weak-exponent'),
			example('the exponent 3', given('exponent3'), 'strong'),
			example('the exponent 65536', given('exponent65536'), 'rsa-weak-exponent'),
			example('DSA', given('dsa'), 'dsa'),
			example('Ed25519', given('ed25519'), 'type-not-allowed'),
			example('Ed448', given('ed448'), 'type-not-allowed'),
			example('signed with SHA-1', given('sha1'), 'sha1-signature'),
			example('signed with MD5', given('md5'), 'md5-signature'),
			example('an intermediate signed with SHA-1', given('sha1Ca'), 'sha1-signature'),
			example('an intermediate with 1024 bits', given('weakCa'), 'rsa-too-small'),
			example('leaf and intermediate too small', given('weakBoth'), 'rsa-too-small'),
			example('signed by itself', given('selfSigned'), 'strong'),
			example('signed by itself, too small', given('weakSelfSigned'), 'rsa-too-small'),
			example('from nobody known', given('good', { trust: NO_TRUST }), 'blocked'),
			example('from nobody known, SHA-1', given('sha1', { trust: NO_TRUST }), 'sha1-signature'),
			example('no intermediate', given('alone'), 'blocked'),
			example(
				'the intermediate fetched',
				given('alone', { fetched: sampleChain('good').slice(1) }),
				'strong',
			),
			example(
				'good at one address of two',
				{ ...given('good'), served: [served('good'), served('rsa1024', '203.0.113.2')] },
				'rsa-too-small',
			),
			example(
				'no certificate at all',
				{ ...given('good'), served: [{ ...served('good'), chain: ['AAAA'] }] },
				'blocked',
			),
		];
	},
});

/** The server's own certificate, which its owner can replace without the CA changing anything. */
function isOwn({ whose }: Weakness): boolean {
	return whose.includes("the server's certificate");
}

/** One that signed itself is the whole path. */
function endsNowhere(
	served: ServedChain,
	trust: TrustStore,
	about: { readonly host: string; readonly now: Date },
): boolean {
	const { path, problems } = assessServed(served, { ...about, trust });
	const reached = path.at(-1)?.origin.endsWith('-root') ?? false;
	return !reached && !problems.some(({ id }) => id === 'ssl/chain/self-signed');
}

/** Nobody relies on the hash below a signature of one's own. */
function strengthOf({ key, hash, subject, issuer }: CertificateSummary): string {
	if (subject === issuer) return `${key}, signed by itself`;
	return hash === null ? key : `${key}, signed with ${hash}`;
}

function membersOf({ chain, fetched }: ServedChain): readonly string[] {
	return [...chain, ...fetched].slice(0, SHOWN).flatMap((one) => {
		const summary = certificateSummary(one);
		return summary === null ? [] : [`${summary.subject}: ${strengthOf(summary)}`];
	});
}

// ── Fixes ────────────────────────────────────────────────────────────────────────────────────────

/** A P-256 key and a certificate for it, ordered by whatever serves the host. */
function order({ host }: Weakness, summary: string, ...steps: string[]): Fix {
	// A common name has room for 64 characters (RFC 5280, appendix A.1).
	const subject = host.length <= 64 ? `/CN=${host}` : '/';
	const kind = '--key-type ecdsa --elliptic-curve secp256r1';
	const certbot = (plugin: string) =>
		`sudo certbot --${plugin} --cert-name ${host} ${kind} --force-renewal -d ${host}`;
	return {
		summary,
		steps,
		snippets: [
			{
				platform: 'any',
				language: 'shell',
				text: [
					`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ${host}.key`,
					`openssl req -new -sha256 -key ${host}.key -subj ${subject} -addext subjectAltName=DNS:${host} -addext extendedKeyUsage=serverAuth -out ${host}.csr`,
					'# Only where the CA is your own:',
					`openssl x509 -req -sha256 -days 90 -in ${host}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy -out ${host}.pem`,
				].join('\n'),
			},
			{ platform: 'nginx', language: 'shell', text: certbot('nginx') },
			{ platform: 'apache', language: 'shell', text: certbot('apache') },
			{
				platform: 'caddy',
				language: 'caddy',
				text: `${host} {\n  tls {\n    key_type p256\n  }\n  reverse_proxy localhost:3000\n}`,
			},
		],
	};
}

const INSTALL =
	'With a CA that works by hand, and where certificates are uploaded to a CDN, a load balancer or a hosting platform: make key and request as shown, send the request to the CA, and install what comes back with its chain.';
const NAMES =
	'Keep the names that the certificate has now: one more -d, or one more DNS: entry in subjectAltName, for each.';
const LOOK = 'Reload the server, look at what it sends, then delete the old key.';

function newKey(a: Weakness): Fix {
	if (!isOwn(a)) return newAuthority(a);
	const { bits, exponent } = a.values;
	const exposed = (bits !== undefined && a.severity === 'blocker') || exponent === '1';
	const more = a.whose.length > 1 ? [REPLACE_AUTHORITY] : [];
	return order(
		a,
		`Make a new P-256 key for ${a.host}, and have the certificate issued anew for it.`,
		'Do not renew with the old key: certbot reuses it where reuse_key stands in /etc/letsencrypt/renewal.',
		NAMES,
		INSTALL,
		...more,
		LOOK,
		...(exposed
			? ['Treat the old key as known to others: have the CA revoke the old certificate.']
			: []),
	);
}

const REPLACE_AUTHORITY =
	'A private CA needs a new key too: make one on P-256, sign it anew from the root with SHA-256, then issue the certificates below it again.';

/** Nothing that the server's owner does to its own key helps. */
function newAuthority(a: Weakness): Fix {
	return order(
		a,
		`Replace ${a.whose.join(' and ')}: get a certificate for ${a.host} from a public CA, or renew the private one.`,
		REPLACE_AUTHORITY,
		NAMES,
		INSTALL,
		'Reload the server, and look at what it sends.',
	);
}

function newSignature(a: Weakness): Fix {
	return order(
		a,
		`Have ${a.whose.join(' and ')} issued anew, signed with SHA-256.`,
		'Public CAs sign with SHA-256 or better only: where this one comes from a private CA or an appliance, the default there is out of date.',
		'OpenSSL: default_md = sha256 in its configuration. Windows: certutil -setreg ca\\csp\\CNGHashAlgorithm SHA256, then restart certsvc.',
		...(isOwn(a)
			? []
			: [
					'Where the CA has signed the same intermediate anew, with the key that it has, only the chain file on the server changes.',
				]),
		NAMES,
		INSTALL,
		LOOK,
	);
}

// ── For the examples ─────────────────────────────────────────────────────────────────────────────

function served(name: Parameters<typeof sampleChain>[0], address = '203.0.113.1'): ServedChain {
	return { addresses: [address], chain: sampleChain(name), fetched: [], lookups: [] };
}
