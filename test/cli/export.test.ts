import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sampleReport } from '../export/sample-report.ts';
import { launch } from './launch.ts';

let folder = '';
const at = (name: string) => path.join(folder, name);
const json = (value: unknown) => JSON.stringify(value);

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-export-'));
	await writeFile(at('report.json'), json(sampleReport()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('launch-ready export', () => {
	it('writes one file to standard output, the same from a file and from standard input', async () => {
		const [file, piped] = await Promise.all([
			launch(['export', 'gatus', at('report.json')]),
			launch(['export', 'gatus', '-', '--quiet'], { input: json(sampleReport()) }),
		]);
		expect(file).toMatchObject({
			code: 0,
			stderr: 'launch-ready: 19 things are watched; 8 left out, the file says why\n',
		});
		expect(parse(file.stdout)).toHaveProperty('endpoints');
		expect(piped).toMatchObject({ code: 0, stdout: file.stdout, stderr: '' });
	});

	it('writes several files into a folder, and none over what somebody else wrote', async () => {
		const into = at('monitoring');
		const args = ['export', 'prometheus', at('report.json'), '-o', into];
		expect(await launch(args)).toMatchObject({ code: 0, stdout: '' });
		const names = ['alertmanager.yml', 'alerts.yml', 'blackbox.yml', 'prometheus.yml'];
		expect((await readdir(into)).sort()).toEqual(names);
		await writeFile(path.join(into, 'alerts.yml'), 'groups: [mine]\n');
		const again = await launch(args);
		expect(again.code).toBe(2);
		expect(again.stderr).toContain('alerts.yml exists and is not ours');
		expect(await readFile(path.join(into, 'alerts.yml'), 'utf8')).toBe('groups: [mine]\n');
	});

	it('exits 2 for wrong usage and says what to type', async () => {
		await writeFile(at('other.json'), '{"a": 1}');
		const two = ['a.test', 'b.test'].map((domain) =>
			sampleReport({}, { target: { domain, hosts: [] } }),
		);
		await writeFile(at('two.json'), json(two));
		const cases = [
			[['prometheus', 'report.json'], '-o DIR'],
			[['gatus', 'no-such.json'], 'there is no file "no-such.json"'],
			[['gatus', 'other.json'], 'is no report of launch-ready'],
			[['gatus', 'two.json'], '--domain: the file holds a.test, b.test'],
			[['nagios', 'report.json'], 'Allowed choices are gatus'],
		] as const;
		const launched = await Promise.all(
			cases.map(([args]) => launch(['export', ...args], { cwd: folder })),
		);
		launched.forEach(({ code, stdout, stderr }, index) => {
			expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
			expect(stderr).toContain(cases[index]?.[1]);
		});
	});

	it('exits 3 and writes nothing where the audit saw nothing', async () => {
		const map = { records: [], redirects: [], answers: [], health: [], certificates: [] };
		const blind = sampleReport(map, { timings: [] });
		const { code, stdout, stderr } = await launch(['export', 'gatus', '-'], { input: json(blind) });
		expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
		expect(stderr).toContain('nothing to watch: the audit of shop.test saw no answer');
	});
});
