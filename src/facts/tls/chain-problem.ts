import type { Severity } from '../../core/severity.ts';

/** One thing that is wrong with a chain. */
export interface ChainProblem {
	/** `ssl/certificate/expired`: the finding's public name. */
	readonly id: string;
	readonly severity: Severity;
	/** In one sentence, with the values seen. */
	readonly detail: string;
	/** Those values by name, for a finding's own wording. */
	readonly values: Readonly<Record<string, string | number>>;
}

export function problem(
	id: string,
	severity: Severity,
	detail: string,
	values: Readonly<Record<string, string | number>> = {},
): ChainProblem {
	return { id, severity, detail, values };
}

/** Dates as findings show them: UTC, to the minute. */
export function dateText(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
