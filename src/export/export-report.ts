import type { Report } from '../core/report.ts';
import { gatusFile } from './gatus.ts';
import type { MonitoringTool } from './monitoring-tools.ts';
import { prometheusFiles } from './prometheus.ts';
import { upptimeFile } from './upptime.ts';
import { uptimeKumaFiles } from './uptime-kuma.ts';
import { isEmptyWatchList, type WatchList, watchList } from './watch-list.ts';
import type { ExportedFile } from './yaml-file.ts';

export interface ExportOptions {
	/** Whom the monitors ask for records, `IP` or `IP:PORT`; Cloudflare's public resolver unless given. */
	readonly dnsServer?: string | undefined;
	/** `OWNER/NAME` of the repository that Upptime runs in. */
	readonly upptimeRepo?: string | undefined;
}

export interface Exported {
	readonly files: readonly ExportedFile[];
	/** How much is watched; 0 where the report saw nothing that a monitor could hold on to. */
	readonly watched: number;
	readonly leftOut: readonly string[];
}

const PUBLIC_RESOLVER = '1.1.1.1';

/** The configuration of a monitoring tool for what the audit found. The same report gives the same bytes. */
export function exportReport(
	report: Report,
	tool: MonitoringTool,
	options: ExportOptions = {},
): Exported {
	const list = watchList(report);
	return {
		files: filesFor(tool, list, options),
		watched: isEmptyWatchList(list) ? 0 : countOf(list),
		leftOut: list.leftOut,
	};
}

function filesFor(
	tool: MonitoringTool,
	list: WatchList,
	{ dnsServer = PUBLIC_RESOLVER, upptimeRepo }: ExportOptions,
): readonly ExportedFile[] {
	switch (tool) {
		case 'gatus':
			return [gatusFile(list, dnsServer)];
		case 'upptime':
			return [upptimeFile(list, upptimeRepo ?? null)];
		case 'prometheus':
			return prometheusFiles(list, dnsServer);
		case 'uptime-kuma':
			return uptimeKumaFiles(list, dnsServer);
	}
}

function countOf({ pages, health, redirects, certificates, mail, records }: WatchList): number {
	return [pages, health, redirects, certificates, mail, records].flat().length;
}
