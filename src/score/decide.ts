import { type Failed, type Finding, idOf, type Unknown } from '../core/finding.ts';

/** Best first. */
export const LAUNCHES = ['GO', 'GO_WITH_CONDITIONS', 'CANNOT_SAY', 'NO_GO'] as const;
type Launch = (typeof LAUNCHES)[number];

export interface Decision {
	readonly launch: Launch;
	/** The sentence that decided it. */
	readonly sentence: string;
}

/**
 * The decision, a total function (README, "Audit a site"). Each finding alone forces at least some decision
 * and the worst wins, so that adding a finding never improves it.
 */
export function decide(findings: readonly Finding[]): Decision {
	const blockers = failing(findings, 'blocker');
	if (blockers.length > 0) {
		return { launch: 'NO_GO', sentence: `No-go: ${firstOf(blockers)}` };
	}
	const unseen = findings.filter(couldBlock);
	if (unseen.length > 0) {
		const first = unseen.find(({ behind }) => behind === null) ?? (unseen[0] as Unknown);
		const more = unseen.length > 1 ? ` (and ${unseen.length - 1} more)` : '';
		const sentence = `Cannot say: ${first.check} at ${first.subject} could not be determined and could hide a launch blocker: ${first.message}${more}`;
		return { launch: 'CANNOT_SAY', sentence };
	}
	const high = failing(findings, 'high');
	if (high.length > 0) {
		return { launch: 'GO_WITH_CONDITIONS', sentence: `Go with conditions: ${firstOf(high)}` };
	}
	const sentence = `Go: no launch blocker and no high risk was found${notLive(findings)}${unseenBehind(findings)}.`;
	return { launch: 'GO', sentence };
}

/** That the network was left out; empty where it was not. */
function notLive(findings: readonly Finding[]): string {
	const isForbidden = findings.some(
		(one) => one.outcome === 'skipped' && one.reason === 'not-asked',
	);
	return isForbidden ? ' in the zone file; nothing else was looked at (--no-live)' : '';
}

/** Who turned us away, as that may hide a high risk; empty where nobody did. */
function unseenBehind(findings: readonly Finding[]): string {
	const denied = findings.filter(
		(one): one is Unknown =>
			one.outcome === 'unknown' &&
			one.reason === 'denied' &&
			(one.couldBe === 'high' || one.couldBe === 'blocker'),
	);
	const [first, ...others] = new Set(denied.map(({ subject }) => subject));
	if (first === undefined) return '';
	const hosts = others.length === 0 ? first : `${first} and ${others.length} more`;
	return `, but ${hosts} turned us away, which leaves ${denied.length} ${denied.length === 1 ? 'question' : 'questions'} open`;
}

/** An unknown that may withhold the decision. */
export function couldBlock(finding: Finding): finding is Unknown {
	return finding.outcome === 'unknown' && finding.decisive && finding.couldBe === 'blocker';
}

function failing(findings: readonly Finding[], severity: 'blocker' | 'high'): readonly Failed[] {
	return findings.filter(
		(finding): finding is Failed => finding.outcome === 'fail' && finding.severity === severity,
	);
}

function firstOf(failed: readonly Failed[]): string {
	const [first] = failed as [Failed, ...Failed[]];
	const more = new Set(failed.map((one) => one.cause)).size - 1;
	return `${first.message} (${idOf(first)}${more > 0 ? `, and ${more} more` : ''})`;
}
