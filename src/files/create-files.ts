import {
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	openSync,
	readSync,
	realpathSync,
} from 'node:fs';
import { join } from 'node:path';
import { Unobserved } from '../core/fact.ts';
import type { FileListing, FilesPort } from '../core/io.ts';
import { blobsAt } from './blobs-at.ts';
import { fingerprintKeyIn } from './fingerprint-key.ts';
import { type Git, gitIn, gitStarter, type StartGit } from './git.ts';
import { blobsIn } from './git-blobs.ts';
import { blobPastIn } from './git-past.ts';
import { gitStoreIn } from './git-store.ts';
import { keepIn, keptIn } from './kept-text.ts';
import { linesIn } from './lines-at.ts';
import { listFolder } from './listing.ts';
import { pathHistoryIn } from './path-history.ts';
import { reasonFor } from './reason.ts';
import { isWithin } from './within.ts';

/** Where programs usually are, for a caller who does not say. */
export const USUAL_PATH = '/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin';

/** Of a file that is read piece by piece. */
const PIECE_BYTES = 1024 * 1024;

export interface FileSettings {
	/** The user's folder for this program; made on first use. */
	readonly configFolder: string;
	/** The user's PATH, to find git; folders that are not absolute are ignored. */
	readonly searchPath?: string | undefined;
	/** Ends what is under way in git; its reason is an `Unobserved`. */
	readonly signal?: AbortSignal | undefined;
	/** Name and version of this program. */
	readonly program?: string | undefined;
}

/**
 * The file system and git, for repositories that may be hostile: nothing in them is executed, no
 * symbolic link leads out of them, and nothing is written but the fingerprint key and what is kept for
 * later runs, both in the user's folder.
 */
export function createFiles({
	configFolder,
	searchPath = USUAL_PATH,
	signal,
	program,
}: FileSettings): FilesPort {
	let key: Promise<string> | undefined;
	const roots = new Map<string, string>();

	const listings = new Map<string, Promise<FileListing>>();

	const realRoot = (root: string): string => {
		const seen = roots.get(root);
		if (seen !== undefined) return seen;
		const real = realFolder(root);
		roots.set(root, real);
		return real;
	};

	const gitAt = (root: string): Git => gitIn(realRoot(root), searchPath);
	const startAt = (root: string): StartGit => {
		const start = gitStarter(realRoot(root), searchPath);
		if (start === null) throw new Unobserved('unsupported', 'git was not found');
		return start;
	};

	return {
		async list(root): Promise<FileListing> {
			roots.delete(root);
			// Probes that ask at the same moment share the answer.
			const running = listings.get(root);
			if (running !== undefined) return running;
			const listing = listFolder(realRoot(root), searchPath).finally(() => listings.delete(root));
			listings.set(root, listing);
			return listing;
		},
		async read(root, path, maxBytes): Promise<string> {
			try {
				return readWithin(realRoot(root), path, maxBytes);
			} catch (error) {
				if (error instanceof Unobserved) throw error;
				throw new Unobserved('unreadable', `${path}: ${reasonFor(error)}`);
			}
		},
		async *stream(root, path) {
			try {
				yield* piecesOf(realRoot(root), path);
			} catch (error) {
				if (error instanceof Unobserved) throw error;
				throw new Unobserved('unreadable', `${path}: ${reasonFor(error)}`);
			}
		},
		pathHistory: async (root, paths) => pathHistoryIn(gitAt(root), paths),
		linesAt: async (root, commit, words) => linesIn(gitAt(root), commit, words),
		gitStore: async (root) => gitStoreIn(gitAt(root), realRoot(root)),
		blobs: (root, choose) => blobsIn(startAt(root), choose, signal),
		blobPast: async (root, wish) => blobPastIn(startAt(root), wish, signal),
		async blobsAt(root, tips, paths) {
			const prefix = await gitAt(root)('rev-parse', '--show-prefix');
			const below = prefix.kind === 'answered' ? prefix.output.toString('utf8').trimEnd() : '';
			return blobsAt(startAt(root), { below, tips, paths }, signal);
		},
		fingerprintKey() {
			key ??= fingerprintKeyIn(configFolder);
			return key;
		},
		program,
		kept: (name) => keptIn(configFolder, name),
		keep: (name, text) => keepIn(configFolder, name, text),
	};
}

export function realFolder(root: string): string {
	try {
		const real = realpathSync.native(root);
		if (lstatSync(real).isDirectory()) return real;
	} catch (error) {
		throw new Unobserved('unreadable', `${root}: ${reasonFor(error)}`);
	}
	throw new Unobserved('unreadable', `${root}: not a folder`);
}

function readWithin(root: string, path: string, maxBytes: number): string {
	const file = openWithin(root, path);
	try {
		return readUpTo(file, Math.min(fstatSync(file).size, maxBytes));
	} finally {
		closeSync(file);
	}
}

/** The event loop gets its turn after each. */
async function* piecesOf(root: string, path: string): AsyncGenerator<string> {
	const file = openWithin(root, path);
	try {
		for (;;) {
			const piece = readUpTo(file, PIECE_BYTES);
			if (piece === '') return;
			yield piece;
			await new Promise<void>((resolve) => setImmediate(resolve));
		}
	} finally {
		closeSync(file);
	}
}

/** Links are resolved first, so that one inside the root may be read and one out of it may not. */
function openWithin(root: string, path: string): number {
	const real = realpathSync.native(join(root, path));
	if (!isWithin(root, real)) {
		throw new Unobserved('unreadable', `${path}: leads out of the folder`);
	}
	// Not blocking: opening a named pipe would otherwise wait for a writer.
	const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
	const file = openSync(real, flags);
	if (fstatSync(file).isFile()) return file;
	closeSync(file);
	throw new Unobserved('unreadable', `${path}: not a regular file`);
}

function readUpTo(file: number, bytes: number): string {
	const buffer = Buffer.allocUnsafe(bytes);
	let filled = 0;
	while (filled < bytes) {
		const got = readSync(file, buffer, filled, bytes - filled, null);
		if (got === 0) break;
		filled += got;
	}
	return buffer.toString('latin1', 0, filled);
}
