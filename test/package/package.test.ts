import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { root } from '../cli/launch.ts';

const run = promisify(execFile);

let folder = '';
let files: readonly string[] = [];

/** The tarball unpacked where npm would put it; its dependencies are this checkout's own. */
beforeAll(async () => {
	folder = await realpath(await mkdtemp(path.join(tmpdir(), 'package-')));
	const packed = await run(
		'npm',
		['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
		{
			cwd: root,
			maxBuffer: 16e6,
		},
	);
	const [{ filename, files: listed }] = JSON.parse(packed.stdout) as [
		{ filename: string; files: { path: string }[] },
	];
	files = listed.map((one) => one.path);
	const modules = path.join(folder, 'node_modules');
	await mkdir(modules);
	await run('tar', ['-xzf', path.join(folder, filename), '-C', modules]);
	await run('mv', [path.join(modules, 'package'), path.join(modules, 'launch-ready')]);
	for (const dependency of await readdir(path.join(root, 'node_modules'))) {
		if (dependency.startsWith('.')) continue;
		await symlink(path.join(root, 'node_modules', dependency), path.join(modules, dependency));
	}
	await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
}, 60_000);

describe('the packed tarball', () => {
	it('holds what runs and the demo, and neither tests nor sources', () => {
		expect(files).toContain('bin/launch-ready.js');
		expect(files).toContain('dist/bundle/main.js');
		expect(files).toContain('dist/bundle/LICENSES.txt');
		expect(files).toContain('dist/report-schema.json');
		expect(files).toContain('fixtures/worlds/demo.yaml');
		expect(files).toContain('LICENSE');
		expect(files).toContain('README.md');
		const strange = files.filter(
			(file) =>
				!/^(?:bin|dist|fixtures\/worlds\/demo\.yaml|LICENSE|README\.md|package\.json)/.test(file),
		);
		expect(strange).toEqual([]);
		expect(
			files.filter((file) => /\.test\.|^dist\/(?:test|checks|src\/.*\.js$)/.test(file)),
		).toEqual([]);
	});

	it('runs from any working directory', async () => {
		const bin = path.join(folder, 'node_modules/launch-ready/bin/launch-ready.js');
		const { stdout } = await run(process.execPath, [bin, '--version'], { cwd: tmpdir() });
		expect(stdout).toBe(`${VERSION}\n`);
		const demo = await run(
			process.execPath,
			[bin, 'demo', '--fail-on', 'never', '--format', 'ndjson'],
			{
				cwd: tmpdir(),
				maxBuffer: 16e6,
			},
		);
		expect(demo.stdout.trimEnd().split('\n')).toHaveLength(2);
	});

	it('opens the doors that its manifest names', async () => {
		const script = `
			import { audit, assessChain } from 'launch-ready';
			import { defineCheck, hosts } from 'launch-ready/sdk';
			import { startLab, verifyCheck } from 'launch-ready/sdk-testing';
			import { createRequire } from 'node:module';
			const schema = createRequire(import.meta.url)('launch-ready/report-schema.json');
			console.log([audit, assessChain, defineCheck, hosts, startLab, verifyCheck].every((one) => typeof one === 'function'), schema.type);
		`;
		await writeFile(path.join(folder, 'doors.mjs'), script);
		const { stdout, stderr } = await run(process.execPath, ['doors.mjs'], { cwd: folder });
		expect({ stdout, stderr }).toEqual({ stdout: 'true object\n', stderr: '' });
	});

	it('has a manifest whose every path exists', async () => {
		const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
			exports: Record<string, string | Record<string, string>>;
		};
		const paths = Object.values(manifest.exports).flatMap((one) =>
			typeof one === 'string' ? [one] : Object.values(one),
		);
		expect(paths.length).toBeGreaterThan(6);
		for (const one of paths) expect(files).toContain(one.replace('./', ''));
	});
});
