import { groupBy } from '../core/group-by.ts';
import type { ServiceMap } from '../core/report.ts';
import { isHostName, isPlainText, isStagingName, oneLine } from './exportable.ts';

type Row = ServiceMap['records'][number];

export interface WatchedRecord {
	readonly name: string;
	readonly type: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'TXT' | 'CAA';
	/** What it is, for people: `SPF`, `DMARC`, or the type. */
	readonly label: string;
	/**
	 * The values that were seen: addresses, names without a final dot, authorities of CAA, or the text. A
	 * single one is expected to be there; that no other one is can be asked of all but TXT. Empty where
	 * they are likely to change and only an answer is expected.
	 */
	readonly values: readonly string[];
}

/**
 * Addresses with so short a life change by themselves: a provider's alias stands behind them, as at
 * Route 53 or where a CNAME is flattened. Seconds.
 */
const SHORT_LIVED = 60;

/**
 * Of the domain and its hosts: A, AAAA, CNAME, and of the domain MX, NS, CAA, SPF and DMARC. Every value
 * that was seen is good; where addresses are likely to change, none is written down.
 */
export function watchedRecords(
	rows: readonly Row[],
	domain: string,
): { readonly records: readonly WatchedRecord[]; readonly leftOut: readonly string[] } {
	const leftOut: string[] = [];
	const sets = [...groupBy(rows, ({ name, type }) => JSON.stringify([name, type])).values()];
	const aliases = new Set(rows.filter(({ type }) => type === 'CNAME').map(({ name }) => name));
	const records = sets.flatMap((set): readonly WatchedRecord[] => {
		const [{ name, type }] = set;
		if (!isHostName(name) || isStagingName(name)) return [];
		switch (type) {
			case 'A':
			case 'AAAA':
				// At an alias the addresses are those of its target, which may be anybody's.
				return aliases.has(name) ? [] : [addressesOf(set, type, leftOut)];
			case 'CNAME':
				return isNamedHost(name) ? hostsOf(set, type, leftOut) : [];
			case 'MX':
			case 'NS':
				return isOver(name, domain) ? hostsOf(set, type, leftOut) : [];
			case 'CAA':
				return authoritiesOf(set, leftOut);
			case 'TXT':
				return textsOf(set, leftOut);
			default:
				return [];
		}
	});
	return { records: [...records].sort(byName), leftOut };
}

function byName(a: WatchedRecord, b: WatchedRecord): number {
	const [one, other] = [a, b].map(({ name, type, label }) => `${name} ${type} ${label}`);
	return (one ?? '') < (other ?? '') ? -1 : 1;
}

/** The audited name, or the zone that it is in. */
function isOver(name: string, domain: string): boolean {
	return name === domain || domain.endsWith(`.${name}`);
}

/** A host, and not a name that only programs ask for. */
function isNamedHost(name: string): boolean {
	return !name.split('.').some((label) => label.startsWith('_'));
}

function addressesOf(
	set: readonly [Row, ...Row[]],
	type: 'A' | 'AAAA',
	leftOut: string[],
): WatchedRecord {
	const [{ name, ttl }] = set;
	const values = valuesOf(set, ({ value }) => value).filter((one) => /^[0-9a-f.:]+$/i.test(one));
	if (ttl > SHORT_LIVED) return { name, type, label: type, values };
	leftOut.push(
		`${name} ${type}: the addresses themselves, as they live ${ttl} s and are likely to change`,
	);
	return { name, type, label: type, values: [] };
}

function hostsOf(
	set: readonly [Row, ...Row[]],
	type: 'CNAME' | 'MX' | 'NS',
	leftOut: string[],
): readonly WatchedRecord[] {
	const [{ name }] = set;
	const values = valuesOf(set, ({ value }) => value.split(' ').at(-1) ?? '');
	if (values.every(isHostName)) return [{ name, type, label: type, values }];
	leftOut.push(`${name} ${type}: ${oneLine(values.join(', '))} is no plain name`);
	return [];
}

/** RFC 8659: `0 issue "ca.example; validationmethods=dns-01"`. The others of its tags name no authority. */
function authoritiesOf(set: readonly [Row, ...Row[]], leftOut: string[]): readonly WatchedRecord[] {
	const [{ name }] = set;
	const values = valuesOf(set, ({ value }) => {
		const [, authority = ''] = /^\d+ issue "([^";]*)/i.exec(value) ?? [];
		return authority.trim();
	}).filter((one) => one !== '');
	if (values.length > 0 && values.every(isHostName)) {
		return [{ name, type: 'CAA', label: 'CAA', values }];
	}
	leftOut.push(`${name} CAA: it names no authority that could be looked for`);
	return [];
}

function textsOf(set: readonly [Row, ...Row[]], leftOut: string[]): readonly WatchedRecord[] {
	const [{ name }] = set;
	const texts = set.map(({ value }) => stringsIn(value));
	return (
		[
			['SPF', /^v=spf1(?: |$)/i, !name.startsWith('_')],
			['DMARC', /^v=DMARC1/, name.startsWith('_dmarc.')],
		] as const
	).flatMap(([label, start, isPlace]) => {
		const own = texts.filter((strings) => start.test(strings.join('')));
		// Tools join the strings of a long record each in their own way: the first one is in all of them.
		const text = own[0]?.[0] ?? '';
		if (!isPlace || own.length === 0) return [];
		const why =
			own.length > 1
				? 'there are several, so that none of them counts'
				: !isPlainText(text)
					? 'it holds characters that tools write in different ways'
					: null;
		if (why !== null) {
			leftOut.push(`${name} ${label}: ${why}`);
			return [];
		}
		return [{ name, type: 'TXT' as const, label, values: [text] }];
	});
}

/** Character strings in quotation marks, one after the other (RFC 1035 §5.1). */
function stringsIn(value: string): readonly string[] {
	const strings = [...value.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, inside = '']) => inside);
	return strings.length > 0 ? strings : [value];
}

function valuesOf(set: readonly Row[], of: (row: Row) => string): readonly string[] {
	return [...new Set(set.map(of))].sort();
}
