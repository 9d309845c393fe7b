import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AnyCheck } from './core/check.ts';
import type { Finding } from './core/finding.ts';
import type { Io, TrustStore } from './core/io.ts';
import { audit } from './engine/audit.ts';
import { NO_POLICY } from './engine/judge.ts';
import { liveObserver } from './engine/observer.ts';
import { type Asked, parseTarget } from './engine/parse-target.ts';
import { createFiles } from './files/create-files.ts';
import { dnsOverlay } from './given-dns.ts';
import { type Lab, type LabOptions, startLab } from './lab/start-lab.ts';
import type { World } from './lab/world.ts';
import { systemClock } from './net/clock.ts';
import { createNet, type NetSettings } from './net/io.ts';
import { USER_AGENT } from './version.ts';

export interface LabAuditOptions extends LabOptions {
	readonly connectMs?: number;
	readonly handshakeMs?: number;
	/** Timing samples: the distances of their starts in milliseconds, and how long one may take. */
	readonly timing?: NetSettings['timing'];
	/** The world's authority counts as a public one; private unless given, as with `--ca`. */
	readonly publicAuthority?: boolean;
	/** Options of single checks, by check id, as the configuration gives them. */
	readonly checkOptions?: Readonly<Record<string, unknown>>;
}

export interface LabAudit {
	readonly findings: readonly Finding[];
	/** What the lab saw: HTTP requests, DNS questions, SMTP sessions. */
	readonly requests: Lab['requests'];
}

/**
 * Judges checks on a world of the lab, over real sockets, with the world's authority trusted: what a
 * test of a check needs. `asked` is what the command line would say of the target; `connectMs` and
 * `handshakeMs` are how long a silent address, and one that says nothing to a handshake, are waited for,
 * in milliseconds, where a test cannot wait as an audit does; so is `timing`.
 */
export async function auditLab(
	world: World,
	check: AnyCheck | readonly AnyCheck[],
	asked: Partial<Asked>,
	options: LabAuditOptions = {},
): Promise<LabAudit> {
	await using lab = await startLab(world, options);
	const target = parseTarget({ seed: randomBytes(8).toString('hex'), ...asked });
	const controller = new AbortController();
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-'));
	const authority = path.join(folder, 'authority.pem');
	await writeFile(authority, lab.caPem);
	const net = createNet({
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		registrable: target.registrable,
		named: [...target.hosts, ...target.oldDomains],
		overlay: await dnsOverlay({}, target),
		caFiles: [authority],
		env: {},
		connectMs: options.connectMs,
		handshakeMs: options.handshakeMs,
		timing: options.timing,
		userAgent: USER_AGENT,
		signal: controller.signal,
	});
	try {
		const files = createFiles({ configFolder: folder });
		const io = {
			...net.io,
			files,
			...(target.repo !== null && { repository: target.repo }),
			...(options.publicAuthority && trusting(net.io, lab.caPem)),
		};
		const { findings } = await audit({
			target,
			checks: [check].flat(),
			observer: liveObserver(io, controller.signal, () => undefined),
			now: systemClock.now(),
			policy: { ...NO_POLICY, options: options.checkOptions ?? {} },
		});
		return { findings, requests: lab.requests };
	} finally {
		await net.close();
		controller.abort();
		await rm(folder, { recursive: true });
	}
}

/** The same network, with this root in the place of those that Node ships. */
function trusting({ tls }: Pick<Io, 'tls'>, publicPem: string): Pick<Io, 'tls'> {
	const store: TrustStore = { node: 'lab', publicPem, privatePem: '' };
	return { tls: { ...tls, roots: async () => store } };
}
