import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/audit.ts';
import { exportReport } from '../../src/export/export-report.ts';
import type { MonitoringTool } from '../../src/export/monitoring-tools.ts';
import { monitorsIn } from '../../src/facts/monitoring/repository-monitors.ts';
import { sampleReport } from './sample-report.ts';

/** Those that the audit of a repository knows. */
const KNOWN = ['gatus', 'upptime', 'prometheus'] as const;

const filesOf = (tool: MonitoringTool) => exportReport(sampleReport(), tool).files;
let folder = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-export-'));
	for (const tool of KNOWN) {
		await mkdir(path.join(folder, tool));
		for (const { name, text } of filesOf(tool)) {
			await writeFile(path.join(folder, tool, name), text);
		}
	}
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('our own audit of what was exported', () => {
	it.each(KNOWN)('reads monitors and channels of %s, and has nothing against them', (tool) => {
		const read = filesOf(tool).map(({ name, text }) => monitorsIn(`${tool}/${name}`, text));
		const monitors = read.flatMap((one) => one.monitors);
		const channels = read.flatMap((one) => one.channels);
		const urls = monitors.flatMap((one) => one.urls);
		expect(urls).toEqual(expect.arrayContaining(['https://shop.test/', 'http://shop.test/']));
		expect(monitors.filter(({ asserts }) => asserts === false)).toEqual([]);
		expect(monitors.filter(({ isEnabled }) => !isEnabled)).toEqual([]);
		expect(Math.max(...monitors.map((one) => one.intervalSeconds ?? 0))).toBeLessThanOrEqual(300);
		expect(channels.length).toBeGreaterThan(0);
		expect(channels.filter(({ state }) => state === 'placeholder')).toEqual([]);
	});

	it('finds a watched product whose alerts reach somebody', async () => {
		const report = await audit({
			repo: folder,
			configFolder: folder,
			only: ['monitoring/uptime', 'monitoring/alerts'],
		});
		expect(report.findings).toEqual([]);
		expect(report.checks.map(({ check, outcome }) => `${check} ${outcome}`).sort()).toEqual([
			'monitoring/alerts pass',
			'monitoring/uptime pass',
		]);
	});
});
