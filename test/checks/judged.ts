import type { AnyCheck, Judgement, Say } from '../../src/core/check.ts';
import type { Finding } from '../../src/core/finding.ts';
import { findingOf } from '../../src/engine/judge.ts';

const say = ((verdict: string, args: object = {}) => ({ verdict, args })) as unknown as Say<
	AnyCheck['verdicts']
>;

/** What a check says of these facts. */
export function judged(
	check: AnyCheck,
	given: object,
	{ subject = {}, now = '2030-01-01T00:00:00Z' }: { subject?: object; now?: string } = {},
): readonly Finding[] {
	const whole = { ...check.over.sample, ...subject };
	const options = check.options.parse({});
	const said = check.judge({
		given: given as never,
		subject: whole,
		options,
		now: new Date(now),
		say,
	});
	return ([said].flat() as Judgement[]).map((one) => findingOf(check, whole, one, []));
}

/** `severity verdict file:line`; the outcome alone where nothing failed. */
export function inWords(findings: readonly Finding[]): readonly string[] {
	return findings.map((finding) => {
		if (!('severity' in finding)) return finding.outcome;
		const { file, line } = finding.locus;
		const place = file === undefined ? '' : ` ${file}${line === undefined ? '' : `:${line}`}`;
		return `${finding.severity} ${finding.verdict}${place}`;
	});
}
