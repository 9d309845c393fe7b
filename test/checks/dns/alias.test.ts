import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import aliasCheck from '../../../checks/dns/alias.ts';
import resolutionCheck from '../../../checks/dns/resolution.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const APEX = '@ A 203.0.113.10';
const HOSTING = { 'hosting.test': { records: ['web A 203.0.113.80', 'cdn CNAME web'] } };

function zone(records: string[], more: Partial<World> = {}): World {
	return { zones: { 'shop.test': { records }, ...HOSTING }, ...more };
}

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings
		.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable')
		.map((one) => [
			one.locus.name,
			one.verdict ?? one.outcome,
			...('severity' in one ? [one.severity] : []),
		]);
}

/** www, then so many names of our own, to a provider. */
function hops(count: number): string[] {
	return Array.from({ length: count }, (_, index) => {
		const owner = index === 0 ? 'www' : `hop${index}`;
		return `${owner} CNAME ${index === count - 1 ? 'web.hosting.test.' : `hop${index + 1}`}`;
	});
}

describe('legal aliases', () => {
	it.each<[string, string[]]>([
		['addresses alone', [APEX, 'www A 203.0.113.10']],
		['www as an alias of the bare domain', [APEX, 'www CNAME @']],
		['an alias to a provider that leads on', [APEX, 'www CNAME cdn.hosting.test.']],
		['a flattened alias at the apex', ['@ A 203.0.113.80', '@ AAAA 2001:db8::80', '@ MX 10 mail']],
		['two aliases of our own', [APEX, ...hops(2)]],
		['signatures beside an alias', [APEX, 'www CNAME web.hosting.test.', 'www NSEC \\# 0']],
		['a wildcard alias', [APEX, '* CNAME web.hosting.test.']],
		[
			'a target that only begins like the domain',
			[APEX, 'www CNAME shop.test.shop.test-cdn.test.'],
		],
	])('passes %s', async (_, records) => {
		expect(graded(await auditLab(zone(records), aliasCheck, SHOP))).toEqual([]);
	});

	it('passes an alias inside a sub-zone', async () => {
		const world = zone([APEX, 'www CNAME web.eu.shop.test.']);
		world.zones = {
			...world.zones,
			'eu.shop.test': { ns: { ns: ['203.0.113.55'] }, records: 'web A 203.0.113.10' },
		};
		const { findings } = await auditLab(world, aliasCheck, SHOP);
		expect(findings.find(({ subject }) => subject === 'www.shop.test')).toMatchObject({
			verdict: 'sound',
			message: 'www.shop.test is an alias of web.eu.shop.test.',
		});
	});

	it('asks the zone one question for a name without alias', async () => {
		const { requests } = await auditLab(zone([APEX, 'www A 203.0.113.10']), aliasCheck, SHOP);
		const asked = requests.dns.filter(({ type }) => type === 'CNAME');
		expect(asked.map(({ name }) => name.toLowerCase()).sort()).toEqual([
			'admin.shop.test',
			'api.shop.test',
			'app.shop.test',
			'shop.test',
			'www.shop.test',
		]);
	});
});

describe('aliases that no zone may have', () => {
	it.each<[string, string[], unknown[][]]>([
		['one at the apex', ['@ CNAME web.hosting.test.'], [['shop.test CNAME', 'at-apex', 'blocker']]],
		[
			'one beside a text',
			[APEX, 'www CNAME web.hosting.test.', 'www TXT "verify=1"'],
			[['www.shop.test CNAME', 'with-other-records', 'blocker']],
		],
		[
			'one beside an address',
			[APEX, 'www CNAME web.hosting.test.', 'www A 203.0.113.10'],
			[['www.shop.test CNAME', 'with-other-records', 'blocker']],
		],
		[
			'one beside mail, at a name that www leads to',
			[APEX, 'www CNAME site', 'site CNAME web.hosting.test.', 'site MX 10 mail.hosting.test.'],
			[['site.shop.test CNAME', 'with-other-records', 'blocker']],
		],
		[
			'two at one name',
			[APEX, 'www CNAME web.hosting.test.', 'www CNAME cdn.hosting.test.'],
			[['www.shop.test CNAME', 'several-targets', 'blocker']],
		],
		[
			'a circle',
			[APEX, 'www CNAME loop', 'loop CNAME www'],
			[['www.shop.test', 'loop', 'blocker']],
		],
		['one of itself', [APEX, 'www CNAME www'], [['www.shop.test', 'loop', 'blocker']]],
		['three of our own', [APEX, ...hops(3)], [['www.shop.test', 'chain-too-long', 'later']]],
		['five of our own', [APEX, ...hops(5)], [['www.shop.test', 'chain-too-long', 'later']]],
		['six of our own', [APEX, ...hops(6)], [['www.shop.test', 'chain-too-long', 'high']]],
		['eight of our own', [APEX, ...hops(8)], [['www.shop.test', 'chain-too-long', 'high']]],
		['nine of our own', [APEX, ...hops(9)], [['www.shop.test', 'chain-too-long', 'blocker']]],
		['twenty of our own', [APEX, ...hops(20)], [['www.shop.test', 'chain-too-long', 'blocker']]],
		[
			'a domain that stands twice',
			[APEX, 'www CNAME web.shop.test'],
			[['www.shop.test CNAME', 'doubled-suffix', 'high']],
		],
	])('finds %s', async (_, records, found) => {
		expect(graded(await auditLab(zone(records), aliasCheck, SHOP))).toEqual(found);
	});

	it('finds a circle through a zone of somebody else', async () => {
		const world = zone([APEX, 'www CNAME back.hosting.test.']);
		world.zones = { ...world.zones, 'hosting.test': { records: 'back CNAME www.shop.test.' } };
		const { findings } = await auditLab(world, aliasCheck, SHOP);
		expect(findings.find(({ subject }) => subject === 'www.shop.test')).toMatchObject({
			verdict: 'loop',
			message: expect.stringContaining('www.shop.test → back.hosting.test → www.shop.test'),
		});
	});

	it('finds an alias at the apex of a sub-zone that a required host is', async () => {
		const world = zone([APEX]);
		world.zones = {
			...world.zones,
			'app.shop.test': {
				ns: { 'ns.hosting.test.': ['203.0.113.55'] },
				records: '@ CNAME web.hosting.test.',
			},
			'hosting.test': { records: ['web A 203.0.113.80', 'ns A 203.0.113.55'] },
		};
		const audited = await auditLab(world, aliasCheck, { ...SHOP, hosts: ['app.shop.test'] });
		expect(graded(audited)).toEqual([['app.shop.test CNAME', 'at-apex', 'blocker']]);
	});

	it('is graver where a required host has the domain twice', async () => {
		const world = zone([APEX, 'app CNAME web.shop.test']);
		const audited = await auditLab(world, aliasCheck, { ...SHOP, hosts: ['app.shop.test'] });
		expect(graded(audited)).toEqual([['app.shop.test CNAME', 'doubled-suffix', 'blocker']]);
		expect(audited.findings.find(({ subject }) => subject === 'app.shop.test')).toMatchObject({
			fix: {
				snippets: [
					{
						text: '; replace\napp.shop.test. IN CNAME web.shop.test.shop.test.\n; by\napp.shop.test. 300 IN CNAME web.shop.test.',
					},
				],
			},
		});
	});

	it.each<[string, string[], string]>([
		['a circle', [APEX, 'www CNAME loop', 'loop CNAME www'], 'dns/alias/loop'],
		['a domain that stands twice', [APEX, 'www CNAME web.shop.test'], 'dns/resolution/www-missing'],
	])('is one risk with the name that does not resolve: %s', async (_, records, cause) => {
		const { findings } = await auditLab(zone(records), [aliasCheck, resolutionCheck], SHOP);
		const causes = findings.flatMap((one) =>
			one.outcome === 'fail' && one.subject === 'www.shop.test' ? [one.cause] : [],
		);
		expect(causes).toEqual([cause, cause]);
	});
});

describe('a zone that is planned', () => {
	it('is judged as it is written', async () => {
		const folder = await mkdtemp(path.join(tmpdir(), 'zone-'));
		const zoneFile = path.join(folder, 'shop.test.zone');
		const lines = [
			'@ 300 IN SOA ns1.shop.test. hostmaster.shop.test. 1 7200 3600 1209600 300',
			'@ 300 IN NS ns1.shop.test.',
			'@ 300 IN A 203.0.113.10',
			'ns1 300 IN A 198.51.100.21',
			'www 300 IN CNAME web.hosting.test.',
			'www 300 IN TXT "verify=1"',
			'app 300 IN CNAME one',
			'one 300 IN CNAME two',
			'two 300 IN CNAME web.hosting.test.',
		];
		await writeFile(zoneFile, `$ORIGIN shop.test.\n${lines.join('\n')}\n`);
		try {
			const audited = await auditLab(zone([APEX]), aliasCheck, { ...SHOP, zoneFile });
			expect(graded(audited)).toEqual([
				['www.shop.test CNAME', 'with-other-records', 'blocker'],
				['app.shop.test', 'chain-too-long', 'later'],
			]);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});

describe('what cannot be seen', () => {
	it('takes the resolver at its word where port 53 leads nowhere else', async () => {
		const says = (owner: string, target: string) => ({
			server: 'resolver' as const,
			name: `${owner}.shop.test`,
			type: 'CNAME',
			does: { answer: `${owner}.shop.test. 300 CNAME ${target}` },
		});
		const world = zone([APEX, ...hops(3)], {
			dnsFaults: [
				{ server: '198.51.100.1', does: 'silence' },
				{ server: '198.51.100.2', does: 'silence' },
				says('www', 'hop1.shop.test.'),
				says('hop1', 'hop2.shop.test.'),
				says('hop2', 'web.hosting.test.'),
			],
		});
		const { findings } = await auditLab(world, aliasCheck, SHOP);
		const www = findings.filter(({ subject }) => subject === 'www.shop.test');
		expect(www).toMatchObject([
			{ verdict: 'chain-too-long', severity: 'later' },
			{ outcome: 'unknown', reason: 'unsupported', decisive: false },
		]);
	});

	it('leaves a host in a sub-zone that nobody serves to dns/resolution', async () => {
		const world = zone([APEX]);
		world.zones = {
			...world.zones,
			'app.shop.test': {
				ns: { ns9: ['203.0.113.99'] },
				records: '@ A 203.0.113.10',
				delegation: { ns: { 'ns.hosting.test.': ['203.0.113.55'] } },
			},
		};
		const { findings } = await auditLab(world, [aliasCheck, resolutionCheck], {
			...SHOP,
			hosts: ['app.shop.test'],
		});
		expect(findings).toContainEqual(
			expect.objectContaining({
				check: 'dns/alias',
				subject: 'app.shop.test',
				outcome: 'blocked',
				by: { check: 'dns/resolution', subject: 'app.shop.test' },
			}),
		);
	});

	it('leaves a zone that nobody serves to dns/delegation', async () => {
		const world = zone([APEX], {
			nameServers: {
				'198.51.100.21': { udp: 'refused', tcp: 'refused' },
				'203.0.113.21': { udp: 'refused', tcp: 'refused' },
			},
		});
		const { findings } = await auditLab(world, aliasCheck, SHOP);
		expect(findings.map(({ outcome }) => outcome)).not.toContain('pass');
		expect(findings.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
	});
});
