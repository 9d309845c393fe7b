import {
	at,
	blockedBy,
	type ClockDoubt,
	cannotSay,
	certificateSummary,
	clockDoubt,
	defineCheck,
	describeSession,
	doesNotApply,
	doubtAt,
	type Fact,
	isOld,
	isWithin,
	type Judgement,
	known,
	type MailHost,
	type MtaSts,
	type MtaStsMode,
	mailCertificateProblems,
	mailDomains,
	mtaSts,
	mtaStsMode,
	optional,
	type Say,
	type SmtpLook,
	type SmtpSurvey,
	smtpSurvey,
	type TrustStore,
	trustStore,
	z,
} from '../../src/sdk.ts';
import { listed } from './_lines.ts';
import { POLICY_CHAIN, SAMPLE_TRUST, SELF_SIGNED, SERVER_CHAIN } from './_mail-certificates.ts';
import { type AboutHost, isMasked, STARTTLS_VERDICTS } from './_starttls-verdicts.ts';

type Key = keyof typeof STARTTLS_VERDICTS;
type Said = readonly Judgement<Key>[];
type Session = Extract<SmtpLook, { kind: 'session' }>;
type Hosts = Extract<SmtpSurvey, { kind: 'hosts' }>;

interface Reading {
	readonly domain: string;
	readonly hosts: readonly MailHost[];
	readonly mode: MtaStsMode;
	readonly trust: TrustStore;
	/** Why no date can be judged; `null` where it can. */
	readonly clockFault: string | null;
	readonly now: Date;
	readonly say: Say<typeof STARTTLS_VERDICTS>;
}

export default defineCheck({
	id: 'email/starttls',
	title: 'Mail to the domain is encrypted on its way',
	rationale:
		'Mail servers send in clear text to a host that does not offer encryption. Where the domain has ' +
		'an MTA-STS policy that enforces it, a bad certificate of a mail host stops the mail itself.',
	references: [
		'RFC 3207 §4 (STARTTLS)',
		'RFC 8996 (TLS 1.0 and 1.1)',
		'RFC 8461 §4.2 (certificates of mail hosts)',
		'RFC 5321 §5.1 (mail hosts)',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	verdicts: STARTTLS_VERDICTS,
	appliesTo: ({ context }) => context.receives === 'yes' || 'The domain names no mail host.',
	needs: ({ subject: { name: domain } }) => ({
		survey: smtpSurvey({ domain }),
		policy: mtaSts({ domain }),
		trust: trustStore({}),
		clock: optional(clockDoubt({ host: domain, beside: `www.${domain}` })),
	}),
	judge({ given: { survey, policy, trust, clock }, subject, now, say }) {
		const domain = subject.name;
		const mode = mtaStsMode(policy, { domain, now, trust });
		switch (survey.kind) {
			case 'none':
				return doesNotApply('The domain names no mail host.');
			case 'unresolved':
				return cannotSay('inconclusive', survey.detail, worstUnder(mode));
			case 'nowhere':
				return blockedBy({ check: 'email/mx', subject: domain }, survey.detail);
			case 'hosts': {
				const clockFault = doubtAt(clock, now);
				const { hosts } = survey;
				return judged(survey, { domain, hosts, mode, trust, clockFault, now, say });
			}
		}
	},
	examples: (example) =>
		EXAMPLES.map(([name, says, looks, more = {}]) => {
			const { policy = NO_POLICY, clock = GOOD_CLOCK, survey = hostsOf(looks), now } = more;
			const given = { survey, policy, trust: SAMPLE_TRUST, clock };
			return example(name, given, says, now === undefined ? {} : { now });
		}),
});

/** The gravest that is left where nothing was seen. */
function worstUnder(mode: MtaStsMode): 'blocker' | 'high' {
	return mode === 'enforce' || mode === 'unknown' ? 'blocker' : 'high';
}

function judged({ intercepted, unseen }: Hosts, reading: Reading): Said {
	const { domain, hosts, mode, say } = reading;
	if (intercepted !== null) {
		const detail = `mail connections from here end on our side: ${intercepted}`;
		return [cannotSay('unsupported', detail, worstUnder(mode))];
	}
	if (!hosts.some(hasSession)) return [nothingSeen(reading)];
	const said = hosts.flatMap((host) => [
		...(hasSession(host) ? encryption(reading, host) : [silence(reading, host)]),
		...olderVersions(reading, host),
		...certificates(reading, host),
	]);
	const open: Said =
		unseen.length > 0 ? [cannotSay('inconclusive', listed(unseen), worstUnder(mode))] : [];
	const isGood = open.length === 0 && said.every((one) => isHarmless(one, mode));
	const pass = isGood ? [say('encrypted', { domain, seen: hosts.map(inWords) })] : [];
	return [...said, ...open, ...pass];
}

/** Without MTA-STS nobody is promised a good certificate: it is worth knowing, and no more. */
function isHarmless({ verdict }: Judgement<Key>, mode: MtaStsMode): boolean {
	const notes: readonly (Key | null)[] = ['cert-expired', 'cert-mismatch', 'cert-untrusted'];
	return mode === 'none' && notes.includes(verdict);
}

function hasSession({ looks }: MailHost): boolean {
	return looks.some(({ kind }) => kind === 'session');
}

function sessions({ looks }: MailHost): readonly Session[] {
	return looks.flatMap((one) => (one.kind === 'session' ? [one] : []));
}

function inWords(host: MailHost): string {
	const seen = sessions(host).flatMap(({ address, tls }) =>
		tls?.kind === 'completed' ? [`${address} ${tls.protocol}`] : [],
	);
	return `${host.host} (${seen.join(', ')})`;
}

// ── Hosts that do not answer ─────────────────────────────────────────────────────────────────────

function nothingSeen({ domain, hosts, mode }: Reading): Judgement<Key> {
	const looks = hosts.flatMap((host) => host.looks);
	const refusal = looks.find((one) => one.kind === 'unknown');
	if (refusal?.kind === 'unknown') {
		return cannotSay(refusal.because, refusal.detail, worstUnder(mode));
	}
	const spoke = looks.filter(isReached);
	const detail =
		spoke.length > 0
			? `no mail host of ${domain} speaks to us: ${listed(spoke.map(detailOf))}`
			: `no mail host of ${domain} can be reached at port 25 from here, which many networks block`;
	const reason = spoke.length > 0 ? 'inconclusive' : 'unsupported';
	return cannotSay(reason, detail, worstUnder(mode));
}

/** Something came back from port 25 itself. */
function isReached(one: SmtpLook): boolean {
	if (one.kind === 'unknown') return one.because === 'denied';
	return one.kind === 'session' || one.phase === 'smtp';
}

function detailOf(one: SmtpLook): string {
	return one.kind === 'session' ? one.address : `${one.address}: ${one.detail}`;
}

/** One host of several stays silent. It is accused where we can reach others in the same way. */
function silence(reading: Reading, host: MailHost): Judgement<Key> {
	const { domain, hosts, mode, say } = reading;
	const { looks } = host;
	const refusal = looks.find((one) => one.kind === 'unknown');
	if (refusal?.kind === 'unknown') {
		return cannotSay(refusal.because, refusal.detail, worstUnder(mode));
	}
	const open = hosts.filter(hasSession);
	const families = new Set(open.flatMap((one) => sessions(one).map(({ family }) => family)));
	const telling = looks.filter((one) => isReached(one) || families.has(one.family));
	if (telling.length === 0) {
		const detail = `${host.host} has addresses of a family alone that cannot be reached from here`;
		return cannotSay('unsupported', detail, worstUnder(mode));
	}
	const unreachable = say('unreachable', {
		...aboutHost(domain, host, telling, listed(telling.map(detailOf))),
		others: open.map((one) => one.host),
		// It spoke to us and broke off: it may do so to strangers alone.
		confidence: telling.every(isReached) ? 'medium' : 'high',
	});
	return at(locus(host), unreachable);
}

const locus = ({ host }: MailHost) => ({ kind: 'host' as const, name: host });

function aboutHost(
	domain: string,
	host: MailHost,
	looks: readonly SmtpLook[],
	detail: string,
): AboutHost {
	const addresses = looks.map(({ address }) => address);
	const rest = sessions(host).filter((one) => !addresses.includes(one.address));
	const others = rest.length > 0 ? `, not at ${rest.map((one) => one.address).join(', ')}` : '';
	return {
		domain,
		host: host.host,
		preference: host.preference,
		address: addresses[0] ?? '',
		where: `${addresses.join(', ')}${others}`,
		detail,
		own: isWithin(host.host, domain),
		provider: host.provider,
		seen: looks.flatMap((one) =>
			one.kind === 'unknown'
				? []
				: [describeSession({ host: host.host, address: one.address }, one)],
		),
	};
}

// ── Encryption ───────────────────────────────────────────────────────────────────────────────────

type Fault = 'absent' | 'refused' | 'old-only' | 'unsure';

function faultOf({ starttls, tls }: Session): readonly [fault: Fault, detail: string] | null {
	if (starttls === null) return ['absent', 'no STARTTLS'];
	if (starttls !== 220) return ['refused', `it answers ${starttls}`];
	if (tls === null) return ['unsure', 'the handshake was not seen'];
	if (tls.kind === 'completed') return isOld(tls.protocol) ? ['old-only', tls.protocol] : null;
	return [tls.how === 'silent' ? 'unsure' : 'refused', tls.detail];
}

function encryption(reading: Reading, host: MailHost): Said {
	const { domain, mode, say } = reading;
	const faults = sessions(host).flatMap((one) => {
		const [fault, detail] = faultOf(one) ?? [];
		return fault === undefined ? [] : [{ one, fault, detail: detail ?? '' }];
	});
	return (['absent', 'refused', 'old-only', 'unsure'] as const).flatMap((fault): Said => {
		const same = faults.filter((each) => each.fault === fault);
		if (same.length === 0) return [];
		const looks = same.map(({ one }) => one);
		const details = [...new Set(same.map(({ detail }) => detail))];
		if (fault === 'unsure') {
			return [cannotSay('timeout', `${host.host}: ${listed(details)}`, worstUnder(mode))];
		}
		const args = aboutHost(domain, host, looks, listed(details));
		if (fault !== 'absent') return [at(locus(host), say(fault, args))];
		const masked = looks.every(({ extensions }) => isMasked(extensions));
		return [at(locus(host), say('absent', { ...args, masked }))];
	});
}

/** Beside what it prefers. */
function olderVersions({ domain, say }: Reading, host: MailHost): Said {
	if (host.older === null) return [];
	const { address, outcome } = host.older;
	const protocol = outcome.tls?.kind === 'completed' ? outcome.tls.protocol : '';
	const look = { ...outcome, address, family: address.includes(':') ? (6 as const) : (4 as const) };
	const about = aboutHost(domain, { ...host, looks: [look] }, [look], protocol);
	const { host: name } = host;
	const seen = [describeSession({ host: name, address, maxVersion: 'TLSv1.1' }, outcome)];
	return [at(locus(host), say('old-offered', { ...about, seen }))];
}

// ── Certificates ─────────────────────────────────────────────────────────────────────────────────

function certificates(reading: Reading, host: MailHost): Said {
	const { now, trust, clockFault, mode } = reading;
	const found = sessions(host).flatMap((one) => {
		if (one.tls?.kind !== 'completed') return [];
		const { tls } = one;
		const problems = mailCertificateProblems(tls, { host: host.host, now, trust });
		return problems.map((problem) => ({ ...problem, one, leaf: tls.chain[0] ?? '' }));
	});
	const doubtful = clockFault !== null && found.some(({ dated }) => dated);
	const judgeable = doubtful ? found.filter(({ dated }) => !dated) : found;
	const said = (['expired', 'mismatch', 'untrusted', 'expiring'] as const).flatMap((kind): Said => {
		const same = judgeable.filter((problem) => problem.kind === kind);
		const [first] = same;
		if (first === undefined) return [];
		const looks = sessions(host).filter((session) => same.some(({ one }) => one === session));
		const detail = [...new Set(same.map((problem) => problem.detail))].join('; ');
		const verdict = reading.say(`cert-${kind}`, {
			...aboutHost(reading.domain, host, looks, detail),
			mode,
			newId: now.toISOString().replace(/\D/g, '').slice(0, 14),
			confidence: same.some(({ confidence }) => confidence === 'high') ? 'high' : 'low',
			certificate: certificateSummary(first.leaf),
		});
		return [at(locus(host), verdict)];
	});
	return [...said, ...unsettled(reading, said.length > 0, doubtful)];
}

/** What a policy or a clock that could not be read would make worse. */
function unsettled({ mode, clockFault }: Reading, isSaid: boolean, isDoubtful: boolean): Said {
	const policy = 'whether an MTA-STS policy enforces good certificates could not be determined';
	return [
		...(isDoubtful && clockFault !== null
			? [cannotSay('inconclusive', clockFault, worstUnder(mode))]
			: []),
		...(isSaid && mode === 'unknown' ? [cannotSay('inconclusive', policy, 'blocker')] : []),
	];
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

const NO_POLICY: MtaSts = { kind: 'none', detail: 'no record' };
const NOT_READ: MtaSts = { kind: 'unknown', detail: 'the look-up failed' };

const policyOf = (mode: 'testing' | 'enforce', chain = POLICY_CHAIN): MtaSts => ({
	kind: 'policy',
	policy: { mode, maxAge: 604_800, mx: ['mx.example.com'], faults: [] },
	chain,
});

const GOOD_CLOCK: Fact<ClockDoubt> = known({ ours: '2030-01-01T00:00:00Z', doubt: null });
const BAD_CLOCK: Fact<ClockDoubt> = known({
	ours: '2030-03-01T00:00:00Z',
	doubt: "this machine's clock says 2030-03-01T00:00, two servers say 2030-01-01T00:00",
});

type Outcome = SmtpLook extends infer L
	? L extends SmtpLook
		? Omit<L, 'address' | 'family'>
		: never
	: never;

const completed = (protocol: string, chain: readonly string[] = SERVER_CHAIN) =>
	({ kind: 'completed', protocol, cipher: 'AES', alpn: null, chain }) as const;

const session = (change: Partial<Session> = {}): Outcome => ({
	kind: 'session',
	greeting: '220 mx.example.com ESMTP',
	extensions: ['PIPELINING', 'STARTTLS'],
	starttls: 220,
	tls: completed('TLSv1.3'),
	...change,
});

const WITHOUT = session({ extensions: ['PIPELINING'], starttls: null, tls: null });

const failed = (
	how: 'refused' | 'silent' | 'unreachable' | 'bad-response',
	phase: 'connect' | 'smtp' = 'connect',
): Outcome => ({ kind: 'failed', how, phase, detail: `${how} (${phase})` });

const brokenTls = (how: 'not-tls' | 'silent' | 'reset'): Outcome =>
	session({
		tls: { kind: 'failed', how, phase: 'tls', alert: null, detail: `the handshake was ${how}` },
	});

const DENIED: Outcome = { kind: 'unknown', because: 'denied', detail: '554 not from your network' };

/** What each address of a host did. */
type Looks = Readonly<Record<string, readonly (Outcome & { v6?: true })[]>>;

function hostsOf(looks: Looks, change: Partial<Hosts> = {}): SmtpSurvey {
	const hosts = Object.entries(looks).map(([host, outcomes], index) => ({
		host,
		preference: 10 * (index + 1),
		provider: null,
		older: null,
		looks: outcomes.map(({ v6, ...outcome }, n) => ({
			...outcome,
			...(v6 === true
				? { address: `2001:db8::${index + 1}:${n + 1}`, family: 6 as const }
				: { address: `203.0.113.${10 * (index + 1) + n}`, family: 4 as const }),
		})) as SmtpLook[],
	}));
	return { kind: 'hosts', hosts, unseen: [], intercepted: null, ...change };
}

function withOlder(outcome: Outcome): SmtpSurvey {
	const survey = hostsOf(one(session()));
	if (survey.kind !== 'hosts' || outcome.kind !== 'session') return survey;
	const older = { address: '203.0.113.10', outcome };
	return { ...survey, hosts: survey.hosts.map((host) => ({ ...host, older })) };
}

type StarttlsExample = readonly [
	name: string,
	says: Key | 'unknown' | 'not-applicable' | 'blocked',
	looks: Looks,
	more?: { policy?: MtaSts; clock?: Fact<ClockDoubt>; survey?: SmtpSurvey; now?: string },
];

const one = (...outcomes: readonly (Outcome & { v6?: true })[]): Looks => ({
	'mx.example.com': outcomes,
});
const two = (other: Outcome & { v6?: true }, first: Outcome = session()): Looks => ({
	'mx.example.com': [first],
	'mx2.example.net': [other],
});
const ENFORCED = { policy: policyOf('enforce') };
const OLD = session({ tls: completed('TLSv1.1') });
const OWN = session({ tls: completed('TLSv1.3', SELF_SIGNED) });
const EXPIRED = '2030-03-01T00:00:00Z';

const EXAMPLES: readonly StarttlsExample[] = [
	['one host', 'encrypted', one(session())],
	['TLS 1.2', 'encrypted', one(session({ tls: completed('TLSv1.2') }))],
	['TLS 1.1', 'old-only', one(OLD)],
	['enforced, and in order', 'encrypted', one(session()), ENFORCED],
	[
		'IPv6 that cannot be reached from here',
		'encrypted',
		one(session(), { ...failed('unreachable'), v6: true }),
	],
	[
		'TLS 1.1 beside TLS 1.3',
		'old-offered',
		{},
		{ survey: withOlder(session({ tls: completed('TLSv1.1') })) },
	],
	['no STARTTLS', 'absent', one(WITHOUT)],
	['no STARTTLS at one address of two', 'absent', one(session(), WITHOUT)],
	[
		'STARTTLS crossed out by a firewall',
		'absent',
		one(session({ extensions: ['PIPELINING', 'XXXXXXXA'], starttls: null, tls: null })),
	],
	['STARTTLS refused', 'refused', one(session({ starttls: 454, tls: null }))],
	['no TLS after 220', 'refused', one(brokenTls('not-tls'))],
	['silent after 220', 'unknown', one(brokenTls('silent'))],
	[
		'a connection taken over on our side',
		'unknown',
		{},
		{
			survey: hostsOf(one(WITHOUT), {
				intercepted: 'port 25 of 192.0.2.1, where nothing is, answers from here',
			}),
		},
	],
	['port 25 filtered here', 'unknown', two(failed('silent'), failed('silent'))],
	['every host refuses the connection', 'unknown', two(failed('refused'), failed('refused'))],
	['the only host talks no SMTP', 'unknown', one(failed('bad-response', 'smtp'))],
	['one host of two is silent', 'unreachable', two(failed('silent'))],
	['one host of two refuses', 'unreachable', two(failed('refused'))],
	['one host of two talks no SMTP', 'unreachable', two(failed('bad-response', 'smtp'))],
	[
		'one host of two has IPv6 alone, and we have none',
		'unknown',
		two({ ...failed('unreachable'), v6: true }),
	],
	['the only host refuses us', 'unknown', one(DENIED)],
	['one host of two refuses us', 'unknown', two(DENIED)],
	['out of date', 'cert-expired', one(session()), { now: EXPIRED }],
	['out of date, and nobody checks', 'encrypted', one(session()), { now: EXPIRED }],
	['out of date, enforced', 'cert-expired', one(session()), { ...ENFORCED, now: EXPIRED }],
	[
		'out of date, in testing',
		'cert-expired',
		one(session()),
		{ policy: policyOf('testing'), now: EXPIRED },
	],
	[
		'out of date by a clock in doubt',
		'unknown',
		one(session()),
		{ clock: BAD_CLOCK, now: EXPIRED },
	],
	['the last second', 'cert-expiring', one(session()), { now: '2030-02-28T23:59:59Z' }],
	[
		'14 days left, enforced',
		'cert-expiring',
		one(session()),
		{ ...ENFORCED, now: '2030-02-14T23:59:59Z' },
	],
	['one second more', 'encrypted', one(session()), { ...ENFORCED, now: '2030-02-14T23:59:58Z' }],
	['another name', 'cert-mismatch', { 'mx1.example.com': [session()] }],
	['signed by itself', 'cert-untrusted', one(OWN)],
	[
		'signed by itself, the policy too',
		'encrypted',
		one(OWN),
		{ policy: policyOf('enforce', SELF_SIGNED) },
	],
	['signed by itself, the policy not read', 'unknown', one(OWN), { policy: NOT_READ }],
	['no certificate', 'cert-untrusted', one(session({ tls: completed('TLSv1.3', []) }))],
	['in order, the policy not read', 'encrypted', one(session()), { policy: NOT_READ }],
	[
		'a host whose look-up failed',
		'unknown',
		{},
		{ survey: hostsOf(one(session()), { unseen: ['mx2.example.com A: servfail'] }) },
	],
	[
		'the look-up failed',
		'unknown',
		{},
		{ survey: { kind: 'unresolved', detail: 'example.com MX: servfail' } },
	],
	['no host has an address', 'blocked', {}, { survey: { kind: 'nowhere', detail: 'no address' } }],
	['a null MX', 'not-applicable', {}, { survey: { kind: 'none' } }],
];
