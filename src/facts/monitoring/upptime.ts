import { valueAt, type YamlDocument } from '../deploy/yaml-documents.ts';
import { type Channel, cronSeconds, destination, type MonitorReading } from './monitor.ts';

const TOOL = 'Upptime';
/** Its workflow runs every five minutes unless told. */
const USUAL = '*/5 * * * *';

/** `.upptimerc.yml`. An issue is opened for each outage, which GitHub mails to who watches. Never throws. */
export function upptimeIn(file: string, document: YamlDocument): MonitorReading | null {
	if (!/(?:^|\/)\.upptimerc\.ya?ml$/.test(file)) return null;
	const intervalSeconds = cronSeconds(document.text('workflowSchedule', 'uptime') || USUAL);
	const monitors = document.list('sites').flatMap((site, at) => {
		const url = valueAt(site, ['url']);
		if (typeof url !== 'string') return [];
		const name = valueAt(site, ['name']);
		return [
			{
				tool: TOOL,
				file,
				line: document.line('sites', at, 'url'),
				name: typeof name === 'string' ? name : '',
				urls: [url],
				intervalSeconds,
				asserts: valueAt(site, ['check']) === 'tcp-ping' ? null : true,
				isEnabled: true,
			},
		];
	});
	const notifications = document.list('notifications').map((one, at): Channel => {
		const kind = /mail/i.test(String(valueAt(one, ['type']) ?? '')) ? 'mail' : 'chat';
		return { tool: TOOL, file, line: document.line('notifications', at), ...destination(kind, '') };
	});
	const issues: Channel = {
		tool: TOOL,
		file,
		line: 1,
		kind: 'own',
		to: 'GitHub issues',
		state: 'real',
	};
	return { monitors, channels: [issues, ...notifications] };
}
