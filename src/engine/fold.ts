import type { Place } from '../core/fact.ts';
import type { Blocked, Finding } from '../core/finding.ts';
import type { Severity } from '../core/severity.ts';

/** What a check that was not run could have said at a subject. */
export interface Unrun {
	readonly couldBe: Severity;
	readonly decisive: boolean;
}

/**
 * Puts every `blocked` finding under the failure at the far end of its chain.
 *
 * A chain that ends in no failure (its cause was skipped, is unknown, or goes in a circle) explains
 * nothing: that finding becomes `unknown`, so that nothing hides under a risk nobody is shown. The
 * same holds under a cause that was accepted or is no blocker: fixing or bearing it is not urgent,
 * so what it hides must still be counted as not known. `unrun` tells what a cause that nobody asked for
 * could have said: what it hides then weighs as much, so that a part of an audit is no better than the whole.
 */
export function fold(
	findings: readonly Finding[],
	unrun: (cause: Place) => Unrun | undefined = () => undefined,
): readonly Finding[] {
	const owners = new Map<string, Finding>();
	for (const finding of findings) {
		const key = keyOf(finding);
		const known = owners.get(key);
		if (known === undefined || weight(finding) < weight(known)) owners.set(key, finding);
	}
	return findings.map((finding) => {
		if (finding.outcome !== 'blocked') return finding;
		const cause = farEnd(finding, owners);
		if (cause?.outcome === 'fail' && cause.severity === 'blocker') {
			return { ...finding, by: { check: cause.check, subject: cause.subject } };
		}
		const left = unrun(finding.by);
		return left === undefined ? orphaned(finding, cause) : unasked(finding, left);
	});
}

function orphaned(finding: Blocked, cause: Finding | undefined): Finding {
	const { by, ...common } = finding;
	if (cause === undefined || cause.outcome === 'pass' || cause.outcome === 'blocked') {
		const message = `${finding.message}; ${by.check} at ${by.subject} does not say why`;
		return { ...common, outcome: 'unknown', reason: 'cause-not-found', message, behind: null };
	}
	const behind = { check: cause.check, subject: cause.subject };
	const message = `${cause.check} at ${cause.subject} ${STANDS[cause.outcome]}`;
	const reason = cause.outcome === 'unknown' ? cause.reason : 'cause-not-found';
	return { ...common, outcome: 'unknown', reason, message, behind };
}

function unasked({ by, ...finding }: Blocked, cause: Unrun): Finding {
	const message = `${finding.message}; ${by.check} at ${by.subject} would say why, and was left out`;
	return {
		...finding,
		...cause,
		outcome: 'unknown',
		reason: 'cause-not-found',
		message,
		behind: null,
	};
}

/** What became of a cause that explains nothing by itself. */
const STANDS = {
	unknown: 'could not be determined',
	accepted: 'was accepted',
	fail: 'failed',
	note: 'has a note',
	skipped: 'was left out',
	'not-applicable': 'does not apply',
} as const;

/** Where a chain of `blocked` stops: past its last link, or at the link it has seen before. */
function farEnd(first: Finding, owners: ReadonlyMap<string, Finding>): Finding | undefined {
	const seen = new Set<Finding>();
	let link: Finding | undefined = first;
	while (link?.outcome === 'blocked' && !seen.has(link)) {
		seen.add(link);
		link = owners.get(keyOf(link.by));
	}
	return link;
}

/** Of several findings of one check at one subject, the gravest failure is the cause. */
function weight(finding: Finding): number {
	if (finding.outcome === 'fail')
		return ['blocker', 'high', 'later', 'info'].indexOf(finding.severity);
	return finding.outcome === 'accepted' ? 5 : finding.outcome === 'unknown' ? 6 : 7;
}

function keyOf({ check, subject }: Place): string {
	return JSON.stringify([check, subject]);
}
