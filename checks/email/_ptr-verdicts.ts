import {
	cloudOf,
	type Evidence,
	type Fix,
	type MailDomain,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { addressLine, deletion, dig, listed, ptrLine } from './_lines.ts';

/** One address that mail comes from, or goes to. */
export interface AboutAddress {
	readonly domain: string;
	readonly address: string;
	/** By the user, by a lone address in SPF, or by an MX. */
	readonly from: 'given' | 'spf' | 'mx';
	/** Name of its PTR records, and where they have to stand. */
	readonly reverse: string;
	readonly owner: string;
	/** What its PTR records say. */
	readonly names: readonly string[];
	/** What they should say, and whether that name leads to the address already. */
	readonly name: string;
	readonly isNamed: boolean;
	/** Seconds. */
	readonly ttl: number | null;
	readonly seen: readonly string[];
}

/** Where nothing says how long an absence is cached: the most common setting, in seconds. */
const USUAL_TTL = 3_600;

const bySource = {
	oneOf: ['blocker', 'high'],
	pick: (a: AboutAddress): 'blocker' | 'high' => (a.from === 'given' ? 'blocker' : 'high'),
} as const;

const evidence = (a: AboutAddress): readonly Evidence[] => [
	{
		kind: 'dns',
		summary: `${a.reverse} PTR: ${listed(a.names) || 'none'}`,
		detail: a.seen.join('\n'),
	},
];

const common = {
	outcome: 'fail',
	effort: minutes(20),
	lead: (a: AboutAddress) => seconds(a.ttl ?? USUAL_TTL),
	evidence,
	reproduce: (a: AboutAddress) => dig(a.reverse, 'PTR'),
	fix: setName,
	confidence: (a: AboutAddress): 'high' | 'medium' => (a.from === 'spf' ? 'medium' : 'high'),
} as const;

const REFUSED =
	'Gmail answers "550 5.7.25 the sending IP does not have a PTR record", and most other receivers score such mail as spam or refuse it.';

export const PTR_VERDICTS = {
	confirmed: {
		outcome: 'pass',
		says: (a: { domain: string; pairs: readonly string[] }) =>
			`The addresses that send for ${a.domain} have names that lead back to them: ${listed(a.pairs)}.`,
	},
	missing: {
		...common,
		severity: bySource,
		says: (a: AboutAddress) => `${a.address}, which ${sends(a)}, has no reverse name (PTR).`,
		impact: REFUSED,
	},
	'not-confirmed': {
		...common,
		severity: bySource,
		says: (a: AboutAddress) =>
			`The reverse name of ${a.address}, which ${sends(a)}, does not lead back to it: ${listed(a.names)} ${a.names.length > 1 ? 'lead' : 'leads'} elsewhere or nowhere.`,
		impact: `A reverse name that is not confirmed counts as none. ${REFUSED}`,
		control: 'A and AAAA of each name were looked up, and answered.',
	},
	generic: {
		...common,
		severity: 'later',
		says: (a: AboutAddress) =>
			`${a.address}, which ${sends(a)}, is called ${listed(a.names)}: a name that a provider gives to every address.`,
		impact:
			'Spam filters take such names for dial-in lines and rented machines that nobody has set up, and trust their mail less.',
	},
	'mx-missing': {
		...common,
		severity: 'info',
		says: (a: AboutAddress) =>
			`${a.address}, at which mail for ${a.domain} is received, has no reverse name (PTR).`,
		impact:
			'Nothing for mail that comes in. If the same machine also sends, receivers refuse what it sends.',
	},
} satisfies Verdicts<MailDomain['context']>;

function sends({ from, domain }: AboutAddress): string {
	return from === 'given'
		? `sends mail for ${domain}`
		: `the SPF record of ${domain} names on its own`;
}

/** Where each cloud lets its customers set the name. */
const CONSOLES: Readonly<Record<string, string>> = {
	'Amazon EC2':
		'AWS: EC2 > Elastic IPs > the address > Actions > Update reverse DNS. The A or AAAA record must exist first; an address that is not elastic cannot have a name.',
	DigitalOcean: 'DigitalOcean: rename the droplet to that very name; it becomes the reverse name.',
	'Google Cloud':
		'Google Cloud: VM instance > Edit > Network interface > Public DNS PTR record. Google blocks port 25 outwards: mail must leave through a relay.',
	Hetzner:
		'Hetzner: Cloud Console > Server > Networking > the address > Edit reverse DNS (Robot: IPs > the pencil).',
	Linode: 'Linode: the instance > Network > the address > Edit RDNS.',
	'Microsoft Azure':
		'Azure: az network public-ip update --name NAME --resource-group GROUP --reverse-fqdn NAME.DOMAIN. Azure blocks port 25 outwards for most subscriptions: mail must leave through a relay.',
	Vultr: 'Vultr: the server > Settings > IPv4 or IPv6 > Reverse DNS.',
};

function setName(a: AboutAddress): Fix {
	const cloud = cloudOf(a.address);
	const console_ = cloud === null ? undefined : CONSOLES[cloud];
	const isAlias = a.owner !== a.reverse;
	const old = a.names.map((name) => deletion(ptrLine(a.owner, name)));
	return records(
		`Have the reverse name of ${a.address} set to ${a.name}, and have that name lead to the address.`,
		[...(a.isNamed ? [] : [addressLine(a.name, a.address)]), ptrLine(a.owner, a.name), ...old],
		...(isAlias
			? [`The block is delegated by aliases (RFC 2317): the PTR record stands at ${a.owner}.`]
			: [
					console_ ??
						`The PTR record is not in your zone: whoever the address belongs to sets it, usually in the console of the hosting company, or on request. whois ${a.address} names them.`,
				]),
		`Let the mail server introduce itself with the same name (Postfix: myhostname = ${a.name}).`,
		...(a.from === 'spf'
			? [`If no machine sends from ${a.address} any more, delete it from the SPF record instead.`]
			: []),
	);
}
