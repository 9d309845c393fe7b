import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Unobserved } from '../../../src/core/fact.ts';
import { type Sample, startGenerator } from '../../../src/net/generator/generator.ts';
import type { Job, Line, RunPlan } from '../../../src/net/generator/protocol.ts';
import { afterwards, closedPort, listen } from '../loopback.ts';

const serve = (listener: RequestListener) => listen(createServer(listener));

function planFor(port: number, more: Partial<RunPlan> = {}, line: Partial<Line> = {}): RunPlan {
	const headers = [['Host', 'site.test']] as const;
	return {
		routes: [
			{
				origin: `http://site.test:${port}`,
				host: 'site.test',
				address: '203.0.113.1',
				at: { address: '127.0.0.1', port },
				proxy: null,
				through: 'site.test',
			},
		],
		lanes: [{ route: 0, warmUp: [0, 0, 0, 0] }],
		lines: [
			{
				steps: [{ route: 0, path: '/', method: 'GET', headers }],
				connection: 'kept',
				timeoutMs: 3_000,
				...line,
			},
		],
		apartMs: 0,
		inFlightPerHost: 100,
		connectMs: 1_000,
		tlsMs: 1_000,
		...more,
	};
}

async function runOf(plan: RunPlan, jobs: readonly Job[]) {
	const samples: Sample[] = [];
	const controller = new AbortController();
	const generator = startGenerator(plan, {
		signal: controller.signal,
		onSample: (sample) => samples.push(sample),
	});
	afterwards(() => generator.stop());
	generator.submit(jobs);
	const noise = await generator.finish();
	return { warmUps: samples.filter((s) => s.warmUp > 0), taken: taken(samples), noise };
}

const taken = (samples: readonly Sample[]) => samples.filter(({ warmUp }) => warmUp === 0);
const every = (ms: number, count: number, more: Partial<Job> = {}): Job[] =>
	Array.from({ length: count }, (_, n) => ({ line: 0, intendedMs: n * ms, ...more }));
const p95 = (values: readonly number[]) =>
	values.toSorted((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1] ?? Number.NaN;

describe('a run', () => {
	it('takes what was asked for after the warm-ups, whose first is cold', async () => {
		let requests = 0;
		const port = await serve((_, response) => {
			requests += 1;
			setTimeout(() => response.end('1234567'), requests === 1 ? 300 : 50);
		});
		const { warmUps, taken, noise } = await runOf(planFor(port), every(60, 5));
		expect(requests).toBe(9);
		expect(warmUps.map(({ warmUp }) => warmUp)).toEqual([1, 2, 3, 4]);
		expect(warmUps[0]?.firstByteMs).toBeGreaterThan(290);
		expect(warmUps[0]).toMatchObject({ newConnection: 1, lane: 0 });
		expect(warmUps[3]?.ended).toBeLessThan(0);
		expect(taken).toHaveLength(5);
		for (const sample of taken) {
			expect(sample).toMatchObject({
				status: 200,
				bytes: 7,
				newConnection: 0,
				fault: 'none',
				failure: '',
				redirects: 0,
			});
			expect(sample.ended - sample.started).toBeGreaterThan(48);
			expect(sample.started).toBeGreaterThanOrEqual(sample.taken);
			expect(sample.taken).toBeGreaterThanOrEqual(sample.intended);
		}
		expect(noise.pings).toBeGreaterThanOrEqual(20);
		expect(noise.pingP95Ms).toBeGreaterThan(0);
	});

	it('measures on while the thread that started it is busy', async () => {
		const samples: Sample[] = [];
		const plan = planFor(await closedPort(), { lanes: [] }, { connection: 'new' });
		const generator = startGenerator(plan, {
			signal: new AbortController().signal,
			onSample: (sample) => samples.push(sample),
		});
		await generator.ready;
		generator.submit(every(20, 30));
		for (const until = performance.now() + 1_500; performance.now() < until; );
		await generator.finish();
		expect(taken(samples)).toHaveLength(30);
		// The last was meant for 580 ms, in the midst of it.
		expect(samples.at(-1)?.ended).toBeLessThan(1_000);
	});

	it('shows a server that freezes at its true p95 by the intended clock', async () => {
		const [cycle, frozen] = [2_500, 500];
		let began = 0;
		const port = await serve((_, response) => {
			began ||= performance.now();
			const phase = (performance.now() - began) % cycle;
			const isFrozen = phase > cycle - frozen;
			if (isFrozen) setTimeout(() => response.end(), cycle - phase);
			else response.end();
		});
		const one = { route: 0, warmUp: [] };
		const closed = await runOf(planFor(port, { lanes: [one] }), every(25, 200));
		const times = closed.taken.map(({ intended, ended }) => ended - intended);
		// A fifth of all arrivals wait, each for what is left of the freeze: one in twenty over 3/4 of it.
		const analytic = 0.75 * frozen;
		expect(p95(times)).toBeGreaterThan(0.85 * analytic);
		// The twenty that have queued go out one after the other, which takes a busy machine a while.
		const service = closed.taken.map(({ started, ended }) => ended - started);
		const usual = service.toSorted((a, b) => a - b)[100] ?? 0;
		expect(p95(times)).toBeLessThan(1.15 * analytic + 20 * usual);
		// One connection sends two requests into all that time: its own clock sees nothing.
		expect(p95(service)).toBeLessThan(100);
	});

	it('keeps users apart, each on a connection of its own', async () => {
		const sockets = new Set<unknown>();
		const port = await serve((request, response) => {
			sockets.add(request.socket);
			setTimeout(() => response.end(), 100);
		});
		const lanes = Array.from({ length: 5 }, () => ({ route: 0, warmUp: [], isOwn: true }));
		const jobs = [0, 1, 2, 3, 4, 4].map((lane, n) => ({ line: 0, intendedMs: n, lane }));
		const { taken } = await runOf(planFor(port, { lanes }), jobs);
		expect(sockets.size).toBe(5);
		expect(taken.map(({ lane }) => lane).sort()).toEqual([0, 1, 2, 3, 4, 4]);
		const last = taken.at(-1);
		expect(last).toMatchObject({ lane: 4, newConnection: 0 });
		expect((last?.taken ?? 0) - (last?.intended ?? 0)).toBeGreaterThan(80);
	});

	it('keeps starts apart, and no more in flight than a host is sent', async () => {
		let inFlight = 0;
		let most = 0;
		const port = await serve((_, response) => {
			inFlight += 1;
			most = Math.max(most, inFlight);
			setTimeout(() => {
				inFlight -= 1;
				response.end();
			}, 120);
		});
		const lanes = Array.from({ length: 6 }, () => ({ route: 0, warmUp: [] }));
		const plan = planFor(port, { lanes, apartMs: 25, inFlightPerHost: 4 });
		const { taken } = await runOf(plan, every(0, 12));
		expect(most).toBe(4);
		const starts = taken.map((sample) => sample.taken).sort((a, b) => a - b);
		const gaps = starts.slice(1).map((start, at) => start - (starts[at] ?? 0));
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(25);
	});

	it('drops what is queued for a line, and ends after what is in flight', async () => {
		let requests = 0;
		const port = await serve((_, response) => {
			requests += 1;
			response.end();
		});
		const { signal } = new AbortController();
		const samples: Sample[] = [];
		const generator = startGenerator(planFor(port), {
			signal,
			onSample(sample) {
				samples.push(sample);
				if (taken(samples).length === 2) generator.cancel(0);
			},
		});
		generator.submit(every(50, 100));
		await generator.finish();
		expect(taken(samples).length).toBeLessThan(20);
		expect(requests).toBeLessThan(24);
	});
});

describe('a sample', () => {
	it('opens a connection of its own where the line says so, and follows redirects', async () => {
		const port = await serve((request, response) => {
			if (request.url !== '/') return setTimeout(() => response.end('document'), 100);
			return response.writeHead(302, { location: '/home' }).end();
		});
		const step = { route: 0, method: 'GET', headers: [['Host', 'site.test']] } as const;
		const steps = [
			{ ...step, path: '/' },
			{ ...step, path: '/home' },
		] as const;
		const plan = planFor(port, { lanes: [] }, { connection: 'new', steps });
		const { taken } = await runOf(plan, every(30, 3));
		for (const sample of taken) {
			expect(sample).toMatchObject({ lane: -1, newConnection: 1, redirects: 1, bytes: 8 });
			expect(sample.connectMs).toBeGreaterThan(0);
			expect(sample.redirectMs).toBeGreaterThan(0);
			expect(sample.firstByteMs).toBeGreaterThan(98);
			expect(sample.ended - sample.taken).toBeGreaterThan(sample.redirectMs + 98);
		}
	});

	it('fails where nobody listens, where no answer comes, and where the body is cut', async () => {
		const refused = await runOf(planFor(await closedPort()), every(5, 2));
		expect(refused.taken).toMatchObject([{ fault: 'refused', status: 0 }, { fault: 'refused' }]);
		expect(refused.warmUps).toHaveLength(1);

		const silent = await serve(() => {});
		const late = await runOf(planFor(silent, { lanes: [{ route: 0, warmUp: [] }] }, BRIEF), [
			{ line: 0, intendedMs: 0 },
		]);
		expect(late.taken[0]).toMatchObject({ fault: 'silent', status: 0 });
		const [sample] = late.taken;
		expect((sample?.ended ?? 0) - (sample?.started ?? 0)).toBeGreaterThan(290);

		const cut = await serve((_, response) => response.write('begun'));
		const half = await runOf(planFor(cut, { lanes: [{ route: 0, warmUp: [] }] }, BRIEF), [
			{ line: 0, intendedMs: 0 },
		]);
		expect(half.taken[0]).toMatchObject({ fault: 'cut', status: 200 });
	});

	it('is wrong where the body is not what was expected, which is looked at now and then', async () => {
		const json = { 'content-type': 'application/json' };
		let requests = 0;
		const port = await serve((_, response) => {
			requests += 1;
			response.writeHead(200, json).end(requests === 3 ? '{"user":"b"}' : '{');
		});
		const bare = { lanes: [{ route: 0, warmUp: [] }] };
		const wellFormed = { expect: { oneIn: 20, wellFormed: true } };
		const first = await runOf(planFor(port, bare, wellFormed), every(5, 2));
		expect(first.taken).toMatchObject([
			{ fault: 'wrong-body', failure: 'the body says that it is JSON, and is not' },
			{ fault: 'none' },
		]);
		const excludes = { expect: { oneIn: 1, excludes: ['"b"'] } };
		const second = await runOf(planFor(port, bare, excludes), every(5, 2));
		expect(second.taken).toMatchObject([
			{ fault: 'foreign-body', failure: 'the body holds what belongs to another user' },
			{ fault: 'none' },
		]);
	});

	it('is sent again, once, where the kept connection had been closed', async () => {
		let requests = 0;
		const server = createServer((request, response) => {
			requests += 1;
			if (requests === 2) request.socket.destroy();
			else response.end();
		});
		const plan = planFor(await listen(server), { lanes: [{ route: 0, warmUp: [0] }] });
		const { taken } = await runOf(plan, [{ line: 0, intendedMs: 0 }]);
		expect(taken).toMatchObject([{ fault: 'none', status: 200, newConnection: 1 }]);
	});
});

const BRIEF: Partial<Line> = { timeoutMs: 300 };

it('ends with the audit, whatever is in flight', async () => {
	const port = await serve(() => {});
	const controller = new AbortController();
	const generator = startGenerator(planFor(port), {
		signal: controller.signal,
		onSample: () => {},
	});
	generator.submit(every(10, 10));
	const finished = generator.finish();
	setTimeout(() => controller.abort(new Unobserved('cancelled', 'the run was stopped')), 500);
	await expect(finished).rejects.toMatchObject({ because: 'cancelled' });
	await expect(generator.ready).rejects.toMatchObject({ because: 'cancelled' });
});
