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

/** Names in a certificate can be as long as the certificate; a sentence bears no more. */
const LONGEST = 500;

export function problem(
	id: string,
	severity: Severity,
	detail: string,
	values: Readonly<Record<string, string | number>> = {},
): ChainProblem {
	const short = Object.entries(values).map(([name, value]) => [
		name,
		typeof value === 'string' ? cut(value) : value,
	]);
	return { id, severity, detail: cut(detail), values: Object.fromEntries(short) };
}

function cut(text: string): string {
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Dates as findings show them: UTC, to the minute. */
export function dateText(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
