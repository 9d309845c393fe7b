import { posix } from 'node:path';
import { commandsIn, isConditional, optionOf, type SimpleCommand } from './shell-command.ts';

/** What of a package.json matters when it is deployed. */
export interface PackageManifest {
	/** Its folder, relative to the root; the root itself empty. */
	readonly folder: string;
	readonly file: string;
	readonly name: string;
	readonly isPrivate: boolean;
	/** It is made to be published: `files`, `exports`, `bin` or `publishConfig`. */
	readonly isPublished: boolean;
	/** File that its folder stands for; empty where it does not say. */
	readonly main: string;
	/** `dependencies` alone. */
	readonly needs: readonly string[];
	readonly developmentNeeds: readonly string[];
	readonly scripts: Readonly<Record<string, string>>;
	/** Line of each script, 1-based. */
	readonly scriptLines: Readonly<Record<string, number>>;
}

/** `null` where it is no JSON object. */
export function readPackage(file: string, text: string): PackageManifest | null {
	const whole = objectIn(text);
	if (whole === null) return null;
	const scripts: Record<string, string> = {};
	const scriptLines: Record<string, number> = {};
	const from = Math.max(0, text.indexOf('"scripts"'));
	for (const [name, value] of Object.entries(isObject(whole['scripts']) ? whole['scripts'] : {})) {
		if (typeof value !== 'string' || name === '__proto__') continue;
		scripts[name] = value;
		scriptLines[name] = lineAt(text, Math.max(0, text.indexOf(`${JSON.stringify(name)}:`, from)));
	}
	const folder = posix.dirname(file);
	return {
		folder: folder === '.' ? '' : folder,
		file,
		name: typeof whole['name'] === 'string' ? whole['name'] : '',
		isPrivate: whole['private'] === true,
		isPublished: ['files', 'exports', 'bin', 'publishConfig'].some((key) => key in whole),
		main: typeof whole['main'] === 'string' ? whole['main'] : '',
		needs: namesIn(whole['dependencies']),
		developmentNeeds: namesIn(whole['devDependencies']),
		scripts,
		scriptLines,
	};
}

export function objectIn(text: string): Record<string, unknown> | null {
	try {
		const whole: unknown = JSON.parse(text.replace(/^(?:\ufeff|\xef\xbb\xbf)/, ''));
		return isObject(whole) ? whole : null;
	} catch {
		return null;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const namesIn = (value: unknown): readonly string[] => (isObject(value) ? Object.keys(value) : []);

export function lineAt(text: string, offset: number): number {
	let line = 1;
	for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1))
		line++;
	return line;
}

/** A program that a start command ends in, and the scripts on the way to it. */
export interface ResolvedCommand {
	readonly command: SimpleCommand;
	/** `npm start`, `start:prod`: what was called, the first one first. */
	readonly through: readonly string[];
	/** The script that holds it; `null` where the command itself does. */
	readonly script: { readonly file: string; readonly line: number } | null;
}

const DEEPEST = 6;

/**
 * Follows `npm start`, `yarn x`, `pnpm --filter web start`, `node --run x` into the scripts of the
 * package that they name, else of the one in `folder`, else of the root. What no script explains stays; a
 * script that decides by itself what it runs comes to nothing.
 */
export function resolveScripts(
	commands: readonly SimpleCommand[],
	folder: string,
	packages: readonly PackageManifest[],
): readonly ResolvedCommand[] {
	return commands.flatMap((command) => resolved(command, folder, packages, []));
}

function resolved(
	command: SimpleCommand,
	folder: string,
	packages: readonly PackageManifest[],
	through: readonly string[],
	script: ResolvedCommand['script'] = null,
): readonly ResolvedCommand[] {
	const call = scriptCall(command.words);
	const found = call === null ? null : findScript(call, folder, packages);
	if (call === null || found === null || through.length >= DEEPEST) {
		return [{ command, through, script }];
	}
	const { manifest, text } = found;
	if (isConditional(text)) return [];
	const place = { file: manifest.file, line: manifest.scriptLines[call.name] ?? 1 };
	return commandsIn(text).flatMap((inner) => {
		const joined = {
			words: [...inner.words, ...call.rest],
			variables: { ...command.variables, ...inner.variables },
		};
		return resolved(joined, manifest.folder, packages, [...through, call.written], place);
	});
}

interface ScriptCall {
	readonly name: string;
	/** Package or folder named on the command line. */
	readonly at: string | null;
	readonly rest: readonly string[];
	readonly written: string;
}

const MANAGER = /^(?:npm|pnpm|yarn|bun)$/;
const OWN_SCRIPTS = new Set(['start', 'stop', 'restart', 'test']);
const TAKES_NEXT = /^(?:--prefix|-C|--dir|--cwd|-w|--workspace|--filter|-F|--loglevel)$/;

function scriptCall(words: readonly string[]): ScriptCall | null {
	const [program = ''] = words;
	if (program === 'node') {
		const name = optionOf(words, '--run');
		return name === null ? null : { name, at: null, rest: [], written: `node --run ${name}` };
	}
	if (!MANAGER.test(program)) return null;
	let at = optionOf(
		words,
		'--prefix',
		'-C',
		'--dir',
		'--cwd',
		'-w',
		'--workspace',
		'--filter',
		'-F',
	);
	const plain = withoutOptions(words.slice(1));
	if (program === 'yarn' && plain.words[0] === 'workspace') {
		at = plain.words[1] ?? null;
		plain.words.splice(0, 2);
	}
	const isRun = /^(?:run|run-script|rum)$/.test(plain.words[0] ?? '');
	const name = plain.words[isRun ? 1 : 0] ?? '';
	// npm knows four scripts by name; the other managers take any.
	if (name === '' || (program === 'npm' && !isRun && !OWN_SCRIPTS.has(name))) return null;
	const written = [program, ...(isRun ? ['run'] : []), name].join(' ');
	return { name, at, rest: [...plain.words.slice(isRun ? 2 : 1), ...plain.after], written };
}

/** Options before the script's name belong to the manager; `--` passes the rest on. */
function withoutOptions(words: readonly string[]): { words: string[]; after: readonly string[] } {
	const dashes = words.indexOf('--');
	const own = dashes === -1 ? words : words.slice(0, dashes);
	const kept: string[] = [];
	for (let at = 0; at < own.length; at++) {
		const word = own[at] ?? '';
		if (TAKES_NEXT.test(word)) at++;
		else if (!word.startsWith('-')) kept.push(word);
	}
	return { words: kept, after: dashes === -1 ? [] : words.slice(dashes + 1) };
}

function findScript(
	call: ScriptCall,
	folder: string,
	packages: readonly PackageManifest[],
): { readonly manifest: PackageManifest; readonly text: string } | null {
	const inFolder = (path: string) => packages.find((one) => one.folder === path);
	const named = call.at === null ? null : packageNamed(call.at, folder, packages);
	const candidates = call.at === null ? [inFolder(folder), inFolder('')] : [named];
	for (const manifest of candidates) {
		const text = manifest?.scripts[call.name];
		if (manifest && text !== undefined) return { manifest, text };
	}
	return null;
}

function packageNamed(
	name: string,
	folder: string,
	packages: readonly PackageManifest[],
): PackageManifest | undefined {
	const plain = name.replace(/^[{^]?\.{0,3}|\.{3}$|\}$/g, '');
	const path = posix.join(folder || '.', name.replace(/\/$/, ''));
	return (
		packages.find((one) => one.name === name || one.name === plain) ??
		packages.find((one) => one.folder === (path === '.' ? '' : path) || one.folder === name)
	);
}
