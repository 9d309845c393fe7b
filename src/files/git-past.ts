import type { BlobAppearance, BlobPast, BlobWish } from '../core/io.ts';
import { commitGraph } from './commit-graph.ts';
import { reasonIn, type StartGit, whatItSays } from './git.ts';

/** A repository with more has been made to have them. */
const MOST_APPEARANCES = 100_000;

/**
 * From the newest to the oldest, a commit before its parents. Merges show what differs from every
 * parent: what came in from one of them is shown where it came from.
 */
const LOG: readonly string[] = [
	'log',
	'--topo-order',
	'--raw',
	'-c',
	'--no-abbrev',
	'--no-renames',
	'--relative',
	'--no-show-signature',
	'--no-ext-diff',
	'--no-textconv',
	'--no-color',
	'--no-notes',
	'--no-decorate',
	'--no-mailmap',
	'-z',
	'--format=commit %H %at %P',
];

interface Entry extends Pick<BlobAppearance, 'blob' | 'path'> {
	added: { commit: string; at: number } | null;
	removed: { commit: string; at: number } | null;
}

interface Reading {
	readonly wish: BlobWish;
	readonly entries: Map<string, Entry>;
	readonly missing: Set<string>;
	readonly graph: ReturnType<typeof commitGraph>;
	commits: number;
	/** The commit whose changes are being read. */
	now: { commit: string; at: number };
	/** Blobs that the line before the path names. */
	ids: readonly string[];
}

export async function blobPastIn(
	start: StartGit,
	wish: BlobWish,
	signal: AbortSignal | undefined,
): Promise<BlobPast> {
	const into: Reading = {
		wish,
		entries: new Map(),
		missing: new Set(),
		graph: commitGraph(),
		commits: 0,
		now: { commit: '', at: 0 },
		ids: [],
	};
	const stopped = await readLog(start, into, signal);
	signal?.throwIfAborted();
	const refsOf = into.graph.refsOf(wish.store.refs.map(({ commit }) => commit));
	return {
		commits: into.commits,
		missing: into.missing.size,
		stopped: into.entries.size < MOST_APPEARANCES ? stopped : 'there are too many places to keep',
		appearances: [...into.entries.values()].flatMap(({ blob, path, added, removed }) =>
			added === null ? [] : [{ blob, path, added, removed, refs: refsOf(added.commit) }],
		),
	};
}

/** Gives the reason where git stopped before its end. */
function readLog(start: StartGit, into: Reading, signal: AbortSignal | undefined): Promise<string> {
	const { stashes } = into.wish.store;
	const child = start([...LOG, '--all', '--stdin'], 'pipe');
	const stop = () => child.kill('SIGKILL');
	signal?.addEventListener('abort', stop, { once: true });
	child.stdin?.on('error', () => undefined);
	child.stdin?.end(stashes.map((commit) => `${commit}\n`).join(''));
	const said = whatItSays(child);
	let rest = Buffer.alloc(0);
	child.stdout.on('data', (chunk: Buffer) => {
		const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		const end = all.lastIndexOf(0);
		for (const field of all.toString('utf8', 0, Math.max(0, end)).split('\0')) take(into, field);
		rest = Buffer.from(all.subarray(end + 1));
	});
	return new Promise((resolve) => {
		child.on('error', () => resolve('git could not be started'));
		child.on('close', (code) => {
			signal?.removeEventListener('abort', stop);
			take(into, rest.toString('utf8'));
			resolve(code === 0 ? '' : reasonIn(said()));
		});
	});
}

const HEADER = /^commit ([0-9a-f]{40,64}) (-?\d+) ?([0-9a-f ]*)\n?$/;

/** A commit, the modes and ids of a change, or the path that follows them. */
function take(into: Reading, field: string): void {
	if (into.ids.length > 0) {
		change(into, field, into.ids);
		into.ids = [];
		return;
	}
	const text = field.startsWith('\n') ? field.slice(1) : field;
	if (text.startsWith(':')) into.ids = idsOf(text);
	const [, commit, at, parents = ''] = HEADER.exec(text) ?? [];
	if (commit === undefined) return;
	into.commits++;
	into.now = { commit, at: Number(at) };
	into.graph.add(commit, parents === '' ? [] : parents.split(' '));
}

const NONE = /^0+$/;

/**
 * `:mode mode old new status`, and with a colon and a column more for each further parent. Submodules
 * and links have no content of their own here: their ids are left empty.
 */
function idsOf(text: string): readonly string[] {
	const colons = text.search(/[^:]/);
	const columns = text.slice(colons).split(' ');
	const modes = columns.slice(0, colons + 1);
	return columns
		.slice(colons + 1, 2 * colons + 2)
		.map((id, at) => (modes[at]?.startsWith('100') === true && !NONE.test(id) ? id : ''));
}

/** The last id is what the commit has, the others what its parents have. */
function change(into: Reading, path: string, ids: readonly string[]): void {
	const made = ids.at(-1) ?? '';
	for (const id of new Set(ids)) {
		if (id === '') continue;
		const isNew = id === made;
		if (isNew && !into.wish.isHere(id)) into.missing.add(id);
		if (!into.wish.wants(id, path)) continue;
		const entry = entryFor(into, id, path);
		if (entry === null) continue;
		if (isNew) entry.added = into.now;
		else entry.removed ??= into.now;
	}
}

function entryFor({ entries }: Reading, blob: string, path: string): Entry | null {
	const key = `${blob} ${path}`;
	const seen = entries.get(key);
	if (seen !== undefined || entries.size >= MOST_APPEARANCES) return seen ?? null;
	const made: Entry = { blob, path, added: null, removed: null };
	entries.set(key, made);
	return made;
}
