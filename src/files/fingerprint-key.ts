import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The user's key, 32 bytes in hex, readable by them alone. Where the folder cannot be written the
 * key lasts as long as the process: fingerprints then differ from run to run.
 */
export async function fingerprintKeyIn(configFolder: string): Promise<string> {
	const file = join(configFolder, 'fingerprint.key');
	const present = await keyIn(file);
	if (present !== null) return present;
	const made = randomBytes(32).toString('hex');
	try {
		await mkdir(configFolder, { recursive: true, mode: 0o700 });
		// Whole or not at all, and the first of two processes wins.
		const draft = `${file}.${randomBytes(6).toString('hex')}`;
		await writeFile(draft, `${made}\n`, { mode: 0o600, flag: 'wx' });
		await link(draft, file).catch(() => undefined);
		await rm(draft, { force: true });
	} catch {
		return made;
	}
	return (await keyIn(file)) ?? made;
}

async function keyIn(file: string): Promise<string | null> {
	try {
		const text = (await readFile(file, 'utf8')).trim();
		return /^[0-9a-f]{64}$/.test(text) ? text : null;
	} catch {
		return null;
	}
}
