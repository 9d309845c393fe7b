import { rename, rm, writeFile } from 'node:fs/promises';

/** The report could not be written: exit 74 with this line. */
export class NotWritten extends Error {}

/** All of the text to standard output. A reader that has gone away (`| head -1`) has had its fill. */
export function writeStdout(text: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const { stdout } = process;
		const settle = (error: NodeJS.ErrnoException | null | undefined) => {
			stdout.off('error', settle);
			if (!error || error.code === 'EPIPE') resolve();
			else reject(new NotWritten(`standard output: ${error.message}`));
		};
		stdout.on('error', settle);
		stdout.write(text, settle);
	});
}

/** Written under a temporary name and renamed, so that nobody reads half a report. */
export async function writeReportFile(file: string, text: string): Promise<void> {
	const partial = `${file}.${process.pid}.partial`;
	try {
		await writeFile(partial, text);
		await rename(partial, file);
	} catch (error) {
		await rm(partial, { force: true }).catch(() => undefined);
		throw new NotWritten(`${file}: ${(error as Error).message}`);
	}
}
