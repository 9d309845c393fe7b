import fc from 'fast-check';
import { expect, it } from 'vitest';
import { serverTimings } from '../../../src/facts/timing/server-timing.ts';

const metric = (name: string, durationMs: number | null = null, description = '') => {
	return { name, durationMs, description };
};

// Server Timing (W3C) §3.1 and its examples
it.each([
	['miss, db;dur=53, app;dur=47.2', [metric('miss'), metric('db', 53), metric('app', 47.2)]],
	['customView, dc;desc=atl', [metric('customView'), metric('dc', null, 'atl')]],
	['cache;desc="Cache Read";dur=23.2', [metric('cache', 23.2, 'Cache Read')]],
	['total;dur=123.4', [metric('total', 123.4)]],
	['a ; DUR = 5 ; desc = "x, y; z"', [metric('a', 5, 'x, y; z')]],
	['a;dur=1;dur=2', [metric('a', 1)]],
	['a;desc="say \\"hi\\""', [metric('a', null, 'say "hi"')]],
	['a;dur=fast, b;dur=-1, c;dur', [metric('a'), metric('b'), metric('c')]],
	['a;desc="never closed, b;dur=1', [metric('a', null, 'never closed, b;dur=1')]],
	['', []],
	[',;,', []],
	['no name;dur=1', []],
])('%s', (value, wanted) => {
	expect(serverTimings(value)).toEqual(wanted);
});

it('reads any text without a fault, and gives no more than it should', () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 500 }), (value) => {
			const read = serverTimings(value);
			expect(read.length).toBeLessThanOrEqual(20);
			for (const { name, durationMs, description } of read) {
				expect(name.length).toBeGreaterThan(0);
				expect(description.length).toBeLessThanOrEqual(64);
				expect(Number.isNaN(durationMs ?? 0)).toBe(false);
			}
		}),
	);
	expect(serverTimings('a;dur=1,'.repeat(10_000))).toHaveLength(20);
});
