/** A name that came from DNS, for a command to paste: as it is where a shell reads nothing else into it. */
export function shellName(name: string): string {
	return /^[a-z0-9_.-]+$/i.test(name) && !name.startsWith('-') ? name : 'NAME';
}
