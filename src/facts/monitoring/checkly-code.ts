import { withoutComments } from '../deploy/code-text.ts';
import { lineAt } from '../deploy/package-scripts.ts';
import { type Channel, destination, type Monitor, type MonitorReading } from './monitor.ts';

const TOOL = 'Checkly';
/** Of checks that say none, and whose project says none. */
const USUAL_MINUTES = 10;
const MOST = 200;
const LONGEST = 6_000;

const CONSTRUCTED =
	/\bnew\s+(ApiCheck|UrlMonitor|BrowserCheck|MultiStepCheck|TcpMonitor|TcpCheck|HeartbeatCheck|HeartbeatMonitor|EmailAlertChannel|SlackAlertChannel|SlackAppAlertChannel|WebhookAlertChannel|PagerdutyAlertChannel|OpsgenieAlertChannel|MSTeamsAlertChannel|TelegramAlertChannel|SmsAlertChannel|PhoneCallAlertChannel|IncidentioAlertChannel)\s*\(/g;

const CHANNELS: Readonly<Record<string, readonly [kind: Channel['kind'], field: string]>> = {
	EmailAlertChannel: ['mail', 'address'],
	SlackAlertChannel: ['chat', 'url'],
	WebhookAlertChannel: ['webhook', 'url'],
	MSTeamsAlertChannel: ['chat', 'url'],
};

/** Checks and alert channels that a project's code constructs. Never throws. */
export function checklyCodeIn(file: string, text: string): MonitorReading | null {
	if (!/\bchecks?ly\b/i.test(text) && !/\.check\.[cm]?[jt]s$/.test(file)) return null;
	const code = withoutComments(text, 'c');
	const monitors: Monitor[] = [];
	const channels: Channel[] = [];
	for (const match of [...code.matchAll(CONSTRUCTED)].slice(0, MOST)) {
		const [whole, type = ''] = match;
		const at = { tool: TOOL, file, line: lineAt(code, match.index) };
		const args = code.slice(match.index + whole.length, endOf(code, match.index + whole.length));
		if (type.endsWith('AlertChannel')) {
			const [kind, field] = CHANNELS[type] ?? ['pager', ''];
			channels.push({ ...at, ...destination(kind, field === '' ? '' : textOf(args, field)) });
		} else if (!type.startsWith('Heartbeat')) {
			monitors.push({ ...at, ...monitorIn(type, args) });
		}
	}
	if (monitors.length === 0 && channels.length === 0) return null;
	// The account tells its owner where the project names no channel.
	const account: Channel = { tool: TOOL, file, line: 1, kind: 'own', to: '', state: 'unseen' };
	return { monitors, channels: monitors.length > 0 ? [...channels, account] : channels };
}

function monitorIn(type: string, args: string): Omit<Monitor, 'tool' | 'file' | 'line'> {
	const url = textOf(args, 'url');
	return {
		name: textOf(args, 'name'),
		urls: url === '' ? [] : [url],
		intervalSeconds: frequencyIn(args),
		// An answer of 400 and above fails a check without being told.
		asserts: /^(?:ApiCheck|UrlMonitor)$/.test(type) ? true : null,
		isEnabled: !/\bactivated\s*:\s*false\b/.test(args),
	};
}

/** Minutes, or a constant such as `Frequency.EVERY_30S`. */
function frequencyIn(args: string): number | null {
	const found = /\bfrequency\s*:\s*(?:Frequency\.EVERY_)?(\d{1,5})([SMH])?\b/.exec(args);
	if (found === null) return /\bfrequency\s*:/.test(args) ? null : USUAL_MINUTES * 60;
	return Number(found[1]) * (SECONDS[found[2] ?? 'M'] ?? 60);
}

const SECONDS: Readonly<Record<string, number>> = { S: 1, M: 60, H: 3_600 };

/** A text literal, also inside `new URL(…)`; what is no literal is a variable. */
function textOf(args: string, field: string): string {
	const found = new RegExp(
		`\\b${field}\\s*:\\s*(?:new\\s+URL\\(\\s*)?(["'\`])([^"'\`\\n]{0,300})\\1`,
	).exec(args);
	return found?.[2] ?? '';
}

/** Of the arguments whose bracket is open. */
function endOf(code: string, from: number): number {
	let depth = 1;
	const end = Math.min(code.length, from + LONGEST);
	for (let at = from; at < end; at += 1) {
		const character = code.charAt(at);
		if (character === '(') depth += 1;
		else if (character === ')') depth -= 1;
		if (depth === 0) return at;
	}
	return end;
}
