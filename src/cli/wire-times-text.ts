import type { WireTimes } from '../evidence/critical-path.ts';
import { visible } from '../report/visible-text.ts';

/** Of a long chain, the first steps are what anybody knows. */
const STEPS_SHOWN = 12;

/** Where the time went, in one line; none where nothing was asked. */
export function wireTimesText(times: WireTimes, durationMs: number): readonly string[] {
	const { criticalPath, roundTrips, networkMs, quietMs } = times;
	if (criticalPath.length === 0) return [];
	const left = criticalPath.length - STEPS_SHOWN;
	const steps = criticalPath.slice(-STEPS_SHOWN).map(step);
	const path = [...(left > 0 ? [`${left} more`] : []), ...steps].join(' → ');
	const apart = quietMs > 0 ? `, timing samples ${seconds(quietMs)}` : '';
	return [
		`critical path: ${roundTrips} round trips: ${path}; network ${seconds(networkMs)}${apart} of ${seconds(durationMs)}`,
	];
}

/** `dns.answer{"name":"example.com","type":"MX"}` as people say it. */
function step(key: string): string {
	const [, probe = key, json = '{}'] = /^([^{]*)(\{.*)$/s.exec(key) ?? [];
	const { name, type, url, method, host } = JSON.parse(json) as Record<string, unknown>;
	const text = probe.startsWith('dns.')
		? ['DNS', type, name]
		: url === undefined
			? [probe.split('.')[0]?.toUpperCase(), host]
			: [method ?? 'GET', url];
	return visible(text.filter((part) => typeof part === 'string').join(' '));
}

function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(2)} s`;
}
