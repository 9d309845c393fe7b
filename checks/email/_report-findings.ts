import {
	at,
	cannotSay,
	type Judgement,
	type ReportedDomain,
	type ReportSource,
	rewritten,
	type Say,
	tagValue,
	WINDOW_DAYS,
} from '../../src/sdk.ts';
import { counted } from './_lines.ts';
import {
	type AboutDomain,
	type AboutSource,
	isEnforced,
	type Rated,
	type REPORT_VERDICTS,
} from './_report-verdicts.ts';

type Key = keyof typeof REPORT_VERDICTS;
type Said = readonly Judgement<Key>[];

/** Below it, one sender makes any percentage. */
const ENOUGH_MESSAGES = 100;
/** Percent of the mail that passes: the ladder from a launch to an enforced policy. */
const LOW_BELOW = 90;
const LAUNCH_BAR = 95;
const READY_FROM = 98;
/** Days without a report that a window may have: a weekend, and a receiver that is late. */
const LONGEST_GAP_DAYS = 7;
/** A source of so many percent of the mail must pass before the policy is tightened. */
const WEIGHTY_PERCENT = 1;

/** Mails of a source below which nothing is said of it. */
const ENOUGH_OF_SOURCE = 5;
/**
 * Percent of a source's mail that has a fault before the set-up is to blame: some mail breaks on the
 * way to anybody. Mailbox providers also pass on what others sent.
 */
const FAULTY_FROM = 10;
const FAULTY_FROM_FORWARDER = 50;

/** Days before the newest report in which a source counts as new, and the history that takes. */
const NEW_DAYS = 7;
const HISTORY_DAYS = 14;

const DAY_SECONDS = 86_400;
const MOST_FAILING = 4;
const MOST_SOURCES = 20;
const MOST_LINES = 10;

interface Reading {
	readonly folder: string;
	readonly domain: ReportedDomain;
	readonly registrable: string;
	/** Providers that DNS shows. */
	readonly inUse: ReadonlySet<string>;
	readonly isStale: boolean;
	readonly say: Say<typeof REPORT_VERDICTS>;
}

/** Everything about one policy domain. */
export function domainFindings(reading: Reading): Said {
	const about = aboutDomain(reading);
	const said = [
		...rateFindings(reading, about),
		...newSources(reading, about),
		...policyMismatch(reading, about),
	];
	const { domain } = reading.domain;
	return [
		...said.map((one) =>
			one.verdict === null ? one : at({ kind: 'mail-domain', name: domain }, one),
		),
		...sourceFindings(reading, about),
	];
}

function aboutDomain({ folder, domain: it }: Reading): AboutDomain {
	const { domain, messages, passed } = it;
	return {
		folder,
		domain,
		messages,
		passed,
		rate: percent(it),
		policy: appliedPolicy(it.policy),
		span: spanOf(it),
		summary: summaryOf(it),
	};
}

/** `testing` applies one level lower (RFC 9989 §4.7). */
function appliedPolicy({ p, testing }: ReportedDomain['policy']): string {
	if (testing !== 'y') return p;
	return p === 'reject' ? 'quarantine' : 'none';
}

function spanOf({ reports, period }: ReportedDomain): string {
	const all = counted(reports, 'report');
	return period === null
		? `${all} without dates`
		: `${all} from ${dayOf(period.from)} to ${dayOf(period.to)}`;
}

/** The day (UTC) of a time in seconds since 1970. */
export function dayOf(seconds: number): string {
	return new Date(seconds * 1_000).toISOString().slice(0, 10);
}

type Counts = { readonly messages: number; readonly passed: number };

/** Exact, however great the numbers are. */
function isAtLeast({ messages, passed }: Counts, percentage: number): boolean {
	return BigInt(passed) * 100n >= BigInt(percentage) * BigInt(messages);
}

/** Rounded down to a tenth, so that no bar looks met that is not. */
function percent({ messages, passed }: Counts): string {
	if (messages === 0) return '0 %';
	return `${Number((BigInt(passed) * 1_000n) / BigInt(messages)) / 10} %`;
}

function summaryOf(it: ReportedDomain): readonly string[] {
	const line = (name: string, one: Counts & { dkim: number; spf: number }) =>
		`${name}: ${one.messages} messages, ${one.passed} pass DMARC (${percent(one)}), by DKIM ${one.dkim}, by SPF ${one.spf}`;
	const rest = (all: readonly unknown[]) =>
		all.length > MOST_LINES ? [`and ${all.length - MOST_LINES} more`] : [];
	return [
		line(it.domain, it),
		`published policy: ${it.policy.p || 'not said'}`,
		`reporters: ${it.orgs.slice(0, MOST_LINES).join(', ')}`,
		'sources:',
		...it.sources
			.slice(0, MOST_LINES)
			.map((one) => line(`${one.name} [${one.addresses.join(' ')}]`, one)),
		...rest(it.sources),
		'domains in From:',
		...it.headerFrom.slice(0, MOST_LINES).map((one) => line(one.name, one)),
		...rest(it.headerFrom),
	];
}

// ── The rate ─────────────────────────────────────────────────────────────────────────────────────

function rateFindings(reading: Reading, about: AboutDomain): Said {
	const { domain: it, say } = reading;
	if (it.messages < ENOUGH_MESSAGES) return [say('low-volume', about)];
	if (isAtLeast(it, LAUNCH_BAR)) {
		const ready = isReady(reading)
			? [say('ready-for-quarantine', { ...about, next: nextRecord(it) })]
			: [];
		return [...ready, say('meets-bar', about)];
	}
	const rated = ratedOf(it, about);
	return [say(isAtLeast(it, LOW_BELOW) ? 'pass-rate-fair' : 'pass-rate-low', rated)];
}

function ratedOf(it: ReportedDomain, about: AboutDomain): Rated {
	const failing = it.sources
		.map((one) => ({ one, failed: one.messages - one.passed }))
		.filter(({ failed }) => failed > 0)
		.sort((a, b) => b.failed - a.failed);
	const named = failing
		.slice(0, MOST_FAILING)
		.map(({ one, failed }) => `${one.name} (${failed} of ${one.messages})`);
	const { period, recent } = it;
	const isLong = period !== null && period.to - period.from > WINDOW_DAYS * DAY_SECONDS;
	return {
		...about,
		failing:
			failing.length > named.length
				? [...named, `${failing.length - named.length} more sources`]
				: named,
		recently:
			isLong && recent.messages > 0
				? `; in the last ${WINDOW_DAYS} days ${percent(recent)} of ${recent.messages}`
				: '',
		onlyStrangers: isEnforced(about) && failing.every(({ one }) => isStranger(one)),
	};
}

/** Nothing connects it with the domain: no name, no record, and no mail that passed. */
function isStranger(source: ReportSource): boolean {
	return !isSender(source) && source.passed === 0 && source.unalignedAsOwn === 0;
}

/** Known to send mail: a provider, a server of the domain, or one that its SPF lists. */
function isSender({ kind, isListed }: ReportSource): boolean {
	return kind === 'vendor' || kind === 'own' || isListed;
}

/** RFC 9989 §7.4, counted over whole weeks up to the newest report, which must be young. */
function isReady({ domain: it, isStale }: Reading): boolean {
	const { period, recent, sources, policy, record } = it;
	const now = record === null ? null : (tagValue(record, 'p') ?? 'none').toLowerCase();
	if (
		isStale ||
		period === null ||
		!isUnenforced(policy.p) ||
		(now !== null && !isUnenforced(now))
	) {
		return false;
	}
	// The last second of a day belongs to it: many receivers let their reports end there.
	const isLong = period.to + 1 - period.from >= WINDOW_DAYS * DAY_SECONDS;
	const isWhole = recent.longestGapDays <= LONGEST_GAP_DAYS && recent.messages >= ENOUGH_MESSAGES;
	const weighty = sources.filter((one) => isWeighty(one, it));
	return (
		isLong &&
		isWhole &&
		isAtLeast(it, READY_FROM) &&
		isAtLeast(recent, READY_FROM) &&
		weighty.every((one) => isAtLeast(one, LAUNCH_BAR))
	);
}

const isUnenforced = (p: string): boolean => p === '' || p === 'none';

function isWeighty(source: Counts, all: Counts): boolean {
	return BigInt(source.messages) * 100n >= BigInt(WEIGHTY_PERCENT) * BigInt(all.messages);
}

/** The record with the next policy; `null` where there is none of its own to change. */
function nextRecord({ record }: ReportedDomain): string | null {
	return record === null ? null : rewritten(record, { set: { p: 'quarantine' } });
}

// ── Sources ──────────────────────────────────────────────────────────────────────────────────────

function sourceFindings(reading: Reading, about: AboutDomain): Said {
	const { domain: it } = reading;
	return it.sources.slice(0, MOST_SOURCES).flatMap((source) => {
		const said = faultsOf(source, reading, about);
		const name = `${it.domain} by ${source.name}`;
		return said.map((one) => (one.verdict === null ? one : at({ kind: 'mail-domain', name }, one)));
	});
}

function faultsOf(source: ReportSource, reading: Reading, about: AboutDomain): Said {
	const { say, domain: it } = reading;
	const told = (affected: number, all = source.messages) =>
		aboutSource(source, { affected, all, about, inUse: reading.inUse });
	const unaligned = isSender(source) ? source.unaligned : source.unalignedAsOwn;
	const faults = [
		...(isSender(source) && isFaulty(source, source.unauthenticated)
			? [say('source-unauthenticated', told(source.unauthenticated))]
			: []),
		...(isFaulty(source, unaligned)
			? [say('alignment-only', { ...told(unaligned), ...strictness(source, it) })]
			: []),
	];
	if (faults.length > 0) return faults;
	const isByAlone = source.dkim === 0 && source.spf >= ENOUGH_OF_SOURCE;
	return isByAlone ? [say('spf-only', told(source.spf, source.spf))] : [];
}

function isFaulty({ messages, alsoForwards }: ReportSource, affected: number): boolean {
	const from = alsoForwards ? FAULTY_FROM_FORWARDER : FAULTY_FROM;
	return affected >= ENOUGH_OF_SOURCE && isAtLeast({ messages, passed: affected }, from);
}

function aboutSource(
	source: ReportSource,
	{
		affected,
		all,
		about,
		inUse,
	}: { affected: number; all: number; about: AboutDomain; inUse: ReadonlySet<string> },
): AboutSource {
	const { name, by, kind, addresses, addressCount, as, isListed } = source;
	const more = addressCount - addresses.length;
	return {
		...about,
		source: name,
		by,
		kind,
		affected,
		all,
		addresses: more > 0 ? [...addresses, `${more} more`] : addresses,
		as,
		isInUse: isListed || inUse.has(name),
	};
}

/** Whether the domain's own names are refused for strict alignment, and the record without that. */
function strictness(source: ReportSource, { record, policy }: ReportedDomain) {
	const isOwn = source.unalignedAsOwn * 2 >= source.unaligned;
	const tags = (['adkim', 'aspf'] as const).filter((tag) => {
		const value = record === null ? policy[tag] : (tagValue(record, tag) ?? 'r');
		return value.toLowerCase().startsWith('s');
	});
	const isStrict = isOwn && record !== null && tags.length > 0;
	return {
		strict: isStrict ? tags.map((tag) => `${tag}=s`) : [],
		relaxed: isStrict ? rewritten(record, { drop: tags }) : null,
	};
}

function newSources({ domain: it, say }: Reading, about: AboutDomain): Said {
	const { period, sources } = it;
	if (period === null) return [];
	const since = period.to - NEW_DAYS * DAY_SECONDS;
	if (since - period.from < HISTORY_DAYS * DAY_SECONDS) return [];
	const fresh = sources.filter(
		(one) =>
			one.firstSeen !== null &&
			one.firstSeen >= since &&
			one.messages >= ENOUGH_OF_SOURCE &&
			(one.passed > 0 || isWeighty(one, it)),
	);
	if (fresh.length === 0) return [];
	const names = fresh.map(({ name, messages }) => `${name} (${counted(messages, 'message')})`);
	return [say('new-source', { ...about, names, since: dayOf(since) })];
}

function policyMismatch({ domain: it, say }: Reading, about: AboutDomain): Said {
	const { differences, period, domain } = it;
	if (differences.status !== 'known') {
		const why = `whether receivers see the policy of ${domain} as DNS has it: ${differences.detail}`;
		return [
			cannotSay(
				differences.status === 'unknown' ? differences.because : 'inconclusive',
				why,
				'later',
			),
		];
	}
	if (differences.value.length === 0 || period === null) return [];
	const said = differences.value.map(
		({ field, reported, now }) => `${field} ${reported}, now ${now}`,
	);
	return [say('policy-mismatch', { ...about, differences: said, until: dayOf(period.to) })];
}
