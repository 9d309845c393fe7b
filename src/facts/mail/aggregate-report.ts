import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import {
	childOf,
	childrenOf,
	readXml,
	textOf,
	UnreadableXml,
	type XmlElement,
} from './report-xml.ts';

const Signature = z.object({ domain: z.string(), selector: z.string(), result: z.string() });

/** One record of a report: mails of one source that were treated alike. */
const ReportRowSchema = z.object({
	/** Canonical; `''` where the report gives none that can be read. */
	address: z.string(),
	count: z.number().int().nonnegative(),
	/** What DMARC made of each, alignment included: `policy_evaluated`. */
	dkim: z.boolean(),
	spf: z.boolean(),
	/** `none`, `pass`, `quarantine` or `reject`; `''` where not said. */
	disposition: z.string(),
	/** Reasons why a receiver departed from the policy: `forwarded`, `mailing_list`, … */
	overrides: z.array(z.string()),
	headerFrom: z.string(),
	/** What was found whoever it belongs to: `auth_results`. */
	signatures: z.array(Signature),
	returnPaths: z.array(z.object({ domain: z.string(), result: z.string() })),
});
export type ReportRow = z.infer<typeof ReportRowSchema>;

const PublishedPolicySchema = z.object({
	p: z.string(),
	/** `''` where the report says nothing of it. */
	sp: z.string(),
	np: z.string(),
	adkim: z.string(),
	aspf: z.string(),
	testing: z.string(),
	pct: z.string(),
});
export type PublishedPolicy = z.infer<typeof PublishedPolicySchema>;

export const AggregateReportSchema = z.object({
	/** Who wrote it; no address is kept. */
	org: z.string(),
	/** Of the report's id: it may hold anything. */
	idHash: z.string(),
	/** Which of the two formats it claims: RFC 9990's namespace, or the older one or none. */
	format: z.enum(['rfc9990', 'rfc7489']),
	domain: z.string(),
	/** Seconds since 1970; `null` where the report's dates cannot be read. */
	begin: z.number().nullable(),
	end: z.number().nullable(),
	policy: PublishedPolicySchema,
	rows: z.array(ReportRowSchema),
	/** Records that were left out, and why. */
	leftOut: z.array(z.string()),
	leftOutCount: z.number().int(),
});
export type AggregateReport = z.infer<typeof AggregateReportSchema>;

export type ParsedDocument =
	| { readonly reports: readonly AggregateReport[] }
	| { readonly why: string };

/** Reasons that are kept of records left out. */
const MOST_REASONS = 3;
/** Signatures and return paths of one record; a mail has one to three. */
const MOST_RESULTS = 10;
const LONGEST_ORG = 80;
const LONGEST_WORD = 32;

/**
 * Aggregate reports in a document: RFC 7489 Appendix C and RFC 9990, and the drafts before. Never
 * throws, and never half-reads: a record whose count or result is not certain is left out and said so.
 * Looser than the schemas in order, case, namespaces, missing optional parts and what stands around
 * the report; XML errors as far as `readXml` forgives them. Counts are exact up to 2^53 − 1.
 */
export function parseAggregateReports(text: string): ParsedDocument {
	const reports: AggregateReport[] = [];
	let rows: Rows = newRows();
	let root: string | null = null;
	try {
		const { namespaces } = readXml(text, (element, within) => {
			root = within[0]?.name ?? element.name;
			if (element.name === 'record') {
				if (within.some(({ name }) => name === 'record')) {
					throw new UnreadableXml('a record begins within a record');
				}
				addRow(rows, element);
				return true;
			}
			if (element.name !== 'feedback') return false;
			const report = reportOf(element, rows);
			rows = newRows();
			reports.push(report);
			return true;
		});
		if (reports.length === 0) return { why: noReport(root) };
		const format = namespaces.some((uri) => uri === RFC_9990) ? 'rfc9990' : 'rfc7489';
		return { reports: reports.map((one) => ({ ...one, format })) };
	} catch (error) {
		if (error instanceof UnreadableXml) return { why: error.message };
		throw error;
	}
}

const RFC_9990 = 'urn:ietf:params:xml:ns:dmarc-2.0';

function noReport(root: string | null): string {
	return root === null
		? 'it has no element'
		: `its root is <${root.slice(0, 40)}>, and no report is in it`;
}

function reportOf(feedback: XmlElement, { rows, leftOut, leftOutCount }: Rows): AggregateReport {
	const about = childOf(feedback, 'report_metadata');
	const published = childOf(feedback, 'policy_published');
	const domain = domainIn(textOf(published, 'domain'));
	if (domain === '') throw new UnreadableXml('it does not say whose policy it is about');
	const range = childOf(about, 'date_range');
	const [begin, end] = [moment(textOf(range, 'begin')), moment(textOf(range, 'end'))];
	const isRange = begin !== null && end !== null && begin <= end;
	return {
		org: orgIn(about),
		idHash: hashed(textOf(about, 'report_id')),
		format: 'rfc7489',
		domain,
		begin: isRange ? begin : null,
		end: isRange ? end : null,
		policy: policyIn(published),
		rows: rows.map((row) => (row.headerFrom === '' ? { ...row, headerFrom: domain } : row)),
		leftOut,
		leftOutCount,
	};
}

/** An empty name is replaced by the host of the reporter's address; the address itself is not kept. */
function orgIn(about: XmlElement | undefined): string {
	const name = textOf(about, 'org_name').replace(/\S*@/g, '').replace(/\s+/g, ' ');
	return (name === '' ? domainIn(textOf(about, 'email')) : name).slice(0, LONGEST_ORG);
}

function hashed(id: string): string {
	return id === '' ? '' : createHash('sha256').update(id).digest('hex').slice(0, 16);
}

function policyIn(published: XmlElement | undefined): PublishedPolicy {
	const of = (name: string) => word(textOf(published, name));
	return {
		p: of('p'),
		sp: of('sp'),
		np: of('np'),
		adkim: of('adkim'),
		aspf: of('aspf'),
		testing: of('testing'),
		pct: of('pct'),
	};
}

/** Seconds since 1970, or milliseconds as some write, or an ISO date. From 2000 to 2100. */
function moment(text: string): number | null {
	const number = /^\d{9,13}(?:\.\d+)?$/.test(text)
		? Math.floor(Number(text) / (Number(text) > 100_000_000_000 ? 1_000 : 1))
		: /^\d{4}-\d\d-\d\d(?:[T ][\d:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text)
			? Math.floor(
					Date.parse(text.length === 10 || /Z|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`) /
						1_000,
				)
			: Number.NaN;
	return number >= 946_684_800 && number < 4_102_444_800 ? number : null;
}

// ── Records ──────────────────────────────────────────────────────────────────────────────────────

interface Rows {
	readonly rows: ReportRow[];
	readonly leftOut: string[];
	leftOutCount: number;
	/** Records seen. */
	seen: number;
}

const newRows = (): Rows => ({ rows: [], leftOut: [], leftOutCount: 0, seen: 0 });

function addRow(into: Rows, record: XmlElement): void {
	into.seen += 1;
	const row = rowOf(record);
	if (typeof row !== 'string') {
		into.rows.push(row);
		return;
	}
	into.leftOutCount += 1;
	if (into.leftOut.length < MOST_REASONS) into.leftOut.push(`record ${into.seen}: ${row}`);
}

function rowOf(record: XmlElement): ReportRow | string {
	const row = childOf(record, 'row');
	const count = countIn(textOf(row, 'count'));
	if (typeof count === 'string') return count;
	const evaluated = childOf(row, 'policy_evaluated') ?? childOf(record, 'policy_evaluated');
	const [dkim, spf] = [word(textOf(evaluated, 'dkim')), word(textOf(evaluated, 'spf'))];
	const disposition = word(textOf(evaluated, 'disposition'));
	if (dkim === '' && spf === '' && disposition !== 'pass') {
		return 'it says neither pass nor fail of DKIM and SPF';
	}
	const identifiers = childOf(record, 'identifiers') ?? childOf(record, 'identities');
	const results = childOf(record, 'auth_results');
	const signatures = resultsIn(results, 'dkim');
	const isBare = dkim === '' && spf === '';
	return {
		address: addressIn(textOf(row, 'source_ip')),
		count,
		// RFC 9990: the disposition "pass" says that DMARC passed; by what, the results tell.
		dkim: dkim === 'pass' || (isBare && signatures.some(({ result }) => result === 'pass')),
		spf: spf === 'pass' || (isBare && !signatures.some(({ result }) => result === 'pass')),
		disposition,
		overrides: overridesIn(evaluated),
		headerFrom: domainIn(textOf(identifiers, 'header_from')),
		signatures,
		returnPaths: resultsIn(results, 'spf').map(({ domain, result }) => ({ domain, result })),
	};
}

/** A number of mails, or why there is none. */
function countIn(text: string): number | string {
	if (!/^\d{1,20}$/.test(text)) {
		return text === '' ? 'it has no count' : `its count is "${text.slice(0, LONGEST_WORD)}"`;
	}
	const count = Number(text);
	return Number.isSafeInteger(count)
		? count
		: `its count is ${text}, more than can be counted exactly`;
}

function overridesIn(evaluated: XmlElement | undefined): string[] {
	const types = childrenOf(evaluated, 'reason').map((reason) => word(textOf(reason, 'type')));
	return [...new Set(types.filter((type) => type !== ''))].slice(0, MOST_RESULTS);
}

function resultsIn(results: XmlElement | undefined, name: 'dkim' | 'spf') {
	return childrenOf(results, name)
		.slice(0, MOST_RESULTS)
		.map((one) => ({
			domain: domainIn(textOf(one, 'domain')),
			selector: selectorIn(textOf(one, 'selector')),
			result: word(textOf(one, 'result')),
		}))
		.filter(({ domain }) => domain !== '');
}

/** Lower case, and bounded: a word of a closed set, or what somebody wrote in its place. */
function word(text: string): string {
	return text.toLowerCase().slice(0, LONGEST_WORD);
}

/** A selector as RFC 6376 §3.1 has it, lower case; `''` for anything else. */
function selectorIn(text: string): string {
	return /^[a-z0-9_](?:[a-z0-9._-]{0,61}[a-z0-9_])?$/i.test(text) ? text.toLowerCase() : '';
}

/** A domain in A-labels; of a mail address, which some write here, what stands after the `@`. */
function domainIn(text: string): string {
	const name = text
		.slice(text.lastIndexOf('@') + 1)
		.replace(/[>\s.]+$/, '')
		.toLowerCase();
	if (name.length > 253) return '';
	const ascii = /^[a-z0-9._-]+$/.test(name) ? name : domainToASCII(name);
	return /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/.test(ascii) ? ascii : '';
}

function addressIn(text: string): string {
	const bare = text.replace(/^\[(.*)\]$/, '$1');
	if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return '';
	return ipaddr.process(bare).toString();
}
