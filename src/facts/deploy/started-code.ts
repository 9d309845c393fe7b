import { posix } from 'node:path';
import type { DeploymentFiles, ReadFile } from './deployment-files.ts';
import { INSIDE, pythonFile, type Start } from './production-start.ts';

/** Files that are followed from one start. */
const MOST_FILES = 400;

const RUNS_SCRIPT =
	/^(?:node|nodejs|bun|deno|tsx|ts-node|ts-node-esm|swc-node|nodemon|node-dev|ts-node-dev|tsnd|pm2|pm2-runtime|babel-node|esr|jiti)$/;
/** Options that take the next word. */
const TAKES_NEXT =
	/^(?:-r|--require|--import|--loader|--experimental-loader|--env-file|-P|--project|--tsconfig|-w|--watch-path|-e|--ext|--name|-n|-i|--max-old-space-size|--title|-C|--conditions)$/;
const VERBS = /^(?:run|start|watch)$/;

/**
 * The files that a start's commands run, entries first and then what they import by relative paths or
 * by `@/` and `~/`. `null` where it names no file of the repository.
 */
export async function startedCode(
	start: Start,
	files: DeploymentFiles,
): Promise<readonly ReadFile[] | null> {
	const entries = start.commands.flatMap(({ command, script }) => {
		const folder =
			script?.file.endsWith('package.json') === true ? posix.dirname(script.file) : start.folder;
		const entry = entryOf(command.words, folder === '.' ? '' : folder, start, files);
		return entry === null ? [] : [entry];
	});
	if (entries.length === 0) return null;
	const found = new Map<string, string>();
	const open = [...entries];
	while (open.length > 0 && found.size < MOST_FILES) {
		const path = open.shift() ?? '';
		if (found.has(path)) continue;
		const text = await files.text(path);
		if (text === null) continue;
		found.set(path, text);
		if (!path.endsWith('.py')) open.push(...importsOf(path, text, files.paths));
	}
	return [...found].map(([path, text]) => ({ path, text }));
}

function entryOf(
	words: readonly string[],
	folder: string,
	{ image }: Start,
	{ paths, packages }: DeploymentFiles,
): string | null {
	const [program = ''] = words;
	const python = pythonFile(words, folder);
	if (python !== null) return paths.has(python) ? python : null;
	if (program === 'nest' && words[1] === 'start') return sourceOf(folder, 'src/main', paths);
	if (!RUNS_SCRIPT.test(program)) return null;
	const written = fileAmong(words.slice(1));
	if (written === null) return null;
	const workdir = image === null ? '' : `${image.config.workdir.replace(/\/$/, '')}/`;
	const isInside = workdir.length > 1 && written.startsWith(workdir);
	const plain = isInside ? written.slice(workdir.length) : written.replace(INSIDE, '');
	if (plain !== '.' && plain !== './') return sourceOf(folder, plain, paths);
	const own = packages.find((one) => one.folder === folder);
	return sourceOf(folder, own?.main || 'index.js', paths);
}

function fileAmong(args: readonly string[]): string | null {
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? '';
		if (TAKES_NEXT.test(arg)) at++;
		else if (!arg.startsWith('-') && !VERBS.test(arg)) return arg;
	}
	return null;
}

const ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx', '.jsx'];

/** A file as it is named, or the source that it is built from. */
function sourceOf(folder: string, written: string, paths: ReadonlySet<string>): string | null {
	const at = (path: string) => posix.join(folder || '.', path);
	const bare = written.replace(/\.[cm]?js$/, '');
	const built = /^(?:\.\/)?(?:dist|build|out|lib|\.build)\/(?:src\/)?(.+)$/.exec(bare)?.[1];
	const bases = [
		at(written),
		at(bare),
		...(built === undefined ? [] : [at(`src/${built}`), at(built), at(`server/${built}`)]),
	];
	return bases.map((base) => fileAt(base, paths)).find((one) => one !== null) ?? null;
}

function fileAt(base: string, paths: ReadonlySet<string>): string | null {
	for (const path of [base, `${base}/index`]) {
		const found = ENDINGS.map((ending) => `${path}${ending}`).find(
			(one) => paths.has(one) && /\.(?:[cm]?[jt]sx?|py)$/.test(one),
		);
		if (found !== undefined) return found;
	}
	return null;
}

const IMPORT =
	/(?:\bfrom|\bimport|\brequire\s{0,4}\(|\bimport\s{0,4}\()\s{0,4}["']((?:\.{1,2}|@|~)\/[^"'\n]{1,200})["']/g;

function importsOf(path: string, text: string, paths: ReadonlySet<string>): readonly string[] {
	return [...text.matchAll(IMPORT)].flatMap(([, written = '']) => {
		const bare = written.replace(/\.js$/, '').replace(/\.([cm])js$/, '.$1ts');
		const bases = /^[@~]\//.test(written)
			? rootsOf(path).map((root) => posix.join(root, bare.slice(2)))
			: [posix.join(posix.dirname(path), written), posix.join(posix.dirname(path), bare)];
		const found = bases.map((base) => fileAt(base, paths)).find((one) => one !== null);
		return found === undefined || found === null ? [] : [found];
	});
}

/** Folders that `@/` stands for, by convention: `src` around the file, and the folder above it. */
function rootsOf(path: string): readonly string[] {
	const at = path.lastIndexOf('/src/');
	if (at !== -1) return [path.slice(0, at + 4), path.slice(0, at)];
	return path.startsWith('src/') ? ['src', '.'] : [posix.dirname(path), '.'];
}
