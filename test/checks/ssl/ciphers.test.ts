import { expect, test } from 'vitest';
import ciphers from '../../../checks/ssl/ciphers.ts';
import https from '../../../checks/ssl/https.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

type Site = NonNullable<World['sites']>[number];
type Tls = NonNullable<Site['tls']>;
type Suite = NonNullable<NonNullable<Tls['scripted']>['suites']>[number];

const AT = '203.0.113.10';

async function audited(tls: Tls, key: 'ec' | 'rsa' = 'ec') {
	const world: World = {
		zones: { 'shop.test': { records: `@ A ${AT}` } },
		sites: [{ hosts: ['shop.test'], at: [AT], tls, certificate: { kind: 'ok', key } }],
	};
	const { findings } = await auditLab(world, [https, ciphers], { domain: 'shop.test' });
	const failed = findings.filter(isFailed);
	return {
		findings,
		risks: failed
			.filter(({ severity }) => severity !== 'info')
			.map((one) => `${idOf(one)} ${one.severity}`),
		notes: failed
			.filter(({ severity }) => severity === 'info')
			.map(idOf)
			.filter((one) => one !== 'ssl/ciphers/no-post-quantum'),
		others: findings
			.filter(({ outcome }) => outcome === 'unknown' || outcome === 'blocked')
			.map(({ check, outcome }) => `${check} ${outcome}`),
	};
}

const GOOD: readonly Suite[] = ['ECDHE-ECDSA-AES128-GCM-SHA256'];
const SOUND = 'ECDHE-ECDSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256';

const beside = (...suites: Suite[]): Tls => ({
	ciphers: SOUND,
	scripted: { versions: ['TLSv1.2'], suites: [...GOOD, ...suites] },
});

test.each<[string, Tls, readonly string[]]>([
	['the good one alone', beside(), []],
	['NULL', beside('NULL-SHA'), ['ssl/ciphers/null-accepted high']],
	['anonymous', beside('AECDH-AES128-SHA'), ['ssl/ciphers/anonymous-accepted high']],
	[
		'anonymous and NULL in one',
		beside('AECDH-NULL-SHA'),
		['ssl/ciphers/null-accepted high', 'ssl/ciphers/anonymous-accepted high'],
	],
	['export', beside('EXP-RC4-MD5'), ['ssl/ciphers/export-accepted high']],
	['DES', beside('DES-CBC-SHA'), ['ssl/ciphers/des-accepted high']],
	['RC4', beside('RC4-SHA'), ['ssl/ciphers/rc4-accepted high']],
	['triple DES', beside('DES-CBC3-SHA'), ['ssl/ciphers/3des-accepted later']],
	[
		'every weak one',
		beside('DES-CBC3-SHA', 'RC4-SHA', 'DES-CBC-SHA', 'EXP-RC4-MD5', 'AECDH-AES128-SHA', 'NULL-SHA'),
		[
			'ssl/ciphers/null-accepted high',
			'ssl/ciphers/anonymous-accepted high',
			'ssl/ciphers/export-accepted high',
			'ssl/ciphers/des-accepted high',
			'ssl/ciphers/rc4-accepted high',
			'ssl/ciphers/3des-accepted later',
		],
	],
	[
		'RC4 in TLS 1.0 alone, beside a good TLS 1.2',
		{
			ciphers: SOUND,
			scripted: { versions: ['TLSv1', 'TLSv1.2'], suites: [...GOOD, 'RC4-SHA'] },
		},
		['ssl/ciphers/rc4-accepted high'],
	],
	[
		'RC4 and nothing else, which keeps everybody out',
		{ scripted: { answers: 'all', versions: ['TLSv1.2'], suites: ['RC4-SHA'] } },
		['ssl/ciphers/rc4-accepted blocker'],
	],
	[
		'a prime of 1023 bits',
		{
			ciphers: SOUND,
			scripted: {
				...beside('DHE-RSA-AES128-GCM-SHA256').scripted,
				versions: ['TLSv1.2'],
				prime: 1023,
			},
		},
		['ssl/ciphers/dh-too-small high'],
	],
	[
		'a prime of 1024 bits',
		{
			ciphers: SOUND,
			scripted: {
				...beside('DHE-RSA-AES128-GCM-SHA256').scripted,
				versions: ['TLSv1.2'],
				prime: 1024,
			},
		},
		['ssl/ciphers/dh-too-small later'],
	],
	[
		'Oakley group 1',
		{
			ciphers: SOUND,
			scripted: {
				...beside('DHE-RSA-AES128-GCM-SHA256').scripted,
				versions: ['TLSv1.2'],
				prime: 'modp1',
			},
		},
		['ssl/ciphers/dh-too-small high', 'ssl/ciphers/dh-common-prime later'],
	],
	[
		'2048 bits of a standard',
		{
			ciphers: SOUND,
			scripted: {
				...beside('DHE-RSA-AES128-GCM-SHA256').scripted,
				versions: ['TLSv1.2'],
				prime: 'modp14',
			},
		},
		[],
	],
])('scripted, %s', async (_, tls, expected) => {
	const { risks, others } = await audited(tls);
	expect({ risks, others: others.filter((one) => one !== 'ssl/https blocked') }).toEqual({
		risks: expected,
		others: [],
	});
});

const ALL = '@SECLEVEL=0';

test.each<[string, Tls, 'ec' | 'rsa', readonly string[]]>([
	['the default', {}, 'ec', []],
	[
		'NULL and anonymous too',
		{ ciphers: `ALL:eNULL:${ALL}` },
		'rsa',
		['ssl/ciphers/null-accepted high', 'ssl/ciphers/anonymous-accepted high'],
	],
	[
		'static RSA alone',
		{ max: 'TLSv1.2', ciphers: `AES128-GCM-SHA256:AES128-SHA:${ALL}` },
		'rsa',
		['ssl/ciphers/no-forward-secrecy high'],
	],
	[
		'CBC alone',
		{ max: 'TLSv1.2', ciphers: `ECDHE-RSA-AES128-SHA:${ALL}` },
		'rsa',
		['ssl/ciphers/no-aead later'],
	],
	[
		'NULL alone',
		{ max: 'TLSv1.2', ciphers: `NULL-SHA256:${ALL}` },
		'rsa',
		['ssl/ciphers/null-accepted blocker'],
	],
	[
		'a prime of Oakley group 2',
		{ ciphers: `DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:${ALL}`, prime: 'modp2' },
		'rsa',
		['ssl/ciphers/dh-too-small later', 'ssl/ciphers/dh-common-prime later'],
	],
	['P-384 alone', { groups: 'P-384' }, 'ec', ['ssl/ciphers/no-modern-group high']],
	[
		'P-384 alone in TLS 1.2',
		{ groups: 'P-384', max: 'TLSv1.2' },
		'rsa',
		['ssl/ciphers/no-modern-group high'],
	],
	['P-256 alone', { groups: 'P-256' }, 'ec', []],
	['X25519 alone in TLS 1.2', { groups: 'X25519', max: 'TLSv1.2' }, 'rsa', []],
])('from OpenSSL, %s', async (_, tls, key, expected) => {
	const { risks, others } = await audited(tls, key);
	expect({ risks, others: others.filter((one) => one !== 'ssl/https blocked') }).toEqual({
		risks: expected,
		others: [],
	});
});

test('what is beside something better is a note', async () => {
	expect((await audited({}, 'rsa')).notes).toEqual([
		'ssl/ciphers/static-rsa-accepted',
		'ssl/ciphers/cbc-accepted',
	]);
	expect((await audited({ ciphers: SOUND })).notes).toEqual([]);
});

test('X25519MLKEM768 is asked for by itself', async () => {
	const scripted = (groups: NonNullable<NonNullable<Tls['scripted']>['groups']>): Tls => ({
		scripted: {
			answers: 'shareless',
			versions: ['TLSv1.2', 'TLSv1.3'],
			suites: ['TLS_AES_128_GCM_SHA256', ...GOOD],
			groups,
		},
	});
	const idsOf = async (tls: Tls) => (await audited(tls)).findings.filter(isFailed).map(idOf);
	expect(await idsOf(scripted(['X25519', 'P-256']))).toContain('ssl/ciphers/no-post-quantum');
	expect(await idsOf(scripted(['X25519MLKEM768', 'X25519']))).not.toContain(
		'ssl/ciphers/no-post-quantum',
	);
});
