import { crc32, inflateRawSync } from 'node:zlib';

/** A member of an archive: its bytes, or why there are none. */
export type ZipMember = { readonly name: string } & (
	| { readonly bytes: Uint8Array }
	| { readonly why: string /** Bytes that were unpacked in vain. */; readonly cost: number }
);

/** Most that a member may grow to, told before it is inflated and enforced while it is. */
export type Allowance = (compressed: number) => number;

const MOST_MEMBERS = 1_000;
const END_OF_DIRECTORY = 0x06_05_4b_50;
const DIRECTORY_ENTRY = 0x02_01_4b_50;
const LOCAL_ENTRY = 0x04_03_4b_50;
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;

/**
 * Members of a zip archive by its central directory (PKWARE APPNOTE 4.3). The sizes in it are claims:
 * inflating stops at `allow`, whatever they say, and a member that is not what they say is refused.
 * Throws `RangeError` with the reason where the archive itself cannot be read.
 */
export function* zipMembers(bytes: Uint8Array, allow: Allowance): Generator<ZipMember> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const { count, offset } = directoryOf(view);
	if (count > MOST_MEMBERS) {
		throw new RangeError(`the archive has ${count} members; at most ${MOST_MEMBERS} are read`);
	}
	let at = offset;
	for (let index = 0; index < count; index += 1) {
		const entry = entryAt(view, bytes, at);
		at = entry.next;
		if (isFile(entry.name)) yield memberOf(view, bytes, entry, allow);
	}
}

/** Folders, and what macOS keeps beside every file. */
function isFile(name: string): boolean {
	return !name.endsWith('/') && !name.startsWith('__MACOSX/');
}

function directoryOf(view: DataView): { count: number; offset: number } {
	const last = view.byteLength - END_BYTES;
	const first = Math.max(0, last - LONGEST_COMMENT);
	for (let at = last; at >= first; at -= 1) {
		if (view.getUint32(at, true) !== END_OF_DIRECTORY) continue;
		const count = view.getUint16(at + 10, true);
		const offset = view.getUint32(at + 16, true);
		if (count === 0xff_ff || offset === 0xff_ff_ff_ff) {
			throw new RangeError('the archive is in the format for more than 4 GB');
		}
		return { count, offset };
	}
	throw new RangeError('the archive is cut off: it has no directory');
}

interface Entry {
	readonly name: string;
	readonly encrypted: boolean;
	readonly method: number;
	readonly crc: number;
	readonly compressed: number;
	readonly size: number;
	readonly local: number;
	readonly next: number;
}

function entryAt(view: DataView, bytes: Uint8Array, at: number): Entry {
	if (at + 46 > view.byteLength || view.getUint32(at, true) !== DIRECTORY_ENTRY) {
		throw new RangeError("the archive's directory is damaged");
	}
	const nameBytes = view.getUint16(at + 28, true);
	const more = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
	const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
	return {
		name,
		encrypted: (view.getUint16(at + 8, true) & 1) === 1,
		method: view.getUint16(at + 10, true),
		crc: view.getUint32(at + 16, true),
		compressed: view.getUint32(at + 20, true),
		size: view.getUint32(at + 24, true),
		local: view.getUint32(at + 42, true),
		next: at + 46 + nameBytes + more,
	};
}

function memberOf(view: DataView, bytes: Uint8Array, entry: Entry, allow: Allowance): ZipMember {
	const { name, encrypted, local, compressed, size } = entry;
	if (encrypted) return { name, why: 'it is encrypted', cost: 0 };
	if (local + 30 > view.byteLength || view.getUint32(local, true) !== LOCAL_ENTRY) {
		return { name, why: "the archive's directory points to nothing", cost: 0 };
	}
	const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
	if (start + compressed > bytes.byteLength)
		return { name, why: 'the archive is cut off', cost: 0 };
	const most = allow(compressed);
	if (size > most) return { name, why: tooBig(most), cost: 0 };
	return inflated(entry, bytes.subarray(start, start + compressed), most);
}

function inflated({ name, method, size, crc }: Entry, data: Uint8Array, most: number): ZipMember {
	if (method !== 0 && method !== 8) {
		return { name, why: `compression method ${method} is not read`, cost: 0 };
	}
	try {
		const content = method === 0 ? data : inflateRawSync(data, { maxOutputLength: most });
		if (content.byteLength !== size || crc32(content) !== crc) {
			const why = "its content is not what the archive's directory says";
			return { name, why, cost: content.byteLength };
		}
		return { name, bytes: content };
	} catch (error) {
		return { name, ...inflateFault(error, most) };
	}
}

function tooBig(most: number): string {
	return `it unpacks to more than ${bytesInWords(most)}, which no report does`;
}

function bytesInWords(bytes: number): string {
	return bytes < 1024 * 1024
		? `${Math.floor(bytes / 1024)} KB`
		: `${Math.floor(bytes / 1024 / 1024)} MB`;
}

/** In words, what zlib says of broken or overlong data, and the bytes that this cost. */
export function inflateFault(error: unknown, most: number): { why: string; cost: number } {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	switch (code) {
		case 'ERR_BUFFER_TOO_LARGE':
			return { why: tooBig(most), cost: most };
		case 'Z_BUF_ERROR':
			return { why: 'its compressed data is cut off', cost: 0 };
		default:
			return { why: 'its compressed data is damaged', cost: 0 };
	}
}
