import { verify, X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../../src/lab/certificates.ts';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { CERTIFICATE_KINDS, type CertificateSpec, type World } from '../../src/lab/world.ts';
import { fetched, handshake } from './clients.ts';

const ADDRESS = '203.0.113.10';
const DAY = 86_400_000;

const WORLD: World = {
	sites: [
		...CERTIFICATE_KINDS.map((kind) => ({
			hosts: [`${kind}.test`],
			at: [ADDRESS],
			certificate: kind,
		})),
		{ hosts: ['rsa.test'], at: [ADDRESS], certificate: { key: 'rsa' as const } },
		{ hosts: ['soon.test'], at: [ADDRESS], certificate: { daysLeft: 5 } },
		{ hosts: ['short.test'], at: [ADDRESS], certificate: { daysLeft: 3, lifetimeDays: 6 } },
		{ hosts: ['staple.test'], at: [ADDRESS], certificate: { mustStaple: true, crl: true } },
		{
			hosts: ['ip.test'],
			at: [ADDRESS],
			certificate: { names: ['ip.test', ADDRESS, '2001:db8::1'] },
		},
	],
};

let lab: Lab;
beforeAll(async () => {
	lab = await startLab(WORLD);
});
afterAll(() => lab.close());

/** As sent, and what Node, told to trust the lab's root, thinks of it. */
async function seen(host: string) {
	const { socket, authorized } = await handshake(lab, { host, address: ADDRESS });
	const chain: X509Certificate[] = [];
	// The chain as sent: `getPeerCertificate(true)` would reorder and complete it.
	let next = socket.getPeerX509Certificate();
	while (next !== undefined && !chain.some(({ raw }) => raw.equals(next?.raw ?? Buffer.alloc(0)))) {
		chain.push(next);
		next = next.issuerCertificate;
	}
	socket.destroy();
	const [leaf] = chain;
	if (leaf === undefined) throw new Error(`${host} sent no certificate`);
	return { leaf, chain, authorized };
}

const fileOf = (authority: Authority, path: string) => authority.files()[path] ?? Buffer.alloc(0);
const daysFromNow = (text: string) => (Date.parse(text) - Date.now()) / DAY;

describe('what Node says of each kind, told to trust the root', () => {
	test.each([
		['ok', true],
		['rsa', true],
		['soon', true],
		['short', true],
		['staple', true],
		['too-long', true],
		['root-sent', true],
		['unrelated-sent', true],
		['out-of-order', true],
		['no-purpose', true],
		['revoked', true],
		['expired', 'CERT_HAS_EXPIRED'],
		['not-yet-valid', 'CERT_NOT_YET_VALID'],
		['intermediate-expired', 'CERT_HAS_EXPIRED'],
		['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
		['missing-intermediate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
		['untrusted-root', /UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
		['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
		['client-only', 'INVALID_PURPOSE'],
	] as const)('%s: %s', async (kind, expected) => {
		const { authorized } = await seen(`${kind}.test`);
		if (expected instanceof RegExp) expect(authorized).toMatch(expected);
		else expect(authorized).toBe(expected);
	});
});

describe('what each kind carries', () => {
	test('a sound leaf has 90 days, 60 of them left, both identifiers and the way to its issuer', async () => {
		const { leaf, chain } = await seen('ok.test');
		expect(daysFromNow(leaf.validTo)).toBeCloseTo(60, 1);
		expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBe(90 * DAY - 1000);
		expect(leaf.subjectAltName).toBe('DNS:ok.test');
		expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
		expect(leaf.ca).toBe(false);
		expect(leaf.publicKey.asymmetricKeyType).toBe('ec');
		expect(leaf.infoAccess).toContain('http://ca.internet.test/intermediate.der');
		expect(chain).toHaveLength(2);
		expect(leaf.checkIssued(chain[1] as X509Certificate)).toBe(true);
		expect(chain[1]?.checkIssued(new X509Certificate(lab.caPem))).toBe(true);
		expect(leaf.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
	});

	test('dates move as told', async () => {
		const { leaf: soon } = await seen('soon.test');
		expect(daysFromNow(soon.validTo)).toBeCloseTo(5, 1);
		const { leaf: short } = await seen('short.test');
		expect(daysFromNow(short.validFrom)).toBeCloseTo(-3, 1);
		const { leaf: long } = await seen('too-long.test');
		expect(Date.parse(long.validTo) - Date.parse(long.validFrom)).toBe(500 * DAY - 1000);
		expect(daysFromNow((await seen('expired.test')).leaf.validTo)).toBeCloseTo(-3, 1);
		expect(daysFromNow((await seen('not-yet-valid.test')).leaf.validFrom)).toBeGreaterThan(2);
	});

	test('names, purposes and keys are wrong as told', async () => {
		expect((await seen('no-san.test')).leaf.subjectAltName).toBeUndefined();
		expect((await seen('no-san.test')).leaf.subject).toContain('CN=no-san.test');
		expect((await seen('wrong-host.test')).leaf.subjectAltName).toBe('DNS:elsewhere.test');
		expect((await seen('is-ca.test')).leaf.ca).toBe(true);
		expect((await seen('client-only.test')).leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
		expect((await seen('no-purpose.test')).leaf.keyUsage).toBeUndefined();
		const { leaf: weak } = await seen('weak-key.test');
		expect(weak.publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
		const { leaf: rsa } = await seen('rsa.test');
		expect(rsa.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
		const sha1 = Buffer.from('06072a8648ce3d0401', 'hex');
		expect((await seen('sha1.test')).leaf.raw.includes(sha1)).toBe(true);
		expect((await seen('ip.test')).leaf.subjectAltName).toBe(
			'DNS:ip.test, IP Address:203.0.113.10, IP Address:2001:DB8:0:0:0:0:0:1',
		);
		const mustStaple = Buffer.from('06082b06010505070118', 'hex');
		expect((await seen('staple.test')).leaf.raw.includes(mustStaple)).toBe(true);
		expect((await seen('ok.test')).leaf.raw.includes(mustStaple)).toBe(false);
	});
});

describe('chains, in the order sent', () => {
	const now = new Date('2026-06-01T00:00:00Z');
	const authority = createAuthority({ now, host: 'ca.test' });
	const issue = (kind: CertificateSpec['kind']) =>
		authority.issue({ kind, key: 'ec', crl: false, mustStaple: false }, ['a.test']);
	const labels = (kind: CertificateSpec['kind']) =>
		issue(kind).chain.map((der) => /CN=(.*)/.exec(new X509Certificate(der).subject)?.[1]);

	test.each([
		['ok', ['a.test', 'Lab Intermediate']],
		['missing-intermediate', ['a.test']],
		['self-signed', ['a.test']],
		['out-of-order', ['a.test', 'Lab Root', 'Lab Intermediate']],
		['root-sent', ['a.test', 'Lab Intermediate', 'Lab Root']],
		['unrelated-sent', ['a.test', 'Lab Intermediate', 'Unknown Intermediate']],
		['untrusted-root', ['a.test', 'Unknown Intermediate']],
	] as const)('%s sends %j', (kind, expected) => {
		expect(labels(kind)).toEqual(expected);
	});

	test('every certificate is signed by the key of its issuer', () => {
		const [leaf, intermediate] = issue('ok').chain.map((der) => new X509Certificate(der));
		const root = new X509Certificate(authority.root);
		if (leaf === undefined || intermediate === undefined) throw new Error('no chain');
		expect(leaf.verify(intermediate.publicKey)).toBe(true);
		expect(intermediate.verify(root.publicKey)).toBe(true);
		expect(root.verify(root.publicKey)).toBe(true);
	});

	test('periods are relative to the time that the lab is told', () => {
		const leaf = new X509Certificate(issue('ok').chain[0] ?? Buffer.alloc(0));
		expect(new Date(leaf.validTo).toISOString()).toBe('2026-07-31T00:00:00.000Z');
	});

	test('the list of revoked certificates holds their serial numbers and a valid signature', () => {
		const serial = new X509Certificate(issue('revoked').chain[0] ?? Buffer.alloc(0)).serialNumber;
		const list = fileOf(authority, '/intermediate.crl');
		expect(list.toString('hex').toUpperCase()).toContain(serial);
		const [body, , signature] = forge.asn1.fromDer(list.toString('latin1'), {
			strict: true,
			decodeBitStrings: false,
		} as unknown as boolean).value as forge.asn1.Asn1[];
		if (body === undefined || signature === undefined) throw new Error('no list');
		const der = Buffer.from(forge.asn1.toDer(body).getBytes(), 'latin1');
		const bits = Buffer.from(String(signature.value).slice(1), 'latin1');
		const { publicKey } = new X509Certificate(fileOf(authority, '/intermediate.der'));
		expect(verify('sha256', der, publicKey, bits)).toBe(true);
	});
});

test('caIssuers leads to the intermediate, the distribution point to the list', async () => {
	const { leaf, chain } = await seen('revoked.test');
	expect(leaf.raw.includes(Buffer.from('http://ca.internet.test/intermediate.crl'))).toBe(true);
	const at = { address: '198.51.100.80' };
	const fetchedIssuer = await fetched(lab, 'http://ca.internet.test/intermediate.der', at);
	expect(fetchedIssuer.status).toBe(200);
	expect(Buffer.from(fetchedIssuer.body).includes(Buffer.from('Lab Intermediate'))).toBe(true);
	expect(chain[1]?.subject).toContain('Lab Intermediate');
	expect((await fetched(lab, 'http://ca.internet.test/intermediate.crl', at)).status).toBe(200);
});
