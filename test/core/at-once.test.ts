import { expect, it } from 'vitest';
import { atOnce } from '../../src/core/at-once.ts';

it('keeps the order of the list and the limit, whatever takes how long', async () => {
	let running = 0;
	let most = 0;
	const results = await atOnce(3, [5, 1, 4, 2, 3, 0], async (n) => {
		running += 1;
		most = Math.max(most, running);
		await new Promise((resolve) => setTimeout(resolve, n));
		running -= 1;
		return n * 10;
	});
	expect(results).toEqual([50, 10, 40, 20, 30, 0]);
	expect(most).toBe(3);
	expect(await atOnce(3, [], async () => 1)).toEqual([]);
});
