import { describe, expect, it } from 'vitest';
import { LOAD } from '../../../src/core/load-plan.ts';
import { arrivals, pause, timetable } from '../../../src/net/load/timetable.ts';
import { dice } from '../../facts/load/simulated.ts';

describe('the timetable', () => {
	it('lets 25 users make about 750 requests in the hold, at a steady rate, in no step', () => {
		const starts = timetable(LOAD, dice());
		const inHold = starts.filter(({ intendedMs }) => intendedMs >= LOAD.rampMs);
		expect(inHold.length).toBeGreaterThan(735);
		expect(inHold.length).toBeLessThan(765);
		for (let second = 5; second < 35; second += 1) {
			const count = starts.filter((one) => Math.floor(one.intendedMs / 1_000) === second).length;
			expect(count).toBeGreaterThan(14);
			expect(count).toBeLessThan(37);
		}
		const own = starts.filter(({ user }) => user === 3).map(({ intendedMs }) => intendedMs);
		const gaps = own.slice(1).map((at, nth) => at - (own[nth] ?? 0));
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(1_500);
		expect(new Set(gaps.map(Math.round)).size).toBeGreaterThan(10);
	});

	it('lets users come one after the other over the ramp', () => {
		const came = arrivals(LOAD, dice());
		expect(came).toHaveLength(25);
		expect(came.every((at, nth) => at >= nth * 200 && at < (nth + 1) * 200)).toBe(true);
	});

	it('never has more than 1,500 requests', () => {
		const plan = { users: 100, rampMs: 1, holdMs: 60_000, thinkMs: 100 };
		expect(timetable(plan, dice())).toHaveLength(1_500);
	});

	it('pauses as long on average where users wait for answers', () => {
		const random = dice();
		const pauses = Array.from({ length: 2_000 }, () => pause(1_000, random));
		const mean = pauses.reduce((sum, one) => sum + one, 0) / pauses.length;
		expect(mean).toBeGreaterThan(980);
		expect(mean).toBeLessThan(1_020);
	});
});
