import { spawn } from 'node:child_process';
import { safeJson } from '../report/visible-text.ts';
import { alertSubject } from '../watch/alert-text.ts';
import type { Alert } from '../watch/watch-state.ts';
import { Usage } from './usage.ts';
import { SECRETS } from './watch-secrets.ts';

const TIMEOUT_MS = 30_000;
const MOST_SAID = 200;

/** `notify --text 'it broke'` as words, with the quotes of a shell and nothing else of it. */
export function wordsOf(command: string): readonly [string, ...string[]] {
	const words: string[] = [];
	const pattern = /\s*((?:'[^']*'|"(?:\\["\\]|[^"\\]|\\)*"|\\.|[^\s'"\\])+)/gsy;
	let end = 0;
	for (const match of command.matchAll(pattern)) {
		words.push(unquoted(match[1] ?? ''));
		end = match.index + match[0].length;
	}
	const [program, ...rest] = words;
	if (program === undefined || program === '' || command.slice(end).trim() !== '') {
		throw new Usage(
			'--command: give a program and its arguments, in quotes where they hold spaces: --command "notify --level high"',
		);
	}
	return [program, ...rest];
}

function unquoted(word: string): string {
	return word.replace(
		/'([^']*)'|"((?:\\["\\]|[^"\\]|\\)*)"|\\(.)/gs,
		(_, single?: string, double?: string, one?: string) =>
			single ?? double?.replace(/\\(["\\])/g, '$1') ?? one ?? '',
	);
}

/**
 * Runs a program of the user's, without a shell, for one alert: the alert as JSON on standard input, a
 * summary in the environment, without our own secrets. Throws where it does not end with 0 within half a
 * minute; it is killed then, and at the signal.
 */
export function runCommand(
	[program, ...args]: readonly [string, ...string[]],
	alert: Alert,
	env: NodeJS.ProcessEnv,
	signal: AbortSignal,
): Promise<void> {
	return new Promise((resolve, reject) => {
		const kept = Object.entries(env).filter(([name]) => !SECRETS.includes(name));
		const child = spawn(program, args, {
			env: { ...Object.fromEntries(kept), ...summaryOf(alert) },
			stdio: ['pipe', 'ignore', 'pipe'],
			signal,
			timeout: TIMEOUT_MS,
			killSignal: 'SIGKILL',
		});
		let said = '';
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			said = `${said}${text}`.slice(-MOST_SAID);
		});
		// It may end without having read everything.
		child.stdin.on('error', () => undefined);
		child.stdin.end(`${safeJson(alert, 0)}\n`);
		const fail = (why: string) => reject(new Error(`${program}: ${why}`));
		child.on('error', ({ message }) => fail(message));
		child.on('close', (code, killed) => {
			if (code === 0) resolve();
			else fail(`${killed === null ? `exit ${code}` : `killed (${killed})`} ${said.trim()}`.trim());
		});
	});
}

function summaryOf(alert: Alert): Readonly<Record<string, string>> {
	const { domain, broke, recovered, standing } = alert;
	return {
		LAUNCH_READY_DOMAIN: domain,
		LAUNCH_READY_SUMMARY: alertSubject(alert),
		LAUNCH_READY_BROKE: String(broke.length),
		LAUNCH_READY_RECOVERED: String(recovered.length),
		LAUNCH_READY_STANDING: String(standing),
	};
}
