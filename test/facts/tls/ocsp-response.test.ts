import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ocspState } from '../../../src/facts/tls/ocsp-response.ts';
import { type Certificate, parseCertificate } from '../../../src/facts/tls/x509.ts';
import { createAuthority } from '../../../src/lab/certificates.ts';
import type { CertificateSpec } from '../../../src/lab/world.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
const authority = createAuthority({ now: NOW, host: 'ca.internet.test' });

type Staple = NonNullable<CertificateSpec['staple']>;

function issued(staple: Staple) {
	const spec: CertificateSpec = { kind: 'ok', key: 'ec', crl: false, mustStaple: false, staple };
	const { chain, staple: response = Buffer.alloc(0) } = authority.issue(spec, ['shop.test']);
	return { certificate: read(chain[0]), issuer: read(chain[1]), response };
}

function read(der: Buffer | undefined): Certificate {
	const parsed = parseCertificate(der ?? Buffer.alloc(0));
	if (parsed.kind === 'malformed') throw new Error(parsed.reason);
	return parsed.certificate;
}

const stateOf = (staple: Staple, at = NOW.getTime()) => {
	const { response, ...about } = issued(staple);
	return ocspState(response, { ...about, at });
};

describe('an OCSP response (RFC 6960)', () => {
	test.each<Staple>(['good', 'delegated'])('%s is good, until its nextUpdate', (staple) => {
		expect(stateOf(staple)).toEqual({ kind: 'good', until: '2026-06-07T00:00:00.000Z' });
	});

	test('a revocation has a date and a reason', () => {
		expect(stateOf('revoked')).toEqual({
			kind: 'revoked',
			at: '2026-05-31T00:00:00.000Z',
			reason: 'its key is compromised',
		});
	});

	test('a revocation stands when the response is old, because it is never taken back', () => {
		expect(stateOf('revoked', Date.parse('2026-07-01T00:00:00Z'))).toMatchObject({
			kind: 'revoked',
		});
	});

	test.each<[Staple, string]>([
		['expired', 'expired'],
		['wrong', 'wrong-certificate'],
		['unknown', 'unknown'],
		['forged', 'not-signed'],
		['try-later', 'error'],
		['garbage', 'malformed'],
	])('%s proves nothing: %s', (staple, why) => {
		expect(stateOf(staple)).toMatchObject({ kind: 'useless', why });
	});

	test.each([
		['2026-05-30T23:54:59Z', 'not-yet-valid'],
		['2026-05-30T23:55:00Z', 'good'],
		['2026-06-07T00:00:00.999Z', 'good'],
		['2026-06-07T00:00:01Z', 'expired'],
	])('at %s: %s', (at, expected) => {
		const state = stateOf('good', Date.parse(at));
		expect(state.kind === 'useless' ? state.why : state.kind).toBe(expected);
	});

	test('the certificate of another issuer with the same serial number is another one', () => {
		const { response, certificate, issuer } = issued('good');
		const other = createAuthority({ now: NOW, host: 'other.test' });
		const spec: CertificateSpec = {
			kind: 'untrusted-root',
			key: 'ec',
			crl: false,
			mustStaple: false,
		};
		const stranger = read(other.issue(spec, ['shop.test']).chain[1]);
		expect(ocspState(response, { certificate, issuer: stranger, at: NOW.getTime() })).toMatchObject(
			{
				kind: 'useless',
				why: 'wrong-certificate',
			},
		);
		const swapped = { ...certificate, issuer: stranger.subject };
		expect(ocspState(response, { certificate: swapped, issuer, at: NOW.getTime() })).toMatchObject({
			why: 'wrong-certificate',
		});
	});

	test('a delegate without the purpose, or out of date, signs nothing', () => {
		// The delegate is good from five days before to 25 days after.
		expect(stateOf('delegated', Date.parse('2026-06-26T00:00:01Z'))).toMatchObject({
			why: 'not-signed',
		});
	});

	test('hostile bytes never throw', () => {
		const { response, certificate, issuer } = issued('delegated');
		fc.assert(
			fc.property(fc.nat(response.length - 1), fc.nat(255), (place, octet) => {
				const changed = Buffer.from(response);
				changed[place] = octet;
				const state = ocspState(changed, { certificate, issuer, at: NOW.getTime() });
				expect(['good', 'revoked', 'useless']).toContain(state.kind);
				if (octet !== response[place]) expect(state.kind).not.toBe('revoked');
			}),
			{ numRuns: 300 },
		);
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
				const state = ocspState(bytes, { certificate, issuer, at: NOW.getTime() });
				expect(state.kind).toBe('useless');
			}),
		);
	});
});
