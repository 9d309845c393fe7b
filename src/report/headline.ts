import type { Report } from '../core/report.ts';
import type { Coverage } from '../score/coverage.ts';

/** Launches are planned in hours up to this many; longer waits are told in days. */
const HOURS_TOLD = 72;

/** Seconds in words, rounded up to two units at most: `5 h`, `25 min`, `48 h`, `4 d 3 h`. */
export function duration(seconds: number): string {
	const minutes = Math.ceil(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < HOURS_TOLD) return joined([hours, 'h'], [minutes % 60, 'min']);
	return joined([Math.floor(hours / 24), 'd'], [hours % 24, 'h']);
}

function joined(...units: [number, string][]): string {
	return units
		.filter(([n]) => n > 0)
		.map(([n, unit]) => `${n} ${unit}`)
		.join(' ');
}

/** The whole answer in one line; who turns us away is said, because what is behind may be anything. */
export function headline(decision: Report['decision'], coverage: Coverage): string {
	const { launch, blockers, high, later, accepted } = decision;
	const counts = [
		blockers > 0 && `${blockers} blocker${blockers === 1 ? '' : 's'}`,
		high > 0 && `${high} high`,
		later > 0 && `${later} can wait`,
		accepted > 0 && `${accepted} accepted`,
	].filter((part) => part !== false);
	return [
		`${launch}  ${counts.length > 0 ? counts.join(', ') : 'no risks'}`,
		`coverage ${coverage.judged}/${coverage.apply}`,
		coverage.denied > 0 && `${coverage.denied} turned away`,
		`earliest GO ${when(decision)}`,
	]
		.filter((part) => part !== false)
		.join(' | ');
}

function when({ earliestGo, withinDeadline, deadlineSeconds }: Report['decision']): string {
	if (earliestGo === null) return 'cannot be said';
	if (earliestGo === 0) return 'now';
	const within = `within ${duration(deadlineSeconds)}: ${withinDeadline ? 'yes' : 'no'}`;
	return `${duration(earliestGo)} → ${within}`;
}
