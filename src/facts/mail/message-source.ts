/** One header field, in the bytes of the file with line ends as on the wire. */
export interface HeaderField {
	/** Lower case. */
	readonly name: string;
	/** From the first letter of the name up to its last line end, CRLF throughout. */
	readonly raw: string;
	/** After the colon, unfolded (RFC 5322 §2.2.3), without white space around it. */
	readonly value: string;
}

export interface MessageSource {
	readonly kind: 'message';
	/** In the order of the file. */
	readonly fields: readonly HeaderField[];
	/** With CRLF; empty where the message has none. */
	readonly body: string;
	/** As it would read if the mailbox file had put no `>` before `From ` (mboxrd); equal without one. */
	readonly unquoted: string;
	/** What the file shows of how it was saved, in words; empty for a plain one. */
	readonly form: string;
}

export interface NoMessage {
	readonly kind: 'no-message';
	/** In words that follow the file's name. */
	readonly why: string;
}

/** Real messages have some hundred lines of header. */
const MOST_FIELDS = 2_000;
/** RFC 5322 §3.6.8: printable ASCII without a colon. White space before the colon is obsolete (§4.5). */
const FIELD_START = /^([!-9;-~]{1,200})[ \t]*:/;
/** Fields that a message begins with; what a web page shows above its source has others. */
const FIRST_FIELD =
	/^(?:delivered-to|received|return-path|x-received|authentication-results|arc-seal|x-original-to|mime-version|x-gm-message-state|x-envelope-from)[ \t]*:/im;

/**
 * A saved message, one character a byte (latin1): header fields in their order, repeats and bytes kept,
 * because signatures cover them. Line ends become CRLF. Understands what mail programs and web mail
 * make of a message: a byte order mark, lines left empty at the top, the `From ` line of a mailbox
 * file, and the page that Gmail shows as "original". Never throws, linear.
 */
export function readSource(text: string): MessageSource | NoMessage {
	const foreign = otherFormat(text);
	if (foreign !== null) return { kind: 'no-message', why: foreign };
	const ends = lineEnds(text);
	const whole = wireLines(text.replace(/^\xef\xbb\xbf/, '')).replace(/^(?:[ \t]*\r\n)+/, '');
	const { start, form } = beginning(whole);
	const message = whole.slice(start);
	if (!FIELD_START.test(message)) {
		const line = message.slice(0, 200).split('\r\n', 1)[0] ?? '';
		const seen = line === '' ? 'is empty' : `begins with "${shown(line)}"`;
		return { kind: 'no-message', why: `${seen}, which is no header field of a message` };
	}
	const { fields, end } = fieldsOf(message);
	const body = message.slice(end);
	const isMailbox = form.startsWith('a mailbox file');
	const unquoted = isMailbox ? body.replace(/^>(>*From )/gm, '$1') : body;
	return {
		kind: 'message',
		fields,
		body,
		unquoted,
		form: [form, ends].filter((each) => each !== '').join(', '),
	};
}

/** What people save by mistake. */
function otherFormat(text: string): string | null {
	if (text.startsWith('\xd0\xcf\x11\xe0')) {
		return "is an Outlook .msg file: open the message's source (File > Properties > Internet headers shows only a part; Outlook on the web > View > View message source shows all) and save it as .eml";
	}
	if (text.startsWith('\xff\xfe') || text.startsWith('\xfe\xff')) {
		return 'is UTF-16: save the source as it is, or as ASCII or UTF-8';
	}
	if (text.startsWith('PK\x03\x04')) return 'is a ZIP archive: unpack it';
	if (/^\s*<(?:!doctype|html|\?xml)\b/i.test(text.slice(0, 200))) {
		return 'is a web page: save the source of the message ("show original" > "download original")';
	}
	return null;
}

function beginning(text: string): { start: number; form: string } {
	if (text.startsWith('From ')) {
		return { start: afterLine(text, 0), form: 'a mailbox file with a "From " line' };
	}
	if (/^original message[ \t]*\r\n/i.test(text)) {
		const found = text.slice(0, 8_192).search(FIRST_FIELD);
		if (found !== -1) return { start: found, form: 'copied from the page "Original message"' };
	}
	return { start: 0, form: '' };
}

function fieldsOf(text: string): { fields: readonly HeaderField[]; end: number } {
	const fields: HeaderField[] = [];
	let at = 0;
	while (at < text.length && fields.length < MOST_FIELDS) {
		if (text.startsWith('\r\n', at)) return { fields, end: at + 2 };
		const name = FIELD_START.exec(text.slice(at, at + 256))?.[1];
		// A body without an empty line before it: receivers end the header here.
		if (name === undefined) return { fields, end: at };
		let next = afterLine(text, at);
		while (next < text.length && /^[ \t]/.test(text.charAt(next))) next = afterLine(text, next);
		const raw = text.slice(at, next);
		fields.push({ name: name.toLowerCase(), raw, value: unfolded(raw) });
		at = next;
	}
	return { fields, end: at };
}

function unfolded(raw: string): string {
	return raw
		.slice(raw.indexOf(':') + 1)
		.replaceAll('\r\n', '')
		.trim();
}

function afterLine(text: string, from: number): number {
	const end = text.indexOf('\r\n', from);
	return end === -1 ? text.length : end + 2;
}

function wireLines(text: string): string {
	return text.replace(/\r?\n/g, '\r\n');
}

function lineEnds(text: string): string {
	const lines = text.split('\n').length - 1;
	const carriage = text.split('\r\n').length - 1;
	return carriage > 0 && carriage < lines ? 'with both kinds of line end' : '';
}

function shown(line: string): string {
	const plain = line.replace(/[^\x20-\x7e]/g, '?');
	return plain.length > 60 ? `${plain.slice(0, 60)}…` : plain;
}
