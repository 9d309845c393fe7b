import type { Report } from '../core/report.ts';

/** Each has one meaning; gravest first, for where several apply. */
export const EXIT = {
	interrupted: 130,
	bug: 70,
	notWritten: 74,
	usage: 2,
	findings: 1,
	cannotSay: 3,
	fine: 0,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const GRAVEST_FIRST: readonly ExitCode[] = Object.values(EXIT);

export const FAIL_ON = ['blocker', 'high', 'later', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** The one that counts where several apply. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
	return GRAVEST_FIRST.find((code) => codes.includes(code)) ?? EXIT.fine;
}

/**
 * What a report means to the caller; an old release that still answers is no finding, and fails a smoke
 * test. `never` suppresses findings and "cannot say" alike.
 */
export function exitCodeOf(
	report: {
		readonly decision: Pick<Report['decision'], 'launch'>;
		readonly risks: readonly Pick<Report['risks'][number], 'severity'>[];
		readonly smoke?: Report['smoke'];
	},
	failOn: FailOn,
): ExitCode {
	if (failOn === 'never') return EXIT.fine;
	const counted = FAIL_ON.slice(0, FAIL_ON.indexOf(failOn) + 1) as readonly string[];
	const version = report.smoke?.version?.state;
	if (version === 'not-live') return EXIT.findings;
	if (report.risks.some(({ severity }) => counted.includes(severity))) return EXIT.findings;
	const isOpen = version === 'unknown' || report.decision.launch === 'CANNOT_SAY';
	return isOpen ? EXIT.cannotSay : EXIT.fine;
}
