import { describe, expect, it } from 'vitest';
import type { TimedEndpoint } from '../../src/core/io.ts';
import type { Sample } from '../../src/net/generator/generator.ts';
import { TimedLine } from '../../src/net/timed-line.ts';
import { PACE } from '../../src/net/timing.ts';

const NAMED: TimedEndpoint = {
	url: 'https://api.example.com/',
	method: 'GET',
	visit: null,
	samples: 300,
	budgetMs: 300,
	sequential: true,
};

function sample(intended: number, more: Partial<Sample> = {}): Sample {
	return {
		line: 0,
		lane: 0,
		warmUp: 0,
		intended,
		taken: intended,
		started: intended,
		headersAt: intended + 90,
		ended: intended + 100,
		status: 200,
		newConnection: 0,
		roundTripMs: 0,
		closedAfterMs: -1,
		connectMs: 0,
		tlsMs: 0,
		redirectMs: 0,
		firstByteMs: 90,
		bytes: 2,
		redirects: 0,
		askedForLess: 0,
		fault: 'none',
		failure: '',
		headers: [],
		...more,
	};
}

/** A line whose requests go nowhere: what it asks for, and when. */
function planned(endpoint: TimedEndpoint, besideMs = 0, roundTripMs: number | null = null) {
	const line = new TimedLine(endpoint, PACE, 0);
	const intended: number[] = [];
	let cancelled = 0;
	line.begin({
		submit: (times) => intended.push(...times),
		cancel: () => {
			cancelled += 1;
		},
		nowMs: () => 0,
		besideMs: () => besideMs,
		roundTripMs: () => roundTripMs,
	});
	return { line, intended, isCancelled: () => cancelled > 0 };
}

describe('the samples of a named endpoint', () => {
	it('are spread over twenty seconds before any can pass, each jittered within its stretch', () => {
		const { line, intended } = planned(NAMED);
		expect(intended).toEqual([0]);
		line.take(sample(0));
		expect(intended).toHaveLength(300);
		for (const [nth, at] of intended.slice(1).entries()) {
			expect(at).toBeGreaterThanOrEqual(250 * nth);
			expect(at).toBeLessThan(250 * (nth + 1));
		}
		expect(intended[79]).toBeGreaterThanOrEqual(19_500);
		const jitter = new Set(intended.slice(1).map((at) => Math.floor((at % 250) / 25)));
		expect(jitter.size).toBeGreaterThan(5);
	});

	it('are further apart where the endpoints of a host take long together, up to two seconds', () => {
		for (const [besideMs, gap] of [
			[100, 250],
			[900, 900],
			[7_000, 2_000],
		] as const) {
			const { line, intended } = planned(NAMED, besideMs);
			line.take(sample(0));
			expect(intended.at(-1)).toBeGreaterThanOrEqual(298 * gap);
			expect(intended.at(-1)).toBeLessThan(299 * gap);
		}
	});

	it('end at the first look that decides, whatever came in before its turn', () => {
		const { line, intended, isCancelled } = planned(NAMED);
		line.take(sample(0));
		for (const at of intended.slice(2, 80)) line.take(sample(at));
		expect(isCancelled()).toBe(false);
		line.take(sample(intended[1] ?? 0));
		expect(isCancelled()).toBe(true);
		line.take(sample(intended[80] ?? 0, { ended: 9_999_999 }));
		expect(line.series().samples).toHaveLength(80);
	});

	it('are held against the budget alone up to half of it, and then against the way too', () => {
		expect(planned(NAMED, 0, 150).line.series().limitMs).toBe(300);
		expect(planned(NAMED, 0, 151).line.series().limitMs).toBe(451);
		const visit = { ...NAMED, visit: ['http://example.com/', 'https://example.com/'] };
		expect(planned(visit, 0, 151).line.series().limitMs).toBe(300 + 5 * 151);
	});
});

describe('an endpoint', () => {
	it('that answers a first request without end is slow and sampled; a stream of events is not', () => {
		const cut = { fault: 'cut', failure: 'not complete', status: 200 } as const;
		const slow = planned(NAMED);
		slow.line.take(sample(0, cut));
		expect(slow.intended).toHaveLength(300);
		const stream = planned(NAMED);
		stream.line.take(sample(0, { ...cut, headers: [['Content-Type', 'text/event-stream']] }));
		expect(stream.intended).toHaveLength(1);
		stream.line.end();
	});
});
