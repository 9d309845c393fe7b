import { describe, expect, it } from 'vitest';
import check from '../../../checks/dns/delegation.ts';
import resolution from '../../../checks/dns/resolution.ts';
import type { World } from '../../../src/lab/world.ts';
import { rank } from '../../../src/score/rank.ts';
import {
	inDays,
	REGISTRY,
	type Route,
	rdapRoute,
	registration,
	registryWorld,
} from '../../facts/domain/rdap-lab.ts';
import { auditLab } from '../audit-lab.ts';

const NS1 = '198.51.100.21';
const NS2 = '203.0.113.21';
const NS3 = '203.0.113.31';
const APEX = '@ A 203.0.113.10';
const MAIL = '@ 3600 MX 10 mx';

type Spec = NonNullable<World['zones']>[string];
type Does = NonNullable<World['dnsFaults']>[number]['does'];

const shop = (spec: Spec = {}, more: Partial<World> = {}): World => ({
	...more,
	zones: { 'shop.test': { records: APEX, ...spec }, ...more.zones },
});

async function graded(world: World, hosts: string[] = [], domain = 'shop.test') {
	const { findings } = await auditLab(world, check, { domain, hosts });
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		'severity' in one ? one.severity : one.outcome,
		one.locus.name,
	]);
}

const found = async (...args: Parameters<typeof graded>) =>
	(await graded(...args)).map(([verdict, severity]) => `${verdict} ${severity}`);

const fault = (server: string, does: Does) => ({ dnsFaults: [{ server, does }] });
const port = (at: string, does: 'silent' | 'refused') => ({ ports: [{ at, port: 53, does }] });
const DEAD = { udp: 'silent', tcp: 'silent' } as const;
const three = { ns1: [NS1], ns2: [NS2], ns3: [NS3] };

describe('sound zones', () => {
	it.each<[string, World]>([
		['two servers in the zone', shop()],
		[
			'servers in the zone of a provider',
			{
				zones: {
					'shop.test': { records: APEX, ns: { 'a.hosting.lab.': [NS1], 'b.hosting.test.': [NS2] } },
					'hosting.lab': { ns: { a: [NS1] } },
					'hosting.test': { ns: { b: [NS2] } },
				},
			},
		],
		[
			'vanity names at a provider of many addresses',
			shop({
				ns: { ns1: [NS1, '198.51.100.22'], ns2: [NS2, '203.0.113.22'] },
			}),
		],
		['both families', shop({ ns: { ns1: [NS1, '2001:db8:1::53'], ns2: [NS2, '2001:db8:2::53'] } })],
		[
			'IPv6 that does not work here',
			shop(
				{ ns: { ns1: [NS1], ns2: [NS2, '2001:db8::53'] } },
				{ ports: [{ at: '2001:db8::53', port: 53, does: 'unreachable' }] },
			),
		],
		[
			'a list in other letters and another order',
			shop({
				differs: [{ at: NS2, records: ['@ NS NS2.Shop.Test.', '@ NS ns1'] }],
			}),
		],
		[
			'an older serial with equal content',
			shop({
				differs: [{ at: NS2, records: '@ 3600 SOA ns1 hostmaster 0 7200 3600 1209600 300' }],
			}),
		],
		[
			'a hidden primary',
			shop({
				records: [APEX, '@ 3600 SOA hidden.shop.test. hostmaster 1 7200 3600 1209600 300'],
			}),
		],
		['other TTLs at parent and child', shop({ records: [APEX, '@ 60 NS ns1', '@ 60 NS ns2'] })],
		[
			'addresses that are chosen for who asks',
			shop({
				records: '@ 60 A 203.0.113.10',
				differs: [{ at: NS2, records: '@ 60 A 203.0.113.11' }],
			}),
		],
		['a sub-zone on the same servers', shop({}, { zones: { 'app.shop.test': { records: APEX } } })],
		[
			'a sub-zone on servers of its own',
			shop(
				{},
				{
					zones: { 'app.shop.test': { records: APEX, ns: { ns: [NS3] } } },
				},
			),
		],
		[
			'a resolver that fails for it',
			shop(
				{},
				{
					dnsFaults: [{ server: 'resolver', name: 'shop.test', does: { rcode: 'SERVFAIL' } }],
				},
			),
		],
		['a server whose TCP is closed', shop({}, { nameServers: { [NS2]: { tcp: 'refused' } } })],
		['a wildcard', shop({ records: ['* A 203.0.113.10', APEX] })],
	])('pass: %s', async (_, world) => {
		expect(await found(world, ['app.shop.test'])).toEqual(['sound pass']);
	});

	it("pass with servers in one network that is a provider's anycast", async () => {
		const ns = {
			'ada.ns.cloudflare.com.': ['203.0.113.31'],
			'bob.ns.cloudflare.com.': ['203.0.113.32'],
		};
		const world = {
			zones: {
				'shop.test': { records: APEX, ns },
				'cloudflare.com': { ns: { 'ada.ns': ['203.0.113.31'], 'bob.ns': ['203.0.113.32'] } },
			},
		};
		expect(await found(world)).toEqual(['sound pass']);
	});

	it('are judged for a host inside them', async () => {
		const world = shop({
			records: [APEX, 'app A 203.0.113.10', '@ 3600 MX 10 mx'],
			differs: [{ at: NS2, records: '@ 3600 MX 20 mx' }],
		});
		expect(await found(world, [], 'app.shop.test')).toEqual(['sound pass']);
	});

	it("are judged by a sub-zone's own parent", async () => {
		const world = shop({}, { zones: { 'app.shop.test': { records: APEX, ns: three } } });
		expect(await found(world, [], 'app.shop.test')).toEqual(['sound pass']);
	});

	it('cost a server some fourteen small questions, and no address is walked to twice', async () => {
		const { requests } = await auditLab(shop(), check, { domain: 'shop.test' });
		expect(requests.dns.length).toBeLessThan(54);
		const asked = requests.dns.map((one) => Object.values(one).join(' '));
		expect(asked).toHaveLength(new Set(asked).size);
	});
});

describe('one fault, one finding', () => {
	it.each<[string, string[], World, string[]?]>([
		['nothing is delegated', ['missing blocker'], shop({ delegation: { none: true } })],
		[
			'every server refuses',
			['no-working-nameserver blocker'],
			shop(
				{},
				{
					dnsFaults: [NS1, NS2].map((server) => ({ server, does: { rcode: 'REFUSED' } })),
				},
			),
		],
		[
			'every server is dead',
			['no-working-nameserver blocker'],
			shop(
				{},
				{
					nameServers: { [NS1]: DEAD, [NS2]: DEAD },
				},
			),
		],
		['one server refuses', ['lame high'], shop({}, fault(NS2, { rcode: 'REFUSED' }))],
		['one server fails', ['lame high'], shop({}, fault(NS2, { rcode: 'SERVFAIL' }))],
		['one server has no authority', ['lame high'], shop({}, fault(NS2, 'not-authoritative'))],
		['one server refers upwards', ['lame high'], shop({}, fault(NS2, 'upward-referral'))],
		[
			'one server recurses instead',
			['lame high'],
			shop({}, { ...fault(NS2, 'not-authoritative'), nameServers: { [NS2]: { recursion: true } } }),
		],
		['one of two is silent', ['nameserver-unreachable high'], shop({}, port(NS2, 'silent'))],
		['one of two is closed', ['nameserver-unreachable high'], shop({}, port(NS2, 'refused'))],
		[
			'one of three is silent',
			['nameserver-unreachable later'],
			shop({ ns: three }, port(NS3, 'silent')),
		],
		[
			'a name does not exist',
			['nameserver-without-address high'],
			shop({
				ns: { ns1: [NS1], ns2: [NS2], 'ns.gone.test.': [] },
			}),
		],
		[
			'a name in the zone has no address there',
			['nameserver-without-address high'],
			shop({
				ns: { ns1: [NS1], ns2: [NS2], ns3: [] },
			}),
		],
		[
			'one of two at a private address',
			['nameserver-address-private high'],
			shop({
				ns: { ns1: [NS1], ns2: ['10.0.0.53'] },
			}),
		],
		[
			'both at private addresses',
			['nameserver-address-private blocker', 'nameserver-address-private blocker'],
			shop({ ns: { ns1: ['10.0.0.52'], ns2: ['192.168.1.53'] } }),
		],
		[
			'a name is an alias',
			['nameserver-is-alias high'],
			{
				zones: {
					'shop.test': { records: APEX, ns: { ns1: [NS1], 'ns2.hosting.lab.': [NS2] } },
					'hosting.lab': { ns: { a: [NS2] }, records: ['ns2 CNAME a'] },
				},
			},
		],
		[
			'a name is an address',
			['nameserver-name-invalid high'],
			shop({
				ns: { ns1: [NS1], ns2: [NS2], '203.0.113.21.': [] },
			}),
		],
		['one server alone', ['single-nameserver high'], shop({ ns: { ns1: [NS1] } })],
		['two names, one address', ['shared-address high'], shop({ ns: { ns1: [NS1], ns2: [NS1] } })],
		[
			'two servers in one network',
			['same-network later'],
			shop({
				ns: { ns1: ['203.0.113.21'], ns2: ['203.0.113.22'] },
			}),
		],
		[
			'a server that works is named at the parent alone',
			['only-at-parent later'],
			shop({
				delegation: { ns: three },
				records: [APEX, `ns3 A ${NS3}`, '@ NS ns1', '@ NS ns2'],
				ns: three,
			}),
		],
		[
			'a server is named in the zone alone',
			['only-at-child later'],
			shop({
				ns: three,
				delegation: { ns: { ns1: [NS1], ns2: [NS2] } },
			}),
		],
		[
			'two servers name different lists',
			['child-lists-differ high'],
			shop({
				ns: three,
				differs: [{ at: NS2, records: ['@ 3600 NS ns1', '@ 3600 NS ns2'] }],
			}),
		],
		[
			'two servers of the parent differ',
			['parents-disagree high'],
			shop({
				ns: three,
				delegation: { differs: [{ at: '198.51.100.4', ns: { ns1: [NS1], ns2: [NS2] } }] },
			}),
		],
		[
			'one server of the parent has nothing',
			['parents-disagree high'],
			shop({
				delegation: { differs: [{ at: '198.51.100.4', none: true }] },
			}),
		],
		[
			'glue is missing for one',
			['glue-missing high'],
			shop({
				delegation: { ns: { ns1: [NS1], ns2: [] } },
			}),
		],
		[
			'glue is another address, and somebody answers there',
			['glue-differs high'],
			shop(
				{ ns: { ns1: [NS1], ns2: [NS2] }, delegation: { ns: { ns1: [NS1], ns2: [NS3] } } },
				{ zones: { 'other.test': { ns: { ns: [NS3] } } } },
			),
		],
		[
			'glue is an address where nobody answers',
			['glue-differs high'],
			shop({ delegation: { ns: { ns1: [NS1], ns2: ['203.0.113.99'] } } }),
		],
		[
			'the servers are a car park',
			['parking-nameservers blocker'],
			{
				zones: {
					'shop.test': {
						records: APEX,
						ns: { 'ns1.sedoparking.com.': [NS1], 'ns2.sedoparking.com.': [NS2] },
					},
					'sedoparking.com': { ns: { ns1: [NS1], ns2: [NS2] } },
				},
			},
		],
		[
			'two addresses for the site',
			['servers-disagree blocker'],
			shop({
				records: '@ 3600 A 203.0.113.10',
				differs: [{ at: NS2, records: '@ 3600 A 203.0.113.11' }],
			}),
		],
		[
			'a stale address, kept for a minute',
			['servers-disagree blocker'],
			shop({
				records: '@ 60 A 203.0.113.10',
				differs: [
					{
						at: NS2,
						records: ['@ 60 A 203.0.113.11', '@ 3600 SOA ns1 hostmaster 0 7200 3600 1209600 300'],
					},
				],
			}),
		],
		[
			'a host that must work lacks at one server',
			['servers-disagree blocker'],
			shop({
				records: [APEX, 'app A 203.0.113.10'],
				differs: [{ at: NS2, without: ['app A'] }],
			}),
			['app.shop.test'],
		],
		[
			'two lists of mail servers',
			['servers-disagree blocker'],
			shop({
				records: [APEX, MAIL],
				differs: [{ at: NS2, records: '@ 3600 MX 10 old' }],
			}),
		],
		[
			'two policies',
			['servers-disagree high'],
			shop({
				records: [APEX, '@ TXT "v=spf1 -all"'],
				differs: [{ at: NS2, without: ['@ TXT'] }],
			}),
		],
		[
			'a sub-zone of a guessed host is dead',
			['subzone-broken high'],
			shop(
				{},
				{
					zones: { 'app.shop.test': { ns: { ns: [NS3] } } },
					...port(NS3, 'refused'),
				},
			),
		],
		[
			'the sub-zone of a host that must work is lame',
			['subzone-broken blocker'],
			shop(
				{},
				{
					zones: { 'app.shop.test': { ns: { ns: [NS3] } } },
					...fault(NS3, { rcode: 'REFUSED' }),
				},
			),
			['app.shop.test'],
		],
		[
			'a host that must work lives deep in a dead sub-zone',
			['subzone-broken blocker'],
			shop(
				{},
				{
					zones: { 'eu.shop.test': { ns: { ns: [NS3] }, records: 'app A 203.0.113.10' } },
					...port(NS3, 'refused'),
				},
			),
			['app.eu.shop.test'],
		],
	])('%s: %j', async (_, said, world, hosts = []) => {
		expect(await found(world, hosts)).toEqual(said);
	});

	it('a server left behind at the parent is one risk with its silence', async () => {
		const world = shop({
			records: [APEX, `ns3 A ${NS3}`],
			delegation: { ns: three },
		});
		const { findings } = await auditLab(world, check, { domain: 'shop.test' });
		expect(findings.map((one) => [one.verdict, 'cause' in one && one.cause])).toEqual([
			['nameserver-unreachable', 'dns/delegation/nameserver-unreachable'],
			['only-at-parent', 'dns/delegation/nameserver-unreachable'],
		]);
	});

	it('glue that is missing for all is one risk with its effect', async () => {
		const { findings } = await auditLab(shop({ delegation: { glue: false } }), check, {
			domain: 'shop.test',
		});
		expect(findings.map((one) => one.verdict)).toEqual([
			'no-working-nameserver',
			'glue-missing',
			'glue-missing',
		]);
		const causes = findings.map((one) => 'cause' in one && one.cause);
		expect(new Set(causes)).toEqual(new Set(['dns/delegation/no-working-nameserver']));
	});
});

describe('one fault, one risk', () => {
	it.each<[string, World, string[]?]>([
		['nothing is delegated', shop({ delegation: { none: true } })],
		['no server works', shop({}, { nameServers: { [NS1]: DEAD, [NS2]: DEAD } })],
		['no server has a public address', shop({ ns: { ns1: ['10.0.0.52'], ns2: ['10.0.0.53'] } })],
		['no server can be found', shop({ delegation: { glue: false } })],
		[
			'a sub-zone is dead',
			shop(
				{ records: [APEX, 'www A 203.0.113.10'] },
				{
					zones: { 'app.shop.test': { ns: { ns: [NS3] }, records: APEX } },
					nameServers: { [NS3]: DEAD },
				},
			),
			['app.shop.test'],
		],
	])('with names that do not resolve: %s', async (_, world, hosts = []) => {
		const asked = { domain: 'shop.test', hosts };
		const { findings } = await auditLab(world, [check, resolution], asked);
		expect(findings.map((one) => one.check)).toContain('dns/resolution');
		const risks = rank(findings, () => check);
		expect(risks.filter(({ severity }) => severity === 'blocker')).toHaveLength(1);
	});
});

describe('half-moved', () => {
	const moving = (records: string[], other: string[]): World => ({
		zones: {
			'shop.test': {
				ns: { 'ns1.old.lab.': [NS1], 'ns1.new.lab.': [NS2] },
				records,
				differs: [{ at: NS2, records: other }],
			},
			'old.lab': { ns: { ns1: [NS1] } },
			'new.lab': { ns: { ns1: [NS2] } },
		},
	});

	it('is a blocker for addresses, once for all that differs', async () => {
		const world = moving(
			['@ 3600 A 203.0.113.10', '@ TXT "old"'],
			['@ 3600 A 203.0.113.11', '@ TXT "new"'],
		);
		expect(await found(world)).toEqual(['half-moved blocker']);
	});

	it('is high for other records', async () => {
		expect(await found(moving([APEX, '@ TXT "old"'], ['@ TXT "new"']))).toEqual([
			'half-moved high',
		]);
	});

	it('is seen where the old zone already names the new servers', async () => {
		const world: World = {
			zones: {
				'shop.test': {
					ns: { 'ns1.old.lab.': [NS1], 'ns1.new.lab.': [NS2] },
					delegation: { ns: { 'ns1.old.lab.': [NS1] } },
					records: ['@ 3600 A 203.0.113.10', '@ 3600 NS ns1.new.lab.'],
					differs: [{ at: NS2, records: '@ 3600 A 203.0.113.11' }],
				},
				'old.lab': { ns: { ns1: [NS1] } },
				'new.lab': { ns: { ns1: [NS2] } },
			},
		};
		expect(await found(world)).toContain('half-moved blocker');
	});

	it('is no word for two providers with equal records', async () => {
		expect(await found(moving([APEX], []))).toEqual(['sound pass']);
	});

	it('is no word for a secondary that missed an update', async () => {
		const older = '@ 3600 SOA ns1 hostmaster 0 7200 3600 1209600 300';
		const soa = older.replace(' 0 ', ' 1 ');
		const world = moving(['@ 3600 A 203.0.113.10', soa], ['@ 3600 A 203.0.113.11', older]);
		expect(await found(world)).toEqual(['servers-disagree blocker']);
	});
});

describe('domains of name servers', () => {
	const served = (routes: Record<string, Route>, isThere = true) =>
		registryWorld(routes, {
			zones: {
				'shop.test': {
					records: APEX,
					ns: { ns1: [NS1], 'ns.friend.test.': [NS2], 'ns2.friend.test.': [NS3] },
				},
				...(isThere && {
					'friend.test': { ns: { ns: [NS2], ns2: [NS3] } },
				}),
			},
		});
	const ends = (days: number) =>
		rdapRoute(
			registration('friend.test', {
				events: [{ eventAction: 'expiration', eventDate: inDays(days) }],
			}),
		);
	const judged = async (world: World) => {
		const asked = { domain: 'shop.test', rdap: REGISTRY };
		const { findings } = await auditLab(world, check, asked);
		return findings.map((one) => `${one.verdict} ${'severity' in one ? one.severity : ''}`);
	};

	it('are told of once where nobody holds one', async () => {
		expect(await judged(served({}, false))).toEqual(['nameserver-domain-expiring blocker']);
	});

	it('are told of in their last thirty days', async () => {
		expect(await judged(served({ 'friend.test': ends(29.9) }))).toEqual([
			'nameserver-domain-expiring high',
		]);
		expect(await judged(served({ 'friend.test': ends(30.1) }))).toEqual(['sound ']);
	});

	it('are left alone where the registry says nothing', async () => {
		expect(await judged(served({}))).toEqual(['sound ']);
	});
});

describe('what cannot be seen', () => {
	const outcome = async (world: World) => {
		const { findings } = await auditLab(world, check, { domain: 'shop.test' });
		return findings.map((one) => [one.outcome, 'decisive' in one && one.decisive]);
	};

	it('is unknown where port 53 is filtered, and decides nothing', async () => {
		const ports = ['198.51.100.1', '198.51.100.2'].map((at) => ({
			at,
			port: 53,
			does: 'silent' as const,
		}));
		expect(await outcome(shop({}, { ports }))).toEqual([['unknown', false]]);
	});

	it('is unknown where somebody answers in place of the servers', async () => {
		const world = shop(
			{},
			{ ...fault(NS2, { rcode: 'REFUSED' }), nameServers: { '192.0.2.1': {} } },
		);
		expect(await outcome(world)).toEqual([['unknown', false]]);
	});

	it('is unknown where nobody answers us, and the resolver gets answers', async () => {
		// The lab's resolver reaches its servers without the sockets that are closed to us.
		const world = shop({}, { ports: [NS1, NS2].map((at) => ({ at, port: 53, does: 'silent' })) });
		const { findings } = await auditLab(world, check, { domain: 'shop.test' });
		expect(findings.map((one) => one.outcome)).toEqual(['unknown']);
	});

	it("is somebody else's zone under a provider's suffix", async () => {
		const world = {
			zones: { 'github.io': { ns: { ns1: [NS1], ns2: [NS2] }, records: 'shop A 203.0.113.10' } },
		};
		expect(await found(world, [], 'shop.github.io')).toEqual(['not-applicable not-applicable']);
	});
});

describe('the fix', () => {
	it('says where, what to keep, and by when everybody sees it', async () => {
		const { findings } = await auditLab(shop({}, port(NS2, 'refused')), check, {
			domain: 'shop.test',
		});
		expect(findings[0]).toMatchObject({
			lead: 3600,
			fix: {
				summary: 'Repair ns2.shop.test, or take it off the list at the registrar of shop.test.',
			},
		});
		const [one] = findings;
		const fix = one !== undefined && 'fix' in one ? one.fix : { steps: [], snippets: [] };
		expect(fix.steps.join(' ')).toMatch(/until \d{4}-\d\d-\d\d \d\d:\d\d UTC .* 1 hour/);
		expect(fix.snippets[0]?.text).toContain('shop.test. IN NS ns1.shop.test.');
	});

	it('gives lines for name-server software where nobody else runs the servers', async () => {
		const { findings } = await auditLab(shop({}, fault(NS2, { rcode: 'REFUSED' })), check, {
			domain: 'shop.test',
		});
		const [one] = findings;
		const text = one !== undefined && 'fix' in one ? one.fix.snippets.at(-1)?.text : '';
		expect(text).toContain('zone "shop.test" { type primary; file "shop.test.zone"; };');
		expect(text).toContain('NSD');
	});
});

describe('time', () => {
	it('a zone with a dead and a lame server is judged within two seconds', async () => {
		const world = shop({ ns: three }, { ...fault(NS3, 'upward-referral'), ...port(NS2, 'silent') });
		const began = performance.now();
		expect(await found(world)).toEqual(['nameserver-unreachable high', 'lame high']);
		expect(performance.now() - began).toBeLessThan(2_500);
	});
});
