import { repeatsIn } from './repeats.ts';
import { isSpfText } from './spf-version.ts';
import { mailtoHost, schemeOf, uriFault } from './uri-syntax.ts';

/** `name=value` of a tag list (RFC 6376 §3.2), as written and where. */
interface DmarcTag {
	/** Lower case. */
	readonly name: string;
	/** Without the white space around it. */
	readonly value: string;
	/** 0-based offset of the name. */
	readonly position: number;
}

export const DMARC_POLICIES = ['none', 'quarantine', 'reject'] as const;
export type DmarcPolicy = (typeof DMARC_POLICIES)[number];

/** One destination for reports. */
export interface ReportUri {
	readonly text: string;
	/** Host of the mail address, lower case; `null` where the URI is no usable mailto. */
	readonly host: string | null;
	readonly fault: string | null;
	/** A URI by the grammar, of use or not: what makes a record without a policy count as `p=none`. */
	readonly isUri: boolean;
	/** A legal URI of the web, where no report goes. */
	readonly otherScheme: boolean;
	/** `!10m`, dropped by RFC 9989. */
	readonly sizeSuffix: string | null;
}

export interface DmarcRecord {
	readonly text: string;
	readonly tags: readonly DmarcTag[];
	/** Tags given more than once. */
	readonly duplicates: readonly string[];
	/** Pieces between semicolons that are no tag. */
	readonly malformed: readonly string[];
	/** Tags whose value is outside the grammar (RFC 9989 §4.7). */
	readonly invalid: readonly DmarcTag[];
	readonly unknown: readonly string[];
	readonly rua: readonly ReportUri[];
	readonly ruf: readonly ReportUri[];
}

/** `v=DMARC1` first and exactly so; anything else at the name is ignored (RFC 9989 §4.7, §4.10). */
export function isDmarcText(text: string): boolean {
	return /^[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

/** Meant as DMARC and ignored by receivers. */
export function isMisspeltDmarc(text: string): boolean {
	if (isDmarcText(text) || isSpfText(text)) return false;
	return (
		/^[\s"'\\\x80-\xff]*(?:v\s*[=:]?\s*)?dmarc/i.test(text) ||
		/(?:^|;)\s*v\s*=\s*DMARC1/i.test(text) ||
		/^\s*p\s*=\s*(?:none|quarantine|reject)\s*(?:;|$)/i.test(text)
	);
}

const POLICY = /^(?:none|quarantine|reject)$/i;
const RELAXED_OR_STRICT = /^[rs]$/i;

/** What RFC 9989 §4.7 allows, and the tags that it dropped (Appendix C). */
const VALUES: Readonly<Record<string, RegExp>> = {
	v: /^DMARC1$/,
	p: POLICY,
	sp: POLICY,
	np: POLICY,
	adkim: RELAXED_OR_STRICT,
	aspf: RELAXED_OR_STRICT,
	fo: /^[01ds](?:\s*:\s*[01ds])*$/i,
	psd: /^[ynu]$/i,
	t: /^[yn]$/i,
	rua: /^[\x20-\x7e]+$/,
	ruf: /^[\x20-\x7e]+$/,
	pct: /^(?:\d{1,2}|100)$/,
	rf: /^[a-z]+(?:\s*:\s*[a-z]+)*$/i,
	ri: /^\d{1,10}$/,
};

/**
 * A text that passed `isDmarcText`. A tag given twice counts as first given, but for policies that
 * contradict each other (`policyTag`). Looser than RFC 9989 §4.8 in names of unknown tags, which may have
 * digits as in RFC 6376 §3.2. White space is space and tab alone.
 */
export function parseDmarc(text: string): DmarcRecord {
	const tags: DmarcTag[] = [];
	const malformed: string[] = [];
	let position = 0;
	for (const piece of text.split(';')) {
		const tag = tagIn(piece, position);
		if (tag !== null) tags.push(tag);
		else if (trimmed(piece) !== '') malformed.push(trimmed(piece));
		position += piece.length + 1;
	}
	const names = tags.map(({ name }) => name);
	const record = { tags };
	return {
		text,
		tags,
		malformed,
		duplicates: repeatsIn(names),
		invalid: tags.filter(({ name, value }) => VALUES[name]?.test(value) === false),
		unknown: [...new Set(names.filter((name) => !Object.hasOwn(VALUES, name)))],
		rua: reportUris(tagValue(record, 'rua')),
		ruf: reportUris(tagValue(record, 'ruf')),
	};
}

function tagIn(piece: string, start: number): DmarcTag | null {
	const equals = piece.indexOf('=');
	if (equals === -1) return null;
	const name = trimmed(piece.slice(0, equals));
	if (!/^[a-z][a-z0-9_]*$/i.test(name)) return null;
	const position = start + piece.indexOf(name);
	return { name: name.toLowerCase(), value: trimmed(piece.slice(equals + 1)), position };
}

/** Without WSP (RFC 5234 B.1) at both ends; a line break is no such thing. Linear. */
function trimmed(text: string): string {
	const isWsp = (at: number) => text[at] === ' ' || text[at] === '\t';
	let start = 0;
	let end = text.length;
	while (isWsp(start)) start += 1;
	while (end > start && isWsp(end - 1)) end -= 1;
	return text.slice(start, end);
}

/** The first value of a tag; `null` where it is not given. */
export function tagValue({ tags }: Pick<DmarcRecord, 'tags'>, name: string): string | null {
	return tags.find((tag) => tag.name === name)?.value ?? null;
}

/** A flag or word in lower case; `null` where the tag is absent or invalid. */
export function validValue(record: DmarcRecord, name: string): string | null {
	const value = tagValue(record, name);
	return value !== null && VALUES[name]?.test(value) ? value.toLowerCase() : null;
}

/**
 * `null` where the tag is absent, no policy, or given again with another policy: RFC 6376 §3.2 calls such
 * a list invalid, and receivers differ in which they take.
 */
export function policyTag(record: DmarcRecord, name: PolicyTag): DmarcPolicy | null {
	const given = policiesOf(record, name);
	const [first] = given;
	if (new Set(given).size !== 1) return null;
	return DMARC_POLICIES.find((policy) => policy === first) ?? null;
}

function policiesOf({ tags }: DmarcRecord, name: PolicyTag): readonly string[] {
	return tags.filter((tag) => tag.name === name).map(({ value }) => value.toLowerCase());
}

export type PolicyTag = 'p' | 'sp' | 'np';

/**
 * What receivers make of a record (RFC 9989 §4.10.1): without a valid `p`, or with an `sp` or `np` that
 * is none, it acts as `p=none` where its `rua` has a URI, and as no DMARC at all where it has none.
 */
export function effectiveRecord(
	record: DmarcRecord,
): Readonly<Record<PolicyTag, DmarcPolicy>> | null {
	const [p, sp, np] = [policyTag(record, 'p'), policyTag(record, 'sp'), policyTag(record, 'np')];
	const isBroken = (['sp', 'np'] as const).some(
		(name) => policiesOf(record, name).length > 0 && policyTag(record, name) === null,
	);
	if (p === null || isBroken) {
		const hasReports = record.rua.some(({ isUri }) => isUri);
		return hasReports ? { p: 'none', sp: 'none', np: 'none' } : null;
	}
	return { p, sp: sp ?? p, np: np ?? sp ?? p };
}

/** `t=y` applies one level lower (RFC 9989 §4.7). */
export function softened(policy: DmarcPolicy): DmarcPolicy {
	return policy === 'reject' ? 'quarantine' : 'none';
}

/** A name that mail is sent to: two labels or more. */
const HOST =
	/^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i;

function reportUris(value: string | null): readonly ReportUri[] {
	if (value === null || value === '') return [];
	return value.split(',').map((piece) => reportUri(trimmed(piece)));
}

/** RFC 3986 with commas and `!` encoded (RFC 9989 §4.8); `mailto:` has one address (RFC 6068 §2). */
function reportUri(text: string): ReportUri {
	const suffix = /!\d+[kmgt]?$/i.exec(text)?.[0] ?? null;
	const uri = suffix === null ? text : text.slice(0, -suffix.length);
	const scheme = schemeOf(uri);
	const host = scheme === 'mailto' ? mailtoHost(uri) : null;
	const isUri =
		uriFault(uri) === null && !uri.includes('!') && (scheme === 'mailto' ? host !== null : true);
	const isWeb = isUri && /^https?:\/\/[^/]/i.test(uri);
	const isReached = isUri && host !== null && HOST.test(host);
	return {
		text,
		sizeSuffix: suffix,
		isUri,
		otherScheme: isWeb,
		host: isReached ? host : null,
		fault: isWeb || isReached ? null : faultOf(uri),
	};
}

function faultOf(uri: string): string {
	if (uri === '') return 'is empty';
	if (/\s/.test(uri)) return 'contains a space';
	if (schemeOf(uri) !== 'mailto') return 'does not start with mailto:';
	if (uri.includes('!')) return 'contains a raw exclamation mark';
	return uriFault(uri)?.says ?? 'is no mail address';
}
