import { basename, posix } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
import { type ScriptParser, scriptParser } from '../logs/script-tree.ts';
import {
	type LocalState,
	type ProductionStarts,
	ProductionStartsSchema,
	type WrongPort,
} from './deployment-facts.ts';
import {
	type DeploymentFiles,
	deploymentFiles,
	ownServices,
	type ReadFile,
} from './deployment-files.ts';
import {
	type KeptState,
	keptStateIn,
	mayKeepState,
	type StateContext,
	stateContext,
} from './kept-state.ts';
import { type Listening, listeningIn, listeningOf, mayListen } from './listening.ts';
import { packageNames } from './package-names.ts';
import type { PlatformService } from './platform.ts';
import { developmentStart, productionStarts, type Start } from './production-start.ts';
import { listeningInScript } from './script-listening.ts';
import { keptStateInScript } from './script-state.ts';
import { startedCode } from './started-code.ts';

const MOST_STARTS = 50;
const MOST_STATE = 50;

/** How production is started, where it then waits for requests, and what it keeps on its disk. */
export const deployedStarts = defineProbe({
	name: 'deploy.starts',
	params: z.object({ root: z.string() }),
	value: ProductionStartsSchema,
	observe: ({ root }, io) => surveyStarts(root, io.files),
	describe: ({ root }, { starts }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${starts.length} production starts`,
		detail: starts
			.slice(0, 20)
			.map(({ by, command, file, line }) => `${by}: ${command} (${file}:${line})`)
			.join('\n'),
	}),
	plan: () => null,
});

async function surveyStarts(root: string, port: FilesPort): Promise<ProductionStarts> {
	const files = await deploymentFiles(root, port);
	const all = (await productionStarts(files)).slice(0, MOST_STARTS);
	const parse = await scriptParser();
	const starts = await Promise.all(all.map((start) => developmentStart(start, files)));
	const wrongPorts: WrongPort[] = [];
	let listening = 0;
	for (const [index, start] of all.entries()) {
		const isDevelopment = starts[index]?.development !== null;
		const waits = await listeningOfStart(start, { files, parse, isDevelopment });
		if (waits.length > 0) listening += start.services.filter(({ isWeb }) => isWeb).length;
		wrongPorts.push(...start.services.flatMap((service) => wrongAt(service, start, waits)));
	}
	const services = files.services.filter(
		({ isProduction, mountsSource }) => isProduction && !mountsSource,
	);
	return {
		starts,
		wrongPorts,
		listening,
		state: [...(await stateOf(services, { files, parse }))].slice(0, MOST_STATE),
		managed: [...ownServices(files).managed],
		unread: files.unread,
	};
}

interface Reading {
	readonly files: DeploymentFiles;
	readonly parse: ScriptParser;
}

type Placed = Listening & { readonly file: string };

/** Empty where it cannot be told, or where something does listen as it should. */
async function listeningOfStart(
	start: Start,
	{ files, parse, isDevelopment }: Reading & { readonly isDevelopment: boolean },
): Promise<readonly Placed[]> {
	if (!start.services.some(({ isWeb }) => isWeb)) return [];
	const found: Placed[] = [];
	for (const { command, script } of start.commands) {
		const told = isDevelopment ? null : listeningOf(command);
		if (told === null || (await isConfigured(command.words, start, files))) continue;
		const { file, line } = script ?? start;
		found.push({ ...told, file, line });
	}
	const code = found.length > 0 ? [] : ((await startedCode(start, files)) ?? []);
	for (const { path, text } of code.filter((one) => mayListen(one.text))) {
		const program = /\.[cm]?[jt]sx?$/.test(path) ? parse(text, path) : null;
		const calls = program === null ? listeningIn(path, text) : listeningInScript(program, text);
		found.push(...calls.map((call) => ({ ...call, file: path })));
	}
	return found;
}

/** `vite preview` takes host and port from its configuration too. */
async function isConfigured(
	[program]: readonly string[],
	{ folder }: Start,
	files: DeploymentFiles,
): Promise<boolean> {
	if (program !== 'vite') return false;
	for (const ending of ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs']) {
		const text = await files.text(posix.join(folder || '.', `vite.config.${ending}`));
		if (text !== null && /\bpreview\b/.test(text)) return true;
	}
	return false;
}

/** A service is reached where any of its servers waits at the right place. */
function wrongAt(
	service: PlatformService,
	{ image }: Start,
	waits: readonly Placed[],
): readonly WrongPort[] {
	const isRight = (one: Placed) => one.isOpen || (!one.loopback && !isWrongPort(service, one.port));
	const [first] = waits;
	if (!service.isWeb || first === undefined || waits.some(isRight)) return [];
	// A proxy in the same container hands on what it gets.
	if (image !== null && /nginx|caddy|haproxy|traefik|envoy|supervisor/i.test(baseOf(image)))
		return [];
	const { kind, name, file, line, port } = service;
	return [
		{
			file: first.file,
			line: first.line,
			written: first.written,
			port: isWrongPort(service, first.port) ? first.port : null,
			loopback: first.loopback,
			platform: kind,
			name,
			manifest: { file, line },
			expected: port,
			instead: first.instead,
		},
	];
}

const baseOf = ({ lineage, start }: NonNullable<Start['image']>): string =>
	`${lineage[0]?.written ?? ''} ${start?.written ?? ''}`;

const isWrongPort = ({ givesPort, port }: PlatformService, fixed: number | null): boolean =>
	fixed !== null && (givesPort || port !== null) && fixed !== port;

/** Served by functions, whose disk is empty again at the next call. */
const FUNCTIONS = new Set(['vercel', 'netlify']);
/** Their manifests tell where code runs and what is mounted. */
const KEEPS_NOTHING_UNTOLD = new Set([
	'heroku',
	'railway',
	'render',
	'cloud-run',
	'app-engine',
	'digitalocean',
	'app-runner',
	'fly',
	...FUNCTIONS,
]);
const ASIDE =
	/(?:^|\/)(?:scripts?|seeds?|seeders?|migrations?|bin|tools?|stories|mocks?|benchmarks?|cypress|playwright|public|dist|build|\.next|out)\/|[._-](?:test|spec|stories|config|seed|dev|local)\.\w+$|(?:^|\/)(?:seed|knexfile|conftest|test_\w+)\.\w+$|(?:^|\/)settings\/(?:dev\w*|local|test\w*)\.py$/i;
const CODE =
	/\.(?:[cm]?[jt]sx?|py|prisma)$|(?:^|\/)config\/(?:environments\/production\.rb|database\.yml)$/;
/** Copies the database elsewhere while it changes. */
const REPLICATES = /(?:^|\/)(?:litestream|litefs)[\w.-]*\.ya?ml$/;

async function stateOf(
	services: readonly PlatformService[],
	{ files, parse }: Reading,
): Promise<readonly LocalState[]> {
	const placed = services.filter(({ kind, isWeb }) => isWeb && KEEPS_NOTHING_UNTOLD.has(kind));
	const isReplicated = [...files.paths].some((path) => REPLICATES.test(path));
	if (placed.length === 0 || isReplicated) return [];
	const candidates: ReadFile[] = [];
	for (const { path } of files.deployable) {
		if (!CODE.test(path) || ASIDE.test(path)) continue;
		const text = await files.text(path);
		if (text !== null && mayKeepState(path, text)) candidates.push({ path, text });
	}
	const context = stateContext(
		packageNames(files),
		candidates.map(({ text }) => text),
	);
	return candidates.flatMap((file) =>
		keptIn(file, { parse, context }).flatMap((kept) => lostOn(placed, file.path, kept)),
	);
}

function keptIn(
	{ path, text }: ReadFile,
	{ parse, context }: { readonly parse: ScriptParser; readonly context: StateContext },
): readonly KeptState[] {
	if (!/\.[cm]?[jt]sx?$/.test(path)) return keptStateIn(path, text, context);
	const program = parse(text, path);
	return program === null ? [] : keptStateInScript(program, text, context);
}

/** Only where every service that may run the file loses it. */
function lostOn(
	services: readonly PlatformService[],
	file: string,
	kept: KeptState,
): readonly LocalState[] {
	const own = services.filter(({ folder }) => folder === '' || file.startsWith(`${folder}/`));
	const [first] = own;
	if (first === undefined || own.some((service) => isKept(service, kept))) return [];
	const { kind, name, line } = own.find(({ disk }) => disk === 'unknown') ?? first;
	const manifest = own.find((one) => one.kind === kind) ?? first;
	return [
		{
			file,
			line: kept.line,
			what: kept.what,
			by: kept.by,
			path: kept.path,
			platform: kind,
			name,
			manifest: { file: manifest.file, line },
			disk: own.some(({ disk }) => disk === 'unknown') ? 'unknown' : 'lost',
		},
	];
}

/** A path that only the running program knows may lie on a volume. */
function isKept({ mounts }: PlatformService, { path, isMovable }: KeptState): boolean {
	if (mounts.length === 0) return false;
	const isElsewhere =
		path.startsWith('/') &&
		!mounts.some((mount) => path === mount || path.startsWith(`${mount.replace(/\/$/, '')}/`));
	return isMovable || !isElsewhere;
}
