import type { Context } from './subject.ts';

/** What happens on launch day if nobody fixes it, worst first. */
export const SEVERITIES = ['blocker', 'high', 'later', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * A level, or a table with a row for every word of one axis of the subject's context; a row may be
 * a table again. Data and not a function, so that the catalogue can print it.
 */
export type SeverityRule<C extends Context = Context> =
	| Severity
	| {
			readonly [Axis in keyof C & string]: {
				readonly by: Axis;
				readonly is: { readonly [Word in C[Axis]]: SeverityRule<C> };
			};
	  }[keyof C & string]
	| SeverityByArgs;

/**
 * For "high; blocker if X" where X is something that the judgement saw. `oneOf` is what the
 * catalogue prints and the worst that an unknown could hide; `pick` must stay inside it.
 */
interface SeverityByArgs {
	readonly oneOf: readonly [Severity, Severity, ...Severity[]];
	pick(args: never): Severity;
}

/** The level at a subject. What the context leaves open counts as its worst row. */
export function severityAt(rule: SeverityRule, context: Context, args?: unknown): Severity {
	if (typeof rule === 'string') return rule;
	if ('oneOf' in rule) {
		if (args === undefined) return worst(rule.oneOf);
		const picked = rule.pick(args as never);
		if (!rule.oneOf.includes(picked)) {
			throw new RangeError(`severity "${picked}" is not among ${rule.oneOf.join(', ')}`);
		}
		return picked;
	}
	const row = rule.is[context[rule.by] ?? ''];
	if (row !== undefined) return severityAt(row, context, args);
	return worst(Object.values(rule.is).map((each) => severityAt(each, context, args)));
}

/** Every level that a rule can give, worst first. */
export function levelsOf(rule: SeverityRule): readonly Severity[] {
	const levels =
		typeof rule === 'string'
			? [rule]
			: 'oneOf' in rule
				? rule.oneOf
				: Object.values(rule.is).flatMap(levelsOf);
	return SEVERITIES.filter((level) => levels.includes(level));
}

/** `info` for none: it never counts as a risk. */
export function worst(levels: readonly Severity[]): Severity {
	return SEVERITIES.find((level) => levels.includes(level)) ?? 'info';
}

/** For sorting, worst first. */
export function bySeverity(a: Severity, b: Severity): number {
	return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}
