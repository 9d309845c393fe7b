import { type Host, minutes, records, seconds, type Verdicts } from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';

type Place = {
	readonly host: string;
	readonly address: string;
	readonly ttl: number | null;
	readonly panel: string | null;
};

type Unusable = Place & {
	readonly kind: string;
	readonly required: boolean;
};

type Pair = {
	readonly host: string;
	readonly one: string;
	readonly other: string;
	readonly what: string;
	readonly ttl: number | null;
	readonly panel: string | null;
};

/** Where the record's TTL was not seen, in seconds. */
const USUAL_TTL = 3_600;

const leadOf = (a: { ttl: number | null }) => seconds(a.ttl ?? USUAL_TTL);
/** The type of the record that holds an address. */
export const typeOf = (address: string) => (address.includes(':') ? 'AAAA' : 'A');
const dig = (a: { host: string }) => `dig +short ${a.host} A ${a.host} AAAA`;

const replace = (a: Unusable) =>
	records(`Replace ${a.address} by the public address of your server, ${inPanel(a.panel)}.`, [
		`; delete\n${a.host}. IN ${typeOf(a.address)} ${a.address}`,
		`; publish\n${a.host}. 300 IN ${typeOf(a.address)} <public address of your server>`,
	]);

const remove = (a: Place) =>
	records(
		`Delete the ${typeOf(a.address)} record ${a.address} ${inPanel(a.panel)}, or bring its server up.`,
		[`; delete\n${a.host}. IN ${typeOf(a.address)} ${a.address}`],
	);

const FROM_HERE =
	'Other addresses were connected to from here in the same minute, over the same kind of network.';

const LOOKED_TWICE =
	'Each address was asked twice for the same page and gave the same; compared by status, redirect and title, not by body.';

/** What can be said about the addresses of a host. */
export const ADDRESSES_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { host: string; addresses: readonly string[]; passedOver: number }) => {
			const [only] = a.addresses;
			if (a.addresses.length === 1) return `${a.host} points to one public address, ${only}.`;
			const more =
				a.passedOver > 0 ? ` ${a.passedOver} more of the pool were not connected to.` : '';
			return `${a.host}: ${a.addresses.join(', ')} accept connections, and nothing shows that they serve different sites.${more}`;
		},
	},
	private: {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: Unusable) => (a.required ? 'blocker' : 'high'),
		},
		effort: minutes(10),
		lead: leadOf,
		says: (a: Unusable) =>
			`${a.host} points to ${a.address}, a ${a.kind} address that nobody outside can reach.`,
		impact: 'It works in your network and for nobody else: visitors wait and then get an error.',
		fix: replace,
		control: 'The classes of address that this network itself treats as public are excluded.',
		reproduce: dig,
	},
	documentation: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(10),
		lead: leadOf,
		says: (a: Unusable) =>
			`${a.host} points to ${a.address}, which is kept for examples in documentation.`,
		impact: 'The placeholder was never replaced: no visitor reaches a server there.',
		fix: replace,
		control: 'The classes of address that this network itself treats as public are excluded.',
		reproduce: dig,
	},
	dead: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead: leadOf,
		says: (a: Place & { how: string; alive: string }) =>
			`${a.host} also points to ${a.address}, which accepts neither HTTPS nor HTTP (${a.how}), while ${a.alive} does.`,
		impact:
			'A part of the visitors waits for seconds, and programs and older browsers fail, depending on the address they happen to get.',
		fix: remove,
		control: FROM_HERE,
		reproduce: (a: Place) => `nc -vz -w 5 ${a.address} 443; nc -vz -w 5 ${a.address} 80`,
	},
	'old-and-new-mixed': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead: leadOf,
		says: (a: Pair) =>
			`${a.host} points into two networks that serve different sites: ${a.one} and ${a.other} give ${a.what}.`,
		impact:
			'Each visitor gets the old site or the new one by chance, and orders or log-ins land in either.',
		fix: (a: Pair) =>
			records(
				`Keep the addresses of the new host only, ${inPanel(a.panel)}.`,
				[
					`; keep one of them, delete the other\n${a.host}. IN ${typeOf(a.one)} ${a.one}`,
					`${a.host}. IN ${typeOf(a.other)} ${a.other}`,
				],
				'Find out which address is the new host: look at the page that each one serves (command below).',
				'Delete the record of the old one, and keep the old server running until its TTL has passed.',
			),
		confidence: 'medium',
		control: LOOKED_TWICE,
		reproduce: (a: Pair) =>
			`curl -sI --resolve ${a.host}:443:${a.one} https://${a.host}/; curl -sI --resolve ${a.host}:443:${a.other} https://${a.host}/`,
	},
	'ipv6-unreachable': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(20),
		lead: leadOf,
		says: (a: Place & { how: string }) =>
			`${a.host} answers over IPv4 and not over IPv6: ${a.address} accepts neither HTTPS nor HTTP (${a.how}).`,
		impact:
			'Phones and modern networks try IPv6 first: each visit starts with a delay, and programs that do not fall back fail.',
		fix: (a: Place) => ({
			summary: `Let the server listen on IPv6 as well, or delete the AAAA record ${inPanel(a.panel)}.`,
			steps: [
				'If the server has that IPv6 address: listen on it, and open 80 and 443 in the firewall for IPv6 too.',
				'If it has not: delete the AAAA record.',
			],
			snippets: [
				{
					platform: 'any',
					language: 'dns',
					text: `; delete\n${a.host}. IN AAAA ${a.address}`,
				},
				{
					platform: 'nginx',
					language: 'nginx',
					text: 'listen [::]:443 ssl;\nlisten [::]:80;',
				},
				{ platform: 'apache', language: 'apache', text: 'Listen [::]:443\nListen [::]:80' },
			],
		}),
		control: 'IPv6 works from here: another address answered over it, or this one refused at once.',
		reproduce: (a: Place) => `curl -6 -sI --max-time 10 https://${a.host}/`,
	},
	'ipv6-serves-other-site': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		lead: leadOf,
		says: (a: Pair) =>
			`${a.host} is another site over IPv6 than over IPv4: ${a.one} and ${a.other} give ${a.what}.`,
		impact: 'Visitors with IPv6, most phones among them, see something else than you do.',
		fix: (a: Pair) => ({
			summary: `Serve the same site at ${a.other} as at ${a.one}, or delete the AAAA record ${inPanel(a.panel)}.`,
			steps: [
				`Compare what ${a.one} and ${a.other} serve; the wrong one is a default page, an old host or another virtual server.`,
				'Give the site the same listen addresses for both families, and reload.',
			],
			snippets: [
				{ platform: 'any', language: 'dns', text: `; or delete\n${a.host}. IN AAAA ${a.other}` },
				{
					platform: 'nginx',
					language: 'nginx',
					text: `server {\n  listen 443 ssl;\n  listen [::]:443 ssl;\n  server_name ${a.host};\n}`,
				},
			],
		}),
		confidence: 'medium',
		control: LOOKED_TWICE,
		reproduce: (a: Pair) => `curl -4 -sI https://${a.host}/; curl -6 -sI https://${a.host}/`,
	},
	'no-ipv6': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(30),
		says: (a: { host: string }) => `${a.host} has no IPv6 address.`,
		impact: 'Nobody is shut out; visitors on IPv6 networks pass through a translator.',
		fix: (a: { host: string }) =>
			records('Add an AAAA record once the server listens on IPv6.', [
				`${a.host}. 300 IN AAAA <IPv6 address of your server>`,
			]),
		reproduce: (a: { host: string }) => `dig +short ${a.host} AAAA`,
	},
} satisfies Verdicts<Host['context']>;
