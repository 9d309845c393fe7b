import {
	type AddressSurvey,
	type AddressView,
	addressSurvey,
	at,
	blockedBy,
	cannotSay,
	defineCheck,
	dnsPanel,
	type Host,
	hosts,
	isDead,
	isRequired,
	minutes,
	optional,
	records,
	seconds,
	z,
} from '../../src/sdk.ts';
import { firstDifference } from './_same-site.ts';

interface Place {
	readonly host: string;
	readonly address: string;
	readonly ttl: number | null;
	readonly panel: string | null;
}

interface Unusable extends Place {
	readonly kind: string;
	readonly required: boolean;
}

interface Pair {
	readonly host: string;
	readonly one: string;
	readonly other: string;
	readonly what: string;
	readonly ttl: number | null;
	readonly panel: string | null;
}

/** Where the record's TTL was not seen, in seconds. */
const USUAL_TTL = 3_600;

const leadOf = (a: { ttl: number | null }) => seconds(a.ttl ?? USUAL_TTL);
const typeOf = (address: string) => (address.includes(':') ? 'AAAA' : 'A');
const inPanel = (panel: string | null) =>
	panel === null ? 'with your DNS provider' : `in the DNS panel of ${panel}`;
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

export default defineCheck({
	id: 'dns/addresses',
	title: 'Every published address leads to the site',
	rationale:
		'Browsers pick any of the addresses. One that is dead, private or of the old host fails for a part ' +
		'of the visitors, and never for the person who tests.',
	references: [
		'RFC 6890 (special-purpose addresses)',
		'RFC 5737, RFC 3849, RFC 9637 (documentation addresses)',
		'RFC 8305 (which address a browser tries)',
	],
	reach: 'sign-in',
	layer: 'records',
	over: hosts,
	options: z.object({}),
	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { host: string; addresses: readonly string[] }) =>
				`${a.host}: ${a.addresses.join(', ')}; nothing wrong with ${a.addresses.length === 1 ? 'it' : 'any of them'}.`,
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
			control: 'Compared by status, redirect and title of the same page, not by body.',
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
			control:
				'IPv6 works from here: another address answered over it, or this one refused at once.',
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
			control: 'Compared by status, redirect and title of the same page, not by body.',
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
	},
	needs: ({ subject }) => ({
		survey: addressSurvey({ host: subject.name }),
		panel: optional(dnsPanel({ domain: subject.apex })),
	}),
	judge({ given, subject, say }) {
		const { survey } = given;
		const host = subject.name;
		const panel = given.panel.status === 'known' ? given.panel.value : null;
		const about = { host, ttl: survey.ttl, panel };
		const { addresses } = survey;
		if (addresses.length === 0) {
			return blockedBy({ check: 'dns/resolution', subject: host }, `${host} has no address`);
		}
		const record = (address: string) =>
			({ kind: 'record', name: `${host} ${typeOf(address)} ${address}` }) as const;
		const unusable = addresses
			.filter(({ usable }) => !usable)
			.map((view) => {
				const args = {
					...about,
					address: view.address,
					kind: KINDS[view.class],
					required: isRequired(subject),
				};
				const verdict = view.class === 'documentation' ? 'documentation' : 'private';
				return at(record(view.address), say(verdict, args));
			});
		const { dead, v6Silent, notSeen, allDead } = silences(survey);
		const found = [
			...unusable,
			...dead.map(({ view, alive }) =>
				at(
					record(view.address),
					say('dead', { ...about, address: view.address, how: how(view), alive }),
				),
			),
			...v6Silent.map((view) =>
				at(
					record(view.address),
					say('ipv6-unreachable', { ...about, address: view.address, how: how(view) }),
				),
			),
			...mixtures(survey).map(({ verdict, difference }) =>
				say(verdict, { ...about, ...difference }),
			),
			...(hasNoV6(survey, subject) ? [say('no-ipv6', { host })] : []),
			...notSeen.map((detail) => cannotSay('unsupported', `${host}: ${detail}`, 'high')),
			...notCompared(survey).map((detail) =>
				cannotSay('inconclusive', `${host}: ${detail}`, 'high'),
			),
		];
		if (allDead) {
			const detail = `${host} accepts a connection at none of its addresses`;
			return [...found, blockedBy({ check: 'ssl/https', subject: host }, detail)];
		}
		const isSound = found.every(({ verdict }) => verdict === 'no-ipv6');
		return isSound
			? [...found, say('sound', { host, addresses: addresses.map(({ address }) => address) })]
			: found;
	},
	examples: (example) => {
		const given = (...addresses: AddressView[]) => ({
			survey: {
				addresses,
				knowsV6: true,
				notTried: [] as string[],
				ttl: 300,
				works: { v4: true, v6: true },
			},
			panel: { status: 'known' as const, value: 'Cloudflare' },
		});
		const guessed = {
			subject: {
				name: 'app.example.com',
				context: { standing: 'guessed' as const, stage: 'production' as const },
			},
		};
		const silentV6 = live(V6, { https: 'silent', http: 'silent' });
		return [
			example('one public address', given(seen(V4)), 'sound'),
			example('one public address, no IPv6', given(seen(V4)), 'no-ipv6'),
			example('both families live', given(live(V4), live(V6)), 'sound'),
			example(
				'no answer for AAAA',
				{ ...given(seen(V4)), survey: { ...given(seen(V4)).survey, knowsV6: false } },
				'unknown',
			),
			example('a private address', given(seen('10.0.0.1', 'private')), 'private'),
			example(
				'a private address of a guessed host',
				given(seen('10.0.0.1', 'private')),
				'private',
				guessed,
			),
			example(
				'a documentation address',
				given(seen('192.0.2.1', 'documentation')),
				'documentation',
			),
			example('one of two refuses', given(live(V4), live(OTHER_V4, CLOSED)), 'dead'),
			example(
				'one of two accepts only plain HTTP',
				given(live(V4), live(OTHER_V4, { https: 'refused', http: 'open' })),
				'sound',
			),
			example('all refuse', given(live(V4, CLOSED), live(OTHER_V4, CLOSED)), 'blocked'),
			example('IPv6 refuses', given(live(V4), live(V6, CLOSED)), 'ipv6-unreachable'),
			example('IPv6 silent, and it works from here', given(live(V4), silentV6), 'ipv6-unreachable'),
			example(
				'IPv6 silent, and it does not work from here',
				{
					...given(live(V4), silentV6),
					survey: { ...given(live(V4), silentV6).survey, works: { v4: null, v6: false } },
				},
				'unknown',
			),
			example(
				'two networks, one behind a gatekeeper',
				given(live(V4), live(OTHER_V4, { served: null })),
				'unknown',
			),
			example(
				'two networks, two titles',
				given(live(V4), live(OTHER_V4, page('Old shop'))),
				'old-and-new-mixed',
			),
			example('two networks, one title', given(live(V4), live(OTHER_V4)), 'sound'),
			example(
				'two networks, other issuer',
				given(live(V4), live(OTHER_V4, page('Shop', { issuer: 'Other CA' }))),
				'sound',
			),
			example(
				'two networks, other issuer and software',
				given(live(V4), live(OTHER_V4, page('Shop', { issuer: 'Other CA', software: 'Apache' }))),
				'old-and-new-mixed',
			),
			example(
				'IPv6 with another title',
				given(live(V4), live(V6, page('Welcome to nginx!'))),
				'ipv6-serves-other-site',
			),
			example(
				'IPv6 with another status',
				given(live(V4), live(V6, page(null, { status: 404 }))),
				'ipv6-serves-other-site',
			),
		];
	},
});

const KINDS: Readonly<Record<AddressView['class'], string>> = {
	public: 'public',
	private: 'private',
	loopback: 'loopback',
	'link-local': 'link-local',
	'carrier-nat': 'carrier-internal',
	multicast: 'multicast',
	documentation: 'documentation',
	reserved: 'reserved',
};

function how({ https, http }: AddressView): string {
	return `443 ${https ?? 'not asked'}, 80 ${http ?? 'not asked'}`;
}

/**
 * A silence counts where the family works from here. All of IPv6 dead beside a live IPv4 is one fault;
 * a dead address beside a live one is another.
 */
function silences({ addresses, knowsV6, notTried, works }: AddressSurvey) {
	const tried = addresses.filter((view) => isDead(view) !== null);
	const alive = tried.find((view) => isDead(view) === false);
	const notSeen = [
		...([4, 6] as const)
			.filter((family) => (family === 4 ? works.v4 : works.v6) === false)
			.map(
				(family) => `nothing answers over IPv${family} from here, so no address of it was judged`,
			),
		...(knowsV6 ? [] : ['the resolver does not say whether it has an IPv6 address']),
		...(notTried.length > 0 ? [`nobody connected to ${notTried.join(', ')}`] : []),
	];
	if (alive === undefined) {
		return { dead: [], v6Silent: [], notSeen, allDead: tried.length > 0 };
	}
	const v6 = tried.filter(({ family }) => family === 6);
	const v6AllDead = v6.length > 0 && v6.every((view) => isDead(view) === true);
	const believed = (view: AddressView) =>
		isDead(view) === true && (view.family === 4 ? works.v4 : works.v6) === true;
	const dead = tried
		.filter((view) => believed(view) && !(v6AllDead && view.family === 6 && alive.family === 4))
		.map((view) => ({ view, alive: alive.address }));
	const v6Silent = v6AllDead && alive.family === 4 ? v6.filter(believed) : [];
	return { dead, v6Silent, notSeen, allDead: false };
}

/** Addresses of several networks that connect, and whose page was not seen (a gatekeeper, a reset). */
function notCompared({ addresses }: AddressSurvey): readonly string[] {
	const tried = addresses.filter(({ https }) => https === 'open');
	if (new Set(tried.map(({ network }) => network)).size < 2) return [];
	const unseen = tried.filter(({ served }) => served === null).map(({ address }) => address);
	return unseen.length > 0 ? [`the page at ${unseen.join(', ')} was not seen`] : [];
}

/** Differences between networks of one family, and between the families. */
function mixtures({ addresses }: AddressSurvey) {
	const v4 = addresses.filter(({ family }) => family === 4);
	const v6 = addresses.filter(({ family }) => family === 6);
	const [first] = v4;
	const elsewhere = v4.filter(({ network }) => network !== first?.network);
	const mixed = firstDifference(v4.slice(0, 1), elsewhere);
	const other = mixed === null ? firstDifference(v4.slice(0, 1), v6) : null;
	return [
		...(mixed === null
			? []
			: [{ verdict: 'old-and-new-mixed' as const, difference: { ...mixed } }]),
		...(other === null
			? []
			: [{ verdict: 'ipv6-serves-other-site' as const, difference: { ...other } }]),
	];
}

function hasNoV6({ addresses, knowsV6 }: AddressSurvey, host: Host): boolean {
	return isRequired(host) && knowsV6 && !addresses.some(({ family }) => family === 6);
}

const V4 = '198.18.1.1';
const OTHER_V4 = '198.19.1.1';
const V6 = '2001:db8::1';
const CLOSED = { https: 'refused', http: 'refused' } as const;

function seen(address: string, kind: AddressView['class'] = 'public'): AddressView {
	return {
		address,
		family: address.includes(':') ? 6 : 4,
		class: kind,
		usable: kind === 'public',
		network: address.split('.').slice(0, 3).join('.'),
		https: null,
		http: null,
		served: null,
	};
}

function live(address: string, more: Partial<AddressView> = page('Shop')): AddressView {
	return { ...seen(address), https: 'open', ...more };
}

function page(
	title: string | null,
	more: { status?: number; issuer?: string; software?: string } = {},
): Partial<AddressView> {
	const served = { status: 200, title, location: null, software: 'nginx', issuer: 'Some CA' };
	return { served: { ...served, ...more } };
}
