import { dnsOverHttps } from './dns-over-https.ts';
import { CERTIFICATE_DAYS, type WatchedUrl, type WatchList } from './watch-list.ts';
import type { WatchedRecord } from './watched-records.ts';
import type { ExportedFile } from './yaml-file.ts';

type Monitor = Readonly<Record<string, unknown>>;

/** AutoKuma's ids are the names of the files. */
const GROUP = 'launch-ready-group';
const CHANNELS = ['launch-ready-slack', 'launch-ready-email'] as const;

const COMMON = { parent_name: GROUP, notification_name_list: CHANNELS, maxretries: 2 } as const;

/** Seconds. */
const INTERVAL = { site: 60, record: 300 } as const;

/**
 * Static monitors of AutoKuma, four files of JSON for its folder. Uptime Kuma itself reads no file since
 * its version 2, which took the import of backups away; AutoKuma brings these into 1.23 and 2.x alike.
 */
export function uptimeKumaFiles(list: WatchList, dnsServer: string): readonly ExportedFile[] {
	const monitors: readonly Monitor[] = [
		...[...list.pages, ...list.health].map(urlMonitor),
		...list.redirects.map(({ from, status }) => ({
			...httpMonitor(from, status),
			name: `${from.replace(/^https:\/\//, '')} redirects`,
			interval: INTERVAL.record,
			retryInterval: INTERVAL.site,
		})),
		...list.mail.map((host) => ({
			type: 'port',
			name: `${host}:25`,
			hostname: host,
			port: 25,
			...COMMON,
			interval: INTERVAL.record,
			retryInterval: INTERVAL.site,
		})),
		...list.records.flatMap((record) => recordMonitors(record, dnsServer)),
	];
	return [
		jsonFile(`${GROUP}.json`, {
			type: 'group',
			name: list.domain,
			description: descriptionOf(list),
			notification_name_list: CHANNELS,
		}),
		jsonFile('launch-ready-slack.json', {
			type: 'notification',
			name: 'launch-ready Slack',
			active: true,
			config: { type: 'slack', slackwebhookURL: fromEnvironment('SLACK_WEBHOOK_URL') },
		}),
		jsonFile('launch-ready-email.json', {
			type: 'notification',
			name: 'launch-ready e-mail',
			active: true,
			config: {
				type: 'smtp',
				smtpHost: fromEnvironment('SMTP_HOST'),
				smtpPort: 587,
				smtpSecure: false,
				smtpUsername: fromEnvironment('SMTP_USERNAME'),
				smtpPassword: fromEnvironment('SMTP_PASSWORD'),
				smtpFrom: fromEnvironment('ALERT_EMAIL_FROM'),
				smtpTo: fromEnvironment('ALERT_EMAIL_TO'),
			},
		}),
		jsonFile('launch-ready.json', monitors),
	];
}

/** Its files are templates to AutoKuma, which may read of the environment what begins like this. */
function fromEnvironment(name: string): string {
	return `{{ get_env(name='AUTOKUMA__ENV__${name}') }}`;
}

function descriptionOf(list: WatchList): string {
	const { warning, critical } = CERTIFICATE_DAYS;
	return [
		...list.origin,
		`Certificates: set ${warning} and ${critical} days under Settings, Notifications, TLS Certificate Expiry.`,
		'The values of DNS records are compared by Uptime Kuma 2, with capitals as DNS has them, and not by 1.23.',
		...[
			'response times: Uptime Kuma tells none that is over a budget',
			...list.mail.map(
				(host) => `certificate of ${host}, port 25: only that it listens is watched`,
			),
			...list.leftOut,
		].map((line) => `Left out: ${line}`),
	]
		.join('\n')
		.replace(/\{(?=[{%#])/g, '{ ');
}

function urlMonitor({ url, method, status }: WatchedUrl): Monitor {
	return { ...httpMonitor(url, status), method, interval: INTERVAL.site, retryInterval: 60 };
}

function httpMonitor(url: string, status: number): Monitor {
	return {
		type: 'http',
		name: url.replace(/^https:\/\//, ''),
		url,
		...COMMON,
		accepted_statuscodes: [String(status)],
		maxredirects: 0,
		timeout: 30,
		...(url.startsWith('https:') && { expiryNotification: true }),
	};
}

/** Uptime Kuma compares no text of TXT: these are looked for in an answer over HTTPS. */
function recordMonitors(
	{ name, type, label, values }: WatchedRecord,
	dnsServer: string,
): readonly Monitor[] {
	const about = {
		name: `${name}: ${label}`,
		...COMMON,
		interval: INTERVAL.record,
		retryInterval: INTERVAL.site,
	};
	if (type === 'TXT') {
		return values.map((keyword) => ({
			type: 'keyword',
			...about,
			url: dnsOverHttps(name, type),
			keyword,
			accepted_statuscodes: ['200'],
			maxredirects: 0,
			timeout: 30,
		}));
	}
	const [host = '', port = '53'] = dnsServer.split(':');
	const conditions = values.map((value) => ({
		type: 'expression',
		variable: 'record',
		operator: 'equals',
		value,
		andOr: 'or',
	}));
	return [
		{
			type: 'dns',
			...about,
			hostname: name,
			dns_resolve_server: host,
			port: Number(port),
			dns_resolve_type: type,
			// As text: AutoKuma writes lists of objects as TOML, which has another sign between key and value.
			...(conditions.length > 0 && { conditions: JSON.stringify(conditions) }),
		},
	];
}

/** ASCII, so that no reader and no editor changes it. */
function jsonFile(name: string, tree: unknown): ExportedFile {
	const text = JSON.stringify(tree, null, 2).replace(/[^\x20-\x7e\n]/g, (unit) => {
		return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
	});
	return { name, text: `${text}\n` };
}
