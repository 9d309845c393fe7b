/** What each file of a `.git` folder is recognised by (gitrepository-layout). */
export const GIT_FILES: Readonly<Record<string, (bytes: string) => boolean>> = {
	'/.git/config': (bytes) => /^[ \t]*\[core\]/m.test(bytes),
	'/.git/HEAD': (bytes) => /^(?:ref: refs\/|(?:[0-9a-f]{40}|[0-9a-f]{64})\s*$)/.test(bytes),
	'/.git/index': (bytes) => bytes.startsWith('DIRC'),
};
