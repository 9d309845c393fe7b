import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import soaCheck from '../../../checks/dns/soa.ts';
import check from '../../../checks/dns/ttl.ts';
import { ttlSurveyOf } from '../../../src/facts/zone/ttl-survey.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../../facts/gather-in-lab.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const soa = (ttl: number, minimum: number) =>
	`@ ${ttl} SOA ns1 hostmaster 1 7200 3600 1209600 ${minimum}`;

function world(records: string[], more: Partial<World> = {}): World {
	return { zones: { 'shop.test': { records } }, ...more };
}

async function said(zone: World) {
	const { findings } = await auditLab(zone, check, SHOP);
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

/** A resolver that still has the address of before. */
const REMEMBERED = {
	dnsFaults: [
		{
			server: 'resolver' as const,
			name: 'shop.test',
			type: 'A',
			does: { answer: 'shop.test. 600 A 203.0.113.77' },
		},
	],
};

describe('sound zones', () => {
	it.each<[string, World]>([
		['an hour', world(['@ 3600 A 203.0.113.10'])],
		['a day, while nothing moves', world(['@ 86400 A 203.0.113.10', 'www 86400 CNAME @'])],
		['an old address that is remembered for an hour', world(['@ 3600 A 203.0.113.10'], REMEMBERED)],
		['a minute', world(['@ 60 A 203.0.113.10'])],
		['absences for three hours', world(['@ A 203.0.113.10', soa(86_400, 10_800)])],
		['a long minimum under a short TTL of the SOA', world(['@ A 203.0.113.10', soa(300, 86_400)])],
		[
			'an alias to a provider that keeps its own addresses for seconds',
			{
				zones: {
					'shop.test': { records: ['@ 300 A 203.0.113.10', 'www 300 CNAME shop.pool.test.'] },
					'pool.test': { records: 'shop 5 A 203.0.113.20' },
				},
			},
		],
		[
			'seconds at a network in front of the site',
			world(['@ 20 A 203.0.113.10'], {
				sites: [
					{
						hosts: ['shop.test'],
						at: ['203.0.113.10'],
						headers: [['cf-ray', '8a1b2c3d4e5f6789-AMS']],
						fallback: { body: PAGE },
					},
				],
			}),
		],
	])('passes %s', async (_, zone) => {
		expect(await said(zone)).toEqual([['sound']]);
	});

	it('says in words how soon a change reaches everyone', async () => {
		const zone = world(['@ 86400 A 203.0.113.10', '@ 5400 MX 10 mail', soa(3_600, 300)]);
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings[0]?.message).toBe(
			'How soon a change at shop.test reaches everyone: addresses within 1 day, mail servers within 90 minutes, a new name within 5 minutes and name servers within 1 hour.',
		);
	});
});

describe('TTLs that hurt', () => {
	it.each<[string, string, string, World]>([
		[
			'two hours, while an old address is around',
			'too-long-for-cut-over',
			'later',
			world(['@ 7200 A 203.0.113.10'], REMEMBERED),
		],
		[
			'two days, while an old address is around',
			'too-long-for-cut-over',
			'high',
			world(['@ 172800 A 203.0.113.10'], REMEMBERED),
		],
		['seconds', 'too-short', 'later', world(['@ 59 A 203.0.113.10'])],
		[
			'seconds for the alias of www',
			'too-short',
			'later',
			world(['@ A 203.0.113.10', 'www 30 CNAME @']),
		],
		['none', 'too-short', 'high', world(['@ 0 A 203.0.113.10'])],
		[
			'absences for longer than three hours',
			'negative-too-long',
			'later',
			world(['@ A 203.0.113.10', soa(86_400, 10_801)]),
		],
		[
			'two in one set',
			'differ-in-set',
			'later',
			world(['@ 300 A 203.0.113.10', '@ 600 A 203.0.113.11']),
		],
	])('says of %s: %s (%s)', async (_, verdict, severity, zone) => {
		expect(await said(zone)).toEqual([[verdict, severity]]);
	});

	it('sees that a server is aimed at which DNS does not lead to', async () => {
		const ask = () =>
			ttlSurveyOf({
				name: 'shop.test',
				registrable: 'shop.test',
				required: ['shop.test'],
				zoneFile: null,
				zoneUse: 'plan',
			});
		const seen = await gathered(world(['@ 7200 A 203.0.113.10']), ask, {
			resolve: [{ host: 'shop.test', port: 443, address: '203.0.113.77' }],
		});
		expect(seen.moves).toEqual([
			{ why: 'resolve', names: ['shop.test'], types: ['A', 'AAAA', 'CNAME'] },
		]);
		expect(seen.sets).toContainEqual(
			expect.objectContaining({ name: 'shop.test', type: 'A', ttl: 7_200, isPlanned: false }),
		);
	});

	it('gives the wait as lead, and the records to paste', async () => {
		const { findings } = await auditLab(world(['@ 7200 A 203.0.113.10'], REMEMBERED), check, SHOP);
		expect(findings[0]).toMatchObject({
			lead: 7_200,
			fix: { snippets: [{ text: 'shop.test. 300 IN A <as it is today>' }] },
		});
	});
});

describe('the parent', () => {
	const delegated = (ttl: number): World => ({
		zones: {
			test: {
				records: [
					`shop ${ttl} NS ns1.shop`,
					`shop ${ttl} NS ns2.shop`,
					'ns1.shop A 198.51.100.21',
					'ns2.shop A 203.0.113.21',
				],
			},
			'shop.test': { records: '@ A 203.0.113.10', delegation: { none: true } },
		},
	});

	it('shows until when a change of name servers takes', async () => {
		const { findings } = await auditLab(delegated(172_800), check, SHOP);
		expect(findings.map(({ verdict }) => verdict)).toEqual(['parent-slow', 'sound']);
		expect(findings[0]?.message).toMatch(/2 days: .* by \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/);
		expect(findings[0]).toMatchObject({ severity: 'info', lead: 172_800 });
	});

	it('says nothing of less', async () => {
		expect(await said(delegated(86_400))).toEqual([['sound']]);
	});

	it('leaves a zone that nobody delegates to the check of delegation', async () => {
		const zone = { zones: { 'shop.test': { delegation: { none: true } } } };
		expect(await said(zone)).toEqual([['unknown']]);
	});
});

describe('a zone file that is about to be published', () => {
	async function planned(lines: string[], live: World, drift = false) {
		const folder = await mkdtemp(path.join(tmpdir(), 'zone-'));
		const zoneFile = path.join(folder, 'shop.test.zone');
		try {
			await writeFile(zoneFile, `$ORIGIN shop.test.\n${lines.join('\n')}\n`);
			const { findings } = await auditLab(live, [check, soaCheck], { ...SHOP, zoneFile, drift });
			return findings;
		} finally {
			await rm(folder, { recursive: true });
		}
	}
	const file = (ttl: number, timers = '7200 3600 1209600 300') => [
		`@ 3600 IN SOA ns1 hostmaster 7 ${timers}`,
		'@ 3600 IN NS ns1',
		'ns1 3600 IN A 198.51.100.21',
		`@ ${ttl} IN A 203.0.113.10`,
	];
	const LIVE = world(['@ 300 A 203.0.113.77']);

	it('can be corrected in time where both are short', async () => {
		const found = await planned(file(300), LIVE);
		expect(found.map(({ verdict }) => verdict)).toEqual(['sound', 'sound']);
		expect(found[1]?.message).toContain('in the zone file, with serial 7');
	});

	it('cannot where it would be remembered for long itself', async () => {
		const found = await planned(file(86_400), LIVE);
		expect(found[0]).toMatchObject({ verdict: 'too-long-for-cut-over', severity: 'later' });
		expect(found[0]?.message).toContain('shop.test A 1 day (in the zone file)');
	});

	it('takes over late where what is published now is remembered for long', async () => {
		const found = await planned(file(300), world(['@ 172800 A 203.0.113.77']));
		expect(found[0]).toMatchObject({ verdict: 'too-long-for-cut-over', severity: 'high' });
		expect(found[0]?.message).toContain('shop.test A 2 days.');
	});

	it('has its SOA judged instead of the one that is published', async () => {
		const found = await planned(file(300, '60 3600 1209600 300'), LIVE);
		expect(found.map(({ verdict }) => verdict)).toEqual(['sound', 'timers-unusual']);
		expect(found[1]).toMatchObject({
			fix: { summary: 'Correct the SOA in the zone file before it is published.' },
		});
	});

	it('moves nothing where it is only compared', async () => {
		const found = await planned(file(86_400), world(['@ 86400 A 203.0.113.10']), true);
		expect(found.map(({ verdict }) => verdict)).toEqual(['sound', 'sound']);
	});

	it('moves what drifted from it', async () => {
		const live = world(['@ 86400 A 203.0.113.77', '@ 86400 MX 10 mail']);
		const found = await planned([...file(300), '@ 300 IN MX 10 mail'], live, true);
		expect(found[0]).toMatchObject({ verdict: 'too-long-for-cut-over', severity: 'later' });
		expect(found[0]?.message).toBe(
			'Records are about to change (what is live has drifted from the zone file), and are remembered for long: shop.test A 1 day.',
		);
	});
});
