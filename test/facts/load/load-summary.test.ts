import { describe, expect, it } from 'vitest';
import type { LoadRun } from '../../../src/core/io.ts';
import { summariseLoad } from '../../../src/facts/load/load-summary.ts';
import { dice, frozen, healthy, PLAN, type Serve, serial, simulated } from './simulated.ts';

const summaryOf = (run: LoadRun, plan = PLAN) =>
	summariseLoad(plan, run, { isPage: false, firstMs: 10_000 });
const of = (serve: Serve, more: Partial<LoadRun> = {}) => summaryOf(simulated(serve, more));

describe('a healthy server', () => {
	it('passes, keeps its plan, and shows none of the shapes of trouble, whatever chance brings', () => {
		for (let seed = 1; seed <= 40; seed += 1) {
			const random = dice(seed);
			const run = simulated(healthy(dice(seed + 500)), {}, { random });
			const seen = summaryOf(run);
			expect(seen).toMatchObject({
				p95: { says: 'pass' },
				errorRate: { says: 'pass' },
				degrades: 'no',
				recovers: 'yes',
				slips: false,
				stall: null,
				rise: null,
				burst: null,
			});
			expect(seen.beginning?.isSlow).toBe(false);
			expect(seen.throughput?.completed).toBeGreaterThan(0.99 * (seen.throughput?.planned ?? 0));
			expect(seen.samples).toBeGreaterThan(725);
		}
	});

	it('with a tail of two seconds in ten of a hundred stands never still', () => {
		for (let seed = 1; seed <= 40; seed += 1) {
			const random = dice(seed);
			const tail: Serve = () => ({ tookMs: random() < 0.1 ? 2_000 : 20 });
			expect(of(tail).stall).toBeNull();
		}
	});
});

describe('errors', () => {
	const failing = (every: number): Serve => {
		let requests = 0;
		return () => {
			requests += 1;
			return requests % every === 0 ? { tookMs: 5, status: 503 } : { tookMs: 30 };
		};
	};

	it('of one in fifty fail, and those of one in a thousand pass', () => {
		expect(of(failing(50))).toMatchObject({ errorRate: { says: 'fail' } });
		expect(of(failing(1_000))).toMatchObject({ errorRate: { says: 'pass' } });
	});

	it('of exactly one in a hundred pass in less than 5 % of runs', () => {
		let passes = 0;
		const runs = 150;
		for (let seed = 1; seed <= runs; seed += 1) {
			const random = dice(seed);
			const one: Serve = () => ({ tookMs: 30, status: random() < 0.01 ? 500 : 200 });
			if (of(one).errorRate.says === 'pass') passes += 1;
		}
		expect(passes / runs).toBeLessThan(0.09);
	});

	it('however fast they come make nothing faster, and are no recovery', () => {
		const broken: Serve = (_, phase) =>
			phase === 'after' ? { tookMs: 1, status: 500 } : { tookMs: 30 };
		expect(of(broken)).toMatchObject({ recovers: 'no-p95', after: { p95: 300 } });
	});

	it('are counted by kind in all phases, and by the second', () => {
		const ends: Record<number, ReturnType<Serve>> = {
			150: { tookMs: 1, status: 0, fault: 'refused' },
			151: { tookMs: 10_000, status: 0, fault: 'silent' },
			152: { tookMs: 10_000, status: 200, fault: 'cut' },
			153: { tookMs: 9, status: 0, fault: 'not-tls' },
			101: { tookMs: 9, status: 502 },
			102: { tookMs: 9, status: 500 },
			103: { tookMs: 9, status: 503 },
		};
		let requests = 0;
		const seen = of(() => {
			requests += 1;
			return ends[requests] ?? { tookMs: 30 };
		});
		expect(seen).toMatchObject({ refusedConnections: 1, timeouts: 2, tlsFailures: 1 });
		expect(seen.burst?.count).toBe(3);
	});
});

describe('p95', () => {
	it('over the budget fails, and a run that was broken off never passes', () => {
		expect(of(() => ({ tookMs: 350 }))).toMatchObject({ p95: { says: 'fail' } });
		const stop = { why: 'slow', detail: 'p95' } as const;
		expect(of(healthy(), { stop }).p95).toEqual({ says: 'open', because: 'ended', missing: 0 });
	});

	it('so near to the budget that noise decides is left open', () => {
		const noise = { pingP95Ms: 2, loopDelayP99Ms: 30, loopDelayMaxMs: 60 };
		expect(of(() => ({ tookMs: 290 }), { noise }).p95).toMatchObject({ because: 'noisy' });
		expect(of(() => ({ tookMs: 310 }), { noise }).p95).toMatchObject({ because: 'noisy' });
		expect(of(() => ({ tookMs: 290 })).p95).toEqual({ says: 'pass' });
	});

	it('with slow requests in blocks is left open', () => {
		const blocks: Serve = (at) => ({ tookMs: at % 10_000 < 300 ? 400 : 30 });
		expect(of(blocks).p95).toMatchObject({ because: 'clustered' });
	});

	it('at exactly 5 % over passes in less than 5 % of runs', () => {
		let passes = 0;
		const runs = 150;
		for (let seed = 1; seed <= runs; seed += 1) {
			const random = dice(seed);
			const line: Serve = () => ({ tookMs: random() < 0.05 ? 400 : 30 });
			if (of(line).p95.says === 'pass') passes += 1;
		}
		expect(passes / runs).toBeLessThan(0.09);
	});

	it('of a server that is frozen 1 s in 5 is within 15 % of the truth, which the other clock hides', () => {
		const seen = of(frozen(1_000, 5_000, () => ({ tookMs: 15 })));
		// Starts are even in time, so a fifth of them waits evenly up to a second: 5 % wait over 750 ms.
		expect(seen.intended.p95).toBeGreaterThan(0.85 * 765);
		expect(seen.intended.p95).toBeLessThan(1.15 * 765);
		expect(seen.service.p95).toBeLessThanOrEqual(seen.intended.p95);
	});

	it('of twice that of one user degrades, and of less does not', () => {
		const company = (tookMs: number): Serve => {
			const random = dice(3);
			return (_, phase) => ({ tookMs: (phase === 'load' ? tookMs : 40) + 20 * random() });
		};
		expect(of(company(130)).degrades).toBe('p95');
		expect(of(company(70)).degrades).toBe('no');
		const short = simulated(company(130));
		const before = cut(short.before, 40);
		expect(summaryOf({ ...short, before }).degrades).toBe('p50');
		const same = simulated(company(40));
		expect(summaryOf({ ...same, before: cut(same.before, 40) }).degrades).toBeNull();
	});

	it('of some milliseconds more is nothing that degrades', () => {
		const tiny: Serve = (_, phase) => ({ tookMs: phase === 'load' ? 9 : 1 });
		expect(of(tiny).degrades).toBe('no');
	});
});

describe('a collapse', () => {
	it('of a server with one worker shows in what it answers, in the trend and in the waiting', () => {
		const seen = of(serial(50));
		const { completed = 0, planned = 0 } = seen.throughput ?? {};
		expect(completed / planned).toBeLessThan(0.9);
		expect(seen.rise?.[2]).toBeGreaterThan(seen.rise?.[0] ?? 0);
		expect(seen.slips).toBe(true);
		expect(seen).toMatchObject({ p95: { says: 'fail' }, degrades: 'p95', recovers: 'yes' });
	});

	it('of 1.5 s in which nobody is answered is a stall, and one of 0.2 s is chance', () => {
		const still = (ms: number): Serve => {
			const usual = healthy();
			return (at, phase) => {
				const wait = phase === 'load' && at > 12_000 && at < 12_000 + ms ? 12_000 + ms - at : 0;
				return { tookMs: wait + usual(at, phase).tookMs };
			};
		};
		expect(of(still(1_500)).stall).toMatchObject({ inFlight: expect.any(Number) });
		expect(of(still(1_500)).stall?.lastedMs).toBeGreaterThan(1_300);
		expect(of(still(200)).stall).toBeNull();
		const noise = { pingP95Ms: 0.5, loopDelayP99Ms: 1, loopDelayMaxMs: 900 };
		expect(of(still(1_500), { noise }).stall).toBeNull();
	});

	it('that stays is not recovered from', () => {
		const slow: Serve = (_, phase) => ({ tookMs: phase === 'after' ? 90 : 40 });
		expect(of(slow).recovers).toBe('no-p95');
		const little: Serve = (_, phase) => ({ tookMs: phase === 'after' ? 55 : 40 });
		expect(of(little).recovers).toBe('yes');
	});
});

describe('a cold start', () => {
	it('makes the first ten seconds slow', () => {
		const usual = healthy();
		const cold: Serve = (at, phase) => ({
			tookMs: (phase === 'load' && at < 6_000 ? 900 : 0) + usual(at, phase).tookMs,
		});
		expect(of(cold).beginning?.isSlow).toBe(true);
	});
});

describe('nothing', () => {
	it('loaded is judged by what one user met', () => {
		const failing: Serve = () => ({ tookMs: 1, status: 0, fault: 'refused' });
		const run = simulated(failing);
		const under = cut(run.under, 0);
		const before = cut(run.before, 5);
		const stop = { why: 'not-begun', detail: '5 requests in a row failed' } as const;
		expect(summaryOf({ ...run, before, under, after: null, stop })).toMatchObject({
			samples: 5,
			errors: 5,
			errorRate: { says: 'fail' },
			rate: expect.any(Number),
		});
	});

	it('at all gives no NaN', () => {
		const run = simulated(healthy());
		const none = cut(run.under, 0);
		const seen = summaryOf({ ...run, before: none, under: none, after: none, endedMs: 0 });
		expect(JSON.stringify(seen)).not.toMatch(/null,"p50"|NaN|Infinity/);
		expect(seen).toMatchObject({ samples: 0, degrades: null, recovers: null, rate: 0 });
	});
});

function cut(samples: LoadRun['before'], count: number): LoadRun['before'] {
	return Object.fromEntries(
		Object.entries(samples).map(([name, column]) => [name, column.slice(0, count)]),
	) as unknown as LoadRun['before'];
}
