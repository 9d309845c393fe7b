import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import { groupBy } from '../../core/group-by.ts';
import { isWithin } from '../dns/ancestry.ts';
import type { PublishedPolicy } from './aggregate-report.ts';
import { type DmarcRecord, effectiveRecord, validValue } from './dmarc-record.ts';
import { type DmarcDiscovery, dmarcDiscovery } from './dmarc-walk.ts';
import { type ReportFolder, reportFolder } from './report-folder.ts';
import { type Source, sourcesOf } from './report-sources.ts';
import {
	byPolicyDomain,
	collectionOf,
	periodOf,
	type ReportedRow,
	rowsAbout,
	type Tally,
	tallyOf,
} from './report-totals.ts';

const DAY = 86_400;
/** RFC 9989 §7.4: a month of watching; four whole weeks, so that every weekday counts the same. */
export const WINDOW_DAYS = 28;
/** Policy domains that are judged, the busiest; anybody can send reports about invented names. */
const MOST_DOMAINS = 20;
/** Reports as young as the newest, in seconds: what receivers saw last. */
const NEWEST = 2 * DAY;

/** A field of the policy that receivers saw otherwise than DNS has it. */
interface PolicyDifference {
	readonly field: string;
	readonly reported: string;
	readonly now: string;
}

/** What reports say of one policy domain. */
export interface ReportedDomain extends Tally {
	readonly domain: string;
	readonly reports: number;
	/** Who wrote them, most reports first. */
	readonly orgs: readonly string[];
	/** Seconds since 1970; `null` without dates. */
	readonly period: { readonly from: number; readonly to: number } | null;
	/** The last four weeks of the period. */
	readonly recent: Tally & { readonly longestGapDays: number };
	/** As the newest reports have it. */
	readonly policy: PublishedPolicy;
	/** The record as it is now; `null` without one, and where DNS could not be asked. */
	readonly record: DmarcRecord | null;
	/** Between the two. Unknown where DNS could not be asked. */
	readonly differences: Fact<readonly PolicyDifference[]>;
	readonly sources: readonly Source[];
	readonly headerFrom: readonly (Tally & { readonly name: string })[];
}

export interface ReportSurvey extends Tally {
	readonly folder: string;
	readonly files: number;
	readonly reports: number;
	readonly duplicates: number;
	readonly unread: ReportFolder['unread'];
	readonly unreadCount: number;
	readonly foreign: readonly { readonly domain: string; readonly reports: number }[];
	/** Ends of reports, the newest first, seconds since 1970. */
	readonly ends: readonly number[];
	readonly domains: readonly ReportedDomain[];
	/** Policy domains beyond those that are judged. */
	readonly moreDomains: number;
}

/**
 * The reports of a folder, added up for one audited domain. Asks DNS for the names of the 40 busiest
 * sources of each policy domain, for SPF, and for the policy as it is now.
 */
export const reportSurvey = defineDerivation({
	name: 'dmarc.report-survey',
	params: z.object({ path: z.string(), domain: z.string(), registrable: z.string() }),
	async derive({ path, ...about }, get): Promise<Fact<ReportSurvey>> {
		const folder = await get(reportFolder({ path }));
		if (folder.status !== 'known') return folder;
		const { ours, foreign, ...collection } = collectionOf(folder.value, about);
		const rows = rowsAbout(ours, about);
		const byDomain = byPolicyDomain(rows);
		const ends = new Set(ours.flatMap(({ end }) => (end === null ? [] : [end])));
		return known({
			...collection,
			...tallyOf(rows),
			folder: folder.value.folder,
			files: folder.value.files,
			reports: ours.length,
			foreign: [...groupBy(foreign, ({ domain }) => domain)]
				.map(([domain, its]) => ({ domain, reports: its.length }))
				.sort((a, b) => b.reports - a.reports || (a.domain < b.domain ? -1 : 1)),
			ends: [...ends].sort((a, b) => b - a),
			domains: await Promise.all(
				byDomain.slice(0, MOST_DOMAINS).map((one) => reportedDomain(one, about.registrable, get)),
			),
			moreDomains: Math.max(0, byDomain.length - MOST_DOMAINS),
		});
	},
});

async function reportedDomain(
	{ domain, rows }: { readonly domain: string; readonly rows: readonly ReportedRow[] },
	registrable: string,
	get: GetFact,
): Promise<ReportedDomain> {
	const reports = [...new Set(rows.map(({ report }) => report))];
	const period = periodOf(reports);
	const [sources, dmarc] = await Promise.all([
		sourcesOf(rows, registrable, get),
		get(dmarcDiscovery({ domain })),
	]);
	const newest = newestOf(reports, period?.to ?? null);
	return {
		domain,
		...tallyOf(rows),
		reports: reports.length,
		orgs: [...groupBy(reports, ({ org }) => org || 'an unnamed receiver')]
			.sort(([a, its], [b, others]) => others.length - its.length || (a < b ? -1 : 1))
			.map(([org]) => org),
		period,
		recent: recentOf(rows, period),
		policy: (newest.at(-1) ?? reports.at(-1))?.policy ?? NO_POLICY,
		...comparison(newest, dmarc),
		sources,
		headerFrom: [...groupBy(rows, ({ row }) => row.headerFrom)]
			.map(([name, its]) => ({ name, ...tallyOf(its) }))
			.sort((a, b) => b.messages - a.messages || (a.name < b.name ? -1 : 1)),
	};
}

const NO_POLICY: PublishedPolicy = {
	p: '',
	sp: '',
	np: '',
	adkim: '',
	aspf: '',
	testing: '',
	pct: '',
};

type Report = ReportedRow['report'];

/** Oldest first. */
function newestOf(reports: readonly Report[], to: number | null): readonly Report[] {
	if (to === null) return [];
	return reports
		.filter(({ end }) => end !== null && end > to - NEWEST)
		.sort((a, b) => (a.end ?? 0) - (b.end ?? 0) || (a.file < b.file ? -1 : 1));
}

function recentOf(
	rows: readonly ReportedRow[],
	period: ReportedDomain['period'],
): ReportedDomain['recent'] {
	if (period === null) return { ...tallyOf([]), longestGapDays: WINDOW_DAYS };
	const start = period.to - WINDOW_DAYS * DAY;
	const within = rows.filter(({ report: { end } }) => end !== null && end > start);
	const covered = [...new Set(within.map(({ report }) => report))]
		.map(({ begin, end }) => ({ begin: begin ?? start, end: end ?? start }))
		.sort((a, b) => a.begin - b.begin);
	let [gap, reached] = [0, start];
	for (const { begin, end } of covered) {
		gap = Math.max(gap, begin - reached);
		reached = Math.max(reached, end);
	}
	return { ...tallyOf(within), longestGapDays: gap / DAY };
}

// ── The policy then and now ──────────────────────────────────────────────────────────────────────

/** A field differs where none of the newest reports has it as DNS does. */
function comparison(
	newest: readonly Report[],
	dmarc: Fact<DmarcDiscovery>,
): Pick<ReportedDomain, 'differences' | 'record'> {
	if (dmarc.status !== 'known') return { differences: dmarc, record: null };
	const { own } = dmarc.value.walk;
	if (own.state === 'failed') {
		return { differences: unknown('inconclusive', own.detail), record: null };
	}
	const now = policyNow(dmarc.value);
	const differences = Object.entries(now).flatMap(([field, value]) => {
		const reported = newest
			.map(({ policy }) => asReported(policy, field))
			.filter((one) => one !== '');
		const last = reported.at(-1);
		if (last === undefined || reported.includes(value)) return [];
		return [{ field, reported: last, now: value }];
	});
	return { differences: known(differences), record: own.record };
}

type Compared = Pick<PublishedPolicy, 'p' | 'sp' | 'adkim' | 'aspf'>;

function policyNow({ walk: { own } }: DmarcDiscovery): Partial<Compared> {
	const effective = own.record === null ? null : effectiveRecord(own.record);
	if (own.record === null || effective === null) return { p: 'no record' };
	return {
		p: effective.p,
		sp: effective.sp,
		adkim: validValue(own.record, 'adkim') ?? 'r',
		aspf: validValue(own.record, 'aspf') ?? 'r',
	};
}

/** Receivers leave out what is the default, and some write the value that follows from it. */
function asReported(policy: PublishedPolicy, field: string): string {
	if (policy.p === '') return '';
	switch (field) {
		case 'p':
			return policy.p;
		case 'sp':
			return policy.sp || policy.p;
		case 'adkim':
			return (policy.adkim || 'r').slice(0, 1);
		default:
			return (policy.aspf || 'r').slice(0, 1);
	}
}

// ── Selectors ────────────────────────────────────────────────────────────────────────────────────

/**
 * DKIM selectors with which mail of a domain passed at a receiver: at that time they had a key. The
 * newest four weeks of the reports.
 */
export const reportedSelectors = defineDerivation({
	name: 'dmarc.reported-selectors',
	params: z.object({ path: z.string().nullable(), domain: z.string() }),
	async derive({ path, domain }, get): Promise<Fact<readonly string[]>> {
		if (path === null) return known([]);
		const folder = await get(reportFolder({ path }));
		if (folder.status !== 'known') return known([]);
		const ours = folder.value.reports.filter(
			(one) => isWithin(domain, one.domain) || isWithin(one.domain, domain),
		);
		const to = periodOf(ours)?.to ?? 0;
		const recent = ours.filter(({ end }) => end !== null && end > to - WINDOW_DAYS * DAY);
		const seen = recent.flatMap(({ rows }) =>
			rows.flatMap(({ dkim, signatures }) =>
				dkim
					? signatures.flatMap((one) =>
							one.domain === domain && one.result === 'pass' && one.selector !== ''
								? [one.selector]
								: [],
						)
					: [],
			),
		);
		return known([...new Set(seen)].sort().slice(0, MOST_SELECTORS));
	},
});

/** Each costs a question; a domain signs with one to five. */
const MOST_SELECTORS = 20;
