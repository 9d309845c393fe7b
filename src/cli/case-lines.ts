import { open, stat } from 'node:fs/promises';
import { type ExitCode, gravest } from './exit-code.ts';
import { Usage } from './usage.ts';
import { writeStdout } from './write-output.ts';

/** Judged side by side; the results keep the order of the lines. */
const AT_ONCE = 32;
/** Characters of a line; a case has a hundred. */
const LONGEST_LINE = 64 * 1024;

/** A file of cases, one JSON object a line. */
export interface CaseFile {
	readonly name: string;
	readonly chunks: AsyncIterable<string>;
}

/** What came of one line. */
export interface Told {
	readonly code: ExitCode;
	readonly line: string;
}

/** `-` is standard input. Throws `Usage` where the file cannot be read. */
export async function openCases(file: string): Promise<CaseFile> {
	if (file === '-') return { name: 'stdin', chunks: process.stdin.setEncoding('utf8') };
	try {
		const isFolder = (await stat(file)).isDirectory();
		if (isFolder) throw new Usage(`--batch "${file}": this is a folder`);
		const handle = await open(file);
		return { name: file, chunks: handle.createReadStream({ encoding: 'utf8' }) };
	} catch (error) {
		if (error instanceof Usage) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new Usage(`--batch "${file}" cannot be read (${code})`);
	}
}

async function* linesOf({ name, chunks }: CaseFile): AsyncGenerator<string> {
	let rest = '';
	for await (const chunk of chunks) {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > LONGEST_LINE) throw new Usage(`${name} is no file of JSON lines`);
		yield* lines;
	}
	yield rest;
}

/** Writes one line for each that is not empty, in their order; the gravest code of all. */
export async function tellCases(
	source: CaseFile,
	telling: (text: string, place: string) => Promise<Told>,
	signal: AbortSignal,
): Promise<ExitCode> {
	const codes = new Set<ExitCode>();
	const pending: Promise<Told>[] = [];
	const write = async (told: Promise<Told>) => {
		const { code, line } = await told;
		codes.add(code);
		if (!signal.aborted) await writeStdout(`${line}\n`);
	};
	let number = 0;
	for await (const text of linesOf(source)) {
		number += 1;
		if (signal.aborted) break;
		if (text.trim() === '') continue;
		pending.push(telling(text, `${source.name}:${number}`));
		const [first] = pending;
		if (first === undefined || pending.length < AT_ONCE) continue;
		pending.shift();
		await write(first);
	}
	for (const told of pending) await write(told);
	return gravest([...codes]);
}
