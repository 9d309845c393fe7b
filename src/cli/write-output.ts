import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

/** The report could not be written: exit 74 with this line. */
export class NotWritten extends Error {}

/** All of the text to standard output. A reader that has gone away (`| head -1`) has had its fill. */
export function writeStdout(text: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const { stdout } = process;
		const settle = (error: NodeJS.ErrnoException | null | undefined) => {
			// After an error the stream emits it once more: without a listener that would be a bug of ours.
			if (!error) stdout.off('error', settle);
			if (!error || error.code === 'EPIPE') resolve();
			else reject(new NotWritten(`standard output: ${error.message}`));
		};
		stdout.on('error', settle);
		stdout.write(text, settle);
	});
}

/**
 * Written under a temporary name and renamed, so that nobody reads half a report. A device or a pipe
 * is written to as it is: renaming would put a file in the place of `/dev/null`.
 */
export async function writeReportFile(file: string, text: string): Promise<void> {
	try {
		const present = await stat(file).catch(() => null);
		if (present !== null && !present.isFile()) await writeFile(file, text);
		// Through a link to the file that it means, which keeps its permissions.
		else await replaceFile(present === null ? file : await realpath(file), text, present?.mode);
	} catch (error) {
		throw new NotWritten(`${file}: ${(error as Error).message}`);
	}
}

async function replaceFile(file: string, text: string, mode = 0o666): Promise<void> {
	const partial = `${file}.${randomBytes(4).toString('hex')}.partial`;
	try {
		await writeFile(partial, text, { mode: mode & 0o777, flag: 'wx' });
		await rename(partial, file);
	} catch (error) {
		await rm(partial, { force: true }).catch(() => undefined);
		throw error;
	}
}
