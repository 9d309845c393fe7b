import {
	type AuditedZone,
	days,
	type Fix,
	hours,
	minutes,
	records,
	type Snippet,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';
import { durationText, listed } from './_in-words.ts';
import { askProvider, perSoftware } from './_name-server-software.ts';

/** What every verdict is told. */
export type About = {
	readonly zone: string;
	readonly parent: string;
	/** Where the parent's list is edited: `at the registrar of example.com`. */
	readonly place: string;
	/** Whose panel edits the zone; `null` where its servers do not tell. */
	readonly panel: string | null;
	/** Of the parent's NS records, in seconds. */
	readonly ttl: number | null;
	/** When the last resolver has forgotten the old list, if it is changed now. */
	readonly by: string;
	/** Name servers that answer with authority. */
	readonly working: readonly string[];
};

type OfServer = About & { readonly server: string };
type AtAddresses = OfServer & {
	readonly addresses: readonly string[];
	/** What each address does, in words. */
	readonly said: string;
};

/** Where the parent's TTL was not seen: what most registries publish. */
export const USUAL_PARENT_TTL = days(2);
/** Resolvers forget a failure after five minutes at the latest (RFC 2308 §7.1). */
const FAILURE_TTL = minutes(5) * 60;
const USUAL_NEGATIVE_TTL = hours(1);

const parentLead = (a: { ttl: number | null }) => seconds(a.ttl ?? USUAL_PARENT_TTL);
const failureLead = seconds(FAILURE_TTL);

/** Text that came from a name server is typed into a shell only where it is a plain name. */
const isPlain = (name: string) => /^[a-z0-9_.-]+$/.test(name);
const digServer = (a: { zone: string; addresses: readonly string[] }) =>
	a.addresses.map((address) => `dig +norecurse @${address} ${a.zone} SOA`).join('; ');
const digParent = (a: { zone: string }) => `dig +trace +nodnssec ${a.zone} NS`;
const digName = (a: { server: string; zone: string }) =>
	isPlain(a.server) ? `dig +noall +answer ${a.server} A ${a.server} AAAA` : digParent(a);

const lastDate = (a: About) =>
	`Resolvers may go on using the old list until ${a.by} (the TTL at ${a.parent} is ${durationText(a.ttl ?? USUAL_PARENT_TTL)}); keep old servers running until then.`;

const nsLines = (a: { zone: string }, names: readonly string[]) =>
	names.map((name) => `${a.zone}. IN NS ${name}.`);

const without = (a: OfServer) => a.working.filter((name) => name !== a.server);

/** The parent's list and the zone's own list, without one server. */
const dropLines = (a: OfServer) => [
	`; ${a.place}, and the NS records of the zone itself`,
	...nsLines(a, without(a)),
	`; delete in both places\n${a.zone}. IN NS ${a.server}.`,
];

const SOFTWARE_FOR = (zone: string) => ({
	bind: `zone "${zone}" { type primary; file "${zone}.zone"; };`,
	nsd: `zone:\n  name: "${zone}"\n  zonefile: "${zone}.zone"`,
	knot: `zone:\n  - domain: ${zone}\n    file: ${zone}.zone`,
	powerdns: `# pdnsutil load-zone ${zone} ${zone}.zone`,
});

/** Lines of DNS before or instead of the lines for whoever runs the servers. */
function withRecords(fix: Fix, lines: readonly string[]): Fix {
	const dns: Snippet = { platform: 'any', language: 'dns', text: lines.join('\n') };
	return { ...fix, snippets: [dns, ...fix.snippets] };
}

/** Loads the zone; the text for name-server software only where nobody else runs the servers. */
function load(summary: string, a: About, ...steps: string[]): Fix {
	const provider = askProvider(
		a.panel,
		`look in its panel whether the zone ${a.zone} is there and active; if not, create it with all its records.`,
	);
	const plain = { summary, steps: [...provider, ...steps], snippets: [] };
	return a.panel === null ? perSoftware(summary, SOFTWARE_FOR(a.zone), ...steps) : plain;
}

const glueLines = (a: OfServer & { readonly own: readonly string[] }) =>
	(a.own.length > 0 ? a.own : ['<IPv4 address of the server>']).map(
		(address) => `${a.server}. IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`,
	);

type Glue = OfServer & {
	/** What the zone itself says. */
	readonly own: readonly string[];
	readonly glue: readonly string[];
	/** Nothing of the zone can be reached because of it. */
	readonly isFatal: boolean;
};

const setGlue = (a: Glue) =>
	records(
		`Enter the address of ${a.server} ${a.place}: as a host object (also called glue record, child name server or private name server).`,
		glueLines(a),
		'Registrars keep host objects apart from the list of name servers; look for "hosts", "glue" or "child name servers".',
		lastDate(a),
	);

/** One set that differs, in a sentence and as lines. */
type Differing = {
	readonly name: string;
	readonly type: string;
	readonly editions: readonly {
		readonly servers: readonly string[];
		readonly data: readonly string[];
		readonly lines: readonly string[];
	}[];
	readonly ttl: number | null;
};

type Disagreeing = About & Differing & { readonly required: boolean; readonly isBehind: boolean };

const editionText = ({ servers, data }: Differing['editions'][number]) =>
	`${listed(servers)} ${servers.length === 1 ? 'says' : 'say'} ${data.length === 0 ? 'that there is none' : listed(data)}`;
const editionsText = (a: Differing) => a.editions.map(editionText).join('; ');
const editionLines = (a: Differing) =>
	a.editions.flatMap(({ servers, lines }) => [
		`; ${servers.join(', ')}`,
		...(lines.length === 0 ? [`; no ${a.type} record of ${a.name}`] : lines),
	]);
const setLead = (a: { ttl: number | null }) => seconds(a.ttl ?? USUAL_NEGATIVE_TTL);

const ASKED_TWICE =
	'Every server was asked directly, twice; order, letter case and TTL do not count, nor do addresses that are kept for five minutes or less and may be chosen for who asks.';

const resync = (a: Disagreeing): Fix => {
	const fix =
		a.panel === null
			? perSoftware(
					`Bring the name servers of ${a.zone} in step: keep the right one of the editions below on all of them.`,
					{
						bind: `# on the server that is wrong: rndc retransfer ${a.zone}`,
						nsd: `# on the server that is wrong: nsd-control force_transfer ${a.zone}`,
						knot: `# on the server that is wrong: knotc zone-retransfer ${a.zone}`,
						powerdns: `# on the server that is wrong: pdns_control retrieve ${a.zone}`,
					},
					'Correct the zone on the primary server, raise its serial, and let the secondaries fetch it.',
				)
			: {
					summary: `Publish ${a.name} ${a.type} once more ${inPanel(a.panel)}, as it should be.`,
					steps: [
						`If the servers still differ after ten minutes, show ${a.panel} the two answers.`,
					],
					snippets: [],
				};
	const cached = `Resolvers keep the wrong answer for up to ${durationText(a.ttl ?? USUAL_NEGATIVE_TTL)} after that.`;
	return withRecords({ ...fix, steps: [...fix.steps, cached] }, editionLines(a));
};

/** What can be said about the way from the parent to a zone's servers. */
export const DELEGATION_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { zone: string; parent: string; servers: readonly string[]; notAsked: number }) =>
			`${a.parent === '.' ? 'The root' : a.parent} leads to ${listed(a.servers)}, and each of them answers for ${a.zone} alike.${a.notAsked > 0 ? ` ${a.notAsked} of their addresses cannot be asked from here.` : ''}`,
	},
	missing: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(30),
		lead: (a: { negativeTtl: number | null }) => seconds(a.negativeTtl ?? USUAL_NEGATIVE_TTL),
		says: (
			a: About & { isDenied: boolean; asked: readonly string[]; negativeTtl: number | null },
		) =>
			`Nobody leads to ${a.zone}: the servers of ${a.parent} say that ${a.isDenied ? 'the name does not exist (NXDOMAIN)' : 'it has no name servers'}.`,
		impact: 'No name of the domain resolves for anybody: no website, no mail.',
		fix: (a: About) =>
			records(
				`Enter the name servers of your DNS provider ${a.place}.`,
				[
					`${a.zone}. IN NS <first name server of your DNS provider>.`,
					`${a.zone}. IN NS <second>.`,
				],
				'Look there first whether the domain is registered, paid for, and not on hold: a domain on hold is taken out of DNS.',
				'Take exactly the names that the DNS provider shows for this zone.',
			),
		control: (a: { asked: readonly string[] }) =>
			`Asked of ${listed(a.asked)} directly, found by our own way down from the root; no cache has a part in it.`,
		reproduce: digParent,
	},
	'no-working-nameserver': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(60),
		lead: failureLead,
		says: (a: About & { said: readonly string[]; addresses: readonly string[] }) =>
			`No name server of ${a.zone} answers for it: ${a.said.join('; ')}.`,
		impact: 'No name of the domain resolves for anybody: no website, no mail.',
		fix: (a: About) =>
			load(
				`Get the name servers of ${a.zone} to answer for it: load the zone on them, or enter others ${a.place}.`,
				a,
				'Silent or refusing servers: start the name-server program, and open port 53 for UDP and TCP.',
				'Servers that answer and know nothing of the zone: load it there, or enter the name servers of the provider where it really is.',
				lastDate(a),
			),
		control: 'The resolver gets no answer for the zone either, while it works for the root.',
		reproduce: (a: About & { addresses: readonly string[] }) =>
			a.addresses.length > 0 ? digServer(a) : digParent(a),
	},
	lame: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		lead: parentLead,
		says: (a: AtAddresses) =>
			`${a.server} is named as a name server of ${a.zone} and does not serve it: ${a.said}.`,
		impact:
			"Every resolver that happens to ask this server loses time, and some visitors and mail servers get an error. If the server is a provider's, somebody else may set the zone up there.",
		fix: (a: AtAddresses) =>
			withRecords(
				load(
					`Load ${a.zone} on ${a.server}, or take ${a.server} off the list ${a.place}.`,
					a,
					`If ${a.server} is no longer meant to serve the zone: keep the list below in both places, and delete it.`,
					lastDate(a),
				),
				dropLines(a),
			),
		control:
			'Other servers of the zone answered with authority, asked in the same way in the same second.',
		reproduce: digServer,
	},
	'nameserver-unreachable': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { others: number }) => (a.others >= 2 ? 'later' : 'high'),
		},
		effort: minutes(45),
		lead: parentLead,
		says: (a: AtAddresses & { others: number }) =>
			`${a.server} does not answer for ${a.zone}: ${a.said}.`,
		impact: (a: AtAddresses & { others: number }) =>
			a.others >= 2
				? 'Resolvers that ask this server wait before they try another one.'
				: 'Resolvers that ask this server wait for seconds, and one more failure takes the whole domain down.',
		fix: (a: AtAddresses) =>
			records(
				`Repair ${a.server}, or take it off the list ${a.place}.`,
				dropLines(a),
				'Look whether the name-server program runs, listens on the public address, and whether port 53 is open for UDP and for TCP.',
				...askProvider(a.panel, 'take its list of name servers from the panel again.'),
				lastDate(a),
			),
		control:
			'Three questions over UDP and one over TCP; other servers answered from here in the same seconds.',
		reproduce: (a: AtAddresses) =>
			a.addresses
				.map((address) => `dig @${address} ${a.zone} SOA; dig +tcp @${address} ${a.zone} SOA`)
				.join('; '),
	},
	'nameserver-without-address': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(20),
		lead: parentLead,
		says: (a: OfServer & { seen: string; isInside: boolean; isFatal: boolean }) =>
			`${a.server}, a name server of ${a.zone}, has neither an A nor an AAAA record: ${a.seen}.`,
		impact: 'Nobody can ask this server: the zone has one server less than it seems.',
		fix: (a: OfServer & { isInside: boolean }) =>
			a.isInside
				? records(
						`Publish the address of ${a.server} in the zone ${inPanel(a.panel)}, and enter the same address ${a.place}.`,
						[`${a.server}. 3600 IN A <IPv4 address of the server>`],
					)
				: records(
						`Correct the name of ${a.server} ${a.place} and in the zone, or take it off both lists.`,
						dropLines(a),
						lastDate(a),
					),
		control: 'Other names resolve through the same server or resolver.',
		reproduce: digName,
		cause: (a: { isFatal: boolean }) =>
			a.isFatal
				? 'dns/delegation/no-working-nameserver'
				: 'dns/delegation/nameserver-without-address',
	},
	'nameserver-address-private': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { isOnly: boolean }) => (a.isOnly ? 'blocker' : 'high'),
		},
		effort: minutes(20),
		lead: parentLead,
		says: (a: AtAddresses & { isOnly: boolean }) =>
			`${a.server}, a name server of ${a.zone}, is at ${listed(a.addresses)}, which nobody outside can reach${a.isOnly ? ', and no name server has a public address' : ''}.`,
		impact: (a: AtAddresses & { isOnly: boolean }) =>
			a.isOnly
				? 'The domain resolves in your network and for nobody else.'
				: 'A part of all questions is sent to an address where nobody answers.',
		fix: (a: AtAddresses) =>
			records(
				`Replace the address of ${a.server} by its public one, in its own zone and ${a.place}.`,
				[
					...a.addresses.map(
						(address) =>
							`; delete\n${a.server}. IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`,
					),
					`; publish\n${a.server}. 3600 IN A <public address of the server>`,
				],
				lastDate(a),
			),
		control: 'The classes of address that this network itself treats as public are excluded.',
		reproduce: digName,
		cause: (a: { isOnly: boolean }) =>
			`dns/delegation/${a.isOnly ? 'no-working-nameserver' : 'nameserver-address-private'}`,
	},
	'nameserver-is-alias': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(20),
		lead: parentLead,
		says: (a: OfServer & { target: string }) =>
			`${a.server}, a name server of ${a.zone}, is an alias of ${a.target}, which NS records must not point to.`,
		impact:
			'Many resolvers do not follow the alias, so for their users this server does not exist.',
		fix: (a: OfServer & { target: string }) =>
			records(
				`Name ${a.target} itself in the NS records, in the zone and ${a.place}; or give ${a.server} addresses of its own.`,
				[
					`; delete\n${a.zone}. IN NS ${a.server}.`,
					`; publish, in both places\n${a.zone}. IN NS ${a.target}.`,
				],
				lastDate(a),
			),
		reproduce: digName,
	},
	'nameserver-name-invalid': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead: parentLead,
		says: (a: OfServer & { fault: string }) =>
			`"${a.server}" cannot be the name of a name server of ${a.zone}: ${a.fault}.`,
		impact: 'Resolvers cannot ask this server: the zone has one server less than it seems.',
		fix: (a: OfServer) =>
			records(
				`Enter the host name of the server instead, in the zone and ${a.place}.`,
				[
					`; delete\n${a.zone}. IN NS ${a.server}.`,
					`; publish\n${a.zone}. IN NS <host name of the server>.`,
				],
				'NS records hold names, never addresses; the address belongs to the A record of that name.',
				lastDate(a),
			),
		reproduce: digParent,
	},
	'nameserver-domain-expiring': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { expires: string | null }) => (a.expires === null ? 'blocker' : 'high'),
		},
		effort: minutes(20),
		lead: (a: About & { expires: string | null }) =>
			seconds(a.expires === null ? (a.ttl ?? USUAL_PARENT_TTL) : 0),
		says: (a: About & { domain: string; servers: readonly string[]; expires: string | null }) =>
			a.expires === null
				? `${a.zone} is served by ${listed(a.servers)}, and nobody holds the domain ${a.domain}: anybody can register it.`
				: `${a.zone} is served by ${listed(a.servers)}, and the registration of ${a.domain} ends on ${a.expires.slice(0, 10)}.`,
		impact:
			'Whoever holds that domain answers for yours: web, mail, and certificates. When it lapses, yours goes with it.',
		fix: (a: About & { domain: string; servers: readonly string[]; expires: string | null }) =>
			records(
				a.expires === null
					? `Take ${listed(a.servers)} off the lists today, or register ${a.domain} yourself.`
					: `Renew ${a.domain}, or have its owner renew it, or move to other name servers before that day.`,
				a.servers.map((server) => `; delete\n${a.zone}. IN NS ${server}.`),
				lastDate(a),
			),
		reproduce: (a: { domain: string }) => `whois ${a.domain}`,
	},
	'single-nameserver': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(60),
		lead: parentLead,
		says: (a: OfServer) => `${a.zone} has a single name server, ${a.server}.`,
		impact:
			'When this one server or its network fails, the whole domain is gone: website, mail, everything.',
		fix: (a: OfServer) =>
			records(
				`Add a second name server for ${a.zone}, in another network, in the zone and ${a.place}.`,
				[...nsLines(a, [a.server]), `${a.zone}. IN NS <second name server>.`],
				...askProvider(
					a.panel,
					'its panel names at least two servers for the zone; enter all of them.',
				),
				...(a.panel === null
					? ['A secondary DNS service fetches the zone from your server; most providers offer it.']
					: []),
			),
		reproduce: digParent,
	},
	'shared-address': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(60),
		lead: parentLead,
		says: (a: About & { servers: readonly string[]; address: string }) =>
			`${listed(a.servers)} are name servers of ${a.zone} and one machine: they share ${a.address}.`,
		impact: 'The second name is no second server: one failure takes both away.',
		fix: (a: About & { servers: readonly string[]; address: string }) =>
			records(
				`Put ${a.servers.at(-1)} on another machine, in another network.`,
				[
					...a.servers
						.slice(0, -1)
						.map((name) => `${name}. IN ${a.address.includes(':') ? 'AAAA' : 'A'} ${a.address}`),
					`${a.servers.at(-1)}. IN A <address of another machine>`,
				],
				`Enter the new address ${a.place} too, where the name lies in the zone.`,
			),
		reproduce: (a: About & { servers: readonly string[] }) =>
			`dig +short ${a.servers.filter(isPlain).join(' A ')} A`,
	},
	'same-network': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(60),
		lead: parentLead,
		says: (a: About & { network: string }) =>
			`All name servers of ${a.zone} are in one network, ${a.network}.`,
		impact: 'One outage of that network, or of its data centre, takes the whole domain away.',
		fix: (a: About & { network: string }) =>
			records(
				`Add a name server in another network, in the zone and ${a.place}.`,
				[...nsLines(a, a.working), `${a.zone}. IN NS <name server in another network>.`],
				'A secondary DNS service of another provider is the usual way.',
			),
		reproduce: digParent,
	},
	'only-at-parent': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { works: boolean }) => (a.works ? 'later' : 'high'),
		},
		effort: minutes(15),
		lead: parentLead,
		says: (a: OfServer & { works: boolean; own: readonly string[]; cause: string }) =>
			`${a.parent} leads to ${a.server} for ${a.zone}; the zone itself names only ${listed(a.own)}${a.works ? '' : `, and ${a.server} does not answer for it`}.`,
		impact: (a: { works: boolean }) =>
			a.works
				? 'It works today. Whoever changes the zone will not think of this server, and it will serve old records.'
				: 'A part of all first questions goes to a server that nobody cares for.',
		fix: (a: OfServer & { own: readonly string[] }) =>
			records(
				`Make the two lists equal: delete ${a.server} ${a.place}, or add it to the zone.`,
				[`; ${a.place}`, ...nsLines(a, a.own)],
				lastDate(a),
			),
		reproduce: digParent,
		cause: (a: { cause: string }) => a.cause,
	},
	'only-at-child': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(15),
		lead: parentLead,
		says: (a: OfServer & { led: readonly string[] }) =>
			`The zone ${a.zone} names ${a.server} as a name server; ${a.parent} leads only to ${listed(a.led)}.`,
		impact: 'Resolvers learn of this server late or never, so it helps less than it costs.',
		fix: (a: OfServer & { led: readonly string[] }) =>
			records(
				`Make the two lists equal: add ${a.server} ${a.place}, or delete it from the zone.`,
				[`; ${a.place}`, ...nsLines(a, [...a.led, a.server])],
				lastDate(a),
			),
		reproduce: digParent,
	},
	'child-lists-differ': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		lead: setLead,
		says: (a: Disagreeing) =>
			`The name servers of ${a.zone} name different lists of themselves: ${editionsText(a)}.`,
		impact:
			'Which servers a visitor depends on changes by chance, and a change reaches only some of them.',
		fix: resync,
		control: ASKED_TWICE,
		reproduce: (a: Disagreeing) => `dig +nssearch ${a.zone}; dig +trace +nodnssec ${a.zone} NS`,
	},
	'parents-disagree': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		lead: parentLead,
		says: (a: About & { views: readonly { server: string; names: readonly string[] }[] }) =>
			`The servers of ${a.parent} lead to different name servers for ${a.zone}: ${a.views.map(({ server, names }) => `${server} to ${names.length === 0 ? 'none' : listed(names)}`).join('; ')}.`,
		impact: 'Visitors reach the old or the new name servers by chance.',
		fix: (a: About & { views: readonly { server: string; names: readonly string[] }[] }) => ({
			summary: `Wait an hour and compare again; if the servers of ${a.parent} still differ, have it corrected ${a.place}.`,
			steps: [
				'Registries bring all their servers in step within minutes, some within a day, after a change.',
				`If it stays: enter the list ${a.place} once more, and give the support the output of the command below.`,
				lastDate(a),
			],
			snippets: [
				{
					platform: 'any',
					language: 'shell',
					text: a.views.map(({ server }) => `dig +norecurse @${server} ${a.zone} NS`).join('\n'),
				},
			],
		}),
		control: 'Each server was asked directly, without recursion.',
		reproduce: (a: About & { views: readonly { server: string }[] }) =>
			a.views.map(({ server }) => `dig +norecurse @${server} ${a.zone} NS`).join('; '),
	},
	'half-moved': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { isGrave: boolean }) => (a.isGrave ? 'blocker' : 'high'),
		},
		effort: minutes(60),
		lead: parentLead,
		says: (
			a: About & {
				providers: readonly string[];
				isGrave: boolean;
				differing: readonly Differing[];
			},
		) =>
			`${a.zone} is served by ${listed(a.providers)} at once, and they hold different records: ${a.differing.map((one) => `${one.name} ${one.type} (${editionsText(one)})`).join('; ')}.`,
		impact:
			'Each visitor and each mail server gets the old records or the new ones by chance, and another answer an hour later.',
		fix: (a: About & { providers: readonly string[]; differing: readonly Differing[] }) =>
			records(
				`Finish the move: bring the zone at the new provider up to date, then leave only its name servers in the list ${a.place}.`,
				a.differing.flatMap(editionLines),
				'First copy every record below that is right to both providers, so that nobody is sent astray meanwhile.',
				`Then delete the old provider's name servers ${a.place}, and the NS records for them in the new zone.`,
				lastDate(a),
			),
		control: ASKED_TWICE,
		reproduce: (a: About) => `dig +nssearch ${a.zone}`,
	},
	'parking-nameservers': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(30),
		lead: parentLead,
		says: (a: About & { servers: readonly string[]; service: string; isSuspended: boolean }) =>
			`${a.zone} is served by ${listed(a.servers)}: ${a.service}.`,
		impact: (a: { isSuspended: boolean }) =>
			a.isSuspended
				? 'The registrar has taken the domain off the net; visitors see its notice, and mail is lost.'
				: 'Visitors see advertisements instead of the product, and mail is lost.',
		fix: (a: About & { isSuspended: boolean }) =>
			records(
				a.isSuspended
					? `Lift the suspension ${a.place}: look for an unanswered verification mail or an unpaid bill. Then enter your own name servers.`
					: `Enter the name servers of your DNS provider ${a.place}.`,
				[
					`${a.zone}. IN NS <first name server of your DNS provider>.`,
					`${a.zone}. IN NS <second>.`,
				],
				lastDate(a),
			),
		reproduce: digParent,
	},
	'glue-missing': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(20),
		lead: parentLead,
		says: (a: Glue) =>
			`${a.parent} leads to ${a.server} for ${a.zone} and gives no address for it (no glue), though the name lies inside the zone.`,
		impact:
			'To ask this server, resolvers would have to know its address from the zone that they are looking for: it is never asked first.',
		fix: setGlue,
		reproduce: digParent,
		cause: (a: Glue) =>
			a.isFatal ? 'dns/delegation/no-working-nameserver' : 'dns/delegation/glue-missing',
	},
	'glue-differs': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(20),
		lead: parentLead,
		says: (a: Glue) =>
			`${a.parent} says that ${a.server} is at ${listed(a.glue)}; the zone ${a.zone} itself says ${listed(a.own)}.`,
		impact:
			"First questions go to the address at the parent. Once the machine there is switched off, or is somebody else's, they fail or are answered by a stranger.",
		fix: setGlue,
		reproduce: digParent,
	},
	'servers-disagree': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { required: boolean }) => (a.required ? 'blocker' : 'high'),
		},
		effort: minutes(30),
		lead: setLead,
		says: (a: Disagreeing) =>
			`The name servers of ${a.zone} do not agree about ${a.name} ${a.type}: ${editionsText(a)}${a.isBehind ? '; their serials differ too, so one of them missed an update' : ''}.`,
		impact: (a: Disagreeing) =>
			a.type === 'MX'
				? 'A part of all mail is delivered to the wrong server, or is refused.'
				: a.required
					? 'A part of all visitors is sent to the wrong server, by chance.'
					: 'What others see of this record changes by chance.',
		fix: resync,
		control: ASKED_TWICE,
		reproduce: (a: Disagreeing) => `dig +nssearch ${a.zone}`,
	},
	'subzone-broken': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { required: boolean }) => (a.required ? 'blocker' : 'high'),
		},
		effort: minutes(45),
		lead: failureLead,
		says: (
			a: About & {
				sub: string;
				hosts: readonly string[];
				said: readonly string[];
				required: boolean;
			},
		) =>
			`${a.zone} hands ${a.sub} to other name servers, and none of them answers for it: ${a.said.join('; ')}.`,
		impact: (a: { hosts: readonly string[] }) =>
			`${listed(a.hosts)} cannot be resolved by anybody.`,
		fix: (a: About & { sub: string; hosts: readonly string[] }) =>
			withRecords(
				load(
					`Load the zone ${a.sub} on its name servers, or delete its NS records from ${a.zone} and publish the hosts there.`,
					{ ...a, zone: a.sub },
				),
				[
					`; to give the sub-zone up, delete the NS records of ${a.sub} in ${a.zone}, and publish`,
					...a.hosts.map((host) => `${host}. 300 IN A <IPv4 address of its server>`),
				],
			),
		control: 'The servers of the zone above answer from here, and refer to these.',
		reproduce: (a: { sub: string }) => `dig +trace +nodnssec ${a.sub} SOA`,
	},
} satisfies Verdicts<AuditedZone['context']>;
