/** A secret that stood in a file, by what it is called there. */
export interface RedactedSecret {
	readonly name: string;
	/** Characters of its value. */
	readonly length: number;
}

/** Name, what stands between, and the mark: behind a scheme and a user in a URL too. */
const NAMED = new RegExp(
	[
		'([A-Za-z_][\\w.-]{0,60})["\'\\])]{0,3}',
		'(?:\\s{0,20}(?:=>|[=:,])\\s{0,20}|\\s{1,8}(?:value\\s{0,5}=\\s{0,5})?)["\']?',
		'(?:[A-Za-z][\\w+.-]{1,20}://[^\\s:@/"\'<>`]{0,100}:|\\S{1,4}\u00e2\u0080\u00a6)?',
		'<redacted:(\\d{1,9})>',
	].join(''),
	'g',
);

/** The secrets that were taken out of a file (see `redactBody`) and have a name there, each name once. */
export function redactedSecrets(bytes: string): readonly RedactedSecret[] {
	const found = new Map<string, RedactedSecret>();
	for (const [, name = '', length] of bytes.matchAll(NAMED)) {
		if (!found.has(name)) found.set(name, { name, length: Number(length) });
	}
	return [...found.values()];
}

/** Whether something was taken out, with a name or without. */
export function hadSecret(bytes: string): boolean {
	return /<redacted:\d{1,9}>/.test(bytes);
}
