import type { AnyCheck } from '../core/check.ts';
import type { FactRef, Place } from '../core/fact.ts';
import type { Finding, Waiver } from '../core/finding.ts';
import type { Subject } from '../core/subject.ts';
import type { Target } from '../core/target.ts';
import { FactStore } from './fact-store.ts';
import { fold, type Unrun } from './fold.ts';
import {
	judgeTask,
	NO_POLICY,
	notApplicable,
	type Policy,
	selects,
	type Task,
	taskAt,
	withheld,
	worstOf,
} from './judge.ts';
import type { Observer } from './observer.ts';
import { type WaiverUse, waive } from './waive.ts';

export interface AuditRequest {
	readonly target: Target;
	readonly checks: readonly AnyCheck[];
	readonly observer: Observer;
	readonly now: Date;
	readonly policy?: Policy & Partial<Selection>;
	/** Loads, of checks that were not asked for, those that count where something was found to hang on them. */
	readonly loadCauses?: (ids: readonly string[]) => Promise<readonly AnyCheck[]>;
	/** Called when a check has been judged at a subject; `total` grows while subjects are found. */
	readonly progress?: (event: Progress) => void;
}

export interface Selection {
	/** Prefixes of ids; empty selects everything. */
	readonly only: readonly string[];
	readonly skip: readonly string[];
	readonly accept: readonly Waiver[];
	readonly partly: Partly | null;
}

/** A part of an audit. */
export interface Partly {
	/** As the user asked for it. */
	readonly option: string;
	/** Facts that nobody is to gather. Checks take them for unknown. */
	isLeftOut(ref: FactRef<unknown>): boolean;
	/** Checks that are no part of it, and findings that its checks cannot come to without those facts. */
	readonly left: readonly { readonly id: string; readonly at?: string }[];
}

export interface Progress {
	readonly check: string;
	readonly subject: string;
	readonly done: number;
	readonly total: number;
}

export interface Audited {
	readonly findings: readonly Finding[];
	readonly store: FactStore;
	readonly waivers: readonly WaiverUse[];
}

/** facts → findings, for every check at every subject, in a fixed order, folded under their causes. */
export async function audit(request: AuditRequest): Promise<Audited> {
	const { target, checks, observer, now, policy = NO_POLICY } = request;
	const selection: Selection = { only: [], skip: [], accept: [], partly: null, ...policy };
	const store = new FactStore(observer, selection.partly?.isLeftOut);
	const progress = counter(request.progress);

	const judge = async (slot: Slot): Promise<readonly Finding[]> => {
		if (!isTask(slot)) return [slot];
		const findings = await judgeTask(slot, store, now, policy);
		progress.settle(slot);
		return findings;
	};
	// No check waits for another's subjects: what it needs is asked as soon as its own are known.
	const loud = await Promise.all(
		checks.map(async (check): Promise<readonly (Slot | readonly Finding[])[]> => {
			if (!isSelected(check.id, selection))
				return [skipped(check.id, wholeTarget(target), selection)];
			const slots = await plan(check, target, store, policy);
			progress.expect(slots.filter(isTask).length);
			return Promise.all(slots.map((slot) => (isQuiet(slot) ? slot : judge(slot))));
		}),
	);
	const settled = await Promise.all(loud.flat().map((one) => (isJudged(one) ? one : judge(one))));
	const findings = settled.flat();
	const selected = findings.map((finding) => unselected(finding, selection));
	const { findings: waived, uses } = waive(selected, selection.accept, now);
	const unrun = await causesNotRun(waived, request, store);
	const folded = fold(waived, unrun).map((finding) => leftOpen(finding, store));
	const left = selection.partly?.left ?? [];
	const { kind, name } = wholeTarget(target);
	const leftOut = left.map(({ id, at = '' }) =>
		skipped(id, { kind, name: `${name}${at}` }, selection),
	);
	return { findings: [...folded, ...leftOut], store, waivers: uses };
}

async function plan(
	check: AnyCheck,
	target: Target,
	store: FactStore,
	policy: Policy,
): Promise<readonly Slot[]> {
	const list = check.over(target);
	const subjects = await store.get<readonly Subject[]>(list);
	const whole = wholeTarget(target);
	const evidence = store.evidenceFor(list.key);
	if (subjects.status !== 'known') return [withheld(subjects, check, whole, evidence)];
	if (subjects.value.length === 0) {
		return [notApplicable(check, whole, `nothing to judge (${check.over.factName})`, evidence)];
	}
	return subjects.value.flatMap<Slot>((subject) => {
		const slots = taskAt(check, subject, policy);
		return 'needs' in slots ? { ...slots, listed: list.key } : slots;
	});
}

/** A place in the order of findings: settled already, or to be judged. */
type Slot = Task | Finding;

function isTask(slot: Slot): slot is Task {
	return 'needs' in slot;
}

function isQuiet(slot: Slot): boolean {
	return isTask(slot) && slot.quiet;
}

function isJudged(one: Slot | readonly Finding[]): one is readonly Finding[] {
	return Array.isArray(one);
}

/** What those causes could have said that `--only` left out; what `--skip` names is the user's own to bear. */
async function causesNotRun(
	findings: readonly Finding[],
	{ target, checks, loadCauses }: AuditRequest,
	store: FactStore,
): Promise<(cause: Place) => Unrun | undefined> {
	const ran = new Set(checks.map(({ id }) => id));
	const named = new Set(findings.flatMap((one) => (one.outcome === 'blocked' ? one.by.check : [])));
	const missing = [...named].filter((id) => !ran.has(id));
	const causes = new Map<string, Unrun>();
	if (loadCauses === undefined || missing.length === 0) return () => undefined;
	for (const check of await loadCauses(missing)) {
		const subjects = await store.get<readonly Subject[]>(check.over(target));
		if (subjects.status !== 'known') continue;
		for (const { name, context } of subjects.value) {
			causes.set(JSON.stringify([check.id, name]), worstOf(check, context));
		}
	}
	return (cause) => causes.get(JSON.stringify([cause.check, cause.subject]));
}

/** For what is said of a check before its subjects are known. */
function wholeTarget({ domain, repo }: Target): Subject {
	return { kind: 'target', name: domain ?? repo ?? '', context: {} };
}

/** Whether anything that the check can say is wanted. */
export function isSelected(
	check: string,
	{ only, skip }: Pick<Selection, 'only' | 'skip'>,
): boolean {
	const wanted =
		only.length === 0 || only.some((one) => selects(one, check) || selects(check, one));
	return wanted && !skip.some((one) => selects(one, check));
}

/** A finding whose own id the user left out, though its check was run for others. */
function unselected(finding: Finding, { only, skip }: Selection): Finding {
	if (finding.verdict === null || finding.outcome === 'pass') return finding;
	const id = `${finding.check}/${finding.verdict}`;
	const out =
		skip.some((one) => selects(one, id)) ||
		(only.length > 0 && !only.some((one) => selects(one, id)));
	if (!out) return finding;
	const { check, subject, locus, facts } = finding;
	return {
		check,
		subject,
		locus,
		facts,
		outcome: 'skipped',
		verdict: null,
		message: `${id} was left out`,
	};
}

/** What rests on something that the user forbade to ask is left out by the user, and not unknown. */
function leftOpen(finding: Finding, store: FactStore): Finding {
	if (finding.outcome !== 'unknown' || finding.reason === 'our-bug') return finding;
	const { check, subject, locus, facts, reason } = finding;
	const isForbidden = reason === 'not-asked' || facts.some((key) => store.wasNotAsked(key));
	if (!isForbidden) return finding;
	const message = reason === 'not-asked' ? finding.message : 'it needs what was not asked';
	const place = { check, subject, locus, facts, message };
	return { ...place, outcome: 'skipped', verdict: null, reason: 'not-asked' };
}

function skipped(
	id: string,
	{ kind, name }: Pick<Subject, 'kind' | 'name'>,
	{ partly }: Pick<Selection, 'partly'>,
): Finding {
	const locus = { kind, name };
	const message = `left out by ${partly?.option ?? '--only or --skip'}`;
	return {
		check: id,
		subject: name,
		locus,
		facts: [],
		outcome: 'skipped',
		verdict: null,
		message,
	};
}

function counter(report: AuditRequest['progress']) {
	let done = 0;
	let total = 0;
	return {
		expect(more: number) {
			total += more;
		},
		settle({ check, subject }: Task) {
			done += 1;
			report?.({ check: check.id, subject: subject.name, done, total });
		},
	};
}
