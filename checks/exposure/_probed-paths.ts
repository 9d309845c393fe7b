import { cannotSay, type Probed, type Probes } from '../../src/sdk.ts';

/** Files that a host should not publish: all of them together stay far below the budget of 45. */
export const AT_ONCE = { dotenv: 3, git: 1 } as const;

/** Why nothing can be said about some of the paths; `null` where every one was seen. */
export function unseenPaths({ paths }: Probes) {
	const unseen = paths.filter((one) => one.unseen !== null);
	const first = unseen[0]?.unseen;
	if (first === undefined || first === null) return null;
	const more = unseen.length > 1 ? ` (and ${unseen.length - 1} more paths)` : '';
	return cannotSay(first.because, `${first.detail}${more}`);
}

/** A probe's outcome, for examples. */
export function probed(path: string, status: number, bytes = ''): Probed {
	const url = `https://example.com${path}`;
	return { path, url, status, bytes, sha256: `sha256 of ${bytes}`, unseen: null };
}

export function probes(
	paths: readonly Probed[],
	control: (path: string) => Probed = (path) => probed(path, 404, 'Not Found'),
): Probes {
	const controls = ['/lr-00', '/lr-00.php', '/.lr-00'].map(control);
	return { origin: 'https://example.com', controls, paths };
}
