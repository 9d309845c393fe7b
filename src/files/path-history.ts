import type { PathChanges, PathHistory } from '../core/io.ts';
import type { Git } from './git.ts';

/** Commits that touched the paths; older ones are not asked for. */
const MOST_COMMITS = 5_000;
/** Nothing that a repository's own configuration names is run: no pager, diff, filter or signature. */
const LOG: readonly string[] = [
	'log',
	'--no-show-signature',
	'--no-ext-diff',
	'--no-textconv',
	'--no-color',
	'--find-renames',
	'--name-status',
	'--relative',
	`--max-count=${MOST_COMMITS}`,
	'-z',
	'--format=%x01%H %ct',
];

interface Commit {
	readonly commit: string;
	/** Seconds since 1970. */
	readonly at: number;
	readonly changes: readonly Change[];
}

interface Change {
	/** `A`, `M`, `D`, `R`, `C`, `T`. */
	readonly letter: string;
	/** `false` for a rename without a change. */
	readonly edited: boolean;
	readonly from: string;
	readonly to: string;
}

export async function pathHistoryIn(
	git: Git,
	paths: readonly string[],
): Promise<PathHistory | null> {
	const below = ['--', ...paths.map((path) => `:(literal)${path}`)];
	const [log, shallow, tag] = await Promise.all([
		git(...LOG, ...below),
		git('rev-parse', '--is-shallow-repository'),
		lastTagIn(git),
	]);
	if (log.kind !== 'answered') return null;
	const held =
		tag === null ? null : await git('ls-tree', '-r', '-z', '--name-only', tag.name, '--', ...paths);
	const files = held?.kind === 'answered' ? split(held.output) : [];
	return {
		lastTag: tag === null ? null : { ...tag, files },
		files: changesOf(commitsIn(log.output.toString('utf8'))),
		shallow: shallow.kind === 'answered' && shallow.output.toString('latin1').trim() === 'true',
	};
}

async function lastTagIn(git: Git): Promise<{ name: string; at: number } | null> {
	const nearest = await git('describe', '--tags', '--abbrev=0', 'HEAD');
	if (nearest.kind !== 'answered') return null;
	const name = `refs/tags/${nearest.output.toString('utf8').trim()}`;
	const at = await git('log', '--no-show-signature', '--max-count=1', '--format=%ct', name, '--');
	if (at.kind !== 'answered') return null;
	return { name, at: Number(at.output.toString('latin1').trim()) };
}

const split = (output: Buffer): readonly string[] =>
	output
		.toString('utf8')
		.split('\0')
		.filter((name) => name !== '');

/** Newest first, as git gives them. */
function commitsIn(text: string): readonly Commit[] {
	return text
		.split('\x01')
		.slice(1)
		.map((block) => {
			const [head = '', ...fields] = block.split('\0').map((field) => field.replace(/^\n/, ''));
			const [commit = '', at = ''] = head.trim().split(' ');
			return { commit, at: Number(at), changes: changesIn(fields) };
		});
}

function changesIn(fields: readonly string[]): readonly Change[] {
	const changes: Change[] = [];
	for (let at = 0; at < fields.length; ) {
		const status = fields[at++] ?? '';
		const letter = status.charAt(0);
		if (letter === '') continue;
		const from = fields[at++] ?? '';
		const isPair = letter === 'R' || letter === 'C';
		const to = isPair ? (fields[at++] ?? '') : from;
		changes.push({ letter, edited: !/^[RC]100$/.test(status), from, to });
	}
	return changes;
}

interface Following {
	readonly done: PathChanges[];
	/** By the name that the file had then, what it is called today. */
	readonly open: Map<string, { path: string; changed: PathChanges['changed'][number][] }>;
	/** Names whose older past belongs to another file, or to none of today. */
	readonly over: Set<string>;
}

/** Follows each file of today back to the commit that added it, through renames. */
function changesOf(commits: readonly Commit[]): readonly PathChanges[] {
	const following: Following = { done: [], open: new Map(), over: new Set() };
	for (const commit of commits) {
		for (const change of commit.changes) follow(following, commit, change);
	}
	const { done, open } = following;
	// The commit that added these is out of reach.
	for (const { path, changed } of open.values()) {
		const { commit, at } = changed.pop() ?? commits.at(-1) ?? { commit: '', at: 0 };
		done.push({ path, added: { commit, at }, changed });
	}
	return done;
}

function follow(
	{ done, open, over }: Following,
	{ commit, at }: Commit,
	{ letter, edited, from, to }: Change,
): void {
	if (letter === 'D') {
		if (!open.has(from)) over.add(from);
		return;
	}
	if (over.has(to)) return;
	const file = open.get(to) ?? { path: to, changed: [] };
	open.delete(to);
	if (letter === 'A' || letter === 'C') {
		done.push({ path: file.path, added: { commit, at }, changed: file.changed });
		over.add(to);
		return;
	}
	if (edited) file.changed.push({ commit, at });
	open.set(from, file);
}
