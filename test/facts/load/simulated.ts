import type { LoadRun, LoadSamples, TimingFault } from '../../../src/core/io.ts';
import { LOAD, type LoadPlan } from '../../../src/core/load-plan.ts';
import { loadTargets } from '../../../src/facts/load/load-targets.ts';
import { timetable } from '../../../src/net/load/timetable.ts';

/** What a server does with a request that arrives at a time: how long it takes, and how that ends. */
export type Serve = (
	atMs: number,
	phase: 'before' | 'load' | 'after',
) => { readonly tookMs: number; readonly status?: number; readonly fault?: TimingFault };

/** The same numbers each time, evenly spread over 0 to 1. */
export function dice(seed = 1): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

export const PLAN: LoadPlan = loadTargets.sample.plan;

/**
 * A load as it would be measured: each user waits for an answer before the next request, and keeps to the
 * timetable otherwise. Nothing is real, so a hundred of them take no time.
 */
export function simulated(
	serve: Serve,
	more: Partial<LoadRun> = {},
	{ plan = PLAN, random = dice() }: { plan?: LoadPlan; random?: () => number } = {},
): LoadRun {
	const endMs = plan.rampMs + plan.holdMs;
	const free = new Map<number, number>();
	const rows: Row[] = [];
	const unsentMs: number[] = [];
	for (const { user, intendedMs } of timetable(plan, random)) {
		const sentMs = Math.max(intendedMs, free.get(user) ?? 0);
		if (sentMs >= endMs) {
			unsentMs.push(intendedMs);
			continue;
		}
		const { tookMs, status = 200, fault = 'none' } = serve(sentMs, 'load');
		free.set(user, sentMs + tookMs);
		rows.push({ intendedMs, sentMs, endedMs: sentMs + tookMs, status, fault, user });
	}
	return {
		runId: 'simulated',
		address: '127.0.0.1',
		roundTripMs: 0.1,
		before: alone(serve, 'before'),
		under: columns(rows),
		after: alone(serve, 'after'),
		unsentMs,
		endedMs: endMs,
		stop: { why: 'completed', detail: '' },
		failures: [],
		noise: { pingP95Ms: 0.5, loopDelayP99Ms: 1, loopDelayMaxMs: 4 },
		...more,
	};
}

interface Row {
	readonly intendedMs: number;
	readonly sentMs: number;
	readonly endedMs: number;
	readonly status: number;
	readonly fault: TimingFault;
	readonly user: number;
}

function alone(serve: Serve, phase: 'before' | 'after'): LoadSamples {
	return columns(
		Array.from({ length: LOAD.baseline.requests }, (_, nth) => {
			const at = nth * LOAD.baseline.apartMs;
			const { tookMs, status = 200, fault = 'none' } = serve(at, phase);
			return { intendedMs: at, sentMs: at, endedMs: at + tookMs, status, fault, user: 0 };
		}),
	);
}

function columns(rows: readonly Row[]): LoadSamples {
	return {
		intendedMs: rows.map(({ intendedMs }) => intendedMs),
		sentMs: rows.map(({ sentMs }) => sentMs),
		endedMs: rows.map(({ endedMs }) => endedMs),
		status: rows.map(({ status }) => status),
		fault: rows.map(({ fault }) => fault),
		user: rows.map(({ user }) => user),
	};
}

/** Answers of a healthy server: 20 to 60 ms, and one in fifty takes 120. */
export function healthy(random = dice(7)): Serve {
	return () => ({ tookMs: random() < 0.02 ? 120 : 20 + 40 * random() });
}

/** Stands still for the first `stillMs` of every `everyMs`, and answers then. */
export function frozen(stillMs: number, everyMs: number, usual: Serve = healthy()): Serve {
	return (at, phase) => {
		const into = at % everyMs;
		const wait = into < stillMs ? stillMs - into : 0;
		return { tookMs: wait + usual(at, phase).tookMs };
	};
}

/** One worker, which takes so long for each. */
export function serial(tookMs: number): Serve {
	let free = 0;
	let phase = '';
	return (at, now) => {
		if (phase !== now) free = 0;
		phase = now;
		free = Math.max(free, at) + tookMs;
		return { tookMs: free - at };
	};
}
