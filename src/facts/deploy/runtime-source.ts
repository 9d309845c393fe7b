import { parseDockerfile } from './dockerfile.ts';
import { parseImageReference } from './image-reference.ts';
import { stagesOf } from './image-stage.ts';
import { nameOf } from './lock-kind.ts';
import { objectIn } from './package-scripts.ts';
import type { Runtime } from './runtime-calendar.ts';
import { readToml, tomlAt } from './toml.ts';
import { type YamlDocument, yamlDocuments } from './yaml-documents.ts';

/** A place that says which version of a runtime is used. */
export interface RuntimeMention {
	readonly runtime: Runtime;
	/** 1-based. */
	readonly line: number;
	/** The version, range or tag as written. */
	readonly version: string;
	/** As a reader knows it: `FROM node:20-alpine`, `engines.node`. */
	readonly what: string;
	readonly where: 'manifest' | 'version-file' | 'image' | 'platform' | 'ci';
}

type Reader = (text: string, path: string) => readonly RuntimeMention[];

/** What a file says of runtimes; nothing where it is none that does. Never throws. */
export function runtimesIn(path: string, text: string): readonly RuntimeMention[] {
	return readerOf(path)?.(text, path) ?? [];
}

export const namesRuntime = (path: string): boolean => readerOf(path) !== null;

function readerOf(path: string): Reader | null {
	if (/^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) return workflow;
	return READERS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

const lineOf = (text: string, needle: string | RegExp): number => {
	const index = typeof needle === 'string' ? text.indexOf(needle) : text.search(needle);
	return index === -1 ? 1 : text.slice(0, index).split('\n').length;
};

const firstLine = (text: string): string =>
	text
		.split('\n')
		.map((line) => line.replace(/#.*$/, '').trim())
		.find((line) => line !== '') ?? '';

const versionFile =
	(runtime: Runtime): Reader =>
	(text, path) => {
		const version = firstLine(text);
		return version === ''
			? []
			: [
					{
						runtime,
						line: lineOf(text, version),
						version,
						what: nameOf(path),
						where: 'version-file',
					},
				];
	};

const TOOLS: Readonly<Record<string, Runtime>> = {
	node: 'node',
	nodejs: 'node',
	python: 'python',
	ruby: 'ruby',
	php: 'php',
	go: 'go',
	golang: 'go',
};

const toolVersions: Reader = (text) =>
	text.split('\n').flatMap((line, index) => {
		const [, tool = '', version = ''] = /^\s*([\w-]+)\s+(\S+)/.exec(line) ?? [];
		const runtime = TOOLS[tool];
		return runtime === undefined
			? []
			: [
					{
						runtime,
						line: index + 1,
						version,
						what: `.tool-versions ${tool}`,
						where: 'version-file',
					},
				];
	});

const mise: Reader = (text) =>
	readToml(text).flatMap(({ path, value, line }) => {
		const runtime = path[0] === 'tools' ? TOOLS[path[1] ?? ''] : undefined;
		const isVersion = path.length === 2 || (path.length === 3 && path[2] === 'version');
		return runtime === undefined || !isVersion || typeof value !== 'string'
			? []
			: [{ runtime, line, version: value, what: `mise ${path[1]}`, where: 'version-file' }];
	});

const at = (value: unknown, ...path: readonly string[]): unknown =>
	path.reduce<unknown>(
		(inner, key) =>
			typeof inner === 'object' && inner !== null
				? (inner as Record<string, unknown>)[key]
				: undefined,
		value,
	);

const packageJson: Reader = (text) => {
	const json = objectIn(text);
	const named: readonly (readonly [unknown, string, RegExp])[] = [
		[at(json, 'engines', 'node'), 'engines.node', /"engines"\s*:/],
		[at(json, 'volta', 'node'), 'volta.node', /"volta"\s*:/],
		[
			at(json, 'devEngines', 'runtime', 'name') === 'node'
				? at(json, 'devEngines', 'runtime', 'version')
				: undefined,
			'devEngines.runtime',
			/"devEngines"\s*:/,
		],
	];
	return named.flatMap(([version, what, key]) => {
		if (typeof version !== 'string') return [];
		const from = Math.max(0, text.search(key));
		const line = lineOf(text.slice(from), /"(?:node|version)"\s*:/) + lineOf(text, key) - 1;
		return [{ runtime: 'node' as const, line, version, what, where: 'manifest' as const }];
	});
};

const pyproject: Reader = (text) => {
	const entries = readToml(text);
	return [
		{ found: tomlAt(entries, 'project', 'requires-python'), what: 'requires-python' },
		{
			found: tomlAt(entries, 'tool', 'poetry', 'dependencies', 'python'),
			what: 'python of Poetry',
		},
	].flatMap(({ found, what }) =>
		typeof found?.value === 'string'
			? [
					{
						runtime: 'python' as const,
						line: found.line,
						version: found.value,
						what,
						where: 'manifest' as const,
					},
				]
			: [],
	);
};

const pipfile: Reader = (text) => {
	const entries = readToml(text);
	const found =
		tomlAt(entries, 'requires', 'python_full_version') ??
		tomlAt(entries, 'requires', 'python_version');
	return found === undefined
		? []
		: [
				{
					runtime: 'python',
					line: found.line,
					version: String(found.value),
					what: 'python_version',
					where: 'manifest',
				},
			];
};

const composer: Reader = (text) => {
	const json = objectIn(text);
	return [
		{ version: at(json, 'require', 'php'), what: 'require.php' },
		{ version: at(json, 'config', 'platform', 'php'), what: 'config.platform.php' },
	].flatMap(({ version, what }) =>
		typeof version === 'string'
			? [
					{
						runtime: 'php' as const,
						line: lineOf(text, /"php"\s*:/),
						version,
						what,
						where: 'manifest' as const,
					},
				]
			: [],
	);
};

const gemfile: Reader = (text) => {
	const version = /^[ \t]*ruby[ \t(]+["']([^"']+)["']/m.exec(text)?.[1];
	return version === undefined
		? []
		: [
				{
					runtime: 'ruby',
					line: lineOf(text, /^[ \t]*ruby[ \t(]/m),
					version,
					what: 'ruby of the Gemfile',
					where: 'manifest',
				},
			];
};

/** The directive is the least version; the toolchain line is the one that is used. */
const goMod: Reader = (text) => {
	const toolchain = /^toolchain[ \t]+go(\d[\w.]*)/m.exec(text)?.[1];
	const least = /^go[ \t]+(\d[\w.]*)/m.exec(text)?.[1];
	return [
		...(least === undefined
			? []
			: [
					{
						runtime: 'go',
						line: lineOf(text, /^go[ \t]/m),
						version: `>=${least.replace(/rc\d+$/, '')}`,
						what: 'go directive',
						where: 'manifest',
					} as const,
				]),
		...(toolchain === undefined
			? []
			: [
					{
						runtime: 'go',
						line: lineOf(text, /^toolchain/m),
						version: `>=${toolchain}`,
						what: 'toolchain',
						where: 'manifest',
					} as const,
				]),
	];
};

const IMAGES: readonly (readonly [RegExp, Runtime])[] = [
	[/(?:^|\/)node(?:js)?(?:-\d+)?$|(?:^|\/)nodejs\d*(?:-debian\d+)?$/, 'node'],
	[/(?:^|\/)python(?:3)?(?:-\d+)?$/, 'python'],
	[/(?:^|\/)ruby$/, 'ruby'],
	[/(?:^|\/)php$/, 'php'],
	[/(?:^|\/)(?:golang|go)$/, 'go'],
];

/** Runtime and version of an image; a tag without a number names none. */
function runtimeOfImage(image: string): { runtime: Runtime; version: string } | null {
	const { name, tag } = parseImageReference(image);
	const found = IMAGES.find(([pattern]) => pattern.test(name));
	if (found === undefined) return null;
	const inName = /nodejs(\d+)/.exec(name)?.[1];
	const version = inName ?? /^v?\d+(?:\.\d+){0,2}/.exec(tag)?.[0] ?? tag.split('-')[0] ?? '';
	return { runtime: found[1], version: version || 'latest' };
}

const dockerfile: Reader = (text) =>
	stagesOf(parseDockerfile(text)).flatMap(({ image, written, line }) => {
		const found = image === null ? null : runtimeOfImage(image);
		return found === null ? [] : [{ ...found, line, what: `FROM ${written}`, where: 'image' }];
	});

const SETUPS: readonly (readonly [RegExp, string, Runtime])[] = [
	[/^actions\/setup-node@/, 'node-version', 'node'],
	[/^actions\/setup-python@/, 'python-version', 'python'],
	[/^ruby\/setup-ruby@/, 'ruby-version', 'ruby'],
	[/^shivammathur\/setup-php@/, 'php-version', 'php'],
	[/^actions\/setup-go@/, 'go-version', 'go'],
];

const workflow: Reader = (text) =>
	yamlDocuments(text).flatMap((document) =>
		document
			.keys('jobs')
			.flatMap((job) => [
				...containerOf(document, job),
				...document.list('jobs', job, 'steps').flatMap((_, index) => setupIn(document, job, index)),
			]),
	);

function containerOf(document: YamlDocument, job: string): readonly RuntimeMention[] {
	const path = ['jobs', job, 'container'] as const;
	const image = document.text(...path) || document.text(...path, 'image');
	const found = runtimeOfImage(image);
	return found === null
		? []
		: [{ ...found, line: document.line(...path), what: `container ${image}`, where: 'ci' }];
}

function setupIn(document: YamlDocument, job: string, index: number): readonly RuntimeMention[] {
	const step = ['jobs', job, 'steps', index] as const;
	const uses = document.text(...step, 'uses');
	const setup = SETUPS.find(([pattern]) => pattern.test(uses));
	if (setup === undefined) return [];
	const [, key, runtime] = setup;
	const written = document.text(...step, 'with', key);
	const line = document.line(...step, 'with', key);
	const values = filledIn(document, job, written);
	return values
		.flatMap((one) => one.split('\n'))
		.filter((one) => one.trim() !== '')
		.map((version) => ({ runtime, line, version, what: `${key} ${version.trim()}`, where: 'ci' }));
}

/** `${{ matrix.x }}` and `${{ env.X }}`. */
function filledIn(document: YamlDocument, job: string, written: string): readonly string[] {
	const [, scope = '', name = ''] =
		/^\$\{\{\s*(matrix|env)\.([\w-]+)\s*\}\}$/.exec(written.trim()) ?? [];
	if (scope === 'env') {
		return [document.text('jobs', job, 'env', name) || document.text('env', name)];
	}
	if (scope !== 'matrix') return written.includes('${{') ? [] : [written];
	const strategy = ['jobs', job, 'strategy', 'matrix'] as const;
	const included = document
		.list(...strategy, 'include')
		.map((_, index) => document.text(...strategy, 'include', index, name));
	return [...document.list(...strategy, name).map(String), ...included].filter((one) => one !== '');
}

/** Images of CI services, wherever the file names them, and versions of their own tasks. */
const ciFile: Reader = (text) => {
	const images = [
		...text.matchAll(/^[ \t-]*(?:image|name)[ \t]*:[ \t]*["']?([\w./:@-]+)["']?[ \t]*(?:#.*)?$/gm),
	].flatMap((found) => {
		const image = found[1] ?? '';
		const runtime = runtimeOfImage(image);
		const line = text.slice(0, found.index).split('\n').length;
		return runtime === null
			? []
			: [{ ...runtime, line, what: `image ${image}`, where: 'ci' as const }];
	});
	const tasks = [
		...text.matchAll(
			/^[ \t]*(nodejs|python|ruby|php|golang)[ \t]*:[ \t]*["']?(\d[\w.]*)["']?[ \t]*$/gm,
		),
	].flatMap((found) => {
		const runtime = TOOLS[found[1] ?? ''];
		const line = text.slice(0, found.index).split('\n').length;
		return runtime === undefined
			? []
			: [
					{
						runtime,
						line,
						version: found[2] ?? '',
						what: `${found[1]} ${found[2]}`,
						where: 'ci' as const,
					},
				];
	});
	return [...images, ...tasks];
};

const VARIABLES: Readonly<Record<string, Runtime>> = {
	NODE_VERSION: 'node',
	PYTHON_VERSION: 'python',
	RUBY_VERSION: 'ruby',
	PHP_VERSION: 'php',
	GO_VERSION: 'go',
};

const netlify: Reader = (text) =>
	readToml(text).flatMap(({ path, value, line }) => {
		const runtime = path.at(-2) === 'environment' ? VARIABLES[path.at(-1) ?? ''] : undefined;
		return runtime === undefined
			? []
			: [{ runtime, line, version: String(value), what: String(path.at(-1)), where: 'platform' }];
	});

const render: Reader = (text) =>
	yamlDocuments(text).flatMap((document) =>
		document.list('services').flatMap((_, service) =>
			document.list('services', service, 'envVars').flatMap((__, index) => {
				const path = ['services', service, 'envVars', index] as const;
				const name = document.text(...path, 'key');
				const runtime = VARIABLES[name];
				const version = document.text(...path, 'value');
				return runtime === undefined || version === ''
					? []
					: [
							{
								runtime,
								line: document.line(...path, 'value'),
								version,
								what: name,
								where: 'platform' as const,
							},
						];
			}),
		),
	);

/** `nodejs20`, `python312`, `nodejs18.x`: clouds write line and name in one word. */
const cloud: Reader = (text) =>
	[
		...text.matchAll(
			/^[ \t"-]*(?:runtime|Runtime)"?[ \t]*:[ \t]*["']?(nodejs|python|ruby|php|go)(\d+(?:\.[\dx]+)?)/gm,
		),
	].map((found) => {
		const runtime = TOOLS[found[1] ?? ''] ?? 'node';
		const digits = found[2] ?? '';
		const isJoined = runtime !== 'node' && !digits.includes('.') && digits.length > 1;
		return {
			runtime,
			line: text.slice(0, found.index).split('\n').length,
			version: isJoined ? `${digits.slice(0, 1)}.${digits.slice(1)}` : digits.replace(/\.x$/, ''),
			what: `runtime ${found[1]}${digits}`,
			where: 'platform',
		};
	});

const READERS: readonly (readonly [RegExp, Reader])[] = [
	[/(?:^|\/)package\.json$/, packageJson],
	[/(?:^|\/)(?:\.nvmrc|\.node-version)$/, versionFile('node')],
	[/(?:^|\/)(?:\.python-version|runtime\.txt)$/, versionFile('python')],
	[/(?:^|\/)\.ruby-version$/, versionFile('ruby')],
	[/(?:^|\/)\.php-version$/, versionFile('php')],
	[/(?:^|\/)\.go-version$/, versionFile('go')],
	[/(?:^|\/)\.tool-versions$/, toolVersions],
	[/(?:^|\/)\.?mise\.toml$/, mise],
	[/(?:^|\/)pyproject\.toml$/, pyproject],
	[/(?:^|\/)Pipfile$/, pipfile],
	[/(?:^|\/)composer\.json$/, composer],
	[/(?:^|\/)Gemfile$/, gemfile],
	[/(?:^|\/)go\.mod$/, goMod],
	[/(?:^|\/)(?:[\w.-]*dockerfile[\w.-]*|containerfile)$/i, dockerfile],
	[
		/^(?:\.gitlab-ci\.yml|\.circleci\/config\.yml|bitbucket-pipelines\.yml|buildspec\.yml|\.drone\.yml|\.woodpecker\.ya?ml)$/,
		ciFile,
	],
	[/(?:^|\/)netlify\.toml$/, netlify],
	[/(?:^|\/)render\.ya?ml$/, render],
	[/(?:^|\/)(?:app\.ya?ml|serverless\.ya?ml|template\.ya?ml|firebase\.json)$/, cloud],
];
