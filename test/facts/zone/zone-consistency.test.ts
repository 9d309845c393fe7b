import { describe, expect, it } from 'vitest';
import { zoneConsistency } from '../../../src/facts/zone/zone-consistency.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';

const NS1 = '198.51.100.21';
const NS2 = '203.0.113.21';
const SOA = '@ 3600 SOA ns1 admin 1 7200 3600 1209600 300';

type Spec = NonNullable<World['zones']>[string];

const compared = (world: World, hosts: string[] = []) =>
	gathered(world, () => zoneConsistency({ name: 'shop.test', hosts }));

/** ns1 has the one records, ns2 the other. */
const two = (one: string[], other: string[], more: Partial<World> = {}): World => ({
	zones: { 'shop.test': { records: one, differs: [{ at: NS2, records: other }] } as Spec },
	...more,
});

describe('zoneConsistency', () => {
	it('finds a set that one server has otherwise, and who says what', async () => {
		const [found, ...rest] = await compared(
			two(['@ 3600 A 203.0.113.10'], ['@ 3600 A 203.0.113.99']),
		);
		expect(rest).toEqual([]);
		expect(found).toEqual({
			name: 'shop.test',
			type: 'A',
			ttl: 3600,
			editions: [
				{
					servers: [{ name: 'ns1.shop.test', address: NS1 }],
					data: ['203.0.113.10'],
					lines: ['shop.test. 3600 IN A 203.0.113.10'],
					serial: 1,
				},
				{
					servers: [{ name: 'ns2.shop.test', address: NS2 }],
					data: ['203.0.113.99'],
					lines: ['shop.test. 3600 IN A 203.0.113.99'],
					serial: 1,
				},
			],
		});
	});

	it.each<[string, string[], string[], string]>([
		['mail servers', ['@ 3600 MX 10 mx.one.test.'], ['@ 3600 MX 10 mx.two.test.'], 'shop.test MX'],
		['texts', ['@ TXT "v=spf1 -all"'], ['@ TXT "v=spf1 ~all"'], 'shop.test TXT'],
		['letters of a text', ['@ TXT "Key=Ab"'], ['@ TXT "Key=aB"'], 'shop.test TXT'],
		['authorities', ['@ CAA 0 issue "a.test"'], ['@ CAA 0 issue "b.test"'], 'shop.test CAA'],
		['aliases', ['www 3600 CNAME a.test.'], ['www 3600 CNAME b.test.'], 'www.shop.test A'],
		['lists of servers', ['@ NS ns1', '@ NS ns2'], ['@ NS ns1', '@ NS ns3'], 'shop.test NS'],
		['DMARC', ['_dmarc TXT "v=DMARC1; p=none"'], ['_dmarc TXT "v=DMARC1"'], '_dmarc.shop.test TXT'],
	])('finds other %s', async (_, one, other, set) => {
		const found = await compared(two(one, other));
		expect(found.map(({ name, type }) => `${name} ${type}`)).toContain(set);
	});

	it('finds a set that one server lacks, however short it is kept', async () => {
		const world: World = {
			zones: {
				'shop.test': {
					records: ['@ 60 A 203.0.113.10'],
					differs: [{ at: NS2, without: ['@ A'] }],
				},
			},
		};
		const found = await compared(world);
		expect(found[0]?.editions.map(({ data }) => data)).toEqual([['203.0.113.10'], []]);
	});

	it('finds an address behind an alias inside the zone', async () => {
		const found = await compared(
			two(['www CNAME lb', 'lb 3600 A 203.0.113.10'], ['lb 3600 A 203.0.113.99']),
		);
		expect(found.map(({ name, type }) => `${name} ${type}`)).toEqual(['www.shop.test A']);
	});

	it('finds a server left behind, though its addresses are kept for a short time', async () => {
		const older = '@ 3600 SOA ns1 admin 0 7200 3600 1209600 300';
		const found = await compared(two([SOA, '@ 60 A 203.0.113.10'], [older, '@ 60 A 203.0.113.99']));
		expect(found[0]?.editions.map(({ serial }) => serial)).toEqual([1, 0]);
	});
});

describe('no disagreement', () => {
	it.each<[string, string[], string[]]>([
		[
			'another order',
			['@ A 203.0.113.1', '@ A 203.0.113.2'],
			['@ A 203.0.113.2', '@ A 203.0.113.1'],
		],
		['other letters in a name', ['@ MX 10 Mail.Shop.test.'], ['@ MX 10 mail.shop.TEST.']],
		['another TTL', ['@ 3600 A 203.0.113.10'], ['@ 300 A 203.0.113.10']],
		['other letters in a tag', ['@ CAA 0 issue "a.test"'], ['@ CAA 0 ISSUE "a.test"']],
		['an older serial with the same content', [SOA], [SOA.replace(' 1 ', ' 7 ')]],
		['addresses chosen for who asks', ['@ 60 A 203.0.113.1'], ['@ 60 A 203.0.113.2']],
		['aliases chosen for who asks', ['www 60 CNAME a.test.'], ['www 60 CNAME b.test.']],
	])('is %s', async (_, one, other) => {
		expect(await compared(two(one, other))).toEqual([]);
	});

	it('is a set that rotates, or that has just been brought in step', async () => {
		const dnsFaults = [
			{
				server: NS2,
				name: 'shop.test',
				type: 'A',
				times: 1,
				does: { answer: 'shop.test. 3600 A 203.0.113.99' },
			},
		];
		const world: World = {
			zones: { 'shop.test': { records: '@ 3600 A 203.0.113.10' } },
			dnsFaults,
		};
		expect(await compared(world)).toEqual([]);
	});

	it('is an alias that one server follows out of the zone and the other does not', async () => {
		const found = await compared({
			zones: {
				'shop.test': { records: 'www 3600 CNAME pages.hosting.test.' },
				'hosting.test': { ns: { ns1: [NS2] }, records: 'pages 3600 A 203.0.113.10' },
			},
		});
		expect(found).toEqual([]);
	});

	it('is a sub-zone that one of the servers holds too', async () => {
		const found = await compared(
			{
				zones: {
					'shop.test': {},
					'app.shop.test': { ns: { 'ns2.shop.test.': [NS2] }, records: '@ 3600 A 203.0.113.10' },
				},
			},
			['app.shop.test'],
		);
		expect(found).toEqual([]);
	});

	it('is what a lame or dead server says', async () => {
		const dnsFaults = [{ server: NS2, does: 'not-authoritative' as const }];
		const world = two(['@ 3600 A 203.0.113.10'], ['@ 3600 A 203.0.113.99'], { dnsFaults });
		expect(await compared(world)).toEqual([]);
	});
});
