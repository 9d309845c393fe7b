import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AnyCheck } from '../../src/core/check.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { Io } from '../../src/core/io.ts';
import { audit } from '../../src/engine/audit.ts';
import { liveObserver } from '../../src/engine/observer.ts';
import { parseTarget } from '../../src/engine/parse-target.ts';
import { type Lab, type LabOptions, startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import { createNet } from '../../src/net/io.ts';

export const SEED = '0123456789abcdef';

export interface LabAudit {
	readonly findings: readonly Finding[];
	/** `verdict` or the outcome without one, per host or more exact place. */
	readonly said: readonly string[];
	readonly requests: Lab['requests'];
}

/** Audits a world of the lab over real sockets, by one check or several. */
export async function auditLab(
	world: World,
	check: AnyCheck | readonly AnyCheck[],
	asked: { readonly domain: string; readonly hosts?: string[]; readonly endpoints?: string[] },
	options: LabOptions = {},
): Promise<LabAudit> {
	await using lab = await startLab(world, options);
	const target = parseTarget({ ...asked, seed: SEED });
	const controller = new AbortController();
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-'));
	const authority = path.join(folder, 'authority.pem');
	await writeFile(authority, lab.caPem);
	const net = createNet({
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		registrable: target.registrable,
		caFiles: [authority],
		env: {},
		userAgent: 'launch-ready/test',
		signal: controller.signal,
	});
	try {
		// Nothing here reads files: a check that tried would fail as our own bug.
		const io = net.io as Io;
		const { findings } = await audit({
			target,
			checks: [check].flat(),
			observer: liveObserver(io, controller.signal, () => undefined),
			now: new Date(),
		});
		const said = findings.map(
			({ verdict, outcome, locus }) => `${verdict ?? outcome} ${locus.name}`,
		);
		return { findings, said, requests: lab.requests };
	} finally {
		await net.close();
		controller.abort();
		await rm(folder, { recursive: true });
	}
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
