import fc from 'fast-check';
import { LAYERS, REACHES } from '../../src/core/check.ts';
import type { Failed, Finding, Unknown } from '../../src/core/finding.ts';
import { advice } from '../../src/core/fix.ts';
import { SEVERITIES, type Severity } from '../../src/core/severity.ts';
import { minutes, seconds } from '../../src/core/units.ts';
import type { About } from '../../src/score/rank.ts';

const WAIVER = { id: 'a', reason: 'r', owner: 'o', until: '2030-01-01' };

/** A failure with everything that scoring reads; `about` overrides. */
export function failure(about: Partial<Failed> & { severity: Severity }): Failed {
	const { check = 'area/check', subject = 'a.test', verdict = 'bad' } = about;
	return {
		check,
		subject,
		verdict,
		locus: { kind: 'host', name: subject },
		message: `${check}/${verdict} at ${subject}`,
		facts: [],
		outcome: about.severity === 'info' ? 'note' : 'fail',
		args: {},
		effort: minutes(10),
		lead: seconds(0),
		impact: 'It hurts.',
		fix: advice('Mend it.'),
		confidence: 'high',
		control: null,
		reproduce: null,
		evidence: null,
		cause: `${check}/${verdict}`,
		waiver: about.outcome === 'accepted' ? WAIVER : null,
		...about,
	};
}

export function unseen(about: Partial<Unknown> = {}): Unknown {
	const { check = 'area/check', subject = 'a.test' } = about;
	return {
		check,
		subject,
		locus: { kind: 'host', name: subject },
		message: 'no answer',
		facts: [],
		outcome: 'unknown',
		verdict: null,
		reason: 'timeout',
		couldBe: 'blocker',
		decisive: true,
		behind: null,
		...about,
	};
}

export function passed(check = 'area/check', subject = 'a.test'): Finding {
	const locus = { kind: 'host', name: subject } as const;
	return { check, subject, locus, message: 'fine', facts: [], outcome: 'pass', verdict: 'fine' };
}

const names = fc.constantFrom('a.test', 'www.a.test', 'b.test');
const checks = fc.constantFrom('dns/one', 'ssl/two', 'email/three', 'headers/four');

/** Any finding: every outcome, severity, and waiver that the engine can produce. */
export const anyFinding: fc.Arbitrary<Finding> = fc.oneof(
	fc
		.record({
			severity: fc.constantFrom(...SEVERITIES),
			waived: fc.boolean(),
			check: checks,
			subject: names,
			effort: fc.integer({ min: 0, max: 600 }),
			lead: fc.integer({ min: 0, max: 200_000 }),
		})
		.map(({ severity, waived, check, subject, effort, lead }) =>
			failure({
				severity,
				check,
				subject,
				effort: minutes(effort),
				lead: seconds(lead),
				...(waived && severity !== 'info' && { outcome: 'accepted' as const }),
			}),
		),
	fc
		.record({
			couldBe: fc.constantFrom(...SEVERITIES),
			decisive: fc.boolean(),
			check: checks,
			subject: names,
		})
		.map((one) => unseen(one)),
	fc.tuple(checks, names).map(([check, subject]) => passed(check, subject)),
	fc.tuple(checks, names).map(([check, subject]): Finding => {
		const locus = { kind: 'host', name: subject } as const;
		const by = { check: 'dns/one', subject: 'a.test' };
		const common = { check, subject, locus, message: '', facts: [], verdict: null };
		return { ...common, outcome: 'blocked', by, couldBe: 'blocker', decisive: true };
	}),
	fc.tuple(checks, names).map(([check, subject]): Finding => {
		const locus = { kind: 'host', name: subject } as const;
		return { check, subject, locus, message: '', facts: [], verdict: null, outcome: 'skipped' };
	}),
);

const LAYER_OF: Readonly<Record<string, About>> = {
	'dns/one': { reach: 'sign-in', layer: 'records' },
	'ssl/two': { reach: 'trust', layer: 'certificates' },
	'email/three': { reach: 'mail', layer: 'mail' },
	'headers/four': { reach: 'trust', layer: 'hsts' },
};

export function about(check: string): About {
	return LAYER_OF[check] ?? { reach: REACHES[0], layer: LAYERS[3] };
}
