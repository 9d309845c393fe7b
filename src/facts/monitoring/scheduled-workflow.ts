import { valueAt, type YamlDocument } from '../deploy/yaml-documents.ts';
import { cronSeconds, type MonitorReading } from './monitor.ts';

const TOOL = 'GitHub Actions';
const NAMED = /uptime|health|monitor|status|alive|heartbeat|ping|smoke|availability/i;
const FETCHES = /\b(?:curl|wget|xh)\b[^\n;|&]*?(https?:\/\/[^\s"'`\\)]+)/g;
/** What makes the step fail where the answer is an error. */
const LOOKS =
	/\bcurl\b[^\n;|&]*\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-with-body)?)(?:\s|$)|\bwget\b|http_code|\bgrep\b|--check-status|\bjq\b/;

/**
 * A workflow on a schedule that fetches addresses, and is called after what it watches or asks a health
 * path. GitHub mails a failed run to whoever wrote the schedule. Never throws.
 */
export function scheduledWorkflowIn(file: string, document: YamlDocument): MonitorReading | null {
	if (!/^\.github\/workflows\/[^/]+\.ya?ml$/.test(file)) return null;
	const crons = document
		.list('on', 'schedule')
		.flatMap((one) => cronSeconds(valueAt(one, ['cron'])) ?? []);
	if (crons.length === 0) return null;
	const text = runsIn(document);
	const urls = [...new Set([...text.matchAll(FETCHES)].map(([, url = '']) => url))].slice(0, 50);
	const isMonitor =
		NAMED.test(`${file} ${document.text('name')}`) || urls.some((url) => NAMED.test(url));
	if (urls.length === 0 || !isMonitor) return null;
	const own = { tool: TOOL, file, line: document.line('on', 'schedule') };
	return {
		monitors: [
			{
				...own,
				name: document.text('name'),
				urls,
				intervalSeconds: Math.min(...crons),
				asserts: LOOKS.test(text),
				isEnabled: true,
			},
		],
		channels: [{ ...own, kind: 'own', to: 'GitHub’s mail to the author', state: 'real' }],
	};
}

function runsIn(document: YamlDocument): string {
	return document
		.keys('jobs')
		.flatMap((job) => document.list('jobs', job, 'steps'))
		.map((step) => valueAt(step, ['run']))
		.filter((run) => typeof run === 'string')
		.join('\n');
}
