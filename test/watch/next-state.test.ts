import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { nextState } from '../../src/watch/next-state.ts';
import { type Alert, NEVER_LOOKED, type Watched } from '../../src/watch/watch-state.ts';

type Outcome = Report['checks'][number]['outcome'];

/** What a round saw of one check at one subject: an outcome, or the verdicts that failed. */
type Seen = Outcome | readonly string[];

function report(seen: Readonly<Record<string, Seen>>, launch = 'GO'): Report {
	const rows = Object.entries(seen).map(([check, what]) => ({
		check,
		subject: 'example.com',
		outcome: (typeof what === 'string' ? what : 'fail') as Outcome,
		verdicts: typeof what === 'string' ? [] : [...what],
	}));
	const findings = Object.entries(seen).flatMap(([check, what]) =>
		typeof what === 'string' ? [] : what.map((verdict) => finding(check, verdict)),
	);
	return {
		headline: `${launch}  …`,
		decision: { launch },
		complete: true,
		checks: rows,
		findings,
	} as unknown as Report;
}

/** `later:x` has that severity; a blocker otherwise. */
function finding(check: string, verdict: string): Report['findings'][number] {
	const [severity = 'blocker'] = verdict.split(':').slice(0, -1);
	return {
		id: `${check}/${verdict}`,
		fingerprint: `${check} ${verdict}`,
		check,
		outcome: 'fail',
		severity,
		title: `${verdict} at example.com`,
		subject: { kind: 'host', name: 'example.com' },
		judged: 'example.com',
	} as Report['findings'][number];
}

const START = Date.parse('2026-11-25T14:00:00Z');
const MINUTE = 60_000;

/** Rounds five minutes apart; what each told. */
function rounds(...reports: readonly Report[]) {
	let watched: Watched = NEVER_LOOKED;
	const told = reports.map((one, nth) => {
		const now = new Date(START + nth * 5 * MINUTE);
		const next = nextState(watched, one, { alertOn: 'high', now });
		watched = next.watched;
		return short(next.alert);
	});
	return { told, watched };
}

function short(alert: Omit<Alert, 'domain'> | null): string {
	if (alert === null) return '';
	const { broke, recovered, gone, sight } = alert;
	return [
		...broke.map(({ id }) => `+${id}`),
		...recovered.map(({ id }) => `-${id}`),
		...gone.map(({ id }) => `?${id}`),
		...(sight === null ? [] : [sight]),
	].join(' ');
}

const down = report({ 'ssl/https': ['refused'] });
const up = report({ 'ssl/https': 'pass' });
const unseen = report({ 'ssl/https': 'unknown' }, 'CANNOT_SAY');

describe('a watched finding', () => {
	it.each([
		['fails once', [down, up, up], ['', '', '']],
		['fails twice', [up, down, down, down], ['', '', '+ssl/https/refused', '']],
		['recovers', [down, down, up, up], ['', '+ssl/https/refused', '-ssl/https/refused', '']],
		['fails on and off', [down, up, down, up, down], ['', '', '', '', '']],
		['fails, is not seen, fails', [down, unseen, down], ['', '', '+ssl/https/refused']],
		['is not seen while it stands', [down, down, unseen, down], ['', '+ssl/https/refused', '', '']],
		[
			'is not seen before it recovers',
			[down, down, unseen, up],
			['', '+ssl/https/refused', '', '-ssl/https/refused'],
		],
	] as const)('that %s', (_, seen, told) => {
		expect(rounds(...seen).told).toEqual(told);
	});

	it('is told with the moment when it was first seen', () => {
		const { watched } = rounds(up, down, down, down);
		expect(watched.entries).toMatchObject([
			{ since: '2026-11-25T14:05:00.000Z', judgedAt: '2026-11-25T14:15:00.000Z', confirmed: true },
		]);
	});

	it('may show another face each round, and is told once it is as grave', () => {
		const silent = report({ 'ssl/https': ['silent'] });
		const { told, watched } = rounds(down, silent, down, silent, up);
		expect(told).toEqual(['', '+ssl/https/silent', '', '', '-ssl/https/silent']);
		expect(watched.entries).toEqual([]);
	});

	it('is not confirmed by a lesser one of the same check', () => {
		const slow = report({ 'ssl/https': ['high:slow'] });
		expect(rounds(slow, down, down).told).toEqual(['', '', '+ssl/https/refused']);
	});

	it('behind another that broke is neither confirmed nor fixed', () => {
		const page = report({ 'redirects/chain': ['target-fails'], 'ssl/https': 'pass' });
		const both = report({ 'redirects/chain': 'blocked', 'ssl/https': ['refused'] });
		const { told } = rounds(
			page,
			page,
			both,
			both,
			report({ 'redirects/chain': 'pass', 'ssl/https': 'pass' }),
		);
		expect(told).toEqual([
			'',
			'+redirects/chain/target-fails',
			'',
			'+ssl/https/refused',
			'-ssl/https/refused -redirects/chain/target-fails',
		]);
	});

	it('recovers alone where its check still says something that is known', () => {
		const two = report({ 'ssl/https': ['refused', 'high:old'] });
		const one = report({ 'ssl/https': ['high:old'] });
		expect(rounds(two, two, one).told).toEqual([
			'',
			'+ssl/https/refused +ssl/https/high:old',
			'-ssl/https/refused',
		]);
	});

	it('below the severity that is asked for is no news', () => {
		const later = report({ 'ssl/https': ['later:old'] });
		expect(rounds(later, later, up).told).toEqual(['', '', '']);
	});

	it('is let go a day after its check was last judged, and not before', () => {
		let { watched } = rounds(down, down);
		const roundAt = (ms: number) => {
			const now = new Date(START + 5 * MINUTE + ms);
			return nextState(watched, report({ 'dns/resolution': 'pass' }), { alertOn: 'high', now });
		};
		expect(short(roundAt(24 * 60 * MINUTE).alert)).toBe('');
		const late = roundAt(24 * 60 * MINUTE + 1);
		expect(short(late.alert)).toBe('?ssl/https/refused');
		watched = late.watched;
		expect(watched.entries).toEqual([]);
	});

	it('stands where the clock was set back', () => {
		const { watched } = rounds(down, down);
		const past = new Date(START - 90 * 24 * 60 * MINUTE);
		const next = nextState(watched, unseen, { alertOn: 'high', now: past });
		expect(next.watched.entries).toHaveLength(1);
	});
});

describe('a watch that cannot see', () => {
	it('says so after three rounds, once, and when it can again', () => {
		expect(rounds(up, unseen, unseen, unseen, unseen, up).told).toEqual([
			'',
			'',
			'',
			'lost',
			'',
			'back',
		]);
	});
});

it('never tells of a finding that did not fail in two rounds, nor recovers what did not pass', () => {
	const seen = fc.constantFrom<Seen>(
		'pass',
		'unknown',
		'blocked',
		['refused'],
		['refused', 'silent'],
	);
	fc.assert(
		fc.property(fc.array(seen, { maxLength: 12 }), (list) => {
			const { told } = rounds(...list.map((one) => report({ 'ssl/https': one })));
			for (const [nth, line] of told.entries()) {
				const failed = list.slice(0, nth + 1).filter((one) => typeof one !== 'string').length;
				if (line.includes('+')) expect(failed).toBeGreaterThan(1);
				if (line.includes('-')) expect(['unknown', 'blocked']).not.toContain(list[nth]);
			}
		}),
	);
});
