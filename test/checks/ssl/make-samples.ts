import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Minted } from '../../facts/tls/certificate-maker.ts';
import * as make from '../../facts/tls/certificate-maker.ts';

const SUN = '2029-12-01T00:00:00Z';
const END = '2030-02-28T23:59:59Z';

/**
 * The chains that the examples of `checks/ssl` are judged on, leaf first, and the root that they lead
 * to. Leaves are valid from December 2029 to February 2030, because examples are judged on the first
 * of January between.
 */
export function makeSamples(): { root: string; chains: Record<string, readonly string[]> } {
	const root = make.root('CN=Sample Root', {
		from: make.time('2026-01-01T00:00:00Z'),
		until: make.time('2046-01-01T00:00:00Z'),
	});
	const authority = (text: string, change: Partial<make.Recipe> & { add?: Uint8Array[] } = {}) =>
		make.intermediate(root, text, {
			from: make.time('2026-01-01T00:00:00Z'),
			until: make.time('2036-01-01T00:00:00Z'),
			...change,
		});
	const ca = authority('CN=Sample CA');
	const period = { from: make.time(SUN), until: make.time(END) };
	const named = (issuer: Minted, ...names: string[]) =>
		make.leaf(issuer, {
			...period,
			extensions: make.leafExtensions(issuer, [], names.map(make.dns)),
		});
	const bare = make.leafExtensions(ca, [], []);
	const san = make.altNames(make.dns('example.com'));
	const odd = (extensions: readonly Uint8Array[], change: Partial<make.Recipe> = {}) =>
		make.leaf(ca, { ...period, extensions, ...change });
	const below = (issuer: Minted, ...others: Minted[]) => [
		named(issuer, 'example.com'),
		issuer,
		...others,
	];
	const own = (extensions: readonly Uint8Array[], text: string) => {
		const keyId = Buffer.from(text);
		const ids = [make.subjectKey(keyId), make.authorityKey(root.keyId)];
		return authority(`CN=${text}`, { keyId, extensions: [...extensions, ...ids] });
	};
	const certify = make.keyUsage('certify');
	const short = own([make.basicConstraints(true, 0), certify], 'Short CA');
	const second = make.intermediate(short, 'CN=Second CA', {
		from: make.time('2026-01-01T00:00:00Z'),
		until: make.time('2036-01-01T00:00:00Z'),
	});
	const stranger = authority('CN=Stranger CA');
	const good = named(ca, 'example.com', 'www.example.com');
	const chains: Record<string, readonly Minted[]> = {
		good: [good, ca],
		bare: [named(ca, 'example.com'), ca],
		www: [named(ca, 'www.example.com'), ca],
		wildcard: [named(ca, '*.example.com'), ca],
		elsewhere: [named(ca, 'example.net'), ca],
		shared: [named(ca, 'example.com', 'example.net'), ca],
		noNames: [odd(bare), ca],
		forClients: [odd(withPurposes(ca, [make.CLIENT], san)), ca],
		forBoth: [odd(withPurposes(ca, [make.SERVER, make.CLIENT], san)), ca],
		noPurpose: [odd([make.keyUsage('sign'), make.authorityKey(ca.keyId), san]), ca],
		isCa: [odd([...bare, san, make.basicConstraints(true)]), ca],
		versionOne: [odd([], { version: null, extensions: null }), ca],
		algorithmsDiffer: [
			odd([...bare, san], {
				algorithm: make.sequence(make.oid('1.2.840.10045.4.3.3')),
				outerAlgorithm: make.ECDSA_SHA256,
			}),
			ca,
		],
		twice: [odd([...bare, san, san]), ca],
		alien: [odd([...bare, san, make.extension('1.2.3.4.5', make.nothing(), true)]), ca],
		noKeyId: [odd([make.keyUsage('sign'), make.purposes([make.SERVER]), san]), ca],
		old: old(authority),
		alone: [good],
		strangerSent: [good, ca, stranger],
		rootSent: [good, ca, root],
		deep: below(second, short),
		notCa: below(own([make.basicConstraints(false), certify], 'Not A CA')),
		clientCa: below(
			own([make.basicConstraints(true), certify, make.purposes([make.CLIENT])], 'Client CA'),
		),
		narrow: below(
			authority('CN=Narrow CA', { add: [make.nameConstraints([make.dns('example.net')])] }),
		),
		brief: below(
			authority('CN=Brief CA', {
				from: make.time('2029-12-15T00:00:00Z'),
				until: make.time('2030-02-10T00:00:00Z'),
			}),
		),
		disordered: orderOf(
			below(
				make.intermediate(ca, 'CN=Lower CA', {
					from: make.time('2026-01-01T00:00:00Z'),
					until: make.time('2036-01-01T00:00:00Z'),
				}),
				ca,
			),
		),
		selfSigned: [
			make.mint({
				...period,
				subject: make.name('CN=Kubernetes Ingress Controller Fake Certificate, O=Acme Co'),
				extensions: [make.purposes([make.SERVER]), san],
			}),
		],
		originCa: [
			named(
				make.intermediate(
					make.root('CN=CloudFlare Origin Root'),
					'CN=CloudFlare Origin Certificate Authority',
					{
						from: make.time('2026-01-01T00:00:00Z'),
					},
				),
				'example.com',
			),
		],
		...keyChains(authority, ca, { ...period, extensions: [...bare, san] }),
	};
	const text = ({ der }: Minted) => der.toString('base64');
	return {
		root: text(root),
		chains: Object.fromEntries(Object.entries(chains).map(([key, list]) => [key, list.map(text)])),
	};
}

/** Keys and signatures of every strength, each the only fault of its chain. */
function keyChains(
	authority: (text: string, change?: Partial<make.Recipe>) => Minted,
	ca: Minted,
	usual: Required<Pick<make.Recipe, 'from' | 'until' | 'extensions'>>,
): Record<string, readonly Minted[]> {
	const holding = (pair: make.Pair) => [make.leaf(ca, { ...usual, pair }), ca];
	const below = (issuer: Minted, change: Partial<make.Recipe> = {}) => [
		make.leaf(issuer, {
			from: usual.from,
			until: usual.until,
			extensions: make.leafExtensions(issuer, [], [make.dns('example.com')]),
			...change,
		}),
		issuer,
	];
	const sha1 = make.sequence(make.oid('1.2.840.10045.4.1'));
	const rsaCa = authority('CN=RSA CA', { pair: make.rsaPair() });
	return {
		rsa1016: holding(rsaOf(1016)),
		rsa1023: holding(rsaOf(1023)),
		rsa1024: holding(rsaOf(1024)),
		rsa2040: holding(rsaOf(2040)),
		rsa2047: holding(rsaOf(2047)),
		rsa2048: holding(rsaOf(2048)),
		rsa2049: holding(rsaOf(2049)),
		rsa4096: holding(rsaOf(4096)),
		rsa4097: holding(rsaOf(4097)),
		rsa4104: holding(rsaOf(4104)),
		exponent1: holding(rsaOf(2048, 1)),
		exponent2: holding(rsaOf(2048, 2)),
		exponent3: holding(rsaOf(2048, 3)),
		exponent65536: holding(rsaOf(2048, 65536)),
		p192: holding(make.ecPair('prime192v1')),
		p224: holding(make.ecPair('secp224r1')),
		p384: holding(make.ecPair('P-384')),
		p521: holding(make.ecPair('P-521')),
		secp256k1: holding(make.ecPair('secp256k1')),
		dsa: holding(generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })),
		ed25519: holding(generateKeyPairSync('ed25519')),
		ed448: holding(generateKeyPairSync('ed448')),
		sha1: [make.leaf(ca, { ...usual, algorithm: sha1, hash: 'sha1' }), ca],
		md5: below(rsaCa, { algorithm: make.RSA_MD5, hash: 'md5' }),
		sha1Ca: below(authority('CN=SHA-1 CA', { algorithm: sha1, hash: 'sha1' })),
		weakCa: below(authority('CN=Weak CA', { pair: make.rsaPair(1024) })),
		weakBoth: below(authority('CN=Weaker CA', { pair: make.rsaPair(1016) }), {
			pair: rsaOf(1024),
		}),
		weakSelfSigned: [
			make.mint({
				...usual,
				pair: make.rsaPair(1024),
				algorithm: make.RSA_SHA1,
				hash: 'sha1',
				extensions: [make.purposes([make.SERVER]), make.altNames(make.dns('example.com'))],
			}),
		],
	};
}

/** A public key of exactly so many bits, to be certified only: nobody knows its private half. */
function rsaOf(bits: number, exponent = 65537): make.Pair {
	const modulus = randomBytes(Math.ceil(bits / 8));
	const top = (bits - 1) % 8;
	modulus[0] = ((modulus[0] ?? 0) & ((1 << top) - 1)) | (1 << top);
	const last = modulus.length - 1;
	modulus[last] = (modulus[last] ?? 0) | 1;
	const hex = exponent.toString(16);
	const e = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
	const key = { kty: 'RSA', n: modulus.toString('base64url'), e };
	const publicKey = createPublicKey({ format: 'jwk', key });
	return { publicKey, privateKey: make.ecPair().privateKey };
}

/** Leaf and intermediate out of date since before the examples' day. */
function old(authority: (text: string, change: Partial<make.Recipe>) => Minted) {
	const past = {
		from: make.time('2028-01-01T00:00:00Z'),
		until: make.time('2028-12-31T23:59:59Z'),
	};
	const issuer = authority('CN=Old CA', past);
	return [make.leaf(issuer, past), issuer];
}

function withPurposes(ca: Minted, list: readonly string[], san: Uint8Array) {
	return [make.keyUsage('sign'), make.purposes(list), make.authorityKey(ca.keyId), san];
}

function orderOf([leaf, lower, upper]: readonly Minted[]): readonly Minted[] {
	if (leaf === undefined || lower === undefined || upper === undefined) {
		throw new Error('a chain of three is needed');
	}
	return [leaf, upper, lower];
}

/** `checks/ssl/_samples.ts`: every certificate once, chains as lists of them. */
export function samplesSource(): string {
	const { root, chains } = makeSamples();
	const numbers = new Map<string, number>();
	for (const one of Object.values(chains).flat()) {
		if (one !== root && !numbers.has(one)) numbers.set(one, numbers.size);
	}
	const list = [...numbers.keys()].map((one) => `\t'${one}',`).join('\n');
	const lists = Object.entries(chains).map(([key, chain]) => {
		const members = chain.map((one) => (one === root ? 'root' : (numbers.get(one) ?? -1)));
		return `\t${key}: [${members.map((one) => (one === 'root' ? "'root'" : one)).join(', ')}],`;
	});
	return `/**
 * Chains for the examples, written by test/checks/ssl/samples.test.ts with WRITE_SAMPLES=1. They are
 * kept, because keys cannot be made anew each time the examples are shown.
 */
const ROOT = '${root}';

const CERTIFICATES = [
${list}
] as const;

const CHAINS = {
${lists.join('\n')}
} as const;

/** Leaf first, DER in base64. */
export function sampleChain(name: keyof typeof CHAINS): readonly string[] {
	return CHAINS[name].map((one) => (one === 'root' ? ROOT : (CERTIFICATES[one] ?? '')));
}

/** What the examples trust. */
export const SAMPLE_TRUST = {
	node: '20.0.0',
	publicPem: \`-----BEGIN CERTIFICATE-----\\n\${ROOT}\\n-----END CERTIFICATE-----\\n\`,
	privatePem: '',
};

/** A machine that trusts nobody the examples know. */
export const NO_TRUST = { node: '20.0.0', publicPem: '', privatePem: '' };
`;
}
