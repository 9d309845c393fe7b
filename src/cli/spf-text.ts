import type { ChalkInstance } from 'chalk';
import type { SpfJudged } from '../check-spf.ts';
import type { SpfResult, SpfStep } from '../facts/mail/spf-session.ts';
import { visible } from '../report/visible-text.ts';

const MEANING: Readonly<Record<SpfResult, string>> = {
	pass: 'may send',
	fail: 'may not send',
	softfail: 'probably may not send: receivers should accept it and distrust it',
	neutral: 'is neither allowed nor refused',
	none: 'is judged by nobody: there is no SPF record',
	permerror: 'cannot be judged: the record is broken for every sender',
	temperror: 'could not be judged now: DNS did not answer',
};

const COLOR: Readonly<Record<SpfResult, 'green' | 'red' | 'yellow'>> = {
	pass: 'green',
	fail: 'red',
	softfail: 'yellow',
	neutral: 'yellow',
	none: 'yellow',
	permerror: 'red',
	temperror: 'yellow',
};

/** One judged case for people: the result, why, and every step. What DNS said is made visible. */
export function spfText(judged: SpfJudged, chalk: ChalkInstance): string {
	const { result, ip, mailFrom, helo, identity, reason, explanation, lookups, voids } = judged;
	const who = identity === 'helo' ? `as ${helo ?? ''} (HELO)` : `for ${mailFrom}`;
	return [
		`${chalk.bold[COLOR[result]](result)}  ${visible(`${ip} ${who}`)}: ${MEANING[result]}`,
		`Why: ${visible(reason)}.`,
		...(explanation === '' ? [] : [`The domain says: ${visible(explanation)}`]),
		...(judged.lacksHelo
			? ['The record uses %{h}, the name of HELO: give --helo to get what a receiver would get.']
			: []),
		'',
		...judged.steps.flatMap((step) => stepLines(step, chalk)),
		...(judged.moreSteps > 0 ? [`  and ${judged.moreSteps} more`] : []),
		'',
		`DNS: ${lookups} of 10 look-ups, ${voids} of 2 that may find nothing.`,
	].join('\n');
}

function stepLines(step: SpfStep, chalk: ChalkInstance): readonly string[] {
	const indent = '  '.repeat(2 * step.depth + 1);
	const asked = step.asked.map((each) => chalk.dim(`${indent}    ${visible(each, 200)}`));
	if (step.kind === 'record') {
		const { domain, record, says } = step;
		const text = [record, says && `(${says})`].filter(Boolean).join(' ');
		return [`${indent}${chalk.bold(visible(domain))}  ${visible(text)}`];
	}
	const says = step.says === '' ? '' : ` (${step.says})`;
	return [`${indent}  ${visible(`${step.term}  ${step.outcome}${says}`)}`, ...asked];
}
