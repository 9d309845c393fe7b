import { expect, test } from 'vitest';
import certificate from '../../../checks/ssl/certificate.ts';
import chain from '../../../checks/ssl/chain.ts';
import ciphers from '../../../checks/ssl/ciphers.ts';
import https from '../../../checks/ssl/https.ts';
import protocols from '../../../checks/ssl/protocols.ts';
import type { LabAuditOptions } from '../../../src/audit-lab.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

type Site = NonNullable<World['sites']>[number];
type Tls = NonNullable<Site['tls']>;

const AT = '203.0.113.10';

async function audited(tls: Tls, more: Partial<Site> = {}, patience: LabAuditOptions = {}) {
	const world: World = {
		zones: { 'shop.test': { records: `@ A ${AT}` } },
		sites: [{ hosts: ['shop.test'], at: [AT], tls, ...more }],
	};
	const checks = [https, certificate, chain, protocols, ciphers];
	const { findings } = await auditLab(world, checks, { domain: 'shop.test' }, patience);
	const failed = findings.filter(isFailed);
	return {
		risks: failed
			.filter(({ severity }) => severity !== 'info')
			.map((one) => `${idOf(one)} ${one.severity}`),
		notes: failed.filter(({ severity }) => severity === 'info').map(idOf),
		others: findings
			.filter(({ outcome }) => outcome === 'unknown' || outcome === 'blocked')
			.map(({ check, outcome }) => `${check} ${outcome}`),
		passes: findings.filter(({ outcome }) => outcome === 'pass').map(({ check }) => check),
	};
}

const H2 = { alpn: ['h2', 'http/1.1'] };
/** As Mozilla's guideline has it. */
const SOUND: Tls = { ...H2, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256' };

test('a sound server passes, with one note about what this OpenSSL cannot do', async () => {
	const { risks, notes, others, passes } = await audited(SOUND);
	expect({ risks, others }).toEqual({ risks: [], others: [] });
	expect(passes).toEqual(expect.arrayContaining(['ssl/https', 'ssl/protocols', 'ssl/ciphers']));
	expect(notes.filter((one) => one !== 'ssl/ciphers/no-post-quantum')).toEqual([]);
});

test.each<[string, Tls, readonly string[]]>([
	[
		'TLS 1.0 alone, from OpenSSL',
		{ min: 'TLSv1', max: 'TLSv1' },
		['ssl/protocols/no-modern-version blocker', 'ssl/protocols/tls-1-0-offered high'],
	],
	[
		'TLS 1.0 with RC4 alone, which no library of today speaks',
		{ scripted: { answers: 'all', versions: ['TLSv1'], suites: ['RC4-SHA'] } },
		[
			'ssl/protocols/no-modern-version blocker',
			'ssl/protocols/tls-1-0-offered high',
			'ssl/ciphers/rc4-accepted high',
		],
	],
	[
		'SSL 3.0 alone',
		{ scripted: { answers: 'all', versions: ['SSLv3'], suites: ['AES128-SHA'] } },
		[
			'ssl/protocols/no-modern-version blocker',
			'ssl/protocols/ssl-3-offered high',
			'ssl/ciphers/no-forward-secrecy high',
		],
	],
	[
		'SSL 2.0 alone',
		{ scripted: { answers: 'all', versions: ['SSLv2'] } },
		['ssl/protocols/no-modern-version blocker', 'ssl/protocols/ssl-2-offered high'],
	],
])('%s is one blocker, and hides the failed handshake', async (_, tls, expected) => {
	const { risks, others } = await audited(tls);
	expect(risks).toEqual(expected);
	expect(others.filter((one) => one.endsWith('unknown'))).toEqual([]);
});

test.each<[string, Tls, readonly string[]]>([
	[
		'SSL 2.0 too',
		{ ...SOUND, scripted: { versions: ['SSLv2', 'TLSv1.2'] } },
		['ssl/protocols/ssl-2-offered high'],
	],
	[
		'SSL 3.0 too',
		{
			...SOUND,
			scripted: {
				versions: ['SSLv3', 'TLSv1.2'],
				suites: ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'AES128-SHA'],
			},
		},
		['ssl/protocols/ssl-3-offered high'],
	],
	[
		'TLS 1.0 and 1.1 too, from OpenSSL',
		{ ...H2, min: 'TLSv1' },
		['ssl/protocols/tls-1-0-offered later', 'ssl/protocols/tls-1-1-offered later'],
	],
	[
		'TLS 1.2 alone, from OpenSSL',
		{ ...SOUND, max: 'TLSv1.2' },
		['ssl/protocols/tls-1-3-missing later'],
	],
	[
		'renegotiation of before 2010',
		{ ...SOUND, scripted: { versions: ['TLSv1.2'], secureRenegotiation: false } },
		['ssl/protocols/insecure-renegotiation high'],
	],
	[
		'compression',
		{ ...SOUND, scripted: { versions: ['TLSv1.2'], compression: true } },
		['ssl/protocols/compression-on high'],
	],
	[
		'a fallback that nobody notices',
		{
			...SOUND,
			scripted: {
				versions: ['TLSv1.1', 'TLSv1.2'],
				suites: ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA'],
				fallbackSignal: false,
			},
		},
		['ssl/protocols/tls-1-1-offered later', 'ssl/protocols/no-fallback-signal later'],
	],
	[
		'the same where the oldest is TLS 1.2',
		{ ...SOUND, scripted: { versions: ['TLSv1.2'], fallbackSignal: false } },
		[],
	],
	[
		'compression and renegotiation as they should be',
		{ ...SOUND, scripted: { versions: ['TLSv1.2'] } },
		[],
	],
	[
		'refusals by reset, beside a server that answers',
		{ ...SOUND, scripted: { versions: ['TLSv1.2'], refusal: 'reset' } },
		[],
	],
])('%s', async (_, tls, expected) => {
	const { risks, others } = await audited(tls);
	expect({ risks, others }).toEqual({ risks: expected, others: [] });
});

test('TLS 1.3 alone, HTTP/1.1 alone and no session are notes', async () => {
	expect((await audited({ ...SOUND, min: 'TLSv1.3' })).notes).toContain(
		'ssl/protocols/tls-1-2-missing',
	);
	const slow = await audited({ ...SOUND, alpn: ['http/1.1'] });
	expect(slow.notes).toContain('ssl/protocols/no-http2');
	const forgetful = {
		...SOUND,
		max: 'TLSv1.2' as const,
		scripted: { versions: ['TLSv1.2' as const], resumption: false },
	};
	expect((await audited(forgetful)).notes).toContain('ssl/protocols/no-resumption');
	expect(slow.notes).not.toContain('ssl/protocols/no-resumption');
	expect(slow.risks).toEqual([]);
});

test('a filter that counts connections leaves the rest unknown, and nothing refused', async () => {
	const { risks, others, passes } = await audited({
		...SOUND,
		scripted: { versions: ['TLSv1.2'], connections: 4 },
	});
	expect(risks).toEqual([]);
	expect(others).toEqual(expect.arrayContaining(['ssl/protocols unknown', 'ssl/ciphers unknown']));
	expect(passes).not.toContain('ssl/protocols');
});

test('a server that keeps silent about old hellos is left alone after two of them', async () => {
	const began = performance.now();
	const { risks, others } = await audited(
		{ ...SOUND, scripted: { versions: ['TLSv1.2'], refusal: 'silent' } },
		{},
		{ handshakeMs: 300 },
	);
	expect(risks).toEqual([]);
	expect(others).toEqual(expect.arrayContaining(['ssl/protocols unknown']));
	expect(performance.now() - began).toBeLessThan(9_000);
});

test('nothing but a failed handshake is said of a server that completes none', async () => {
	const { risks, others } = await audited({ fault: { alert: 80 } });
	expect(risks).toEqual(['ssl/https/handshake-fails blocker']);
	expect(others).toEqual(expect.arrayContaining(['ssl/protocols blocked', 'ssl/ciphers blocked']));
});
