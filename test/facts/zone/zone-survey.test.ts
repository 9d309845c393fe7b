import { describe, expect, it } from 'vitest';
import {
	type ServerState,
	type ZoneSurvey,
	zoneSurvey,
} from '../../../src/facts/zone/zone-survey.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';

const NS1 = '198.51.100.21';
const NS2 = '203.0.113.21';
const APEX = '@ A 203.0.113.10';

type Zones = NonNullable<World['zones']>;
type Spec = Zones[string];

const surveyed = (world: World, name = 'shop.test', hosts: string[] = []) =>
	gathered(world, () => zoneSurvey({ name, hosts }));

const shop = (spec: Spec = {}, more: Partial<World> = {}): World => ({
	zones: { 'shop.test': { records: APEX, ...spec } },
	...more,
});

const states = ({ servers }: ZoneSurvey) =>
	Object.fromEntries(servers.map(({ name, address, state }) => [`${name} ${address}`, state]));

const namesOf = ({ nameServers }: ZoneSurvey) =>
	nameServers.map(({ name, byParent, byChild }) => [name, byParent, byChild]);

const at = (address: string, does: 'silent' | 'refused' | 'unreachable') => ({
	at: address,
	port: 53,
	does,
});

describe('a sound zone', () => {
	it('is asked of every server at every address, by both transports', async () => {
		const found = await surveyed(shop(), 'shop.test', ['app.shop.test', 'other.example']);
		expect(states(found)).toEqual({
			[`ns1.shop.test ${NS1}`]: 'authoritative',
			[`ns2.shop.test ${NS2}`]: 'authoritative',
		});
		for (const server of found.servers) {
			expect(server.tcp?.transport).toBe('tcp');
			expect(server.ns?.records).toHaveLength(2);
			expect(server.sets).toHaveLength(found.sets.length);
		}
		expect(found.isIntercepted).toBe(false);
		expect(found.differSince).toBeNull();
		expect(found.sets.map(({ name, type }) => `${name} ${type}`)).toEqual([
			'shop.test A',
			'shop.test AAAA',
			'www.shop.test A',
			'www.shop.test AAAA',
			'app.shop.test A',
			'app.shop.test AAAA',
			'ns1.shop.test A',
			'ns1.shop.test AAAA',
			'ns2.shop.test A',
			'ns2.shop.test AAAA',
			'shop.test MX',
			'shop.test TXT',
			'shop.test CAA',
			'_dmarc.shop.test TXT',
		]);
	});

	it('tells of each name server what parent and zone say', async () => {
		const found = await surveyed(shop());
		expect(found.nameServers).toMatchObject([
			{ name: 'ns1.shop.test', byParent: true, byChild: true, glue: [NS1], addresses: [NS1] },
			{ name: 'ns2.shop.test', byParent: true, byChild: true, glue: [NS2], addresses: [NS2] },
		]);
		expect(found.nameServers[0]?.own.A?.records[0]?.text).toBe(NS1);
		expect(found.nameServers[0]?.own.AAAA?.status).toBe('nodata');
	});

	it('is the zone that a host of it lives in, whose addresses are compared too', async () => {
		const found = await surveyed(shop(), 'www.shop.test');
		expect(found.delegation.zone).toBe('shop.test');
		expect(found.sets.map(({ name }) => name)).toContain('www.shop.test');
	});

	it('may have its servers in other zones', async () => {
		const found = await surveyed({
			zones: {
				'shop.test': {
					records: APEX,
					ns: { 'ns1.hosting.lab.': [NS1], 'ns2.hosting.lab.': [NS2] },
				},
				'hosting.lab': { ns: { ns1: [NS1], ns2: [NS2] } },
			},
		});
		expect(states(found)).toEqual({
			[`ns1.hosting.lab ${NS1}`]: 'authoritative',
			[`ns2.hosting.lab ${NS2}`]: 'authoritative',
		});
		expect(found.nameServers[0]?.own.A?.records[0]?.text).toBe(NS1);
	});

	it('costs one address a family of a provider whose names have many', async () => {
		const many = ['203.0.113.31', '203.0.113.32', '203.0.113.33'];
		const found = await surveyed({
			zones: {
				'shop.test': { records: APEX, ns: { 'ada.ns.cloudflare.com.': many } },
				'cloudflare.com': { ns: { 'ada.ns': many } },
			},
		});
		expect(found.servers).toHaveLength(1);
		expect(found.nameServers[0]?.addresses).toEqual(many);
	});
});

describe('states of servers', () => {
	const second = async (more: Partial<World>, spec: Spec = {}) =>
		states(await surveyed(shop(spec, more)))[`ns2.shop.test ${NS2}`];
	const fault = (does: NonNullable<World['dnsFaults']>[number]['does']) => ({
		dnsFaults: [{ server: NS2, does }],
	});

	it.each<[ServerState, string, Partial<World>]>([
		['lame', 'that refuses', fault({ rcode: 'REFUSED' })],
		['lame', 'that fails', fault({ rcode: 'SERVFAIL' })],
		['lame', 'that is not authorised', fault({ rcode: 'NOTAUTH' })],
		['lame', 'without authority', fault('not-authoritative')],
		['lame', 'that refers to the root', fault('upward-referral')],
		['malformed', 'whose answers break off', fault('cut')],
		['silent', 'that says nothing', { ports: [at(NS2, 'silent')] }],
		['refused', 'with closed ports', { ports: [at(NS2, 'refused')] }],
	])('%s: a server %s', async (state, _, more) => {
		expect(await second(more)).toBe(state);
	});

	it('authoritative: a server that answers over one transport alone', async () => {
		for (const how of [{ udp: 'refused' as const }, { tcp: 'refused' as const }]) {
			expect(await second({ nameServers: { [NS2]: how } })).toBe('authoritative');
		}
	});

	it('lame: a server that holds the zone above and not this one', async () => {
		const found = await surveyed({
			zones: {
				'shop.test': { records: APEX, ns: { ns1: [NS1], ns2: [NS2] } },
				'app.shop.test': {
					ns: { 'ns1.shop.test.': [NS1] },
					delegation: { ns: { 'ns1.shop.test.': [NS1], 'ns2.shop.test.': [NS2] } },
				},
			},
			dnsFaults: [
				{
					server: NS2,
					name: 'app.shop.test',
					type: 'SOA',
					does: { rcode: 'NXDOMAIN' },
				},
			],
		});
		expect(found.delegation.zone).toBe('shop.test');
		const below = await surveyed(
			{
				zones: {
					'shop.test': { records: APEX },
					'hosting.test': { ns: { ns1: ['203.0.113.31'] }, records: APEX },
					test: { records: ['test2 TXT "x"'] },
					'app.hosting.test': {
						ns: { ns: ['203.0.113.32'] },
						delegation: { ns: { ns: ['203.0.113.32'], ns1: ['198.51.100.3'] } },
					},
				},
			},
			'app.hosting.test',
		);
		expect(states(below)).toMatchObject({ 'ns1.app.hosting.test 198.51.100.3': 'lame' });
	});

	it('no-soa: a server that has the zone without its SOA', async () => {
		const world = shop({ differs: [{ at: NS2, without: ['@ SOA'] }] });
		expect(states(await surveyed(world))[`ns2.shop.test ${NS2}`]).toBe('no-soa');
	});

	it("not asked: an address that is nobody's outside", async () => {
		const found = await surveyed(shop({ ns: { ns1: [NS1], ns2: ['10.0.0.53'] } }));
		expect(states(found)).toMatchObject({ 'ns2.shop.test 10.0.0.53': 'not-asked' });
	});

	it('not asked: an IPv6 address where nothing answers over IPv6', async () => {
		const ns = { ns1: [NS1, '2001:db8::53'], ns2: [NS2] };
		for (const does of ['unreachable', 'silent'] as const) {
			const found = await surveyed(shop({ ns }, { ports: [at('2001:db8::53', does)] }));
			expect(states(found)).toEqual({
				'ns1.shop.test 198.51.100.21': 'authoritative',
				'ns1.shop.test 2001:db8::53': 'not-asked',
				'ns2.shop.test 203.0.113.21': 'authoritative',
			});
		}
	});
});

describe('who is asked', () => {
	it('a server that only the parent knows', async () => {
		const found = await surveyed(
			shop({
				delegation: { ns: { ns1: [NS1], ns2: [NS2], ns3: ['203.0.113.31'] } },
				records: [APEX, 'ns3 A 203.0.113.31'],
			}),
		);
		expect(namesOf(found)).toEqual([
			['ns1.shop.test', true, true],
			['ns2.shop.test', true, true],
			['ns3.shop.test', true, false],
		]);
		expect(states(found)).toMatchObject({ 'ns3.shop.test 203.0.113.31': 'refused' });
	});

	it('a server that only the zone knows, inside it and outside', async () => {
		const ns = { ns1: [NS1], ns3: ['203.0.113.31'], 'ns.hosting.lab.': ['203.0.113.32'] };
		const found = await surveyed({
			zones: {
				'shop.test': { records: APEX, ns, delegation: { ns: { ns1: [NS1] } } },
				'hosting.lab': { ns: { ns: ['203.0.113.32'] } },
			},
		});
		expect(namesOf(found)).toEqual([
			['ns.hosting.lab', false, true],
			['ns1.shop.test', true, true],
			['ns3.shop.test', false, true],
		]);
		expect(Object.values(states(found))).toEqual(Array(3).fill('authoritative'));
	});

	it('both addresses where glue and zone differ', async () => {
		const delegation = { ns: { ns1: [NS1], ns2: ['203.0.113.99'] } };
		const found = await surveyed(shop({ delegation }));
		expect(states(found)).toEqual({
			[`ns1.shop.test ${NS1}`]: 'authoritative',
			[`ns2.shop.test ${NS2}`]: 'authoritative',
			'ns2.shop.test 203.0.113.99': 'refused',
		});
		expect(found.nameServers[1]).toMatchObject({ glue: ['203.0.113.99'] });
	});

	it('the zone itself for the address that the parent does not give', async () => {
		const found = await surveyed(shop({ delegation: { ns: { ns1: [NS1], ns2: [] } } }));
		expect(found.nameServers[1]).toMatchObject({ glue: [], addresses: [NS2] });
		expect(states(found)).toMatchObject({ [`ns2.shop.test ${NS2}`]: 'authoritative' });
	});

	it('nobody where no address is known', async () => {
		const found = await surveyed(shop({ delegation: { glue: false } }));
		expect(found.servers).toEqual([]);
		expect(found.nameServers.map(({ addresses }) => addresses)).toEqual([[], []]);
	});

	it('nobody where nothing is delegated', async () => {
		const found = await surveyed(shop({ delegation: { none: true } }));
		expect(found.delegation.missing).toBe('nxdomain');
		expect(found.servers).toEqual([]);
	});
});

describe('whose answers they are', () => {
	it("is not the resolver's: a zone whose resolver fails is seen all the same", async () => {
		const dnsFaults = [
			{ server: 'resolver' as const, name: 'shop.test', does: { rcode: 'SERVFAIL' as const } },
		];
		const found = await surveyed(shop({}, { dnsFaults }));
		expect(Object.values(states(found))).toEqual(['authoritative', 'authoritative']);
	});

	it("is somebody's on the way, where an address without a server answers", async () => {
		const nameServers = { '192.0.2.1': {} };
		const dnsFaults = [{ server: NS2, does: { rcode: 'REFUSED' as const } }];
		expect((await surveyed(shop({}, { nameServers, dnsFaults }))).isIntercepted).toBe(true);
		expect((await surveyed(shop({}, { dnsFaults }))).isIntercepted).toBe(false);
	});

	it("is somebody's on the way, where every server recurses and none has authority", async () => {
		const recursors = (...servers: string[]) =>
			Object.fromEntries(servers.map((server) => [server, { recursion: true }]));
		const dnsFaults = [NS1, NS2].map((server) => ({
			server,
			does: 'not-authoritative' as const,
		}));
		const all = recursors(NS1, NS2, '198.51.100.3', '198.51.100.4');
		expect((await surveyed(shop({}, { nameServers: all, dnsFaults }))).isIntercepted).toBe(true);
		// Recursors that were never given the zone, under a parent that is itself.
		const own = recursors(NS1, NS2);
		expect((await surveyed(shop({}, { nameServers: own, dnsFaults }))).isIntercepted).toBe(false);
	});
});

describe('time', () => {
	it('is lost once on dead servers, whoever names them', async () => {
		const silent = ['203.0.113.31', '203.0.113.32', '203.0.113.33'];
		const ns = { ns1: [NS1], ns2: ['203.0.113.31'], ns3: ['203.0.113.32'] };
		const world = shop(
			{ ns, delegation: { ns: { ns1: [NS1], ns2: ['203.0.113.31'], ns4: ['203.0.113.33'] } } },
			{ ports: silent.map((address) => at(address, 'silent')) },
		);
		const began = performance.now();
		const found = await surveyed(world);
		expect(performance.now() - began).toBeLessThan(2_300);
		expect(Object.values(states(found)).sort()).toEqual([
			'authoritative',
			'silent',
			'silent',
			'silent',
		]);
	});

	it('is not lost on a resolver that fails slowly for a broken zone', async () => {
		const world = shop(
			{},
			{
				dnsFaults: [
					{ server: 'resolver', name: 'shop.test', does: 'silence' },
					{ server: NS1, does: { rcode: 'REFUSED' } },
				],
				ports: [at(NS2, 'silent')],
			},
		);
		const began = performance.now();
		await surveyed(world);
		expect(performance.now() - began).toBeLessThan(2_300);
	});
});
