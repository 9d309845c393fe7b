import { basename } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
import { type ApplicationKind, applicationKind, type NeededBy } from './application-kind.ts';
import {
	backupNotesIn,
	backupStepsIn,
	declaredBackupIn,
	isOperationsNote,
	mayBackUp,
	mayDeclareBackup,
	restoreStepIn,
	sidecarBackupIn,
} from './backup-note.ts';
import { textOf } from './deploy-step.ts';
import { errorReporterIn, isErrorReporter } from './error-reporter.ts';
import { healthAskedIn, mayAskHealth } from './health-asked.ts';
import { builtInHealthPath, healthRouteIn } from './health-route.ts';
import {
	type DatabaseEngine,
	databaseOf,
	engineIn,
	isSureOfDatabase,
	keeperIn,
	keeperOfPackage,
	mayNameEngine,
	mayNameKeeper,
	mayStartDatabase,
	ownDatabaseIn,
} from './kept-database.ts';
import { isNeedsFile, neededIn } from './needed-packages.ts';
import { type Operations, OperationsSchema, type Sign } from './operations-schema.ts';
import { lineAt, type PackageManifest, readPackage } from './package-scripts.ts';
import {
	folderOf,
	isPlatformFile,
	MANAGED,
	type PlatformService,
	platformServices,
} from './platform.ts';
import { versionIn, versionSettingIn } from './visible-version.ts';
import { frameworkPlace } from './web-framework.ts';

/** How a repository's product is watched, and how its data is kept: from its files alone. */
export const repositoryOperations = defineProbe({
	name: 'deploy.operations',
	params: z.object({ root: z.string() }),
	value: OperationsSchema,
	observe: ({ root }, io) => readOperations(root, io.files),
	describe: ({ root }, found) => ({
		kind: 'file',
		summary: `${basename(root)}: ${found.kind === 'none' ? 'no web application' : found.because}`,
		detail: (
			[
				['health route', found.healthRoute],
				['asked by', found.healthAsked],
				['version', found.version],
				['errors', found.reporter],
				['database', found.databases[0] ?? null],
				['backup', found.backup ?? found.declaredBackup],
				['restore', found.restore],
			] as const
		)
			.flatMap(([name, sign]) => (sign === null ? [] : [`${name}: ${sign.file}:${sign.line}`]))
			.join('\n'),
	}),
	plan: () => null,
});

const MOST_FILES = 8_000;
const MOST_BYTES = 256 * 1024;

const EXPORTS = /(?:^|\/)next\.config\.[cm]?[jt]s$/;
const CODE =
	/\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|rb|php|go|rs|java|kt|kts|cs|ex|exs|scala|html?|erb|ejs|hbs|pug|twig|njk|jinja2?|haml|heex|cshtml|tmpl|properties)$/;
/** What is not this product's own, or not what it deploys. */
const ELSEWHERE =
	/(?:^|\/)(?:node_modules|vendor|fixtures?|__fixtures__|testdata|examples?|samples?|__tests__|__mocks__|tests?|specs?|e2e|cypress|playwright|stories|storybook|dist|\.next|\.output|\.nuxt|\.svelte-kit|coverage|\.devcontainer)\/|^(?:build|out)\/|[._-](?:test|spec|stories|e2e|min)\.[\w.]+$|(?:^|\/)(?:test_|conftest)[\w-]*\.py$|_(?:test|spec)\.(?:go|rb|py|exs)$|(?:^|\/)(?:create-[\w-]+\/)?templates?\/(?:[\w.-]+\/)*package\.json$/i;
const IMAGE = /(?:^|\/)(?:[\w-]+\.)?(?:[Dd]ockerfile|Containerfile)(?:\.[\w.-]+)?$/;
/** Of development by its name. */
const NOT_PRODUCTION =
	/(?:^|[._-])(?:dev|development|local|test|testing|ci|e2e|builder|base)(?:[._-]|$)/i;
const SETTING =
	/(?:^|\/)(?:(?!pnpm-lock)[\w.-]+\.(?:ya?ml|toml|tf|conf|sh|bash)|Procfile|Caddyfile|[\w.-]*[Dd]ockerfile[\w.-]*|app\.json|Makefile|settings\.xml|pom\.xml|build\.gradle(?:\.kts)?)$/;

interface Kept {
	readonly needed: NeededBy[];
	readonly packages: PackageManifest[];
	readonly services: PlatformService[];
	readonly serverless: Sign[];
	readonly images: { file: string; line: number; port: number | null; isChecked: boolean }[];
	/** Folders whose framework is told to write files alone. */
	readonly exported: Set<string>;
	readonly signs: Map<string, Sign>;
	readonly engines: DatabaseEngine[];
	readonly databases: Operations['databases'];
	/** Names of reporters among the packages, by manifest. */
	readonly reporters: Sign[];
	keptBy: Operations['keptBy'];
	own: Operations['own'];
}

async function readOperations(root: string, port: FilesPort): Promise<Operations> {
	const listing = await port.list(root);
	const unread: string[] = [...(listing.unreadable ?? [])];
	const own = listing.files.filter(({ path, ignored }) => !ignored && !ELSEWHERE.test(path));
	const wanted = own.filter(({ path, bytes }) => bytes <= MOST_BYTES && isOfUse(path));
	const looked = [...wanted]
		.sort((one, two) => rankOf(one.path) - rankOf(two.path))
		.slice(0, MOST_FILES);
	const kept: Kept = {
		needed: [],
		packages: [],
		services: [],
		serverless: [],
		images: [],
		exported: new Set(),
		signs: new Map(),
		engines: [],
		databases: [],
		reporters: [],
		keptBy: null,
		own: null,
	};
	const lookAll = async (some: readonly string[], how: typeof look) => {
		for (const path of some) {
			const text = await textOf(root, port, { path, unread });
			if (text !== null) how(path, text, kept);
		}
	};
	const [settings, code] = partition(
		looked.map(({ path }) => path),
		(path) => !CODE.test(path) || EXPORTS.test(path) || isNeedsFile(path),
	);
	await lookAll(settings, look);
	// Most of what code shows is asked of applications alone.
	const { kind } = applicationOf(kept);
	if (kind === 'none') await lookAll(code, lookForServer);
	if (kind === 'client' || kind === 'server' || kept.signs.has('listens'))
		await lookAll(code, look);
	const paths = new Set(own.map(({ path }) => path));
	return {
		files: looked.length,
		unread: unread.slice(0, 20),
		cut: listing.cut === true || looked.length < wanted.length,
		...concluded(kept, paths),
	};
}

const isOfUse = (path: string): boolean =>
	CODE.test(path) ||
	SETTING.test(path) ||
	[
		isNeedsFile,
		isPlatformFile,
		mayAskHealth,
		mayNameKeeper,
		mayNameEngine,
		isOperationsNote,
		mayBackUp,
		mayDeclareBackup,
	].some((test) => test(path));

/** Manifests first: what they name is looked for in the rest. */
const rankOf = (path: string): number => (isNeedsFile(path) ? 0 : CODE.test(path) ? 2 : 1);

function partition<T>(all: readonly T[], test: (one: T) => boolean): readonly [T[], T[]] {
	const yes: T[] = [];
	const no: T[] = [];
	for (const one of all) (test(one) ? yes : no).push(one);
	return [yes, no];
}

type Found = { readonly what: string; readonly line: number } | null;

/** The first place of each sort is kept. */
function note(kept: Kept, sort: string, file: string, found: Found): void {
	if (found === null || kept.signs.has(sort)) return;
	kept.signs.set(sort, { what: found.what, file, line: found.line });
}

function look(path: string, text: string, kept: Kept): void {
	if (isNeedsFile(path)) lookAtNeeds(path, text, kept);
	if (isPlatformFile(path)) kept.services.push(...platformServices(path, text));
	if (IMAGE.test(path) && !NOT_PRODUCTION.test(basename(path))) lookAtImage(path, text, kept);
	if (CODE.test(path)) lookAtCode(path, text, kept);
	if (EXPORTS.test(path) && /\boutput\s*:\s*["']export["']/.test(text)) {
		kept.exported.add(folderOf(path));
	}
	if (SETTING.test(path)) {
		note(kept, 'version', path, versionSettingIn(text));
		note(kept, 'reporter', path, errorReporterIn(path, text));
		lookAtServerless(path, text, kept);
	}
	if (mayAskHealth(path) || isPlatformFile(path))
		note(kept, 'asked', path, healthAskedIn(path, text));
	lookForDatabases(path, text, kept);
	lookForBackups(path, text, kept);
	loadedIn(path, text, kept);
}

function lookAtNeeds(path: string, text: string, kept: Kept): void {
	const needed = neededIn(path, text);
	if (needed === null) return;
	kept.needed.push(needed);
	const own = path.endsWith('package.json') ? readPackage(path, text) : null;
	if (own !== null) {
		kept.packages.push(own);
		if (/\bnuxt(?:i)?\s+generate\b/.test(own.scripts['build'] ?? '')) kept.exported.add(own.folder);
	}
	lookAtNames(text, { ...needed, tools: own?.developmentNeeds ?? [] }, kept);
	if (/\bgit-commit-id(?:-maven)?-plugin\b|gradle-git-properties/.test(text)) {
		note(kept, 'version', path, versionSettingIn(text));
	}
}

function lookAtNames(
	text: string,
	{ file, names, tools, isLibrary }: NeededBy & { readonly tools: readonly string[] },
	kept: Kept,
): void {
	const lineOf = (name: string) => lineAt(text, Math.max(0, text.indexOf(name)));
	for (const what of [...names, ...tools].filter(isErrorReporter)) {
		kept.reporters.push({ what, file, line: lineOf(what) });
	}
	for (const what of isLibrary ? [] : names) {
		const engine = databaseOf(what);
		if (engine === null) continue;
		kept.databases.push({ what, file, line: lineOf(what), engine, isSure: isSureOfDatabase(what) });
	}
}

function lookAtImage(path: string, text: string, kept: Kept): void {
	const lines = text.split('\n');
	const from = lines.findLastIndex((line) => /^\s*FROM\s/i.test(line));
	if (from === -1) return;
	const [, exposed] = /^\s*EXPOSE\s+(\d{2,5})/im.exec(text) ?? [];
	kept.images.push({
		file: path,
		line: from + 1,
		port: exposed === undefined ? null : Number(exposed),
		isChecked: /^[ \t]*HEALTHCHECK\s+(?!NONE\b)/im.test(text),
	});
}

const LISTENS =
	/\bcreateServer\s*\([\s\S]{0,4000}?\.listen\s*\(|\bBun\.serve\s*\(|\bDeno\.serve\s*\(|\bhttp\.ListenAndServe(?:TLS)?\s*\(|\bhttp\.Server\s*\{|\bHTTPServer\s*\(|\bthreaded\s*HTTPServer\b|\bserve_forever\s*\(/;
const CALLS =
	/\bfetch\s*\(|\baxios\b|\bXMLHttpRequest\b|\bnew\s+WebSocket\s*\(|\bnew\s+EventSource\s*\(|\bApolloClient\b|\bcreateTRPC|\bHttpClient\b|\bsupabase\b|\bfirebase\b/;

function lookAtCode(path: string, text: string, kept: Kept): void {
	const isOpen = (sort: string) => !kept.signs.has(sort);
	if (isOpen('route')) {
		const health = healthRouteIn(path, text);
		note(kept, 'route', path, health === null ? null : { what: health.path, line: health.line });
	}
	if (isOpen('version')) note(kept, 'version', path, versionIn(path, text));
	if (isOpen('reporter')) note(kept, 'reporter', path, errorReporterIn(path, text));
	const calls =
		isOpen('calls') && /\.(?:[jt]sx?|vue|svelte|html?)$/.test(path) ? CALLS.exec(text) : null;
	if (calls !== null)
		note(kept, 'calls', path, { what: calls[0], line: lineAt(text, calls.index) });
}

/** Code that opens a port by itself; not a tool's. */
function lookForServer(path: string, text: string, kept: Kept): void {
	if (kept.signs.has('listens') || /(?:^|\/)(?:scripts?|tools?|bin|config|lab)\//.test(path))
		return;
	const listens = LISTENS.exec(text);
	if (listens !== null)
		note(kept, 'listens', path, { what: path, line: lineAt(text, listens.index) });
}

/** Functions of a platform that starts, watches and stops them itself. */
const SERVERLESS: readonly (readonly [file: RegExp, text: RegExp, name: string])[] = [
	[/(?:^|\/)serverless\.ya?ml$/, /^(?:service|functions|provider):/m, 'the Serverless Framework'],
	[/(?:^|\/)(?:template|sam)[\w.-]*\.ya?ml$/, /AWS::Serverless/, 'AWS SAM'],
	[/(?:^|\/)zappa_settings\.(?:json|ya?ml|toml)$/, /./, 'Zappa'],
];

function lookAtServerless(path: string, text: string, kept: Kept): void {
	const found = SERVERLESS.find(([file, inside]) => file.test(path) && inside.test(text));
	if (found !== undefined) kept.serverless.push({ what: found[2], file: path, line: 1 });
}

function lookForDatabases(path: string, text: string, kept: Kept): void {
	if (mayNameEngine(path)) {
		const engine = engineIn(path, text);
		if (engine !== null) kept.engines.push(engine);
	}
	if (kept.keptBy === null && mayNameKeeper(path)) {
		const by = keeperIn(path, text);
		if (by !== null) {
			kept.keptBy = {
				what: by.name,
				file: path,
				line: by.line,
				backups: by.backups,
				engine: by.engine,
			};
		}
	}
	if (kept.own === null && mayStartDatabase(path)) {
		const own = ownDatabaseIn(path, text);
		if (own !== null) {
			kept.own = { what: own.service, file: path, line: own.line, engine: own.engine };
		}
	}
}

function lookForBackups(path: string, text: string, kept: Kept): void {
	const { backup, restore } = isOperationsNote(path)
		? backupNotesIn(text)
		: mayBackUp(path)
			? backupStepsIn(path, text)
			: { backup: null, restore: null };
	note(kept, 'backup', path, backup);
	note(kept, 'restore', path, restore);
	if (mayBackUp(path)) note(kept, 'restore', path, restoreStepIn(text));
	if (!mayDeclareBackup(path)) return;
	note(kept, 'declared', path, declaredBackupIn(text));
	note(kept, 'backup', path, sidecarBackupIn(text));
}

/** What other managers install is loaded by the frameworks themselves. */
const LOADED_BY_CODE = /package\.json$|\.(?:toml|txt|in)$|Pipfile$/;

/** A package that nothing loads reports nothing. */
function loadedIn(path: string, text: string, kept: Kept): void {
	if (kept.signs.has('loaded') || !(CODE.test(path) || SETTING.test(path) || isNeedsFile(path)))
		return;
	for (const { what, file, line } of kept.reporters) {
		if (!LOADED_BY_CODE.test(file)) {
			note(kept, 'loaded', file, { what, line });
			continue;
		}
		const pattern = loadedAs(what);
		const places = isNeedsFile(path) ? scriptsOf(path, text) : text;
		const match = pattern.exec(places);
		if (match === null) continue;
		note(kept, 'loaded', path, { what, line: lineAt(text, text.indexOf(match[0])) });
	}
}

/** Of a package.json the commands alone: that it is listed there is known. */
const scriptsOf = (path: string, text: string): string =>
	path.endsWith('package.json')
		? Object.values(readPackage(path, text)?.scripts ?? {}).join('\n')
		: '';

/** Python's modules part their names by dots or low lines where packages have hyphens. */
function loadedAs(name: string): RegExp {
	const [short = name] = /^(?:opentelemetry|google-cloud)(?=-)/.exec(name) ?? [];
	const escaped = short.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/[-_]/g, '[-_.]');
	return new RegExp(`(?<![\\w/-])${escaped}(?![\\w-])`);
}

const runningOf = ({ services }: Kept): readonly PlatformService[] =>
	services.filter(({ kind, isWeb }) => !MANAGED.has(kind) && isWeb);

const isDeployed = (kept: Kept): boolean =>
	kept.images.length > 0 || runningOf(kept).some(({ kind }) => kind !== 'compose');

const applicationOf = (kept: Kept): ApplicationKind =>
	applicationKind(kept.needed, kept.packages, {
		isDeployed: isDeployed(kept),
		exported: kept.exported,
	});

function concluded(
	kept: Kept,
	paths: ReadonlySet<string>,
): Omit<Operations, 'files' | 'unread' | 'cut'> {
	const sign = (sort: string): Sign | null => kept.signs.get(sort) ?? null;
	const running = runningOf(kept);
	const declared = running.filter(({ kind, isProduction }) => kind !== 'compose' || isProduction);
	const told = applicationOf(kept);
	const application = told.kind === 'none' ? listening(kept, sign('listens')) : told;
	const names = kept.needed
		.filter(({ file }) => folderOf(file) === application.folder)
		.flatMap((one) => [
			...one.names,
			...(kept.packages.find(({ file }) => file === one.file)?.developmentNeeds ?? []),
		]);
	const managed = managedBy(kept, declared, application);
	return {
		kind: application.kind,
		because: application.because,
		...frameworkPlace(application, names, paths),
		port: kept.images.find(({ port }) => port !== null)?.port ?? null,
		managedBy: managed,
		services: declared.map(serviceOf),
		images: kept.images.map(({ file, line }) => ({ file, line })),
		healthRoute: sign('route') ?? builtIn(kept),
		healthAsked: sign('asked'),
		unasked: unaskedOf(kept, running),
		version: sign('version'),
		...reporterOf(kept, declared, sign),
		callsServer: sign('calls'),
		databases: databasesOf(kept),
		keptBy: kept.keptBy ?? keeperOf(kept),
		own: kept.own,
		backup: sign('backup'),
		restore: sign('restore'),
		declaredBackup: sign('declared'),
	};
}

const serviceOf = ({ kind, name, file, line, service }: PlatformService) => ({
	kind,
	name,
	file,
	line,
	service,
});

/** Without a framework: code that listens counts where it is started or deployed. */
function listening(kept: Kept, listens: Sign | null): ApplicationKind {
	const starts = kept.packages.some(
		({ scripts, isPublished, isPrivate }) =>
			scripts['start'] !== undefined && (isPrivate || !isPublished),
	);
	const isProgram =
		listens !== null && (isDeployed(kept) || starts || /\.(?:go|py)$/.test(listens.file));
	return isProgram
		? {
				kind: 'server',
				because: `${listens.file}:${listens.line} listens`,
				by: listens.file,
				folder: '',
			}
		: { kind: 'none', because: '', by: '', folder: '' };
}

/** Frameworks that such platforms deploy without any file in the repository. */
const HOSTED =
	/^(?:next|nuxt|@sveltejs\/adapter-(?:auto|vercel|netlify|cloudflare)|@astrojs\/(?:vercel|netlify|cloudflare)|@solidjs\/start|@tanstack\/.*)$/;

function managedBy(
	kept: Kept,
	declared: readonly PlatformService[],
	{ by, folder, because }: ApplicationKind,
): Sign | null {
	// A process of its own beside the managed site is what there is to watch.
	if (declared.length > 0) return null;
	const managed = kept.services.find(({ kind }) => MANAGED.has(kind));
	if (managed !== undefined && (managed.folder === '' || managed.folder === folder)) {
		return { what: managed.name, file: managed.file, line: managed.line };
	}
	const [serverless] = kept.serverless;
	if (serverless !== undefined) return serverless;
	if (!HOSTED.test(by) || kept.images.length > 0) return null;
	return { what: '', file: because.replace(/^.* in /, ''), line: 1 };
}

function builtIn(kept: Kept): Sign | null {
	for (const { file, names } of kept.needed) {
		for (const name of names) {
			const path = builtInHealthPath(name);
			if (path !== null) return { what: path, file, line: 1 };
		}
	}
	return null;
}

function unaskedOf(kept: Kept, running: readonly PlatformService[]): Operations['unasked'] {
	const services = running.filter(({ canProbe, probe }) => canProbe && probe === null);
	const firm = services.filter(({ kind }) => kind !== 'compose');
	const images = kept.images
		.filter(({ isChecked }) => !isChecked)
		.map(({ file, line }) => ({
			kind: 'image' as const,
			name: 'the image',
			file,
			line,
			service: '',
		}));
	const compose = services.filter(({ kind }) => kind === 'compose');
	return [...firm.map(serviceOf), ...images, ...compose.map(serviceOf)];
}

/** Groups what a process writes to its error output, with a mail for what is new. */
const GOOGLE = /^(?:cloud-run|app-engine)$/;

function reporterOf(
	kept: Kept,
	declared: readonly PlatformService[],
	sign: (sort: string) => Sign | null,
): Pick<Operations, 'reporter' | 'idleReporter'> {
	const google = declared.find(({ kind }) => GOOGLE.test(kind));
	const [named] = kept.reporters;
	const byGoogle =
		google === undefined
			? null
			: { what: 'Error Reporting of Google Cloud', file: google.file, line: google.line };
	const reporter = sign('loaded') ?? sign('reporter') ?? byGoogle;
	return { reporter, idleReporter: reporter === null ? (named ?? null) : null };
}

function databasesOf(kept: Kept): Operations['databases'] {
	const [named] = kept.engines;
	const all = kept.databases.map((one) =>
		one.engine === 'unknown' && named !== undefined ? { ...one, engine: named, isSure: true } : one,
	);
	const rank = ({ engine, isSure }: (typeof all)[number]) =>
		(isSure ? 0 : 2) + (engine === 'unknown' ? 1 : 0);
	return all.sort((one, two) => rank(one) - rank(two)).slice(0, 10);
}

function keeperOf(kept: Kept): Operations['keptBy'] {
	for (const { file, names } of kept.needed) {
		for (const name of names) {
			const by = keeperOfPackage(name);
			if (by !== null)
				return { what: by.name, file, line: 1, backups: by.backups, engine: by.engine };
		}
	}
	return null;
}
