/** Whether receivers take a TXT for an SPF record (RFC 7208 §4.5): `v=spf1` alone or before a space. */
export function isSpfText(text: string): boolean {
	return /^v=spf1(?: |$)/i.test(text);
}

/** Sender ID (RFC 4406), which no receiver reads any more. */
export function isSenderId(text: string): boolean {
	return /^spf2\.0\//i.test(text);
}

/**
 * Meant as SPF and ignored by receivers: something before the `v`, after the `1`, or spaces inside.
 * Gives the record as it should start, `null` for any other text.
 */
export function misspeltVersion(text: string): string | null {
	if (isSpfText(text) || isSenderId(text)) return null;
	const found = /^[\s"'\\\x80-\xff]*(?:v\s*[=:]\s*spf[\s-]?1?0?|spf1)(?=[\s;,:"'a-z+~?-]|$)/i.exec(
		text,
	);
	if (found === null) return null;
	const rest = text
		.slice(found[0].length)
		.replace(/^[\s;,:"']+/, '')
		.replace(/["'\\]+$/, '');
	return `v=spf1 ${rest}`.trimEnd();
}
