import { repeatsIn } from './repeats.ts';

export interface TagList {
	/** In order; names as written, which is as they count. Folding white space inside a value stays. */
	readonly tags: readonly { readonly name: string; readonly value: string }[];
	/** Where the text leaves the grammar, in words that follow "the tag list". */
	readonly faults: readonly string[];
}

/** A signature has a dozen; more is made up. */
const MOST_TAGS = 64;
const SHOWN = 30;

/**
 * `tag-list` of RFC 6376 §3.2, out of a header field or a TXT record: names are case-sensitive, one final
 * semicolon is allowed, a repeated name makes the whole list invalid. Never throws, linear.
 */
export function parseTagList(text: string): TagList {
	const pieces = text.split(';');
	if (/^[\t\r\n ]*$/.test(pieces.at(-1) ?? '')) pieces.pop();
	const tags: { name: string; value: string }[] = [];
	const faults: string[] = [];
	for (const piece of pieces.slice(0, MOST_TAGS)) {
		const equals = piece.indexOf('=');
		const name = trimmed(piece.slice(0, Math.max(0, equals)));
		const value = trimmed(piece.slice(equals + 1));
		if (equals === -1 || !/^[a-z][a-z0-9_]*$/i.test(name)) {
			faults.push(`has "${shown(piece)}" where a tag should be`);
		} else if (!isValue(value)) {
			faults.push(`gives ${shown(name)}= a value with a character that is not allowed`);
		} else tags.push({ name, value });
	}
	if (pieces.length === 0) faults.push('is empty');
	if (pieces.length > MOST_TAGS) faults.push(`has more than ${MOST_TAGS} tags`);
	for (const name of repeatsIn(tags.map((tag) => tag.name))) {
		faults.push(`gives ${shown(name)}= twice`);
	}
	return { tags, faults };
}

/** VALCHAR and folding white space; bytes above ASCII as RFC 8616 allows in UTF-8. */
function isValue(value: string): boolean {
	return /^[\t\r\n\x20-\x3a\x3c-\x7e\x80-\xff]*$/.test(value);
}

function trimmed(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && isSpace(text.charCodeAt(start))) start += 1;
	while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
	return text.slice(start, end);
}

function isSpace(code: number): boolean {
	return code === 32 || code === 9 || code === 13 || code === 10;
}

function shown(text: string): string {
	const line = text.replace(/\s+/g, ' ').trim();
	return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
