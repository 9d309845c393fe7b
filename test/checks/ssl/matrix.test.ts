import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHECKS_FOLDER } from '../../../src/checks-folder.ts';
import type { AnyCheck } from '../../../src/core/check.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import { loadChecks } from '../../../src/engine/load-checks.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const AT = '203.0.113.10';
type Site = NonNullable<World['sites']>[number];
type Fields = Exclude<NonNullable<Site['certificate']>, string>;

let checks: readonly AnyCheck[] = [];

beforeAll(async () => {
	const all = await loadChecks(path.resolve(CHECKS_FOLDER));
	checks = all.filter(({ id }) => id.startsWith('ssl/'));
	expect(checks.map(({ id }) => id)).toEqual([
		'ssl/addresses',
		'ssl/caa',
		'ssl/certificate',
		'ssl/chain',
		'ssl/ciphers',
		'ssl/https',
		'ssl/keys',
		'ssl/lifetime',
		'ssl/origin',
		'ssl/protocols',
		'ssl/revocation',
		'ssl/transparency',
	]);
});

/** In order in every way, as of a public authority. */
const SOUND: Fields = { scts: 3, crl: true, issuer: "Let's Encrypt" };

/** What all of ssl says of one site, graver than "can wait". */
async function grave(certificate: Fields, site: Partial<Site> = {}, authority = true) {
	const world: World = {
		zones: { 'shop.test': { records: [`@ A ${AT}`, '@ CAA 0 issue "letsencrypt.org"'] } },
		sites: [
			{
				hosts: ['shop.test'],
				at: [AT],
				certificate: { ...SOUND, ...certificate },
				tls: { alpn: ['h2', 'http/1.1'] },
				...site,
			},
		],
	};
	const { findings } = await auditLab(
		world,
		checks,
		{ domain: 'shop.test' },
		{
			publicAuthority: authority,
			// Nobody outside the lab is asked.
			checkOptions: {
				'ssl/lifetime': { directories: { "Let's Encrypt": 'http://ca.internet.test/' } },
			},
		},
	);
	return findings
		.filter(isFailed)
		.filter(({ severity }) => severity === 'blocker' || severity === 'high')
		.map((one) => `${idOf(one)} ${one.severity}`);
}

describe('a certificate of each kind gives its id, and no other blocker', () => {
	test.each<[string, Fields, readonly string[]]>([
		['in order', {}, []],
		['in order, RSA', { key: 'rsa' }, []],
		['in order, stapled', { staple: 'good', ocsp: true, mustStaple: true }, []],
		['expired', { kind: 'expired' }, ['ssl/certificate/expired blocker']],
		['not yet valid', { kind: 'not-yet-valid' }, ['ssl/certificate/not-yet-valid blocker']],
		['three days left', { daysLeft: 2 }, ['ssl/certificate/expires-soon blocker']],
		['ten days left', { daysLeft: 10 }, ['ssl/certificate/expires-soon high']],
		['for another host', { kind: 'wrong-host' }, ['ssl/certificate/wrong-host blocker']],
		[
			'a wildcard for the names below',
			{ names: ['*.shop.test'] },
			['ssl/certificate/apex-not-covered blocker'],
		],
		[
			'without subjectAltName, the name in CN',
			{ kind: 'no-san' },
			['ssl/certificate/no-san blocker'],
		],
		['for clients', { kind: 'client-only' }, ['ssl/certificate/not-for-servers blocker']],
		['for no purpose', { kind: 'no-purpose' }, ['ssl/certificate/purpose-missing high']],
		['a CA', { kind: 'is-ca' }, ['ssl/certificate/is-ca blocker']],
		['signed by itself', { kind: 'self-signed' }, ['ssl/chain/self-signed blocker']],
		['from nobody known', { kind: 'untrusted-root' }, ['ssl/chain/untrusted-root blocker']],
		[
			'without its intermediate',
			{ kind: 'missing-intermediate' },
			['ssl/chain/missing-intermediate high'],
		],
		[
			'an expired intermediate',
			{ kind: 'intermediate-expired' },
			['ssl/chain/intermediate-expired blocker'],
		],
		['out of order', { kind: 'out-of-order' }, []],
		['with the root', { kind: 'root-sent' }, []],
		['with a stranger', { kind: 'unrelated-sent' }, []],
		['RSA, 1024 bits', { kind: 'weak-key' }, ['ssl/keys/rsa-too-small high']],
		['SHA-1', { kind: 'sha1' }, ['ssl/keys/sha1-signature blocker']],
		['500 days', { kind: 'too-long' }, ['ssl/lifetime/too-long high']],
		['in the list of the revoked', { kind: 'revoked' }, ['ssl/revocation/revoked blocker']],
		['revoked by what is stapled', { staple: 'revoked' }, ['ssl/revocation/revoked blocker']],
		[
			'its intermediate revoked',
			{ kind: 'revoked-intermediate' },
			['ssl/revocation/revoked blocker'],
		],
		[
			'must-staple without a staple',
			{ mustStaple: true },
			['ssl/revocation/must-staple-unstapled high'],
		],
		['an old staple', { staple: 'expired' }, []],
		['in no log', { scts: 0 }, ['ssl/transparency/no-scts blocker']],
		['in one log', { scts: 1 }, ['ssl/transparency/too-few-scts blocker']],
		[
			'of Cloudflare Origin CA',
			{ kind: 'cloudflare-origin' },
			['ssl/origin/origin-ca-on-public-name blocker'],
		],
		[
			'of an authority that CAA forbids',
			{ issuer: 'DigiCert Inc' },
			['ssl/caa/forbids-current-issuer high'],
		],
	])('%s', async (_, certificate, expected) => {
		expect(await grave(certificate)).toEqual(expected);
	});

	test('TLS 1.0 only', async () => {
		const tls = { min: 'TLSv1', max: 'TLSv1' } as const;
		expect(await grave({}, { tls })).toEqual([
			'ssl/protocols/no-modern-version blocker',
			'ssl/protocols/tls-1-0-offered high',
		]);
	});

	test('two faults that have nothing to do with each other are both said', async () => {
		expect(await grave({ kind: 'expired', names: ['elsewhere.test'] })).toEqual([
			'ssl/certificate/expired blocker',
			'ssl/certificate/wrong-host blocker',
		]);
	});

	test('a private authority has to log nothing', async () => {
		expect(await grave({ scts: 0, issuer: undefined }, {}, false)).toEqual([]);
	});
});
