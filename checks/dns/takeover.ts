import {
	at,
	blockedBy,
	type ClaimableName,
	cannotSay,
	claimableNames,
	defineCheck,
	dnsPanel,
	doesNotApply,
	type Fact,
	isWithin,
	type Judgement,
	known,
	type LostTarget,
	type LostTargets,
	lostTargets,
	optional,
	type ReleasedAddress,
	releasedAddresses,
	type Say,
	type TakeoverView,
	takeoverService,
	takeoverView,
	type UnservedZone,
	unknown,
	z,
} from '../../src/sdk.ts';
import { deadAliasCause } from './_alias-cause.ts';
import { TAKEOVER_VERDICTS } from './_takeover-verdicts.ts';

type Said = Judgement<keyof typeof TAKEOVER_VERDICTS>;

export default defineCheck({
	id: 'dns/takeover',
	title: 'No stranger can claim one of our names',
	rationale:
		'A record that outlives what it points to is an open door: whoever creates the resource, the zone or ' +
		'the domain behind it publishes, receives mail or obtains certificates under your name.',
	references: [
		'can-i-take-over-xyz (fingerprints; CC BY 4.0)',
		'can-i-take-over-dns (providers)',
		'RFC 1034 §3.6.2 (aliases)',
		'RFC 8020 (NXDOMAIN)',
	],
	reach: 'sign-in',
	layer: 'records',
	over: claimableNames,
	options: z.object({}),
	verdicts: TAKEOVER_VERDICTS,
	decisive: { by: 'atStake', in: ['yes'] },
	needs: ({ subject }) => ({
		view: takeoverView({
			name: subject.asked,
			registrable: subject.registrable,
			seed: subject.seed,
			rdap: subject.rdap,
		}),
		targets: optional(lostTargets(targetsAskedFor(subject))),
		released: optional(
			releasedAddresses({
				name: isRequired(subject) || MAY_BE_NO_WEBSITE.test(subject.name) ? null : subject.asked,
				apex: subject.apex,
			}),
		),
		panel: optional(dnsPanel({ domain: subject.apex })),
	}),
	judge({ given, subject, say }) {
		const panel = given.panel.status === 'known' ? given.panel.value : null;
		const about = { subject, panel, say };
		const beside = targetsAt(given.targets, given.view, about);
		const own = given.view.claim === null ? lentAt(given, about) : nameAt(given.view, about);
		const isOnlyAside = beside.length > 0 && own.every((one) => one.verdict === 'ours');
		return isOnlyAside ? beside : [...beside, ...own];
	},
	examples: (example) => {
		const given = (view: Partial<TakeoverView>, targets: readonly LostTarget[] = []) => ({
			view: { ...SOUND, ...view },
			targets: known({ lost: targets, unseen: [] as string[] }),
			released: known([]),
			panel: known('Cloudflare'),
		});
		const name = (
			label: string,
			standing: ClaimableName['context']['standing'],
			claimable: ClaimableName['context']['claimable'] = 'no-service',
		) => ({
			subject: {
				name: `${label}.example.com`,
				asked: `${label}.example.com`,
				context: { standing, claimable, atStake: 'no' as const },
			},
		});
		const app = name('app', 'named', 'yes');
		const blog = name('blog', 'guessed');
		return [
			example('an address of its own', given({}), 'ours'),
			example('a site at Vercel', given(AT_VERCEL), 'ours', name('www', 'www', 'edge')),
			example(
				'an alias that ends at a missing name of the same domain',
				given({ end: 'missing-own', targets: ['old.example.com'] }),
				'ours',
				blog,
			),
			example('no such name', given({ end: 'absent' }), 'not-applicable', app),
			example('a target that is gone', given(gone('old.hosting.test')), 'dangling-cname', blog),
			example(
				'a target that is gone, at a service that asks for proof',
				given({
					...gone('old.cloudfront.net'),
					service: { service: 'Amazon CloudFront', claimable: 'no', by: 'old.cloudfront.net' },
				}),
				'dangling-cname',
				blog,
			),
			example(
				'a required name whose target is gone',
				given(gone('old.hosting.test')),
				'blocked',
				name('app', 'named'),
			),
			example('a deleted web app at Azure', given(AT_AZURE), 'unclaimed-service', app),
			example('a repository that left GitHub Pages', given(AT_GITHUB), 'unclaimed-service', blog),
			example(
				'a service that did not answer',
				given({
					...AT_VERCEL,
					claim: { kind: 'undecided', because: 'timeout', detail: 'no answer' },
				}),
				'unknown',
				blog,
			),
			example(
				'a domain that expired',
				given({ ...gone('www.expired.test'), registration: registration('unregistered') }),
				'target-domain-unregistered',
				blog,
			),
			example(
				'a domain without delegation, RDAP out of reach',
				given({ ...gone('www.expired.test'), registration: registration('undecided') }),
				'unknown',
				blog,
			),
			example('an MX at a domain that expired', given({}, [lost()]), 'target-domain-unregistered'),
			example(
				'an MX at a domain without delegation, RDAP out of reach',
				given({}, [{ ...lost(), registration: registration('undecided') }]),
				'unknown',
			),
			example(
				'an MX whose host alone is missing',
				given({}, [{ ...lost(), registration: registration('registered') }]),
				'ours',
			),
			example(
				'a sub-zone that its provider deleted',
				given(unserved('dev.example.com', 'open')),
				'unclaimed-zone',
				name('dev', 'guessed'),
			),
			example(
				'the zone itself, at a provider that is open',
				given(unserved('example.com', 'open')),
				'unclaimed-zone',
			),
			example(
				'the zone itself, at a provider that is not',
				given(unserved('example.com', 'closed')),
				'blocked',
			),
			example(
				'another name in that zone',
				given(unserved('example.com', 'open')),
				'blocked',
				name('app', 'named'),
			),
			example(
				'a guessed name that does not resolve',
				given({ end: 'undecided', detail: 'the resolver says SERVFAIL' }),
				'unknown',
				blog,
			),
			example(
				'a required name that does not resolve',
				given({ end: 'undecided', detail: 'the resolver says SERVFAIL' }),
				'blocked',
				name('app', 'named'),
			),
			example(
				'an address that a cloud has lent to nobody',
				{
					...given({}),
					released: known([{ address: '198.18.0.1', cloud: 'Hetzner', ttl: 300 }]),
				},
				'released-address',
				blog,
			),
			example(
				'an address at a cloud, where our own site did not resolve meanwhile',
				{ ...given({}), released: unknown('timeout', 'no answer') },
				'unknown',
				blog,
			),
			example(
				'a leftover of a certificate authority',
				given(gone('_x.acm-validations.test')),
				'ours',
				name('_x', 'written'),
			),
			example(
				'an SPF record of which a part failed',
				{ ...given({}), targets: known({ lost: [], unseen: ['spf.hosting.test TXT: servfail'] }) },
				'unknown',
			),
			example(
				'targets that could not be listed',
				{ ...given({}), targets: unknown('timeout', 'no answer') },
				'unknown',
			),
		];
	},
});

/** Names of servers that speak something else than HTTP. */
const MAY_BE_NO_WEBSITE =
	/^(?:autodiscover|bastion|db|ftp|git|imap|mail|mx|mysql|ns|pop|postgres|redis|rdp|sftp|smtp|ssh|vpn)\d*[.-]/;

interface About {
	readonly subject: ClaimableName;
	readonly panel: string | null;
	readonly say: Say<typeof TAKEOVER_VERDICTS>;
}

/** The records beside hosts are the audited name's. */
function targetsAskedFor({ apex, name, registrable, required, rdap }: ClaimableName) {
	const domain = name === apex ? apex : null;
	return { domain, registrable, required: [...required], rdap };
}

function isRequired({ context }: ClaimableName): boolean {
	return context.standing === 'apex' || context.standing === 'named';
}

function targetsAt(
	targets: Fact<LostTargets>,
	view: TakeoverView,
	{ panel, say }: About,
): readonly Said[] {
	if (targets.status === 'unknown') return [cannotSay(targets.because, targets.detail, 'high')];
	if (targets.status !== 'known') return [];
	const { lost, unseen } = targets.value;
	// Where the name itself does not resolve, neither does what is beside it.
	const isOpen = unseen.length > 0 && view.end !== 'undecided';
	const open = isOpen ? [cannotSay('inconclusive', shortened(unseen), 'high')] : [];
	const found = lost.flatMap(({ registration, ...one }): readonly Said[] => {
		const { domain, seen, state } = registration;
		if (state === 'registered') return [];
		if (state === 'undecided') {
			// Registration out of reach never keeps a launch from being decided.
			return [cannotSay('inconclusive', `${one.record} depends on ${domain}: ${seen}`, 'high')];
		}
		const cause = targetCause(one.kind);
		const args = { ...one, domain, seen, panel, cause };
		return [at({ kind: 'record', name: one.record }, say('target-domain-unregistered', args))];
	});
	return [...found, ...open];
}

function shortened(lines: readonly string[]): string {
	const more = lines.length > 3 ? `; and ${lines.length - 3} more` : '';
	return `${lines.slice(0, 3).join('; ')}${more}`;
}

function nameAt(view: TakeoverView, about: About): readonly Said[] {
	const { subject, say } = about;
	if (view.unserved !== null) return unservedAt(view.unserved, about);
	if (view.claim?.kind === 'unclaimed') return [unclaimedAt(view, view.claim, about)];
	switch (view.end) {
		case 'missing':
			return missingAt(view, about);
		case 'absent':
			return [doesNotApply(`${subject.name} does not exist.`)];
		case 'undecided':
			return [
				isRequired(subject)
					? blockedBy({ check: 'dns/resolution', subject: subject.name }, view.detail)
					: cannotSay('inconclusive', view.detail, 'high'),
			];
		default:
			return view.claim?.kind === 'undecided'
				? [cannotSay(view.claim.because, view.claim.detail, atWorst(view))]
				: [say('ours', { host: subject.name, leadsTo: leadsTo(view) })];
	}
}

/** What nobody has disproved yet. */
function atWorst({ service }: TakeoverView): 'blocker' | 'high' {
	return service?.claimable === 'yes' ? 'blocker' : 'high';
}

function leadsTo({ end, targets, service }: TakeoverView): string | null {
	const last = targets.at(-1);
	if (end === 'missing-own') return `${last}, a missing name that nobody else can create`;
	return service === null
		? null
		: `${service.service} (${service.by}), which holds it for somebody`;
}

function leading(view: TakeoverView, { subject, panel }: About, own: string) {
	const { targets, ttl, isConfirmed } = view;
	const isWildcard = subject.context.standing === 'wildcard';
	return {
		host: subject.name,
		records: view.records.map((line) =>
			isWildcard ? line.replace(subject.asked, subject.name) : line,
		),
		target: targets.at(-1) ?? view.service?.by ?? '',
		panel,
		ttl,
		isConfirmed,
		cause: view.end === 'missing' ? sharedCause(subject, own) : own,
	};
}

/** What a name server's domain is lost for, `dns/delegation` says too. */
function targetCause(kind: LostTarget['kind']): string {
	return kind === 'NS'
		? 'dns/delegation/nameserver-domain-expiring'
		: 'dns/takeover/target-domain-unregistered';
}

/** `dns/resolution` says of the same record that it leads nowhere. */
function sharedCause({ name, apex, context }: ClaimableName, own: string): string {
	switch (context.standing) {
		case 'linked':
			return 'dns/resolution/host-missing';
		case 'wildcard':
			return own;
		default:
			return deadAliasCause(name, apex);
	}
}

function unclaimedAt(
	view: TakeoverView,
	claim: Extract<NonNullable<TakeoverView['claim']>, { kind: 'unclaimed' }>,
	about: About,
): Said {
	const { service } = view;
	const name = service?.service ?? '';
	const target = service?.by ?? '';
	const reclaim = (takeoverService(name)?.reclaim ?? '')
		.replaceAll('{host}', about.subject.name)
		.replaceAll('{target}', target);
	const base = leading(view, about, 'dns/takeover/unclaimed-service');
	return about.say('unclaimed-service', {
		...base,
		records: base.records.length > 0 ? base.records : [addressRecord(about.subject.name, target)],
		target,
		service: name,
		claimable: service?.claimable ?? 'no',
		shown: claim.shown,
		page: claim.page,
		reclaim,
	});
}

function releasedAt({ address, cloud, ttl }: ReleasedAddress, about: About): Said {
	const { subject, panel, say } = about;
	const isHost = subject.context.standing === 'www' || subject.context.standing === 'guessed';
	const record = addressRecord(subject.name, address);
	const cause = isHost ? 'ssl/https/port-closed' : 'dns/takeover/released-address';
	const args = { host: subject.name, address, cloud, ttl, record, panel, cause };
	return at({ kind: 'record', name: record }, say('released-address', args));
}

/** An address that a cloud lent may be somebody else's by now. */
function lentAt(
	{
		view,
		released,
	}: { readonly view: TakeoverView; readonly released: Fact<readonly ReleasedAddress[]> },
	about: About,
): readonly Said[] {
	if (released.status === 'known' && released.value.length > 0) {
		return released.value.map((one) => releasedAt(one, about));
	}
	const own = nameAt(view, about);
	// Only a name that leads to an address can lead to one that was given back.
	if (released.status !== 'unknown' || view.end !== 'address') return own;
	const sure = own.filter(({ verdict }) => verdict !== 'ours');
	return [...sure, cannotSay(released.because, released.detail, 'high')];
}

function addressRecord(host: string, address: string): string {
	return `${host}. IN ${address.includes(':') ? 'AAAA' : 'A'} ${address}`;
}

function missingAt(view: TakeoverView, about: About): readonly Said[] {
	const { subject, panel, say } = about;
	const { registration, service } = view;
	const base = leading(view, about, 'dns/takeover/dangling-cname');
	if (registration?.state === 'unregistered') {
		return [
			say('target-domain-unregistered', {
				kind: 'CNAME',
				owner: subject.name,
				record: base.records.at(-1) ?? '',
				target: base.target,
				domain: registration.domain,
				seen: registration.seen,
				panel,
				ttl: view.ttl,
				cause: sharedCause(subject, 'dns/takeover/target-domain-unregistered'),
			}),
		];
	}
	const open =
		registration?.state === 'undecided'
			? [cannotSay('inconclusive', `${base.target}: ${registration.seen}`, 'high' as const)]
			: [];
	if (isRequired(subject)) {
		const detail = `${subject.name} is an alias of ${base.target}, which does not exist`;
		return [...open, blockedBy({ check: 'dns/resolution', subject: subject.name }, detail)];
	}
	if (subject.name.startsWith('_')) {
		const leads = `${base.target}, which does not exist; no visitor comes to such a name`;
		return [...open, say('ours', { host: subject.name, leadsTo: leads })];
	}
	return [...open, say('dangling-cname', { ...base, service: service?.service ?? null })];
}

/** The audited zone is the business of `dns/delegation`, unless somebody else can set it up. */
function unservedAt(unserved: UnservedZone, { subject, panel, say }: About): readonly Said[] {
	const { zone, zones } = unserved;
	const isOwn = isWithin(subject.apex, zone);
	const isOpen = zones === 'open' || zones === 'paid';
	if (isOwn && !(isOpen && subject.name === subject.apex)) {
		const owner = { check: 'dns/delegation', subject: subject.apex };
		return [blockedBy(owner, `no name server of ${zone} answers for it`)];
	}
	const cause = isOwn ? 'dns/delegation/no-working-nameserver' : 'dns/delegation/subzone-broken';
	return [
		at({ kind: 'host', name: zone }, say('unclaimed-zone', { ...unserved, isOwn, panel, cause })),
	];
}

const SOUND: TakeoverView = {
	end: 'address',
	targets: [],
	records: [],
	ttl: 300,
	isConfirmed: false,
	detail: '',
	service: null,
	claim: null,
	registration: null,
	unserved: null,
};

const AT_VERCEL = {
	targets: ['cname.vercel-dns.com'],
	records: ['www.example.com. IN CNAME cname.vercel-dns.com.'],
	service: { service: 'Vercel', claimable: 'edge', by: 'cname.vercel-dns.com' },
	claim: { kind: 'held' },
} satisfies Partial<TakeoverView>;

const AT_GITHUB = {
	targets: ['example.github.io'],
	records: ['blog.example.com. IN CNAME example.github.io.'],
	service: { service: 'GitHub Pages', claimable: 'edge', by: 'example.github.io' },
	claim: {
		kind: 'unclaimed',
		shown: "There isn't a GitHub Pages site here",
		page: { url: 'https://blog.example.com/', status: 404 },
	},
} satisfies Partial<TakeoverView>;

function gone(target: string) {
	return {
		end: 'missing',
		targets: [target],
		records: [`blog.example.com. IN CNAME ${target}.`],
		isConfirmed: true,
	} satisfies Partial<TakeoverView>;
}

const AT_AZURE = {
	...gone('shop.azurewebsites.net'),
	service: { service: 'Microsoft Azure', claimable: 'yes', by: 'shop.azurewebsites.net' },
	claim: { kind: 'unclaimed', shown: 'NXDOMAIN', page: null },
} satisfies Partial<TakeoverView>;

function registration(state: LostTarget['registration']['state']): LostTarget['registration'] {
	return { domain: 'expired.test', state, seen: 'the name servers of test deny it' };
}

function lost(): LostTarget {
	return {
		kind: 'MX',
		owner: 'example.com',
		record: 'example.com. IN MX 10 mx.expired.test.',
		target: 'mx.expired.test',
		ttl: 3600,
		registration: registration('unregistered'),
	};
}

function unserved(zone: string, zones: UnservedZone['zones']): Partial<TakeoverView> {
	return {
		end: 'undecided',
		unserved: {
			zone,
			servers: ['ns1.digitalocean.com'],
			said: ['ns1.digitalocean.com (198.18.0.1): REFUSED'],
			provider: 'DigitalOcean',
			zones,
			ttl: 3600,
		},
	};
}
