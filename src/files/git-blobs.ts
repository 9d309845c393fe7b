import type { ChildProcess } from 'node:child_process';
import { Unobserved } from '../core/fact.ts';
import type { BlobBatch, BlobChoice } from '../core/io.ts';
import { reasonIn, type StartGit, whatItSays } from './git.ts';

/** Of one piece; a larger blob gets one of its own. */
const PIECE_BYTES = 2 * 1024 * 1024;
/** Pieces that wait before git has to. */
const MOST_WAITING = 6;
/** A blob that is larger than any that is asked for is passed over. */
const LARGEST = 64 * 1024 * 1024;
const NEWLINE = 10;

const EVERY = [
	'cat-file',
	'--batch-all-objects',
	'--unordered',
	'--batch-check=%(objectname) %(objecttype) %(objectsize)',
];

/** Settles or throws as the caller's signal and git say; no process is left behind. */
export async function* blobsIn(
	start: StartGit,
	choice: BlobChoice,
	signal: AbortSignal | undefined,
): AsyncGenerator<BlobBatch> {
	const reader = start(['cat-file', '--batch', '--buffer'], 'pipe');
	const lister = 'ids' in choice ? null : start(EVERY, 'none');
	const children = [reader, ...(lister === null ? [] : [lister])];
	const stop = () => {
		for (const child of children) child.kill('SIGKILL');
	};
	signal?.addEventListener('abort', stop, { once: true });
	try {
		signal?.throwIfAborted();
		const waiting = new Waiting(reader);
		const feeding = 'ids' in choice ? feed(reader, choice.ids) : sift(lister, reader, choice);
		feeding.catch((error: unknown) => waiting.fail(error));
		for (let batch = await waiting.next(); batch !== null; batch = await waiting.next()) {
			yield batch;
		}
		await feeding;
	} finally {
		signal?.removeEventListener('abort', stop);
		stop();
		signal?.throwIfAborted();
	}
}

async function feed({ stdin }: ChildProcess, ids: readonly string[]): Promise<void> {
	stdin?.on('error', () => undefined);
	for (const id of ids) {
		if (/^[0-9a-f]{40,64}$/.test(id) && stdin?.write(`${id}\n`) === false) await drained(stdin);
	}
	stdin?.end();
}

/** Passes on the blobs that are chosen, as fast as they are read. */
async function sift(
	lister: ReturnType<StartGit> | null,
	{ stdin }: ChildProcess,
	choice: Exclude<BlobChoice, { ids: readonly string[] }>,
): Promise<void> {
	if (lister === null || stdin === null) return;
	stdin.on('error', () => undefined);
	const ended = endOf(lister);
	ended.catch(() => undefined);
	let rest = '';
	for await (const chunk of lister.stdout) {
		const lines = (rest + (chunk as Buffer).toString('latin1')).split('\n');
		rest = lines.pop() ?? '';
		const chosen = lines.filter((line) => isChosen(line, choice));
		if (chosen.length === 0) continue;
		const ids = chosen.map((line) => `${line.slice(0, line.indexOf(' '))}\n`).join('');
		if (!stdin.write(ids)) await drained(stdin);
	}
	stdin.end();
	await ended;
}

function isChosen(line: string, { choose }: { choose(id: string, bytes: number): boolean }) {
	const [id = '', type, bytes] = line.split(' ');
	return type === 'blob' && choose(id, Number(bytes));
}

function drained(stream: NonNullable<ChildProcess['stdin']>): Promise<void> {
	return new Promise((resolve) => {
		if (stream.destroyed) return resolve();
		const go = () => {
			stream.off('drain', go);
			stream.off('close', go);
			resolve();
		};
		stream.on('drain', go);
		stream.on('close', go);
	});
}

/** Throws where git failed. */
function endOf(child: ChildProcess): Promise<void> {
	const said = whatItSays(child);
	return new Promise((resolve, reject) => {
		child.on('error', () => reject(new Unobserved('unsupported', 'git could not be started')));
		child.on('close', (code) => {
			if (code === 0) resolve();
			else reject(new Unobserved('unreadable', `git cat-file: ${reasonIn(said())}`));
		});
	});
}

/** Outside of Node's pool, so that it can be given away whole; what it held before is still there. */
function ownMemory(bytes: number): Uint8Array<ArrayBuffer> {
	return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}

type Located = BlobBatch['blobs'][number];

/** What `git cat-file --batch` gives, in pieces, until its end. */
class Waiting {
	readonly #batches: BlobBatch[] = [];
	readonly #source: ReturnType<StartGit>;
	#wake: () => void = () => undefined;
	#ended = false;
	#error: unknown = null;
	/** The beginning of a line whose end has not come. */
	#line = '';
	#piece: Uint8Array<ArrayBuffer> = new Uint8Array(0);
	#blobs: Located[] = [];
	#filled = 0;
	/** The blob that is being read, and how much of it is to come; a newline ends it. */
	#id = '';
	#left = 0;
	#isPassedOver = false;
	#inBlob = false;

	constructor(source: ReturnType<StartGit>) {
		this.#source = source;
		source.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
		endOf(source).then(
			() => {
				this.#flush();
				this.#ended = true;
				this.#wake();
			},
			(error: unknown) => this.fail(error),
		);
	}

	fail(error: unknown): void {
		this.#error ??= error;
		this.#ended = true;
		this.#wake();
	}

	/** `null` at the end. */
	async next(): Promise<BlobBatch | null> {
		while (this.#batches.length === 0 && !this.#ended) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		const batch = this.#batches.shift();
		if (batch === undefined && this.#error !== null) throw this.#error;
		if (this.#batches.length < MOST_WAITING) this.#source.stdout.resume();
		return batch ?? null;
	}

	#take(chunk: Buffer): void {
		for (let at = 0; at < chunk.length; ) {
			at = this.#inBlob ? this.#body(chunk, at) : this.#header(chunk, at);
		}
	}

	#header(chunk: Buffer, at: number): number {
		const newline = chunk.indexOf(NEWLINE, at);
		if (newline === -1) {
			this.#line += chunk.toString('latin1', at);
			return chunk.length;
		}
		const [id = '', type, bytes] = (this.#line + chunk.toString('latin1', at, newline)).split(' ');
		this.#line = '';
		// `<id> missing`: left out.
		if (bytes !== undefined) this.#begin(id, type === 'blob', Number(bytes));
		return newline + 1;
	}

	#begin(id: string, isBlob: boolean, bytes: number): void {
		this.#id = id;
		this.#left = bytes;
		this.#inBlob = true;
		this.#isPassedOver = !isBlob || bytes > LARGEST;
		if (this.#isPassedOver) return;
		if (this.#filled + bytes > this.#piece.length) {
			this.#flush();
			// Every byte that is handed on is written before.
			this.#piece = ownMemory(Math.max(PIECE_BYTES, bytes));
		}
	}

	/** Of the content, and of the newline behind it. */
	#body(chunk: Buffer, at: number): number {
		const end = Math.min(chunk.length, at + this.#left);
		if (!this.#isPassedOver) {
			this.#piece.set(chunk.subarray(at, end), this.#filled);
			this.#filled += end - at;
		}
		this.#left -= end - at;
		if (end === chunk.length) return end;
		this.#inBlob = false;
		if (!this.#isPassedOver) {
			const start = (this.#blobs.at(-1)?.end ?? 0) as number;
			this.#blobs.push({ id: this.#id, start, end: this.#filled });
		}
		return end + 1;
	}

	#flush(): void {
		if (this.#blobs.length > 0) {
			this.#batches.push({ bytes: this.#piece, blobs: this.#blobs });
			if (this.#batches.length >= MOST_WAITING) this.#source.stdout.pause();
			this.#wake();
		}
		this.#piece = new Uint8Array(0);
		this.#blobs = [];
		this.#filled = 0;
	}
}
