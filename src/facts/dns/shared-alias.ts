/** The first alias of a name. */
export interface Alias {
	readonly owner: string;
	readonly target: string;
}

/** One record makes both, of a name and of a sibling: a wildcard, or a DNAME above them (RFC 6672). */
export function isSharedAlias(one: Alias, other: Alias): boolean {
	if (one.target === other.target) return true;
	const rewritten = dnameTarget(one);
	return rewritten !== null && rewritten === dnameTarget(other);
}

/** Where a DNAME right above the name puts whatever stands there; `null` for what no DNAME can make. */
export function dnameTarget({ owner, target }: Alias): string | null {
	const [label, ...rest] = target.split('.');
	if (label !== owner.split('.')[0]) return null;
	return rest.length === 0 ? '.' : rest.join('.');
}
