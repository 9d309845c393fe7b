import {
	advice,
	type Evidence,
	type MailDomain,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { absenceLead, counted, deletion, dig, listed, txtLine } from './_lines.ts';

/** What every verdict about DMARC is told. */
export type AboutDmarc = {
	readonly domain: string;
	/** `_dmarc.<domain>`. */
	readonly name: string;
	/** Seconds. */
	readonly ttl: number;
	/** TXT records at the name. */
	readonly seen: readonly string[];
	/** The record as it should be; `null` where the fix is no text. */
	readonly fixed: string | null;
	/** The discovery of the policy, in one line, and its questions. */
	readonly discovery: string;
	readonly queries: readonly string[];
};

type Detailed = AboutDmarc & { readonly details: readonly string[] };

const lead = (a: AboutDmarc) => seconds(a.ttl);
const reproduce = (a: { readonly name: string }) => dig(a.name);

const evidence = (a: AboutDmarc): readonly Evidence[] => [
	{
		kind: 'dns',
		summary: `${a.name} TXT: ${a.seen.length === 0 ? 'none' : counted(a.seen.length, 'record')}`,
		detail: a.seen.join('\n'),
	},
	{ kind: 'dns', summary: a.discovery, detail: a.queries.join('\n') },
];

const replace =
	(summary: string, ...steps: string[]) =>
	(a: AboutDmarc) =>
		a.fixed === null
			? advice(summary, ...steps)
			: records(summary, [txtLine(a.name, a.fixed)], ...steps);

/** What stands in the way of reports to a host outside. */
type Consent = {
	readonly host: string;
	readonly authorisation: string;
	readonly why: 'no' | 'too-long' | 'sent-elsewhere';
	/** Where the host's own record sends them. */
	readonly override: readonly string[];
};

const REFUSAL: Readonly<Record<Consent['why'], (a: Consent) => string>> = {
	no: () => 'which has not agreed to receive them',
	'too-long': () =>
		'which cannot agree to receive them: the name at which it would is longer than DNS allows',
	'sent-elsewhere': (a) =>
		`which sends them on to another host (${listed(a.override)}); receivers must send them to neither`,
};

const IGNORED =
	'Receivers act as if there were no DMARC: forged mail from this domain is delivered, and providers that ask for DMARC refuse the real one.';
const SILENT =
	'Nobody tells you who sends as this domain, so the policy can never be tightened safely.';

const common = { outcome: 'fail' as const, effort: minutes(10), lead, reproduce, evidence };
const high = { ...common, severity: 'high' as const };
const later = { ...common, severity: 'later' as const };
const info = {
	outcome: 'fail' as const,
	severity: 'info' as const,
	effort: minutes(5),
	reproduce,
	evidence,
};

export const DMARC_VERDICTS = {
	published: {
		outcome: 'pass',
		says: (a: { domain: string; policy: string; from: string }) =>
			`Receivers find a DMARC policy for ${a.domain}: p=${a.policy}, published at _dmarc.${a.from}.`,
	},
	missing: {
		outcome: 'fail',
		severity: {
			by: 'role',
			is: {
				sends: { by: 'bulk', is: { yes: 'blocker', no: 'high' } },
				receives: 'high',
				'no-mail': 'later',
			},
		},
		effort: minutes(10),
		lead: (a: { negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: AboutDmarc) => `Receivers find no DMARC policy for ${a.domain}.`,
		impact:
			'Anybody can send as this domain, nobody reports it, and Google, Yahoo and Microsoft demand a policy from bulk senders.',
		fix: (a: AboutDmarc & { proposal: string; old: readonly string[]; steps: readonly string[] }) =>
			records(
				`Publish one TXT record at ${a.name}.`,
				[...a.old.map(deletion), txtLine(a.name, a.proposal)],
				...a.steps,
			),
		reproduce,
		evidence,
		cause: 'email/dmarc/missing',
	},
	inherited: {
		...info,
		says: (a: AboutDmarc & { from: string; policy: string }) =>
			`${a.domain} has no DMARC record of its own; the one at _dmarc.${a.from} applies: ${a.policy}.`,
		impact: 'Whoever changes the record of the parent domain changes the policy here.',
		fix: advice('Nothing to change; publish an own record where this name needs another policy.'),
	},
	multiple: {
		...common,
		severity: { by: 'bulk', is: { yes: 'blocker', no: 'high' } },
		says: (a: AboutDmarc & { texts: readonly string[] }) =>
			`${a.name} has ${a.texts.length} DMARC records; receivers discard all of them.`,
		impact: IGNORED,
		fix: (a: AboutDmarc & { texts: readonly string[]; merged: string }) =>
			records(
				'Replace them by one record.',
				[...a.texts.map((text) => deletion(txtLine(a.name, text))), txtLine(a.name, a.merged)],
				'Check that the policy kept is the one you want.',
			),
	},
	'wrong-name': {
		...high,
		says: (a: AboutDmarc & { strays: readonly string[] }) =>
			`A DMARC record stands at ${listed(a.strays)}, where receivers do not look; they look at ${a.name}.`,
		impact: IGNORED,
		fix: (a: AboutDmarc & { text: string; strays: readonly string[] }) =>
			records(
				'Move the record to the right name.',
				[...a.strays.map((stray) => deletion(txtLine(stray, a.text))), txtLine(a.name, a.text)],
				'Most DNS panels add the domain themselves: enter _dmarc as the host, and nothing more.',
			),
		reproduce: (a: { strays: readonly string[] }) => dig(a.strays[0] ?? ''),
		cause: 'email/dmarc/missing',
	},
	version: {
		...high,
		says: (a: AboutDmarc & { text: string }) =>
			`The record at ${a.name} does not start with exactly v=DMARC1 and a semicolon, so receivers ignore it: ${a.text}`,
		impact: IGNORED,
		fix: replace('Write v=DMARC1; first, in capitals, with nothing before it.'),
		cause: 'email/dmarc/missing',
	},
	'spf-here': {
		...later,
		says: (a: AboutDmarc & { text: string }) => `${a.name} holds an SPF record: ${a.text}`,
		impact:
			'Nobody reads SPF there, and the record that was meant may be missing at the right name.',
		fix: (a: AboutDmarc & { text: string }) =>
			records(
				'Delete it; SPF belongs at the domain itself.',
				[deletion(txtLine(a.name, a.text))],
				'Where it comes from a wildcard TXT record, a DMARC record at this name hides it.',
			),
	},
	'other-txt': {
		...later,
		says: (a: AboutDmarc & { details: readonly string[] }) =>
			`${a.name} holds TXT records that are no DMARC: ${listed(a.details)}.`,
		impact: 'Receivers skip them; a wildcard TXT or a record at the wrong name is the usual cause.',
		fix: (a: AboutDmarc & { details: readonly string[] }) =>
			records(
				'Delete them.',
				a.details.map((text) => deletion(txtLine(a.name, text))),
			),
	},
	'tag-duplicate': {
		...high,
		says: (a: Detailed) =>
			`The DMARC record of ${a.domain} gives ${listed(a.details)} more than once.`,
		impact: 'Receivers differ in what they make of it; some ignore the whole record.',
		fix: replace('Keep each tag once.'),
	},
	'value-invalid': {
		...common,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { policy: boolean }) => (a.policy ? 'high' : 'later'),
		},
		says: (a: Detailed) =>
			`The DMARC record of ${a.domain} has values that are none: ${listed(a.details)}.`,
		impact: (a: { policy: boolean }) =>
			a.policy
				? 'The record protects nothing: with a reporting address it counts as p=none, without one as no DMARC at all.'
				: 'Receivers ignore the tag and use its default.',
		fix: replace('Correct the values.'),
	},
	'no-p': {
		...common,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { reports: boolean }) => (a.reports ? 'later' : 'high'),
		},
		says: (a: AboutDmarc) => `The DMARC record of ${a.domain} has no p tag.`,
		impact: (a: { reports: boolean }) =>
			a.reports ? 'It counts as p=none; older receivers ignore it.' : IGNORED,
		fix: replace('Add the policy.'),
	},
	'p-not-second': {
		...later,
		says: (a: AboutDmarc) =>
			`In the DMARC record of ${a.domain} another tag stands between v and p.`,
		impact: 'Receivers that follow the older RFC 7489 to the letter ignore the record.',
		fix: replace('Put p right after v.'),
	},
	'p-none': {
		...common,
		severity: {
			oneOf: ['later', 'info'],
			pick: (a: { launchMonth: boolean }) => (a.launchMonth ? 'info' : 'later'),
		},
		effort: minutes(60),
		says: (a: AboutDmarc) => `The DMARC policy of ${a.domain} is none: forged mail is delivered.`,
		impact: 'DMARC watches and does not protect yet.',
		fix: (a: AboutDmarc & { ladder: readonly string[] }) =>
			advice('Climb the ladder; do not jump to reject.', ...a.ladder),
	},
	'test-mode': {
		...later,
		says: (a: AboutDmarc & { policy: string; applied: string }) =>
			`${a.domain} publishes p=${a.policy} with t=y: receivers apply ${a.applied}.`,
		impact: 'The policy is one level weaker than it reads.',
		fix: replace('Remove t=y when the reports show that your own mail passes.'),
	},
	'subdomain-none': {
		...high,
		says: (a: Detailed) =>
			`${a.domain} protects itself and leaves its sub-domains open: ${listed(a.details)}.`,
		impact: 'Forgers use a made-up sub-domain (billing.…, login.…) instead.',
		fix: replace(
			'Give sub-domains the same policy.',
			'Wait with sp if a real sub-domain still fails; np=reject is safe at once.',
		),
	},
	'sp-ignored': {
		...later,
		says: (a: Detailed & { organizational: string }) =>
			`${listed(a.details)} at ${a.name} has no effect: ${a.domain} is below its organizational domain ${a.organizational}.`,
		impact: 'The sub-domains follow the record of the organizational domain instead.',
		fix: (a: AboutDmarc & { organizational: string }) =>
			replace(`Remove them here; set sp and np in the record at _dmarc.${a.organizational}.`)(a),
	},
	'np-absent': {
		...info,
		says: (a: AboutDmarc & { sp: string }) =>
			`Names below ${a.domain} that do not exist get the weaker sp=${a.sp}; there is no np.`,
		impact: 'Forged mail from made-up sub-domains could be refused without risk to real ones.',
		fix: replace('Add np=reject.'),
	},
	pct: {
		...common,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { partial: boolean }) => (a.partial ? 'high' : 'later'),
		},
		says: (a: AboutDmarc & { value: string }) =>
			`The DMARC record of ${a.domain} uses pct=${a.value}, which RFC 9989 removed.`,
		impact: (a: { partial: boolean }) =>
			a.partial
				? 'Receivers differ: older ones apply the policy to a part of the mail, newer ones to all of it.'
				: 'It has no effect any more.',
		fix: replace('Remove pct; t=y is the new way to test.'),
	},
	'rf-ri': {
		...later,
		says: (a: Detailed) =>
			`The DMARC record of ${a.domain} uses ${listed(a.details)}, removed by RFC 9989.`,
		impact: 'It has no effect any more.',
		fix: replace('Remove it.'),
	},
	'unknown-tag': {
		...info,
		says: (a: Detailed) =>
			`The DMARC record of ${a.domain} has unknown tags: ${listed(a.details)}.`,
		impact: 'Receivers ignore them; a typing error may hide behind one.',
		fix: replace('Remove or correct them.'),
	},
	psd: {
		...high,
		says: (a: AboutDmarc) => `${a.domain} says psd=y, and is no public suffix.`,
		impact:
			'Receivers take every sub-domain for an organization of its own: relaxed alignment stops working.',
		fix: replace('Remove psd.'),
	},
	'org-differs': {
		...later,
		says: (a: AboutDmarc & { organizational: string; byList: string }) =>
			`Receivers disagree on the organizational domain of ${a.domain}: ${a.organizational} by the tree walk, ${a.byList} by the public suffix list.`,
		impact: 'Relaxed alignment passes at some receivers and fails at others.',
		fix: (
			a: AboutDmarc & {
				byList: string;
				organizational: string;
				publish: { name: string; text: string };
			},
		) =>
			records(
				`Publish a record at ${a.publish.name}, where both look.`,
				[txtLine(a.publish.name, a.publish.text)],
				a.organizational.endsWith(`.${a.byList}`)
					? `Where ${a.organizational} is to stand for itself (psd=n), tell whoever counts on alignment with ${a.byList}.`
					: 'psd=n ends the tree walk there: the domain is an organization of its own.',
			),
	},
	'rua-missing': {
		...common,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { none: boolean }) => (a.none ? 'high' : 'later'),
		},
		says: (a: AboutDmarc) => `The DMARC record of ${a.domain} asks for no aggregate reports (rua).`,
		impact: SILENT,
		fix: replace('Add a reporting address; a report service or a mailbox of its own.'),
	},
	'rua-syntax': {
		...high,
		says: (a: Detailed) =>
			`Reporting addresses of ${a.domain} are not usable: ${listed(a.details)}.`,
		impact: SILENT,
		fix: replace('Write each as mailto:address, separated by commas.'),
	},
	'rua-not-mailto': {
		...later,
		says: (a: Detailed) =>
			`Reporting URIs of ${a.domain} are no mail addresses: ${listed(a.details)}.`,
		impact: 'Receivers send reports by mail only.',
		fix: replace('Use a mailto: address.'),
	},
	'rua-over-2': {
		...later,
		says: (a: AboutDmarc & { count: number }) =>
			`The DMARC record of ${a.domain} lists ${a.count} reporting addresses.`,
		impact: 'Many receivers send to the first two only.',
		fix: replace('Keep two.'),
	},
	'rua-size-suffix': {
		...later,
		says: (a: Detailed) =>
			`Reporting addresses of ${a.domain} carry a size limit: ${listed(a.details)}.`,
		impact: 'RFC 9989 dropped the suffix; some receivers take it for a part of the address.',
		fix: replace('Remove the suffix.'),
	},
	'rua-unauthorized': {
		...high,
		says: (a: AboutDmarc & Consent) =>
			`Reports about ${a.domain} go to ${a.host}, ${REFUSAL[a.why](a)}.`,
		impact: SILENT,
		fix: (a: AboutDmarc & Consent) =>
			a.why === 'too-long'
				? replace('Use an address at a host with a shorter name, or at the domain itself.')(a)
				: records(
						`${a.host} must publish its consent.`,
						[txtLine(a.authorisation, 'v=DMARC1')],
						`Ask the owner of ${a.host} (a report service does this when the domain is added there).`,
						`Or use an address at ${a.domain}: ${a.fixed ?? ''}`,
					),
		reproduce: (a: { authorisation: string }) => dig(a.authorisation),
	},
	'rua-no-mx': {
		...high,
		says: (a: AboutDmarc & { host: string; why: string }) =>
			`Reports about ${a.domain} go to ${a.host}, which ${a.why}.`,
		impact: SILENT,
		fix: replace('Use an address at a domain that receives mail.'),
		reproduce: (a: { host: string }) => dig(a.host, 'MX'),
	},
	ruf: {
		...info,
		says: (a: AboutDmarc) => `${a.domain} asks for failure reports (ruf).`,
		impact: 'Few receivers send them; those that come hold personal data of the people who wrote.',
		fix: advice('Keep ruf only with a mailbox and a retention period for personal data.'),
	},
	'fo-without-ruf': {
		...info,
		says: (a: AboutDmarc) => `The DMARC record of ${a.domain} has fo without ruf.`,
		impact: 'It has no effect.',
		fix: replace('Remove fo.'),
	},
	'fo-conflict': {
		...later,
		says: (a: AboutDmarc) => `The DMARC record of ${a.domain} has fo with both 0 and 1.`,
		impact: 'The two exclude each other; receivers choose.',
		fix: replace('Keep fo=1.'),
	},
	'strict-alignment': {
		...high,
		says: (a: Detailed & { tags: readonly string[] }) =>
			`The DMARC record of ${a.domain} asks for strict alignment (${a.tags.map((tag) => `${tag}=s`).join(', ')}), which its own mail does not have: ${listed(a.details)}.`,
		impact:
			'What passes does not count, because the names differ by a sub-domain: the mail fails DMARC, or hangs on the other of the two.',
		fix: replace(
			'Ask for relaxed alignment, which is the default.',
			'Or sign as the domain of the author itself, and let bounces go to it.',
		),
	},
	'enforce-without-dkim': {
		...common,
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { proven: boolean }) => (a.proven ? 'blocker' : 'high'),
		},
		effort: minutes(60),
		lead: (a: { negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: AboutDmarc & { policy: string; proven: boolean; control: string }) =>
			a.proven
				? `${a.domain} asks receivers to ${a.policy} what fails DMARC, and no mail of it is signed: there is no DKIM key.`
				: `${a.domain} asks receivers to ${a.policy} what fails DMARC, and mail of it is not signed: ${a.control}`,
		impact:
			'Every forwarded mail, and every sender that SPF does not align, is refused or lost in spam.',
		fix: (a: AboutDmarc & { softer: string }) =>
			records(
				'Sign first; go back to p=none until the reports show that signatures pass.',
				[txtLine(a.name, a.softer)],
				'Set DKIM up at every service that sends as this domain, then restore the policy.',
			),
		control: (a: { control: string }) => a.control,
		cause: 'email/dkim/none',
	},
	'enforce-spf-broken': {
		...common,
		severity: 'blocker',
		effort: minutes(30),
		says: (a: AboutDmarc & { policy: string }) =>
			`${a.domain} asks receivers to ${a.policy} what fails DMARC, its SPF record is broken, and there is no DKIM key.`,
		impact: 'All mail of this domain fails DMARC: it is refused or lost in spam.',
		fix: (a: AboutDmarc & { softer: string }) =>
			records(
				'Repair SPF and sign with DKIM; until then do not enforce.',
				[txtLine(a.name, a.softer)],
				'See the findings of email/spf and email/dkim.',
			),
	},
	'cname-dangling': {
		...high,
		says: (a: AboutDmarc & { target: string }) =>
			`${a.name} is an alias for ${a.target}, which has no TXT record.`,
		impact: IGNORED,
		fix: (a: AboutDmarc & { target: string }) =>
			advice(
				'Repair the target, or replace the alias by a TXT record.',
				`If ${a.target} belongs to a report service, finish the set-up there.`,
			),
		cause: 'email/dmarc/missing',
	},
	size: {
		...later,
		says: (a: AboutDmarc & { bytes: number; glue: string | null }) =>
			a.glue === null
				? `The DMARC record of ${a.domain} has ${a.bytes} bytes; up to 450 are safe.`
				: `Two strings of ${a.domain}'s DMARC record join without a semicolon: ${a.glue}.`,
		impact: 'Receivers may cut it, or read two tags as one.',
		fix: replace(
			'Write it anew: a semicolon after each tag, two reporting addresses, no tag that repeats the default.',
		),
	},
	temperror: {
		outcome: 'unknown',
		reason: 'inconclusive',
		says: (a: { domain: string; failed: readonly string[] }) =>
			`The DMARC policy of ${a.domain} could not be looked up: ${listed(a.failed)}.`,
	},
} satisfies Verdicts<MailDomain['context']>;
