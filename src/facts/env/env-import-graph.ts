import type { PackageMap } from './env-package.ts';
import { folderOf } from './env-path.ts';
import { importsIn } from './js-file.ts';
import { scriptOf } from './js-tree.ts';

const EXTENSIONS = ['', '.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs', '.cjs', '.vue', '.svelte'];

/** Which scripts of a repository import which. Imports are resolved on first use, and only inside it. */
export class ImportGraph {
	readonly #texts: ReadonlyMap<string, string>;
	readonly #packages: PackageMap;
	readonly #aliases: readonly Alias[];
	readonly #edges = new Map<string, readonly string[]>();

	constructor(
		texts: ReadonlyMap<string, string>,
		packages: PackageMap,
		tsconfigs: ReadonlyMap<string, string>,
	) {
		this.#texts = texts;
		this.#packages = packages;
		this.#aliases = [...tsconfigs].flatMap(([path, text]) => aliasesIn(path, text));
	}

	/** Paths that a script imports; none for one that is not in the repository. */
	from(path: string): readonly string[] {
		const seen = this.#edges.get(path);
		if (seen !== undefined) return seen;
		const text = this.#texts.get(path);
		const found =
			text === undefined
				? []
				: importsIn(scriptOf(path, text)).flatMap((source) => this.resolve(path, source) ?? []);
		const edges = [...new Set(found)];
		this.#edges.set(path, edges);
		return edges;
	}

	/** The same with imports that are perhaps of types alone. */
	mayImport(path: string): readonly string[] {
		const text = this.#texts.get(path);
		if (text === undefined) return [];
		const sources = importsIn(scriptOf(path, text), true);
		return [...new Set(sources.flatMap((source) => this.resolve(path, source) ?? []))];
	}

	/** As written in the script's imports. */
	sourcesOf(path: string): readonly string[] {
		const text = this.#texts.get(path);
		return text === undefined ? [] : importsIn(scriptOf(path, text));
	}

	/** Everything that is imported from these, however far, themselves included; `stop` is not gone into. */
	reach(
		starts: readonly string[],
		stop: (path: string) => boolean = () => false,
	): ReadonlySet<string> {
		const seen = new Set<string>();
		const open = [...starts];
		for (let next = open.pop(); next !== undefined; next = open.pop()) {
			if (seen.has(next) || (stop(next) && !starts.includes(next))) continue;
			seen.add(next);
			open.push(...this.from(next));
		}
		return seen;
	}

	/** Whether some other script of the product imports it. */
	isImported(path: string): boolean {
		const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
		const word = name === 'index' ? folderOf(path).split('/').at(-1) || name : name;
		for (const [other, text] of this.#texts) {
			if (other === path || !text.includes(word)) continue;
			if (this.from(other).includes(path)) return true;
		}
		return false;
	}

	/** Path of what an import of a script leads to; `null` outside the repository. */
	resolve(from: string, source: string): string | null {
		if (source.startsWith('.')) return this.#file(joined(folderOf(from), source));
		for (const { folder, prefix, targets } of this.#aliases) {
			if (!source.startsWith(prefix) || !isUnder(from, folder)) continue;
			for (const target of targets) {
				const found = this.#file(joined(folder, target + source.slice(prefix.length)));
				if (found !== null) return found;
			}
		}
		return this.#byConvention(from, source) ?? this.#ofPackage(source);
	}

	/** `@/x`, `~/x`, `$lib/x`, `src/x`, without a tsconfig that says so. */
	#byConvention(from: string, source: string): string | null {
		const found = /^(?:@|~|~~|#|@@)\/(.+)$|^\$lib\/(.+)$|^(src\/.+)$/.exec(source);
		if (found === null) return null;
		const { folder } = this.#packages.of(from);
		const [, aliased, lib, plain] = found;
		const rest = aliased ?? plain ?? '';
		const places = lib === undefined ? [rest, `src/${rest}`, `app/${rest}`] : [`src/lib/${lib}`];
		for (const place of places) {
			const file = this.#file(joined(folder, place));
			if (file !== null) return file;
		}
		return null;
	}

	#ofPackage(source: string): string | null {
		const [name = '', rest = ''] = splitPackage(source);
		const owner = this.#packages.named(name);
		if (owner === undefined) return null;
		const places = rest === '' ? ['src/index', 'index', 'src/main'] : [`src/${rest}`, rest];
		for (const place of places) {
			const file = this.#file(joined(owner.folder, place));
			if (file !== null) return file;
		}
		return null;
	}

	#file(path: string): string | null {
		const bare = path.replace(/\.[cm]?js$/, '');
		for (const base of bare === path ? [path] : [path, bare]) {
			for (const extension of EXTENSIONS) {
				if (this.#texts.has(base + extension)) return base + extension;
			}
		}
		for (const extension of EXTENSIONS.slice(1)) {
			if (this.#texts.has(`${path}/index${extension}`)) return `${path}/index${extension}`;
		}
		return null;
	}
}

interface Alias {
	readonly folder: string;
	readonly prefix: string;
	readonly targets: readonly string[];
}

/** `paths` of a tsconfig; comments are allowed there, so it is read by pattern. */
function aliasesIn(path: string, text: string): readonly Alias[] {
	const folder = folderOf(path);
	const base = /"baseUrl"\s{0,4}:\s{0,4}"([^"\n]{0,100})"/.exec(text)?.[1] ?? '.';
	return [...text.matchAll(/"([^"\n]{1,60}\/)\*"\s{0,4}:\s{0,4}\[([^\]]{1,400})\]/g)].map(
		([, prefix = '', list = '']) => ({
			folder,
			prefix,
			targets: [...list.matchAll(/"([^"\n]{0,120}?)\*"/g)].map(
				([, target = '']) => `${base}/${target}`,
			),
		}),
	);
}

const isUnder = (path: string, folder: string): boolean =>
	folder === '' || path.startsWith(`${folder}/`);

function splitPackage(source: string): readonly [string, string] {
	const parts = source.split('/');
	const name = parts.splice(0, source.startsWith('@') ? 2 : 1).join('/');
	return [name, parts.join('/')];
}

/** Joins and takes out `.` and `..`; what leads out of the root is cut at it. */
function joined(folder: string, path: string): string {
	const parts: string[] = [];
	for (const part of `${folder}/${path}`.split('/')) {
		if (part === '..') parts.pop();
		else if (part !== '' && part !== '.') parts.push(part);
	}
	return parts.join('/');
}
