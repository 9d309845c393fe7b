import { folderOf, isBelow } from './env-path.ts';

/** One deployable or shared part of a repository: a folder with a manifest of its own. */
export interface EnvPackage {
	/** Relative to the root; empty for the root's. */
	readonly folder: string;
	/** As its manifest says; empty where it says none. */
	readonly name: string;
	/** Names of the packages that it depends on, development ones included. */
	readonly dependencies: readonly string[];
	/** Workspace glob patterns. */
	readonly workspaces: readonly string[];
	readonly scripts: Readonly<Record<string, string>>;
	/** What the manifest is: `package.json`, `pyproject.toml`, … */
	readonly manifest: string;
}

const MANIFEST =
	/(?:^|\/)(?:package\.json|deno\.jsonc?|pyproject\.toml|requirements\.txt|manage\.py|Pipfile|Gemfile|composer\.json|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|mix\.exs|[\w.-]+\.csproj)$/;

export const isManifest = (path: string): boolean => MANIFEST.test(path);

/** The package that a manifest describes; a broken one describes a package without a name. */
export function packageFrom(path: string, text: string): EnvPackage {
	const folder = folderOf(path);
	const manifest = path.slice(path.lastIndexOf('/') + 1);
	const empty = { folder, name: '', dependencies: [], workspaces: [], scripts: {}, manifest };
	if (manifest !== 'package.json') {
		return {
			...empty,
			dependencies: [...text.matchAll(/[A-Za-z][\w.-]{2,40}/g)]
				.map(([word]) => word.toLowerCase())
				.slice(0, 2_000),
		};
	}
	const json = objectIn(text);
	if (json === null) return empty;
	return {
		...empty,
		name: typeof json['name'] === 'string' ? json['name'] : '',
		dependencies: [
			'dependencies',
			'devDependencies',
			'peerDependencies',
			'optionalDependencies',
		].flatMap((key) => Object.keys(recordIn(json[key]))),
		workspaces: workspacesIn(json['workspaces']),
		scripts: Object.fromEntries(
			Object.entries(recordIn(json['scripts'])).flatMap(([name, script]) =>
				typeof script === 'string' ? [[name, script]] : [],
			),
		),
	};
}

export function objectIn(text: string): Record<string, unknown> | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
	} catch {
		return null;
	}
}

export const recordIn = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: {};

function workspacesIn(value: unknown): readonly string[] {
	const list = Array.isArray(value) ? value : recordIn(value)['packages'];
	return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
}

/** Packages by their folder; every file belongs to the nearest one above it. */
export class PackageMap {
	readonly packages: readonly EnvPackage[];
	readonly #byFolder = new Map<string, EnvPackage>();
	readonly #byName = new Map<string, EnvPackage>();

	/** Of several manifests in one folder the package.json counts, with what the others depend on. */
	constructor(found: readonly EnvPackage[]) {
		const root = {
			folder: '',
			name: '',
			dependencies: [],
			workspaces: [],
			scripts: {},
			manifest: '',
		};
		for (const one of [root, ...found]) {
			const before = this.#byFolder.get(one.folder);
			const [main, other] =
				before === undefined || one.manifest === 'package.json' || before.manifest === ''
					? [one, before]
					: [before, one];
			const dependencies = [...new Set([...main.dependencies, ...(other?.dependencies ?? [])])];
			this.#byFolder.set(one.folder, { ...main, dependencies });
		}
		this.packages = [...this.#byFolder.values()];
		for (const one of this.packages) if (one.name !== '') this.#byName.set(one.name, one);
	}

	of(path: string): EnvPackage {
		for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) {
			const found = this.#byFolder.get(folder);
			if (found !== undefined) return found;
		}
		return this.#byFolder.get('') as EnvPackage;
	}

	named(name: string): EnvPackage | undefined {
		return this.#byName.get(name);
	}

	/** Folders of the packages of the repository that it uses, itself included, however far. */
	reach(from: EnvPackage): ReadonlySet<string> {
		const seen = new Set<string>();
		const open = [from];
		for (let next = open.pop(); next !== undefined; next = open.pop()) {
			if (seen.has(next.folder)) continue;
			seen.add(next.folder);
			open.push(...next.dependencies.flatMap((name) => this.#byName.get(name) ?? []));
		}
		return seen;
	}

	/** Packages that no other one uses: what is deployed. The root of workspaces is none of them. */
	apps(): readonly EnvPackage[] {
		const used = new Set(
			this.packages.flatMap((one) =>
				one.dependencies.flatMap((name) => this.#byName.get(name)?.folder ?? []),
			),
		);
		return this.packages.filter(({ folder }) => !used.has(folder));
	}

	/** Dependencies of a package and of the roots above it, where monorepos keep their tools. */
	dependenciesAt(folder: string): ReadonlySet<string> {
		return new Set(
			this.packages
				.filter((one) => isBelow(folder, one.folder))
				.flatMap(({ dependencies }) => dependencies),
		);
	}
}

export const FRAMEWORKS = [
	'next',
	'nuxt',
	'sveltekit',
	'astro',
	'remix',
	'expo',
	'gatsby',
	'cra',
	'vue-cli',
	'vite',
	'laravel',
] as const;
export type Framework = (typeof FRAMEWORKS)[number];

const BY_DEPENDENCY: readonly (readonly [dependency: string, framework: Framework])[] = [
	['next', 'next'],
	['nuxt', 'nuxt'],
	['@sveltejs/kit', 'sveltekit'],
	['astro', 'astro'],
	['@remix-run/react', 'remix'],
	['@react-router/dev', 'remix'],
	['expo', 'expo'],
	['gatsby', 'gatsby'],
	['react-scripts', 'cra'],
	['@craco/craco', 'cra'],
	['@vue/cli-service', 'vue-cli'],
	['vite', 'vite'],
	['laravel/framework', 'laravel'],
];

/** Frameworks of a package by its dependencies; several where one builds on another. */
export function frameworksOf({ dependencies }: EnvPackage): ReadonlySet<Framework> {
	const names = new Set(dependencies);
	return new Set(
		BY_DEPENDENCY.flatMap(([name, framework]) => (names.has(name) ? [framework] : [])),
	);
}
