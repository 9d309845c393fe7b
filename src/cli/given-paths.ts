import { stat } from 'node:fs/promises';
import { visible } from '../report/visible-text.ts';
import { Usage } from './usage.ts';

/** A mistyped folder is the caller's; one that cannot be read is found out, and said, by the audit. */
export async function requireFolder(
	folder: string | undefined,
	from: string,
	advice: string,
): Promise<void> {
	if (folder === undefined) return;
	const found = await stat(folder).catch(
		(error: NodeJS.ErrnoException) => error.code ?? 'unreadable',
	);
	if (found === 'ENOENT') throw new Usage(`${from} "${visible(folder)}": there is no such folder`);
	if (typeof found !== 'string' && !found.isDirectory()) {
		throw new Usage(`${from} "${visible(folder)}": this is a file; ${advice}`);
	}
}

/** Before anything is looked at, as with the folder. */
export async function requireFile(file: string | undefined, from: string): Promise<void> {
	if (file === undefined) return;
	const found = await stat(file).catch(
		(error: NodeJS.ErrnoException) => error.code ?? 'unreadable',
	);
	if (found === 'ENOENT') throw new Usage(`${from} "${visible(file)}": there is no such file`);
	if (typeof found !== 'string' && found.isDirectory()) {
		throw new Usage(`${from} "${visible(file)}": this is a folder; give the file`);
	}
}

export async function requireFiles(
	files: readonly string[] | undefined,
	from: string,
): Promise<void> {
	for (const file of files ?? []) await requireFile(file, from);
}
