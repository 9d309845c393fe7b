import { posix } from 'node:path';
import type { FileListing } from '../../core/io.ts';
import {
	type Ecosystem,
	folderOf,
	isBelow,
	joined,
	LOCKS,
	MANAGER_FACTS,
	type Manager,
	nameOf,
} from './lock-kind.ts';
import type { Manifest } from './manifest.ts';

/** A manifest with where it lies. */
export interface ManifestFile {
	readonly path: string;
	readonly folder: string;
	readonly manifest: Manifest;
	readonly text: string;
}

export interface LockFile {
	readonly path: string;
	readonly manager: Manager;
	readonly bytes: number;
	readonly tracked: boolean;
	readonly ignored: boolean;
}

/** What is installed at once: a manifest, the manifests of its workspaces, and the locks beside it. */
export interface InstalledProject {
	readonly folder: string;
	readonly ecosystem: Ecosystem;
	/** Its own; Python may have several. */
	readonly manifests: readonly ManifestFile[];
	readonly members: readonly ManifestFile[];
	readonly locks: readonly LockFile[];
	readonly isApplication: boolean;
}

/** A pattern of folders, as workspaces are named: `*` within a name, `**` over folders. */
function folderPattern(pattern: string): RegExp {
	const parts = pattern
		.replace(/^\.\//, '')
		.replace(/\/$/, '')
		.split(/(\*\*\/?|\*)/)
		.map((part) => {
			if (part.startsWith('**')) return '(?:.+/)?'.concat(part.endsWith('/') ? '' : '[^/]*');
			return part === '*' ? '[^/]+' : part.replace(/[.+?^$()|[\]{}\\]/g, '\\$&');
		});
	return new RegExp(`^${parts.join('')}$`);
}

/** Folders of members, from the folder of the patterns. */
function memberTest(patterns: readonly string[]): (folder: string) => boolean {
	const taken = patterns.filter((one) => !one.startsWith('!')).map(folderPattern);
	const left = patterns
		.filter((one) => one.startsWith('!'))
		.map((one) => folderPattern(one.slice(1)));
	return (folder) => taken.some((one) => one.test(folder)) && !left.some((one) => one.test(folder));
}

const below = (folder: string, above: string): string =>
	above === '' ? folder : folder.slice(above.length + 1);

/** `patterns`: of the workspaces that a folder has, in its manifest or beside it. */
export function projectsIn(
	manifests: readonly ManifestFile[],
	files: FileListing['files'],
	patterns: ReadonlyMap<string, readonly string[]>,
): readonly InstalledProject[] {
	const paths = new Set(files.map(({ path }) => path));
	const locks = locksIn(files);
	const groups = new Map<string, ManifestFile[]>();
	for (const one of manifests) {
		const key = `${one.manifest.ecosystem}\0${one.folder}`;
		groups.set(key, [...(groups.get(key) ?? []), one]);
	}
	const all = [...groups.values()];
	const roots = all.filter(
		([first]) => first !== undefined && workspaceOf(first, patterns) !== null,
	);
	const rootOf = (one: ManifestFile): ManifestFile | undefined =>
		roots
			.flatMap(([root]) => (root === undefined ? [] : [root]))
			.find(
				(root) =>
					root.folder !== one.folder &&
					root.manifest.ecosystem === one.manifest.ecosystem &&
					isBelow(one.folder, root.folder) &&
					workspaceOf(root, patterns)?.(below(one.folder, root.folder)) === true,
			);
	const covered = new Map(
		all.flatMap(([first]) => (first === undefined ? [] : [[first, rootOf(first)] as const])),
	);
	return all.flatMap((own) => {
		const [first] = own;
		if (first === undefined || covered.get(first) !== undefined) return [];
		const members = [...covered].filter(([, root]) => root === first).map(([member]) => member);
		const { folder, manifest } = first;
		return [
			{
				folder,
				ecosystem: manifest.ecosystem,
				manifests: own,
				members,
				locks: locks.filter(
					({ path, manager }) =>
						folderOf(path) === folder && MANAGER_FACTS[manager].ecosystem === manifest.ecosystem,
				),
				isApplication: [...own, ...members].some((one) => isApplication(one, paths)),
			},
		];
	});
}

function locksIn(files: FileListing['files']): readonly LockFile[] {
	return files.flatMap(({ path, bytes, tracked, ignored }) => {
		const manager = LOCKS.get(nameOf(path));
		return manager === undefined ? [] : [{ path, manager, bytes, tracked, ignored }];
	});
}

function workspaceOf(
	{ folder, manifest, text }: ManifestFile,
	patterns: ReadonlyMap<string, readonly string[]>,
): ((folder: string) => boolean) | null {
	const all = [
		...manifest.workspaces,
		...(manifest.ecosystem === 'node' ? (patterns.get(folder) ?? []) : []),
	];
	// A path dependency of a Cargo workspace is a member without being named.
	if (manifest.ecosystem === 'rust') return /^\s*\[workspace[\].]/m.test(text) ? () => true : null;
	return all.length === 0 ? null : memberTest(all);
}

const DEPLOYED =
	/^(?:[\w.-]*dockerfile[\w.-]*|containerfile|procfile|fly[\w.-]*\.toml|render\.ya?ml|app\.ya?ml|heroku\.yml|railway\.(?:json|toml)|captain-definition|nixpacks\.toml|wrangler\.(?:toml|jsonc?)|serverless\.ya?ml)$/i;
const HOSTED = /^(?:vercel\.json|netlify\.toml|firebase\.json|(?:docker-)?compose[\w.-]*\.ya?ml)$/i;

/** Files that only something that runs has, from the manifest's folder. */
const RUNS: Readonly<Record<Ecosystem, RegExp>> = {
	node: /^(?:server|app)\.[cm]?[jt]s$/,
	python: /^(?:(?:src\/|app\/)?(?:manage|app|main|wsgi|asgi|server|application)\.py|runtime\.txt)$/,
	ruby: /^(?:config\.ru|config\/application\.rb|bin\/rails|_config\.yml)$/,
	php: /^(?:artisan|index\.php|public\/index\.php|bin\/console|wp-config[\w-]*\.php)$/,
	rust: /^(?:src\/main\.rs|src\/bin\/[^/]+(?:\.rs|\/main\.rs))$/,
	go: /^(?:main\.go|cmd\/(?:[^/]+\/)?main\.go)$/,
	elixir: /^config\/(?:runtime|prod|releases)\.exs$/,
};

function isApplication({ folder, manifest }: ManifestFile, paths: ReadonlySet<string>): boolean {
	if (manifest.use === 'application') return true;
	const inside = [...paths]
		.filter((path) => isBelow(path, folder))
		.map((path) => below(path, folder));
	if (inside.some((path) => DEPLOYED.test(path))) return true;
	if (manifest.use === 'library') return false;
	if (inside.some((path) => HOSTED.test(path))) return true;
	// A crate that is a library too is meant for others.
	if (manifest.ecosystem === 'rust' && inside.includes('src/lib.rs')) return false;
	return inside.some((path) => RUNS[manifest.ecosystem].test(path));
}

/** The manager that installs it, as far as something tells. */
export function managerOf(project: InstalledProject, paths: ReadonlySet<string>): Manager {
	const named = project.manifests.find(({ manifest }) => manifest.namesManager)?.manifest.manager;
	if (named) return named;
	const locked = project.locks[0]?.manager;
	if (locked !== undefined) return locked;
	if (paths.has(joined(project.folder, 'pnpm-workspace.yaml'))) return 'pnpm';
	if (paths.has(joined(project.folder, '.yarnrc.yml'))) return 'yarn';
	if (paths.has(joined(project.folder, 'bunfig.toml'))) return 'bun';
	const told = project.manifests.find(({ manifest }) => manifest.manager !== null)?.manifest
		.manager;
	return told ?? (project.ecosystem === 'node' ? 'npm' : 'uv');
}

/** Where a rule of a .gitignore keeps a lock out: `.gitignore:3`; empty for none. */
export function ignoringLine(
	lock: string,
	ignoreFiles: readonly { readonly path: string; readonly text: string }[],
): string {
	for (const { path, text } of [...ignoreFiles].reverse()) {
		if (!isBelow(folderOf(lock), folderOf(path))) continue;
		const inside = below(lock, folderOf(path));
		// The last rule that matches decides.
		const rules = text.split('\n').map((line) => line.trim());
		const index = rules.findLastIndex(
			(rule) => rule !== '' && !rule.startsWith('#') && ignores(rule.replace(/^!/, ''), inside),
		);
		if (index !== -1) return rules[index]?.startsWith('!') === true ? '' : `${path}:${index + 1}`;
	}
	return '';
}

/** gitignore(5), for rules that name files: without a slash at any depth, else from the file's folder. */
function ignores(rule: string, path: string): boolean {
	if (rule.endsWith('/')) return isBelow(path, rule.replace(/^\/|\/$/g, ''));
	const bare = rule.replace(/^\//, '');
	const pattern = folderPattern(bare);
	return rule.includes('/') ? pattern.test(path) : pattern.test(posix.basename(path));
}
