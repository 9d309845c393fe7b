import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { groupBy } from '../core/group-by.ts';
import type { ServiceMap } from '../core/report.ts';
import { visible } from './visible-text.ts';

/** A key or a long text says nothing in a terminal beyond its beginning. */
const LONGEST_VALUE = 60;

/**
 * The DNS and service map as lines: records by name, with what each is for, then redirects, the
 * certificates of web and mail on one page, and other parties.
 */
export function mapText(
	{ records, redirects, certificates, externalDependencies }: ServiceMap,
	{ chalk }: { readonly chalk: ChalkInstance },
): string {
	const sections = [
		[
			chalk.bold(`DNS map (${records.length} records)`),
			...[...groupBy(sorted(records), ({ name }) => name)].flatMap(([name, its]) => [
				`  ${visible(name, 253)}`,
				...aligned(
					its.map(({ type, value, ttl, purpose }) => [
						visible(type),
						visible(value, LONGEST_VALUE),
						`${ttl} s`,
						chalk.dim(visible(purpose ?? '')),
					]),
				),
			]),
		],
		[
			chalk.bold(`Redirects (${redirects.length})`),
			...redirects.map((one) => `  ${redirectText(one)}`),
		],
		[
			chalk.bold(`Certificates, next to expire first (${certificates.length})`),
			...certificates.flatMap((one) => certificateLines(one, chalk)),
		],
		[
			chalk.bold(`Depends on (${externalDependencies.length})`),
			...externalDependencies.map(({ name, seenIn }) => `  ${visible(name)} (${visible(seenIn)})`),
		],
	];
	return sections
		.filter(({ length }) => length > 1)
		.map((lines) => lines.join('\n'))
		.join('\n\n');
}

const SERVICES = {
	web: 'web',
	mail: 'mail',
	'mta-sts': 'mail policy',
	bimi: 'mail logo',
} as const;

/** Names and places beyond these are counted. */
const MOST_LISTED = 4;

/** When, whose, what for; then by whom and for which names; then where. */
function certificateLines(
	one: ServiceMap['certificates'][number],
	chalk: ChalkInstance,
): readonly string[] {
	const { host, notAfter, daysLeft, service = 'web', issuedBy, key, names, servedAt = [] } = one;
	const left = daysLeft === undefined ? '' : ` (${leftInWords(daysLeft)})`;
	const urgent = daysLeft !== undefined && daysLeft < URGENT_DAYS;
	const when = `${notAfter.slice(0, 10)}${left}`;
	const by = [issuedBy ?? one.issuer, key].flatMap((text) =>
		text === undefined || text === '' ? [] : [visible(text)],
	);
	const listed = names.map((name) => visible(name.replace(/^(?:DNS|IP Address):/, ''), 253));
	return [
		`  ${urgent ? chalk.red(when) : when}  ${visible(host, 253)}, ${SERVICES[service]}`,
		...(one.trusted === false
			? [chalk.red(`    not trusted: ${visible(one.problem ?? 'no reason known', 300)}`)]
			: []),
		`    by ${by.join(', ')}${listed.length > 0 ? `, for ${someOf(listed)}` : ''}`,
		...(servedAt.length > 0
			? [chalk.dim(`    at ${someOf(servedAt.map((place) => visible(place, 253)))}`)]
			: []),
	];
}

/** What is left when a renewal that should have run has not. */
const URGENT_DAYS = 14;

function leftInWords(daysLeft: number): string {
	if (daysLeft < 0) return 'expired';
	return daysLeft === 1 ? '1 day left' : `${daysLeft} days left`;
}

function someOf(list: readonly string[]): string {
	const more = list.length - MOST_LISTED;
	return list.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Zones as people read them: a name after the one that it is part of, and NS before TXT. */
function sorted(records: ServiceMap['records']): ServiceMap['records'] {
	const key = ({ name, type }: ServiceMap['records'][number]) =>
		`${name.split('.').reverse().join('.')} ${String(placeOf(type)).padStart(2, '0')}`;
	return [...records].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

const ORDER = ['SOA', 'NS', 'DS', 'DNSKEY', 'CNAME', 'A', 'AAAA', 'HTTPS', 'MX', 'TXT', 'CAA'];

function placeOf(type: string): number {
	const place = ORDER.indexOf(type);
	return place === -1 ? ORDER.length : place;
}

const NO_LINES = Object.fromEntries(
	['top', 'bottom', 'left', 'right', 'mid']
		.flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`, `mid-${side}`])
		.concat('middle')
		.map((side) => [side, side === 'middle' ? '  ' : '']),
);

/** Columns as wide as their widest cell, without lines. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
	const table = new Table({
		chars: NO_LINES,
		style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
	});
	table.push(...rows.map((row) => [...row]));
	return table
		.toString()
		.split('\n')
		.map((line) => `    ${line.trimEnd()}`);
}

/** The end is said where it is another than the next address, or no page. */
function redirectText({ from, to, status, endsAt, endStatus }: ServiceMap['redirects'][number]) {
	const hop = `${visible(from)} → ${visible(to)} (${status})`;
	if (endsAt == null || endStatus == null || (endsAt === to && endStatus === 200)) return hop;
	return endsAt === to
		? `${hop}, which answers ${endStatus}`
		: `${hop}, ends at ${visible(endsAt)} (${endStatus})`;
}
