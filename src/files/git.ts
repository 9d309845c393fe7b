import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { devNull } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** Milliseconds for one git command; listing the largest known repositories takes a few seconds. */
const DEADLINE_MS = 30_000;
/** Of one command's output: names of about a million files. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * A foreign repository's own configuration is data here: what it could make git run, fetch or wait
 * for is switched off, and the machine's configuration is not read.
 */
const SAFE: readonly string[] = [
	'core.fsmonitor=false',
	'core.untrackedCache=false',
	`core.hooksPath=${devNull}`,
	'core.quotePath=false',
	'safe.bareRepository=explicit',
	'protocol.allow=never',
	'submodule.recurse=false',
].flatMap((setting) => ['-c', setting]);

const ENVIRONMENT: Readonly<Record<string, string>> = {
	LC_ALL: 'C',
	GIT_ASKPASS: devNull,
	GIT_CONFIG_GLOBAL: devNull,
	GIT_CONFIG_NOSYSTEM: '1',
	GIT_CONFIG_SYSTEM: devNull,
	GIT_NO_LAZY_FETCH: '1',
	GIT_NO_REPLACE_OBJECTS: '1',
	GIT_OPTIONAL_LOCKS: '0',
	GIT_TERMINAL_PROMPT: '0',
};

type GitAnswer =
	| { readonly kind: 'answered'; readonly output: Buffer }
	| { readonly kind: 'refused'; readonly message: string }
	| { readonly kind: 'no-git' }
	| { readonly kind: 'too-much'; readonly message: string };

export type Git = (...args: string[]) => Promise<GitAnswer>;

/** Runs git on a folder: arguments as an array, no shell, no input. */
export function gitIn(folder: string, searchPath: string): Git {
	const folders = searchPath.split(delimiter).filter(isAbsolute);
	const binary = folders.map((one) => join(one, 'git')).find(isExecutable);
	if (binary === undefined) return () => Promise.resolve({ kind: 'no-git' });
	const environment = { ...ENVIRONMENT, PATH: folders.join(delimiter) };
	return (...args) =>
		new Promise((resolve) => {
			const child = spawn(binary, ['--no-pager', ...SAFE, '-C', folder, ...args], {
				env: environment,
				stdio: ['ignore', 'pipe', 'pipe'],
				windowsHide: true,
			});
			const chunks: Buffer[] = [];
			let bytes = 0;
			let message = '';
			let stopped = '';
			const stop = (why: string) => {
				stopped = why;
				child.kill('SIGKILL');
			};
			const timer = setTimeout(() => stop('git took too long'), DEADLINE_MS);
			child.stdout.on('data', (chunk: Buffer) => {
				bytes += chunk.length;
				if (bytes > MOST_BYTES) stop('git listed too many files');
				else chunks.push(chunk);
			});
			child.stderr.on('data', (chunk: Buffer) => {
				if (message.length < 2_000) message += chunk.toString('latin1');
			});
			child.on('error', () => {
				clearTimeout(timer);
				resolve({ kind: 'no-git' });
			});
			child.on('close', (code) => {
				clearTimeout(timer);
				if (stopped !== '') resolve({ kind: 'too-much', message: stopped });
				else if (code === 0) resolve({ kind: 'answered', output: Buffer.concat(chunks) });
				else resolve({ kind: 'refused', message });
			});
		});
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
