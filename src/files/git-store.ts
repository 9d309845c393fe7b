import { readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Unobserved } from '../core/fact.ts';
import type { GitStore } from '../core/io.ts';
import { type Git, reasonIn } from './git.ts';
import { isWithin } from './within.ts';

/** Alternates of alternates, and no deeper; git itself stops at five. */
const DEEPEST = 5;
const REFS = [
	'for-each-ref',
	'--format=%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)%00%(symref)%00%(refname)',
];

/** `root` is resolved. */
export async function gitStoreIn(git: Git, root: string): Promise<GitStore | null> {
	const where = await git('rev-parse', '--git-common-dir', '--is-shallow-repository');
	if (where.kind === 'no-git') throw new Unobserved('unsupported', 'git was not found');
	if (where.kind !== 'answered') {
		if (/not a git repository/.test(where.message)) return null;
		throw new Unobserved('unreadable', `git: ${reasonIn(where.message)}`);
	}
	const [commonDir = '', shallow = ''] = where.output.toString('utf8').split('\n');
	const folder = realpathSync.native(resolve(root, commonDir));
	const [head, refs, stashes, promisors] = await Promise.all([
		git('rev-parse', '--verify', '--quiet', 'HEAD'),
		git(...REFS),
		git('rev-list', '--walk-reflogs', '--parents', 'refs/stash', '--'),
		git('config', '--get-regexp', '^(extensions\\.partialclone|remote\\..*\\.promisor)$'),
	]);
	if (refs.kind !== 'answered') throw new Unobserved('unreadable', 'git does not list its refs');
	const isPartial = promisors.kind === 'answered' && promisors.output.length > 0;
	return {
		head: head.kind === 'answered' ? head.output.toString('latin1').trim() : '',
		...refsIn(refs.output.toString('utf8')),
		stashes: stashes.kind === 'answered' ? commitsIn(stashes.output.toString('latin1')) : [],
		shallow: shallow === 'true',
		partial: isPartial,
		borrows: alternatesOf(join(folder, 'objects'), [root, folder], 0),
	};
}

function refsIn(text: string): Pick<GitStore, 'refs' | 'defaultBranch'> {
	const refs: { name: string; commit: string }[] = [];
	let defaultBranch: string | null = null;
	for (const line of text.split('\n')) {
		const [type, id = '', peeledType, peeled = '', symbolic = '', name = ''] = line.split('\0');
		if (symbolic !== '') {
			if (/^refs\/remotes\/[^/]+\/HEAD$/.test(name)) defaultBranch ??= symbolic;
		} else if (type === 'commit') refs.push({ name, commit: id });
		else if (peeledType === 'commit') refs.push({ name, commit: peeled });
	}
	return { refs, defaultBranch };
}

/** A stash, its index and what was untracked; its first parent is a commit of the branch. */
function commitsIn(text: string): readonly string[] {
	const lines = text.split('\n').map((line) => line.split(' '));
	const own = lines.flatMap(([stash = '', , ...others]) => [stash, ...others]);
	return [...new Set(own.filter((id) => /^[0-9a-f]{40,64}$/.test(id)))];
}

/** Folders of objects that lie neither in the root nor in the repository's own folder. */
function alternatesOf(objects: string, homes: readonly string[], depth: number): readonly string[] {
	if (depth > DEEPEST) return [objects];
	return linesOf(join(objects, 'info', 'alternates')).flatMap((line) => {
		const folder = resolved(resolve(objects, line));
		if (folder === null) return [];
		if (!homes.some((home) => isWithin(home, folder))) return [folder];
		return alternatesOf(folder, homes, depth + 1);
	});
}

function linesOf(file: string): readonly string[] {
	try {
		const lines = readFileSync(file, 'utf8').split('\n');
		return lines.filter((line) => line !== '' && !line.startsWith('#'));
	} catch {
		return [];
	}
}

function resolved(path: string): string | null {
	try {
		return realpathSync.native(path);
	} catch {
		return null;
	}
}
