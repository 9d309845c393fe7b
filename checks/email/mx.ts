import {
	addressClass,
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Fact,
	isReachableClass,
	isWithin,
	type Judgement,
	known,
	MAIL_PROVIDERS,
	type MailDomain,
	type MxHost,
	type MxReading,
	mailDomains,
	mxReading,
	type NetworkScope,
	networkScope,
	optional,
	type ProvidersSeen,
	providerNamed,
	providersSeen,
	readMx,
	type Say,
	z,
} from '../../src/sdk.ts';
import { listed, mxLine } from './_lines.ts';
import {
	type AboutHost,
	bareAddress,
	deleteHost,
	MX_VERDICTS,
	type Suggested,
} from './_mx-verdicts.ts';
import { NO_MAIL, SENDER } from './_sample-domains.ts';
import { inZone, type Zone } from './_zone.ts';

type Said = readonly Judgement<keyof typeof MX_VERDICTS>[];

interface Reading {
	readonly domain: string;
	readonly hosts: readonly MxHost[];
	readonly ttl: number;
	readonly scope: NetworkScope | null;
	readonly role: string;
	/** Providers of mailboxes that MX or SPF shows, by name. */
	readonly providers: readonly string[];
	readonly say: Say<typeof MX_VERDICTS>;
}

export default defineCheck({
	id: 'email/mx',
	title: 'Mail to the domain finds a host that can receive it',
	rationale:
		'A wrong MX loses replies, password resets and support mail without any error on your side.',
	references: [
		'RFC 5321 §5.1 (MX, implicit MX)',
		'RFC 7505 §3, §4 (null MX)',
		'RFC 2181 §10.3 (no alias)',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	decisive: { by: 'role', in: ['sends', 'receives'] },
	verdicts: MX_VERDICTS,
	needs: ({ subject }) => ({
		mx: mxReading({ domain: subject.name }),
		scope: optional(networkScope({})),
		seen: optional(providersSeen({ domain: subject.name })),
	}),
	judge({ given: { mx, scope, seen }, subject, say }) {
		const domain = subject.name;
		const all = seen.status === 'known' ? seen.value.all : [];
		const names = all.filter(({ mailboxes }) => mailboxes).map(({ name }) => name);
		switch (mx.kind) {
			case 'failed':
				return cannotSay(
					'inconclusive',
					`the MX of ${domain} could not be looked up: ${mx.detail}`,
				);
			case 'none':
				return withoutMx(mx, subject, names, say);
			case 'records':
				return withMx({
					domain,
					hosts: mx.hosts,
					ttl: mx.ttl,
					scope: scope.status === 'known' ? scope.value : null,
					role: subject.context.role,
					providers: names,
					say,
				});
		}
	},
	examples: (example) => [
		...EXAMPLES.map(([name, says, zone, context]) =>
			example(name, { mx: readMx('example.com', inZone(zone)), scope: LAB, seen: SEEN }, says, {
				subject: { context: { ...SENDER, ...context } },
			}),
		),
	],
});

function withoutMx(
	{ hasAddress, negativeTtl }: Extract<MxReading, { kind: 'none' }>,
	{ name: domain, context }: MailDomain,
	providers: readonly string[],
	say: Say<typeof MX_VERDICTS>,
): Said {
	switch (context.role) {
		case 'sends':
			return [
				say('none', {
					domain,
					hasAddress,
					negativeTtl,
					suggested: suggestedFor(domain, providers),
				}),
			];
		case 'no-mail':
			return [say('null-recommended', { domain, hasAddress, negativeTtl })];
		case 'receives':
			return [doesNotApply('The domain has no MX.')];
	}
}

function withMx(reading: Reading): Said {
	const { hosts, domain, ttl, say } = reading;
	const real = hosts.filter(({ exchange }) => exchange !== '');
	if (real.length === 0) {
		const refuses = reading.role === 'no-mail' ? [say('refuses', { domain })] : [];
		return [
			say('null', { domain, ttl, suggested: suggestedFor(domain, reading.providers) }),
			...refuses,
		];
	}
	const names = [...new Set(real.map(({ exchange }) => exchange))];
	const said: Said = [
		...(real.length < hosts.length ? [say('null-with-others', { domain, ttl, hosts: names })] : []),
		...misnamed(reading, real),
		...unreachable(reading, real),
		...upkeep(reading, real),
	];
	const isGood = said.every(({ verdict }) => verdict === 'no-ipv6');
	return isGood ? [...said, say('reachable', { domain, hosts: names })] : said;
}

const about = ({ domain, ttl }: Reading, { exchange, preference }: MxHost): AboutHost => ({
	domain,
	ttl,
	host: exchange,
	preference,
});

const locus = ({ exchange }: MxHost) => ({ kind: 'record' as const, name: exchange });

/** Nothing where no provider, or more than one, could be meant. */
function suggestedFor(domain: string, providers: readonly string[]): Suggested {
	const [provider = '', ...others] = providers;
	const published = others.length > 0 ? [] : (providerNamed(provider)?.mxRecords ?? []);
	const lines = published.map((record) => {
		const [preference, host = ''] = record.split(' ');
		return mxLine(domain, Number(preference), host);
	});
	return { provider, lines };
}

/** Names that can never be right, whatever they resolve to. */
function misnamed(reading: Reading, hosts: readonly MxHost[]): Said {
	const { say, domain } = reading;
	return hosts.flatMap((host): Said => {
		const args = about(reading, host);
		if (isAddress(host.exchange)) return [at(locus(host), say('target-ip', args))];
		if (isLocalhost(host.exchange)) return [at(locus(host), say('target-localhost', args))];
		const meant = withoutDoubling(host.exchange, domain);
		return meant === null ? [] : [at(locus(host), say('doubled-suffix', { ...args, meant }))];
	});
}

function isMisnamed({ exchange }: MxHost, domain: string): boolean {
	return isAddress(exchange) || isLocalhost(exchange) || withoutDoubling(exchange, domain) !== null;
}

function isAddress(exchange: string): boolean {
	return addressClass(bareAddress(exchange)) !== null;
}

function isLocalhost(exchange: string): boolean {
	return /^(?:.*\.)?localhost(?:\.localdomain)?$/.test(exchange);
}

/** `mx.example.com.example.com`, or a provider's whole name with the own domain behind it. */
function withoutDoubling(exchange: string, domain: string): string | null {
	if (!exchange.endsWith(`.${domain}`)) return null;
	const name = exchange.slice(0, -domain.length - 1);
	const isOwn = isWithin(name, domain);
	const isProviders = MAIL_PROVIDERS.some(({ mx }) => mx.some((suffix) => isWithin(name, suffix)));
	return isOwn || isProviders ? name : null;
}

/** A verification record never resolves, by design. */
const LEFTOVER = /\.msv1\.invalid$/;

function unreachable(reading: Reading, hosts: readonly MxHost[]): Said {
	const { say, domain, ttl, scope } = reading;
	const wellNamed = hosts.filter((host) => !isMisnamed(host, domain));
	const expected = wellNamed.filter(({ exchange }) => !LEFTOVER.test(exchange));
	const judged = expected.length > 0 || wellNamed.length < hosts.length ? expected : wellNamed;
	const dead = judged.filter(({ absence }) => absence !== null);
	const failed = judged.filter((host) => host.failed !== null && addresses(host).length === 0);
	const said: Judgement<keyof typeof MX_VERDICTS>[] = [];
	if (dead.length > 0) {
		said.push(
			say('target-missing', {
				domain,
				ttl,
				all: failed.length === 0 && hosts.every((host) => !works(host, domain)),
				details: [...new Set(dead.map(({ exchange, absence }) => `${exchange} ${absence ?? ''}`))],
				dead: dead.map((host) => deleteHost(about(reading, host))),
				suggested: suggestedFor(domain, reading.providers),
			}),
		);
	}
	if (failed.length > 0) {
		const details = failed.map((host) => host.failed ?? '');
		const couldBe = failed.length === judged.length ? 'blocker' : 'high';
		said.push(cannotSay('inconclusive', `mail hosts of ${domain}: ${listed(details)}`, couldBe));
	}
	for (const host of distinct(judged)) {
		const all = addresses(host);
		if (all.length > 0 && !all.some((address) => isReachableClass(address, scope))) {
			const args = { ...about(reading, host), addresses: all };
			said.push(at(locus(host), say('target-private', args)));
		}
		if (host.alias !== null && all.length > 0) {
			const args = { ...about(reading, host), target: host.alias };
			said.push(at(locus(host), say('target-cname', args)));
		}
	}
	return said;
}

function works(host: MxHost, domain: string): boolean {
	return addresses(host).length > 0 && !isMisnamed(host, domain);
}

function addresses({ v4, v6 }: MxHost): readonly string[] {
	return [...v4, ...v6];
}

function distinct(hosts: readonly MxHost[]): readonly MxHost[] {
	return hosts.filter(
		(host, index) => hosts.findIndex(({ exchange }) => exchange === host.exchange) === index,
	);
}

function upkeep(reading: Reading, hosts: readonly MxHost[]): Said {
	const { say, domain, ttl } = reading;
	const first = distinct(hosts);
	const repeats = distinct(hosts.filter((host) => !first.includes(host)));
	const leftovers = first.filter(({ exchange }) => LEFTOVER.test(exchange));
	const providers = [...new Set(first.flatMap(({ provider }) => provider?.name ?? []))];
	const names = first.map(({ exchange }) => exchange);
	const isOnlyV4 =
		hosts.every(({ v6 }) => v6.length === 0) && hosts.some(({ v4 }) => v4.length > 0);
	return [
		...(providers.length > 1
			? [say('mixed-providers', { domain, ttl, providers, hosts: names })]
			: []),
		...leftovers.map((host) => at(locus(host), say('verification-leftover', about(reading, host)))),
		...repeats.map((host) => at(locus(host), say('duplicate-host', about(reading, host)))),
		...(isOnlyV4 ? [say('no-ipv6', { domain, ttl })] : []),
	];
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

const LAB: Fact<NetworkScope> = known({ roots: [], publicClasses: ['documentation'] });

const GOOGLE = providerNamed('Google Workspace');
const SEEN: Fact<ProvidersSeen> = known({
	byMx: [],
	bySpf: [],
	all: GOOGLE === null ? [] : [GOOGLE],
});

const GOOD: Zone = {
	'example.com MX': ['10 mx.example.com'],
	'mx.example.com A': ['203.0.113.9'],
	'mx.example.com AAAA': ['2001:db8::9'],
};

const mx = (...lines: string[]): Zone => ({ ...GOOD, 'example.com MX': lines });

type MxExample = readonly [
	name: string,
	says: keyof typeof MX_VERDICTS | 'unknown' | 'not-applicable',
	zone: Zone,
	context?: Partial<MailDomain['context']>,
];

const EXAMPLES: readonly MxExample[] = [
	['one host', 'reachable', GOOD],
	['no MX, an address', 'none', { 'example.com A': ['203.0.113.9'] }],
	['no MX, no address', 'none', {}],
	[
		'no MX, and a server that fails for addresses',
		'none',
		{ 'example.com A': 'servfail', 'example.com AAAA': 'servfail' },
	],
	['a null MX that sends', 'null', mx('0 ')],
	['a null MX without mail', 'refuses', mx('0 '), NO_MAIL],
	['a null MX and another', 'null-with-others', mx('0 ', '10 mx.example.com')],
	['no mail, an address', 'null-recommended', { 'example.com A': ['203.0.113.9'] }, NO_MAIL],
	['no mail, no address', 'null-recommended', {}, NO_MAIL],
	['receives, by a sub-domain alone', 'not-applicable', {}, { role: 'receives', receives: 'no' }],
	['the only host is gone', 'target-missing', mx('10 gone.example.net')],
	['one of two is gone', 'target-missing', mx('10 mx.example.com', '20 gone.example.net')],
	[
		'an alias',
		'target-cname',
		{ ...mx('10 m.example.com'), 'm.example.com CNAME': ['mx.example.com'] },
	],
	['an address', 'target-ip', mx('10 203.0.113.9')],
	[
		'a private address',
		'target-private',
		{ ...mx('10 in.example.com'), 'in.example.com A': ['10.0.0.5'] },
	],
	[
		'a private address beside a public one',
		'reachable',
		{
			...mx('10 in.example.com'),
			'in.example.com A': ['10.0.0.5', '203.0.113.9'],
			'in.example.com AAAA': ['2001:db8::9'],
		},
	],
	['localhost', 'target-localhost', mx('10 localhost')],
	['the domain twice', 'doubled-suffix', mx('10 mx.example.com.example.com')],
	["a provider's name without the dot", 'doubled-suffix', mx('1 aspmx.l.google.com.example.com')],
	[
		'two providers',
		'mixed-providers',
		{
			...mx('1 aspmx.l.google.com', '10 mx.zoho.com'),
			'aspmx.l.google.com A': ['203.0.113.1'],
			'mx.zoho.com A': ['203.0.113.2'],
		},
	],
	[
		'a verification record',
		'verification-leftover',
		mx('10 mx.example.com', '32767 ms12345.msv1.invalid'),
	],
	['nothing but a verification record', 'target-missing', mx('32767 ms12345.msv1.invalid')],
	['a host twice', 'duplicate-host', mx('10 mx.example.com', '20 mx.example.com')],
	[
		'no IPv6',
		'no-ipv6',
		{ 'example.com MX': ['10 mx.example.com'], 'mx.example.com A': ['203.0.113.9'] },
	],
	['a server that fails', 'unknown', { 'example.com MX': 'servfail' }],
	[
		"a host's server that fails",
		'unknown',
		{ ...mx('10 m.example.net'), 'm.example.net A': 'servfail', 'm.example.net AAAA': 'servfail' },
	],
];
