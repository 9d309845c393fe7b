import { basename } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
import { textOf } from '../deploy/deploy-step.ts';
import { lineAt } from '../deploy/package-scripts.ts';
import { type YamlDocument, yamlDocuments } from '../deploy/yaml-documents.ts';
import { checklyCodeIn } from './checkly-code.ts';
import { gatusIn } from './gatus.ts';
import {
	type Channel,
	ChannelSchema,
	type Monitor,
	type MonitorReading,
	MonitorSchema,
	NOTHING,
} from './monitor.ts';
import { prometheusIn } from './prometheus.ts';
import { scheduledWorkflowIn } from './scheduled-workflow.ts';
import { terraformMonitorsIn } from './terraform-monitors.ts';
import { upptimeIn } from './upptime.ts';

const MonitorsSchema = z.object({
	/** Files that were looked into. */
	files: z.number().int(),
	unread: z.array(z.string()),
	/** There are more files than were looked into. */
	cut: z.boolean(),
	monitors: z.array(MonitorSchema),
	channels: z.array(ChannelSchema),
	/** A monitor whose configuration is elsewhere: an image, a badge, a line of the handbook. */
	mention: z.object({ what: z.string(), file: z.string(), line: z.number().int() }).nullable(),
});
/** Who watches a product from outside, and whom that tells: from the files of its repository alone. */
export type RepositoryMonitors = z.infer<typeof MonitorsSchema>;

/**
 * Configuration of Gatus, Upptime, Checkly, Prometheus with the blackbox exporter and its operator,
 * scheduled workflows, and Terraform's resources of Better Stack, UptimeRobot, Pingdom, StatusCake,
 * Route 53, Google Cloud, Checkly and Datadog.
 */
export const repositoryMonitors = defineProbe({
	name: 'monitoring.repository',
	params: z.object({ root: z.string() }),
	value: MonitorsSchema,
	observe: ({ root }, io) => readMonitors(root, io.files),
	describe: ({ root }, { monitors, channels, mention }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${monitors.length} monitors, ${channels.length} alert channels`,
		detail: [
			...monitors.slice(0, 10).map((one) => `${one.tool}: ${one.file}:${one.line}`),
			...(mention === null ? [] : [`${mention.what}: ${mention.file}:${mention.line}`]),
		].join('\n'),
	}),
	plan: () => null,
});

const MOST_FILES = 2_000;
const MOST_BYTES = 256 * 1024;
const MOST_FOUND = 300;

const ELSEWHERE =
	/(?:^|\/)(?:node_modules|vendor|fixtures?|__fixtures__|testdata|examples?|samples?|__tests__|__mocks__|tests?|specs?|dist|build|coverage)\/|[._-](?:example|sample|dist|template)\.[\w.]+$|(?:^|\/)(?:pnpm-lock|yarn-lock)\.ya?ml$/i;
const YAML = /\.ya?ml$/;
const CODE =
	/(?:^|\/)(?:checkly\.config|[\w.-]+\.check|[\w.-]*(?:alert|checkly)[\w.-]*)\.[cm]?[jt]s$|(?:^|\/)__checks__\/[\w./-]+\.[cm]?[jt]s$/;
const DOCS = /(?:^|\/)[\w.-]+\.(?:md|mdx|rst|adoc)$/i;
const WANTED = (path: string): boolean =>
	YAML.test(path) || CODE.test(path) || DOCS.test(path) || /\.tf$/.test(path);

/** Cheap before a file is parsed. */
const MAY_MONITOR =
	/\bconditions\s*:|^sites\s*:|\bscrape_configs\s*:|\breceivers\s*:|\bkind\s*:\s*Probe\b|\bschedule\s*:/m;

const MENTIONED =
	/\b(?:uptime[ -]?robot|better ?(?:uptime|stack)|pingdom|status ?cake|checkly|healthchecks\.io|hc-ping\.com|cronitor|uptime[ -]kuma|gatus|upptime|oh ?dear|hetrixtools|freshping|updown\.io|site24x7|datadog synthetic|new relic synthetic|hyperping|uptime monitor)/i;
const IMAGES = /\bimage\s*:\s*["']?\S*(?:uptime-kuma|gatus|blackbox[-_]exporter|healthchecks)\b/i;

async function readMonitors(root: string, port: FilesPort): Promise<RepositoryMonitors> {
	const listing = await port.list(root);
	const unread: string[] = [...(listing.unreadable ?? [])];
	const wanted = listing.files.filter(
		({ path, bytes, ignored }) =>
			!ignored && bytes <= MOST_BYTES && !ELSEWHERE.test(path) && WANTED(path),
	);
	const looked = wanted.slice(0, MOST_FILES);
	const monitors: Monitor[] = [];
	const channels: Channel[] = [];
	let mention: RepositoryMonitors['mention'] = null;
	for (const { path } of looked) {
		const text = await textOf(root, port, { path, unread });
		if (text === null) continue;
		const found = monitorsIn(path, text);
		monitors.push(...found.monitors);
		channels.push(...found.channels);
		mention ??= mentionIn(path, text);
	}
	return {
		files: looked.length,
		unread,
		cut: wanted.length > looked.length || listing.cut === true,
		monitors: monitors.slice(0, MOST_FOUND),
		channels: channels.slice(0, MOST_FOUND),
		mention,
	};
}

/** What one file says of monitors and channels. Never throws. */
export function monitorsIn(path: string, text: string): MonitorReading {
	if (/\.tf$/.test(path)) return terraformMonitorsIn(path, text);
	if (CODE.test(path)) return checklyCodeIn(path, text) ?? NOTHING;
	if (!YAML.test(path) || !MAY_MONITOR.test(text)) return NOTHING;
	const found = yamlDocuments(text).map((document) => inDocument(path, document));
	return {
		monitors: found.flatMap(({ monitors }) => monitors),
		channels: found.flatMap(({ channels }) => channels),
	};
}

function inDocument(path: string, document: YamlDocument): MonitorReading {
	return (
		upptimeIn(path, document) ??
		scheduledWorkflowIn(path, document) ??
		prometheusIn(path, document) ??
		gatusIn(path, document) ??
		NOTHING
	);
}

function mentionIn(path: string, text: string): RepositoryMonitors['mention'] {
	const match = (YAML.test(path) ? IMAGES : DOCS.test(path) ? MENTIONED : null)?.exec(text) ?? null;
	return match === null
		? null
		: { what: match[0].trim().slice(0, 60), file: path, line: lineAt(text, match.index) };
}
