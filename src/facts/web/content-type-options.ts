import type { HttpAnswered } from '../../core/io.ts';
import { isHtml, metaIn, pageIn } from './html.ts';
import { fieldValues } from './http.ts';

/**
 * Whether browsers are told not to guess types. By "determine nosniff" of the Fetch standard they read the
 * first value; `list` is one that they follow although the grammar has no room for a second value in
 * one field. Separate fields that agree are as good as one.
 */
export function readNosniff(fields: readonly string[]): 'absent' | 'nosniff' | 'list' | 'invalid' {
	if (fields.length === 0) return 'absent';
	const [first = ''] = fields.join(',').split(',');
	if (first.replaceAll(/^[\t ]+|[\t ]+$/g, '').toLowerCase() !== 'nosniff') return 'invalid';
	return fields.some((field) => field.includes(',')) ? 'list' : 'nosniff';
}

/** A meta element counts within the first 1,024 bytes (HTML standard, "prescan a byte stream"). */
const PRESCANNED = 1_024;

/**
 * Whether a browser learns the encoding of a page: from a byte order mark, Content-Type, or a meta element
 * near the beginning. `null` for what is no HTML.
 */
export function declaresEncoding(answer: HttpAnswered, url: string): boolean | null {
	if (!isHtml(answer)) return null;
	const { bytes } = answer.body;
	if (/^(?:\xef\xbb\xbf|\xfe\xff|\xff\xfe)/.test(bytes)) return true;
	const type = fieldValues(answer, 'content-type').at(-1) ?? '';
	// XML is UTF-8 unless it says otherwise by itself.
	if (/^\s*application\/xhtml\+xml\b/i.test(type)) return true;
	if (/;\s*charset\s*=\s*"?[\w.:-]+/i.test(type)) return true;
	const start = pageIn(
		{ ...answer, body: { ...answer.body, bytes: bytes.slice(0, PRESCANNED) } },
		url,
	);
	if (start === null) return false;
	const legacy = metaIn(start, 'content-type') ?? '';
	return (metaIn(start, 'charset') ?? '') !== '' || /charset\s*=\s*[\w.:-]+/i.test(legacy);
}
