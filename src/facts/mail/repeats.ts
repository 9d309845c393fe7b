/** What a list has more than once, each once, in the order of the first repeat. Linear. */
export function repeatsIn(list: readonly string[]): readonly string[] {
	const seen = new Set<string>();
	const repeats = new Set<string>();
	for (const one of list) {
		if (seen.has(one)) repeats.add(one);
		seen.add(one);
	}
	return [...repeats];
}
