import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git } from '../files/repositories.ts';
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

	describe('in git', () => {
		let root: string;
		const ids = (stdout: string) =>
			(JSON.parse(stdout) as { findings: { id: string; severity: string }[] }).findings.map(
				({ id, severity }) => `${severity} ${id}`,
			);

		beforeAll(async () => {
			root = path.join(folder, 'in-git');
			await mkdir(root);
			git(root, 'init', '-q', '-b', 'main');
			const key = ['sk', 'live', '51Hq8ZkX2mNwPb7RtYcVfGdL9'].join('_');
			await writeFile(path.join(root, 'pay.js'), `const key = "${key}";\n`);
			git(root, 'add', '-A');
			git(root, 'commit', '-q', '--no-gpg-sign', '-m', 'first');
			await writeFile(path.join(root, 'pay.js'), 'const key = process.env.STRIPE_KEY;\n');
			git(root, 'commit', '-q', '--no-gpg-sign', '-a', '-m', 'second');
		});

		it('finds with --history what was removed, and without it not', async () => {
			const json = ['--format', 'json', '--fail-on', 'high'];
			const env = { XDG_CONFIG_HOME: path.join(folder, 'config') };
			const plain = await launch(['secrets', root, ...json], { env });
			expect(plain).toMatchObject({ code: 0, stderr: '' });
			expect(ids(plain.stdout)).toEqual([]);
			for (const run of ['first', 'from what was kept']) {
				const past = await launch(['secrets', root, '--history', ...json], { env });
				expect(past.code, run).toBe(1);
				expect(ids(past.stdout), run).toEqual(['high secrets/history/server-secret']);
				expect(past.stdout).not.toContain('51Hq8');
			}
		});

		it('looks at the history in an audit of the repository too', async () => {
			const { stdout } = await launch(['audit', '--repo', root, '--format', 'json']);
			expect(ids(stdout)).toContain('high secrets/history/server-secret');
		});

		it('finds with --staged what the next commit would add, and nothing else', async () => {
			const json = ['--staged', '--format', 'json'];
			const clean = await launch(['secrets', root, ...json]);
			expect(clean).toMatchObject({ code: 0, stderr: '' });
			const key = ['sk', 'live', '9LdGfVcYtR7bPwNm2XkZ8qH15'].join('_');
			await writeFile(path.join(root, 'new.js'), `const key = "${key}";\n`);
			expect((await launch(['secrets', root, ...json])).code).toBe(0);
			git(root, 'add', 'new.js');
			const staged = await launch(['secrets', root, ...json]);
			expect(staged.code).toBe(1);
			expect(ids(staged.stdout)).toEqual(['blocker secrets/tree/server-secret']);
			git(root, 'rm', '-q', '--cached', 'new.js');
			await rm(path.join(root, 'new.js'));
		});

		it('judges the contents of a log that is given', async () => {
			const log = path.join(folder, 'app.log');
			const token = ['sk', 'live', 'Qq8ZkX2mNwPb7RtYcVfGdL95'].join('_');
			await writeFile(log, `POST /pay key=${token}\n`);
			const { stdout } = await launch(['secrets', root, '--log', log, '--format', 'json']);
			expect(ids(stdout)).toEqual(['high logs/content/token']);
		});

		it.each([
			[['--unreachable'], '--unreachable needs --history'],
			[['--staged', '--history'], '--staged looks at the next commit alone'],
		])('refuses %j', async (options, message) => {
			const { code, stderr } = await launch(['secrets', root, ...options]);
			expect(code).toBe(2);
			expect(stderr).toContain(message);
		});
	});
});
