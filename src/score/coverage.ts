import type { Place, UnknownReason } from '../core/fact.ts';
import { type Finding, isFailed, OUTCOMES } from '../core/finding.ts';
import { groupBy } from '../core/group-by.ts';
import { couldBlock } from './decide.ts';

type Outcome = (typeof OUTCOMES)[number];

/** What became of one check at one subject. */
export interface Row {
	readonly check: string;
	readonly subject: string;
	readonly outcome: Outcome;
	/** For anything but pass and fail. */
	readonly reason: string | null;
	readonly code: UnknownReason | null;
	/** Everything that the check said, in its order. */
	readonly verdicts: readonly string[];
	/** The launch hangs on this unknown. */
	readonly couldBlock: boolean;
	/** For `blocked`: the check and subject that own the cause. */
	readonly by: Place | null;
	/** For `unknown`: the check that must be judged first, where that is another. */
	readonly behind: Place | null;
}

/** One row for each check at each subject, in the order of the findings: fail > unknown > pass. */
export function rowsOf(findings: readonly Finding[]): readonly Row[] {
	const groups = groupBy(findings, ({ check, subject }) => JSON.stringify([check, subject]));
	return [...groups.values()].map(rowOf);
}

function rowOf(group: readonly Finding[]): Row {
	const decided =
		group.length === 1
			? (group[0] as Finding)
			: (group.toSorted(
					(a, b) => OUTCOMES.indexOf(outcomeOf(a)) - OUTCOMES.indexOf(outcomeOf(b)),
				)[0] as Finding);
	const outcome = outcomeOf(decided);
	return {
		check: decided.check,
		subject: decided.subject,
		outcome,
		reason: outcome === 'pass' || isFailed(decided) ? null : decided.message,
		code: decided.outcome === 'unknown' ? decided.reason : null,
		verdicts: group.flatMap(({ verdict }) => (verdict === null ? [] : [verdict])),
		couldBlock: group.some(couldBlock),
		by: decided.outcome === 'blocked' ? decided.by : null,
		behind: decided.outcome === 'unknown' ? decided.behind : null,
	};
}

/** A note is no failure: the check's claim still holds. */
function outcomeOf(finding: Finding): Outcome {
	return finding.outcome === 'note' ? 'pass' : finding.outcome;
}

export interface Coverage {
	/** Rows that passed, failed or were accepted. */
	readonly judged: number;
	/** Those, and the ones that are unknown or hidden by a blocker. */
	readonly apply: number;
	/** Unknown because the target refused us: a bot wall, a 403 to everything. */
	readonly denied: number;
}

/** How much of what applies was judged. */
export function coverageOf(rows: readonly Row[]): Coverage {
	const count = (...outcomes: Outcome[]) =>
		rows.filter((row) => outcomes.includes(row.outcome)).length;
	const judged = count('pass', 'fail', 'accepted');
	const denied = rows.filter((row) => row.code === 'denied').length;
	return { judged, apply: judged + count('unknown', 'blocked'), denied };
}
