import {
	type ClockDoubt,
	cannotSay,
	clockDoubt,
	defineCheck,
	doesNotApply,
	doubtAt,
	type Fact,
	isError,
	isMxPattern,
	isNamedBy,
	type Judgement,
	known,
	type MailDomain,
	type MtaStsPolicyView,
	type MtaStsRecordView,
	type MtaStsSurvey,
	type MxReading,
	mailCertificateProblems,
	mailDomains,
	mtaStsSurvey,
	mxReading,
	optional,
	type PolicyText,
	parseMtaStsPolicy,
	parseMtaStsRecord,
	policyHost,
	repairedMtaStsRecord,
	repairedPolicy,
	type Say,
	SHORT_MAX_AGE,
	type TrustStore,
	trustStore,
	z,
} from '../../src/sdk.ts';
import { POLICY_CHAIN, SAMPLE_TRUST, SELF_SIGNED } from './_mail-certificates.ts';
import { patternsFor } from './_mta-sts-fix.ts';
import { type AboutSts, MTA_STS_VERDICTS } from './_mta-sts-verdicts.ts';
import { SENDER } from './_sample-domains.ts';

type Key = keyof typeof MTA_STS_VERDICTS;
type Said = readonly Judgement<Key>[];
type Served = Extract<MtaStsPolicyView, { kind: 'served' }>;

interface Reading {
	readonly domain: string;
	readonly survey: MtaStsSurvey;
	readonly mx: MxReading;
	readonly trust: TrustStore;
	/** Why no date can be judged; `null` where it can. */
	readonly clockFault: string | null;
	readonly now: Date;
	readonly about: AboutSts;
	readonly say: Say<typeof MTA_STS_VERDICTS>;
}

export default defineCheck({
	id: 'email/mta-sts',
	title: 'Senders know that mail to the domain must be encrypted',
	rationale:
		'Between mail servers encryption is optional, so that somebody on the way can take it away. An MTA-STS ' +
		'policy tells senders not to let that happen. A policy that names the wrong hosts stops the mail itself.',
	references: [
		'RFC 8461 §3.1 (record)',
		'RFC 8461 §3.2 (policy)',
		'RFC 8461 §3.3 (fetching it)',
		'RFC 8461 §4.1 (mail hosts)',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	verdicts: MTA_STS_VERDICTS,
	needs: ({ subject: { name: domain } }) => ({
		survey: mtaStsSurvey({ domain }),
		mx: mxReading({ domain }),
		trust: trustStore({}),
		clock: optional(clockDoubt({ host: domain, beside: `www.${domain}` })),
	}),
	judge({ given: { survey, mx, trust, clock }, subject, now, say }) {
		const { name: domain, context } = subject;
		const { record } = survey;
		if (record.kind === 'failed') return cannotSay('inconclusive', record.detail, 'blocker');
		if (record.kind === 'absent' && context.role === 'no-mail') {
			return doesNotApply('The domain receives no mail.');
		}
		const about = aboutSts(domain, survey, mx, now);
		const clockFault = doubtAt(clock, now);
		const reading: Reading = { domain, survey, mx, trust, clockFault, now, about, say };
		return record.kind === 'absent' ? withoutRecord(reading, record.negativeTtl) : judged(reading);
	},
	examples: (example) =>
		EXAMPLES.map(([name, says, survey, { mx = ONE_HOST, clock = GOOD_CLOCK, now, subject } = {}]) =>
			example(name, { survey, mx, trust: SAMPLE_TRUST, clock }, says, {
				...(now !== undefined && { now }),
				subject: { context: { ...SENDER, ...subject } },
			}),
		),
});

/** Hosts that receive the mail; the domain itself where it has no MX (RFC 5321 §5.1). */
function hostsOf(mx: MxReading, domain: string): readonly string[] {
	if (mx.kind === 'failed') return [];
	if (mx.kind === 'none') return mx.hasAddress === true ? [domain] : [];
	return [...new Set(mx.hosts.flatMap(({ exchange }) => (exchange === '' ? [] : [exchange])))];
}

const WEEK = 604_800;

function aboutSts(
	domain: string,
	{ record, policy }: MtaStsSurvey,
	mx: MxReading,
	now: Date,
): AboutSts {
	const text = policy.kind === 'served' ? policy.text : null;
	const own = text === null ? null : repairedPolicy(text);
	const hosts = patternsFor(hostsOf(mx, domain));
	return {
		domain,
		seen: [...textsOf(record), ...(text === null ? [] : [text.slice(0, 2_000)])],
		newId: now.toISOString().replace(/\D/g, '').slice(0, 14),
		policy: {
			mode: own?.mode ?? 'testing',
			mx: hosts.length > 0 ? hosts : (own?.mx ?? [`mx.${domain}`]),
			maxAge: Math.max(own?.maxAge ?? WEEK, WEEK),
		},
	};
}

function textsOf(record: MtaStsRecordView): readonly string[] {
	if (record.kind === 'one') return [record.text];
	return record.kind === 'multiple' ? record.texts : [];
}

function withoutRecord({ survey, about, say }: Reading, negativeTtl: number | null): Said {
	const { policy } = survey;
	const isServed = policy.kind === 'served' && policy.policy.mode !== null;
	return [say(isServed ? 'policy-without-record' : 'absent', { ...about, negativeTtl })];
}

function judged(reading: Reading): Said {
	const { domain, survey, say } = reading;
	const said = [...recordFindings(reading), ...policyFindings(reading)];
	const isGood = said.length === 0 && survey.policy.kind === 'served';
	return isGood ? [say('published', { domain, mx: survey.policy.policy.mx })] : said;
}

function recordFindings({ survey: { record }, about, say }: Reading): Said {
	if (record.kind === 'multiple') {
		const fixed = repairedMtaStsRecord('', about.newId);
		return [say('record-multiple', { ...about, details: record.texts, ttl: record.ttl, fixed })];
	}
	if (record.kind !== 'one') return [];
	const details = record.record.broken.filter(isError).map(({ message }) => message);
	if (details.length === 0) return [];
	const fixed = repairedMtaStsRecord(record.text, about.newId);
	return [say('record-syntax', { ...about, details, ttl: record.ttl, fixed })];
}

function policyFindings(reading: Reading): Said {
	const { survey, about, say, domain } = reading;
	const { policy } = survey;
	switch (policy.kind) {
		case 'unknown':
			return [cannotSay(policy.because, policy.detail, 'blocker')];
		case 'none': {
			const details = [`${policyHost(domain)} has no address`];
			const control = 'The record beside it was found by the same resolver.';
			return [say('policy-unreachable', { ...about, details, control, noAddress: true })];
		}
		case 'unreachable': {
			const { detail, control } = policy;
			return [
				say('policy-unreachable', { ...about, details: [detail], control, noAddress: false }),
			];
		}
		case 'redirect':
			return [
				say('policy-redirect', { ...about, status: policy.status, location: policy.location }),
			];
		case 'served':
			return servedFindings(reading, policy);
	}
}

function servedFindings(reading: Reading, served: Served): Said {
	const { about, say } = reading;
	const { policy, mediaType, truncated } = served;
	const said: Judgement<Key>[] = [...certificateFindings(reading, served)];
	if (mediaType !== 'text/plain') said.push(say('content-type', { ...about, mediaType }));
	const faults = policy.faults.filter(({ field }) => field !== 'blank-line');
	const details = [
		...(truncated ? ['it is longer than 64 KiB'] : []),
		...faults.map(({ field, detail }) => (field === 'line' ? detail : `${field}: ${detail}`)),
	];
	if (details.length > 0) said.push(say('policy-syntax', { ...about, details }));
	if (policy.mode === null) return said;
	if (policy.mode === 'none') return [...said, say('none', about)];
	// A line that cannot be read may be the very host that would be missed here.
	if (details.length === 0) said.push(...hostFindings(reading, policy.mode, policy.mx));
	if (policy.mode === 'testing') said.push(say('testing', about));
	if (policy.maxAge !== null && policy.maxAge < SHORT_MAX_AGE) {
		said.push(say('max-age-short', { ...about, maxAge: policy.maxAge }));
	}
	return said;
}

function hostFindings(
	{ mx, domain, about, say }: Reading,
	mode: 'enforce' | 'testing',
	patterns: readonly string[],
): Said {
	if (mx.kind === 'failed') {
		return [cannotSay('inconclusive', mx.detail, mode === 'enforce' ? 'blocker' : 'high')];
	}
	const hosts = hostsOf(mx, domain);
	if (hosts.length === 0) return [];
	const missing = hosts.filter((host) => !isNamedBy(host, patterns));
	const stale = patterns.filter((pattern) => !hosts.some((host) => isNamedBy(host, [pattern])));
	return [
		...(missing.length > 0
			? [
					say('mx-mismatch', {
						...about,
						policy: withHosts(about.policy, missing, patterns),
						details: missing,
						mode,
						patterns,
					}),
				]
			: []),
		...(stale.length > 0 ? [say('mx-stale', { ...about, details: stale })] : []),
	];
}

/** What the policy names already, and the hosts that it lacks. */
function withHosts(
	policy: PolicyText,
	missing: readonly string[],
	patterns: readonly string[],
): PolicyText {
	return {
		...policy,
		mx: [...new Set([...patterns.filter(isMxPattern), ...patternsFor(missing)])],
	};
}

function certificateFindings(reading: Reading, { chain }: Served): Said {
	const { domain, trust, now, clockFault, about, say } = reading;
	const host = policyHost(domain);
	if (chain === null) {
		return [cannotSay('inconclusive', `the certificate of ${host} was not seen`, 'high')];
	}
	const problems = mailCertificateProblems({ chain }, { host, now, trust });
	const isDoubtful = clockFault !== null && problems.some(({ dated }) => dated);
	const judgeable = isDoubtful ? problems.filter(({ dated }) => !dated) : problems;
	const confidence = judgeable.some((one) => one.confidence === 'high') ? 'high' : 'low';
	const details = [...new Set(judgeable.map(({ detail }) => detail))];
	return [
		...(details.length > 0 ? [say('cert', { ...about, details, confidence })] : []),
		...(isDoubtful && clockFault !== null ? [cannotSay('inconclusive', clockFault, 'high')] : []),
	];
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

const mxOf = (...names: readonly string[]): MxReading => ({
	kind: 'records',
	ttl: 300,
	hosts: names.map((exchange, index) => ({
		exchange,
		preference: 10 * (index + 1),
		v4: ['203.0.113.25'],
		v6: [],
		alias: null,
		absence: null,
		failed: null,
		provider: null,
	})),
});

const ONE_HOST = mxOf('mx.example.com');
const GOOD_CLOCK: Fact<ClockDoubt> = known({ ours: '2030-01-01T00:00:00Z', doubt: null });
const BAD_CLOCK: Fact<ClockDoubt> = known({
	ours: '2037-01-01T00:00:00Z',
	doubt: "this machine's clock says 2037-01-01T00:00, two servers say 2030-01-01T00:00",
});

const ABSENT: MtaStsRecordView = { kind: 'absent', negativeTtl: 900 };
const record = (text = 'v=STSv1; id=20300101000000'): MtaStsRecordView => ({
	kind: 'one',
	text,
	record: parseMtaStsRecord(text),
	ttl: 300,
});

const policy = (
	change: { mode?: string; mx?: string; maxAge?: string; more?: string } = {},
): string => {
	const { mode = 'enforce', mx = 'mx.example.com', maxAge = '604800', more = '' } = change;
	return `version: STSv1\nmode: ${mode}\nmx: ${mx}\nmax_age: ${maxAge}\n${more}`;
};

const served = (text = policy(), change: Partial<Served> = {}): MtaStsPolicyView => ({
	kind: 'served',
	text,
	truncated: false,
	policy: parseMtaStsPolicy(text),
	mediaType: 'text/plain',
	chain: POLICY_CHAIN,
	...change,
});

const with1 = (view: MtaStsPolicyView, at = record()): MtaStsSurvey => ({
	record: at,
	policy: view,
});

type StsExample = readonly [
	name: string,
	says: Key | 'unknown' | 'not-applicable',
	survey: MtaStsSurvey,
	more?: {
		mx?: MxReading;
		clock?: Fact<ClockDoubt>;
		now?: string;
		subject?: Partial<MailDomain['context']>;
	},
];

const NONE: MtaStsPolicyView = { kind: 'none' };
const unreachable = (
	why: Extract<MtaStsPolicyView, { kind: 'unreachable' }>['why'],
	detail: string,
): MtaStsPolicyView => ({ kind: 'unreachable', why, detail, control: 'It was asked twice.' });

const EXAMPLES: readonly StsExample[] = [
	['an enforced policy', 'published', with1(served())],
	['a wildcard for one label', 'published', with1(served(policy({ mx: '*.example.com' })))],
	['an empty line at the end', 'published', with1(served(policy({ more: '\n' })))],
	['no record', 'absent', with1(NONE, ABSENT)],
	['no record, a page at the host', 'absent', with1(served('<!doctype html>'), ABSENT)],
	['no record, and no MX', 'absent', with1(NONE, ABSENT), { subject: { receives: 'no' } }],
	[
		'no record, and no mail',
		'not-applicable',
		with1(NONE, ABSENT),
		{ subject: { role: 'no-mail', receives: 'no' } },
	],
	['the look-up failed', 'unknown', with1(NONE, { kind: 'failed', detail: 'servfail' })],
	[
		'two records',
		'record-multiple',
		with1(served(), { kind: 'multiple', texts: ['v=STSv1; id=1', 'v=STSv1; id=2'], ttl: 300 }),
	],
	['no id', 'record-syntax', with1(served(), record('v=STSv1;'))],
	['an id with a hyphen', 'record-syntax', with1(served(), record('v=STSv1; id=2030-01-01'))],
	['33 characters', 'record-syntax', with1(served(), record(`v=STSv1; id=${'a'.repeat(33)}`))],
	['32 characters', 'published', with1(served(), record(`v=STSv1; id=${'a'.repeat(32)}`))],
	['another version', 'record-syntax', with1(served(), record('v=STSv2; id=1'))],
	['no address', 'policy-unreachable', with1(NONE)],
	['status 404', 'policy-unreachable', with1(unreachable('status', 'status 404'))],
	['no TLS', 'policy-unreachable', with1(unreachable('no-tls', 'the handshake failed'))],
	[
		'a silence that may be ours',
		'unknown',
		with1({ kind: 'unknown', because: 'timeout', detail: 'no answer' }),
	],
	[
		'a redirect',
		'policy-redirect',
		with1({ kind: 'redirect', status: 301, location: 'https://www.example.com/' }),
	],
	['a policy without a record', 'policy-without-record', with1(served(), ABSENT)],
	['an unknown mode', 'policy-syntax', with1(served(policy({ mode: 'report' })))],
	['longer than 64 KiB', 'policy-syntax', with1(served(policy(), { truncated: true }))],
	['a second too long', 'policy-syntax', with1(served(policy({ maxAge: '31557601' })))],
	['as long as allowed', 'published', with1(served(policy({ maxAge: '31557600' })))],
	['another host', 'mx-mismatch', with1(served(policy({ mx: 'mail.example.com' })))],
	[
		'another host, in testing',
		'mx-mismatch',
		with1(served(policy({ mode: 'testing', mx: 'mail.example.com' }))),
	],
	[
		'two labels under a wildcard',
		'mx-mismatch',
		with1(served(policy({ mx: '*.example.com' }))),
		{ mx: mxOf('a.mx.example.com') },
	],
	[
		'the wildcard alone',
		'mx-mismatch',
		with1(served(policy({ mx: '*.example.com' }))),
		{ mx: mxOf('example.com') },
	],
	[
		'no MX, so that the domain itself is the host',
		'mx-mismatch',
		with1(served()),
		{ mx: { kind: 'none', hasAddress: true, negativeTtl: null } },
	],
	[
		'the MX look-up failed',
		'unknown',
		with1(served()),
		{ mx: { kind: 'failed', detail: 'servfail' } },
	],
	['a host that is not used', 'mx-stale', with1(served(policy({ more: 'mx: old.example.com\n' })))],
	['testing', 'testing', with1(served(policy({ mode: 'testing' })))],
	['none', 'none', with1(served(policy({ mode: 'none' })))],
	['a second less than a day', 'max-age-short', with1(served(policy({ maxAge: '86399' })))],
	['a day', 'published', with1(served(policy({ maxAge: '86400' })))],
	['a page for a policy', 'content-type', with1(served(policy(), { mediaType: 'text/html' }))],
	['signed by itself', 'cert', with1(served(policy(), { chain: SELF_SIGNED }))],
	['out of date', 'cert', with1(served()), { now: '2036-02-01T00:00:00Z' }],
	[
		'out of date by a clock in doubt',
		'unknown',
		with1(served()),
		{ clock: BAD_CLOCK, now: '2037-01-01T00:00:00Z' },
	],
	['no certificate seen', 'unknown', with1(served(policy(), { chain: null }))],
];
