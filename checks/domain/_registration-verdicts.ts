import { commands, days, type Fix, hours, minutes, seconds, type Verdicts } from '../../src/sdk.ts';
import { explained } from './_statuses.ts';

/** What every verdict about the audited domain is told. */
type Domain = {
	readonly domain: string;
	/** As RDAP names it; `null` where it does not. */
	readonly registrar: string | null;
	/** What was asked; `null` where nobody could be. */
	readonly url: string | null;
	/** The parent zone does not lead to it (any more). */
	readonly undelegated: boolean;
};

type Ending = Domain & { readonly expiresAt: string; readonly days: number };
type Standing = Domain & { readonly statuses: readonly string[] };

type Party = Domain & {
	readonly expected: string;
	readonly found: string;
	/** The name servers are not the expected ones either. */
	readonly moved: boolean;
};

type Difference = Domain & {
	readonly parent: string;
	readonly registry: readonly string[];
	readonly atParent: readonly string[];
	readonly server: string;
	/** ISO 8601. */
	readonly changedAt: string | null;
	readonly ttl: number | null;
};

/** Where the TTL at the parent was not seen. */
const USUAL_PARENT_TTL = days(2);

const day = (iso: string) => iso.slice(0, 10);
const at = (a: { registrar: string | null }) =>
	a.registrar === null ? 'at your registrar' : `at ${a.registrar.replace(/\.$/, '')}`;
const inDays = (count: number) => (count === 1 ? '1 day' : `${count} days`);

/** Quoted, so that a shell takes it as it is. */
const ask = (url: string) => `curl -s -H 'Accept: application/rdap+json' '${url}'`;
const reproduce = (a: Domain) =>
	a.url === null ? `dig +trace NS ${a.domain}` : ask(a.url.replaceAll("'", '%27'));
const look = (a: Domain) => [reproduce(a)];

/** Where the domain is gone from DNS, that is the one fault, whoever finds it. */
const gone = (id: string) => (a: Domain) => (a.undelegated ? 'dns/delegation/missing' : id);

const BOTH_ASKED =
	'Asked of the registry by RDAP and, independently, of the name servers of the zone above: a 404 alone is not believed.';

const FOR_EVERYBODY =
	'The site, the mail and every API under the domain are gone for everybody, and whoever registers it next gets them.';

const renew = (a: Domain, summary: string): Fix =>
	commands(
		summary,
		look(a),
		`Sign in ${at(a)}, open the domain, and renew it for at least a year; pay what is open.`,
		'Turn auto-renewal on, with a card that does not expire before the domain, and a contact address that somebody reads.',
		'Run the command again: the "expiration" event must have moved.',
	);

/** What can be said about who holds the domain, and until when. */
export const REGISTRATION_VERDICTS = {
	held: {
		outcome: 'pass',
		says: (a: Domain & { expiresAt: string | null }) =>
			`${a.domain} is registered${a.registrar === null ? '' : ` ${at(a)}`}${a.expiresAt === null ? '; its registry publishes no end of it' : ` until ${day(a.expiresAt)}`}.`,
	},
	'not-registered': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(15),
		lead: (a: Domain & { negativeTtl: number }) => seconds(Math.max(3_600, a.negativeTtl)),
		says: (a: Domain & { service: string; confidence: 'high' | 'medium' }) =>
			`${a.domain} is not registered: ${a.service}, and the zone above says NXDOMAIN.`,
		impact:
			'The name does not exist, and anybody can register it today and receive what is sent to it.',
		fix: (a: Domain) =>
			commands(
				`Register ${a.domain} today.`,
				look(a),
				'Look first whether it expired lately: the registrar it was at may still renew or restore it.',
				'Register it in the company’s own account, with auto-renewal and the transfer lock on.',
				'Enter the name servers of your DNS provider there, and confirm the contact mail that follows.',
			),
		control: BOTH_ASKED,
		confidence: (a: { confidence: 'high' | 'medium' }) => a.confidence,
		reproduce,
		cause: 'dns/delegation/missing',
	},
	expired: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(15),
		lead: (a: Domain) => (a.undelegated ? days(1) : hours(1)),
		says: (a: Ending & Standing) =>
			`${a.domain} expired on ${day(a.expiresAt)}, by the registry's own date${a.statuses.length > 0 ? `; its status is ${explained(a.statuses)}` : ''}.`,
		impact: (a: Domain) =>
			a.undelegated
				? FOR_EVERYBODY
				: 'The registrar switches it off within days: site, mail and every API then stop for everybody, and in the end somebody else can register it.',
		fix: (a: Domain) =>
			renew(
				a,
				`Renew ${a.domain} ${at(a)} now: after the grace period it costs a restoration fee.`,
			),
		reproduce,
		cause: gone('domain/registration/expired'),
	},
	'deletion-pending': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(60),
		lead: (a: Standing) => (canRestore(a.statuses) ? days(3) : days(5)),
		says: (a: Standing) => `${a.domain} is being deleted: its status is ${explained(a.statuses)}.`,
		impact: FOR_EVERYBODY,
		fix: (a: Standing) =>
			canRestore(a.statuses)
				? commands(
						`Have ${a.domain} restored ${at(a)} today.`,
						look(a),
						`Ask the support ${at(a)} for a restoration (redemption); it takes a fee and up to three days.`,
						'Renew it for several years at once, and turn auto-renewal on.',
						'Run the command again until the status is gone; then check name servers and locks.',
					)
				: commands(
						`Plan to launch without ${a.domain}: it can no longer be restored.`,
						look(a),
						'Ask the registrar at once whether the registry still takes it back; it rarely does.',
						'Order the name at two back-order services for the moment of its release, within five days.',
						'Launch under another domain until it is yours again.',
					),
		reproduce,
		cause: gone('domain/registration/deletion-pending'),
	},
	'expires-soon': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high', 'later', 'info'],
			pick: (a: { days: number }) =>
				a.days < 7 ? 'blocker' : a.days < 30 ? 'high' : a.days < 90 ? 'later' : 'info',
		},
		effort: minutes(10),
		says: (a: Ending) => `${a.domain} expires in ${inDays(a.days)}, on ${day(a.expiresAt)}.`,
		impact:
			'If the renewal fails (an old card, an unread mail), site and mail stop on that day; nobody is asked twice.',
		fix: (a: Domain) => renew(a, `Renew ${a.domain} ${at(a)}, and turn auto-renewal on.`),
		reproduce,
	},
	'renewal-unconfirmed': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		says: (a: Domain & { paidUntil: string; isRenewed: boolean }) =>
			a.isRenewed
				? `${a.domain} was renewed by the registry alone (auto renew period), and the registrar's own date, ${day(a.paidUntil)}, has passed.`
				: `The registrar's date for ${a.domain}, ${day(a.paidUntil)}, has passed, and the registry publishes none.`,
		impact:
			'The renewal does not seem to be paid: the registrar can take it back within 45 days, and the domain is then deleted.',
		fix: (a: Domain) =>
			renew(a, `Look ${at(a)} whether the renewal of ${a.domain} was paid, and pay it if not.`),
		reproduce,
	},
	'on-hold': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(30),
		lead: (a: Standing) => (a.statuses.includes('server hold') ? days(3) : days(1)),
		says: (a: Standing) => `${a.domain} is on hold: its status is ${explained(a.statuses)}.`,
		impact: 'It does not resolve, or stops doing so as caches run out: site and mail are down.',
		fix: (a: Standing) =>
			commands(`Have the hold on ${a.domain} lifted ${at(a)}.`, look(a), ...unhold(a)),
		reproduce,
		cause: gone('domain/registration/on-hold'),
	},
	'transfer-pending': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(15),
		says: (a: Domain) =>
			`${a.domain} is being transferred to another registrar (pending transfer), and nobody said that this is meant.`,
		impact:
			'If it is not yours, the domain is being stolen: it leaves within five days unless it is refused, with site and mail.',
		fix: (a: Domain) =>
			commands(
				`Refuse the transfer of ${a.domain} ${at(a)} today, unless you started it.`,
				look(a),
				`Sign in ${at(a)} and refuse the transfer, or call the support; without an answer it goes through within five days.`,
				'Then change the password, end all sessions, make a new transfer code, and set the transfer lock.',
				'If it is yours: set transferExpected in the options of domain/registration, and plan the launch after it.',
			),
		reproduce,
	},
	'no-transfer-lock': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(5),
		says: (a: Standing) =>
			`${a.domain} has no transfer lock: its status is ${a.statuses.join(', ')}.`,
		impact:
			'Whoever gets the transfer code, by a stolen mailbox for one, can move the domain away, and everything with it.',
		fix: (a: Domain) =>
			commands(
				`Turn the transfer lock (clientTransferProhibited) of ${a.domain} on ${at(a)}.`,
				look(a),
				`Sign in ${at(a)}, open the domain, and turn "transfer lock" or "registrar lock" on; it costs nothing.`,
				'Turn on a second factor for that account too.',
			),
		reproduce,
	},
	'no-change-lock': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(60),
		says: (a: Domain & { changes: readonly string[] }) =>
			`Nobody has prohibited ${a.changes.join(' or ')} of ${a.domain} at the registry.`,
		impact:
			'Whoever gets into the registrar’s account can point the domain elsewhere at once; a registry lock asks a person first.',
		fix: (a: Domain) =>
			commands(
				`Ask ${a.registrar ?? 'your registrar'} for a registry lock of ${a.domain} once it earns money.`,
				look(a),
				'A registry lock sets serverUpdateProhibited, serverDeleteProhibited and serverTransferProhibited; changes then take a call.',
				'Launch first: with a registry lock on, moving name servers takes hours to days.',
			),
		reproduce,
	},
	'registrar-unexpected': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: Party) => (a.moved ? ('blocker' as const) : ('high' as const)),
		},
		effort: minutes(60),
		lead: days(5),
		says: (a: Party) =>
			`${a.domain} is registered at ${a.found}, not at ${a.expected}${a.moved ? ', and its name servers have changed too' : ''}.`,
		impact:
			'Somebody else’s account may hold the domain: it cannot be renewed, moved or repaired by those who think that they own it.',
		fix: (a: Party) =>
			commands(
				`Find out who moved ${a.domain} to ${a.found}, and get it back into your account.`,
				look(a),
				`If it was you: set the option registrar of domain/registration to "${a.found}".`,
				`If not: report it at once to ${a.found} and to ${a.expected} as an unauthorised transfer; a reversal is possible for a short time only.`,
				'Until then change no password by mail: mail to the domain may be read by others.',
			),
		reproduce,
	},
	'registrant-unexpected': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: Party) => (a.moved ? ('blocker' as const) : ('high' as const)),
		},
		effort: minutes(60),
		lead: days(1),
		says: (a: Party) =>
			`${a.domain} belongs to ${a.found}, not to ${a.expected}${a.moved ? ', and its name servers have changed too' : ''}.`,
		impact:
			'The holder decides about the domain: an agency, a founder or a thief can take the launch with them.',
		fix: (a: Party) =>
			commands(
				`Have ${a.domain} put in the name of ${a.expected} ${at(a)}.`,
				look(a),
				`Ask ${a.found} to change the registrant to ${a.expected} in writing, and confirm the mails that follow.`,
				'A change of registrant can lock the domain against moves for 60 days: do not move it to another registrar as well.',
				`If ${a.found} is you under another name: correct the option registrant of domain/registration.`,
			),
		reproduce,
	},
	'nameservers-differ': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead: (a: Difference) => parentTtl(a),
		says: (a: Difference) =>
			`For ${a.domain} the registry lists ${namesOf(a.registry)}, and the zone above leads to ${namesOf(a.atParent)}${changed(a)}.`,
		impact:
			'An update of the name servers hangs or was undone halfway: when it goes through, visitors are led elsewhere than today.',
		fix: (a: Difference) =>
			commands(
				`Bring the name servers of ${a.domain} in step ${at(a)}.`,
				[...look(a), `dig +norecurse NS ${a.domain} @${a.server}`],
				'If you changed them within the last day: wait, then run both commands again; registries publish within hours.',
				`If not: enter the intended name servers anew ${at(a)}, and ask the support why the registry's list and the zone differ.`,
			),
		reproduce: (a: Difference) => `${reproduce(a)}; dig +norecurse NS ${a.domain} @${a.server}`,
		cause: gone('domain/registration/nameservers-differ'),
	},
	'ds-differs': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(20),
		lead: (a: Difference) => parentTtl(a),
		says: (a: Difference) =>
			`For ${a.domain} the registry lists ${signersOf(a.registry)}, and the zone above has ${signersOf(a.atParent)}${changed(a)}.`,
		impact:
			'A change of DNSSEC keys hangs: when the other list is published, resolvers that validate may refuse the domain.',
		fix: (a: Difference) =>
			commands(
				`Bring the DS records of ${a.domain} in step with its keys ${at(a)}.`,
				[...look(a), `dig +norecurse DS ${a.domain} @${a.server}`, `dig +short DNSKEY ${a.domain}`],
				'If you changed them within the last day: wait, then run the commands again.',
				`If not: enter the DS record of the key that signs the zone ${at(a)}, and delete every other.`,
			),
		reproduce: (a: Difference) => `${reproduce(a)}; dig +norecurse DS ${a.domain} @${a.server}`,
	},
	'sibling-expires-soon': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(10),
		says: (a: Ending & { because: string }) =>
			a.days < 0
				? `${a.domain} expired on ${day(a.expiresAt)}, and ${a.because}.`
				: `${a.domain} expires in ${inDays(a.days)}, on ${day(a.expiresAt)}, and ${a.because}.`,
		impact:
			'What depends on it stops with it, and whoever registers it next takes over the names that lead there.',
		fix: (a: Domain) => renew(a, `Renew ${a.domain} ${at(a)}, and turn auto-renewal on.`),
		reproduce,
		cause: (a: { isNameServer: boolean; domain: string }) =>
			a.isNameServer
				? 'dns/delegation/nameserver-domain-expiring'
				: `domain/registration/sibling-expires-soon ${a.domain}`,
	},
	'sources-disagree': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(15),
		says: (a: Domain & { differences: readonly string[] }) =>
			`Registry and registrar of ${a.domain} disagree: ${a.differences.join('; ')}.`,
		impact:
			'The registry’s word is what counts: a renewal or a lock that only the registrar shows may not exist.',
		fix: (a: Domain) =>
			commands(
				`Trust the registry, and ask ${a.registrar ?? 'the registrar'} to put its own records right.`,
				look(a),
				'Compare dates and locks in the registrar’s panel with the answer of the registry.',
				'Where the registry shows less (an earlier date, no lock), renew or lock again until it follows.',
			),
		reproduce,
	},
	'recently-changed': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: Domain & { created: string | null; transferred: string | null }) =>
			a.created === null
				? `${a.domain} was transferred on ${day(a.transferred ?? '')}, less than 60 days ago.`
				: `${a.domain} was registered on ${day(a.created)}, less than 15 days ago.`,
		impact: (a: { created: string | null }) =>
			a.created === null
				? 'It may be locked against another move for 60 days: plan no change of registrar.'
				: 'The contact mail must be confirmed within 15 days, or the registrar switches the domain off.',
		fix: (a: Domain & { created: string | null }) =>
			a.created === null
				? commands('Plan no further move to another registrar for 60 days.', look(a))
				: commands(
						`Confirm the contact mail that came ${at(a)}, if you have not.`,
						look(a),
						'Look for it in spam too, and have it sent again from the registrar’s panel.',
					),
		reproduce,
	},
} satisfies Verdicts;

function canRestore(statuses: readonly string[]): boolean {
	return statuses.includes('redemption period') || statuses.includes('pending restore');
}

function unhold(a: Standing): readonly string[] {
	const { statuses } = a;
	return [
		...(statuses.includes('client hold')
			? [
					`Client hold is set by the registrar: look ${at(a)} for an unconfirmed contact mail (the usual reason), an open bill, or a complaint.`,
					'Confirm the mail, or have it sent again; the hold is lifted within a day.',
				]
			: []),
		...(statuses.includes('server hold')
			? [
					'Server hold is set by the registry: ask the registrar’s support for the reason (missing documents, a dispute, abuse) and what lifts it.',
				]
			: []),
		...(statuses.includes('inactive')
			? [`Enter the name servers of your DNS provider ${at(a)}: the registry has none.`]
			: []),
		'Run the command again until the status is gone.',
	];
}

function parentTtl({ ttl }: Difference) {
	return seconds(ttl ?? USUAL_PARENT_TTL);
}

function changed({ changedAt }: Difference): string {
	return changedAt === null
		? ''
		: ` (last changed on ${changedAt.slice(0, 16).replace('T', ' ')} UTC)`;
}

function namesOf(names: readonly string[]): string {
	return names.length === 0 ? 'no name servers' : names.join(', ');
}

function signersOf(signers: readonly string[]): string {
	return signers.length === 0 ? 'no DS record' : `DS ${signers.join(', DS ')}`;
}
