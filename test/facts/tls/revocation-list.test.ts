import { sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listedState } from '../../../src/facts/tls/revocation-list.ts';
import { type Certificate, parseCertificate } from '../../../src/facts/tls/x509.ts';
import { createAuthority } from '../../../src/lab/certificates.ts';
import type { CertificateSpec } from '../../../src/lab/world.ts';
import { cpuMs } from '../../cpu-time.ts';
import * as make from './certificate-maker.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
const authority = createAuthority({ now: NOW, host: 'ca.internet.test' });

function issued(change: Partial<CertificateSpec>) {
	const spec: CertificateSpec = { kind: 'ok', key: 'ec', crl: true, mustStaple: false, ...change };
	const [leaf, issuer] = authority.issue(spec, ['shop.test']).chain.map(read);
	if (leaf === undefined || issuer === undefined) throw new Error('no chain');
	return { leaf, issuer };
}

function read(der: Buffer): Certificate {
	const parsed = parseCertificate(der);
	if (parsed.kind === 'malformed') throw new Error(parsed.reason);
	return parsed.certificate;
}

const list = (name: string) => authority.files()[`/${name}.crl`] ?? Buffer.alloc(0);

describe('a revocation list (RFC 5280 §5)', () => {
	test('lists a revoked certificate, and no other', () => {
		const revoked = issued({ kind: 'revoked' });
		const other = issued({});
		expect(listedState(list('intermediate'), revoked.leaf, revoked.issuer)).toMatchObject({
			kind: 'listed',
			at: '2026-05-30T23:00:00.000Z',
			reason: null,
			nextUpdate: '2026-06-07T00:00:00.000Z',
		});
		expect(listedState(list('intermediate'), other.leaf, other.issuer)).toEqual({
			kind: 'not-listed',
			thisUpdate: '2026-05-31T00:00:00.000Z',
			nextUpdate: '2026-06-07T00:00:00.000Z',
		});
	});

	test('of a part of the certificates is read where the certificate names it (§5.2.5)', () => {
		const { leaf, issuer } = issued({ kind: 'revoked', crl: 'own-partition' });
		expect(listedState(list('own-partition'), leaf, issuer)).toMatchObject({ kind: 'listed' });
		expect(listedState(list('partition'), leaf, issuer)).toEqual({
			kind: 'unusable',
			detail: 'it is for another part of the certificates',
		});
	});

	test('of certificates that are no CA says nothing of a CA', () => {
		const { issuer } = issued({ crl: 'own-partition' });
		const authorityItself: Certificate = { ...issuer, issuer: issuer.subject };
		expect(listedState(list('own-partition'), authorityItself, issuer)).toMatchObject({
			detail: 'it is for certificates that are no CA',
		});
	});

	test('signed by another, or of another, proves nothing', () => {
		const { leaf, issuer } = issued({ kind: 'revoked' });
		expect(listedState(list('forged'), leaf, issuer)).toMatchObject({
			detail: 'the authority did not sign it',
		});
		expect(listedState(list('root'), leaf, issuer)).toMatchObject({
			detail: 'it is the list of another authority',
		});
		const mute: Certificate = { ...issuer, keyUsage: ['keyCertSign'] };
		expect(listedState(list('intermediate'), leaf, mute)).toMatchObject({ kind: 'unusable' });
	});

	test('hostile bytes never throw, and revoke nobody', () => {
		const { leaf, issuer } = issued({});
		const good = list('intermediate');
		fc.assert(
			fc.property(fc.nat(good.length - 1), fc.nat(255), (place, octet) => {
				const changed = Buffer.from(good);
				changed[place] = octet;
				expect(listedState(changed, leaf, issuer).kind).not.toBe('listed');
			}),
			{ numRuns: 300 },
		);
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
				expect(listedState(bytes, leaf, issuer).kind).toBe('unusable');
			}),
		);
	});
});

test('a list of eight megabytes is read in no time, whether or not it lists the certificate', () => {
	const root = make.root('CN=Large Root');
	const leaf = make.leaf(root, { serial: Buffer.from('1122334455667788', 'hex') });
	const other = make.leaf(root, { serial: Buffer.from('6655443322110099', 'hex') });
	const date = make.time('2026-01-01T00:00:00Z');
	const entry = (serial: Uint8Array) => make.sequence(make.integer(serial), date);
	const strangers = Array.from({ length: 200_000 }, (_, i) => {
		const serial = Buffer.alloc(16, 0x55);
		serial.writeUInt32BE(i, 4);
		return entry(serial);
	});
	const body = make.sequence(
		make.integer(1),
		make.ECDSA_SHA256,
		make.name('CN=Large Root'),
		date,
		make.time('2026-02-01T00:00:00Z'),
		make.tlv(0x30, Buffer.concat([...strangers, entry(Buffer.from('1122334455667788', 'hex'))])),
	);
	const signature = make.bits(sign('sha256', body, root.pair.privateKey));
	const der = make.sequence(body, make.ECDSA_SHA256, signature);
	const issuer: Certificate = { ...read(root.der), keyUsage: ['keyCertSign', 'cRLSign'] };
	const began = cpuMs();
	expect(listedState(der, read(leaf.der), issuer)).toMatchObject({ kind: 'listed' });
	expect(listedState(der, read(other.der), issuer)).toMatchObject({ kind: 'not-listed' });
	expect(cpuMs() - began).toBeLessThan(3_000);
});
