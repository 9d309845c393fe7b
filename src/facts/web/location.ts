/** What is wrong with a Location value. */
export type LocationFault =
	/** No URL by the WHATWG standard. */
	| 'unparsable'
	/** A scheme that is neither http nor https. */
	| 'not-web'
	/** A user name or password before the host (RFC 9110 §4.2.4 forbids to send one). */
	| 'user-info'
	/** Bytes above 127 instead of percent-encoding (RFC 3986 §2). */
	| 'non-ascii';

/**
 * A Location value (RFC 9110 §10.2.2) read as browsers do: the WHATWG URL standard, raw bytes
 * percent-encoded, the base's fragment inherited. `fault` may be set although browsers cope; `url` is
 * `null` where they do not. User info is left out of what we request.
 */
export function readLocation(
	raw: string,
	base: string,
): { readonly url: string | null; readonly fault: LocationFault | null } {
	const ascii = raw.replaceAll(/[^\p{ASCII}]/gu, encoded);
	if (!URL.canParse(ascii, base)) return { url: null, fault: 'unparsable' };
	const url = new URL(ascii, base);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') return { url: null, fault: 'not-web' };
	if (url.hash === '' && !ascii.includes('#')) url.hash = new URL(base).hash;
	const hasUser = url.username !== '' || url.password !== '';
	url.username = '';
	url.password = '';
	return { url: url.href, fault: hasUser ? 'user-info' : ascii === raw ? null : 'non-ascii' };
}

/** Field values reach us one character a byte; a character above that range came decoded. */
function encoded(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	const bytes = code < 256 ? [code] : [...Buffer.from(character, 'utf8')];
	return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
