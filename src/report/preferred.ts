import type { Platform, Snippet } from '../core/fix.ts';

/** The detected platforms' snippets first; the others follow, because a detection can be wrong. */
export function preferred(
	snippets: readonly Snippet[],
	platforms: readonly Platform[],
): readonly Snippet[] {
	const rank = ({ platform }: Snippet) => {
		const at = platforms.indexOf(platform);
		return at === -1 ? platforms.length : at;
	};
	return snippets.toSorted((a, b) => rank(a) - rank(b));
}
