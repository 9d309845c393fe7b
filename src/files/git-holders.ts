import type { StartGit } from './git.ts';

/** Questions to git in all; each costs the reading of a few trees. */
const MOST_ASKED = 40_000;

export interface Holders {
	readonly asked: number;
	readonly holders: readonly (readonly number[])[];
}

/** `below` is the root's place in the repository: empty, or ending with `/`. */
export async function holdersIn(
	start: StartGit,
	{
		below,
		tips,
		pairs,
	}: {
		below: string;
		tips: readonly string[];
		pairs: readonly { readonly blob: string; readonly path: string }[];
	},
	signal: AbortSignal | undefined,
): Promise<Holders> {
	const asked = Math.min(tips.length, Math.floor(MOST_ASKED / Math.max(1, pairs.length)));
	const questions = pairs.flatMap(({ path }, pair) =>
		// One line is one question.
		path.includes('\n')
			? []
			: tips.slice(0, asked).map((tip, at) => ({ pair, at, text: `${tip}:${below}${path}\n` })),
	);
	const answers = await answersTo(start, questions.map(({ text }) => text).join(''), signal);
	const holders: number[][] = pairs.map(() => []);
	for (const [index, { pair, at }] of questions.entries()) {
		if (answers[index] === pairs[pair]?.blob) holders[pair]?.push(at);
	}
	return { asked, holders };
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
