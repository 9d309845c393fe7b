import {
	type ClaimableName,
	type Evidence,
	type Fix,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';
import { shellName } from './_shell-name.ts';

/** A name of ours and the records that lead away from it. */
type Leading = {
	readonly host: string;
	/** Our own records on the way, as a zone file writes them. */
	readonly records: readonly string[];
	readonly target: string;
	readonly panel: string | null;
	readonly ttl: number | null;
	readonly isConfirmed: boolean;
	/** Of the risk that this is a part of. */
	readonly cause: string;
};

type Unclaimed = Leading & {
	readonly service: string;
	readonly claimable: 'yes' | 'edge' | 'no';
	/** The service's words, or NXDOMAIN. */
	readonly shown: string;
	readonly page: { readonly url: string; readonly status: number } | null;
	/** How to take the name back at the service. */
	readonly reclaim: string;
};

type Dangling = Leading & {
	/** `null` where the target is at no service that we know. */
	readonly service: string | null;
};

type Unregistered = {
	readonly kind: 'CNAME' | 'NS' | 'SRV' | 'MX' | 'SPF';
	readonly owner: string;
	readonly record: string;
	readonly target: string;
	readonly domain: string;
	readonly seen: string;
	readonly panel: string | null;
	readonly ttl: number | null;
	/** Of the risk that this is a part of. */
	readonly cause: string;
};

type UnclaimedZone = {
	readonly zone: string;
	readonly servers: readonly string[];
	readonly said: readonly string[];
	readonly provider: string | null;
	readonly zones: 'open' | 'paid' | 'edge' | 'closed';
	readonly isOwn: boolean;
	readonly panel: string | null;
	readonly ttl: number | null;
	readonly cause: string;
};

type Released = {
	readonly host: string;
	readonly address: string;
	readonly cloud: string;
	readonly record: string;
	readonly panel: string | null;
	readonly ttl: number | null;
	readonly cause: string;
};

/** Where the record's TTL was not seen, in seconds. */
const USUAL_TTL = 3_600;

const leadOf = (a: { ttl: number | null }) => seconds(a.ttl ?? USUAL_TTL);

const TAKEN =
	'A stranger can put a page of theirs under your name: a log-in form with a valid certificate, to which cookies of your domain may be sent.';

function removing(a: Leading): string[] {
	return ['; delete', ...a.records];
}

const vantages = (a: { isConfirmed: boolean }) =>
	a.isConfirmed
		? 'Asked of the resolver and, independently, of the name servers from the root down; both agree.'
		: 'Asked of the resolver, which answers for other names. The name servers themselves were not heard from here.';

const dig = (a: { host: string }) =>
	`dig +noall +comments +answer ${shellName(a.host.replace('*', 'x'))} A`;

const wayThere = (a: Leading): Evidence => ({
	kind: 'dns',
	summary: `${a.host} leads to ${a.target}`,
	detail: a.records.join('\n'),
});

const gone = (a: Leading): Evidence => ({
	kind: 'dns',
	summary: `${a.target} A: nxdomain`,
	detail: vantages(a),
});

function deleteOrReclaim(a: Unclaimed): Fix {
	return records(
		`Delete the record of ${a.host} today, ${inPanel(a.panel)}, or take the name back at ${a.service}.`,
		removing(a),
		`If nothing runs under ${a.host} any more: delete the record now; that alone ends the danger once its TTL has passed.`,
		`If you still need the name: ${a.reclaim}`,
		'From now on, delete the DNS record first and the resource behind it afterwards.',
	);
}

const WITHOUT: Readonly<Record<Unregistered['kind'], string>> = {
	CNAME: 'Whoever registers it decides what visitors of the name are shown.',
	MX: 'Whoever registers it receives the mail that this record leads there, password resets included.',
	NS: 'Whoever registers it answers for your whole zone: web, mail and certificates.',
	SRV: 'Whoever registers it receives the connections and log-ins of programs that use this service.',
	SPF: 'Whoever registers it decides who else may send mail in your name and pass SPF.',
};

/** What can be said about names that a stranger could claim. */
export const TAKEOVER_VERDICTS = {
	ours: {
		outcome: 'pass',
		says: (a: { host: string; leadsTo: string | null }) =>
			a.leadsTo === null
				? `${a.host} leads to nothing that a stranger can claim.`
				: `${a.host} leads to ${a.leadsTo}.`,
	},
	'dangling-cname': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(10),
		lead: leadOf,
		says: (a: Dangling) =>
			`${a.host} is an alias that ends at ${a.target}, which does not exist${a.service === null ? '' : `; ${a.service} is not known to give it to strangers without proof`}.`,
		impact:
			'The name is broken now. If somebody else can ever create what it points to, they publish under your name.',
		fix: (a: Dangling) =>
			records(
				`Delete the alias of ${a.host} ${inPanel(a.panel)}, or point it to what exists.`,
				removing(a),
				`Find out what ${a.target} was. If it is still needed, set it up again and use the target that the service then shows.`,
				'From now on, delete the DNS record first and the resource behind it afterwards.',
			),
		confidence: (a: Dangling) => (a.isConfirmed ? 'high' : 'medium'),
		control: vantages,
		reproduce: dig,
		evidence: (a: Dangling) => [wayThere(a), gone(a)],
		cause: (a: Dangling) => a.cause,
	},
	'unclaimed-service': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: Unclaimed) => (a.claimable === 'yes' ? 'blocker' : 'high'),
		},
		effort: minutes(15),
		lead: leadOf,
		says: (a: Unclaimed) =>
			a.page === null
				? `${a.host} points to ${a.target} at ${a.service}, which nobody holds any more (NXDOMAIN): whoever creates it there gets the name.`
				: `${a.host} points to ${a.service} (${a.target}), where nobody holds it: ${a.page.url} says "${a.shown}" (${a.page.status}). ${a.claimable === 'yes' ? 'Whoever enters it there gets the name.' : 'In some accounts a stranger can enter it there and gets the name.'}`,
		impact: TAKEN,
		fix: deleteOrReclaim,
		control: (a: Unclaimed) =>
			a.page === null
				? `The target is ${a.service}'s, and it does not exist. ${vantages(a)}`
				: `The name leads to ${a.service}, and the words are that service's own; ${a.page.status < 400 ? 'a random path says the same' : 'they came with an error status, and not as part of a page that works'}.`,
		reproduce: (a: Unclaimed) => (a.page === null ? dig(a) : `curl -sk ${a.page.url}`),
		evidence: (a: Unclaimed) => [
			wayThere(a),
			a.page === null
				? gone(a)
				: { kind: 'http', summary: `GET ${a.page.url}: ${a.page.status}`, detail: a.shown },
		],
		cause: (a: Unclaimed) => a.cause,
	},
	'target-domain-unregistered': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(15),
		lead: leadOf,
		says: (a: Unregistered) =>
			`The ${a.kind} record of ${a.owner} depends on ${a.target}, and anybody can register ${a.domain}: ${a.seen}.`,
		impact: (a: Unregistered) => WITHOUT[a.kind],
		fix: (a: Unregistered) =>
			a.kind === 'SPF'
				? {
						summary: `Take ${a.record} out of the SPF record of ${a.owner} ${inPanel(a.panel)}.`,
						steps: [
							`Publish the record of ${a.owner} without the term below. If that record is a provider's, tell the provider, and take its include out of yours until then.`,
							`If mail really depends on ${a.domain}: register the domain yourself today.`,
						],
						snippets: [{ platform: 'any', language: 'text', text: `remove: ${a.record}` }],
					}
				: records(
						`Delete the ${a.kind} record of ${a.owner} today ${inPanel(a.panel)}, or register ${a.domain} yourself.`,
						['; delete', a.record],
						`If ${a.domain} is a typing error, publish the record with the right name.`,
						`If ${a.domain} was yours and has expired, register it again before somebody else does.`,
					),
		control:
			'Two sources agree: the name servers of the top-level domain deny the domain, and the registry has no such registration.',
		reproduce: (a: Unregistered) =>
			`dig +noall +comments ${shellName(a.domain)} NS; whois ${shellName(a.domain)}`,
		evidence: (a: Unregistered) => [
			{ kind: 'dns', summary: `${a.owner}: ${a.record}`, detail: '' },
			{ kind: 'dns', summary: `${a.domain}: not registered`, detail: a.seen },
		],
		cause: (a: Unregistered) => a.cause,
	},
	'unclaimed-zone': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: UnclaimedZone) => (a.zones === 'open' || a.zones === 'paid' ? 'blocker' : 'high'),
		},
		effort: minutes(30),
		lead: leadOf,
		says: (a: UnclaimedZone) =>
			`${a.zone} is delegated to ${a.servers.join(', ')}, and none of them has the zone (${a.said.join('; ')})${OPENNESS[a.zones](a.provider)}.`,
		impact: (a: UnclaimedZone) =>
			a.zones === 'closed'
				? 'Every name in the zone is dead, and whoever gets the zone at the provider owns all of them.'
				: 'Whoever sets the zone up at the provider owns every name in it: web, mail, and certificates for them.',
		fix: (a: UnclaimedZone) =>
			records(
				a.isOwn
					? `Create the zone ${a.zone} at ${a.provider ?? 'the DNS provider'} again today, or enter other name servers at the registrar.`
					: `Delete the delegation of ${a.zone} ${inPanel(a.panel)}, or create the zone at ${a.provider ?? 'its DNS provider'} again.`,
				[
					a.isOwn ? '; at the registrar, replace' : '; delete',
					...a.servers.map((server) => `${a.zone}. IN NS ${server}.`),
				],
				`If the zone is still needed: create ${a.zone} at ${a.provider ?? 'the provider'} in your own account, and check that it gives the zone these very name servers.`,
				...(a.isOwn
					? []
					: [
							'If it is not: delete the NS records below from the zone above; nothing else depends on them.',
						]),
			),
		control:
			'Every server was asked directly and answered; none was merely silent. The resolver finds no answer either.',
		reproduce: (a: UnclaimedZone) =>
			a.servers
				.map((server) => `dig +norecurse @${shellName(server)} ${shellName(a.zone)} SOA`)
				.join('; '),
		evidence: (a: UnclaimedZone) => [
			{ kind: 'dns', summary: `${a.zone} SOA, asked of each server`, detail: a.said.join('\n') },
		],
		cause: (a: UnclaimedZone) => a.cause,
	},
	'released-address': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		lead: leadOf,
		says: (a: Released) =>
			`${a.host} points to ${a.address}, an address that ${a.cloud} lends, and nothing answers there on 443 or 80.`,
		impact:
			'If the server was given up, the cloud lends the address to its next customer, who then serves whatever they like under your name.',
		fix: (a: Released) =>
			records(
				`Delete the address record of ${a.host} ${inPanel(a.panel)}, unless the server is still yours.`,
				['; delete', a.record],
				`Look in your account at ${a.cloud} whether ${a.address} still belongs to you; if it does, and the server is only switched off, keep the address reserved.`,
			),
		confidence: 'low',
		control: 'The audited site itself accepted a connection from here in the same minute.',
		reproduce: (a: Released) => `nc -vz -w 5 ${a.address} 443; nc -vz -w 5 ${a.address} 80`,
		evidence: (a: Released) => [
			{ kind: 'dns', summary: a.record, detail: `an address that ${a.cloud} lends` },
			{ kind: 'http', summary: `${a.address}: no connection on 443 or 80`, detail: '' },
		],
		cause: (a: Released) => a.cause,
	},
} satisfies Verdicts<ClaimableName['context']>;

const OPENNESS: Readonly<Record<UnclaimedZone['zones'], (provider: string | null) => string>> = {
	open: (provider) => `; ${provider} lets anybody set the zone up`,
	paid: (provider) => `; ${provider} lets any paying customer set the zone up`,
	edge: (provider) => `; at ${provider} a stranger can sometimes set the zone up`,
	closed: () => '',
};
