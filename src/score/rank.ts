import { LAYERS, type Layer, REACHES, type Reach } from '../core/check.ts';
import { type Blocked, type Failed, type Finding, idOf, isFailed } from '../core/finding.ts';
import { groupBy } from '../core/group-by.ts';
import { bySeverity, type Severity, worst } from '../core/severity.ts';
import type { Minutes, Seconds } from '../core/units.ts';

/** What ranking must know of a check beside its findings. */
export interface About {
	readonly reach: Reach;
	readonly layer: Layer;
}

/** One thing to fix, with every finding it explains. */
export interface Risk {
	/** The id of its gravest finding. */
	readonly id: string;
	/** The worst, the most work and the longest wait among its findings. */
	readonly severity: Severity;
	readonly effort: Minutes;
	readonly lead: Seconds;
	readonly findings: readonly [Failed, ...Failed[]];
	/** Checks that cannot be judged until this is fixed. */
	readonly hides: readonly string[];
	readonly reach: Reach;
	readonly layer: Layer;
}

const CONFIDENCES = ['high', 'medium', 'low'] as const;

/**
 * Risks in the order of their weight: severity, reach (what it touches, then how many subjects), confidence,
 * least effort; ties by id and subject, so that two runs print alike.
 */
export function rank(
	findings: readonly Finding[],
	about: (check: string) => About,
): readonly Risk[] {
	const standing = findings.filter(isFailed).filter(({ outcome }) => outcome !== 'accepted');
	const groups = groupBy(standing, ({ cause }) => cause);
	const blocked = findings.filter((finding) => finding.outcome === 'blocked');
	return [...groups.values()].map((group) => toRisk(group, blocked, about)).sort(byRank);
}

function toRisk(
	group: readonly Failed[],
	blocked: readonly Blocked[],
	about: (check: string) => About,
): Risk {
	const layerOf = ({ check }: Failed) => LAYERS.indexOf(about(check).layer);
	// Of equals, what lies deepest explains the others: a lost registration the lost delegation.
	const sorted = group.toSorted(
		(a, b) =>
			bySeverity(a.severity, b.severity) || layerOf(a) - layerOf(b) || compare(idOf(a), idOf(b)),
	);
	const gravest = sorted[0] as Failed;
	const hidden = blocked.filter(({ by }) =>
		group.some(({ check, subject }) => check === by.check && subject === by.subject),
	);
	return {
		id: idOf(gravest),
		severity: worst(group.map((one) => one.severity)),
		effort: Math.max(...group.map((one) => one.effort)) as Minutes,
		lead: Math.max(...group.map((one) => one.lead)) as Seconds,
		findings: sorted as [Failed, ...Failed[]],
		hides: [...new Set(hidden.map((one) => one.check))].sort(),
		...about(gravest.check),
	};
}

function byRank(a: Risk, b: Risk): number {
	return (
		bySeverity(a.severity, b.severity) ||
		REACHES.indexOf(a.reach) - REACHES.indexOf(b.reach) ||
		subjectsOf(b) - subjectsOf(a) ||
		confidenceOf(a) - confidenceOf(b) ||
		a.effort - b.effort ||
		compare(a.id, b.id) ||
		compare(a.findings[0].locus.name, b.findings[0].locus.name)
	);
}

function subjectsOf({ findings }: Risk): number {
	return new Set(findings.map((one) => one.subject)).size;
}

function confidenceOf({ findings }: Risk): number {
	return Math.min(...findings.map((one) => CONFIDENCES.indexOf(one.confidence)));
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
