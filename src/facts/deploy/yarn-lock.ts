import { indentedKeys } from './indented-keys.ts';
import type { Mismatch } from './lock-mismatch.ts';
import {
	differences,
	KINDS,
	type LockedProject,
	namesAndRanges,
	overriddenIn,
} from './locked-project.ts';
import { objectIn } from './package-scripts.ts';
import { satisfies } from './version-range.ts';

/** Of both forms; `null` where it is neither. */
export function yarnMismatches(project: LockedProject): readonly Mismatch[] | null {
	if (/^__metadata:/m.test(project.lock)) return berry(project);
	return /^# yarn lockfile v1/m.test(project.lock) ? classic(project) : null;
}

/** A line of keys: `"a@^1", a@^1.2`. */
const keysIn = (line: string): readonly string[] =>
	line
		.replaceAll('"', '')
		.split(/,\s+/)
		.map((key) => key.trim());

/** The first form has an entry for each range that is asked for. */
function classic({ lock, members }: LockedProject): readonly Mismatch[] {
	const asked = new Set(
		[...lock.matchAll(/^([^\s#].*):\s*$/gm)].flatMap(([, line = '']) => keysIn(line)),
	);
	const names = new Map(
		[...asked].map((key) => [
			key.slice(0, key.indexOf('@', 1)),
			key.slice(key.indexOf('@', 1) + 1),
		]),
	);
	const skip = overriddenIn(members);
	const own = new Map(members.map(({ manifest }) => [manifest.name, manifest.version]));
	return members.flatMap(({ text }) =>
		[...namesAndRanges(objectIn(text) ?? {}, KINDS)].flatMap(([name, range]) => {
			const version = own.get(name);
			const isOwn = version !== undefined && satisfies(version, range) !== false;
			const isLocal = isOwn || /^(?:link|workspace|portal):/.test(range);
			if (isLocal || skip.has(name) || asked.has(`${name}@${range}`)) return [];
			return [{ name, wanted: range, locked: names.get(name) ?? '' }];
		}),
	);
}

interface Workspace {
	readonly name: string;
	readonly dependencies: Map<string, string>;
	readonly peers: Map<string, string>;
}

/** Yarn adds a protocol to what has none. */
const isSame = (wanted: string, locked: string): boolean => {
	const plain = (range: string) => range.replace(/^npm:(?=[^@]*$)/, '').trim();
	const isAddress = /^(?:patch|file|portal|link|exec|workspace|catalog|git|https?):/.test(wanted);
	return plain(wanted) === plain(locked) || isAddress;
};

/** The later form repeats what each workspace asks for, and knows of no other workspace. */
function berry({ lock, members }: LockedProject): readonly Mismatch[] {
	const workspaces = workspacesIn(lock);
	const skip = overriddenIn(members);
	const folders = new Set(members.map(({ folder }) => folder || '.'));
	const found = members.flatMap(({ folder, manifest, text }) => {
		const repeated = workspaces.get(folder || '.');
		if (repeated === undefined) {
			return [{ name: manifest.name || folder, wanted: `workspace ${folder}`, locked: '' }];
		}
		const json = objectIn(text) ?? {};
		const wanted = namesAndRanges(json, [
			'dependencies',
			'optionalDependencies',
			'devDependencies',
		]);
		const peers = namesAndRanges(json, ['peerDependencies']);
		return [
			...differences(wanted, repeated.dependencies, skip, isSame),
			...differences(peers, repeated.peers, skip, isSame),
		];
	});
	const gone = [...workspaces]
		.filter(([folder]) => !folders.has(folder))
		.map(([folder, { name }]) => ({ name, wanted: '', locked: `workspace ${folder}` }));
	return [...found, ...gone];
}

/** By folder. An entry may carry several keys: `a@workspace:*, a@workspace:packages/a`. */
function workspacesIn(text: string): ReadonlyMap<string, Workspace> {
	const found = new Map<string, Workspace>();
	const current = new Map<string, Workspace>();
	for (const { path, value } of indentedKeys(text)) {
		const [entry = '', kind, name] = path;
		if (!entry.includes('@workspace:')) continue;
		const workspace = current.get(entry) ?? workspaceOf(entry);
		current.set(entry, workspace);
		if (kind === 'resolution') found.set(value.slice(value.indexOf('@workspace:') + 11), workspace);
		if (name === undefined) continue;
		if (kind === 'dependencies') workspace.dependencies.set(name, value);
		if (kind === 'peerDependencies') workspace.peers.set(name, value);
	}
	return found;
}

const workspaceOf = (entry: string): Workspace => ({
	name: entry.slice(0, entry.indexOf('@workspace:')),
	dependencies: new Map(),
	peers: new Map(),
});
