import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of one kept text; more was not written by us. */
const MOST_BYTES = 32 * 1024 * 1024;

/** What was kept under a name in the user's folder; `null` where nothing can be read. */
export async function keptIn(configFolder: string, name: string): Promise<string | null> {
	try {
		const file = fileOf(configFolder, name);
		const found = await stat(file);
		if (!found.isFile() || found.size > MOST_BYTES) return null;
		return await readFile(file, 'utf8');
	} catch {
		return null;
	}
}

/** Replaces what was kept, whole or not at all: of two processes the last one wins. */
export async function keepIn(configFolder: string, name: string, text: string): Promise<void> {
	const file = fileOf(configFolder, name);
	const draft = `${file}.${randomBytes(6).toString('hex')}`;
	try {
		await mkdir(configFolder, { recursive: true, mode: 0o700 });
		await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
		await rename(draft, file);
	} catch {
		await rm(draft, { force: true }).catch(() => undefined);
	}
}

/** A name is the caller's constant, and never a path. */
function fileOf(configFolder: string, name: string): string {
	if (!/^[a-z0-9][a-z0-9-]*\.[a-z]+$/.test(name)) {
		throw new RangeError(`"${name}" is no name to keep a text under`);
	}
	return join(configFolder, name);
}
