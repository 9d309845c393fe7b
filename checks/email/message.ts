import { at, cannotSay, defineCheck, judgedMessage, sampleFiles, z } from '../../src/sdk.ts';
import { MESSAGE_EXAMPLES } from './_message-examples.ts';
import {
	aboutMessage,
	bounceFinding,
	contentFindings,
	dkimSeen,
	fieldFindings,
	isFreemailFrom,
	mailingFindings,
	type Reading,
	type Said,
	signatureFindings,
	spfFindings,
	spfSeen,
	transportFindings,
} from './_message-findings.ts';
import { MESSAGE_VERDICTS } from './_message-verdicts.ts';

export default defineCheck({
	id: 'email/message',
	title: 'A mail of the product arrives authenticated, and as mailbox providers want it',
	rationale:
		'Records say what should happen; a mail that arrived shows what does: who signed it, what the signature ' +
		'covers, who bounces go to, and what the receiver made of it.',
	references: [
		'RFC 6376 §3.4, §3.5, §5.4, §6.1 (DKIM), RFC 8301 §3.1, §3.2, RFC 8463 §3',
		'RFC 8601 §2.2, §5 (Authentication-Results)',
		'RFC 9989 §4.4, §5.3.5 (alignment), §11.5 (several authors)',
		'RFC 7208 §2.4 (SPF of a message)',
		'RFC 8058 §3, §4 (one-click unsubscribe)',
		'RFC 5322 §3.6 (header fields), RFC 3848 (with ESMTPS)',
	],
	reach: 'mail',
	layer: 'mail',
	over: sampleFiles,
	options: z.object({
		/** Authserv-ids of receivers whose Authentication-Results may be believed besides the one shown. */
		receivers: z.array(z.string()).default([]),
	}),
	verdicts: MESSAGE_VERDICTS,
	needs: ({ subject, options }) => ({
		judged: judgedMessage({ path: subject.path, receivers: options.receivers }),
	}),
	judge({ given: { judged }, subject, say }) {
		const reading: Reading = {
			judged,
			subject,
			say,
			about: (seen) => aboutMessage(judged, seen),
		};
		const said = [
			...authentication(reading),
			...fieldFindings(reading),
			...mailingFindings(reading),
			...transportFindings(reading),
			...contentFindings(reading),
		];
		const { dmarc } = judged.authentication;
		const isGood = dmarc.result === 'passes' && said.every(isNote);
		const pass = { ...reading.about(dkimSeen(judged)), detail: dmarc.why };
		return (isGood ? [...said, say('passes', pass)] : said).map((one) =>
			one.verdict === null || one.locus !== undefined
				? one
				: at({ kind: 'file', name: subject.name, file: subject.name }, one),
		);
	},
	examples: (example) =>
		MESSAGE_EXAMPLES.map(({ name, judged, says, when = {} }) =>
			example(name, { judged }, says, when),
		),
});

/** Worth knowing, and no reason to withhold the pass. */
function isNote(one: Said[number]): boolean {
	return (
		one.verdict === 'reply-to-domain' &&
		MESSAGE_VERDICTS[one.verdict].severity.pick(one.args as never) === 'info'
	);
}

/** What a receiver would make of the author. */
function authentication(reading: Reading): Said {
	const { judged, subject, say, about } = reading;
	const { dmarc, from } = judged.authentication;
	const { relayed, isAutomaticReply } = judged.message;
	if (dmarc.result === 'unsent') {
		const detail = `${judged.file} cannot show how it arrives: ${dmarc.why}. Send it to a mailbox at another provider, and save what arrives there`;
		return [cannotSay('inconclusive', detail, 'blocker')];
	}
	if (from === '') return signatureFindings(reading);
	const findings = [
		...signatureFindings(reading),
		...spfFindings(reading),
		...bounceFinding(reading),
	];
	if (dmarc.result === 'passes') return findings;
	if (dmarc.result === 'fails' && !isAutomaticReply) {
		const seen = about(`From at ${from}; ${dkimSeen(judged)}; ${spfSeen(judged)}`);
		return isFreemailFrom(judged, subject)
			? []
			: [say('dmarc-fail', { ...seen, detail: dmarc.why }), ...findings];
	}
	const why = isAutomaticReply ? 'it is a bounce or an automatic reply' : dmarc.why;
	const more =
		relayed !== null || isAutomaticReply
			? 'Give a message that came straight from the product'
			: 'Give a message saved where it was received';
	return [
		...findings,
		cannotSay(
			'inconclusive',
			`whether ${judged.file} passes DMARC for ${from} is not certain: ${why}. ${more}`,
			'blocker',
		),
	];
}
