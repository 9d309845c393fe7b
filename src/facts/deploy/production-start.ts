import { posix } from 'node:path';
import type { ProductionStart } from './deployment-facts.ts';
import { type DeploymentFiles, ownServices } from './deployment-files.ts';
import { type DevelopmentServer, developmentServer } from './development-server.ts';
import type { Image } from './image-survey.ts';
import { isFlask } from './listening.ts';
import { lineAt, type ResolvedCommand, resolveScripts } from './package-scripts.ts';
import type { PlatformService } from './platform.ts';
import {
	commandOf,
	commandsIn,
	isConditional,
	type SimpleCommand,
	shownCommand,
} from './shell-command.ts';

/** A command that production is known to run. */
export interface Start {
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	/** As written. */
	readonly written: string;
	/** `Heroku`, `the image`. */
	readonly by: string;
	/** Folder that it runs in, relative to the root. */
	readonly folder: string;
	/** What it comes to; empty where it cannot be told. */
	readonly commands: readonly Resolved[];
	/** Services that run it; empty for an image that no manifest names. */
	readonly services: readonly PlatformService[];
	/** The image that it runs in; `null` without. */
	readonly image: Image | null;
}

/** Through scripts of packages and of shells. */
export interface Resolved extends ResolvedCommand {
	/** Text of the shell script around it was read. */
	readonly isInShellScript: boolean;
}

/** Every start that a manifest or an image declares, the service's own before the image's. */
export async function productionStarts(files: DeploymentFiles): Promise<readonly Start[]> {
	const starts: Start[] = [];
	const { own } = ownServices(files);
	const overridden = new Set<string>();
	for (const one of own.filter(({ isProduction, mountsSource }) => isProduction && !mountsSource)) {
		const start = await serviceStart(one, files);
		if (start !== null) starts.push(start);
		if (one.dockerfile !== null) overridden.add(one.dockerfile);
	}
	for (const { image, services, isMounted } of files.images) {
		if (isMounted || image.start === null || overridden.has(image.file)) continue;
		const isForCompose = services.length > 0 && services.every(({ start }) => start !== null);
		if (!isForCompose) starts.push(await imageStart(image, 'the image', [], files));
	}
	return starts;
}

/** `null` where something that is not in the repository decides. */
async function serviceStart(
	service: PlatformService,
	files: DeploymentFiles,
): Promise<Start | null> {
	const { start, file, line, name, folder } = service;
	const found = files.images.find(({ image }) => image.file === service.dockerfile);
	const image = found?.image ?? null;
	if (start !== null) {
		const isUnknown = start.words === null && isConditional(start.text);
		const commands = start.words === null ? commandsIn(start.text) : commandOf(start.words);
		return {
			file,
			line: start.line,
			written: start.text,
			by: name,
			folder,
			commands: isUnknown ? [] : await resolve(commands, folder, files),
			services: [service],
			image,
		};
	}
	if (image !== null)
		return image.start === null ? null : imageStart(image, name, [service], files);
	const own = files.packages.find((one) => one.folder === folder);
	const isPackage = service.startsPackage && own?.scripts['start'] !== undefined;
	if (!isPackage || service.dockerfile !== null) return null;
	return {
		file: own.file,
		line: own.scriptLines['start'] ?? line,
		written: 'npm start',
		by: name,
		folder,
		commands: await resolve(commandsIn('npm start'), folder, files),
		services: [service],
		image: null,
	};
}

async function imageStart(
	image: Image,
	by: string,
	services: readonly PlatformService[],
	files: DeploymentFiles,
): Promise<Start> {
	const { start, file, context, config } = image;
	const texts = [config.entrypoint, config.command].flatMap((one) =>
		one === null ? [] : (one.exec ?? [one.text]),
	);
	const set = Object.fromEntries(config.variables);
	const commands = texts.some(isConditional)
		? []
		: (start?.commands ?? []).map(({ words, variables }) => ({
				words,
				variables: { ...set, ...variables },
			}));
	return {
		file,
		line: start?.line ?? 1,
		written: start?.written ?? '',
		by,
		folder: context,
		commands: await resolve(commands, context, files),
		services,
		image,
	};
}

async function resolve(
	commands: readonly SimpleCommand[],
	folder: string,
	files: DeploymentFiles,
): Promise<readonly Resolved[]> {
	const resolved: Resolved[] = [];
	for (const one of resolveScripts(commands, folder, files.packages)) {
		const script = await shellScript(one.command, files);
		if (script === null) {
			resolved.push({ ...one, isInShellScript: false });
			continue;
		}
		for (const { line, command } of script.commands) {
			for (const inner of resolveScripts([command], folder, files.packages)) {
				const holder = inner.script ?? { file: script.file, line };
				resolved.push({ ...inner, script: holder, isInShellScript: true });
			}
		}
	}
	return resolved;
}

/** Commands of a script that a start names, where it does one thing after the other. */
async function shellScript({ words }: SimpleCommand, files: DeploymentFiles) {
	const name = words
		.slice(0, 2)
		.map((word) => posix.basename(word))
		.find((word) => /^[\w.-]{1,80}\.sh$/.test(word));
	const paths =
		name === undefined ? [] : [...files.paths].filter((one) => posix.basename(one) === name);
	const [file, ...others] = paths;
	const text = file === undefined || others.length > 0 ? null : await files.text(file);
	if (text === null || file === undefined) return null;
	const lines = text
		.replace(/\\\n/g, '  ')
		.split('\n')
		.map((line, index) => ({ text: line.replace(/^\s*#.*/, '').trim(), line: index + 1 }));
	if (lines.some((one) => isConditional(one.text) || /\(\)\s*\{|^function\s/.test(one.text))) {
		return { file, commands: [] };
	}
	const commands = lines.flatMap((one) =>
		commandsIn(one.text).map((command) => ({ line: one.line, command })),
	);
	return { file, commands };
}

/** A development server among what a start comes to, with the words to tell of it. */
export async function developmentStart(
	start: Start,
	files: DeploymentFiles,
): Promise<ProductionStart> {
	const told = {
		file: start.file,
		line: start.line,
		command: shownCommand(start.written),
		by: start.by,
	};
	for (const { command, script, through } of start.commands) {
		const byProgram = developmentServer(command);
		const byFile = byProgram === null ? await developmentFile(command, start, files) : null;
		const development = byProgram ?? byFile?.server ?? null;
		if (development === null) continue;
		const isBehind = through.length > 0 || script !== null;
		const program = isBehind ? shownCommand(command.words.join(' ')) : '';
		return { ...told, program, holder: byFile?.holder ?? script, development: { ...development } };
	}
	return { ...told, program: '', holder: null, development: null };
}

/** `python app.py`, where the file runs Flask's own server, or one that reloads. */
async function developmentFile(
	{ words }: SimpleCommand,
	{ folder }: Start,
	files: DeploymentFiles,
): Promise<{ server: DevelopmentServer; holder: { file: string; line: number } } | null> {
	const path = pythonFile(words, folder);
	const text = path === null ? null : await files.text(path);
	if (text === null || path === null) return null;
	const module = posix.basename(path, '.py');
	for (const call of text.matchAll(/^[ \t]*([A-Za-z_]\w{0,40})\.run\s*\(([^()]{0,300})/gm)) {
		const [, name = '', given = ''] = call;
		const holder = { file: path, line: lineAt(text, call.index) };
		if (name === 'uvicorn' && /\breload\s*=\s*True\b/.test(given)) {
			const instead = `uvicorn ${module}:app --host 0.0.0.0 --port $PORT`;
			const what = 'a server that reloads on every change of a file';
			return { server: { what, instead, build: '' }, holder };
		}
		if (isFlask(text, name)) {
			const instead = `gunicorn --bind 0.0.0.0:$PORT ${module}:${name}`;
			return { server: { what: "Flask's development server", instead, build: '' }, holder };
		}
	}
	return null;
}

/** The file that `python` is given, relative to the root; `null` for none. */
export function pythonFile(words: readonly string[], folder: string): string | null {
	const [program = '', ...args] = words;
	const file = args.find((arg) => !arg.startsWith('-'));
	if (!/^python[\d.]*$/.test(program) || file?.endsWith('.py') !== true) return null;
	return posix.join(folder || '.', file.replace(INSIDE, ''));
}

/** Where images put their code. */
export const INSIDE = /^\/(?:app|code|srv|workspace|usr\/src\/app|home\/node\/app|usr\/app)\//;
