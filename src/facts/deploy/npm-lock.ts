import { posix } from 'node:path';
import type { Mismatch } from './lock-mismatch.ts';
import { objectIn } from './package-scripts.ts';
import { satisfies } from './version-range.ts';

/** A package.json below the lock, its own folder included. */
export interface NodeMember {
	/** From the lock's folder; empty for its own. */
	readonly folder: string;
	readonly json: Readonly<Record<string, unknown>>;
	/** Not a folder that is merely linked with `file:`. */
	readonly isWorkspace: boolean;
}

type Entry = Readonly<Record<string, unknown>>;

interface Tree {
	readonly packages: ReadonlyMap<string, Entry>;
	readonly members: readonly NodeMember[];
	readonly overridden: ReadonlySet<string>;
	readonly legacyPeers: boolean;
}

const record = (value: unknown): Entry =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Entry) : {};

/**
 * What `npm ci` would refuse: a dependency of the root or of a workspace that the lock has not or has in
 * another version, a workspace that it does not link, and what a locked package needs and the lock has
 * not. `legacyPeers`: `legacy-peer-deps` is set. `null` where this is no lock of npm.
 */
export function npmMismatches(
	text: string,
	members: readonly NodeMember[],
	legacyPeers: boolean,
): readonly Mismatch[] | null {
	const lock = objectIn(text);
	const packages = lock === null ? null : packagesOf(lock);
	if (packages === null) return null;
	const root = members.find(({ folder }) => folder === '')?.json ?? {};
	const overridden = new Set(Object.keys(record(root['overrides'])).map(withoutRange));
	const tree = { packages, members, overridden, legacyPeers };
	return [
		...members.flatMap((member) => edgesOf(tree, member)),
		...members.flatMap((member) => unlinked(tree, member)),
		...refusedOverrides(root),
		...(overridden.size > 0 ? [] : brokenInside(tree)),
	];
}

/** npm refuses to override what the root itself asks for in another range (EOVERRIDE). */
function refusedOverrides(root: Entry): readonly Mismatch[] {
	const direct = { ...record(root['devDependencies']), ...record(root['dependencies']) };
	return Object.entries(record(root['overrides'])).flatMap(([name, value]) => {
		const range = direct[name];
		const isOther = typeof value === 'string' && !value.startsWith('$') && value !== range;
		return typeof range === 'string' && isOther
			? [{ name, wanted: range, locked: `override ${value}` }]
			: [];
	});
}

const withoutRange = (key: string): string => key.replace(/(.)@.*$/, '$1');

/** Of npm 7 on; a lock of npm 5 and 6 is brought into the same form. */
function packagesOf(lock: Entry): ReadonlyMap<string, Entry> | null {
	if ('packages' in lock) {
		return new Map(
			Object.entries(record(lock['packages'])).map(([path, one]) => [path, record(one)]),
		);
	}
	if (!('dependencies' in lock)) return 'lockfileVersion' in lock ? new Map() : null;
	const found = new Map<string, Entry>();
	addNested(found, '', lock['dependencies'], 0);
	return found;
}

const DEEPEST = 100;

function addNested(
	found: Map<string, Entry>,
	base: string,
	dependencies: unknown,
	depth: number,
): void {
	if (depth > DEEPEST) return;
	for (const [name, one] of Object.entries(record(dependencies))) {
		const entry = record(one);
		const written = typeof entry['version'] === 'string' ? entry['version'] : '';
		const plain = /^npm:(?:@[^@]+|[^@]+)@(.+)$/.exec(written)?.[1] ?? written;
		const folder = /^file:(?!.*\.t(?:ar\.)?gz$)(.*)$/.exec(written)?.[1];
		const path = `${base}node_modules/${name}`;
		if (folder !== undefined) found.set(path, { resolved: folder, link: true });
		else if (/^v?\d/.test(plain)) found.set(path, { version: plain, resolved: entry['resolved'] });
		else found.set(path, { resolved: written });
		addNested(found, `${folder ?? path}/`, entry['dependencies'], depth + 1);
	}
}

function edgesOf(tree: Tree, { folder, json }: NodeMember): readonly Mismatch[] {
	const optionalPeers = record(json['peerDependenciesMeta']);
	const peers = Object.entries(record(json['peerDependencies'])).filter(
		([name]) => !tree.legacyPeers && record(optionalPeers[name])['optional'] !== true,
	);
	const wanted = new Map<string, unknown>([
		...peers,
		...Object.entries(record(json['devDependencies'])),
		...Object.entries(record(json['dependencies'])),
		...Object.entries(record(json['optionalDependencies'])),
	]);
	return [...wanted].flatMap(([name, range]) =>
		typeof range !== 'string' || tree.overridden.has(name)
			? []
			: unmet(tree, folder, { name, range }),
	);
}

/** One that is further up is taken where the nearest does not fit: npm drops the nearer one then. */
function unmet(
	tree: Tree,
	folder: string,
	{ name, range }: { name: string; range: string },
): readonly Mismatch[] {
	let locked = '';
	for (const path of pathsOf(folder, name)) {
		const entry = tree.packages.get(path);
		if (entry === undefined) continue;
		const fit = fits(tree, entry, { range, folder });
		if (fit === true) return [];
		locked ||= fit;
	}
	return [{ name, wanted: range, locked }];
}

/** As Node looks for it: beside the package, then upwards. */
function pathsOf(from: string, name: string): readonly string[] {
	const paths: string[] = [];
	for (let folder = from; ; folder = posix.dirname(folder)) {
		const base = folder === '.' || folder === '' ? '' : `${folder}/`;
		if (!/(?:^|\/)node_modules$/.test(folder)) paths.push(`${base}node_modules/${name}`);
		if (base === '') return paths;
	}
}

const COMMIT = /#([0-9a-f]{40})$/i;
const repositoryIn = (text: string): string =>
	/([\w.-]+\/[\w.-]+?)(?:\.git)?(?:#.*)?$/.exec(text)?.[1]?.toLowerCase() ?? '';

const FROM_GIT =
	/^(?:git\+|git:|github:|gitlab:|bitbucket:|[\w-]+\/[\w.-]+(?:#|$)|https?:\/\/(?:github|gitlab|bitbucket)\.(?:com|org)\/[^/]+\/[^/]+$|https?:.*\.git(?:#|$))/;

/** A branch may have moved on; another repository, or another commit that is named, may not. */
function isSameCommit(range: string, locked: string): boolean {
	const [asked, has] = [COMMIT.exec(range)?.[1], COMMIT.exec(locked)?.[1]];
	const isOther = asked !== undefined && has !== undefined && asked !== has;
	return !isOther && repositoryIn(range) === repositoryIn(locked);
}

/** `true`, or what is locked instead. A tag asks for presence alone. */
function fits(
	tree: Tree,
	entry: Entry,
	{ range, folder }: { range: string; folder: string },
): true | string {
	const locked = typeof entry['resolved'] === 'string' ? entry['resolved'] : '';
	if (FROM_GIT.test(range)) return isSameCommit(range, locked) ? true : locked;
	if (/^https?:/.test(range)) return locked === range ? true : versionOf(tree, entry);
	const file = fileIn(range);
	if (file !== null) return isSameFile(entry, posix.join(folder || '.', file)) ? true : locked;
	const version = versionOf(tree, entry);
	const plain = /^npm:(?:@[^@]+|[^@]+)@(.+)$/.exec(range)?.[1] ?? range;
	return version === '' || satisfies(version, plain) !== false ? true : version;
}

const fileIn = (range: string): string | null =>
	/^file:(.*)$/.exec(range)?.[1] ?? (/^\.{1,2}\//.test(range) ? range : null);

/** A folder is linked; an archive is named. */
function isSameFile(entry: Entry, path: string): boolean {
	const locked = typeof entry['resolved'] === 'string' ? entry['resolved'] : '';
	const plain = posix.normalize(locked.replace(/^file:/, '') || '.').replace(/\/$/, '');
	// Outside the repository; nothing here tells where that is.
	return plain === path.replace(/\/$/, '') || path.startsWith('/') || path.startsWith('..');
}

/** What a link leads to is read where it lies, whatever the lock remembers of it. */
function versionOf(tree: Tree, entry: Entry): string {
	const target = entry['link'] === true ? String(entry['resolved']) : null;
	const own =
		target === null
			? entry
			: (tree.members.find(({ folder }) => folder === target)?.json ??
				tree.packages.get(target) ??
				{});
	return typeof own['version'] === 'string' ? own['version'] : '';
}

/** Every workspace is linked by its name. */
function unlinked(tree: Tree, { folder, json, isWorkspace }: NodeMember): readonly Mismatch[] {
	if (folder === '' || !isWorkspace) return [];
	const name = typeof json['name'] === 'string' ? json['name'] : posix.basename(folder);
	const link = tree.packages.get(`node_modules/${name}`);
	return link?.['link'] === true && link['resolved'] === folder
		? []
		: [{ name, wanted: `workspace ${folder}`, locked: '' }];
}

/**
 * Needs of locked packages that nothing in the lock meets: a merge, or an edit by hand, took them out.
 * npm looks at what the root reaches without passing a link.
 */
function brokenInside(tree: Tree): readonly Mismatch[] {
	const found: Mismatch[] = [];
	const seen = new Set<string>();
	const root = tree.members.find(({ folder }) => folder === '')?.json ?? {};
	const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
	let fresh = kinds
		.flatMap((kind) => Object.keys(record(root[kind])))
		.map((name) => `node_modules/${name}`);
	while (fresh.length > 0) {
		const next: string[] = [];
		for (const path of fresh) {
			const entry = tree.packages.get(path);
			if (entry === undefined || entry['link'] === true || seen.has(path)) continue;
			seen.add(path);
			next.push(...needsOf(tree, { path, entry, found }));
		}
		fresh = next;
	}
	return found;
}

/** Gives back where they are. What is bundled comes with its package. */
function needsOf(
	tree: Tree,
	{ path, entry, found }: { path: string; entry: Entry; found: Mismatch[] },
): readonly string[] {
	const bundled = [entry['bundleDependencies'], entry['bundledDependencies']].flat();
	if (entry['inBundle'] === true || entry['hasShrinkwrap'] === true || bundled.includes(true)) {
		return [];
	}
	return Object.entries(record(entry['dependencies'])).flatMap(([name, range]) => {
		if (typeof range !== 'string' || bundled.includes(name)) return [];
		found.push(...unmet(tree, path, { name, range }));
		return pathsOf(path, name)
			.filter((one) => tree.packages.has(one))
			.slice(0, 1);
	});
}
