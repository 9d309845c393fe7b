import { readPage } from '../web/html.ts';
import type { HeaderField, MessageSource } from './message-source.ts';
import { fieldTokens } from './structured-field.ts';

/** What a reader gets of a message, counted; not the text itself. */
export interface MimeContent {
	/** Letters and digits in the plain-text part; `null` without such a part. */
	readonly plain: number | null;
	/** Letters and digits that the HTML part shows; `null` without such a part. */
	readonly html: number | null;
	/** Pictures that the HTML part shows. */
	readonly images: number;
	/** A link in it says that it ends a subscription. */
	readonly hasUnsubscribeLink: boolean;
	/** A report about another message (RFC 6522). */
	readonly isReport: boolean;
}

/** Deeper and wider than mail programs nest. */
const MOST_DEPTH = 10;
const MOST_PARTS = 200;
/** Of one part that is looked at. */
const MOST_CHARACTERS = 1_048_576;
/** Of HTML that is searched for links. */
const MOST_LINKED = 262_144;

/** A text that a reader is shown, transfer encoding undone, one character a byte. */
interface Part {
	readonly type: string;
	readonly content: string;
}

/** RFC 2045 and RFC 2046, as far as it takes to find the text. Attachments are passed over. Never throws. */
export function textParts({ fields, body }: Entity): readonly Part[] {
	const parts: Part[] = [];
	collect({ fields, body }, 0, parts);
	return parts;
}

/** What is in the text parts. Never throws. */
export function mimeContent({ fields, body }: MessageSource): MimeContent {
	const parts = textParts({ fields, body });
	const plain = parts.filter(({ type }) => type === 'text/plain');
	const html = parts.filter(({ type }) => type === 'text/html');
	const pages = html.map(({ content }) => content.slice(0, MOST_CHARACTERS));
	const read = pages.map((page) => readPage(page, 'https://message.invalid/'));
	const text = plain.map(({ content }) => content).join('\n');
	return {
		plain: plain.length === 0 ? null : lettersIn(text),
		html: html.length === 0 ? null : lettersIn(read.map((page) => page.text).join(' ')),
		images: pages.reduce((sum, page) => sum + (page.match(/<img\b/gi)?.length ?? 0), 0),
		hasUnsubscribeLink: pages.some(hasUnsubscribeLink) || UNSUBSCRIBE_LINE.test(text),
		isReport: /^multipart\/report\b/i.test(fieldValue(fields, 'content-type')),
	};
}

/** As newsletters name it, in the languages that are most common in mail. */
const WORDS =
	'unsubscribe|opt[ -]?out|abmelden|abbestellen|austragen|désinscri|desinscri|désabonn|desabonn|darse de baja|cancelar (?:la )?suscripci|disiscri|annulla iscrizione|afmelden|uitschrijven|cancelar (?:a )?inscri|avregistrera|afmeld|отписаться';
const UNSUBSCRIBE_LINE = new RegExp(`(?:${WORDS})[^\\n]{0,120}https?://`, 'i');
const ANCHOR = /<a\b([^>]{0,500})>([\s\S]{0,400}?)<\/a>/gi;

function hasUnsubscribeLink(page: string): boolean {
	const words = new RegExp(WORDS, 'i');
	for (const [, attributes = '', inside = ''] of page.slice(0, MOST_LINKED).matchAll(ANCHOR)) {
		if (words.test(Buffer.from(inside, 'latin1').toString('utf8'))) return true;
		if (/href\s*=\s*["']?[^"'>\s]{0,500}unsubscribe/i.test(attributes)) return true;
	}
	return false;
}

/** Bytes above ASCII count as half a letter: two of them make one in UTF-8. */
function lettersIn(text: string): number {
	const head = text.slice(0, MOST_CHARACTERS);
	const ascii = head.match(/[a-z0-9]/gi)?.length ?? 0;
	const others = head.match(/[\x80-\uffff]/g)?.length ?? 0;
	return ascii + Math.floor(others / 2);
}

type Entity = Pick<MessageSource, 'fields' | 'body'>;

function collect({ fields, body }: Entity, depth: number, parts: Part[]): void {
	if (parts.length >= MOST_PARTS) return;
	const { type, boundary } = contentType(fieldValue(fields, 'content-type'));
	if (type.startsWith('multipart/') && boundary !== '' && depth < MOST_DEPTH) {
		for (const inner of entitiesIn(body, boundary)) collect(inner, depth + 1, parts);
		return;
	}
	if (/^attachment\b/i.test(fieldValue(fields, 'content-disposition'))) return;
	if (type !== 'text/plain' && type !== 'text/html') return;
	parts.push({ type, content: decoded(body, fieldValue(fields, 'content-transfer-encoding')) });
}

function fieldValue(fields: readonly HeaderField[], name: string): string {
	return fields.find((field) => field.name === name)?.value ?? '';
}

/** RFC 2045 §5.1; text/plain where nothing is said or it cannot be read (§5.2). */
function contentType(value: string): { type: string; boundary: string } {
	const text = fieldTokens(value)
		.filter(({ kind }) => kind !== 'comment')
		.map(({ kind, text: piece }) => (kind === 'quoted' ? quotedPiece(piece) : piece))
		.join('');
	const [, type = 'text/plain'] = /^\s*([a-z0-9.+-]+\/[a-z0-9.+-]+)\s*(?:;|$)/i.exec(text) ?? [];
	const [, boundary = ''] = /;\s*boundary\s*=\s*([^;]+)/i.exec(text) ?? [];
	return { type: type.toLowerCase(), boundary: boundary.replaceAll('\u0001', ';').trim() };
}

/** A semicolon inside quotes separates nothing. */
function quotedPiece(text: string): string {
	return text.replaceAll(';', '\u0001');
}

/** RFC 2046 §5.1.1. */
function entitiesIn(body: string, boundary: string): readonly Entity[] {
	const pieces = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1);
	const entities: Entity[] = [];
	for (const piece of pieces.slice(0, MOST_PARTS)) {
		if (piece.startsWith('--')) break;
		const start = piece.indexOf('\r\n');
		if (start !== -1) entities.push(entityOf(piece.slice(start + 2)));
	}
	return entities;
}

/** Fields that matter here are few and short: a part's header is read without the message's care. */
function entityOf(text: string): Entity {
	const isBare = text.startsWith('\r\n');
	const end = isBare ? 0 : text.indexOf('\r\n\r\n');
	const head = end === -1 ? '' : text.slice(0, end);
	const body = end === -1 ? text : text.slice(end + (isBare ? 2 : 4));
	const fields = head
		.replace(/\r\n(?=[ \t])/g, '')
		.split('\r\n')
		.slice(0, MOST_PARTS)
		.flatMap((line) => {
			const colon = line.indexOf(':');
			const name = line.slice(0, colon).trim().toLowerCase();
			return colon < 1 ? [] : [{ name, raw: line, value: line.slice(colon + 1).trim() }];
		});
	return { fields, body };
}

function decoded(body: string, encoding: string): string {
	const text = body.slice(0, 2 * MOST_CHARACTERS);
	switch (encoding.trim().toLowerCase()) {
		case 'base64':
			return Buffer.from(text, 'base64').toString('latin1');
		case 'quoted-printable':
			return text
				.replace(/=[ \t]*\r\n/g, '')
				.replace(/=([0-9a-f]{2})/gi, (_, hex: string) =>
					String.fromCharCode(Number.parseInt(hex, 16)),
				);
		default:
			return text;
	}
}
