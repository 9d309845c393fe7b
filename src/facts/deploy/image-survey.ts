import { posix } from 'node:path';
import type { DeployedImage } from './deployment-facts.ts';
import { copyOf, parseDockerfile } from './dockerfile.ts';
import {
	type ImageReference,
	isOfficial,
	parseImageReference,
	runsAsSomebody,
} from './image-reference.ts';
import {
	broadCopyIn,
	copiedFiles,
	namedCopies,
	passedSecrets,
	settingsIn,
} from './image-secrets.ts';
import {
	configOf,
	copiedFrom,
	type ImageConfig,
	lineageOf,
	type Stage,
	stageNamed,
	stagesOf,
} from './image-stage.ts';
import { type ImageStart, startOf } from './image-start.ts';
import { developmentInstallIn } from './installed-packages.ts';
import { type PackageManifest, resolveScripts } from './package-scripts.ts';
import { shownCommand } from './shell-command.ts';

/** A Dockerfile with its stages, ready to be asked. */
export interface Image {
	readonly file: string;
	/** Folder it is built from. */
	readonly context: string;
	readonly stages: readonly Stage[];
	readonly lineage: readonly Stage[];
	readonly config: ImageConfig;
	readonly start: ImageStart | null;
}

/** `null` where the file has no stage. `target` is the one built; the last unless told. */
export function readImage(
	file: string,
	text: string,
	context: string,
	target: string,
): Image | null {
	const stages = stagesOf(parseDockerfile(text));
	const named = target === '' ? -1 : stageNamed(stages, target);
	const lineage = lineageOf(stages, named === -1 ? stages.length - 1 : named);
	if (lineage.length === 0) return null;
	const config = configOf(lineage);
	return { file, context, stages, lineage, config, start: startOf(config) };
}

/** What else has to be known of the repository. */
export interface AroundImage {
	readonly packages: readonly PackageManifest[];
	/** Manifests by path, of managers other than Node's. */
	readonly manifests: ReadonlyMap<string, string>;
	/** By path in the context. */
	readonly contextPaths: ReadonlySet<string>;
	/** Paths from the root. */
	readonly paths: ReadonlySet<string>;
	readonly ignoreText: string;
	/** Text of the scripts that images start, by name. */
	readonly entrypoints: ReadonlyMap<string, string>;
	/** Something around the image sets a user, or an init. */
	readonly setsUser: boolean;
	readonly hasInit: boolean;
	/** Run with the source mounted over it: for development, where manifests say so. */
	readonly isMounted: boolean;
}

export function surveyImage(image: Image, around: AroundImage): DeployedImage {
	const { file, stages, lineage } = image;
	const last = lineage.at(-1);
	const broad = broadCopyIn(stages);
	return {
		file,
		line: last?.line ?? 1,
		base: last?.written ?? '',
		user: userOf(image, around),
		bases: basesOf(stages),
		settings: [...settingsIn(stages)],
		passed: [...passedSecrets(lineage)],
		copied: copiedFiles(namedCopies(stages, lineage), around.contextPaths, around.ignoreText).map(
			({ line, path, isThere }) => ({
				line,
				isThere,
				file: posix.join(image.context || '.', path),
			}),
		),
		broadCopy:
			broad === null
				? null
				: { line: broad.line, text: `${broad.keyword} ${broad.text}`.slice(0, 80) },
		ignoreFile: posix.join(image.context || '.', '.dockerignore'),
		hasIgnoreFile: ignoreFilesOf(image).some((path) => around.paths.has(path)),
		developmentPackages: around.isMounted ? null : developmentPackages(image, around),
		deaf: around.hasInit ? null : deafOf(image, around.packages),
	};
}

/** Docker looks for the Dockerfile's own first, then in the context; which folder that is may differ. */
export function ignoreFilesOf({
	file,
	context,
}: Pick<Image, 'file' | 'context'>): readonly string[] {
	const beside = posix.join(posix.dirname(file), '.dockerignore');
	return [
		...new Set([
			`${file}.dockerignore`,
			posix.join(context || '.', '.dockerignore'),
			beside,
			'.dockerignore',
		]),
	];
}

const DROPS =
	/\b(?:gosu|su-exec|setpriv|runuser|chpst|s6-setuidgid|su\s+-|su\s+\w+\s+-c|sudo\s+-u|setuidgid|chroot\s+--userspec)\b/;

function userOf({ lineage, config, start }: Image, around: AroundImage): DeployedImage['user'] {
	const written = lineage[0]?.image ?? null;
	const base = written === null ? null : parseImageReference(written);
	const told = {
		line: lineage.at(-1)?.line ?? 1,
		isCertain: base !== null && isOfficial(base),
		suggested: base === null ? '' : userIn(base),
	};
	if (around.setsUser || DROPS.test(startTextOf({ config, start }, around.entrypoints))) {
		return { ...told, state: 'dropped' };
	}
	if (config.user === null) {
		const isKnown = written === null || (base !== null && runsAsSomebody(base));
		return { ...told, state: isKnown ? 'set' : 'unset' };
	}
	const isRoot = /^(?:root|0)(?::|$)/.test(config.user.name);
	return { ...told, line: config.user.line, isCertain: true, state: isRoot ? 'root' : 'set' };
}

/** How it starts, with the script that it starts with. */
function startTextOf(
	{ config: { entrypoint, command }, start }: Pick<Image, 'config' | 'start'>,
	entrypoints: AroundImage['entrypoints'],
): string {
	const own = `${entrypoint?.text ?? ''} ${command?.text ?? ''} ${start?.written ?? ''}`;
	const script = [...entrypoints].find(([name]) => own.includes(name));
	return `${own} ${script?.[1] ?? ''}`;
}

/** A user that the image has already. */
function userIn({ name, tag }: ImageReference): string {
	if (/(?:^|\/)node$/.test(name)) return 'node';
	if (/(?:^|\/)bun$/.test(name)) return 'bun';
	if (/(?:^|\/)deno$/.test(name)) return 'deno';
	if (name === 'nginx' || /\/nginx$/.test(name)) return 'nginx';
	if (name === 'scratch' || /distroless/.test(name)) return '65532:65532';
	if (/^mcr\.microsoft\.com\/dotnet\//.test(name)) return '$APP_UID';
	if (/php|httpd/.test(name)) return 'www-data';
	return /alpine/.test(`${name}${tag}`) ? 'adduser -D' : '';
}

function basesOf(stages: readonly Stage[]): DeployedImage['bases'] {
	const external = stages.flatMap((stage) => [
		...(stage.image === null ? [] : [{ line: stage.line, image: stage.image }]),
		...stage.instructions.flatMap((one) => {
			const from = one.keyword === 'COPY' ? copiedFrom(one) : null;
			// A name without slash, dot or colon is a stage that is missing, not an image.
			const isImage =
				from !== null &&
				stageNamed(stages, from) === -1 &&
				/[/.:]/.test(from) &&
				!from.includes('$');
			return isImage && copyOf(one).sources.length > 0 ? [{ line: one.line, image: from }] : [];
		}),
	]);
	return external.flatMap(({ line, image }) => {
		const { name, tag, digest } = parseImageReference(image);
		if (name === 'scratch' || name.startsWith('.')) return [];
		const pinned =
			digest !== '' ? 'digest' : tag === '' ? 'none' : tag === 'latest' ? 'latest' : 'tag';
		return [{ line, image, pinned } as const];
	});
}

/** Whether the manifest that the manager reads lists any at all. */
function developmentPackages(
	{ stages, lineage, context }: Image,
	{ packages, manifests }: AroundImage,
): DeployedImage['developmentPackages'] {
	const found = developmentInstallIn(stages, lineage);
	if (found === null) return null;
	const manifest = /^(?:npm|yarn|pnpm|bun)$/.test(found.manager)
		? packages.find((one) => one.folder === context && one.developmentNeeds.length > 0)?.file
		: [...manifests].find(([path, text]) => listsDevelopment(found.manager, path, text))?.[0];
	return manifest === undefined ? null : { ...found, manifest };
}

function listsDevelopment(manager: string, path: string, text: string): boolean {
	const name = posix.basename(path);
	switch (manager) {
		case 'composer':
			return name === 'composer.json' && /"require-dev"\s*:\s*\{\s*"/.test(text);
		case 'poetry':
			return (
				name === 'pyproject.toml' &&
				/\[tool\.poetry\.(?:group\.dev|dev-)|\[dependency-groups\]/.test(text)
			);
		case 'uv':
			return name === 'pyproject.toml' && /\[dependency-groups\]|dev-dependencies\s*=/.test(text);
		case 'bundler':
			return name === 'Gemfile' && /group\s+\(?:(?:development|test)/.test(text);
		case 'pipenv':
			return name === 'Pipfile' && /\[dev-packages\]\s*\n\s*[\w"]/.test(text);
		default:
			return /requirements/.test(name);
	}
}

/** A function's image: its CMD names a handler. */
const HANDLER = /lambda|azure-functions|functions-framework/;

function deafOf(
	{ lineage, start, context }: Image,
	packages: readonly PackageManifest[],
): DeployedImage['deaf'] {
	if (start === null || start.deaf === null) return null;
	if (HANDLER.test(lineage[0]?.written ?? '')) return null;
	const exec = start.deaf === 'shell' ? start.exec : execOf(start, context, packages);
	return {
		line: start.line,
		written: shownCommand(start.written),
		by: start.deaf,
		exec: [...exec],
	};
}

/** The one program that a script comes to. */
function execOf(
	{ commands }: ImageStart,
	context: string,
	packages: readonly PackageManifest[],
): readonly string[] {
	const [only, ...more] = resolveScripts(commands, context, packages);
	if (only === undefined || more.length > 0 || only.through.length === 0) return [];
	const [program = '', ...args] = only.command.words;
	if (Object.keys(only.command.variables).length > 0 || args.some((arg) => /[$*]/.test(arg)))
		return [];
	const isProgram = /^(?:node|bun|deno|python[\d.]*|ruby|java)$/.test(program);
	return [isProgram ? program : `node_modules/.bin/${program}`, ...args];
}
