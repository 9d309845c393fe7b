const WORDS: Readonly<Record<string, string>> = {
	EACCES: 'permission denied',
	EISDIR: 'a folder',
	ELOOP: 'symbolic links without end',
	ENAMETOOLONG: 'the name is too long',
	ENOENT: 'does not exist',
	ENOTDIR: 'does not exist',
	ENXIO: 'not a regular file',
	EPERM: 'permission denied',
};

/** In words, without the machine's paths that Node's messages repeat. */
export function reasonFor(error: unknown): string {
	const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
	return WORDS[code] ?? code;
}
