import {
	advice,
	type Evidence,
	type Fix,
	type MailDomain,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { absenceLead, counted, deletion, dig, listed, txtLine } from './_lines.ts';

/** What every verdict about a published record is told. */
export type AboutRecord = {
	readonly domain: string;
	/** Seconds. */
	readonly ttl: number;
	/** TXT records that it is about, as published. */
	readonly seen: readonly string[];
	/** The record as it should be; `null` where no text is better than the one published. */
	readonly fixed: string | null;
};

/** `details`: one piece of the sentence for each thing that is wrong. */
export type AboutTerms = AboutRecord & { readonly details: readonly string[] };

const lead = (a: AboutRecord) => seconds(a.ttl);
const reproduce = (a: { readonly domain: string }) => dig(a.domain);

const evidence = (a: {
	readonly domain: string;
	readonly seen: readonly string[];
}): readonly Evidence[] => [
	{
		kind: 'dns',
		summary: `${a.domain} TXT: ${a.seen.length === 0 ? 'no SPF record' : counted(a.seen.length, 'record')}`,
		detail: a.seen.join('\n'),
	},
];

const PERMERROR =
	'Receivers answer "permerror": SPF authorises nobody, and mail without a valid DKIM signature is refused or filed away.';
const SPOOFING = 'A stranger can send mail as this domain and SPF will not object.';

const EDIT = 'Change the existing TXT record; a second SPF record beside it would break both.';
const SENDER_LOST =
	'If the server that a deleted term stood for must send, add it again in a form that works (ip4:, include:).';

/** Replaces the record, or only says what to do where no text can be worked out. */
const replace =
	(summary: string, ...steps: string[]) =>
	(a: AboutRecord) =>
		a.fixed === null
			? advice(summary, ...steps)
			: records(summary, [txtLine(a.domain, a.fixed)], ...steps, EDIT);

const broken = (summary: string, says: (a: AboutTerms) => string, ...steps: string[]) => ({
	outcome: 'fail' as const,
	severity: 'blocker' as const,
	effort: minutes(10),
	lead,
	says,
	impact: PERMERROR,
	fix: replace(summary, ...steps),
	reproduce,
	evidence,
});

const upkeep = (
	summary: string,
	says: (a: AboutTerms) => string,
	impact: string,
	...steps: string[]
) => ({
	outcome: 'fail' as const,
	severity: 'later' as const,
	effort: minutes(10),
	lead,
	says,
	impact,
	fix: replace(summary, ...steps),
	reproduce,
	evidence,
});

/** High while nothing else stops a forger; DMARC that enforces does. */
const unlessEnforced = {
	oneOf: ['high', 'later'],
	pick: (a: { readonly enforcing: boolean }) => (a.enforcing ? 'later' : 'high'),
} as const;

/** By the MX, or by the repository. */
export type ProviderMissing = AboutRecord & {
	/** Mailboxes' providers by the MX, each with its include. */
	readonly providers: readonly string[];
	/** A service that the repository sends with; `null` where the MX shows the provider. */
	readonly service: string | null;
	/** It is used, and neither signs nor is named. */
	readonly isUnsigned: boolean;
	/** `file:line what`. */
	readonly places: readonly string[];
	/** Records to add beside the SPF record, the same for every account. */
	readonly lines: readonly string[];
	/** Where the service's console shows the rest. */
	readonly where: string | null;
	readonly control: string;
};

function missingProvider(a: ProviderMissing): Fix {
	if (a.service === null) {
		return replace(
			"Add the provider's include.",
			"Compare it with the provider's set-up page: accounts in another region have another name.",
		)(a);
	}
	const summary = `Verify ${a.domain} at ${a.service}, and publish the records that it shows.`;
	const steps = [
		a.where === null
			? `${a.service}'s console shows the DKIM record, which differs from account to account.`
			: `The DKIM record differs from account to account. ${a.where}.`,
		...(a.lines.length > 0
			? ['Compare the records below with those that the console shows: the region differs.']
			: []),
		...(a.fixed === null ? [] : [EDIT]),
		'If the product sends as another domain, audit that one; if it no longer uses the service, take it out of the repository.',
	];
	const lines = [...a.lines, ...(a.fixed === null ? [] : [txtLine(a.domain, a.fixed)])];
	return lines.length > 0 ? records(summary, lines, ...steps) : advice(summary, ...steps);
}

export const SPF_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { domain: string; record: string; lookups: number }) =>
			`${a.domain} has one SPF record that receivers can evaluate, with ${counted(a.lookups, 'look-up')} of 10: ${a.record}`,
	},
	missing: {
		outcome: 'fail',
		severity: {
			by: 'role',
			is: {
				sends: {
					oneOf: ['blocker', 'high'],
					pick: (a: { dkimAbsent: boolean }) => (a.dkimAbsent ? 'blocker' : 'high'),
				},
				receives: 'later',
				'no-mail': 'later',
			},
		},
		effort: minutes(10),
		lead: (a: { negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: { domain: string; dkimAbsent: boolean }) =>
			`${a.domain} has no SPF record${a.dkimAbsent ? ' and no DKIM key either' : ''}.`,
		impact:
			'Google, Yahoo and Microsoft refuse or file away mail that neither SPF nor DKIM vouches for, and anybody can send as this domain.',
		fix: (a: { domain: string; proposal: string; others: boolean; old: string | null }) =>
			records(
				`Publish one TXT record at ${a.domain}.`,
				[
					...(a.old === null ? [] : [deletion(txtLine(a.domain, a.old))]),
					txtLine(a.domain, a.proposal),
				],
				...(a.proposal.includes('<provider>')
					? ['Put the name that your mail provider shows for SPF in place of <provider>.']
					: []),
				...(a.others
					? [
							'Before -all, add an include: for every other service that sends as this domain (invoices, newsletters, support).',
						]
					: []),
			),
		reproduce,
		evidence,
		cause: 'email/spf/missing',
	},
	multiple: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(10),
		lead,
		says: (a: AboutRecord & { texts: readonly string[] }) =>
			`${a.domain} has ${a.texts.length} SPF records; only one is allowed.`,
		impact: PERMERROR,
		fix: (a: { domain: string; texts: readonly string[]; merged: string }) =>
			records(
				'Replace them by one merged record.',
				[...a.texts.map((text) => deletion(txtLine(a.domain, text))), txtLine(a.domain, a.merged)],
				`Delete all ${a.texts.length}, then publish the merged one.`,
			),
		reproduce,
		evidence,
	},
	'version-malformed': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(5),
		lead,
		says: (a: AboutRecord & { text: string }) =>
			`A TXT record at ${a.domain} is meant as SPF, and receivers ignore it because it does not start with "v=spf1 ": ${a.text}`,
		impact:
			'The servers that it lists are not authorised: their mail fails SPF as if there were no record.',
		fix: replace('Start the record with exactly v=spf1 and one space, without quotation marks.'),
		reproduce,
		evidence,
		cause: 'email/spf/missing',
	},
	syntax: {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { ignored: boolean }) => (a.ignored ? 'high' : 'blocker'),
		},
		effort: minutes(10),
		lead,
		says: (a: AboutTerms) =>
			`The SPF record of ${a.domain} is not written by the rules ${a.details.join('; ')}.`,
		impact: (a: { ignored: boolean }) =>
			a.ignored
				? 'Receivers skip the term without a word: the servers that it was meant to authorise fail SPF.'
				: PERMERROR,
		fix: replace('Correct the record.', SENDER_LOST),
		reproduce,
		evidence,
	},
	'glued-terms': {
		...broken(
			'Put a space between the terms.',
			(a) => `Two terms of ${a.domain}'s SPF record run together ${a.details.join('; ')}.`,
			'Where the record is split into strings, the space belongs inside the quotation marks: strings are joined without one.',
		),
		impact: (a: { readonly legal: boolean }) =>
			a.legal
				? 'Receivers take the two for one long name that does not exist: the servers meant by the first fail SPF, and the second term is lost.'
				: PERMERROR,
	},
	'string-over-255': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(5),
		says: (a: { domain: string; line: number; longest: number }) =>
			`The SPF record of ${a.domain} has a string of ${a.longest} characters on line ${a.line} of the zone file; DNS carries 255 at most.`,
		impact:
			'A name server refuses the whole zone, or cuts the record: SPF then authorises nobody, or not the servers at its end.',
		fix: (a: { domain: string; text: string }) =>
			records(
				'Split the text into strings of at most 255 characters, each in its own quotation marks.',
				[txtLine(a.domain, a.text)],
				'Receivers join the strings without a space: one that parts two terms must stand inside the quotation marks.',
			),
		reproduce: (a: { domain: string }) => `named-checkzone ${a.domain} FILE`,
		evidence: (a: { domain: string; line: number; text: string }): readonly Evidence[] => [
			{ kind: 'file', summary: `line ${a.line}: ${a.domain} TXT`, detail: a.text },
		],
	},
	'non-ascii': broken(
		'Type the record again in plain ASCII.',
		(a) =>
			`The SPF record of ${a.domain} contains characters outside plain ASCII ${a.details.join('; ')}.`,
		'Word processors and web pages turn "-" into a dash and put invisible spaces in: type those by hand.',
		SENDER_LOST,
	),
	'ip-invalid': broken(
		'Correct the address.',
		(a) => `The SPF record of ${a.domain} has an address that is none ${a.details.join('; ')}.`,
		SENDER_LOST,
	),
	'macro-syntax': broken(
		'Correct the macro.',
		(a) => `The SPF record of ${a.domain} has a macro that is none ${a.details.join('; ')}.`,
		SENDER_LOST,
	),
	'modifier-twice': broken(
		'Keep one of the two.',
		(a) => `The SPF record of ${a.domain} repeats a modifier ${a.details.join('; ')}.`,
	),
	'too-many-lookups': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(45),
		lead,
		says: (a: AboutRecord & { count: number }) =>
			`Evaluating ${a.domain}'s SPF record takes ${a.count} DNS look-ups; receivers stop at 10 and fail it.`,
		impact: PERMERROR,
		fix: (a: AboutRecord & { tree: readonly string[]; removals: readonly string[] }) => {
			const summary = 'Remove look-ups until at most 10 are left.';
			const steps = [
				...a.removals,
				'Move a newsletter or invoice sender to a sub-domain of its own, with its own SPF record.',
				"Do not paste a provider's addresses instead of its include: they change without notice.",
				`Look-ups by term, those below included: ${a.tree.map((line) => line.trim()).join('; ')}.`,
			];
			return a.fixed === null
				? advice(summary, ...steps)
				: records(summary, [txtLine(a.domain, a.fixed)], ...steps, EDIT);
		},
		evidence: (a: {
			domain: string;
			count: number;
			tree: readonly string[];
		}): readonly Evidence[] => [
			{
				kind: 'dns',
				summary: `${a.domain} TXT: ${a.count} look-ups in the worst case`,
				detail: a.tree.join('\n'),
			},
		],
		control:
			'Counted over the whole tree, because a match early in the record only hides the overrun.',
		reproduce,
	},
	'lookups-near-limit': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		lead,
		says: (a: AboutRecord & { count: number }) =>
			`Evaluating ${a.domain}'s SPF record takes ${a.count} of the 10 DNS look-ups allowed; ${10 - a.count} left.`,
		impact: 'The next provider that is added, or that adds an include of its own, breaks all mail.',
		fix: (a: { tree: readonly string[]; removals: readonly string[] }) =>
			advice(
				'Make room before adding a sender.',
				...a.removals,
				`Look-ups by term, those below included: ${a.tree.map((line) => line.trim()).join('; ')}.`,
			),
		reproduce,
		evidence,
	},
	'mx-too-many-hosts': broken(
		'Name the senders by address instead of by mx.',
		(a) => `${a.domain}'s SPF uses mx for more than 10 hosts: ${listed(a.details)}.`,
		'Replace the term by ip4: and ip6: terms, or by the include: of the provider.',
	),
	'too-many-voids': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { beforeProvider: boolean }) => (a.beforeProvider ? 'blocker' : 'high'),
		},
		effort: minutes(15),
		lead,
		says: (a: AboutTerms & { clients: string }) =>
			`${a.details.length} terms of ${a.domain}'s SPF lead to names without an address${a.clients === 'all' ? '' : ` for ${a.clients} clients`}; receivers stop after two: ${listed(a.details)}.`,
		impact: PERMERROR,
		fix: replace('Delete the terms whose names are dead.'),
		reproduce,
		evidence,
	},
	'void-one-family': upkeep(
		'Nothing to change while the senders use the other family; otherwise publish the missing address.',
		(a) => `In ${a.domain}'s SPF, ${listed(a.details)}.`,
		'Each costs such a client one of the two empty answers that receivers tolerate.',
	),
	'include-without-record': broken(
		'Remove the terms, or correct the names.',
		(a) => `${a.domain}'s SPF includes names without an SPF record: ${listed(a.details)}.`,
		'If the service is still in use, copy the include from its set-up page.',
	),
	'include-permerror': broken(
		'Remove the broken includes until their owners have repaired them.',
		(a) => `${a.domain}'s SPF includes records that are broken: ${listed(a.details)}.`,
		'Tell the owner of the included record; until then list its servers by address, or send through another service.',
	),
	temperror: {
		outcome: 'unknown',
		reason: 'inconclusive',
		says: (a: { domain: string; failed: readonly string[] }) =>
			`SPF of ${a.domain} could not be followed to its end: ${listed(a.failed)}.`,
	},
	loop: broken(
		'Break the circle.',
		(a) => `${a.domain}'s SPF leads back to itself: ${listed(a.details)}.`,
	),
	'redirect-without-record': broken(
		'Correct or remove the redirect.',
		(a) => `${a.domain}'s SPF redirects to ${listed(a.details)}.`,
	),
	'redirect-and-all': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { authorises: boolean }) => (a.authorises ? 'high' : 'later'),
		},
		effort: minutes(5),
		lead,
		says: (a: AboutTerms) =>
			`${a.domain}'s SPF has both all and ${listed(a.details)}: receivers ignore the redirect.`,
		impact: (a: { authorises: boolean }) =>
			a.authorises
				? 'The servers that the redirect was meant to authorise fail SPF.'
				: 'The record does not do what it seems to say.',
		fix: replace('Keep one of the two.'),
		reproduce,
		evidence,
	},
	'terms-after-all': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { provider: string | null }) => (a.provider === null ? 'later' : 'high'),
		},
		effort: minutes(5),
		lead,
		says: (a: AboutTerms) =>
			`In ${a.domain}'s SPF, receivers never look at what stands after all: ${listed(a.details)}.`,
		impact: (a: { provider: string | null }) =>
			a.provider === null
				? 'The servers that these terms name are not authorised.'
				: `Mail sent through ${a.provider} fails SPF.`,
		fix: replace('Move all to the end.'),
		reproduce,
		evidence,
	},
	'pass-all': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(10),
		lead,
		says: (a: AboutRecord & { why: string }) =>
			`${a.domain}'s SPF lets nearly anybody pass: ${a.why}.`,
		impact:
			'Anybody can send mail as this domain that passes SPF and, because the domain matches, DMARC.',
		fix: replace(
			'End the record in ~all or -all, and list your own servers only.',
			"Narrow or delete the term that is named above; a provider's servers belong in its include:.",
		),
		reproduce,
		evidence,
	},
	'neutral-all': {
		outcome: 'fail',
		severity: unlessEnforced,
		effort: minutes(5),
		lead,
		says: (a: AboutRecord) => `${a.domain}'s SPF ends in ?all, which says nothing about strangers.`,
		impact: SPOOFING,
		fix: replace('End the record in ~all, or in -all where every sender is listed.'),
		reproduce,
		evidence,
	},
	'no-all': {
		outcome: 'fail',
		severity: unlessEnforced,
		effort: minutes(5),
		lead,
		says: (a: AboutRecord) =>
			`${a.domain}'s SPF has neither all nor redirect, which receivers read as ?all.`,
		impact: SPOOFING,
		fix: replace('End the record in ~all, or in -all where every sender is listed.'),
		reproduce,
		evidence,
	},
	'softfail-no-mail': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		lead,
		says: (a: AboutRecord) =>
			`${a.domain} sends no mail, yet its SPF only asks for suspicion (~all).`,
		impact: 'Forged mail is delivered to spam folders instead of being refused.',
		fix: replace('Refuse all mail from this domain.'),
		reproduce,
		evidence,
	},
	'all-mode': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(0),
		says: (a: AboutRecord & { mode: string }) =>
			a.mode === '-all'
				? `${a.domain}'s SPF ends in -all: some receivers refuse forwarded mail before they look at DKIM and DMARC.`
				: `${a.domain}'s SPF ends in ~all, which leaves the decision to DMARC.`,
		impact: 'Nothing breaks; the choice matters once DMARC enforces.',
		fix: advice(
			'Either is fine; with DMARC at quarantine or reject, ~all loses less forwarded mail.',
		),
		reproduce,
		evidence,
	},
	'ptr-mechanism': upkeep(
		'Replace ptr by the addresses that it stands for.',
		(a) => `${a.domain}'s SPF uses ${listed(a.details)}.`,
		'RFC 7208 says not to use it: it is slow, and some receivers skip it.',
		'List the servers as ip4:, ip6: or a: terms.',
	),
	'macro-p': upkeep(
		'Rewrite the term without %{p}.',
		(a) => `${a.domain}'s SPF uses %{p} in ${listed(a.details)}.`,
		'RFC 7208 says not to use it: it needs reverse look-ups that receivers may skip.',
	),
	'macro-dynamic': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(0),
		says: (a: AboutTerms) =>
			`What ${listed(a.details)} in ${a.domain}'s SPF leads to depends on the message; it was counted as one look-up and not followed.`,
		impact: 'Who passes by this term cannot be told from DNS alone.',
		fix: advice('Nothing to change. Try a real sender with launch-ready spf.'),
		reproduce,
		evidence,
	},
	'exp-bad': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		lead,
		says: (a: AboutRecord & { name: string; fault: string }) =>
			`The explanation that ${a.domain}'s SPF points to, ${a.name}, ${a.fault}.`,
		impact: 'A sender that is refused does not learn why.',
		fix: replace('Delete exp=, or publish one plain TXT record there.'),
		reproduce: (a: { name: string }) => dig(a.name),
		evidence,
	},
	size: {
		outcome: 'fail',
		severity: {
			oneOf: ['later', 'info'],
			pick: (a: { recordBytes: number; answerBytes: number }) =>
				a.recordBytes > 450 || a.answerBytes > 1232 ? 'later' : 'info',
		},
		effort: minutes(20),
		lead,
		says: (a: AboutRecord & { recordBytes: number; answerBytes: number }) =>
			`${a.domain}'s SPF record has ${a.recordBytes} bytes (450 are safe) and the whole TXT answer about ${a.answerBytes} (512, or 1232 with EDNS, fit one packet).`,
		impact: 'Receivers that cannot fall back to TCP fail to read the record.',
		fix: (a: { others: number }) =>
			advice(
				'Make the answer smaller.',
				`Delete verification TXT records that are no longer needed (${a.others} besides SPF).`,
				'Drop SPF terms of services that are not used any more.',
			),
		reproduce,
		evidence,
	},
	type99: {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		lead,
		says: (a: AboutRecord) => `${a.domain} has a record of the obsolete type SPF (99).`,
		impact: 'Nobody reads it, and it will differ from the TXT record one day.',
		fix: (a: AboutRecord) => advice(`Delete the record of type SPF at ${a.domain}; keep the TXT.`),
		reproduce: (a: { domain: string }) => dig(a.domain, 'TYPE99'),
		evidence,
	},
	'sender-id': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: { domain: string; text: string }) => `${a.domain} has a Sender ID record: ${a.text}`,
		impact: 'No receiver reads Sender ID any more.',
		fix: (a: { domain: string; text: string }) =>
			records('Delete it.', [deletion(txtLine(a.domain, a.text))]),
		reproduce,
		evidence,
	},
	'duplicate-term': upkeep(
		'Delete the repeats.',
		(a) => `${a.domain}'s SPF says things twice: ${listed(a.details)}.`,
		'Each repeat costs its look-ups again.',
	),
	'private-range': upkeep(
		'Delete the terms.',
		(a) =>
			`${a.domain}'s SPF lists addresses that cannot send on the internet: ${listed(a.details)}.`,
		'They authorise nobody, and hint at the network inside.',
	),
	'provider-missing': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: ProviderMissing): 'blocker' | 'high' => (a.isUnsigned ? 'blocker' : 'high'),
		},
		effort: minutes(10),
		lead,
		says: (a: ProviderMissing) =>
			a.service === null
				? `The mail of ${a.domain} is handled by ${listed(a.providers)}, which its SPF does not authorise.`
				: `The product sends its mail through ${a.service} (${a.places[0] ?? 'by its repository'}), and neither SPF nor DKIM of ${a.domain} knows ${a.service}.`,
		impact: (a: ProviderMissing) =>
			a.service === null
				? 'Every mail that people write from their mailboxes fails SPF.'
				: 'Sign-up, invitation and reset mails go out unauthenticated, or not at all: the service refuses a domain that is not verified, and receivers refuse or file away what nobody vouches for.',
		fix: missingProvider,
		control: (a: ProviderMissing) =>
			a.service === null
				? "The provider's own networks were looked up: the record does not list them by address either."
				: a.control,
		confidence: (a: ProviderMissing): 'high' | 'medium' =>
			a.service === null || a.isUnsigned ? 'high' : 'medium',
		reproduce,
		evidence: (a: ProviderMissing) => [
			...evidence(a),
			...a.places.map((place) => ({
				kind: 'file',
				summary: `${a.service ?? ''}: ${place}`,
				detail: '',
			})),
		],
	},
	'subdomains-open': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: { domain: string }) =>
			`${a.domain} sends no mail, and its sub-domains have no SPF record.`,
		impact: 'Forged mail from a made-up sub-domain is not refused by SPF.',
		fix: (a: { domain: string }) =>
			records('Publish a wildcard.', [txtLine(`*.${a.domain}`, 'v=spf1 -all')]),
		reproduce: (a: { domain: string }) => dig(`nobody.${a.domain}`),
		evidence,
	},
} satisfies Verdicts<MailDomain['context']>;
