import {
	at,
	cannotSay,
	type DaneHost,
	type DaneSurvey,
	daneSurvey,
	defineCheck,
	describeSession,
	doesNotApply,
	type Evidence,
	type Fact,
	isWithin,
	type Judgement,
	known,
	type MailHost,
	mailDomains,
	matchTlsa,
	optional,
	parseTlsa,
	type Say,
	type SmtpLook,
	type SmtpSurvey,
	smtpSurvey,
	timingAt,
	tlsaOf,
	tlsaText,
	z,
} from '../../src/sdk.ts';
import { type AboutTlsa, DANE_VERDICTS, type Mismatch } from './_dane-verdicts.ts';
import { SELF_SIGNED, SERVER_CHAIN } from './_mail-certificates.ts';

type Key = keyof typeof DANE_VERDICTS;
type Said = readonly Judgement<Key>[];
type Session = Extract<SmtpLook, { kind: 'session' }>;
type Records = Extract<DaneHost['tlsa'], { kind: 'records' }>;
type Hosts = Extract<DaneSurvey, { kind: 'hosts' }>;

interface Reading {
	readonly domain: string;
	readonly isMxSigned: boolean;
	readonly smtp: Fact<SmtpSurvey>;
	readonly now: Date;
	readonly say: Say<typeof DANE_VERDICTS>;
}

export default defineCheck({
	id: 'email/dane',
	title: 'Senders that check DANE can deliver',
	rationale:
		'A signed TLSA record is a promise: senders that check it deliver to the certificate that it names, or ' +
		'not at all. After a renewal with a new key nobody at home notices that part of the mail stays away.',
	references: [
		'RFC 7672 §2.1, §2.2, §3.1, §3.2 (DANE for SMTP)',
		'RFC 6698 §2.1 (TLSA)',
		'RFC 7671 §4, §5, §9 (usages, digests)',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	verdicts: DANE_VERDICTS,
	appliesTo: ({ context }) => context.receives === 'yes' || 'The domain names no mail host.',
	needs: ({ subject: { name: domain } }) => ({
		dane: daneSurvey({ domain }),
		smtp: optional(smtpSurvey({ domain })),
	}),
	judge({ given: { dane, smtp }, subject, now, say }) {
		switch (dane.kind) {
			case 'none':
				return doesNotApply('The domain names no mail host.');
			case 'unresolved':
				return cannotSay('inconclusive', dane.detail, 'blocker');
			case 'hosts': {
				const isMxSigned = dane.mx === 'secure';
				return judged(dane, { domain: subject.name, isMxSigned, smtp, now, say });
			}
		}
	},
	examples: (example) =>
		EXAMPLES.map(([name, says, host, { smtp = known(mailAt(SERVED)), now = GOOD_DAY } = {}]) => {
			const dane: DaneSurvey = { kind: 'hosts', mx: 'secure', hosts: [{ ...HOST, ...host }] };
			return example(name, { dane, smtp }, says, { now });
		}),
});

function judged({ hosts }: Hosts, reading: Reading): Said {
	const seen = hosts.map((host) => ({ host, said: hostFindings(host, reading) }));
	const said = seen.flatMap(({ said: some }) => some);
	const isOpen = said.some(({ verdict }) => verdict !== 'no-rollover' && verdict !== 'absent');
	const good = seen.filter(({ host, said: some }) => isSecure(host) && !some.some(isAbsent));
	if (isOpen || (said.length > 0 && good.length === 0)) return said;
	if (good.length === 0) {
		return [doesNotApply('No mail host has TLSA records, and no zone of one is signed.')];
	}
	const { domain, isMxSigned, say } = reading;
	return [
		...said,
		say('matches', { domain, hosts: good.map(({ host }) => host.host), isMxSigned }),
	];
}

const isAbsent = ({ verdict }: Judgement<Key>) => verdict === 'absent';

function isSecure({ security, tlsa }: DaneHost): boolean {
	return security === 'secure' && tlsa.kind === 'records';
}

function hostFindings(host: DaneHost, reading: Reading): Said {
	const { tlsa } = host;
	if (host.security === 'insecure' && tlsa.kind !== 'records') return [];
	switch (tlsa.kind) {
		case 'unknown':
			return [cannotSay(tlsa.because, tlsa.detail, 'blocker')];
		case 'none':
			return host.security === 'secure'
				? [here(host, reading.say('absent', aboutOf(host, reading)))]
				: [];
		case 'fails':
			return [lookupFails(host, tlsa, reading)];
		case 'records':
			return recordFindings(host, tlsa, reading);
	}
}

const here = <J extends Judgement<Key>>(host: DaneHost, one: J): Judgement<Key> =>
	one.verdict === null ? one : at({ kind: 'host', name: host.host }, one);

function lookupFails(
	host: DaneHost,
	{ detail, control }: { readonly detail: string; readonly control: string },
	reading: Reading,
): Judgement<Key> {
	if (host.security !== 'secure') {
		const doubt = `${detail}, and whether its zone is signed cannot be seen from here (${host.detail})`;
		return cannotSay('inconclusive', doubt, 'blocker');
	}
	return here(host, reading.say('lookup-fails', { ...aboutOf(host, reading), detail, control }));
}

function recordFindings(host: DaneHost, tlsa: Records, reading: Reading): Said {
	const { now, say } = reading;
	if (host.security === 'insecure' || tlsa.security === 'insecure') {
		return [here(host, say('insecure', aboutOf(host, reading)))];
	}
	if (tlsa.security === 'bogus') {
		const control = 'Other signatures of the zone verify up to the root.';
		return [lookupFails(host, { detail: `${host.name} TLSA: ${tlsa.detail}`, control }, reading)];
	}
	const isInTime = tlsa.periods.every((period) => timingAt(period, now) === 'in-time');
	if (host.security !== 'secure' || tlsa.security !== 'secure' || !isInTime) {
		const why = isInTime
			? tlsa.security === 'secure'
				? host.detail
				: tlsa.detail
			: 'a signature is out of date';
		const detail = `whether senders believe the TLSA records at ${host.name} cannot be seen: ${why}`;
		return [cannotSay('inconclusive', detail, 'blocker')];
	}
	const faults = tlsa.records.flatMap(({ fault }) => fault ?? []);
	if (faults.length === tlsa.records.length) {
		const args = { ...aboutOf(host, reading), faults: [...new Set(faults)] };
		return [here(host, say('unusable-usage', args))];
	}
	return matching(host, tlsa, reading);
}

// ── The certificate ──────────────────────────────────────────────────────────────────────────────

function matching(host: DaneHost, tlsa: Records, reading: Reading): Said {
	const unseen = whyUnseen(host, reading);
	if (unseen !== null) return [unseen];
	const misses = sessionsOf(host, reading).flatMap((session) => {
		const miss = missIn(session, host, tlsa, reading);
		return miss === null ? [] : [miss];
	});
	const unsure = misses.find(({ about }) => about === 'unsure');
	const told = misses.filter(({ about }) => about !== 'unsure');
	const [first] = told;
	if (first !== undefined && first.about !== 'unsure') {
		const where = [...new Set(told.map(({ detail }) => detail))].join('; ');
		const args = { ...aboutOf(host, reading), where, about: first.about };
		return [here(host, reading.say('mismatch', args))];
	}
	if (unsure !== undefined) return [cannotSay('timeout', unsure.detail, 'blocker')];
	const [only] = tlsa.records;
	const isLone = tlsa.records.length === 1 && only?.usage === 3;
	return isLone ? [here(host, reading.say('no-rollover', aboutOf(host, reading)))] : [];
}

function whyUnseen(host: DaneHost, reading: Reading): Judgement<Key> | null {
	const { smtp } = reading;
	if (smtp.status === 'blocked') return cannotSay('inconclusive', smtp.detail, 'blocker');
	if (smtp.status === 'unknown') return cannotSay(smtp.because, smtp.detail, 'blocker');
	if (smtp.value.kind !== 'hosts') {
		const detail = smtp.value.kind === 'none' ? 'no mail host was seen' : smtp.value.detail;
		return cannotSay('inconclusive', detail, 'blocker');
	}
	if (smtp.value.intercepted !== null) {
		const detail = `mail connections from here end on our side: ${smtp.value.intercepted}`;
		return cannotSay('unsupported', detail, 'blocker');
	}
	if (sessionsOf(host, reading).length > 0) return null;
	const refusal = mailHostOf(host, reading)?.looks.find((one) => one.kind === 'unknown');
	if (refusal?.kind === 'unknown') {
		return cannotSay(refusal.because, refusal.detail, 'blocker');
	}
	const detail = `${host.host} has TLSA records, and its certificate cannot be seen: port 25 is not reached from here, which many networks block`;
	return cannotSay('unsupported', detail, 'blocker');
}

function mailHostOf({ host }: DaneHost, { smtp }: Reading): MailHost | null {
	if (smtp.status !== 'known' || smtp.value.kind !== 'hosts') return null;
	return smtp.value.hosts.find((one) => one.host === host) ?? null;
}

function sessionsOf(host: DaneHost, reading: Reading): readonly Session[] {
	const looks = mailHostOf(host, reading)?.looks ?? [];
	return looks.flatMap((one) => (one.kind === 'session' ? [one] : []));
}

interface Miss {
	readonly about: Mismatch['about'] | 'unsure';
	readonly detail: string;
}

function missIn(session: Session, host: DaneHost, tlsa: Records, reading: Reading): Miss | null {
	const { address, starttls, tls } = session;
	if (starttls === null) return { about: 'encryption', detail: `${address} offers no STARTTLS` };
	if (starttls !== 220) {
		return { about: 'encryption', detail: `${address} answers STARTTLS with ${starttls}` };
	}
	if (tls === null) return { about: 'unsure', detail: `${address}: the handshake was not seen` };
	if (tls.kind === 'failed') {
		const about = tls.how === 'silent' ? 'unsure' : 'encryption';
		return { about, detail: `${address}: ${tls.detail}` };
	}
	const base = host.name.replace(/^_25\._tcp\./, '');
	const names = [base, host.host, ...(reading.isMxSigned ? [reading.domain] : [])];
	const match = matchTlsa(tlsa.records, tls.chain, {
		names: [...new Set(names)],
		now: reading.now,
	});
	if (match.record !== null) return null;
	if (match.near !== null) {
		return { about: 'certificate', detail: `${address}: ${match.near}` };
	}
	const key = tlsaOf(tls.chain[0] ?? '');
	return {
		about: 'key',
		detail: `${address} has the key ${key ?? 'of a certificate that cannot be read'}`,
	};
}

// ── What findings are told ───────────────────────────────────────────────────────────────────────

function aboutOf(host: DaneHost, reading: Reading): AboutTlsa {
	const { domain } = reading;
	const { tlsa, name } = host;
	const found = tlsa.kind === 'records' ? tlsa : null;
	const owner = found?.owner ?? name;
	const lines = (found?.records ?? []).map(tlsaText);
	const sessions = sessionsOf(host, reading);
	const shown = sessions.find(({ tls }) => tls?.kind === 'completed') ?? null;
	const chain = shown?.tls?.kind === 'completed' ? shown.tls.chain : [];
	return {
		domain,
		host: host.host,
		name,
		owner,
		lines,
		ttl: found?.ttl ?? 3600,
		own: isWithin(owner, domain),
		provider: host.provider,
		now: tlsaOf(chain[0] ?? ''),
		evidence: evidenceOf(host, lines, sessions),
	};
}

function evidenceOf(
	{ host, name, tlsa, security, detail }: DaneHost,
	lines: readonly string[],
	sessions: readonly Session[],
): readonly Evidence[] {
	const signed = tlsa.kind === 'records' ? tlsa.security : security;
	const words = tlsa.kind === 'fails' || tlsa.kind === 'unknown' ? [tlsa.detail] : lines;
	const keys = sessions.flatMap(({ address, tls }): readonly Evidence[] => {
		const key = tls?.kind === 'completed' ? tlsaOf(tls.chain[0] ?? '') : null;
		const summary = `the key that ${host} uses at ${address}:25`;
		return key === null ? [] : [{ kind: 'tls', summary, detail: key }];
	});
	return [
		{
			kind: 'dns',
			summary: `${name} TLSA: ${tlsa.kind === 'records' ? `${lines.length}, ${signed}` : tlsa.kind}`,
			detail: [...words, detail].join('\n'),
		},
		...sessions.map((session) => describeSession({ host, address: session.address }, session)),
		...keys,
	];
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

const GOOD_DAY = '2030-01-01T00:00:00Z';
const TOO_LATE = '2030-03-01T00:00:00Z';

const HOST: DaneHost = {
	host: 'mx.example.com',
	provider: null,
	security: 'secure',
	detail: 'the resolver validated it (AD)',
	name: '_25._tcp.mx.example.com',
	tlsa: { kind: 'none' },
};

function tlsa(...lines: readonly string[]): Records {
	return {
		kind: 'records',
		owner: '_25._tcp.mx.example.com',
		security: 'secure',
		detail: 'the resolver validated it (AD)',
		records: lines.flatMap((line) => parseTlsa(line) ?? []),
		ttl: 3600,
		periods: [],
	};
}

const SERVED: Omit<Session, 'address' | 'family'> = {
	kind: 'session',
	greeting: '220 mx.example.com ESMTP',
	extensions: ['STARTTLS'],
	starttls: 220,
	tls: { kind: 'completed', protocol: 'TLSv1.3', cipher: 'AES', alpn: null, chain: SERVER_CHAIN },
};

function mailAt(
	session: Omit<Session, 'address' | 'family'>,
	change: Partial<Extract<SmtpSurvey, { kind: 'hosts' }>> = {},
): SmtpSurvey {
	const look: SmtpLook = { ...session, address: '203.0.113.9', family: 4 };
	return {
		kind: 'hosts',
		hosts: [{ host: 'mx.example.com', preference: 10, provider: null, looks: [look], older: null }],
		unseen: [],
		intercepted: null,
		...change,
	};
}

const FILTERED: SmtpSurvey = {
	kind: 'hosts',
	hosts: [
		{
			host: 'mx.example.com',
			preference: 10,
			provider: null,
			older: null,
			looks: [
				{
					address: '203.0.113.9',
					family: 4,
					kind: 'failed',
					how: 'silent',
					phase: 'connect',
					detail: 'nothing answered',
				},
			],
		},
	],
	unseen: [],
	intercepted: null,
};

const RIGHT = tlsaOf(SERVER_CHAIN[0] ?? '') ?? '';
const OTHER = tlsaOf(SELF_SIGNED[0] ?? '') ?? '';
const NEXT = `3 1 1 ${'ab'.repeat(32)}`;
const PKIX = RIGHT.replace('3 1 1', '1 1 1');

type DaneExample = readonly [
	name: string,
	says: Key | 'unknown' | 'not-applicable',
	host: Partial<DaneHost>,
	more?: { smtp?: Fact<SmtpSurvey>; now?: string },
];

const EXAMPLES: readonly DaneExample[] = [
	['the key in use and the next one', 'matches', { tlsa: tlsa(RIGHT, NEXT) }],
	['the key in use alone', 'no-rollover', { tlsa: tlsa(RIGHT) }],
	[
		'out of date, which usage 3 does not mind',
		'matches',
		{ tlsa: tlsa(RIGHT, NEXT) },
		{ now: TOO_LATE },
	],
	["another server's key", 'mismatch', { tlsa: tlsa(OTHER) }],
	[
		'a right SHA-256 digest that a wrong SHA-512 one overrules',
		'mismatch',
		{ tlsa: tlsa(RIGHT, `3 1 2 ${'ab'.repeat(64)}`) },
	],
	['usage 1 beside one that can be used', 'mismatch', { tlsa: tlsa(PKIX, OTHER) }],
	['usage 1 alone', 'unusable-usage', { tlsa: tlsa(PKIX) }],
	['a digest that is too short', 'unusable-usage', { tlsa: tlsa('3 1 1 abcd') }],
	[
		'records, and no STARTTLS',
		'mismatch',
		{ tlsa: tlsa(RIGHT) },
		{ smtp: known(mailAt({ ...SERVED, starttls: null, tls: null })) },
	],
	[
		'records, and port 25 filtered here',
		'unknown',
		{ tlsa: tlsa(OTHER) },
		{ smtp: known(FILTERED) },
	],
	[
		'a connection taken over on our side',
		'unknown',
		{ tlsa: tlsa(OTHER) },
		{ smtp: known(mailAt(SERVED, { intercepted: 'port 25 of 192.0.2.1 answers' })) },
	],
	['not signed', 'insecure', { tlsa: { ...tlsa(OTHER), security: 'insecure' } }],
	['addresses not signed', 'insecure', { security: 'insecure', tlsa: tlsa(OTHER) }],
	['nobody can say whether signed', 'unknown', { security: 'unclear', tlsa: tlsa(OTHER) }],
	[
		'SERVFAIL twice',
		'lookup-fails',
		{ tlsa: { kind: 'fails', detail: 'SERVFAIL', control: 'asked twice' } },
	],
	[
		'SERVFAIL twice in a zone that is not signed',
		'not-applicable',
		{ security: 'insecure', tlsa: { kind: 'fails', detail: 'SERVFAIL', control: 'asked twice' } },
	],
	[
		'SERVFAIL once',
		'unknown',
		{ tlsa: { kind: 'unknown', because: 'inconclusive', detail: 'not the second time' } },
	],
	['signed, without records', 'absent', {}],
	['neither signed nor records', 'not-applicable', { security: 'insecure' }],
];
