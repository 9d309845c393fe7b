import {
	type AuditedZone,
	type Delegation,
	type Disagreement,
	type DnsAnswer,
	type DnsRecord,
	EMPTY_ANSWER,
	type Fact,
	known,
	type NameServer,
	type NameServerDomain,
	type NetworkScope,
	type ParentView,
	type ServerAt,
	type ServerState,
	type SubZone,
	unknown,
	type ZoneSurvey,
} from '../../src/sdk.ts';
import type { DELEGATION_VERDICTS } from './_delegation-verdicts.ts';

/** What the check is told. */
export interface Given {
	readonly survey: ZoneSurvey;
	readonly scope: Fact<NetworkScope>;
	readonly consistency: Fact<readonly Disagreement[]>;
	readonly below: Fact<readonly SubZone[]>;
	readonly domains: Fact<readonly NameServerDomain[]>;
	readonly control: Fact<DnsAnswer>;
}

const ZONE = 'example.com';

function answer(more: Partial<DnsAnswer>): DnsAnswer {
	return {
		...EMPTY_ANSWER,
		status: 'ok',
		rcode: 'NOERROR',
		aa: true,
		server: '198.18.0.53',
		transport: 'udp',
		detail: '',
		...more,
	};
}

const NODATA = answer({ status: 'nodata' });
const REFUSED = answer({ status: 'refused', rcode: 'REFUSED', aa: false });
const SILENCE = answer({ status: 'no-response', rcode: null, aa: false });

function addressRecord(owner: string, address: string): DnsRecord {
	const type = address.includes(':') ? 'AAAA' : 'A';
	return { owner, type, ttl: 3_600, text: address, data: { type, address } };
}

function nsRecord(target: string): DnsRecord {
	return { owner: ZONE, type: 'NS', ttl: 3_600, text: target, data: { type: 'NS', target } };
}

function soa(serial = 1): DnsAnswer {
	const times = { refresh: 7_200, retry: 3_600, expire: 1_209_600, minimum: 300 };
	const names = { mname: 'ns1.example.com', rname: 'hostmaster.example.com' };
	const data = { type: 'SOA', serial, ...names, ...times } as const;
	return answer({ records: [{ owner: ZONE, type: 'SOA', ttl: 3_600, text: '', data }] });
}

/** A name server at one address, known to parent and zone alike. */
function server(name: string, address: string, more: Partial<NameServer> = {}): NameServer {
	const isInside = name.endsWith(`.${ZONE}`);
	return {
		name,
		byParent: true,
		byChild: true,
		glue: isInside ? [address] : [],
		own: { A: answer({ records: [addressRecord(name, address)] }), AAAA: NODATA },
		addresses: [address],
		...more,
	};
}

const NS1 = server('ns1.example.com', '198.18.1.1');
const NS2 = server('ns2.example.com', '198.19.1.1');
const NS3 = server('ns3.example.com', '198.51.7.1');

const ANSWERS: Readonly<Record<ServerState, DnsAnswer | null>> = {
	authoritative: soa(),
	'no-soa': NODATA,
	lame: REFUSED,
	silent: SILENCE,
	refused: answer({ status: 'connection-refused', rcode: null, aa: false }),
	malformed: answer({ status: 'malformed', rcode: null, aa: false }),
	'not-asked': null,
};

interface Shape {
	/** By name; `authoritative` unless given. */
	readonly states?: Readonly<Record<string, ServerState>>;
	readonly delegation?: Partial<Delegation>;
	readonly survey?: Partial<ZoneSurvey>;
	readonly given?: Partial<Given>;
}

function zone(nameServers: readonly NameServer[], shape: Shape = {}): Given {
	const led = nameServers.filter(({ byParent }) => byParent);
	const listed = nameServers.filter(({ byChild }) => byChild).map(({ name }) => name);
	const servers = nameServers.flatMap(({ name, addresses }) =>
		addresses.map((address): ServerAt => {
			const state = shape.states?.[name] ?? 'authoritative';
			const said = ANSWERS[state];
			const ns = state === 'authoritative' ? answer({ records: listed.map(nsRecord) }) : said;
			return { name, address, state, soa: said, tcp: said, ns, sets: [] };
		}),
	);
	return {
		survey: {
			delegation: {
				zone: ZONE,
				parent: 'com',
				views: [view(led), view(led)],
				missing: null,
				isShared: false,
				...shape.delegation,
			},
			nameServers,
			servers,
			sets: [],
			isIntercepted: false,
			differSince: null,
			...shape.survey,
		},
		// The benchmarking range stands for public addresses.
		scope: known({ roots: [], publicClasses: ['reserved'] }),
		consistency: known([]),
		below: known([]),
		domains: known([]),
		control: known(answer({ status: 'nxdomain', rcode: 'NXDOMAIN' })),
		...shape.given,
	};
}

function view(led: readonly NameServer[], more: Partial<ParentView> = {}): ParentView {
	return {
		server: '198.18.0.3',
		answer: answer({ status: 'referral', aa: false }),
		names: led.map(({ name }) => name),
		glue: Object.fromEntries(led.map(({ name, glue }) => [name, glue])),
		ttl: 172_800,
		...more,
	};
}

function undelegated(status: 'nxdomain' | 'nodata'): Given {
	const denial = answer({ status, negativeTtl: 900 });
	const views = [view([], { answer: denial, ttl: null })];
	return zone([], { delegation: { views, missing: status } });
}

const FAILS = known(answer({ status: 'servfail', rcode: 'SERVFAIL', aa: false, ra: true }));

function broken(state: ServerState, more: Partial<Given> = {}): Given {
	const states = { [NS1.name]: state, [NS2.name]: state };
	return zone([NS1, NS2], { states, given: { control: FAILS, ...more } });
}

/** The one server says this, the other that. */
function apart(
	type: string,
	data: readonly [string, string],
	more: { name?: string; servers?: readonly [NameServer, NameServer] } = {},
): Disagreement {
	const { name = ZONE, servers = [NS1, NS2] } = more;
	return {
		name,
		type,
		ttl: 3_600,
		editions: data.map((text, index) => {
			const its = servers[index] ?? NS1;
			return {
				servers: [{ name: its.name, address: its.addresses[0] ?? '' }],
				data: text === '' ? [] : [text],
				lines: text === '' ? [] : [`${name}. 3600 IN ${type} ${text}`],
				serial: 1,
			};
		}),
	};
}

function disagreeing(...found: readonly Disagreement[]): Given {
	return zone([NS1, NS2], { given: { consistency: known(found) } });
}

const OLD = server('ns1.old-host.net', '198.18.1.1');
const NEW = server('ns1.new-host.net', '198.19.1.1');

function moving(type: string, data: readonly [string, string]): Given {
	const consistency = known([apart(type, data, { servers: [OLD, NEW] })]);
	return zone([OLD, NEW], { given: { consistency } });
}

function subZone(state: ServerState): Given {
	const its = server('ns.app.example.com', '198.18.2.1');
	const { survey } = zone([its], {
		states: { [its.name]: state },
		delegation: { zone: 'app.example.com', parent: ZONE },
	});
	return withSubZone(known(survey));
}

function withSubZone(survey: SubZone['survey']): Given {
	const below = known([{ zone: 'app.example.com', hosts: ['app.example.com'], survey }]);
	return zone([NS1, NS2], { given: { below } });
}

function domainEnding(expiresAt: string | null, isUnregistered = false): Given {
	const servers = [server('ns1.friend.net', '198.18.1.1'), server('ns2.friend.net', '198.19.1.1')];
	const names = servers.map(({ name }) => name);
	const domains = known([{ domain: 'friend.net', servers: names, isUnregistered, expiresAt }]);
	return zone(servers, { given: { domains } });
}

const withAddress = (one: NameServer, address: string, more: Partial<NameServer> = {}) =>
	server(one.name, address, more);
const aliased = server('ns2.example.com', '198.19.1.1', {
	own: {
		A: answer({
			chain: [{ owner: 'ns2.example.com', target: 'host.example.net', ttl: 300 }],
			records: [addressRecord('host.example.net', '198.19.1.1')],
		}),
		AAAA: NODATA,
	},
});
const addressless = server('ns2.provider.net', '', {
	own: { A: NODATA, AAAA: NODATA },
	addresses: [],
});
const glueless = server('ns2.example.com', '198.19.1.1', { glue: [] });
const unknownGlueless = {
	...glueless,
	own: { A: null, AAAA: null },
	addresses: [],
};
const movedGlue = server('ns2.example.com', '198.19.1.1', {
	glue: ['198.19.9.9'],
	addresses: ['198.19.1.1', '198.19.9.9'],
});
const extraAddress = server('ns2.example.com', '198.19.1.1', {
	own: {
		A: answer({
			records: ['198.19.1.1', '198.19.1.2'].map((one) => addressRecord('ns2.example.com', one)),
		}),
		AAAA: NODATA,
	},
});
const numbered = server('198.19.1.1', '', {
	glue: [],
	own: { A: NODATA, AAAA: NODATA },
	addresses: [],
});
const parked = [
	server('ns1.sedoparking.com', '198.18.1.1'),
	server('ns2.sedoparking.com', '198.19.1.1'),
];
const cloudflare = [
	server('ada.ns.cloudflare.com', '198.18.1.1'),
	server('bob.ns.cloudflare.com', '198.18.1.2'),
];

type Example = readonly [
	name: string,
	given: Given,
	says: (keyof typeof DELEGATION_VERDICTS & string) | 'unknown' | 'blocked' | 'not-applicable',
	when?: { readonly subject?: Partial<AuditedZone> },
];

export const DELEGATION_EXAMPLES: readonly Example[] = [
	['two servers that agree', zone([NS1, NS2]), 'sound'],
	[
		'a server over IPv6, which does not work here',
		zone([NS1, NS2, NS3], { states: { [NS3.name]: 'not-asked' } }),
		'sound',
	],
	['NXDOMAIN at the parent', undelegated('nxdomain'), 'missing'],
	['no name servers at the parent', undelegated('nodata'), 'missing'],
	[
		'a name in the zone of its provider',
		zone([NS1, NS2], { delegation: { zone: 'pages.example' } }),
		'not-applicable',
		{ subject: { name: 'shop.pages.example', registrable: 'shop.pages.example' } },
	],
	['intercepted', zone([NS1, NS2], { survey: { isIntercepted: true } }), 'unknown'],
	['every server refuses, and the resolver fails', broken('lame'), 'no-working-nameserver'],
	[
		'every server is silent, and the resolver too',
		broken('silent', { control: unknown('timeout', 'no answer') }),
		'no-working-nameserver',
	],
	[
		'every server is silent here, and the resolver gets answers',
		broken('silent', { control: known(NODATA) }),
		'unknown',
	],
	[
		'every server is silent, and nobody else could be asked',
		broken('silent', { control: unknown('offline', 'no network') }),
		'unknown',
	],
	['no server can be asked from here', broken('not-asked'), 'unknown'],
	['every server holds the zone without an SOA', broken('no-soa'), 'blocked'],
	['one of two refuses', zone([NS1, NS2], { states: { [NS2.name]: 'lame' } }), 'lame'],
	[
		'one of two is silent',
		zone([NS1, NS2], { states: { [NS2.name]: 'silent' } }),
		'nameserver-unreachable',
	],
	[
		'one of three is silent',
		zone([NS1, NS2, NS3], { states: { [NS3.name]: 'silent' } }),
		'nameserver-unreachable',
	],
	['a name without an address', zone([NS1, NS2, addressless]), 'nameserver-without-address'],
	[
		'one of two at a private address',
		zone([NS1, withAddress(NS2, '10.0.0.53')], { states: { [NS2.name]: 'not-asked' } }),
		'nameserver-address-private',
	],
	[
		'both at private addresses',
		zone([withAddress(NS1, '10.0.0.52'), withAddress(NS2, '10.0.0.53')], {
			states: { [NS1.name]: 'not-asked', [NS2.name]: 'not-asked' },
		}),
		'nameserver-address-private',
	],
	['an alias', zone([NS1, aliased]), 'nameserver-is-alias'],
	['an address where a name should stand', zone([NS1, NS2, numbered]), 'nameserver-name-invalid'],
	[
		'nobody holds the domain of the servers',
		domainEnding(null, true),
		'nameserver-domain-expiring',
	],
	['29 days left', domainEnding('2030-01-30T00:00:00Z'), 'nameserver-domain-expiring'],
	['30 days left', domainEnding('2030-01-31T00:00:00Z'), 'sound'],
	['one server', zone([NS1]), 'single-nameserver'],
	['two names, one address', zone([NS1, withAddress(NS2, '198.18.1.1')]), 'shared-address'],
	['two addresses of one /24', zone([NS1, withAddress(NS2, '198.18.1.2')]), 'same-network'],
	['two addresses of neighbouring /24', zone([NS1, withAddress(NS2, '198.18.2.1')]), 'sound'],
	['two addresses of one /24 at a provider that is anycast', zone(cloudflare), 'sound'],
	[
		'at the parent alone, and it works',
		zone([NS1, NS2, { ...NS3, byChild: false }]),
		'only-at-parent',
	],
	[
		'at the parent alone, and it is gone',
		zone([NS1, NS2, { ...NS3, byChild: false }], { states: { [NS3.name]: 'lame' } }),
		'only-at-parent',
	],
	['in the zone alone', zone([NS1, NS2, { ...NS3, byParent: false, glue: [] }]), 'only-at-child'],
	[
		'two lists',
		disagreeing(apart('NS', ['ns1.example.com', 'ns2.example.com'])),
		'child-lists-differ',
	],
	[
		"the parent's servers lead to different servers",
		zone([NS1, NS2], { delegation: { views: [view([NS1, NS2]), view([NS1])] } }),
		'parents-disagree',
	],
	['two providers, two addresses', moving('A', ['198.18.5.1', '198.18.5.2']), 'half-moved'],
	['two providers, two policies', moving('TXT', ['"one"', '"two"']), 'half-moved'],
	['parked', zone(parked), 'parking-nameservers'],
	['glue is missing', zone([NS1, glueless]), 'glue-missing'],
	[
		'glue is missing for all',
		zone([{ ...unknownGlueless, name: NS1.name }, unknownGlueless], { given: { control: FAILS } }),
		'glue-missing',
	],
	['glue is another address', zone([NS1, movedGlue]), 'glue-differs'],
	['the zone knows one address more than the glue', zone([NS1, extraAddress]), 'sound'],
	[
		'two addresses for the site',
		disagreeing(apart('A', ['198.18.5.1', '198.18.5.2'])),
		'servers-disagree',
	],
	[
		'one server without mail',
		disagreeing(apart('MX', ['10 mx.example.net', ''])),
		'servers-disagree',
	],
	['two texts', disagreeing(apart('TXT', ['"one"', '"two"'])), 'servers-disagree'],
	[
		'the mail of the zone, where a host is audited',
		disagreeing(apart('MX', ['10 mx.example.net', ''])),
		'sound',
		{ subject: { name: 'app.example.com', required: ['app.example.com'] } },
	],
	['a sub-zone that nobody serves', subZone('lame'), 'subzone-broken'],
	[
		'a sub-zone that nobody serves, of a host that must work',
		subZone('silent'),
		'subzone-broken',
		{ subject: { required: ['example.com', 'app.example.com'] } },
	],
	['a sub-zone that is served', subZone('authoritative'), 'sound'],
	['a sub-zone that could not be seen', withSubZone(unknown('timeout', 'no time left')), 'unknown'],
	[
		'contents that could not be compared',
		zone([NS1, NS2], { given: { consistency: unknown('timeout', 'no time left') } }),
		'unknown',
	],
];
