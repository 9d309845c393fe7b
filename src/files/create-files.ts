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
import { fingerprintKeyIn } from './fingerprint-key.ts';
import { keepIn, keptIn } from './kept-text.ts';
import { listFolder } from './listing.ts';
import { reasonFor } from './reason.ts';
import { isWithin } from './within.ts';

/** Where programs usually are, for a caller who does not say. */
const USUAL_PATH = '/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin';

/**
 * The file system and git, for repositories that may be hostile: nothing in them is executed, no
 * symbolic link leads out of them, and nothing is written but the fingerprint key and what is kept for
 * later runs, both in the user's folder.
 */
export function createFiles({
	configFolder,
	searchPath = USUAL_PATH,
}: {
	/** The user's folder for this program; made on first use. */
	configFolder: string;
	/** The user's PATH, to find git; folders that are not absolute are ignored. */
	searchPath?: string | undefined;
}): FilesPort {
	let key: Promise<string> | undefined;
	const roots = new Map<string, string>();

	const realRoot = (root: string): string => {
		const seen = roots.get(root);
		if (seen !== undefined) return seen;
		const real = realFolder(root);
		roots.set(root, real);
		return real;
	};

	return {
		async list(root): Promise<FileListing> {
			roots.delete(root);
			return listFolder(realRoot(root), searchPath);
		},
		async read(root, path, maxBytes): Promise<string> {
			try {
				return readWithin(realRoot(root), path, maxBytes);
			} catch (error) {
				if (error instanceof Unobserved) throw error;
				throw new Unobserved('unreadable', `${path}: ${reasonFor(error)}`);
			}
		},
		fingerprintKey() {
			key ??= fingerprintKeyIn(configFolder);
			return key;
		},
		kept: (name) => keptIn(configFolder, name),
		keep: (name, text) => keepIn(configFolder, name, text),
	};
}

function realFolder(root: string): string {
	try {
		const real = realpathSync.native(root);
		if (lstatSync(real).isDirectory()) return real;
	} catch (error) {
		throw new Unobserved('unreadable', `${root}: ${reasonFor(error)}`);
	}
	throw new Unobserved('unreadable', `${root}: not a folder`);
}

/** Links are resolved first, so that one inside the root may be read and one out of it may not. */
function readWithin(root: string, path: string, maxBytes: number): string {
	const real = realpathSync.native(join(root, path));
	if (!isWithin(root, real)) {
		throw new Unobserved('unreadable', `${path}: leads out of the folder`);
	}
	// Not blocking: opening a named pipe would otherwise wait for a writer.
	const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
	const file = openSync(real, flags);
	try {
		const stat = fstatSync(file);
		if (!stat.isFile()) throw new Unobserved('unreadable', `${path}: not a regular file`);
		return readUpTo(file, Math.min(stat.size, maxBytes));
	} finally {
		closeSync(file);
	}
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
