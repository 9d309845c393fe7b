import {
	cannotSay,
	daneHosts,
	defineCheck,
	doesNotApply,
	type Evidence,
	type Fact,
	isError,
	type Judgement,
	known,
	type MailDomain,
	type MtaSts,
	mailDomains,
	minutes,
	mtaSts,
	optional,
	parseTlsRptRecord,
	records,
	repairedTlsRptRecord,
	type Say,
	seconds,
	type TlsRptView,
	tlsRpt,
	type Verdicts,
	z,
} from '../../src/sdk.ts';
import { absenceLead, deletion, dig, listed, txtLine } from './_lines.ts';
import { SENDER } from './_sample-domains.ts';

/** What every verdict is told. */
interface AboutRpt {
	readonly domain: string;
	/** TXT records at `_smtp._tls.`. */
	readonly seen: readonly string[];
	/** Seconds. */
	readonly ttl: number;
	/** The record as it should be. */
	readonly fixed: string;
}

type Detailed = AboutRpt & { readonly details: readonly string[] };

const nameOf = (domain: string) => `_smtp._tls.${domain}`;

const ofRecord = {
	outcome: 'fail',
	severity: 'later',
	effort: minutes(5),
	lead: (a: AboutRpt) => seconds(a.ttl),
	impact:
		'Nobody tells you when senders cannot reach you over TLS: the mail is late or lost in silence.',
	fix: (a: AboutRpt) => records('Correct the record.', [txtLine(nameOf(a.domain), a.fixed)]),
	evidence: (a: AboutRpt): readonly Evidence[] => [
		{ kind: 'dns', summary: `${nameOf(a.domain)} TXT`, detail: a.seen.join('\n') || 'none' },
	],
	reproduce: (a: AboutRpt) => dig(nameOf(a.domain)),
} as const;

const VERDICTS = {
	published: {
		outcome: 'pass',
		says: (a: { domain: string; to: readonly string[] }) =>
			`Senders report failures of TLS on the way to ${a.domain} to ${listed(a.to)}.`,
	},
	absent: {
		...ofRecord,
		severity: {
			oneOf: ['later', 'info'],
			pick: (a: { readonly demands: string | null }): 'later' | 'info' =>
				a.demands === null ? 'info' : 'later',
		},
		lead: (a: { readonly negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: AboutRpt & { readonly demands: string | null }) =>
			`${a.domain} has no TLS-RPT record${a.demands === null ? '' : `, while ${a.demands} makes senders demand TLS`}.`,
		fix: (a: AboutRpt) =>
			records(
				'Publish a TLS-RPT record with an address that somebody, or a service, reads.',
				[txtLine(nameOf(a.domain), a.fixed)],
				'Reports come once a day, as JSON, from each larger sender.',
			),
	},
	multiple: {
		...ofRecord,
		says: (a: Detailed) =>
			`${nameOf(a.domain)} has ${a.details.length} TLS-RPT records, where one is allowed.`,
		fix: (a: Detailed) =>
			records('Replace them by one record.', [
				...a.details.map((text) => deletion(txtLine(nameOf(a.domain), text))),
				txtLine(nameOf(a.domain), a.fixed),
			]),
	},
	syntax: {
		...ofRecord,
		says: (a: Detailed) =>
			`The TLS-RPT record of ${a.domain} is not written by the rules: ${listed(a.details)}.`,
	},
	rua: {
		...ofRecord,
		says: (a: Detailed) =>
			`The TLS-RPT record of ${a.domain} gives no place that reports can be sent to: ${listed(a.details)}.`,
	},
} satisfies Verdicts<MailDomain['context']>;

type Key = keyof typeof VERDICTS;

export default defineCheck({
	id: 'email/tls-rpt',
	title: 'Senders report when mail to the domain cannot be encrypted',
	rationale:
		'MTA-STS and DANE let senders hold mail back where TLS fails. Only their reports show that it happens.',
	references: ['RFC 8460 §3 (record)'],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	verdicts: VERDICTS,
	needs: ({ subject: { name: domain } }) => ({
		view: tlsRpt({ domain }),
		sts: optional(mtaSts({ domain })),
		dane: optional(daneHosts({ domain })),
	}),
	judge({ given: { view, sts, dane }, subject, say }) {
		const { name: domain, context } = subject;
		if (view.kind === 'failed') return cannotSay('inconclusive', view.detail, 'later');
		if (view.kind === 'absent' && context.role === 'no-mail') {
			return doesNotApply('The domain receives no mail.');
		}
		return judged(domain, view, { demands: demandsOf(sts, dane), say });
	},
	examples: (example) =>
		EXAMPLES.map(([name, says, view, { sts = NO_POLICY, dane = known([]), subject } = {}]) =>
			example(name, { view, sts, dane }, says, {
				subject: { context: { ...SENDER, ...subject } },
			}),
		),
});

/** What makes senders hold mail back where TLS fails, in words. */
function demandsOf(sts: Fact<MtaSts>, dane: Fact<readonly string[]>): string | null {
	if (sts.status === 'known' && sts.value.kind === 'policy') return 'MTA-STS';
	const [host] = dane.status === 'known' ? dane.value : [];
	return host === undefined ? null : `DANE at ${host}`;
}

function judged(
	domain: string,
	view: Exclude<TlsRptView, { kind: 'failed' }>,
	{ demands, say }: { demands: string | null; say: Say<typeof VERDICTS> },
): Judgement<Key> | readonly Judgement<Key>[] {
	const usual = `v=TLSRPTv1; rua=mailto:tls-reports@${domain}`;
	if (view.kind === 'absent') {
		const { negativeTtl } = view;
		return say('absent', { domain, seen: [], ttl: 0, fixed: usual, demands, negativeTtl });
	}
	if (view.kind === 'multiple') {
		const { texts, ttl } = view;
		const fixed = repairedTlsRptRecord(merged(texts)) ?? usual;
		return say('multiple', { domain, seen: texts, ttl, fixed, details: texts });
	}
	const { text, record, ttl } = view;
	const about = { domain, seen: [text], ttl, fixed: repairedTlsRptRecord(text) ?? usual };
	const errors = record.broken.filter(isError);
	const ofRua = errors.filter(({ rule }) => rule.startsWith('rua'));
	const others = errors.filter(({ rule }) => !rule.startsWith('rua'));
	const words = (rules: typeof errors) => rules.map(({ message }) => message);
	const to = record.rua.flatMap(({ uri, host }) => (host === null ? [] : [uri]));
	if (errors.length === 0) return say('published', { domain, to });
	return [
		...(others.length > 0 ? [say('syntax', { ...about, details: words(others) })] : []),
		...(ofRua.length > 0 ? [say('rua', { ...about, details: words(ofRua) })] : []),
	];
}

/** The places of all of them in one record. */
function merged(texts: readonly string[]): string {
	return texts.map((text, index) => (index === 0 ? text : text.replace(/^[^;]*/, ''))).join('');
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

const NO_POLICY: Fact<MtaSts> = known({ kind: 'none', detail: 'no record' });
const ENFORCED: Fact<MtaSts> = known({
	kind: 'policy',
	policy: { mode: 'enforce', maxAge: 604_800, mx: ['mx.example.com'], faults: [] },
	chain: [],
});

const one = (text: string): TlsRptView => ({
	kind: 'one',
	text,
	record: parseTlsRptRecord(text),
	ttl: 300,
});
const ABSENT: TlsRptView = { kind: 'absent', negativeTtl: 900 };

const EXAMPLES: readonly (readonly [
	name: string,
	says: Key | 'unknown' | 'not-applicable',
	view: TlsRptView,
	more?: {
		sts?: Fact<MtaSts>;
		dane?: Fact<readonly string[]>;
		subject?: Partial<MailDomain['context']>;
	},
])[] = [
	['a mail address', 'published', one('v=TLSRPTv1; rua=mailto:tls@example.com')],
	[
		'an address and a service',
		'published',
		one('v=TLSRPTv1;rua=https://reports.example.net/v1,mailto:tls@example.com;'),
	],
	['no record', 'absent', ABSENT],
	['no record beside MTA-STS', 'absent', ABSENT, { sts: ENFORCED }],
	['no record beside DANE', 'absent', ABSENT, { dane: known(['mx.example.com']) }],
	[
		'no record and no mail',
		'not-applicable',
		ABSENT,
		{ subject: { role: 'no-mail', receives: 'no' } },
	],
	['the look-up failed', 'unknown', { kind: 'failed', detail: 'servfail' }],
	[
		'two records',
		'multiple',
		{
			kind: 'multiple',
			texts: ['v=TLSRPTv1; rua=mailto:a@example.com', 'v=TLSRPTv1; rua=mailto:b@example.com'],
			ttl: 300,
		},
	],
	['the version in small letters', 'syntax', one('v=tlsrptv1; rua=mailto:tls@example.com')],
	['rua before the version', 'syntax', one('rua=mailto:tls@example.com; v=TLSRPTv1')],
	['no rua', 'rua', one('v=TLSRPTv1; x=1')],
	['an address without mailto', 'rua', one('v=TLSRPTv1; rua=tls@example.com')],
	['http', 'rua', one('v=TLSRPTv1; rua=http://reports.example.net/')],
	['an exclamation mark', 'rua', one('v=TLSRPTv1; rua=mailto:tls@example.com!10m')],
];
