import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** Milliseconds for one git command; listing the largest known repositories takes a few seconds. */
const DEADLINE_MS = 30_000;
/** Of one command's output: names of about a million files. */
const MOST_BYTES = 128 * 1024 * 1024;
/** Of what git says on standard error. */
const MOST_SAID = 2_000;

/**
 * A foreign repository's own configuration is data here: what it could make git run, fetch or wait
 * for is switched off, what would change the form of an answer is set, and the machine's configuration
 * is not read.
 */
const SAFE: readonly string[] = [
	'core.fsmonitor=false',
	'core.untrackedCache=false',
	`core.hooksPath=${devNull}`,
	`core.attributesFile=${devNull}`,
	'core.quotePath=false',
	// A graph that came with the repository can tell of other parents than the commits do.
	'core.commitGraph=false',
	'safe.bareRepository=explicit',
	'protocol.allow=never',
	'submodule.recurse=false',
	// `gpg.program` would be run.
	'log.showSignature=false',
	'log.showRoot=true',
	'log.mailmap=false',
	'gc.auto=0',
	'maintenance.auto=false',
].flatMap((setting) => ['-c', setting]);

const ENVIRONMENT: Readonly<Record<string, string>> = {
	LC_ALL: 'C',
	// No protocol of this name: none is allowed, whatever the repository's configuration says.
	GIT_ALLOW_PROTOCOL: 'none',
	GIT_ASKPASS: devNull,
	GIT_ATTR_NOSYSTEM: '1',
	GIT_CONFIG_GLOBAL: devNull,
	GIT_CONFIG_NOSYSTEM: '1',
	GIT_CONFIG_SYSTEM: devNull,
	// Grafts would hide the past; no such file is no graft.
	GIT_GRAFT_FILE: join(devNull, 'none'),
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

/** Starts git on a folder: arguments as an array, no shell. `null` where there is no git. */
export type StartGit = (
	args: readonly string[],
	input: 'none' | 'pipe',
) => ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> };

/** `null` where there is no git on the path; folders that are not absolute are ignored. */
export function gitStarter(folder: string, searchPath: string): StartGit | null {
	const folders = searchPath.split(delimiter).filter(isAbsolute);
	const binary = folders.map((one) => join(one, 'git')).find(isExecutable);
	if (binary === undefined) return null;
	const env = { ...ENVIRONMENT, PATH: folders.join(delimiter) };
	// A bare repository is opened only where the user points to it.
	const place = isBare(folder) ? ['--git-dir', folder] : ['-C', folder];
	return (args, input) =>
		spawn(binary, ['--no-pager', ...SAFE, ...place, ...args], {
			env,
			stdio: [input === 'pipe' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
			windowsHide: true,
		}) as ReturnType<StartGit>;
}

/** Runs git on a folder to its end, without input. */
export function gitIn(folder: string, searchPath: string): Git {
	const start = gitStarter(folder, searchPath);
	if (start === null) return () => Promise.resolve({ kind: 'no-git' });
	return (...args) =>
		new Promise((resolve) => {
			const child = start(args, 'none');
			const chunks: Buffer[] = [];
			let bytes = 0;
			let stopped = '';
			const stop = (why: string) => {
				stopped = why;
				child.kill('SIGKILL');
			};
			const timer = setTimeout(() => stop('git took too long'), DEADLINE_MS);
			const said = whatItSays(child);
			child.stdout.on('data', (chunk: Buffer) => {
				bytes += chunk.length;
				if (bytes > MOST_BYTES) stop('git listed too many files');
				else chunks.push(chunk);
			});
			child.on('error', () => {
				clearTimeout(timer);
				resolve({ kind: 'no-git' });
			});
			child.on('close', (code) => {
				clearTimeout(timer);
				if (stopped !== '') resolve({ kind: 'too-much', message: stopped });
				else if (code === 0) resolve({ kind: 'answered', output: Buffer.concat(chunks) });
				else resolve({ kind: 'refused', message: said() });
			});
		});
}

/** Gives what a process has said on standard error so far, and lets it go on saying more. */
export function whatItSays({ stderr }: ChildProcess): () => string {
	let message = '';
	stderr?.on('data', (chunk: Buffer) => {
		if (message.length < MOST_SAID) message += chunk.toString('latin1');
	});
	return () => message;
}

/** One line of it, without git's own words around it. */
export function reasonIn(message: string): string {
	if (/dubious ownership|unsafe repository/.test(message)) return 'it belongs to somebody else';
	const lines = message.split('\n');
	const line =
		lines.find((one) => one.startsWith('fatal: ')) ??
		lines.find((one) => one.startsWith('error: ')) ??
		message;
	return line.replace(/^(?:fatal|error): /, '').slice(0, 200) || 'git failed';
}

/** A repository without a working tree, by what must be in one. */
function isBare(folder: string): boolean {
	return (
		!existsSync(join(folder, '.git')) &&
		existsSync(join(folder, 'HEAD')) &&
		['objects', 'refs'].every((name) => isFolder(join(folder, name)))
	);
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
