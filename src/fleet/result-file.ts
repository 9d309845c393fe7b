import { type FileHandle, open } from 'node:fs/promises';
import type { Report } from '../core/report.ts';
import type { Ended } from './fleet-part.ts';

/** The output file holds something else than reports; the message names the line. */
export class BadResultFile extends Error {}

/** What a run that was broken off has left in its output file. */
interface Begun {
	readonly ended: readonly Omit<Ended, 'line'>[];
	/** Bytes of a last line that was not written to its end; cut off. */
	readonly torn: number;
}

export interface ResultFile extends Begun {
	/** One whole line behind the others. */
	append(line: string): Promise<void>;
	close(): Promise<void>;
}

const LINE_FEED = 0x0a;
const PIECE = 1 << 18;

/**
 * Opens a file of reports, one a line, to go on behind what it holds; makes it where there is none. A
 * last line without its end is what a crash leaves: it is cut off, or ended where it is whole. Throws
 * `BadResultFile`, having changed nothing, for a file that holds anything else.
 */
export async function openResultFile(path: string): Promise<ResultFile> {
	const file = await open(path, 'a+');
	try {
		const { ended, end, rest, size } = await readReports(file, path);
		const last = rest.length > 0 ? reportIn(rest) : null;
		if (last !== null) {
			ended.push(last);
			await file.appendFile('\n');
		} else if (rest.length > 0) {
			if (!looksTorn(rest)) throw new BadResultFile(`${path}: its last line is no report`);
			await file.truncate(end);
		}
		const torn = last === null ? size - end : 0;
		let written: Promise<void> = Promise.resolve();
		return {
			ended,
			torn,
			append(line) {
				// One at a time: each line is whole before the next begins.
				written = written.then(() => writeWhole(file, line));
				return written;
			},
			async close() {
				await written.catch(() => undefined);
				await file.close();
			},
		};
	} catch (error) {
		await file.close();
		throw error;
	}
}

/** A string is not copied into this thread's memory first, as `appendFile` would. */
async function writeWhole(file: FileHandle, line: string): Promise<void> {
	const { bytesWritten } = await file.write(line, null, 'utf8');
	if (bytesWritten < Buffer.byteLength(line)) {
		await file.appendFile(Buffer.from(line, 'utf8').subarray(bytesWritten));
	}
}

interface Reading {
	readonly ended: Omit<Ended, 'line'>[];
	/** Behind the last whole line. */
	readonly end: number;
	readonly rest: Buffer;
	readonly size: number;
}

async function readReports(file: FileHandle, path: string): Promise<Reading> {
	const { size } = await file.stat();
	const ended: Omit<Ended, 'line'>[] = [];
	let rest: Buffer = Buffer.alloc(0);
	let end = 0;
	let number = 0;
	for (let at = 0; at < size; ) {
		const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE), 0, PIECE, at);
		if (bytesRead === 0) break;
		at += bytesRead;
		rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
		for (let cut = rest.indexOf(LINE_FEED); cut !== -1; cut = rest.indexOf(LINE_FEED)) {
			number += 1;
			const report = reportIn(rest.subarray(0, cut));
			if (report === null) throw new BadResultFile(`${path}:${number}: this line is no report`);
			ended.push(report);
			end += cut + 1;
			rest = rest.subarray(cut + 1);
		}
	}
	return { ended, end, rest, size };
}

function reportIn(line: Buffer): Omit<Ended, 'line'> | null {
	try {
		const { target, decision, risks } = JSON.parse(line.toString('utf8')) as Partial<Report>;
		if (typeof target?.domain !== 'string' || decision === undefined || !Array.isArray(risks)) {
			return null;
		}
		const severities = [...new Set(risks.map(({ severity }) => severity))];
		return { domain: target.domain, launch: decision.launch, severities };
	} catch {
		return null;
	}
}

/** As each report begins. */
function looksTorn(rest: Buffer): boolean {
	const begin = '{"headline":';
	const seen = rest.subarray(0, begin.length).toString('utf8');
	return begin.startsWith(seen);
}
