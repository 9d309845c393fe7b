import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Fact, type FactRef, known, unknown } from '../../../src/core/fact.ts';
import type { HttpOutcome, TlsOutcome } from '../../../src/core/io.ts';
import {
	assessServed,
	certificateSummary,
	certificatesIn,
	type ServedChain,
	servedChains,
} from '../../../src/facts/tls/served-chains.ts';
import type { Minted } from './certificate-maker.ts';
import * as make from './certificate-maker.ts';

const ROOT = make.root();
const at = (url: string) => [make.issuerUrl(url)];
const UPPER = make.intermediate(ROOT, 'CN=Upper', { add: at('http://ca.test/root') });
const LOWER = make.intermediate(UPPER, 'CN=Lower', { add: at('http://ca.test/upper') });
const LEAF = make.leaf(LOWER, { add: at('http://ca.test/lower') });

const pem = ({ der }: Minted) =>
	`-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
const cms = (...list: readonly Minted[]) =>
	make.sequence(
		make.oid('1.2.840.113549.1.7.2'),
		make.tlv(
			0xa0,
			make.sequence(
				make.integer(1),
				make.tlv(0x31),
				make.sequence(make.oid('1.2.840.113549.1.7.1')),
				make.tlv(0xa0, ...list.map(({ der }) => der)),
				make.tlv(0x31),
			),
		),
	);

test('certificates come as DER, PEM or CMS', () => {
	expect(certificatesIn(LOWER.der)).toEqual([LOWER.der]);
	expect(certificatesIn(Buffer.from(pem(LOWER) + pem(UPPER)))).toEqual([LOWER.der, UPPER.der]);
	expect(certificatesIn(cms(LOWER, UPPER))).toEqual([LOWER.der, UPPER.der]);
	expect(certificatesIn(Buffer.from('<html>not found</html>'))).toEqual([]);
	expect(certificatesIn(Buffer.alloc(0))).toEqual([]);
});

const TRUST = { node: '20.0.0', publicPem: pem(ROOT), privatePem: '' };

function answered(bytes: Uint8Array, truncated = false): HttpOutcome {
	return {
		kind: 'answered',
		status: 200,
		headers: [],
		body: { bytes: Buffer.from(bytes).toString('latin1'), truncated, sha256: '' },
		address: '203.0.113.80',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

/** The chains at one address, with a web that serves these issuers. */
async function served(chain: readonly Minted[], web: Readonly<Record<string, HttpOutcome>>) {
	const asked: string[] = [];
	const tls: TlsOutcome = {
		kind: 'completed',
		protocol: 'TLSv1.3',
		cipher: 'TLS_AES_128_GCM_SHA256',
		alpn: null,
		chain: chain.map(({ der }) => der.toString('base64')),
	};
	const facts: Readonly<Record<string, (params: Record<string, unknown>) => Fact<unknown>>> = {
		'https.answers': () => known([{ address: '203.0.113.1', family: 4, kind: 'completed', tls }]),
		'tls.trust-store': () => known(TRUST),
		'http.stranger-exchange': ({ url }) => {
			asked.push(String(url));
			const answer = web[String(url)];
			return answer === undefined ? unknown('timeout', 'silent') : known(answer);
		},
	};
	const get = async (ref: FactRef<unknown>) => {
		const answer = facts[ref.source.name];
		if (answer === undefined) throw new Error(`nobody asks for ${ref.source.name}`);
		return answer(ref.params as Record<string, unknown>);
	};
	const { source, params } = servedChains({ host: 'example.com', beside: 'www.example.com' });
	if (source.kind !== 'derivation') throw new Error('no derivation');
	const fact = (await source.derive(params as never, get as never)) as Fact<ServedChain[]>;
	const first = fact.status === 'known' ? fact.value[0] : undefined;
	if (first === undefined) throw new Error('no chain');
	return { asked, first };
}

const problems = (first: ServedChain) =>
	assessServed(first, { host: 'example.com', now: make.NOW, trust: TRUST }).problems.map(
		({ id }) => id,
	);

const URL_OF = { lower: 'http://ca.test/lower', upper: 'http://ca.test/upper' } as const;

test('nothing is fetched for a chain that is whole', async () => {
	const { asked, first } = await served([LEAF, LOWER, UPPER], {});
	expect({ asked, fetched: first.fetched }).toEqual({ asked: [], fetched: [] });
});

test('each gap is filled from the certificate below it', async () => {
	const web = { [URL_OF.lower]: answered(LOWER.der), [URL_OF.upper]: answered(cms(UPPER)) };
	const { asked, first } = await served([LEAF], web);
	expect(asked).toEqual([URL_OF.lower, URL_OF.upper]);
	expect(problems(first)).toEqual(['ssl/chain/missing-intermediate']);
	const partly = await served([LEAF, LOWER], web);
	expect(partly.asked).toEqual([URL_OF.upper]);
});

test('what did not sign is not used, and nobody is asked twice', async () => {
	const stranger = make.intermediate(ROOT, 'CN=Lower', { add: at(URL_OF.lower) });
	const { asked, first } = await served([LEAF], { [URL_OF.lower]: answered(stranger.der) });
	expect(asked).toEqual([URL_OF.lower]);
	expect(problems(first)).toEqual(['ssl/chain/untrusted-root']);
});

test('too much, too little, or no plain http is as good as nothing', async () => {
	const cut = await served([LEAF], { [URL_OF.lower]: answered(LOWER.der, true) });
	expect([cut.first.fetched, cut.first.lookups]).toEqual([[], [`${URL_OF.lower}: nothing usable`]]);
	const none = await served([LEAF], {});
	expect(none.first.fetched).toEqual([]);
	for (const url of ['https://ca.test/x', 'ldap://ca.test/x', 'nonsense']) {
		const odd = make.leaf(LOWER, { add: at(url) });
		expect((await served([odd], {})).asked).toEqual([]);
	}
});

test('hops end', async () => {
	const authorities = [make.root('CN=0')];
	for (let i = 1; i < 8; i++) {
		const issuer = authorities[i - 1] ?? ROOT;
		const url = `http://ca.test/${i - 1}`;
		authorities.push(make.intermediate(issuer, `CN=${i}`, { add: at(url) }));
	}
	const top = authorities.at(-1) ?? ROOT;
	const web = Object.fromEntries(
		authorities.map(({ der }, i) => [`http://ca.test/${i}`, answered(der)]),
	);
	const { asked } = await served([make.leaf(top, { add: at('http://ca.test/7') })], web);
	expect(asked).toHaveLength(3);
});

test('a summary is what a report shows of a certificate', () => {
	expect(certificateSummary(LEAF.der.toString('base64'))).toMatchObject({
		subject: 'example.com',
		issuer: 'Lower',
		names: ['example.com', '*.example.com'],
		notBefore: '2026-01-01T00:00:00.000Z',
		notAfter: '2026-04-01T00:00:00.000Z',
		key: 'P-256',
		hash: 'SHA-256',
	});
	expect(certificateSummary('AAAA')).toBeNull();
});

test.each<[string, make.Pair, string]>([
	['RSA', make.rsaPair(1024), 'RSA, 1024 bits'],
	['a curve', make.ecPair('secp256k1'), 'secp256k1'],
	['DSA', generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }), 'DSA'],
	['Ed25519', generateKeyPairSync('ed25519'), 'Ed25519'],
])('a summary names a key of %s', (_, pair, key) => {
	expect(certificateSummary(make.leaf(LOWER, { pair }).der.toString('base64'))).toMatchObject({
		key,
	});
});

test('a summary names the hash below the signature', () => {
	const issuer = make.intermediate(ROOT, 'CN=RSA', { pair: make.rsaPair() });
	const hashOf = (change: Partial<make.Recipe>) =>
		certificateSummary(make.leaf(issuer, change).der.toString('base64'))?.hash;
	expect(hashOf({ algorithm: make.RSA_SHA1, hash: 'sha1' })).toBe('SHA-1');
	expect(hashOf({ algorithm: make.RSA_MD5, hash: 'md5' })).toBe('MD5');
	expect(hashOf({ algorithm: make.sequence(make.oid('1.2.3.4')) })).toBeNull();
});
