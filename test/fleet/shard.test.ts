import { describe, expect, it } from 'vitest';
import { isInShard, parseShard } from '../../src/fleet/shard.ts';
import { parseTargetList } from '../../src/fleet/target-list.ts';

const shardOf = (domain: string, count: number) => {
	const [one] = parseTargetList(domain, 'list');
	const indices = Array.from({ length: count }, (_, i) => i + 1);
	return indices.filter((index) => one !== undefined && isInShard(one, { index, count }));
};

describe('a shard', () => {
	it('is written I/N, from 1/N to N/N', () => {
		expect(parseShard('3/10')).toEqual({ index: 3, count: 10 });
		expect(parseShard('1/1')).toEqual({ index: 1, count: 1 });
		for (const text of ['0/10', '11/10', '1/0', '3', '3/', 'a/b', '-1/3', '1/1001', '1.5/2']) {
			expect(parseShard(text)).toBeNull();
		}
	});

	it('has every domain in exactly one, all names of a registrable domain in the same', () => {
		for (let i = 0; i < 200; i += 1) {
			const found = shardOf(`shop${i}.example`, 7);
			expect(found).toHaveLength(1);
			expect(shardOf(`app.shop${i}.example`, 7)).toEqual(found);
		}
	});

	it('is the same on every machine: the first 32 bits of SHA-256, modulo N', () => {
		// printf example.com | sha256sum: a379a6f6…, 2742658806 in decimal.
		expect(shardOf('example.com', 10)).toEqual([7]);
		expect(shardOf('example.com', 7)).toEqual([(2_742_658_806 % 7) + 1]);
	});

	it('holds about its part of a list', () => {
		const sizes = new Map<number, number>();
		for (let i = 0; i < 2_000; i += 1) {
			const [index = 0] = shardOf(`shop${i}.example`, 4);
			sizes.set(index, (sizes.get(index) ?? 0) + 1);
		}
		for (const size of sizes.values()) expect(Math.abs(size - 500)).toBeLessThan(100);
	});
});
