import type { Git } from './git.ts';

/** Lines of a repository in which every word stands everywhere. */
const MOST_LINES = 2_000;
const MOST_CHARACTERS = 400;
/** Of one file: a word that stands more often is common there. */
const MOST_IN_A_FILE = 50;

export interface FoundLine {
	readonly path: string;
	readonly line: number;
	readonly text: string;
}

/** None where the commit or a word is not one: neither becomes an option. */
export async function linesIn(
	git: Git,
	commit: string,
	words: readonly string[],
): Promise<readonly FoundLine[]> {
	const safe = words.filter((word) => /^\w+$/.test(word));
	if (safe.length === 0 || !/^[0-9a-f]{40,64}(?:[~^]\d{0,3})?$|^HEAD(?:[~^]\d{0,3})?$/.test(commit))
		return [];
	const answer = await git(
		'grep',
		'-I',
		'-n',
		'-z',
		'-w',
		'-F',
		'--no-color',
		'--no-textconv',
		`--max-count=${MOST_IN_A_FILE}`,
		...safe.flatMap((word) => ['-e', word]),
		commit,
	);
	if (answer.kind !== 'answered') return [];
	return answer.output.toString('utf8').split('\n').slice(0, MOST_LINES).flatMap(lineFrom);
}

/** `<commit>:<path>NUL<line>NUL<text>`. */
function lineFrom(found: string): readonly FoundLine[] {
	const [name = '', line = '', text] = found.split('\0');
	if (text === undefined) return [];
	return [
		{
			path: name.slice(name.indexOf(':') + 1),
			line: Number(line),
			text: text.slice(0, MOST_CHARACTERS),
		},
	];
}
