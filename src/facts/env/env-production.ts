import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { Unobserved } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
import { type DotenvAssignment, parseDotenvFile } from './dotenv-file.ts';
import { objectIn } from './env-package.ts';
import { folderOf, isBelow } from './env-path.ts';
import { type EnvFileSource, isMasked, type Sources } from './env-sources.ts';

const LARGEST = 1024 * 1024;

/** What production is given, as far as it was shown. It holds raw values. */
export interface ProductionLists {
	/** Env files whose values are production's. */
	readonly files: ReadonlySet<string>;
	/** The file that `--env` names, where it is none of the repository's env files. */
	readonly extra: EnvFileSource | null;
	/** By package folder, names that production has; no entry for a package without a list. */
	readonly names: ReadonlyMap<string, ReadonlySet<string>>;
	/** `file:name` of base values that nothing overrides. */
	readonly base: ReadonlySet<string>;
	readonly unread: string;
}

/** Finds the lists that `--env` asks for. A file that cannot be read is said in `unread`. */
export async function productionLists(
	{ root, env }: { root: string; env: string | null },
	port: FilesPort,
	sources: Sources,
): Promise<ProductionLists> {
	if (env === null) return { ...NONE, files: byRole(sources) };
	if (!isAbsolute(env)) return byMode(env, sources);
	try {
		return await byFile(root, env, port, sources);
	} catch (error) {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		return { ...NONE, unread: error.message };
	}
}

const NONE: ProductionLists = {
	files: new Set(),
	extra: null,
	names: new Map(),
	base: new Set(),
	unread: '',
};

/** Nobody said that these are complete, but what they hold is production's. */
const byRole = ({ envFiles }: Sources): ReadonlySet<string> =>
	new Set(envFiles.filter(({ role }) => role === 'production').map(({ path }) => path));

function byMode(mode: string, sources: Sources): ProductionLists {
	const files = sources.envFiles.filter(({ path, role }) => {
		if (mode === 'production') return role === 'production';
		const name = basename(path);
		return name === `.env.${mode}` || name === `.env.${mode}.local`;
	});
	if (files.length === 0) return { ...NONE, unread: `the repository has no .env.${mode}` };
	const defaults = sources.envFiles.filter(({ role, tracked }) => role === 'base' && tracked);
	const names = new Map<string, Set<string>>();
	const base = new Set<string>();
	for (const { folder } of sources.packages.packages) {
		const isFor = ({ path }: EnvFileSource) => isBelow(folder, folderOf(path));
		const own = files.filter(isFor);
		if (own.length === 0) continue;
		const set = new Set(own.flatMap(namesIn));
		const added = defaults
			.filter(isFor)
			.flatMap((file) =>
				namesIn(file).flatMap((name) =>
					set.has(name) ? [] : [{ name, key: `${file.path}:${name}` }],
				),
			);
		for (const { key } of added) base.add(key);
		const all = new Set([...set, ...added.map(({ name }) => name)]);
		names.set(folder, withManifests(all, folder, sources));
	}
	return { files: new Set(files.map(({ path }) => path)), extra: null, names, base, unread: '' };
}

async function byFile(
	root: string,
	env: string,
	port: FilesPort,
	sources: Sources,
): Promise<ProductionLists> {
	const inside = relative(root, env).split(sep).join('/');
	const isInside = !inside.startsWith('../') && inside !== '..' && !isAbsolute(inside);
	const known = isInside ? sources.envFiles.find(({ path }) => path === inside) : undefined;
	const file = known ?? (await readExtra(env, isInside ? inside : basename(env), port));
	const own = namesIn(file);
	if (own.length === 0) return { ...NONE, unread: `${file.path}: no variable in it` };
	const folder = isInside ? sources.packages.of(inside).folder : '';
	const names = new Map(
		sources.packages.packages
			.filter((one) => isBelow(one.folder, folder))
			.map((one) => [one.folder, withManifests(new Set(own), one.folder, sources)]),
	);
	return {
		files: new Set([file.path]),
		extra: known === undefined ? file : null,
		names,
		base: new Set(),
		unread: '',
	};
}

/** An env file, a list of names, or an object of JSON, as platforms export them. */
async function readExtra(env: string, path: string, port: FilesPort): Promise<EnvFileSource> {
	const text = await port.read(dirname(env), basename(env), LARGEST);
	const parsed = parseDotenvFile(text);
	const json = /^\s*\{/.test(text) ? objectIn(text) : null;
	return {
		path,
		role: 'production',
		tracked: false,
		ignored: false,
		masked: isMasked(text),
		parsed:
			json === null
				? parsed
				: { assignments: assignmentsOf(json, text), faults: [], bare: [], references: [] },
		commented: [],
	};
}

function assignmentsOf(json: Record<string, unknown>, text: string): readonly DotenvAssignment[] {
	return Object.entries(json).map(([name, value]) => {
		const at = text.indexOf(JSON.stringify(name));
		const line = at === -1 ? 1 : text.slice(0, at).split('\n').length;
		const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
		return { name, value: shown, line, quote: '' };
	});
}

function namesIn({ parsed }: EnvFileSource): readonly string[] {
	return [...parsed.assignments, ...parsed.bare].map(({ name }) => name);
}

/** What the platform's manifest sets for a package, or for all of them from a folder above. */
function withManifests(names: Set<string>, folder: string, { declared }: Sources): Set<string> {
	for (const { name, file, sets } of declared) {
		const own = folderOf(file);
		if (sets && (isBelow(folder, own) || isBelow(own, folder))) names.add(name);
	}
	return names;
}
