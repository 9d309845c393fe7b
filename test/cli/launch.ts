import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = path.join(root, 'bin/launch-ready.js');

export interface Launched {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface LaunchOptions {
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Sends SIGINT when standard error or output has said this. */
	readonly interruptAfterMs?: number;
	/** Reads only so many bytes of standard output, then closes it. */
	readonly readOnly?: number;
	/** Standard input; empty unless given. */
	readonly input?: string | Buffer;
}

/** Runs the built command line as a user's shell would, without a terminal. */
export function launch(args: readonly string[], options: LaunchOptions = {}): Promise<Launched> {
	const { PATH = '', HOME = '' } = process.env;
	const child = spawn(process.execPath, [bin, ...args], {
		cwd: options.cwd ?? root,
		env: { PATH, HOME, LANG: 'C.UTF-8', ...options.env },
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	// It may end without having read everything.
	child.stdin.on('error', () => undefined);
	child.stdin.end(options.input ?? '');
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
		if (options.readOnly !== undefined && stdout.length >= options.readOnly) child.stdout.destroy();
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	if (options.interruptAfterMs !== undefined) {
		setTimeout(() => child.kill('SIGINT'), options.interruptAfterMs);
	}
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
}
