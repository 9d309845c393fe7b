import { parse } from 'tldts';
import { groupBy } from '../../core/group-by.ts';
import { isWithin } from '../dns/ancestry.ts';
import { withDot } from './master-name.ts';
import { masterText } from './rdata.ts';
import type { RelativeName } from './rdata-words.ts';
import { ALIAS, type ZoneFile, type ZoneRecord } from './zone-file.ts';
import { createZoneTree, isOfCloudflare, resolvedAliases, type ZoneTree } from './zone-tree.ts';

/** Several records of one owner that cannot stand together, an alias among them. */
interface AliasConflict {
	readonly owner: string;
	readonly aliases: readonly ZoneRecord[];
	readonly others: readonly ZoneRecord[];
	readonly isApex: boolean;
}

/** A name that was meant to be whole, and to which the origin was appended. */
interface MissingDot extends RelativeName {
	readonly record: ZoneRecord;
	/** Where it stands. */
	readonly role: 'owner' | 'data';
	/** The record as it was meant. */
	readonly corrected: string;
	/** The zone has an answer for the longer name all the same: its wildcard's. */
	readonly isAnswered: boolean;
}

/** What is wrong with the records of a zone file, beside its grammar. */
export interface ZoneFileReview {
	readonly outside: readonly ZoneRecord[];
	readonly aliasConflicts: readonly AliasConflict[];
	readonly missingDots: readonly MissingDot[];
	/** The record, and an equal one before it. */
	readonly duplicates: readonly { readonly record: ZoneRecord; readonly first: ZoneRecord }[];
	/** Sets whose records have different TTLs. */
	readonly ttlConflicts: readonly (readonly ZoneRecord[])[];
	/** There is none, and no line that may have been meant as one. */
	readonly lacksSoa: boolean;
}

export function reviewZoneFile(file: ZoneFile): ZoneFileReview {
	const inside = resolvedAliases(file).filter(({ owner }) => isWithin(owner, file.apex));
	const sets = [...groupBy(inside, ({ owner, type }) => `${owner} ${type}`).values()];
	return {
		outside: file.records.filter(({ owner }) => !isWithin(owner, file.apex)),
		aliasConflicts: aliasConflicts(inside, file.apex),
		missingDots: missingDots(file),
		duplicates: sets.flatMap(duplicatesIn),
		ttlConflicts: sets.filter((set) => new Set(set.map(({ ttl }) => ttl)).size > 1),
		lacksSoa: !file.hasSoa && !file.faults.some(({ text }) => /\bSOA\b/i.test(text)),
	};
}

/** The record as a zone file can hold it anywhere: all names whole. */
export function masterLine(
	record: Pick<ZoneRecord, 'owner' | 'ttl' | 'type' | 'text' | 'octets'>,
): string {
	const { owner, ttl, type, text, octets } = record;
	const data =
		type === ALIAS
			? withDot(text)
			: octets === null
				? text
				: masterText(type, Buffer.from(octets, 'hex'));
	return `${withDot(owner)} ${ttl} IN ${type} ${data}`;
}

/** What may stand beside an alias: its signature and its proof (RFC 4034 §3, RFC 2181 §10.1). */
const BESIDE_ALIAS: ReadonlySet<string> = new Set(['RRSIG', 'NSEC', 'TYPE25']);

function aliasConflicts(records: readonly ZoneRecord[], apex: string): readonly AliasConflict[] {
	return [...groupBy(records, ({ owner }) => owner)].flatMap(([owner, here]) => {
		const aliases = here.filter(({ type }) => type === 'CNAME');
		const others = here.filter(({ type }) => type !== 'CNAME' && !BESIDE_ALIAS.has(type));
		const targets = new Set(aliases.map(({ text }) => text));
		const isApex = owner === apex;
		if (aliases.length === 0) return [];
		return others.length > 0 || targets.size > 1 || isApex
			? [{ owner, aliases, others, isApex }]
			: [];
	});
}

function missingDots(file: ZoneFile): readonly MissingDot[] {
	const tree = createZoneTree(file);
	return file.records.flatMap((record) => {
		const { relativeOwner, relativeTargets } = record;
		const found: MissingDot[] = [];
		// Cloudflare's own exports write it so, and its import passes over the SOA.
		const isExported = record.type === 'SOA' && isOfCloudflare(file);
		if (relativeOwner !== null && !isExported && endsInZone(relativeOwner, file)) {
			const corrected = masterLine({ ...record, owner: relativeOwner.written });
			found.push({ ...relativeOwner, record, role: 'owner', corrected, isAnswered: true });
		}
		for (const name of relativeTargets) {
			if (!isMeantWhole(name, file, tree)) continue;
			const corrected = masterLine(record).replace(` ${name.name}.`, ` ${name.written}.`);
			const isAnswered = tree.find(name.name, 'A').kind !== 'nxdomain';
			found.push({ ...name, record, role: 'data', corrected, isAnswered });
		}
		return found;
	});
}

/** The zone's own name would stand there twice. */
function endsInZone({ written }: RelativeName, { apex }: ZoneFile): boolean {
	return apex.includes('.') && isWithin(written, apex);
}

/**
 * It ends in the zone's name, or in a public suffix while the zone has no such name as it became. A
 * label of ours that happens to be a top-level domain (`mail.app`) is left alone where it exists.
 */
function isMeantWhole(name: RelativeName, file: ZoneFile, tree: ZoneTree): boolean {
	if (endsInZone(name, file)) return tree.node(name.name) === null;
	const { isIcann, domain } = parse(name.written);
	return isIcann === true && domain !== null && tree.find(name.name, 'A').kind === 'nxdomain';
}

function duplicatesIn(set: readonly ZoneRecord[]): ZoneFileReview['duplicates'] {
	const seen = new Map<string, ZoneRecord>();
	return set.flatMap((record) => {
		const first = seen.get(record.text);
		if (first !== undefined) return [{ record, first }];
		seen.set(record.text, record);
		return [];
	});
}
