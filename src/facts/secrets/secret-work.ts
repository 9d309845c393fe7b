import { type BlobReading, blobReading } from './secret-blob.ts';
import { newSieve, type Sieve, type Sieved, type Span } from './secret-sieve.ts';

/** A piece of memory to be looked through; it goes to whoever does it. */
export type Work =
	| {
			readonly kind: 'sieve';
			readonly bytes: Uint8Array<ArrayBuffer>;
			readonly blobs: readonly Span[];
	  }
	| {
			readonly kind: 'read';
			readonly bytes: Uint8Array<ArrayBuffer>;
			/** A blob once for every path at which it stands. */
			readonly blobs: readonly (Span & { readonly path: string })[];
			/** The user's, hex. */
			readonly key: string;
	  };

/** What was seen: `Sieved` of a sieve, a reading for each blob of a read. */
export type Worked<W extends Work = Work> = W extends { kind: 'sieve' }
	? Sieved
	: readonly BlobReading[];

/** One thread's; what one has seen the other has not. */
let sieve: Sieve | undefined;

export function done<W extends Work>(work: W): Worked<W>;
export function done(work: Work): Worked {
	const { buffer, byteOffset, byteLength } = work.bytes;
	const bytes = Buffer.from(buffer, byteOffset, byteLength);
	if (work.kind === 'sieve') {
		sieve ??= newSieve();
		return sieve.through(bytes, work.blobs);
	}
	const { key, blobs } = work;
	return blobs.map(({ start, end, path }) => blobReading(bytes.subarray(start, end), path, key));
}
