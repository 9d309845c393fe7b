import type { AnyCheck } from '../core/check.ts';
import type { Finding, Waiver } from '../core/finding.ts';
import type { Subject } from '../core/subject.ts';
import type { Target } from '../core/target.ts';
import { FactStore } from './fact-store.ts';
import { fold } from './fold.ts';
import {
	judgeTask,
	NO_POLICY,
	notApplicable,
	type Policy,
	selects,
	type Task,
	taskAt,
	withheld,
} from './judge.ts';
import type { Observer } from './observer.ts';
import { type WaiverUse, waive } from './waive.ts';

export interface AuditRequest {
	readonly target: Target;
	readonly checks: readonly AnyCheck[];
	readonly observer: Observer;
	readonly now: Date;
	readonly policy?: Policy & Partial<Selection>;
	/** Called when a check is about to be judged at a subject, and when that is done. */
	readonly progress?: (event: Progress) => void;
}

export interface Selection {
	/** Prefixes of ids; empty selects everything. */
	readonly only: readonly string[];
	readonly skip: readonly string[];
	readonly accept: readonly Waiver[];
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
	const selection: Selection = { only: [], skip: [], accept: [], ...policy };
	const store = new FactStore(observer);
	const progress = counter(request.progress);

	const perCheck = await Promise.all(
		checks.map((check) =>
			isSelected(check.id, selection)
				? plan(check, target, store, policy)
				: [skipped(check, wholeTarget(target))],
		),
	);
	const slots = perCheck.flat();
	progress.expect(slots.filter(isTask).length);
	const judged = new Map<Task, Promise<readonly Finding[]>>();
	const start = (task: Task) => {
		const work = judgeTask(task, store, now, policy).then((findings) => {
			progress.settle(task);
			return findings;
		});
		judged.set(task, work);
		return work;
	};
	const tasks = slots.filter(isTask);
	await Promise.all(tasks.filter((task) => !task.quiet).map(start));
	await Promise.all(tasks.filter((task) => task.quiet).map(start));

	const findings: Finding[] = [];
	for (const slot of slots) {
		if (!isTask(slot)) findings.push(slot);
		else findings.push(...((await judged.get(slot)) ?? []));
	}
	const selected = findings.map((finding) => unselected(finding, selection));
	const { findings: waived, uses } = waive(selected, selection.accept, now);
	return { findings: fold(waived), store, waivers: uses };
}

async function plan(
	check: AnyCheck,
	target: Target,
	store: FactStore,
	policy: Policy,
): Promise<readonly (Task | Finding)[]> {
	const list = check.over(target);
	const subjects = await store.get<readonly Subject[]>(list);
	const whole = wholeTarget(target);
	const evidence = store.evidenceFor(list.key);
	if (subjects.status !== 'known') return [withheld(subjects, check, whole, evidence)];
	if (subjects.value.length === 0) {
		return [notApplicable(check, whole, `nothing to judge (${check.over.factName})`, evidence)];
	}
	return subjects.value.flatMap<Task | Finding>((subject) => taskAt(check, subject, policy));
}

function isTask(slot: Task | Finding): slot is Task {
	return 'needs' in slot;
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

function skipped(check: AnyCheck, { kind, name }: Subject): Finding {
	const locus = { kind, name };
	const message = 'left out by --only or --skip';
	return {
		check: check.id,
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
