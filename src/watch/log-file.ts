import { appendFile, rename, stat } from 'node:fs/promises';

/** Files that are kept: the current one and this many older ones. */
const OLDER = 2;

export interface LogFile {
	/** One line, with its moment. Never throws: a full disk must not end the watch. */
	write(line: string, now: Date): Promise<void>;
}

/** Appends; a file that would pass `largest` bytes becomes `FILE.1`, that one `FILE.2`, which is the last. */
export function logFile(file: string, largest: number, failed: (why: string) => void): LogFile {
	let queue: Promise<void> = Promise.resolve();
	const append = async (line: string) => {
		const { size } = await stat(file).catch(() => ({ size: 0 }));
		if (size > 0 && size + Buffer.byteLength(line) > largest) await rotate(file);
		await appendFile(file, line, { mode: 0o600 });
	};
	return {
		write(line, now) {
			queue = queue
				.then(() => append(`${now.toISOString()} ${line}\n`))
				.catch((error: Error) => failed(error.message));
			return queue;
		},
	};
}

async function rotate(file: string): Promise<void> {
	for (let nth = OLDER; nth > 0; nth -= 1) {
		const from = nth === 1 ? file : `${file}.${nth - 1}`;
		await rename(from, `${file}.${nth}`).catch(() => undefined);
	}
}
