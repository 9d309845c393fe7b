import type { ImportGraph } from './env-import-graph.ts';
import { type PublicPrefix, publicPrefixOf } from './env-name.ts';
import { isBelow } from './env-path.ts';
import type { RepositoryEnv } from './env-schema.ts';
import type { Sources } from './env-sources.ts';
import { isEvaluatedByBuild, type SchemaKeyAt } from './env-variables.ts';

/** Answers about files that several findings need. */
export class EnvWorld {
	readonly #sources: Sources;
	readonly #graph: ImportGraph;
	readonly #reachedByConfig: ReadonlySet<string>;
	readonly #reached = new Map<string, boolean>();
	#unseen: readonly string[] | undefined;
	#exposures: readonly Omit<RepositoryEnv['exposures'][number], 'secrets'>[] | undefined;
	readonly #public = new Map<string, { own: readonly string[]; hasPublic: boolean }>();

	constructor(sources: Sources, graph: ImportGraph) {
		this.#sources = sources;
		this.#graph = graph;
		const configs = [...sources.scripts].filter(([, { context }]) => context === 'build');
		const hasSchema = [...sources.scripts.values()].some(({ js }) => js.schemas.length > 0);
		this.#reachedByConfig = hasSchema ? graph.reach(configs.map(([path]) => path)) : new Set();
	}

	readonly publicOf = (name: string, file: string): PublicPrefix | null =>
		publicPrefixOf(name, this.#publicAt(this.#sources.packages.of(file).folder));

	/** Vite's own prefixes count in the package of its configuration and below. */
	#publicAt(folder: string) {
		const seen = this.#public.get(folder);
		if (seen !== undefined) return seen;
		const { packages, scripts } = this.#sources;
		const own = [...scripts].flatMap(([file, { js }]) =>
			isBelow(folder, packages.of(file).folder) ? js.prefixes : [],
		);
		const names = packages.dependenciesAt(folder);
		const isUnknown = !packages.packages.some(({ manifest }) => manifest === 'package.json');
		const hasPublic =
			isUnknown || names.has('astro') || names.has('@sveltejs/kit') || names.has('@rsbuild/core');
		const made = { own, hasPublic };
		this.#public.set(folder, made);
		return made;
	}

	readonly isDefined = (name: string, file: string): boolean => {
		const { folder } = this.#sources.packages.of(file);
		return (
			this.#definingUnseen().some((one) => isBelow(folder, one)) ||
			this.exposures().some(
				(one) => isBelow(folder, one.folder) && (one.whole || one.names.includes(name)),
			)
		);
	};

	/** Folders of packages whose builds define names that their configuration does not write down. */
	#definingUnseen(): readonly string[] {
		this.#unseen ??= [...this.#sources.scripts].flatMap(([file, { js }]) =>
			js.definesUnseen ? [this.#sources.packages.of(file).folder] : [],
		);
		return this.#unseen;
	}

	exposures(): readonly Omit<RepositoryEnv['exposures'][number], 'secrets'>[] {
		this.#exposures ??= [...this.#sources.scripts].flatMap(([file, { js, context }]) =>
			(context === 'build' && this.#isForBrowsers(file) ? js.exposures : []).map(
				({ by, line, whole, names }) => ({
					file,
					line: names[0]?.line ?? line,
					by,
					whole,
					names: [...new Set(names.map(({ name }) => name))],
					folder: this.#sources.packages.of(file).folder,
				}),
			),
		);
		return this.#exposures;
	}

	/** Bundles for Node.js are configured with the same words. */
	#isForBrowsers(file: string): boolean {
		const text = this.#sources.texts.get(file) ?? '';
		if (/(?:^|\/)(?:tsup|rollup)\./.test(file)) return /['"]browser['"]/.test(text);
		return !/\b(?:platform|target)['"]?\s{0,4}:\s{0,4}['"](?:async-)?node/.test(text);
	}

	#isReached(file: string): boolean {
		const seen = this.#reached.get(file);
		if (seen !== undefined) return seen;
		const isEntry =
			/(?:^|\/)(?:index|main|server|app|instrumentation|middleware|bootstrap|start|www|\+\w+|hooks\.server|app\.module|config)\.[cm]?[jt]sx?$/.test(
				file,
			) || this.#sources.scripts.get(file)?.context === 'build';
		const found = isEntry || this.#reachedByConfig.has(file) || this.#graph.isImported(file);
		this.#reached.set(file, found);
		return found;
	}

	schemas(): RepositoryEnv['schemas'] {
		const { packages, scripts, reads } = this.#sources;
		const inScripts = [...scripts].flatMap(([file, { js, context }]) =>
			context === 'tool' && js.schemas.every(({ kind }) => kind !== 'createEnv')
				? []
				: [
						...js.schemas.map(({ line, kind, keys, skipped }) => ({
							line,
							kind,
							keys: keys.length,
							skipped,
						})),
						...listOf(js.listed),
					].map((one) => ({
						...one,
						file,
						reached: this.#isReached(file),
						folder: packages.of(file).folder,
					})),
		);
		const settings = reads.filter(
			({ language, read }) => language === 'python' && read.atLoad && read.handling === 'throws',
		);
		const [first] = settings;
		if (first === undefined) return inScripts;
		const python = {
			file: first.file,
			line: first.read.line,
			kind: 'settings',
			keys: settings.length,
			skipped: 'never' as const,
			reached: true,
			folder: packages.of(first.file).folder,
		};
		return [...inScripts, python];
	}

	schemaKeys(): readonly SchemaKeyAt[] {
		return [...this.#sources.scripts].flatMap(([file, { js }]) =>
			js.schemas.flatMap(({ keys, atLoad, skipped }) => {
				const reached = this.#isReached(file) && skipped !== 'always';
				const owner = this.#sources.packages.of(file);
				const atBuild = reached && atLoad && isEvaluatedByBuild(owner, file, this.#reachedByConfig);
				return keys.map(({ name, line, required }) => ({
					name,
					file,
					line,
					required,
					atLoad,
					reached,
					atBuild,
				}));
			}),
		);
	}
}

function listOf(
	listed: Sources['reads'] extends never ? never : readonly { name: string; line: number }[],
) {
	const [first] = listed;
	return first === undefined
		? []
		: [{ line: first.line, kind: 'list', keys: listed.length, skipped: 'never' as const }];
}
