import {
	at,
	cannotSay,
	controlName,
	type DkimDiscovery,
	type DmarcDiscovery,
	type DnsAnswer,
	defineCheck,
	discoverDkim,
	discoverDmarc,
	dkimDiscovery,
	dmarcDiscovery,
	type Fact,
	hasKeyRecord,
	isSenderId,
	isSpfText,
	type Judgement,
	known,
	type LongText,
	longestTtl,
	longSpfText,
	lookup,
	lookupsOf,
	type MailDomain,
	type MissingProvider,
	mailDomains,
	mailTexts,
	mergedRecord,
	missingProviders,
	misspeltVersion,
	type NetworkScope,
	networkScope,
	optional,
	type ProductService,
	parseSpf,
	productServices,
	providerNamed,
	providerOfMx,
	type Say,
	type SpfWalk,
	serviceLines,
	serviceNamed,
	spfProviders,
	spfWalk,
	type Verdict,
	walkSpf,
	withTerms,
	z,
	zoneFileName,
} from '../../src/sdk.ts';
import { NO_MAIL, SENDER } from './_sample-domains.ts';
import {
	grammarFindings,
	passFindings,
	redirectAndAll,
	termsAfterAll,
	treeFindings,
	upkeepFindings,
} from './_spf-findings.ts';
import { lookupFindings, mxHosts, voidFindings } from './_spf-lookups.ts';
import type { Reading } from './_spf-reading.ts';
import { type ProviderMissing, SPF_VERDICTS } from './_spf-verdicts.ts';
import { answerIn, inZone, type Zone } from './_zone.ts';

type Said = readonly Verdict<keyof typeof SPF_VERDICTS>[];

interface Given {
	readonly walk: SpfWalk;
	readonly dkim: Fact<DkimDiscovery>;
	readonly dmarc: Fact<DmarcDiscovery>;
	readonly providers: Fact<readonly MissingProvider[]>;
	readonly services: Fact<readonly ProductService[]>;
	readonly type99: Fact<DnsAnswer>;
	readonly scope: Fact<NetworkScope>;
	/** TXT at a name that nobody made: what sub-domains get. */
	readonly wildcard: Fact<DnsAnswer>;
	readonly mx: Fact<DnsAnswer>;
	/** Of the planned zone file. */
	readonly long: Fact<LongText | null>;
}

export default defineCheck({
	id: 'email/spf',
	title: 'SPF lets your servers send, and nobody else',
	rationale:
		'Mailbox providers refuse mail that neither SPF nor DKIM vouches for, and one mistake in the record ' +
		'switches SPF off for every server at once.',
	references: [
		'RFC 7208 §3.1, §3.2, §3.3, §3.4 (publishing)',
		'RFC 7208 §4.5, §4.6, §4.7 (evaluation, limits, default)',
		'RFC 7208 §5, §6, §7, §12 (mechanisms, modifiers, macros, grammar)',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	decisive: { by: 'role', in: ['sends'] },
	verdicts: SPF_VERDICTS,
	needs: ({ subject }) => ({
		walk: spfWalk({ domain: subject.name }),
		dkim: optional(
			dkimDiscovery({
				domain: subject.name,
				seed: subject.seed,
				selectors: [...subject.selectors],
				reported: [...subject.reportedSelectors],
			}),
		),
		dmarc: optional(dmarcDiscovery({ domain: subject.name })),
		providers: optional(spfProviders({ domain: subject.name })),
		services: optional(
			productServices({ domain: subject.name, seed: subject.seed, repo: subject.repo }),
		),
		type99: optional(lookup({ name: subject.name, type: 'SPF' })),
		scope: optional(networkScope({})),
		wildcard: optional(lookup({ name: controlName(subject.name, subject.seed), type: 'TXT' })),
		mx: optional(lookup({ name: subject.name, type: 'MX' })),
		long: optional(
			longSpfText({
				domain: subject.name,
				registrable: subject.registrable,
				zoneFile: subject.zoneFile,
			}),
		),
	}),
	judge({ given, subject, say }) {
		const { root, failed } = given.walk;
		const domain = subject.name;
		if (root.state === 'failed') return [say('temperror', { domain, failed: [root.detail] })];
		const said: Judgement<keyof typeof SPF_VERDICTS>[] = [
			...strayTexts(given, say),
			...recordFindings(given, subject, say),
			...(failed.length > 0 ? [say('temperror', { domain, failed })] : []),
			...serviceFindings(given, subject, say),
		];
		const isGood = said.every(({ verdict }) => verdict !== null && NOTES.has(verdict));
		if (root.parsed === null || !isGood) return said;
		const args = { domain, record: root.parsed.text, lookups: lookupsOf(root) };
		return [...said, say('sound', args)];
	},
	examples: (example) => [
		...EXAMPLES.map(([name, says, zone, context]) =>
			example(name, givenBy(zone), says, {
				subject: { context: { ...SENDER, ...context } },
			}),
		),
		example(
			'one mailbox provider, in the MX and not in SPF',
			givenBy({
				'example.com TXT': ['v=spf1 ip4:203.0.113.5 -all'],
				'example.com MX': ['1 aspmx.l.google.com'],
				'_spf.google.com TXT': ['v=spf1 ip4:198.51.100.0/24 -all'],
			}),
			'provider-missing',
		),
		example(
			'a planned record in one string of 256 characters',
			{ ...givenBy({}), long: known(inOneString(256)) },
			'string-over-255',
		),
		example(
			'a planned record in strings of 255',
			{ ...givenBy(spf(sized(255))), long: known(null) },
			'sound',
		),
		example(
			'a product that sends with a service nobody has set up',
			givenBy({ 'example.com TXT': ['v=spf1 ip4:203.0.113.5 -all'] }, [RESEND]),
			'provider-missing',
		),
		example(
			'a product that sends with a service whose key cannot be guessed',
			givenBy({ 'example.com TXT': ['v=spf1 ip4:203.0.113.5 -all'] }, [
				{ ...RESEND, name: 'Postmark', dkim: 'unclear' },
			]),
			'unknown',
		),
		example(
			'a product that sends with a service whose return path is set up',
			givenBy({ 'example.com TXT': ['v=spf1 ip4:203.0.113.5 -all'] }, [{ ...RESEND, spf: true }]),
			'sound',
		),
		example(
			"the provider's networks, listed by hand",
			givenBy({
				'example.com TXT': ['v=spf1 ip4:198.51.100.0/23 -all'],
				'example.com MX': ['1 aspmx.l.google.com'],
				'_spf.google.com TXT': ['v=spf1 ip4:198.51.100.0/24 -all'],
			}),
			'sound',
		),
	],
});

/** Worth knowing, and no reason to withhold the pass. */
const NOTES: ReadonlySet<string> = new Set([
	'all-mode',
	'macro-dynamic',
	'sender-id',
	'size',
	'subdomains-open',
]);

/** TXT beside the record: meant as SPF, or left over. */
function strayTexts({ walk, type99 }: Given, say: Say<typeof SPF_VERDICTS>): Said {
	const { domain, others, root } = walk;
	const ttl = longestTtl([...others, ...root.records]);
	const old =
		type99.status === 'known' && type99.value.records.some(({ data }) => data.type === 'SPF');
	return [
		...others
			.flatMap(({ text }) => {
				const fixed = misspeltVersion(text);
				return fixed === null ? [] : [{ text, fixed }];
			})
			.slice(0, 1)
			.map(({ text, fixed }) =>
				say('version-malformed', { domain, ttl, fixed, text, seen: [text] }),
			),
		...others
			.filter(({ text }) => isSenderId(text))
			.slice(0, 1)
			.map(({ text }) => say('sender-id', { domain, text, seen: [text] })),
		...(old ? [say('type99', { domain, ttl, fixed: null, seen: [] })] : []),
	];
}

function recordFindings(given: Given, subject: MailDomain, say: Say<typeof SPF_VERDICTS>): Said {
	const { walk } = given;
	const { root } = walk;
	const ttl = longestTtl(root.records);
	const long = overlongString(given, subject, say);
	if (long.length > 0 && root.parsed === null) return long;
	if (root.state === 'multiple') {
		const texts = root.records.map(({ text }) => text);
		const merged = mergedRecord(root.records.map((record) => parseSpf(record)));
		return [say('multiple', { domain: walk.domain, ttl, fixed: null, texts, merged, seen: texts })];
	}
	if (root.parsed === null) return [missing(given, subject, say)];
	const { dmarc } = given;
	const policy = dmarc.status === 'known' ? dmarc.value.walk.policy : null;
	const reading: Reading = {
		say,
		walk,
		record: root.parsed,
		ttl,
		role: subject.context.role,
		enforcing: policy !== null && policy.policy !== 'none' && !policy.testing,
	};
	return [
		...long,
		...grammarFindings(reading),
		...treeFindings(reading),
		...redirectAndAll(reading),
		...termsAfterAll(reading),
		...lookupFindings(reading),
		...mxHosts(reading),
		...voidFindings(reading),
		...passFindings(reading),
		...upkeepFindings(reading, given.scope.status === 'known' ? given.scope.value : null),
		...providerFinding(given, reading),
		...subdomainFinding(given, reading),
	];
}

/** No name server can load it, so what it would say once split is not judged yet. */
function overlongString(
	{ walk, long }: Given,
	subject: MailDomain,
	say: Say<typeof SPF_VERDICTS>,
): Said {
	if (long.status !== 'known' || long.value === null) return [];
	const { line, strings } = long.value;
	const longest = Math.max(...strings.map(({ length }) => length));
	const { domain } = walk;
	const said = say('string-over-255', { domain, line, longest, text: strings.join('') });
	const file = zoneFileName(subject);
	return [at({ kind: 'record', name: `${domain} TXT`, file, line }, said)];
}

function missing(
	{ walk, dkim, mx, services }: Given,
	{ context }: MailDomain,
	say: Say<typeof SPF_VERDICTS>,
): Verdict<'missing'> {
	const { domain, negativeTtl } = walk;
	const dkimAbsent =
		dkim.status === 'known' && dkim.value.existence === 'absent' && !hasKeyRecord(dkim.value);
	const hosts =
		mx.status === 'known'
			? mx.value.records.flatMap(({ data }) => (data.type === 'MX' ? [data.exchange] : []))
			: [];
	const used = services.status === 'known' ? services.value : [];
	const includes = [
		...hosts.flatMap((host) => providerOfMx(host)?.spf.slice(0, 1) ?? []),
		...used.flatMap(({ name }) => serviceNamed(name)?.rootInclude ?? []),
	];
	const unique = [...new Set(includes)].map((name) => `include:${name}`);
	const senders = unique.length > 0 ? unique : sendersWithout(hosts, used);
	const others = context.role === 'sends';
	const meant = walk.others.find(({ text }) => misspeltVersion(text) !== null)?.text ?? null;
	const proposal =
		meant === null
			? ['v=spf1', ...(others ? senders : []), '-all'].join(' ')
			: (misspeltVersion(meant) ?? '');
	return say('missing', {
		domain,
		negativeTtl,
		dkimAbsent,
		proposal,
		others,
		old: meant,
		seen: [],
	});
}

/** A service with a return path of its own needs nothing in the domain's record. */
function sendersWithout(
	hosts: readonly string[],
	services: readonly ProductService[],
): readonly string[] {
	if (hosts.length > 0) return ['mx'];
	return services.length > 0 ? [] : ['include:<provider>'];
}

function providerFinding({ providers }: Given, reading: Reading): Said {
	if (providers.status !== 'known' || providers.value.length === 0 || reading.role !== 'sends') {
		return [];
	}
	const { record, walk, ttl, say } = reading;
	const missingOnes = providers.value;
	const fixed = withTerms(
		record,
		missingOnes.map(({ include }) => `include:${include}`),
	);
	const names = missingOnes.map(({ name, include }) => `${name} (include:${include})`);
	return [
		say('provider-missing', {
			domain: walk.domain,
			ttl,
			fixed,
			providers: names,
			seen: [record.text],
			...BY_MX,
		}),
	];
}

const BY_MX = {
	service: null,
	isUnsigned: false,
	places: [],
	lines: [],
	where: null,
	control: '',
} as const;

/** What the repository sends with, where nothing in DNS vouches for it. */
function serviceFindings(
	{ services, walk }: Given,
	{ context }: MailDomain,
	say: Say<typeof SPF_VERDICTS>,
): readonly Judgement<keyof typeof SPF_VERDICTS>[] {
	if (services.status !== 'known' || context.role !== 'sends') return [];
	return services.value
		.filter(({ spf, dkim }) => !spf && dkim !== 'found')
		.map((one) => {
			const place = one.places[0];
			if (one.dkim === 'unclear') {
				const where = place === undefined ? 'the repository' : `${place.file}:${place.line}`;
				const detail = `whether ${one.domain} is set up for ${one.name}, with which the product sends (${where}), cannot be seen: ${one.control}`;
				return cannotSay('inconclusive', detail, 'high');
			}
			return at(
				{ kind: 'record', name: `${one.name} at ${one.domain}` },
				say('provider-missing', aboutService(one, walk)),
			);
		});
}

function aboutService(one: ProductService, walk: SpfWalk): ProviderMissing {
	const service = serviceNamed(one.name);
	const include = service?.rootInclude ?? null;
	const { parsed, records: published } = walk.root;
	const isOwn = one.domain === walk.domain;
	const fixed =
		include === null || parsed === null || !isOwn
			? null
			: withTerms(parsed, [`include:${include}`]);
	return {
		domain: one.domain,
		ttl: longestTtl(published),
		fixed,
		providers: [],
		seen: isOwn ? published.map(({ text }) => text) : [],
		service: one.name,
		isUnsigned: one.isUsed,
		places: one.places.map(({ file, line, what }) => `${file}:${line} ${what}`),
		lines: service === null ? [] : serviceLines(service, one.domain),
		where: providerNamed(one.name)?.dkim?.where ?? null,
		control: `${one.control}; SPF of ${one.domain} and of its usual return paths was looked up.`,
	};
}

function subdomainFinding({ wildcard }: Given, { role, walk, say, record }: Reading): Said {
	if (role !== 'no-mail' || wildcard.status !== 'known') return [];
	const { status } = wildcard.value;
	if (!['ok', 'nodata', 'nxdomain'].includes(status)) return [];
	const covered = mailTexts(wildcard.value).some(({ text }) => isSpfText(text));
	return covered ? [] : [say('subdomains-open', { domain: walk.domain, seen: [record.text] })];
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

function givenBy(zone: Zone, services: readonly ProductService[] = []): Given {
	const ask = inZone(zone);
	const name = 'example.com';
	const walk = walkSpf(name, ask);
	const google = providerNamed('Google Workspace');
	const mx = answerIn(zone, name, 'MX');
	const byGoogle = mx.records.some(({ text }) => text.endsWith('google.com'));
	const lacking = google !== null && byGoogle ? [google] : [];
	return {
		walk,
		dkim: known(discoverDkim({ domain: name, seed: '0', given: [], providers: [] }, ask)),
		dmarc: known(discoverDmarc(name, ask)),
		providers: known(missingProviders(walk, lacking, ask)),
		services: known(services),
		type99: known(answerIn(zone, name, 'SPF')),
		scope: known({ roots: [], publicClasses: ['documentation'] }),
		wildcard: known(answerIn(zone, controlName(name, '0'), 'TXT')),
		mx: known(mx),
		long: known(null),
	};
}

const RESEND: ProductService = {
	name: 'Resend',
	domain: 'example.com',
	isUsed: true,
	places: [{ file: 'package.json', line: 12, what: 'resend' }],
	spf: false,
	dkim: 'absent',
	control: 'resend._domainkey.example.com does not exist',
};

const spf = (...texts: (string | readonly string[])[]): Zone => ({ 'example.com TXT': texts });

/** `count` names that each cost one look-up, and the terms that ask for them. */
function includes(count: number): { terms: string; zone: Zone } {
	const names = Array.from({ length: count }, (_, index) => `i${index}.example.net`);
	return {
		terms: names.map((name) => `include:${name}`).join(' '),
		zone: Object.fromEntries(names.map((name) => [`${name} TXT`, ['v=spf1 -all']])),
	};
}

function withIncludes(count: number, more = ''): Zone {
	const { terms, zone } = includes(count);
	return { ...zone, ...spf(`v=spf1 ${more}${terms} -all`) };
}

const SIGNED: Zone = {
	'google._domainkey.example.com TXT': ['v=DKIM1; p='],
};

/** A record of so many bytes; the padding is a modifier that receivers ignore. */
function sized(bytes: number): string {
	const [start, end] = ['v=spf1 ip4:203.0.113.5 pad=', ' -all'];
	return start + 'x'.repeat(bytes - start.length - end.length) + end;
}

function inOneString(bytes: number): LongText {
	return { owner: 'example.com', type: 'TXT', line: 7, strings: [sized(bytes)] };
}

type SpfExample = readonly [
	name: string,
	says: keyof typeof SPF_VERDICTS,
	zone: Zone,
	context?: Partial<MailDomain['context']>,
];

const EXAMPLES: readonly SpfExample[] = [
	['one address and -all', 'sound', spf('v=spf1 ip4:203.0.113.5 -all')],
	['its mode', 'all-mode', spf('v=spf1 ip4:203.0.113.5 ~all')],
	['no record and no key', 'missing', {}],
	['no record, a key', 'missing', SIGNED],
	['no record and no mail', 'missing', {}, NO_MAIL],
	['two records', 'multiple', spf('v=spf1 mx -all', 'v=spf1 a -all')],
	['a semicolon after the version', 'version-malformed', spf('v=spf1; mx -all')],
	['a misspelt mechanism', 'syntax', spf('v=spf1 ipv4:203.0.113.5 -all')],
	['a mechanism that is legally nothing', 'syntax', spf('v=spf1 include=a.example -all')],
	[
		'strings that join without a space',
		'glued-terms',
		{
			...spf(['v=spf1 include:a.example', 'include:b.example -all']),
			'a.example TXT': ['v=spf1 -all'],
		},
	],
	[
		'a dash from a word processor',
		'non-ascii',
		spf('v=spf1 ip4:203.0.113.5 \u00e2\u0080\u0093all'),
	],
	['an octet of 256', 'ip-invalid', spf('v=spf1 ip4:203.0.113.256 -all')],
	['an unclosed macro', 'macro-syntax', spf('v=spf1 exists:%{i.example.com -all')],
	['redirect twice', 'modifier-twice', spf('v=spf1 redirect=a.example redirect=a.example')],
	['eight look-ups', 'sound', withIncludes(8)],
	['nine look-ups', 'lookups-near-limit', withIncludes(9)],
	['ten look-ups', 'lookups-near-limit', withIncludes(10)],
	['eleven look-ups', 'too-many-lookups', withIncludes(11)],
	[
		'eleven look-ups behind an early match',
		'too-many-lookups',
		withIncludes(11, 'ip4:203.0.113.0/24 '),
	],
	[
		'eleven mail hosts',
		'mx-too-many-hosts',
		{
			...spf('v=spf1 mx -all'),
			'example.com MX': Array.from({ length: 11 }, (_, index) => `10 m${index}.example.net`),
			'*.example.net A': ['203.0.113.9'],
		},
	],
	[
		'three dead names',
		'too-many-voids',
		spf('v=spf1 a:x.example.net a:y.example.net a:z.example.net -all'),
	],
	[
		'three dead names before a provider',
		'too-many-voids',
		{
			...spf('v=spf1 a:x.test a:y.test a:z.test include:sendgrid.net -all'),
			'sendgrid.net TXT': ['v=spf1 ip4:203.0.113.0/24 ~all'],
		},
	],
	['two dead names', 'sound', spf('v=spf1 ip4:203.0.113.5 a:x.test a:y.test -all')],
	[
		'a host without AAAA',
		'void-one-family',
		{ ...spf('v=spf1 a:x.example.net -all'), 'x.example.net A': ['203.0.113.9'] },
	],
	['an include of nothing', 'include-without-record', spf('v=spf1 include:gone.example -all')],
	[
		'a broken include',
		'include-permerror',
		{ ...spf('v=spf1 include:a.example -all'), 'a.example TXT': ['v=spf1 ip4:1 -all'] },
	],
	[
		'a broken include two levels down',
		'include-permerror',
		{ ...spf('v=spf1 include:a.example -all'), 'a.example TXT': ['v=spf1 include:b.example -all'] },
	],
	['a server that fails', 'temperror', { 'example.com TXT': 'servfail' }],
	[
		'an include whose server fails',
		'temperror',
		{ ...spf('v=spf1 include:a.example -all'), 'a.example TXT': 'servfail' },
	],
	['an include of itself', 'loop', spf('v=spf1 include:example.com -all')],
	['a redirect to nothing', 'redirect-without-record', spf('v=spf1 redirect=gone.example')],
	['all and redirect', 'redirect-and-all', spf('v=spf1 redirect=gone.example -all')],
	[
		'all and a redirect that authorises',
		'redirect-and-all',
		{ ...spf('v=spf1 redirect=a.example -all'), 'a.example TXT': ['v=spf1 ip4:203.0.113.5 -all'] },
	],
	['a term after all', 'terms-after-all', spf('v=spf1 -all ip4:203.0.113.5')],
	['a provider after all', 'terms-after-all', spf('v=spf1 ~all include:sendgrid.net')],
	['+all', 'pass-all', spf('v=spf1 +all')],
	['a /8', 'pass-all', spf('v=spf1 ip4:15.0.0.0/8 -all')],
	['a /9', 'all-mode', spf('v=spf1 ip4:15.0.0.0/9 -all')],
	['two halves of a /8', 'pass-all', spf('v=spf1 ip4:15.0.0.0/9 ip4:15.128.0.0/9 -all')],
	[
		'an include that everybody passes',
		'pass-all',
		{ ...spf('v=spf1 include:a.example -all'), 'a.example TXT': ['v=spf1 all'] },
	],
	['?all', 'neutral-all', spf('v=spf1 mx ?all')],
	[
		'?all under DMARC that enforces',
		'neutral-all',
		{ ...spf('v=spf1 mx ?all'), '_dmarc.example.com TXT': ['v=DMARC1; p=reject'] },
	],
	['no all', 'no-all', spf('v=spf1 ip4:203.0.113.5')],
	['~all without mail', 'softfail-no-mail', spf('v=spf1 ~all'), NO_MAIL],
	[
		'-all without mail',
		'sound',
		{ ...spf('v=spf1 -all'), '*.example.com TXT': ['v=spf1 -all'] },
		NO_MAIL,
	],
	['open sub-domains', 'subdomains-open', spf('v=spf1 -all'), NO_MAIL],
	['ptr', 'ptr-mechanism', spf('v=spf1 ptr -all')],
	['%{p}', 'macro-p', spf('v=spf1 exists:%{p}.example.com -all')],
	['%{i}', 'macro-dynamic', spf('v=spf1 exists:%{i}.example.com -all')],
	['an explanation that is not there', 'exp-bad', spf('v=spf1 -all exp=why.example.com')],
	['a record of 450 bytes', 'sound', spf(sized(450))],
	['a record of 451 bytes', 'size', spf(sized(451))],
	['type 99', 'type99', { ...spf('v=spf1 -all'), 'example.com SPF': ['v=spf1 -all'] }],
	['Sender ID', 'sender-id', spf('v=spf1 -all', 'spf2.0/pra -all')],
	['a network twice', 'duplicate-term', spf('v=spf1 ip4:203.0.113.5 ip4:203.0.113.5/32 -all')],
	['a private network', 'private-range', spf('v=spf1 ip4:10.0.0.0/8 -all')],
];
