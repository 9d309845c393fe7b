import {
	auditLab as auditWorld,
	type LabAuditOptions,
	type LabAudit as WorldAudit,
} from '../../src/audit-lab.ts';
import type { AnyCheck } from '../../src/core/check.ts';
import type { Asked } from '../../src/engine/parse-target.ts';
import type { World } from '../../src/lab/world.ts';

export const SEED = '0123456789abcdef';

export interface LabAudit extends WorldAudit {
	/** `verdict` or the outcome without one, per host or more exact place. */
	readonly said: readonly string[];
}

/** Audits a world of the lab over real sockets, by one check or several. */
export async function auditLab(
	world: World,
	check: AnyCheck | readonly AnyCheck[],
	asked: Partial<Asked> & { readonly domain: string },
	options: LabAuditOptions = {},
): Promise<LabAudit> {
	const audited = await auditWorld(world, check, { ...asked, seed: SEED }, options);
	const said = audited.findings.map(
		({ verdict, outcome, locus }) => `${verdict ?? outcome} ${locus.name}`,
	);
	return { ...audited, said };
}

/** A zone and a site for it: apex and www at one address. */
export function shop(site: Partial<NonNullable<World['sites']>[number]>): World {
	return {
		zones: { 'shop.test': { records: '@ A 203.0.113.10' } },
		sites: [{ hosts: ['shop.test'], at: ['203.0.113.10'], ...site }],
	};
}

export const PAGE =
	'<!doctype html><html><head><title>Shop</title></head><body><p>Hello</p></body></html>';
