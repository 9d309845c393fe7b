import { valueAt, type YamlDocument } from '../deploy/yaml-documents.ts';
import {
	type Channel,
	destination,
	durationSeconds,
	type Monitor,
	type MonitorReading,
} from './monitor.ts';

const TOOL = 'Prometheus';
/** Of scrape_interval. */
const USUAL_SECONDS = 60;

/** prometheus.yml with jobs for the blackbox exporter, alertmanager.yml, or a Probe of its operator. Never throws. */
export function prometheusIn(file: string, document: YamlDocument): MonitorReading | null {
	if (document.text('kind') === 'Probe') return probeIn(file, document);
	if (document.at('route') !== undefined && document.list('receivers').length > 0) {
		return receiversIn(file, document);
	}
	const jobs = document.list('scrape_configs');
	const monitors = jobs.flatMap((job, at) => jobIn(file, document, { job, at }));
	if (monitors.length === 0) return null;
	const managers = document.list('alerting', 'alertmanagers');
	const own: Channel = {
		tool: TOOL,
		file,
		line: document.line('alerting'),
		kind: 'own',
		to: 'Alertmanager',
		state: 'unseen',
	};
	return { monitors, channels: managers.length > 0 ? [own] : [] };
}

function jobIn(
	file: string,
	document: YamlDocument,
	{ job, at }: { job: unknown; at: number },
): readonly Monitor[] {
	if (valueAt(job, ['metrics_path']) !== '/probe') return [];
	const module = String(valueAt(job, ['params', 'module', 0]) ?? '');
	const statics = valueAt(job, ['static_configs']);
	const targets = (Array.isArray(statics) ? statics : []).flatMap((one) =>
		stringsIn(valueAt(one, ['targets'])),
	);
	const interval = valueAt(job, ['scrape_interval']) ?? document.at('global', 'scrape_interval');
	const name = valueAt(job, ['job_name']);
	return [
		{
			tool: TOOL,
			file,
			line: document.line('scrape_configs', at),
			name: typeof name === 'string' ? name : '',
			urls: [...targets],
			intervalSeconds: durationSeconds(interval ?? USUAL_SECONDS),
			asserts: assertsBy(module),
			isEnabled: true,
		},
	];
}

/** Modules are called by what they do: `http_2xx`, `tcp_connect`, `icmp`. */
function assertsBy(module: string): boolean | null {
	if (/http|2xx|https/i.test(module)) return true;
	return /^(?:icmp|ping|tcp)/i.test(module) ? false : null;
}

function probeIn(file: string, document: YamlDocument): MonitorReading | null {
	if (!document.text('apiVersion').startsWith('monitoring.coreos.com/')) return null;
	const urls = stringsIn(document.at('spec', 'targets', 'staticConfig', 'static'));
	const own = { tool: TOOL, file, line: document.line('kind') };
	const interval = document.at('spec', 'interval');
	return {
		monitors: [
			{
				...own,
				name: document.text('metadata', 'name'),
				urls: [...urls],
				intervalSeconds: interval === undefined ? null : durationSeconds(interval),
				asserts: assertsBy(document.text('spec', 'module')),
				isEnabled: true,
			},
		],
		channels: [{ ...own, kind: 'own', to: 'Alertmanager of the cluster', state: 'unseen' }],
	};
}

const RECEIVERS: readonly (readonly [
	key: string,
	kind: Channel['kind'],
	fields: readonly string[],
])[] = [
	['email_configs', 'mail', ['to']],
	['slack_configs', 'chat', ['api_url', 'api_url_file', 'channel']],
	['discord_configs', 'chat', ['webhook_url', 'webhook_url_file']],
	['msteams_configs', 'chat', ['webhook_url', 'webhook_url_file']],
	['msteamsv2_configs', 'chat', ['webhook_url', 'webhook_url_file']],
	['telegram_configs', 'chat', ['bot_token', 'bot_token_file']],
	['webex_configs', 'chat', ['room_id']],
	['rocketchat_configs', 'chat', ['api_url']],
	['webhook_configs', 'webhook', ['url', 'url_file']],
	['sns_configs', 'webhook', ['topic_arn']],
	['pagerduty_configs', 'pager', ['routing_key', 'service_key', 'routing_key_file']],
	['opsgenie_configs', 'pager', ['api_key', 'api_key_file']],
	['pushover_configs', 'pager', ['user_key', 'user_key_file']],
	['victorops_configs', 'pager', ['routing_key', 'api_key']],
];

function receiversIn(file: string, document: YamlDocument): MonitorReading {
	const receivers = document.list('receivers');
	const channels = receivers.flatMap((receiver, at) =>
		RECEIVERS.flatMap(([key, kind, fields]) => {
			const configs = valueAt(receiver, [key]);
			return (Array.isArray(configs) ? configs : []).flatMap((config): readonly Channel[] => {
				const field = fields.find((one) => valueAt(config, [one]) !== undefined);
				const value =
					field === undefined || field.endsWith('_file') ? '' : valueAt(config, [field]);
				const line = document.line('receivers', at);
				return [{ tool: TOOL, file, line, ...destination(kind, value) }];
			});
		}),
	);
	if (channels.length > 0) return { monitors: [], channels };
	// Says, for the monitors of another file, that alerts end here.
	return {
		monitors: [],
		channels: [
			{
				tool: TOOL,
				file,
				line: document.line('receivers'),
				kind: 'own',
				to: '',
				state: 'placeholder',
			},
		],
	};
}

function stringsIn(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
