import {
	commands,
	days,
	type Fix,
	type Host,
	isWithin,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import type { Broken, Disagreement } from './_conclude.ts';
import { inPanel } from './_in-panel.ts';

/** Where no SOA said how long an absence is cached: the most common setting, in seconds. */
const USUAL_NEGATIVE_TTL = 3_600;

type Named = {
	readonly host: string;
};

type Absent = Named & {
	readonly seen: string;
	readonly line: string;
	readonly panel: string | null;
	readonly negativeTtl: number | null;
	readonly undelegated: boolean;
	readonly isAlias: boolean;
	readonly isConfirmed: boolean;
	readonly isPlanned: boolean;
};

/** Most registries publish DS records for a day; resolvers keep the old one for as long. */
const USUAL_DS_TTL = days(1);

const leadOf = (a: { negativeTtl: number | null }) => seconds(a.negativeTtl ?? USUAL_NEGATIVE_TTL);
const causeOr = (id: string) => (a: { undelegated: boolean }) =>
	a.undelegated ? 'dns/delegation/missing' : id;
const dig = (a: { host: string }) => `dig +noall +comments +answer ${a.host} A ${a.host} AAAA`;
const publish = (a: Absent) =>
	a.undelegated
		? delegate(a)
		: records(
				`Publish an address for ${a.host} ${inPanel(a.panel)}.`,
				linesFor(a),
				...(a.isAlias ? ['Or keep the alias, and correct it to a name that exists.'] : []),
				'Keep the TTL short until the launch is over, then raise it.',
			);
/** Records help nobody while no registry leads to the servers that hold them. */
const delegate = (a: Absent) =>
	records(
		'Enter the name servers of your DNS provider at the registrar: the registry does not know the domain.',
		[a.line],
		'Look at the registrar whether the domain is registered, paid for, and not on hold.',
		'Enter the name servers that the DNS provider names, and no others.',
		'Then publish the record below there.',
	);
/** Nothing may stand beside an alias (RFC 2181 §10.1), so the new record takes its place. */
const linesFor = (a: Absent) => [
	...(a.isAlias ? [`; first delete the CNAME record of ${a.host}, then publish`] : []),
	a.line,
];
const vantages = (a: Absent) => (a.isPlanned ? PLANNED : asked(a));
const PLANNED =
	'Read in the zone file that is to be published; no server was asked about this name.';
const asked = (a: Absent) =>
	a.isConfirmed
		? 'Asked of the resolver and, independently, of the name servers from the root down; both agree.'
		: 'Asked of the resolver, which answers for other names. The name servers themselves were not heard from here.';

type Unanswered = Broken & Named & { readonly apex: string };

const CAUSES: Readonly<Record<Broken['kind'], (a: Unanswered) => string>> = {
	validation: () => 'dns/dnssec/broken',
	servers: ({ zone, apex }) => {
		if (isWithin(apex, zone)) return 'dns/delegation/no-working-nameserver';
		// Behind an alias, the zone is somebody else's.
		return isWithin(zone, apex) ? 'dns/delegation/subzone-broken' : 'dns/resolution/servfail';
	},
	circle: () => 'dns/alias/loop',
};

const REPAIRS: Readonly<Record<Broken['kind'], (a: Broken & Named) => Fix>> = {
	validation: (a) =>
		commands(
			`Repair DNSSEC for ${a.zone}, or take it off until after the launch.`,
			[`dig +short DS ${a.zone}; dig +cd +dnssec DNSKEY ${a.zone}`],
			'Compare the DS record at the registrar with the keys of the zone.',
			'If they do not match, delete the DS record at the registrar, or have the zone signed again with the matching key.',
			'Answers stay broken until the DS record has left caches (its TTL, usually a day).',
		),
	servers: (a) =>
		commands(
			`Get the name servers of ${a.zone} to answer for it.`,
			[`dig +trace +nodnssec ${a.host}`],
			`Look in the DNS provider's panel whether the zone ${a.zone} is there and active.`,
			'Compare the name servers at the registrar with those that the provider names; replace the wrong ones.',
		),
	circle: (a) =>
		commands(
			`Break the circle: let the last alias of ${a.host} end at a name with an address.`,
			[`dig +noall +answer ${a.host} CNAME; dig +trace +nodnssec ${a.host}`],
			'Follow the CNAME records from one name to the next, and correct the one that leads back.',
			'If there is no alias: two zones delegate to name servers whose names lie in each other; give one of them addresses of its own (glue) at the registrar.',
		),
};

/** What can be said about whether a name resolves. */
export const RESOLUTION_VERDICTS = {
	resolves: {
		outcome: 'pass',
		says: (a: { host: string; addresses: readonly string[] }) =>
			`${a.host} resolves to ${a.addresses.join(', ')}.`,
	},
	'apex-missing': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(10),
		lead: leadOf,
		says: (a: Absent) => `${a.host} has no address: ${a.seen}.`,
		impact: 'Everybody who types the address gets "server not found".',
		fix: publish,
		control: vantages,
		reproduce: dig,
		cause: causeOr('dns/resolution/apex-missing'),
	},
	'www-missing': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { usedBy: string | null }) => (a.usedBy === null ? 'high' : 'blocker'),
		},
		effort: minutes(10),
		lead: leadOf,
		says: (a: Absent & { usedBy: string | null }) =>
			`${a.host} has no address (${a.seen})${a.usedBy === null ? '' : `, and ${a.usedBy}`}.`,
		impact:
			'Many people type www, and some programs add it. They get "server not found" while the bare domain works.',
		fix: (a: Absent) =>
			a.undelegated
				? delegate(a)
				: records(
						`Publish ${a.host} ${inPanel(a.panel)}, and redirect it to the bare domain or the other way round.`,
						linesFor(a),
						'Add the name to the certificate before the redirect.',
					),
		control: vantages,
		reproduce: dig,
		cause: causeOr('dns/resolution/www-missing'),
	},
	'host-missing': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { usedBy: string | null }) => (a.usedBy === null ? 'blocker' : 'high'),
		},
		effort: minutes(10),
		lead: leadOf,
		says: (a: Absent & { usedBy: string | null }) =>
			`${a.host} does not exist (${a.seen})${a.usedBy === null ? '' : `, and ${a.usedBy}`}.`,
		impact: 'Whatever runs under this name cannot be reached by anybody.',
		fix: publish,
		control: vantages,
		reproduce: dig,
		cause: causeOr('dns/resolution/host-missing'),
	},
	'no-address': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'later'],
			pick: (a: { required: boolean }) => (a.required ? 'blocker' : 'later'),
		},
		effort: minutes(10),
		lead: leadOf,
		says: (a: Absent & { required: boolean }) =>
			`${a.host} exists and has neither an A nor an AAAA record: ${a.seen}.`,
		impact: 'The name leads nowhere: browsers say "server not found".',
		fix: publish,
		control: vantages,
		reproduce: dig,
	},
	'ipv6-only': {
		outcome: 'fail',
		severity: {
			by: 'standing',
			is: { apex: 'blocker', named: 'blocker', www: 'blocker', guessed: 'high' },
		},
		effort: minutes(15),
		lead: leadOf,
		says: (a: Absent & { v6: readonly string[] }) =>
			`${a.host} has only IPv6 addresses (${a.v6.join(', ')}) and no A record.`,
		impact:
			'About half of all visitors have no IPv6. For them the site does not exist, while it works in your office.',
		fix: (a: Absent) => records(`Add an A record for ${a.host} ${inPanel(a.panel)}.`, linesFor(a)),
		control: vantages,
		reproduce: dig,
	},
	servfail: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(60),
		lead: (a: Broken & Named) => (a.kind === 'validation' ? USUAL_DS_TTL : seconds(0)),
		says: (a: Broken & Named) =>
			a.kind === 'validation'
				? `Resolvers that check DNSSEC refuse to answer for ${a.host} (${a.answered}); without the check there is an answer.`
				: `${a.host} cannot be resolved (${a.answered}), and from the root ${a.walked}.`,
		impact: 'Most or all visitors get no address: the site is down for them.',
		fix: (a: Broken & Named) => REPAIRS[a.kind](a),
		control: 'The same resolver answers for the root; the zone was also asked without it.',
		reproduce: (a: Broken & Named) =>
			`dig ${a.host} A; dig +cd ${a.host} A; dig +trace ${a.host} A`,
		cause: (a: Unanswered) => CAUSES[a.kind](a),
	},
	'resolvers-disagree': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead: (a: Disagreement & Named) => seconds(a.ttl ?? USUAL_NEGATIVE_TTL),
		says: (a: Disagreement & Named) =>
			`For ${a.host} the resolver ${a.resolver} says ${a.resolverSays}, the zone's own servers say ${a.zoneSays}.`,
		impact:
			'Some visitors are sent to the old place, or nowhere, while others are served: each sees another site.',
		fix: (a: Disagreement & Named) => ({
			summary:
				'Wait until the old answer has left the caches, then compare again; if it stays, bring the name servers in step.',
			steps: [
				`Wait ${a.ttl ?? USUAL_NEGATIVE_TTL} seconds (the TTL of the old answer) and run the command again.`,
				'If they still differ, the resolver was given other records: look for a split-horizon zone, a filter, or a name server that did not get the update.',
			],
			snippets: [
				{
					platform: 'any',
					language: 'shell',
					text: `dig +short ${a.host} A; dig +trace +nodnssec ${a.host} A | tail -5`,
				},
			],
		}),
		control:
			'Not a load balancer: the zone says it steadily (two servers or two questions, long TTL, no alias), or one side has no address at all.',
		confidence: 'medium',
	},
	'name-invalid': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		says: (a: { host: string; fault: string }) => `${a.host} is not a valid host name: ${a.fault}.`,
		impact: 'Some browsers, mail programs and certificate authorities refuse the name.',
		fix: (a: { host: string; fault: string }) => ({
			summary: `Serve the site under a name made of letters, digits and hyphens (for other scripts: its A-label) instead of ${a.host}.`,
			steps: ['Publish the new name first, redirect the old one, then change the links.'],
			snippets: [],
		}),
		reproduce: (a: { host: string }) => `dig ${a.host} A`,
	},
} satisfies Verdicts<Host['context']>;
