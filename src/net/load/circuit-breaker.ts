import type { LoadStop } from '../../core/io.ts';

/** What is known of a request: how it ended, or for how long it has been waited for. */
export interface Outcome {
	/** From the intended start to the end, or to now. */
	readonly tookMs: number;
	readonly isError: boolean;
}

const IN_A_ROW = 5;
const LOOKED_AT = 20;
/** Of the last 20: more than a fifth. */
const MOST_ERRORS = 4;
/** Times one user's p95. */
const SLOWER = 10;
/** p95 is that of the last so many answers and of all that is waited for, 20 at least together. */
const P95_OF = 60;
/** Nobody suffers below this, however quick the answers were before: ten times a millisecond is nothing. */
const SUFFERS_FROM_MS = 100;

/** Errors alone, as they came: what ends a run of one user too. */
export function brokenBy(ended: readonly Outcome[]): LoadStop | null {
	const last = ended.slice(-LOOKED_AT);
	if (last.length >= IN_A_ROW && last.slice(-IN_A_ROW).every(({ isError }) => isError)) {
		return { why: 'errors-in-a-row', detail: `${IN_A_ROW} requests in a row failed` };
	}
	const errors = last.filter(({ isError }) => isError).length;
	if (last.length === LOOKED_AT && errors > MOST_ERRORS) {
		return { why: 'error-share', detail: `${errors} of the last ${LOOKED_AT} requests failed` };
	}
	return null;
}

/**
 * Why the target suffers too much to go on; `null` where it does not. `ended` in the order in which
 * answers came; `waiting` should have gone out, and have no answer yet. `baselineMs` is one user's p95.
 */
export function circuitBrokenBy(
	ended: readonly Outcome[],
	waiting: readonly Outcome[],
	baselineMs: number,
): LoadStop | null {
	const broken = brokenBy(ended);
	const looked = [...ended.slice(-P95_OF), ...waiting];
	if (broken !== null || looked.length < LOOKED_AT) return broken;
	const sorted = looked.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
	const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
	if (p95 <= Math.max(SLOWER * baselineMs, SUFFERS_FROM_MS)) return null;
	return {
		why: 'slow',
		detail: `p95 of the last ${sorted.length} requests was ${Math.round(p95)} ms, and that of one user ${baselineMs.toFixed(1)} ms`,
	};
}
