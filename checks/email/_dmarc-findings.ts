import {
	at,
	cannotSay,
	type DkimDiscovery,
	DMARC_POLICIES,
	type DmarcDiscovery,
	type DmarcRecord,
	effectiveRecord,
	type Fact,
	hasKeyRecord,
	isBroken,
	isWithin,
	type JudgedMessage,
	type Judgement,
	type MailDomain,
	policyTag,
	type ReportUri,
	rewritten,
	type Say,
	type SpfWalk,
	softened,
	type TagChanges,
	tagValue,
	type Verdict,
	validValue,
} from '../../src/sdk.ts';
import { glueError } from './_dmarc-text.ts';
import type { AboutDmarc, DMARC_VERDICTS } from './_dmarc-verdicts.ts';

export type Key = keyof typeof DMARC_VERDICTS;
export type Said = readonly Judgement<Key>[];

export interface Given {
	readonly dmarc: DmarcDiscovery;
	readonly dkim: Fact<DkimDiscovery>;
	readonly spf: Fact<SpfWalk>;
	/** Messages that the user gave and that could be read. */
	readonly messages: Fact<readonly JudgedMessage[]>;
}

export interface Reading {
	readonly say: Say<typeof DMARC_VERDICTS>;
	readonly given: Given;
	readonly subject: MailDomain;
	readonly record: DmarcRecord;
	readonly launchMonth: boolean;
	readonly now: Date;
	about(changes?: TagChanges | null): AboutDmarc;
}

/** RFC 9989 §7.4: at least a month each. */
const STEP_DAYS = 30;
const SAFE_RECORD_BYTES = 450;
/** What a tag says without being there (RFC 9989 §4.7). */
const DEFAULTS: Readonly<Record<string, string>> = {
	adkim: 'r',
	aspf: 'r',
	fo: '0',
	psd: 'u',
	t: 'n',
};

// ── Tags ─────────────────────────────────────────────────────────────────────────────────────────

export function tagFindings({ record, say, about }: Reading, meant: DmarcRecord): Said {
	const said: Judgement<Key>[] = [];
	const { duplicates, unknown: unknownTags, malformed } = record;
	if (duplicates.length > 0) said.push(say('tag-duplicate', { ...about({}), details: duplicates }));
	const invalid = record.invalid.filter(({ name }) => !REMOVED.includes(name) && name !== 'v');
	if (invalid.length + malformed.length > 0) {
		const policy = invalid.some(({ name }) => POLICY_TAGS.includes(name));
		const details = [...invalid.map(({ name, value }) => `${name}=${value}`), ...malformed];
		const drop = meant.invalid.map(({ name }) => name);
		said.push(say('value-invalid', { ...about({ drop }), details, policy }));
	}
	const order = record.tags.map(({ name }) => name);
	if (!order.includes('p')) {
		const reports = record.rua.some(({ fault }) => fault === null);
		said.push(say('no-p', { ...about({ set: { p: 'none' } }), reports }));
	} else if (order[1] !== 'p') said.push(say('p-not-second', about({})));
	const old = order.filter((name) => name === 'rf' || name === 'ri');
	if (old.length > 0) said.push(say('rf-ri', { ...about({ drop: old }), details: old }));
	if (unknownTags.length > 0) {
		said.push(say('unknown-tag', { ...about({ drop: unknownTags }), details: unknownTags }));
	}
	return said;
}

const REMOVED: readonly string[] = ['pct', 'rf', 'ri'];
const POLICY_TAGS: readonly string[] = ['p', 'sp', 'np'];

// ── Policy ───────────────────────────────────────────────────────────────────────────────────────

export function policyFindings({ record, say, about, launchMonth, now }: Reading): Said {
	const said: Judgement<Key>[] = [];
	const p = policyTag(record, 'p');
	const effective = effectiveRecord(record);
	if (p === 'none') {
		said.push(say('p-none', { ...about(), launchMonth, ladder: ladderFrom(now, record) }));
	}
	if (validValue(record, 't') === 'y' && p !== null && p !== 'none') {
		const args = { policy: p, applied: softened(p) };
		said.push(say('test-mode', { ...about({ drop: ['t'] }), ...args }));
	}
	const pct = tagValue(record, 'pct');
	if (pct !== null) {
		const partial = pct !== '100' && effective !== null && effective.p !== 'none';
		said.push(say('pct', { ...about({ drop: ['pct'] }), value: pct, partial }));
	}
	return said;
}

/** Dated, because "some time later" never comes; each step with its whole record. */
function ladderFrom(now: Date, record: DmarcRecord): readonly string[] {
	const day = (n: number) => new Date(now.getTime() + n * 86_400_000).toISOString().slice(0, 10);
	const at = (p: string) => rewritten(record, { set: { p }, drop: ['pct', 't'] });
	return [
		'Now: keep p=none, read the reports, and repair every own source below 98 %.',
		`From ${day(STEP_DAYS)}, if 98 % of your own mail passed for 28 days: ${at('quarantine')}`,
		`From ${day(2 * STEP_DAYS)}, under the same condition, and not where people of this domain post to mailing lists: ${at('reject')}`,
	];
}

export function scopeFindings(reading: Reading): Said {
	const { record, say, about, given } = reading;
	const { organizational, domain, isPublicSuffix } = given.dmarc.walk;
	const isBelow = organizational !== null && organizational !== domain;
	const said: Judgement<Key>[] = isBelow ? [] : [...subdomainFindings(reading)];
	const scoped = (['sp', 'np'] as const).flatMap((name) => {
		const policy = policyTag(record, name);
		return policy === null ? [] : [`${name}=${policy}`];
	});
	if (isBelow && scoped.length > 0) {
		const own = about({ drop: ['sp', 'np'] });
		said.push(say('sp-ignored', { ...own, details: scoped, organizational }));
	}
	if (validValue(record, 'psd') === 'y' && !isPublicSuffix) {
		said.push(say('psd', about({ drop: ['psd'] })));
	}
	return [...said, ...boundaryFinding(reading)];
}

/** Receivers by the tree walk and receivers by the public suffix list draw the line elsewhere. */
export function boundaryFinding({
	say,
	about,
	given,
	subject,
}: Pick<Reading, 'say' | 'about' | 'given' | 'subject'>): Said {
	const { organizational, byList, domain, own } = given.dmarc.walk;
	if (organizational === null || byList === null || organizational === byList) return [];
	const isHigher = domain.endsWith(`.${byList}`) && organizational.endsWith(`.${byList}`);
	const publish = isHigher
		? { name: `_dmarc.${byList}`, text: `v=DMARC1; p=none; rua=mailto:dmarc@${byList}` }
		: { name: `_dmarc.${byList}`, text: boundaryText(own.record, subject.name === byList) };
	return [say('org-differs', { ...about(), organizational, byList, publish })];
}

/** `psd=n` ends the walk: the domain is its own organization. */
function boundaryText(record: DmarcRecord | null, isOwn: boolean): string {
	return record !== null && isOwn
		? rewritten(record, { set: { psd: 'n' } })
		: 'v=DMARC1; p=none; psd=n';
}

function subdomainFindings({ record, say, about }: Reading): Said {
	const [p, sp, np] = [policyTag(record, 'p'), policyTag(record, 'sp'), policyTag(record, 'np')];
	if (p === null || p === 'none') return [];
	const open = [...(sp === 'none' ? ['sp=none'] : []), ...(np === 'none' ? ['np=none'] : [])];
	const set = { ...(sp === 'none' && { sp: p }), np: 'reject' };
	return [
		...(open.length > 0 ? [say('subdomain-none', { ...about({ set }), details: open })] : []),
		...(sp !== null && np === null && isWeaker(sp, p)
			? [say('np-absent', { ...about({ set: { np: 'reject' } }), sp })]
			: []),
	];
}

function isWeaker(a: (typeof DMARC_POLICIES)[number], b: (typeof DMARC_POLICIES)[number]): boolean {
	return DMARC_POLICIES.indexOf(a) < DMARC_POLICIES.indexOf(b);
}

// ── Reports ──────────────────────────────────────────────────────────────────────────────────────

export function reportFindings(reading: Reading): Said {
	const { record, say, about, subject } = reading;
	const { rua, ruf } = record;
	const said: Judgement<Key>[] = [];
	if (rua.length === 0) {
		const none = (effectiveRecord(record)?.p ?? 'none') === 'none';
		const set = { rua: `mailto:dmarc@${subject.name}` };
		said.push(say('rua-missing', { ...about({ set }), none }));
	}
	const faulty = [...rua, ...ruf].filter(({ fault }) => fault !== null);
	if (faulty.length > 0) {
		const details = faulty.map(({ text, fault }) => `"${text}" ${fault ?? ''}`);
		said.push(say('rua-syntax', { ...about({ set: repaired(reading, mended) }), details }));
	}
	const other = [...rua, ...ruf].filter(({ otherScheme }) => otherScheme);
	if (other.length > 0) {
		const set = repaired(reading, ({ otherScheme, text }) => (otherScheme ? null : text));
		said.push(say('rua-not-mailto', { ...about({ set }), details: other.map(({ text }) => text) }));
	}
	if (rua.length > 2) {
		const set = {
			rua: rua
				.slice(0, 2)
				.map(({ text }) => text)
				.join(','),
		};
		said.push(say('rua-over-2', { ...about({ set }), count: rua.length }));
	}
	return [...said, ...suffixFinding(reading), ...failureReports(reading), ...destinations(reading)];
}

/** Every list of addresses with each address repaired or left out; one of the domain's own where none is left. */
function repaired(
	{ record, subject }: Pick<Reading, 'record' | 'subject'>,
	repair: (uri: ReportUri) => string | null,
): Readonly<Record<string, string>> {
	const lists = (['rua', 'ruf'] as const).filter((tag) => record[tag].length > 0);
	return Object.fromEntries(
		lists.map((tag) => {
			const kept = record[tag].flatMap((uri) => repair(uri) ?? []);
			return [tag, [...new Set(kept)].join(',') || `mailto:dmarc@${subject.name}`];
		}),
	);
}

/** As it was meant; `null` where that cannot be told. */
function mended({ text, fault }: ReportUri): string | null {
	if (fault === null) return text;
	const bare = text.replace(/\s+/g, '').replace(/!\d+[kmgt]?$/i, '');
	const address = /^(?:[a-z]+:(?:\/\/)?)?([\w.%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i.exec(bare)?.[1];
	return address === undefined ? null : `mailto:${address}`;
}

function suffixFinding(reading: Reading): Said {
	const { record, say, about } = reading;
	const suffixed = [...record.rua, ...record.ruf].filter(({ sizeSuffix }) => sizeSuffix !== null);
	if (suffixed.length === 0) return [];
	const set = repaired(reading, ({ text, sizeSuffix }) =>
		text.slice(0, text.length - (sizeSuffix ?? '').length),
	);
	const details = suffixed.map(({ text }) => text);
	return [say('rua-size-suffix', { ...about({ set }), details })];
}

function failureReports({ record, say, about }: Reading): Said {
	const fo = validValue(record, 'fo');
	const options = fo?.split(':').map((each) => each.trim()) ?? [];
	return [
		...(record.ruf.length > 0 ? [say('ruf', about())] : []),
		...(fo !== null && record.ruf.length === 0
			? [say('fo-without-ruf', about({ drop: ['fo'] }))]
			: []),
		...(options.includes('0') && options.includes('1')
			? [say('fo-conflict', about({ set: { fo: '1' } }))]
			: []),
	];
}

/** One finding a host; hosts that failed to answer are not accused. */
function destinations(reading: Reading): Said {
	const seen = new Set<string>();
	return reading.given.dmarc.destinations.flatMap((each): Said => {
		const { host, authorised, mail } = each;
		if (seen.has(host)) return [];
		seen.add(host);
		if (authorised === 'failed' || mail === 'failed') {
			return [
				cannotSay('inconclusive', `whether reports reach ${host} could not be looked up`, 'high'),
			];
		}
		return [...consentFinding(reading, each), ...deliveryFinding(reading, each)].map((one) =>
			at({ kind: 'record', name: host }, one),
		);
	});
}

type Destination = DmarcDiscovery['destinations'][number];

/** The record with this host's addresses left out. */
function without(reading: Reading, host: string) {
	return reading.about({
		set: repaired(reading, (uri) => (uri.host === host ? null : uri.text)),
	});
}

function consentFinding(reading: Reading, each: Destination): readonly Verdict<Key>[] {
	const { host, authorisation, authorised, override } = each;
	if (authorisation === null || authorised === 'yes' || authorised === 'failed') return [];
	const args = { ...without(reading, host), host, authorisation, why: authorised, override };
	return [reading.say('rua-unauthorized', args)];
}

function deliveryFinding(reading: Reading, { host, mail }: Destination): readonly Verdict<Key>[] {
	if (mail === 'accepts') return [];
	const why = mail === 'null-mx' ? 'refuses all mail (null MX)' : 'has neither MX nor address';
	return [reading.say('rua-no-mx', { ...without(reading, host), host, why })];
}

// ── Enforcement ──────────────────────────────────────────────────────────────────────────────────

export function enforcementFindings({ given, subject, say, about, record }: Reading): Said {
	const applied = appliedPolicy(given);
	if (applied === 'none' || subject.context.role !== 'sends') return [];
	const { dkim, spf } = given;
	const unsigned = ownMessages(given, subject).find(isSentUnsigned);
	if (unsigned !== undefined) {
		const softer = rewritten(record, { set: { p: 'none' } });
		const control = `${unsigned.file} arrived without a signature.`;
		const args = { ...about(), policy: applied, softer, negativeTtl: null, control };
		return [say('enforce-without-dkim', { ...args, proven: isProvenAbsent(dkim) })];
	}
	const essential = subject.context.dkim === 'essential';
	const couldBe = essential ? 'blocker' : 'high';
	if (dkim.status !== 'known') {
		if (!essential && isLeftOut(dkim)) return [];
		return [cannotSay('inconclusive', 'whether mail is signed could not be looked up', couldBe)];
	}
	if (hasKeyRecord(dkim.value) || dkim.value.existence === 'present') return [];
	if (dkim.value.existence === 'unclear') {
		const detail = `the policy is ${applied}, and no DKIM key was found: ${dkim.value.control}`;
		return [cannotSay('inconclusive', detail, couldBe)];
	}
	const args = { ...about(), policy: applied, softer: rewritten(record, { set: { p: 'none' } }) };
	const { negativeTtl, control } = dkim.value;
	const broken = spf.status === 'known' && isBroken(spf.value);
	return [
		say('enforce-without-dkim', { ...args, negativeTtl, control, proven: true }),
		...(broken ? [say('enforce-spf-broken', args)] : []),
	];
}

/** What receivers do with mail that fails: `t=y` asks for a step less. */
function appliedPolicy({ dmarc }: Given) {
	const { policy } = dmarc.walk;
	if (policy === null) return 'none';
	return policy.testing ? softened(policy.policy) : policy.policy;
}

/** By a part of an audit, which says so of the finding itself. */
function isLeftOut(dkim: Given['dkim']): boolean {
	return dkim.status === 'unknown' && dkim.because === 'not-asked';
}

function isProvenAbsent(dkim: Given['dkim']): boolean {
	return dkim.status === 'known' && !hasKeyRecord(dkim.value) && dkim.value.existence === 'absent';
}

/** Samples whose author is at the domain or below it, and that came straight. */
function ownMessages({ messages }: Given, { name }: Reading['subject']): readonly JudgedMessage[] {
	if (messages.status !== 'known') return [];
	return messages.value.filter(
		({ message, authentication }) =>
			authentication.from !== '' &&
			isWithin(authentication.from, name) &&
			message.relayed === null &&
			!message.isAutomaticReply,
	);
}

function isSentUnsigned({ authentication }: JudgedMessage): boolean {
	return authentication.signatures.length === 0 && authentication.dmarc.result !== 'unsent';
}

/** Identifiers of samples that pass, and that strict alignment alone keeps from counting (RFC 9989 §4.4). */
export function alignmentFinding({ given, subject, say, about, record }: Reading): Said {
	const asks = (tag: string) => validValue(record, tag) === 's';
	const found = ownMessages(given, subject).map(({ file, authentication }) => {
		const { from, signatures, spf, strict } = authentication;
		const passing = signatures.filter(({ worth }) => worth === 'passes');
		const hasSame = passing.some(({ alignment }) => alignment === 'same');
		const below = passing.find(({ alignment }) => alignment === 'organizational');
		const isOff = spf.worth === 'passes' && spf.alignment === 'organizational';
		return [
			...(asks('adkim') && strict.dkim && !hasSame && below !== undefined
				? [['adkim', `${file}: author at ${from}, signature of ${below.signature.domain}`] as const]
				: []),
			...(asks('aspf') && strict.spf && isOff
				? [['aspf', `${file}: author at ${from}, bounces to ${spf.domain}`] as const]
				: []),
		];
	});
	const all = found.flat();
	if (all.length === 0) return [];
	const tags = [...new Set(all.map(([tag]) => tag))];
	const details = all.map(([, detail]) => detail);
	return [say('strict-alignment', { ...about({ drop: tags }), tags, details })];
}

export function sizeFinding({ given, record, say, about }: Reading): Said {
	const own = given.dmarc.walk.own.texts.find(({ text }) => text === record.text);
	const glue = own === undefined ? null : glueError(own);
	if (record.text.length <= SAFE_RECORD_BYTES && glue === null) return [];
	const rua = record.rua.slice(0, 2).map(({ text }) => text);
	const set: Record<string, string> = rua.length > 0 ? { rua: rua.join(',') } : {};
	const drop = record.tags
		.filter(({ name, value }) => DEFAULTS[name] === value.toLowerCase())
		.map(({ name }) => name)
		.concat(record.unknown, REMOVED);
	return [say('size', { ...about({ set, drop }), bytes: record.text.length, glue })];
}
