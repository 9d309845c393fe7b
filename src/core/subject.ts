import type { z } from 'zod';
import { defineDerivation, type Fact, type FactRef, type GetFact } from './fact.ts';
import type { Json } from './json.ts';
import type { Target } from './target.ts';

/** What rules may read about a subject: for each axis, one word of a closed set. */
export type Context = Readonly<Record<string, string>>;

export const SUBJECT_KINDS = [
	'target',
	'host',
	'page',
	'endpoint',
	'mail-domain',
	'record',
	'url',
	'file',
	'repository',
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** One thing that a check is judged at. */
export interface Subject<C extends Context = Context> {
	readonly kind: SubjectKind;
	/** As findings show it, and unique among the subjects of its kind. */
	readonly name: string;
	readonly context: C;
}

/** What a check ranges over: a fact that lists subjects. */
export interface Over<S extends Subject, T = Target> {
	/** From the members of the target that the list depends on. */
	(target: T): FactRef<readonly S[]>;
	readonly factName: string;
	/** The subject at which examples are judged. */
	readonly sample: S;
}

/**
 * Subjects are listed from the whole target, so `derive` receives it; `from` picks the members
 * that the list depends on, which are its key.
 */
export function defineSubjects<P extends Json, S extends Subject, T = Target>(spec: {
	name: string;
	params: z.ZodType<P, P>;
	from(target: T): P;
	sample: NoInfer<S>;
	derive(params: P, get: GetFact): Promise<Fact<readonly S[]>> | Fact<readonly S[]>;
}): Over<S, T> {
	const make = defineDerivation<P, P, readonly S[]>(spec);
	return Object.assign((target: T) => make(spec.from(target)), {
		factName: spec.name,
		sample: spec.sample,
	});
}
