import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'launch-ready-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

export function write(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
	for (const [path, content] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), content);
	}
}

export function git(folder: string, ...args: string[]): string {
	const person = ['-c', 'user.name=Test', '-c', 'user.email=test@example.test'];
	return execFileSync('git', ['-C', folder, ...person, ...args], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {
			PATH: process.env['PATH'],
			GIT_CONFIG_GLOBAL: '/dev/null',
			GIT_CONFIG_NOSYSTEM: '1',
			GIT_ALLOW_PROTOCOL: 'file',
		},
	});
}

/** A repository with these files committed. */
export function committed(files: Readonly<Record<string, string | Buffer>>): string {
	const folder = temporaryFolder();
	git(folder, 'init', '-q', '-b', 'main');
	write(folder, files);
	git(folder, 'add', '-A', '-f');
	git(folder, 'commit', '-q', '--no-gpg-sign', '-m', 'first');
	return folder;
}
