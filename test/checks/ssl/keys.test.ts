import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { SAMPLE_TRUST, sampleChain } from '../../../checks/ssl/_samples.ts';
import certificate from '../../../checks/ssl/certificate.ts';
import chain from '../../../checks/ssl/chain.ts';
import https from '../../../checks/ssl/https.ts';
import keys from '../../../checks/ssl/keys.ts';
import type { LabAuditOptions } from '../../../src/audit-lab.ts';
import type { AnyCheck } from '../../../src/core/check.ts';
import { type Failed, idOf, isFailed } from '../../../src/core/finding.ts';
import { judgeExample } from '../../../src/engine/verify-check.ts';
import { assessServed } from '../../../src/facts/tls/served-chains.ts';
import { pem } from '../../../src/lab/certificates.ts';
import type { CERTIFICATE_KINDS, World } from '../../../src/lab/world.ts';
import { createTls } from '../../../src/net/tls.ts';
import type { Minted, Pair } from '../../facts/tls/certificate-maker.ts';
import * as make from '../../facts/tls/certificate-maker.ts';
import { listen, loopbackDialer } from '../../net/loopback.ts';
import { auditLab } from '../audit-lab.ts';

const AT = '203.0.113.10';
const OTHER = '203.0.113.11';
type Site = NonNullable<World['sites']>[number];
type Kind = (typeof CERTIFICATE_KINDS)[number];
type Name = Parameters<typeof sampleChain>[0];

/** What the area says of shop.test: risks of every check, and what became of ssl/keys. */
async function audited(
	site: Partial<Site>,
	more: World = {},
	records = `@ A ${AT}`,
	patience: LabAuditOptions = {},
) {
	const world: World = {
		zones: { 'shop.test': { records } },
		sites: [{ hosts: ['shop.test'], at: [AT], ...site }],
		...more,
	};
	const asked = { domain: 'shop.test' };
	const checks = [https, certificate, chain, keys];
	const { findings } = await auditLab(world, checks, asked, patience);
	const own = findings.filter(({ check }) => check === 'ssl/keys');
	return {
		risks: findings.filter(isFailed).map((one) => `${idOf(one)} ${one.severity}`),
		own,
		became: own.map(({ verdict, outcome }) => verdict ?? outcome),
		completed: findings.some(({ check, outcome }) => check === 'ssl/https' && outcome === 'pass'),
	};
}

describe('on real sockets', () => {
	test.each<[string, Kind, object, readonly string[], readonly string[]]>([
		['P-256', 'ok', {}, [], ['strong']],
		['RSA 2048', 'ok', { key: 'rsa' }, [], ['strong']],
		['RSA 1024', 'weak-key', {}, ['ssl/keys/rsa-too-small high'], ['rsa-too-small']],
		['SHA-1', 'sha1', {}, ['ssl/keys/sha1-signature blocker'], ['sha1-signature']],
		[
			'SHA-1 below an RSA key',
			'sha1',
			{ key: 'rsa' },
			['ssl/keys/sha1-signature blocker'],
			['sha1-signature'],
		],
		['expired', 'expired', {}, ['ssl/certificate/expired blocker'], ['strong']],
		[
			'SHA-1 and for another name, which are two faults',
			'sha1',
			{ names: ['elsewhere.test'] },
			['ssl/certificate/wrong-host blocker', 'ssl/keys/sha1-signature blocker'],
			['sha1-signature'],
		],
		['signed by itself', 'self-signed', {}, ['ssl/chain/self-signed blocker'], ['strong']],
		['untrusted', 'untrusted-root', {}, ['ssl/chain/untrusted-root blocker'], ['blocked']],
		[
			'the intermediate fetched',
			'missing-intermediate',
			{},
			['ssl/chain/missing-intermediate high'],
			['strong'],
		],
	])('%s: the handshake completes, and each fault is said once', async (_, kind, more, ...told) => {
		const { risks, became, completed } = await audited({ certificate: { kind, ...more } });
		expect(completed).toBe(true);
		expect([risks, became]).toEqual(told);
	});

	test('a weak key at one address of two is found, and the address named', async () => {
		const { risks, own } = await audited(
			{},
			{
				sites: [
					{ hosts: ['shop.test'], at: [AT] },
					{ hosts: ['shop.test'], at: [OTHER], certificate: 'weak-key' },
				],
			},
			`@ A ${AT}\n@ A ${OTHER}`,
		);
		expect(risks).toEqual(['ssl/keys/rsa-too-small high']);
		expect(own[0]?.message).toBe(
			`The server's certificate has an RSA key of 1024 bits (shop.test at ${OTHER}, not at ${AT}); the least is 2048.`,
		);
	});

	test('under a closed port it hides; where nothing could be seen it does not pass', async () => {
		const at = (does: 'refused' | 'accept-silent') =>
			audited({}, { ports: [{ at: AT, port: 443, does }] }, undefined, { handshakeMs: 500 });
		expect((await at('refused')).own).toMatchObject([
			{ outcome: 'blocked', by: { check: 'ssl/https' } },
		]);
		expect((await at('accept-silent')).own).toMatchObject([
			{ outcome: 'unknown', decisive: true, couldBe: 'blocker' },
		]);
	});

	test('an intermediate out of reach leaves the authorities unknown, and the decision free', async () => {
		const { risks, own } = await audited(
			{ certificate: 'missing-intermediate' },
			{ ports: [{ at: '198.51.100.80', port: 80, does: 'refused' }] },
		);
		expect(risks).toEqual(['ssl/chain/missing-intermediate high']);
		expect(own).toMatchObject([{ outcome: 'unknown', couldBe: 'high' }]);
	});
});

describe('our own TLS library refuses none of these, so that they are seen', () => {
	const root = make.root();
	const authority = make.intermediate(root);
	const rsaAuthority = make.intermediate(root, 'CN=RSA CA', { pair: make.rsaPair() });
	const holding = (pair: Pair) => [make.leaf(authority, { pair }), authority];
	const small = (bits: number) => holding(make.rsaPair(bits));
	const weak = make.intermediate(root, 'CN=Weak CA', { pair: make.rsaPair(1016) });
	const trust = { node: '20.0.0', publicPem: pem('CERTIFICATE', root.der), privatePem: '' };

	test.each<[string, readonly Minted[], 'TLSv1.2' | 'TLSv1.3', readonly string[]]>([
		// Too small for the signatures of TLS 1.3.
		['RSA 512', small(512), 'TLSv1.2', ['rsa-too-small blocker']],
		['RSA 768', small(768), 'TLSv1.3', ['rsa-too-small blocker']],
		['RSA 1023', small(1023), 'TLSv1.3', ['rsa-too-small blocker', 'rsa-odd-size high']],
		['RSA 1024', small(1024), 'TLSv1.2', ['rsa-too-small high']],
		['RSA 2047', small(2047), 'TLSv1.3', ['rsa-too-small high', 'rsa-odd-size high']],
		['RSA 2048', small(2048), 'TLSv1.3', []],
		['Ed25519', holding(generateKeyPairSync('ed25519')), 'TLSv1.3', ['type-not-allowed high']],
		['Ed448', holding(generateKeyPairSync('ed448')), 'TLSv1.2', ['type-not-allowed high']],
		[
			'MD5',
			[make.leaf(rsaAuthority, { algorithm: make.RSA_MD5, hash: 'md5' }), rsaAuthority],
			'TLSv1.3',
			['md5-signature blocker'],
		],
		[
			'SHA-1',
			[make.leaf(rsaAuthority, { algorithm: make.RSA_SHA1, hash: 'sha1' }), rsaAuthority],
			'TLSv1.2',
			['sha1-signature blocker'],
		],
		['a weak authority', [make.leaf(weak), weak], 'TLSv1.3', ['rsa-too-small blocker']],
	])('%s', async (_, sent, version, told) => {
		const key = sent[0]?.pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
		const server = createServer({
			...(key !== undefined && { key }),
			cert: sent.map(({ der }) => pem('CERTIFICATE', der)).join(''),
			minVersion: version,
			maxVersion: version,
			ciphers: 'DEFAULT:@SECLEVEL=0',
		});
		const port = await listen(server);
		const tls = createTls(loopbackDialer(), { env: {} });
		const outcome = await tls.handshake({ host: 'site.test', address: '127.0.0.1', port });
		if (outcome.kind === 'failed') throw new Error(outcome.detail);
		const { problems } = assessServed(outcome, { host: 'example.com', now: make.NOW, trust });
		expect(problems.map(({ id, severity }) => `${id} ${severity}`)).toEqual(
			told.map((one) => `ssl/keys/${one}`),
		);
	});
});

/** Each chain at an address of its own. */
function servedAs(...names: Name[]) {
	return names.map((name, i) => ({
		addresses: [`203.0.113.${i + 1}`],
		chain: sampleChain(name),
		fetched: [],
		lookups: [],
	}));
}

/** The findings for chains that the examples are judged on. */
function judged(...names: Name[]) {
	const given = { served: servedAs(...names), trust: SAMPLE_TRUST };
	return judgeExample(keys as AnyCheck, { name: names.join(), given, says: '', when: {} });
}

const failuresOf = (...names: Name[]) => judged(...names).filter(isFailed);

describe('the limits', () => {
	test.each<[Name, readonly string[]]>([
		['rsa1016', ['rsa-too-small blocker']],
		['rsa1023', ['rsa-too-small blocker', 'rsa-odd-size high']],
		['rsa1024', ['rsa-too-small high']],
		['rsa2040', ['rsa-too-small high']],
		['rsa2047', ['rsa-too-small high', 'rsa-odd-size high']],
		['rsa2048', []],
		['rsa2049', ['rsa-odd-size high']],
		['rsa4096', []],
		['rsa4097', ['rsa-odd-size high', 'rsa-oversized info']],
		['rsa4104', ['rsa-oversized info']],
		['exponent1', ['rsa-weak-exponent high']],
		['exponent2', ['rsa-weak-exponent high']],
		['exponent3', []],
		['exponent65536', ['rsa-weak-exponent high']],
		['p192', ['curve-not-allowed blocker']],
		['p224', ['curve-not-allowed high']],
		['secp256k1', ['curve-not-allowed high']],
		['p384', []],
		['p521', []],
		['dsa', ['dsa high']],
		['ed25519', ['type-not-allowed high']],
		['ed448', ['type-not-allowed high']],
		['sha1', ['sha1-signature blocker']],
		['md5', ['md5-signature blocker']],
		['sha1Ca', ['sha1-signature blocker']],
		['weakCa', ['rsa-too-small high']],
		['weakBoth', ['rsa-too-small blocker']],
		// Its own signature is relied on by nobody.
		['weakSelfSigned', ['rsa-too-small high']],
	])('%s', (name, told) => {
		expect(failuresOf(name).map(({ verdict, severity }) => `${verdict} ${severity}`)).toEqual(told);
		const passed = judged(name).some(({ outcome }) => outcome === 'pass');
		expect(passed).toBe(told.every((one) => one.endsWith('info')));
	});

	test('none of these chains has another fault, so that no other check speaks up', () => {
		for (const name of ['sha1', 'md5', 'sha1Ca', 'weakCa', 'dsa', 'ed25519', 'p192'] as const) {
			const about = { host: 'example.com', now: new Date('2030-01-01'), trust: SAMPLE_TRUST };
			const ids = assessServed({ chain: sampleChain(name) }, about).problems.map(({ id }) => id);
			expect(ids).toHaveLength(1);
			expect(ids[0]).toMatch(/^ssl\/keys\//);
		}
	});
});

describe('wording and fix', () => {
	const only = (...names: Name[]): Failed => {
		const [first, ...more] = failuresOf(...names);
		if (first === undefined || more.length > 0) throw new Error('one finding was expected');
		return first;
	};

	test("a key of the server's own is made anew, on P-256", () => {
		const { fix, cause, evidence } = only('rsa1024');
		expect(fix.summary).toBe(
			'Make a new P-256 key for example.com, and have the certificate issued anew for it.',
		);
		const text = (platform: string) =>
			fix.snippets.find((one) => one.platform === platform)?.text ?? '';
		expect(text('any')).toContain('ec_paramgen_curve:P-256 -out example.com.key');
		expect(text('any')).toContain('subjectAltName=DNS:example.com');
		expect(text('nginx')).toContain(
			'--cert-name example.com --key-type ecdsa --elliptic-curve secp256r1',
		);
		expect(text('caddy')).toContain('key_type p256');
		expect(cause).toBe('ssl/keys/own-key');
		expect(evidence?.at(-1)?.detail).toBe(
			'example.com: RSA, 1024 bits, signed with SHA-256\nSample CA: P-256, signed with SHA-256',
		);
	});

	test('every rule that one key breaks has one cause', () => {
		expect(failuresOf('rsa1023').map(({ cause }) => cause)).toEqual([
			'ssl/keys/own-key',
			'ssl/keys/own-key',
		]);
	});

	test('a key that may be known to others is to be revoked', () => {
		const revoked = (name: Name) =>
			failuresOf(name)[0]?.fix.steps.some((step) => step.includes('revoke')) ?? false;
		const names: Name[] = ['rsa1016', 'exponent1'];
		expect(names.map(revoked)).toEqual([true, true]);
		const others: Name[] = ['rsa1024', 'exponent2', 'p192'];
		expect(others.map(revoked)).toEqual([false, false, false]);
	});

	test('a weak authority is named, and not blamed on the key of the server', () => {
		const { message, fix, cause } = only('weakCa');
		expect(message).toContain('The intermediate "Weak CA" has an RSA key of 1024 bits');
		expect(fix.summary).toContain('Replace the intermediate "Weak CA"');
		expect(cause).toBe('ssl/keys/authority-key');
	});

	test('both are said where both are weak, and the graver counts', () => {
		const { message, fix } = only('weakBoth');
		expect(message).toContain(
			'The intermediate "Weaker CA" has an RSA key of 1016 bits; the server',
		);
		expect(fix.summary).toContain('Make a new P-256 key');
		expect(fix.steps.join()).toContain('A private CA needs a new key too');
	});

	test('a signature is made anew by who made it', () => {
		const [own, authority] = [only('sha1').fix, only('sha1Ca').fix];
		expect(own.summary).toBe("Have the server's certificate issued anew, signed with SHA-256.");
		expect(authority.summary).toBe(
			'Have the intermediate "SHA-1 CA" issued anew, signed with SHA-256.',
		);
		const chainOnly = (steps: readonly string[]) =>
			steps.some((step) => step.includes('only the chain file'));
		expect([chainOnly(own.steps), chainOnly(authority.steps)]).toEqual([false, true]);
		expect(own.snippets[0]?.text).toContain('openssl x509 -req -sha256');
	});

	test('a name too long for a common name is left to subjectAltName', () => {
		const label = 'a'.repeat(60);
		const subject = { name: `${label}.example.com` };
		const given = { served: servedAs('rsa1024'), trust: SAMPLE_TRUST };
		const [said] = judgeExample(keys as AnyCheck, { name: '', given, says: '', when: { subject } });
		if (said === undefined || !isFailed(said)) throw new Error('a finding was expected');
		expect(said.fix.snippets[0]?.text).toContain(
			`-subj / -addext subjectAltName=DNS:${label}.example.com`,
		);
	});

	test('a certificate that signed itself is praised for its key alone', () => {
		expect(judged('selfSigned')[0]?.message).toContain(
			'(its certificate: P-256, signed by itself;',
		);
	});

	test('a pass says what it saw', () => {
		expect(judged('good', 'rsa2048').map(({ message }) => message)).toEqual([
			'The keys and signatures behind example.com are strong enough (its certificate: P-256, signed with SHA-256 and RSA, 2048 bits, signed with SHA-256; 203.0.113.1, 203.0.113.2).',
		]);
	});
});
