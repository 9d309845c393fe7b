import { type AnyCheck, type Example, example, type Judgement } from '../core/check.ts';
import { type Finding, isFailed } from '../core/finding.ts';
import type { Subject } from '../core/subject.ts';
import { findingOf, say } from './judge.ts';

/** When examples are judged, unless they say otherwise. */
const NOW = '2030-01-01T00:00:00Z';

/** Everything wrong with a check that running its own examples can show. Empty means sound. */
export function verifyCheck(check: AnyCheck): readonly string[] {
	const problems: string[] = [];
	const told = new Set<string>();
	for (const shown of check.examples(example) as readonly Example[]) {
		const once = judgeExample(check, shown);
		const twice = judgeExample(check, shown);
		const said = once.map((finding) => finding.verdict ?? finding.outcome);
		if (JSON.stringify(once) !== JSON.stringify(twice))
			problems.push(`"${shown.name}" is judged differently each time`);
		if (!said.includes(shown.says))
			problems.push(`"${shown.name}" says ${said.join(', ')}, not ${shown.says}`);
		if (/\b(?:undefined|NaN)\b|\[object Object\]/.test(JSON.stringify(once)))
			problems.push(`"${shown.name}" is worded with a value that is missing`);
		if (once.flatMap(sentencesOf).some((sentence) => /\p{Cc}/u.test(sentence)))
			problems.push(`"${shown.name}" is worded in more than one line`);
		for (const verdict of said) told.add(verdict);
	}
	for (const verdict of Object.keys(check.verdicts)) {
		if (!told.has(verdict)) problems.push(`no example makes it say "${verdict}"`);
	}
	if (check.references.length === 0) problems.push('it names no reference');
	return problems;
}

/** What is printed within a line; snippets alone may have several. */
function sentencesOf(finding: Finding): readonly string[] {
	if (!isFailed(finding)) return [finding.message];
	const { message, impact, fix, control, reproduce } = finding;
	return [message, impact, fix.summary, ...fix.steps, control ?? '', reproduce ?? ''];
}

/** What a check says in one of its worked cases; facts and subject cannot be changed by it. */
export function judgeExample(check: AnyCheck, { given, when }: Example): readonly Finding[] {
	const options = check.options.parse(when.options ?? {});
	const subject: Subject = { ...check.over.sample, ...when.subject };
	const frozen = deepFreeze(structuredClone({ given, subject }));
	const now = new Date(when.now ?? NOW);
	const said = check.judge({ ...frozen, given: frozen.given as never, options, now, say });
	return ([said].flat() as Judgement[]).map((one) => findingOf(check, subject, one, []));
}

function deepFreeze<T>(value: T): T {
	if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
		for (const inner of Object.values(value)) deepFreeze(inner);
		Object.freeze(value);
	}
	return value;
}
