import {
	type DmarcDiscovery,
	type DmarcRecord,
	defineCheck,
	discoverDkim,
	discoverDmarc,
	discovered,
	discoveredInWords,
	discoverySteps,
	dkimDiscovery,
	dmarcDiscovery,
	isDmarcText,
	isMisspeltDmarc,
	isSpfText,
	type Judgement,
	judgedMessages,
	known,
	longestTtl,
	type MailDomain,
	mailDomains,
	optional,
	parseDmarc,
	respelt,
	rewritten,
	type Say,
	spfWalk,
	unknown,
	walkSpf,
	z,
} from '../../src/sdk.ts';
import {
	alignmentFinding,
	boundaryFinding,
	enforcementFindings,
	type Given,
	type Key,
	policyFindings,
	type Reading,
	reportFindings,
	type Said,
	scopeFindings,
	sizeFinding,
	tagFindings,
} from './_dmarc-findings.ts';
import { unglued } from './_dmarc-text.ts';
import { DMARC_VERDICTS } from './_dmarc-verdicts.ts';
import { txtLine } from './_lines.ts';
import { sampleMessage } from './_message-examples.ts';
import { SENDER } from './_sample-domains.ts';
import { inZone, type Zone } from './_zone.ts';

export default defineCheck({
	id: 'email/dmarc',
	title: 'Receivers find a DMARC policy that protects the domain',
	rationale:
		'DMARC is what turns SPF and DKIM into a decision: without a policy that receivers can read, forged ' +
		'mail is delivered and bulk mail is refused.',
	references: [
		'RFC 9989 §4.7, §4.8 (record)',
		'RFC 9989 §4.10, §4.10.1, §4.10.2 (tree walk, policy, organizational domain)',
		'RFC 9989 §7.4 (when to enforce), Appendix C (removed tags)',
		'RFC 9990 (reports to other domains), RFC 9991 (failure reports)',
		'RFC 6376 §3.2 (tag lists)',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({
		/** The first month after launch: p=none is then the right start. */
		launchMonth: z.boolean().default(false),
	}),
	decisive: { by: 'role', in: ['sends'] },
	verdicts: DMARC_VERDICTS,
	needs: ({ subject }) => ({
		dmarc: dmarcDiscovery({ domain: subject.name }),
		dkim: optional(
			dkimDiscovery({
				domain: subject.name,
				seed: subject.seed,
				selectors: [...subject.selectors],
				reported: [...subject.reportedSelectors],
			}),
		),
		spf: optional(spfWalk({ domain: subject.name })),
		messages: optional(judgedMessages({ paths: [...subject.messages], receivers: [] })),
	}),
	judge({ given, subject, options, now, say }) {
		const { walk } = given.dmarc;
		const domain = subject.name;
		if (walk.own.state === 'failed') return say('temperror', { domain, failed: [walk.own.detail] });
		const about = aboutRecord(given.dmarc);
		const beside = textsBeside(given, say);
		const { record } = walk.own;
		if (record === null) return [...beside, ...withoutRecord(given, subject, say)];
		const { launchMonth } = options;
		const reading: Reading = { say, given, subject, record, launchMonth, now, about };
		const meant: Reading = { ...reading, record: recordMeant(walk.own) ?? record };
		const said = [
			...beside,
			...tagFindings(reading, meant.record),
			...policyFindings(reading),
			...scopeFindings(reading),
			...reportFindings(meant),
			...enforcementFindings(reading),
			...alignmentFinding(reading),
			...sizeFinding(reading),
		];
		if (walk.policy === null || said.some((one) => !isNote(one))) return said;
		const { policy, from } = walk.policy;
		return [...said, say('published', { domain, policy, from })];
	},
	examples: (example) => [
		...EXAMPLES.map(([name, says, zone, when = {}]) =>
			example(name, givenBy(zone), says, {
				...when,
				subject: { context: { ...SENDER, ...when.context } },
			}),
		),
		example(
			'p=none in the launch month',
			givenBy(dmarc('v=DMARC1; p=none; rua=mailto:d@example.com')),
			'p-none',
			{ options: { launchMonth: true } },
		),
		example(
			'strict alignment, and the sample is signed by a sub-domain',
			{ ...givenBy(dmarc(`v=DMARC1; p=reject; adkim=s; ${RUA}`)), messages: known([SIGNED_BELOW]) },
			'strict-alignment',
		),
		example(
			'strict alignment, and nobody gave a sample',
			givenBy(dmarc(`v=DMARC1; p=reject; adkim=s; ${RUA}`)),
			'published',
		),
		example(
			'enforcing, and the sample is not signed',
			{ ...givenBy(dmarc(`v=DMARC1; p=reject; ${RUA}`)), messages: known([UNSIGNED]) },
			'enforce-without-dkim',
		),
		example(
			'enforcing, and DKIM could not be looked at',
			{ ...givenBy(dmarc('v=DMARC1; p=reject')), dkim: unknown('timeout', 'no answer') },
			'unknown',
		),
	],
});

/** Worth knowing, and no reason to withhold the pass. */
const NOTES: ReadonlySet<string | null> = new Set([
	'inherited',
	'np-absent',
	'unknown-tag',
	'ruf',
	'fo-without-ruf',
]);

function isNote({ verdict }: Judgement<Key>): boolean {
	return NOTES.has(verdict);
}

/** A maker of common arguments: with changes to the record, without any, or with `null` for no text. */
function aboutRecord({ walk }: DmarcDiscovery): Reading['about'] {
	const { domain, own } = walk;
	const ttl = longestTtl(own.texts);
	const meant = recordMeant(own);
	const found = discovered(walk);
	return (changes = null) => ({
		domain,
		name: own.name,
		ttl,
		seen: own.texts.map(({ text }) => text),
		fixed: changes === null || meant === null ? null : rewritten(meant, changes),
		discovery: discoveredInWords(found),
		queries: discoverySteps(found),
	});
}

/** The record, with the semicolon that was lost between its strings. */
function recordMeant({ record, texts }: DmarcDiscovery['walk']['own']): DmarcRecord | null {
	const published = texts.find(({ text }) => text === record?.text);
	return published === undefined ? record : parseDmarc(unglued(published));
}

/** TXT at `_dmarc` that is no DMARC record. */
function textsBeside({ dmarc }: Given, say: Say<typeof DMARC_VERDICTS>): Said {
	const { own } = dmarc.walk;
	const about = aboutRecord(dmarc)();
	const texts = own.texts.map(({ text }) => text);
	const misspelt = texts.filter(isMisspeltDmarc);
	const spf = texts.filter((text) => isSpfText(text));
	const others = texts.filter(
		(text) => !misspelt.includes(text) && !spf.includes(text) && !isDmarcText(text),
	);
	return [
		...misspelt.slice(0, 1).map((text) => say('version', { ...about, fixed: respelt(text), text })),
		...spf.slice(0, 1).map((text) => say('spf-here', { ...about, text })),
		...(others.length > 0 ? [say('other-txt', { ...about, details: others })] : []),
	];
}

function withoutRecord(given: Given, subject: MailDomain, say: Say<typeof DMARC_VERDICTS>): Said {
	const { dmarc } = given;
	const { walk, strays } = dmarc;
	const { own, policy, domain } = walk;
	const about = aboutRecord(dmarc)();
	const inheritance = ({ from, policy: its }: NonNullable<typeof policy>) => [
		say('inherited', { ...about, from, policy: its }),
	];
	if (own.state === 'multiple') {
		const texts = own.texts.map(({ text }) => text).filter(isDmarcText);
		const merged = rewritten(parseDmarc(texts.join(';')), {});
		const inherited = policy === null ? [] : inheritance(policy);
		return [say('multiple', { ...about, texts, merged }), ...inherited];
	}
	const said: Judgement<Key>[] = [];
	const target = own.chain.at(-1)?.target;
	if (target !== undefined && own.texts.length === 0) {
		said.push(say('cname-dangling', { ...about, target }));
	}
	const [stray] = strays;
	if (stray !== undefined) {
		const names = strays.map(({ name }) => name);
		said.push(say('wrong-name', { ...about, strays: names, text: stray.text }));
	}
	if (policy !== null) {
		const differs = boundaryFinding({ say, about: aboutRecord(dmarc), given, subject });
		const passed = say('published', { domain, policy: policy.policy, from: policy.from });
		return [...said, ...inheritance(policy), ...differs, ...(differs.length > 0 ? [] : [passed])];
	}
	if (walk.failed.length > 0) return [...said, say('temperror', { domain, failed: walk.failed })];
	const start = startFor(subject);
	const misspelt = own.texts.map(({ text }) => text).find(isMisspeltDmarc);
	const proposal = misspelt === undefined ? (stray?.text ?? start.proposal) : respelt(misspelt);
	const old = [
		...(misspelt === undefined ? [] : [txtLine(own.name, misspelt)]),
		...(target === undefined ? [] : [`${own.name}. IN CNAME ${target}.`]),
		...strays.map(({ name, text }) => txtLine(name, text)),
	];
	const { negativeTtl } = own;
	return [...said, say('missing', { ...about, negativeTtl, steps: start.steps, proposal, old })];
}

function startFor({ name, context }: MailDomain): { proposal: string; steps: readonly string[] } {
	if (context.role === 'no-mail') {
		return {
			proposal: 'v=DMARC1; p=reject',
			steps: ['The domain sends nothing, so nothing can be lost.'],
		};
	}
	const steps =
		context.receives === 'yes'
			? [
					`Make the mailbox dmarc@${name} first, or use the address that a report service gives you.`,
				]
			: [`${name} receives no mail: use an address elsewhere whose domain has agreed (RFC 9990).`];
	return {
		proposal: `v=DMARC1; p=none; rua=mailto:dmarc@${name}`,
		steps: [...steps, 'Read the reports for a month before tightening the policy.'],
	};
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

function givenBy(zone: Zone): Given {
	const at = 'example.com';
	const ask = inZone(zone);
	return {
		dmarc: discoverDmarc(at, ask),
		dkim: known(discoverDkim({ domain: at, seed: '0', given: [], providers: [] }, ask)),
		spf: known(walkSpf(at, ask)),
		messages: known([]),
	};
}

const SIGNED_BELOW = sampleMessage({
	signatures: [{ signature: { domain: 'mail.example.com' }, alignment: 'organizational' }],
	authentication: { strict: { dkim: true, spf: false } },
});
const UNSIGNED = sampleMessage({ signatures: [] });

const KEY = 'v=DKIM1; p=MCowBQYDK2VwAyEA';
/** A domain that receives its own reports and signs with a selector that nobody guesses. */
const SIGNED: Zone = {
	'example.com MX': ['10 mx.example.com'],
	'example.com TXT': ['v=spf1 mx -all'],
	'zq7._domainkey.example.com TXT': [KEY],
};

const dmarc = (...texts: (string | readonly string[])[]): Zone => ({
	...SIGNED,
	'_dmarc.example.com TXT': texts,
});

const unsigned = (text: string, spf = 'v=spf1 ip4:203.0.113.5 -all'): Zone => ({
	'example.com MX': ['10 mx.example.com'],
	'example.com TXT': [spf],
	'_dmarc.example.com TXT': [text],
});

const RUA = 'rua=mailto:d@example.com';
const OUTSIDE = 'v=DMARC1; p=reject; rua=mailto:d@reports.example.net';
const AGREED: Zone = {
	'example.com._report._dmarc.reports.example.net TXT': ['v=DMARC1'],
	'reports.example.net MX': ['10 mx.example.net'],
};

type DmarcExample = readonly [
	name: string,
	says: Key | 'unknown',
	zone: Zone,
	when?: { readonly context?: Partial<MailDomain['context']> },
];

const EXAMPLES: readonly DmarcExample[] = [
	['reject with reports', 'published', dmarc(`v=DMARC1; p=reject; ${RUA}`)],
	['no record', 'missing', SIGNED],
	['no record, much mail', 'missing', SIGNED, { context: { bulk: 'yes' } }],
	['no record and no mail', 'missing', {}, { context: { role: 'no-mail', receives: 'no' } }],
	['the parent has one', 'inherited', { '_dmarc.com TXT': ['v=DMARC1; p=reject; psd=y'] }],
	['two records', 'multiple', dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject')],
	[
		'two records, and a policy above',
		'inherited',
		{
			...dmarc('v=DMARC1; p=none', 'v=DMARC1; p=reject'),
			'_dmarc.com TXT': ['v=DMARC1; p=reject; psd=y'],
		},
	],
	['a record at the apex', 'wrong-name', { 'example.com TXT': ['v=DMARC1; p=none'] }],
	[
		'the domain written twice',
		'wrong-name',
		{ '_dmarc.example.com.example.com TXT': ['v=DMARC1; p=none'] },
	],
	['a small v=dmarc1', 'version', dmarc('v=dmarc1; p=none')],
	['p before v', 'version', dmarc('p=none; v=DMARC1')],
	['no semicolon', 'version', dmarc('v=DMARC1 p=none')],
	['SPF at _dmarc', 'spf-here', dmarc('v=spf1 -all', `v=DMARC1; p=reject; ${RUA}`)],
	['something else at _dmarc', 'other-txt', dmarc('hello', `v=DMARC1; p=reject; ${RUA}`)],
	['p twice', 'tag-duplicate', dmarc(`v=DMARC1; p=reject; p=none; ${RUA}`)],
	['a policy that is none', 'value-invalid', dmarc(`v=DMARC1; p=block; ${RUA}`)],
	['an alignment that is none', 'value-invalid', dmarc(`v=DMARC1; p=reject; adkim=x; ${RUA}`)],
	['no p, with reports', 'no-p', dmarc(`v=DMARC1; ${RUA}`)],
	['no p, no reports', 'no-p', dmarc('v=DMARC1;')],
	['rua before p', 'p-not-second', dmarc(`v=DMARC1; ${RUA}; p=reject`)],
	['p=none', 'p-none', dmarc(`v=DMARC1; p=none; ${RUA}`)],
	['t=y', 'test-mode', dmarc(`v=DMARC1; p=reject; t=y; ${RUA}`)],
	['sp=none', 'subdomain-none', dmarc(`v=DMARC1; p=reject; sp=none; ${RUA}`)],
	[
		'sp below the organizational domain',
		'sp-ignored',
		{ ...dmarc(`v=DMARC1; p=reject; sp=reject; ${RUA}`), '_dmarc.com TXT': ['v=DMARC1; p=none'] },
	],
	['a weaker sp without np', 'np-absent', dmarc(`v=DMARC1; p=reject; sp=quarantine; ${RUA}`)],
	['pct=100', 'pct', dmarc(`v=DMARC1; p=reject; pct=100; ${RUA}`)],
	['pct=99', 'pct', dmarc(`v=DMARC1; p=reject; pct=99; ${RUA}`)],
	['ri', 'rf-ri', dmarc(`v=DMARC1; p=reject; ri=86400; ${RUA}`)],
	['an unknown tag', 'unknown-tag', dmarc(`v=DMARC1; p=reject; foo=bar; ${RUA}`)],
	['psd=y', 'psd', dmarc(`v=DMARC1; p=reject; psd=y; ${RUA}`)],
	[
		'two organizational domains',
		'org-differs',
		{ ...dmarc(`v=DMARC1; p=reject; ${RUA}`), '_dmarc.com TXT': ['v=DMARC1; p=none'] },
	],
	[
		'a policy of the top-level domain, which the public suffix list knows nothing of',
		'org-differs',
		{ ...SIGNED, '_dmarc.com TXT': ['v=DMARC1; p=none'] },
	],
	['no rua', 'rua-missing', dmarc('v=DMARC1; p=reject')],
	['no mailto:', 'rua-syntax', dmarc('v=DMARC1; p=reject; rua=d@example.com')],
	['an https URI', 'rua-not-mailto', dmarc('v=DMARC1; p=reject; rua=https://example.com/d')],
	[
		'three addresses',
		'rua-over-2',
		dmarc('v=DMARC1; p=reject; rua=mailto:a@example.com,mailto:b@example.com,mailto:c@example.com'),
	],
	[
		'two addresses',
		'published',
		dmarc('v=DMARC1; p=reject; rua=mailto:a@example.com,mailto:b@example.com'),
	],
	['a size limit', 'rua-size-suffix', dmarc('v=DMARC1; p=reject; rua=mailto:d@example.com!10m')],
	[
		'a service that has not agreed',
		'rua-unauthorized',
		{ ...dmarc(OUTSIDE), 'reports.example.net MX': ['10 mx.example.net'] },
	],
	['a service that has agreed', 'published', { ...dmarc(OUTSIDE), ...AGREED }],
	[
		'a service that sends the reports on to somebody else',
		'rua-unauthorized',
		{
			...dmarc(OUTSIDE),
			...AGREED,
			'example.com._report._dmarc.reports.example.net TXT': ['v=DMARC1; rua=mailto:d@example.org'],
		},
	],
	[
		'a host with a name too long for its consent',
		'rua-unauthorized',
		dmarc(`v=DMARC1; p=reject; rua=mailto:d@${'long.'.repeat(46)}example.net`),
	],
	[
		'a service whose consent could not be looked up',
		'unknown',
		{
			...dmarc(OUTSIDE),
			...AGREED,
			'example.com._report._dmarc.reports.example.net TXT': 'servfail',
		},
	],
	[
		'a host that refuses mail',
		'rua-no-mx',
		{ ...dmarc(OUTSIDE), ...AGREED, 'reports.example.net MX': ['0 '] },
	],
	[
		'a host without an address',
		'rua-no-mx',
		{ ...dmarc('v=DMARC1; p=reject; rua=mailto:d@gone.example.com') },
	],
	['ruf', 'ruf', dmarc(`v=DMARC1; p=reject; ${RUA}; ruf=mailto:f@example.com`)],
	['fo alone', 'fo-without-ruf', dmarc(`v=DMARC1; p=reject; ${RUA}; fo=1`)],
	['fo=0:1', 'fo-conflict', dmarc(`v=DMARC1; p=reject; ${RUA}; ruf=mailto:f@example.com; fo=0:1`)],
	['reject without a key', 'enforce-without-dkim', unsigned(`v=DMARC1; p=reject; ${RUA}`)],
	[
		'reject without a key, SPF broken',
		'enforce-spf-broken',
		unsigned(`v=DMARC1; p=reject; ${RUA}`, 'v=spf1 include:gone.example -all'),
	],
	[
		'an alias that leads nowhere',
		'cname-dangling',
		{ ...SIGNED, '_dmarc.example.com CNAME': ['gone.example.net'] },
	],
	['450 bytes', 'published', dmarc(sized(450))],
	['451 bytes', 'size', dmarc(sized(451))],
	['strings that join without a semicolon', 'size', dmarc(['v=DMARC1; p=reject', `${RUA}`])],
	['a server that fails', 'temperror', { '_dmarc.example.com TXT': 'servfail' }],
	['a parent whose server fails', 'temperror', { ...SIGNED, '_dmarc.com TXT': 'servfail' }],
];

/** A good record of so many bytes, with a long mailbox name. */
function sized(bytes: number): string {
	const [start, end] = ['v=DMARC1; p=reject; rua=mailto:', '@example.com'];
	const names = 'x'.repeat(200);
	const more = `${start}${names}${end},mailto:`;
	return more + 'y'.repeat(bytes - more.length - end.length) + end;
}
