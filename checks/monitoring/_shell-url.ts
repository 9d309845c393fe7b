/** A URL from a page, as one word of a shell command. */
export function shellUrl(url: string): string {
	return `'${url.replaceAll("'", '%27')}'`;
}
