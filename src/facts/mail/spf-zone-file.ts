import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import type { LongText } from '../zone-file/zone-file.ts';
import { originFor, zonePlan } from '../zone-file/zone-plan.ts';
import { isSpfText } from './spf-version.ts';

/**
 * The SPF record of a domain as the planned zone file has it, where a string of it is longer than DNS can
 * carry: on the wire it cannot be, so only the file can tell. `null` where there is none, or no file.
 */
export const longSpfText = defineDerivation({
	name: 'spf.long-text',
	params: z.object({
		domain: z.string(),
		registrable: z.string(),
		/** Absolute path; `null` without a planned zone. */
		zoneFile: z.string().nullable(),
	}),
	async derive({ domain, registrable, zoneFile: path }, get): Promise<Fact<LongText | null>> {
		if (path === null) return known(null);
		const zone = await get(zonePlan({ path, origin: originFor({ domain, registrable, path }) }));
		if (zone.status !== 'known') return zone;
		const isIts = ({ owner, type, strings }: LongText) =>
			owner === domain && type === 'TXT' && isSpfText(strings.join(''));
		return known(zone.value.longTexts.find(isIts) ?? null);
	},
});
