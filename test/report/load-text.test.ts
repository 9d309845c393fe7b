import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import type { Report, ReportLoad } from '../../src/core/report.ts';
import { loadsIn } from '../../src/facts/load/loads-in.ts';
import { toSvg } from '../../src/report/load-svg.ts';
import { loadText } from '../../src/report/load-text.ts';
import { frozen, healthy, PLAN, simulated } from '../facts/load/simulated.ts';

function reported(run = simulated(healthy()), plan = PLAN): ReportLoad {
	const observed = [{ probe: 'load.run', params: { plan, isPage: false }, value: run }];
	const [load] = loadsIn(observed);
	if (load === undefined) throw new Error('no load');
	return load;
}

const style = { width: 80, ascii: true, chalk: new Chalk({ level: 0 }) };

describe('the text of a load', () => {
	it('has both clocks, one user beside them, and latency over time', () => {
		const text = loadText(reported(simulated(frozen(1_000, 5_000))), style);
		expect(text).toMatch(/from the intended start +\d/);
		expect(text).toMatch(/from the sending +\d/);
		expect(text).toMatch(/one user before .*\n +one user after/);
		expect(text).toMatch(/budget for p95 +300 ms/);
		const rows = text.split('\n').filter((line) => /^.{9}\|/.test(line));
		expect(rows).toHaveLength(8);
		expect(rows.at(-1)).toContain('#');
		expect(rows[3]).toMatch(/[:#]/);
		expect(text.split('\n').every((line) => line.length <= 100)).toBe(true);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins there.
		expect(text.replaceAll('×', 'x')).toMatch(/^[\u0000-\u007f]*$/);
	});

	it('draws with blocks where they can be shown, and marks errors', () => {
		let requests = 0;
		const run = simulated(() => {
			requests += 1;
			return requests % 40 === 0 ? { tookMs: 9, status: 503 } : { tookMs: 30 };
		});
		const text = loadText(reported(run), { ...style, ascii: false });
		expect(text).toContain('█');
		expect(text).toMatch(/errors +✕/);
		expect(text).toMatch(/failed \(\d+ × 503\)/);
	});

	it('says what the closed model hides', () => {
		const plan = { ...PLAN, model: 'closed' as const };
		expect(loadText(reported(simulated(healthy(), {}, { plan }), plan), style)).toMatch(
			/Closed model: .*hide stalls/,
		);
	});
});

describe('the picture of a load', () => {
	it('has a point for each request, and is data, whatever the URL is', () => {
		const load = { ...reported(), url: 'https://x.test/"><script>' };
		const svg = toSvg({ loads: [load] } as unknown as Report);
		expect(svg.match(/<circle /g)?.length).toBe(load.requests);
		expect(svg).not.toContain('<script');
		expect(svg).not.toMatch(/NaN|Infinity|undefined/);
		expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
	});

	it('of no load says so', () => {
		expect(toSvg({} as Report)).toContain('No load was put on anything.');
	});
});
