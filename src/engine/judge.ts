import type {
	AnyCheck,
	Judgement,
	Needs,
	NoVerdict,
	Say,
	Told,
	Verdict,
	VerdictSpec,
	Verdicts,
} from '../core/check.ts';
import { type Fact, type FactRef, type Unsettled, unknown } from '../core/fact.ts';
import type { Failed, Finding, Locus } from '../core/finding.ts';
import type { Json } from '../core/json.ts';
import { type Severity, severityAt, worst } from '../core/severity.ts';
import type { Context, Subject } from '../core/subject.ts';
import { seconds } from '../core/units.ts';
import type { FactStore } from './fact-store.ts';

/** What the user's configuration says about judging. */
export interface Policy {
	/** Severity by finding id or prefix of one at a slash; the longest prefix wins. */
	readonly severity: Readonly<Record<string, Severity>>;
	/** Options by check id. */
	readonly options: Readonly<Record<string, unknown>>;
}

export const NO_POLICY: Policy = { severity: {}, options: {} };

/** One check at one subject, ready to be judged. */
export interface Task {
	readonly check: AnyCheck;
	readonly subject: Subject;
	readonly options: unknown;
	readonly needs: readonly (readonly [name: string, need: Needs[string]])[];
	/** Key of the list that named the subject; before it was known, nothing could be asked. */
	readonly listed?: string;
	/** Asks for a quiet fact, so it waits until everything else has settled. */
	readonly quiet: boolean;
}

/** A task, or the findings that need none: not applicable, or a check that cannot even ask. */
export function taskAt(
	check: AnyCheck,
	subject: Subject,
	policy: Policy,
): Task | readonly Finding[] {
	try {
		const applies = check.appliesTo?.(subject) ?? true;
		if (applies !== true) return [notApplicable(check, subject, applies, [])];
		const options: unknown = check.options.parse(policy.options[check.id] ?? {});
		const needs = Object.entries<Needs[string]>(check.needs({ subject, options }));
		const quiet = needs.some(([, need]) => refOf(need).source.lane === 'quiet');
		return { check, subject, options, needs, quiet };
	} catch (error) {
		return [withheld(unknown('our-bug', String(error)), check, subject, [])];
	}
}

/** Whatever happens at one subject is a finding there: also a check that throws or says nothing. */
export async function judgeTask(
	task: Task,
	store: FactStore,
	now: Date,
	policy: Policy,
): Promise<readonly Finding[]> {
	const { check, subject, needs, options, listed } = task;
	const ask = (ref: FactRef<unknown>) =>
		listed === undefined ? store.get(ref) : store.getAfter(listed, ref);
	const facts = await Promise.all(needs.map(([, need]) => ask(refOf(need))));
	const keys = [...new Set(needs.flatMap(([, need]) => store.evidenceFor(refOf(need).key)))];
	const given: Record<string, unknown> = {};
	for (const [index, [name, need]] of needs.entries()) {
		const fact = facts[index] as Fact<unknown>;
		if ('optional' in need) given[name] = fact;
		else if (fact.status === 'known') given[name] = fact.value;
		else return [withheld(fact, check, subject, keys)];
	}
	try {
		const said = [check.judge({ given, subject, options, now, say })].flat() as Judgement[];
		if (said.length === 0) throw new TypeError(`${check.id} said nothing`);
		return said.map((one) => findingOf(check, subject, one, keys, policy));
	} catch (error) {
		return [withheld(unknown('our-bug', String(error)), check, subject, keys)];
	}
}

export const say: Say<Verdicts> = (verdict, ...rest) => ({ verdict, args: rest.at(0) ?? {} });

/** A judgement at a subject, in words. */
export function findingOf(
	check: AnyCheck,
	subject: Subject,
	judgement: Judgement,
	facts: readonly string[],
	policy: Policy = NO_POLICY,
): Finding {
	if (judgement.verdict === null) return withoutVerdict(check, subject, judgement, facts);
	const spec: VerdictSpec | undefined = check.verdicts[judgement.verdict];
	if (spec === undefined) throw new TypeError(`${check.id} has no verdict "${judgement.verdict}"`);
	const { verdict, args } = judgement;
	const locus = judgement.locus ?? locusOf(subject);
	const place = { check: check.id, subject: subject.name, locus, facts };
	const told = { ...place, verdict, message: spec.says(args as never) };
	if (spec.outcome === 'pass') return { ...told, outcome: 'pass' };
	if (spec.outcome === 'unknown') {
		return {
			...told,
			outcome: 'unknown',
			reason: spec.reason,
			couldBe: spec.couldBe ?? couldBe(check, subject.context),
			decisive: isDecisive(check, subject.context),
			behind: null,
		};
	}
	return failed(check, subject, { judgement, spec, told, policy });
}

function failed(
	check: AnyCheck,
	subject: Subject,
	{
		judgement: { verdict, args },
		spec,
		told,
		policy,
	}: {
		judgement: Verdict;
		spec: Extract<VerdictSpec, { outcome: 'fail' }>;
		told: Pick<Failed, 'check' | 'subject' | 'locus' | 'facts' | 'verdict' | 'message'>;
		policy: Policy;
	},
): Failed {
	const id = `${check.id}/${verdict}`;
	const severity = overridden(id, policy) ?? severityAt(spec.severity, subject.context, args);
	return {
		...told,
		outcome: severity === 'info' ? 'note' : 'fail',
		args,
		severity,
		effort: tell(spec.effort, args),
		lead: tell(spec.lead ?? seconds(0), args),
		impact: tell(spec.impact, args),
		fix: tell(spec.fix, args),
		confidence: tell(spec.confidence ?? 'high', args),
		control: tell<string | null>(spec.control ?? null, args),
		reproduce: tell<string | null>(spec.reproduce ?? null, args),
		evidence: spec.evidence === undefined ? null : tell(spec.evidence, args),
		cause: tell(spec.cause ?? id, args),
		waiver: null,
	};
}

function overridden(id: string, policy: Policy): Severity | undefined {
	const prefixes = Object.keys(policy.severity).filter((prefix) => selects(prefix, id));
	const longest = prefixes.sort((a, b) => b.length - a.length)[0];
	return longest === undefined ? undefined : policy.severity[longest];
}

/** `email` and `email/spf` select `email/spf/missing`; `email/sp` does not. */
export function selects(prefix: string, id: string): boolean {
	return id === prefix || id.startsWith(`${prefix}/`);
}

function tell<T extends number | string | object | null>(told: Told<T>, args: Json): T {
	return typeof told === 'function' ? told(args as never) : told;
}

function refOf(need: Needs[string]): FactRef<unknown> {
	return 'optional' in need ? need.optional : need;
}

function locusOf({ kind, name }: Subject): Locus {
	return { kind, name };
}

/** What is at stake where the check has not said anything. */
export function worstOf(
	check: AnyCheck,
	context: Context,
): { readonly couldBe: Severity; readonly decisive: boolean } {
	return { couldBe: couldBe(check, context), decisive: isDecisive(check, context) };
}

/** The worst that the check can say in a context; in an empty one, the worst that it can say at all. */
function couldBe(check: AnyCheck, context: Context): Severity {
	const specs = Object.values<VerdictSpec>(check.verdicts);
	return worst(
		specs.flatMap((spec) => (spec.outcome === 'fail' ? severityAt(spec.severity, context) : [])),
	);
}

function isDecisive(check: AnyCheck, context: Context): boolean {
	const { decisive } = check;
	if (decisive === undefined || decisive === true) return decisive === true;
	const word = context[decisive.by];
	return word === undefined || decisive.in.includes(word);
}

/** Why a fact that a check needs is not there, as that check's finding. */
export function withheld(
	fact: Unsettled,
	check: AnyCheck,
	subject: Subject,
	facts: readonly string[],
): Finding {
	const outcome = fact.status;
	return withoutVerdict(
		check,
		subject,
		outcome === 'blocked'
			? { verdict: null, outcome, by: fact.by, detail: fact.detail }
			: { verdict: null, outcome, reason: fact.because, detail: fact.detail },
		facts,
	);
}

function withoutVerdict(
	check: AnyCheck,
	subject: Subject,
	{ outcome, detail, reason, couldBe: atWorst, by }: NoVerdict,
	facts: readonly string[],
): Finding {
	if (outcome === 'not-applicable') return notApplicable(check, subject, detail, facts);
	const common = {
		check: check.id,
		subject: subject.name,
		locus: locusOf(subject),
		message: detail,
		facts,
		verdict: null,
		couldBe: atWorst ?? couldBe(check, subject.context),
		decisive: isDecisive(check, subject.context),
	};
	return by === undefined
		? { ...common, outcome: 'unknown', reason: reason ?? 'our-bug', behind: null }
		: { ...common, outcome: 'blocked', by };
}

export function notApplicable(
	check: AnyCheck,
	subject: Subject,
	message: string,
	facts: readonly string[],
): Finding {
	const place = { check: check.id, subject: subject.name, locus: locusOf(subject) };
	return { ...place, outcome: 'not-applicable', verdict: null, message, facts };
}
