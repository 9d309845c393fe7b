import type { z } from 'zod';
import type { Evidence } from './evidence.ts';
import type { Fact, FactRef, Place, UnknownReason } from './fact.ts';
import type { Confidence, Locus } from './finding.ts';
import type { Fix } from './fix.ts';
import type { Json } from './json.ts';
import type { Severity, SeverityRule } from './severity.ts';
import type { Context, Over, Subject } from './subject.ts';
import type { Minutes, Seconds } from './units.ts';

/** One thing a check can say. The key is public API; the wording is not. */
export type VerdictSpec<C extends Context = Context> =
	| { readonly outcome: 'pass'; says(args: never): string }
	| {
			/** At severity info it is a note, not a risk. */
			readonly outcome: 'fail';
			readonly severity: SeverityRule<C>;
			/** Work for someone who knows the platform. */
			readonly effort: Told<Minutes>;
			/** Waiting that nobody controls, such as a TTL. None unless given. */
			readonly lead?: Told<Seconds>;
			/** The finding in one sentence that states what is wrong. */
			says(args: never): string;
			/** What a customer, a mail provider or an attacker meets on launch day. */
			readonly impact: Told<string>;
			readonly fix: Told<Fix>;
			/** The control experiment that excludes a false alarm, in words. */
			readonly control?: Told<string>;
			/** `high` unless given. */
			readonly confidence?: Told<Confidence>;
			/** One command that shows the same by hand. */
			readonly reproduce?: Told<string>;
			/** Instead of everything that the check asked for. */
			readonly evidence?: Told<readonly Evidence[]>;
			/** Findings with equal causes are one risk; the id unless given. */
			readonly cause?: Told<string>;
	  }
	| {
			/** The check looked and cannot decide; never a pass. */
			readonly outcome: 'unknown';
			readonly reason: UnknownReason;
			/** The worst that is still possible; the check's worst at this subject unless given. */
			readonly couldBe?: Severity;
			says(args: never): string;
	  };

/** The same each time, or worked out from what `say` was told. */
export type Told<T> = T | ((args: never) => T);

export type Verdicts<C extends Context = Context> = Readonly<Record<string, VerdictSpec<C>>>;

/** Everything that a verdict's functions, taken together, must be told. */
type ArgsOf<S> = [FunctionsOf<S>] extends [never]
	? undefined
	: FunctionsOf<S> extends (args: infer A) => unknown
		? unknown extends A
			? undefined
			: A
		: never;
type FunctionsOf<S> =
	| Extract<S[keyof S], (args: never) => unknown>
	| (S extends { readonly severity: { pick: infer P } } ? P : never);

export interface Verdict<K extends string = string> {
	readonly verdict: K;
	readonly args: Json;
	/** What exactly it is about, where a subject can have several of the same kind. */
	readonly locus?: Locus;
}

/** Not a verdict: why there is none. */
export interface NoVerdict {
	readonly verdict: null;
	readonly outcome: 'unknown' | 'not-applicable' | 'blocked';
	readonly detail: string;
	readonly reason?: UnknownReason;
	readonly couldBe?: Severity;
	readonly by?: Place;
}

/** The check could look no further. `couldBe` narrows what is still possible. */
export function cannotSay(reason: UnknownReason, detail: string, couldBe?: Severity): NoVerdict {
	return { verdict: null, outcome: 'unknown', reason, detail, ...(couldBe && { couldBe }) };
}

export function doesNotApply(detail: string): NoVerdict {
	return { verdict: null, outcome: 'not-applicable', detail };
}

/** Another check owns the cause. */
export function blockedBy(by: Place, detail: string): NoVerdict {
	return { verdict: null, outcome: 'blocked', by, detail };
}

/** The same verdict, about something more exact than the subject. */
export function at<K extends string>(locus: Locus, verdict: Verdict<K>): Verdict<K> {
	return { ...verdict, locus };
}

/** Facts a check asks for. Wrap one in `optional` to judge its absence yourself. */
export type Needs = Readonly<Record<string, FactRef<unknown> | Optional<unknown>>>;

export interface Optional<V> {
	readonly optional: FactRef<V>;
}

export function optional<V>(ref: FactRef<V>): Optional<V> {
	return { optional: ref };
}

/** The values behind the needs, ready to read. */
type Given<N extends Needs> = {
	readonly [K in keyof N]: N[K] extends Optional<infer V>
		? Fact<V>
		: N[K] extends FactRef<infer V>
			? V
			: never;
};

export type Say<V> = <K extends keyof V & string>(
	verdict: K,
	...args: ArgsOf<V[K]> extends undefined ? [] : [ArgsOf<V[K]>]
) => Verdict<K>;

export type Judgement<K extends string = string> = Verdict<K> | NoVerdict;

/** Kinds of work; `records` are those that lead to hosts, which certificates are asked for. */
export const LAYERS = [
	'registration',
	'delegation',
	'records',
	'mail',
	'server',
	'certificates',
	'content',
	'hsts',
] as const;
export type Layer = (typeof LAYERS)[number];

/** What a finding touches first, most costly first; ranks findings of equal severity. */
export const REACHES = ['sign-in', 'mail', 'trust', 'speed', 'upkeep'] as const;
export type Reach = (typeof REACHES)[number];

export interface Check<
	S extends Subject = Subject,
	N extends Needs = Needs,
	V extends Verdicts<S['context']> = Verdicts<S['context']>,
	O = unknown,
> {
	/** `<area>/<name>`, equal to the file's path under `checks/`. */
	readonly id: string;
	/** The claim a pass makes true. */
	readonly title: string;
	readonly rationale: string;
	readonly references: readonly string[];
	readonly reach: Reach;
	/** A fix here must wait for fixes of earlier layers on the same name. */
	readonly layer: Layer;
	/** Judged once for each of these. */
	readonly over: Over<S>;
	readonly options: z.ZodType<O>;
	readonly verdicts: V;
	/**
	 * Where an unknown could hide a blocker that the launch hangs on: everywhere (`true`), or at the
	 * subjects whose context has one of these words. Nowhere unless given.
	 */
	readonly decisive?: true | { readonly by: string; readonly in: readonly string[] };
	/** `true`, or the reason it does not apply. */
	appliesTo?(subject: NoInfer<S>): true | string;
	needs(ask: { subject: NoInfer<S>; options: NoInfer<O> }): N;
	judge(read: {
		given: NoInfer<Given<N>>;
		subject: NoInfer<S>;
		options: NoInfer<O>;
		now: Date;
		say: Say<V>;
	}): Judgement<keyof V & string> | readonly Judgement<keyof V & string>[];
	/** Worked cases: shown by `explain`, run by the conformance test. */
	examples(example: ExampleOf<S, N, V, O>): readonly Example[];
}

export interface Example {
	readonly name: string;
	readonly given: unknown;
	/** A verdict, or an outcome for which there is none. */
	readonly says: string;
	readonly when: { readonly subject?: object; readonly options?: object; readonly now?: string };
}

/** `when` is laid over the sample subject and the default options; `now` is an ISO date. */
type ExampleOf<S, N extends Needs, V, O> = (
	name: string,
	given: NoInfer<Given<N>>,
	says: (keyof V & string) | 'unknown' | 'not-applicable' | 'blocked',
	when?: {
		readonly subject?: Partial<NoInfer<S>>;
		readonly options?: Partial<NoInfer<O>>;
		readonly now?: string;
	},
) => Example;

/** The `example` every check's `examples` is called with. */
export const example = (
	name: string,
	given: unknown,
	says: string,
	when: Example['when'] = {},
): Example => ({ name, given, says, when });

/** Gives a check its types. Does nothing at run time. */
export function defineCheck<
	S extends Subject,
	N extends Needs,
	const V extends Verdicts<S['context']>,
	O,
>(check: Check<S, N, V, O>): Check<S, N, V, O> {
	return check;
}

/** What the engine handles: any check, its private types forgotten. */
// biome-ignore lint/suspicious/noExplicitAny: the engine never looks inside these four.
export type AnyCheck = Check<any, any, any, any>;
