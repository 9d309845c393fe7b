import { type ClientEntry, type LiveModule, liveModules } from './env-client-modules.ts';
import type { ImportGraph } from './env-import-graph.ts';
import { isGivenByPlatform, type PublicPrefix, secrecyOf } from './env-name.ts';
import { type Framework, frameworksOf } from './env-package.ts';
import { folderOf } from './env-path.ts';
import type { EnvPlace } from './env-schema.ts';
import type { ReadAt, ScriptSource, Sources } from './env-sources.ts';
import type { CodeRead } from './js-reads.ts';
import type { JsParser } from './js-tree.ts';

/** What code for browsers does with variables that browsers do not have. */
export interface ClientFindings {
	readonly reads: readonly (EnvPlace & {
		name: string;
		framework: string;
		prefix: string;
		/** The script for browsers that brings it there; empty where it is the file itself. */
		by: string;
	})[];
	readonly dynamic: readonly (EnvPlace & { framework: string; prefix: string })[];
	readonly imports: readonly (EnvPlace & { module: string; names: string[]; framework: string })[];
}

export interface ClientWorld {
	readonly sources: Sources;
	readonly graph: ImportGraph;
	readonly parse: JsParser;
	/** The public prefix of a name in the package of a file. */
	readonly publicOf: (name: string, file: string) => PublicPrefix | null;
	/** Build configuration puts it into the bundle under this name, or may do so. */
	readonly isDefined: (name: string, file: string) => boolean;
}

interface Bundled {
	readonly framework: string;
	readonly prefix: string;
	/** Everything that is imported is for browsers: there is no server that shares the code. */
	readonly whole: boolean;
	/** What stands in for `process.env` has only what is named, or is not there at all. */
	readonly byName: boolean;
}

const bundled = (framework: string, prefix: string, whole: boolean, byName = true): Bundled => ({
	framework,
	prefix,
	whole,
	byName,
});

/** Create React App and Vue CLI put the whole public object in the place of `process.env`. */
const RULES: Readonly<Record<Exclude<Framework, 'laravel'>, Bundled>> = {
	next: bundled('Next.js', 'NEXT_PUBLIC_', false),
	cra: bundled('Create React App', 'REACT_APP_', true, false),
	'vue-cli': bundled('Vue CLI', 'VUE_APP_', true, false),
	expo: bundled('Expo', 'EXPO_PUBLIC_', true),
	gatsby: bundled('Gatsby', 'GATSBY_', true),
	vite: bundled('Vite', 'VITE_', true),
	sveltekit: bundled('SvelteKit', 'PUBLIC_', false),
	nuxt: bundled('Nuxt', 'NUXT_PUBLIC_', false, false),
	remix: bundled('React Router', 'VITE_', false),
	astro: bundled('Astro', 'PUBLIC_', false),
};

/** By framework, the exports that never reach browsers. */
const DROPPED: Readonly<Partial<Record<Framework, readonly string[]>>> = {
	next: ['getServerSideProps', 'getStaticProps', 'getStaticPaths', 'config'],
	gatsby: ['getServerData', 'config'],
	remix: ['loader', 'action', 'headers', 'middleware', 'unstable_middleware'],
	expo: ['loader', 'generateStaticParams'],
};

interface Entry extends ClientEntry {
	readonly rule: Bundled;
}

export function clientFindings(world: ClientWorld): ClientFindings {
	const entries = entriesIn(world);
	const isEntry = new Set(entries.map(({ file }) => file));
	const live = liveModules(entries, {
		graph: world.graph,
		texts: world.sources.texts,
		parse: world.parse,
		stops: (file) => isEntry.has(file) || staysOnServer(file, world),
		sought: soughtIn(world),
	});
	const rules = new Map(entries.map((one) => [one.file, one.rule]));
	const found: Found = { reads: [...metaReads(world)], dynamic: [], imports: [] };
	const reads = readsByFile(world.sources.reads);
	for (const [file, module] of live) {
		const rule = rules.get(module.entry.file);
		const script = world.sources.scripts.get(file);
		if (rule === undefined || isExtended(file, world)) continue;
		const at: LiveAt = { file, module, rule, world, reads: reads.get(file) ?? [] };
		if (script !== undefined) noteLive(found, at, script);
		noteMarked(found, at);
	}
	return {
		reads: [
			...new Map(found.reads.map((one) => [`${one.file}:${one.line}:${one.name}`, one])).values(),
		],
		dynamic: found.dynamic,
		imports: found.imports,
	};
}

type Found = {
	reads: ClientFindings['reads'][number][];
	dynamic: ClientFindings['dynamic'][number][];
	imports: ClientFindings['imports'][number][];
};

interface LiveAt {
	readonly file: string;
	readonly module: LiveModule;
	readonly rule: Bundled;
	readonly world: ClientWorld;
	readonly reads: readonly CodeRead[];
}

function readsByFile(reads: readonly ReadAt[]): ReadonlyMap<string, CodeRead[]> {
	const found = new Map<string, CodeRead[]>();
	for (const { file, read, language, context } of reads) {
		if (language !== 'script' || context !== 'app') continue;
		const list = found.get(file) ?? [];
		found.set(file, list);
		list.push(read);
	}
	return found;
}

function noteLive(found: Found, at: LiveAt, { js }: ScriptSource): void {
	const { file, module, rule, world } = at;
	const { entry, line } = module;
	const isOwn = file === entry.file || rule.whole;
	// A schema of t3-env answers for itself in the browser.
	if (js.schemas.some(({ kind }) => kind === 'createEnv')) return;
	// There `env` is what an import gives, which is judged as an import.
	if (world.graph.sourcesOf(file).some((source) => source.startsWith('$env/dynamic/'))) return;
	const missing = at.reads.filter((read) => isMissing(read, at));
	const kept = (read: CodeRead) => isOwn || !(read.atLoad || secrecyOf(read.name) === 'secret');
	for (const read of missing.filter(kept)) {
		const by = file === entry.file ? '' : entry.file;
		const { framework, prefix } = rule;
		found.reads.push({ file, line: read.line, name: read.name, framework, prefix, by });
	}
	const schema = js.schemas.find(({ atLoad }) => atLoad);
	const keys = (schema?.keys ?? []).filter(
		({ name, required }) => required && !isThere(name, file, world),
	);
	const names = [...missing.filter((read) => !kept(read)), ...keys].map(({ name }) => name);
	if (names.length > 0 && (!isOwn || missing.length === 0) && file !== entry.file) {
		const { framework } = rule;
		const few = [...new Set(names)].slice(0, 10);
		found.imports.push({ file: entry.file, line, module: file, names: few, framework });
	}
	const dynamic = js.dynamic.find((one) => !one.asksWhere && module.tops.has(one.top));
	if (rule.byName && dynamic !== undefined && names.length === 0) {
		const { framework, prefix } = rule;
		found.dynamic.push({ file, line: dynamic.line, framework, prefix });
	}
}

/** The code relies on it, and browsers do not have it. */
function isMissing(
	{ name, handling, from, top, asksWhere }: CodeRead,
	{ file, module, rule, world }: LiveAt,
): boolean {
	const isUse = handling === 'required' || handling === 'throws' || handling === 'fallback';
	const isOf = from === 'process' || (from === 'meta' && rule.framework === 'Astro');
	return isUse && isOf && !asksWhere && module.tops.has(top) && !isThere(name, file, world);
}

const isThere = (name: string, file: string, world: ClientWorld): boolean =>
	world.publicOf(name, file) !== null ||
	world.isDefined(name, file) ||
	(isGivenByPlatform(name) && /^(?:NODE_ENV|NEXT_|VERCEL_|EXPO_|TAURI_|VITEST|JEST_)/.test(name)) ||
	/^(?:NODE_ENV|PUBLIC_URL|PUBLIC_DIR|BASE_URL|FAST_REFRESH|BROWSER|EXPO_OS|EXPO_BASE_URL|WDS_\w+|__NEXT_\w+)$/.test(
		name,
	);

/** Modules that say themselves that they are for the server. */
function noteMarked(found: Found, { file, module, rule, world }: LiveAt): void {
	const { entry, line } = module;
	const isNext = rule.framework === 'Next.js';
	const sources = world.graph.sourcesOf(file);
	if (isNext && file !== entry.file && sources.includes('server-only')) {
		if (found.imports.some((one) => one.file === entry.file && one.module === file)) return;
		found.imports.push({ file: entry.file, line, module: file, names: [], framework: 'Next.js' });
	}
	if (rule.framework !== 'SvelteKit') return;
	const own = sources.find((source) => PRIVATE_ENV.test(source));
	const isServers = SVELTE_SERVER.test(file);
	if (own === undefined && !isServers) return;
	const names = (world.sources.scripts.get(file)?.js.reads ?? [])
		.filter(({ from }) => from === 'static')
		.map(({ name }) => name);
	found.imports.push({
		file: entry.file,
		line: file === entry.file ? lineOf(world.sources.texts.get(file) ?? '', own ?? '') : line,
		module: file === entry.file ? (own ?? '') : file,
		names: [...new Set(names)].slice(0, 10),
		framework: 'SvelteKit',
	});
}

const lineOf = (text: string, word: string): number =>
	text.slice(0, Math.max(0, text.indexOf(word))).split('\n').length;

const PRIVATE_ENV = /^\$env\/(?:static|dynamic)\/private$/;
const SVELTE_SERVER = /(?:^|\/)(?:src\/lib\/server\/|[^/]+\.server\.[jt]s$)/;

/** Vite has only its own names in `import.meta.env`; Astro and Nuxt have all of them on the server. */
function metaReads(world: ClientWorld): ClientFindings['reads'] {
	return world.sources.reads.flatMap(({ file, context, read }) => {
		const isUse = /^(?:required|throws|fallback)$/.test(read.handling);
		if (read.from !== 'meta' || context !== 'app' || !isUse || read.asksWhere) return [];
		const frameworks = frameworksAt(file, world);
		const isVite = frameworks.has('vite') && !frameworks.has('astro') && !frameworks.has('nuxt');
		const runsOnBun = world.sources.packages.of(file).dependencies.some((one) => BUN.test(one));
		if (!isVite || runsOnBun || isExtended(file, world) || isThere(read.name, file, world)) {
			return [];
		}
		const { framework, prefix } = RULES[frameworks.has('sveltekit') ? 'sveltekit' : 'vite'];
		return [{ file, line: read.line, name: read.name, framework, prefix, by: '' }];
	});
}

/** There `import.meta.env` is the whole environment. */
const BUN = /^(?:bun-types|@types\/bun|elysia)$/;

/** Scripts in which something could be found. */
function soughtIn({ sources }: ClientWorld): ReadonlySet<string> {
	const sought = new Set<string>();
	for (const { file, context, language } of sources.reads) {
		if (context === 'app' && language === 'script') sought.add(file);
	}
	for (const [file, { js, context }] of sources.scripts) {
		if (context === 'app' && (js.dynamic.length > 0 || js.schemas.length > 0)) sought.add(file);
	}
	for (const [file, text] of sources.texts) {
		if (text.includes('server-only') || text.includes('$env/') || SVELTE_SERVER.test(file)) {
			sought.add(file);
		}
	}
	return sought;
}

/** Build tools replace its import by a call, or refuse it. */
function staysOnServer(file: string, { sources }: ClientWorld): boolean {
	if (sources.scripts.get(file)?.js.directive === 'server') return true;
	if (/\.remote\.[jt]s$/.test(file)) return true;
	const frameworks = frameworksOf(sources.packages.of(file));
	return frameworks.has('remix') && /\.server\.|(?:^|\/)\.server\//.test(file);
}

/** A package whose tools put more names into the bundle than its configuration shows. */
function isExtended(file: string, { sources }: ClientWorld): boolean {
	const { folder } = sources.packages.of(file);
	return [...sources.packages.dependenciesAt(folder)].some((name) => EXTENDERS.test(name));
}

const EXTENDERS =
	/^(?:dotenv-webpack|react-native-dotenv|babel-plugin-transform-inline-environment-variables|babel-plugin-inline-dotenv|babel-plugin-transform-define|vite-plugin-env-compatible|vite-plugin-dotenv|vite-plugin-replace|gatsby-plugin-env-variables|rollup-plugin-inject-process-env|@rollup\/plugin-replace|envify|loose-envify|next-runtime-env|next-runtime-dotenv|@next-runtime-env\/.*|react-env|@import-meta-env\/.*|nuxt-env|@nuxtjs\/dotenv)$/;

function entriesIn(world: ClientWorld): readonly Entry[] {
	const { sources } = world;
	const pages = new Set(
		sources.listing.files.flatMap(({ path }) =>
			/(?:^|\/)index\.html$/.test(path) ? [folderOf(path)] : [],
		),
	);
	const islands = islandsIn(world);
	return [...sources.texts].flatMap(([file, text]): readonly Entry[] => {
		const { folder } = sources.packages.of(file);
		const path = folder === '' ? file : file.slice(folder.length + 1);
		const frameworks = frameworksAt(file, world);
		const found = ENTRIES.find(([name]) => frameworks.has(name));
		if (found === undefined) return [];
		const [name, isEntry] = found;
		const about = {
			path,
			text,
			directive: sources.scripts.get(file)?.js.directive ?? '',
			hasPage: pages.has(folder),
			isIsland: islands.has(file),
		};
		if (!isEntry(about)) return [];
		return [{ file, rule: RULES[name], dropped: new Set(DROPPED[name] ?? []) }];
	});
}

interface About {
	/** Inside its package. */
	readonly path: string;
	readonly text: string;
	readonly directive: string;
	/** An `index.html` stands at the root of the package. */
	readonly hasPage: boolean;
	readonly isIsland: boolean;
}

/** What of a framework's code goes to browsers as it is; the first framework that a package has decides. */
const ENTRIES: readonly (readonly [Exclude<Framework, 'laravel'>, (about: About) => boolean])[] = [
	['next', ({ path, directive }) => directive === 'client' || isPage(path)],
	[
		'expo',
		({ path }) =>
			/^(?:App|index)\.[jt]sx?$/.test(path) ||
			/^(?:src\/)?app\/(?!.*(?:\+api|\+html|\+middleware)\.[jt]sx?$)/.test(path),
	],
	['gatsby', ({ path }) => /^(?:src\/(?:pages|templates)\/|gatsby-browser\.)/.test(path)],
	['cra', ({ path }) => /^src\/index\.[jt]sx?$/.test(path)],
	['vue-cli', ({ path }) => /^src\/main\.[jt]s$/.test(path)],
	['nuxt', ({ path }) => path.endsWith('.vue')],
	[
		'sveltekit',
		({ path }) =>
			path.endsWith('.svelte') ||
			/(?:^|\/)\+(?:page|layout)\.[jt]s$|hooks\.client\.[jt]s$/.test(path),
	],
	['astro', ({ isIsland }) => isIsland],
	['remix', ({ path }) => /^app\/(?:routes\/|root\.|entry\.client\.)/.test(path)],
	[
		'vite',
		({ path, hasPage }) =>
			hasPage && /^(?:src\/)?(?:main|index|app|client|entry-client)\.[jt]sx?$/i.test(path),
	],
];

const isPage = (path: string): boolean =>
	/^(?:src\/)?pages\/(?!api\/)(?!_document|_middleware|middleware).*\.[jt]sx?$/.test(path);

const frameworksAt = (file: string, { sources }: ClientWorld): ReadonlySet<Framework> =>
	frameworksOf(sources.packages.of(file));

/** Components that Astro's pages hand to browsers: `<Cart client:load />`. */
function islandsIn({ sources, graph }: ClientWorld): ReadonlySet<string> {
	const islands = new Set<string>();
	for (const [file, text] of sources.texts) {
		if (!file.endsWith('.astro') || !text.includes('client:')) continue;
		for (const [, name = ''] of text.matchAll(/<([A-Z]\w{0,60})\b[^<]{0,2000}?\sclient:[a-z]/g)) {
			const source = new RegExp(
				`import\\b[^'"\`;]{0,200}\\b${name}\\b[^'"\`;]{0,200}from\\s{0,4}['"]([^'"\\n]{1,200})['"]`,
			).exec(text)?.[1];
			const path = source === undefined ? null : graph.resolve(file, source);
			if (path !== null) islands.add(path);
		}
	}
	return islands;
}
