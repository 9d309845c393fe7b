import { existsSync, lstatSync, readdirSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { FileListing } from '../core/io.ts';
import { type Git, gitIn, reasonIn } from './git.ts';
import { reasonFor } from './reason.ts';
import { isWithin } from './within.ts';

/** More than the largest monorepos have; a folder with more is listed so far. */
const MOST_FILES = 200_000;
const MOST_DEPTH = 64;
/** Submodules of submodules are rare, and one that contains itself must end. */
const MOST_SUBMODULES = 3;
/** Lines of `skipped`, the last of which counts the rest. */
const MOST_SKIPPED = 50;
/** Files looked at before the event loop gets its turn. */
const PER_TURN = 500;

/** Other people's code, installed beside the project: never deployed from the working tree as it is. */
const DEPENDENCIES: ReadonlySet<string> = new Set([
	'node_modules',
	'bower_components',
	'jspm_packages',
	'.pnpm-store',
	'.yarn',
	'.venv',
	'venv',
	'__pycache__',
	'site-packages',
	'.tox',
	'.nox',
	'.mypy_cache',
	'.pytest_cache',
	'.ruff_cache',
	'.gradle',
	'.m2',
	'.cargo',
	'.bundle',
	'.terraform',
	'Pods',
	'.dart_tool',
	'.turbo',
	'.nx',
	'.parcel-cache',
]);
const VERSION_CONTROL: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', '.jj', 'CVS']);

type File = FileListing['files'][number];

interface Gathering {
	readonly root: string;
	readonly files: File[];
	readonly skipped: string[];
	readonly unreadable: string[];
	/** Folders of tracked files, resolved: whether they lie inside the root. */
	readonly inside: Map<string, boolean>;
	/** Folders of dependencies that were not entered. */
	dependencies: number;
	/** Tracked, but not on disk: deleted, or outside a sparse checkout. */
	absent: number;
	full: boolean;
}

/** Files of a folder, by git where it is a working tree, else by walking. `root` is resolved. */
export async function listFolder(root: string, searchPath: string): Promise<FileListing> {
	const into: Gathering = {
		root,
		files: [],
		skipped: [],
		unreadable: [],
		inside: new Map(),
		dependencies: 0,
		absent: 0,
		full: false,
	};
	const byGit = await listByGit(into, '', searchPath, 0);
	if (byGit.head === null) await walk(into, '', { tracked: false, ignored: false });
	if (byGit.unread !== null) into.skipped.unshift(byGit.unread);
	return {
		files: into.files,
		head: byGit.head,
		skipped: summaryOf(into),
		...(into.unreadable.length > 0 && {
			unreadable: into.unreadable.sort().slice(0, MOST_SKIPPED),
		}),
		...(into.full && { cut: true }),
		...(byGit.unread !== null && { gitUnread: byGit.unread }),
	};
}

function summaryOf({ skipped, dependencies, absent, full }: Gathering): readonly string[] {
	const lines = [
		...(full ? [`only the first ${MOST_FILES} files were looked at`] : []),
		...(absent > 0 ? [`tracked, but not on disk: ${absent}`] : []),
		...(dependencies > 0 ? [`folders of installed dependencies: ${dependencies}`] : []),
		...skipped,
	];
	if (lines.length <= MOST_SKIPPED) return lines;
	const rest = lines.length - MOST_SKIPPED + 1;
	return [...lines.slice(0, MOST_SKIPPED - 1), `${rest} more`];
}

/** `head` is `null` where git has no account to give; `unread` says why, where there is a `.git`. */
async function listByGit(
	into: Gathering,
	below: string,
	searchPath: string,
	depth: number,
): Promise<{ head: string | null; unread: string | null }> {
	const folder = join(into.root, below);
	const git = gitIn(folder, searchPath);
	const tracked = await git('ls-files', '-z', '--cached', '--stage');
	if (tracked.kind !== 'answered') {
		const why = tracked.kind === 'no-git' ? 'git was not found' : reasonIn(tracked.message);
		const unread = `git's list of files: ${why}; .gitignore was not applied`;
		return { head: null, unread: hasGitFolder(folder) ? unread : null };
	}
	// A folder that a repository around it does not track is a folder of its own.
	if (tracked.output.length === 0 && !hasGitFolder(folder)) return { head: null, unread: null };
	const names = (...options: string[]) => namesFrom(into, below, git, options);
	const [others, hidden, forced, head] = await Promise.all([
		names('--others', '--exclude-standard'),
		names('--others', '--ignored', '--exclude-standard', '--directory'),
		names('--cached', '--ignored', '--exclude-standard'),
		git('rev-parse', '--verify', '--quiet', 'HEAD'),
	]);
	const submodules = await addTracked(into, below, splitZ(tracked.output), new Set(forced));
	for (const path of others) await addUntracked(into, join(below, path));
	for (const path of hidden) await addIgnored(into, join(below, path));
	for (const path of submodules) await addSubmodule(into, path, searchPath, depth);
	linksTakeTheirTargetsStatus(into);
	const commit = head.kind === 'answered' ? head.output.toString('latin1').trim() : '';
	return { head: commit, unread: null };
}

/** Gives back the submodules. */
async function addTracked(
	into: Gathering,
	below: string,
	staged: readonly string[],
	ignored: ReadonlySet<string>,
): Promise<readonly string[]> {
	const submodules: string[] = [];
	for (const [index, entry] of staged.entries()) {
		const { mode, path } = stagedEntry(entry);
		const full = join(below, path);
		if (mode === '160000') submodules.push(full);
		else add(into, full, { tracked: true, ignored: ignored.has(path) });
		if (index % PER_TURN === 0) await nextTurn();
	}
	return submodules;
}

async function addUntracked(into: Gathering, path: string): Promise<void> {
	// A repository inside this one that is no submodule: git shows the folder and looks no further.
	if (path.endsWith('/')) {
		into.skipped.push(`${path}: a repository of its own, not part of this one`);
		return;
	}
	add(into, path, { tracked: false, ignored: false });
	if (into.files.length % PER_TURN === 0) await nextTurn();
}

async function addSubmodule(
	into: Gathering,
	path: string,
	searchPath: string,
	depth: number,
): Promise<void> {
	if (depth >= MOST_SUBMODULES || !hasGitFolder(join(into.root, path))) {
		into.skipped.push(`${path}: a submodule that is not checked out`);
		return;
	}
	const { head } = await listByGit(into, path, searchPath, depth + 1);
	if (head !== null) return;
	into.skipped.push(`${path}: git refused this submodule; .gitignore was not applied`);
	await walk(into, path, { tracked: false, ignored: false });
}

/** An ignored folder comes as one name: its files are listed unless they are dependencies. */
async function addIgnored(into: Gathering, path: string): Promise<void> {
	const status = { tracked: false, ignored: true };
	if (!path.endsWith('/')) return add(into, path, status);
	const folder = path === './' ? '' : path.slice(0, -1);
	if (folder.split('/').some((name) => DEPENDENCIES.has(name))) into.dependencies++;
	else await walk(into, folder, status);
}

/** A list that git does not give is a gap, and no empty list. */
async function namesFrom(
	into: Gathering,
	below: string,
	git: Git,
	options: readonly string[],
): Promise<readonly string[]> {
	const answer = await git('ls-files', '-z', ...options);
	if (answer.kind === 'answered') return splitZ(answer.output);
	const why = answer.kind === 'no-git' ? 'git was not found' : reasonIn(answer.message);
	into.unreadable.push(`${below || '.'}: git ls-files ${options.join(' ')}: ${why}`);
	return [];
}

const splitZ = (output: Buffer): readonly string[] =>
	output.length === 0 ? [] : output.toString('utf8').replace(/\0$/, '').split('\0');

/** `<mode> <object> <stage>\t<path>`; of a conflict's three stages each names the same file. */
function stagedEntry(entry: string): { mode: string; path: string } {
	const tab = entry.indexOf('\t');
	return { mode: entry.slice(0, 6), path: entry.slice(tab + 1) };
}

function hasGitFolder(folder: string): boolean {
	return existsSync(join(folder, '.git'));
}

type Status = Pick<File, 'tracked' | 'ignored'>;

/** A walk without recursion, in the order of names, so that two runs give the same list. */
async function walk(into: Gathering, below: string, status: Status): Promise<void> {
	const folders: { path: string; depth: number }[] = [{ path: below, depth: 0 }];
	for (let next = folders.pop(); next !== undefined && !into.full; next = folders.pop()) {
		const { path, depth } = next;
		const inner = addFilesOf(into, path, status);
		if (depth < MOST_DEPTH) {
			for (const one of inner.reverse()) folders.push({ path: one, depth: depth + 1 });
		} else if (inner.length > 0) {
			into.unreadable.push(`${path}: folders nested deeper than ${MOST_DEPTH}`);
		}
		await nextTurn();
	}
}

/** Gives back the folders inside that are worth entering. */
function addFilesOf(into: Gathering, folder: string, status: Status): string[] {
	const inner: string[] = [];
	for (const entry of entriesOf(into, folder)) {
		const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
		if (!entry.isDirectory()) add(into, path, status);
		else if (DEPENDENCIES.has(entry.name)) into.dependencies++;
		else if (!VERSION_CONTROL.has(entry.name)) inner.push(path);
	}
	return inner;
}

function entriesOf(into: Gathering, folder: string) {
	try {
		return readdirSync(join(into.root, folder), { withFileTypes: true }).sort((a, b) =>
			a.name < b.name ? -1 : 1,
		);
	} catch (error) {
		into.unreadable.push(`${folder || '.'}: ${reasonFor(error)}`);
		return [];
	}
}

function add(into: Gathering, path: string, status: Status): void {
	if (into.files.length >= MOST_FILES) {
		into.full = true;
		return;
	}
	const slashed = sep === '/' ? path : path.replaceAll(sep, '/');
	// Conflicts list a file once for each stage, in a row.
	if (into.files.at(-1)?.path === slashed) return;
	const full = join(into.root, path);
	const stat = statOf(into, slashed, full, status.tracked);
	if (stat === null) return;
	if (stat.isSymbolicLink()) {
		addLink(into, slashed, full, status);
		return;
	}
	if (stat.isFile()) into.files.push({ path: slashed, bytes: stat.size, ...status });
	else if (!stat.isDirectory()) into.skipped.push(`${slashed}: not a regular file`);
}

function statOf(into: Gathering, path: string, full: string, tracked: boolean): Stats | null {
	try {
		// A tracked path may go through a folder that is now a link to elsewhere.
		if (tracked && !isInside(into, dirname(full))) {
			into.skipped.push(`${path}: leads out of the folder`);
			return null;
		}
		return lstatSync(full);
	} catch (error) {
		const reason = reasonFor(error);
		if (tracked && reason === 'does not exist') into.absent++;
		else into.unreadable.push(`${path}: ${reason}`);
		return null;
	}
}

function isInside({ root, inside }: Gathering, folder: string): boolean {
	const seen = inside.get(folder);
	if (seen !== undefined) return seen;
	const found = isWithin(root, realpathSync.native(folder));
	inside.set(folder, found);
	return found;
}

/** Marks where a link's target lies, until the targets' own status is known. */
const LINKS = new WeakMap<File, string>();

function addLink(into: Gathering, path: string, full: string, status: Status): void {
	try {
		const real = realpathSync.native(full);
		if (!isWithin(into.root, real)) {
			into.skipped.push(`${path}: a symbolic link out of the folder`);
			return;
		}
		const stat = lstatSync(real);
		if (!stat.isFile()) return;
		const file: File = { path, bytes: stat.size, ...status };
		LINKS.set(file, relative(into.root, real).replaceAll(sep, '/'));
		into.files.push(file);
	} catch (error) {
		into.skipped.push(`${path}: a symbolic link that leads nowhere (${reasonFor(error)})`);
	}
}

/** Git publishes a link's text and not what it points to, so the target's status is what counts. */
function linksTakeTheirTargetsStatus({ files }: Gathering): void {
	if (!files.some((file) => LINKS.has(file))) return;
	const byPath = new Map(files.map((file) => [file.path, file]));
	for (const [index, file] of files.entries()) {
		const target = LINKS.get(file);
		if (target === undefined) continue;
		const { tracked, ignored } = byPath.get(target) ?? { tracked: false, ignored: true };
		files[index] = { ...file, tracked, ignored };
	}
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
