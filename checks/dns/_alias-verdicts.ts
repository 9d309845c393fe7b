import { type Host, minutes, records, seconds, type Verdicts } from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';
import { shellName } from './_shell-name.ts';

type Place = {
	readonly host: string;
	/** The name that holds the alias: the host, or one that it leads to. */
	readonly owner: string;
	readonly targets: readonly string[];
	readonly ttl: number | null;
	readonly panel: string | null;
};

type Apex = Place & {
	/** Where the alias leads, in addresses; empty where it leads to none. */
	readonly addresses: readonly string[];
};

type Beside = Place & { readonly records: readonly string[] };

type Long = Place & {
	readonly chain: readonly string[];
	/** Aliases of ours on the way. */
	readonly own: number;
	readonly isCut: boolean;
	/** The first name on the way that is no alias of ours. */
	readonly end: string;
};

type Doubled = Place & {
	/** What was meant. */
	readonly meant: string;
	readonly origin: string;
	readonly required: boolean;
	readonly cause: string;
};

/** Where the record's TTL was not seen, in seconds. */
const USUAL_TTL = 3_600;

const leadOf = (a: Place) => seconds(a.ttl ?? USUAL_TTL);
const aliasLines = (a: Place) => a.targets.map((target) => `${a.owner}. IN CNAME ${target}.`);
const dig = (a: Place) => `dig +noall +answer ${shellName(a.owner)} CNAME`;
const askDirectly = (a: Place) =>
	`dig +trace +nodnssec ${shellName(a.owner)} CNAME; dig +trace +nodnssec ${shellName(a.owner)} A`;

/** More than two are slow, more than five often fail, more than eight fail at common resolvers. */
export const OWN_HOPS = { later: 2, high: 5, blocker: 8 } as const;

/** What can be said about a host's aliases. */
export const ALIAS_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { host: string; chain: readonly string[] }) =>
			a.chain.length === 0
				? `${a.host} is no alias.`
				: `${a.host} is an alias of ${a.chain.join(', then ')}.`,
	},
	'at-apex': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(20),
		lead: leadOf,
		says: (a: Apex) =>
			`${a.owner} is an alias (CNAME) of ${a.targets.join(', ')}, and it is the apex of a zone, where an alias hides every other record.`,
		impact:
			'Resolvers that follow the alias find no MX, TXT or NS of yours: mail is lost, certificates and verifications fail, for some visitors the whole domain.',
		fix: (a: Apex) => ({
			summary: `Replace the alias of ${a.owner} by an ALIAS record (also called ANAME or flattened CNAME) or by addresses, ${inPanel(a.panel)}.`,
			steps: [
				'If the panel offers ALIAS, ANAME or CNAME flattening for the bare domain: use it with the same target.',
				'If it does not: publish the addresses that the host of the site names for bare domains (A and AAAA), and delete the CNAME.',
			],
			snippets: [
				{
					platform: 'any',
					language: 'dns',
					text: ['; delete', ...aliasLines(a), '; publish', ...addressLines(a)].join('\n'),
				},
			],
		}),
		control: 'Asked of a name server of the zone itself; flattened aliases show none there.',
		reproduce: askDirectly,
	},
	'with-other-records': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(15),
		lead: leadOf,
		says: (a: Beside) =>
			`${a.owner} is an alias of ${a.targets.join(', ')} and has other records beside it, which no name may: ${a.records.join('; ')}.`,
		impact:
			'Which of them a visitor or a mail server gets depends on what its resolver asked first; some get the one, some the other, some an error.',
		fix: (a: Beside) =>
			records(
				`Keep either the alias or the other records of ${a.owner}, ${inPanel(a.panel)}.`,
				['; either delete', ...aliasLines(a), '; or delete', ...a.records],
				'If the name must have both an address and other records (a verification text, mail): delete the alias and publish the addresses of its target.',
				'If the other records are left over: delete them and keep the alias.',
			),
		control: 'Asked of a name server of the zone itself, type by type. Signatures do not count.',
		evidence: (a: Beside) => [
			{
				kind: 'dns',
				summary: `${a.owner}: an alias and other records`,
				detail: [...aliasLines(a), ...a.records].join('\n'),
			},
		],
		reproduce: askDirectly,
	},
	'several-targets': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(10),
		lead: leadOf,
		says: (a: Place) =>
			`${a.owner} is an alias of ${a.targets.length} names at once, where one is allowed: ${a.targets.join(', ')}.`,
		impact:
			'Resolvers treat it differently: some pick one by chance, some refuse the answer, and the name fails there.',
		fix: (a: Place) =>
			records(
				`Keep one alias of ${a.owner} ${inPanel(a.panel)}; delete the others.`,
				['; keep one of them', ...aliasLines(a)],
				'To spread visitors over several servers, publish several A and AAAA records, or use a load balancer.',
			),
		control: 'Asked of a name server of the zone itself.',
		reproduce: dig,
	},
	loop: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(15),
		lead: leadOf,
		says: (a: Place & { circle: readonly string[] }) =>
			`The aliases of ${a.host} go in a circle: ${a.circle.join(' → ')}.`,
		impact: 'The name resolves for nobody.',
		fix: (a: Place & { circle: readonly string[] }) =>
			records(`Break the circle ${inPanel(a.panel)}: let one of these names have an address.`, [
				'; replace one of these by A and AAAA records, or by an alias of a name that has them',
				...a.circle.slice(0, -1).map((name, index) => `${name}. IN CNAME ${a.circle[index + 1]}.`),
			]),
		control:
			'Each alias was asked of a name server of its zone, or of the resolver for foreign names.',
		reproduce: (a: Place) => `dig +noall +answer ${a.host} A`,
	},
	'chain-too-long': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high', 'later'],
			pick: (a: Long) =>
				a.own > OWN_HOPS.blocker ? 'blocker' : a.own > OWN_HOPS.high ? 'high' : 'later',
		},
		effort: minutes(20),
		lead: leadOf,
		says: (a: Long) =>
			`${a.host} passes ${a.own} aliases of your own${a.isCut ? ' at least' : ''} before it leaves them: ${a.chain.join(' → ')}.`,
		impact: (a: Long) =>
			a.own > OWN_HOPS.high
				? 'Resolvers give up on long chains (some after eight): the name fails for their users.'
				: 'Each hop is one more look-up before the first byte, and one more record that can break.',
		fix: (a: Long) =>
			records(
				`Point ${a.host} straight to ${a.end} ${inPanel(a.panel)}.`,
				['; replace', ...aliasLines(a), '; by', `${a.host}. 300 IN CNAME ${a.end}.`],
				'Then delete the names in between that nothing else uses.',
			),
		control: 'Only aliases of names of your own count; those of a provider are its business.',
		reproduce: (a: Long) => `dig +noall +answer ${a.host} A`,
	},
	'doubled-suffix': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: Doubled) => (a.required ? 'blocker' : 'high'),
		},
		effort: minutes(5),
		lead: leadOf,
		says: (a: Doubled) =>
			`${a.owner} is an alias of ${a.targets.join(', ')}: the domain stands in it twice, because the target lacks its final dot.`,
		impact: 'The alias leads to a name that nobody meant, and that usually does not exist.',
		fix: (a: Doubled) =>
			records(
				`Correct the target of ${a.owner} ${inPanel(a.panel)}: in a zone file it ends with a dot, in a panel it is often given without the domain.`,
				['; replace', ...aliasLines(a), '; by', `${a.owner}. 300 IN CNAME ${a.meant}.`],
			),
		reproduce: dig,
		cause: (a: Doubled) => a.cause,
	},
} satisfies Verdicts<Host['context']>;

function addressLines({ owner, addresses }: Apex): readonly string[] {
	if (addresses.length === 0) return [`${owner}. 300 IN A <IPv4 address of the site>`];
	return addresses.map(
		(address) => `${owner}. 300 IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`,
	);
}
