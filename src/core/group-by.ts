/** Members by key, keys in the order in which they first came. `Map.groupBy` needs Node 21. */
export function groupBy<T, K>(
	list: Iterable<T>,
	keyOf: (one: T) => K,
): ReadonlyMap<K, [T, ...T[]]> {
	const groups = new Map<K, [T, ...T[]]>();
	for (const one of list) {
		const key = keyOf(one);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [one]);
		else group.push(one);
	}
	return groups;
}
