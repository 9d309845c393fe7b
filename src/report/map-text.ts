import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { groupBy } from '../core/group-by.ts';
import type { ServiceMap } from '../core/report.ts';
import { visible } from './visible-text.ts';

/** A key or a long text says nothing in a terminal beyond its beginning. */
const LONGEST_VALUE = 60;

/** The DNS map as lines: records by name, with what each is for, then redirects and other parties. */
export function mapText(
	{ records, redirects, externalDependencies }: ServiceMap,
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
			chalk.bold(`Depends on (${externalDependencies.length})`),
			...externalDependencies.map(({ name, seenIn }) => `  ${visible(name)} (${visible(seenIn)})`),
		],
	];
	return sections
		.filter(({ length }) => length > 1)
		.map((lines) => lines.join('\n'))
		.join('\n\n');
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
