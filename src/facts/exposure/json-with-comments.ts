/** Whether a text begins as a JSON object does, after comments, which editors and .NET allow. */
export function isJsonObject(bytes: string): boolean {
	const start = bytes.slice(0, 4_096).replace(/^\xef\xbb\xbf/, '');
	return /^\s*(?:(?:\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)\s*)*\{/.test(start);
}
