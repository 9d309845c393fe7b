/** A part of a mail that has no parts itself. */
export interface MimePart {
	/** `type/subtype`, lower case. */
	readonly type: string;
	/** As attachments are called; `null` where it has no name. */
	readonly name: string | null;
	/** What mail programs show as the mail's own text. */
	readonly isBody: boolean;
	/** Decoded. */
	readonly bytes: Buffer;
}

/** A mail with more was made to take time. */
const MOST_PARTS = 1_000;
const MOST_DEPTH = 20;
const LONGEST_HEADER = 256 * 1024;
/** Of one header field; longer ones carry no name and no boundary that is meant. */
const LONGEST_FIELD = 2_000;

interface Section {
	readonly text: string;
	readonly depth: number;
	/** What a section without a type is: RFC 2045 §5.2; in a digest RFC 2046 §5.1.5. */
	readonly otherwise: string;
}

/**
 * Parts of a mail (RFC 2045, RFC 2046), one character a byte, in their order and decoded. A mail
 * within a mail is one part. Throws `RangeError` with the reason for what no mail program sends:
 * thousands of parts, endless nesting. Linear.
 */
export function mimeParts(mail: string): readonly MimePart[] {
	const parts: MimePart[] = [];
	const pending: Section[] = [{ text: mail, depth: 0, otherwise: 'text/plain' }];
	let seen = 0;
	for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
		const { fields, body } = split(next.text);
		const content = fieldOf(fields, 'content-type', next.otherwise);
		const boundary = content.params.get('boundary') ?? '';
		if (!content.word.startsWith('multipart/') || boundary === '') {
			parts.push(leaf(fields, content, body));
			continue;
		}
		if (next.depth === MOST_DEPTH) throw new RangeError('its parts are nested too deep');
		const texts = sections(body, boundary, MOST_PARTS - seen);
		if (texts === null) throw new RangeError(`the mail has more than ${MOST_PARTS} parts`);
		seen += texts.length;
		const otherwise = content.word === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
		pending.unshift(...texts.map((text) => ({ text, depth: next.depth + 1, otherwise })));
	}
	return parts;
}

function leaf(fields: readonly string[], content: Field, body: string): MimePart {
	const disposition = fieldOf(fields, 'content-disposition', '');
	const name = nameIn(disposition, 'filename') ?? nameIn(content, 'name');
	const isText = content.word === 'text/plain' || content.word === 'text/html';
	return {
		type: content.word,
		name,
		isBody: isText && name === null && disposition.word !== 'attachment',
		bytes: decoded(body, fieldOf(fields, 'content-transfer-encoding', '7bit').word),
	};
}

function split(text: string): { fields: readonly string[]; body: string } {
	const first = /^\r?\n/.exec(text);
	if (first !== null) return { fields: [], body: text.slice(first[0].length) };
	const ends = [text.indexOf('\n\n'), text.indexOf('\n\r\n')].filter((at) => at !== -1);
	const end = ends.length === 0 ? text.length : Math.min(...ends);
	if (end > LONGEST_HEADER) throw new RangeError('its header is longer than any mail has');
	const fields = text
		.slice(0, end)
		.replace(/\r?\n[ \t]+/g, ' ')
		.split(/\r?\n/);
	const gap = text.startsWith('\n\r\n', end) ? 3 : 2;
	return { fields, body: text.slice(end + gap) };
}

interface Field {
	/** What stands before the parameters, lower case. */
	readonly word: string;
	/** By name, lower case. */
	readonly params: ReadonlyMap<string, string>;
}

/** The first field of a name; `otherwise` where there is none. */
function fieldOf(fields: readonly string[], name: string, otherwise: string): Field {
	const line = fields.find((one) => one.slice(0, name.length + 1).toLowerCase() === `${name}:`);
	const value = line === undefined ? otherwise : line.slice(name.length + 1, LONGEST_FIELD);
	const params = new Map<string, string>();
	const found = value.matchAll(/;\s*([\w*.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g);
	for (const [, key = '', quoted, bare = ''] of found) {
		params.set(key.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare);
	}
	return { word: (value.split(';', 1)[0] ?? '').trim().toLowerCase(), params };
}

/** A plain name, or the first piece of one that RFC 2231 encodes. */
function nameIn({ params }: Field, key: string): string | null {
	const plain = params.get(key);
	if (plain !== undefined && plain !== '') return plain;
	const encoded = params.get(`${key}*`) ?? params.get(`${key}*0*`) ?? params.get(`${key}*0`);
	if (encoded === undefined) return null;
	try {
		return decodeURIComponent(encoded.replace(/^[\w-]*'[\w-]*'/, ''));
	} catch {
		return encoded;
	}
}

/** What stands between boundary lines (RFC 2046 §5.1.1); `null` where there are more than `most`. */
function sections(body: string, boundary: string, most: number): readonly string[] | null {
	const mark = `--${boundary}`;
	const found: string[] = [];
	let start: number | null = null;
	for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length)) {
		const line = boundaryLine(body, at, mark);
		if (line === null) continue;
		if (start !== null) found.push(withoutLineEnd(body.slice(start, at)));
		if (found.length > most) return null;
		if (line.isLast) return found;
		start = line.next;
	}
	// A mail that was cut off has no last boundary.
	return start === null ? found : [...found, body.slice(start)];
}

/** The line end before a boundary belongs to the boundary. */
function withoutLineEnd(text: string): string {
	if (!text.endsWith('\n')) return text;
	return text.slice(0, text.endsWith('\r\n') ? -2 : -1);
}

/** `null` where the mark is no line of its own. */
function boundaryLine(
	body: string,
	at: number,
	mark: string,
): { readonly next: number; readonly isLast: boolean } | null {
	if (at > 0 && body[at - 1] !== '\n') return null;
	const lineEnd = body.indexOf('\n', at);
	const end = lineEnd === -1 ? body.length : lineEnd;
	const rest = body.slice(at + mark.length, end);
	if (!/^(?:--)?[ \t\r]{0,80}$/.test(rest)) return null;
	return { next: Math.min(end + 1, body.length), isLast: rest.startsWith('--') };
}

function decoded(body: string, encoding: string): Buffer {
	if (encoding === 'base64') return Buffer.from(body, 'base64');
	if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1');
	const text = body
		.replace(/=[ \t]{0,80}\r?\n/g, '')
		.replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
	return Buffer.from(text, 'latin1');
}
