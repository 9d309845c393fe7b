import type { Evidence } from './evidence.ts';
import type { Place, UnknownReason } from './fact.ts';
import type { Fix } from './fix.ts';
import type { Json } from './json.ts';
import type { Severity } from './severity.ts';
import type { SubjectKind } from './subject.ts';
import type { Minutes, Seconds } from './units.ts';

/** What can come of a check at a subject, in a report; of several, the first counts. */
export const OUTCOMES = [
	'fail',
	'accepted',
	'unknown',
	'blocked',
	'pass',
	'skipped',
	'not-applicable',
] as const;

/** How sure a finding is. `low` says so beside the finding; it never changes the severity. */
export type Confidence = 'high' | 'medium' | 'low';

/** What a finding is about, where that is more exact than the subject that was judged. */
export interface Locus {
	readonly kind: SubjectKind;
	readonly name: string;
	readonly file?: string;
	/** 1-based. */
	readonly line?: number;
}

/** What came of one check at one subject; several where the check said several things. */
export type Finding = Passed | Failed | Blocked | Unknown | NotApplicable | Skipped;

interface Common extends Place {
	readonly locus: Locus;
	readonly message: string;
	/** Keys of the probe facts it rests on. */
	readonly facts: readonly string[];
}

interface Passed extends Common {
	readonly outcome: 'pass';
	readonly verdict: string;
}

/** `note`: worth knowing, severity info, never a risk. `accepted`: a fail that a waiver covers. */
export interface Failed extends Common {
	readonly outcome: 'fail' | 'note' | 'accepted';
	readonly verdict: string;
	readonly args: Json;
	readonly severity: Severity;
	readonly effort: Minutes;
	readonly lead: Seconds;
	readonly impact: string;
	readonly fix: Fix;
	readonly confidence: Confidence;
	readonly control: string | null;
	readonly reproduce: string | null;
	/** Chosen by the check instead of everything that it asked for. */
	readonly evidence: readonly Evidence[] | null;
	/** Findings with one cause are one risk. */
	readonly cause: string;
	readonly waiver: Waiver | null;
}

/** `by` owns the cause: the next link of the chain when judged, its far end once folded. */
export interface Blocked extends Common {
	readonly outcome: 'blocked';
	readonly verdict: null;
	readonly by: Place;
	readonly couldBe: Severity;
	readonly decisive: boolean;
}

export interface Unknown extends Common {
	readonly outcome: 'unknown';
	/** The verdict that said so, where the check has one for it. */
	readonly verdict: string | null;
	readonly reason: UnknownReason;
	/** The worst that the check could still have said here. */
	readonly couldBe: Severity;
	/** The launch hangs on it: with a possible blocker it forbids a GO. */
	readonly decisive: boolean;
	/** The check, itself not a blocker or not known, that must be judged first; else `null`. */
	readonly behind: Place | null;
}

interface NotApplicable extends Common {
	readonly outcome: 'not-applicable';
	readonly verdict: null;
}

interface Skipped extends Common {
	readonly outcome: 'skipped';
	readonly verdict: null;
	/** It needs what the user forbade to ask; absent where the user left the check itself out. */
	readonly reason?: 'not-asked';
}

/** A risk that somebody accepted, in writing, until a day. */
export interface Waiver {
	/** A finding id or a prefix of one at a slash. */
	readonly id: string;
	readonly subject?: string | undefined;
	readonly reason: string;
	readonly owner: string;
	/** ISO date; the last day on which it holds. */
	readonly until: string;
	readonly allowBlocker?: boolean | undefined;
}

export const isFailed = (finding: Finding): finding is Failed =>
	finding.outcome === 'fail' || finding.outcome === 'note' || finding.outcome === 'accepted';

/** `area/check/verdict`, the finding's public name. */
export const idOf = (finding: Failed): string => `${finding.check}/${finding.verdict}`;
