import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/sequential-plan.ts';
import {
	atLeast,
	atMost,
	failBound,
	isClustered,
	nearestRank,
	P95_SHARE,
	P99_SHARE,
	passBound,
	quantileInterval,
	samplesForPass,
} from '../../../src/facts/timing/timing-statistics.ts';
import { generator } from '../seeded-random.ts';

describe('exact binomial bounds, as tables of statistics give them', () => {
	const OVER = [0, 1, 2, 3, 4, 5, 8, 10];

	it('samples needed for a pass at p95', () => {
		expect(OVER.map((k) => samplesForPass(k, P95_SHARE))).toEqual([
			59, 93, 124, 153, 181, 208, 286, 336,
		]);
	});

	it('samples needed for a pass at p99, or for errors under 1 %', () => {
		expect(OVER.map((k) => samplesForPass(k, P99_SHARE))).toEqual([
			299, 473, 628, 773, 913, 1049, 1441, 1693,
		]);
	});

	it.each([
		[20, null, 4, null, 2],
		[30, null, 5, null, 2],
		[59, 0, 7, null, 3],
		[100, 1, 10, null, 4],
		[150, 2, 13, null, 5],
		[200, 4, 16, null, 6],
		[300, 8, 22, 0, 7],
		[500, 16, 34, 1, 10],
		[1000, 38, 63, 4, 16],
	])('n = %i', (n, pass, fail, errorsPass, errorsFail) => {
		expect(passBound(n, P95_SHARE)).toBe(pass);
		expect(failBound(n, P95_SHARE)).toBe(fail);
		expect(passBound(n, P99_SHARE)).toBe(errorsPass);
		expect(failBound(n, P99_SHARE)).toBe(errorsFail);
	});

	it('are tails of one distribution', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 400 }),
				fc.integer({ min: 0, max: 400 }),
				fc.double({ min: 0.001, max: 0.999, noNaN: true }),
				(n, k, share) => {
					const sum = atMost(k, n, share) + atLeast(k + 1, n, share);
					expect(sum).toBeCloseTo(1, 8);
				},
			),
		);
	});
});

/**
 * The exact chances of the plan's ends where each sample is over with the same chance: samples are
 * counted one by one, and a series that is decided at a look leaves the count. `verdict` is asked at
 * the end of each.
 */
function chances(share: number, verdict: (n: number, over: number) => string) {
	const ends = new Map<string, number>();
	let open = [1];
	for (let n = 1; n <= 300; n += 1) {
		const next = new Array<number>(open.length + 1).fill(0);
		for (const [over, chance] of open.entries()) {
			next[over] = (next[over] ?? 0) + chance * (1 - share);
			next[over + 1] = (next[over + 1] ?? 0) + chance * share;
		}
		for (const [over, chance] of next.entries()) {
			if (decide(n, over) === 'go-on') continue;
			const end = verdict(n, over);
			ends.set(end, (ends.get(end) ?? 0) + chance);
			next[over] = 0;
		}
		open = next;
	}
	return ends;
}

describe('the sequential plan', () => {
	it('passes 4.6 % of what is exactly on the line, and fails 1.9 % of it', () => {
		const ends = chances(P95_SHARE, decide);
		expect(ends.get('pass')).toBeCloseTo(0.046, 3);
		expect(ends.get('fail')).toBeCloseTo(0.019, 3);
		expect([...ends.values()].reduce((sum, one) => sum + one)).toBeCloseTo(1, 10);
	});

	it('comes to an end after about 85 samples where one in five hundred is over', () => {
		let samples = 0;
		chances(0.002, (n) => String(n)).forEach((chance, n) => {
			samples += chance * Number(n);
		});
		expect(samples).toBeGreaterThan(80);
		expect(samples).toBeLessThan(95);
	});

	it('leaves errors at exactly 1 % their five per cent either way, though it ends when it likes', () => {
		const ends = chances(P99_SHARE, (n, errors) => {
			if (errors >= (failBound(n, P99_SHARE) ?? Number.POSITIVE_INFINITY)) return 'fail';
			return errors <= (passBound(n, P99_SHARE) ?? -1) ? 'pass' : 'open';
		});
		expect(ends.get('pass') ?? 0).toBeLessThanOrEqual(0.05);
		expect(ends.get('fail') ?? 0).toBeLessThanOrEqual(0.05);
	});
});

describe('nearest rank', () => {
	it.each([
		[0.5, 3],
		[0.2, 1],
		[0.21, 2],
		[0.95, 5],
		[1, 5],
	])('%d of five', (share, value) => {
		expect(nearestRank([1, 2, 3, 4, 5], share)).toBe(value);
	});

	it('is the 95th of a hundred, and nothing of nothing', () => {
		const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
		expect(nearestRank(hundred, 0.95)).toBe(95);
		expect(nearestRank(hundred, 0.99)).toBe(99);
		expect(nearestRank([], 0.95)).toBeNull();
	});
});

describe('the interval of a quantile', () => {
	it('has no upper end while the samples are too few to have one', () => {
		const sorted = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
		expect(quantileInterval(sorted(20), 0.95)?.high).toBeNull();
		expect(quantileInterval(sorted(71), 0.95)?.high).toBeNull();
		expect(quantileInterval(sorted(72), 0.95)?.high).toBe(72);
		expect(quantileInterval([], 0.95)).toBeNull();
	});

	it.each([20, 80, 150, 300])('of %i samples holds the true one 95 times in 100', (n) => {
		const random = generator(7);
		let held = 0;
		const runs = 2_000;
		for (let run = 0; run < runs; run += 1) {
			const sorted = Array.from({ length: n }, random).sort((a, b) => a - b);
			const interval = quantileInterval(sorted, 0.95);
			if (interval && interval.low <= 0.95 && (interval.high ?? 1) >= 0.95) held += 1;
		}
		expect(held / runs).toBeGreaterThan(0.94);
	});

	it('encloses the nearest rank, for any samples', () => {
		fc.assert(
			fc.property(
				fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
				(samples) => {
					const sorted = [...samples].sort((a, b) => a - b);
					const interval = quantileInterval(sorted, 0.95);
					const rank = nearestRank(sorted, 0.95) ?? Number.NaN;
					expect(interval?.low).toBeLessThanOrEqual(rank);
					expect(interval?.high ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(rank);
				},
			),
		);
	});
});

describe('clustering', () => {
	const series = (text: string) => [...text].map((one) => one === 'x');

	it.each([
		['x'.repeat(4) + '.'.repeat(146), true],
		[`${'.'.repeat(80)}xx${'.'.repeat(68)}`, true],
		[`x${'.'.repeat(70)}x${'.'.repeat(78)}`, false],
		['.'.repeat(80), false],
		[`x${'.'.repeat(79)}`, false],
		['x'.repeat(20), false],
		['x.'.repeat(40), false],
	])('%s', (text, clustered) => {
		expect(isClustered(series(text))).toBe(clustered);
	});

	it('calls at most one series in twenty clustered where chance alone ordered it', () => {
		const random = generator(11);
		let called = 0;
		for (let run = 0; run < 2_000; run += 1) {
			if (isClustered(Array.from({ length: 150 }, () => random() < 0.05))) called += 1;
		}
		expect(called / 2_000).toBeLessThan(0.06);
	});
});
