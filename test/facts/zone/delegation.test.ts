import { describe, expect, it } from 'vitest';
import { delegation } from '../../../src/facts/zone/delegation.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';

const ROOTS = ['198.51.100.1', '198.51.100.2'];
const TLD = ['198.51.100.3', '198.51.100.4'];
const APEX = '@ A 203.0.113.10';

type Zones = NonNullable<World['zones']>;

const led = (zones: Zones, name = 'shop.test', more: Partial<World> = {}) =>
	gathered({ zones, ...more }, () => delegation({ name }));

const closed = (addresses: readonly string[], does: 'silent' | 'refused' | 'unreachable') => ({
	ports: addresses.map((at) => ({ at, port: 53, does })),
});

describe('delegation', () => {
	it('gives what every server of the parent says, with the glue', async () => {
		const found = await led({ 'shop.test': { records: APEX } });
		expect(found).toMatchObject({ zone: 'shop.test', parent: 'test', missing: null });
		expect(found.isShared).toBe(false);
		expect(found.views.map(({ server }) => server)).toEqual(TLD);
		for (const view of found.views) {
			expect(view.names).toEqual(['ns1.shop.test', 'ns2.shop.test']);
			expect(view.glue).toEqual({
				'ns1.shop.test': ['198.51.100.21'],
				'ns2.shop.test': ['203.0.113.21'],
			});
			expect(view.ttl).toBe(3600);
		}
	});

	it.each([
		['a host of the zone', 'www.shop.test'],
		['a name that is not there', 'gone.shop.test'],
		['a name below a wildcard', 'any.wild.shop.test'],
		['an alias', 'blog.shop.test'],
	])('climbs from %s to its zone', async (_, name) => {
		const records = [
			APEX,
			'www A 203.0.113.10',
			'*.wild A 203.0.113.10',
			'blog CNAME hosting.test.',
		];
		const found = await led({ 'shop.test': { records } }, name);
		expect(found).toMatchObject({ zone: 'shop.test', parent: 'test', missing: null });
		expect(found.views.map(({ names }) => names.length)).toEqual([2, 2]);
	});

	it('finds a sub-zone with servers of its own, and its parent', async () => {
		const zones = {
			'shop.test': { records: APEX },
			'app.shop.test': { ns: { ns: ['203.0.113.31'] }, records: APEX },
		};
		for (const name of ['app.shop.test', 'www.app.shop.test']) {
			const found = await led(zones, name);
			expect(found).toMatchObject({ zone: 'app.shop.test', parent: 'shop.test', missing: null });
			expect(found.views.map(({ server }) => server)).toEqual(['198.51.100.21', '203.0.113.21']);
			expect(found.views[0]?.glue).toEqual({ 'ns.app.shop.test': ['203.0.113.31'] });
		}
	});

	it('knows a sub-zone that the servers of its parent hold too', async () => {
		const zones = { 'shop.test': { records: APEX }, 'app.shop.test': { records: APEX } };
		for (const name of ['app.shop.test', 'www.app.shop.test']) {
			const found = await led(zones, name);
			expect(found).toMatchObject({ zone: 'app.shop.test', parent: 'shop.test', isShared: true });
			expect(found.missing).toBeNull();
		}
	});

	it('says that nothing is delegated, and of which zone', async () => {
		const zones = { 'shop.test': { records: APEX, delegation: { none: true } } };
		for (const name of ['shop.test', 'www.shop.test']) {
			expect(await led(zones, name)).toMatchObject({
				zone: 'shop.test',
				parent: 'test',
				missing: 'nxdomain',
			});
		}
		const nodata = { ...zones, test: { records: ['shop.test. TXT "kept"'] } };
		expect(await led(nodata)).toMatchObject({ zone: 'shop.test', missing: 'nodata' });
	});

	it('leaves the rest to the zone where its own servers are of no use', async () => {
		const zones = { 'shop.test': { records: APEX } };
		const dead = closed(['198.51.100.21', '203.0.113.21'], 'refused');
		expect(await led(zones, 'www.shop.test', dead)).toMatchObject({
			zone: 'shop.test',
			parent: 'test',
			missing: null,
		});
	});

	it('does not wait for a dead server of the zone to learn which zone it is', async () => {
		const zones = { 'shop.test': { records: APEX } };
		const began = performance.now();
		await led(zones, 'www.shop.test', closed(['198.51.100.21'], 'silent'));
		expect(performance.now() - began).toBeLessThan(1_000);
	});

	it('shows a parent whose servers disagree', async () => {
		const differs = [{ at: '198.51.100.4', ns: { ns3: ['203.0.113.31'] } }];
		const found = await led({ 'shop.test': { records: APEX, delegation: { differs } } });
		expect(found.views.map(({ names }) => names)).toEqual([
			['ns1.shop.test', 'ns2.shop.test'],
			['ns3.shop.test'],
		]);
		expect(found.missing).toBeNull();
	});

	it('shows a parent of whose servers one denies the zone', async () => {
		const differs = [{ at: '198.51.100.4', none: true }];
		const found = await led({ 'shop.test': { records: APEX, delegation: { differs } } });
		expect(found.views.map(({ names }) => names.length)).toEqual([2, 0]);
		expect(found.missing).toBeNull();
	});

	it('takes no address for glue that lies outside the parent', async () => {
		const zones: Zones = {
			'shop.test': {
				records: APEX,
				ns: { 'ns1.hosting.lab.': ['198.51.100.21'], 'ns1.hosting.test.': ['203.0.113.21'] },
			},
			'hosting.lab': { ns: { ns1: ['198.51.100.21'] } },
			'hosting.test': { ns: { ns1: ['203.0.113.21'] } },
		};
		const [view] = (await led(zones)).views;
		expect(view?.glue).toEqual({ 'ns1.hosting.lab': [], 'ns1.hosting.test': ['203.0.113.21'] });
	});

	it('passes over a server of the parent that is dead', async () => {
		const found = await led(
			{ 'shop.test': { records: APEX } },
			'shop.test',
			closed(['198.51.100.3'], 'refused'),
		);
		expect(found.views.map(({ server }) => server)).toEqual(['198.51.100.4']);
	});

	it.each([
		['the root', ROOTS],
		['the top-level domain', TLD],
	])('cannot say anything where %s is not reached', async (_, addresses) => {
		const asked = led({ 'shop.test': { records: APEX } }, 'shop.test', closed(addresses, 'silent'));
		await expect(asked).rejects.toThrow('port 53 is filtered');
	});

	it('believes no "root" that answers without authority', async () => {
		const dnsFaults = [...ROOTS, ...TLD].map((server) => ({
			server,
			name: 'shop.test',
			type: 'NS',
			does: { answer: 'shop.test. NS ns1.shop.test.' },
		}));
		const world = { dnsFaults: dnsFaults.map((one) => ({ ...one })) };
		await expect(led({ 'shop.test': { records: APEX } }, 'shop.test', world)).rejects.toThrow();
	});

	it("leaves a name under a provider's suffix in the zone of the provider", async () => {
		const zones = {
			'github.io': { ns: { 'ns1.github.test.': ['203.0.113.31'] }, records: 'shop A 203.0.113.10' },
			'github.test': { ns: { ns1: ['203.0.113.31'] } },
		};
		const found = await led(zones, 'shop.github.io');
		expect(found).toMatchObject({ zone: 'github.io', parent: 'io', missing: null });
	});
});
