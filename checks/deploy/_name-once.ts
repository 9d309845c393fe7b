/** Names for findings of one file: the file's, then `file#2`, for each kind of them. */
export function nameOnce(): (kind: string, file: string) => string {
	const seen = new Map<string, number>();
	return (kind, file) => {
		const key = `${kind}\0${file}`;
		const before = seen.get(key) ?? 0;
		seen.set(key, before + 1);
		return before === 0 ? file : `${file}#${before + 1}`;
	};
}
