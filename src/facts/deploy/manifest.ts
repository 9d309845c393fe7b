import { objectIn, scriptsIn } from './deploy-step.ts';
import type { Ecosystem, Manager } from './lock-kind.ts';

/** What a manifest asks for. */
export interface Manifest {
	readonly ecosystem: Ecosystem;
	/** Name to range, as written; development included where the lock holds it. */
	readonly wanted: ReadonlyMap<string, string>;
	/** Replaced for the whole tree, so that the lock holds other versions. */
	readonly overridden: ReadonlySet<string>;
	/** Something to deploy, not a library for others. */
	readonly application: boolean;
	/** Named by itself: `packageManager`, `[tool.poetry]`. */
	readonly manager: Manager | null;
	/** Every version is exact, so that the manifest is its own lock. */
	readonly pinned: boolean;
	/** Folders of members, as patterns; empty for none. */
	readonly workspaces: readonly string[];
}

const EMPTY = {
	wanted: new Map<string, string>(),
	overridden: new Set<string>(),
	application: true,
	manager: null,
	pinned: false,
	workspaces: [],
} as const;

/** `null` where it cannot be read as what its name says. */
export function manifestIn(name: string, text: string): Manifest | null {
	switch (name) {
		case 'package.json':
			return nodeManifest(text);
		case 'composer.json':
			return composerManifest(text);
		case 'Gemfile':
			return { ...EMPTY, ecosystem: 'ruby', wanted: gems(text) };
		case 'go.mod':
			return { ...EMPTY, ecosystem: 'go', wanted: goModules(text) };
		case 'Cargo.toml':
			return cargoManifest(text);
		case 'Pipfile':
			return { ...EMPTY, ecosystem: 'python', manager: 'pipenv', wanted: pipfile(text) };
		case 'pyproject.toml':
			return pyproject(text);
		case 'requirements.txt':
			return requirements(text);
		default:
			return null;
	}
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function entries(...members: readonly unknown[]): ReadonlyMap<string, string> {
	return new Map(
		members.flatMap((member) =>
			Object.entries(record(member)).filter(
				(entry): entry is [string, string] => typeof entry[1] === 'string',
			),
		),
	);
}

const FRAMEWORK =
	/^(?:next|nuxt|astro|gatsby|express|fastify|koa|hono|@nestjs\/core|@remix-run\/.*|@sveltejs\/kit|@react-router\/serve|vite|react-scripts|@angular\/core|@docusaurus\/core|@hapi\/hapi|electron|expo|@redwoodjs\/core|strapi|@strapi\/strapi|payload)$/;

function nodeManifest(text: string): Manifest | null {
	const json = objectIn(text);
	if (Object.keys(json).length === 0) return null;
	const wanted = entries(
		json['devDependencies'],
		json['optionalDependencies'],
		json['dependencies'],
	);
	const overridden = new Set(
		[json['overrides'], json['resolutions'], record(json['pnpm'])['overrides']].flatMap((one) =>
			Object.keys(record(one)).map((key) =>
				key.replace(/^.*\//, (head) => (head.startsWith('@') ? head : '')).replace(/(.)@.*$/, '$1'),
			),
		),
	);
	const named = typeof json['packageManager'] === 'string' ? json['packageManager'] : '';
	const manager = /^(npm|pnpm|yarn|bun)@/.exec(named)?.[1] as Manager | undefined;
	const workspaces = record(json['workspaces'])['packages'] ?? json['workspaces'];
	const isPublished = ['files', 'exports', 'module', 'types', 'publishConfig', 'bin'].some(
		(key) => key in json,
	);
	const isApplication =
		json['private'] === true ||
		'start' in scriptsIn(text) ||
		(!isPublished && [...wanted.keys()].some((name) => FRAMEWORK.test(name)));
	return {
		ecosystem: 'node',
		wanted,
		overridden,
		application: isApplication,
		manager: manager ?? null,
		pinned: false,
		workspaces: Array.isArray(workspaces)
			? workspaces.filter((one): one is string => typeof one === 'string')
			: [],
	};
}

function composerManifest(text: string): Manifest | null {
	const json = objectIn(text);
	if (Object.keys(json).length === 0) return null;
	const wanted = entries(json['require-dev'], json['require']);
	const packages = [...wanted].filter(([name]) => name.includes('/'));
	const isApplication =
		json['type'] === 'project' || !('autoload' in json && 'name' in json && !('type' in json));
	return {
		...EMPTY,
		ecosystem: 'php',
		wanted: new Map(packages),
		application: isApplication && json['type'] !== 'library',
	};
}

const gems = (text: string): ReadonlyMap<string, string> =>
	new Map(
		[
			...text.matchAll(
				/^[ \t]*gem[ (]+["']([\w.-]+)["'](?:,[ \t]*["']([^"']{1,40})["'])?(?![^\n]*\b(?:if|unless|platforms?:|install_if)\b)/gm,
			),
		].map(([, name = '', range = '']) => [name, range]),
	);

/** Of the `require` lines, with exact versions. */
function goModules(text: string): ReadonlyMap<string, string> {
	const replaced = new Set(
		[...text.matchAll(/^\s*(?:replace\s+)?([\w./~-]+)(?:\s+v[\w.+-]+)?\s+=>/gm)].map(
			([, name]) => name,
		),
	);
	const all = [
		...text.matchAll(
			/^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/[\w./~-]+|[\w-]+\.[\w.-]+\/[\w./~-]+)\s+(v\d[\w.+-]*)(?!\s*=>)/gm,
		),
	];
	return new Map(
		all
			.filter(([line, name]) => !replaced.has(name ?? '') && !/=>/.test(line))
			.map(([, name = '', version = '']) => [name, version]),
	);
}

/** Lines of a TOML table, to the next one. Enough of TOML for the tables of manifests. */
function table(text: string, name: string): string {
	const start = text.search(
		new RegExp(`^[ \\t]*\\[${name.replace(/[.-]/g, '\\$&')}\\][ \\t]*(?:#.*)?$`, 'm'),
	);
	if (start === -1) return '';
	const body = text.slice(text.indexOf('\n', start) + 1);
	const end = body.search(/^[ \t]*\[/m);
	return end === -1 ? body : body.slice(0, end);
}

const tomlPairs = (body: string): ReadonlyMap<string, string> =>
	new Map(
		[
			...body.matchAll(
				/^[ \t]*["']?([\w.-]+)["']?[ \t]*=[ \t]*(?:["']([^"'\n]*)["']|\{([^}\n]*)\}|[^\n]+)/gm,
			),
		].map(([, name = '', range, inner]) => [
			name,
			range ?? /version[ \t]*=[ \t]*["']([^"']*)/.exec(inner ?? '')?.[1] ?? '',
		]),
	);

function cargoManifest(text: string): Manifest | null {
	const isWorkspace = /^[ \t]*\[workspace\]/m.test(text);
	const lines = ['dependencies', 'dev-dependencies', 'build-dependencies']
		.map((name) => table(text, name))
		.join('\n');
	const own = lines
		.split('\n')
		.filter(
			(line) =>
				!/\b(?:path|git|workspace|package|optional)[ \t]*=/.test(line) &&
				!/\.workspace\b/.test(line),
		)
		.join('\n');
	const isLibrary = /^[ \t]*\[lib\]/m.test(text) && !/^[ \t]*\[\[bin\]\]/m.test(text);
	const members = /members[ \t]*=[ \t]*\[([^\]]*)\]/.exec(table(text, 'workspace'))?.[1] ?? '';
	return {
		...EMPTY,
		ecosystem: 'rust',
		wanted: tomlPairs(own),
		application: isWorkspace || !isLibrary,
		workspaces: isWorkspace
			? [...members.matchAll(/"([^"]+)"/g)].map(([, member = '']) => member)
			: [],
	};
}

const python = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-');

const pipfile = (text: string): ReadonlyMap<string, string> =>
	new Map(
		[...tomlPairs(`${table(text, 'packages')}\n${table(text, 'dev-packages')}`)].map(
			([name, range]) => [python(name), range],
		),
	);

/** PEP 508: the name, and what is asked of it. */
function pep508(line: string): readonly [string, string] | null {
	const found = /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([^;@#]*)(?:;.*|#.*)?$/.exec(line.trim());
	const [, name, range = ''] = found ?? [];
	return name === undefined ? null : [python(name), range.trim()];
}

function pyproject(text: string): Manifest | null {
	const poetry = table(text, 'tool.poetry.dependencies');
	const isPoetry = /^[ \t]*\[tool\.poetry(?:\.dependencies)?\]/m.test(text);
	const listed =
		/^[ \t]*dependencies[ \t]*=[ \t]*\[([\s\S]*?)^[ \t]*\]|^[ \t]*dependencies[ \t]*=[ \t]*\[([^\]\n]*)\]/m.exec(
			table(text, 'project'),
		);
	const requirements = [
		...(listed?.[1] ?? listed?.[2] ?? '').matchAll(/"([^"\n]+)"|'([^'\n]+)'/g),
	].flatMap(([, a, b]) => {
		const one = pep508(a ?? b ?? '');
		return one === null || /;/.test(a ?? b ?? '') ? [] : [one];
	});
	const fromPoetry = [...tomlPairs(poetry)]
		.filter(([name]) => name !== 'python')
		.map(([name, range]) => [python(name), range] as const);
	const wanted = new Map([...requirements, ...fromPoetry]);
	// Settings of tools alone make no project.
	if (!isPoetry && !/^[ \t]*\[project\]/m.test(text)) return null;
	const manager = /^[ \t]*\[tool\.uv\b/m.test(text)
		? 'uv'
		: /^[ \t]*\[tool\.pdm\b/m.test(text)
			? 'pdm'
			: isPoetry
				? 'poetry'
				: null;
	const isLibrary = /^[ \t]*classifiers[ \t]*=|package-mode[ \t]*=[ \t]*true/m.test(text);
	return { ...EMPTY, ecosystem: 'python', manager, wanted, application: !isLibrary };
}

/** Exact and complete as far as one can see: each line has `==`, an address or a hash. */
function requirements(text: string): Manifest {
	const lines = text
		.replace(/\\\r?\n/g, ' ')
		.split('\n')
		.map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
		.filter((line) => line !== '' && !/^-(?!e\b)/.test(line));
	const wanted = new Map(
		lines.flatMap((line) => pep508(line.replace(/\s--hash\S*.*$/, '')) ?? []).length > 0
			? lines.flatMap((line) => {
					const one = pep508(line.replace(/\s--hash\S*.*$/, ''));
					return one === null ? [] : [one];
				})
			: [],
	);
	const pinned = lines.every(
		(line) => /===?\s*[\w.]+(?!\S*\*)|@\s*\S+|^-e\b|--hash=/.test(line) && !/==[\w.]*\*/.test(line),
	);
	return { ...EMPTY, ecosystem: 'python', manager: 'pip', wanted, pinned };
}
