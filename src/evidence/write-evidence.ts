import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Json } from '../core/json.ts';
import { BLOBS, EVIDENCE, type EvidenceHeader, LONGEST_INLINE } from './evidence-format.ts';

/** The recording could not be written; the message names the folder. */
export class EvidenceNotWritten extends Error {}

/** Whatever else it has is written as it is; only what was observed has room for long strings. */
interface Recorded {
	readonly key: string;
	readonly fact: { readonly status: string; readonly value?: unknown };
}

export interface EvidenceWriter {
	/** Observations arrive redacted: what a probe returns has no secret in it. */
	record<O extends Recorded>(observation: O): void;
	/** Writes what is left and puts the file in its place; rejects where the disk refused anything. */
	finish(header: EvidenceHeader): Promise<void>;
}

/**
 * Starts a recording in `folder`, which is made. Observations go to disk as they come; the file gets
 * its name only when the recording is whole.
 */
export async function writeEvidence(folder: string): Promise<EvidenceWriter> {
	const partial = path.join(folder, `${EVIDENCE}.observations`);
	const stream = await opened(folder, partial).catch((error) => refuse(folder, error));
	let failure: unknown;
	stream.on('error', (error) => {
		failure = error;
	});
	const blobs = new Map<string, Promise<void>>();
	const keep = (text: string): string => {
		const hash = createHash('sha256').update(text, 'utf8').digest('hex');
		if (!blobs.has(hash)) {
			const written = writeFile(path.join(folder, BLOBS, hash), text);
			written.catch((error: unknown) => {
				failure = error;
			});
			blobs.set(hash, written);
		}
		return hash;
	};
	return {
		record(observation) {
			const { fact } = observation;
			const kept =
				fact.status === 'known'
					? { ...observation, fact: { ...fact, value: outlined(fact.value as Json, keep) } }
					: observation;
			stream.write(`${JSON.stringify(kept)}\n`);
		},
		async finish(header) {
			await new Promise<void>((done) => stream.end(done));
			await Promise.allSettled(blobs.values());
			if (failure !== undefined) refuse(folder, failure);
			await prepend(folder, partial, header).catch((error) => refuse(folder, error));
		},
	};
}

async function opened(folder: string, partial: string): Promise<WriteStream> {
	await mkdir(path.join(folder, BLOBS), { recursive: true });
	const stream = createWriteStream(partial);
	await once(stream, 'open');
	return stream;
}

function refuse(folder: string, error: unknown): never {
	throw new EvidenceNotWritten(
		`${folder}: ${error instanceof Error ? error.message : 'not written'}`,
	);
}

async function prepend(folder: string, partial: string, header: EvidenceHeader): Promise<void> {
	const whole = path.join(folder, `${EVIDENCE}.partial`);
	await writeFile(whole, `${JSON.stringify(header)}\n`);
	const [from, to] = [await open(partial), await open(whole, 'a')];
	await pipeline(from.createReadStream(), to.createWriteStream());
	await rename(whole, path.join(folder, EVIDENCE));
	await rm(partial);
}

/** The same value with long strings replaced by the hash of their blob. */
function outlined(value: Json | undefined, keep: (text: string) => string): Json | undefined {
	if (typeof value === 'string') {
		return value.length > LONGEST_INLINE ? { $blob: keep(value) } : value;
	}
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((one) => outlined(one as Json, keep) ?? null);
	const entries = Object.entries(value as Record<string, Json | undefined>);
	return Object.fromEntries(entries.map(([key, one]) => [key, outlined(one, keep)]));
}
