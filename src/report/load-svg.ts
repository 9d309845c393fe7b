import type { Report, ReportLoad } from '../core/report.ts';
import { visible } from './visible-text.ts';

const SIZE = { width: 900, height: 320, left: 70, right: 20, top: 48, bottom: 42 } as const;

/**
 * Every request of every load as a point: intended start to the right, time from then on a logarithmic
 * axis upwards, failures as crosses, the budget as a line. One picture a load, below each other; no
 * script, no font, nothing from elsewhere.
 */
export function toSvg(report: Report): string {
	const loads = report.loads ?? [];
	const height = Math.max(1, loads.length) * SIZE.height;
	const pictures = loads.map((load, nth) => picture(load, nth * SIZE.height));
	const none = '<text x="20" y="40">No load was put on anything.</text>';
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${height}" viewBox="0 0 ${SIZE.width} ${height}" font-family="sans-serif" font-size="12">`,
		`<rect width="100%" height="100%" fill="#ffffff"/>`,
		...(pictures.length === 0 ? [none] : pictures),
		'</svg>',
		'',
	].join('\n');
}

function picture(load: ReportLoad, y: number): string {
	const { intendedMs, endedMs, status, fault } = load.samples.load;
	const took = intendedMs.map((at, nth) => Math.max(0.1, (endedMs[nth] ?? at) - at));
	const top = 10 ** Math.ceil(Math.log10(Math.max(load.limitMs, ...took, 10)));
	const bottom = 10 ** Math.floor(Math.log10(Math.min(load.limitMs, ...took, 100)));
	const span = { x: SIZE.width - SIZE.left - SIZE.right, y: SIZE.height - SIZE.top - SIZE.bottom };
	const endMs = Math.max(1, load.endedSeconds * 1_000);
	const xAt = (ms: number) => number(SIZE.left + (span.x * Math.min(ms, endMs)) / endMs);
	const yAt = (ms: number) =>
		number(SIZE.top + span.y * (1 - Math.log10(ms / bottom) / Math.log10(top / bottom)));
	const points = took.map((ms, nth) => {
		const [x, up] = [xAt(intendedMs[nth] ?? 0), yAt(ms)];
		const isError = fault[nth] !== 'none' || (status[nth] ?? 0) >= 500;
		return isError
			? `<path d="M${x - 3} ${up - 3}l6 6m0 -6l-6 6" stroke="#b00020" stroke-width="1.5"/>`
			: `<circle cx="${x}" cy="${up}" r="1.8" fill="#1f5fbf" fill-opacity="0.6"/>`;
	});
	const lines: string[] = [];
	for (let ms = bottom; ms <= top * 1.001; ms *= 10) {
		lines.push(
			`<line x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${yAt(ms)}" y2="${yAt(ms)}" stroke="#dddddd"/>`,
			`<text x="${SIZE.left - 8}" y="${yAt(ms) + 4}" text-anchor="end" fill="#333333">${ms >= 1_000 ? `${ms / 1_000} s` : `${number(ms)} ms`}</text>`,
		);
	}
	const { p50, p95, p99 } = load.intended;
	const title = `${load.method} ${load.url}: ${load.users} users, p50 ${ms1(p50)}, p95 ${ms1(p95)}, p99 ${ms1(p99)}, ${load.errors} failed`;
	return [
		`<g transform="translate(0 ${y})">`,
		`<title>${escaped(title)}</title>`,
		`<text x="${SIZE.left}" y="22" font-size="14" fill="#111111">${escaped(title)}</text>`,
		...lines,
		`<line x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${yAt(load.limitMs)}" y2="${yAt(load.limitMs)}" stroke="#b36b00" stroke-dasharray="6 4"/>`,
		`<text x="${SIZE.width - SIZE.right}" y="${yAt(load.limitMs) - 4}" text-anchor="end" fill="#8a5200">budget ${number(load.limitMs)} ms</text>`,
		...points,
		`<text x="${SIZE.left}" y="${SIZE.height - 14}" fill="#333333">0 s</text>`,
		`<text x="${SIZE.width - SIZE.right}" y="${SIZE.height - 14}" text-anchor="end" fill="#333333">${load.endedSeconds.toFixed(1)} s, by intended start</text>`,
		'</g>',
	].join('\n');
}

function ms1(value: number): string {
	return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}

function number(value: number): number {
	return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
	return visible(text, 200)
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;');
}
