import { type AuditedZone, advice, minutes, records, type Verdicts } from '../../src/sdk.ts';
import { type At, atText, listed, seen, serversText } from './_in-words.ts';
import { askProvider, forOperator, type Operator } from './_name-server-software.ts';
import { shellName } from './_shell-name.ts';

type About = Operator & { readonly zone: string };

type AtServers = About & { readonly servers: readonly At[] };

type Dead = About & { readonly servers: readonly (At & { readonly detail: string })[] };

const many = <T>({ servers }: { servers: readonly T[] }, one: string, several: string) =>
	servers.length === 1 ? one : several;

const deadText = (a: Dead) => listed(a.servers.map((one) => `${atText(one)}: ${one.detail}`));

const first = (a: { servers: readonly At[] }) => a.servers[0]?.address ?? '';

const from = (a: { servers: readonly At[] }) => a.servers.map((one) => `from ${atText(one)}`);

const FIREWALL = [
	'Name servers answer on port 53 over UDP and over TCP; many firewalls and security groups are opened for one of the two.',
	'Open the other one for everybody, IPv6 included, on the server and at the host that rents it out.',
];

const openPort = (a: Dead, transport: 'tcp' | 'udp') =>
	forOperator(
		`Open port 53 over ${transport.toUpperCase()} at ${listed(a.servers.map(({ name }) => name))}.`,
		a,
		{
			bind: `listen-on port 53 { any; };\nlisten-on-v6 port 53 { any; };\n# firewall: ufw allow 53/${transport}`,
			nsd: `server:\n  ip-address: 0.0.0.0\n  ip-address: ::0\n  tcp-count: 100  # 0 closes TCP\n# firewall: ufw allow 53/${transport}`,
			knot: `server:\n  listen: [ 0.0.0.0@53, ::@53 ]\n# firewall: ufw allow 53/${transport}`,
			powerdns: `local-address=0.0.0.0, ::\nlocal-port=53\n# firewall: ufw allow 53/${transport}`,
		},
		`tell its support that port 53 is closed for ${transport.toUpperCase()}.`,
		...FIREWALL,
	);

const TCP_CONTROL =
	'Tried twice. Another name server was asked over TCP from here and answered, so TCP to port 53 is not closed on our side.';

/** What can be said about how name servers behave. */
export const NAMESERVERS_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { zone: string; count: number; transfersTried: boolean }) =>
			`${a.count === 1 ? 'The name server' : `All ${a.count} name server addresses`} of ${a.zone} ${a.count === 1 ? 'answers' : 'answer'} over UDP and TCP, with EDNS, and for nobody else's names; ${a.transfersTried ? 'a zone transfer was refused' : 'a zone transfer was not tried (--active)'}.`,
	},
	'no-tcp': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		says: (a: Dead) =>
			`${many(a, 'A name server', `${a.servers.length} name server addresses`)} of ${a.zone} ${many(a, 'does', 'do')} not answer over TCP (${deadText(a)}).`,
		impact:
			'Long answers (mail keys, DNSSEC, many addresses) need TCP: resolvers that ask there get half an answer and then an error.',
		fix: (a: Dead) => openPort(a, 'tcp'),
		control: TCP_CONTROL,
		reproduce: (a: Dead) => `dig +tcp +norec @${first(a)} ${a.zone} SOA`,
		evidence: (a: Dead) => seen(`${a.zone} SOA over TCP, asked twice: no answer`, from(a)),
	},
	'no-udp': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		says: (a: Dead) =>
			`${many(a, 'A name server', `${a.servers.length} name server addresses`)} of ${a.zone} ${many(a, 'answers', 'answer')} over TCP alone, not over UDP (${deadText(a)}).`,
		impact:
			'Every resolver asks over UDP first: each look-up there waits for seconds, and many resolvers give the server up.',
		fix: (a: Dead) => openPort(a, 'udp'),
		control:
			'Every question of this audit was lost there over UDP, while other servers answered over UDP from here.',
		reproduce: (a: Dead) => `dig +notcp +norec @${first(a)} ${a.zone} SOA`,
		evidence: (a: Dead) => seen(`${a.zone} SOA over UDP, and everything else: no answer`, from(a)),
	},
	'open-recursion': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		says: (a: AtServers & { foreignName: string; answer: string }) =>
			`${serversText(a.servers)} ${many(a, 'resolves', 'resolve')} other people's names for everybody: asked for the SOA of ${a.foreignName}, with recursion, ${many(a, 'it', 'they')} answered "${a.answer}".`,
		impact:
			'Attackers use such servers to flood others and to poison what they cache; providers shut them down, and your zone with them.',
		fix: (a: AtServers) =>
			forOperator(
				'Switch recursion off for everybody outside.',
				a,
				{
					bind: 'options {\n  recursion no;\n  allow-query-cache { none; };\n};',
					nsd: '# NSD never recurses: another program (often unbound) answers on this address;\n# bind that one to 127.0.0.1 in its own configuration.',
					knot: '# Remove mod-dnsproxy from the template or zone that sends questions on.',
					powerdns:
						'# Do not run pdns_recursor on this address, or in recursor.conf:\nallow-from=127.0.0.0/8, ::1/128',
				},
				'report it to its support.',
				'Your own machines that use it as resolver need another one, or an address that only they reach.',
			),
		control:
			'The name asked for belongs to another zone, and the answer came without authority: only a server that recurses has it.',
		reproduce: (a: AtServers & { foreignName: string }) =>
			`dig +rec @${first(a)} ${a.foreignName} SOA`,
		evidence: (a: AtServers & { foreignName: string; answer: string }) =>
			seen(`${a.foreignName} SOA, with recursion: answered without authority`, [
				a.answer,
				...from(a),
			]),
	},
	'zone-transfer-open': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		says: (a: AtServers & { records: number }) =>
			`${serversText(a.servers)} ${many(a, 'gives', 'give')} the whole zone ${a.zone} to any stranger (${a.records} records in the first message of a transfer).`,
		impact:
			'Every name that you have is listed for attackers at once: staging and admin hosts, forgotten services, internal addresses.',
		fix: (a: AtServers) =>
			forOperator(
				'Allow zone transfers only to your own secondary servers.',
				a,
				{
					bind: `zone "${a.zone}" {\n  allow-transfer { <address of each secondary>; };  # or: none\n};`,
					nsd: `zone:\n  name: ${a.zone}\n  provide-xfr: <address of a secondary> <key or NOKEY>  # delete 0.0.0.0/0`,
					knot: `acl:\n  - id: secondaries\n    address: [ <addresses> ]\n    action: transfer\nzone:\n  - domain: ${a.zone}\n    acl: secondaries`,
					powerdns: 'allow-axfr-ips=<addresses of the secondaries>\n# or: disable-axfr=yes',
				},
				'switch "allow zone transfer (AXFR)" off, or list your secondaries there.',
				'Look through the names in the zone for those that were meant to stay unknown, and protect what they lead to.',
			),
		control:
			'Tried because --active was given; the first message was counted, not kept, and the connection closed.',
		reproduce: (a: AtServers) => `dig @${first(a)} ${a.zone} AXFR`,
		evidence: (a: AtServers & { records: number }) =>
			seen(
				`${a.zone} AXFR: ${a.records} records in the first message, and more may follow`,
				from(a),
			),
	},
	'edns-broken': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		says: (a: AtServers & { how: readonly string[] }) =>
			`${serversText(a.servers)} ${many(a, 'does', 'do')} not bear EDNS: ${listed(a.how)}.`,
		impact:
			'Every modern resolver sends EDNS: look-ups take longer or fail there, and DNSSEC cannot work.',
		fix: (a: AtServers) =>
			advice(
				'Update the name server software, or let the firewall pass EDNS.',
				'Firewalls that inspect DNS often drop what is longer than 512 octets or carries an OPT record: switch that inspection off.',
				'Name servers know EDNS since 2000: if none inspects it, the software is very old.',
				...askProvider(a.panel, 'report it to its support.'),
			),
		control:
			'The same question without EDNS is answered at once, and other servers bear EDNS from here.',
		reproduce: (a: AtServers) =>
			`dig +norec +edns=0 @${first(a)} ${a.zone} SOA; dig +norec +noedns @${first(a)} ${a.zone} SOA`,
		evidence: (a: AtServers & { how: readonly string[] }) =>
			seen(`${a.zone} SOA with EDNS: ${a.how.join(', ')}; without it: an answer`, from(a)),
	},
	'case-broken': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		says: (a: AtServers & { how: readonly string[] }) =>
			`${serversText(a.servers)} ${many(a, 'does', 'do')} not bear names in mixed letters: ${listed(a.how)}.`,
		impact:
			'Large resolvers mix the letters of a name as a protection against forged answers; look-ups there take longer or fail.',
		fix: (a: AtServers) =>
			advice(
				'Update the name server software, or the load balancer in front of it.',
				'The question has to come back letter by letter as it was sent, and letters count as equal when names are compared (RFC 4343).',
				...askProvider(a.panel, 'report it to its support.'),
			),
		control:
			'The same name in plain letters is answered at once, and other servers bear mixed letters from here.',
		reproduce: (a: AtServers) =>
			`dig +norec @${first(a)} ${a.zone} SOA; dig +norec @${first(a)} ${a.zone.toUpperCase()} SOA`,
		evidence: (a: AtServers & { how: readonly string[] }) =>
			seen(`${a.zone} SOA in mixed letters: ${a.how.join(', ')}`, from(a)),
	},
	'version-shown': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: AtServers & { versions: readonly string[] }) =>
			`${serversText(a.servers)} ${many(a, 'tells', 'tell')} everybody which software ${many(a, 'it runs', 'they run')}: ${listed(a.versions.map((one) => `"${one}"`))}.`,
		impact: 'Attackers need not guess which known holes to try. Nobody else notices.',
		fix: (a: AtServers) =>
			forOperator(
				'Hide the version, and keep the software current: that is what protects.',
				a,
				{
					bind: 'options {\n  version none;\n};',
					nsd: 'server:\n  hide-version: yes',
					knot: 'server:\n  version: ""',
					powerdns: 'version-string=anonymous',
				},
				'there is nothing to do; it keeps them current.',
			),
		reproduce: (a: AtServers) => `dig +short @${first(a)} version.bind CH TXT`,
		evidence: (a: AtServers & { versions: readonly string[] }) =>
			seen('version.bind CH TXT', [...a.versions, ...from(a)]),
	},
	'no-ipv6': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(30),
		says: (a: About & { names: readonly string[] }) =>
			`No name server of ${a.zone} has an IPv6 address (${listed(a.names)}).`,
		impact: 'Nobody is shut out: resolvers that have only IPv6 are rare, and use a relay.',
		fix: (a: About & { names: readonly string[] }) =>
			a.panel === null
				? records(
						'Give the name servers IPv6 addresses as well.',
						a.names.map((name) => `${name}. 3600 IN AAAA <IPv6 address of this name server>`),
						'For names inside the zone, add the address to the host object (glue) at the registrar too.',
					)
				: advice(`Nothing to do in the zone: ${a.panel} names the servers.`),
		reproduce: (a: About & { names: readonly string[] }) =>
			`dig +short ${shellName(a.names[0] ?? a.zone)} AAAA`,
		evidence: (a: About & { names: readonly string[] }) =>
			seen(
				`${a.zone} NS: none has an AAAA record`,
				a.names.map((name) => `${name} AAAA: nothing`),
			),
	},
	'referral-too-big': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(30),
		says: (a: About & { server: string; names: readonly string[] }) =>
			`The referral to ${a.zone} does not fit into 512 octets: asked without EDNS, the parent's server ${a.server} truncates it (${a.names.length} name servers).`,
		impact: 'Resolvers without EDNS need a second look-up over TCP to find your zone at all.',
		fix: (a: About & { names: readonly string[] }) =>
			advice(
				'Delegate to fewer name servers, or to shorter names: four are plenty.',
				`Today there are ${a.names.length}: ${listed(a.names)}.`,
			),
		reproduce: (a: About & { server: string }) =>
			`dig +norec +noedns +ignore @${a.server} ${a.zone} NS`,
		evidence: (a: About & { server: string }) =>
			seen(`${a.zone} NS without EDNS: truncated`, [`from ${a.server}`]),
	},
} satisfies Verdicts<AuditedZone['context']>;
