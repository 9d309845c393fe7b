/** A file up to here is read whatever it is called. */
export const MOST_BYTES = 1024 * 1024;
/** A file up to here where its name says that it is text: dumps, exports, bundles. */
const MOST_TEXT_BYTES = 32 * 1024 * 1024;
/** A NUL in the first 8 KB makes a file binary, as in git. */
const BINARY_WITHIN = 8 * 1024;

const MEDIA =
	/\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|heic|psd|mp[34]|m4[av]|mov|webm|avi|mkv|ogg|wav|flac|woff2?|ttf|otf|eot|pdf|zip|gz|tgz|bz2|xz|7z|rar|jar|war|class|so|dylib|dll|exe|wasm|pyc|o|a|node|bin|dat|sqlite3?|db|glb|gltf|br)$/i;
const TEXT =
	/\.(?:[cm]?[jt]sx?|json[l5c]?|ndjson|ya?ml|toml|ini|cfg|conf|properties|env|xml|html?|css|map|sql|dump|csv|tsv|txt|log|md|har|ipynb|tf|tfvars|tfstate|sh|py|rb|php|go|rs|java|kt|cs|pem|key)$|(?:^|\/)\.env[^/]*$/i;

/** Holds no secret that text rules could find; not worth reading. */
export const isMedia = (path: string): boolean => MEDIA.test(path);

export const mostBytesOf = (path: string): number =>
	TEXT.test(path) ? MOST_TEXT_BYTES : MOST_BYTES;

/** latin1 bytes as text: UTF-16 is brought to one byte a character; `null` for binary. */
export function textIn(bytes: string): string | null {
	if (bytes.startsWith('\xff\xfe')) return fromUtf16(bytes.slice(2), 0);
	if (bytes.startsWith('\xfe\xff')) return fromUtf16(bytes.slice(2), 1);
	const nul = bytes.slice(0, BINARY_WITHIN).indexOf('\0');
	if (nul === -1) return withoutMark(bytes);
	// UTF-16 without a mark: every other byte of Latin text is NUL.
	const sample = bytes.slice(0, 400);
	const isUtf16 = (parity: number) =>
		sample.length > 16 &&
		[...sample].every((byte, index) => (index % 2 === parity) === (byte === '\0'));
	if (isUtf16(1)) return fromUtf16(bytes, 0);
	return isUtf16(0) ? fromUtf16(bytes, 1) : null;
}

const withoutMark = (text: string): string =>
	text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text;

/** Secrets are ASCII: what does not fit into a byte becomes a question mark. */
function fromUtf16(bytes: string, low: 0 | 1): string {
	const characters = Buffer.alloc(bytes.length >> 1);
	for (let index = 0; index < characters.length; index++) {
		const other = bytes.charCodeAt(2 * index + 1 - low);
		characters[index] = other === 0 ? bytes.charCodeAt(2 * index + low) : 63;
	}
	return characters.toString('latin1');
}

/** The same of a part of memory, without a copy that is not needed. */
export function textOfBytes(bytes: Buffer): string | null {
	const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
	const isPlain =
		mark !== 0xfffe && mark !== 0xfeff && !bytes.subarray(0, BINARY_WITHIN).includes(0);
	const text = bytes.toString('latin1');
	return isPlain ? withoutMark(text) : textIn(text);
}
