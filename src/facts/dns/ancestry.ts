/** Whether a name is a domain or lies below it, in whatever letters; every name lies in the root, `.`. */
export function isWithin(name: string, domain: string): boolean {
	const lower = name.toLowerCase();
	return domain === '.' || lower === domain || lower.endsWith(`.${domain}`);
}

/** `.` above the last label. */
export function parentOf(name: string): string {
	const dot = name.indexOf('.');
	return dot < 0 || dot === name.length - 1 ? '.' : name.slice(dot + 1);
}
