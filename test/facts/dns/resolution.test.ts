import { expect, it } from 'vitest';
import { resolution } from '../../../src/facts/dns/resolution.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';

const world: World = { zones: { 'shop.test': { records: '@ 3600 A 203.0.113.10' } } };
const ref = () => resolution({ host: 'shop.test', effort: 'compare' });

it('holds nothing against an address that the user aims at', async () => {
	const aimed = [{ host: 'shop.test', port: 443, address: '203.0.113.77' }];
	const seen = await gathered(world, ref, { resolve: aimed });
	expect(seen.resolver.A).toMatchObject({ addresses: ['203.0.113.77'] });
	expect(seen.authoritative).toBeNull();
});

it('holds the servers of the zone against what the resolver says', async () => {
	const seen = await gathered(
		{
			...world,
			dnsFaults: [
				{
					server: 'resolver',
					name: 'shop.test',
					type: 'A',
					does: { answer: 'shop.test. 600 A 203.0.113.77' },
				},
			],
		},
		ref,
	);
	expect(seen.authoritative).toMatchObject({ addresses: ['203.0.113.10'] });
});
