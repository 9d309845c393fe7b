/** One metric of a Server-Timing field. */
export interface ServerTimingMetric {
	readonly name: string;
	/** `dur`, in milliseconds; `null` where there is none, or none that is a number. */
	readonly durationMs: number | null;
	/** `desc`; empty without one. */
	readonly description: string;
}

const MOST_METRICS = 20;
const LONGEST = 64;

/**
 * Server Timing (W3C) §3.1: metrics between commas, parameters between semicolons, values as tokens or
 * quoted. The first of two parameters of one name counts. What has no name is passed over; at most
 * twenty metrics are read, names and descriptions up to 64 characters.
 */
export function serverTimings(value: string): readonly ServerTimingMetric[] {
	return splitOutsideQuotes(value, ',')
		.map((metric): ServerTimingMetric => {
			const [name = '', ...written] = splitOutsideQuotes(metric, ';');
			const parameters = new Map<string, string>();
			for (const one of written) {
				const [key = '', ...rest] = one.split('=');
				const lower = key.trim().toLowerCase();
				if (!parameters.has(lower)) parameters.set(lower, unquoted(rest.join('=').trim()));
			}
			const duration = parameters.get('dur') ?? '';
			return {
				name: name.trim().slice(0, LONGEST),
				durationMs: /^\d+(?:\.\d+)?$/.test(duration) ? Number(duration) : null,
				description: (parameters.get('desc') ?? '').slice(0, LONGEST),
			};
		})
		.filter(({ name }) => /^[!#$%&'*+.^_`|~\w-]+$/.test(name))
		.slice(0, MOST_METRICS);
}

/** Empty parts are left out. A quote that is never closed goes to the end. */
function splitOutsideQuotes(text: string, separator: string): readonly string[] {
	const parts = [''];
	let isQuoted = false;
	let isEscaped = false;
	for (const character of text) {
		if (character === separator && !isQuoted) {
			parts.push('');
			continue;
		}
		if (character === '"' && !isEscaped) isQuoted = !isQuoted;
		isEscaped = isQuoted && character === '\\' && !isEscaped;
		parts[parts.length - 1] += character;
	}
	return parts.filter((part) => part.trim() !== '');
}

function unquoted(text: string): string {
	if (!text.startsWith('"')) return text;
	return text
		.slice(1, text.endsWith('"') && text.length > 1 ? -1 : undefined)
		.replace(/\\(.)/g, '$1');
}
