import { Unobserved } from '../core/fact.ts';
import type { FileListing, FilesPort } from '../core/io.ts';
import { createFiles, type FileSettings, realFolder, USUAL_PATH } from './create-files.ts';
import { type Git, gitIn, gitStarter, reasonIn, type StartGit } from './git.ts';
import { blobsIn } from './git-blobs.ts';

/** Files whose contents are fetched at a time. */
const AT_ONCE = 64;
const MOST_WINDOWS = 3;

interface Staged {
	readonly path: string;
	/** Blob in the index. */
	readonly id: string;
	/** Blob that HEAD has there; empty for none. */
	readonly before: string;
}

interface Change {
	readonly staged: readonly Staged[];
	readonly byPath: ReadonlyMap<string, number>;
	/** By the number of its first file, the contents of a window by id; the last few that were asked for. */
	readonly windows: Map<number, Promise<ReadonlyMap<string, Buffer>>>;
}

/**
 * The same door onto what the next commit would add or change, and nothing else: contents come from
 * the index, whatever the folder has. Links and submodules have none.
 */
export function createStagedFiles(settings: FileSettings): FilesPort {
	const { searchPath = USUAL_PATH, signal } = settings;
	const changes = new Map<string, Promise<Change>>();
	const startAt = (root: string): StartGit => {
		const start = gitStarter(realFolder(root), searchPath);
		if (start === null) throw new Unobserved('unsupported', 'git was not found');
		return start;
	};
	const changeOf = (root: string): Promise<Change> => {
		const seen = changes.get(root) ?? changeIn(gitIn(realFolder(root), searchPath));
		changes.set(root, seen);
		return seen;
	};
	/** Whoever reads, reads in the order of the list, so that a window serves many. */
	const contentOf = async (root: string, path: string, side: 'id' | 'before') => {
		const change = await changeOf(root);
		const at = change.byPath.get(path);
		const file = at === undefined ? undefined : change.staged[at];
		if (at === undefined || file === undefined) {
			throw new Unobserved('unreadable', `${path}: not in the change`);
		}
		const first = at - (at % AT_ONCE);
		const files = change.staged.slice(first, first + AT_ONCE);
		const ids = files.flatMap(({ id, before }) => (before === '' ? id : [id, before]));
		const contents =
			change.windows.get(first) ?? contentsOf(startAt(root), [...new Set(ids)], signal);
		change.windows.delete(first);
		change.windows.set(first, contents);
		for (const old of [...change.windows.keys()].slice(0, -MOST_WINDOWS))
			change.windows.delete(old);
		return (await contents).get(file[side]) ?? null;
	};
	const read = async (root: string, path: string, maxBytes: number): Promise<string> => {
		const content = await contentOf(root, path, 'id');
		if (content === null) throw new Unobserved('unreadable', `${path}: git does not have it`);
		return content.toString('latin1', 0, maxBytes);
	};
	return {
		...createFiles(settings),
		async list(root): Promise<FileListing> {
			const { staged } = await changeOf(root);
			const sizes = await sizesOf(
				startAt(root),
				staged.map(({ id }) => id),
			);
			return {
				files: staged.map(({ path, id }) => ({
					path,
					bytes: sizes.get(id) ?? 0,
					tracked: true,
					ignored: false,
				})),
				head: '',
				skipped: [],
			};
		},
		read,
		async before(root, path, maxBytes) {
			return (await contentOf(root, path, 'before'))?.toString('latin1', 0, maxBytes) ?? null;
		},
		async *stream(root, path) {
			yield await read(root, path, Number.MAX_SAFE_INTEGER);
		},
	};
}

async function changeIn(git: Git): Promise<Change> {
	const answer = await git(
		'diff',
		'--cached',
		'--raw',
		'-z',
		'--no-renames',
		'--no-abbrev',
		'--relative',
		'--no-ext-diff',
		'--no-textconv',
		'--no-color',
		'--ignore-submodules',
		'--diff-filter=AMT',
	);
	if (answer.kind === 'no-git') throw new Unobserved('unsupported', 'git was not found');
	if (answer.kind !== 'answered') {
		throw new Unobserved('unreadable', `git: ${reasonIn(answer.message)}`);
	}
	const fields = answer.output.toString('utf8').split('\0');
	const staged: Staged[] = [];
	for (let at = 0; at + 1 < fields.length; at += 2) {
		const [, mode = '', before = '', id = ''] = (fields[at] ?? '').split(' ');
		if (!mode.startsWith('100')) continue;
		staged.push({ path: fields[at + 1] ?? '', id, before: /^0+$/.test(before) ? '' : before });
	}
	return { staged, byPath: new Map(staged.map(({ path }, at) => [path, at])), windows: new Map() };
}

async function contentsOf(
	start: StartGit,
	ids: readonly string[],
	signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Buffer>> {
	const contents = new Map<string, Buffer>();
	for await (const { bytes, blobs } of blobsIn(start, { ids }, signal)) {
		for (const { id, start: from, end } of blobs) {
			contents.set(id, Buffer.from(bytes.buffer, from, end - from));
		}
	}
	return contents;
}

/** Of the files, in bytes; one that is not there has none. */
async function sizesOf(
	start: StartGit,
	ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
	if (ids.length === 0) return new Map();
	const child = start(
		['cat-file', '--batch-check=%(objectname) %(objectsize)', '--buffer'],
		'pipe',
	);
	child.stdin?.on('error', () => undefined);
	child.stdin?.end(ids.map((id) => `${id}\n`).join(''));
	child.stderr?.resume();
	const chunks: Buffer[] = [];
	for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
	const lines = Buffer.concat(chunks).toString('latin1').split('\n');
	return new Map(
		lines.map((line) => {
			const [id = '', bytes = ''] = line.split(' ');
			return [id, Number(bytes)];
		}),
	);
}
