import { execFileSync } from 'node:child_process';
import {
	chmod,
	lstat,
	mkdtemp,
	readdir,
	readFile,
	stat,
	symlink,
	writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NotWritten, writeReportFile } from '../../src/cli/write-output.ts';

let folder = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'write-output-'));
});

describe('writeReportFile', () => {
	it('leaves the report and no temporary file', async () => {
		const inside = await mkdtemp(path.join(folder, 'whole-'));
		await writeReportFile(path.join(inside, 'report.txt'), 'one');
		await writeReportFile(path.join(inside, 'report.txt'), 'two');
		expect(await readdir(inside)).toEqual(['report.txt']);
		expect(await readFile(path.join(inside, 'report.txt'), 'utf8')).toBe('two');
	});

	it('writes into a pipe or device and never puts a file in its place', async () => {
		const pipe = path.join(folder, 'pipe');
		execFileSync('/usr/bin/env', ['mkfifo', pipe]);
		const [read] = await Promise.all([readFile(pipe, 'utf8'), writeReportFile(pipe, 'report')]);
		expect(read).toBe('report');
		expect((await lstat(pipe)).isFIFO()).toBe(true);
	});

	it('writes through a link, and keeps the permissions of what it replaces', async () => {
		const [file, link] = [path.join(folder, 'private.txt'), path.join(folder, 'link.txt')];
		await writeFile(file, 'old');
		await chmod(file, 0o600);
		await symlink(file, link);
		await writeReportFile(link, 'new');
		expect((await lstat(link)).isSymbolicLink()).toBe(true);
		expect(await readFile(file, 'utf8')).toBe('new');
		expect((await stat(file)).mode & 0o777).toBe(0o600);
	});

	it('says which file could not be written', async () => {
		const file = path.join(folder, 'no-such-folder', 'report.txt');
		await expect(writeReportFile(file, '')).rejects.toThrow(NotWritten);
		await expect(writeReportFile(file, '')).rejects.toThrow(/no-such-folder.*ENOENT/);
	});
});
