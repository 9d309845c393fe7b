import { describe, expect, it } from 'vitest';
import check from '../../../checks/dns/dnssec.ts';
import resolution from '../../../checks/dns/resolution.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const NS1 = '198.51.100.21';
const NS2 = '203.0.113.21';
const RECORDS = ['@ A 203.0.113.10', '@ MX 10 mail', 'www A 203.0.113.10', 'mail A 203.0.113.11'];

type Zone = NonNullable<World['zones']>[string];
type Dnssec = NonNullable<Zone['dnssec']>;

function zone(
	dnssec: Dnssec | undefined,
	more: Partial<Zone> = {},
	world: Partial<World> = {},
): World {
	const signed = dnssec === undefined ? {} : { dnssec };
	return { zones: { 'shop.test': { records: RECORDS, ...signed, ...more } }, ...world };
}

async function said(world: World, asked: object = {}): Promise<readonly string[]> {
	const { findings } = await auditLab(world, check, { ...SHOP, ...asked });
	return findings.map((one) =>
		'severity' in one ? `${one.verdict} ${one.severity}` : (one.verdict ?? one.outcome),
	);
}

const SERVFAIL = { rcode: 'SERVFAIL', ede: { code: 6 } } as const;
/** As a validating resolver does, for these names. */
const refuses = (...names: string[]): Partial<World> => ({
	dnsFaults: names.map((name) => ({
		server: 'resolver',
		name,
		unlessCheckingDisabled: true,
		does: SERVFAIL,
	})),
});

describe('sound zones', () => {
	it.each<[string, World, object?]>([
		['split keys', zone({})],
		['one key for everything', zone({ keys: 'single' })],
		['a standby key', zone({ standby: true })],
		...[8, 10, 13, 14, 15, 16].map((algorithm): [string, World] => [
			`algorithm ${algorithm}`,
			zone({ algorithms: [algorithm] }),
		]),
		['two algorithms, as in a roll-over', zone({ algorithms: [7, 13] })],
		['two algorithms, and the DS of one alone', zone({ algorithms: [8, 13], ds: 'right' })],
		['NSEC3', zone({ denial: {} })],
		['a SHA-384 digest', zone({ ds: 'sha384' })],
		['a SHA-1 digest beside SHA-256', zone({ ds: 'sha1-too' })],
		['CDS', zone({ cds: 'right' })],
		[
			'two signers that publish the keys of each other',
			zone({ otherSigner: { at: [NS2], crossPublished: true } }),
		],
		['signatures made on the fly', zone({ validity: { fromHours: -24, untilHours: 25 } })],
		['a wildcard', zone({}, { records: [...RECORDS, '* A 203.0.113.10'] })],
		['a wildcard under NSEC3', zone({ denial: {} }, { records: [...RECORDS, '* A 203.0.113.10'] })],
		[
			'an alias out of the zone',
			zone({}, { records: ['@ A 203.0.113.10', 'www CNAME shop.hosting.test.'] }),
		],
		[
			'a required host that is an alias',
			zone({}, { records: [...RECORDS, 'app CNAME www'] }),
			{ hosts: ['app.shop.test'] },
		],
		[
			'an unsigned delegation below',
			{
				zones: {
					...zone({}).zones,
					'app.shop.test': { records: ['@ A 203.0.113.12'] },
				},
			},
			{ hosts: ['app.shop.test'] },
		],
		[
			'an unsigned zone below, on other servers',
			{
				zones: {
					...zone({ denial: {} }).zones,
					'app.shop.test': { ns: { ns9: ['203.0.113.77'] }, records: ['@ A 203.0.113.12'] },
				},
			},
			{ hosts: ['app.shop.test'] },
		],
		['a resolver that validates', zone({}, {}, {})],
	])('pass: %s', async (_, world, asked = {}) => {
		expect(await said(world, asked)).toEqual(['validates']);
	});

	it('costs an unsigned zone the questions for DS and DNSKEY alone', async () => {
		const { findings, requests } = await auditLab(zone(undefined), check, SHOP);
		expect(findings.map(({ verdict, outcome }) => [verdict, outcome])).toEqual([
			['unsigned', 'note'],
		]);
		const asked = requests.dns.filter(({ type }) =>
			['DS', 'DNSKEY', 'CDS', 'NSEC3PARAM'].includes(type),
		);
		expect(new Set(asked.map(({ type }) => type))).toEqual(new Set(['DS', 'DNSKEY']));
		expect(asked.length).toBeLessThanOrEqual(6);
	});
});

const expired = { fromHours: -400, untilHours: -1 };
const early = { fromHours: 1, untilHours: 400 };

describe('faults', () => {
	it.each<[string, World, string[], object?]>([
		['the zone is not signed any more', zone({ withoutKeys: true }), ['ds-without-key blocker']],
		['the DS of another key', zone({ ds: 'mismatch' }), ['ds-mismatch blocker']],
		['everything expired', zone({ validity: expired }), ['signature-expired blocker']],
		[
			'everything expired, no DS',
			zone({ validity: expired, ds: 'none' }),
			['signature-expired later', 'key-without-ds later'],
		],
		['everything too early', zone({ validity: early }), ['signature-not-yet-valid blocker']],
		[
			'the SOA expired at one server',
			zone({ signatureFaults: [{ sets: ['SOA'], at: NS2, does: expired }] }),
			['signature-expired blocker'],
		],
		[
			'the keys not signed',
			zone({ signatureFaults: [{ sets: ['DNSKEY'], does: 'missing' }] }),
			['signature-missing blocker'],
		],
		[
			'the MX not signed',
			zone({ signatureFaults: [{ sets: ['@ MX'], does: 'missing' }] }),
			['signature-missing blocker'],
		],
		[
			'the MX not signed, no DS',
			zone({ ds: 'none', signatureFaults: [{ sets: ['@ MX'], does: 'missing' }] }),
			['signature-missing later', 'key-without-ds later'],
		],
		[
			'the address changed after signing',
			zone({ signatureFaults: [{ sets: ['@ A'], does: 'invalid' }] }),
			['signature-invalid blocker'],
		],
		[
			'a required host changed after signing',
			zone({ signatureFaults: [{ sets: ['mail A'], does: 'invalid' }] }),
			['signature-invalid blocker'],
			{ hosts: ['mail.shop.test'] },
		],
		[
			'the keys changed after signing',
			zone({ signatureFaults: [{ sets: ['DNSKEY'], does: 'invalid' }] }),
			['signature-invalid blocker'],
		],
		[
			'the signatures of the NS gone',
			zone({ signatureFaults: [{ sets: ['@ NS'], does: 'missing' }] }),
			['signature-missing blocker'],
		],
		['one server unsigned', zone({ unsignedAt: [NS2] }), ['some-servers-unsigned blocker']],
		[
			'one server unsigned, no DS',
			zone({ unsignedAt: [NS2], ds: 'none' }),
			['some-servers-unsigned high', 'key-without-ds later'],
		],
		['two signers', zone({ otherSigner: { at: [NS2] } }), ['two-signers blocker']],
		[
			'two signers, one with a DS',
			zone({ otherSigner: { at: [NS2], ds: false } }),
			['two-signers blocker'],
		],
		[
			'a day and a half left of three weeks',
			zone({ validity: { fromHours: -468, untilHours: 36 } }),
			['signature-expiring high'],
		],
		['no proof', zone({ denialFault: 'absent' }), ['denial-broken high']],
		['a proof of something else', zone({ denialFault: 'wrong' }), ['denial-broken high']],
		[
			'a proof of something else by NSEC3',
			zone({ denial: {}, denialFault: 'wrong' }),
			['denial-broken high'],
		],
		[
			'NSEC unsigned',
			zone({ signatureFaults: [{ sets: ['NSEC'], does: 'missing' }] }),
			['denial-broken high'],
		],
		[
			'NSEC3 expired',
			zone({ denial: {}, signatureFaults: [{ sets: ['NSEC3'], does: expired }] }),
			['denial-broken high'],
		],
		[
			'servers of the registry that differ',
			zone({}, { delegation: { differs: [{ at: '198.51.100.4', ds: 'none' }] } }),
			['ds-differs-at-parent high'],
		],
		['RSA/SHA-1', zone({ algorithms: [5] }), ['weak-algorithm high']],
		['RSA/SHA-1 with NSEC3', zone({ algorithms: [7], denial: {} }), ['weak-algorithm high']],
		['RSA of 1024 bits', zone({ algorithms: [8], rsaBits: 1024 }), ['weak-algorithm later']],
		['SHA-1 digests alone', zone({ ds: 'sha1' }), ['weak-digest high']],
		['NSEC3 with a salt', zone({ denial: { salt: 'aabb' } }), ['nsec3-parameters later']],
		[
			'NSEC3 with 100 iterations',
			zone({ denial: { iterations: 100 } }),
			['nsec3-parameters later'],
		],
		['NSEC3 with 101 iterations', zone({ denial: { iterations: 101 } }), ['nsec3-parameters high']],
		['a DS left over', zone({ ds: 'and-stale' }), ['stale-ds later']],
		['keys without a DS', zone({ ds: 'none' }), ['key-without-ds later']],
		['CDS of another key', zone({ cds: 'mismatch' }), ['cds-mismatch later']],
		['CDS that asks for deletion', zone({ cds: 'delete' }), ['cds-mismatch later']],
	])('%s', async (_, world, verdicts, asked = {}) => {
		expect(await said(world, asked)).toEqual(verdicts);
	});

	it('tells an algorithm that nobody knows, and does not call the zone broken', async () => {
		const verdicts = await said(zone({ algorithms: [200] }));
		expect(verdicts).toContain('unknown-algorithm high');
		expect(verdicts.filter((one) => one.endsWith('blocker'))).toEqual([]);
	});

	it('gives the DS of the live key to paste, as the parent would publish it', async () => {
		const { findings } = await auditLab(zone({ ds: 'mismatch' }), check, SHOP);
		const [finding] = findings;
		if (finding === undefined || !('fix' in finding)) throw new Error('no finding');
		expect(finding.fix.snippets[0]?.text).toMatch(
			/^shop\.test\. 3600 IN DS \d+ 13 2 [0-9A-F]{64}$/,
		);
		expect(finding).toMatchObject({ lead: 3600, cause: 'dns/dnssec/broken' });
	});
});

describe('around the zone', () => {
	it('calls nothing broken where the parent is not signed itself', async () => {
		const world: World = {
			zones: {
				'shop.test': { records: RECORDS },
				'app.shop.test': { records: ['@ A 203.0.113.12'], dnssec: { ds: 'mismatch' } },
			},
		};
		expect(await said(world, { domain: 'app.shop.test' })).toEqual(['key-without-ds later']);
	});

	it('judges the zone that an audited name lives in', async () => {
		const world = zone({ ds: 'mismatch' });
		expect(await said(world, { domain: 'www.shop.test' })).toEqual(['ds-mismatch blocker']);
	});

	it('takes no dates from a clock that two web servers contradict', async () => {
		const headers = { Date: 'Sun, 06 Nov 2022 08:49:37 GMT' };
		const at = (host: string, address: string) => ({
			hosts: [host],
			at: [address],
			https: 'closed' as const,
			http: { headers, fallback: { body: 'Hello' } },
		});
		const records = ['@ A 203.0.113.10', 'www A 203.0.113.20'];
		const sites = [at('shop.test', '203.0.113.10'), at('www.shop.test', '203.0.113.20')];
		const world = zone({ validity: expired }, { records }, { sites });
		expect(await said(world)).toEqual(['unknown']);
	});

	it('is unknown where one server keeps silent about its keys', async () => {
		const dnsFaults = [{ server: NS2, type: 'DNSKEY', does: 'silence' as const }];
		expect(await said(zone({}, {}, { dnsFaults }))).toEqual(['unknown']);
	});
});

describe('with what the resolver says', () => {
	it('is one risk with the SERVFAIL of dns/resolution', async () => {
		const world = zone({ validity: expired }, {}, refuses('shop.test', '*.shop.test'));
		const { findings } = await auditLab(world, [check, resolution], SHOP);
		const failed = findings.flatMap((one) => ('cause' in one ? [one] : []));
		expect(failed.map(({ check: by, verdict }) => `${by}/${verdict}`)).toEqual(
			expect.arrayContaining(['dns/dnssec/signature-expired', 'dns/resolution/servfail']),
		);
		expect(new Set(failed.map(({ cause }) => cause))).toEqual(new Set(['dns/dnssec/broken']));
	});

	it('calls it broken where validation fails above', async () => {
		const world = zone({}, {}, refuses('test', 'shop.test'));
		expect(await said(world)).toEqual(['broken blocker']);
	});

	it('is unknown where the resolver refuses what is good', async () => {
		expect(await said(zone({}, {}, refuses('shop.test')))).toEqual(['unknown']);
	});
});

describe('where port 53 is intercepted', () => {
	const intercepted = (world: World): World => ({
		...world,
		nameServers: { '192.0.2.1': {} },
		dnsFaults: [...(world.dnsFaults ?? []), { server: NS2, does: { rcode: 'REFUSED' } }],
	});
	it.each<[string, World, string[]]>([
		['a sound zone', zone({}), ['validates', 'unknown']],
		['a zone without signatures', zone(undefined), ['unsigned info']],
		['an expired one', zone({ validity: expired }), ['signature-expired blocker', 'unknown']],
		[
			'one that is refused too',
			zone({ validity: expired }, {}, refuses('shop.test')),
			['signature-expired blocker', 'unknown'],
		],
		['the DS of another key', zone({ ds: 'mismatch' }), ['ds-mismatch blocker', 'unknown']],
		['a DS without keys', zone({ withoutKeys: true }), ['ds-without-key blocker', 'unknown']],
	])('asks the resolver instead: %s', async (_, world, verdicts) => {
		expect(await said(intercepted(world))).toEqual(verdicts);
	});
});

describe('what belongs to another check', () => {
	it.each<[string, World]>([
		['nothing delegated', zone({}, { delegation: { none: true } })],
		[
			'no working server',
			zone(
				{},
				{},
				{ dnsFaults: [NS1, NS2].map((server) => ({ server, does: { rcode: 'REFUSED' } })) },
			),
		],
	])('is left to it: %s', async (_, world) => {
		expect(await said(world)).toEqual(['unknown']);
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings[0]?.message).toMatch(/delegates nothing|no server of shop\.test answers/);
	});
});
