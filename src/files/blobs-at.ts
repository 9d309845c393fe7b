import type { StartGit } from './git.ts';

/** Questions to git in all; each costs the reading of a few trees. */
const MOST_ASKED = 40_000;

/** `below` is the root's place in the repository: empty, or ending with `/`. */
export async function blobsAt(
	start: StartGit,
	asked: {
		readonly below: string;
		readonly tips: readonly string[];
		readonly paths: readonly string[];
	},
	signal: AbortSignal | undefined,
): Promise<readonly (readonly (string | null)[])[]> {
	const { below, paths } = asked;
	const most = Math.floor(MOST_ASKED / Math.max(1, paths.length));
	const tips = asked.tips.slice(0, most).filter((tip) => /^[0-9a-f]{40,64}$/.test(tip));
	// One line is one question: a name of several cannot be asked for.
	const safe = paths.map((path) => (path.includes('\n') ? '' : `${below}${path}`));
	const questions = tips.map((tip) => safe.map((path) => `${tip}:${path}\n`).join('')).join('');
	const answers = await answersTo(start, questions, signal);
	return tips.map((_, tip) =>
		safe.map((path, at) => {
			const answer = answers[tip * safe.length + at] ?? '';
			return path !== '' && /^[0-9a-f]{40,64}$/.test(answer) ? answer : null;
		}),
	);
}

/** One line each: the id of what is there, or that nothing is. */
function answersTo(
	start: StartGit,
	questions: string,
	signal: AbortSignal | undefined,
): Promise<readonly string[]> {
	if (questions === '') return Promise.resolve([]);
	const child = start(['cat-file', '--batch-check=%(objectname)', '--buffer'], 'pipe');
	const stop = () => child.kill('SIGKILL');
	signal?.addEventListener('abort', stop, { once: true });
	child.stdin?.on('error', () => undefined);
	child.stdin?.end(questions);
	const chunks: Buffer[] = [];
	child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
	child.stderr?.resume();
	return new Promise((resolve) => {
		child.on('error', () => resolve([]));
		child.on('close', () => {
			signal?.removeEventListener('abort', stop);
			resolve(Buffer.concat(chunks).toString('utf8').split('\n'));
		});
	});
}
