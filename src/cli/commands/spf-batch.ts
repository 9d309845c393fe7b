import { open } from 'node:fs/promises';
import { z } from 'zod';
import { BadSpfCase, checkSpf } from '../../check-spf.ts';
import { safeJson, visibleLines } from '../../report/visible-text.ts';
import { EXIT, type ExitCode, gravest } from '../exit-code.ts';
import { interruptible } from '../interruptible.ts';
import { createResolvers, type Resolvers } from '../resolvers.ts';
import { Usage } from '../usage.ts';
import { writeStdout } from '../write-output.ts';

/** Judged side by side; the results keep the order of the lines. */
const AT_ONCE = 32;
/** Characters of a line; a case has a hundred. */
const LONGEST_LINE = 64 * 1024;

const CaseSchema = z.object({
	ip: z.string(),
	mailFrom: z.string().default(''),
	helo: z.string().nullish(),
	resolver: z.string().nullish(),
});

interface BatchOptions {
	readonly batch: string;
	readonly resolver?: string;
	readonly ip?: string;
	readonly mailFrom?: string;
	readonly helo?: string;
	readonly checkHelo?: boolean;
}

interface Told {
	readonly code: ExitCode;
	readonly line: string;
}

/**
 * One JSON line out for each line in. A line that is no case is told on standard error, too, and keeps
 * its place with `{"error"}`; empty lines are passed over.
 */
export async function spfBatch({ batch, resolver, ...single }: BatchOptions): Promise<ExitCode> {
	const { ip, mailFrom, helo, checkHelo } = single;
	if ([ip, mailFrom, helo, checkHelo].some((given) => given !== undefined)) {
		throw new Usage('spf: with --batch, the cases come from the file alone');
	}
	const source = await openSource(batch);
	const { result: codes, interrupted } = await interruptible(async (signal) => {
		const resolvers = createResolvers(signal);
		try {
			return await tellAll(source, (text, place) => tell(text, place, resolvers, resolver), signal);
		} finally {
			await resolvers.close();
		}
	});
	return interrupted ? EXIT.interrupted : gravest([...codes]);
}

interface Source {
	readonly name: string;
	readonly chunks: AsyncIterable<string>;
}

async function openSource(file: string): Promise<Source> {
	if (file === '-') return { name: 'stdin', chunks: process.stdin.setEncoding('utf8') };
	try {
		const handle = await open(file);
		if ((await handle.stat()).isDirectory()) throw new Usage(`--batch "${file}": this is a folder`);
		return { name: file, chunks: handle.createReadStream({ encoding: 'utf8' }) };
	} catch (error) {
		if (error instanceof Usage) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new Usage(`--batch "${file}" cannot be read (${code})`);
	}
}

async function* linesOf({ name, chunks }: Source): AsyncGenerator<string> {
	let rest = '';
	for await (const chunk of chunks) {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > LONGEST_LINE) throw new Usage(`${name} is no file of JSON lines`);
		yield* lines;
	}
	yield rest;
}

async function tellAll(
	source: Source,
	telling: (text: string, place: string) => Promise<Told>,
	signal: AbortSignal,
): Promise<ReadonlySet<ExitCode>> {
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
	return codes;
}

async function tell(
	text: string,
	place: string,
	resolvers: Resolvers,
	resolver: string | undefined,
): Promise<Told> {
	try {
		const { ip, mailFrom, helo, resolver: own } = caseIn(text);
		const dns = resolvers.at(own ?? resolver);
		const judged = await checkSpf({ ip, mailFrom, helo: helo ?? null }, dns);
		const code = judged.result === 'temperror' ? EXIT.cannotSay : EXIT.fine;
		return { code, line: safeJson(judged, 0) };
	} catch (error) {
		// A `RangeError` is a resolver that is none.
		if (!(error instanceof BadSpfCase || error instanceof RangeError)) throw error;
		process.stderr.write(`launch-ready: ${visibleLines(`${place}: ${error.message}`)}\n`);
		return { code: EXIT.usage, line: safeJson({ error: error.message }, 0) };
	}
}

function caseIn(text: string): z.infer<typeof CaseSchema> {
	const read = CaseSchema.safeParse(jsonIn(text));
	if (read.success) return read.data;
	const [issue] = read.error.issues;
	const field = issue?.path.join('.') ?? '';
	throw new BadSpfCase(
		`no case such as {"ip": "203.0.113.5", "mailFrom": "a@example.com"}: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'not read'}`,
	);
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\ufeff/, ''));
	} catch {
		throw new BadSpfCase('this line is no JSON');
	}
}
