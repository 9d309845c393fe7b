import {
	type Answered,
	cannotSay,
	exposureProbes,
	type Probed,
	type Probes,
	registrableOf,
	type Site,
} from '../../src/sdk.ts';

/**
 * What a check asks a host for: `usual` always, `deep` too where the user said so or nobody has to be
 * spared. `<domain>` stands for the registrable domain and for its first label, in turn. The usual paths
 * of all checks together are 45 at most.
 */
export interface PathList {
	readonly usual: readonly string[];
	readonly deep?: readonly string[];
}

/** Requests of one check in flight at a host. */
const AT_ONCE = 4;

export function probesOf(subject: Site, list: PathList) {
	const { name: host, seed } = subject;
	return exposureProbes({ host, seed, paths: pathsFor(subject, list), atOnce: AT_ONCE });
}

function pathsFor({ name, deep }: Site, list: PathList): string[] {
	const domain = registrableOf(name) ?? name;
	const names = [domain, domain.split('.')[0] ?? domain];
	const paths = [...list.usual, ...(deep ? (list.deep ?? []) : [])];
	return paths.flatMap((path) =>
		path.includes('<domain>') ? names.map((one) => path.replace('<domain>', one)) : [path],
	);
}

/** Why nothing can be said about some of the paths; `null` where every one was seen. */
export function unseenPaths({ paths }: Pick<Probes, 'paths'>) {
	const unseen = paths.filter((one) => one.unseen !== null);
	const first = unseen[0]?.unseen;
	if (first === undefined || first === null) return null;
	const more = unseen.length > 1 ? ` (and ${unseen.length - 1} more paths)` : '';
	return cannotSay(first.because, `${first.detail}${more}`);
}

/** A probe's outcome, for examples. */
export function probed(path: string, status: number, bytes = ''): Probed {
	return { ...answered(path, status, bytes), twin: null };
}

/** The same beside what a random name with its folder and extension gave. */
export function twinned(one: Probed, status: number, bytes = ''): Probed {
	return { ...one, twin: answered(`${one.path}-twin`, status, bytes) };
}

export function answered(path: string, status: number, bytes = ''): Answered {
	const url = `https://example.com${path}`;
	return { path, url, status, type: '', bytes, sha256: `sha256 of ${bytes}`, unseen: null };
}

export function probes(
	paths: readonly Probed[],
	control: (path: string) => Answered = (path) => answered(path, 404, 'Not Found'),
): Probes {
	const controls = ['/lr-00', '/lr-00.php', '/.lr-00'].map(control);
	return { origin: 'https://example.com', controls, paths };
}
