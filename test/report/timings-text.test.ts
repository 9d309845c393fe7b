import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import type { ReportTiming } from '../../src/core/report.ts';
import { timingsText } from '../../src/report/timings-text.ts';

const FAST: ReportTiming = {
	url: 'https://api.example.com/v1',
	namedAs: 'http://api.example.com/v1',
	method: 'GET',
	samples: 80,
	p50: 90,
	p95: 140,
	p99: 180,
	p95Interval: [120, 190],
	errorRate: 0,
	phases: { connect: 42, firstByte: 85, download: 5, dns: 3 },
	budgetMs: 300,
	limitMs: 300,
	over: 0,
	errors: 0,
	min: 70.4,
	max: 190,
	intendedP95: 141,
	newConnectionP95: 182,
	roundTrip: 20,
	isEdge: true,
	serverTime: { p50: 70, p95: 120 },
	serverTimings: [
		{ name: 'db', description: 'queries', durationMs: 53 },
		{ name: 'app', description: '', durationMs: 4.25 },
	],
	connection: 'kept alive',
	reopened: 2,
	plan: 'sequential',
	spanMs: 20_100,
	decision: 'pass',
	missing: 0,
	redirects: { count: 0, tookMs: 0 },
	bytes: 812,
	encoding: 'br',
	cache: { hits: 78, others: 2 },
};

const lines = (timing: ReportTiming, verbose = false) =>
	timingsText([timing], { chalk: new Chalk({ level: 0 }), verbose }).split('\n');

it('has p95, what it is of, and what it is made of', () => {
	expect(lines(FAST)).toEqual([
		'Timing (1)',
		'  https://api.example.com/v1 (named as http://api.example.com/v1, which redirects here)',
		'    p95 140 ms (95 % confidence: 120 ms to 190 ms), budget 300 ms: kept',
		'    80 samples over 20.1 s (sequential plan), 0 over, 0 errors; min 70 ms, p50 90 ms, p99 180 ms, max 190 ms',
		'    connection kept alive (opened anew for 2); p95 with a new one about 182 ms; edge round trip 20 ms; server time p50 70 ms, p95 120 ms',
		'    the server says of itself (Server-Timing): db (queries) 53 ms, app 4.3 ms',
	]);
	expect(lines(FAST, true).slice(5, 7)).toEqual([
		'    medians: DNS 3.0 ms, TCP and TLS 42 ms, no redirect on the way, first byte 85 ms, download 5.0 ms; p95 from the intended start 141 ms',
		'    812 bytes, as br; 78 of 80 answered by a cache',
	]);
});

it.each([
	[{ decision: 'fail' }, 'broken'],
	[
		{ decision: 'not-enough', missing: 73 },
		'provisional, a verdict needs 73 more samples at least',
	],
	[{ decision: 'undecided' }, 'on the line, neither is proved'],
	[{ decision: 'clustered' }, 'not proved, slow answers came in blocks'],
	[{ decision: 'noisy' }, 'not proved, this machine was too busy'],
] as const)('never calls p95 kept without proof: %o', (more, words) => {
	expect(lines({ ...FAST, ...more })[2]).toMatch(new RegExp(`: ${words}$`));
});

it('says when no upper bound is known, when the way is long, and when nothing answered', () => {
	const far = { ...FAST, p95Interval: [120, null], limitMs: 470 } satisfies ReportTiming;
	expect(lines(far)[2]).toBe(
		'    p95 140 ms (95 % confidence: over 120 ms), budget 300 ms of server time, since this machine is far away: kept',
	);
	expect(lines({ ...FAST, samples: 3, errors: 3 })).toEqual([
		'Timing (1)',
		'  https://api.example.com/v1 (named as http://api.example.com/v1, which redirects here)',
		'    no good answer in 3 samples',
	]);
	const visit = {
		...FAST,
		connection: 'new for each visit',
		roundTrip: null,
		redirects: { count: 2, tookMs: 31 },
	} satisfies ReportTiming;
	expect(lines(visit, true)).toEqual(
		expect.arrayContaining([
			expect.stringMatching(/; no round trip seen; server time to the first byte p50 70 ms/),
			expect.stringContaining('2 redirects 31 ms'),
		]),
	);
});

it('shows what a hostile server writes, and does not obey it', () => {
	const hostile = [{ name: 'a', description: '\u001b[2Jgone', durationMs: 1 }];
	expect(lines({ ...FAST, serverTimings: hostile }).join('')).not.toContain('\u001b');
});
