import type { ImportGraph } from './env-import-graph.ts';
import { isGivenByPlatform, type PublicPrefix } from './env-name.ts';
import { type Framework, frameworksOf } from './env-package.ts';
import { folderOf } from './env-path.ts';
import type { EnvPlace } from './env-schema.ts';
import type { ReadAt, Sources } from './env-sources.ts';

/** What code for browsers does with variables that browsers do not have. */
export interface ClientFindings {
	readonly reads: readonly (EnvPlace & { name: string; framework: string; prefix: string })[];
	readonly dynamic: readonly (EnvPlace & { framework: string })[];
	readonly imports: readonly (EnvPlace & { module: string; names: string[]; framework: string })[];
}

export interface ClientWorld {
	readonly sources: Sources;
	readonly graph: ImportGraph;
	/** The public prefix of a name in the package of a file. */
	readonly publicOf: (name: string, file: string) => PublicPrefix | null;
	/** Build configuration puts it into the bundle under this name. */
	readonly isDefined: (name: string, file: string) => boolean;
	/** As `browserScripts` finds them. */
	readonly browserOnly: ReadonlySet<string>;
}

interface Bundled {
	readonly framework: string;
	readonly prefix: string;
}

const RULES: Readonly<Partial<Record<Framework, Bundled>>> = {
	next: { framework: 'Next.js', prefix: 'NEXT_PUBLIC_' },
	cra: { framework: 'Create React App', prefix: 'REACT_APP_' },
	'vue-cli': { framework: 'Vue CLI', prefix: 'VUE_APP_' },
	expo: { framework: 'Expo', prefix: 'EXPO_PUBLIC_' },
	gatsby: { framework: 'Gatsby', prefix: 'GATSBY_' },
	vite: { framework: 'Vite', prefix: 'VITE_' },
	sveltekit: { framework: 'SvelteKit', prefix: 'PUBLIC_' },
	nuxt: { framework: 'Nuxt', prefix: 'NUXT_PUBLIC_' },
};

export function clientFindings(world: ClientWorld): ClientFindings {
	const reached = nextClient(world);
	const reads = world.sources.reads.flatMap((at) => {
		const rule = at.context === 'app' ? clientRuleFor(at, world) : null;
		const { name, handling, line } = at.read;
		const isUse = handling === 'required' || handling === 'throws' || handling === 'fallback';
		if (rule === null || !isUse || isThere(name, at.file, world)) return [];
		return [{ file: at.file, line, name, ...rule }];
	});
	return {
		reads,
		dynamic: dynamicReads(world),
		imports: [...serverImports(reached, world), ...svelteImports(world)],
	};
}

const isThere = (name: string, file: string, world: ClientWorld): boolean =>
	world.publicOf(name, file) !== null ||
	world.isDefined(name, file) ||
	(isGivenByPlatform(name) && /^(?:NODE_ENV|PUBLIC_URL|NEXT_|VERCEL_|EXPO_|TAURI_)/.test(name)) ||
	/^(?:NODE_ENV|PUBLIC_URL|BASE_URL|FAST_REFRESH)$/.test(name) ||
	name.startsWith('__NEXT_');

interface Asked {
	readonly at: ReadAt;
	/** Inside its package. */
	readonly path: string;
	readonly world: ClientWorld;
}

/** What of a framework's code goes to browsers as it is; the first framework that a package has decides. */
const CLIENT_CODE: readonly (readonly [Framework, (asked: Asked) => boolean])[] = [
	[
		'next',
		({ at, path, world }) =>
			world.sources.scripts.get(at.file)?.js.directive === 'client' ||
			(isPage(path) && at.read.inView),
	],
	['expo', ({ path }) => isExpoClient(path)],
	['gatsby', ({ path }) => /^src\/(?:components|pages|templates|hooks|layouts)\//.test(path)],
	['cra', ({ path }) => isBundledSource(path)],
	['vue-cli', ({ path }) => isBundledSource(path)],
	['nuxt', ({ path }) => path.endsWith('.vue')],
	['sveltekit', () => false],
	['astro', () => false],
	['remix', () => false],
	['vite', ({ at, world }) => world.browserOnly.has(at.file)],
];

/** Set for a read in code that goes to browsers as it is. */
function clientRuleFor(at: ReadAt, world: ClientWorld): Bundled | null {
	const frameworks = frameworksAt(at.file, world);
	if (at.read.from === 'meta') return metaRule(frameworks);
	if (at.read.from !== 'process') return null;
	const found = CLIENT_CODE.find(([name]) => frameworks.has(name));
	if (found === undefined) return null;
	const [name, isClient] = found;
	const isOne = isClient({ at, path: insidePackage(at.file, world), world });
	return isOne ? (RULES[name] ?? null) : null;
}

/** Scripts of Vite packages without a server: everything that `src/main` imports. */
export function browserScripts(sources: Sources, graph: ImportGraph): ReadonlySet<string> {
	const pages = new Set(
		sources.listing.files.flatMap(({ path }) =>
			/(?:^|\/)index\.html$/.test(path) ? [folderOf(path)] : [],
		),
	);
	const entries = [...sources.texts.keys()].filter((path) => {
		const { folder } = sources.packages.of(path);
		const inside = folder === '' ? path : path.slice(folder.length + 1);
		return /^src\/(?:main|index)\.[jt]sx?$/.test(inside) && pages.has(folder);
	});
	return graph.reach(entries);
}

/** Astro and Nuxt read unprefixed names of `import.meta.env` on the server. */
function metaRule(frameworks: ReadonlySet<Framework>): Bundled | null {
	if (frameworks.has('astro') || frameworks.has('nuxt') || !frameworks.has('vite')) return null;
	return RULES.vite ?? null;
}

const isPage = (path: string): boolean =>
	/^(?:src\/)?pages\/(?!api\/)(?!_document|_middleware|middleware)/.test(path);

const isExpoClient = (path: string): boolean =>
	/^(?:src\/)?(?:app|components|screens|hooks|lib|utils|features|constants|services)\//.test(
		path,
	) && !/\+api\.[jt]sx?$|(?:^|\/)(?:server|api)\//.test(path);

const isBundledSource = (path: string): boolean =>
	path.startsWith('src/') && !/(?:^|\/)(?:setupProxy|server|api)\b/.test(path);

function frameworksAt(file: string, { sources }: ClientWorld): ReadonlySet<Framework> {
	return frameworksOf(sources.packages.of(file));
}

function insidePackage(file: string, { sources }: ClientWorld): string {
	const { folder } = sources.packages.of(file);
	return folder === '' ? file : file.slice(folder.length + 1);
}

function dynamicReads(world: ClientWorld): ClientFindings['dynamic'] {
	return [...world.sources.scripts].flatMap(([file, { js, context }]) => {
		const [line] = js.dynamic;
		if (line === undefined || context !== 'app') return [];
		const probe = { file, context, language: 'script' as const, read: DYNAMIC_READ };
		const rule = clientRuleFor(probe, world);
		return rule === null || rule.framework === 'Nuxt'
			? []
			: [{ file, line, framework: rule.framework }];
	});
}

const DYNAMIC_READ = {
	name: '',
	line: 1,
	handling: 'required',
	atLoad: false,
	literal: null,
	alias: '',
	from: 'process',
	inView: false,
} as const;

/** Modules that client components of Next.js pull in, each with the component that does. */
function nextClient({ sources, graph }: ClientWorld): ReadonlyMap<string, string> {
	const origin = new Map<string, string>();
	const open: string[] = [];
	for (const [file, { js }] of sources.scripts) {
		if (js.directive !== 'client' || !frameworksOf(sources.packages.of(file)).has('next')) continue;
		origin.set(file, file);
		open.push(file);
	}
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		for (const path of graph.from(next)) {
			const directive = sources.scripts.get(path)?.js.directive ?? '';
			if (origin.has(path) || directive === 'server') continue;
			origin.set(path, origin.get(next) ?? next);
			open.push(path);
		}
	}
	return origin;
}

function serverImports(
	reached: ReadonlyMap<string, string>,
	world: ClientWorld,
): ClientFindings['imports'] {
	return [...reached].flatMap(([module, from]) => {
		const script = world.sources.scripts.get(module);
		if (module === from || script?.js.directive === 'client') return [];
		const isMarked = world.graph.sourcesOf(module).includes('server-only');
		// A schema of t3-env answers for itself in the browser.
		if (script?.js.schemas.some(({ kind }) => kind === 'createEnv') === true) return [];
		const names = (script?.js.reads ?? [])
			.filter(({ name, handling, atLoad, from: source }) => {
				const isUse = handling === 'required' || handling === 'throws';
				return isUse && atLoad && source === 'process' && !isThere(name, module, world);
			})
			.map(({ name }) => name);
		if (names.length === 0 && !isMarked) return [];
		return [
			{
				file: from,
				line: lineOfImport(from, module, world),
				module,
				names: [...new Set(names)].slice(0, 10),
				framework: 'Next.js',
			},
		];
	});
}

/** Of the import that leads there directly; 1 where it goes through others. */
function lineOfImport(file: string, module: string, { sources }: ClientWorld): number {
	const name = module.slice(module.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
	const word = name === 'index' ? (folderOf(module).split('/').at(-1) ?? name) : name;
	const lines = (sources.texts.get(file) ?? '').split('\n');
	const at = lines.findIndex(
		(line) => /\bfrom\b|\bimport\b|require\(/.test(line) && line.includes(word),
	);
	return at === -1 ? 1 : at + 1;
}

/** SvelteKit refuses these at build time. */
function svelteImports({ sources, graph }: ClientWorld): ClientFindings['imports'] {
	return [...sources.texts].flatMap(([file, text]) => {
		if (!/\.svelte$|\/\+(?:page|layout)\.[jt]s$/.test(file) || !/\$env\/|\$lib\/server/.test(text))
			return [];
		const module = graph
			.sourcesOf(file)
			.find((source) => /^\$env\/(?:static|dynamic)\/private$|^\$lib\/server(?:\/|$)/.test(source));
		if (module === undefined) return [];
		const line = text.slice(0, text.indexOf(module)).split('\n').length;
		const names = [
			...new Set(
				(sources.scripts.get(file)?.js.reads ?? [])
					.filter(({ from }) => from === 'static')
					.map(({ name }) => name),
			),
		];
		return [{ file, line, module, names, framework: 'SvelteKit' }];
	});
}
