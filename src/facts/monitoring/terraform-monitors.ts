import { type HclBlock, hclBlocks } from './hcl.ts';
import {
	type Channel,
	destination,
	durationSeconds,
	isVariable,
	type Monitor,
	type MonitorReading,
} from './monitor.ts';

/** What one kind of resource says. */
interface Kind {
	readonly tool: string;
	urls(block: HclBlock): readonly string[];
	seconds(block: HclBlock): number | null;
	asserts(block: HclBlock): boolean | null;
	isEnabled?(block: HclBlock): boolean;
	/** Whom the resource itself tells; `null` where another resource has to. */
	tells?(block: HclBlock): boolean | null;
}

const get = (block: HclBlock, name: string): string => block.attributes.get(name) ?? '';
const inner = (block: HclBlock, type: string): readonly HclBlock[] =>
	block.blocks.filter((one) => one.type === type);
const innerGet = (block: HclBlock, type: string, name: string): string =>
	inner(block, type)
		.map((one) => get(one, name))
		.find((one) => one !== '') ?? '';
const isSet = (block: HclBlock, ...names: readonly string[]): boolean =>
	names.some((name) => !/^(?:|\[\s*\]|null)$/.test(get(block, name)));
const number = (text: string): number | null =>
	/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
const secondsOr = (text: string, usual: number, unit = 1): number | null => {
	if (text === '') return usual;
	const told = number(text);
	return told === null ? durationSeconds(text) : told * unit;
};
const isPaused = (block: HclBlock): boolean => get(block, 'paused') === 'true';
const url = (host: string, path: string, isPlain = false): readonly string[] => {
	if (host === '') return [];
	if (isVariable(host)) return [host];
	if (/^https?:\/\//i.test(host)) return [host];
	const rest = path === '' || path.startsWith('/') ? path : `/${path}`;
	return [`${isPlain ? 'http' : 'https'}://${host}${rest}`];
};

/** What a map of labels says of a key, in the text that it is written in. */
const inMap = (text: string, key: string): string =>
	new RegExp(`\\b${key}"?\\s*[=:]\\s*"([^"]{1,300})"`).exec(text)?.[1] ?? '';

const KINDS: Readonly<Record<string, Kind>> = {
	betteruptime_monitor: {
		tool: 'Better Stack',
		urls: (block) => url(get(block, 'url'), ''),
		seconds: (block) => secondsOr(get(block, 'check_frequency'), 180),
		asserts: (block) =>
			!/^(?:ping|tcp|udp|smtp|pop|imap|dns)$/.test(get(block, 'monitor_type')) || null,
		isEnabled: (block) => !isPaused(block),
		// It mails the team unless told not to.
		tells: (block) =>
			isSet(block, 'policy_id') ||
			['email', 'call', 'sms', 'push'].some((way) =>
				way === 'email' ? get(block, way) !== 'false' : get(block, way) === 'true',
			),
	},
	uptimerobot_monitor: {
		tool: 'UptimeRobot',
		urls: (block) => url(get(block, 'url'), ''),
		seconds: (block) => secondsOr(get(block, 'interval'), 300),
		asserts: (block) => !/^(?:ping|port|heartbeat)$/i.test(get(block, 'type')),
		isEnabled: (block) => !isPaused(block) && get(block, 'status') !== 'paused',
		tells: (block) =>
			inner(block, 'alert_contact').length > 0 ||
			isSet(block, 'alert_contact', 'alert_contacts', 'assigned_alert_contacts'),
	},
	pingdom_check: {
		tool: 'Pingdom',
		urls: (block) =>
			url(get(block, 'host'), get(block, 'url'), get(block, 'encryption') === 'false'),
		seconds: (block) => secondsOr(get(block, 'resolution'), 300, 60),
		asserts: (block) => !/^(?:ping|tcp|udp|dns)$/.test(get(block, 'type')),
		isEnabled: (block) => !isPaused(block),
		tells: (block) => isSet(block, 'userids', 'integrationids', 'teamids'),
	},
	statuscake_uptime_check: {
		tool: 'StatusCake',
		urls: (block) => url(innerGet(block, 'monitored_resource', 'address'), ''),
		seconds: (block) => secondsOr(get(block, 'check_interval'), 300),
		asserts: (block) =>
			inner(block, 'http_check').length > 0
				? true
				: inner(block, 'tcp_check').length > 0 || inner(block, 'icmp_check').length > 0
					? false
					: null,
		isEnabled: (block) => !isPaused(block),
		tells: (block) => isSet(block, 'contact_groups'),
	},
	aws_route53_health_check: {
		tool: 'Route 53',
		urls: (block) =>
			/^(?:CALCULATED|CLOUDWATCH_METRIC|RECOVERY_CONTROL)$/.test(get(block, 'type'))
				? []
				: url(
						get(block, 'fqdn') || get(block, 'ip_address'),
						get(block, 'resource_path'),
						get(block, 'type').startsWith('HTTP') && !get(block, 'type').startsWith('HTTPS'),
					),
		seconds: (block) => secondsOr(get(block, 'request_interval'), 30),
		asserts: (block) =>
			get(block, 'type') === 'TCP' ? false : /^HTTP/.test(get(block, 'type')) || null,
		isEnabled: (block) => get(block, 'disabled') !== 'true',
	},
	google_monitoring_uptime_check_config: {
		tool: 'Google Cloud Monitoring',
		urls: (block) =>
			url(
				inMap(innerGet(block, 'monitored_resource', 'labels'), 'host') ||
					inner(block, 'monitored_resource')
						.map((one) => innerGet(one, 'labels', 'host'))
						.join(''),
				innerGet(block, 'http_check', 'path'),
				inner(block, 'http_check').some((one) => get(one, 'use_ssl') !== 'true'),
			),
		seconds: (block) => secondsOr(get(block, 'period'), 300),
		asserts: (block) =>
			inner(block, 'http_check').length > 0 || inner(block, 'content_matchers').length > 0,
		isEnabled: (block) => get(block, 'disabled') !== 'true',
	},
	checkly_check: {
		tool: 'Checkly',
		urls: (block) => url(innerGet(block, 'request', 'url'), ''),
		seconds: (block) => secondsOr(get(block, 'frequency'), 600, 60),
		asserts: (block) => (get(block, 'type') === 'API' ? true : null),
		isEnabled: (block) => get(block, 'activated') !== 'false',
		tells: (block) => inner(block, 'alert_channel_subscription').length > 0 || null,
	},
	datadog_synthetics_test: {
		tool: 'Datadog',
		urls: (block) => url(innerGet(block, 'request_definition', 'url'), ''),
		seconds: (block) => secondsOr(innerGet(block, 'options_list', 'tick_every'), 300),
		asserts: (block) =>
			inner(block, 'assertion').length === 0
				? get(block, 'type') === 'browser' || null
				: inner(block, 'assertion').some((one) =>
						/^(?:statusCode|body|bodyHash|header)$/.test(get(one, 'type')),
					),
		isEnabled: (block) => get(block, 'status') !== 'paused',
		tells: (block) => /@\S/.test(get(block, 'message')) || null,
	},
};

const ALIASES: Readonly<Record<string, string>> = {
	'better-uptime_monitor': 'betteruptime_monitor',
	statuscake_test: 'statuscake_uptime_check',
};

/** Monitors and alert channels that infrastructure code declares. Never throws. */
export function terraformMonitorsIn(file: string, text: string): MonitorReading {
	const resources = hclBlocks(text).filter(({ type }) => type === 'resource');
	return {
		monitors: resources.flatMap((block) => monitorIn(file, block) ?? []),
		channels: resources.flatMap((block) => channelsIn(file, block)),
	};
}

const kindOf = ({ labels: [type = ''] }: HclBlock): Kind | undefined => {
	const key = Object.hasOwn(ALIASES, type) ? ALIASES[type] : type;
	return key !== undefined && Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
};

function monitorIn(file: string, block: HclBlock): Monitor | null {
	const kind = kindOf(block);
	if (kind === undefined) return null;
	return {
		tool: kind.tool,
		file,
		line: block.line,
		name: block.labels[1] ?? '',
		urls: [...kind.urls(block)],
		intervalSeconds: kind.seconds(block),
		asserts: kind.asserts(block),
		isEnabled: kind.isEnabled?.(block) ?? true,
	};
}

function channelsIn(file: string, block: HclBlock): readonly Channel[] {
	const [type = ''] = block.labels;
	const at = { file, line: block.line };
	const kind = kindOf(block);
	if (kind?.tells !== undefined) {
		const tells = kind.tells(block);
		// `null`: the account decides.
		const state = tells === null ? 'unseen' : 'real';
		return tells === false ? [] : [{ ...at, tool: kind.tool, kind: 'own', to: '', state }];
	}
	const channel = Object.hasOwn(CHANNELS, type) ? CHANNELS[type] : undefined;
	return (channel?.found(block) ?? []).map((one) => ({ ...at, tool: channel?.tool ?? '', ...one }));
}

type Destination = Pick<Channel, 'kind' | 'to' | 'state'>;

/** Something else in the same configuration is told, and tells. */
const PASSED_ON: readonly Destination[] = [{ kind: 'own', to: '', state: 'real' }];

const mailOr = (isMail: boolean, written: string): Destination =>
	destination(isMail ? 'mail' : 'webhook', written);

const inEach = (
	block: HclBlock,
	type: string,
	kind: Channel['kind'],
	name: string,
): readonly Destination[] => inner(block, type).map((one) => destination(kind, get(one, name)));

const CHANNELS: Readonly<
	Record<string, { readonly tool: string; found(block: HclBlock): readonly Destination[] }>
> = {
	aws_cloudwatch_metric_alarm: {
		tool: 'Route 53',
		// Of a health check's metric; other alarms tell nothing of it.
		found: (block) =>
			isSet(block, 'alarm_actions') && /HealthCheck/.test(get(block, 'metric_name'))
				? PASSED_ON
				: [],
	},
	aws_sns_topic_subscription: {
		tool: 'Route 53',
		found: (block) =>
			/^email/.test(get(block, 'protocol')) ? [mailOr(true, get(block, 'endpoint'))] : [],
	},
	google_monitoring_alert_policy: {
		tool: 'Google Cloud Monitoring',
		found: (block) => (isSet(block, 'notification_channels') ? PASSED_ON : []),
	},
	google_monitoring_notification_channel: {
		tool: 'Google Cloud Monitoring',
		found: googleChannel,
	},
	checkly_alert_channel: {
		tool: 'Checkly',
		found: (block) => [
			...inEach(block, 'email', 'mail', 'address'),
			...inEach(block, 'slack', 'chat', 'url'),
			...inEach(block, 'webhook', 'webhook', 'url'),
		],
	},
	uptimerobot_alert_contact: {
		tool: 'UptimeRobot',
		found: (block) => [mailOr(/^e-?mail$/i.test(get(block, 'type')), get(block, 'value'))],
	},
	pingdom_contact: {
		tool: 'Pingdom',
		found: (block) => inEach(block, 'email_notification', 'mail', 'address'),
	},
	statuscake_contact_group: {
		tool: 'StatusCake',
		found: (block) =>
			(get(block, 'email_addresses').match(/"[^"\s]{3,200}"/g) ?? [])
				.slice(0, 20)
				.map((one) => mailOr(true, one.slice(1, -1))),
	},
};

function googleChannel(block: HclBlock): readonly Destination[] {
	const labels = get(block, 'labels');
	const address = inMap(labels, 'email_address') || innerGet(block, 'labels', 'email_address');
	if (get(block, 'type') === 'email') return [destination('mail', address)];
	const target = inMap(labels, 'url') || inMap(labels, 'channel_name');
	return [destination('webhook', isVariable(labels) && target === '' ? '' : target)];
}
