import { describe, expect, test } from 'vitest';
import addresses from '../../../checks/dns/addresses.ts';
import certificate from '../../../checks/ssl/certificate.ts';
import chain from '../../../checks/ssl/chain.ts';
import https from '../../../checks/ssl/https.ts';
import type { LabAuditOptions } from '../../../src/audit-lab.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { CERTIFICATE_KINDS, World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const AT = '203.0.113.10';
const V6 = '2001:db8::10';
type Site = NonNullable<World['sites']>[number];
type Kind = (typeof CERTIFICATE_KINDS)[number];

/** What ssl says of shop.test at its addresses. */
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
	const checks = [https, certificate, chain];
	const result = await auditLab(world, checks, { domain: 'shop.test' }, patience);
	const failed = result.findings.filter(isFailed);
	return {
		...result,
		risks: failed
			.filter(({ severity }) => severity !== 'info')
			.map((one) => `${idOf(one)} ${one.severity}`),
		notes: failed.filter(({ severity }) => severity === 'info').map(idOf),
		others: result.findings
			.filter(({ outcome }) => outcome === 'unknown' || outcome === 'blocked')
			.map(({ check, outcome }) => `${check} ${outcome}`),
	};
}

const kind = (one: Kind, more: object = {}) => audited({ certificate: { kind: one, ...more } });

describe('a certificate of each kind, on real sockets, gives its id and no other', () => {
	test.each<[Kind, readonly string[]]>([
		['ok', []],
		['expired', ['ssl/certificate/expired blocker']],
		['not-yet-valid', ['ssl/certificate/not-yet-valid blocker']],
		['wrong-host', ['ssl/certificate/wrong-host blocker']],
		['no-san', ['ssl/certificate/no-san blocker']],
		['is-ca', ['ssl/certificate/is-ca blocker']],
		['client-only', ['ssl/certificate/not-for-servers blocker']],
		['no-purpose', ['ssl/certificate/purpose-missing high']],
		['self-signed', ['ssl/chain/self-signed blocker']],
		['untrusted-root', ['ssl/chain/untrusted-root blocker']],
		['missing-intermediate', ['ssl/chain/missing-intermediate high']],
		['intermediate-expired', ['ssl/chain/intermediate-expired blocker']],
		['weak-key', []],
		['sha1', []],
		['too-long', []],
	])('%s', async (one, expected) => {
		const { risks, others } = await kind(one);
		expect(risks).toEqual(expected);
		expect(others).toEqual([]);
	});

	test.each<[Kind, string]>([
		['root-sent', 'ssl/chain/root-sent'],
		['unrelated-sent', 'ssl/chain/unrelated-sent'],
	])('%s is a note', async (one, id) => {
		const { risks, notes } = await kind(one);
		expect({ risks, notes }).toEqual({ risks: [], notes: [id] });
	});

	test('out of order, with the root between', async () => {
		const { risks, notes } = await kind('out-of-order');
		expect({ risks, notes }).toEqual({
			risks: ['ssl/chain/out-of-order later'],
			notes: ['ssl/chain/root-sent'],
		});
	});

	test('days left', async () => {
		const left = async (daysLeft: number) => (await kind('ok', { daysLeft })).risks;
		expect(await left(2)).toEqual(['ssl/certificate/expires-soon blocker']);
		expect(await left(10)).toEqual(['ssl/certificate/expires-soon high']);
		expect(await left(20)).toEqual(['ssl/certificate/renewal-overdue later']);
		expect(await left(40)).toEqual([]);
		const said = async (daysLeft: number) =>
			(await kind('ok', { daysLeft })).findings.map(({ message }) => message).join('\n');
		expect(await said(10)).toMatch(/ in (?:9|10) days; it should have been renewed/);
		expect(await said(1)).toMatch(/ in (?:1 day|less than a day); it should have been renewed/);
	});
});

test('the missing intermediate is fetched once, from where the certificate says', async () => {
	const { requests, findings } = await kind('missing-intermediate');
	expect(requests.http.filter(({ url }) => url.endsWith('/intermediate.der'))).toHaveLength(1);
	const said = findings.find(({ verdict }) => verdict === 'missing-intermediate');
	expect(said).toMatchObject({ confidence: 'high' });
	expect(said?.message).toContain('does not send the intermediate "Lab Intermediate"');
});

test('where our own clock is wrong, no certificate is called out of date', async () => {
	const world: World = {
		zones: { 'shop.test': { records: `@ A ${AT}` } },
		sites: [{ hosts: ['shop.test'], at: [AT] }],
	};
	const asked = { domain: 'shop.test' };
	const twoYearsAgo = new Date(Date.now() - 2 * 365 * 86_400_000);
	const past = await auditLab(world, [certificate, chain], asked, { now: twoYearsAgo });
	expect(past.findings.map(({ outcome }) => outcome)).toEqual(['unknown', 'pass']);
	expect(past.findings[0]?.message).toContain("this machine's clock says");
	// One clock alone, the server's, is believed against nobody's.
	const silent = { ...world, ports: [{ at: AT, port: 80, does: 'refused' as const }] };
	const alone = await auditLab(silent, [certificate], asked, { now: twoYearsAgo });
	expect(alone.said).toEqual(['expired shop.test']);
});

describe('a root that nobody knows', () => {
	const CONTROL = '203.0.113.90';
	const shown = async (certificate: Kind, control: Kind) => {
		const world: World = {
			zones: {
				'shop.test': { records: `@ A ${AT}` },
				'registry.test': { records: `rdap A ${CONTROL}` },
			},
			sites: [
				{ hosts: ['shop.test'], at: [AT], certificate },
				{ hosts: ['rdap.registry.test'], at: [CONTROL], certificate: control },
			],
		};
		const checkOptions = { 'ssl/chain': { control: 'https://rdap.registry.test/' } };
		return auditLab(world, [chain], { domain: 'shop.test' }, { checkOptions });
	};

	test('at a host of somebody else too is our own network, which inspects TLS', async () => {
		const { said, findings } = await shown('untrusted-root', 'untrusted-root');
		expect(said).toEqual(['unknown shop.test']);
		expect(findings[0]?.message).toContain('rdap.registry.test, which is nothing of yours, shows');
	});

	test("at the target alone is the target's fault", async () => {
		expect((await shown('untrusted-root', 'ok')).said).toEqual(['untrusted-root shop.test']);
		expect((await shown('untrusted-root', 'self-signed')).said).toEqual([
			'untrusted-root shop.test',
		]);
	});
});

test('an API with a missing intermediate is a blocker', async () => {
	const world: World = {
		zones: { 'shop.test': { records: `@ A ${AT}\napi A 203.0.113.11` } },
		sites: [
			{ hosts: ['shop.test'], at: [AT] },
			{ hosts: ['api.shop.test'], at: ['203.0.113.11'], certificate: 'missing-intermediate' },
		],
	};
	const { findings } = await auditLab(world, [chain], { domain: 'shop.test' });
	expect(findings.filter(isFailed).map((one) => [idOf(one), one.severity, one.subject])).toEqual([
		['ssl/chain/missing-intermediate', 'blocker', 'api.shop.test'],
	]);
});

describe('apex and www', () => {
	const records = `@ A ${AT}\nwww A ${AT}`;
	const both = { hosts: ['shop.test', 'www.shop.test'] };

	test.each<[string, Partial<Site>, readonly string[]]>([
		['both covered', both, []],
		[
			'www not covered',
			{ ...both, certificate: { names: ['shop.test'] } },
			['ssl/certificate/www-not-covered blocker'],
		],
		[
			'apex not covered',
			{ ...both, certificate: { names: ['www.shop.test'] } },
			['ssl/certificate/apex-not-covered blocker'],
		],
		[
			'a wildcard covers www alone',
			{ ...both, certificate: { names: ['*.shop.test'] } },
			['ssl/certificate/apex-not-covered blocker'],
		],
	])('%s', async (_, site, expected) => {
		expect((await audited(site, {}, records)).risks).toEqual(expected);
	});
});

describe('port 443', () => {
	const soon = { connectMs: 500, handshakeMs: 500 };
	const site = (port: NonNullable<World['ports']>[number]['does']) =>
		audited({}, { ports: [{ at: AT, port: 443, does: port }] }, undefined, soon);

	test('closed: one blocker, under which the others hide', async () => {
		const { risks, others } = await site('refused');
		expect(risks).toEqual(['ssl/https/port-closed blocker']);
		expect(others).toEqual(['ssl/certificate blocked', 'ssl/chain blocked']);
	});

	test('filtered, while port 80 answers', async () => {
		const { risks, findings } = await site('silent');
		expect(risks).toEqual(['ssl/https/port-closed blocker']);
		expect(findings.filter(isFailed)[0]?.control).toBe(`Port 80 of ${AT} answers from here.`);
	});

	test('filtered, and nothing else answers', async () => {
		const { risks, others } = await audited(
			{},
			{ ports: [443, 80].map((port) => ({ at: AT, port, does: 'silent' as const })) },
			undefined,
			soon,
		);
		expect(risks).toEqual([]);
		expect(others).toEqual(['ssl/https unknown', 'ssl/certificate unknown', 'ssl/chain unknown']);
	});

	test('accepts and says nothing', async () => {
		const { risks, others, findings } = await site('accept-silent');
		expect(risks).toEqual([]);
		expect(others).toEqual(['ssl/https unknown', 'ssl/certificate unknown', 'ssl/chain unknown']);
		expect(findings[0]?.message).toContain('then says nothing');
	});

	test('plain HTTP', async () => {
		expect((await site('plain-text')).risks).toEqual(['ssl/https/not-tls blocker']);
	});

	test('an alert, a reset', async () => {
		const { risks, findings } = await site({ alert: 112 });
		expect(risks).toEqual(['ssl/https/handshake-fails blocker']);
		expect(findings.filter(isFailed)[0]?.message).toContain('alert 112');
		expect((await site('reset')).risks).toEqual(['ssl/https/handshake-fails blocker']);
	});

	test('breaks off where TLS 1.3 is offered: the chain is judged all the same', async () => {
		const tls = { fault: 'tls-1.3-intolerant' as const };
		const { risks, others, findings } = await audited({ tls, certificate: 'expired' });
		expect(risks).toEqual(['ssl/https/tls-1-3-intolerant high', 'ssl/certificate/expired blocker']);
		expect(others).toEqual([]);
		expect(findings.filter(isFailed)[0]?.message).toBe(
			`shop.test at ${AT} breaks off every handshake that offers TLS 1.3 (the connection was closed during the TLS handshake), and completes one that offers TLS 1.2 at most (TLSv1.2).`,
		);
	});

	test.each(['TLSv1.2', 'TLSv1.3'] as const)(
		'asks for a client certificate, at %s alone',
		async (only) => {
			const tls = { min: only, max: only };
			const { risks, others } = await audited({ tls: { ...tls, asksForCertificate: true } });
			expect(risks).toEqual(['ssl/https/client-certificate-asked high']);
			expect(others).toEqual([]);
			expect((await audited({ tls })).risks).toEqual([]);
		},
	);

	test('asks for a client certificate where only some are meant to come in', async () => {
		const world: World = {
			zones: { 'shop.test': { records: `@ A ${AT}\nadmin A 203.0.113.11` } },
			sites: [
				{ hosts: ['shop.test'], at: [AT] },
				{
					hosts: ['admin.shop.test'],
					at: ['203.0.113.11'],
					tls: { asksForCertificate: true },
				},
			],
		};
		const guessed = await auditLab(world, [https], { domain: 'shop.test' });
		expect(guessed.said).toEqual(['answers shop.test', 'answers admin.shop.test']);
		const named = await auditLab(world, [https], {
			domain: 'shop.test',
			hosts: ['admin.shop.test'],
		});
		expect(named.said).toEqual(['answers shop.test', 'client-certificate-asked admin.shop.test']);
	});

	test('an alert on IPv6 alone is a blocker; a closed port there is not ours to tell', async () => {
		const records = `@ A ${AT}\n@ AAAA ${V6}`;
		const alone = (does: 'refused' | { alert: number }) =>
			audited({ at: [AT, V6] }, { ports: [{ at: V6, port: 443, does }] }, records);
		expect((await alone({ alert: 80 })).risks).toEqual(['ssl/https/handshake-fails blocker']);
		expect((await alone('refused')).risks).toEqual([]);
	});

	test('closed at one address of two', async () => {
		const other = '203.0.113.11';
		const { risks, findings } = await audited(
			{ at: [AT, other] },
			{ ports: [{ at: other, port: 443, does: 'refused' }] },
			`@ A ${AT}\n@ A ${other}`,
		);
		expect(risks).toEqual(['ssl/https/port-closed high']);
		expect(findings.filter(isFailed)[0]?.message).toContain(other);
	});

	test('an address of two where nothing answers belongs to dns/addresses', async () => {
		const other = '203.0.113.11';
		const world: World = {
			zones: { 'shop.test': { records: `@ A ${AT}\n@ A ${other}` } },
			sites: [{ hosts: ['shop.test'], at: [AT] }],
			ports: [80, 443].map((port) => ({ at: other, port, does: 'refused' as const })),
		};
		const { findings } = await auditLab(world, [https, addresses], { domain: 'shop.test' });
		expect(findings.filter(isFailed).map(idOf)).toEqual([
			'dns/addresses/dead',
			'dns/addresses/no-ipv6',
		]);
	});

	test('another certificate at another address is named', async () => {
		const other = '203.0.113.11';
		const { risks, findings } = await audited(
			{},
			{
				sites: [
					{ hosts: ['shop.test'], at: [AT] },
					{ hosts: ['shop.test'], at: [other], certificate: 'expired' },
				],
			},
			`@ A ${AT}\n@ A ${other}`,
		);
		expect(risks).toEqual(['ssl/certificate/expired blocker']);
		expect(findings.filter(isFailed)[0]?.message).toContain(`at ${other}, not at ${AT}`);
	});

	test('a name without an address belongs to dns/resolution', async () => {
		const { findings } = await audited({}, {}, '@ TXT "nothing"');
		expect(findings.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown']);
	});
});
