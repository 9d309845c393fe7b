import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ocspAnswer, ocspState } from '../../../src/facts/tls/ocsp-response.ts';
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
	return ocspState(ocspAnswer(response, about), new Date(at));
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
		expect(ocspAnswer(response, { certificate, issuer: stranger })).toMatchObject({
			kind: 'useless',
			why: 'wrong-certificate',
		});
		const swapped = { ...certificate, issuer: stranger.subject };
		expect(ocspAnswer(response, { certificate: swapped, issuer })).toMatchObject({
			why: 'wrong-certificate',
		});
	});

	test('a delegate signs in the time of its own certificate', () => {
		const { response, ...about } = issued('delegated');
		const answer = ocspAnswer(response, about);
		expect(answer).toMatchObject({
			delegate: { from: '2026-05-27T00:00:00.000Z', until: '2026-06-26T00:00:00.000Z' },
		});
		if (answer.kind !== 'answer') throw new Error(answer.detail);
		const old = {
			...answer,
			delegate: { from: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' },
		};
		expect(ocspState(old, NOW)).toMatchObject({ kind: 'useless', why: 'not-signed' });
	});

	test('a hold in an old response may have been lifted', () => {
		const { response, ...about } = issued('revoked');
		const answer = ocspAnswer(response, about);
		if (answer.kind !== 'answer') throw new Error(answer.detail);
		const held = { ...answer, onHold: true };
		expect(ocspState(held, NOW).kind).toBe('revoked');
		expect(ocspState(held, new Date('2026-07-01T00:00:00Z'))).toMatchObject({ why: 'expired' });
	});

	test('hostile bytes never throw', () => {
		const { response, certificate, issuer } = issued('delegated');
		fc.assert(
			fc.property(fc.nat(response.length - 1), fc.nat(255), (place, octet) => {
				const changed = Buffer.from(response);
				changed[place] = octet;
				const state = ocspState(ocspAnswer(changed, { certificate, issuer }), NOW);
				expect(['good', 'revoked', 'useless']).toContain(state.kind);
				if (octet !== response[place]) expect(state.kind).not.toBe('revoked');
			}),
			{ numRuns: 300 },
		);
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
				expect(ocspAnswer(bytes, { certificate, issuer }).kind).toBe('useless');
			}),
		);
	});
});
