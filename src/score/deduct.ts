import type { Severity } from '../core/severity.ts';
import type { Row } from './coverage.ts';
import type { Risk } from './rank.ts';

/** Points off for one risk, by severity. A product decision: four blockers leave nothing to praise. */
const POINTS: Readonly<Record<Severity, number>> = { blocker: 25, high: 8, later: 2, info: 0 };

/** Off for each check that could hide a blocker and could not be judged. */
const UNSEEN = 5;

/** With a blocker the score stays below 50, whatever else is fine. */
const CAP_WITH_BLOCKER = 49;

export interface Deduction {
	/** A finding id, or the check of an unknown. */
	readonly id: string;
	readonly points: number;
	readonly reason: string;
}

/** 100 less the deductions, at least 0; every point is listed, the cap as a deduction of its own. */
export function deduct(
	risks: readonly Risk[],
	rows: readonly Row[],
): { readonly score: number; readonly deductions: readonly Deduction[] } {
	const deductions: Deduction[] = [];
	for (const { id, severity } of risks) {
		if (POINTS[severity] > 0) {
			deductions.push({ id, points: POINTS[severity], reason: `one risk of severity ${severity}` });
		}
	}
	for (const { check, subject } of rows.filter((row) => row.couldBlock)) {
		const reason = `could not be determined at ${subject}, and could hide a blocker`;
		deductions.push({ id: check, points: UNSEEN, reason });
	}
	const sum = deductions.reduce((total, { points }) => total + points, 0);
	let score = 100 - sum;
	const blocker = risks.find((risk) => risk.severity === 'blocker');
	if (blocker !== undefined && score > CAP_WITH_BLOCKER) {
		const reason = `capped at ${CAP_WITH_BLOCKER}: a launch blocker stands`;
		deductions.push({ id: blocker.id, points: score - CAP_WITH_BLOCKER, reason });
		score = CAP_WITH_BLOCKER;
	}
	if (score < 0) {
		deductions.push({ id: 'floor', points: score, reason: 'the score ends at 0' });
		score = 0;
	}
	return { score, deductions };
}
