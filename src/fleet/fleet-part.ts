import { setMaxListeners } from 'node:events';
import { audit } from '../audit.ts';
import type { AuditOptions } from '../audit-options.ts';
import type { Report } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { createSlots } from '../net/budget.ts';
import { type AddressMap, WHERE_IT_IS } from '../net/dialer.ts';
import { createShared } from '../net/io.ts';
import { createLimits } from '../net/limits.ts';
import { safeJson } from '../report/visible-text.ts';

/** Where addresses really are, by `<transport> <address> <port>`; any other is refused. */
type AddressTable = Readonly<Record<string, ReturnType<AddressMap>>>;

/** What one thread of a fleet needs to know; it can be sent to a thread. */
export interface PartSettings {
	/** For every domain. */
	readonly options: Omit<
		AuditOptions,
		'domain' | 'signal' | 'onProgress' | 'addressMap' | 'shared' | 'admit'
	>;
	/** Audits that run at once in this part. */
	readonly atOnce: number;
	/** Parts of the whole fleet, in this process and in others: each gets its share of every limit. */
	readonly parts: number;
	/** The lab's. */
	readonly addresses?: AddressTable | undefined;
}

/** What became of one domain. */
export interface Ended {
	readonly domain: string;
	readonly launch: Report['decision']['launch'];
	/** Of what is still to be fixed. */
	readonly severities: readonly Severity[];
	/** The report, one line of JSON with its line feed. */
	readonly line: string;
}

export interface FleetPart {
	/** `null` where the run was stopped before the audit had ended. */
	run(domain: string): Promise<Ended | null>;
}

/** Connections in all parts of a process together. */
const CONNECTIONS = 512;

/** Audits that share their limits on the wire, and nothing else. */
export function createFleetPart(settings: PartSettings, signal: AbortSignal): FleetPart {
	const { options, atOnce, parts, addresses } = settings;
	const limits = createLimits({ parts, inAll: Math.max(1, Math.floor(CONNECTIONS / parts)) });
	const shared = createShared(limits);
	const places = createSlots(atOnce);
	// Every audit listens to it.
	setMaxListeners(0, signal);
	const addressMap: AddressMap =
		addresses === undefined
			? WHERE_IT_IS
			: ({ address, port, transport }) => addresses[`${transport} ${address} ${port}`] ?? 'refused';
	/** One after the other at an address that many domains share; then as many as run at once. */
	const admit = async (address: string | null) => {
		const leave = address === null ? () => {} : await limits.visitsTo(address).take(signal);
		try {
			const free = await places.take(signal);
			return () => {
				free();
				leave();
			};
		} catch (error) {
			leave();
			throw error;
		}
	};
	return {
		async run(domain) {
			const report = await audit({ ...options, domain, signal, addressMap, shared, admit });
			if (signal.aborted && !report.complete) return null;
			return endedWith(domain, report);
		},
	};
}

/** As the output file and the tally of a fleet need it. */
function endedWith(domain: string, report: Report): Ended {
	const severities = new Set(report.risks.map(({ severity }) => severity));
	return {
		domain,
		launch: report.decision.launch,
		severities: [...severities],
		line: `${safeJson(report, 0)}\n`,
	};
}
