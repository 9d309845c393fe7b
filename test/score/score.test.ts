import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '../../src/core/units.ts';
import { coverageOf, rowsOf } from '../../src/score/coverage.ts';
import { deduct } from '../../src/score/deduct.ts';
import { earliestGo } from '../../src/score/earliest-go.ts';
import { fixOrder } from '../../src/score/fix-order.ts';
import { rank } from '../../src/score/rank.ts';
import { about, anyFinding, failure, passed, unseen } from './findings.ts';

describe('coverage', () => {
	it('counts a check once at each subject: fail over unknown over pass', () => {
		const rows = rowsOf([
			passed(),
			unseen(),
			failure({ severity: 'later' }),
			passed('area/check', 'b.test'),
			unseen({ subject: 'b.test' }),
		]);
		expect(rows.map(({ subject, outcome }) => [subject, outcome])).toEqual([
			['a.test', 'fail'],
			['b.test', 'unknown'],
		]);
		expect(coverageOf(rows)).toEqual({ judged: 1, apply: 2, denied: 0 });
	});

	it('does not take a note for a failure', () => {
		expect(rowsOf([failure({ severity: 'info' })])).toMatchObject([{ outcome: 'pass' }]);
	});

	it('never counts an unknown as judged', () => {
		fc.assert(
			fc.property(fc.array(anyFinding), (findings) => {
				const rows = rowsOf(findings);
				const unknown = rows.filter(({ outcome }) => outcome === 'unknown').length;
				const { judged, apply } = coverageOf(rows);
				expect(judged + unknown).toBeLessThanOrEqual(apply);
			}),
		);
	});
});

describe('the score', () => {
	it('can be worked out by hand from its deductions, and ends between 0 and 100', () => {
		fc.assert(
			fc.property(fc.array(anyFinding, { maxLength: 30 }), (findings) => {
				const { score, deductions } = deduct(rank(findings, about), rowsOf(findings));
				expect(deductions.reduce((left, { points }) => left - points, 100)).toBe(score);
				expect(score).toBeGreaterThanOrEqual(0);
				expect(score).toBeLessThanOrEqual(100);
				const blocker = findings.some(
					(one) => one.outcome === 'fail' && one.severity === 'blocker',
				);
				if (blocker) expect(score).toBeLessThan(50);
			}),
		);
	});

	it('prints why it is capped', () => {
		const risks = rank([failure({ severity: 'blocker' })], about);
		expect(deduct(risks, [])).toMatchObject({
			score: 49,
			deductions: [{ points: 25 }, { points: 26 }],
		});
	});
});

describe('ranking', () => {
	it('puts severity first, then reach, then how many hosts, then confidence, then least effort', () => {
		const ranked = rank(
			[
				failure({ severity: 'later', check: 'dns/one', cause: 'slow', effort: minutes(60) }),
				failure({ severity: 'later', check: 'dns/one', cause: 'quick', effort: minutes(1) }),
				failure({ severity: 'later', check: 'dns/one', cause: 'unsure', confidence: 'low' }),
				failure({ severity: 'later', check: 'dns/one', cause: 'wide' }),
				failure({ severity: 'later', check: 'dns/one', cause: 'wide', subject: 'b.test' }),
				failure({ severity: 'later', check: 'email/three', cause: 'mail' }),
				failure({ severity: 'high', check: 'headers/four', cause: 'high' }),
			],
			about,
		);
		expect(ranked.map(({ findings }) => findings[0].cause)).toEqual([
			'high',
			'wide',
			'quick',
			'slow',
			'unsure',
			'mail',
		]);
	});

	it('makes one risk of one cause, and of nothing that was accepted', () => {
		const risks = rank(
			[
				failure({ severity: 'later', cause: 'same' }),
				failure({ severity: 'high', cause: 'same', subject: 'b.test', effort: minutes(99) }),
				failure({ severity: 'blocker', cause: 'other', outcome: 'accepted' }),
			],
			about,
		);
		expect(risks).toMatchObject([{ severity: 'high', effort: 99, findings: [{}, {}] }]);
	});

	it('names a risk after the deepest of its gravest findings, whose fix comes first', () => {
		const one = { cause: 'same', severity: 'blocker' as const };
		const risks = rank(
			[
				failure({ ...one, check: 'dns/delegation' }),
				failure({ ...one, check: 'domain/registration' }),
				failure({ cause: 'same', severity: 'high', check: 'a/registration' }),
			],
			(check) => ({
				reach: 'sign-in',
				layer: check === 'dns/delegation' ? 'delegation' : 'registration',
			}),
		);
		expect(risks.map(({ id, layer }) => [id, layer])).toEqual([
			['domain/registration/bad', 'registration'],
		]);
	});
});

describe('the fix order', () => {
	it('puts what a fix depends on before it, for the same name only', () => {
		const ordered = fixOrder(
			rank(
				[
					failure({ severity: 'blocker', check: 'ssl/two' }),
					failure({ severity: 'later', check: 'dns/one' }),
					failure({ severity: 'high', check: 'headers/four' }),
					failure({ severity: 'high', check: 'dns/one', cause: 'elsewhere', subject: 'b.test' }),
				],
				about,
			),
		);
		expect(ordered.map(({ risk, rank: place }) => [risk.findings[0].cause, place])).toEqual([
			['dns/one/bad', 4],
			['ssl/two/bad', 1],
			['elsewhere', 2],
			['headers/four/bad', 3],
		]);
		expect(ordered[1]?.dependsOn.map(({ id }) => id)).toEqual(['dns/one/bad']);
	});

	it('takes a record for the business of its own name, a zone for that of every name in it', () => {
		const parent = failure({ severity: 'high', check: 'dns/one' });
		const child = failure({ severity: 'blocker', check: 'ssl/two', subject: 'www.a.test' });
		const dependencies = (layer: 'records' | 'delegation') =>
			fixOrder(
				rank([parent, child], (check) =>
					check === 'dns/one' ? { reach: 'mail', layer } : about(check),
				),
			).flatMap(({ dependsOn }) => dependsOn.map(({ id }) => id));
		expect(dependencies('records')).toEqual([]);
		expect(dependencies('delegation')).toEqual(['dns/one/bad']);
	});

	it('keeps every risk once, each after its dependencies', () => {
		fc.assert(
			fc.property(fc.array(anyFinding, { maxLength: 20 }), (findings) => {
				const ranked = rank(findings, about);
				const ordered = fixOrder(ranked);
				expect(new Set(ordered.map(({ risk }) => risk)).size).toBe(ranked.length);
				const seen = new Set<unknown>();
				for (const { risk, dependsOn } of ordered) {
					for (const before of dependsOn) expect(seen.has(before)).toBe(true);
					seen.add(risk);
				}
			}),
		);
	});
});

describe('the earliest GO', () => {
	const of = (...findings: Parameters<typeof failure>[0][]) =>
		earliestGo(fixOrder(rank(findings.map(failure), about)));

	it('is now when nothing grave stands', () => {
		expect(of({ severity: 'later' })).toBe(0);
	});

	it('starts the longest wait first and works meanwhile', () => {
		const long = {
			severity: 'blocker',
			cause: 'a',
			effort: minutes(10),
			lead: seconds(3_600),
		} as const;
		const work = { severity: 'high', cause: 'b', effort: minutes(30), lead: seconds(0) } as const;
		expect(of(work, long)).toBe(600 + 3_600);
	});

	it('waits for a record before it asks for the certificate', () => {
		expect(
			of(
				{ severity: 'blocker', check: 'dns/one', effort: minutes(5), lead: seconds(600) },
				{ severity: 'blocker', check: 'ssl/two', effort: minutes(10), lead: seconds(60) },
			),
		).toBe(300 + 600 + 600 + 60);
	});

	it('is never sooner than all the work, nor than any one fix with its wait', () => {
		fc.assert(
			fc.property(fc.array(anyFinding, { maxLength: 15 }), (findings) => {
				const ordered = fixOrder(rank(findings, about));
				const grave = ordered
					.map(({ risk }) => risk)
					.filter(({ severity }) => severity === 'blocker' || severity === 'high');
				const work = grave.reduce((sum, { effort }) => sum + effort * 60, 0);
				const least = Math.max(work, ...grave.map(({ effort, lead }) => effort * 60 + lead), 0);
				expect(earliestGo(ordered)).toBeGreaterThanOrEqual(least);
			}),
		);
	});
});
