import { describe, expect, it } from 'vitest';
import { type Waited, wireTimes } from '../../src/evidence/critical-path.ts';

const seen = (key: string, more: Partial<Waited> = {}): Waited => ({
	key,
	askedMs: 0,
	tookMs: 50,
	after: null,
	roundTrips: 1,
	address: null,
	...more,
});

/** Mail is the longest chain of a usual audit: MX, its address, and a session with STARTTLS. */
const MAIL = [
	seen('mx'),
	seen('mx1 A', { after: 'mx', askedMs: 50 }),
	seen('smtp', {
		after: 'mx1 A',
		askedMs: 100,
		tookMs: 250,
		roundTrips: 5,
		address: '203.0.113.25',
	}),
];

describe('the critical path', () => {
	it('is the longest chain in round trips, however many observations another chain has', () => {
		const pages = ['a', 'b', 'c', 'd'].map((key, at) =>
			seen(key, { after: at === 0 ? null : ('abcd'[at - 1] ?? null), askedMs: at * 50 }),
		);
		const { criticalPath, roundTrips } = wireTimes([...pages, ...MAIL]);
		expect(criticalPath).toEqual(['mx', 'mx1 A', 'smtp']);
		expect(roundTrips).toBe(7);
	});

	it('passes through what never left the machine without naming it', () => {
		const { criticalPath, roundTrips } = wireTimes([
			seen('dns'),
			seen('roots', { after: 'dns', roundTrips: 0 }),
			seen('tls', { after: 'roots', roundTrips: 2 }),
		]);
		expect(criticalPath).toEqual(['dns', 'tls']);
		expect(roundTrips).toBe(3);
	});

	it('leaves out what is gathered alone at the end, and tells its time apart', () => {
		const samples = seen('samples', {
			after: 'smtp',
			roundTrips: 0,
			quiet: true,
			askedMs: 400,
			tookMs: 900,
		});
		const { roundTrips, quietMs, networkMs } = wireTimes([...MAIL, samples]);
		expect({ roundTrips, quietMs, networkMs }).toEqual({
			roundTrips: 7,
			quietMs: 900,
			networkMs: 350,
		});
	});

	it('ends in a recording that goes in a circle', () => {
		const { roundTrips } = wireTimes([seen('a', { after: 'b' }), seen('b', { after: 'a' })]);
		expect(roundTrips).toBe(2);
	});

	it('is nothing where nothing was asked, and where a recording is of an older version', () => {
		const nothing = { criticalPath: [], roundTrips: 0, busiest: null, networkMs: 0, quietMs: 0 };
		expect(wireTimes([])).toEqual(nothing);
		expect(wireTimes([{ key: 'dns.answer{}' }])).toEqual(nothing);
	});
});

describe('the time on the network', () => {
	it('counts waits that overlap once, and no pause between them', () => {
		const { networkMs } = wireTimes([
			seen('a', { askedMs: 0, tookMs: 100 }),
			seen('b', { askedMs: 50, tookMs: 100 }),
			seen('c', { askedMs: 60, tookMs: 10 }),
			seen('d', { askedMs: 400, tookMs: 50 }),
		]);
		expect(networkMs).toBe(200);
	});

	it('names the address with most to do', () => {
		const { busiest } = wireTimes([
			...MAIL,
			...[1, 2, 3].map((n) => seen(`page ${n}`, { roundTrips: 2, address: '203.0.113.10' })),
		]);
		expect(busiest).toEqual({ address: '203.0.113.10', roundTrips: 6 });
	});
});
