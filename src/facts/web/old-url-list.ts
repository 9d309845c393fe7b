import { getDomain, parse as parseHost } from 'tldts';
import { isWithin } from '../dns/ancestry.ts';

/** One line of a list of old URLs. */
export interface OldUrl {
	/** 1-based. */
	readonly line: number;
	readonly url: string;
	/** Where it should lead; `null` where the line does not say. */
	readonly target: string | null;
}

/** A line that is not asked. */
export interface UnreadLine {
	readonly line: number;
	/** As written, cut, without passwords. */
	readonly text: string;
	readonly why: string;
}

export interface OldUrlList {
	/** In the order of the file, each URL once. */
	readonly urls: readonly OldUrl[];
	readonly unread: readonly UnreadLine[];
}

interface Reading {
	/** By the file's name: everything but `.csv` is text. */
	readonly format: 'csv' | 'txt';
	/** Relative URLs are resolved against it. */
	readonly base: string;
	/** Domains whose hosts may be asked. */
	readonly owned: readonly string[];
}

/**
 * A list of old URLs, one a line, with an optional target in a second column. Text: columns parted by
 * white space; a third that is a status code (as `_redirects` files have) is passed over. CSV: RFC
 * 4180, parted by comma, semicolon or tab; columns are found by a header where there is one. In both:
 * `#` comments, blank lines, a byte order mark and either line ending. Never throws; a line that
 * cannot be read is listed with the reason, and the next one is read as if it were not there.
 */
export function readOldUrls(text: string, reading: Reading): OldUrlList {
	const clean = text.replace(/^\uFEFF/, '');
	const rows = reading.format === 'csv' ? csvRows(clean) : textRows(clean);
	const urls = new Map<string, OldUrl>();
	const unread: UnreadLine[] = [];
	for (const row of rows) {
		const read = 'why' in row ? row : urlsIn(row, reading);
		if ('why' in read) unread.push({ ...read, text: shown(read.text) });
		else if (!urls.has(read.url)) urls.set(read.url, read);
	}
	return { urls: [...urls.values()], unread };
}

/** Columns of one line, before anything is made of them. */
interface Row {
	readonly line: number;
	readonly text: string;
	readonly source: string;
	/** Empty for none. */
	readonly target: string;
}

function urlsIn(row: Row, reading: Reading): OldUrl | UnreadLine {
	const { line, text } = row;
	const source = readUrl(row.source, reading);
	if ('why' in source) return { line, text, why: source.why };
	const { hostname } = new URL(source.url);
	if (!isNameOf(hostname, reading.owned)) {
		const why = `${hostname} is not a host of ${reading.owned.join(' or ')}, so it is not asked`;
		return { line, text, why };
	}
	if (row.target === '') return { line, url: source.url, target: null };
	const target = readUrl(row.target, reading);
	return 'why' in target
		? { line, text, why: `the second column is no address: ${target.why}` }
		: { line, url: source.url, target: target.url };
}

// ── One address ──────────────────────────────────────────────────────────────────────────────────

type ReadUrl = { readonly url: string } | { readonly why: string };

/** A URL, a path, or a host with a path as people paste it from an address bar. */
function readUrl(text: string, { base, owned }: Reading): ReadUrl {
	if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return webUrl(text, base);
	if (/^\/\//.test(text)) return webUrl(text, base);
	if (/^[/?]/.test(text)) return webUrl(text, base);
	const [first = ''] = text.split(/[/?#]/, 1);
	const isHost = isNameOf(first, owned) || (/^[\w.-]+$/.test(first) && hasPublicSuffix(first));
	if (isHost) return webUrl(`https://${text}`, base);
	if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return { why: 'it is no http or https URL' };
	if (/^[\w%~.-]*[./?]/.test(text)) return webUrl(`/${text}`, base);
	return { why: 'it is neither a URL nor a path' };
}

function webUrl(text: string, base: string): ReadUrl {
	if (!URL.canParse(text, base)) return { why: 'it is no URL' };
	const url = new URL(text, base);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') {
		return { why: 'it is no http or https URL' };
	}
	if (url.username !== '' || url.password !== '') {
		return { why: 'it carries a user name or password' };
	}
	url.hash = '';
	return { url: url.href };
}

function isNameOf(name: string, owned: readonly string[]): boolean {
	return owned.some((domain) => isWithin(name, domain));
}

function hasPublicSuffix(name: string): boolean {
	return name.includes('.') && getDomain(name) !== null && parseHost(name).isIcann === true;
}

/** Longer lines are cut where they are shown. */
const MOST_SHOWN = 120;

function shown(text: string): string {
	const bare = text.replaceAll(/\/\/[^/@\s]*@/g, '//');
	const flat = bare.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
	return flat.length > MOST_SHOWN ? `${flat.slice(0, MOST_SHOWN)}…` : flat;
}

// ── Text ─────────────────────────────────────────────────────────────────────────────────────────

function textRows(text: string): (Row | UnreadLine)[] {
	return text.split(/\r\n|\n|\r/).flatMap((raw, index): (Row | UnreadLine)[] => {
		const line = index + 1;
		const written = raw.trim();
		if (written === '' || written.startsWith('#')) return [];
		const [source = '', target = '', ...more] = columnsOf(written);
		if (more.length === 0) return [{ line, text: written, source, target }];
		return [{ line, text: written, why: 'it has more than two columns' }];
	});
}

/** Without a comment at the end, nor a status code in the third column. */
function columnsOf(written: string): readonly string[] {
	const columns = written.split(/\s+/);
	const comment = columns.findIndex((column) => column.startsWith('#'));
	const kept = comment === -1 ? columns : columns.slice(0, comment);
	return kept.length === 3 && /^\d{3}!?$/.test(kept[2] ?? '') ? kept.slice(0, 2) : kept;
}

// ── CSV ──────────────────────────────────────────────────────────────────────────────────────────

/** One record, or why it is none. */
interface CsvRecord {
	readonly line: number;
	readonly fields: readonly string[];
	readonly fault: string | null;
}

/** A quoted field that goes on for longer was never closed. */
const LONGEST_FIELD = 8_192;

const UNCLOSED = 'its quoted field is not closed';

const SOURCE_HEADER =
	/^(?:old|from|source|address|url|uri|link|page|path|loc|landing|top|request|quelle|alte?)/i;
const TARGET_HEADER = /^(?:new|to\b|target|destination|dest|redirect|ziel|neue?)/i;

function csvRows(text: string): (Row | UnreadLine)[] {
	const records = csvRecords(text, separatorOf(text));
	const [first] = records;
	const names = first === undefined || isAddress(first.fields[0] ?? '') ? null : first.fields;
	const isHeader =
		names !== null && first?.fault === null && names.some((name) => SOURCE_HEADER.test(name));
	const source = isHeader ? names.findIndex((name) => SOURCE_HEADER.test(name)) : 0;
	const target = isHeader
		? names.findIndex((name, index) => index !== source && TARGET_HEADER.test(name))
		: 1;
	return records.slice(isHeader ? 1 : 0).map(({ line, fields, fault }) => {
		const written = fields.join(',');
		return fault === null
			? { line, text: written, source: fields[source] ?? '', target: fields[target] ?? '' }
			: { line, text: written, why: fault };
	});
}

function isAddress(field: string): boolean {
	return /^(?:\/|\?|https?:)/i.test(field) || /^[\w-]+(?:\.[\w-]+)+(?:[/?]|$)/.test(field);
}

/** As the first line has it; a comma where it has none. */
function separatorOf(text: string): string {
	const line = text.split(/\r\n|\n|\r/).find((one) => one.trim() !== '' && !one.startsWith('#'));
	const outside = (line ?? '').replaceAll(/"[^"]*"/g, '');
	return ['\t', ',', ';'].find((one) => outside.includes(one)) ?? ',';
}

/** RFC 4180 §2. A record over several lines that turns out wrong costs its first line alone. */
function csvRecords(text: string, separator: string): readonly CsvRecord[] {
	const records: CsvRecord[] = [];
	let line = 1;
	for (let at = 0; at < text.length; ) {
		const end = lineEnd(text, at);
		const written = text.slice(at, end);
		if (written.trim() === '' || written.startsWith('#')) {
			at = afterBreak(text, end);
			line += 1;
			continue;
		}
		const read = recordAt(text, at, separator);
		const fault = read.fault ?? faultOfSpan(read);
		if (fault !== null) {
			records.push({ line, fields: [written], fault });
			at = afterBreak(text, end);
			line += 1;
			continue;
		}
		records.push({ line, fields: read.fields.map((field) => field.trim()), fault: null });
		line += breaksIn(text.slice(at, read.end)) + 1;
		at = afterBreak(text, read.end);
	}
	return records;
}

/** An address has no line break, and no text goes on with one: there, a quote was left open. */
function faultOfSpan({ fields }: { fields: readonly string[] }): string | null {
	const isOpen =
		/[\r\n]/.test(fields[0] ?? '') ||
		fields.some((field) => /[\r\n]\s*"?(?:\/|https?:)/i.test(field));
	return isOpen ? UNCLOSED : null;
}

interface ReadRecord {
	readonly fields: readonly string[];
	/** Where its line break stands. */
	readonly end: number;
	readonly fault: string | null;
}

function recordAt(text: string, start: number, separator: string): ReadRecord {
	const fields: string[] = [];
	for (let at = start; ; ) {
		const field = text[at] === '"' ? quotedAt(text, at) : plainAt(text, at, separator);
		if (field === null) return { fields, end: at, fault: UNCLOSED };
		fields.push(field.value);
		const after = text[field.end];
		if (after === separator) {
			at = field.end + 1;
			continue;
		}
		const isEnd = after === undefined || after === '\n' || after === '\r';
		const isOver = /[\r\n]/.test(text.slice(start, field.end));
		const fault = isOver ? UNCLOSED : 'something stands behind a closing quote';
		return { fields, end: field.end, fault: isEnd ? null : fault };
	}
}

function quotedAt(text: string, start: number): { value: string; end: number } | null {
	const most = Math.min(text.length, start + LONGEST_FIELD);
	for (let at = start + 1; at < most; at += 1) {
		if (text[at] !== '"') continue;
		if (text[at + 1] === '"') {
			at += 1;
			continue;
		}
		return { value: text.slice(start + 1, at).replaceAll('""', '"'), end: at + 1 };
	}
	return null;
}

function plainAt(text: string, start: number, separator: string): { value: string; end: number } {
	let end = start;
	while (end < text.length && !isBreak(text[end]) && text[end] !== separator) end += 1;
	return { value: text.slice(start, end), end };
}

function isBreak(character: string | undefined): boolean {
	return character === '\n' || character === '\r';
}

function lineEnd(text: string, start: number): number {
	let end = start;
	while (end < text.length && !isBreak(text[end])) end += 1;
	return end;
}

function afterBreak(text: string, end: number): number {
	return text.startsWith('\r\n', end) ? end + 2 : end + 1;
}

function breaksIn(text: string): number {
	return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}
