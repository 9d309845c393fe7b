import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { defineDerivation, defineProbe, type Fact, type FactRef, known } from '../../core/fact.ts';
import type { AuditedZone } from '../zone/zones.ts';
import { LARGEST_ZONE, parseZoneFile, type ZoneFile } from './zone-file.ts';
import { linesOf } from './zone-words.ts';

/** The zone file as it is on the disk, latin1. */
const zoneFileText = defineProbe({
	name: 'zone.file',
	params: z.object({ path: z.string() }),
	value: z.string(),
	observe: ({ path }, io) => io.files.read(dirname(path), basename(path), LARGEST_ZONE + 1),
	describe: ({ path }, text) => ({
		kind: 'file',
		summary: `${basename(path)}: ${linesOf(text).length} lines`,
		detail: '',
	}),
	plan: () => null,
});

/** The zone that is meant to be published. */
export const zonePlan = defineDerivation({
	name: 'zone.plan',
	params: z.object({
		/** Absolute. */
		path: z.string(),
		/** What names are relative to before the file says so. */
		origin: z.string(),
	}),
	async derive({ path, origin }, get): Promise<Fact<ZoneFile>> {
		const text = await get(zoneFileText({ path }));
		return text.status === 'known' ? known(parseZoneFile(text.value, origin)) : text;
	},
});

/**
 * The zone that a file without `$ORIGIN` is taken to hold: the registrable domain, or a sub-domain that
 * is audited and that the file is named after.
 */
export function originFor({
	domain,
	registrable,
	path,
}: {
	readonly domain: string;
	readonly registrable: string;
	readonly path: string;
}): string {
	return basename(path).toLowerCase().includes(domain) ? domain : registrable;
}

type Given = Pick<AuditedZone, 'name' | 'registrable' | 'zoneFile'>;

/** The zone file of the audited zone; asked only where there is one. */
export function plannedZoneOf({ name, registrable, zoneFile }: Given): FactRef<ZoneFile> {
	const path = zoneFile ?? '';
	return zonePlan({ path, origin: originFor({ domain: name, registrable, path }) });
}

/** As findings name the file: without its folder, which differs from machine to machine. */
export function zoneFileName({ zoneFile }: Pick<AuditedZone, 'zoneFile'>): string {
	return basename(zoneFile ?? '');
}
