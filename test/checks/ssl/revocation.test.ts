import { describe, expect, test } from 'vitest';
import revocation from '../../../checks/ssl/revocation.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const AT = '203.0.113.10';
type Certificate = NonNullable<NonNullable<World['sites']>[number]['certificate']>;

async function audited(certificate: Certificate, more: Partial<World> = {}) {
	const world: World = {
		zones: { 'shop.test': { records: `@ A ${AT}` } },
		sites: [{ hosts: ['shop.test'], at: [AT], certificate }],
		...more,
	};
	return auditLab(world, revocation, { domain: 'shop.test' });
}

const said = async (certificate: Certificate) =>
	(await audited(certificate)).said.map((one) => one.replace(' shop.test', ''));

describe('a certificate that was withdrawn', () => {
	test.each<[string, Certificate]>([
		['by its list', 'revoked'],
		['by its part of the list', { kind: 'revoked', crl: 'own-partition' }],
		['by a stapled response', { staple: 'revoked' }],
		['by a stapled response, while the list is silent', { staple: 'revoked', crl: true }],
	])('%s', async (_, certificate) => {
		const { findings } = await audited(certificate);
		expect(findings.filter(isFailed).map((one) => [idOf(one), one.severity])).toEqual([
			['ssl/revocation/revoked', 'blocker'],
		]);
	});

	test('with its intermediate: the chain is to be replaced, not the key', async () => {
		const { findings } = await audited('revoked-intermediate');
		const [finding] = findings.filter(isFailed);
		expect(finding?.message).toContain(
			'The intermediate "Lab Revoked Intermediate" was revoked on',
		);
		expect(finding?.message).toContain('/root.crl');
		expect(finding?.fix.summary).toContain('another intermediate');
	});

	test('its message names the date, the reason and the source', async () => {
		const { findings } = await audited({ staple: 'revoked' });
		expect(findings.filter(isFailed)[0]?.message).toMatch(
			/^The server's certificate was revoked on \d{4}-\d\d-\d\d \d\d:\d\d UTC because its key is compromised, says its stapled OCSP response/,
		);
	});
});

describe('a certificate that stands', () => {
	test.each<[string, Certificate]>([
		['in no list', { crl: true }],
		['in no part of the list', { crl: 'own-partition' }],
		['by a stapled response', { staple: 'good', ocsp: true }],
		["by a delegate's stapled response", { staple: 'delegated', ocsp: true, mustStaple: true }],
	])('%s', async (_, certificate) => {
		expect(await said(certificate)).toEqual(['standing']);
	});

	test('without a responder to staple from, it is no news that nothing is stapled', async () => {
		expect(await said({ crl: true, ocsp: false })).toEqual(['standing']);
	});
});

describe('stapling', () => {
	test.each<['expired' | 'wrong' | 'unknown' | 'forged' | 'try-later' | 'garbage', RegExp]>([
		['expired', /expired on/],
		['wrong', /is about another certificate/],
		['unknown', /does not know the certificate/],
		['forged', /is not signed by the issuer/],
		['try-later', /is an error \(tryLater\)/],
		['garbage', /cannot be read/],
	])('%s', async (staple, words) => {
		const { findings } = await audited({ staple, crl: true });
		const failed = findings.filter(isFailed);
		expect(failed.map((one) => [idOf(one), one.severity])).toEqual([
			['ssl/revocation/staple-bad', 'later'],
		]);
		expect(failed[0]?.message).toMatch(words);
	});

	test('demanded and absent', async () => {
		expect(await said({ mustStaple: true, crl: true })).toEqual(['must-staple-unstapled']);
	});

	test('possible and absent', async () => {
		expect(await said({ ocsp: true, crl: true })).toEqual(['not-stapled', 'standing']);
	});
});

describe('nothing to be found out', () => {
	test.each<[Certificate, RegExp]>([
		[{ crl: 'missing' }, /cannot be had \(HTTP 404\)/],
		[{ crl: 'garbage' }, /cannot be read/],
		[{ crl: 'expired' }, /is out of date/],
		[{ crl: 'forged' }, /the authority did not sign it/],
		[{ crl: 'partition' }, /for another part of the certificates/],
		[{ ocsp: true }, /names no list over http/],
	])('%j', async (certificate, words) => {
		const { findings } = await audited(certificate);
		const found = findings.filter(isFailed).find((one) => idOf(one).endsWith('no-answer'));
		expect(found?.severity).toBe('info');
		expect(found?.message).toMatch(words);
		expect(findings.every(({ outcome }) => outcome !== 'pass')).toBe(true);
	});

	test('a forged or stale list revokes nobody', async () => {
		expect(await said({ kind: 'revoked', crl: 'forged' })).toEqual(['no-answer']);
		expect(await said({ kind: 'revoked', crl: 'expired' })).toEqual(['revoked']);
	});

	test('a certificate that names neither list nor responder', async () => {
		expect(await said('ok')).toEqual(['not-applicable']);
	});

	test.each<Certificate>(['self-signed', 'untrusted-root'])(
		'%s belongs to ssl/chain',
		async (one) => {
			expect(await said(one)).toEqual(['unknown']);
		},
	);
});

test('a list is asked once, over plain http', async () => {
	const { requests } = await audited({ crl: true });
	expect(requests.http.filter(({ url }) => url.endsWith('.crl')).map(({ url }) => url)).toEqual([
		'http://ca.internet.test/intermediate.crl',
	]);
});
