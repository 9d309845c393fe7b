import { parseSpf, type SpfFault, type SpfRecord, type SpfTerm } from './spf-record.ts';
import { isSpfText } from './spf-version.ts';

/** Part of a record, replaced; by nothing where `to` is empty. */
export interface SpfEdit {
	readonly start: number;
	readonly length: number;
	readonly to: string;
}

/** The record with its edits, one space between terms. Overlapping edits: the first counts. */
export function edited(text: string, edits: readonly SpfEdit[]): string {
	const inOrder = [...edits].sort((a, b) => a.start - b.start);
	let done = '';
	let at = 0;
	for (const { start, length, to } of inOrder) {
		if (start < at) continue;
		done += text.slice(at, start) + to;
		at = start + length;
	}
	return (done + text.slice(at)).replace(/ +/g, ' ').trim();
}

export function without(terms: readonly SpfTerm[]): readonly SpfEdit[] {
	return terms.map(({ text, position }) => ({ start: position, length: text.length, to: '' }));
}

function repairOf(faults: readonly SpfFault[]): readonly SpfEdit[] {
	return faults.map(({ start, text, suggestion }) => ({
		start,
		length: text.length,
		to: suggestion ?? '',
	}));
}

/**
 * The record as receivers would accept it: suggestions taken, terms beyond repair left out. `null`
 * where that is still no good record, lets nobody send, or lets everybody: a dash that was lost makes `all` of `-all`.
 */
export function repaired({ text, faults }: SpfRecord): string | null {
	const candidate = edited(text, repairOf(faults));
	if (!isSpfText(candidate)) return null;
	const again = parseSpf({ text: candidate });
	const passesAll = again.terms.some(
		(term) => term.kind === 'mechanism' && term.name === 'all' && term.qualifier === '+',
	);
	if (again.faults.length > 0 || passesAll) return null;
	return namesSenders(candidate) || faults.length === 0 ? candidate : null;
}

/** Whether a record lets anybody send at all. One that lost its last sender is no repair. */
export function namesSenders(text: string): boolean {
	return parseSpf({ text }).terms.some(({ name }) => !['all', 'exp', 'other'].includes(name));
}

/** The terms inserted before `all` or `redirect`, else at the end. */
export function withTerms({ text, terms }: SpfRecord, added: readonly string[]): string {
	const end = terms.find(({ name }) => name === 'all' || name === 'redirect');
	const insert = added.join(' ');
	return end === undefined
		? `${text.trimEnd()} ${insert}`
		: edited(text, [{ start: end.position, length: 0, to: `${insert} ` }]);
}

/** Ends in this `all`, in place of any other and of what follows it. */
export function withAll({ text, terms }: SpfRecord, all: '-all' | '~all'): string {
	const old = terms.filter(({ name }) => name === 'all' || name === 'redirect');
	return `${edited(text, without(old))} ${all}`;
}

/**
 * One record for several: every term once, in order, one `all` at the end. `-all` only where all of
 * them ended so: a sender that is forgotten should not be refused on the first day.
 */
export function mergedRecord(records: readonly SpfRecord[]): string {
	const terms = records.flatMap((record) => record.terms);
	const kept = terms.filter(({ name }) => !['all', 'redirect', 'exp', 'other'].includes(name));
	const redirects = terms.flatMap((term) =>
		term.name === 'redirect' ? [`include:${term.domain.text}`] : [],
	);
	const all = terms.filter(({ name }) => name === 'all').map(({ text }) => text.toLowerCase());
	const isStrict = all.length === records.length && all.every((text) => text === '-all');
	const texts = [...new Set([...kept.map(({ text }) => text), ...redirects])];
	return ['v=spf1', ...texts, isStrict ? '-all' : '~all'].join(' ');
}
