import { expect, it } from 'vitest';
import type { Io, TimingRequest } from '../../../src/core/io.ts';
import { FactStore } from '../../../src/engine/fact-store.ts';
import { liveObserver } from '../../../src/engine/observer.ts';
import { timingOf } from '../../../src/facts/timing/timing.ts';

const URL_ = 'https://api.example.com/v1';

/** Every connection takes `roundTripMs`, every sample `tookMs`. */
async function timed(roundTripMs: number, tookMs: number) {
	const asked: TimingRequest[] = [];
	const io = {
		clock: { now: () => new Date(0) },
		http: {
			exchange: async () => ({
				kind: 'answered',
				status: 200,
				headers: [],
				body: { bytes: '', truncated: false, sha256: '' },
				address: '203.0.113.1',
				tls: null,
				timing: { dns: 0, connect: roundTripMs, tls: roundTripMs, firstByte: 1, download: 0 },
			}),
		},
		timing: {
			series: async (request: TimingRequest) => {
				asked.push(request);
				const sample = {
					startedMs: 0,
					tookMs,
					firstByteMs: tookMs,
					connectMs: 0,
					status: 200,
					newConnection: false,
					failure: '',
				};
				const endpoints = request.endpoints.map(({ url }) => ({
					url,
					samples: Array.from({ length: 80 }, () => sample),
				}));
				return { endpoints, loopDelayP99Ms: 0 };
			},
		},
	} as unknown as Io;
	const { signal } = new AbortController();
	const together = [{ url: URL_, samples: 300, budgetMs: 300, sequential: true }];
	const store = new FactStore(liveObserver(io, signal, () => undefined));
	return { asked, fact: await store.get(timingOf({ url: URL_, together })) };
}

it('stops sampling by the limit that the samples are judged by', async () => {
	const { asked, fact } = await timed(200, 400);
	expect(asked[0]?.endpoints[0]?.budgetMs).toBe(500);
	expect(fact).toMatchObject({
		value: { budgetMs: 300, judgedWithoutRoundTrip: true, over: 0, decision: 'pass' },
	});
});

it('leaves the budget alone where the round trip takes half of it at most', async () => {
	const { asked, fact } = await timed(150, 299);
	expect(asked[0]?.endpoints[0]?.budgetMs).toBe(300);
	expect(fact).toMatchObject({ value: { judgedWithoutRoundTrip: false, decision: 'pass' } });
});
