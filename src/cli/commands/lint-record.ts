import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import {
	lintRecord,
	RECORD_TYPES,
	type RecordLint,
	type RecordType,
} from '../../facts/mail/lint-record.ts';
import { systemClock } from '../../net/clock.ts';
import { safeJson, toAscii } from '../../report/visible-text.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { lintText } from '../lint-text.ts';
import { type ColorChoice, colorLevel, needsAscii, widthOf } from '../terminal.ts';
import { Usage } from '../usage.ts';
import { writeStdout } from '../write-output.ts';

interface Options {
	readonly type?: RecordType;
	readonly text?: string;
	readonly file?: string;
	readonly batch?: string;
	readonly json?: boolean;
	readonly color: ColorChoice;
	readonly ascii?: boolean;
}

/** A record has 64 KiB, a policy too. */
const MOST_BYTES = 16 * 1024 * 1024;

/** 0 valid, 1 not valid, 2 wrong usage or a line of the batch that is no case. */
export async function lint(options: Options): Promise<ExitCode> {
	const sources = [options.text, options.file, options.batch].filter((one) => one !== undefined);
	if (sources.length > 1) throw new Usage('lint-record: give one of --text, --file and --batch');
	if (options.batch !== undefined) return lintBatch(options.batch, options.type);
	if (options.type === undefined) {
		throw new Usage(`lint-record: give --type: ${RECORD_TYPES.join(', ')}`);
	}
	const text = await givenText(options, options.type);
	const judged = lintRecord(options.type, text, { newId: newId() });
	await writeStdout(
		options.json === true
			? `${safeJson(inJson(judged), 2)}\n`
			: await forPeople(text, judged, options),
	);
	return judged.valid ? EXIT.fine : EXIT.findings;
}

/** Never used before, for a policy that changes. */
function newId(): string {
	return systemClock.now().toISOString().replace(/\D/g, '').slice(0, 14);
}

async function givenText({ text, file }: Options, type: RecordType): Promise<string> {
	if (text !== undefined) return text;
	if (file === undefined && process.stdin.isTTY === true) {
		throw new Usage('lint-record: give the record with --text or --file, or pipe it in');
	}
	const read = await wholeOf(file);
	// The end of the file's line is no part of the record. In a policy it is.
	return type === 'mta-sts-policy' ? read : read.replace(/\r?\n$/, '');
}

function opened(file: string | undefined): Readable {
	return file === undefined || file === '-' ? process.stdin : createReadStream(file);
}

async function wholeOf(file: string | undefined): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of bytesOf(file)) {
		bytes += chunk.length;
		if (bytes > MOST_BYTES) throw new Usage(`${file ?? 'standard input'}: larger than any record`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

async function* bytesOf(file: string | undefined): AsyncGenerator<Buffer> {
	try {
		for await (const chunk of opened(file)) yield Buffer.from(chunk);
	} catch (error) {
		throw new Usage(`${file ?? 'standard input'}: cannot be read (${codeOf(error)})`);
	}
}

function codeOf(error: unknown): string {
	return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}

// ── One record ───────────────────────────────────────────────────────────────────────────────────

/** Without members that say nothing. */
function inJson({ type, valid, rules, more, parsed, fixed }: RecordLint) {
	return {
		type,
		valid,
		rules: rules.map(({ rule, section, position, message, severity }) => ({
			rule,
			section,
			...(position !== null && { position }),
			message,
			severity,
		})),
		...(more > 0 && { more }),
		parsed,
		...(fixed !== null && { fixed }),
	};
}

async function forPeople(text: string, judged: RecordLint, options: Options): Promise<string> {
	const { Chalk } = await import('chalk');
	const chalk = new Chalk({ level: colorLevel(options.color, process.stdout, process.env) });
	const page = lintText(text, judged, { chalk, width: widthOf(process.stdout, process.env) });
	return needsAscii(options.ascii === true, process.env) ? toAscii(page) : page;
}

// ── A batch ──────────────────────────────────────────────────────────────────────────────────────

/** One line out for each line in, in order, whatever it holds: a harness counts lines. */
async function lintBatch(file: string, type: RecordType | undefined): Promise<ExitCode> {
	let number = 0;
	let worst: ExitCode = EXIT.fine;
	for await (const line of linesOf(file)) {
		number += 1;
		const one = caseIn(line, type);
		if (typeof one === 'string') {
			worst = EXIT.usage;
			await writeStdout(`${safeJson({ line: number, error: one }, 0)}\n`);
			continue;
		}
		const judged = lintRecord(one.type, one.text, { newId: newId() });
		if (!judged.valid && worst === EXIT.fine) worst = EXIT.findings;
		await writeStdout(`${safeJson(inJson(judged), 0)}\n`);
	}
	return worst;
}

/** The case, or in words why a line is none. */
function caseIn(
	line: string | null,
	fallback: RecordType | undefined,
): { readonly type: RecordType; readonly text: string } | string {
	if (line === null) return 'longer than any record';
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return 'no JSON';
	}
	if (typeof value !== 'object' || value === null) return 'no JSON object';
	const { type = fallback, text } = value as Readonly<Record<string, unknown>>;
	const known = RECORD_TYPES.find((one) => one === type);
	if (known === undefined) return `"type" is none of ${RECORD_TYPES.join(', ')}`;
	return typeof text === 'string' ? { type: known, text } : '"text" is no string';
}

/** Parted by LF alone; `null` for a line that is too long to hold. */
async function* linesOf(file: string): AsyncGenerator<string | null> {
	let pieces: Buffer[] = [];
	let bytes = 0;
	const finish = () => {
		const line = bytes > MOST_BYTES ? null : Buffer.concat(pieces).toString('utf8');
		pieces = [];
		bytes = 0;
		return line;
	};
	const add = (piece: Buffer) => {
		bytes += piece.length;
		if (bytes <= MOST_BYTES) pieces.push(piece);
		else pieces = [];
	};
	for await (const chunk of bytesOf(file)) {
		let from = 0;
		for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
			add(chunk.subarray(from, end));
			yield finish();
			from = end + 1;
		}
		add(chunk.subarray(from));
	}
	if (bytes > 0) yield finish();
}
