import {
	advice,
	days,
	type Evidence,
	type Fix,
	minutes,
	providerNamed,
	records,
	type Verdicts,
} from '../../src/sdk.ts';
import { counted, dig, listed, txtLine } from './_lines.ts';

/** What every verdict about a policy domain is told. */
export type AboutDomain = {
	readonly folder: string;
	readonly domain: string;
	readonly messages: number;
	readonly passed: number;
	/** `97.2 %`, rounded down. */
	readonly rate: string;
	/** As the newest reports have it; `''` where they do not say. */
	readonly policy: string;
	/** `200 reports from 2026-01-01 to 2026-01-28`. */
	readonly span: string;
	/** What the reports add up to, a line each. */
	readonly summary: readonly string[];
};

export type Rated = AboutDomain & {
	/** The senders whose mail fails, the busiest first, in words. */
	readonly failing: readonly string[];
	/** The last four weeks, where the reports go back further; else `''`. */
	readonly recently: string;
	/** The policy is enforced, and nothing that fails comes from a sender that is known. */
	readonly onlyStrangers: boolean;
};

export type AboutSource = AboutDomain & {
	readonly source: string;
	/** What tells whose server it is. */
	readonly by: string;
	/** `vendor`, `own` or another. */
	readonly kind: string;
	/** Mails with this trouble, and all of the source. */
	readonly affected: number;
	readonly all: number;
	readonly addresses: readonly string[];
	/** Domains for which SPF or DKIM passed. */
	readonly as: readonly string[];
	/** DNS shows that the domain uses this sender. */
	readonly isInUse: boolean;
};

const evidence = (a: AboutDomain): readonly Evidence[] => [
	{
		kind: 'file',
		summary: `${a.folder}: ${a.domain}, ${a.span}, ${a.messages} messages, ${a.passed} pass DMARC`,
		detail: a.summary.join('\n'),
	},
];

const NEW_REPORTS = 'Receivers report once a day: look again after two or three days.';
/** Reports on a change arrive a day later, and two days make a picture. */
const lead = days(3);

const common = { outcome: 'fail' as const, evidence };
const info = { ...common, severity: 'info' as const, effort: minutes(5) };

/** Receivers act on mail that fails. */
export function isEnforced({ policy }: Pick<AboutDomain, 'policy'>): boolean {
	return policy === 'quarantine' || policy === 'reject';
}

/** How to make a sender sign and bounce as the domain. */
function setUp(a: AboutSource, summary: string, ...steps: string[]): Fix {
	const provider = a.kind === 'vendor' ? providerNamed(a.source) : null;
	const lines = provider?.dkim?.lines.map((line) => line.replaceAll('{d}', a.domain)) ?? [];
	const where =
		provider?.dkim === undefined
			? a.kind === 'vendor'
				? [
						`In the settings of ${a.source}, verify ${a.domain} as a sending domain and switch DKIM on.`,
					]
				: [
						`Sign on ${a.addresses[0] ?? 'that server'}, or on the relay that it sends through, with d=${a.domain}, and publish the public key under a selector of its own.`,
					]
			: [`${provider.dkim.where}.`];
	const all = [...where, ...steps, NEW_REPORTS];
	return lines.length > 0 ? records(summary, lines, ...all) : advice(summary, ...all);
}

const isBelow = (name: string, domain: string) => name === domain || name.endsWith(`.${domain}`);

const fromSource = (a: AboutSource) =>
	a.kind === 'vendor'
		? `${a.source} (${a.by})`
		: a.addresses[0] === undefined || a.addresses[0] === a.source
			? a.source
			: `${a.source} (${a.addresses[0]})`;

const confidence = (a: AboutSource) => (a.isInUse || a.kind === 'own' ? 'high' : 'medium');

const control = (a: AboutSource) =>
	`Mail that a receiver marked as forwarded or as a mailing list's is not counted. ${a.source} is told by ${a.by}; ${
		a.isInUse
			? 'DNS shows that the domain uses it.'
			: 'DNS does not show that the domain uses it: if nobody of yours does, this is somebody else sending in your name.'
	}`;

/** What can be said of DMARC aggregate reports. */
export const REPORT_VERDICTS = {
	'meets-bar': {
		outcome: 'pass',
		says: (a: AboutDomain) =>
			`${a.rate} of the mail from ${a.domain} passes DMARC: ${a.passed} of ${a.messages} messages, ${a.span}.`,
	},
	'pass-rate-low': {
		...common,
		severity: {
			oneOf: ['high', 'info'],
			pick: (a: { onlyStrangers: boolean }) => (a.onlyStrangers ? 'info' : 'high'),
		},
		effort: minutes(120),
		lead,
		says: (a: Rated) =>
			`Only ${a.rate} of the mail from ${a.domain} passes DMARC: ${a.passed} of ${a.messages} messages, ${a.span}${a.recently}. What fails comes from ${listed(a.failing)}.`,
		impact: (a: Rated) =>
			a.onlyStrangers
				? `The policy ${a.policy} stops it: no sender that is known to be yours is among what fails.`
				: isEnforced(a)
					? `Under the policy ${a.policy} that mail is being filtered or refused; where it is yours, customers do not get it.`
					: 'Receivers cannot tell this mail from forgeries. The day the policy is tightened, it is lost.',
		fix: (a: Rated) =>
			advice(
				isEnforced(a)
					? 'Set up each sender that is yours, and leave what is not to the policy.'
					: 'Do not tighten the policy yet: set up each sender that is yours first.',
				`Go through what fails, the busiest first: ${listed(a.failing)}.`,
				`Let each sender that is yours sign with d=${a.domain}, or bounce to a name below it that its SPF lists.`,
				'A sender that nobody of yours knows is a forger: nothing is to be done for it.',
				NEW_REPORTS,
			),
		control: 'Each report is counted once, whatever it is wrapped in, and only this policy domain.',
	},
	'pass-rate-fair': {
		...common,
		severity: {
			oneOf: ['later', 'info'],
			pick: (a: { onlyStrangers: boolean }) => (a.onlyStrangers ? 'info' : 'later'),
		},
		effort: minutes(60),
		lead,
		says: (a: Rated) =>
			`${a.rate} of the mail from ${a.domain} passes DMARC, short of the 95 % that a launch should have: ${a.passed} of ${a.messages} messages, ${a.span}${a.recently}. What fails comes from ${listed(a.failing)}.`,
		impact: (a: Rated) =>
			a.onlyStrangers
				? `The policy ${a.policy} stops it: no sender that is known to be yours is among what fails.`
				: 'One mail in ten to twenty looks forged, and would be lost under an enforced policy.',
		fix: (a: Rated) =>
			advice(
				'Repair the senders that are yours and fail.',
				`Go through what fails, the busiest first: ${listed(a.failing)}.`,
				`Let each sender that is yours sign with d=${a.domain}, or bounce to a name below it that its SPF lists.`,
				'95 % meets the bar of a launch; 98 % over 28 days is ready for an enforced policy.',
				NEW_REPORTS,
			),
		control: 'Each report is counted once, whatever it is wrapped in, and only this policy domain.',
	},
	'ready-for-quarantine': {
		...info,
		effort: minutes(15),
		says: (a: AboutDomain) =>
			`${a.domain} is ready for an enforced policy: ${a.rate} of its mail passes DMARC, every source of 1 % or more passes, and the reports cover 28 days (${a.passed} of ${a.messages} messages, ${a.span}).`,
		impact: 'Until the policy is enforced, forged mail from this domain is still delivered.',
		fix: (a: AboutDomain & { next: string | null }) => {
			const steps = [
				'Make sure that every sender signs with DKIM: what passes by SPF alone is lost when it is forwarded.',
				'Watch the reports for another month, then take the next step, p=reject, unless your users write to mailing lists (RFC 9989 §7.4).',
			];
			return a.next === null
				? advice('Change p=none to p=quarantine in the DMARC record.', ...steps)
				: records(
						'Take the next step: p=quarantine.',
						[txtLine(`_dmarc.${a.domain}`, a.next)],
						...steps,
					);
		},
	},
	'source-unauthenticated': {
		...common,
		severity: 'high',
		effort: minutes(30),
		lead,
		says: (a: AboutSource) =>
			`${a.affected} of ${counted(a.all, 'message')} that ${fromSource(a)} sent as ${a.domain} pass neither SPF nor DKIM.`,
		impact: (a: AboutSource) =>
			isEnforced(a)
				? `Receivers apply ${a.policy} to this mail: customers find it in the spam folder or do not get it.`
				: 'Receivers take this mail for forged: it lands in spam folders, and it is lost when the policy is tightened.',
		fix: (a: AboutSource) =>
			setUp(
				a,
				a.kind === 'vendor'
					? `Set up ${a.domain} in ${a.source}: DKIM with d=${a.domain}, and its return path.`
					: `Make ${a.source} sign with DKIM, and let SPF list it.`,
				...(a.isInUse || a.kind !== 'vendor'
					? []
					: [
							`If nobody of yours uses ${a.source}, change nothing: an enforced policy stops this mail.`,
						]),
			),
		confidence,
		control,
	},
	'alignment-only': {
		...common,
		severity: 'high',
		effort: minutes(30),
		lead,
		says: (a: AboutSource) =>
			`${a.affected} of ${counted(a.all, 'message')} that ${fromSource(a)} sent as ${a.domain} are authenticated as ${listed(a.as)}, which does not match the domain in From, so they fail DMARC.`,
		impact: (a: AboutSource) =>
			isEnforced(a)
				? `SPF and DKIM pass and do not count: receivers apply ${a.policy} to this mail.`
				: 'SPF and DKIM pass and do not count: this mail is lost when the policy is tightened.',
		fix: (a: AboutSource & { strict: readonly string[]; relaxed: string | null }) =>
			a.strict.length > 0 && a.relaxed !== null
				? records(
						`Allow names below the domain: ${listed(a.strict)} in the DMARC record forbids them.`,
						[txtLine(`_dmarc.${a.domain}`, a.relaxed)],
						`Or let ${a.source} sign with exactly d=${a.domain}.`,
						NEW_REPORTS,
					)
				: setUp(
						a,
						`Let ${a.source} sign with d=${a.domain}, or bounce to a name below it.`,
						...(a.as.some((one) => isBelow(one, a.domain))
							? []
							: [
									`A signature by ${listed(a.as)} is the sender's own: it proves who sent, not that it may use ${a.domain}.`,
								]),
					),
		confidence,
		control,
	},
	'spf-only': {
		...common,
		severity: 'later',
		effort: minutes(30),
		lead,
		says: (a: AboutSource) =>
			`Mail that ${fromSource(a)} sends as ${a.domain} passes by SPF alone: none of ${counted(a.all, 'message')} has a DKIM signature of the domain that passes.`,
		impact:
			'SPF does not survive forwarding: whoever has his mail sent on gets these messages as spam, or not at all once the policy is enforced.',
		fix: (a: AboutSource) => setUp(a, `Let ${a.source} sign with DKIM, d=${a.domain}.`),
		confidence,
		control: 'Counted by what receivers evaluated, alignment included.',
	},
	'new-source': {
		...info,
		says: (a: AboutDomain & { names: readonly string[]; since: string }) =>
			`New since ${a.since} among those that send as ${a.domain}: ${listed(a.names)}.`,
		impact: 'A new service that somebody of yours connected, or somebody who tries your name.',
		fix: (a: AboutDomain & { names: readonly string[] }) =>
			advice(
				`Ask who of yours connected ${listed(a.names)}.`,
				'If somebody did, finish its set-up (DKIM and return path); if nobody did, leave it to the policy.',
			),
	},
	'policy-mismatch': {
		...common,
		severity: 'later',
		effort: minutes(15),
		says: (a: AboutDomain & { differences: readonly string[]; until: string }) =>
			`Receivers saw another DMARC policy of ${a.domain} than DNS has now: ${listed(a.differences)} (reports until ${a.until}).`,
		impact:
			'Either the record was changed since, or receivers get another answer than we do: then the policy that you see is not the one that works.',
		fix: (a: AboutDomain) =>
			advice(
				'Find out which of the two it is.',
				'If the record was changed after the newest report, do nothing: the next reports will agree.',
				`Else ask every name server of the domain for _dmarc.${a.domain}: one of them may have an old copy of the zone.`,
				'Look for a second record at the name, and for an alias that leads elsewhere.',
			),
		reproduce: (a: AboutDomain) => dig(`_dmarc.${a.domain}`),
		control: 'None of the reports of the last two days of the period has the values of DNS.',
	},
	stale: {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(15),
		says: (a: { folder: string; domain: string; until: string; days: number }) =>
			`The newest report in ${a.folder} on ${a.domain} ends on ${a.until}, ${a.days} days ago.`,
		impact:
			'What has been sent since is judged by nobody: a sender that broke last week is not seen.',
		fix: (a: { domain: string }) =>
			advice(
				'See whether reports still arrive in the mailbox that rua names.',
				`Compare rua in the record at _dmarc.${a.domain} with the mailbox: it must exist, not be full, and not sort reports away.`,
				'Then export the newest reports into the folder and run this again.',
			),
		reproduce: (a: { domain: string }) => dig(`_dmarc.${a.domain}`),
		evidence: (a: { folder: string; until: string }): readonly Evidence[] => [
			{ kind: 'file', summary: `${a.folder}: the newest report ends on ${a.until}`, detail: '' },
		],
	},
	malformed: {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: { folder: string; count: number; files: readonly string[] }) =>
			`${counted(a.count, 'file or record', 'files or records')} in ${a.folder} could not be read and ${a.count === 1 ? 'is' : 'are'} not counted: ${listed(a.files)}.`,
		impact: 'What they report is missing from the totals.',
		fix: advice(
			'Export these reports again from the mailbox; a file that is broken there too was sent broken.',
			'Move what is no DMARC aggregate report out of the folder.',
		),
		evidence: (a: {
			folder: string;
			count: number;
			all: readonly string[];
		}): readonly Evidence[] => [
			{
				kind: 'file',
				summary: `${a.folder}: ${a.count} not read`,
				detail: a.all.join('\n'),
			},
		],
	},
	'foreign-domain': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: { folder: string; domain: string; foreign: readonly string[] }) =>
			`${a.folder} also holds reports on domains that do not belong to ${a.domain}; they are not counted: ${listed(a.foreign)}.`,
		impact: 'Nothing, where these are other domains of yours: audit each with the same folder.',
		fix: advice(
			'Audit each of your domains with the same folder: each counts its own reports.',
			'If a domain is not yours, its record names your mailbox by mistake: tell its owner.',
		),
		evidence: (a: { folder: string; foreign: readonly string[] }): readonly Evidence[] => [
			{ kind: 'file', summary: `${a.folder}: foreign reports`, detail: a.foreign.join('\n') },
		],
	},
	'low-volume': {
		...info,
		says: (a: AboutDomain) =>
			`Too little mail from ${a.domain} to speak of a rate: ${a.passed} of ${counted(a.messages, 'message')} ${a.messages === 1 ? 'passes' : 'pass'} DMARC, ${a.span}.`,
		impact: 'Below 100 messages one forger, or one forgotten sender, makes any percentage.',
		fix: advice(
			'Collect reports for longer, or send a few hundred mails through every service that you use.',
		),
	},
} satisfies Verdicts;
