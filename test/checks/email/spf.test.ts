import { expect, it } from 'vitest';
import spf from '../../../checks/email/spf.ts';
import { type Example, example, type Judgement } from '../../../src/core/check.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import { findingOf, say } from '../../../src/engine/judge.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { parseSpf } from '../../../src/facts/mail/spf-record.ts';
import { namesSenders } from '../../../src/facts/mail/spf-repair.ts';
import { isSpfText } from '../../../src/facts/mail/spf-version.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(spf)).toEqual([]);
});

/** Every finding of every example, with the role under which it was said. */
function allFindings(): { role: string; finding: Failed }[] {
	return (spf.examples(example) as Example[]).flatMap(({ given, when }) => {
		const subject = { ...spf.over.sample, ...when.subject };
		const now = new Date('2030-01-01T00:00:00Z');
		const said = spf.judge({ given: given as never, subject, options: {}, now, say: say as never });
		return ([said].flat() as Judgement[])
			.map((one) => findingOf(spf, subject, one, []))
			.filter(isFailed)
			.map((finding) => ({ role: subject.context.role, finding }));
	});
}

/** Records that a fix asks to publish. */
function proposals({ fix }: Failed): string[] {
	return fix.snippets.flatMap(({ text }) =>
		text
			.split('\n')
			.filter((line) => !line.startsWith(';'))
			.map((line) =>
				[...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, piece]) => piece ?? '').join(''),
			)
			.filter(isSpfText),
	);
}

it('proposes records without a fault, and never one that passes everybody or silences a sender', () => {
	const found = allFindings().flatMap(({ role, finding }) =>
		proposals(finding).map((text) => ({ role, verdict: finding.verdict, text })),
	);
	expect(found.length).toBeGreaterThan(20);
	for (const { role, verdict, text } of found) {
		const wanted = text.replace('<provider>', 'provider.test');
		expect(parseSpf({ text: wanted }).faults, `${verdict}: ${text}`).toEqual([]);
		expect(text).not.toMatch(/ \+?all/);
		const isForNobody =
			role !== 'sends' || ['subdomains-open', 'exp-bad', 'redirect-and-all'].includes(verdict);
		expect(namesSenders(wanted) || isForNobody, `${verdict}: ${text}`).toBe(true);
	}
});

it('does not take a private /8 for everybody', () => {
	const said = allFindings().filter(({ finding }) => finding.message.includes('ip4:10.0.0.0/8'));
	expect(said.map(({ finding }) => finding.verdict)).toEqual(['private-range']);
});
