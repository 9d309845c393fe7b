import { gunzipSync } from 'node:zlib';
import { mimeParts } from './mime-parts.ts';
import { inflateFault, zipMembers } from './zip-members.ts';

/** What a file holds, unwrapped: the text of a document, or why it could not be had. */
export type Unwrapped = { readonly name: string } & (
	| { readonly text: string }
	| { readonly why: string }
);

/** What may still be unpacked; shared by everything that comes out of one file, and by all files. */
export interface Budget {
	/** Bytes. */
	left: number;
}

/** Of one document, unpacked: some 40,000 records, more than any receiver writes. */
const MOST_DOCUMENT_BYTES = 32 * 1024 * 1024;
/** Reports shrink 10 to 60 times; text that shrinks more than this was made to. */
const MOST_RATIO = 250;
/** Small files may shrink as they like. */
const RATIO_FROM_BYTES = 1024 * 1024;
/** A mail in a mail with an archive of compressed files. */
const MOST_LAYERS = 5;

/** Of one mailbox. */
const MOST_MAILS = 5_000;

interface Packed {
	readonly name: string;
	readonly bytes: Uint8Array;
	readonly layer: number;
}

/**
 * Takes mails, mailboxes, zip and gzip apart, by what the bytes are and not by what the file is called.
 * Never throws. Output is bounded while it is made, so a decompression bomb costs what is left of the
 * budget at most.
 */
export function unwrap(name: string, bytes: Uint8Array, budget: Budget): readonly Unwrapped[] {
	const found: Unwrapped[] = [];
	const pending: Packed[] = [{ name, bytes, layer: 0 }];
	for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
		for (const one of opened(next, budget)) {
			if ('bytes' in one) pending.push(one);
			else found.push(one);
		}
	}
	return found;
}

function opened(one: Packed, budget: Budget): readonly (Packed | Unwrapped)[] {
	const { name, bytes, layer } = one;
	const kind = kindOf(bytes);
	if (kind === 'xml') return [{ name, text: textOf(bytes) }];
	if (typeof kind !== 'string') return [{ name, why: kind.why }];
	if (layer === MOST_LAYERS) return [{ name, why: `it is packed more than ${MOST_LAYERS} times` }];
	switch (kind) {
		case 'gzip':
			return [gunzipped(one, budget)];
		case 'zip':
			return unzipped(one, budget);
		case 'mbox':
			return mailsIn(one);
		case 'mail':
			return partsOf(one);
	}
}

type Kind = 'xml' | 'gzip' | 'zip' | 'mail' | 'mbox' | { readonly why: string };

const MAGIC: readonly (readonly [bytes: readonly number[], kind: Kind])[] = [
	[[0x1f, 0x8b], 'gzip'],
	[[0x50, 0x4b, 0x03, 0x04], 'zip'],
	[[0x50, 0x4b, 0x05, 0x06], { why: 'the archive is empty' }],
	[[0x42, 0x5a, 0x68], { why: 'it is packed with bzip2, which no receiver uses' }],
	[[0xfd, 0x37, 0x7a, 0x58, 0x5a], { why: 'it is packed with xz, which no receiver uses' }],
	[[0x28, 0xb5, 0x2f, 0xfd], { why: 'it is packed with zstd, which no receiver uses' }],
	[[0x37, 0x7a, 0xbc, 0xaf], { why: 'it is a 7z archive: unpack it first' }],
	[[0x25, 0x50, 0x44, 0x46], { why: 'it is a PDF' }],
];

function kindOf(bytes: Uint8Array): Kind {
	if (bytes.length === 0) return { why: 'it is empty' };
	const magic = MAGIC.find(([first]) => first.every((byte, index) => bytes[index] === byte));
	if (magic !== undefined) return magic[1];
	if (isTar(bytes)) return { why: 'it is a tar archive: unpack it first' };
	const start = textOf(bytes.subarray(0, 1_024)).trimStart();
	if (start.startsWith('<')) return 'xml';
	if (/^From \S/.test(start)) return 'mbox';
	if (/^[!-9;-~]{1,76}:(?:[ \t]|\r?\n|$)/.test(start)) return 'mail';
	if (start.startsWith('{'))
		return { why: 'it is JSON: a TLS report (RFC 8460) perhaps, and no DMARC report' };
	return { why: 'it is neither XML nor gzip, zip or a mail' };
}

function isTar(bytes: Uint8Array): boolean {
	return Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar';
}

/** By its byte order mark, else by its XML declaration, else as UTF-8; what is no text is replaced. */
function textOf(bytes: Uint8Array): string {
	const start = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
	if (start.startsWith('\xff\xfe') || start.startsWith('<\0')) return decoded(bytes, 'utf-16le');
	if (start.startsWith('\xfe\xff') || start.startsWith('\0<')) return decoded(bytes, 'utf-16be');
	if (start.startsWith('\xef\xbb\xbf')) return decoded(bytes, 'utf-8');
	const [, declared = 'utf-8'] =
		/^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(start) ?? [];
	return decoded(bytes, /^utf-?16/i.test(declared) ? 'utf-8' : declared);
}

function decoded(bytes: Uint8Array, encoding: string): string {
	try {
		return new TextDecoder(encoding).decode(bytes);
	} catch {
		return new TextDecoder().decode(bytes);
	}
}

/** Bytes that `compressed` may become. */
function allowance(compressed: number, { left }: Budget): number {
	const byRatio = Math.max(RATIO_FROM_BYTES, compressed * MOST_RATIO);
	return Math.max(1, Math.min(MOST_DOCUMENT_BYTES, byRatio, left));
}

function gunzipped({ name, bytes, layer }: Packed, budget: Budget): Packed | Unwrapped {
	if (budget.left <= 0) return { name, why: SPENT };
	const most = allowance(bytes.length, budget);
	try {
		const content = gunzipSync(bytes, { maxOutputLength: most });
		budget.left -= content.length;
		return { name, bytes: content, layer: layer + 1 };
	} catch (error) {
		const { why, cost } = inflateFault(error, most);
		budget.left -= cost;
		return { name, why };
	}
}

function unzipped({ name, bytes, layer }: Packed, budget: Budget): readonly (Packed | Unwrapped)[] {
	const found: (Packed | Unwrapped)[] = [];
	const allow = (compressed: number) => allowance(compressed, budget);
	try {
		for (const member of zipMembers(bytes, allow)) {
			const inner = `${name}/${member.name}`;
			if ('why' in member) {
				found.push({ name: inner, why: member.why });
				budget.left -= member.cost;
			} else {
				found.push({ name: inner, bytes: member.bytes, layer: layer + 1 });
				budget.left -= member.bytes.length;
			}
			if (budget.left <= 0) {
				found.push({ name, why: SPENT });
				break;
			}
		}
	} catch (error) {
		found.push({
			name,
			why: error instanceof RangeError ? error.message : 'the archive is damaged',
		});
	}
	return found.length === 0 ? [{ name, why: 'the archive holds no file' }] : found;
}

const SPENT = 'it unpacks to more than is read of one folder';

/** RFC 4155: each mail begins after an empty line with `From ` and a sender. */
function mailsIn({ name, bytes, layer }: Packed): readonly (Packed | Unwrapped)[] {
	const text = Buffer.from(bytes).toString('latin1');
	const mails = text.split(/(?:^|\n\r?\n)(?=From \S)/, MOST_MAILS + 2).filter((one) => one !== '');
	const read = mails.slice(0, MOST_MAILS).map((one, index) => ({
		name: `${name}/${index + 1}`,
		bytes: Buffer.from(one.replace(/^From [^\n]*\n/, ''), 'latin1'),
		layer: layer + 1,
	}));
	if (mails.length <= MOST_MAILS) return read;
	return [...read, { name, why: `it holds more mails than the ${MOST_MAILS} that are read` }];
}

/** Attachments of a mail, and mails attached to it. A mail's own text counts only where it is XML. */
function partsOf({ name, bytes, layer }: Packed): readonly (Packed | Unwrapped)[] {
	try {
		const parts = mimeParts(Buffer.from(bytes).toString('latin1'));
		const beside = parts.filter(({ isBody }) => !isBody);
		const reports = beside.filter((one) => one.type === FAILURE_REPORT || isKnown(one.bytes));
		const texts = parts.filter((one) => one.type === 'text/plain' && kindOf(one.bytes) === 'xml');
		const found = [reports, texts, beside].find((list) => list.length > 0) ?? [];
		if (found.length === 0) return [{ name, why: 'the mail has no report attached' }];
		return found.map((part) =>
			part.type === FAILURE_REPORT
				? { name, why: 'it is a failure report about one mail (RFC 9991)' }
				: {
						name: `${name}/${part.name ?? part.type}`,
						bytes: part.bytes,
						layer: layer + 1,
					},
		);
	} catch (error) {
		if (error instanceof RangeError) return [{ name, why: error.message }];
		throw error;
	}
}

const FAILURE_REPORT = 'message/feedback-report';

/** Logos and the like beside a report are no broken reports. */
function isKnown(bytes: Uint8Array): boolean {
	return typeof kindOf(bytes) === 'string';
}
