import { repeatsIn } from './repeats.ts';
import { isSpfText } from './spf-version.ts';

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
	/** A legal URI that is no mailto. */
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
	return /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/i.test(text) && /^.[ \t]*=[ \t]*DMARC1/.test(text);
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
	rua: /[^\s]/,
	ruf: /[^\s]/,
	pct: /^(?:\d{1,2}|100)$/,
	rf: /^[a-z]+(?:\s*:\s*[a-z]+)*$/i,
	ri: /^\d{1,10}$/,
};

/** A text that passed `isDmarcText`. A tag given twice counts as first given. */
export function parseDmarc(text: string): DmarcRecord {
	const tags: DmarcTag[] = [];
	const malformed: string[] = [];
	let position = 0;
	for (const piece of text.split(';')) {
		const tag = tagIn(piece, position);
		if (tag !== null) tags.push(tag);
		else if (piece.trim() !== '') malformed.push(piece.trim());
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
	const name = piece.slice(0, equals);
	if (!/^[a-z][a-z0-9_]*$/i.test(name.trim())) return null;
	const position = start + name.length - name.trimStart().length;
	return { name: name.trim().toLowerCase(), value: piece.slice(equals + 1).trim(), position };
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

export function policyTag(record: DmarcRecord, name: 'p' | 'sp' | 'np'): DmarcPolicy | null {
	const value = validValue(record, name);
	return DMARC_POLICIES.find((policy) => policy === value) ?? null;
}

/**
 * What receivers make of a record (RFC 9989 §4.10.1): without a valid `p`, or with an invalid `sp` or
 * `np`, it acts as `p=none` where it has a usable `rua`, and as no DMARC at all where it has none.
 */
export function effectiveRecord(
	record: DmarcRecord,
): { readonly p: DmarcPolicy; readonly sp: DmarcPolicy; readonly np: DmarcPolicy } | null {
	const p = policyTag(record, 'p');
	const broken = record.invalid.some(({ name }) => name === 'sp' || name === 'np');
	if (p === null || broken) {
		const reports = record.rua.some(({ fault }) => fault === null);
		return reports ? { p: 'none', sp: 'none', np: 'none' } : null;
	}
	const sp = policyTag(record, 'sp') ?? p;
	return { p, sp, np: policyTag(record, 'np') ?? sp };
}

/** `t=y` applies one level lower (RFC 9989 §4.7). */
export function softened(policy: DmarcPolicy): DmarcPolicy {
	return policy === 'reject' ? 'quarantine' : 'none';
}

/** `mailto:` with one address; a comma or `!` in it would be percent-encoded (RFC 9989 §4.8). */
const MAILTO = /^mailto:([^@\s!,]{1,256})@([^@\s!,?]{1,253})(?:\?\S*)?$/i;
const HOST =
	/^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i;

function reportUris(value: string | null): readonly ReportUri[] {
	if (value === null || value === '') return [];
	return value.split(',').map((piece) => reportUri(piece.trim()));
}

function reportUri(text: string): ReportUri {
	const suffix = /!\d+[kmgt]?$/i.exec(text)?.[0] ?? null;
	const uri = suffix === null ? text : text.slice(0, -suffix.length);
	const common = { text, sizeSuffix: suffix, otherScheme: false };
	if (/^https?:\/\/[^\s]+$/i.test(uri))
		return { ...common, host: null, fault: null, otherScheme: true };
	const host = MAILTO.exec(uri)?.[2]?.toLowerCase() ?? null;
	if (host !== null && HOST.test(host)) return { ...common, host, fault: null };
	return { ...common, host: null, fault: faultOf(uri) };
}

function faultOf(uri: string): string {
	if (uri === '') return 'is empty';
	if (/\s/.test(uri)) return 'contains a space';
	if (!/^mailto:/i.test(uri)) return 'does not start with mailto:';
	if (uri.includes('!')) return 'contains a raw exclamation mark';
	return 'is no mail address';
}
