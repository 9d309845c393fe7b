import { z } from 'zod';
import { isStandIn } from '../secrets/secret-placeholder.ts';

const Place = { tool: z.string(), file: z.string(), line: z.number().int() };

export const MonitorSchema = z.object({
	...Place,
	/** As the configuration calls it; empty for none. */
	name: z.string(),
	/** What it asks; empty where that is decided elsewhere. */
	urls: z.array(z.string()),
	/** `null` where it is decided elsewhere. */
	intervalSeconds: z.number().nullable(),
	/** Whether it looks at status or body; `null` where it asks no web server, or nothing tells. */
	asserts: z.boolean().nullable(),
	isEnabled: z.boolean(),
});
/** One thing that a configuration has watched from outside. */
export type Monitor = z.infer<typeof MonitorSchema>;

export const ChannelSchema = z.object({
	...Place,
	/** `own`: the tool's account or platform tells somebody, whom the repository does not name. */
	kind: z.enum(['mail', 'chat', 'webhook', 'pager', 'own']),
	/** A mail address, the host of a webhook, or a name; never a token. */
	to: z.string(),
	/** `unseen`: set by a variable. */
	state: z.enum(['real', 'placeholder', 'unseen']),
});
/** Where alerts go. */
export type Channel = z.infer<typeof ChannelSchema>;

/** What one file says of monitors. */
export interface MonitorReading {
	readonly monitors: readonly Monitor[];
	readonly channels: readonly Channel[];
}

export const NOTHING: MonitorReading = { monitors: [], channels: [] };

/** What was made of a text by somebody else before it is used: environment, template, expression. */
const VARIABLE =
	/\$\{|\$\(|^\$[A-Za-z_]|\{\{|<%|%\(|%[A-Z_]+%|\bprocess\.env\b|\bvar\.|\blocal\.|\bdata\.|\bmodule\.|\b(?:aws|google|random|pagerduty)_\w+\./;

export function isVariable(text: string): boolean {
	return VARIABLE.test(text);
}

const STAND_IN =
	/\byour[-_ ]?\w*|\bchange[-_ ]?me\b|\breplace[-_ ]?(?:me|this|with)\b|\btodo\b|\bplaceholder\b|<[\w -]+>|x{4,}|\bT0{4,}|\/0{6,}|\bfoo@bar\b|\.\.\.$/i;

/** The state of a destination, and what of it may be shown. */
export function destination(
	kind: Channel['kind'],
	written: unknown,
): Pick<Channel, 'kind' | 'to' | 'state'> {
	const text =
		typeof written === 'string' || typeof written === 'number' ? String(written).trim() : '';
	if (text === '' || isVariable(text)) return { kind, to: '', state: 'unseen' };
	const isUrl = /^https?:\/\//i.test(text) && URL.canParse(text);
	const to = isUrl ? new URL(text).hostname : kind === 'mail' ? text.slice(0, 120) : '';
	const isFake = STAND_IN.test(text) || (kind !== 'mail' && !isUrl && isStandIn(text));
	return { kind, to, state: isFake ? 'placeholder' : 'real' };
}

/** Go's and everybody's notation: `90s`, `5m`, `1h30m`, `PT5M`; a bare number is seconds. `null` for none. */
export function durationSeconds(written: unknown): number | null {
	if (typeof written === 'number') return Number.isFinite(written) && written > 0 ? written : null;
	if (typeof written !== 'string' || written.length > 30) return null;
	const text = written.trim().toLowerCase().replace(/^pt/, '');
	if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) || null;
	if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return null;
	let total = 0;
	for (const [, count = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
		total += Number(count) * (UNITS[unit] ?? 0);
	}
	return total > 0 && Number.isFinite(total) ? total : null;
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

/** The longest wait between two runs of a cron line, about; `null` for what is none. */
export function cronSeconds(written: unknown): number | null {
	if (typeof written !== 'string' || written.length > 100) return null;
	const [minute = '', hour = '', day, month, weekday, ...more] = written.trim().split(/\s+/);
	if (weekday === undefined || more.length > 0) return null;
	if (day !== '*' || month !== '*' || weekday !== '*') return 86_400;
	const hours = gapIn(hour, 24);
	if (hours === null) return null;
	if (hours > 1) return hours * 3_600;
	const minutes = gapIn(minute, 60);
	return minutes === null ? null : minutes * 60;
}

/** The longest step between members of a field, round the clock. */
function gapIn(field: string, size: number): number | null {
	const every = /^(?:\*|0-(?:59|23))(?:\/(\d{1,2}))?$/.exec(field);
	if (every !== null) return every[1] === undefined ? 1 : Math.min(size, Number(every[1]) || 1);
	const from = /^(\d{1,2})\/(\d{1,2})$/.exec(field);
	if (from !== null) return Math.min(size, Number(from[2]) || 1);
	if (!/^\d{1,2}(?:,\d{1,2})*$/.test(field)) return null;
	const members = field
		.split(',')
		.map(Number)
		.filter((one) => one < size)
		.toSorted((a, b) => a - b);
	const [first] = members;
	if (first === undefined) return null;
	const next = [...members.slice(1), first + size];
	return Math.max(...members.map((one, at) => (next[at] ?? 0) - one));
}

export function isWeb(url: string): boolean {
	return /^(?:https?:\/\/|\$|\{\{)/i.test(url) || !/^[a-z][a-z0-9+.-]*:\/\//i.test(url);
}
