import type { Evidence } from '../../src/sdk.ts';

/** A name server at one of its addresses. */
export type At = { readonly name: string; readonly address: string };

export function atText({ name, address }: At): string {
	return `${name} (${address})`;
}

/** `a`, `a and b`, `a, b and c`; at most six, then how many more. */
export function listed(items: readonly string[]): string {
	if (items.length > 6) return `${items.slice(0, 6).join(', ')} and ${items.length - 6} more`;
	if (items.length < 2) return items.join('');
	return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Name servers at their addresses. */
export function serversText(servers: readonly At[]): string {
	return listed(servers.map(atText));
}

/** What was asked and seen, in one line, and what came back. */
export function seen(summary: string, lines: readonly string[]): readonly Evidence[] {
	return [{ kind: 'dns', summary, detail: lines.join('\n') }];
}

const UNITS = [
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
	['second', 1],
] as const;

/** Seconds as people say them, in the largest unit that divides them: `90 minutes`, `1 day`. */
export function durationText(seconds: number): string {
	for (const [unit, length] of UNITS) {
		if (seconds >= length && seconds % length === 0) {
			const count = seconds / length;
			return `${count} ${unit}${count === 1 ? '' : 's'}`;
		}
	}
	return `${seconds} seconds`;
}
