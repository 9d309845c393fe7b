import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './launch.ts';

let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'secrets-cli-'));
	await mkdir(path.join(folder, 'leaking'));
	await mkdir(path.join(folder, 'clean'));
	// Put together here, so that no file of ours looks like it holds a key.
	const key = ['sk', 'live', '51Hq8ZkX2mNwPb7RtYcVfGdL9'].join('_');
	await writeFile(path.join(folder, 'leaking', 'pay.js'), `const key = "${key}";\n`);
	await writeFile(path.join(folder, 'clean', 'pay.js'), 'const key = process.env.STRIPE_KEY;\n');
});

afterAll(() => rm(folder, { recursive: true }));

describe('secrets', () => {
	it('finds a key in a folder, shows four characters of it, and fails', async () => {
		const { code, stdout } = await launch(['secrets', path.join(folder, 'leaking')]);
		expect(code).toBe(1);
		expect(stdout).toContain('secrets/tree/server-secret');
		expect(stdout).toContain('sk_l…');
		expect(stdout).not.toContain('51Hq8');
	});

	it('runs no check of another area', async () => {
		const { code, stdout } = await launch([
			'secrets',
			path.join(folder, 'clean'),
			'--format',
			'json',
		]);
		expect(code).toBe(0);
		const { checks } = JSON.parse(stdout) as { checks: { check: string; outcome: string }[] };
		const judged = checks.filter(({ outcome }) => outcome !== 'skipped');
		expect(judged.length).toBeGreaterThan(0);
		expect(judged.every(({ check }) => check.startsWith('secrets/'))).toBe(true);
	});

	it('says in one line that there is no such folder', async () => {
		const { code, stderr } = await launch(['secrets', path.join(folder, 'nowhere')]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/^launch-ready: secrets ".*nowhere": there is no such folder\n$/);
	});
});
