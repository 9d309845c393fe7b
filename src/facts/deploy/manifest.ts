import type { Ecosystem, Manager } from './lock-kind.ts';
import { objectIn } from './package-scripts.ts';
import { readToml, type TomlEntry, tomlAt } from './toml.ts';

/** What a manifest asks for. */
export interface Manifest {
	readonly ecosystem: Ecosystem;
	/** Empty where it names none. */
	readonly name: string;
	readonly version: string;
	/** Name to range, as written; development included where the lock holds it. */
	readonly wanted: ReadonlyMap<string, string>;
	/** Replaced for the whole tree, so that the lock holds other versions. */
	readonly overridden: ReadonlySet<string>;
	/** `open`: what lies around it decides. */
	readonly use: 'application' | 'library' | 'open';
	/** Named by itself: `packageManager`, `[tool.poetry]`. */
	readonly manager: Manager | null;
	/** One manager is named on purpose, so that locks of others are leftovers without effect. */
	readonly namesManager: boolean;
	/** Every version is exact, so that the manifest is its own lock. */
	readonly pinned: boolean;
	/** Folders of members, as patterns; empty for none. */
	readonly workspaces: readonly string[];
}

const EMPTY: Omit<Manifest, 'ecosystem'> = {
	name: '',
	version: '',
	wanted: new Map(),
	overridden: new Set(),
	use: 'open',
	manager: null,
	namesManager: false,
	pinned: false,
	workspaces: [],
};

/** `null` where it cannot be read as what its name says. */
export function manifestIn(name: string, text: string): Manifest | null {
	switch (name) {
		case 'package.json':
			return nodeManifest(text);
		case 'composer.json':
			return composerManifest(text);
		case 'Gemfile':
			return gemfile(text);
		case 'go.mod':
			return { ...EMPTY, ecosystem: 'go', wanted: goModules(text) };
		case 'Cargo.toml':
			return cargoManifest(text);
		case 'Pipfile':
			return pipfile(text);
		case 'pyproject.toml':
			return pyproject(text);
		case 'requirements.txt':
			return requirements(text);
		case 'mix.exs':
			return mixProject(text);
		default:
			return null;
	}
}

type Entry = Readonly<Record<string, unknown>>;

const record = (value: unknown): Entry =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Entry) : {};

const words = (value: unknown): readonly string[] =>
	Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function texts(...members: readonly unknown[]): ReadonlyMap<string, string> {
	return new Map(
		members.flatMap((member) =>
			Object.entries(record(member)).filter(
				(entry): entry is [string, string] => typeof entry[1] === 'string',
			),
		),
	);
}

/** What only something that runs needs. */
const FRAMEWORK =
	/^(?:next|nuxt|astro|gatsby|express|fastify|koa|hono|@nestjs\/core|@remix-run\/(?:node|serve|react)|@sveltejs\/kit|@react-router\/(?:serve|node)|react-scripts|@docusaurus\/core|@hapi\/hapi|electron|expo|@redwoodjs\/core|@strapi\/strapi|payload|@adonisjs\/core|vite|@angular\/cli)$/;
function nodeManifest(source: string): Manifest | null {
	const json = objectIn(source);
	if (json === null || Object.keys(json).length === 0) return null;
	const wanted = texts(json['devDependencies'], json['dependencies'], json['optionalDependencies']);
	const named =
		text(json['packageManager']) ||
		text(record(record(json['devEngines'])['packageManager'])['name']);
	const manager = /^(npm|pnpm|yarn|bun)(?:@|$)/.exec(named)?.[1] as Manager | undefined;
	const workspaces = words(record(json['workspaces'])['packages'] ?? json['workspaces']);
	return {
		...EMPTY,
		ecosystem: 'node',
		name: text(json['name']),
		version: text(json['version']),
		wanted,
		overridden: overridesOf(json),
		use: useOf(json, wanted, workspaces),
		manager: manager ?? null,
		namesManager: manager !== undefined,
		workspaces,
	};
}

/** Names in `overrides` and `resolutions`, whatever path and range stands around them. */
function overridesOf(json: Entry): ReadonlySet<string> {
	const all = [json['overrides'], json['resolutions'], record(json['pnpm'])['overrides']];
	return new Set(
		all.flatMap((one) =>
			Object.keys(record(one)).map((key) =>
				(/(?:^|[/>])((?:@[^/@>]+\/)?[^/@>]+)(?:@[^/>]*)?$/.exec(key)?.[1] ?? key).trim(),
			),
		),
	);
}

function useOf(
	json: Entry,
	wanted: ReadonlyMap<string, string>,
	workspaces: readonly string[],
): Manifest['use'] {
	const scripts = record(json['scripts']);
	const isBuilt = [...wanted.keys()].some((name) => FRAMEWORK.test(name));
	const isServed = json['private'] === true || isBuilt || 'dependencies' in json;
	const hasStart = text(scripts['start']) !== '' && isServed;
	const isPublished =
		json['private'] !== true &&
		(['prepublish', 'prepublishOnly', 'prepack'].some((name) => name in scripts) ||
			['files', 'exports', 'module', 'types', 'publishConfig', 'bin'].some((key) => key in json));
	// Packages for others often start a watcher, or a page that shows them.
	const runs = Object.keys(record(json['dependencies'])).some((name) => FRAMEWORK.test(name));
	if (isPublished) return hasStart && runs ? 'application' : 'library';
	if (hasStart || (isBuilt && workspaces.length === 0)) return 'application';
	if (workspaces.length > 0) return 'open';
	return json['private'] === true ? 'application' : 'open';
}

function composerManifest(source: string): Manifest | null {
	const json = objectIn(source);
	if (json === null || Object.keys(json).length === 0) return null;
	const packages = [...texts(json['require-dev'], json['require'])].filter(
		([name]) => name.includes('/') && !/^(?:ext|lib|php)-/.test(name),
	);
	const type = text(json['type']);
	const isLibrary = type !== '' && type !== 'project';
	return {
		...EMPTY,
		ecosystem: 'php',
		name: text(json['name']),
		wanted: new Map(packages),
		use: type === 'project' ? 'application' : isLibrary ? 'library' : 'open',
		manager: 'composer',
	};
}

const GEM = /^[ \t]*gem[ \t(]+["']([\w.-]+)["']([^\n#]*(?:,[ \t]*\n[^\n#]*)*)/gm;

/** Gems that are asked for whatever the machine is; those behind a condition are left out. */
function gemfile(source: string): Manifest {
	const wanted = new Map<string, string>();
	for (const [, name = '', rest = ''] of source.matchAll(GEM)) {
		if (
			/\b(?:if|unless|platforms?:|install_if|path:|git:|github:)|:(?:platforms?|path|git|github)\b/.test(
				rest,
			)
		) {
			continue;
		}
		const leading = /^[ \t]*(?:,\s*["'][^"'\n]*["']\s*)*/.exec(rest)?.[0] ?? '';
		wanted.set(name, [...leading.matchAll(/["']([^"'\n]*)["']/g)].map(([, one]) => one).join(', '));
	}
	const isConditional =
		/^[ \t]*(?:if|unless|case|platforms?|install_if|path|git|source\b.*\bdo)\b/m.test(
			source.replace(/^[ \t]*source[ \t]+["'][^"'\n]*["'][ \t]*$/gm, ''),
		);
	return {
		...EMPTY,
		ecosystem: 'ruby',
		// Which gems a branch takes is not to be seen without running it.
		wanted: isConditional ? new Map([...wanted].map(([name]) => [name, ''])) : wanted,
		use: /^[ \t]*gemspec\b/m.test(source) ? 'library' : 'open',
		manager: 'bundler',
	};
}

/** Of the `require` lines, with exact versions; replaced ones are left out. */
function goModules(source: string): ReadonlyMap<string, string> {
	const bare = source.replace(/\/\/(?!\s*indirect)[^\n]*/g, '');
	const replaced = new Set(
		[...bare.matchAll(/^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>/gm)].map(([, name]) => name),
	);
	const wanted = new Map<string, string>();
	let block = '';
	for (const line of bare.split('\n')) {
		const opened = /^\s*(\w+)\s*\(/.exec(line)?.[1];
		if (opened !== undefined) block = opened;
		else if (/^\s*\)/.test(line)) block = '';
		const single = /^\s*require\s+(\S+)\s+(v\S+)/.exec(line);
		const inside = block === 'require' ? /^\s*(\S+)\s+(v\S+)/.exec(line) : null;
		const [, name = '', version = ''] = single ?? inside ?? [];
		if (name !== '' && !replaced.has(name)) wanted.set(name, version);
	}
	return wanted;
}

const tomlText = (entries: readonly TomlEntry[], ...path: readonly string[]): string =>
	text(tomlAt(entries, ...path)?.value);

/** `name = "range"` and `name = { version = "range" }` of a table; empty ranges for what has none. */
function tomlWanted(
	entries: readonly TomlEntry[],
	...table: readonly string[]
): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (const { path, value } of entries) {
		if (path.length <= table.length || !table.every((key, index) => key === path[index])) continue;
		const name = path[table.length] ?? '';
		const isOwn = path.length === table.length + 1 && typeof value === 'string';
		const isVersion = path.length === table.length + 2 && path.at(-1) === 'version';
		if (isOwn || isVersion) found.set(name, text(value));
		else if (!found.has(name)) found.set(name, '');
	}
	return found;
}

const has = (entries: readonly TomlEntry[], ...path: readonly string[]): boolean =>
	entries.some((entry) => path.every((key, index) => key === entry.path[index]));

function cargoManifest(source: string): Manifest {
	const entries = readToml(source);
	const wanted = new Map<string, string>();
	for (const kind of ['dependencies', 'dev-dependencies', 'build-dependencies']) {
		for (const [key, range] of tomlWanted(entries, kind)) {
			const isElsewhere = ['path', 'git', 'workspace', 'registry'].some((one) =>
				has(entries, kind, key, one),
			);
			const renamed = tomlText(entries, kind, key, 'package');
			if (!isElsewhere) wanted.set(renamed || key, range);
		}
	}
	const isWorkspace = /^\s*\[workspace[\].]/m.test(source);
	const publish = tomlAt(entries, 'package', 'publish')?.value;
	return {
		...EMPTY,
		ecosystem: 'rust',
		name: tomlText(entries, 'package', 'name'),
		version: tomlText(entries, 'package', 'version'),
		wanted,
		use: publish === false && has(entries, 'bin') ? 'application' : 'open',
		manager: 'cargo',
		workspaces: isWorkspace ? words(tomlAt(entries, 'workspace', 'members')?.value) : [],
	};
}

/** PEP 503. */
export const pythonName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

const byPythonName = (all: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
	new Map([...all].map(([name, range]) => [pythonName(name), range]));

function pipfile(source: string): Manifest {
	const entries = readToml(source);
	const own = new Map([
		...byPythonName(tomlWanted(entries, 'packages')),
		...byPythonName(tomlWanted(entries, 'dev-packages')),
	]);
	return { ...EMPTY, ecosystem: 'python', manager: 'pipenv', wanted: own, namesManager: true };
}

/** PEP 508: the name, and what is asked of it; `null` where a marker may leave it out, or it is no name. */
export function requirementIn(line: string): readonly [name: string, range: string] | null {
	const found = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;@#]*)(?:#.*)?$/.exec(line.trim());
	const [, name, range = ''] = found ?? [];
	return name === undefined ? null : [pythonName(name), range.trim().replace(/^\((.*)\)$/, '$1')];
}

const PYTHON_FRAMEWORK =
	/^(?:django|flask|fastapi|starlette|sanic|tornado|aiohttp|bottle|pyramid|falcon|litestar|quart|streamlit|gradio|gunicorn|uvicorn|hypercorn|daphne|celery|waitress)$/;

function pyproject(source: string): Manifest | null {
	const entries = readToml(source);
	const isPoetry = has(entries, 'tool', 'poetry');
	// Settings of tools alone make no project.
	if (!isPoetry && !has(entries, 'project')) return null;
	const listed = words(tomlAt(entries, 'project', 'dependencies')?.value).flatMap((one) => {
		const requirement = requirementIn(one);
		return requirement === null ? [] : [requirement];
	});
	const poetry = [...byPythonName(tomlWanted(entries, 'tool', 'poetry', 'dependencies'))].filter(
		([name]) =>
			name !== 'python' &&
			tomlAt(entries, 'tool', 'poetry', 'dependencies', name, 'markers') === undefined,
	);
	const wanted = new Map([...listed, ...poetry]);
	const isUnpackaged =
		tomlAt(entries, 'tool', 'poetry', 'package-mode')?.value === false ||
		tomlAt(entries, 'tool', 'uv', 'package')?.value === false;
	const isPublished =
		has(entries, 'project', 'classifiers') || has(entries, 'tool', 'poetry', 'classifiers');
	const runs = [...wanted.keys()].some((name) => PYTHON_FRAMEWORK.test(name));
	return {
		...EMPTY,
		ecosystem: 'python',
		name: pythonName(
			tomlText(entries, 'project', 'name') || tomlText(entries, 'tool', 'poetry', 'name'),
		),
		version: tomlText(entries, 'project', 'version'),
		manager: (['uv', 'pdm', 'poetry'] as const).find((one) => has(entries, 'tool', one)) ?? null,
		wanted,
		use: isUnpackaged ? 'application' : isPublished ? 'library' : runs ? 'application' : 'open',
		workspaces: words(tomlAt(entries, 'tool', 'uv', 'workspace', 'members')?.value),
	};
}

/** Lines of a requirements file, continued ones joined, without comments and options. */
export const requirementLines = (source: string): readonly string[] =>
	source
		.replace(/\\\r?\n/g, ' ')
		.split('\n')
		.map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
		.filter((line) => line !== '' && !line.startsWith('-'));

const IS_EXACT = /===?\s*[\w.!+]+\s*(?:$|;|--)|@\s*\S+|--hash=/;

/** Exact as far as one can see: each line has `==`, an address or a hash. */
function requirements(source: string): Manifest {
	const lines = requirementLines(source);
	const wanted = new Map(
		lines.flatMap((line) => {
			const [bare = ''] = line.split(/\s--|;/);
			const one = requirementIn(bare);
			return one === null ? [] : [one];
		}),
	);
	return {
		...EMPTY,
		ecosystem: 'python',
		manager: isCompiled(source) ? 'pip-tools' : 'pip',
		wanted,
		use: [...wanted.keys()].some((name) => PYTHON_FRAMEWORK.test(name)) ? 'application' : 'open',
		pinned: lines.every((line) => IS_EXACT.test(line) && !/==[\w.]*\*/.test(line)),
	};
}

/** Written by pip-compile, ours or uv's, from a file of wishes. */
export const isCompiled = (source: string): boolean =>
	/^#.*autogenerated by (?:pip-compile|uv)|^#\s+(?:pip-compile|uv pip compile)\b/m.test(source);

/** `{:name, "~> 1.0"}` in `deps`; those of this repository are left out. */
function mixProject(source: string): Manifest {
	const deps = /\bdefp?\s+deps\b[\s\S]*?\n\s*end\b/.exec(source)?.[0] ?? '';
	const wanted = new Map<string, string>();
	for (const [, name = '', rest = ''] of deps.matchAll(/^[^#\n]*?\{\s*:(\w+)\s*,([^}\n]*)/gm)) {
		if (/\b(?:path|in_umbrella|sparse|only|targets|optional)\s*:/.test(rest)) continue;
		wanted.set(name, /"([^"]*)"/.exec(rest)?.[1] ?? '');
	}
	return {
		...EMPTY,
		ecosystem: 'elixir',
		manager: 'mix',
		wanted,
		use: /\bpackage:|\bdefp?\s+package\b/.test(source) ? 'library' : 'open',
	};
}
