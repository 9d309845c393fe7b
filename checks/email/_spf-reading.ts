import {
	edited,
	namesSenders,
	parseSpf,
	type Say,
	type SpfBranch,
	type SpfRecord,
	type SpfWalk,
	type Verdict,
	without,
} from '../../src/sdk.ts';
import type { AboutRecord, AboutTerms, SPF_VERDICTS } from './_spf-verdicts.ts';

export type SpfVerdicts = typeof SPF_VERDICTS;
export type Said = readonly Verdict<keyof SpfVerdicts & string>[];

/** One readable record, with what every finding about it needs. */
export interface Reading {
	readonly say: Say<SpfVerdicts>;
	readonly walk: SpfWalk;
	readonly record: SpfRecord;
	readonly ttl: number;
	readonly role: string;
	/** DMARC at quarantine or reject. */
	readonly enforcing: boolean;
}

export const about = ({ walk, ttl, record }: Reading, fixed: string | null): AboutRecord => ({
	domain: walk.domain,
	ttl,
	seen: [record.text],
	fixed,
});

export const aboutTerms = (
	reading: Reading,
	details: readonly string[],
	fixed: string | null = null,
): AboutTerms => ({ ...about(reading, fixed), details });

/** The record without some of its own terms; `null` where none is its own, or no sender is left. */
export function lessTerms(
	{ record, walk }: Reading,
	branches: readonly SpfBranch[],
): string | null {
	const own = branches.filter((branch) => walk.root.branches.includes(branch));
	if (own.length === 0) return null;
	const text = edited(record.text, without(own.map(({ term }) => term)));
	if (!namesSenders(text)) return null;
	const ends = parseSpf({ text }).terms.some(({ name }) => name === 'all' || name === 'redirect');
	return ends ? text : `${text} ~all`;
}
