import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** Raw bytes beyond the limit that a compressed body may take: headers, checksums, stored blocks. */
const OVERHEAD = 64 * 1024;

/** Layers of Content-Encoding that are undone; a server that sends more is playing. */
const MOST_LAYERS = 3;

export interface DecodedBody {
	readonly bytes: Buffer;
	readonly isTruncated: boolean;
}

type ZstdAware = { createZstdDecompress?: (options: { finishFlush: number }) => Transform };

/** Node decodes zstd from 22.15 on. */
export const ACCEPT_ENCODING = (zlib as ZstdAware).createZstdDecompress
	? 'gzip, deflate, br, zstd'
	: 'gzip, deflate, br';

/**
 * Takes a body as it comes and gives it back decoded by Content-Encoding (RFC 9110 §8.4), at most
 * `maxBytes` of it. What cannot be decoded from its first byte on is given as it was sent; what breaks
 * later, up to there.
 */
export class BodyReader {
	readonly #maxBytes: number;
	readonly #chunks: Buffer[] = [];
	#received = 0;
	#codings: readonly string[] = [];

	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	/** The Content-Encoding fields, before the first chunk. */
	encodedBy(fields: readonly string[]): void {
		this.#codings = fields
			.join(',')
			.split(',')
			.map((coding) => coding.trim().toLowerCase())
			.filter((coding) => coding !== '' && coding !== 'identity');
	}

	/** `false` when no more is wanted. */
	take(chunk: Buffer): boolean {
		this.#chunks.push(chunk);
		this.#received += chunk.length;
		return this.#received <= this.#maxBytes + (this.#codings.length === 0 ? 0 : OVERHEAD);
	}

	/** `isCut` where the body went on beyond what was taken. */
	async decoded(isCut: boolean): Promise<DecodedBody> {
		const raw = Buffer.concat(this.#chunks);
		const plain = { bytes: raw.subarray(0, this.#maxBytes), isTruncated: isCut };
		if (raw.length > this.#maxBytes) plain.isTruncated = true;
		if (this.#codings.length > MOST_LAYERS || raw.length === 0) return plain;
		let body: DecodedBody = { bytes: raw, isTruncated: isCut };
		for (const coding of this.#codings.toReversed()) {
			const next = await decode(coding, body.bytes, this.#maxBytes + OVERHEAD);
			if (next === null) return plain;
			body = { bytes: next.bytes, isTruncated: body.isTruncated || next.isTruncated };
		}
		if (body.bytes.length <= this.#maxBytes) return body;
		return { bytes: body.bytes.subarray(0, this.#maxBytes), isTruncated: true };
	}
}

/** `null` where nothing of it can be decoded. */
async function decode(coding: string, raw: Buffer, most: number): Promise<DecodedBody | null> {
	const make = decoderFor(coding, raw);
	if (make === null) return null;
	const whole = await run(make(true), raw, most);
	if (!whole.isBroken) return { bytes: whole.bytes, isTruncated: whole.isMore };
	// A decoder that insists on the end keeps back what came before it.
	const partial = await run(make(false), raw, most);
	return partial.bytes.length === 0 ? null : { bytes: partial.bytes, isTruncated: true };
}

type MakeDecoder = (insistsOnEnd: boolean) => Transform;

function decoderFor(coding: string, raw: Buffer): MakeDecoder | null {
	const { constants } = zlib;
	const flush = (insists: boolean) => ({
		finishFlush: insists ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
	});
	switch (coding) {
		case 'gzip':
		case 'x-gzip':
			return (insists) => zlib.createGunzip(flush(insists));
		case 'deflate':
			// RFC 9110 §8.4.1.2: zlib's format; some servers send it without the wrapper.
			return isZlib(raw)
				? (insists) => zlib.createInflate(flush(insists))
				: (insists) => zlib.createInflateRaw(flush(insists));
		case 'br':
			return (insists) =>
				zlib.createBrotliDecompress({
					finishFlush: insists
						? constants.BROTLI_OPERATION_FINISH
						: constants.BROTLI_OPERATION_FLUSH,
				});
		case 'zstd': {
			const create = (zlib as ZstdAware).createZstdDecompress;
			// ZSTD_e_end and ZSTD_e_flush, which Node's older typings do not name.
			return create ? (insists) => create({ finishFlush: insists ? 2 : 1 }) : null;
		}
		default:
			return null;
	}
}

/** RFC 1950 §2.2: compression method 8, and a header that is a multiple of 31. */
function isZlib(raw: Buffer): boolean {
	return raw.length >= 2 && ((raw[0] ?? 0) & 0x0f) === 8 && raw.readUInt16BE(0) % 31 === 0;
}

interface Run {
	readonly bytes: Buffer;
	readonly isBroken: boolean;
	/** There was more than `most`. */
	readonly isMore: boolean;
}

function run(decoder: Transform, raw: Buffer, most: number): Promise<Run> {
	return new Promise((resolve) => {
		const chunks: Buffer[] = [];
		let length = 0;
		const finish = (isBroken: boolean, isMore: boolean) => {
			decoder.removeAllListeners().on('error', () => {});
			decoder.destroy();
			resolve({ bytes: Buffer.concat(chunks), isBroken, isMore });
		};
		decoder
			.on('data', (chunk: Buffer) => {
				chunks.push(chunk);
				length += chunk.length;
				if (length > most) finish(false, true);
			})
			.once('end', () => finish(false, false))
			.once('error', () => finish(true, false));
		decoder.end(raw);
	});
}
