import { valueAt, type YamlDocument } from '../deploy/yaml-documents.ts';
import {
	type Channel,
	destination,
	durationSeconds,
	isWeb,
	type Monitor,
	type MonitorReading,
} from './monitor.ts';

const TOOL = 'Gatus';
/** Gatus asks once a minute unless told. */
const USUAL_SECONDS = 60;

/** `endpoints` with `conditions` (Gatus 3 and later; `services` before). Never throws. */
export function gatusIn(file: string, document: YamlDocument): MonitorReading | null {
	const key = document.list('endpoints').length > 0 ? 'endpoints' : 'services';
	const endpoints = document.list(key);
	if (!endpoints.some((one) => Array.isArray(valueAt(one, ['conditions'])))) return null;
	const used = new Set<string>();
	const monitors = endpoints.flatMap((one, at): readonly Monitor[] => {
		const url = valueAt(one, ['url']);
		if (typeof url !== 'string') return [];
		for (const type of alertsOf(one)) used.add(type);
		const conditions = valueAt(one, ['conditions']);
		const told = Array.isArray(conditions) ? conditions.map(String) : [];
		const name = valueAt(one, ['name']);
		return [
			{
				tool: TOOL,
				file,
				line: document.line(key, at, 'url'),
				name: typeof name === 'string' ? name : '',
				urls: [url],
				intervalSeconds: durationSeconds(valueAt(one, ['interval']) ?? USUAL_SECONDS),
				asserts: isWeb(url) ? told.some((line) => /\[(?:STATUS|BODY)\]/.test(line)) : null,
				isEnabled: valueAt(one, ['enabled']) !== false,
			},
		];
	});
	// A provider that no endpoint has alerts of tells nobody.
	const channels = document
		.keys('alerting')
		.filter((type) => used.has(type))
		.map((type): Channel => {
			const provider = document.at('alerting', type);
			return {
				tool: TOOL,
				file,
				line: document.line('alerting', type),
				...destination(KINDS[type] ?? 'webhook', addressIn(provider)),
			};
		});
	return { monitors, channels };
}

function alertsOf(endpoint: unknown): readonly string[] {
	const alerts = valueAt(endpoint, ['alerts']);
	if (!Array.isArray(alerts)) return [];
	return alerts
		.filter((one) => valueAt(one, ['enabled']) !== false)
		.map((one) => String(valueAt(one, ['type']) ?? ''));
}

const KINDS: Readonly<Record<string, Channel['kind']>> = {
	email: 'mail',
	'aws-ses': 'mail',
	slack: 'chat',
	discord: 'chat',
	teams: 'chat',
	'teams-workflows': 'chat',
	telegram: 'chat',
	mattermost: 'chat',
	googlechat: 'chat',
	matrix: 'chat',
	pagerduty: 'pager',
	opsgenie: 'pager',
	pushover: 'pager',
	ntfy: 'pager',
	twilio: 'pager',
};

function addressIn(provider: unknown): unknown {
	for (const key of ['to', 'webhook-url', 'url', 'integration-key', 'api-key', 'token', 'topic']) {
		const value = valueAt(provider, [key]);
		if (value !== undefined) return value;
	}
	return '';
}
