import { describe, expect, it } from 'vitest';
import { decide, isOver, LOOKS, nextLook } from '../../src/core/sequential-plan.ts';

describe('decide', () => {
	it.each([
		[20, 0, 'go-on'],
		[20, 4, 'go-on'],
		[20, 5, 'fail'],
		[80, 0, 'pass'],
		[80, 1, 'go-on'],
		[80, 9, 'go-on'],
		[80, 10, 'fail'],
		[150, 2, 'pass'],
		[150, 3, 'go-on'],
		[150, 14, 'go-on'],
		[150, 15, 'fail'],
		[210, 4, 'pass'],
		[210, 5, 'go-on'],
		[210, 19, 'go-on'],
		[210, 20, 'fail'],
		[300, 7, 'pass'],
		[300, 8, 'undecided'],
		[300, 25, 'undecided'],
		[300, 26, 'fail'],
	])('at %i samples with %i over: %s', (n, over, decision) => {
		expect(decide(n, over)).toBe(decision);
	});

	it('says nothing between looks, and nothing new after the last', () => {
		for (const n of [0, 1, 19, 21, 79, 81, 299]) {
			for (const over of [0, n]) expect(decide(n, over)).toBe('go-on');
		}
		expect(decide(301, 0)).toBe('undecided');
	});

	it('passes falsely in under 5 % of series that are exactly on the line', () => {
		const { pass, fail } = outcomes(0.05);
		expect(pass).toBeCloseTo(0.046, 2);
		expect(fail).toBeCloseTo(0.019, 2);
	});

	it('knows what is clearly good and clearly bad', () => {
		expect(outcomes(0.001).pass).toBeGreaterThan(0.99);
		expect(outcomes(0.2).fail).toBeGreaterThan(0.99);
	});
});

/** The exact chance of each decision, by the distribution of the over count from look to look. */
function outcomes(chance: number): { pass: number; fail: number } {
	const sum = { pass: 0, fail: 0 };
	let states = new Map([[0, 1]]);
	for (let n = 1; n <= 300; n += 1) {
		const next = new Map<number, number>();
		for (const [over, weight] of states) {
			next.set(over, (next.get(over) ?? 0) + weight * (1 - chance));
			next.set(over + 1, (next.get(over + 1) ?? 0) + weight * chance);
		}
		states = new Map();
		for (const [over, weight] of next) {
			const decision = decide(n, over);
			if (decision === 'pass' || decision === 'fail') sum[decision] += weight;
			else states.set(over, weight);
		}
	}
	return sum;
}

describe('nextLook', () => {
	it('is the first beyond', () => {
		expect([0, 19, 20, 80, 299, 300].map(nextLook)).toEqual([20, 20, 80, 150, 300, null]);
		expect(LOOKS.map(({ n }) => n)).toEqual([20, 80, 150, 210, 300]);
	});
});

describe('isOver', () => {
	it('counts the budget itself, failures and server errors, but no other status', () => {
		const sample = { tookMs: 299.9, status: 200, failure: '' };
		expect(isOver(sample, 300)).toBe(false);
		expect(isOver({ ...sample, tookMs: 300 }, 300)).toBe(true);
		expect(isOver({ ...sample, status: 500 }, 300)).toBe(true);
		expect(isOver({ ...sample, status: 401 }, 300)).toBe(false);
		expect(isOver({ ...sample, status: 0, failure: 'reset' }, 300)).toBe(true);
	});
});
