import { describe, expect, it } from 'vitest';
import check from '../../../checks/dns/caa.ts';
import delegation from '../../../checks/dns/delegation.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };

function world(...records: string[]): World {
	return {
		zones: {
			'shop.test': { records: ['@ A 203.0.113.10', 'www A 203.0.113.10', ...records] },
			'pool.test': { records: 'shop CAA 0 issue "pool-ca.test"' },
		},
	};
}

async function said(zone: World) {
	const { findings } = await auditLab(zone, check, SHOP);
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

describe('sound records', () => {
	it.each<[string, World]>([
		['none', world()],
		['one authority', world('@ CAA 0 issue "ca.test"')],
		[
			'every tag that means something, in any letters',
			world(
				'@ CAA 0 issue "ca.test"',
				'@ CAA 0 IssueWild ";"',
				'@ CAA 0 issuemail ";"',
				'@ CAA 0 issuevmc ";"',
				'@ CAA 0 iodef "mailto:security@shop.test"',
				'@ CAA 0 contactemail "security@shop.test"',
				'@ CAA 0 contactphone "+44 20 7946 0000"',
			),
		],
	])('passes %s', async (_, zone) => {
		expect(await said(zone)).toEqual([['sound']]);
	});
});

describe('records that say nothing', () => {
	it('names the tag that was meant, once, and gives the record', async () => {
		const { findings } = await auditLab(world('@ 600 CAA 0 isue "ca.test"'), check, SHOP);
		expect(findings).toMatchObject([
			{
				verdict: 'unknown-tag',
				severity: 'later',
				lead: 600,
				locus: { kind: 'record', name: 'shop.test CAA 0 isue "ca.test"' },
				fix: {
					snippets: [
						{
							text: '; delete\nshop.test. 600 IN CAA 0 isue "ca.test"\n; publish\nshop.test. 600 IN CAA 0 issue "ca.test"',
						},
					],
				},
			},
		]);
	});

	it('knows no tag near enough to some', async () => {
		const { findings } = await auditLab(world('@ CAA 0 validation "x"'), check, SHOP);
		expect(findings).toMatchObject([
			{ verdict: 'unknown-tag', fix: { summary: expect.stringMatching(/^Delete/) } },
		]);
	});

	it.each(['security@shop.test', 'http://shop.test/caa', 'mailto:'])(
		'says that reports cannot go to %s',
		async (address) => {
			expect(await said(world(`@ CAA 0 iodef "${address}"`))).toEqual([
				['report-address-invalid', 'later'],
			]);
		},
	);
});

it('notes that an alias brings the rules of its target', async () => {
	const zone = world('shop CNAME shop.pool.test.');
	const { findings } = await auditLab(zone, check, { ...SHOP, hosts: ['shop.shop.test'] });
	expect(findings).toMatchObject([
		{ verdict: 'from-alias-target', severity: 'info', locus: { name: 'shop.shop.test' } },
		{ verdict: 'sound' },
	]);
});

it('cannot say what a look-up that fails would give', async () => {
	const zone = {
		...world(),
		dnsFaults: [{ server: 'resolver' as const, type: 'CAA', does: { rcode: 'SERVFAIL' as const } }],
	};
	const { findings } = await auditLab(zone, check, SHOP);
	expect(findings).toMatchObject([{ outcome: 'unknown', couldBe: 'later', decisive: false }]);
});

it('leaves a zone that nobody answers for to the check of delegation', async () => {
	const refused = { udp: 'refused', tcp: 'refused' } as const;
	const nameServers = { '198.51.100.21': refused, '203.0.113.21': refused };
	const { findings } = await auditLab({ ...world(), nameServers }, [check, delegation], SHOP);
	expect(findings).toMatchObject([
		{ outcome: 'blocked', by: { check: 'dns/delegation', subject: 'shop.test' } },
		{ verdict: 'no-working-nameserver' },
	]);
});
