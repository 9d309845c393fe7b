import { parseDockerfile } from './dockerfile.ts';
import { configOf, lineageOf, stagesOf } from './image-stage.ts';
import type { Manager } from './lock-kind.ts';
import { commandsIn, type SimpleCommand, shownCommand } from './shell-command.ts';
import { readToml, tomlAt } from './toml.ts';
import { type YamlDocument, yamlDocuments } from './yaml-documents.ts';

/** A line of CI, of an image or of a platform that runs in a shell. */
export interface ShellStep {
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	readonly text: string;
	readonly where: 'ci' | 'image' | 'platform';
	/** From the root, where it is told; empty for the root. */
	readonly folder: string;
	/** Set for it, as far as the file tells. */
	readonly variables: Readonly<Record<string, string>>;
}

export interface UnfrozenInstall {
	readonly file: string;
	readonly line: number;
	readonly manager: Manager;
	/** As shown: `npm install`. */
	readonly command: string;
	/** What to write instead. */
	readonly instead: string;
	readonly folder: string;
	readonly where: ShellStep['where'];
}

/** What of a manager's version and settings decides whether an install is frozen. */
export interface ManagerSettings {
	/** Yarn 2 or later. */
	readonly isBerry: boolean;
}

/** Installs of the steps that may change the lock, or pass it over. */
export function unfrozenInstalls(
	steps: readonly ShellStep[],
	settings: ManagerSettings,
): readonly UnfrozenInstall[] {
	return steps.flatMap((step) =>
		commandsOf(step).flatMap((command) => {
			const found = unfrozen(command, step, settings);
			if (found === null) return [];
			const { file, line, folder, where } = step;
			const shown = shownCommand(command.words.join(' '));
			return [
				{
					file,
					line,
					folder: found.folder ?? folder,
					where,
					command: shown,
					manager: found.manager,
					instead: found.instead,
				},
			];
		}),
	);
}

/** Without branches for when there is no lock: `else npm install`. */
function commandsOf({ text, variables }: ShellStep): readonly SimpleCommand[] {
	const bare = text.replace(/\belse\b(?!\s*if\b)[\s\S]*?(?:\bfi\b|$)/g, ' ');
	const found = commandsIn(bare.replace(/\b(?:then|do|elif|if)\b/g, ';'));
	return found.map((one) => ({ ...one, variables: { ...variables, ...one.variables } }));
}

interface Unfrozen {
	readonly manager: Manager;
	readonly instead: string;
	readonly folder?: string | undefined;
}

const TAKES_NEXT =
	/^(?:--prefix|-C|--dir|--cwd|--workspace|-w|--cache|--loglevel|--registry|--filter|-F|--omit|--include|--cache-folder|--network-timeout|--network-concurrency|--mutex|--jobs|-j|--retry|--path|--target|--target-dir|--features|--bin|-p|--package|--python|--extra|--group|--only-group|--no-group|--manifest-path|--backend|--install-strategy|--userconfig|--store-dir|--modules-folder)$/;

interface Words {
	readonly verb: string;
	readonly plain: readonly string[];
	readonly options: string;
	readonly folder: string | undefined;
}

function wordsOf(words: readonly string[]): Words {
	const plain: string[] = [];
	const options: string[] = [];
	let folder: string | undefined;
	for (let at = 1; at < words.length; at++) {
		const word = words[at] ?? '';
		if (!word.startsWith('-')) {
			plain.push(word);
			continue;
		}
		options.push(word);
		if (TAKES_NEXT.test(word)) {
			const value = words[++at] ?? '';
			if (/^(?:--prefix|-C|--dir|--cwd)$/.test(word)) folder = value.replace(/^\.\//, '');
		}
	}
	const [verb = '', ...rest] = plain;
	return { verb, plain: rest, options: options.join(' '), folder };
}

const isOn = (value: string | undefined): boolean => /^(?:1|true|yes)$/i.test(value ?? '');

function unfrozen(
	{ words, variables }: SimpleCommand,
	{ where }: ShellStep,
	settings: ManagerSettings,
): Unfrozen | null {
	const told = wordsOf(words);
	const { options, folder } = told;
	const isGlobal = /(?:^|\s)(?:-g|--global|--location=global)(?:\s|$)/.test(options);
	// Only asks, or only writes the lock.
	if (isGlobal || /--(?:help|version|dry-run|package-lock-only|lockfile-only)\b/.test(options)) {
		return null;
	}
	const inCi = where === 'ci' || isOn(variables['CI']);
	const found = (RULES[words[0] ?? ''] ?? (() => null))(told, { variables, inCi, where, settings });
	return found === null ? null : { ...found, folder };
}

interface Around {
	readonly variables: Readonly<Record<string, string>>;
	readonly inCi: boolean;
	readonly where: ShellStep['where'];
	readonly settings: ManagerSettings;
}
type Rule = (told: Words, around: Around) => Unfrozen | null;

const INSTALL = /^(?:install|i|add)$/;

const npm: Rule = ({ verb, plain, options }) => {
	const isInstall = INSTALL.test(verb) && plain.length === 0;
	if (!isInstall && !/^(?:update|up|upgrade)$/.test(verb)) return null;
	const kept =
		/--(?:omit=\w+|production|include=\w+|ignore-scripts|legacy-peer-deps|workspaces?(?:=\S+)?|prefix=\S+)/g;
	return { manager: 'npm', instead: ['npm ci', ...(options.match(kept) ?? [])].join(' ') };
};

const yarn: Rule = ({ verb, plain, options }, { inCi, settings, variables }) => {
	if (/^(?:upgrade|up)$/.test(verb)) {
		return {
			manager: 'yarn',
			instead: settings.isBerry ? 'yarn install --immutable' : 'yarn install --frozen-lockfile',
		};
	}
	if ((verb !== '' && verb !== 'install') || plain.length > 0) return null;
	if (/--(?:frozen-lockfile|immutable|pure-lockfile)\b(?!=false)/.test(options)) return null;
	if (settings.isBerry) {
		const set = variables['YARN_ENABLE_IMMUTABLE_INSTALLS'];
		const isOff =
			/--no-immutable|--immutable=false/.test(options) || /^(?:0|false)$/.test(set ?? '');
		return !isOff && (inCi || isOn(set))
			? null
			: { manager: 'yarn', instead: 'yarn install --immutable' };
	}
	return { manager: 'yarn', instead: 'yarn install --frozen-lockfile' };
};

const pnpm: Rule = ({ verb, plain, options }, { inCi }) => {
	const instead = 'pnpm install --frozen-lockfile';
	if (/^(?:update|up|upgrade)$/.test(verb)) return { manager: 'pnpm', instead };
	if (!/^(?:install|i)$/.test(verb) || plain.length > 0) return null;
	const isOff = /--no-frozen-lockfile|--frozen-lockfile=false|--fix-lockfile|--no-lockfile/.test(
		options,
	);
	// In CI it is frozen unless told otherwise.
	const isFrozen = /--frozen-lockfile|--offline/.test(options) || inCi;
	return isOff || !isFrozen ? { manager: 'pnpm', instead } : null;
};

const bun: Rule = ({ verb, plain, options }) => {
	if (!/^(?:install|i|update)$/.test(verb) || plain.length > 0) return null;
	const kept = options.match(/--production\b/g) ?? [];
	return /--frozen-lockfile\b/.test(options)
		? null
		: { manager: 'bun', instead: ['bun install --frozen-lockfile', ...kept].join(' ') };
};

const simple =
	(manager: Manager, verb: RegExp, instead: string, frozen: RegExp | null): Rule =>
	(told) =>
		verb.test(told.verb) && !(frozen?.test(told.options) ?? false) ? { manager, instead } : null;

const uv: Rule = ({ verb, plain, options }, { variables }) => {
	const isInstall = verb === 'sync' || (verb === 'lock' && /--upgrade/.test(options));
	if (!isInstall || plain.length > 0 || /--(?:locked|frozen)\b/.test(options)) return null;
	if (isOn(variables['UV_LOCKED']) || isOn(variables['UV_FROZEN'])) return null;
	const kept =
		options.match(/--(?:no-dev|no-install-project|all-extras|all-packages|no-editable)\b/g) ?? [];
	return { manager: 'uv', instead: ['uv sync --locked', ...kept].join(' ') };
};

const pipenv: Rule = ({ verb, plain, options }) => {
	if (verb === 'update' || (verb === 'install' && plain.length === 0)) {
		if (/--(?:deploy|ignore-pipfile)\b/.test(options)) return null;
		const kept = options.match(/--system\b/g) ?? [];
		return { manager: 'pipenv', instead: ['pipenv install --deploy', ...kept].join(' ') };
	}
	return null;
};

const bundle: Rule = ({ verb, plain, options }, { variables }) => {
	const isInstall = (verb === 'install' || verb === '') && plain.length === 0;
	if (verb !== 'update' && !isInstall) return null;
	if (verb === 'update' && /--bundler/.test(options)) return null;
	const isFrozen =
		/--(?:deployment|frozen)\b/.test(options) ||
		['BUNDLE_DEPLOYMENT', 'BUNDLE_FROZEN'].some((name) => isOn(variables[name]));
	return isFrozen && verb !== 'update'
		? null
		: { manager: 'bundler', instead: 'BUNDLE_FROZEN=true bundle install' };
};

/** In images: what CI compiles is not what is deployed. */
const cargo: Rule = ({ verb, options }, { where }) => {
	if (where !== 'image' || !/^(?:build|b|install)$/.test(verb)) return null;
	const isOwn = verb !== 'install' || /--path\b/.test(options);
	const isRelease = verb === 'install' || /--release\b|(?:^|\s)-r\b|--profile/.test(options);
	if (!isOwn || !isRelease || /--(?:locked|frozen)\b/.test(options)) return null;
	return {
		manager: 'cargo',
		instead:
			verb === 'install' ? 'cargo install --path . --locked' : 'cargo build --release --locked',
	};
};

const RULES: Readonly<Record<string, Rule | undefined>> = {
	npm,
	yarn,
	yarnpkg: yarn,
	pnpm,
	bun,
	uv,
	pipenv,
	bundle,
	cargo,
	poetry: simple('poetry', /^update$/, 'poetry install --no-interaction', null),
	pdm: simple('pdm', /^update$/, 'pdm install --frozen-lockfile', null),
	composer: simple(
		'composer',
		/^(?:update|u|upgrade)$/,
		'composer install --no-interaction',
		/--lock\b/,
	),
};

/** `RUN` lines of an image with what ENV and ARG set before them. */
export function imageSteps(file: string, text: string, folder: string): readonly ShellStep[] {
	const stages = stagesOf(parseDockerfile(text));
	return stages.flatMap((stage, index) => {
		const variables = Object.fromEntries(configOf(lineageOf(stages, index)).variables);
		const settings = stage.instructions.map((one) => one.text).join('\n');
		const isFrozen = /bundle config (?:set )?(?:--\w+ )?(?:deployment|frozen)\s+["']?true/.test(
			settings,
		);
		const isPnpm = /pnpm config set (?:frozen-lockfile|--location \w+ frozen-lockfile) true/.test(
			settings,
		);
		const more = { ...(isFrozen && { BUNDLE_FROZEN: 'true' }), ...(isPnpm && { CI: 'true' }) };
		return stage.instructions
			.filter(({ keyword }) => keyword === 'RUN')
			.flatMap((run) => [
				{ text: run.exec === null ? run.text : run.exec.join(' '), line: run.line },
				...run.heredocs.map(({ body, line }) => ({ text: body, line })),
			])
			.map((one) => ({
				...one,
				file,
				folder,
				where: 'image' as const,
				variables: { ...variables, ...more },
			}));
	});
}

/** Workflows that are there to move the lock. */
const MOVES_LOCK =
	/(?:^|[/_-])(?:update|upgrade|bump|renovate|dependabot|deps|dependenc\w+|canary|nightly|lockfile)[\w-]*\.ya?ml$/i;

export function workflowSteps(file: string, text: string): readonly ShellStep[] {
	if (MOVES_LOCK.test(file)) return [];
	return yamlDocuments(text).flatMap((document) =>
		document.keys('jobs').flatMap((job) => jobSteps(file, document, job)),
	);
}

function jobSteps(file: string, document: YamlDocument, job: string): readonly ShellStep[] {
	const folder =
		document.text('jobs', job, 'defaults', 'run', 'working-directory') ||
		document.text('defaults', 'run', 'working-directory');
	const isFrozenRuby = /\bbundler-cache["']?:\s*true/.test(
		JSON.stringify(document.at('jobs', job) ?? {})
			.replace(/"/g, '')
			.replaceAll(':', ': '),
	);
	return document.list('jobs', job, 'steps').flatMap((_, index) => {
		const run = document.text('jobs', job, 'steps', index, 'run');
		if (run === '') return [];
		const own = document.text('jobs', job, 'steps', index, 'working-directory');
		const variables = Object.fromEntries(
			[['env'], ['jobs', job, 'env'], ['jobs', job, 'steps', index, 'env']].flatMap((path) =>
				document.keys(...path).map((name) => [name, String(document.at(...path, name))]),
			),
		);
		return [
			{
				file,
				line: lineOfInstall(document.line('jobs', job, 'steps', index, 'run'), run),
				text: withoutComments(run),
				where: 'ci' as const,
				folder: plainFolder(own || folder),
				variables: { ...variables, ...(isFrozenRuby && { BUNDLE_FROZEN: 'true' }) },
			},
		];
	});
}

const plainFolder = (text: string): string =>
	text.includes('$') ? '' : text.replace(/^\.\//, '').replace(/\/$/, '').replace(/^\.$/, '');

const withoutComments = (script: string): string => script.replace(/(^|\s)#[^\n]*/g, '$1');

/** In a script of several lines, the one that installs. */
function lineOfInstall(line: number, script: string): number {
	if (!script.trim().includes('\n')) return line;
	const index = script
		.split('\n')
		.findIndex((one) => /\b(?:install|update|sync|npm i|yarn)\b/.test(one));
	return line + 1 + Math.max(0, index);
}

/** Other CI services: lists of commands under `script`, `run`, `commands`. */
export function ciSteps(file: string, text: string): readonly ShellStep[] {
	const lines = text.split('\n');
	return yamlDocuments(text).flatMap((document) =>
		scriptsBelow(document.at(), 0).map((script) => {
			const first = withoutComments(script).trim().split('\n')[0] ?? '';
			const line = lines.findIndex((one) => first !== '' && one.includes(first)) + 1;
			return {
				file,
				line: Math.max(1, line),
				text: withoutComments(script),
				where: 'ci' as const,
				folder: '',
				variables: {},
			};
		}),
	);
}

const SCRIPT_KEY = /^(?:script|before_script|after_script|run|command|commands|bash|install)$/;
const DEEPEST = 12;

function scriptsBelow(value: unknown, depth: number): readonly string[] {
	if (depth > DEEPEST || typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, one]) => {
		if (!Array.isArray(value) && SCRIPT_KEY.test(key)) {
			const texts = [one].flat().filter((text): text is string => typeof text === 'string');
			if (texts.length > 0) return texts;
		}
		return scriptsBelow(one, depth + 1);
	});
}

/** Build commands of platforms. */
export function platformSteps(file: string, text: string): readonly ShellStep[] {
	const step = (line: number, command: string, folder = ''): ShellStep => ({
		file,
		line,
		text: command,
		where: 'platform',
		folder: plainFolder(folder),
		variables: { CI: 'true' },
	});
	if (/netlify\.toml$/.test(file)) {
		const entries = readToml(text);
		return entries
			.filter(({ path, value }) => path.at(-1) === 'command' && typeof value === 'string')
			.map(({ line, value }) =>
				step(line, String(value), String(tomlAt(entries, 'build', 'base')?.value ?? '')),
			);
	}
	if (/render\.ya?ml$/.test(file)) {
		return yamlDocuments(text).flatMap((document) =>
			document.list('services').flatMap((_, index) => {
				const command = document.text('services', index, 'buildCommand');
				const line = document.line('services', index, 'buildCommand');
				return command === ''
					? []
					: [step(line, command, document.text('services', index, 'rootDir'))];
			}),
		);
	}
	const installs = [
		...text.matchAll(/"(?:installCommand|buildCommand)"\s*:\s*"((?:\\.|[^"\\])*)"/g),
	];
	return installs.map((found) =>
		step(text.slice(0, found.index).split('\n').length, found[1] ?? ''),
	);
}
