import {
	advice,
	type MailDomain,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { absenceLead, addressLine, deletion, dig, listed, mxLine } from './_lines.ts';

export interface About {
	readonly domain: string;
	/** Seconds. */
	readonly ttl: number;
}

export interface AboutHost extends About {
	readonly host: string;
	readonly preference: number;
}

const lead = (a: About) => seconds(a.ttl);
const reproduce = (a: { readonly domain: string }) => dig(a.domain, 'MX');
const reproduceHost = (a: { readonly host: string }) => dig(a.host, 'A');
const LOST =
	'Mail to this domain is not delivered: replies, sign-up confirmations and support are lost.';
const DELAYED =
	'Mail that is tried at this host first is delayed for hours, or returned by senders that do not try the next.';

/** MX records to paste, of the provider that SPF or MX shows. */
export type Suggested = { readonly provider: string; readonly lines: readonly string[] };

const CONFIRM = "Compare them with the provider's set-up page before publishing.";

const common = { outcome: 'fail' as const, effort: minutes(10), lead };

export const deleteHost = (a: AboutHost) => deletion(mxLine(a.domain, a.preference, a.host));

export const MX_VERDICTS = {
	reachable: {
		outcome: 'pass',
		says: (a: { domain: string; hosts: readonly string[] }) =>
			`Mail to ${a.domain} goes to ${listed(a.hosts)}, each with a public address.`,
	},
	refuses: {
		outcome: 'pass',
		says: (a: { domain: string }) => `${a.domain} says that it receives no mail (null MX).`,
	},
	none: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(20),
		lead: (a: { negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: { domain: string; hasAddress: boolean | null }) =>
			`${a.domain} sends mail and has no MX record${withoutMx(a.hasAddress)}.`,
		impact:
			'Replies and bounces are lost, and some receivers refuse mail from a domain that cannot be answered.',
		fix: (a: { domain: string; suggested: Suggested }) =>
			a.suggested.lines.length === 0
				? advice(
						`Publish the MX records that your mail provider shows for ${a.domain}.`,
						'Without a mailbox provider, a forwarding service is enough to receive replies.',
					)
				: records(`Publish the MX records of ${a.suggested.provider}.`, a.suggested.lines, CONFIRM),
		reproduce,
	},
	null: {
		...common,
		severity: {
			by: 'role',
			is: { sends: 'high', receives: 'high', 'no-mail': 'info' },
		},
		says: (a: About) => `${a.domain} refuses all mail (null MX).`,
		impact: 'Replies and bounces are lost, and some receivers refuse mail that cannot be answered.',
		fix: (a: About & { suggested: Suggested }) =>
			records(
				'Publish the MX records of your mail provider instead; where the domain really sends nothing, leave it.',
				[deletion(mxLine(a.domain, 0, '')), ...a.suggested.lines],
			),
		reproduce,
	},
	'null-with-others': {
		...common,
		severity: 'high',
		says: (a: About & { hosts: readonly string[] }) =>
			`${a.domain} has a null MX beside ${listed(a.hosts)}.`,
		impact: 'Senders may believe the null MX and return the mail at once.',
		fix: (a: About) => records('Delete the null MX.', [deletion(mxLine(a.domain, 0, ''))]),
		reproduce,
	},
	'null-recommended': {
		outcome: 'fail',
		severity: {
			oneOf: ['later', 'info'],
			pick: (a: { hasAddress: boolean | null }) => (a.hasAddress === false ? 'info' : 'later'),
		},
		effort: minutes(5),
		lead: (a: { negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: { domain: string }) => `${a.domain} receives no mail and does not say so.`,
		impact: (a: { hasAddress: boolean | null }) =>
			a.hasAddress
				? 'Senders try the web server for days before they tell the writer.'
				: 'Writers get an unclear error.',
		fix: (a: { domain: string }) => records('Publish a null MX.', [mxLine(a.domain, 0, '')]),
		reproduce,
	},
	'target-missing': {
		...common,
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { all: boolean }) => (a.all ? 'blocker' : 'high'),
		},
		says: (a: About & { details: readonly string[]; all: boolean }) =>
			`${a.all ? 'No' : 'Not every'} mail host of ${a.domain} can be reached: ${listed(a.details)}.`,
		impact: (a: { all: boolean }) => (a.all ? LOST : DELAYED),
		fix: (a: About & { dead: readonly string[]; suggested: Suggested }) =>
			records(
				'Publish the host names that your mail provider shows, and delete the dead ones.',
				[...a.dead, ...a.suggested.lines],
				...(a.suggested.lines.length > 0 ? [CONFIRM] : []),
			),
		reproduce,
	},
	'target-cname': {
		...common,
		severity: 'high',
		says: (a: AboutHost & { target: string }) =>
			`The mail host ${a.host} of ${a.domain} is an alias for ${a.target}.`,
		impact: 'MX must name a host, not an alias: some senders refuse to deliver.',
		fix: (a: AboutHost & { target: string }) =>
			records('Name the host itself.', [deleteHost(a), mxLine(a.domain, a.preference, a.target)]),
		reproduce: (a: { host: string }) => dig(a.host, 'CNAME'),
	},
	'target-ip': {
		...common,
		severity: 'blocker',
		says: (a: AboutHost) => `The MX of ${a.domain} names an address, ${a.host}, instead of a host.`,
		impact: LOST,
		fix: (a: AboutHost) =>
			records(
				'Give the server a host name, and name that.',
				[
					deleteHost(a),
					addressLine(`mail.${a.domain}`, bareAddress(a.host)),
					mxLine(a.domain, a.preference, `mail.${a.domain}`),
				],
				`Where mail.${a.domain} exists already for something else, take another name.`,
			),
		reproduce,
	},
	'target-private': {
		...common,
		severity: 'blocker',
		says: (a: AboutHost & { addresses: readonly string[] }) =>
			`The mail host ${a.host} of ${a.domain} has no public address: ${listed(a.addresses)}.`,
		impact: 'Nobody outside that network can deliver mail to it.',
		fix: (a: AboutHost) => advice(`Give ${a.host} its public address, or name another host.`),
		reproduce: reproduceHost,
	},
	'target-localhost': {
		...common,
		severity: 'blocker',
		says: (a: AboutHost) =>
			`The MX of ${a.domain} is ${a.host}: every sender would deliver to itself.`,
		impact: LOST,
		fix: (a: AboutHost) =>
			records(
				'Delete it, and publish the host that receives mail; a domain without mail has a null MX.',
				[deleteHost(a)],
			),
		reproduce,
	},
	'doubled-suffix': {
		...common,
		severity: 'blocker',
		says: (a: AboutHost & { meant: string }) =>
			`The MX of ${a.domain} is ${a.host}; ${a.meant} was meant: the DNS panel added the domain once more.`,
		impact: LOST,
		fix: (a: AboutHost & { meant: string }) =>
			records('Write the name with a final dot, or as the panel wants it.', [
				deleteHost(a),
				mxLine(a.domain, a.preference, a.meant),
			]),
		reproduce,
	},
	'mixed-providers': {
		...common,
		severity: 'high',
		says: (a: About & { providers: readonly string[] }) =>
			`Mail to ${a.domain} goes to ${listed(a.providers)} at once.`,
		impact: 'A part of the mail lands in mailboxes that nobody reads.',
		fix: (a: About & { hosts: readonly string[] }) =>
			advice(
				'Keep the MX records of the provider whose mailboxes are used, and delete the others.',
				`Now: ${a.hosts.join(', ')}.`,
			),
		reproduce,
	},
	'verification-leftover': {
		...common,
		severity: 'later',
		says: (a: AboutHost) => `${a.domain} still has the verification record ${a.host} among its MX.`,
		impact: 'It can never receive mail, and some senders try it.',
		fix: (a: AboutHost) => records('Delete it.', [deleteHost(a)]),
		reproduce,
	},
	'duplicate-host': {
		...common,
		severity: 'later',
		says: (a: AboutHost) => `${a.domain} names the mail host ${a.host} more than once.`,
		impact: 'Nothing breaks; the second record does nothing.',
		fix: (a: AboutHost) => records('Delete the repeat.', [deleteHost(a)]),
		reproduce,
	},
	'no-ipv6': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(0),
		says: (a: About) => `No mail host of ${a.domain} has an IPv6 address.`,
		impact: 'Senders with IPv6 alone cannot deliver; hardly any exist.',
		fix: advice('Nothing to do.'),
		reproduce,
	},
} satisfies Verdicts<MailDomain['context']>;

/** Without the brackets of an address literal (RFC 5321 §4.1.3). */
export function bareAddress(exchange: string): string {
	return exchange.replace(/^\[(?:ipv6:)?|\]$/gi, '');
}

function withoutMx(hasAddress: boolean | null): string {
	if (hasAddress === null) return '';
	return hasAddress ? '; mail to it goes to the web server' : ', and no address either';
}
