import { expect, it } from 'vitest';
import { hosts } from '../../src/facts/hosts.ts';
import type { World } from '../../src/lab/world.ts';
import { gathered } from './gather-in-lab.ts';

function zone(...records: string[]): World {
	return { zones: { 'shop.test': { records: ['@ A 203.0.113.10', ...records] } } };
}

const listed = async (world: World, named: string[] = []) =>
	(await gathered(world, hosts, { hosts: named })).map(({ name }) => name);

it('lists guessed hosts that have an address of their own', async () => {
	const world = zone('* A 203.0.113.10', 'app A 203.0.113.11', 'admin A 203.0.113.10');
	expect(await listed(world)).toEqual(['shop.test', 'www.shop.test', 'app.shop.test']);
});

it('takes an alias that any label has for the wildcard’s, whatever address it gives this time', async () => {
	const world: World = {
		...zone('* CNAME pool', 'pool A 203.0.113.12', 'app CNAME own', 'own A 203.0.113.13'),
		dnsFaults: [
			{
				server: 'resolver',
				name: 'api.shop.test',
				type: 'A',
				does: {
					answer: ['api.shop.test. 60 CNAME pool.shop.test.', 'pool.shop.test. 60 A 203.0.113.14'],
				},
			},
		],
	};
	expect(await listed(world)).toEqual(['shop.test', 'www.shop.test', 'app.shop.test']);
});

it('lists named hosts whatever DNS says, and once', async () => {
	const names = await listed(zone(), ['app.shop.test', 'shop.test', 'www.shop.test']);
	expect(names).toEqual(['shop.test', 'app.shop.test', 'www.shop.test']);
});
