import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Does the work with a list of old URLs on disk, which is gone afterwards. */
export async function withListFile<T>(
	{ name = 'old.txt', text }: { readonly name?: string | undefined; readonly text: string },
	work: (file: string) => Promise<T>,
): Promise<T> {
	const folder = await mkdtemp(path.join(tmpdir(), 'old-urls-'));
	const file = path.join(folder, name);
	try {
		await writeFile(file, text);
		return await work(file);
	} finally {
		await rm(folder, { recursive: true });
	}
}
