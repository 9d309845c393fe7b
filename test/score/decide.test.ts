import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, LAUNCHES } from '../../src/score/decide.ts';
import { anyFinding, failure, passed, unseen } from './findings.ts';

const grave = (launch: (typeof LAUNCHES)[number]) => LAUNCHES.indexOf(launch);

describe('the decision', () => {
	it.each([
		['nothing failed', [passed()], 'GO'],
		['a blocker', [failure({ severity: 'blocker' })], 'NO_GO'],
		[
			'a blocker that a waiver covers',
			[failure({ severity: 'blocker', outcome: 'accepted' })],
			'GO',
		],
		['an unknown that could hide a blocker', [unseen()], 'CANNOT_SAY'],
		['an unknown that could not', [unseen({ couldBe: 'high' })], 'GO'],
		['an unknown on which the launch does not hang', [unseen({ decisive: false })], 'GO'],
		['a blocker beside such an unknown', [unseen(), failure({ severity: 'blocker' })], 'NO_GO'],
		['a high risk beside such an unknown', [failure({ severity: 'high' }), unseen()], 'CANNOT_SAY'],
		['a high risk', [failure({ severity: 'high' })], 'GO_WITH_CONDITIONS'],
		['what can wait', [failure({ severity: 'later' }), failure({ severity: 'info' })], 'GO'],
	] as const)('%s', (_, findings, launch) => {
		expect(decide(findings).launch).toBe(launch);
	});

	it('says who turned us away', () => {
		const denied = (subject: string, couldBe: 'high' | 'later') =>
			unseen({ subject, couldBe, reason: 'denied' });
		const findings = [
			denied('a.test', 'high'),
			denied('a.test', 'high'),
			denied('b.test', 'later'),
		];
		expect(decide(findings).sentence).toBe(
			'Go: no launch blocker and no high risk was found, but a.test turned us away, which leaves 2 questions open.',
		);
		expect(decide([...findings, denied('c.test', 'high')]).sentence).toContain(
			'but a.test and 1 more turned us away, which leaves 3 questions open',
		);
		expect(decide([unseen({ couldBe: 'high', reason: 'timeout' })]).sentence).toBe(
			'Go: no launch blocker and no high risk was found.',
		);
	});

	it('is total: every combination of outcome, severity and waiver gives exactly one', () => {
		fc.assert(
			fc.property(fc.array(anyFinding), (findings) => {
				const { launch, sentence } = decide(findings);
				expect(LAUNCHES.filter((one) => one === launch)).toHaveLength(1);
				expect(sentence).not.toBe('');
			}),
			{ numRuns: 1_000 },
		);
	});

	it('is never improved by one more finding, wherever it stands', () => {
		fc.assert(
			fc.property(fc.array(anyFinding), anyFinding, fc.nat(), (findings, more, place) => {
				const at = place % (findings.length + 1);
				const longer = findings.toSpliced(at, 0, more);
				expect(grave(decide(longer).launch)).toBeGreaterThanOrEqual(grave(decide(findings).launch));
			}),
			{ numRuns: 1_000 },
		);
	});

	it('never takes an unknown for a pass: a pass in its place is never worse', () => {
		fc.assert(
			fc.property(fc.array(anyFinding), (findings) => {
				const hopeful = findings.map((one) => (one.outcome === 'unknown' ? passed() : one));
				expect(grave(decide(findings).launch)).toBeGreaterThanOrEqual(
					grave(decide(hopeful).launch),
				);
			}),
		);
	});

	it('names what decided it', () => {
		const { sentence } = decide([
			failure({ severity: 'blocker', check: 'ssl/two' }),
			failure({ severity: 'blocker', check: 'dns/one' }),
		]);
		expect(sentence).toContain('ssl/two/bad');
		expect(sentence).toContain('and 1 more');
	});
});
