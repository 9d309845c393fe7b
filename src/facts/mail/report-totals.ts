import { groupBy } from '../../core/group-by.ts';
import type { ServiceMap } from '../../core/report.ts';
import { isWithin } from '../dns/ancestry.ts';
import type { ReportRow } from './aggregate-report.ts';
import { REPORT_FOLDER, type ReportFolder } from './report-folder.ts';

type Report = ReportFolder['reports'][number];

/** Numbers of mails. */
export interface Tally {
	readonly messages: number;
	/** DMARC passed: by DKIM, by SPF, or both. */
	readonly passed: number;
	readonly dkim: number;
	readonly spf: number;
}

/** A row with the report that it comes from. */
export interface ReportedRow {
	readonly report: Report;
	readonly row: ReportRow;
}

/** What was counted once each, what was left out, and why. */
export interface Collection {
	readonly ours: readonly Report[];
	/** Reports on other people's domains, by policy domain. */
	readonly foreign: readonly Report[];
	/** Reports that say what another one said. */
	readonly duplicates: number;
	readonly unread: ReportFolder['unread'];
	readonly unreadCount: number;
}

export interface Audited {
	/** The audited domain. */
	readonly domain: string;
	readonly registrable: string;
}

/**
 * Each report once: receivers send them again, and people save them twice. One is known by its
 * reporter, its id, its policy domain and its beginning; where it has no id, by all that it says. What
 * would take the sum beyond exact counting is left out.
 */
export function collectionOf(folder: ReportFolder, about: Audited): Collection {
	const seen = new Set<string>();
	const unread = [...folder.unread];
	let { unreadCount } = folder;
	let messages = 0;
	const counted: Report[] = [];
	for (const report of folder.reports) {
		const key = keyOf(report);
		if (seen.has(key)) continue;
		seen.add(key);
		const sum = report.rows.reduce((all, { count }) => all + count, messages);
		const isExact = Number.isSafeInteger(sum);
		if (isExact) {
			messages = sum;
			counted.push(report);
		}
		const whys = isExact ? [] : ['its counts are too great to be added up exactly'];
		if (report.leftOutCount > 0) whys.push(leftOutOf(report));
		if (isExact && report.end === null)
			whys.push('its dates cannot be read; it is counted without them');
		unreadCount += whys.length;
		unread.push(...whys.map((why) => ({ file: report.file, why })));
	}
	return {
		ours: counted.filter((one) => isAbout(one, about)),
		foreign: counted.filter((one) => !isAbout(one, about)),
		duplicates: folder.reports.length - seen.size,
		unread,
		unreadCount,
	};
}

function leftOutOf({ leftOut, leftOutCount, rows }: Report): string {
	const all = rows.length + leftOutCount;
	return `${leftOutCount} of ${all} records left out: ${leftOut.join('; ')}`;
}

function keyOf({ file, ...report }: Report): string {
	const { org, idHash, domain, begin } = report;
	return JSON.stringify(idHash === '' ? report : [org.toLowerCase(), idHash, domain, begin]);
}

/** The domain's own policy, one below its registrable domain, or one of a registry above it. */
function isAbout(report: Report, { domain, registrable }: Audited): boolean {
	return isWithin(report.domain, registrable) || isWithin(domain, report.domain);
}

/** Of a sub-domain's audit, only what was sent as that sub-domain. */
export function rowsAbout(
	reports: readonly Report[],
	{ domain, registrable }: Audited,
): readonly ReportedRow[] {
	return reports.flatMap((report) =>
		report.rows.flatMap((row) => {
			const whole = domain === registrable && isWithin(report.domain, registrable);
			const isIts = whole || isWithin(row.headerFrom, domain) || isWithin(report.domain, domain);
			return isIts ? [{ report, row }] : [];
		}),
	);
}

export const passes = ({ dkim, spf }: Pick<ReportRow, 'dkim' | 'spf'>): boolean => dkim || spf;

export function tallyOf(rows: readonly ReportedRow[]): Tally {
	const sum = (counts: (row: ReportRow) => boolean) =>
		rows.reduce((all, { row }) => (counts(row) ? all + row.count : all), 0);
	return {
		messages: sum(() => true),
		passed: sum(passes),
		dkim: sum(({ dkim }) => dkim),
		spf: sum(({ spf }) => spf),
	};
}

/** By policy domain, the one with the most mail first. */
export function byPolicyDomain(
	rows: readonly ReportedRow[],
): readonly { readonly domain: string; readonly rows: readonly ReportedRow[] }[] {
	return [...groupBy(rows, ({ report }) => report.domain)]
		.map(([domain, its]) => ({ domain, rows: its, messages: tallyOf(its).messages }))
		.sort((a, b) => b.messages - a.messages || (a.domain < b.domain ? -1 : 1));
}

/** First beginning and last end of reports, seconds since 1970; `null` without any date. */
export function periodOf(reports: readonly Report[]): { from: number; to: number } | null {
	let [from, to] = [Number.POSITIVE_INFINITY, 0];
	for (const { begin, end } of reports) {
		if (begin === null || end === null) continue;
		from = Math.min(from, begin);
		to = Math.max(to, end);
	}
	return to === 0 ? null : { from, to };
}

/** Lines of one table of the map. */
const MOST_LINES = 50;

/** Exact totals for the report's map; nothing where no folder was read. */
export function reportTotalsIn(
	observed: readonly { readonly probe: string; readonly value: unknown }[],
	about: { readonly domain: string | null; readonly registrable: string | null },
): ServiceMap['mail']['reports'] {
	const folder = observed.find(({ probe }) => probe === REPORT_FOLDER)?.value as
		| ReportFolder
		| undefined;
	const { domain, registrable } = about;
	if (folder === undefined || domain === null) return undefined;
	const audited = { domain, registrable: registrable ?? domain };
	const { ours, foreign, duplicates, unreadCount } = collectionOf(folder, audited);
	const rows = rowsAbout(ours, audited);
	return {
		folder: folder.folder,
		files: folder.files,
		reports: ours.length,
		foreign: foreign.length,
		duplicates,
		unread: unreadCount,
		...tallyOf(rows),
		domains: byPolicyDomain(rows)
			.slice(0, MOST_LINES)
			.map(({ domain: name, rows: its }) => {
				const reports = [...new Set(its.map(({ report }) => report))];
				const period = periodOf(reports);
				return {
					domain: name,
					reports: reports.length,
					from: period === null ? null : isoTime(period.from),
					to: period === null ? null : isoTime(period.to),
					...tallyOf(its),
					sources: linesBy(its, ({ row }) => row.address),
					headerFrom: linesBy(its, ({ row }) => row.headerFrom),
				};
			}),
	};
}

function linesBy(rows: readonly ReportedRow[], nameOf: (row: ReportedRow) => string) {
	return [...groupBy(rows, nameOf)]
		.map(([name, its]) => ({ name, ...tallyOf(its) }))
		.sort((a, b) => b.messages - a.messages || (a.name < b.name ? -1 : 1))
		.slice(0, MOST_LINES);
}

function isoTime(seconds: number): string {
	return new Date(seconds * 1_000).toISOString();
}
