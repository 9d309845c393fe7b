import { type Failed, type Finding, idOf, type Waiver } from '../core/finding.ts';
import { selects } from './judge.ts';

/** What became of one waiver in this run. */
export interface WaiverUse {
	readonly waiver: Waiver;
	readonly state: 'used' | 'unused' | 'expired' | 'refused';
}

/**
 * Turns failures that a valid waiver covers into accepted ones. An expired waiver covers nothing, and
 * one without `allowBlocker` covers no blocker; both are told, so that nobody believes otherwise.
 */
export function waive(
	findings: readonly Finding[],
	waivers: readonly Waiver[],
	now: Date,
): { findings: readonly Finding[]; uses: readonly WaiverUse[] } {
	const states = new Map<Waiver, WaiverUse['state']>();
	const rank = { used: 3, refused: 2, expired: 1, unused: 0 };
	const note = (waiver: Waiver, state: WaiverUse['state']) => {
		if (rank[state] >= rank[states.get(waiver) ?? 'unused']) states.set(waiver, state);
	};
	const waived = findings.map((finding): Finding => {
		if (finding.outcome !== 'fail') return finding;
		const covering = waivers.filter((waiver) => covers(waiver, finding));
		const valid = covering.find((waiver) => stateAt(waiver, finding, now) === 'used');
		for (const waiver of covering) note(waiver, stateAt(waiver, finding, now));
		return valid === undefined ? finding : { ...finding, outcome: 'accepted', waiver: valid };
	});
	const uses = waivers.map((waiver) => ({
		waiver,
		state: states.get(waiver) ?? ('unused' as const),
	}));
	return { findings: waived, uses };
}

function covers({ id, subject }: Waiver, finding: Failed): boolean {
	return selects(id, idOf(finding)) && (subject === undefined || subject === finding.locus.name);
}

function stateAt(waiver: Waiver, finding: Failed, now: Date): WaiverUse['state'] {
	if (hasExpired(waiver, now)) return 'expired';
	return finding.severity === 'blocker' && waiver.allowBlocker !== true ? 'refused' : 'used';
}

/** Valid to the end of its last day, everywhere on earth: UTC−12. */
function hasExpired({ until }: Waiver, now: Date): boolean {
	return now.getTime() > Date.parse(`${until}T23:59:59.999-12:00`);
}
